"""Turns a case into its two brackets: when it must have begun and ended, each edge set by one cited line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from logforensics.analysis.gaps import FEWEST_LINES
from logforensics.analysis.streams import Stream
from logforensics.outage.bearing import ONE_START, RESTART, SESSION, bear_on, bear_on_marks
from logforensics.outage.cases import Case
from logforensics.outage.deadlines import PAGE_CACHE, missed_beats
from logforensics.outage.facts import WHOLE_SECOND, Facts, not_before
from logforensics.outage.host import SILENT_DECADES
from logforensics.outage.model import Bracket, Constraint, Edge
from logforensics.outage.readiness import borne_out, ready_marks
from logforensics.outage.speakers import speaker
from logforensics.outage.suspects import UPSTREAM

COVERED = 0.9
"""Share of a case that a source's silence must cover to be part of it: less is a silence of its own."""

MOST_CONSTRAINTS = 5
"""Witnesses told on each side of each edge."""


@dataclass(frozen=True)
class Brackets:
    """The two brackets of a case, and the sources that were silent with it."""

    start: Bracket
    end: Bracket | None
    silent: tuple[str, ...]
    constraints: tuple[Constraint, ...] = ()


def bracket(case: Case, facts: Facts) -> Brackets:
    """Tighten a case by every witness that shares its fate, and set its edges.

    start: (the last proof that all worked, the first proof that it did not]; end: (the last proof that it did not, the
    first proof that it did again], None if there is none before the logs end.
    """
    worked, fails, recovered = case.edges("worked"), case.edges("fails"), case.edges("recovered")
    silent = _silent_with(case, facts)
    for stream in _served_with(case, facts):
        worked += _last_before(stream, case.first_fail, f"the last request recorded in {stream.name}")
        recovered += _first_after(stream, case.last_fail, f"the first request recorded in {stream.name} again")
    if silent:
        worked, fails = _by_silence(case, facts, silent, worked, fails)
        if not case.of("host"):
            recovered += _returns(silent, case.last_fail)
    fails += _told_before(case, facts, worked, recovered, min(edge.time for edge in fails))
    first = min(fails, key=_order)
    last = max(fails, key=_order)
    if not case.of("host"):
        fails, recovered = _by_restart(facts, first.time, last, fails, recovered)
        last = max(fails, key=_order)
    # Stamps of whole seconds put a last success and a first failure into the same second: two lines, one instant.
    # A missed beat cites the last one there was, which may well be the last proof that all worked.
    before = [
        edge for edge in worked if edge.time < first.time or (edge.time == first.time and edge.cite != first.cite)
    ]
    after = [edge for edge in recovered if edge.time >= last.time]
    earliest = max(before, key=_order, default=None)
    outer = tuple(
        Edge(edge.time - timedelta(seconds=edge.shift), edge.cite, "the same line's own time, if it had not waited")
        for edge in (first,)
        if edge.shift < 0
    )
    start = Bracket(earliest, first, outer)
    names = tuple(stream.name for stream in silent)
    over = _loosened(min(after, key=_order), facts) if after else None
    late = [edge for edge in fails if over is None or edge.time <= over.time]
    constraints = (
        *(Constraint("start-after", edge) for edge in _tightest(before, latest=True)),
        *(Constraint("start-by", edge) for edge in _tightest(fails, latest=False)),
        *(Constraint("end-after", edge) for edge in _tightest(late, latest=True)),
        *(Constraint("end-by", edge) for edge in _tightest(after, latest=False)),
    )
    return Brackets(start, None if over is None else Bracket(last, over), names, constraints)


def _order(edge: Edge) -> tuple[datetime, tuple[str, int], str]:
    return edge.time, edge.cite or ("", 0), edge.reason


def _tightest(edges: list[Edge], *, latest: bool) -> list[Edge]:
    """The edges that bound most, the tightest first, each line once."""
    unique = {(edge.time, edge.cite): edge for edge in sorted(edges, key=_order, reverse=latest)}
    return list(unique.values())[:MOST_CONSTRAINTS]


def _loosened(edge: Edge, facts: Facts) -> Edge:
    """An upper edge moved up by what the boot clock that stamped it may have been further behind."""
    slack = max((clock.slack_at(edge.time) for clock in facts.wrong_clocks), default=timedelta(0))
    if not slack:
        return edge
    reason = f"{edge.reason} (its clock was not yet set: up to {slack.total_seconds():.0f} s later)"
    return Edge(edge.time + slack, edge.cite, reason, edge.shift + slack.total_seconds())


def _silent_with(case: Case, facts: Facts) -> list[Stream]:
    """Sources that fell silent with the case, improbably so, and stayed so while it lasted."""
    if case.of("web", "stall"):
        return []
    begin, end = case.first_fail, case.last_fail
    if case.of("host"):
        # Every source is silent before a boot; only those silent long before it testify of more than the boot.
        begin = min((suspect.first_fail for suspect in case.of("service", "disk")), default=end)
    if begin >= end:
        return []
    found = []
    for stream in facts.sources:
        if stream.name in facts.web_sources:
            continue
        if stream.times[0] >= begin or stream.count_within(begin, end) > 0:
            silence = _longest_silence(stream, begin, end)
        else:
            silence = (begin, end)
        if silence is None or (silence[1] - silence[0]) < COVERED * (end - begin):
            continue
        last = stream.before(silence[0])
        if last is None:
            continue
        back = stream.after(stream.times[last])
        until = stream.times[back] if back is not None else facts.end
        if _improbable(stream, stream.times[last], until):
            found.append(stream)
    return found


def _improbable(stream: Stream, since: datetime, until: datetime) -> bool:
    """Whether a silence is no chance: by the stream's rhythm, or, with too few lines for one, by its share of all.

    What had written but one line before has no habit that it could have broken.
    """
    silence = (until - since).total_seconds()
    rhythm = stream.rhythm(without=(since, until))
    if rhythm is None:
        rest = (stream.times[-1] - stream.times[0]).total_seconds() - silence
        habit = (stream.before(since) or 0) > 0
        return habit and len(stream.times) >= FEWEST_LINES and silence > rest
    return rhythm.improbability(silence) >= SILENT_DECADES


def _longest_silence(stream: Stream, begin: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    """The longest stretch of [begin, end] in which a stream says nothing."""
    inside = stream.times.filter(stream.times.is_between(begin, end)).to_list()
    marks = [begin, *inside, end]
    return max(pairwise(marks), key=lambda span: span[1] - span[0], default=None)


def _served_with(case: Case, facts: Facts) -> list[Stream]:
    """Streams of served requests that have none while the case lasts: what failed is what they record."""
    if case.of("web", "stall"):
        return []
    services = case.of("service") or case.suspects
    begin = min(suspect.first_fail for suspect in services)
    end = max(suspect.last_fail for suspect in services)
    return [
        stream for stream in facts.served if stream.before(begin) is not None and stream.count_within(begin, end) == 0
    ]


def _by_silence(
    case: Case, facts: Facts, silent: list[Stream], worked: list[Edge], fails: list[Edge]
) -> tuple[list[Edge], list[Edge]]:
    """Edges from those who fell silent together: the last line any of them wrote, and the first beat they missed."""
    names = {stream.name for stream in silent}
    lasts = [
        edge for stream in silent for edge in _last_before(stream, case.first_fail, f"the last line of {stream.name}")
    ]
    known = [edge for edge in [*worked, *lasts] if edge.time < case.first_fail]
    if not known:
        return worked, fails
    since = max(edge.time for edge in known)
    timers = [stream for stream in facts.timers if stream.source in names]
    # A disk that goes takes with it what was still in the page cache.
    return [*worked, *lasts], [*fails, *missed_beats(timers, since, case.first_fail, PAGE_CACHE)[:3]]


def _returns(silent: list[Stream], last_fail: datetime) -> list[Edge]:
    """Those who were silent write again."""
    return [edge for stream in silent for edge in _first_after(stream, last_fail, f"{stream.name} is written again")]


def _told_before(case: Case, facts: Facts, worked: list[Edge], recovered: list[Edge], until: datetime) -> list[Edge]:
    """Failure lines between the last proof that all worked and the first failed request: they date it more closely.

    The kernel's and programs' own failure lines count, a service that fails or is killed, and the stop of a service
    that does not stop as a matter of routine; as far as they have to do with it (outage/bearing.py).
    """
    if not case.of("service", "web"):
        return []
    since = max((edge.time for edge in worked if edge.time < until), default=None)
    if since is None:
        return []
    over = min((edge.time for edge in recovered if edge.time >= case.last_fail), default=facts.end)
    failures = bear_on(facts, facts.failures_in(since - WHOLE_SECOND, until), until, case.last_fail, over)
    edges = [
        Edge(at, fail.cite, f"{speaker(fail.program, fail.source)} reported it ({fail.kind})")
        for fail in failures
        if fail.witness != "claimed" and fail.kind not in UPSTREAM and (at := not_before(fail.time, since)) is not None
    ]
    told = [
        *facts.marks_of("service-fail", since - WHOLE_SECOND, until),
        *facts.unusual("service-stop", since - WHOLE_SECOND, until),
    ]
    edges.extend(
        Edge(at, mark.cite, "the service manager told of it")
        for mark in bear_on_marks(facts, told, until, case.last_fail, over)
        if mark.time < until and (at := not_before(mark.time, since)) is not None
    )
    return edges


def _by_restart(
    facts: Facts, first: datetime, last: Edge, fails: list[Edge], recovered: list[Edge]
) -> tuple[list[Edge], list[Edge]]:
    """A restart between the last failure and the first success: its stop and start still belong to the outage."""
    over = min((edge.time for edge in recovered if edge.time >= last.time), default=None)
    until = over + ONE_START if over is not None else facts.end
    ready = ready_marks(facts, last.time, until)
    if not ready or not borne_out(facts, ready[-1].time, first):
        return fails, recovered
    final = ready[-1]
    same = [mark for mark in ready if mark.program == final.program and final.time - mark.time <= ONE_START]
    done = same[0]
    jobs = [
        mark
        for kind in ("service-stop", "service-fail", "service-start")
        for mark in facts.marks_of(kind, last.time, done.time)
        if done.time - mark.time <= RESTART and not SESSION.search(mark.message)
    ]
    named = [mark for mark in jobs if done.program and done.program.lower() in mark.message.lower()]
    mine = named or [mark for mark in jobs if mark.kind == "service-start"][-1:]
    fails = [*fails, *(Edge(mark.time, mark.cite, "the service was only being restarted") for mark in mine)]
    return fails, [*recovered, Edge(done.time, done.cite, f"{speaker(done.program)} said that it is ready")]


def _last_before(stream: Stream, instant: datetime, reason: str) -> list[Edge]:
    at = stream.before(instant - timedelta(microseconds=1))
    return [] if at is None else [Edge(stream.times[at], stream.cites(at), reason)]


def _first_after(stream: Stream, instant: datetime, reason: str) -> list[Edge]:
    at = stream.after(instant)
    return [] if at is None else [Edge(stream.times[at], stream.cites(at), reason)]
