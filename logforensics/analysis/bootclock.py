"""Turns lines stamped by a wrong boot clock into the instants they must have had, for reasoning only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Cite

SMALLEST = timedelta(minutes=2)
"""A clock that is nearer than this puts no line on the wrong side of a boot: the kernel's first line is a minute of
firmware and bootloader away from the last line before it."""

LONGEST = timedelta(hours=1)
"""A machine without a battery-backed clock gets the time from the network within minutes of its boot (timesyncd's
longest poll interval is 34 min 8 s, PollIntervalMaxSec=2048); what stays behind for longer is another zone."""


@dataclass(frozen=True)
class WrongBootClock:
    """From `first` to `last` (as stamped, UTC) the clock was behind: at least by `behind`, at most by `slack` more.

    `cite` is the first such line.
    """

    first: datetime
    last: datetime
    behind: timedelta
    cite: Cite
    slack: timedelta = timedelta(0)

    def slack_at(self, instant: datetime) -> timedelta:
        """By how much a retimed instant may truly be later: `slack` inside the stretch, nothing elsewhere."""
        return self.slack if self.first + self.behind <= instant <= self.last + self.behind else timedelta(0)


def find_wrong_boot_clocks(events: pl.DataFrame) -> tuple[WrongBootClock, ...]:
    """Stretches written after a boot by a clock that was behind: a Raspberry Pi before NTP (fake-hwclock, systemd#662).

    In: a timeline frame with time, source, file, line and boot_mark.  In file order such a stretch begins with a step
    back at a boot and ends with a step forward to beyond where it began.  The step forward is measured in every
    source that shows it; the smallest is nearest to the clock's own, the others hold idle time as well.
    """
    found: list[WrongBootClock] = []
    rows = events.filter(pl.col("time_basis").cast(pl.String) != "carried").select(
        "time", "source", "file", "line", pl.col("boot_mark").is_not_null().alias("boot")
    )
    for part in rows.partition_by("source", maintain_order=True):
        for file in part.partition_by("file", maintain_order=True):
            found.extend(_stretches(file.sort("line")))
    merged: list[WrongBootClock] = []
    for clock in sorted(found, key=lambda item: (item.first, item.behind)):
        twin = next((at for at, other in enumerate(merged) if abs(other.first - clock.first) < LONGEST), None)
        if twin is None:
            merged.append(clock)
        else:
            other = merged[twin]
            merged[twin] = WrongBootClock(
                min(other.first, clock.first),
                max(other.last, clock.last),
                min(other.behind, clock.behind),
                other.cite,
            )
    bounded = []
    for clock in merged:
        least = min(clock.behind, _by_kernel(events, clock))
        bounded.append(replace(clock, behind=least, slack=clock.behind - least))
    return tuple(bounded)


def _by_kernel(events: pl.DataFrame, clock: WrongBootClock) -> timedelta:
    """The least the clock was behind, by the kernel's own seconds, which no step touches; `clock.behind` without them.

    A kernel line of the boot is stamped when the log daemon starts, so wall time minus mono is too late by up to
    that wait (least on the last of them), and what the clock gained later comes out too small by as much.
    """
    if "mono" not in events.columns:
        return clock.behind
    kernel = events.filter(pl.col("mono").is_not_null())
    base = (pl.col("time").dt.epoch("us") - pl.col("mono") * 1e6).alias("base")
    during = kernel.filter(
        pl.col("time").is_between(clock.first, clock.last) & (pl.col("mono") < LONGEST.total_seconds())
    )
    after = kernel.filter(pl.col("time") > clock.last + clock.behind / 2).sort("time").head(1)
    if not during.height or not after.height:
        return clock.behind
    early, late = during.select(base.min()).item(), after.select(base).item()
    gained = timedelta(microseconds=int(late - early))
    return gained if timedelta(0) < gained else clock.behind


def _stretches(rows: pl.DataFrame) -> list[WrongBootClock]:
    """The stretches of one file, whose rows are in the order of its lines."""
    backs = (rows.get_column("time").diff() < -SMALLEST).fill_null(False).arg_true().to_list()
    if not backs:
        return []
    times: Sequence[datetime] = rows.get_column("time").to_list()
    found = []
    for begin in backs:
        for at in range(begin + 1, len(times)):
            if times[at] - times[at - 1] >= SMALLEST and times[at] >= times[begin - 1]:
                if rows.get_column("boot").slice(begin, at - begin).any():
                    cite = Cite(str(rows.item(begin, "file")), int(rows.item(begin, "line")))
                    found.append(WrongBootClock(times[begin], times[at - 1], times[at] - times[at - 1], cite))
                break
            if times[at] - times[begin] > LONGEST:
                break
    return found


def retimed(events: pl.DataFrame, clocks: Sequence[WrongBootClock]) -> pl.DataFrame:
    """The events with the lines of such stretches moved by what their clock was behind, in order again.

    Only lines that stand after the step back in their own file are moved: others may truly be of that time.
    """
    if not clocks:
        return events
    moved = events
    for clock in clocks:
        inside = pl.col("time").is_between(clock.first, clock.last)
        # Before the step back a file's lines are older in file order; after it they belong to the stretch.
        begins = (
            moved.filter(inside & pl.col("boot_mark").is_not_null())
            .group_by("file")
            .agg(pl.col("line").min().alias("stretch_begins"))
        )
        late = _late_lines(moved, clock).join(begins, on="file", how="full", coalesce=True)
        first = late.select("file", pl.min_horizontal("line", "stretch_begins").alias("stretch"))
        moved = (
            moved.join(first, on="file", how="left", maintain_order="left")
            .with_columns(
                pl.when(inside & (pl.col("line") >= pl.col("stretch")))
                .then(pl.col("time") + clock.behind)
                .otherwise(pl.col("time"))
                .alias("time")
            )
            .drop("stretch")
        )
    return moved.sort("time", maintain_order=True)


def _late_lines(events: pl.DataFrame, clock: WrongBootClock) -> pl.DataFrame:
    """For each file the first line at which its stamps step back into the stretch."""
    return (
        events.sort("file", "line", maintain_order=True)
        .with_columns(pl.col("time").diff().over("file").alias("step"))
        .filter((pl.col("step") < -SMALLEST) & pl.col("time").is_between(clock.first, clock.last))
        .group_by("file")
        .agg(pl.col("line").min())
    )
