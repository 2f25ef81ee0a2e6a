"""Turns the times between a stream's events into the longest silence that is still normal for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

RARE = 1e-3
"""Chance at which a silence stops being normal: one interval in a thousand is longer."""

TAIL = 0.1
"""Share of the longest intervals that the tail is fitted to: enough of them to average, few enough to be the tail."""

FEWEST = 12
"""Intervals below which nothing is said of a stream: the longest of 12 is exceeded by a thirteenth
with probability 1/13 whatever its law, which is no ground for a verdict."""

FEW = 100
"""Intervals below which the tail above the 90 % point holds fewer than ten."""

MACHINE_JITTER = 0.15
"""A stream whose 95 % longest interval exceeds its median by no more than this share is driven by a timer.  For an
exponential (human) stream the ratio is ln 20 / ln 2 = 4.3; cron, systemd timers (AccuracySec=1min at 15 min and more)
and monitors stay far below 1.15."""


@dataclass(frozen=True)
class Rhythm:
    """What the intervals (seconds) of one stream say.

    `limit` is the silence exceeded by one interval in `1/RARE`; `regular` tells a timer from people.  `excess` is
    the mean excess over the tail's threshold, by which longer silences get rarer.
    """

    count: int
    median: float
    longest: float
    limit: float
    regular: bool
    excess: float
    threshold: float

    def improbability(self, silence: float) -> float:
        """-log10 of the chance that one interval is at least `silence` seconds long."""
        if silence <= self.threshold:
            return 0.0
        decades = -math.log10(TAIL) + (silence - self.threshold) / (self.excess * math.log(10))
        return min(decades, 300.0)


_PARTS = 8
_LATER = [-math.log1p(-(part + 0.5) / _PARTS) for part in range(_PARTS)]
_LATER = [_PARTS * later / math.fsum(_LATER) for later in _LATER]
"""Midpoints of equal parts of an exponential law, of mean 1: what the intervals of independent events look like."""


def law(intervals: pl.DataFrame) -> pl.DataFrame:
    """How often each length of an interval comes: seconds (Float64, ascending, each once) and lines (Float64).

    In: seconds (Float64) and, where lines were left out, lines (Int64, written from one kept line up to the next) and
    lull (Float64 seconds, the longest silence among them, or null).  Several lines are taken to lie apart as
    independent events do, but no further than the lull; where that is not above the mean, as of a timer, evenly.
    """
    if "lines" not in intervals.columns:
        return intervals.group_by("seconds").agg(pl.len().cast(pl.Float64).alias("lines")).sort("seconds")
    alike = intervals.group_by("seconds", "lines", "lull").agg(pl.len().alias("times"))
    several = pl.col("lines") > 1
    mean = pl.col("seconds") / pl.col("lines")
    wide = (pl.min_horizontal("lull", "seconds").fill_null(pl.col("seconds")) / mean - 1) / (_LATER[-1] - 1)
    parted = alike.filter(several).select(
        mean.alias("mean"), wide.clip(0, 1).alias("wide"), (pl.col("lines") * pl.col("times") / _PARTS).alias("lines")
    )
    parts = [
        parted.select((pl.col("mean") * (1 + (later - 1) * pl.col("wide"))).alias("seconds"), "lines")
        for later in _LATER
    ]
    single = alike.filter(~several).select("seconds", (pl.col("lines") * pl.col("times")).cast(pl.Float64))
    return pl.concat([single, *parts]).group_by("seconds").agg(pl.col("lines").sum()).sort("seconds")


def less(lines: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """The law of the intervals that are left of those of law `lines` when those of law `gone`, a part of them, go."""
    seconds, left = lines.get_column("seconds"), lines.get_column("lines").clone()
    places = seconds.search_sorted(gone.get_column("seconds"))
    left = left.scatter(places, left.gather(places) - gone.get_column("lines"))
    return lines.with_columns(left).filter(pl.col("lines") > 0)  # eighths (_PARTS), whose sums are exact


def rhythm_of(intervals: pl.DataFrame) -> Rhythm | None:
    """The rhythm of a stream from the `law` of its intervals, or None if there are fewer than FEWEST.

    The tail above the 90 % point is taken as exponential (the limit law of exceedances of every light-tailed
    stream: Pickands 1975 with shape 0); the mean excess is floored at a second, the resolution of most stamps.
    Below FEW intervals the mean excess is at least what the longest interval implies (of n exponential ones the
    longest is about ln n means long): so few do not show their tail.
    For a timer the limit is its longest interval plus its own spread: a timer's lateness does not accumulate.
    """
    seconds, lines = intervals.get_columns()
    count = round(lines.sum())
    if count < FEWEST:
        return None
    ranks = lines.cum_sum()  # how many intervals come before and with each of them

    def nth(place: int) -> float:
        return float(seconds[min(int(ranks.search_sorted(float(place), "right")), len(seconds) - 1)])

    def at(share: float) -> float:
        return nth(min(count - 1, int(count * share)))

    longest, median, threshold = float(seconds[-1]), nth(count // 2), at(1 - TAIL)
    longer = intervals.tail(len(seconds) - int(seconds.search_sorted(threshold, "left")))
    total, of = longer.select((pl.col("seconds") * pl.col("lines")).sum().alias("total"), pl.col("lines").sum()).row(0)
    excess = max(1.0, total / of - threshold)
    if count < FEW:
        excess = max(excess, longest / math.log(count + 1))
    if median >= 1.0 and at(0.95) <= median * (1 + MACHINE_JITTER):
        # A restart of the timer leaves one odd long interval; the 99 % point is the timer itself.
        usual = at(0.99)
        spread = max(1.0, usual - median)
        return Rhythm(count, median, longest, usual + spread, True, spread, usual)
    limit = max(longest if count < 1 / RARE else 0.0, threshold + excess * math.log(TAIL / RARE))
    return Rhythm(count, median, longest, limit, False, excess, threshold)
