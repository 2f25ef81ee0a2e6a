"""Turns the files of one source into a word about their order, where their names say one and their times another."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from logforensics.clock.settle import Assumption
from logforensics.evidence.model import Source
from logforensics.schema import lines_expr


def out_of_sequence(sources: Sequence[Source], frames: Sequence[pl.DataFrame]) -> tuple[Assumption, ...]:
    """What is said of each of the sources, whose events are the `frames` with `file_index` and `time`."""
    told = (_told(source, frame) for source, frame in zip(sources, frames, strict=True))
    return tuple(item for item in told if item is not None)


def _told(source: Source, frame: pl.DataFrame) -> Assumption | None:
    """What is said where a file that its name makes older begins only after a newer one has ended.

    `frame` holds the source's events with `file_index` (oldest file first, by name) and `time`.  Events stand in the
    order of their times whatever the names say; a missing year is inferred in the names' order.
    """
    if len(source.files) < 2:
        return None
    spans = frame.group_by("file_index").agg(
        pl.col("time").min().alias("first"),
        pl.col("time").max().alias("last"),
        lines_expr(frame.columns).sum().alias("events"),
    )
    rows: Sequence[tuple[int, object, object, int]] = spans.drop_nulls().sort("file_index").rows()
    wrong = [
        (older, newer)
        for at, older in enumerate(rows)
        for newer in rows[at + 1 :]
        if older[1] > newer[2]  # type: ignore[operator]  # both are datetimes
    ]
    if not wrong:
        return None
    (older, newer), files = wrong[0], {row[0]: row[3] for pair in wrong for row in pair}
    one, other = source.files[older[0]].name, source.files[newer[0]].name
    text = f"by their names {one} is older than {other}, by their lines it is newer; the times decide"
    return Assumption(source.name, "order", text, sum(files.values()))
