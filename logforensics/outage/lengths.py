"""Turns the silences of a stream into those that are too long for chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.streams import Stream
from logforensics.outage.suspects import FALSE_ALARMS

BEATS = 3
"""Beats a timer must miss before its silence counts: one may be lost, two may be a restart of the poller."""

ROBUST = 10.0
"""Without any timer to miss, a silence counts only if it is ten times longer than any other of that stream:
nights and weekends repeat, so the second longest silence has their length already."""

MOST = 20
"""Silences looked at, the longest first: more than that in one set of logs are its ordinary rhythm."""

Silence = tuple[datetime, datetime, bool]
"""Last line, next line or the logs' end, whether there is a next line."""


def long_silences(stream: Stream, timers: Sequence[Stream], end: datetime) -> list[Silence]:
    """Each silence of a stream too long for chance, in order; that behind its last line lasts until `end`."""
    spans = stream.spans
    if stream.times[-1] < end:
        tail = (end - stream.times[-1]).total_seconds()
        last = {"begin": [stream.times[-1]], "end": [end], "seconds": [tail], "lines": [1], "lull": [None]}
        spans = spans.vstack(pl.DataFrame(last, spans.schema))
    # where lines were left out between two, none of their silences is told, and none was long (analysis/thin.py)
    whole = spans.filter(pl.col("lines") == 1)
    most = whole.select("begin", "end", "seconds").top_k(MOST, by=["seconds", "begin"])
    longest = most.sort("seconds", "begin", descending=True).rows()
    needed = _needed(spans)
    found = []
    for rank, (since, until, seconds) in enumerate(longest):
        rhythm = stream.rhythm(without=(since, until))
        if rhythm is None:
            continue
        if rhythm.improbability(seconds) < needed:
            break
        others = longest[1][2] if rank == 0 and len(longest) > 1 else 0.0 if rank == 0 else math.inf
        if _told(stream, timers, since, until, others):
            found.append((since, until, until <= stream.times[-1]))
    return sorted(found)


def too_long(stream: Stream, timers: Sequence[Stream], since: datetime, until: datetime) -> bool:
    """Whether a silence of `stream` that lasts at least from `since` to `until` is too long for chance."""
    rhythm = stream.rhythm(without=(since, until))
    if rhythm is None or rhythm.improbability((until - since).total_seconds()) < _needed(stream.spans):
        return False
    others = (pl.col("end") <= since) | (pl.col("begin") >= until)
    apart = stream.spans.filter(others & (pl.col("lines") == 1)).get_column("seconds")
    return _told(stream, timers, since, until, float(apart.max() or 0.0))  # type: ignore[arg-type]  # of floats


def _needed(spans: pl.DataFrame) -> float:
    """Decades of improbability at which one of so many silences is no chance."""
    return math.log10(max(1, int(spans.get_column("lines").sum())) / FALSE_ALARMS)


def _told(stream: Stream, timers: Sequence[Stream], since: datetime, until: datetime, others: float) -> bool:
    """Whether timers missed their beats in it, or, without any, it is by far longer than all `others` (seconds)."""
    beating = [timer for timer in timers if _missed(timer, since, until) > 0]
    missed = sum(_missed(timer, since, until) >= BEATS for timer in beating)
    # One program may have stopped for reasons of its own: where there is a second, it missed its beats too.
    if missed >= min(2, max(1, len(beating))):
        return True
    alone = (until - since).total_seconds() >= ROBUST * others
    return alone and not timers and _awake(stream, since, until)


def _awake(stream: Stream, since: datetime, until: datetime) -> bool:
    """Whether a silence is at hours at which this stream was heard on another day: visitors sleep the first night."""
    day = timedelta(days=1)
    if stream.kind != "web" or until - since >= day:
        return True
    others = stream.times.filter(~stream.times.is_between(since, until))
    into_the_day = (others - since).dt.total_microseconds() % (day // timedelta(microseconds=1))
    return bool((into_the_day < (until - since) // timedelta(microseconds=1)).any())


def _missed(timer: Stream, since: datetime, until: datetime) -> float:
    """How many beats a timer missed in a silence; 0 if it was not beating before."""
    rhythm = timer.rhythm(without=(since, until))
    last = timer.before(since)
    if rhythm is None or last is None or not rhythm.regular:
        return 0.0
    beat: datetime = timer.times[last]
    if (since - beat).total_seconds() > 2 * rhythm.limit:
        return 0.0
    return (until - beat).total_seconds() / rhythm.median - 1
