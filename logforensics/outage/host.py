"""Turns boots into suspects: the machine was not running from its last sign of life until its kernel's first line."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Boot, Cite
from logforensics.analysis.streams import Stream
from logforensics.outage.bearing import SESSION
from logforensics.outage.deadlines import PAGE_CACHE, missed_beats, still_silent
from logforensics.outage.facts import Facts, MarkLine
from logforensics.outage.model import Edge
from logforensics.outage.readiness import borne_out, ready_marks
from logforensics.outage.speakers import speaker
from logforensics.outage.suspects import Suspect

SHUTDOWN = timedelta(minutes=10)
"""How long before a boot its shutdown may have begun: systemd kills what will not stop after DefaultTimeoutStopSec
(90 s) a unit, and units stop in a few layers."""

STARTUP = timedelta(minutes=5)
"""How long services may take to start: systemd gives up after DefaultTimeoutStartSec (90 s) a unit; a few follow on
one another."""

SILENT_DECADES = 4.0
"""A source counts as fallen silent if chance would keep it quiet as long less than once in 10 000 intervals."""


def hosts_down(facts: Facts) -> list[Suspect]:
    """One suspect for each boot before which something was logged."""
    suspects = []
    for boot in facts.boots:
        everything = facts.everything
        if everything is None or boot.ended is None:
            continue
        suspects.append(_host(facts, boot, everything))
    return suspects


def _host(facts: Facts, boot: Boot, everything: Stream) -> Suspect:
    assert boot.ended is not None
    last = everything.before(boot.ended)
    up = Edge(boot.time, boot.cite, "the kernel started: until here the machine was not running")
    fails = [up, *_starts(facts, boot.time)]
    recovered = _recovered(facts, boot.time, boot.ended)
    fails += _still_unreached(facts, boot.ended, boot.time)
    if recovered:
        # What is still starting when the service answers is no part of it.
        fails = [edge for edge in fails if edge.time <= recovered[0].time]
    silent = () if last is None else _silent_sources(facts, everything.times[last])
    worked: list[Edge] = []
    stops = _stops(facts, boot) if boot.shutdown == "clean" else []
    if stops:
        worked.extend(_before_stop(facts, stops[0]))
        fails.append(Edge(stops[0].time, stops[0].cite, "the shutdown began to stop services"))
    elif last is not None:
        worked.append(Edge(everything.times[last], everything.cites(last), "the last line before the machine stopped"))
        lost = PAGE_CACHE if boot.shutdown != "clean" else timedelta(0)
        fails.extend(missed_beats(facts.timers, everything.times[last], boot.time, lost)[:3])
    return Suspect("host", tuple(worked), tuple(fails), tuple(recovered), boot=boot, silent=silent)


def _before_stop(facts: Facts, stop: MarkLine) -> list[Edge]:
    """The line the same log holds just before services were stopped: until then all was running."""
    events = facts.timeline.events
    above = events.filter(
        (pl.col("file").cast(pl.String) == stop.cite.file) & (pl.col("line") < stop.cite.line)
        & (pl.col("time") <= stop.time)
    ).tail(1)  # fmt: skip
    if not above.height:
        return []
    time, file, line = above.select("time", "file", "line").row(0)
    return [Edge(time, Cite(str(file), line), "the last line before the shutdown stopped services")]


def _silent_sources(facts: Facts, instant: datetime) -> tuple[str, ...]:
    """Sources that had been improbably quiet at the machine's last sign of life, while it ran."""
    up = max((boot.time for boot in facts.boots if boot.time < instant), default=facts.begin)
    quiet = []
    for stream in facts.sources:
        last = stream.before(instant)
        rhythm = None if last is None else stream.rhythm(without=(stream.times[last], instant))
        if last is None or rhythm is None:
            continue
        silence = (instant - max(up, stream.times[last])).total_seconds()
        if rhythm.improbability(silence) >= SILENT_DECADES:
            quiet.append(stream.name)
    return tuple(quiet)


def _stops(facts: Facts, boot: Boot) -> list[MarkLine]:
    """The service stops of the shutdown before a boot, in order: the last unbroken series of them."""
    ended = boot.ended or boot.time
    marks = facts.marks_of("service-stop", ended - SHUTDOWN, ended)
    series: list[MarkLine] = []
    for mark in reversed(marks):
        if series and series[-1].time - mark.time > timedelta(seconds=90):
            break
        series.append(mark)
    return series[::-1]


def _starts(facts: Facts, up: datetime) -> list[Edge]:
    """Service starts of the boot: what is only now being started was not running before."""
    chain: list[MarkLine] = []
    for mark in facts.marks_of("service-start", up, up + STARTUP):
        if chain and (mark.time - chain[-1].time) > timedelta(seconds=10):
            break
        if not SESSION.search(mark.message):
            chain.append(mark)
    return [Edge(chain[-1].time, chain[-1].cite, "services were still being started")] if chain else []


def _recovered(facts: Facts, up: datetime, down: datetime) -> list[Edge]:
    """First proofs after a boot that the service was whole again, earliest first.

    The service's own word that it answers now, if requests bear it out, a served record, or a success.
    A static page may be served while the backend still starts: it counts where nothing better was logged.
    """
    ready = ready_marks(facts, up, up + STARTUP)
    edges = []
    if ready and borne_out(facts, ready[-1].time, down):
        edges.append(Edge(ready[-1].time, ready[-1].cite, f"{speaker(ready[-1].program)} said that it is ready"))
    for stream in facts.served:
        after = stream.after(up)
        if after is not None:
            edges.append(Edge(stream.times[after], stream.cites(after), f"the first request recorded in {stream.name}"))
    if not edges:
        ok = facts.outcomes.filter((facts.outcomes["time"] > up) & facts.outcomes["ok"])
        if ok.height:
            row = ok.row(0, named=True)
            edges.append(_success(row))
    if not edges:
        edges.extend(_first_beat(facts, up))
    return sorted(edges, key=lambda edge: (edge.time, edge.cite or ("", 0)))


def _still_unreached(facts: Facts, down: datetime, up: datetime) -> list[Edge]:
    """That the web was still silent so long before its first line after a boot as it seldom is at that hour."""
    web = facts.web
    first = None if web is None else web.after(up)
    if web is None or first is None or web.before(down) is None:
        return []
    return still_silent([web], down, web.times[first] - timedelta(microseconds=1), near=True)


def _success(row: dict[str, object]) -> Edge:
    time = row["time"]
    assert isinstance(time, datetime)
    return Edge(time, Cite(str(row["file"]), int(str(row["line"]))), f"the first success of {row['group']}")


def _first_beat(facts: Facts, up: datetime) -> list[Edge]:
    """With no service in the logs at all, the first line after the boot's own burst shows the machine at work."""
    everything = facts.everything
    if everything is None:
        return []
    at = everything.after(up + timedelta(seconds=60))
    if at is None:
        return []
    return [Edge(everything.times[at], everything.cites(at), "the machine goes about its ordinary work")]
