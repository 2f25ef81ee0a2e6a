"""Turns dates of a clock that was not set (1970, or New Year at each boot) into bounds of when they were written."""

from __future__ import annotations

from datetime import datetime

import polars as pl

LEAP = 172_800_000_000  # microseconds: two days back and ahead again; what a relay delivers late is seldom that late
JUST_BOOTED = (
    600_000_000  # an unset clock starts at New Year 00:00, UTC or local; its boot is logged within ten minutes
)
BEFORE_LOGS = datetime(1990, 1, 1)  # before there was a Linux to write any of the formats known here
LAST = datetime(2106, 2, 7)  # the end of 32-bit unsigned Unix time


def unset(walls: pl.Series, instants: pl.Series) -> pl.Series:
    """Which rows a clock that was not set has written (Boolean).

    `walls` (as written) and `instants` (UTC), both naive and in file order over a source.  Such rows have dates before
    1990, or begin with a step back by more than two days into the first ten minutes of a year and end with a step
    ahead to where the clock had been before.
    """
    found = (instants < BEFORE_LOGS).fill_null(value=False)
    micros = instants.cast(pl.Int64)
    steps = micros.diff()
    backs = (steps < -LEAP).fill_null(value=False)
    if backs.any():
        index = pl.int_range(instants.len(), eager=True)
        for start in (backs & (_new_year(walls) | _new_year(instants))).arg_true().to_list():
            home = ((index > start) & (steps > LEAP) & (micros >= micros[start - 1] - LEAP)).fill_null(value=False)
            if home.any():
                found |= (index >= start) & (index < home.arg_max())
    return found


def _new_year(times: pl.Series) -> pl.Series:
    into_year = (times - times.dt.truncate("1y")).dt.total_microseconds()
    return into_year < JUST_BOOTED


def bounded(rows: pl.DataFrame) -> pl.DataFrame:
    """When rows of a clock that was not set were written: columns earliest, latest (naive Datetime us), null elsewhere.

    `rows` in file order: time (naive UTC Datetime us) and astray (Boolean).  They were written between their
    neighbours, and within one run of that clock as long after its first line and before its last one as it shows.
    """
    known = pl.when(~pl.col("astray")).then("time")
    run = (
        ((pl.col("astray") != pl.col("astray").shift(1)) | (pl.col("time").diff() < 0)).fill_null(value=True).cum_sum()
    )
    placed = rows.with_columns(before=known.forward_fill(), after=known.backward_fill(), run=run)
    since = pl.col("time") - pl.col("time").first().over("run")
    until = pl.col("time").last().over("run") - pl.col("time")
    before, after = pl.col("before").fill_null(pl.col("time").first().over("run")), pl.col("after").fill_null(LAST)
    placed = placed.with_columns(before=before, after=after, earliest=before + since, latest=after - until)
    fits = (pl.col("earliest") <= pl.col("latest")) & (pl.col("earliest") >= pl.col("before"))
    return placed.select(
        pl.when("astray").then(pl.when(fits).then("earliest").otherwise("before")).alias("earliest"),
        pl.when("astray").then(pl.when(fits).then("latest").otherwise("after")).alias("latest"),
    )
