"""Everything found in one timeline, and how the findings of several hosts become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from logforensics.analysis.bootclock import WrongBootClock
from logforensics.analysis.clocksteps import ClockStep
from logforensics.analysis.findings import Boot, Burst, Doubt, Failure, Gap
from logforensics.analysis.hostclocks import HostClock
from logforensics.outage.facts import MarkLine
from logforensics.outage.model import BlindSpot, Outage


@dataclass(frozen=True)
class Investigation:
    """Everything found in one timeline."""

    outages: tuple[Outage, ...]
    gaps: tuple[Gap, ...]
    failures: tuple[Failure, ...]
    bursts: tuple[Burst, ...]
    boots: tuple[Boot, ...]
    blind_spots: tuple[BlindSpot, ...]
    steps: tuple[ClockStep, ...] = ()
    wrong_clocks: tuple[WrongBootClock, ...] = ()
    told: tuple[MarkLine, ...] = ()  # lines by which programs say that the clock was set
    host_clocks: tuple[HostClock, ...] = ()  # hosts of a relay whose stamps are steadily off
    outcomes: pl.DataFrame | None = field(default=None, compare=False)  # analysis.outcomes.web_outcomes
    doubts: tuple[Doubt, ...] = ()  # lines that may not be what they seem


def together(parts: Sequence[tuple[str, Investigation]]) -> Investigation:
    """The findings of several hosts as one; each outage has its host, and tells which others were down meanwhile."""
    outages = [replace(outage, host=name) for name, found in parts for outage in found.outages]
    outages = [replace(outage, notes=(*outage.notes, *_others(outage, outages))) for outage in outages]
    frames = [found.outcomes for _, found in parts if found.outcomes is not None and found.outcomes.height]
    every = [found for _, found in parts]
    return Investigation(
        outages=tuple(sorted(outages, key=lambda outage: (outage.start.latest.time, outage.host))),
        gaps=tuple(sorted((gap for f in every for gap in f.gaps), key=lambda gap: (gap.start, gap.source))),
        failures=tuple(sorted((fail for f in every for fail in f.failures), key=lambda fail: (fail.time, fail.cite))),
        bursts=tuple(sorted((burst for f in every for burst in f.bursts), key=lambda item: (item.start, item.group))),
        boots=tuple(sorted((boot for f in every for boot in f.boots), key=lambda boot: (boot.time, boot.cite))),
        blind_spots=tuple(spot for f in every for spot in f.blind_spots),
        steps=tuple(step for f in every for step in f.steps),
        wrong_clocks=tuple(clock for f in every for clock in f.wrong_clocks),
        told=tuple(sorted((mark for f in every for mark in f.told), key=lambda mark: (mark.time, mark.cite))),
        host_clocks=tuple(clock for f in every for clock in f.host_clocks),
        outcomes=pl.concat(frames, how="diagonal_relaxed").sort("time", maintain_order=True) if frames else None,
        doubts=tuple(sorted((doubt for f in every for doubt in f.doubts), key=lambda item: (item.time, item.cite))),
    )


def _others(outage: Outage, outages: Sequence[Outage]) -> list[str]:
    """The outages of other hosts that one may have to do with, in a sentence."""
    begin, end = _span(outage)
    hosts = []
    for other in outages:
        first, last = _span(other)
        meets = (end is None or first <= end) and (last is None or last >= begin)
        if meets and other.host != outage.host and other.host not in hosts:
            hosts.append(other.host)
    if not hosts:
        return []
    named = f"{', '.join(hosts[:-1])} and {hosts[-1]}" if len(hosts) > 1 else hosts[0]
    return [f"At the same time there was an outage on {named}."]


def _span(outage: Outage) -> tuple[datetime, datetime | None]:
    first = outage.start.earliest or outage.start.latest
    return first.time, None if outage.end is None else outage.end.latest.time
