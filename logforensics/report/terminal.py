"""Turns a Report into the verdict on a terminal: one screen of 80 columns, the answer first."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from logforensics.outage.model import Bracket, Edge, Outage
from logforensics.report.charts import draw, legend, outage_line
from logforensics.report.escape import plain
from logforensics.report.layout import Paper, shorten
from logforensics.report.model import Axis, Report
from logforensics.report.verdict import (
    NEXT,
    cause_words,
    extent,
    headline,
    length,
    main_blind_spot,
    nothing_found,
    seen_in_time,
)
from logforensics.report.words import (
    agent_name,
    clock,
    duration,
    listing,
    local,
    offset,
    plural,
    span_words,
    zone_label,
)

IN_FULL = 2
"""Outages shown in full: the third would leave the screen."""

MOST_NAMES = 8
MOST_REASONS = 4
NAME_WIDTH = 22
"""Columns for a source's name beside its strip: with the gap and 48 cells a line has 72 of 80 columns."""


def render(report: Report, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """The verdict as text ending in LF."""
    paper = Paper(width, color, ascii_only)
    lines: list[str] = []
    if not report.outages:
        lines += _nothing(report, paper)
    elif len(report.outages) > IN_FULL:
        lines += _many(report, paper)
    else:
        for outage in report.outages:
            lines += [*_outage(outage, report, paper), ""]
    lines += _strips(report, paper)
    lines += _coverage(report, paper)
    return "\n".join(lines) + "\n"


def _many(report: Report, paper: Paper) -> list[str]:
    """One line an outage, and the longest one in full: more would not be one screen."""
    lines = [paper.paint(plural(len(report.outages), "outage"), "bad"), ""]
    for number, outage in enumerate(report.outages, 1):
        began = local(outage.start.latest.time, report.zone)
        lines += paper.labelled(f"{number}", f"by {began}: {headline(outage, report)}; {cause_words(outage)}", at=5)
    lines += ["", f"The longest of them (`logforensics report {_paths(report)} -o incident.md` has them all):", ""]
    main = max(
        report.outages, key=lambda outage: (length(outage, report.end)[0], -outage.start.latest.time.timestamp())
    )
    return [*lines, *_outage(main, report, paper), ""]


def _nothing(report: Report, paper: Paper) -> list[str]:
    lines = [paper.paint("No outage found", "good"), ""]
    for sentence in nothing_found(report):
        lines += paper.paragraph(sentence)
    if report.gaps or report.bursts or report.failures:
        lines += ["", *paper.labelled("Next", f"logforensics gaps {_paths(report)} (or bursts, failures, boots)")]
    lines.append("")
    return lines


def _outage(outage: Outage, report: Report, paper: Paper) -> list[str]:
    zone = report.zone
    lines = [paper.paint(headline(outage, report), "bad"), ""]
    lines += paper.labelled("What", _what(outage))
    lines += _bracket("Start", outage.start, report, paper)
    if outage.end is None:
        lines += paper.labelled("End", "not over when the logs end")
    else:
        lines += _bracket("End", outage.end, report, paper)
    lines += paper.labelled("How long", "; ".join([span_words(*length(outage, report.end)), *outage.notes[:1]]))
    lines += _cause(outage, paper)
    if outage.affected:
        lines += paper.labelled("Hit", _names(outage.affected), colour="bad")
    if outage.unaffected:
        lines += paper.labelled("Not hit", f"{_names(outage.unaffected)} (each proven by good answers)", colour="good")
    spot = main_blind_spot(outage.blind_spots)
    if spot is not None:
        every = f" every {duration(spot.period)}" if spot.period else ""
        seen = f"asked for {plain(spot.target)}{every}: {spot.passed:,} of {spot.seen:,} calls were answered well"
        lines += paper.labelled("Monitor", f"{plain(agent_name(spot.agent), 60)} {seen}", colour="warn")
        lines += paper.beside(plain(spot.advice), f"{_cite(spot.first)}")
    if seen_in_time(outage) and outage.detection is not None:
        text = f"{local(outage.detection.time, zone)}, earliest human trace in these logs"
        lines += paper.labelled("Noticed", text)
    lines += paper.labelled("Next", NEXT.get(outage.cause.kind, NEXT["unknown"]))
    lines += paper.beside(f"logforensics report {_paths(report)} -o incident.md", "")
    return lines


def _what(outage: Outage) -> str:
    """The effect in numbers; the names stand under Hit and Not hit."""
    parts = []
    if outage.affected:
        parts.append(f"{plural(len(outage.affected), 'endpoint')} failed")
    if outage.unaffected:
        parts.append(f"{plural(len(outage.unaffected), 'endpoint')} kept working")
    impact = outage.impact
    if impact is not None:
        if impact.failed_requests:
            parts.append(f"{plural(impact.failed_requests, 'request')} of {plural(impact.clients, 'client')} failed")
        if impact.missing_requests:
            parts.append(f"about {plural(impact.missing_requests, 'request')} never came")
    return "; ".join(parts if outage.affected else [extent(outage), *parts])


def _names(names: Iterable[str]) -> str:
    return listing([plain(name, 60) for name in names], MOST_NAMES)


def _bracket(label: str, bracket: Bracket, report: Report, paper: Paper) -> list[str]:
    zone = report.zone
    latest = bracket.latest
    if bracket.earliest is None:
        lines = paper.labelled(label, f"before {local(latest.time, zone)} (the logs begin later)")
    else:
        first, second = clock(bracket.earliest.time, zone), clock(latest.time, zone)
        same_day = first[:10] == second[:10]
        same_offset = offset(bracket.earliest.time, zone) == offset(latest.time, zone)
        left = first if same_offset else local(bracket.earliest.time, zone)
        right = second[11:] if same_day and same_offset else second
        lines = paper.labelled(label, f"after {left}, by {right} {offset(latest.time, zone)}")
        lines += _edge("after:", bracket.earliest, paper)
    lines += _edge("by:", latest, paper)
    for edge in bracket.outer:
        lines += _edge(f"or by {clock(edge.time, zone)[11:]}:", edge, paper)
    return lines


def _edge(label: str, edge: Edge, paper: Paper) -> list[str]:
    shifted = f" ({duration(-edge.shift)} before that line)" if edge.shift < 0 else ""
    cite = "" if edge.cite is None else _cite(edge.cite)
    return paper.beside(f"{label} {plain(edge.reason)}{shifted}", cite)


def _cite(cite: object) -> str:
    return plain(str(cite))


def _cause(outage: Outage, paper: Paper) -> list[str]:
    cause = outage.cause
    lines = paper.labelled("Cause", cause_words(outage))
    for number, reason in enumerate(cause.reasons[:MOST_REASONS]):
        cite = _cite(cause.evidence[number]) if number < len(cause.evidence) else ""
        lines += paper.beside(f"- {plain(reason)}", cite)
    return lines


def _strips(report: Report, paper: Paper) -> list[str]:
    axis = report.axis
    if axis is None or not report.strips:
        return []
    lines = [_scale(axis, report, paper)]
    for strip in report.strips:
        name = shorten(paper.safe(plain(strip.source)), NAME_WIDTH)
        lines.append(f"{name:<{NAME_WIDTH}}  {draw(strip, ascii_only=paper.ascii_only)}".rstrip())
    if any(axis.outage):
        lines.append(f"{'outage':<{NAME_WIDTH}}  {outage_line(axis, ascii_only=paper.ascii_only)}".rstrip())
    each = (axis.end - axis.begin).total_seconds() / axis.cells
    lines.append(f"{'':<{NAME_WIDTH}}  {legend(ascii_only=paper.ascii_only)}")
    lines += [f"{'':<{NAME_WIDTH}}  one cell = {duration(each)}", ""]
    return lines


def _scale(axis: Axis, report: Report, paper: Paper) -> str:
    left = clock(axis.begin, report.zone)[:16]
    right = f"{clock(axis.end, report.zone)[:16]} {offset(axis.end, report.zone)}"
    space = " " * max(1, axis.cells - len(left) - len(right))
    return paper.paint(f"{'':<{NAME_WIDTH}}  {left}{space}{right}", "dim")


def _coverage(report: Report, paper: Paper) -> list[str]:
    lines = sum(source.lines for source in report.sources)
    parsed = sum(source.parsed for source in report.sources)
    unparsed = sum(source.unparsed for source in report.sources)
    text = (
        f"{plural(lines, 'line')} of {plural(len(report.sources), 'source')} read: {parsed:,} parsed, "
        f"{unparsed:,} in no known format"
    )
    others = len(report.passed_over)
    if others:
        text += f"; {plural(others, 'other file')} passed over"
    lost = [damage for damage in report.damage if not damage.delivered]
    text += f"; {plural(len(lost), 'damaged stretch')}" if lost else "; nothing lost to damage"
    result = paper.labelled("Read", text + ".", colour="dim")
    zones = sorted({zone_label(source.timezone) for source in report.sources if source.timezone})
    if zones:
        result += paper.labelled(
            "Zones",
            f"{listing([plain(zone) for zone in zones], 4)}; shown in {plain(zone_label(report.zone.label))}.",
            colour="dim",
        )
    return result


def _paths(report: Report) -> str:
    paths = []
    for word in report.command[2:]:
        if word.startswith("--"):
            break
        paths.append(word)
    return plain(shlex.join(paths) or "/var/log")
