"""Turns timeline events into bytes for programs, a block of rows at a time: JSON lines or CSV."""

from __future__ import annotations

import codecs
import io
from collections.abc import Collection, Iterator

import polars as pl

from logforensics.clock.zones import Zone, offset_text
from logforensics.report.escape import ARMED, CONTROLS, INVISIBLE, plain
from logforensics.report.words import UTC
from logforensics.schema import DOUBT, SCHEMA
from logforensics.timeline.stored import Rows

BLOCK = 1 << 14
"""Rows a block: some 5 MB as JSON, so that memory stays bounded and the per-block cost disappears."""

COLUMNS = (
    "time",
    "time_basis",
    "time_earliest",
    "time_latest",
    "source",
    "file",
    "line",
    "severity",
    "host",
    "program",
    "pid",
    "message",
    "status",
    "method",
    "path",
    "client",
)
"""The columns of a row, in order (DESIGN.md section 8); time_earliest and time_latest bound a time that is in doubt."""

_UNSAFE = rf"[{CONTROLS}{INVISIBLE}\\<]"


def iso_column(time: pl.Series, zone: Zone) -> pl.Series:
    """A column of instants as ISO 8601 text with microseconds and the offset of `zone`; null stays null."""
    if time.null_count() == time.len():
        return pl.repeat(None, time.len(), dtype=pl.String, eager=True).alias(time.name)
    local = zone.to_local(time)
    offsets = {seconds: offset_text(seconds) for seconds in local["offset"].unique().drop_nulls()}
    wall = local["wall"].dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    if len(offsets) == 1:
        return (wall + next(iter(offsets.values()))).alias(time.name)
    return (wall + local["offset"].replace_strict(offsets, return_dtype=pl.String)).alias(time.name)


def blocks(events: Rows, zone: Zone) -> Iterator[pl.DataFrame]:
    """The rows block by block, with text for every column that is not a number; columns not read are null."""
    columns: list[pl.Expr] = []
    times = [name for name in ("time", *DOUBT) if name in events.columns]
    for name in COLUMNS:
        if name in times:
            continue
        if name not in events.columns:
            columns.append(pl.lit(None, pl.String).alias(name))
        elif isinstance(SCHEMA[name], pl.Categorical | pl.Enum):
            columns.append(pl.col(name).cast(pl.String))
        else:
            columns.append(pl.col(name))
    for block in events.iter_slices(BLOCK):
        if block.height:
            yield block.select(*(iso_column(block[name], zone) for name in times), *columns).select(COLUMNS)


def _json_escape(error: UnicodeError) -> tuple[str, int]:
    """The codec error handler that writes what ASCII lacks as JSON escapes, surrogate pairs beyond the BMP."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    shown = "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
    return shown, error.end


codecs.register_error("logforensics.json", _json_escape)


def jsonl(events: Rows, zone: Zone = UTC) -> Iterator[bytes]:
    """One JSON object a line, in ASCII, with the keys COLUMNS; null where a line has no such part."""
    for block in blocks(events, zone):
        buffer = io.BytesIO()
        block.write_ndjson(buffer)
        data = buffer.getvalue()
        if not data.isascii():
            data = data.decode("utf-8").encode("ascii", "logforensics.json")
        # Polars escapes what JSON demands; DEL is legal in JSON, but a terminal obeys it.
        yield data.replace(b"\x7f", b"\\u007f")


def shown(column: pl.Expr, *, limit: int | None = None) -> pl.Expr:
    """Text that a terminal or spreadsheet only shows; Python is asked only about the rows that hold something odd."""
    odd = column.str.contains(_UNSAFE)
    safe = (
        pl.when(odd)
        .then(pl.when(odd).then(column).map_elements(plain, return_dtype=pl.String, skip_nulls=True))
        .otherwise(column)
    )
    if limit is None:
        return safe
    return pl.when(safe.str.len_chars() > limit).then(safe.str.head(limit - 3) + "...").otherwise(safe)


def said(names: Collection[str]) -> pl.Expr:
    """What a row says in one line: the request and its status for web lines, else the program and its message."""

    def column(name: str) -> pl.Expr:
        return pl.col(name) if name in names else pl.lit(None, pl.String)

    pid = pl.format("[{}]", pl.col("pid")).fill_null("") if "pid" in names else pl.lit("")
    spoken = pl.concat_str(
        pl.concat_str(column("program"), pid, pl.lit(": ")).fill_null(""), column("message").fill_null("")
    )
    request = pl.concat_str(
        column("status").cast(pl.String),
        column("method").fill_null("-"),
        column("path").fill_null("-"),
        pl.concat_str(pl.lit("from "), column("client")).fill_null(""),
        separator=" ",
    )
    return pl.coalesce(request, spoken)


def csv(events: Rows, zone: Zone = UTC, *, raw: bool = False) -> Iterator[bytes]:
    """CSV (RFC 4180, LF) with a header; controls are shown, and what a spreadsheet would run is disarmed.

    With `raw` every text is what the log says: for programs, not for spreadsheets.
    """
    texts = [name for name in COLUMNS if name not in ("time", *DOUBT, "line", "pid", "status")]
    first = True
    for block in blocks(events, zone):
        rows = block if raw else block.with_columns(shown(_disarmed(pl.col(name))).alias(name) for name in texts)
        buffer = io.BytesIO()
        rows.write_csv(buffer, include_header=first)
        first = False
        yield buffer.getvalue()
    if first:
        yield (",".join(COLUMNS) + "\n").encode()


def _disarmed(column: pl.Expr) -> pl.Expr:
    """The column with an apostrophe wherever a spreadsheet could begin a formula, as `escape.cell` puts it."""
    return column.str.replace_all(ARMED, "${1}'${2}")
