"""Turns a report into the few words for users: times and counts alone, so that nothing of the site can be in them."""

from __future__ import annotations

from logforensics.outage.model import Outage
from logforensics.report.model import Report
from logforensics.report.verdict import length
from logforensics.report.words import about, clock, offset, plural

REASONS = {
    "power-loss": "The server lost its power.",
    "kernel-panic": "The operating system of the server crashed.",
    "clean-reboot": "The server was restarted.",
    "disk-read-only": "A disk of the server failed.",
    "disk-full": "A disk of the server was full.",
    "out-of-memory": "The server ran out of memory.",
    "upstream-down": "The application behind our web server was down.",
    "upstream-slow": "The application behind our web server stopped answering.",
    "web-server-down": "Our web server was down.",
    "network-loss": "The server lost its network.",
    "clock-step": "The clock of the server was wrong.",
    "suspended": "The server was suspended.",
}
"""The cause classes in words for users; what is not known is not said."""


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
        text += " The rest of it went on working."
    impact = outage.impact
    if impact is not None and impact.failed_requests:
        text += f" {plural(impact.failed_requests, 'request')} got no answer or an error."
    if outage.cause.confidence >= 0.7 and outage.cause.kind in REASONS:
        text += f" {REASONS[outage.cause.kind]}"
    return text
