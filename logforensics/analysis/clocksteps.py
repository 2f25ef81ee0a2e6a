"""Turns stamps since boot into clock steps: moments at which the wall clock and the time since boot part ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from logforensics.analysis.findings import Cite

SMALLEST = 30.0
"""Seconds.  Below it the difference may be drift (500 ppm, the kernel's largest frequency correction, makes 43 s a
day), a late flush by rsyslog at boot, or the whole seconds of syslog stamps."""

QUARTER = 900.0
"""Seconds: by whole quarters of an hour the offsets of all zones differ since 1990 (tz database)."""

BOOT_SETTLES = 120.0
"""Seconds since boot before which kernel stamps in text are not compared: rsyslog writes the boot's lines with the time
it started itself, not with the time they were made.  A journal stamps both clocks at once."""


@dataclass(frozen=True)
class ClockStep:
    """Between two lines the wall clock gained `seconds` on the time since boot (negative: it was set back).

    A suspend looks the same, for the time since boot stands still while the machine sleeps.
    """

    start: datetime
    end: datetime
    seconds: float
    before: Cite
    after: Cite


def find_clock_steps(events: pl.DataFrame) -> tuple[ClockStep, ...]:
    """Clock steps from stamps since boot: the kernel's own ("[ 1234.567890]", printk_get_ts), or a journal's.

    In: a timeline frame with time, source, file, line, `mono` (Float64 seconds, null where there is none) and perhaps
    `session` (which boot, null in text).  Within one source and one boot (mono does not fall) wall time minus mono is
    constant up to drift.  Steps seen in several sources are reported once, by the tightest bracket.
    """
    if "mono" not in events.columns:
        return ()
    kernel = events.filter(pl.col("mono").is_not_null())
    if kernel.height < 2:
        return ()
    # File order, not time order: a step back breaks the order of time, never that of lines.
    ordered = kernel.with_columns(pl.col("time").min().over("source", "file").alias("file_begins")).sort(
        "source", "file_begins", "file", "line"
    )
    one_boot = ["source", "boot"]
    journal = pl.col("session") if "session" in ordered.columns else pl.lit(None, pl.UInt64)
    basis = pl.col("time_basis").cast(pl.String) if "time_basis" in ordered.columns else pl.lit("")
    ordered = ordered.with_columns(journal.alias("session"), (basis == "ambiguous").alias("open"))
    fell = pl.col("mono").diff().over("source").fill_null(0.0) < 0
    other = (pl.col("session") != pl.col("session").shift(1)).over("source").fill_null(value=False)
    # The boots are told apart before the young lines go: a boot may have left none but those.
    settled = ordered.with_columns(
        (pl.col("time").dt.epoch("us") / 1e6 - pl.col("mono")).alias("base"),
        (fell | other).cum_sum().over("source").alias("boot"),
    ).filter((pl.col("mono") > BOOT_SETTLES) | pl.col("session").is_not_null())
    pairs = settled.with_columns(
        (pl.col("base") - pl.col("base").shift(1).over(one_boot)).alias("jump"),
        (pl.col("mono") - pl.col("mono").shift(1).over(one_boot)).alias("elapsed"),
        pl.col("time").shift(1).over(one_boot).alias("from_time"),
        pl.col("file").shift(1).over(one_boot).alias("from_file"),
        pl.col("line").shift(1).over(one_boot).alias("from_line"),
    )
    allowed = SMALLEST + pl.col("elapsed") * 500e-6
    # a line that clocks showed twice stands at one of its two instants: the other is a whole number of quarters away
    quarters = (pl.col("jump").abs() + SMALLEST) % QUARTER <= 2 * SMALLEST
    choice = pl.col("open") | pl.col("open").shift(1).over(one_boot).fill_null(value=False)
    jumps = pairs.filter(pl.col("jump").is_not_null() & (pl.col("jump").abs() > allowed) & ~(choice & quarters))
    steps = [
        ClockStep(
            min(row["from_time"], row["time"]),
            max(row["from_time"], row["time"]),
            round(row["jump"], 3),
            Cite(str(row["from_file"]), int(row["from_line"])),
            Cite(str(row["file"]), int(row["line"])),
        )
        for row in jumps.iter_rows(named=True)
    ]
    tightest: list[ClockStep] = []
    for step in sorted(steps, key=lambda item: ((item.end - item.start), item.start, item.before)):
        if not any(
            abs(step.seconds - other.seconds) < SMALLEST and step.start <= other.end and other.start <= step.end
            for other in tightest
        ):
            tightest.append(step)
    return tuple(sorted(tightest, key=lambda item: item.start))
