"""Runs too heavy for chance become bursts with their counts; lighter ones become nothing."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.bursts import FALSE_ALARMS, find_bursts
from logforensics.analysis.findings import Burst, Cite
from logforensics.analysis.runs import Fail, Run

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
THOUSAND = pl.DataFrame({"line": range(1000)})
NEEDED = math.log(1000 / FALSE_ALARMS)


def run(weight: float, *fails: tuple[int, int, str], group: str = "/", successes: int = 0) -> Run:
    """A run of failures (second after NOON, status, client)."""
    known = tuple(
        Fail(NOON + timedelta(seconds=second), NOON, Cite("access.log", second), status, client, 1.0)
        for second, status, client in fails or ((1, 502, "a"),)
    )
    return Run(group, known, successes, 0.0123456789, weight, None, None, ever_ok=True, gain=0.1)


def test_a_burst_sums_its_run_up() -> None:
    """First and last line, errors, all requests, clients, statuses in order, and the rate it stands out from."""
    found = find_bursts([run(50.0, (1, 504, "a"), (2, 502, "b"), (3, 502, "a"), successes=4)], THOUSAND)
    assert found == (
        Burst(
            group="/",
            start=NOON + timedelta(seconds=1),
            end=NOON + timedelta(seconds=3),
            errors=3,
            requests=7,
            clients=2,
            statuses=((502, 2), (504, 1)),
            baseline=0.012346,
            first=Cite("access.log", 1),
            last=Cite("access.log", 3),
        ),
    )


@pytest.mark.parametrize(("weight", "count"), [(NEEDED - 0.001, 0), (NEEDED, 1)])
def test_a_burst_is_too_heavy_for_chance(weight: float, count: int) -> None:
    """The weight needed is ln(requests / FALSE_ALARMS): the more requests, the more runs chance makes."""
    assert len(find_bursts([run(weight)], THOUSAND)) == count


def test_a_handful_of_requests_counts_as_ten() -> None:
    """However short a log, some weight is needed."""
    assert find_bursts([run(math.log(10 / FALSE_ALARMS) - 0.001)], THOUSAND.head(1)) == ()


def test_bursts_are_in_order_of_start_and_group() -> None:
    """The order of the runs does not matter."""
    found = find_bursts([run(50.0, (2, 502, "a")), run(50.0, group="/b"), run(50.0, group="/a")], THOUSAND)
    assert [(burst.start.second, burst.group) for burst in found] == [(1, "/a"), (1, "/b"), (2, "/")]
