"""Turns outages and the timeline around them into the rows of the report's own timeline, each with its citation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from logforensics.analysis.findings import Boot, Cite, Failure, Gap
from logforensics.outage.model import Edge, Outage
from logforensics.report.model import Event
from logforensics.report.words import FAILURES, duration

if TYPE_CHECKING:
    from logforensics.outage.findings import Investigation


def key_events(
    outages: Sequence[Outage],
    quotes: Mapping[tuple[str, int], str],
    failures: Sequence[Failure] = (),
    gaps: Sequence[Gap] = (),
    boots: Sequence[Boot] = (),
) -> tuple[Event, ...]:
    """The rows of the report's timeline, in time order.

    Of each outage: every edge, the first failure line of each class, the sources that fell silent in it and came
    back, the boots and the earliest human trace.  One row a line and meaning.
    """
    rows: dict[tuple[int, str, int, str], Event] = {}
    for index, outage in enumerate(outages):
        for time, cite, what in (
            *_edges(outage),
            *_failures(outage, failures),
            *_boots(outage, boots),
            *_silences(outage, gaps),
        ):
            file, line = cite if cite is not None else ("", 0)
            text = None if cite is None else quotes.get(cite)
            rows.setdefault((index, file, line, time.isoformat()), Event(time, cite, what, text, index))
    return tuple(sorted(rows.values(), key=_order))


Row = tuple[datetime, Cite | None, str]


def _edges(outage: Outage) -> Iterator[Row]:
    """The edges of both brackets and the earliest human trace."""
    edges: list[tuple[Edge | None, str]] = [
        (outage.start.earliest, "last proof that it worked"),
        (outage.start.latest, "first proof that it failed"),
        (outage.detection, "first trace of a person"),
    ]
    if outage.end is not None:
        edges.append((outage.end.earliest, "last proof that it had not recovered"))
        edges.append((outage.end.latest, "first proof that it worked again"))
    for edge, what in edges:
        if edge is None:
            continue
        way = "before" if edge.shift < 0 else "after"
        moved = f" ({duration(abs(edge.shift))} {way} the line's own time)" if edge.shift else ""
        yield edge.time, edge.cite, f"{what}{moved}: {edge.reason}"


def _window(outage: Outage) -> tuple[datetime, datetime]:
    first = outage.start.earliest or outage.start.latest
    last = datetime.max.replace(tzinfo=UTC) if outage.end is None else outage.end.latest.time
    return first.time, last


def _failures(outage: Outage, failures: Sequence[Failure]) -> Iterator[Row]:
    begin, end = _window(outage)
    seen: set[str] = set()
    for failure in failures:
        belongs = begin <= failure.time <= end or failure.cite in outage.cause.evidence
        if belongs and failure.kind not in seen and failure.witness != "claimed":
            seen.add(failure.kind)
            yield failure.time, failure.cite, f"first line that says: {FAILURES.get(failure.kind, failure.kind)}"


def _boots(outage: Outage, boots: Sequence[Boot]) -> Iterator[Row]:
    begin, end = _window(outage)
    for boot in boots:
        if begin <= boot.time <= end:
            yield boot.time, boot.cite, "the machine boots"


def _silences(outage: Outage, gaps: Sequence[Gap]) -> Iterator[Row]:
    """Sources that were silent across the start: their last line, and their first after it."""
    start = outage.start.latest.time
    for gap in gaps:
        if gap.start <= start < gap.end:
            yield gap.start, gap.before, f"last line of {gap.source} before its silence"
            if gap.after is not None:
                yield gap.end, gap.after, f"first line of {gap.source} after {duration(gap.seconds)} of silence"


def _order(event: Event) -> tuple[int, float, str, int, str]:
    file, line = event.cite if event.cite is not None else ("", 0)
    return (event.outage, event.time.timestamp(), file, line, event.what)


def cited_lines(found: Investigation) -> list[Cite]:
    """Every line the report quotes, once, in order, so that they can be re-read from the evidence in one go."""
    events = key_events(found.outages, {}, found.failures, found.gaps, found.boots)
    cites = {event.cite for event in events if event.cite is not None}
    for outage in found.outages:
        outer = [*outage.start.outer, *(outage.end.outer if outage.end is not None else ())]
        cites.update(edge.cite for edge in outer if edge.cite is not None)
        cites.update(outage.cause.evidence)
    return sorted(cites)
