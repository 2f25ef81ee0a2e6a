"""Finds lines that do not fit in where they stand: by their time, or by the machine that they name.

A value with a line feed in it, written into a log as it came, becomes a line of its own, which whoever sent it has
composed (CWE-117).  Byte for byte it cannot be told from a true one; but it seldom knows the time and the machine's
name.  What is found is listed, and counts like any other line: a late relay looks the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Cite, Doubt
from logforensics.schema import COUNT, lines_expr

LATE = timedelta(seconds=5)
"""How far lines of one log come out of order by themselves: writers queue for the lock, stamps are cut to seconds."""

FEW = 20
"""Lines in a row out of order that may be a forged record; more are another writer's, or a clock that was set."""

HABIT = 0.005
"""A log in which a larger share of the lines goes back in time is one whose writers buffer (nginx: buffer= flush=)."""

MANY, STRANGER = 100, 3
"""Lines of one machine in a log beside which so few of another one are odd; a log host has many of each."""

NAMELESS = ("localhost", "(none)")
"""What a machine calls itself before it knows its name."""

MOST = 100
"""Doubts of one kind listed for one log."""


def misplaced(events: pl.DataFrame) -> tuple[Doubt, ...]:
    """Lines out of order, and lines of another machine, in order of time.

    `events`: time, source, file, line and time_basis, in order of time; host and status where known.
    """
    found = [*_strangers(events)]
    # of a log that was thinned out too few lines are left to tell a record from a stretch of them
    if COUNT not in events.columns:
        for part in _disordered(events):
            found += _out_of_order(part)
    return tuple(sorted(found, key=lambda doubt: (doubt.time, doubt.cite)))


def _strangers(events: pl.DataFrame) -> Iterator[Doubt]:
    """The few lines that name another machine, between the many of one."""
    if "host" not in events.columns:
        return
    counts = (
        events.lazy()
        .filter(pl.col("host").is_not_null(), pl.col("time_basis") != "carried")
        .group_by("source", "host")
        .agg(
            lines_expr(events.columns).sum().alias("len"),
            pl.col("time").min().alias("first"),
            pl.col("time").max().alias("last"),
        )
        .with_columns(pl.col("source", "host").cast(pl.String))
        .sort("source", "len", "host", descending=[False, True, False])
        .collect()
    )
    if counts.height == counts.get_column("source").n_unique():
        return
    main = [pl.col(name).first().over("source").alias(f"main_{name}") for name in ("len", "host", "first", "last")]
    name = pl.col("host").str.to_lowercase().str.split(".").list.first()
    mine = pl.col("main_host").str.to_lowercase().str.split(".").list.first()
    odd = counts.with_columns(*main, pl.col("len").sum().over("source").alias("all")).filter(
        pl.col("len") <= STRANGER,
        pl.col("main_len") >= MANY,
        (pl.col("all") - pl.col("main_len")) * MANY <= pl.col("main_len"),
        pl.col("first") > pl.col("main_first"),
        pl.col("last") < pl.col("main_last"),
        name != mine,
        ~name.is_in(list(NAMELESS)),
    )
    for row in odd.iter_rows(named=True):
        lines = events.filter(
            pl.col("source") == row["source"], pl.col("host") == row["host"], pl.col("time_basis") != "carried"
        )
        reason = f"{row['main_len']:,} lines of this log name one machine, and it another"
        for time, file, line in lines.select("time", "file", "line").iter_rows():
            yield Doubt("another-host", time, Cite(str(file), line), reason)


def _disordered(events: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The files in which the time goes back at all, each in the order of its lines."""
    back = (pl.col("line").cast(pl.Int64).diff() < 0).any()
    dated = events.lazy().filter(pl.col("time_basis") != "carried")
    files = dated.group_by("file").agg(back.alias("back")).filter("back").select(pl.col("file").cast(pl.String))
    wanted = [name for name in ("time", "file", "line", "status") if name in events.columns]
    for name in files.collect().get_column("file").sort():
        yield dated.filter(pl.col("file") == name).select(wanted).sort("line", maintain_order=True).collect()


def _out_of_order(rows: pl.DataFrame) -> list[Doubt]:
    back = (rows.get_column("time").diff() < -LATE).fill_null(value=False)
    if back.sum() > max(FEW, HABIT * rows.height):
        return []
    drops = back.arg_true().to_list()
    times = rows.get_column("time")
    file = str(rows.item(0, "file"))
    web = "status" in rows.columns and rows["status"].null_count() < rows.height
    found: dict[int, Doubt] = {}
    for at in drops:
        early = _early(times, at)
        late = _late(times, at)
        # a web server writes a request's line when it ends, some of them with the time at which it began
        chosen, why = (late, "behind") if late and (not early or len(late) <= len(early)) else (early, "before")
        if why == "before" and web:
            continue
        for place in chosen:
            reason = f"its time lies {why} that of the lines around it"
            found[place] = Doubt("out-of-order", times[place], Cite(file, rows.item(place, "line")), reason)
    return [found[place] for place in sorted(found)][:MOST]


def _early(times: pl.Series, at: int) -> list[int]:
    """The lines from `at` on that are older than the one before it, if they are few and it goes on from there then."""
    last: datetime = times[at - 1]
    for end in range(at, min(at + FEW + 1, len(times))):
        if times[end] >= last - LATE:
            return list(range(at, end))
    return list(range(at, len(times))) if len(times) - at <= FEW else []


def _late(times: pl.Series, at: int) -> list[int]:
    """The lines before `at` that are newer than it, if they are few and came by a leap."""
    first: datetime = times[at]
    for begin in range(at - 1, max(at - FEW - 2, -1), -1):
        if times[begin] <= first + LATE:
            return list(range(begin + 1, at))
    return list(range(at)) if at <= FEW else []
