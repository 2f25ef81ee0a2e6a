"""Turns one outage into the Markdown sections that prove it: edges, alibis, impact, cause, monitors, timeline."""

from __future__ import annotations

from logforensics.analysis.findings import Cite
from logforensics.outage.model import Alibi, Bracket, Edge, Outage
from logforensics.report.escape import code, prose
from logforensics.report.markdown_parts import (
    BLANK,
    Lines,
    advised,
    bullets,
    cited,
    cites,
    quoted,
    said,
    section,
    table,
)
from logforensics.report.model import Event, Report
from logforensics.report.verdict import DECIDES, bracket_words
from logforensics.report.words import CAUSES, UTC, both, clock, duration, local, offset, plural, sureness, zone_label

MOST_ALIBIS = 40
MOST_EVIDENCE = 8
VERDICTS = {
    "failed": "failed",
    "working": "**proven working**",
    "silent": "silent",
    "no-witness": "no witness",
}


def render(outage: Outage, report: Report, index: int, level: int) -> Lines:
    """Every section of one outage; headings start at `level`."""
    lines = _edges(outage, report, level)
    lines += _alibis(outage, level)
    lines += _impact(outage, level)
    lines += _cause(outage, report, level)
    lines += _monitors(outage, report, level)
    lines += _timeline([event for event in report.events if event.outage == index], report, level)
    lines += _recovery(outage, report, level)
    return lines


def _edges(outage: Outage, report: Report, level: int) -> Lines:
    lines = section(level, "When it started and ended")
    lines += [f"**It started {bracket_words(outage.start, report.zone)}.**", ""]
    lines += _bracket(outage.start, report, ("It still worked", "It had failed by then", "the logs begin later"))
    lines += _narrower(outage.start)
    if outage.end is None:
        lines += ["**It was not over when the logs end.**", ""]
        return [*lines, *_wishes(outage)]
    lines += [f"**It ended {bracket_words(outage.end, report.zone)}.**", ""]
    lines += _bracket(outage.end, report, ("It still failed", "It worked again by then", "no line proves it"))
    lines += _narrower(outage.end)
    return [*lines, *_wishes(outage)]


def _wishes(outage: Outage) -> Lines:
    if not outage.wishes:
        return []
    return ["What would have told more:", "", *bullets([prose(wish, start=True) for wish in outage.wishes]), ""]


def _bracket(bracket: Bracket, report: Report, words: tuple[str, str, str]) -> Lines:
    before, after, unknown = words
    lines: Lines = []
    if bracket.earliest is None:
        lines.append(f"- {before}: {unknown}")
    else:
        lines += _edge(before, bracket.earliest, report)
    lines += _edge(after, bracket.latest, report)
    for edge in bracket.outer:
        lines += _edge("Without counting the wait", edge, report, quote=edge.cite != bracket.latest.cite)
    lines.append("")
    return lines


def _edge(label: str, edge: Edge, report: Report, *, quote: bool = True) -> Lines:
    moved = ""
    if edge.shift:
        way = "earlier" if edge.shift < 0 else "later"
        moved = f"; {duration(abs(edge.shift))} {way} than the line was logged"
    where = f" {cited(edge.cite)}" if edge.cite is not None else ""
    lines = [f"- {label}: {both(edge.time, report.zone)}, {said(edge.reason, report.names)}{moved}{where}"]
    text = report.quotes.get(edge.cite) if edge.cite is not None else None
    block = quoted([text], indent="  ") if quote else []
    return [*lines, "", *block, ""] if block else lines


def _narrower(bracket: Bracket) -> Lines:
    if bracket.earliest is None:
        return []
    width = (bracket.latest.time - bracket.earliest.time).total_seconds()
    if width <= 0:
        return []
    apart = f"The two bounds are {duration(width)} apart"
    return [
        f"{apart}; a line from between them that needed the failed part, in a log not read here, would narrow them.",
        "",
    ]


def _alibis(outage: Outage, level: int) -> Lines:
    lines = section(level, "What was hit, and what was not")
    if not outage.alibis:
        if outage.affected:
            lines += ["Hit:", "", *bullets([code(name) for name in outage.affected]), ""]
        if outage.unaffected:
            lines += ["Proven to have worked:", "", *bullets([code(name) for name in outage.unaffected]), ""]
        if not outage.affected and not outage.unaffected:
            lines += ["No request or line during the outage tells the parts apart.", ""]
        return lines
    lines += [
        '"Proven working" means answered or written during the outage. Silence acquits nobody.',
        "",
    ]
    order = {"failed": 0, "working": 1, "silent": 2, "no-witness": 3}
    ranked = sorted(outage.alibis, key=lambda a: (a.kind, order.get(a.verdict, 4), -a.failures, -a.successes, a.name))
    rows = [_alibi(alibi) for alibi in ranked[:MOST_ALIBIS]]
    lines += table(("Part", "", "Verdict", "Good", "Failed", "First", "Last"), rows, right=(3, 4))
    if len(ranked) > MOST_ALIBIS:
        lines += ["", f"{len(ranked) - MOST_ALIBIS:,} more are in the JSON report."]
    return [*lines, ""]


def _alibi(alibi: Alibi) -> tuple[str, ...]:
    return (
        code(alibi.name, 80, table=True),
        alibi.kind,
        VERDICTS.get(alibi.verdict, alibi.verdict),
        f"{alibi.successes:,}",
        f"{alibi.failures:,}",
        cited(alibi.first) or "-",
        cited(alibi.last) or "-",
    )


def _impact(outage: Outage, level: int) -> Lines:
    lines = section(level, "Impact")
    impact = outage.impact
    if impact is None:
        return [*lines, f"No request log tells what it cost: {BLANK}", ""]
    lines.append(
        f"- Failed: {plural(impact.failed_requests, 'request')} from {plural(impact.clients, 'client address')} "
        "(5xx, or given up by the client; counted in the access log)"
    )
    if impact.missing_requests is not None:
        between = ""
        if impact.missing_range is not None:
            low, high = impact.missing_range
            between = f" (between {low:,} and {high:,})"
        never = plural(impact.missing_requests, "request")
        lines.append(f"- Never arrived: about {never}{between}, by the same hours of other days")
    else:
        lines.append("- Never arrived: not known; the logs hold too few other days to compare with")
    lines += [f"- People and money behind these numbers: {BLANK}", ""]
    return lines


def _cause(outage: Outage, report: Report, level: int) -> Lines:
    cause = outage.cause
    lines = section(level, "Cause")
    words = CAUSES.get(cause.kind, cause.kind)
    if cause.kind == "unknown":
        lines += ["The logs do not show it.", ""]
    else:
        sure = f"{sureness(cause.confidence)}: confidence {cause.confidence:.2f} of 1"
        best = "It is what the evidence supports best, not the only factor."
        lines += [f"Most likely: **{words}** (`{cause.kind}`), {sure}. {best}", ""]
    lines += bullets([said(reason, report.names, start=True) for reason in cause.reasons])
    if cause.evidence:
        lines += ["", f"Evidence: {cites(cause.evidence, MOST_EVIDENCE)}"]
        texts = [(cite, report.quotes.get(cite)) for cite in cause.evidence[:MOST_EVIDENCE]]
        lines += ["", *quoted([f"{cite}: {text}" for cite, text in texts if text is not None])]
    lines += ["", f"What would change this conclusion: {DECIDES.get(cause.kind, DECIDES['unknown'])}.", ""]
    if outage.notes:
        lines += [*bullets([said(note, report.names, start=True) for note in outage.notes]), ""]
    return lines


def _monitors(outage: Outage, report: Report, level: int) -> Lines:
    lines = section(level, "Why no monitor rang")
    if not outage.blind_spots:
        return [
            *lines,
            f"No monitor's calls were seen in these logs during the outage. Monitoring in place: {BLANK}",
            "",
        ]
    for spot in outage.blind_spots:
        every = f" every {duration(spot.period)}" if spot.period else ""
        who = f"{code(spot.agent, 120)} from {code(spot.client)}"
        calls = f"**{spot.passed:,} of {spot.seen:,}** calls during the outage were answered well"
        where = f"({cited(spot.first)} to {cited(spot.last)})"
        lines.append(f"- {who} asked for {code(spot.target, 120)}{every}: {calls} {where}.")
        lines.append(f"  {advised(spot.advice, report.names)}")
    return [*lines, ""]


def _timeline(events: list[Event], report: Report, level: int) -> Lines:
    if not events:
        return []
    lines = section(level, "Timeline")
    lines += [f"Local times are {code(zone_label(report.zone.label))}.", ""]
    rows = [
        (
            f"{clock(event.time, report.zone)} {offset(event.time, report.zone)}",
            clock(event.time, UTC),
            said(event.what, report.names, table=True),
            cited(event.cite) or "-",
        )
        for event in events
    ]
    lines += [*table(("Local", "UTC", "What", "Line"), rows), ""]
    texts = [(event.cite, event.text) for event in events if event.text is not None]
    if texts:
        shown: dict[Cite | None, str] = {}
        for cite, text in texts:
            shown.setdefault(cite, f"{cite}: {text}")
        lines += ["The lines themselves, as logged:", "", *quoted(shown.values()), ""]
    return lines


def _recovery(outage: Outage, report: Report, level: int) -> Lines:
    lines = section(level, "How it ended")
    if outage.end is None:
        return [*lines, f"It had not ended when the logs end. State now: {BLANK}", ""]
    edge = outage.end.latest
    where = f" {cited(edge.cite)}" if edge.cite is not None else ""
    lines.append(
        f"It is called over from {local(edge.time, report.zone)} on, because: {said(edge.reason, report.names)}{where}."
    )
    after = [boot for boot in report.boots if outage.start.latest.time <= boot.time <= edge.time]
    for boot in after:
        how = f", session before it ended: {boot.shutdown}" + (f" ({boot.manner})" if boot.manner else "")
        lines += ["", f"The machine booted at {local(boot.time, report.zone)}{how} {cited(boot.cite)}."]
    lines += ["", f"Who did what to end it: {BLANK}", ""]
    return lines
