"""Tells from calls that a timer makes how long they waited before they were answered 504: by as much they come late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from statistics import median

import polars as pl

from logforensics.analysis.outcomes import PROXY_READ_TIMEOUT

FEWEST = 2
"""Calls answered 504 that must all be late by the same time: one alone may be late for a reason of its own."""

RECENT, LEAST = 20, 3
"""Calls answered well that show when in its period the timer calls: the last before the first 504, and how few do."""

TICK = 1.0
"""Seconds: the resolution of stamps."""


def told_wait(outcomes: pl.DataFrame, calls: Mapping[tuple[str, str], float]) -> float | None:
    """Seconds that calls of a timer waited for their 504; None if none shows it, or they fit the usual minute.

    In: outcomes as of `web_outcomes`; for each (client, group) that a timer asks for its period in seconds.  Its calls
    come at the same moment of each period, and a line is written when a call ends.  Of a lateness only its
    remainder by the period is seen: the shortest time that fits is told, which claims least of when a call came.
    """
    late = outcomes.filter((pl.col("status") == 504) & pl.col("client").is_not_null())
    pairs = (
        late.select(pl.col("client").cast(pl.String), pl.col("group").cast(pl.String)).unique().sort("client", "group")
    )
    found = []
    for client, group in pairs.iter_rows():
        period = calls.get((client, group))
        if period is None or period <= 2 * TICK:
            continue
        mine = outcomes.filter(
            (pl.col("client").cast(pl.String) == client) & (pl.col("group").cast(pl.String) == group)
        )
        wait = _wait(mine, period)
        if wait is not None:
            found.append(wait)
    return min(found, default=None)


def _wait(calls: pl.DataFrame, period: float) -> float | None:
    seconds = pl.col("time").dt.epoch("us") / 1e6
    bad = calls.filter(pl.col("status") == 504).select(seconds).to_series().sort().to_list()
    good = calls.filter("ok").select(seconds).to_series().sort()
    before = good.filter(good < bad[0]).tail(RECENT).to_list()
    after = good.filter(good > bad[0])
    bad = [time for time in bad if not len(after) or time < after[0]]
    if len(bad) < FEWEST or len(before) < LEAST:
        return None
    shifts = [_around(time - before[-1], period) for time in before]
    usual = before[-1] + median(shifts)
    spread = max(TICK, *(abs(shift - median(shifts)) for shift in shifts))
    first = (bad[0] - usual) % period
    lags = [_around(time - usual - first, period) for time in bad]
    if max(lags) - min(lags) > 2 * spread:
        return None  # whoever calls again only after an answer comes later each time
    wait = float((first + median(lags)) % period)
    if abs(_around(wait - PROXY_READ_TIMEOUT, period)) <= 2 * spread or abs(_around(wait, period)) <= 2 * spread:
        return None
    return wait


def _around(seconds: float, period: float) -> float:
    """What is left of some seconds by whole periods, between minus and plus half of one."""
    return (seconds + period / 2) % period - period / 2


def waits(outcomes: pl.DataFrame, wait: float) -> pl.DataFrame:
    """The same outcomes, each 504 taken to have waited for `wait` seconds instead of the usual minute."""
    usual = pl.duration(microseconds=int(PROXY_READ_TIMEOUT * 1e6))
    assumed = (pl.col("status") == 504) & (pl.col("time") - pl.col("began") == usual)
    told = pl.col("time") - timedelta(seconds=wait)
    return outcomes.with_columns(pl.when(assumed).then(told).otherwise("began").alias("began"))
