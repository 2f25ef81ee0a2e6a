"""Turns key events and deeds into the chapters on how an outage went and how it ended."""

from __future__ import annotations

from datetime import timedelta

from logforensics.analysis.findings import Cite
from logforensics.outage.cases import HOLD
from logforensics.outage.model import Outage
from logforensics.report.chapters.parts import around, cited, proof, said
from logforensics.report.document import BLANK, Blocks, Code, Heading, Para, Quote, Table, Words
from logforensics.report.model import Report
from logforensics.report.words import UTC, clock, duration, local, offset, zone_label


def timeline(outage: Outage, report: Report, index: int, level: int) -> Blocks:
    """The moments that matter in order, each with its line."""
    numbered = [(row, event) for row, event in enumerate(report.events, 1) if event.outage == index]
    events = [event for _, event in numbered]
    if not events:
        return []
    rows = [
        (
            f"{clock(event.time, report.zone)} {offset(event.time, report.zone)}",
            clock(event.time, UTC),
            said(event.what, report),
            cited(event.cite),
        )
        for event in events
    ]
    head = ("Local", "UTC", "What", "Line")
    blocks: Blocks = [
        Heading(level, "Timeline"),
        Para(f"Local times are {zone_label(report.zone.label)}."),
        Table("What happened in the order of time", head, rows, ids=tuple(f"moment-{row}" for row, _ in numbered)),
    ]
    texts: dict[Cite | None, str] = {}
    for event in events:
        if event.text is not None:
            texts.setdefault(event.cite, event.text)
    if texts:
        blocks += [Para("The lines themselves, as logged:"), Quote(tuple(texts.items()))]
    blocks.append(Para(("Everything around the start: ", Code(around(report, outage.start.latest))), "note"))
    return blocks


def ending(outage: Outage, report: Report, index: int, level: int) -> Blocks:
    """By what it is called over, for how long that held, and what was done meanwhile."""
    blocks: Blocks = [Heading(level, "How it ended")]
    if outage.end is None:
        blocks.append(Para(("It had not ended when the logs end. State now: ", BLANK)))
    else:
        edge = outage.end.latest
        over = f"It is called over from {local(edge.time, report.zone)} on, because: "
        blocks.append(Para((over, *said(edge.reason, report), *proof(edge.cite), f". {_held(outage, report, index)}")))
        boots = [boot for boot in report.boots if outage.start.latest.time <= boot.time <= edge.time]
        for boot in boots:
            how = "" if boot.shutdown == "unknown" else f"; the session before had ended {boot.shutdown}ly"
            how += f" ({boot.manner})" if boot.manner else ""
            blocks.append(Para((f"The machine booted at {local(boot.time, report.zone)}{how}", *proof(boot.cite), ".")))
    deeds = [change for change in report.changes if change.outage == index and change.during]
    if deeds:
        rows: list[tuple[Words, ...]] = [(local(deed.time, report.zone), deed.kind, deed.cite) for deed in deeds]
        blocks += [
            Para("What was done meanwhile, as far as it was logged:"),
            Table("What was done during the outage", ("When", "Kind", "Line"), rows),
            Quote(tuple((deed.cite, deed.text) for deed in deeds)),
        ]
    blocks.append(Para(("Who did what to end it: ", BLANK)))
    return blocks


def _held(outage: Outage, report: Report, index: int) -> str:
    """The exit criterion, and whether the logs go on long enough to show that it held."""
    assert outage.end is not None
    rule = f"Over means: whole for {HOLD.total_seconds() / 60:.0f} min without a relapse"
    later = [other.start.latest.time for other in report.outages[index + 1 :]]
    until = min(later, default=report.end)
    if until is None:
        return f"{rule}."
    held = max(timedelta(0), until - outage.end.latest.time)
    ends = "until the next outage" if later else "until the logs end"
    short = ", which is too short to be sure" if held < HOLD else ""
    return f"{rule}; it held for {duration(held.total_seconds())}, {ends}{short}."
