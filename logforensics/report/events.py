"""Turns outages and the timeline around them into the rows of the report's own timeline, each with its citation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl

from logforensics.analysis.findings import Boot, Cite
from logforensics.outage.model import Edge, Outage
from logforensics.report.model import Change, Event

LEAD_UP = timedelta(hours=24)
"""How far before the start a change still counts as a lead-up: a day holds the last nightly jobs and deploys."""

_CHANGES = (
    (
        "package work",
        r" (?:install|upgrade|remove|purge) [a-z0-9][a-z0-9+.-]+:[a-z0-9]+ |^(?:install|upgrade|remove|purge) ",
    ),
    ("operator command", r"COMMAND="),
    (
        "service restart or reload",
        r"(?:Reloading|Reloaded|Stopping|Stopped|Restarting) [A-Za-z]|signal process started",
    ),
)
"""Kinds of lines that tell of a change, by what dpkg(1), sudo(8), systemd(1) and nginx(8) write."""

MOST_CHANGES = 8
"""A lead-up table longer than this is no longer read; the newest rows are kept, being nearest to the start."""


def key_events(outages: Sequence[Outage], quotes: Mapping[tuple[str, int], str]) -> tuple[Event, ...]:
    """The rows of the report's timeline, in time order: every edge, the detection and the key events of each outage."""
    rows: dict[tuple[int, str, int, str], Event] = {}

    def add(index: int, edge: Edge | None, what: str) -> None:
        if edge is None:
            return
        shifted = f" ({abs(edge.shift):g} s before it was logged)" if edge.shift < 0 else ""
        put(index, Event(edge.time, edge.cite, what + shifted, _quote(edge.cite, quotes), index))

    def put(index: int, event: Event) -> None:
        file, line = event.cite if event.cite is not None else ("", 0)
        rows.setdefault((index, file, line, event.time.isoformat()), event)

    for index, outage in enumerate(outages):
        add(index, outage.start.earliest, "last proof that it worked")
        add(index, outage.start.latest, "first proof that it failed")
        add(index, outage.first_failure, "first failing line")
        add(index, outage.detection, "earliest human trace in the logs")
        if outage.end is not None:
            add(index, outage.end.earliest, "last proof that it had not recovered")
            add(index, outage.end.latest, "first proof that it worked again")
        for time, cite, what in outage.key_events:
            put(index, Event(time, cite, what, _quote(cite, quotes), index))
    return tuple(sorted(rows.values(), key=_order))


def _order(event: Event) -> tuple[int, float, str, int, str]:
    file, line = event.cite if event.cite is not None else ("", 0)
    return (event.outage, event.time.timestamp(), file, line, event.what)


def _quote(cite: Cite | None, quotes: Mapping[tuple[str, int], str]) -> str | None:
    return None if cite is None else quotes.get((cite.file, cite.line))


def cited_lines(outages: Sequence[Outage], boots: Sequence[Boot]) -> list[Cite]:
    """Every line the report quotes, once, in order, so that they can be re-read from the evidence in one go."""
    found: set[Cite] = set()
    for outage in outages:
        edges = [
            outage.start.earliest,
            outage.start.latest,
            *outage.start.outer,
            outage.first_failure,
            outage.detection,
        ]
        if outage.end is not None:
            edges += [outage.end.earliest, outage.end.latest, *outage.end.outer]
        found.update(edge.cite for edge in edges if edge is not None and edge.cite is not None)
        found.update(outage.cause.evidence)
        found.update(cite for _, cite, _ in outage.key_events)
    found.update(boot.cite for boot in boots)
    return sorted(found)


def changes_of(events: pl.DataFrame, outages: Sequence[Outage]) -> tuple[Change, ...]:
    """Lines that tell of a change in the day before the first outage; none where messages were not kept."""
    if not outages or "message" not in events.columns or not events.height:
        return ()
    start = outages[0].start.latest.time
    kind = pl.coalesce(
        *(
            pl.when(pl.col("message").str.contains(pattern)).then(pl.lit(name)).otherwise(None)
            for name, pattern in _CHANGES
        )
    )
    rows = (
        events.lazy()
        .filter(pl.col("time").is_between(start - LEAD_UP, start, closed="left"))
        .select("time", pl.col("file").cast(pl.String), "line", "message", kind=kind)
        .filter(pl.col("kind").is_not_null())
        .sort("time", "file", "line")
        .tail(MOST_CHANGES)
        .collect()
    )
    return tuple(Change(time, Cite(file, line), name, message) for time, file, line, message, name in rows.iter_rows())
