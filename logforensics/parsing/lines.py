"""Turns a block's lines into columns of events by the compiled patterns of one definition, and accounts for the rest.

Everything runs as Polars expressions over whole columns: each pattern is tried on what the patterns before it left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import polars as pl

from logforensics.errors import UsageError
from logforensics.parsing import regex as rust
from logforensics.parsing.convert import field_expr, impossible, offsets, wall_expr
from logforensics.parsing.levels import level_expr
from logforensics.parsing.model import FIELDS, Definition, Pattern
from logforensics.parsing.stamped import LEVELS, MESSAGES
from logforensics.parsing.structured import KeyedPattern, compile_keyed
from logforensics.schema import SCHEMA, ZONE_NAME

REST_SCHEMA = {"line": pl.UInt32, "text": pl.String, "length": pl.UInt32, "kind": pl.String}
_CLOCK: dict[str, pl.DataType] = {
    "wall": pl.Datetime("us"),
    "offset": pl.Int32(),
    "yearless": pl.Boolean(),
    "carried": pl.Boolean(),
}
_WHO = ("host", "program", "pid")
"""What a continuation line shares with the event above it besides its time; a severity would count it twice."""


_DAYS_END = "24:00:00"
_ESCAPE = "\x1b["
_COLOUR = "\x1b\\[[0-9;:]*[mK]"
"""What sets a terminal's colours (ECMA-48, SGR), and erases the rest of a line."""


def uncoloured(text: pl.Series) -> pl.Series:
    """Lines as a terminal would show them: programs that take a file for a terminal paint their levels."""
    if not text.str.contains(_ESCAPE, literal=True).any():
        return text
    return text.str.replace_all(_COLOUR, "")


_FIRST, _LAST = datetime(1970, 1, 1), datetime(2106, 2, 8)
"""Where 32 bits of seconds since 1970 begin and end, within a day: no log is older or newer."""


def _no_time(wall: pl.Series) -> pl.Series:
    """Where a stamp is no date, or one that no clock of a host shows."""
    return ~wall.is_between(_FIRST, _LAST).fill_null(value=False)


@dataclass(frozen=True)
class Parsed:
    """What became of a block's lines; every line is in exactly one of the two frames, both in file order.

    events: line UInt32, wall Datetime(us) as written, offset Int32 seconds or null, yearless, carried Boolean,
    then the fields asked for in schema types (null where the format has none), ZONE_NAME if a stamp has letters that
    are no one offset, then the derived columns.
    rest: line UInt32, text String, length UInt32, kind "blank", "candidate" (a continuation whose event is in an
    earlier block) or "unparsed".
    """

    events: pl.DataFrame
    rest: pl.DataFrame


@dataclass(frozen=True)
class _Compiled:
    """A pattern made ready: the pruned regex, and what its captures become for these columns."""

    pattern: Pattern
    definition: Definition
    captured: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The groups of the pattern."""
        return rust.names(self.pattern.regex)

    @cached_property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The groups of a stamped pattern that may hold the level and the text, as far as they are asked for."""
        if not self.pattern.stamp:
            return {}
        groups = {"severity": LEVELS, "message": MESSAGES}
        found = {name: tuple(group for group in several if group in self.names) for name, several in groups.items()}
        return {name: several for name, several in found.items() if several and name in self.captured}

    @cached_property
    def regex(self) -> str:
        """The pattern without the captures that nobody asked for."""
        several = [group for groups in self.places.values() for group in groups]
        return rust.prune(self.pattern.regex, {"time", "zone", *self.captured, *several})

    @cached_property
    def columns(self) -> tuple[pl.Expr, ...]:
        """What turns the captured texts into the timeline's columns; most patterns of a definition never need it."""
        time = self.pattern.time
        columns = [
            wall_expr(pl.col("time"), time).alias("wall"),
            pl.col("offset") if "zone" in self.names else pl.lit(time.offset, pl.Int32).alias("offset"),
            pl.lit("year" in time.missing).alias("yearless"),
            pl.lit(False).alias("carried"),
        ]
        for name in self.captured:
            value = field_expr(name, self.definition) if name in self.names else pl.lit(None, SCHEMA[name])
            if name in self.places:
                text = pl.coalesce(self.places[name])
                value = text if name == "message" else level_expr(text, "", self.definition.severity)
            columns.append(value.alias(name))
        return tuple(columns)

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
    inner: Reader | None = field(repr=False, default=None)

    @cached_property
    def pieces(self) -> bool:
        """Whether some lines are pieces of a text."""
        return any(compiled.pattern.partial is not None for compiled in self.compiled)

    @cached_property
    def stamps(self) -> str:
        """What each event of a definition by stamps (stamped.py) holds, else "": it spares other lines many a try."""
        stamps = dict.fromkeys(pattern.stamp for pattern in self.definition.patterns if pattern.stamp)
        return "|".join(f"(?:{rust.prune(stamp, ())})" for stamp in stamps)

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
        text = lines.get_column("text")
        left = lines.with_row_index("row")
        # a level in colours is found only without them; elsewhere a text is left as it is, if it can be read so
        found, undated, left = self._read(left.with_columns(uncoloured(text)) if self.stamps else left)
        if not left.height and not undated:  # nearly every block
            events = found[0] if len(found) == 1 else pl.concat(found or [self._none()], how="diagonal").sort("row")
            return Parsed(self._finish(self._pieced(events)), pl.DataFrame(schema=REST_SCHEMA))
        painted = left.get_column("text").str.contains(_ESCAPE, literal=True)
        if painted.any():
            plain = left.filter(painted).with_columns(uncoloured(left.get_column("text").filter(painted)))
            more, bad, rest = self._read(plain)
            found, undated, left = [*found, *more], [*undated, *bad], pl.concat([left.filter(~painted), rest])
        events, rest = self._settle(pl.concat(found, how="diagonal") if found else self._none(), left.sort("row"))
        if len(found) > 1 or left.height:
            events = events.sort("row")
        rest = pl.concat([*(bad.with_columns(kind=pl.lit("unparsed")) for bad in undated), rest]).sort("row")
        rest = rest.with_columns(pl.lit(text).gather(pl.col("row")).alias("text"))
        return Parsed(self._finish(self._pieced(events)), rest.select(list(REST_SCHEMA)))

    def _pieced(self, events: pl.DataFrame) -> pl.DataFrame:
        """Events of which those behind a piece of a text continue it."""
        if "piece" not in events.columns:
            return events
        behind = pl.col("piece").shift(1) & (pl.col("row") == pl.col("row").shift(1) + 1)
        return events.with_columns(carried=pl.col("carried") | behind.fill_null(value=False)).drop("piece")

    def _read(self, left: pl.DataFrame) -> tuple[list[pl.DataFrame], list[pl.DataFrame], pl.DataFrame]:
        """What the patterns make of some lines: frames of events, frames of lines that have no date, and the others."""
        events: list[pl.DataFrame] = []
        undated: list[pl.DataFrame] = []
        stampless = left.clear()
        for number, compiled in enumerate(self.compiled):
            if number == 1 and self.stamps:
                left, stampless = self._with_stamps(left)
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
            part = self._events(captures, compiled)
            if self.pieces:
                least = compiled.pattern.partial
                piece = hit.get_column("length") >= least if least is not None else pl.lit(value=False)
                part = part.with_columns(piece.alias("piece"))
            part.insert_column(0, hit.get_column("row"))
            part.insert_column(1, hit.get_column("line"))
            bad = _no_time(part.get_column("wall"))
            if bad.any():
                undated.append(hit.filter(bad))
                part = part.filter(~bad)
            events.append(part)
        return events, undated, pl.concat([left, stampless])

    def _events(self, captures: pl.DataFrame, compiled: _Compiled | KeyedPattern) -> pl.DataFrame:
        """The columns of the events that one pattern captured; `wall` is null where the stamp is no time."""
        zoned = "zone" in captures.columns
        if zoned:
            captures.insert_column(0, offsets(captures.get_column("zone")))
        part = captures.select(compiled.columns)
        if part.get_column("wall").null_count():
            part = _with_midnights(part, captures, compiled)
        if zoned and captures["offset"].null_count() > captures["zone"].null_count():
            none = impossible(captures["zone"], captures["offset"])
            named = captures["offset"].is_null() & ~none
            part = part.with_columns(pl.when(~none).then("wall").alias("wall"))
            if named.any():
                part = part.with_columns(pl.when(named).then(captures["zone"]).alias(ZONE_NAME))
        return part if self.inner is None else self._unwrapped(part, self.inner)

    def _unwrapped(self, part: pl.DataFrame, inner: Reader) -> pl.DataFrame:
        """Events with what their messages say of themselves, where they do not say it: a level, a request, its answer.

        The time stays that of the wrapper, which is its host's, in full, and written when the line was.
        """
        text = part.get_column("message")
        lines = pl.DataFrame({"line": pl.int_range(len(text), dtype=pl.UInt32, eager=True), "text": text})
        lines = lines.with_columns(length=pl.lit(0, pl.UInt32)).filter(pl.col("text").is_not_null())
        said = inner.parse(lines).events.filter(~pl.col("carried")).select("line", *inner.fields)
        if not said.height:
            return part
        said = lines.select("line").join(said, on="line", how="left", maintain_order="left").drop("line")
        kept = [name for name in inner.fields if name != "message"]
        return part.with_columns(pl.coalesce(pl.col(name), said.get_column(name)).alias(name) for name in kept)

    def _with_stamps(self, left: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Lines that hold a stamp of some kind, and those that hold none."""
        some = left.get_column("text").str.contains(self.stamps)
        return left.filter(some), left.filter(~some)

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
        named = [ZONE_NAME] if ZONE_NAME in events.columns else []
        return events.select(*self.schema, *named, *self.derived)


def _with_midnights(part: pl.DataFrame, captures: pl.DataFrame, compiled: _Compiled | KeyedPattern) -> pl.DataFrame:
    """Events with the wall times of stamps that end a day at 24:00:00, which is 00:00:00 of the next (ISO 8601)."""
    ends = part.get_column("wall").is_null() & captures.get_column("time").str.contains(_DAYS_END, literal=True)
    if not ends.any():
        return part
    begin = captures.filter(ends).with_columns(pl.col("time").str.replace(_DAYS_END, "00:00:00", literal=True))
    wall = begin.select(compiled.columns).get_column("wall") + timedelta(days=1)
    return part.with_columns(part.get_column("wall").scatter(ends.arg_true(), wall))


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
    inside = definition.inner
    more = wanted.intersection(inside.fields) - {"message"} if inside else set()
    captured = tuple(name for name in FIELDS if name in wanted or (more and name == "message"))
    asked = tuple(name for name in FIELDS if name in set(fields))
    compiled = tuple(
        compile_keyed(pattern, owner, captured) if pattern.keys else _Compiled(pattern, owner, captured)
        # what knows more is asked first
        for owner in sorted((definition, *definition.companions), key=lambda owner: owner.general)
        for pattern in owner.patterns
    )
    inner = compile_reader(inside, [name for name in FIELDS if name in more]) if inside and more else None
    return Reader(definition, asked, derived, captured, compiled, inner)
