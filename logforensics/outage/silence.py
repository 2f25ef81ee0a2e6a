"""Turns silences into suspects: no web traffic while the host lives, or no line at all without a boot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from logforensics.analysis.streams import Stream
from logforensics.outage.barred import NEAR, barred
from logforensics.outage.clock_moves import clock_moved
from logforensics.outage.coverage import kept
from logforensics.outage.deadlines import missed_beats, still_silent
from logforensics.outage.facts import Facts, MarkLine, not_before
from logforensics.outage.lengths import BEATS, long_silences
from logforensics.outage.losses import counted, dropped_in
from logforensics.outage.model import Edge
from logforensics.outage.speakers import speaker
from logforensics.outage.suspects import DECISIVE, Suspect

FEWEST = 3
"""Web lines from which their silence can be told at all."""


class Silence(NamedTuple):
    """A silence: the line before it, the line after it or the logs' end (then not `ends`), what of it is shown."""

    since: datetime
    until: datetime
    ends: bool
    begin: datetime
    end: datetime


def web_silences(facts: Facts, elsewhere: Sequence[Suspect]) -> list[Suspect]:
    """Suspects from stretches without a single web line while other sources go on.

    What `elsewhere` (stalls, boots) already explains is left out: a machine that stands still serves nothing.  So is
    what lines that are not here could explain as well: a web log that simply ends, while others go on, was more likely
    copied earlier, unless something else tells that the web server could not be reached from then on, or nothing was
    copied at all.
    """
    web = facts.web
    if web is None or len(web.times) < FEWEST:
        return []
    others = [stream for stream in facts.sources if stream.name not in facts.web_sources]
    pollers = _pollers(facts)
    suspects = []
    for since, until, ends in long_silences(web, pollers, facts.end):
        alive = sum(stream.count_within(since, until) for stream in others)
        known = any(other.first_fail <= until and other.last_fail >= since for other in elsewhere)
        quarter = (until - since) / 4
        midst = any(stream.count_within(since + quarter, until - quarter) for stream in others)
        if alive < BEATS or known or _stepped(facts, since, until, told=not midst):
            continue
        shown = kept(facts, facts.web_sources, pollers, since, until, facts.web_of) if ends else (since, until)
        if shown is not None and (ends or _uncopied(facts, web, since) or _left_behind(facts, web, since)):
            suspects.append(_web(facts, web, pollers, Silence(since, until, ends, *shown)))
    return suspects


def web_log_ends(facts: Facts, outages: Sequence[Suspect]) -> datetime | None:
    """The last web line, if the web logs end so long before the others that it is no chance, and no outage either."""
    web = facts.web
    if web is None or len(web.times) < FEWEST:
        return None
    for since, until, ends in long_silences(web, _pollers(facts), facts.end):
        known = any(suspect.first_fail <= until and suspect.known_over(facts.end) >= since for suspect in outages)
        if not ends and not known:
            return since
    return None


def _pollers(facts: Facts) -> list[Stream]:
    return [stream for stream in facts.timers if stream.kind == "poller"]


def _uncopied(facts: Facts, web: Stream, since: datetime) -> bool:
    """Whether the web lines end in logs that are read where they are written.

    Those of a server that was taken out of service stay for ever: a silence longer than all that was heard before it
    may be that.
    """
    return facts.timeline.live and facts.end - since < since - web.times[0]


def _left_behind(facts: Facts, web: Stream, since: datetime) -> bool:
    """Whether something tells that the web lines ended for good for another reason than that no more were copied.

    That is what barred visitors from the server, or a failure after which something cannot work.
    """
    due = _due(web, _pollers(facts), since, facts.end)
    decisive = facts.failures_in(since - NEAR, due + NEAR, *DECISIVE)
    return bool(barred(facts, since, due, facts.end, facts.end)) or any(fail.witness != "claimed" for fail in decisive)


def _due(web: Stream, pollers: Sequence[Stream], since: datetime, until: datetime) -> datetime:
    """By when a web line should have come."""
    beats = missed_beats(pollers, since, until)
    usual = web.rhythm(without=(since, until), near=since)
    limits = [since + timedelta(seconds=usual.limit)] if usual else []
    return min([until, *limits, *(beat.time for beat in beats)])


def stalls(facts: Facts, hosts: Sequence[Suspect] = ()) -> list[Suspect]:
    """Suspects from stretches without a line in any source, which no boot and no clock step explains.

    Nor is a silence of its own what one of `hosts` keeps while it starts: a disk is checked, or somebody is waited for.
    """
    everything, beating = facts.everything, facts.beating
    if everything is None or beating is None:
        return []
    long = [(since, until) for since, until, _ in long_silences(beating, facts.timers, facts.end)]
    suspects = []
    every = tuple(stream.name for stream in facts.sources)
    for since, until, ends in long_silences(everything, facts.timers, facts.end):
        if not ends or _booted(facts, since, until) or _stepped(facts, since, until):
            continue
        if not any(begin <= since and until <= end for begin, end in long):
            continue
        if any(host.boot and host.boot.time <= since and until <= host.known_over(since) for host in hosts):
            continue
        if _web_alone(facts, since, until) or facts.lost_in(since, until):
            continue
        if counted(facts, until) or dropped_in(facts, facts.timers, since, until):
            continue
        if kept(facts, every, facts.timers, since, until, facts.all_of) is None:
            continue
        asleep = _slept(facts, since, until)
        suspects.append(
            _asleep(everything, asleep, since, until) if asleep else _stalled(facts, everything, since, until)
        )
    return suspects


def _web(facts: Facts, web: Stream, pollers: Sequence[Stream], silence: Silence) -> Suspect:
    since, until = silence.since, silence.until
    worked, fails, recovered = _edges(web, pollers, since, until, silence.ends)
    fails = [edge for edge in fails if silence.begin <= edge.time <= silence.end]
    fails += _behind_a_hole(web, silence)
    held = max((edge.time for edge in fails), default=until) if silence.ends else until
    reason = barred(facts, since, _due(web, pollers, since, until), until, held)
    told = [(mark, at) for mark in (*reason.stops, *reason.network)
            if (at := not_before(mark.time, since)) is not None]  # fmt: skip
    fails += [Edge(at, mark.cite, f"{speaker(mark.program, mark.source)} told of it") for mark, at in told]
    fails += [Edge(mark.time, mark.cite, "the web server was only being started") for mark in reason.starts
              if mark.message.startswith("Starting")]  # fmt: skip
    last = max((at for _, at in told), default=since)
    starts = [mark for mark in reason.starts if not mark.message.startswith("Starting")]
    reached = facts.marks_of("net-ok", last, until) if reason.network and not reason.stopped else []
    again = [mark for mark in sorted((*starts, *reached), key=lambda mark: (mark.time, mark.cite))
             if mark.time > last and silence.ends and _answered(web, mark.time, since, until)]  # fmt: skip
    if again:
        fails = [edge for edge in fails if edge.time <= again[0].time]
        recovered.append(
            Edge(again[0].time, again[0].cite, f"{speaker(again[0].program, again[0].source)} reported success")
        )
    return Suspect("web", tuple(worked), tuple(fails or _until(web, until, silence.ends)), tuple(recovered))


def _answered(web: Stream, time: datetime, since: datetime, until: datetime) -> bool:
    """Whether web lines return so soon after it that it may have been what brought them back."""
    usual = web.rhythm(without=(since, until), near=until)
    return usual is None or until - time <= timedelta(seconds=usual.limit)


def _behind_a_hole(web: Stream, silence: Silence) -> list[Edge]:
    """Proofs of a silence of which a part is not covered: too long where it is, and until when it is known."""
    found = []
    usual = web.rhythm(without=(silence.since, silence.until), near=silence.begin)
    last = web.before(silence.since)
    assert last is not None
    if silence.begin > silence.since and usual is not None:
        due = silence.begin + timedelta(seconds=usual.limit)
        if due < silence.end:
            found.append(Edge(due, web.cites(last), f"{web.name} was silent here too, and that long", usual.limit))
    if silence.end < silence.until:
        found.append(Edge(silence.end, web.cites(last), f"{web.name}: silent as far as its files are here"))
    return found


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
