"""Tells a silence that was kept from one that only looks like it because lines are not here.

A source covers a time if lines it wrote then would be among those read: not behind its last line (its file may have
been copied earlier than the others, or the next one not at all), not before its first, and not where a rotated member
is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from itertools import pairwise

from logforensics.analysis.streams import Stream
from logforensics.outage.facts import Facts
from logforensics.outage.lengths import too_long

Span = tuple[datetime, datetime]


def uncovered(facts: Facts, source: Stream, since: datetime, until: datetime) -> list[Span]:
    """The parts of a silence of all that one source does not cover."""
    if source.after(since) is None and source.times[-1] <= since:
        return [(since, until)]
    if source.times[0] >= until:
        return [(since, until)]
    return [
        (max(hole.begin, since), min(hole.end, until))
        for hole in facts.lost_members
        if hole.source == source.name and hole.begin < until and hole.end > since
    ]


def kept(
    facts: Facts,
    names: Collection[str],
    timers: Sequence[Stream],
    since: datetime,
    until: datetime,
    joined: Callable[[Collection[str]], Stream | None],
) -> Span | None:
    """The stretch of a silence of the sources `names` that those who cover it show to be no chance; None if none do.

    `joined` makes one stream of some sources; `timers` are those that beat in them.  Where all cover all of it, the
    silence stands as it was found.
    """
    sources = [stream for stream in facts.sources if stream.name in names]
    missing = {stream.name: uncovered(facts, stream, since, until) for stream in sources}
    if not any(missing.values()):
        return since, until
    edges = sorted({since, until, *(edge for spans in missing.values() for span in spans for edge in span)})
    shown = []
    for begin, end in pairwise(edges):
        here = {name for name, spans in missing.items() if not any(low < end and high > begin for low, high in spans)}
        stream = joined(here) if here else None
        if stream is None:
            continue
        mine = [timer for timer in timers if timer.source in here]
        first = stream.before(begin)
        told = stream.times[first] if begin == since and first is not None else begin
        if too_long(stream, mine, told, end):
            shown.append((begin, end))
    return (shown[0][0], shown[-1][1]) if shown else None
