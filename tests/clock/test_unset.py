"""Which dates a clock that was not set has written, and when they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl
import pytest

from logforensics.clock.unset import LAST, bounded, unset
from logforensics.clock.zones import Zone

TICK = timedelta(microseconds=1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
UTC = Zone.fixed(0)
NOON = datetime(2020, 6, 20, 12)
BOOT = datetime(2020, 1, 1, 0, 0, 5)


def written(*times: datetime, zone: Zone = UTC, other: Mapping[str, datetime] | None = None) -> list[bool]:
    """Which rows such a clock has written; their walls are their times, if not `other`."""
    other = other or {}
    frame = pl.DataFrame({"time": times}, schema={"time": pl.Datetime("us")}).with_columns(
        wall=pl.lit(other.get("wall")).cast(pl.Datetime("us")).fill_null(pl.col("time")),
        low=pl.lit(other.get("low")).cast(pl.Datetime("us")),
        high=pl.lit(other.get("high")).cast(pl.Datetime("us")),
    )
    return unset(frame, zone).to_list()


@pytest.mark.parametrize(("time", "lost"), [(datetime(1990, 1, 1) - TICK, True), (datetime(1990, 1, 1), False)])
def test_dates_before_there_were_logs(time: datetime, lost: bool) -> None:
    """Whatever lies around them."""
    assert written(time) == [lost]


@pytest.mark.parametrize(
    ("boot", "lost"),
    [
        (BOOT, True),
        (datetime(2020, 1, 1), True),
        (datetime(2020, 1, 1, 0, 10) - TICK, True),
        (datetime(2020, 1, 1, 0, 10), False),
        (datetime(2019, 12, 31, 23, 59, 59), False),
    ],
)
def test_a_boot_at_new_year_from_which_the_clock_comes_back(boot: datetime, lost: bool) -> None:
    """Within its first ten minutes; all lines up to where the clock was right again."""
    assert written(NOON, boot, boot + MINUTE, NOON + MINUTE, NOON + 2 * MINUTE) == [False, lost, lost, False, False]


def test_a_boot_is_at_new_year_by_any_of_its_readings() -> None:
    """As written, as an instant, by either bound, or on the host's own clock."""
    other = BOOT.replace(month=3)
    for name in ("wall", "low", "high"):
        assert written(NOON, other, NOON, other={name: BOOT}) == [False, True, False], name
    west = Zone.named("-05:00")
    assert written(NOON, BOOT + timedelta(hours=5), NOON, zone=west) == [False, True, False]
    assert written(NOON, other, NOON) == [False] * 3


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        (BOOT + 2 * DAY, NOON, False),
        (BOOT + 2 * DAY + TICK, NOON, True),
        (NOON, NOON - 2 * DAY, True),
        (NOON, NOON - 2 * DAY - TICK, False),
        (BOOT + 2 * DAY + TICK, BOOT + 2 * DAY, False),
        (BOOT + 2 * DAY + TICK, BOOT + 2 * DAY + TICK, True),
    ],
)
def test_the_clock_went_back_by_days_and_came_back(before: datetime, after: datetime, lost: bool) -> None:
    """By more than two, either way, and to where it had been but for two."""
    assert written(before, BOOT, after) == [False, lost, False]


def test_a_clock_that_never_came_back_is_believed() -> None:
    """A year may have been skipped by the one before."""
    assert written(NOON, BOOT, BOOT + MINUTE) == [False] * 3


def placed(times: Sequence[datetime], astray: Sequence[bool], **doubt: datetime) -> list[tuple[datetime, ...]]:
    """(earliest, latest, shown) of each row."""
    frame = pl.DataFrame({"time": times, "astray": astray}, schema={"time": pl.Datetime("us"), "astray": pl.Boolean})
    bounds = [pl.lit(doubt.get(name)).cast(pl.Datetime("us")).alias(name) for name in ("low", "high")]
    return bounded(frame.with_columns(bounds)).rows()


def test_lines_of_an_unset_clock_lie_between_their_neighbours() -> None:
    """As long after its first line as they show, and before its last; shown where they lead up to what follows."""
    found = placed([NOON, BOOT, BOOT + MINUTE, NOON + 5 * MINUTE], [False, True, True, False])
    assert found == [
        (None, None, None),
        (NOON, NOON + 4 * MINUTE, NOON + 4 * MINUTE),
        (NOON + MINUTE, NOON + 5 * MINUTE, NOON + 5 * MINUTE),
        (None, None, None),
    ]


def test_each_boot_is_a_run_of_its_own() -> None:
    """A step back begins it."""
    found = placed([NOON, BOOT, BOOT, BOOT - MINUTE, NOON + 5 * MINUTE], [False, True, True, True, False])
    assert [row[2] for row in found[1:4]] == [NOON + 5 * MINUTE] * 3
    assert {row[:2] for row in found[1:4]} == {(NOON, NOON + 5 * MINUTE)}


def test_a_run_longer_than_the_time_it_had_is_bound_by_its_neighbours() -> None:
    """Then that clock did not run as ours does."""
    found = placed([NOON, BOOT, BOOT + 9 * MINUTE, NOON + 5 * MINUTE], [False, True, True, False])
    assert [row[:2] for row in found[1:3]] == [(NOON, NOON + 5 * MINUTE)] * 2


def test_neighbours_in_doubt_bound_by_their_own_bounds() -> None:
    """The earliest time of the one before, the latest of the one behind."""
    low, high = NOON - DAY, NOON + DAY
    found = placed([NOON, BOOT, BOOT + MINUTE, NOON], [False, True, True, False], low=low, high=high)
    assert found[1:3] == [(low, high - MINUTE, NOON - MINUTE), (low + MINUTE, high, NOON)]


def test_a_run_may_fill_the_time_it_had() -> None:
    """Then nothing of it is in doubt; two lines of one second are of one run."""
    times = [NOON, BOOT, BOOT, BOOT + 5 * MINUTE, NOON + 5 * MINUTE]
    assert placed(times, [False, True, True, True, False])[1:4] == [
        (NOON, NOON, NOON),
        (NOON, NOON, NOON),
        (NOON + 5 * MINUTE, NOON + 5 * MINUTE, NOON + 5 * MINUTE),
    ]


def test_nothing_behind_a_run_tells_how_late_it_was() -> None:
    """It is shown right behind the line before it; nothing was written after 2106."""
    assert placed([NOON, BOOT, BOOT + MINUTE], [False, True, True])[1:] == [
        (NOON, LAST - MINUTE, NOON),
        (NOON + MINUTE, datetime(2106, 2, 7), NOON + MINUTE),
    ]


def test_without_neighbours_a_date_bounds_itself() -> None:
    """Nothing was written before its own date."""
    assert placed([BOOT, BOOT + MINUTE], [True, True]) == [
        (BOOT, LAST - MINUTE, BOOT),
        (BOOT + MINUTE, LAST, BOOT + MINUTE),
    ]
