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


def rhythm_of(intervals: pl.Series) -> Rhythm | None:
    """The rhythm of a stream from its intervals (Float64 seconds, any order), or None if there are fewer than FEWEST.

    The tail above the 90 % point is taken as exponential (the limit law of exceedances of every light-tailed
    stream: Pickands 1975 with shape 0); the mean excess is floored at a second, the resolution of most stamps.
    Below FEW intervals the mean excess is at least what the longest interval implies (of n exponential ones the
    longest is about ln n means long): so few do not show their tail.
    For a timer the limit is its longest interval plus its own spread: a timer's lateness does not accumulate.
    """
    count = len(intervals)
    if count < FEWEST:
        return None
    ordered = intervals.sort()

    def at(share: float) -> float:
        return float(ordered[min(count - 1, int(count * share))])

    longest, median, threshold = float(ordered[-1]), float(ordered[count // 2]), at(1 - TAIL)
    tail = ordered.filter(ordered >= threshold)
    excess = max(1.0, float(tail.sum()) / len(tail) - threshold)
    if count < FEW:
        excess = max(excess, longest / math.log(count + 1))
    if median >= 1.0 and at(0.95) <= median * (1 + MACHINE_JITTER):
        # A restart of the timer leaves one odd long interval; the 99 % point is the timer itself.
        usual = at(0.99)
        spread = max(1.0, usual - median)
        return Rhythm(count, median, longest, usual + spread, True, spread, usual)
    limit = max(longest if count < 1 / RARE else 0.0, threshold + excess * math.log(TAIL / RARE))
    return Rhythm(count, median, longest, limit, False, excess, threshold)
