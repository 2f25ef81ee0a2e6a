"""Turns the findings of one analyser into a table for a terminal, with its citations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from logforensics.analysis.findings import Boot, Burst, Cite, Failure, Gap
from logforensics.clock.zones import Zone
from logforensics.evidence.model import Damage, PassedOver
from logforensics.outage.model import Outage
from logforensics.report.escape import ascii_only as to_ascii
from logforensics.report.escape import plain
from logforensics.report.layout import Paper, columns
from logforensics.report.model import Note, SourceRow
from logforensics.report.verdict import length
from logforensics.report.words import (
    DAMAGES,
    FAILURES,
    SILENCES,
    about,
    between,
    clock,
    duration,
    listing,
    plural,
    window_words,
    zone_label,
)

if TYPE_CHECKING:
    from logforensics.timeline.model import Timeline

Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]], tuple[int, ...], int]

MINUTES, YEAR = len("2020-06-23 09:05"), len("2020-")
"""Where a shown time is cut: seconds, or a year said already, would cost the citation its columns."""

GAP_CAUSES = {
    "filesystem-read-only": "disk read-only",
    "end-of-collection": "logs end here",
    "rotation-seam": "rotation",
}
"""Causes that are too long for a table of 80 columns; JSON has the full words."""

NOTHING = {
    "gaps": "No silence found",
    "bursts": "No burst of failing requests found",
    "failures": "No line that testifies of a failure found",
    "boots": "No boot found",
    "outages": "No outage found",
}

ABSENT = "No wtmp is among the files: boots are those that the kernel's and the journal's own lines tell of."


def findings(
    kind: str,
    found: Sequence[Any],
    zone: Zone,
    timeline: Timeline,
    *,
    width: int = 80,
    ascii_only: bool = False,
    selection: tuple[datetime | None, datetime | None] = (None, None),
) -> str:
    """The findings of one analyser as a table; with none, the span and the sources in which there are none.

    `selection` are the instants that --since and --until came to.
    """
    paper = Paper(width, ascii_only=ascii_only)
    aside = paper.paragraph(ABSENT) if kind == "boots" and timeline.absent else []
    if not found:
        return _shown([*paper.paragraph(_none(kind, zone, timeline, selection)), *aside], ascii_only)
    makers: dict[str, Callable[[Sequence[Any], Zone], Table]] = {
        "gaps": _gaps,
        "bursts": _bursts,
        "failures": _failures,
        "boots": _boots,
        "outages": _outages,
    }
    head, rows, right, stretch = makers[kind](found, zone)
    told = _told(kind, found, zone, paper)
    return _shown(
        [*columns(head, rows, width, right=right, stretch=stretch, paths=True), *told, _zone_line(zone), *aside],
        ascii_only,
    )


WITNESSES = "WITNESS is whose word it is: the kernel's, a program's of its own work, or a claim."


def _told(kind: str, found: Sequence[Any], zone: Zone, paper: Paper) -> list[str]:
    """What the words of a table mean, as far as they stand in it; under outages, what was hit and the proof."""
    if kind == "failures":
        kinds = sorted({failure.kind for failure in found})
        words = "; ".join(f"{name}: a line says that {FAILURES.get(name, name)}" for name in kinds)
        return paper.paragraph(f"CLASS {words}. {WITNESSES}")
    if kind == "gaps":
        causes = sorted({gap.cause for gap in found})
        return paper.paragraph(
            f"CAUSE {'; '.join(f'{GAP_CAUSES.get(name, name)}: {SILENCES.get(name, name)}' for name in causes)}."
        )
    if kind == "boots" and any(boot.shutdown == "unknown" for boot in found):
        return paper.paragraph("SHUTDOWN unknown: no line tells how the session before ended.")
    if kind != "outages":
        return []
    lines = []
    for number, outage in enumerate(found, 1):
        hit = listing([plain(name, 60) for name in outage.affected], 3) or (
            "everything" if outage.scope == "total" else "no endpoint by name"
        )
        lines += paper.labelled(f"{number}", f"hit {hit}", at=5)
        cites = [("began by", outage.start.latest)]
        if outage.end is not None:
            cites += [("over after", edge) for edge in (outage.end.earliest,) if edge is not None]
            cites += [("over by", outage.end.latest)]
        for label, edge in cites:
            lines += paper.beside(
                f"{label} {_by(edge.time, zone) if 'by' in label else _at(edge.time, zone)}", _cite(edge.cite), at=5
            )
    return lines


def _shown(lines: Sequence[str], ascii_only: bool) -> str:
    text = "\n".join(lines) + "\n"
    return to_ascii(text) if ascii_only else text


def _none(
    kind: str, zone: Zone, timeline: Timeline, selection: tuple[datetime | None, datetime | None] = (None, None)
) -> str:
    where = plural(len(timeline.sources), "source")
    if timeline.begin is None or timeline.end is None:
        return f"{NOTHING[kind]}: there are no events in {where}."
    first, last = selection
    begin, end = max(first or timeline.begin, timeline.begin), min(last or timeline.end, timeline.end)
    if begin > end:
        lies = f"No event lies {window_words(first, last, zone)}"
        return f"{lies}; the logs of {where} run from {between(timeline.begin, timeline.end, zone)}."
    failed = 0
    if kind == "bursts" and selection == (None, None) and "status" in timeline.events.columns:
        from logforensics.report.charts import tells_of_error

        web = timeline.events.select("time", "status").drop_nulls("status")
        failed = int(web.select(tells_of_error(web.columns).sum()).item())
    few = f" {plural(failed, 'answer')} 5xx or 499, nowhere as many as a burst has." if failed else ""
    return f"{NOTHING[kind]} in {where} from {between(begin, end, zone)}.{few}"


def _zone_line(zone: Zone) -> str:
    return f"Times in {plain(zone_label(zone.label))}."


def _at(time: datetime | None, zone: Zone) -> str:
    return "-" if time is None else clock(time, zone)[:19]


def _by(time: datetime, zone: Zone) -> str:
    """The whole second that an instant has passed by: rounded up, so that what is said stays true."""
    return _at(time + timedelta(microseconds=-time.microsecond % 1_000_000), zone)


def _cite(cite: Cite | None) -> str:
    return "-" if cite is None else plain(str(cite))


def _gaps(found: Sequence[Gap], zone: Zone) -> Table:
    rows = [
        (
            _at(gap.start, zone)[:MINUTES],
            _at(gap.end, zone)[YEAR:MINUTES],
            duration(gap.seconds),
            GAP_CAUSES.get(gap.cause, gap.cause),
            _cite(gap.before),
        )
        for gap in found
    ]
    return ("SILENT FROM", "TO", "FOR", "CAUSE", "LAST LINE BEFORE"), rows, (2,), 4


def _bursts(found: Sequence[Burst], zone: Zone) -> Table:
    rows = [
        (
            _at(burst.start, zone)[:MINUTES],
            duration((burst.end - burst.start).total_seconds()),
            f"{burst.errors:,} of {burst.requests:,}",
            f"{100 * burst.baseline:.1f} %",
            f"{burst.clients:,}",
            plain(burst.group),
        )
        for burst in found
    ]
    return ("FROM", "FOR", "FAILED", "USUALLY", "CLIENTS", "ENDPOINTS"), rows, (1, 2, 3, 4), 5


def _failures(found: Sequence[Failure], zone: Zone) -> Table:
    rows = [
        (
            _at(failure.time, zone),
            failure.kind,
            plain(failure.device or "-", 24),
            failure.witness,
            _cite(failure.cite),
        )
        for failure in found
    ]
    return ("TIME", "CLASS", "DEVICE", "WITNESS", "LINE"), rows, (), 4


def _boots(found: Sequence[Boot], zone: Zone) -> Table:
    rows = []
    for boot in found:
        down = "-" if boot.ended is None else duration((boot.time - boot.ended).total_seconds())
        how = boot.shutdown + (f" ({boot.manner})" if boot.manner else "")
        rows.append((_at(boot.time, zone), _at(boot.ended, zone)[YEAR:] or "-", down, how, _cite(boot.cite)))
    return ("BOOT", "LAST SEEN", "DOWN AT MOST", "SHUTDOWN", "FIRST LINE"), rows, (2,), 4


def _outages(found: Sequence[Outage], zone: Zone) -> Table:
    rows = []
    several = any(outage.host for outage in found)
    for outage in found:
        low, high = length(outage, None)
        earliest = "-" if outage.start.earliest is None else _at(outage.start.earliest.time, zone)
        latest = _by(outage.start.latest.time, zone)
        rows.append(
            (
                earliest,
                latest[len("2020-06-23 ") :] if latest[:10] == earliest[:10] else latest,
                "not over" if outage.end is None else _by(outage.end.latest.time, zone)[YEAR:],
                "-" if outage.end is None else about(low, high).removeprefix("about "),
                outage.scope,
                outage.cause.kind,
                *([plain(outage.host, 24)] if several else []),
            )
        )
    head = ("BEGAN AFTER", "AND BY", "OVER BY", "LASTED", "SCOPE", "CAUSE", *(["HOST"] if several else []))
    return head, rows, (), 5


def sources(
    rows: Sequence[SourceRow],
    passed: Sequence[PassedOver],
    damage: Sequence[Damage],
    assumed: Sequence[Note],
    zone: Zone,
    width: int = 80,
    ascii_only: bool = False,
) -> str:
    """Every source with its format, lines, zone and span; then what was passed over, damaged and assumed."""
    table = [
        (
            plain(row.path),
            row.format,
            f"{row.lines:,}",
            f"{row.unparsed:,}",
            _at(row.first, zone)[:MINUTES],
            _at(row.last, zone)[YEAR:MINUTES] or "-",
        )
        for row in rows
    ]
    head = ("SOURCE", "FORMAT", "LINES", "UNPARSED", "FIRST", "LAST")
    lines = columns(head, table, width, right=(2, 3), stretch=0, paths=True) or ["No source found."]
    lines.append(_zone_line(zone))
    by_zone: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        by_zone.setdefault((row.timezone, row.timezone_reason), []).append(plain(row.path))
    if by_zone:
        lines += ["", "Read in zone:"]
        lines += [f"  {plain(name)} ({plain(why)}): {', '.join(names)}" for (name, why), names in by_zone.items()]
    samples = [sample for row in rows for sample in row.samples]
    if samples:
        lines += ["", "Lines in no known format (first few of each source):"]
        lines += [f"  {_cite(sample.cite)}  {plain(sample.text, max(20, width - 30))}" for sample in samples]
    for row in rows:
        if len(row.files) > 1:
            lines += ["", f"{plain(row.path)} is {listing([plain(name) for name in row.files], 8)}."]
    if passed:
        lines += ["", "Passed over:"]
        lines += [f"  {plain(item.name)}: {item.state}: {plain(item.reason)}" for item in passed]
    if damage:
        lines += ["", "Damage:"]
        lines += [f"  {damage_words(item)}" for item in damage]
        lines += [f"  {kind}: {words}" for kind, words in DAMAGES.items() if any(item.kind == kind for item in damage)]
    if assumed:
        lines += ["", "Assumed:"]
        lines += [f"  {plain(note.source)}: {plain(note.text)} ({plural(note.events, 'event')})" for note in assumed]
    return _shown(lines, ascii_only)


def damage_words(item: Damage) -> str:
    """One damaged stretch in words, its file name escaped for a terminal."""
    fate = "still read" if item.delivered else "lost"
    where = f", line {item.line}" if item.line is not None else ""
    return f"{plain(item.file)}: {item.kind} at byte {item.offset:,}{where}, {plural(item.length, 'byte')} {fate}"
