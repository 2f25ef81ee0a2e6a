"""Turns silences into suspects: no web traffic while the host lives, or no line at all without a boot."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.streams import Stream
from logforensics.outage.clock_moves import clock_moved
from logforensics.outage.deadlines import missed_beats, still_silent
from logforensics.outage.facts import WEB_SERVERS, Facts, MarkLine, not_before
from logforensics.outage.losses import counted, dropped_in
from logforensics.outage.model import Edge
from logforensics.outage.speakers import speaker
from logforensics.outage.suspects import FALSE_ALARMS, Suspect

BEATS = 3
"""Beats a timer must miss before its silence counts: one may be lost, two may be a restart of the poller."""

ROBUST = 10.0
"""Without any timer to miss, a silence counts only if it is ten times longer than any other of that stream:
nights and weekends repeat, so the second longest silence has their length already."""

MOST = 20
"""Silences looked at, the longest first: more than that in one set of logs are its ordinary rhythm."""

FEWEST = 3
"""Web lines from which their silence can be told at all."""

NEAR = timedelta(minutes=2)
"""A mark explains a silence if it stands this close to its edge: services notice a resume or a step at once, and the
next line of a quiet host comes within a cron minute or two."""


def web_silences(facts: Facts, elsewhere: Sequence[Suspect]) -> list[Suspect]:
    """Suspects from stretches without a single web line while other sources go on.

    What `elsewhere` (stalls, boots) already explains is left out: a machine that stands still serves nothing.
    """
    web = facts.web
    if web is None or len(web.times) < FEWEST:
        return []
    others = [stream for stream in facts.sources if stream.name not in facts.web_sources]
    pollers = [stream for stream in facts.timers if stream.kind == "poller"]
    suspects = []
    for since, until, ends in _long_silences(web, pollers, facts.end):
        alive = sum(stream.count_within(since, until) for stream in others)
        known = any(other.first_fail <= until and other.last_fail >= since for other in elsewhere)
        quarter = (until - since) / 4
        midst = any(stream.count_within(since + quarter, until - quarter) for stream in others)
        if alive < BEATS or known or _stepped(facts, since, until, told=not midst):
            continue
        suspects.append(_web(facts, web, pollers, since, until, ends))
    return suspects


def stalls(facts: Facts) -> list[Suspect]:
    """Suspects from stretches without a line in any source, which no boot and no clock step explains."""
    everything = facts.everything
    if everything is None:
        return []
    suspects = []
    for since, until, ends in _long_silences(everything, facts.timers, facts.end):
        if not ends or _booted(facts, since, until) or _stepped(facts, since, until):
            continue
        if _web_alone(facts, since, until) or facts.lost_in(since, until):
            continue
        if counted(facts, until) or dropped_in(facts, facts.timers, since, until):
            continue
        asleep = _slept(facts, since, until)
        suspects.append(
            _asleep(everything, asleep, since, until) if asleep else _stalled(facts, everything, since, until)
        )
    return suspects


def _web(facts: Facts, web: Stream, pollers: Sequence[Stream], since: datetime, until: datetime, ends: bool) -> Suspect:
    worked, fails, recovered = _edges(web, pollers, since, until, ends)
    marks = [
        replace(mark, time=at)
        for mark in facts.marks
        if mark.time <= until and (at := not_before(mark.time, since)) is not None
    ]
    trouble = [mark for mark in marks if mark.kind in ("net-fail", "link-down") or _of_web_server(mark)]
    fails += [Edge(mark.time, mark.cite, f"{speaker(mark.program, mark.source)} told of it") for mark in trouble
              if mark.kind != "service-start"]  # fmt: skip
    fails += [Edge(mark.time, mark.cite, "the web server was only being started") for mark in trouble
              if mark.kind == "service-start" and mark.message.startswith("Starting")]  # fmt: skip
    network = any(mark.kind in ("net-fail", "link-down") for mark in trouble)
    back = [
        mark for mark in marks
        if (mark.kind == "net-ok" and network) or (mark.kind == "service-start" and _of_web_server(mark))
    ]  # fmt: skip
    last = max((mark.time for mark in trouble if mark.kind != "service-start"), default=since)
    again = [mark for mark in back if mark.time > last and not mark.message.startswith("Starting")]
    if ends and again:
        fails = [edge for edge in fails if edge.time <= again[0].time]
        recovered.append(
            Edge(again[0].time, again[0].cite, f"{speaker(again[0].program, again[0].source)} reported success")
        )
    return Suspect("web", tuple(worked), tuple(fails or _until(web, until, ends)), tuple(recovered))


def _of_web_server(mark: MarkLine) -> bool:
    """Whether a service line is about a web server, in the words of its unit."""
    words = mark.message.lower()
    return mark.kind.startswith("service") and any(word in words for word in WEB_SERVERS)


def _stalled(facts: Facts, everything: Stream, since: datetime, until: datetime) -> Suspect:
    worked, fails, recovered = _edges(everything, facts.timers, since, until, ends=True)
    return Suspect("stall", tuple(worked), tuple(fails or _until(everything, until, True)), tuple(recovered))


def _asleep(everything: Stream, marks: Sequence[MarkLine], since: datetime, until: datetime) -> Suspect:
    """A sleep lasts from the last line before it to the first one after it; `marks` are the lines that tell of it."""
    last, after = everything.before(since), everything.after(since)
    assert last is not None
    assert after is not None
    told = next((mark for mark in reversed(marks) if mark.kind == "suspend" and mark.time <= since), None)
    asleep = told.cite if told and told.time == since else everything.cites(last)
    worked = [] if last == 0 else [Edge(everything.times[last - 1], everything.cites(last - 1), "the last line awake")]
    fails = [
        Edge(since, asleep, "the machine was put to sleep"),
        Edge(until, everything.cites(after), "the machine woke: until here it slept"),
    ]
    following = min(after + 1, len(everything.times) - 1)
    back = Edge(everything.times[following], everything.cites(following), "it goes on after waking")
    return Suspect("stall", tuple(worked), tuple(fails), (back,))


def _until(stream: Stream, until: datetime, ends: bool) -> list[Edge]:
    at = stream.after(until - timedelta(microseconds=1)) if ends else len(stream.times) - 1
    return [
        Edge(until, stream.cites(at if at is not None else len(stream.times) - 1), f"{stream.name}: silent until here")
    ]


def _edges(
    stream: Stream, timers: Sequence[Stream], since: datetime, until: datetime, ends: bool
) -> tuple[list[Edge], list[Edge], list[Edge]]:
    """What the silence of a stream itself proves: worked before, overdue in it, held up until near its end."""
    last, after = stream.before(since), stream.after(since)
    assert last is not None
    worked = [Edge(since, stream.cites(last), f"the last line of {stream.name}")]
    fails = missed_beats(timers, since, until)[:3]
    usual = stream.rhythm(without=(since, until), near=since)
    if usual is not None and since + timedelta(seconds=usual.limit) < until:
        due = since + timedelta(seconds=usual.limit)
        fails.append(
            Edge(due, stream.cites(last), f"{stream.name} was never silent that long at this hour", usual.limit)
        )
    recovered = []
    if ends and after is not None:
        fails.extend(still_silent([*timers, stream], since, until - timedelta(microseconds=1), near=True)[:1])
        recovered.append(Edge(stream.times[after], stream.cites(after), f"the first line of {stream.name} again"))
    return worked, fails, recovered


def _long_silences(stream: Stream, timers: Sequence[Stream], end: datetime) -> list[tuple[datetime, datetime, bool]]:
    """(last line, next line or the logs' end, whether there is a next line) of each silence too long for chance."""
    spans = stream.spans
    if stream.times[-1] < end:
        tail = (end - stream.times[-1]).total_seconds()
        last = {"begin": [stream.times[-1]], "end": [end], "seconds": [tail], "lines": [1], "lull": [None]}
        spans = spans.vstack(pl.DataFrame(last, spans.schema))
    # where lines were left out between two, none of their silences is told, and none was long (analysis/thin.py)
    whole = spans.filter(pl.col("lines") == 1)
    longest = whole.select("begin", "end", "seconds").sort("seconds", "begin", descending=True).head(MOST).rows()
    needed = math.log10(max(1, int(spans.get_column("lines").sum())) / FALSE_ALARMS)
    found = []
    for rank, (since, until, seconds) in enumerate(longest):
        rhythm = stream.rhythm(without=(since, until))
        if rhythm is None:
            continue
        if rhythm.improbability(seconds) < needed:
            break
        beating = [timer for timer in timers if _missed(timer, since, until) > 0]
        missed = sum(_missed(timer, since, until) >= BEATS for timer in beating)
        alone = rank == 0 and (len(longest) == 1 or seconds >= ROBUST * longest[1][2])
        # One program may have stopped for reasons of its own: where there is a second, it missed its beats too.
        if missed >= min(2, max(1, len(beating))) or (alone and not timers and _awake(stream, since, until)):
            found.append((since, until, until <= stream.times[-1]))
    return sorted(found)


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


def _booted(facts: Facts, since: datetime, until: datetime) -> bool:
    return any(since < boot.time <= until + NEAR for boot in facts.boots)


def _web_alone(facts: Facts, since: datetime, until: datetime) -> bool:
    """Whether the web server stays silent, improbably so, when the machine is heard of again: then it alone stands."""
    web = facts.web
    rhythm = None if web is None else web.rhythm(without=(since, facts.end))
    if web is None or rhythm is None:
        return False
    at = web.after(until - timedelta(microseconds=1))
    following = facts.end if at is None else web.times[at]
    return bool((following - until).total_seconds() > rhythm.limit)


def _slept(facts: Facts, since: datetime, until: datetime) -> list[MarkLine]:
    """The lines that tell of a sleep at the edges of a silence."""
    return [
        mark for mark in facts.marks
        if (mark.kind == "suspend" and since - NEAR <= mark.time <= since + NEAR)
        or (mark.kind == "resume" and until - NEAR <= mark.time <= until + NEAR)
    ]  # fmt: skip


def _stepped(facts: Facts, since: datetime, until: datetime, *, told: bool = True) -> bool:
    """Whether the clock was set forward in a silence, so that the time it spans never passed.

    Proven by the kernel's own seconds, by timers that beat on but for whole quarter hours or, with `told`, by what a
    clock daemon says at the silence's end (where others wrote in the silence the time did pass, whatever it says).
    """
    if _slept(facts, since, until):
        return False
    span = (until - since).total_seconds()
    if any(step.seconds > span / 2 and step.start <= until and step.end >= since for step in facts.steps):
        return True
    marks = facts.marks_of("clock-step", until - NEAR, until + NEAR) if told else []
    return any(explains(mark.message, span) for mark in marks) or clock_moved(facts, since, until)


STEP_SECONDS = re.compile(r"(?:by|reset|offset) ([+-]?[0-9]+(?:\.[0-9]+)?)")
"""How chronyd, ntpd and ntpdate tell the size of a step ("wrong by 0.61 seconds", "time reset +7296.5 s")."""


def explains(message: str, span: float) -> bool:
    """Whether a step of the clock accounts for a silence of `span` seconds: for half of it, if it says its size."""
    size = STEP_SECONDS.search(message)
    return size is None or abs(float(size[1])) >= span / 2
