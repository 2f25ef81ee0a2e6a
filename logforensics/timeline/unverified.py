"""Turns lines whose bytes failed their checksum into events whose time is not certain either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from logforensics.evidence.model import Source
from logforensics.schema import TIME_BASIS

Lines = Mapping[str, Sequence[tuple[int, int]]]
"""By the name of a file, (first, last) number of the lines that a damaged member was unpacked to."""


def marked(frames: Sequence[pl.DataFrame], sources: Sequence[Source], lines: Lines) -> list[pl.DataFrame]:
    """The frames (file_index, line, time_basis), with "unverified" as the basis of what stands in such lines."""
    return [_marked(frame, source, lines) for frame, source in zip(frames, sources, strict=True)]


def _marked(frame: pl.DataFrame, source: Source, lines: Lines) -> pl.DataFrame:
    stretches = [
        (pl.col("file_index") == index) & pl.col("line").is_between(first, last)
        for index, file in enumerate(source.files)
        for first, last in lines.get(file.name, ())
    ]
    if not stretches:
        return frame
    wrong = pl.when(pl.any_horizontal(stretches)).then(pl.lit("unverified", TIME_BASIS))
    return frame.with_columns(wrong.otherwise(pl.col("time_basis")).alias("time_basis"))
