"""Turns the timeline into one strip of cells per source on one common axis: who was alive when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Boot
from logforensics.outage.model import Outage
from logforensics.report.model import Axis, SourceRow, Strip

CELLS = 48
"""Cells a strip: beside a 24-character name they fit 80 columns, and on a day of 24 hours each is half an hour."""

MOST_STRIPS = 16
"""Strips a report: more no longer fit on one screen; the sources with the most events are kept."""

GLYPHS = {"boot": "\u23fb", "error": "\u2715", "busy": "\u2588", "some": "\u2592", "quiet": "\u00b7", "outside": " "}
ASCII_GLYPHS = {"boot": "B", "error": "x", "busy": "#", "some": "+", "quiet": ".", "outside": " "}


def strips_of(
    events: pl.DataFrame,
    sources: Sequence[SourceRow],
    begin: datetime | None,
    end: datetime | None,
    outages: Sequence[Outage],
    boots: Sequence[Boot],
) -> tuple[Axis | None, tuple[Strip, ...]]:
    """The common axis and the strips, in the order of `sources`.

    The axis covers the outages with a margin of their own length on both sides (they would shrink to one cell in
    a month of logs otherwise), or the whole span without one.  A cell is "busy" from half of the source's own
    median filled cell on, "error" where a line of severity err or worse, or an HTTP 5xx or 499, was logged.
    """
    span = _window(begin, end, outages)
    if span is None:
        return None, ()
    start, stop = span
    step = max((stop - start) / CELLS, timedelta(microseconds=1))
    counts = _counts(events, start, stop, step)
    boot_cells = {_cell(boot.time, start, step): boot.cite.file for boot in boots if start <= boot.time <= stop}
    shown = {row.path for row in sorted(sources, key=lambda row: (-row.events, row.path))[:MOST_STRIPS]}
    strips = []
    for row in sources:
        if row.path not in shown or row.first is None or row.last is None:
            continue
        per_cell = {cell: (n, bad) for source, cell, n, bad in counts if source == row.path}
        usual = sorted(n for n, _ in per_cell.values())
        median = usual[len(usual) // 2] if usual else 0
        cells = []
        for index in range(CELLS):
            n, bad = per_cell.get(index, (0, 0))
            at = start + step * index
            if index in boot_cells and boot_cells[index] in (*row.files, row.path):
                cells.append("boot")
            elif bad:
                cells.append("error")
            elif n:
                cells.append("busy" if n * 2 >= median else "some")
            else:
                cells.append("quiet" if row.first <= at + step and at <= row.last else "outside")
        strips.append(Strip(row.path, tuple(cells)))
    marks = tuple(
        any(_during(outage, start + step * i, start + step * (i + 1)) for outage in outages) for i in range(CELLS)
    )
    return Axis(start, stop, CELLS, marks), tuple(strips)


def _window(
    begin: datetime | None, end: datetime | None, outages: Sequence[Outage]
) -> tuple[datetime, datetime] | None:
    if begin is None or end is None or end <= begin:
        return None
    if not outages:
        return begin, end
    first = min(_from(outage) or begin for outage in outages)
    last = max(outage.end.latest.time if outage.end is not None else end for outage in outages)
    margin = max((last - first) / 4, timedelta(minutes=30))
    return max(begin, first - margin), min(end, last + margin)


def _from(outage: Outage) -> datetime | None:
    return None if outage.start.earliest is None else outage.start.earliest.time


def _during(outage: Outage, low: datetime, high: datetime) -> bool:
    over = outage.end.latest.time if outage.end is not None else None
    return outage.start.latest.time < high and (over is None or low < over)


def _cell(time: datetime, start: datetime, step: timedelta) -> int:
    return min(CELLS - 1, int((time - start) / step))


def _counts(events: pl.DataFrame, start: datetime, stop: datetime, step: timedelta) -> list[tuple[str, int, int, int]]:
    """(source, cell, events, events that testify of an error), counted in one pass."""
    bad = pl.lit(False)
    if "severity" in events.columns:
        bad = bad | (pl.col("severity").cast(pl.String).is_in(["emerg", "alert", "crit", "err"])).fill_null(False)
    if "status" in events.columns:
        bad = bad | ((pl.col("status") >= 500) | (pl.col("status") == 499)).fill_null(False)
    width = max(1, round(step / timedelta(microseconds=1)))
    frame = (
        events.lazy()
        .filter(pl.col("time").is_between(start, stop))
        .group_by(
            pl.col("source").cast(pl.String),
            cell=((pl.col("time") - start).dt.total_microseconds() // width).clip(0, CELLS - 1),
        )
        .agg(n=pl.len(), bad=bad.sum())
        .sort("source", "cell")
        .collect()
    )
    return list(frame.iter_rows())


def draw(strip: Strip, *, ascii_only: bool = False) -> str:
    """The cells of a strip as characters, one a cell."""
    glyphs = ASCII_GLYPHS if ascii_only else GLYPHS
    return "".join(glyphs[cell] for cell in strip.cells)


def outage_line(axis: Axis, *, ascii_only: bool = False) -> str:
    """The row under the strips that shows which cells the outages cover."""
    mark = "^" if ascii_only else "\u25b2"
    return "".join(mark if hit else " " for hit in axis.outage)


def legend(*, ascii_only: bool = False) -> str:
    """What the characters mean."""
    glyphs = ASCII_GLYPHS if ascii_only else GLYPHS
    words = {"busy": "busy", "some": "less than usual", "quiet": "silent", "error": "errors", "boot": "boot"}
    return "  ".join(f"{glyphs[kind]} {word}" for kind, word in words.items())
