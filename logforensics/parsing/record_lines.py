"""Turns records of several lines KEY=VALUE into the texts of single keys.

They are parted by blank lines; where these are left out, as in the sample of a file, by the address that each begins
with: __CURSOR, __REALTIME_TIMESTAMP and others (systemd.journal-fields(7), address fields).
The first line of a record stands for it: there the values of all its lines are told, and the others continue it.
What a block of lines cuts apart is told as far as it goes.
"""

from __future__ import annotations

import polars as pl


class RecordLines:
    """Some lines of a file in their order; `get` tells one key of each record in the record's first line."""

    def __init__(self, text: pl.Series) -> None:
        frame = pl.DataFrame({"text": text}).with_row_index("row")
        blank = pl.col("text").str.strip_chars() == ""
        parts = pl.col("text").str.extract_groups("^(?<key>[A-Z_][A-Z0-9_]*)=(?<value>.*)$").struct.unnest()
        frame = frame.with_columns(parts)
        key, above = pl.col("key"), pl.col("key").shift(1)
        address = key.str.starts_with("__").fill_null(value=False)
        begins = address & (key.eq_missing(above) | ~above.str.starts_with("__").fill_null(value=False))
        frame = frame.with_columns(record=(blank | begins).cum_sum()).filter(~blank)
        self.cells = frame.drop_nulls("key").unique(["record", "key"], keep="first")
        self.firsts = frame.group_by("record").agg(pl.col("row").min())
        self.height = len(text)

    def get(self, key: str) -> pl.Series:
        """The value of `key` in the first line of each record; null in the other lines, and where it is not there."""
        values = self.cells.filter(pl.col("key") == key).select("record", "value").join(self.firsts, on="record")
        every = pl.DataFrame({"row": pl.int_range(self.height, dtype=pl.UInt32, eager=True)})
        return every.join(values.select("row", "value"), on="row", how="left", maintain_order="left")["value"]
