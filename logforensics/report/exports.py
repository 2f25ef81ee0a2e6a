"""Turns timeline events into the forms of other tools: ECS JSON lines, Timesketch JSON lines, l2tcsv and SQLite."""

from __future__ import annotations

import csv as csv_module
import io
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from logforensics.clock.zones import Zone
from logforensics.report.escape import ascii_json
from logforensics.report.rows import BLOCK, iso_column, said
from logforensics.report.words import UTC
from logforensics.timeline.spool import no_room
from logforensics.timeline.stored import Rows

PIECE = 1 << 20
"""Bytes of a finished file passed on at once."""

NUMBERS = ("line", "pid", "status", "size", "request_time", "upstream_time")

ECS_VERSION = "8.17.0"
"""Elastic Common Schema: https://www.elastic.co/docs/reference/ecs."""

ECS = {
    "message": "message",
    "severity": "log.level",
    "file": "log.file.path",
    "line": "log.file.line",  # no field of ECS's own: log.origin.file.line is a line of source code
    "source": "event.dataset",
    "host": "host.name",
    "program": "process.name",
    "pid": "process.pid",
    "status": "http.response.status_code",
    "method": "http.request.method",
    "path": "url.original",
    "client": "source.address",
    "agent": "user_agent.original",
    "referrer": "http.request.referrer",
    "size": "http.response.body.bytes",
}
"""Columns and their names in ECS."""

L2T = (
    "date", "time", "timezone", "MACB", "source", "sourcetype", "type", "user", "host", "short", "desc", "version",
    "filename", "inode", "notes", "format", "extra",
)  # fmt: skip
"""The 17 columns of log2timeline's CSV (plaso, output module l2tcsv)."""

SHORT = 80
"""Characters to which plaso cuts the short description."""


def _blocks(events: Rows, zone: Zone = UTC) -> Iterator[list[dict[str, Any]]]:
    """Rows of plain values, with `iso` (the instant as text), `micros` (since 1970) and `text` (what the line says)."""
    for block in events.iter_slices(BLOCK):
        if not block.height:
            continue
        words = [name for name, dtype in block.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
        yield (
            block.with_columns(
                iso_column(block["time"], zone).alias("iso"),
                pl.col("time").dt.epoch("us").alias("micros"),
                said(block.columns).alias("text"),
                pl.col(words).cast(pl.String),
            )
            .drop("time", "time_earliest", "time_latest", strict=False)
            .to_dicts()
        )


def ecs(events: Rows, zone: Zone = UTC) -> Iterator[bytes]:
    """One JSON object a line with the names of the Elastic Common Schema; what a line does not say is left out."""
    for rows in _blocks(events, zone):
        yield b"".join(ascii_json(_ecs(row), indent=None).encode() + b"\n" for row in rows)


def _ecs(row: Mapping[str, Any]) -> dict[str, Any]:
    named = {theirs: row[ours] for ours, theirs in ECS.items() if row.get(ours) is not None}
    if row.get("request_time") is not None:
        named["event.duration"] = round(row["request_time"] * 1e9)
    named.setdefault("message", row["text"])
    return {"@timestamp": row["iso"], "ecs.version": ECS_VERSION, **named, "labels.time_basis": row["time_basis"]}


def timesketch(events: Rows) -> Iterator[bytes]:
    """JSON lines as Timesketch imports them: message, datetime, timestamp (microseconds since 1970), timestamp_desc."""
    for rows in _blocks(events):
        yield b"".join(ascii_json(_timesketch(row), indent=None).encode() + b"\n" for row in rows)


def _timesketch(row: Mapping[str, Any]) -> dict[str, Any]:
    others = {
        name: value
        for name, value in row.items()
        if value is not None and name not in ("iso", "micros", "text", "message", "source", "line")
    }
    return {
        "message": row["text"],
        "datetime": row["iso"],
        "timestamp": row["micros"],
        "timestamp_desc": "Event Logged",
        "data_type": "logforensics:event",
        "log_source": row["source"],
        "log_line": row["line"],
        **others,
    }


def l2tcsv(events: Rows) -> Iterator[bytes]:
    """The CSV of log2timeline, in UTC.  Line feeds and commas in a text become spaces, as plaso writes them."""
    yield (",".join(L2T) + "\n").encode()
    for rows in _blocks(events):
        buffer = io.StringIO()
        writer = csv_module.writer(buffer, lineterminator="\n")
        writer.writerows(_l2t(row) for row in rows)
        yield buffer.getvalue().encode()


def _l2t(row: Mapping[str, Any]) -> tuple[str, ...]:
    iso = row["iso"]
    text = _one_line(row["text"])
    extra = [
        f"{name}: {row[name]}"
        for name in ("time_basis", "severity", "pid", "status", "client")
        if row.get(name) is not None
    ]
    return (
        f"{iso[5:7]}/{iso[8:10]}/{iso[:4]}",
        iso[11:19],
        "UTC",
        "....",
        "LOG",
        _one_line(row["source"]),
        "Event Logged",
        "-",
        _one_line(row["host"]) if row.get("host") else "-",
        text if len(text) <= SHORT else f"{text[: SHORT - 3]}...",
        text,
        "2",
        _one_line(row["file"]),
        "-",
        f"line {row['line']}",
        "logforensics",
        _one_line("; ".join(extra)),
    )


def _one_line(text: str) -> str:
    """`text` as a cell that holds no separator and that no spreadsheet runs."""
    from logforensics.report.escape import cell

    return cell(text.replace(",", " ").replace("\n", " ").replace("\r", " "))


def sqlite(events: Rows, zone: Zone = UTC) -> Iterator[bytes]:
    """An SQLite database with one table `timeline`: `time` as ISO 8601 text, `time_us` in microseconds since 1970."""
    import sqlite3

    with tempfile.TemporaryDirectory(prefix="logforensics-") as folder:
        path = Path(folder) / "timeline.sqlite"
        connection = sqlite3.connect(path)
        try:
            names = [name for name in events.columns if name != "time"]
            kinds = {name: "REAL" if name.endswith("_time") else "INTEGER" for name in NUMBERS}
            columns = ", ".join(f'"{name}" {kinds.get(name, "TEXT")}' for name in names)
            connection.execute(f"CREATE TABLE timeline (time TEXT, time_us INTEGER, {columns})")
            marks = ", ".join("?" * (len(names) + 2))
            for block in events.iter_slices(BLOCK):
                words = [name for name, dtype in block.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
                bounds = [iso_column(block[name], zone) for name in ("time_earliest", "time_latest") if name in names]
                rows = block.with_columns(*bounds, pl.col(words).cast(pl.String)).select(
                    iso_column(block["time"], zone), pl.col("time").dt.epoch("us").alias("time_us"), *names
                )
                connection.executemany(f"INSERT INTO timeline VALUES ({marks})", rows.iter_rows())  # noqa: S608 - only marks
            connection.execute("CREATE INDEX timeline_by_time ON timeline (time_us)")
            connection.execute("CREATE INDEX timeline_by_source ON timeline (source, time_us)")
            connection.commit()
        except sqlite3.OperationalError as error:
            raise no_room(error) from error
        finally:
            connection.close()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
