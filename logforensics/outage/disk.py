"""Turns sources that fell silent together long before a boot into suspects: a disk that died without a word."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta

from logforensics.analysis.findings import Cite
from logforensics.analysis.streams import Stream
from logforensics.outage.deadlines import PAGE_CACHE, missed_beats
from logforensics.outage.facts import Facts
from logforensics.outage.model import Edge
from logforensics.outage.speakers import speaker
from logforensics.outage.suspects import UPSTREAM, Suspect

SYSLOG = "syslog"
"""Every file of this format is written by one syslog daemon; any other source is its own program's."""

WRITERS = 2
"""Independent programs that must fall silent together: one alone may have stopped for reasons of its own."""

ALIVE = 3
"""Lines others must write in the meantime, to show that the machine itself went on."""


def dead_disks(facts: Facts, hosts: list[Suspect]) -> list[Suspect]:
    """For each boot one suspect, if several writers had been improbably silent until it while others went on."""
    suspects = []
    for host in hosts:
        boot = host.boot
        quiet = [stream for stream in facts.sources if stream.name in host.silent]
        writers = {SYSLOG if facts.formats[stream.name] == SYSLOG else stream.name for stream in quiet}
        if boot is None or len(writers) < WRITERS:
            continue
        told = {fail.cite: fail for fail in facts.failures if fail.witness != "claimed" and fail.kind not in UPSTREAM}
        lasts = [
            (stream.times[at], stream, at) for stream in quiet if (at := _last(stream, boot.time, told)) is not None
        ]
        if not lasts:
            continue
        since, stream, at = max(lasts, key=lambda item: (item[0], item[1].name))
        others = sum(other.count_within(since, boot.time) for other in facts.sources if other.name not in host.silent)
        timers = [timer for timer in facts.timers if timer.source in host.silent]
        due = missed_beats(timers, since, boot.time, PAGE_CACHE)
        if others < ALIVE or not due:
            continue
        worked = (Edge(since, stream.cites(at), f"the last line of {stream.name}, which then fell silent with others"),)
        until = Edge(boot.time, boot.cite, "the sources stayed silent until the machine was started again")
        words = [
            Edge(fail.time, fail.cite, f"{speaker(fail.program, fail.source)} reported it ({fail.kind})")
            for fail in told.values()
            if since < fail.time < due[0].time and fail.source in host.silent
        ]
        suspects.append(
            Suspect("disk", worked, (*words, *due[:3], until), host.recovered, boot=boot, silent=host.silent)
        )
    return suspects


def _last(stream: Stream, instant: datetime, failures: Container[Cite]) -> int | None:
    """The last line before an instant that reports no failure: the last words of a disk are no proof of health."""
    at = stream.before(instant - timedelta(microseconds=1))
    while at is not None and stream.cites(at) in failures:
        at = at - 1 if at else None
    return at
