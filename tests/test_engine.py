"""The engine: results come in the order of the items, few items are under way, errors come in turn."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.engine import cores, in_order


@given(st.lists(st.integers()), st.integers(1, 6), st.integers(1, 4))
def test_results_come_in_the_order_of_the_items(items: list[int], ahead: int, jobs: int) -> None:
    """Whatever the stream, the look-ahead and the number of threads, the result is that of `map`."""
    with cores(jobs) as executor:
        assert list(in_order(executor, lambda item: item * 2, items, ahead=ahead)) == [item * 2 for item in items]


def test_a_slow_first_item_still_comes_first() -> None:
    """An item that is finished late holds back those behind it."""
    last_is_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            last_is_done.wait(10)
        else:
            last_is_done.set()
        return item

    with cores(2) as executor:
        assert list(in_order(executor, work, [0, 1])) == [0, 1]


def test_items_are_taken_only_as_far_as_the_look_ahead() -> None:
    """When the first result is out, no more than `ahead` items were taken from the stream."""
    taken: list[int] = []

    def stream() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    with cores(1) as executor:
        results = in_order(executor, str, stream(), ahead=3)
        assert (next(results), taken) == ("0", [0, 1, 2])


def test_an_error_is_raised_when_its_turn_comes() -> None:
    """What came before a failing item is delivered first."""
    delivered: list[float] = []
    with cores(2) as executor, pytest.raises(ZeroDivisionError):
        delivered.extend(in_order(executor, lambda item: 1 / item, [1, 2, 0, 4], ahead=4))
    assert delivered == [1.0, 0.5]


def test_an_empty_stream_gives_nothing() -> None:
    """No items, no results, no waiting."""
    with cores() as executor:
        assert list(in_order(executor, str, [])) == []


def test_jobs_is_the_number_of_threads() -> None:
    """`jobs` threads work, no more."""
    with cores(3) as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor._max_workers == 3


@pytest.mark.parametrize("jobs", [None, 0])
def test_by_default_there_is_a_thread_for_each_core(jobs: int | None) -> None:
    """Neither None nor 0 threads are a number to work with: the machine's own is taken."""
    with cores(jobs) as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor._max_workers == os.cpu_count()


def test_threads_are_gone_behind_the_block() -> None:
    """An executor that was left takes no more work."""
    with cores(1) as executor:
        pass
    with pytest.raises(RuntimeError):
        executor.submit(str, 1)
