"""Turns what was seen beside the outages into chapters: changes before, warnings, silences, boots, failures, clocks."""

from __future__ import annotations

from collections import defaultdict

from logforensics.analysis.findings import Burst, Failure, Gap
from logforensics.report.chapters.parts import MOST_ROWS, cited, more, shown_by, span
from logforensics.report.document import (
    Blocks,
    Code,
    Heading,
    Line,
    Para,
    Quote,
    Strong,
    Table,
    Value,
    Words,
    joined,
    values,
)
from logforensics.report.model import Report
from logforensics.report.words import FAILURES, SILENCES, clock, duration, local, plural


def observations(report: Report) -> Blocks:
    """Changes before, earlier warnings, silences, boots, failures, bursts and clocks: seen beside the outages."""
    return [
        *_changes(report),
        *_precursors(report),
        *_gaps(report),
        *_boots(report),
        *_failures(report),
        *_bursts(report),
        *_clock(report),
    ]


def _changes(report: Report) -> Blocks:
    if not report.outages:
        return []
    blocks: Blocks = [Heading(2, "Changes before it")]
    found = [change for change in report.changes if not change.during]
    if not found:
        none = "No package work, command, reload, restart or rare cron job is logged in the 24 hours before the start."
        return [*blocks, Para(none)]
    rows = [(local(change.time, report.zone), change.kind, change.cite) for change in found]
    return [
        *blocks,
        Para("The last changes in the 24 hours before the start. Coming before it does not make a thing its cause."),
        Table("Changes before the start", ("When", "Kind", "Line"), rows),
        Quote(tuple((change.cite, change.text) for change in found)),
    ]


def _precursors(report: Report) -> Blocks:
    """Failures of any class before the first start: it warned you, or it did not."""
    if not report.outages:
        return []
    start = report.outages[0].start.earliest or report.outages[0].start.latest
    early = [failure for failure in report.failures if failure.time < start.time]
    blocks: Blocks = [Heading(2, "Was there a warning, has it happened before")]
    if early:
        first, last = early[0], early[-1]
        many = f"{plural(len(early), 'failure line')} before the start, the first at "
        kinds = joined(sorted({FAILURES.get(failure.kind, failure.kind) for failure in early}))
        one: Line = (f"{many}{local(first.time, report.zone)} ", first.cite)
        two: Line = (f", the last at {local(last.time, report.zone)} ", last.cite, ": ")
        blocks.append(Para((*one, *two, *kinds, ".")))
    else:
        blocks.append(Para("No failure line of any known class was logged before the start."))
    count = len(report.outages)
    often = "It is the only outage" if count == 1 else f"There are {count} outages"
    return [*blocks, Para(f"{often} in the span that these logs cover ({span(report)}).")]


def _gaps(report: Report) -> Blocks:
    blocks: Blocks = [Heading(2, "Silences")]
    if not report.gaps:
        return [*blocks, Para("No source fell silent against its own rhythm."), shown_by(report, "gaps")]
    shown = sorted(report.gaps, key=lambda gap: (not _touches(gap, report), -gap.seconds, gap.source, gap.start))
    rows: list[tuple[Words, ...]] = [
        (
            Value(gap.source, 60),
            local(gap.start, report.zone),
            local(gap.end, report.zone),
            duration(gap.seconds),
            SILENCES.get(gap.cause, gap.cause),
            gap.before,
            cited(gap.after),
        )
        for gap in shown[:MOST_ROWS]
    ]
    head = ("Source", "Last line before", "First line after", "For", "Why", "Before", "After")
    table = Table("When which source was silent, and why", head, rows, (3,))
    return [*blocks, table, *more(report, len(report.gaps), "gaps"), shown_by(report, "gaps")]


def _touches(gap: Gap, report: Report) -> bool:
    return any(
        gap.end >= outage.start.latest.time and (outage.end is None or gap.start <= outage.end.latest.time)
        for outage in report.outages
    )


def _boots(report: Report) -> Blocks:
    blocks: Blocks = [Heading(2, "Boots")]
    if not report.boots:
        return [*blocks, Para("No boot is logged."), shown_by(report, "boots")]
    rows: list[tuple[Words, ...]] = [
        (
            local(boot.time, report.zone),
            f"{boot.shutdown}{f' ({boot.manner})' if boot.manner else ''}",
            "-" if boot.ended is None else local(boot.ended, report.zone),
            boot.cite,
            joined(boot.evidence[:3]) or "-",
        )
        for boot in report.boots[-MOST_ROWS:]
    ]
    head = ("Booted", "Session before ended", "Its last line", "First line", "Evidence")
    table = Table("Boots, and how the session before each ended", head, rows)
    return [*blocks, table, *more(report, len(report.boots), "boots"), shown_by(report, "boots")]


def _failures(report: Report) -> Blocks:
    blocks: Blocks = [Heading(2, "Failure lines")]
    if not report.failures:
        return [*blocks, Para("No line of a known failure class was found."), shown_by(report, "failures")]
    groups: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for failure in report.failures:
        groups[failure.kind, failure.witness].append(failure)
    rows: list[tuple[Words, ...]] = []
    for (kind, witness), found in sorted(groups.items(), key=lambda item: (item[1][0].time, item[0])):
        devices = sorted({failure.device for failure in found if failure.device})
        rows.append(
            (
                (FAILURES.get(kind, kind), " (", Code(kind), ")"),
                f"{len(found):,}",
                witness,
                values(devices, 3) or "-",
                (f"{local(found[0].time, report.zone)} ", found[0].cite),
                (f"{local(found[-1].time, report.zone)} ", found[-1].cite),
            )
        )
    head = ("What", "Lines", "Said by", "About", "First", "Last")
    blocks.append(Table("Lines that tell of a failure, by class", head, rows, (1,)))
    if any(failure.witness == "claimed" for failure in report.failures):
        claimed = (
            'A line that is only "claimed" is another program\'s text; it counts where an independent source agrees.'
        )
        blocks.append(Para(claimed))
    return [*blocks, shown_by(report, "failures")]


def _bursts(report: Report) -> Blocks:
    if not report.bursts:
        return []
    rows = [_burst(burst, report) for burst in report.bursts[:MOST_ROWS]]
    head = ("Endpoints", "From", "For", "Failed", "Usually", "Clients", "First", "Last")
    return [
        Heading(2, "Bursts of failing requests"),
        Table("Runs of failing requests against the usual rate", head, rows, (3, 4, 5)),
        *more(report, len(report.bursts), "bursts"),
        shown_by(report, "bursts"),
    ]


def _burst(burst: Burst, report: Report) -> tuple[Words, ...]:
    return (
        Value(burst.group, 60),
        local(burst.start, report.zone),
        duration((burst.end - burst.start).total_seconds()),
        f"{burst.errors:,} of {burst.requests:,}",
        f"{100 * burst.baseline:.1f} %",
        f"{burst.clients:,}",
        burst.first,
        burst.last,
    )


def _clock(report: Report) -> Blocks:
    if not report.clock:
        return []
    rows: list[tuple[Words, ...]] = [
        (
            f"{clock(note.start, report.zone)[:19]} to {local(note.end, report.zone)}",
            Strong(note.what),
            joined(note.cites),
        )
        for note in report.clock[:MOST_ROWS]
    ]
    return [
        Heading(2, "The clock"),
        Para("Where the machine's clock was set or was wrong, a gap or an overlap of times is no outage."),
        Table("When the clock was set or was wrong", ("When", "What", "Lines"), rows),
    ]
