"""Turns gaps into explained gaps: why each source was silent, by what else happened then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from logforensics.analysis.findings import Gap
from logforensics.outage.clock_moves import clock_moved
from logforensics.outage.facts import Facts
from logforensics.outage.losses import counted
from logforensics.outage.model import Outage
from logforensics.outage.silence import explains, web_log_ends
from logforensics.outage.suspects import Suspect

EDGE = timedelta(minutes=2)
"""An event explains a gap's edge if it lies this close to it."""

QUIET = 3.0
"""A silence rarer than once in 1000 intervals is not just a quiet hour."""


def explain(gaps: Iterable[Gap], outages: Iterable[Outage], facts: Facts) -> tuple[Gap, ...]:
    """The same gaps with their cause, the most direct explanation first."""
    known = tuple(outages)
    return tuple(replace(gap, cause=_cause(gap, known, facts)) for gap in gaps)


def early_end(facts: Facts, suspects: Sequence[Suspect]) -> tuple[Gap, ...]:
    """The silence behind the last web line where that is no chance and none of the suspects: no more was copied."""
    last = web_log_ends(facts, suspects)
    web = facts.web
    if last is None or web is None:
        return ()
    at = web.before(last)
    source = next(
        (stream for stream in facts.sources if stream.name in facts.web_sources and stream.times[-1] == last), None
    )
    if at is None or source is None:
        return ()
    rhythm = web.rhythm(without=(last, facts.end))
    strength = None if rhythm is None else round(rhythm.improbability((facts.end - last).total_seconds()), 1)
    return (Gap(source.name, last, facts.end, "end-of-collection", web.cites(at), None, strength),)


def _cause(gap: Gap, outages: tuple[Outage, ...], facts: Facts) -> str:  # noqa: C901, PLR0911 - one return a cause
    within = [outage for outage in outages if _covers(outage, gap, facts)]
    causes = {outage.cause.kind for outage in within}
    served = {stream.name for stream in facts.served}
    if within and gap.source in served:
        return "stopped"  # its lines are requests served: none came through, wherever they would have been written
    for cause, word in (
        ("disk-read-only", "filesystem-read-only"),
        ("disk-full", "disk-full"),
        ("suspended", "suspended"),
    ):
        if cause in causes:
            return word
    if any(gap.start < boot.time <= gap.end + EDGE for boot in facts.boots):
        return "reboot"
    if _stepped(gap, facts):
        return "clock-step"
    if counted(facts, gap.end, gap.source):
        return "lines-counted"
    if facts.formats.get(gap.source) == "journal" and facts.lost_in(gap.start, gap.end):
        return "entries-missing"
    if facts.marks_of("suppressed", gap.start - EDGE, gap.end + EDGE):
        return "rate-limit"
    if any(hole.older == gap.before.file for hole in facts.lost_members if hole.begin < gap.end):
        return "rotation-seam"
    if within:
        return "stopped"
    if gap.after is not None and gap.before.file != gap.after.file:
        return "rotation-seam" if gap.improbability is not None and gap.improbability >= QUIET else "quiet-hours"
    if gap.improbability is not None and gap.improbability < QUIET:
        return "quiet-hours"
    return "unknown"


def _stepped(gap: Gap, facts: Facts) -> bool:
    """Whether the clock was set forward in it: by the kernel's seconds, a daemon's word, or timers that beat on."""
    if any(step.seconds > 0 and step.start <= gap.end and step.end >= gap.start for step in facts.steps):
        return True
    told = facts.marks_of("clock-step", gap.end - EDGE, gap.end + EDGE)
    return any(explains(mark.message, gap.seconds) for mark in told) or clock_moved(facts, gap.start, gap.end)


def _covers(outage: Outage, gap: Gap, facts: Facts) -> bool:
    """Whether a gap lies in an outage for the better part of itself."""
    begin = outage.start.earliest.time if outage.start.earliest else facts.begin
    end = outage.end.latest.time if outage.end else facts.end
    shared = min(gap.end, end) - max(gap.start, begin)
    return shared > (gap.end - gap.start) / 2
