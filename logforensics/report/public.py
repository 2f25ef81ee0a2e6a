"""Turns a report into the few words for users: times and counts alone, so that nothing of the site can be in them."""

from __future__ import annotations

from textwrap import wrap

from logforensics.outage.model import Outage
from logforensics.report.document import BLANK, Blocks, Heading, Items, Para
from logforensics.report.model import Report
from logforensics.report.verdict import answered_until, length, logged_until
from logforensics.report.words import about, between, clock, offset, plural

REASONS = {
    "power-loss": "The server stopped without warning.",
    "kernel-panic": "The operating system of the server crashed.",
    "clean-reboot": "The server was restarted.",
    "disk-read-only": "A file system of the server could no longer be written to.",
    "disk-full": "A disk of the server was full.",
    "out-of-memory": "The server ran out of memory.",
    "upstream-down": "The application behind our web server was down.",
    "upstream-slow": "The application behind our web server stopped answering.",
    "web-server-down": "Our web server was down.",
    "network-loss": "The server lost its network.",
    "clock-step": "The clock of the server was wrong.",
    "suspended": "The server was suspended.",
}
"""The cause classes in words for users, no more than the lines say: a reset looks like a lost power supply, and a cable
that came loose like a broken disk.  What is not known is not said."""

TOLD, LIKELY = 0.9, 0.7
"""The confidence from which a cause is stated as it is (the system or a program said so, `outage.cause.ECHOED`), and
from which it is called the likeliest one."""


STATUS = "This notice was drafted from logs; it holds no names, addresses or paths. Read it before you publish it."


def title(report: Report) -> str:
    """What the notice is called."""
    if not report.outages:
        return "No disruption found"
    day = clock(report.outages[0].start.latest.time, report.zone)[:10]
    total = any(outage.scope == "total" for outage in report.outages)
    return f"{'Outage' if total else 'Disruption'} of {day}"


def public(report: Report) -> Blocks:
    """The whole notice: what happened, and marked blanks for what is done about it and where to ask."""
    told = notice(report) or (_nothing(report),)
    blocks: Blocks = [Heading(1, title(report)), Heading(2, "What happened"), *(Para(text) for text in told)]
    if report.outages:
        blocks += [
            Heading(2, "What we do about it"),
            Items.of(
                (("So far: ", BLANK), ("So that it does not happen again: ", BLANK), ("Questions go to: ", BLANK))
            ),
        ]
    return [*blocks, Para(STATUS, "note")]


def plain_text(report: Report, width: int = 80) -> str:
    """The notice for a terminal or a mail, ending in LF."""
    parts = [title(report), *(notice(report) or (_nothing(report),)), STATUS]
    return "\n\n".join("\n".join(wrap(part, width)) for part in parts) + "\n"


def _nothing(report: Report) -> str:
    if report.begin is None or report.end is None:
        return "The logs hold nothing to judge by."
    first, last = report.selection
    begin, end = max(first or report.begin, report.begin), min(last or report.end, report.end)
    return f"No disruption was found from {between(begin, end, report.zone)}."


def notice(report: Report) -> tuple[str, ...]:
    """For each outage what did not work, from when to when, and why; no name, address or path in it."""
    return tuple(_told(outage, report) for outage in report.outages)


def _told(outage: Outage, report: Report) -> str:
    zone = report.zone
    began = outage.start.latest.time
    part = "The service was down" if outage.scope == "total" else "Part of the service did not work"
    if outage.planned:
        part = f"Planned work: {part[0].lower()}{part[1:]}"
    if outage.end is None:
        when = f"from {clock(began, zone)[:16]} {offset(began, zone)} on"
    else:
        over = outage.end.latest.time
        last = clock(over, zone)[:16]
        same = last[:10] == clock(began, zone)[:10]
        when = f"from {clock(began, zone)[:16]} to {last[11:] if same else last} ({offset(over, zone)}), "
        when += about(*length(outage, report.end))
    text = f"{part} {when}."
    if outage.scope != "total" and outage.unaffected:
        text += f" Other parts gave good answers{answered_until(outage, report) or ' meanwhile'}."
    impact = outage.impact
    if impact is not None and impact.failed_requests:
        text += f" {plural(impact.failed_requests, 'request')} got no answer or an error{logged_until(outage, report)}."
    reason = REASONS.get(outage.cause.kind)
    if reason is not None and outage.cause.confidence >= LIKELY:
        likely = f"Most likely {reason[0].lower()}{reason[1:]}"
        text += f" {reason if outage.cause.confidence >= TOLD else likely}"
    return text
