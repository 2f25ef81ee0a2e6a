"""Finds lines tagged "kernel" that the kernel did not write, by the kernel's own clock in those around them.

Anybody may write such a line with logger(1).  The kernel stamps its lines with the seconds since its start
(printk.time), so that a line's time less its stamp is the same instant for all lines of one run.  A line that has no
stamp where all others have one, or whose stamp is another clock's while the lines before and behind it go on with one
clock, is not the kernel's.  Whoever reads /proc/uptime can forge the stamp as well: that cannot be told.
"""

from __future__ import annotations

import polars as pl

from logforensics.analysis.findings import Cite, Doubt

STAMPED = 20
"""Kernel lines with a stamp from which on one without a stamp is odd: with 20 of a kind the 21st differs with a chance
below 5 % (Laplace's rule of succession)."""

HALF = 0.5
"""Where more lines than this for each other one are odd, two loggers or two machines write, and neither is."""

LOGGERS = r"imklog|klogd|[Kk]ernel log|log source = |-- MARK --"
"""What log daemons write themselves under the kernel's name, without a stamp."""

SPREAD = 60.0
"""Seconds: lines of one run come to starts this far apart, as a log daemon that starts late stamps all that it finds in
the kernel's buffer with its own time."""

DRIFT = 1e-3
"""How far two clocks drift apart in the time between two lines: crystals are good to 0.0001, NTP corrects by 0.0005."""

UNSTAMPED = "the kernel's lines around it have its clock in them, and it has none"
OTHER_CLOCK = "the kernel's clock ran on around it, and it has another clock in it"

_LOG = ("source", "host")


def kernel_doubts(events: pl.DataFrame) -> tuple[Doubt, ...]:
    """Each line that is tagged "kernel", is not the kernel's and testifies of something, in order of time.

    `events`: time, source, file, line, program, message and mono, in order of time (as `columns.digest` makes them:
    lines that testify of nothing have no message); host where known.
    """
    if not {"program", "mono", "message"} <= set(events.columns):
        return ()
    mine = events.filter(pl.col("program") == "kernel")
    telling = pl.col("message").is_not_null() & ~pl.col("message").str.contains(LOGGERS)
    host = pl.col("host") if "host" in mine.columns else pl.lit(None, pl.String)
    lines = mine.select(
        pl.col("source", "file").cast(pl.String), "line", "time", "mono", host.cast(pl.String).alias("host"),
        telling.fill_null(value=False).alias("telling"), (pl.col("time").dt.epoch("us") / 1e6).alias("wall"),
    )  # fmt: skip
    if not lines.get_column("telling").any():
        return ()
    found = [_doubt("kernel-unstamped", row, UNSTAMPED) for row in _unstamped(lines)]
    found += [_doubt("kernel-clock", row, OTHER_CLOCK) for row in _other_clock(lines)]
    return tuple(sorted(found, key=lambda doubt: (doubt.time, doubt.cite)))


def _doubt(kind: str, row: dict[str, object], reason: str) -> Doubt:
    return Doubt(kind, row["time"], Cite(str(row["file"]), row["line"]), reason)  # type: ignore[arg-type]


def _unstamped(lines: pl.DataFrame) -> list[dict[str, object]]:
    """Lines without a stamp, between lines that have one; a logger that is set up anew changes its ways for good."""
    stamped = pl.col("mono").is_not_null()
    counted = lines.with_columns(
        stamped.sum().over(_LOG).alias("stamped"),
        (~stamped).sum().over(_LOG).alias("bare"),
        stamped.cum_sum().over(_LOG).alias("before"),
    )
    odd = counted.filter(
        ~stamped & pl.col("telling"),
        pl.col("stamped") >= STAMPED,
        pl.col("bare") <= pl.col("stamped") * HALF,
        pl.col("before") > 0,
        pl.col("before") < pl.col("stamped"),
    )
    return odd.to_dicts()


def _other_clock(lines: pl.DataFrame) -> list[dict[str, object]]:
    """Lines whose clock is another's, between lines of one clock in the same file."""
    place = ["file", "host"]
    known = lines.filter(pl.col("mono").is_not_null()).sort("file", "line", maintain_order=True)
    known = known.with_columns((pl.col("wall") - pl.col("mono")).alias("began"))
    new = ((pl.col("began").diff().abs() > SPREAD + pl.col("wall").diff().abs() * DRIFT).over(place)).fill_null(
        value=False
    )
    known = known.with_columns(new.cum_sum().over(place).alias("run"))
    runs = known.group_by(*place, "run", maintain_order=True).agg(
        pl.len().alias("lines"),
        pl.col("began", "wall").first().name.prefix("first_"),
        pl.col("began", "wall").last().name.prefix("last_"),
    )
    before = [
        pl.col(name).shift(1).over(place).alias(f"before_{name}") for name in ("lines", "last_began", "last_wall")
    ]
    after = [
        pl.col(name).shift(-1).over(place).alias(f"after_{name}") for name in ("lines", "first_began", "first_wall")
    ]
    apart = (pl.col("after_first_wall") - pl.col("before_last_wall")).abs()
    odd = (
        runs.with_columns(*before, *after)
        .filter(
            (pl.col("after_first_began") - pl.col("before_last_began")).abs() <= SPREAD + apart * DRIFT,
            pl.col("before_lines") + pl.col("after_lines") >= STAMPED,
            pl.col("first_wall") >= pl.col("before_last_wall") - SPREAD,
            pl.col("last_wall") <= pl.col("after_first_wall") + SPREAD,
        )
        .join(known.group_by(place).len("all"), on=place, nulls_equal=True)
        .filter(pl.col("lines").sum().over(place) <= (pl.col("all") - pl.col("lines").sum().over(place)) * HALF)
    )
    return known.join(odd.select(*place, "run"), on=[*place, "run"], nulls_equal=True).filter("telling").to_dicts()
