"""Turns the rows of a log whose header names its columns into the texts of single columns.

W3C's extended log format allows a new header anywhere in a file: each row is read by the last header above it.  A
piece of a file that begins below its header is read by the headers that were seen in the file's sample.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

HEADER = r"^#[Ff]ields:?[ \t]"
_NAMES = re.compile(r"[ \t,]+")


class ColumnLines:
    """Some lines of a file in their order, headers among them; `get` tells one column of each row."""

    def __init__(self, text: pl.Series, given: Sequence[str] = ()) -> None:
        """`given` are headers that may stand above the first line, the likeliest first."""
        frame = pl.DataFrame({"text": text}).with_row_index("row")
        is_header = pl.col("text").str.contains(HEADER)
        frame = frame.with_columns(header=pl.when(is_header).then("text").forward_fill())
        rows = frame.filter(~is_header & ~pl.col("text").str.starts_with("#"))
        headers = [*given, *rows.get_column("header").drop_nulls().unique(maintain_order=True)]
        self.height = frame.height
        self.parts = [
            (names_of(header), part) for header in dict.fromkeys(headers) if (part := _rows(rows, header)).height
        ]

    def get(self, key: str) -> pl.Series:
        """The text of the column `key` in each line; null in headers, and where a row has no such column."""
        found = [
            part.select("row", pl.col("cells").list.get(names.index(key)).alias("value"))
            for names, part in self.parts
            if key in names
        ]
        every = pl.DataFrame({"row": pl.int_range(self.height, dtype=pl.UInt32, eager=True)})
        if not found:
            return pl.Series("value", [None], dtype=pl.String).new_from_index(0, self.height)
        cells = pl.concat(found).unique("row", keep="first", maintain_order=True)
        return every.join(cells, on="row", how="left", maintain_order="left").get_column("value")


def names_of(header: str) -> list[str]:
    """The names of the columns, in their order."""
    return [name for name in _NAMES.split(re.sub(HEADER, "", header).strip()) if name]


def headers_in(lines: Sequence[str]) -> tuple[str, ...]:
    """Every different header among some lines, the most frequent first."""
    found = [line for line in lines if re.match(HEADER, line)]
    return tuple(sorted(dict.fromkeys(found), key=lambda header: -found.count(header)))


def _rows(rows: pl.DataFrame, header: str) -> pl.DataFrame:
    """The rows below a header, and those below none that are as wide, split into cells."""
    names = names_of(header)
    own = rows.filter((pl.col("header") == header) | pl.col("header").is_null())
    plain = "," if "," in header else " "
    tabbed = pl.col("text").str.contains("\t", literal=True)
    text = pl.col("text").str.strip_chars_end("\r\n \t")
    cells = pl.when(tabbed).then(text.str.split("\t")).otherwise(text.str.split(plain))
    return own.select("row", cells.alias("cells")).filter(pl.col("cells").list.len() == len(names))
