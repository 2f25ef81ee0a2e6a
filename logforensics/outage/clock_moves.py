"""Turns beats on both sides of a silence into the word that no time passed in it: the host's wall clock was moved.

Where a host is set to another zone, or logs that tell no zone go over the hour that summer time leaves out, all that is
written shows a leap of whole quarters of an hour, and each timer beats on as if nothing had happened.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from logforensics.analysis.streams import Stream
from logforensics.outage.facts import Facts

QUARTER = 900.0
"""Seconds: every offset of every zone since 1990 is a multiple of a quarter of an hour (tz database)."""

LEAST, MOST = 1800.0, 26 * 3600.0
"""Seconds: the smallest change of a zone's offset (Lord Howe) and the largest there can be (from -12:00 to +14:00)."""

CHANCE = 0.01
"""Chance at which a timer that really stood still would beat on in time all the same."""


def clock_moved(facts: Facts, since: datetime, until: datetime) -> bool:
    """Whether the timers around a silence (its last line before, its first after) beat on but for whole quarter hours.

    All of them must agree, and one at least must be of a period that this says something of: cron, which beats by the
    wall clock, keeps its minutes whatever the clock does.
    """
    if not LEAST <= (until - since).total_seconds() <= MOST:
        return False
    fits = [_fits(timer, since, until) for timer in facts.timers]
    return bool(fits) and min(fits) <= CHANCE and max(fits) <= 1.0


def _fits(timer: Stream, since: datetime, until: datetime) -> float:
    """The chance that a timer's beats fit by accident; 1 if it tells nothing, infinite if they do not fit."""
    rhythm = timer.rhythm(without=(since, until))
    last, after = timer.before(since), timer.after(until - timedelta(microseconds=1))
    if rhythm is None or last is None or after is None:
        return 1.0
    if (since - timer.times[last]).total_seconds() > 2 * rhythm.limit:
        return 1.0
    if timer.count_within(since, until):
        return math.inf  # it beat meanwhile: the time did pass
    spread = max(1.0, rhythm.limit - rhythm.median)
    apart = (timer.times[after] - timer.times[last]).total_seconds() - rhythm.median
    missed = abs(apart - QUARTER * round(apart / QUARTER))
    if missed > spread or apart < LEAST - spread:
        return math.inf
    # beats by the wall clock lie on a lattice of their period, which quarter hours meet more or less often
    return max(2 * spread, math.gcd(round(rhythm.median), int(QUARTER))) / QUARTER
