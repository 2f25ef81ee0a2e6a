"""Turns silences into suspects: no web traffic while the host lives, or no line at all without a boot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from logforensics.analysis.streams import Stream
from logforensics.outage.deadlines import missed_beats, still_silent
from logforensics.outage.facts import Facts
from logforensics.outage.model import Edge
from logforensics.outage.suspects import FALSE_ALARMS, Suspect

BEATS = 3
"""Beats a timer must miss before its silence counts: one may be lost, two may be a restart of the poller."""

ROBUST = 10.0
"""Without any timer to miss, a silence counts only if it is ten times longer than any other of that stream:
nights and weekends repeat, so the second longest silence has their length already."""

NEAR = timedelta(minutes=2)
"""A mark explains a silence if it stands this close to its edge: services notice a resume or a step at once, and the
next line of a quiet host comes within a cron minute or two."""


def web_silences(facts: Facts) -> list[Suspect]:
    """Suspects from stretches without a single web line while other sources go on."""
    web = facts.web
    if web is None or len(web.times) < 3:
        return []
    others = [stream for stream in facts.sources if stream.name not in facts.web_sources]
    pollers = [stream for stream in facts.timers if stream.kind == "poller"]
    suspects = []
    for since, until, ends in _long_silences(web, pollers, facts.end):
        alive = sum(stream.count_within(since, until) for stream in others)
        if alive < BEATS or _booted(facts, since, until) or _stepped(facts, since, until):
            continue
        suspects.append(_suspect(facts, "web", web, [*pollers, web], since, until, ends))
    return suspects


def stalls(facts: Facts) -> list[Suspect]:
    """Suspects from stretches without a line in any source, which no boot and no clock step explains."""
    everything = facts.everything
    if everything is None:
        return []
    suspects = []
    for since, until, ends in _long_silences(everything, facts.timers, facts.end):
        if not ends or _booted(facts, since, until):
            continue
        slept = _slept(facts, since, until)
        if not slept and _stepped(facts, since, until):
            continue
        suspect = _suspect(facts, "stall", everything, list(facts.timers), since, until, ends)
        suspects.append(suspect)
    return suspects


def _long_silences(stream: Stream, timers: Sequence[Stream], end: datetime) -> list[tuple[datetime, datetime, bool]]:
    """(last line, next line or the logs' end, whether there is a next line) of each silence too long for chance."""
    times = [*stream.times, end]
    spans = sorted(
        ((after - before).total_seconds(), before, after) for before, after in zip(times, times[1:], strict=False)
    )
    longest = spans[-1][0]
    found = []
    for seconds, since, until in reversed(spans[-20:]):
        rhythm = stream.rhythm(without=(since, until))
        if rhythm is None:
            continue
        needed = math.log10(len(times) / FALSE_ALARMS)
        if rhythm.improbability(seconds) < needed:
            break
        missed = sum(_missed(timer, since, until) >= BEATS for timer in timers)
        others = [other for other, begin, _ in spans if begin != since]
        alone = seconds == longest and (not others or seconds >= ROBUST * others[-1])
        if missed or (alone and not timers):
            found.append((since, until, until in stream.times))
    return sorted(found)


def _missed(timer: Stream, since: datetime, until: datetime) -> float:
    """How many beats a timer missed in a silence; 0 if it was not beating before."""
    rhythm = timer.rhythm(without=(since, until))
    last = timer.before(since)
    if rhythm is None or last is None or not rhythm.regular:
        return 0.0
    if (since - timer.times[last]).total_seconds() > 2 * rhythm.limit:
        return 0.0
    return (until - timer.times[last]).total_seconds() / rhythm.median - 1


def _suspect(
    facts: Facts, kind: str, stream: Stream, timers: Sequence[Stream], since: datetime, until: datetime, ends: bool
) -> Suspect:
    last, after = stream.before(since), stream.after(since)
    assert last is not None
    worked = (Edge(since, stream.cites(last), f"the last line of {stream.name}"),)
    fails = missed_beats(timers, since, until)[:3]
    usual = stream.rhythm(without=(since, until), near=since)
    if usual is not None and since + timedelta(seconds=usual.limit) < until:
        due = since + timedelta(seconds=usual.limit)
        fails.append(Edge(due, stream.cites(last), f"{stream.name} was never silent that long at this hour", usual.limit))
    recovered = []
    if ends and after is not None:
        fails.extend(still_silent(timers, since, until - timedelta(microseconds=1), near=True)[:1])
        recovered.append(Edge(stream.times[after], stream.cites(after), f"the first line of {stream.name} again"))
    marks = [mark for mark in facts.marks if since < mark.time <= until]
    fails.extend(
        Edge(mark.time, mark.cite, f"{mark.program or mark.source} told of it")
        for mark in marks
        if mark.kind in ("net-fail", "link-down", "suspend") and kind != "stall"
    )
    back = [mark for mark in marks if mark.kind in ("net-ok", "ready") and _is_last_word(facts, mark.time, until)]
    if ends and back and kind == "web":
        recovered.append(Edge(back[0].time, back[0].cite, f"{back[0].program or back[0].source} had its answer again"))
    if not fails:
        fails.append(Edge(until, stream.cites(after if ends and after is not None else last), "silent until here"))
    return Suspect(kind, worked, tuple(fails), tuple(recovered))


def _is_last_word(facts: Facts, instant: datetime, until: datetime) -> bool:
    """Whether nothing between `instant` and the end of the silence tells of failure again."""
    return not any(
        mark.kind in ("net-fail", "link-down", "service-stop") and instant < mark.time < until for mark in facts.marks
    )


def _booted(facts: Facts, since: datetime, until: datetime) -> bool:
    return any(since < boot.time <= until + NEAR for boot in facts.boots)


def _slept(facts: Facts, since: datetime, until: datetime) -> bool:
    return bool(facts.marks_of("suspend", since - NEAR, until + NEAR) or facts.marks_of("resume", since, until + NEAR))


def _stepped(facts: Facts, since: datetime, until: datetime) -> bool:
    """Whether the clock was set forward in a silence, so that the time it spans never passed.

    Proven by the kernel's own seconds, or told by a clock daemon at the silence's end.
    """
    if _slept(facts, since, until):
        return False
    span = (until - since).total_seconds()
    proven = any(
        step.seconds > span / 2 and step.start <= until and step.end >= since for step in facts.steps
    )
    return proven or bool(facts.marks_of("clock-step", until - NEAR, until + NEAR))
