"""Turns dates of a clock that was not set (1970, or New Year at each boot) into bounds of when they were written."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from logforensics.clock.zones import Zone

LEAP = 172_800_000_000  # microseconds: two days back and ahead again; what a relay delivers late is seldom that late
JUST_BOOTED = (
    600_000_000  # an unset clock starts at New Year 00:00, UTC or local; its boot is logged within ten minutes
)
BEFORE_LOGS = datetime(1990, 1, 1)  # before there was a Linux to write any of the formats known here
LAST = datetime(2106, 2, 7)  # the end of 32-bit unsigned Unix time


def unset(rows: pl.DataFrame, zone: Zone) -> pl.Series:
    """Which rows a clock that was not set has written (Boolean).

    `rows` in file order over a source, all naive Datetime us: wall (as written), time (UTC), low and high (its bounds,
    null where it is sure).  Such rows have dates before 1990, or begin with a step back by more than two days into the
    first ten minutes of a year (as written, in UTC or in the host's `zone`) and end with a step ahead to where the
    clock had been before.
    """
    instants = rows["time"]
    found = (instants < BEFORE_LOGS).fill_null(value=False)
    micros = instants.cast(pl.Int64)
    steps = micros.diff()
    backs = (steps < -LEAP).fill_null(value=False)
    if backs.any():
        index = pl.int_range(instants.len(), eager=True)
        begins = rows.filter(backs)
        begins = begins.with_columns(local=zone.to_local(begins["time"])["wall"])
        fresh = begins.select(
            pl.any_horizontal(
                _new_year(name).fill_null(value=False) for name in ("wall", "time", "low", "high", "local")
            )
        ).to_series()
        for start in backs.arg_true().filter(fresh).to_list():
            home = ((index > start) & (steps > LEAP) & (micros >= micros[start - 1] - LEAP)).fill_null(value=False)
            if home.any():
                found |= (index >= start) & (index < home.arg_max())
    return found


def _new_year(name: str) -> pl.Expr:
    times = pl.col(name)
    return (times - times.dt.truncate("1y")).dt.total_microseconds() < JUST_BOOTED


def bounded(rows: pl.DataFrame) -> pl.DataFrame:
    """When rows of a clock that was not set were written: earliest, latest and shown (naive Datetime us), else null.

    `rows` in file order: time, low and high (naive UTC Datetime us, the last two null where time is sure) and astray
    (Boolean).  They were written between their neighbours, and within one run of that clock as long after its first
    line and before its last one as it shows; shown as late as what follows them allows, or else as early as can be.
    """
    good = ~pl.col("astray")
    low, high = pl.when(good).then(pl.coalesce("low", "time")), pl.when(good).then(pl.coalesce("high", "time"))
    run = (
        ((pl.col("astray") != pl.col("astray").shift(1)) | (pl.col("time").diff() < 0)).fill_null(value=True).cum_sum()
    )
    placed = rows.with_columns(before=low.forward_fill(), after=high.backward_fill(), run=run)
    since = pl.col("time") - pl.col("time").first().over("run")
    until = pl.col("time").last().over("run") - pl.col("time")
    before, after = pl.col("before").fill_null(pl.col("time").first().over("run")), pl.col("after").fill_null(LAST)
    placed = placed.with_columns(before=before, after=after, earliest=before + since, latest=after - until)
    fits = (pl.col("earliest") <= pl.col("latest")) & (pl.col("earliest") >= pl.col("before"))
    placed = placed.with_columns(
        earliest=pl.when("astray").then(pl.when(fits).then("earliest").otherwise("before")),
        latest=pl.when("astray").then(pl.when(fits).then("latest").otherwise("after")),
    )
    following = pl.when(good).then("time").backward_fill()
    # behind the last line that is sure nothing tells how much later it was: not 2106
    shown = pl.coalesce(following - until, "earliest").clip("earliest", "latest")
    return placed.select("earliest", "latest", pl.when("astray").then(shown).alias("shown"))
