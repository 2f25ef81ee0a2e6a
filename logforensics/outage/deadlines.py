"""Turns the rhythms of streams into deadlines: the instant by which each should have been heard of again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from logforensics.analysis.rhythm import Rhythm
from logforensics.analysis.streams import Stream
from logforensics.outage.model import Edge

PAGE_CACHE = timedelta(seconds=35)
"""Lines not yet on disk when power fails or the disk goes: vm.dirty_expire_centisecs (30 s) and the flusher's period,
vm.dirty_writeback_centisecs (5 s), Linux's defaults (Documentation/admin-guide/sysctl/vm.rst).  A beat missing from
the log may therefore still have happened up to that long before the end."""


def missed_beats(
    streams: Iterable[Stream], since: datetime, until: datetime, lost: timedelta = timedelta(0)
) -> list[Edge]:
    """Deadlines missed in a silence, earliest first.

    A stream whose last event lies at or before `since` and whose next one lies after `until` was due again within
    its rhythm's limit; the instant it became overdue, plus `lost` (what a crash may have taken from the log), proves
    failure, if it lies inside (since, until).
    """
    edges = []
    for stream in streams:
        last = stream.before(since)
        if last is None:
            continue
        following = stream.after(stream.times[last])
        if following is not None and stream.times[following] < until:
            continue
        rhythm = stream.rhythm(without=(since, until))
        if rhythm is None:
            continue
        due = stream.times[last] + timedelta(seconds=rhythm.limit) + lost
        missing = ((stream.times[following] if following is not None else until) - stream.times[last]).total_seconds()
        if since < due < until:
            edges.append(
                Edge(
                    due,
                    stream.cites(last),
                    f"{describe(stream)}, every {period(rhythm.median)} until then, was overdue{odds(rhythm, missing)}",
                    shift=(due - stream.times[last]).total_seconds(),
                )
            )
    return sorted(edges, key=lambda edge: (edge.time, edge.cite or ("", 0)))


def still_silent(streams: Iterable[Stream], since: datetime, until: datetime, near: bool = False) -> list[Edge]:
    """Latest instants at which streams that came back were still held up, latest first.

    A stream that was silent over [since, until] and then came back at t would have come within its limit of the
    recovery: so at t minus the limit nothing worked yet.  With `near` the limit is that of the same time of day.
    """
    edges = []
    for stream in streams:
        back = stream.after(until)
        if back is None or stream.count_within(since, stream.times[back]) > 0 or stream.times[0] > since:
            continue
        returned = stream.times[back]
        rhythm = stream.rhythm(without=(since, returned), near=returned if near else None)
        if rhythm is None:
            continue
        held = returned - timedelta(seconds=rhythm.limit)
        if since < held < returned:
            edges.append(
                Edge(
                    held,
                    stream.cites(back),
                    f"{describe(stream)}, else every {period(rhythm.median)}, came again only later",
                    shift=-rhythm.limit,
                )
            )
    return sorted(edges, key=lambda edge: (edge.time, edge.cite or ("", 0)), reverse=True)


MOST_DECADES = 6
"""Nobody can picture a chance below one in a million, and no rhythm is known well enough to tell it."""


def odds(rhythm: Rhythm, silence: float) -> str:
    """The chance of a silence of so many seconds at a stream's rhythm, in words; nothing where it is not small."""
    decades = int(min(MOST_DECADES, rhythm.improbability(silence)))
    if decades < 2:
        return ""
    return (
        f" (the chance of that is below {'one in a million' if decades == MOST_DECADES else f'1 in {10**decades:,}'})"
    )


def describe(stream: Stream) -> str:
    """What a stream is, in words that quote no log text but names."""
    if stream.kind == "beat":
        return f"a regular line of {stream.source}"
    if stream.kind == "poller":
        return f"a regular client of {stream.source}"
    return f"{stream.name}"


def period(seconds: float) -> str:
    """A period for reading: "45 s", "10 min", "6 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h".replace(".0 h", " h")
