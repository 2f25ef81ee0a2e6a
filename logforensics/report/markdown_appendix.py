"""Turns what surrounds the verdict into Markdown: lead-up, boots, failures, silences, evidence and its limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from logforensics.analysis.findings import Burst, Failure, Gap
from logforensics.report.escape import code
from logforensics.report.markdown_parts import Lines, bullets, cited, quoted, said, section, table
from logforensics.report.model import Note, Report
from logforensics.report.words import clock, duration, listing, local, plural, zone_label

MOST_ROWS = 30
"""Rows of a table in the report; the commands at its end show the rest."""


def observations(report: Report) -> Lines:
    """Changes before, earlier warnings, boots, failures, silences and bursts: what was seen beside the outages."""
    return [
        *_changes(report),
        *_precursors(report),
        *_boots(report),
        *_failures(report),
        *_gaps(report),
        *_bursts(report),
    ]


def _changes(report: Report) -> Lines:
    if not report.outages:
        return []
    lines = section(2, "Changes before it")
    if not report.changes:
        return [*lines, "No package work, operator command or restart is logged in the 24 hours before the start.", ""]
    rows = [(local(change.time, report.zone), change.kind, cited(change.cite)) for change in report.changes]
    lines += [
        "The last changes in the 24 hours before the start. Coming before it does not make a thing its cause.",
        "",
        *table(("When", "Kind", "Line"), rows),
        "",
        *quoted([f"{change.cite}: {change.text}" for change in report.changes]),
        "",
    ]
    return lines


def _precursors(report: Report) -> Lines:
    """Failures of any class before the first start: it warned you, or it did not."""
    if not report.outages:
        return []
    start = report.outages[0].start.earliest or report.outages[0].start.latest
    early = [failure for failure in report.failures if failure.time < start.time]
    lines = section(2, "Was there a warning, has it happened before")
    if early:
        first, last = early[0], early[-1]
        lines.append(
            f"{plural(len(early), 'failure line')} before the start, the first at {local(first.time, report.zone)} "
            f"{cited(first.cite)}, the last at {local(last.time, report.zone)} {cited(last.cite)}: "
            f"{listing(sorted({f'`{failure.kind}`' for failure in early}))}."
        )
    else:
        lines.append("No failure line of any known class was logged before the start.")
    count = len(report.outages)
    often = "It is the only outage" if count == 1 else f"There are {count} outages"
    lines += ["", f"{often} in the span that these logs cover ({_span(report)}).", ""]
    return lines


def _span(report: Report) -> str:
    if report.begin is None or report.end is None:
        return "no events"
    return f"{local(report.begin, report.zone)} to {local(report.end, report.zone)}"


def _boots(report: Report) -> Lines:
    lines = section(2, "Boots")
    if not report.boots:
        return [*lines, "No boot is logged.", ""]
    rows = [
        (
            local(boot.time, report.zone),
            f"{boot.shutdown}{f' ({boot.manner})' if boot.manner else ''}",
            "-" if boot.ended is None else local(boot.ended, report.zone),
            cited(boot.cite),
            ", ".join(cited(cite) for cite in boot.evidence[:3]) or "-",
        )
        for boot in report.boots[-MOST_ROWS:]
    ]
    head = ("Booted", "Session before ended", "Its last line", "First line", "Evidence")
    return [*lines, *table(head, rows), *_more(len(report.boots), "boots"), ""]


def _more(count: int, command: str) -> Lines:
    if count <= MOST_ROWS:
        return []
    return ["", f"{count - MOST_ROWS:,} more: `logforensics {command}` shows them."]


def _failures(report: Report) -> Lines:
    lines = section(2, "Failure lines")
    if not report.failures:
        return [*lines, "No line of a known failure class was found.", ""]
    groups: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for failure in report.failures:
        groups[failure.kind, failure.witness].append(failure)
    rows = []
    for (kind, witness), found in sorted(groups.items(), key=lambda item: (item[1][0].time, item[0])):
        devices = sorted({failure.device for failure in found if failure.device})
        rows.append(
            (
                f"`{kind}`",
                f"{len(found):,}",
                witness,
                listing([code(device, 40, table=True) for device in devices], 3) or "-",
                f"{local(found[0].time, report.zone)} {cited(found[0].cite)}",
                f"{local(found[-1].time, report.zone)} {cited(found[-1].cite)}",
            )
        )
    lines += table(("Class", "Lines", "Said by", "About", "First", "Last"), rows, right=(1,))
    lines += [
        "",
        "A line that is only `claimed` is another program's text; it counts where an independent source agrees.",
        "",
    ]
    return lines


def _gaps(report: Report) -> Lines:
    lines = section(2, "Silences")
    if not report.gaps:
        return [*lines, "No source fell silent against its own rhythm.", ""]
    shown = sorted(report.gaps, key=lambda gap: (not _touches(gap, report), -gap.seconds, gap.source, gap.start))
    rows = [
        (
            code(gap.source, 60, table=True),
            local(gap.start, report.zone),
            local(gap.end, report.zone),
            duration(gap.seconds),
            gap.cause,
            cited(gap.before),
            cited(gap.after) or "-",
        )
        for gap in shown[:MOST_ROWS]
    ]
    head = ("Source", "Last line before", "First line after", "For", "Why", "Before", "After")
    return [*lines, *table(head, rows, right=(3,)), *_more(len(report.gaps), "gaps"), ""]


def _touches(gap: Gap, report: Report) -> bool:
    return any(
        gap.end >= outage.start.latest.time and (outage.end is None or gap.start <= outage.end.latest.time)
        for outage in report.outages
    )


def _bursts(report: Report) -> Lines:
    if not report.bursts:
        return []
    rows = [_burst(burst, report) for burst in report.bursts[:MOST_ROWS]]
    head = ("Endpoints", "From", "For", "Failed", "Usually", "Clients", "First", "Last")
    return [
        *section(2, "Bursts of failing requests"),
        *table(head, rows, right=(3, 4, 5)),
        *_more(len(report.bursts), "bursts"),
        "",
    ]


def _burst(burst: Burst, report: Report) -> tuple[str, ...]:
    return (
        code(burst.group, 60, table=True),
        local(burst.start, report.zone),
        duration((burst.end - burst.start).total_seconds()),
        f"{burst.errors:,} of {burst.requests:,}",
        f"{100 * burst.baseline:.1f} %",
        f"{burst.clients:,}",
        cited(burst.first),
        cited(burst.last),
    )


def evidence(report: Report) -> Lines:
    """What was read, hashed, left out, damaged and assumed: the grounds and limits of every sentence above."""
    return [
        *section(2, "Evidence"),
        *_completeness(report),
        *_manifest(report),
        *_left_out(report),
        *_damage(report),
        *_assumptions(report),
        *_limits(report),
    ]


def _completeness(report: Report) -> Lines:
    total = sum(source.lines for source in report.sources)
    parsed = sum(source.parsed for source in report.sources)
    unparsed = sum(source.unparsed for source in report.sources)
    read = f"{plural(total, 'line')} of {plural(len(report.sources), 'source')}"
    lines = [f"{read} were read: {parsed:,} parsed, {unparsed:,} not. Span covered: {_span(report)}.", ""]
    twice = any(row.duplicate for row in report.sources)
    rows = [
        (
            code(row.path, 80, table=True),
            f"`{row.format}`",
            f"{row.lines:,}",
            f"{row.events:,}",
            f"{row.continuation:,}",
            f"{row.blank:,}",
            *((f"{row.duplicate:,}",) if twice else ()),
            f"{row.unparsed:,}",
            "-" if row.first is None else clock(row.first, report.zone)[:19],
            "-" if row.last is None else clock(row.last, report.zone)[:19],
        )
        for row in report.sources
    ]
    head = ("Source", "Format", "Lines", "Events", "Continued", "Blank", *(("Duplicate",) if twice else ()))
    right = tuple(range(2, len(head) + 1))
    lines += [*table((*head, "Unparsed", "First", "Last"), rows, right=right), ""]
    lines += ["The zone of each source, and why:", ""]
    zones: dict[tuple[str, str], list[str]] = defaultdict(list)
    for source in report.sources:
        zones[source.timezone, source.timezone_reason].append(code(source.path, 80))
    lines += bullets([_zone(zone, reason, names, report.names) for (zone, reason), names in zones.items()])
    samples = [f"{sample.cite}: {sample.text}" for row in report.sources for sample in row.samples]
    if samples:
        lines += ["", "The first unparsed lines:", "", *quoted(samples)]
    return [*lines, ""]


def _zone(zone: str, reason: str, names: list[str], known: Sequence[str]) -> str:
    why = f" ({said(reason, known)})" if reason else ""
    return f"{code(zone_label(zone) or 'no zone')}{why}: {', '.join(names)}"


def _manifest(report: Report) -> Lines:
    if not report.files:
        return []
    rows = [
        (code(file.path, 80, table=True), f"{file.size:,}", f"{file.lines:,}", f"`{file.sha256}`")
        for file in report.files
    ]
    return [*section(3, "Manifest"), *table(("File", "Bytes", "Lines", "SHA-256"), rows, right=(1, 2)), ""]


def _left_out(report: Report) -> Lines:
    if not report.passed_over:
        return []
    rows = [
        (code(item.name, 80, table=True), item.state, said(item.reason, report.names, table=True))
        for item in report.passed_over[: MOST_ROWS * 2]
    ]
    return [*section(3, "Passed over"), *table(("File", "State", "Why"), rows), *_more(len(rows), "sources"), ""]


def _damage(report: Report) -> Lines:
    lines = section(3, "Damage")
    if not report.damage:
        return [
            *lines,
            "None: every byte became an event, a continuation of one, a blank line or an unparsed line.",
            "",
        ]
    rows = [
        (
            code(item.file, 80, table=True),
            item.kind,
            f"{item.offset:,}",
            f"{item.length:,}",
            "-" if item.line is None else f"{item.line:,}",
            "still read" if item.delivered else "**lost**",
        )
        for item in report.damage[:MOST_ROWS]
    ]
    head = ("File", "Kind", "At byte", "Bytes", "Line", "Text")
    return [*lines, *table(head, rows, right=(2, 3, 4)), *_more(len(report.damage), "sources"), ""]


def _assumptions(report: Report) -> Lines:
    lines = section(3, "Assumptions")
    if not report.assumptions:
        return [*lines, "None: every time was read with an explicit zone and year.", ""]
    grouped: dict[str, list[Note]] = defaultdict(list)
    for note in report.assumptions:
        grouped[note.text].append(note)
    items = []
    for text, found in grouped.items():
        where = [f"{code(note.source, 80)} ({plural(note.events, 'event')})" for note in found]
        items.append(f"{said(text, report.names, start=True)}: {', '.join(where)}")
    return [*lines, *bullets(items), ""]


def _limits(report: Report) -> Lines:
    items = [
        "Only the sources listed above were read. What none of them logged is unknown; silence is no proof of health.",
        "A web server logs a request when it ends; where an edge was moved for that, the edge says so.",
        "Text logs can be changed by whoever may write to them; nothing here shows that they were not.",
    ]
    if any(source.unparsed for source in report.sources):
        items.append("Unparsed lines were counted but could not testify.")
    if any(not damage.delivered for damage in report.damage):
        items.append("Damaged bytes may have held lines that would move an edge.")
    if any(source.events == 0 for source in report.sources):
        empty: Sequence[str] = [code(source.path, 60) for source in report.sources if source.events == 0]
        items.append(f"Without a single event: {listing(list(empty), 6)}.")
    return [*section(3, "Limits"), *bullets(items), ""]
