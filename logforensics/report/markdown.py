"""Turns a Report into the Markdown incident report: the verdict, then its proof, then what only a person knows."""

from __future__ import annotations

import shlex

from logforensics.outage.model import Outage
from logforensics.report import markdown_appendix, markdown_outage
from logforensics.report.charts import draw, legend, outage_line
from logforensics.report.escape import code, fence, plain
from logforensics.report.layout import shorten
from logforensics.report.markdown_parts import BLANK, Lines, advised, bullets, cited, section, table
from logforensics.report.model import Report
from logforensics.report.verdict import (
    LOOKED_FOR,
    bracket_words,
    cause_words,
    extent,
    headline,
    length,
    nothing_found,
    seen_in_time,
    sentences,
)
from logforensics.report.words import both, clock, duration, iso, listing, offset, plural, span_words

NAME_WIDTH = 24

CITATIONS = (
    "Every `file:line` names a line of the evidence, counted from 1 (`sed -n LINEp FILE` shows it; for a compressed "
    "file `zcat FILE | sed -n LINEp`; in a journal or wtmp it is the entry's number). The numbers above come from "
    "these commands:"
)

ABSENCE = (
    "Absence of proof covers only what these sources can show, and only the time that they cover (the table of "
    "sources below). A log that was not collected cannot testify."
)


def render(report: Report) -> str:
    """The report as Markdown (CommonMark with GFM tables), UTF-8 text ending in LF."""
    lines: Lines = []
    if report.outages:
        lines += _found(report)
    else:
        lines += _nothing(report)
    lines += _strips(report)
    level = 2 if len(report.outages) == 1 else 3
    for index, outage in enumerate(report.outages):
        if level == 3:
            lines += section(2, f"Outage {index + 1}: {headline(outage, report).lower()}")
        lines += markdown_outage.render(outage, report, index, level)
    lines += markdown_appendix.observations(report)
    if report.outages:
        lines += _people(report)
    lines += markdown_appendix.evidence(report)
    lines += _check_it(report)
    text = "\n".join(lines).strip("\n") + "\n"
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def _found(report: Report) -> Lines:
    first = report.outages[0]
    day = clock(first.start.latest.time, report.zone)[:10]
    if len(report.outages) == 1:
        lines = [f"# {headline(first, report)} ({day})", ""]
    else:
        lines = [f"# {plural(len(report.outages), 'outage')}, the first on {day}", ""]
    lines += section(2, "Summary")
    for index, outage in enumerate(report.outages):
        number = f"**Outage {index + 1}.** " if len(report.outages) > 1 else ""
        lines += [number + " ".join(sentences(outage, report, code)), ""]
        lines += [*_facts(outage, report), ""]
    return lines


def _facts(outage: Outage, report: Report) -> Lines:
    zone = report.zone
    found = outage.detection
    if found is not None:
        when = "the earliest human trace in these logs" if seen_in_time(outage) else "only after it was over"
        seen = f"{both(found.time, zone)}, {when} {cited(found.cite)}; noticed by other means: {BLANK}"
    else:
        seen = f"no human trace in these logs; {BLANK}"
    probes = sum(spot.seen for spot in outage.blind_spots)
    passed = sum(spot.passed for spot in outage.blind_spots)
    monitors = (
        f"{passed:,} of {probes:,} probes meanwhile were answered well"
        if probes
        else "none got a good answer meanwhile"
    )
    rows = [
        ("Start", _first_upper(bracket_words(outage.start, zone))),
        ("Start (UTC)", _utc(outage, start=True)),
        ("End", "not over when the logs end" if outage.end is None else _first_upper(bracket_words(outage.end, zone))),
        ("End (UTC)", _utc(outage, start=False)),
        ("Length", span_words(*length(outage, report.end))),
        ("Extent", extent(outage)),
        ("Cause", cause_words(outage)),
        ("Monitors", monitors),
        ("Detected", seen),
        ("Status", f"Draft, made from logs alone; reviewed by: {BLANK}"),
    ]
    return table(("", ""), rows)


def _first_upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _utc(outage: Outage, *, start: bool) -> str:
    from logforensics.report.words import UTC

    bracket = outage.start if start else outage.end
    return "-" if bracket is None else _first_upper(bracket_words(bracket, UTC))


def _nothing(report: Report) -> Lines:
    covered, _, seen = (*nothing_found(report), "", "")[:3]
    lines = ["# No outage found", "", *section(2, "Summary"), f"{covered} {seen}".strip(), ""]
    lines += section(2, "What was looked for")
    lines += bullets(LOOKED_FOR)
    lines += [
        "",
        ABSENCE,
        "",
    ]
    return lines


def _strips(report: Report) -> Lines:
    axis = report.axis
    if axis is None or not report.strips:
        return []
    zone = report.zone
    lines = section(2, "Who was alive when")
    left = clock(axis.begin, zone)[:16]
    right = f"{clock(axis.end, zone)[:16]} {offset(axis.end, zone)}"
    rows = [f"{'':<{NAME_WIDTH}}  {left}{' ' * max(1, axis.cells - len(left) - len(right))}{right}"]
    rows += [
        f"{shorten(plain(strip.source), NAME_WIDTH):<{NAME_WIDTH}}  {draw(strip)}".rstrip() for strip in report.strips
    ]
    if any(axis.outage):
        rows.append(f"{'outage':<{NAME_WIDTH}}  {outage_line(axis)}".rstrip())
    each = duration((axis.end - axis.begin).total_seconds() / axis.cells)
    rows += ["", f"{legend()}   (one cell = {each})"]
    return [*lines, *fence(rows), ""]


def _people(report: Report) -> Lines:
    lines = section(2, "What only a person knows")
    lines += [
        "Logs cannot tell the following. Nothing here was guessed.",
        "",
        *bullets(
            (
                f"Authors, reviewers, incident number: {BLANK}",
                f"How it was noticed, by whom, and when: {BLANK}",
                f"What was done to end it, and by what decision it was called over: {BLANK}",
                f"Contributing factors beyond what the logs show: {BLANK}",
                f"What went well, what went wrong, where we were lucky: {BLANK} {_lucky(report)}",
                f"Who was told, and when (users, owners, authorities): {BLANK}",
                f"Personal data or other countries touched (NIS2, GDPR): {BLANK}",
            )
        ),
        "",
    ]
    lines += section(3, "Actions")
    lines += table(("Action", "Kind", "Owner", "Ticket"), _actions(report))
    lines += ["", *section(3, "Wording for users"), *_public(report), ""]
    return lines


def _lucky(report: Report) -> str:
    kept = sorted({name for outage in report.outages for name in outage.unaffected})
    if not kept:
        return ""
    return f"(From the logs: {listing([code(name) for name in kept], 4)} kept working.)"


def _actions(report: Report) -> list[tuple[str, ...]]:
    from logforensics.report.verdict import NEXT

    rows: list[tuple[str, ...]] = []
    for outage in report.outages:
        row = (NEXT.get(outage.cause.kind, NEXT["unknown"]), "mitigate", BLANK, BLANK)
        if row not in rows:
            rows.append(row)
        for spot in outage.blind_spots:
            row = (advised(spot.advice, report.names, table=True), "detect", BLANK, BLANK)
            if row not in rows:
                rows.append(row)
    rows.append((BLANK, "prevent", BLANK, BLANK))
    return rows


def _public(report: Report) -> Lines:
    """The summary without names, addresses and paths, for people outside."""
    outage = report.outages[0]
    zone = report.zone
    began = clock(outage.start.latest.time, zone)[:16]
    part = "The service was down" if outage.scope == "total" else "Part of the service did not work"
    if outage.end is None:
        text = f"> {part} from {began} {offset(outage.start.latest.time, zone)} on."
    else:
        over = clock(outage.end.latest.time, zone)[:16]
        text = f"> {part} from {began} to {over} ({offset(outage.end.latest.time, zone)})."
    return [text + f" What we do about it: {BLANK}", "", f"To be approved by: {BLANK}"]


def _check_it(report: Report) -> Lines:
    paths = []
    for word in report.command[2:]:
        if word.startswith("--"):
            break
        paths.append(word)
    where = shlex.join(paths) or "/var/log"
    commands = [f"{shlex.join(report.command)} --format markdown", f"logforensics sources {where}"]
    if report.threshold is not None:
        commands.append(f"logforensics gaps {where} --threshold {report.threshold:g}s")
    commands += [f"logforensics {name} {where}" for name in ("gaps", "bursts", "failures", "boots", "outages")]
    for outage in report.outages:
        at = iso(outage.start.latest.time.replace(microsecond=0), report.zone)
        commands.append(f"logforensics timeline {where} --around {at} --window 15m")
    lines = section(2, "How to check this report")
    lines += [
        CITATIONS,
        "",
        *fence([plain(command) for command in commands], "sh"),
        "",
        f"Made by logforensics {code(report.version)}. The same evidence gives the same report, byte for byte.",
    ]
    return lines
