"""Where blocks are worked on: runs a pure function over a stream of work items, in order, on this machine's cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def cores(jobs: int | None = None) -> Iterator[Executor]:
    """An executor for this machine: `jobs` threads, by default one a core.

    Threads are enough: the work is done inside Polars and hashlib, which both let go of the interpreter.
    Whatever else obeys `concurrent.futures.Executor` (a process pool, a cluster's client) can stand in its place.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, jobs or os.cpu_count() or 1), thread_name_prefix="block")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def in_order(
    executor: Executor, work: Callable[[Item], Result], items: Iterable[Item], *, ahead: int = 4
) -> Iterator[Result]:
    """Yield `work(item)` for each item, in the order of the items, whatever order they are finished in.

    At most `ahead` items are under way at once, so that memory stays bounded however long the stream is.
    An exception of `work` is raised when its turn comes.
    """
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(executor.submit(work, item))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
