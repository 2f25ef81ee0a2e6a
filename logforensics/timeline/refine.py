"""Turns readings of knots alone into readings from which the clock is settled as it is from every line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from logforensics.clock.folds import AROUND
from logforensics.schema import COUNT
from logforensics.settings import Settings
from logforensics.timeline.clocks import SettledSources, settle_sources
from logforensics.timeline.host import Reading
from logforensics.timeline.knots import AT, CLOCK, PIECE, whole
from logforensics.timeline.spool import Spool

SHIFTS = ("shift", "earliest", "latest")
"""What the clock added to a stamp as it was read, in microseconds, and to the bounds of a time in doubt."""


def settle_spooled(
    readings: Sequence[Reading], roots: Sequence[Path], settings: Settings, spool: Spool
) -> tuple[list[Reading], SettledSources]:
    """The readings (of knots.py) with every event of the pieces in which single lines decide, and what was settled.

    Rows between two knots for which the same was settled have the same.  Where it is not the same, where the order of
    lines tells one instant from another, and where the host's zone changes, a piece is taken with all its events, and
    all is settled again.
    """
    found = list(readings)
    taken: list[set[int]] = [set() for _ in found]
    while True:
        settled = settle_sources(found, roots, settings, partial(_every, spool=spool))
        more = [
            _deciding(reading, frame, by_order, settled) - have
            for reading, frame, by_order, have in zip(found, settled.frames, settled.by_order, taken, strict=True)
        ]
        if not any(more):
            return found, settled
        for at, pieces in enumerate(more):
            taken[at] |= pieces
            if pieces:
                found[at] = replace(found[at], frame=_with_all(found[at].frame, pieces, spool))


def _every(reading: Reading, spool: Spool) -> Iterator[pl.DataFrame]:
    """All rows of a source, a piece at a time."""
    if PIECE in reading.frame.columns:
        for piece in reading.frame.get_column(PIECE).unique(maintain_order=True):
            yield spool.get(piece, CLOCK)


def shifts(walls: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """SHIFTS (Int64) and time_basis of rows with these walls, settled so, with their PIECE and AT."""
    wall = pl.lit(walls.get_column("wall").cast(pl.Int64))
    bounds = {name: f"time_{name}" for name in SHIFTS[1:]}
    return settled.select(
        PIECE,
        AT,
        (pl.col("time").cast(pl.Int64) - wall).alias("shift"),
        *(
            (pl.col(of).cast(pl.Int64) - wall if of in settled.columns else pl.lit(None, pl.Int64)).alias(name)
            for name, of in bounds.items()
        ),
        "time_basis",
    )


def _deciding(reading: Reading, frame: pl.DataFrame, by_order: pl.Series, settled: SettledSources) -> set[int]:
    """The pieces of a source that are to be taken with all their events."""
    if PIECE not in frame.columns:
        return set()
    rows = shifts(reading.frame, frame)
    own = rows.with_columns(reading.frame.get_column("carried"), by_order.alias("by_order")).filter(~pl.col("carried"))
    changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in (*SHIFTS, "time_basis"))
    between = (pl.col(PIECE) == pl.col(PIECE).shift(1)) & (pl.col(AT) - pl.col(AT).shift(1) > 1)
    found = set(own.filter(changed & between).get_column(PIECE))
    if own.get_column("by_order").any():
        order = frame.group_by(PIECE, maintain_order=True).agg(pl.col(COUNT).sum()).rows()
        within = set(own.filter("by_order").get_column(PIECE))
        found |= {order[near][0] for at, (piece, _) in enumerate(order) if piece in within for near in _near(at, order)}
    if settled.turns:
        spans = frame.group_by(PIECE).agg(
            pl.col("time").dt.replace_time_zone(None).min().alias("first"),
            pl.col("time").dt.replace_time_zone(None).max().alias("last"),
        )
        near = [(pl.col("first") <= high) & (pl.col("last") >= low) for low, high in settled.turns]
        found |= set(spans.filter(pl.any_horizontal(near)).get_column(PIECE))
    return found


def _near(at: int, order: Sequence[tuple[int, int]]) -> Iterator[int]:
    """The place of a piece among all, given with their numbers of events, and those of the ones that are looked at."""
    yield at
    for step in (-1, 1):
        near, seen = at + step, 0
        while 0 <= near < len(order) and seen < AROUND:
            yield near
            seen += order[near][1]
            near += step


def _with_all(frame: pl.DataFrame, pieces: set[int], spool: Spool) -> pl.DataFrame:
    """The frame with every event of the pieces in place of their knots."""
    parts = []
    for part in frame.partition_by(PIECE, maintain_order=True):
        number = int(part.item(0, PIECE))
        if number in pieces:
            place = part.get_column("file_index").head(1)
            all_of_it = whole(spool.get(number), number)
            parts.append(all_of_it.with_columns(pl.lit(place[0], place.dtype).alias("file_index")))
        else:
            parts.append(part)
    return pl.concat(parts, how="diagonal")
