"""Turns outages, the silences across them and the boots into a mermaid gantt chart, and the same rows into a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from logforensics.analysis.findings import Cite
from logforensics.clock.zones import Zone
from logforensics.outage.model import Outage
from logforensics.report.document import Line, Table, Value, Words, joined
from logforensics.report.model import Report
from logforensics.report.words import SILENCES, UTC, clock, local, offset

MOST_SILENCES = 12
"""Silences drawn: a chart higher than a screen is not read."""

SAFE = re.compile(r"[^A-Za-z0-9._/@ -]")
"""What may have a meaning in mermaid's gantt grammar, where ":" ends a name and ";", "#" and "%%" start things.
No line begins with one of its keywords by chance, for a source's name stands behind "log"."""


class Bar(NamedTuple):
    """One row: where it belongs, what it is, from when to when (UTC), and the lines that bound it."""

    section: str
    name: Words
    label: str
    tag: str
    begin: datetime
    end: datetime
    proof: tuple[Cite, ...]


def gantt(report: Report) -> tuple[list[str], Table] | None:
    """The lines of the chart and the table; None where nothing is there to be drawn."""
    bars = list(_bars(report))
    if not bars or not report.outages:
        return None
    begin, end = min(bar.begin for bar in bars), max(bar.end for bar in bars)
    # Mermaid knows wall times only: where the clocks changed in between, lengths would be wrong.
    zone = report.zone if offset(begin, report.zone) == offset(end, report.zone) else UTC
    lines = ["gantt", f"    title Times in {offset(begin, zone)}", "    dateFormat YYYY-MM-DD HH:mm:ss"]
    days = _wall(begin, zone)[:10] != _wall(end, zone)[:10]
    lines.append(f"    axisFormat {'%m-%d %H:%M' if days else '%H:%M:%S'}")
    section = ""
    for bar in bars:
        if bar.section != section:
            section = bar.section
            lines.append(f"    section {section}")
        tag = f"{bar.tag}, " if bar.tag else ""
        lines.append(f"    {SAFE.sub('_', bar.label)} :{tag}{_wall(bar.begin, zone)}, {_wall(bar.end, zone)}")
    rows: list[tuple[Words, ...]] = [
        (bar.name, local(bar.begin, report.zone), local(bar.end, report.zone), joined(bar.proof) or "-") for bar in bars
    ]
    return lines, Table("The picture as a table", ("What", "From", "To", "Lines"), rows)


def _wall(time: datetime, zone: Zone) -> str:
    return clock(time, zone)[:19]


def _bars(report: Report) -> Iterator[Bar]:
    for number, outage in enumerate(report.outages, 1):
        yield from _outage(outage, report, f"Outage {number}" if len(report.outages) > 1 else "Outage")
    shown = [gap for gap in report.gaps if any(_across(gap.start, gap.end, outage) for outage in report.outages)]
    for gap in sorted(shown, key=lambda gap: (-gap.seconds, gap.source))[:MOST_SILENCES]:
        why = SILENCES.get(gap.cause, gap.cause)
        name: Line = (Value(gap.source, 60), f" silent: {why}")
        cites = (gap.before, *((gap.after,) if gap.after is not None else ()))
        yield Bar("Silent", name, f"log {gap.source}", "done", gap.start, gap.end, cites)
    for boot in report.boots:
        if any(_across(boot.time, boot.time, outage) for outage in report.outages):
            yield Bar("Boots", "boot", "boot", "milestone", boot.time, boot.time, (boot.cite,))


def _outage(outage: Outage, report: Report, section: str) -> Iterator[Bar]:
    """The stretch in which it provably lasted, between the stretches in which it may have begun and ended."""
    start, end = outage.start, outage.end
    if start.earliest is not None and start.earliest.time < start.latest.time:
        yield Bar(
            section,
            "may have begun",
            "may have begun",
            "active",
            start.earliest.time,
            start.latest.time,
            _cites(start.earliest.cite, start.latest.cite),
        )
    known = end.earliest if end is not None and end.earliest is not None else None
    until = known.time if known is not None else end.latest.time if end is not None else report.end
    if until is not None and until >= start.latest.time:
        yield Bar(
            section,
            "lasted" if end is not None else "lasted until the logs end",
            "lasted",
            "crit",
            start.latest.time,
            until,
            _cites(start.latest.cite, None if known is None else known.cite),
        )
    if end is not None and known is not None and known.time < end.latest.time:
        yield Bar(
            section,
            "may have ended",
            "may have ended",
            "active",
            max(known.time, start.latest.time),
            end.latest.time,
            _cites(known.cite, end.latest.cite),
        )


def _cites(*cites: Cite | None) -> tuple[Cite, ...]:
    return tuple(cite for cite in cites if cite is not None)


def _across(begin: datetime, end: datetime, outage: Outage) -> bool:
    first = outage.start.earliest or outage.start.latest
    return end >= first.time and (outage.end is None or begin <= outage.end.latest.time)
