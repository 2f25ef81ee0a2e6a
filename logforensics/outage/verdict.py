"""Turns a timeline into the verdict: its outages with brackets, cause, scope, alibis, blind spots and impact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.bursts import find_bursts
from logforensics.analysis.findings import Doubt
from logforensics.analysis.gaps import find_gaps
from logforensics.analysis.hostclocks import find_host_clocks
from logforensics.analysis.kernel_clock import kernel_doubts
from logforensics.analysis.misplaced import misplaced
from logforensics.outage.brackets import Brackets, bracket
from logforensics.outage.cases import HOLD, Case, join
from logforensics.outage.cause import INFERRED, cause_of
from logforensics.outage.disk import dead_disks
from logforensics.outage.endpoints import Endpoints, endpoints_in, logged_until, sources_in
from logforensics.outage.facts import Facts, MarkLine, gather
from logforensics.outage.findings import Investigation, together
from logforensics.outage.gap_causes import early_end, explain
from logforensics.outage.host import hosts_down
from logforensics.outage.impact import first_human_trace, impact_of
from logforensics.outage.model import Cause, Outage
from logforensics.outage.silence import stalls, web_silences
from logforensics.outage.suspects import failing_services
from logforensics.outage.traces import alone
from logforensics.outage.watchers import blind_spots
from logforensics.outage.wishes import wishes_for
from logforensics.schema import ALIKE, lines_in
from logforensics.settings import Settings
from logforensics.timeline.model import Timeline

FAILED = "Failed with result"
"""What systemd says once of each failure of a service (src/core/service.c)."""

SERVICE = re.compile(r"[A-Za-z0-9:_.@-]{1,64}\.service")
"""A unit name (systemd.unit(5)) that may stand in a sentence as it is."""

PLANNED = timedelta(hours=1)
"""A shutdown or a maintenance announced up to an hour ahead (shutdown(8) takes "+60") was meant."""

UNAVAILABLE = 503
"""What a server answers under "temporary overload or scheduled maintenance" (RFC 9110 section 15.6.4)."""

MAINTENANCE = re.compile(r"(?i)\bmaintenance\b")
"""Which of the lines that announce something tell of more than a shutdown."""


def investigate(timeline: Timeline, settings: Settings) -> Investigation:
    """Reason from a timeline read with `analysis.columns.FIELDS` and boiled down by its `digest`.

    Of several hosts each is reasoned about for itself: its own logs alone show what is usual there.
    """
    if timeline.hosts:
        return together([(name, investigate(part, settings)) for name, part in timeline.hosts])
    if timeline.begin is None:
        return Investigation((), (), (), (), (), ())
    facts = gather(timeline)
    boots = facts.boots
    doubts = kernel_doubts(facts.timeline.events)
    lone = alone(facts, {doubt.cite for doubt in doubts})
    if lone:
        cites = {doubt.cite for doubt in lone}
        facts = replace(facts, boots=tuple(boot for boot in boots if boot.cite not in cites))
    hosts = hosts_down(facts)
    still = [*hosts, *stalls(facts, hosts)]
    suspects = [*failing_services(facts), *still, *dead_disks(facts, hosts), *web_silences(facts, still)]
    outages = tuple(_outage(case, facts) for case in join(suspects, facts))
    gaps = (*explain(find_gaps(timeline.events, settings.threshold), outages, facts), *early_end(facts, suspects))
    spots = tuple(spot for outage in outages for spot in outage.blind_spots)
    return Investigation(
        outages,
        gaps,
        facts.failures,
        find_bursts(facts.runs, facts.outcomes),
        boots,
        spots,
        facts.steps,
        facts.wrong_clocks,
        tuple(facts.marks_of("clock-step", facts.begin, facts.end)),
        find_host_clocks(timeline.events),
        facts.outcomes,
        _in_order(*lone, *doubts, *misplaced(timeline.events)),
    )


def _in_order(*doubts: Doubt) -> tuple[Doubt, ...]:
    return tuple(sorted(doubts, key=lambda doubt: (doubt.time, doubt.cite)))


def _outage(case: Case, facts: Facts) -> Outage:
    edges = bracket(case, facts)
    begin, end = span = _window(edges, facts)
    windows = case.windows(facts.end)
    hit = endpoints_in(case, facts)
    scope = _scope(case, hit, facts)
    if scope == "total":
        hit = hit.without_alibis()
    alibis = (*hit.alibis, *sources_in(facts, windows, edges.silent))
    cause, announced = cause_of(case, edges, facts), _announcement(case, facts)
    missing_of = hit.affected if scope == "partial" else ()
    return Outage(
        scope=scope,
        start=edges.start,
        end=edges.end,
        cause=cause if announced is None else _meant(cause, case, announced),
        affected=hit.affected,
        unaffected=hit.unaffected,
        alibis=alibis,
        blind_spots=blind_spots(facts, windows, hit.affected),
        impact=impact_of(facts, windows, span, missing_of),
        detection=first_human_trace(facts, begin),
        planned=announced is not None,
        notes=_notes(case, facts),
        constraints=edges.constraints,
        wishes=wishes_for(case, edges, facts),
        logged_until=logged_until(facts, begin, end),
        answered_until=hit.answered,
    )


def _window(edges: Brackets, facts: Facts) -> tuple[datetime, datetime]:
    """The time in which it provably lasted: from the first proof of failure to the last."""
    begin = edges.start.latest.time
    end = facts.end if edges.end is None else edges.end.earliest.time if edges.end.earliest else edges.end.latest.time
    return begin, max(begin, end)


def _scope(case: Case, hit: Endpoints, facts: Facts) -> str:
    """Total if nothing at all was served while it lasted, else partial.

    A machine that is not running serves nothing, whatever was answered while it went down and came up.  What fails
    while nothing else is asked for says nothing of the others: that is partial as well, unless it is the better part of
    what is asked for otherwise.
    """
    if len(case.of("host")) == len(case.suspects):
        return "total"
    if hit.successes:
        return "partial"
    if case.of("host", "web", "stall") and not case.of("disk"):
        return "total"
    return "total" if len(hit.affected) > 1 and _most(hit.affected, facts) else "partial"


def _most(groups: Sequence[str], facts: Facts) -> bool:
    """Whether half of all good answers at least were for some groups, or there are none to tell."""
    good = facts.outcomes.filter("ok")
    mine = good.filter(pl.col("group").cast(pl.String).is_in(list(groups)))
    return 2 * lines_in(mine, ALIKE) >= lines_in(good, ALIKE)


def _announcement(case: Case, facts: Facts) -> MarkLine | None:
    """The line that says beforehand that it was meant: of a shutdown in good order, or of 503s for a maintenance."""
    for boot in (suspect.boot for suspect in case.of("host") if suspect.boot):
        told = facts.marks_of("planned", boot.time - PLANNED, boot.time) if boot.shutdown == "clean" else []
        if told:
            return told[0]
    fails = [fail for suspect in case.of("service") for run in suspect.runs for fail in run.fails]
    refused = sum(fail.status == UNAVAILABLE for fail in fails)
    if len(case.of("service")) < len(case.suspects) or 2 * refused <= len(fails):
        return None
    first = case.first_fail
    told = facts.unusual("planned", first - PLANNED, first)
    return next((mark for mark in told if MAINTENANCE.search(mark.message)), None)


def _meant(cause: Cause, case: Case, told: MarkLine) -> Cause:
    """The cause of what had been announced, with the line that did so."""
    said = "it had been announced"
    if case.of("host"):
        evidence = (*cause.evidence[:1], told.cite, *cause.evidence[1:])
        return replace(cause, evidence=evidence, reasons=(*cause.reasons[:1], said, *cause.reasons[1:]))
    evidence, sure = (told.cite, *cause.evidence), max(cause.confidence, INFERRED)
    return replace(cause, confidence=sure, evidence=evidence, reasons=(said, *cause.reasons), form="maintenance")


def _notes(case: Case, facts: Facts) -> tuple[str, ...]:
    """What a reader should know of how it went, in whole sentences."""
    windows = case.windows(facts.end)
    notes = []
    if len(windows) > 1:
        times = "once" if len(windows) == 2 else f"{len(windows) - 1} times"
        notes.append(f"It came back {times} within {HOLD.total_seconds() / 60:.0f} minutes of having seemed over.")
    # rsyslog writes one line into several files: the same words at the same instant are one failure.
    told = {
        (mark.time, mark.message)
        for begin, end in windows
        for mark in facts.marks_of("service-fail", begin, end)
        if FAILED in mark.message
    }
    failed = Counter(message.partition(":")[0] for _, message in told)
    unit, count = min(failed.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    if count > 1 and SERVICE.fullmatch(unit):
        notes.append(f"The service manager saw {unit} fail {count} times meanwhile.")
    return tuple(notes)
