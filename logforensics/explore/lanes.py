"""Turns the events of a window of time into lanes of cells, one a source, with the outages and the cursor below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from logforensics.clock.zones import Zone
from logforensics.outage.model import Outage
from logforensics.report.charts import bin_counts
from logforensics.report.layout import shorten_paths
from logforensics.report.words import offset

NAME = 22
"""Columns of a lane's name."""

SHADES = " \u2591\u2592\u2593\u2588"
"""Nothing, and four steps of how full a cell is: by the square root of its share of the source's fullest."""

ERROR, SILENT = "\u2715", "\u00b7"


def lanes(
    events: pl.DataFrame, names: Sequence[str], window: tuple[datetime, datetime], width: int
) -> list[tuple[str, str]]:
    """(name, cells) of each source over the window.

    A cell with an error is ERROR, one without a line SILENT, and blank before the source's first and after its last.
    """
    begin, end = window
    cells = max(1, width - NAME - 1)
    filled: dict[str, dict[int, tuple[int, int]]] = {}
    for source, at, number, bad in bin_counts(events, begin, max(end, begin + timedelta(microseconds=cells)), cells):
        filled.setdefault(source, {})[at] = number, bad
    step = (end - begin) / cells
    drawn = []
    spans = {
        str(source): (first, last)
        for source, first, last in events.group_by("source")
        .agg(first=pl.col("time").min(), last=pl.col("time").max())
        .iter_rows()
    }
    for name, shown in zip(names, shorten_paths(names, NAME), strict=True):
        first, last = spans.get(name, (end, begin))
        mine = filled.get(name, {})
        most = max((number for number, _ in mine.values()), default=1)
        text = "".join(
            SILENT if at not in mine and first <= begin + step * at <= last else _cell(*mine.get(at, (0, 0)), most)
            for at in range(cells)
        )
        drawn.append((shown.ljust(NAME), text))
    return drawn


def _cell(number: int, bad: int, most: int) -> str:
    if bad:
        return ERROR
    if not number:
        return SHADES[0]
    return SHADES[min(4, 1 + int(3.999 * (number / most) ** 0.5))]


def outage_cells(outages: Sequence[Outage], window: tuple[datetime, datetime], cells: int) -> str:
    """The row that shows where an outage surely was (\u2588) and where it may have been (\u2591)."""
    begin, end = window
    step = (end - begin) / cells

    def kind(at: int) -> str:
        low, high = begin + step * at, begin + step * (at + 1)
        best = " "
        for outage in outages:
            first, sure = outage.start.earliest, outage.start.latest.time
            over = None if outage.end is None else outage.end.earliest.time if outage.end.earliest else None
            last = end if outage.end is None else outage.end.latest.time
            if sure < high and (last if over is None else over) >= low:
                return SHADES[4]
            if (begin if first is None else first.time) < high and last >= low:
                best = SHADES[1]
        return best

    return "".join(kind(at) for at in range(cells))


def cursor_cell(time: datetime, window: tuple[datetime, datetime], cells: int) -> int | None:
    """The cell an instant falls into, None outside the window."""
    begin, end = window
    if not begin <= time <= end or end <= begin:
        return None
    return min(cells - 1, int((time - begin) / ((end - begin) / cells)))


def axis(window: tuple[datetime, datetime], zone: Zone, width: int) -> str:
    """The instants at both ends of the axis, in the zone shown."""
    local = zone.to_local(pl.Series([*window], dtype=pl.Datetime("us", "UTC")))["wall"]
    left, right = (f"{time:%Y-%m-%d %H:%M:%S}" for time in local.to_list())
    right += f" {offset(window[1], zone)}"
    room = width - NAME - 1
    return " " * (NAME + 1) + left + right.rjust(max(1, room - len(left)))
