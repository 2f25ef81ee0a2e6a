"""Turns a frame of any columns into bytes: a table for people, JSON, JSON lines, CSV or Parquet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from logforensics.clock.zones import Zone
from logforensics.report.escape import ascii_json, cell, plain
from logforensics.report.escape import ascii_only as to_ascii
from logforensics.report.layout import columns
from logforensics.report.rows import iso_column
from logforensics.report.words import UTC, duration, zone_label

BLOCK = 1 << 14
"""Rows written at once."""

STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.000000[+-][0-9:]+")
"""An instant of a whole second."""

WIDEST, NARROWEST = 60, 12
"""Characters to which the name of a column is cut, and to which its texts may be."""


def table(frame: pl.DataFrame, zone: Zone, *, width: int = 80, ascii_only: bool = False) -> Iterator[bytes]:
    """A table for people, with instants in `zone`; a record a row, one column a line, where rows do not fit `width`."""
    local = _local(frame, zone)
    heads = tuple(plain(name, WIDEST) for name in local.columns)
    rows = [tuple(_shown(value) for value in row) for row in local.iter_rows()]
    sizes = [max([len(head), *(len(row[at]) for row in rows)]) for at, head in enumerate(heads)]
    right = [at for at, dtype in enumerate(frame.dtypes) if dtype.is_numeric()]
    texts = [at for at in range(len(heads)) if at not in right]
    widest = max(texts or range(len(heads)), key=lambda at: (sizes[at], at), default=0)
    others = sum(sizes) - sizes[widest] + 2 * (len(sizes) - 1) if sizes else 0
    if rows and others + NARROWEST > width:
        lines = _records(heads, rows)
    else:
        lines = columns(heads, rows, width, right=right, stretch=widest) if heads else []
    count = "1 row" if frame.height == 1 else f"{frame.height:,} rows"
    text = "\n".join([*lines, f"({count}; times in {plain(zone_label(zone.label))})"]) + "\n"
    yield (to_ascii(text) if ascii_only else text).encode("utf-8", "backslashreplace")


def _records(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """One column a line, empty ones left out, a line between two rows."""
    size = max(len(head) for head in heads)
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(f"-- {number}")
        lines += [f"{head.ljust(size)}  {value}" for head, value in zip(heads, row, strict=True) if value]
    return lines


def as_json(frame: pl.DataFrame, zone: Zone = UTC) -> Iterator[bytes]:
    """{"columns": [...], "rows": [{...}, ...]} in ASCII; instants as ISO 8601 with the offset of `zone`."""
    document = {"columns": frame.columns, "rows": list(_objects(frame, zone))}
    yield ascii_json(document, indent=1).encode() + b"\n"


def jsonl(frame: pl.DataFrame, zone: Zone = UTC) -> Iterator[bytes]:
    """One JSON object a line, in ASCII."""
    for part in frame.iter_slices(BLOCK):
        yield "".join(f"{ascii_json(row, indent=None)}\n" for row in _objects(part, zone)).encode()


def csv(frame: pl.DataFrame, zone: Zone = UTC) -> Iterator[bytes]:
    """CSV (RFC 4180, LF) with a header; what a terminal or a spreadsheet would obey is shown."""
    first = True
    for part in _local(frame, zone).iter_slices(BLOCK) if frame.height else [_local(frame, zone)]:
        texts = [name for name, dtype in part.schema.items() if dtype == pl.String]
        safe = part.with_columns(pl.col(texts).map_elements(cell, return_dtype=pl.String, skip_nulls=True))
        buffer = io.BytesIO()
        safe.rename({name: cell(name) for name in safe.columns}).write_csv(buffer, include_header=first)
        first = False
        yield buffer.getvalue()


def parquet(frame: pl.DataFrame) -> Iterator[bytes]:
    """One Parquet file with the columns as they are; words as text."""
    buffer = io.BytesIO()
    words = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
    frame.with_columns(pl.col(words).cast(pl.String)).write_parquet(buffer)
    yield buffer.getvalue()


def _local(frame: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    """The frame with text for its instants, its categories and whatever has no spelling of its own in CSV."""
    parts = []
    for name, dtype in frame.schema.items():
        column = frame.get_column(name)
        if isinstance(dtype, pl.Datetime) and dtype.time_zone:
            parts.append(iso_column(column.cast(pl.Datetime("us", "UTC")), zone))
        elif isinstance(dtype, pl.Categorical | pl.Enum):
            parts.append(column.cast(pl.String))
        elif isinstance(dtype, pl.Duration):
            parts.append(pl.Series(name, [_seconds(value) for value in column.to_list()], pl.String))
        elif dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            parts.append(pl.Series(name, [None if v is None else str(v) for v in column.to_list()], pl.String))
        else:
            parts.append(column)
    return pl.DataFrame(parts)


def _seconds(value: timedelta | None) -> str | None:
    return None if value is None else duration(value.total_seconds())


def _objects(frame: pl.DataFrame, zone: Zone) -> Iterator[dict[str, Any]]:
    names = frame.columns
    for row in _json_columns(frame, zone).iter_rows():
        yield dict(zip(names, (_plain_value(value) for value in row), strict=True))


def _json_columns(frame: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    instants = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime) and dtype.time_zone]
    return frame.with_columns(
        iso_column(frame.get_column(name).cast(pl.Datetime("us", "UTC")), zone) for name in instants
    )


def _plain_value(value: object) -> object:
    """A value as JSON spells it: lengths of time in seconds, no NaN."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124 - NaN differs from itself
    if isinstance(value, list):
        return [_plain_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain_value(item) for key, item in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, int | str) else str(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return plain(str(value).replace(".000000", "", 1) if STAMP.fullmatch(str(value)) else str(value))
