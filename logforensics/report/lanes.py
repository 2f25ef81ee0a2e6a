"""Turns a timeline and what was found in it into the picture's panels: lanes of counts on one axis of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from logforensics.outage.model import BlindSpot, Edge, Outage
from logforensics.report.charts import bin_counts, still_silent
from logforensics.report.model import Lane, Panel, Report, SourceRow
from logforensics.report.verdict import length
from logforensics.report.words import agent_name, plural
from logforensics.schema import ALIKE, lines_expr

BINS = 240
"""Bins a lane: at the 700 pixels a lane has on a screen, three pixels each, the narrowest bar that is still seen."""

MOST_SOURCES = 12
MOST_ENDPOINTS = 8
MOST_MONITORS = 3
"""Lanes of each kind: all three fill a screen; the others are added up in one lane."""

MOST_OUTAGES = 8
"""Outages that have panels of their own, the longest: a page with many more of them is too heavy to be sent around."""

WHOLE = 0.5
"""An outage that with its margins fills half of the span read needs no panel of its own."""

SMALL = 0.05
"""An edge that fills less of its panel than this, 35 pixels of 700, is drawn once more close up."""


def panels_of(report: Report, events: pl.DataFrame, outcomes: pl.DataFrame | None) -> tuple[Panel, ...]:
    """The whole span; one panel around each outage that is small in it; one around each edge that is small in that.

    In: the timeline's events (time, source, severity, status) and the requests of analysis.outcomes.web_outcomes.
    """
    if report.begin is None or report.end is None or report.end <= report.begin:
        return ()
    whole = Panel(report.begin, report.end, ())
    panels = [whole]
    longest = sorted(
        range(len(report.outages)), key=lambda index: (-length(report.outages[index], report.end)[0], index)
    )
    for index, outage in enumerate(report.outages):
        if index not in longest[:MOST_OUTAGES]:
            continue
        first = (outage.start.earliest or outage.start.latest).time
        last = report.end if outage.end is None else outage.end.latest.time
        around = replace(_near(first, last, whole), outage=index)
        if around.end - around.begin < WHOLE * (whole.end - whole.begin):
            panels.append(around)
        else:
            around = whole
        for edge, bracket in (("start", outage.start), ("end", outage.end)):
            if bracket is not None and bracket.earliest is not None:
                low, high = sorted((bracket.earliest.time, bracket.latest.time))
                if high - low < SMALL * (around.end - around.begin):
                    panels.append(replace(_near(low, high, whole), outage=index, edge=edge))
    # Beside a panel around the one outage the whole span needs to show only who was alive.
    bare = len(report.outages) == 1 and len(panels) > 1 and not panels[1].edge
    asked = [None if bare and panel is whole else outcomes for panel in panels]
    return tuple(_filled(panel, report, events, answers) for panel, answers in zip(panels, asked, strict=True))


def _near(first: datetime, last: datetime, whole: Panel) -> Panel:
    """A stretch with its own length on both sides, and no finer than a second a bin, as most stamps are."""
    margin = max(last - first, (timedelta(seconds=BINS) - (last - first)) / 2)
    return Panel(max(whole.begin, first - margin), min(whole.end, last + margin), ())


def _filled(panel: Panel, report: Report, events: pl.DataFrame, outcomes: pl.DataFrame | None) -> Panel:
    begin, end, index = panel.begin, panel.end, panel.outage
    outages = report.outages if index is None else report.outages[index : index + 1]
    lanes = _sources(report, events, begin, end, outages)
    if outcomes is not None and outcomes.height:
        asked = outcomes.filter(pl.col("began").is_between(begin, end))
        logged = outcomes.select(pl.col("began").min().alias("first"), pl.col("began").max().alias("last")).row(0)
        answers = [*_endpoints(asked, begin, end, outages), *_monitors(asked, begin, end, outages)]
        # where no request at all is logged any more, nothing is known of one endpoint either
        lanes += [replace(lane, first=logged[0], last=logged[1]) for lane in answers]
    if panel.edge:
        # Close up, who says nothing tells nothing.
        lanes = [lane for lane in lanes if any(lane.up) or any(lane.down)]
    return replace(panel, lanes=tuple(lanes))


def _sources(
    report: Report, events: pl.DataFrame, begin: datetime, end: datetime, outages: Sequence[Outage]
) -> list[Lane]:
    counts: dict[str, tuple[list[int], list[int]]] = {}
    for source, at, number, bad in bin_counts(events, begin, end, BINS):
        up, down = counts.setdefault(source, ([0] * BINS, [0] * BINS))
        up[at], down[at] = number, bad
    rows = [row for row in report.sources if row.first is not None]
    ranked = sorted(rows, key=telling(outages))
    kept = {row.path for row in ranked[: MOST_SOURCES if len(rows) > MOST_SOURCES + 1 else None]}
    still = still_silent(report.outages, report.sources)
    lanes: list[Lane] = []
    rest: list[Lane] = []
    for row in rows:
        up, down = counts.get(row.path, ([0] * BINS, [0] * BINS))
        gaps = tuple(gap for gap in report.gaps if gap.source == row.path and gap.end >= begin and gap.start <= end)
        last, note = (report.end, "silent until the logs end") if row.path in still else (row.last, "")
        lane = Lane("source", row.path, note, tuple(up), tuple(down), row.first, last, gaps)
        (lanes if row.path in kept else rest).append(lane)
    if rest:
        firsts = [lane.first for lane in rest if lane.first is not None]
        lasts = [lane.last for lane in rest if lane.last is not None]
        lanes.append(_others("source", rest, plural(len(rest), "other source"), min(firsts), max(lasts)))
    return lanes


Rank = tuple[bool, bool, bool, int, str]


def telling(outages: Sequence[Outage]) -> Callable[[SourceRow], Rank]:
    """The rank of a source: whom the verdict cites, who else proves something, who fell silent, who says most."""
    first = {cite.file for outage in outages for cite in outage.cause.evidence[:1]}
    latest = [bracket.latest for outage in outages for bracket in (outage.start, outage.end) if bracket is not None]
    first |= {edge.cite.file for edge in latest if edge.cite is not None}
    proof = {cite.file for outage in outages for cite in outage.cause.evidence}
    proof |= {edge.cite.file for outage in outages for edge in _edges(outage) if edge.cite is not None}
    failed = [alibi for outage in outages for alibi in outage.alibis if alibi.verdict == "failed"]
    proof |= {alibi.first.file for alibi in failed if alibi.first is not None}
    silent = {alibi.name for outage in outages for alibi in outage.alibis if alibi.verdict == "silent"}

    def rank(row: SourceRow) -> Rank:
        named = not proof.isdisjoint((row.path, *row.files))
        cited = not first.isdisjoint((row.path, *row.files))
        return (not cited, not named, row.path not in silent, -row.events, row.path)

    return rank


def _edges(outage: Outage) -> Iterator[Edge]:
    for bracket in (outage.start, outage.end):
        if bracket is not None:
            yield from (edge for edge in (bracket.earliest, bracket.latest) if edge is not None)


def _others(
    kind: str, lanes: Sequence[Lane], note: str, first: datetime | None = None, last: datetime | None = None
) -> Lane:
    """Several lanes added up in one."""
    up = tuple(sum(column) for column in zip(*(lane.up for lane in lanes), strict=True))
    down = tuple(sum(column) for column in zip(*(lane.down for lane in lanes), strict=True))
    return Lane(kind, "", note, up, down, first, last)


def _endpoints(asked: pl.DataFrame, begin: datetime, end: datetime, outages: Sequence[Outage]) -> list[Lane]:
    """The endpoints hit, then the busiest of the others, then the rest in one lane."""
    found = _answers(asked, begin, end, ["group"])
    verdicts = {alibi.name: alibi for outage in outages for alibi in outage.alibis if alibi.kind == "endpoint"}
    affected = {name for outage in outages for name in outage.affected}
    lanes = []
    for (name,), (up, down) in found.items():
        # One note cannot tell of several outages.
        alibi = verdicts.get(name) if len(outages) == 1 else None
        note = ""
        if alibi is not None and alibi.verdict == "working":
            note = f"proven working: {plural(alibi.successes, 'good answer')}"
        elif alibi is not None and alibi.failures:
            note = f"failed {alibi.failures:,} of {alibi.failures + alibi.successes:,}"
        lanes.append(Lane("endpoint", name, note, up, down))
    lanes.sort(key=lambda lane: (lane.name not in affected, -sum(lane.down), -sum(lane.up), lane.name))
    if len(lanes) <= MOST_ENDPOINTS + 1:
        return lanes
    rest = lanes[MOST_ENDPOINTS:]
    return [*lanes[:MOST_ENDPOINTS], _others("endpoint", rest, plural(len(rest), "other endpoint"))]


def _monitors(asked: pl.DataFrame, begin: datetime, end: datetime, outages: Sequence[Outage]) -> list[Lane]:
    """The calls of the monitors that saw nothing wrong, the busiest first."""
    spots: dict[tuple[str, str, str], BlindSpot] = {}
    for outage in outages:
        for spot in outage.blind_spots:
            spots.setdefault((spot.agent, spot.client, spot.target), spot)
    lanes = []
    for spot in list(spots.values())[:MOST_MONITORS]:
        mine = (pl.col("client").cast(pl.String) == spot.client) & (pl.col("group").cast(pl.String) == spot.target)
        who = pl.col("agent").cast(pl.String).fill_null("") == spot.agent
        counted = _answers(asked.filter(mine & who), begin, end, [])
        up, down = counted.get((), ((0,) * BINS, (0,) * BINS))
        note = f"{spot.passed:,} of {plural(spot.seen, 'call')} answered well"
        lanes.append(Lane("monitor", f"{agent_name(spot.agent)}: {spot.target}", note, up, down))
    return lanes


Counts = tuple[tuple[int, ...], tuple[int, ...]]


def _answers(asked: pl.DataFrame, begin: datetime, end: datetime, by: list[str]) -> dict[tuple[str, ...], Counts]:
    """Good and bad answers per bin, for each value of the columns `by`; a request is counted when it came."""
    width = max(1, round((end - begin) / timedelta(microseconds=1) / BINS))
    frame = (
        asked.lazy()
        .filter(pl.col("ok") | pl.col("failed"))
        .group_by(
            *(pl.col(name).cast(pl.String) for name in by),
            at=((pl.col("began") - begin).dt.total_microseconds() // width).clip(0, BINS - 1),
        )
        .agg((pl.col("ok") * lines_expr(asked.columns, ALIKE)).sum(), pl.col("failed").sum())
        .sort(*by, "at")
        .collect()
    )
    found: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
    for *key, at, ok, failed in frame.iter_rows():
        up, down = found.setdefault(tuple(key), ([0] * BINS, [0] * BINS))
        up[at], down[at] = ok, failed
    return {key: (tuple(up), tuple(down)) for key, (up, down) in found.items()}
