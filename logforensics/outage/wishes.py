"""Turns what a verdict had to do without into wishes: the logs that would have tightened its brackets."""

from __future__ import annotations

from datetime import timedelta

from logforensics.outage.brackets import Brackets
from logforensics.outage.cases import Case
from logforensics.outage.facts import Facts

TIGHT = timedelta(seconds=2)
"""A bracket as narrow as this is as good as stamps of whole seconds can make it."""


def wishes_for(case: Case, edges: Brackets, facts: Facts) -> tuple[str, ...]:
    """Which missing logs, or missing fields of logs, would have tightened the brackets; whole sentences."""
    earliest = edges.start.earliest
    wide_start = earliest is None or edges.start.latest.time - earliest.time > TIGHT
    wide_end = (
        edges.end is None or edges.end.earliest is None or edges.end.latest.time - edges.end.earliest.time > TIGHT
    )
    if not (wide_start or wide_end):
        return ()
    wishes = []
    web = facts.outcomes.height > 0
    if case.of("service") and web and not _has_request_time(facts):
        wishes.append("$request_time in the access log would tell when each failed request came (nginx log_format).")
    if not web:
        wishes.append("A web server's access log would show the last good and the first bad answer.")
    if case.of("host") and not any(form in ("journal", "logins") for form in facts.formats.values()):
        wishes.append("The journal or wtmp would tell more closely when the machine stopped and started.")
    if not facts.timers:
        wishes.append("A line at a fixed beat (rsyslog's immark, a cron job) would bound the silence by its period.")
    if case.of("service", "disk", "stall") and not any(mark.kind == "ready" for mark in facts.marks):
        wishes.append("The backend's own log of its start and stop would date the recovery.")
    if (case.of("disk") or (edges.silent and case.of("host"))) and not any(
        fail.witness == "kernel" for fail in facts.failures
    ):
        wishes.append("A kernel log kept elsewhere (netconsole, remote syslog) would name the disk error and its time.")
    return tuple(wishes)


def _has_request_time(facts: Facts) -> bool:
    events = facts.timeline.events
    return "request_time" in events.columns and events.get_column("request_time").count() > 0
