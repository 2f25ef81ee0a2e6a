"""Calls of a timer that are answered 504 come late by as long as they had waited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.timeouts import told_wait, waits

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
CALL = ("192.0.2.9", "/api")


def calls(period: float, *late: float) -> pl.DataFrame:
    """A timer's calls: ten at their time, then some that are answered 504 so many seconds late."""
    ends = [NOON + timedelta(seconds=period * turn) for turn in range(10)]
    bad = [NOON + timedelta(seconds=period * (10 + turn) + wait) for turn, wait in enumerate(late)]
    return pl.DataFrame(
        {
            "time": [*ends, *bad],
            "began": [*ends, *(time - timedelta(seconds=60) for time in bad)],
            "client": [CALL[0]] * (10 + len(bad)),
            "group": [CALL[1]] * (10 + len(bad)),
            "status": [200] * 10 + [504] * len(bad),
            "ok": [True] * 10 + [False] * len(bad),
        },
        schema_overrides={"time": pl.Datetime("us", "UTC"), "began": pl.Datetime("us", "UTC")},
    )


@pytest.mark.parametrize(
    ("period", "late", "wait"),
    [
        (300.0, (10.0, 10.0), 10.0),
        (60.0, (10.0, 11.0, 10.0), 10.0),
        (300.0, (60.0, 60.0), None),  # the usual minute
        (60.0, (60.0, 60.0), None),  # which looks like no lateness at all
        (300.0, (10.0,), None),  # one alone
        (300.0, (10.0, 40.0), None),  # not of one reason
        (300.0, (0.0, 0.0), None),  # answered at once
    ],
)
def test_lateness_of_a_timers_calls_is_their_wait(period: float, late: tuple[float, ...], wait: float | None) -> None:
    """What all of them are late by, as far as the period shows it."""
    assert told_wait(calls(period, *late), {CALL: period}) == wait


def test_who_calls_again_only_after_an_answer_tells_nothing() -> None:
    """Its calls come later each time."""
    assert told_wait(calls(300.0, 10.0, 20.0, 30.0), {CALL: 300.0}) is None


def test_who_is_no_timer_tells_nothing() -> None:
    """No period, no lateness."""
    assert told_wait(calls(300.0, 10.0, 10.0), {}) is None


def test_a_told_wait_takes_the_place_of_the_minute() -> None:
    """Where the log itself told how long a request took, nothing is changed."""
    rows = calls(300.0, 10.0, 10.0)
    own = pl.when(pl.col("time") == rows["time"][11]).then(pl.col("time") - timedelta(seconds=7)).otherwise("began")
    told = waits(rows.with_columns(own.alias("began")), 10.0).select(
        (pl.col("time") - pl.col("began")).dt.total_seconds()
    )
    assert told.to_series().to_list() == [0] * 10 + [10, 7]
