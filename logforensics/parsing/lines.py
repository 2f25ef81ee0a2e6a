"""Turns a block's lines into columns of events by the compiled patterns of one definition, and accounts for the rest.

Everything runs as Polars expressions over whole columns: each pattern is tried on what the patterns before it left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from logforensics.errors import UsageError
from logforensics.parsing import regex as rust
from logforensics.parsing.convert import field_expr, offsets, wall_expr
from logforensics.parsing.model import FIELDS, Definition, Pattern
from logforensics.parsing.structured import KeyedPattern, compile_keyed
from logforensics.schema import SCHEMA

REST_SCHEMA = {"line": pl.UInt32, "text": pl.String, "length": pl.UInt32, "kind": pl.String}
_CLOCK: dict[str, pl.DataType] = {
    "wall": pl.Datetime("us"),
    "offset": pl.Int32(),
    "yearless": pl.Boolean(),
    "carried": pl.Boolean(),
}
_WHO = ("host", "program", "pid")
"""What a continuation line shares with the event above it besides its time; a severity would count it twice."""


@dataclass(frozen=True)
class Parsed:
    """What became of a block's lines; every line is in exactly one of the two frames, both in file order.

    events: line UInt32, wall Datetime(us) as written, offset Int32 seconds or null, yearless, carried Boolean,
    then the fields asked for in schema types (null where the format has none), then the derived columns.
    rest: line UInt32, text String, length UInt32, kind "blank", "candidate" (a continuation whose event is in an
    earlier block) or "unparsed".
    """

    events: pl.DataFrame
    rest: pl.DataFrame


@dataclass(frozen=True)
class _Compiled:
    """A pattern made ready: the pruned regex and the expressions that turn its captures into columns."""

    pattern: Pattern
    regex: str
    columns: tuple[pl.Expr, ...]

    def captures(self, text: pl.Series) -> pl.DataFrame:
        """The captured texts of each line; `time` is null where the pattern does not match."""
        return text.str.extract_groups(self.regex).struct.unnest()

    def matches(self, text: pl.Series) -> pl.Series:
        """Which lines the pattern reads."""
        return text.str.contains(self.regex)


@dataclass(frozen=True)
class Reader:
    """One definition compiled for the fields a command needs; see `compile_reader`."""

    definition: Definition
    fields: tuple[str, ...]
    derived: Mapping[str, pl.Expr]
    captured: tuple[str, ...] = field(repr=False)
    compiled: tuple[_Compiled | KeyedPattern, ...] = field(repr=False)

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """Columns and types of `Parsed.events`, before the derived columns."""
        return {"line": pl.UInt32(), **_CLOCK, **{name: SCHEMA[name] for name in self.fields}}

    def parse(self, lines: pl.DataFrame) -> Parsed:
        """Parse lines (line UInt32, text String, length UInt32 in file order).

        A line whose stamp is matched but is no date of the calendar is unparsed.  Continuation lines become events
        with `carried` set: they take wall time, offset and host, program, pid of the event above, and their whole
        text is their message.
        """
        left = lines.with_row_index("row")
        events: list[pl.DataFrame] = []
        undated: list[pl.DataFrame] = []
        for compiled in self.compiled:
            if left.height == 0:
                break
            captures = compiled.captures(left.get_column("text"))
            matched = captures.get_column("time").is_not_null()
            count = matched.sum()
            if count == 0:
                continue
            hit = left
            if count < left.height:
                captures, hit, left = captures.filter(matched), left.filter(matched), left.filter(~matched)
            else:
                left = left.clear()
            if "zone" in captures.columns:
                captures.insert_column(0, offsets(captures.get_column("zone")))
            part = captures.select(compiled.columns).insert_column(0, hit.get_column("row"))
            part.insert_column(1, hit.get_column("line"))
            if part.get_column("wall").null_count():
                bad = part.get_column("wall").is_null()
                undated.append(hit.filter(bad))
                part = part.filter(~bad)
            events.append(part)
        found = pl.concat(events) if events else self._none()
        rest = [bad.with_columns(kind=pl.lit("unparsed")) for bad in undated]
        if left.height:
            found, others = self._settle(found, left)
            rest.append(others)
        if len(events) > 1 or found.get_column("carried").any():
            found = found.sort("row")
        remaining = pl.concat(rest).sort("row").select(list(REST_SCHEMA)) if rest else pl.DataFrame(schema=REST_SCHEMA)
        return Parsed(self._finish(found), remaining)

    def carry(self, candidates: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
        """Events from `rest` rows of kind "candidate" that continue the last row of `above`, an earlier block's events.

        The columns are those of `Parsed.events`.  `above` must not be empty.
        """
        last = above.tail(1)
        known = {name: last.get_column(name)[0] for name in (*_CLOCK, *_WHO) if name in last.columns}
        columns: list[pl.Expr] = [pl.lit(None, pl.UInt32).alias("row"), pl.col("line")]
        for name, dtype in (_CLOCK | {name: SCHEMA[name] for name in self.captured}).items():
            value = pl.lit(known.get(name), pl.String if isinstance(dtype, pl.Categorical) else dtype).cast(dtype)
            if name in ("carried", "message"):
                value = pl.lit(True) if name == "carried" else pl.col("text")
            columns.append(value.alias(name))
        return self._finish(candidates.select(columns))

    def _none(self) -> pl.DataFrame:
        """A frame of no events, as `parse` collects them."""
        return pl.DataFrame(
            schema={"row": pl.UInt32(), "line": pl.UInt32(), **_CLOCK, **{name: SCHEMA[name] for name in self.captured}}
        )

    def _settle(self, found: pl.DataFrame, left: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Tell blank, continuation and unparsed lines apart; continuations with an event above join `found`."""
        blank = pl.col("text").str.strip_chars() == ""
        multiline = self.definition.multiline
        follows = pl.lit(False)
        if multiline is not None:
            follows = pl.lit(True) if multiline == "any" else pl.col("text").str.contains(multiline)
        unread = pl.when(follows).then(pl.lit("candidate")).otherwise(pl.lit("unparsed"))
        left = left.with_columns(kind=pl.when(blank).then(pl.lit("blank")).otherwise(unread))
        if multiline is None or found.height == 0:
            return found, left
        first = found.get_column("row").min()
        joins = (pl.col("kind") == "candidate") & (pl.col("row") > first)
        message = [pl.col("text").alias("message")] if "message" in self.captured else []
        carried = left.filter(joins).select("row", "line", *message, carried=pl.lit(True))
        if carried.height == 0:
            return found, left
        shared = [name for name in ("wall", "offset", "yearless", *_WHO) if name in found.columns]
        together = pl.concat([found, carried], how="diagonal").sort("row")
        # not a forward_fill of the values: an event's own null must stay null
        owner = pl.when(~pl.col("carried")).then(pl.int_range(pl.len(), dtype=pl.UInt32)).forward_fill()
        together = together.with_columns(pl.col(name).gather(owner) for name in shared)
        return together, left.filter(~joins)

    def _finish(self, events: pl.DataFrame) -> pl.DataFrame:
        """Derive columns while the captured text is at hand, then keep only what was asked for."""
        if self.derived:
            events = events.with_columns(expr.alias(name) for name, expr in self.derived.items())
        return events.select(*self.schema, *self.derived)


def compile_reader(
    definition: Definition, fields: Collection[str], derived: Mapping[str, pl.Expr] | None = None
) -> Reader:
    """A reader for one definition that captures only `fields` and what the `derived` expressions look at.

    `derived` maps a new column's name to an expression over schema fields (say a signature index over `message`);
    it is computed in the block, so that the text it reads need not be kept.  Raises UsageError for a field that is
    no column of the timeline.
    """
    derived = dict(derived or {})
    wanted = set(fields).union(*(expr.meta.root_names() for expr in derived.values()))
    unknown = sorted(wanted.difference(FIELDS))
    if unknown:
        raise UsageError(f"{unknown[0]}: no column of the timeline; known are {', '.join(FIELDS)}")
    captured = tuple(name for name in FIELDS if name in wanted)
    asked = tuple(name for name in FIELDS if name in set(fields))
    compile_pattern = _compile if definition.reader == "lines" else compile_keyed
    compiled = tuple(compile_pattern(pattern, definition, captured) for pattern in definition.patterns)
    return Reader(definition, asked, derived, captured, compiled)


def _compile(pattern: Pattern, definition: Definition, captured: Collection[str]) -> _Compiled:
    names = rust.names(pattern.regex)
    offset = pl.col("offset") if "zone" in names else pl.lit(pattern.time.offset, pl.Int32).alias("offset")
    columns = [
        wall_expr(pl.col("time"), pattern.time).alias("wall"),
        offset,
        pl.lit("year" in pattern.time.missing).alias("yearless"),
        pl.lit(False).alias("carried"),
    ]
    for name in captured:
        value = field_expr(name, definition) if name in names else pl.lit(None, SCHEMA[name])
        columns.append(value.alias(name))
    return _Compiled(pattern, rust.prune(pattern.regex, {"time", "zone", *captured}), tuple(columns))
