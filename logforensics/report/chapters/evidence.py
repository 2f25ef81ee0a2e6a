"""Turns what was read, hashed, left out, damaged and assumed into the chapter on the grounds and limits of it all."""

from __future__ import annotations

from collections import defaultdict

from logforensics.report.chapters.parts import MOST_ROWS, around, command, more, said, span
from logforensics.report.document import (
    Blocks,
    Code,
    Commands,
    Heading,
    Items,
    Line,
    Para,
    Quote,
    Span,
    Strong,
    Table,
    Value,
    Words,
    joined,
    values,
)
from logforensics.report.model import Note, Report
from logforensics.report.words import DAMAGES, UTC, clock, local, plural, zone_label

CITATIONS = (
    ("Every ", Code("file:line"), " names a line of the evidence, counted from 1 ("),
    (Code("sed -n LINEp FILE"), " shows it; for a compressed file "),
    (Code("zcat FILE | sed -n LINEp"), "; in a journal or wtmp it is the entry's number). "),
    ("The numbers above come from these commands:",),
)


def evidence(report: Report) -> Blocks:
    """The grounds and limits of every sentence of the report."""
    return [
        Heading(2, "Evidence"),
        *_completeness(report),
        *_manifest(report),
        *_left_out(report),
        *_damage(report),
        *_assumptions(report),
        *_doubts(report),
        *_hidden(report),
        *_limits(report),
    ]


def _completeness(report: Report) -> Blocks:
    total = sum(source.lines for source in report.sources)
    parsed = sum(source.parsed for source in report.sources)
    unparsed = sum(source.unparsed for source in report.sources)
    read = f"{plural(total, 'line')} of {plural(len(report.sources), 'source')}"
    twice = any(row.duplicate for row in report.sources)
    rows: list[tuple[Words, ...]] = [
        (
            Value(row.path, 80),
            Value(row.format),
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
    blocks: Blocks = [
        Para(f"{read} were read: {parsed:,} parsed, {unparsed:,} not. Span covered: {span(report)}."),
        Table("Sources, and where their lines went", (*head, "Unparsed", "First", "Last"), rows, _right(len(head))),
        Para("The zone of each source, and why:"),
    ]
    zones: dict[tuple[str, str], list[str]] = defaultdict(list)
    for source in report.sources:
        zones[source.timezone, source.timezone_reason].append(source.path)
    blocks.append(Items.of(_zone(zone, reason, names, report) for (zone, reason), names in zones.items()))
    samples = tuple((sample.cite, sample.text) for row in report.sources for sample in row.samples)
    if samples:
        blocks += [Para("The first unparsed lines:"), Quote(samples)]
    return blocks


def _right(head: int) -> tuple[int, ...]:
    return tuple(range(2, head + 1))


def _zone(zone: str, reason: str, names: list[str], report: Report) -> Line:
    why: Line = (" (", *said(reason, report), ")") if reason else ()
    return (Value(zone_label(zone) or "no zone"), *why, ": ", *values(names))


def _manifest(report: Report) -> Blocks:
    if not report.files:
        return []
    rows: list[tuple[Words, ...]] = [
        (
            Value(file.path, 80),
            f"{file.size:,}",
            f"{file.lines:,}",
            "-" if file.changed is None else f"{clock(file.changed, UTC)[:19]}",
            Code(file.sha256),
        )
        for file in report.files
    ]
    head = ("File", "Bytes", "Lines", "Last changed (UTC)", "SHA-256")
    hosts: Line = ("Host, as the lines name it: ", *values(report.hosts, 6), ".") if report.hosts else ()
    blocks: Blocks = [Heading(3, "Manifest"), Table("Files read, and their hashes", head, rows, (1, 2))]
    return [*blocks, Para(hosts)] if hosts else blocks


def _left_out(report: Report) -> Blocks:
    if not report.passed_over:
        return []
    rows: list[tuple[Words, ...]] = [
        (Value(item.name, 80), item.state, said(item.reason, report)) for item in report.passed_over[:MOST_ROWS]
    ]
    table = Table("Files that hold no events, and why", ("File", "State", "Why"), rows)
    return [Heading(3, "Passed over"), table, *more(report, len(report.passed_over), "sources")]


def _damage(report: Report) -> Blocks:
    if not report.damage:
        none = "None: every byte became an event, a continuation of one, a blank line or an unparsed line."
        return [Heading(3, "Damage"), Para(none)]
    rows: list[tuple[Words, ...]] = [
        (
            Value(item.file, 80),
            item.kind,
            f"{item.offset:,}",
            f"{item.length:,}",
            "-" if item.line is None else f"{item.line:,}",
            "still read" if item.delivered else Strong("lost"),
        )
        for item in report.damage[:MOST_ROWS]
    ]
    head = ("File", "Kind", "At byte", "Bytes", "Line", "Text")
    table = Table("Damaged stretches", head, rows, (2, 3, 4))
    kinds = [kind for kind in DAMAGES if any(item.kind == kind for item in report.damage)]
    told = [Items.of((Code(kind), f": {DAMAGES[kind]}.") for kind in kinds)] if kinds else []
    return [Heading(3, "Damage"), table, *more(report, len(report.damage), "sources"), *told]


def _assumptions(report: Report) -> Blocks:
    if not report.assumptions:
        none = "None: every time was read with an explicit zone and year."
        return [Heading(3, "Assumptions"), Para(none)]
    grouped: dict[str, list[Note]] = defaultdict(list)
    for note in report.assumptions:
        grouped[note.text].append(note)
    lines: list[Words] = []
    for text, found in grouped.items():
        where = joined((Value(note.source, 80), f" ({plural(note.events, 'event')})") for note in found)
        lines.append((*said(text, report), ": ", *where))
    return [Heading(3, "Assumptions"), Items.of(lines)]


def _doubts(report: Report) -> Blocks:
    """Lines that may not be what they seem: told, not judged."""
    if not report.doubts:
        return []
    rows: list[tuple[Words, ...]] = [
        (local(doubt.time, report.zone), doubt.cite, doubt.reason) for doubt in report.doubts[:MOST_ROWS]
    ]
    return [
        Heading(3, "Lines in doubt"),
        Para(
            "These lines do not fit in where they stand. A late relay or a clock that was set looks like that, and so "
            "does a line that somebody put there. Those that only claim to be the kernel's, and boots that nothing "
            "else tells of, weigh nothing in the verdict; the others count like any line."
        ),
        Table("Lines in doubt", ("Time", "Line", "Why"), rows),
        *more(report, len(report.doubts), "report --json"),
    ]


def _hidden(report: Report) -> Blocks:
    """What a redacted report hides."""
    if report.key is None:
        return []
    rows = [(item.kind, f"{item.distinct:,}", f"{item.places:,}") for item in report.hidden]
    whose = "the map that belongs to it" if report.key == "map" else "the evidence itself"
    return [
        Heading(3, "Hidden"),
        Para(
            "Pseudonyms stand for what belongs to people and machines. The same pseudonym is the same thing, addresses "
            "of one subnet are neighbours still, and every number counts the originals. "
            f"Only {whose} turns them back."
        ),
        Table("What is hidden", ("Kind", "Different ones", "Places"), rows, (1, 2)),
    ]


def _limits(report: Report) -> Blocks:
    lines: list[Words] = [
        "Only the sources listed above were read. What none of them logged is unknown; silence is no proof of health.",
        "A web server logs a request when it ends; where an edge was moved for that, the edge says so.",
        "Text logs can be changed by whoever may write to them; nothing here shows that they were not.",
    ]
    if any(source.unparsed for source in report.sources):
        lines.append("Unparsed lines were counted but could not testify.")
    if any(not damage.delivered for damage in report.damage):
        lines.append("Damaged bytes may have held lines that would move an edge.")
    empty = [source.path for source in report.sources if source.events == 0]
    if empty:
        lines.append(("Without a single event: ", *values(empty, 6), "."))
    return [Heading(3, "Limits"), Items.of(lines)]


def check(report: Report) -> Blocks:
    """The commands that give the report again, number by number."""
    commands = [command(report, "report", "--format", "markdown"), command(report, "sources")]
    commands += [command(report, name) for name in ("outages", "gaps", "bursts", "failures", "boots")]
    commands += [around(report, outage.start.latest) for outage in report.outages]
    words: list[Span] = [span for part in CITATIONS for span in part]
    same = "The same evidence, the times of its files included, gives the same report to the byte."
    return [
        Heading(2, "How to check this report"),
        Para(tuple(words)),
        Commands(tuple(commands)),
        Para(("Made by logforensics ", Code(report.version), f". {same}")),
    ]
