"""Turns a relay's file, in which each host stamps its own lines, into how far each clock is from the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from logforensics.analysis.findings import Cite

SMALLEST = 30.0
"""Seconds: what lines of hosts with good clocks are apart in a relay's file, by queues and by whole seconds."""

FEWEST = 10
"""Lines of a host below which its clock is not judged: nine late ones in a row come from one cut of the network."""

STEADY = 0.25
"""A wrong clock is wrong by the same amount, line after line: the middle half of its lines differ by less than this
part of it.  What comes late comes late by this and that."""


@dataclass(frozen=True)
class HostClock:
    """The clock of `host` is ahead of those around it by `seconds` (negative: behind), from `start` to `end` (UTC)."""

    host: str
    seconds: float
    start: datetime
    end: datetime
    first: Cite
    last: Cite


def find_host_clocks(events: pl.DataFrame) -> tuple[HostClock, ...]:
    """Hosts whose stamps are steadily ahead of or behind the lines of others before theirs in the same file.

    In: a timeline frame with time, source, file, line and host.  Nothing is moved by what is found: it is told.
    """
    if "host" not in events.columns:
        return ()
    lines = events.filter(pl.col("host").is_not_null()).select("time", "file", "line", "host")
    lines = lines.filter(pl.col("host").n_unique().over("file") > 1).sort("file", "line")
    if not lines.height:
        return ()
    # the line above, if it is another host's; else the one that the line above was compared with
    above = lines.with_columns(
        pl.when(pl.col("host") != pl.col("host").shift(1)).then(pl.col("time").shift(1)).over("file").alias("other")
    ).with_columns(pl.col("other").forward_fill().over("file"))
    apart = ((pl.col("time") - pl.col("other")).dt.total_microseconds() / 1e6).alias("apart")
    found = (
        above.with_columns(apart)
        .filter(pl.col("apart").is_not_null())
        .group_by("host", "file", maintain_order=True)
        .agg(
            pl.len().alias("lines"),
            pl.col("apart").median().alias("seconds"),
            (pl.col("apart").quantile(0.75) - pl.col("apart").quantile(0.25)).alias("spread"),
            pl.col("time").min().alias("start"),
            pl.col("time").max().alias("end"),
            pl.col("line").first().alias("first"),
            pl.col("line").last().alias("last"),
        )
        .filter(
            pl.col("lines") >= FEWEST,
            pl.col("seconds").abs() >= SMALLEST,
            pl.col("spread") <= pl.col("seconds").abs() * STEADY,
        )
    )
    # where two differ from one another, the one with fewer lines is the one that differs
    counts = lines.group_by("file", "host").len().with_columns(pl.col("host", "file").cast(pl.String))
    busiest = counts.sort("len", "host", descending=[True, False]).unique("file", keep="first", maintain_order=True)
    found = found.with_columns(pl.col("host", "file").cast(pl.String))
    found = found.join(busiest.select("file", busiest="host"), on="file")
    found = found.filter(pl.col("host") != pl.col("busiest")).sort("start", "file", "host")
    return tuple(
        HostClock(
            str(row["host"]), round(row["seconds"], 3), row["start"], row["end"],
            Cite(str(row["file"]), row["first"]), Cite(str(row["file"]), row["last"]),
        )
        for row in found.iter_rows(named=True)
    )  # fmt: skip
