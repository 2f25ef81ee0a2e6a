"""Turns the lines of a structured log into columns by the keys of one pattern: JSON or logfmt, then times and types."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from logforensics.parsing.column_lines import ColumnLines
from logforensics.parsing.convert import PER_SECOND, field_expr, wall_expr
from logforensics.parsing.json_lines import JsonLines
from logforensics.parsing.keys import ERROR, JOINED, WHOLE, Keys
from logforensics.parsing.levels import level_expr
from logforensics.parsing.logfmt import LogfmtLines
from logforensics.parsing.model import Definition, Pattern
from logforensics.parsing.record_lines import RecordLines
from logforensics.parsing.stamps import instants
from logforensics.schema import SCHEMA

_GO_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "\u03bcs": 1e-6, "ns": 1e-9}
_REQUEST = r"^[A-Za-z-]+ (?P<path>[^ ]+)(?: HTTP/[0-9.]+)?$"


class _Lines(Protocol):
    """Lines as keys and values."""

    def get(self, key: str) -> pl.Series: ...


@dataclass(frozen=True)
class KeyedPattern:
    """A pattern with keys made ready for the columns a command needs; it stands where a regex does in lines.py."""

    pattern: Pattern
    keys: Keys
    absent: tuple[str, ...]
    captured: tuple[str, ...]
    columns: tuple[pl.Expr, ...]
    """What turns the texts of `captures` into the timeline's columns."""

    def captures(self, text: pl.Series) -> pl.DataFrame:
        """The time (as written), its offset, and the texts of the columns; the time is null where nothing is read."""
        lines = self._open(text, self.captured)
        when = self._when(lines)
        time = when.get_column("wall").alias("time")
        for key, regex in self.keys.where:
            value = lines.get(key)
            time = _only(time, value.str.contains(regex) if regex else value.is_not_null())
        for key in self.keys.lacks:
            time = _only(time, lines.get(key).is_null())
        wanted = [name for name in self.keys.fields if name in self.captured or name in self.keys.needs]
        texts = {name: self._first(text, lines, name) for name in wanted}
        for name in self.keys.needs:
            time = _only(time, texts[name].is_not_null())
        if "message" in self.captured and ERROR in dict(self.keys.columns):
            texts["message"] = _joined(texts["message"], self._first(text, lines, ERROR))
        return pl.DataFrame({"time": time, "offset": when.get_column("offset"), **texts})

    def _when(self, lines: _Lines) -> pl.DataFrame:
        """Columns wall and offset: of the keys that may hold the time, the first that holds a stamp counts."""
        when: pl.DataFrame | None = None
        for key in dict(self.keys.columns)["time"]:
            found = self._read(_value(lines, key))
            if when is not None:
                missing = when.get_column("wall").is_null()
                found = found.select(found[name].zip_with(missing, when[name]).alias(name) for name in found.columns)
            when = found
            if not when.get_column("wall").null_count():
                break
        assert when is not None
        return when

    def _read(self, stamps: pl.Series) -> pl.DataFrame:
        if not self.pattern.time.layout:
            return instants(stamps)
        return stamps.to_frame("stamp").select(
            wall_expr(pl.col("stamp"), self.pattern.time).alias("wall"),
            pl.lit(self.pattern.time.offset, pl.Int32).alias("offset"),
        )

    def matches(self, text: pl.Series) -> pl.Series:
        """Which lines the pattern reads."""
        return self.captures(text).get_column("time").is_not_null()

    def _open(self, text: pl.Series, columns: Collection[str]) -> _Lines:
        if self.keys.reader == "columns":
            return ColumnLines(text, self.keys.headers)
        if self.keys.reader == "records":
            return RecordLines(text)
        if self.keys.reader == "json-lines":
            return JsonLines(text, self.keys.needed(columns), self.keys.stamps, self.keys.needed(()))
        return LogfmtLines(text)

    def _first(self, text: pl.Series, lines: _Lines, column: str) -> pl.Series:
        """The text of the first key of a column that holds any, line by line."""
        found = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
        for number, key in enumerate(dict(self.keys.columns)[column]):
            if not found.null_count():
                break
            value = text if key == WHOLE else _value(lines, key)
            if column != "message":
                empty = pl.col("value").is_in(["", *self.absent])
                if column != ERROR:
                    # a table is no name, no path and no number
                    empty = empty | pl.col("value").str.starts_with("{")
                value = value.to_frame("value").select(pl.when(~empty).then("value")).to_series()
            found = found.zip_with(found.is_not_null(), value) if number else value
        return found


def compile_keyed(pattern: Pattern, definition: Definition, captured: Collection[str]) -> KeyedPattern:
    """A pattern of a structured reader, made ready for these columns."""
    keys = pattern.keys or Keys(())
    columns = [
        pl.col("time").alias("wall"),
        pl.col("offset"),
        pl.lit("year" in pattern.time.missing).alias("yearless"),
        pl.lit(False).alias("carried"),
    ]
    for name in captured:
        value = _column(name, definition) if name in keys.fields else pl.lit(None, SCHEMA[name])
        columns.append(value.alias(name))
    return KeyedPattern(pattern, keys, definition.absent, tuple(captured), tuple(columns))


def _value(lines: _Lines, key: str) -> pl.Series:
    """The text of a key, or of several that are joined; null where one of those is missing."""
    parts = [lines.get(part) for part in key.split(JOINED)]
    if len(parts) == 1:
        return parts[0]
    together = pl.DataFrame(part.alias(str(number)) for number, part in enumerate(parts))
    return together.select(pl.concat_str(pl.all(), separator=" ")).to_series()


def _joined(message: pl.Series, error: pl.Series) -> pl.Series:
    """The message with what went wrong behind it; either alone where the other is missing."""
    frame = pl.DataFrame({"message": message, "error": error})
    return frame.select(pl.concat_str("message", "error", separator=": ", ignore_nulls=True)).to_series()


def _only(time: pl.Series, fits: pl.Series) -> pl.Series:
    """The times where something holds, null elsewhere."""
    return time.to_frame("time").select(pl.when(fits.fill_null(False)).then("time").alias("time")).to_series()


def _column(name: str, definition: Definition) -> pl.Expr:
    """The column of captured text, cast to its type in the schema; text that does not fit is null."""
    unit = dict(definition.types).get(name, "")
    if unit == "sum":
        return field_expr(name, definition)
    if name == "severity":
        return level_expr(pl.col(name), unit, definition.severity)
    return _CLEANED.get(name, _as_it_is)(pl.col(name), unit).cast(SCHEMA[name], strict=False)


def _as_it_is(text: pl.Expr, _unit: str) -> pl.Expr:
    return text


def _message(text: pl.Expr, _unit: str) -> pl.Expr:
    # docker keeps the line feed of what was written
    return text.str.strip_chars_end("\r\n")


def _status(text: pl.Expr, _unit: str) -> pl.Expr:
    # 0 is what Caddy and Traefik write where nothing was answered; HTTP begins at 100 (RFC 9110, section 15)
    status = text.cast(pl.UInt16, strict=False)
    return pl.when(status >= 100).then(status)


def _client(text: pl.Expr, _unit: str) -> pl.Expr:
    # "192.0.2.1, 10.0.0.1" came through a proxy, the client is the first; "192.0.2.1:4711" and "[2001:db8::1]:4711":
    # the port says nothing about who it was
    text = text.str.replace(r"^([^, ]+),.*$", "$1")
    host = text.str.extract(r"^\[([^\]]+)\](?::[0-9]+)?$", 1)
    return pl.coalesce(host, text.str.replace(r"^([^:]+):[0-9]+$", "$1"))


def _path(text: pl.Expr, _unit: str) -> pl.Expr:
    return pl.coalesce(text.str.extract(_REQUEST, 1), text)


def _method(text: pl.Expr, _unit: str) -> pl.Expr:
    return text.str.extract("^([^ ]+)", 1)


def _seconds(text: pl.Expr, unit: str) -> pl.Expr:
    return pl.coalesce(text.cast(pl.Float64, strict=False) / PER_SECOND.get(unit, 1.0), _duration(text))


def _duration(text: pl.Expr) -> pl.Expr:
    """Seconds of a duration as Go writes it: "1m2.5s", "350.1µs"; null for any other text."""
    parts = [
        text.str.extract(rf"(?:^|[a-z])([0-9.]+){unit}(?:[0-9]|$)", 1).cast(pl.Float64, strict=False) * size
        for unit, size in _GO_UNITS.items()
    ]
    sound = text.str.contains(rf"^(?:[0-9.]+(?:{'|'.join(_GO_UNITS)}))+$")
    return pl.when(sound).then(pl.sum_horizontal(parts))


_CLEANED: dict[str, Callable[[pl.Expr, str], pl.Expr]] = {
    "message": _message,
    "status": _status,
    "client": _client,
    "path": _path,
    "method": _method,
    "request_time": _seconds,
    "upstream_time": _seconds,
}
"""What is done to the text of a column, given the unit of `[types]`, before it is cast."""
