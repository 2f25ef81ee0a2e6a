"""Turns the timeline into one strip of cells per source on one common axis: who was alive when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Boot
from logforensics.analysis.outcomes import CLIENT_CLOSED
from logforensics.outage.model import Outage
from logforensics.report.model import Axis, SourceRow, Strip
from logforensics.schema import SEVERITIES, lines_expr

CELLS = 48
"""Cells a strip: beside a 24-character name they fit 80 columns, and on a day of 24 hours each is half an hour."""

UNUSUAL = 1e-3
"""A cell as full of errors as chance makes one in a thousand: of the 16 strips of 48 cells at most one looks so."""

NORMAL = 100.0
"""From this mean on a Poisson count is a normal one to within a line or two, whose 1 in 1,000 lies 3.09 sigma up."""

ERRORS = SEVERITIES[: SEVERITIES.index("err") + 1]

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
    cells: int = CELLS,
) -> tuple[Axis | None, tuple[Strip, ...]]:
    """The common axis and the strips of `cells` cells, in the order of `sources`.

    The axis covers the outages with a margin of a quarter of their length on both sides (they would shrink to one
    cell in a month of logs otherwise), or the whole span without one.  A cell is "busy" from half of the source's own
    median filled cell on, "error" where more lines tell of an error (severity err or worse, HTTP 5xx or 499) than
    chance would heap up at the source's usual rate, that of its median cell outside the outages.
    """
    span = _window(begin, end, outages)
    if span is None:
        return None, ()
    start, stop = span
    step = max((stop - start) / cells, timedelta(microseconds=1))
    counts = bin_counts(events, start, stop, cells)
    marks = tuple(
        any(_during(outage, start + step * i, start + step * (i + 1)) for outage in outages) for i in range(cells)
    )
    boot_cells = {_cell(boot.time, start, step, cells): boot.cite.file for boot in boots if start <= boot.time <= stop}
    shown = {row.path for row in sorted(sources, key=lambda row: (-row.events, row.path))[:MOST_STRIPS]}
    strips = []
    still = still_silent(outages, sources)
    for row in sources:
        if row.path not in shown or row.first is None or row.last is None:
            continue
        per_cell = {cell: (n, bad) for source, cell, n, bad in counts if source == row.path}
        usual = sorted(n for n, _ in per_cell.values())
        median = usual[len(usual) // 2] if usual else 0
        outside = sorted(per_cell.get(cell, (0, 0))[1] for cell, hit in enumerate(marks) if not hit)
        most = chance(outside[len(outside) // 2] if outside else 0)
        drawn = []
        for index in range(cells):
            n, bad = per_cell.get(index, (0, 0))
            at = start + step * index
            if index in boot_cells and boot_cells[index] in (*row.files, row.path):
                drawn.append("boot")
            elif bad > most:
                drawn.append("error")
            elif n:
                drawn.append("busy" if n * 2 >= median else "some")
            else:
                covered = row.first <= at + step and (at <= row.last or row.path in still)
                drawn.append("quiet" if covered else "outside")
        strips.append(Strip(row.path, tuple(drawn)))
    return Axis(start, stop, cells, marks), tuple(strips)


def still_silent(outages: Sequence[Outage], sources: Sequence[SourceRow]) -> set[str]:
    """Sources that fell silent before an outage that goes on, and stay so until the logs end."""
    lasts = {row.path: row.last for row in sources if row.last is not None}
    return {
        alibi.name
        for outage in outages
        if outage.end is None
        for alibi in outage.alibis
        if alibi.kind == "source" and alibi.verdict == "silent"
        if alibi.name in lasts and lasts[alibi.name] <= outage.start.latest.time
    }


def chance(mean: float) -> int:
    """The most lines that chance heaps up in one cell: at a Poisson rate of `mean`, more come once in 1,000 cells."""
    if mean > NORMAL:
        return math.ceil(mean + 3.09 * math.sqrt(mean))
    term = total = math.exp(-mean)
    most = 0
    while total < 1 - UNUSUAL:
        most += 1
        term *= mean / most
        total += term
    return most


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


def _cell(time: datetime, start: datetime, step: timedelta, cells: int) -> int:
    return min(cells - 1, int((time - start) / step))


def tells_of_error(columns: Sequence[str]) -> pl.Expr:
    """Whether an event tells of an error: severity err or worse, an answer 5xx or 499."""
    bad = pl.lit(False)
    if "severity" in columns:
        bad = bad | pl.col("severity").cast(pl.String).is_in(list(ERRORS)).fill_null(False)
    if "status" in columns:
        bad = bad | ((pl.col("status") >= 500) | (pl.col("status") == CLIENT_CLOSED)).fill_null(False)
    return bad


def bin_counts(events: pl.DataFrame, start: datetime, stop: datetime, cells: int) -> list[tuple[str, int, int, int]]:
    """(source, cell, events, events that tell of an error) for `cells` equal cells from `start` to `stop`."""
    width = max(1, round((stop - start) / timedelta(microseconds=1) / cells))
    frame = (
        events.lazy()
        .filter(pl.col("time").is_between(start, stop))
        .group_by(
            pl.col("source").cast(pl.String),
            cell=((pl.col("time") - start).dt.total_microseconds() // width).clip(0, cells - 1),
        )
        .agg(n=lines_expr(events.columns).sum(), bad=tells_of_error(events.columns).sum())
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


def legend(strips: Sequence[Strip], *, ascii_only: bool = False) -> str:
    """What the characters mean, those that the strips have."""
    used = {kind for strip in strips for kind in strip.cells}
    glyphs = ASCII_GLYPHS if ascii_only else GLYPHS
    words = {"busy": "busy", "some": "few", "quiet": "silent", "error": "errors", "boot": "boot", "outside": "no lines"}
    glyphs = {**glyphs, "outside": "blank:"}
    return "  ".join(f"{glyphs[kind]} {word}" for kind, word in words.items() if kind in used)
