"""Turns a definition into the one that suits a certain file, given some lines of it: what the file itself settles.

Two spellings may share one regex, as 03/04/2020 may be of March or April: the days above 12 of a file tell which.
A header may name the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from logforensics.parsing import regex as rust
from logforensics.parsing.column_lines import headers_in
from logforensics.parsing.convert import wall_expr
from logforensics.parsing.model import Definition, Pattern


def adapted(definition: Definition, lines: Sequence[str]) -> Definition:
    """The definition with one pattern for each regex: of several, the one that reads most dates, else the first.

    Patterns whose stamp occurs in the lines come first, together with their kin: a file is in one spelling, mostly.
    """
    if definition.reader == "columns":
        return _headed(definition, headers_in(lines))
    if definition.reader != "stamped":
        return definition
    text = pl.Series(lines, dtype=pl.String)
    kept = [_best(rivals, text) for rivals in _rivals(definition.patterns)]
    seen = {pattern.stamp for pattern in kept if text.str.contains(pattern.stamp).any()}
    kin = {_kin(pattern) for pattern in kept if pattern.stamp in seen}
    return replace(definition, patterns=tuple(sorted(kept, key=lambda pattern: _kin(pattern) not in kin)))


def _headed(definition: Definition, headers: tuple[str, ...]) -> Definition:
    """The definition with the headers of the file: a block of it may begin below one."""
    patterns = [
        replace(pattern, keys=replace(pattern.keys, headers=headers)) if pattern.keys else pattern
        for pattern in definition.patterns
    ]
    return replace(definition, patterns=tuple(patterns))


def _rivals(patterns: Sequence[Pattern]) -> list[list[Pattern]]:
    """Patterns in their order, those with one regex together."""
    together: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        together.setdefault(pattern.regex, []).append(pattern)
    return list(together.values())


def _best(rivals: Sequence[Pattern], text: pl.Series) -> Pattern:
    if len(rivals) == 1:
        return rivals[0]
    stamps = text.str.extract(rust.prune(rivals[0].regex, ("time",)), 1).to_frame("time")
    read = [stamps.select(wall_expr(pl.col("time"), pattern.time).count()).item() for pattern in rivals]
    return rivals[read.index(max(read))]


def _kin(pattern: Pattern) -> str:
    """What patterns that may read each other's lines have in common: iso_zone and iso are tried in their order."""
    return pattern.name.split("_")[0]
