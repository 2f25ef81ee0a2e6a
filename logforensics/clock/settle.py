"""Turns a source's wall times into UTC instants, each with how it is known, and lists what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

from logforensics.clock.chain import YearClues
from logforensics.clock.folds import resolve_folds
from logforensics.clock.names import LETTERS
from logforensics.clock.unset import bounded, unset
from logforensics.clock.years import infer_years
from logforensics.clock.zones import FOLD, GAP, Zone, tzdata_version
from logforensics.schema import TIME_BASES, lines_in

_MINUTE = 60_000_000  # microseconds
_LAST_MTIME = 4_294_967_296  # February 2106, the end of 32-bit unsigned Unix time; later ones are damage


class Unsure(NamedTuple):
    """A span of naive wall time, ends included, for which nothing tells which of two offsets (seconds) held."""

    first: datetime
    last: datetime
    offsets: tuple[int, int]


@dataclass(frozen=True)
class ClockEvidence:
    """What is known of one source's clock besides its lines.

    `zone` reads the stamps without an offset, `zone_reason` says why this zone; `zone_known` is False if it is a last
    resort.  `mtimes` (seconds since the epoch) and `names` belong to the source's files by file_index; `siblings` is
    the span of the other sources with years (naive = UTC); `year` is the year of the newest line as the user gave it.
    `packed` are the files whose mtime stands in their own head, where no copy changes it.
    `swapped` tells that day and month of every stamp may be the other way round, `newest_first` that lines go back in
    time.
    """

    source: str
    zone: Zone
    zone_known: bool = True
    zone_reason: str = "assumed"
    mtimes: tuple[float | None, ...] = ()
    siblings: tuple[datetime, datetime] | None = None
    year: int | None = None
    names: tuple[str, ...] = ()
    packed: frozenset[int] = frozenset()
    unsure: tuple[Unsure, ...] = ()
    swapped: bool = False
    newest_first: bool = False


@dataclass(frozen=True)
class Assumption:
    """One thing that was assumed about a source's time: kind zone, year, clock, fold, gap, date or order, and words.

    `events` is the number of events it touches; continuation lines are not counted.
    """

    source: str
    kind: str
    text: str
    events: int


@dataclass(frozen=True)
class Settled:
    """`frame` has the rows of the walls in their order: time (Datetime us UTC) and time_basis (Enum TIME_BASES).

    If any row's time is in doubt, also time_earliest and time_latest (Datetime us UTC), null in all other rows.
    `by_order` (Boolean) tells the rows whose instant follows from the lines around them, one by one: of an hour that
    clocks showed twice, or of a clock that was not set.
    """

    frame: pl.DataFrame
    assumptions: tuple[Assumption, ...]
    by_order: pl.Series


def settle(walls: pl.DataFrame, evidence: ClockEvidence) -> Settled:
    """Give every row of one source its instant.

    `walls` in file order over all the source's files, oldest first: wall (naive Datetime us, as written; year 2000
    where `yearless`), offset (Int32 seconds east of UTC, null where the line has none), yearless and carried
    (Boolean), file_index (integer into `evidence.mtimes`), perhaps LETTERS (names.py), and COUNT where lines were left
    out.  A row with an offset is wall minus offset and nothing else, unless its clock was not set.
    """
    rows = walls.with_row_index("at").filter(~pl.col("carried"))
    if evidence.newest_first:
        rows = rows.sort("file_index", "at", descending=[False, True])
    years = infer_years(rows.select("wall", "yearless", "file_index"), _clues(evidence))
    rows = rows.with_columns(
        wall=years.wall, low=years.low, high=years.high, astray=years.astray, unsure=years.low.is_not_null()
    )
    rows, fold_notes = _in_utc(rows, evidence)
    rows = rows.with_columns(astray=pl.col("astray") | unset(rows, evidence.zone))
    if rows["astray"].any():
        lost, bounds = pl.col("astray"), bounded(rows.select("time", "low", "high", "astray"))
        rows = rows.with_columns(bounds).with_columns(
            low=pl.when(lost).then("earliest").otherwise("low"),
            high=pl.when(lost).then("latest").otherwise("high"),
            time=pl.when(lost).then("shown").otherwise("time"),
        )
    rows = rows.with_columns(time_basis=_basis(evidence))
    single = rows.filter(pl.col("astray") | (pl.col("state") == FOLD)).get_column("at")
    by_order = pl.repeat(value=False, n=walls.height, dtype=pl.Boolean, eager=True)
    by_order = by_order.scatter(single, True) if single.len() else by_order
    return Settled(
        _carry(walls, rows.sort("at"), evidence),
        _assumptions(rows, evidence, years.basis.reason, fold_notes),
        by_order,
    )


def _in_utc(rows: pl.DataFrame, evidence: ClockEvidence) -> tuple[pl.DataFrame, tuple[tuple[str, int], ...]]:
    """The rows with time (naive UTC) and, where a choice remains, its bounds low and high in UTC; and the folds' notes.

    Added as well: local (no offset in the line), state (of Zone.to_utc) and chosen (file order chose one of two).
    """
    naive = rows.filter(pl.col("offset").is_null())
    zone = evidence.zone
    instants = zone.to_utc(naive["wall"])
    folds = resolve_folds(naive["wall"], instants, zone)
    lost = instants["state"] == GAP
    letters = [name for name in LETTERS if name in naive.columns]
    naive = naive.select("at", "wall", "low", "high", *letters).with_columns(
        instants, instant=folds.time, chosen=folds.chosen, choice=folds.ambiguous | lost
    )
    naive = naive.with_columns(instant=pl.when(lost).then("latest").otherwise("instant"))
    lows: list[pl.Expr] = [pl.when("choice").then("earliest")]
    highs: list[pl.Expr] = [pl.when("choice").then("latest")]
    if naive["low"].count():
        lows.append(pl.lit(zone.to_utc(naive["low"])["earliest"]))
        highs.append(pl.lit(zone.to_utc(naive["high"])["latest"]))
    if letters:
        bounds = [pl.col("wall") - pl.duration(seconds=name) for name in LETTERS]
        naive = naive.with_columns(instant=pl.coalesce(pl.col("instant").clip(bounds[1], bounds[0]), "instant"))
        lows.append(bounds[1])
        highs.append(bounds[0])
    for span in evidence.unsure:
        inside = pl.col("wall").is_between(span.first, span.last)
        lows.append(pl.when(inside).then(pl.col("wall") - pl.duration(seconds=max(span.offsets))))
        highs.append(pl.when(inside).then(pl.col("wall") - pl.duration(seconds=min(span.offsets))))
    if evidence.swapped:
        other = zone.to_utc(_swapped(naive["wall"]))
        lows.append(pl.min_horizontal("earliest", pl.lit(other["earliest"])))
        highs.append(pl.max_horizontal("latest", pl.lit(other["latest"])))
    naive = naive.select(
        "at", "instant", "chosen", "state", first=pl.min_horizontal(lows), last=pl.max_horizontal(highs)
    )
    shift = pl.duration(seconds=pl.col("offset"))
    rows = rows.join(naive, on="at", how="left", maintain_order="left").with_columns(
        local=pl.col("offset").is_null(),
        chosen=pl.col("chosen").fill_null(value=False),
        time=pl.coalesce("instant", pl.col("wall") - shift),
        low=pl.coalesce("first", pl.col("low") - shift),
        high=pl.coalesce("last", pl.col("high") - shift),
    )
    return rows.drop("instant", "first", "last"), folds.notes


def _swapped(walls: pl.Series) -> pl.Series:
    """The walls with day and month the other way round; itself where there is no such month."""
    frame = walls.to_frame("wall")
    other = pl.col("wall").dt.replace(month=pl.col("wall").dt.day(), day=pl.col("wall").dt.month())
    return frame.select(pl.when(pl.col("wall").dt.day() <= 12).then(other).otherwise("wall")).to_series()


def _clues(evidence: ClockEvidence) -> YearClues:
    """The evidence in the source's own wall time, in which its lines are written."""
    local = evidence.zone.local
    mtimes = tuple(
        None if mtime is None or not 0 < mtime < _LAST_MTIME else local(datetime.fromtimestamp(mtime, UTC))
        for mtime in evidence.mtimes
    )
    siblings = None if evidence.siblings is None else (local(evidence.siblings[0]), local(evidence.siblings[1]))
    return YearClues(mtimes, evidence.names, siblings, evidence.year, evidence.packed)


def _basis(evidence: ClockEvidence) -> pl.Expr:
    """The weakest link names the basis: a choice, order among lines, a zone nobody told, no year, no offset."""
    words = pl.Enum(TIME_BASES)
    guessed = pl.col("local") & pl.lit(not evidence.zone_known)
    return (
        pl.when(pl.col("low").is_not_null())
        .then(pl.lit("ambiguous", words))
        .when("chosen")
        .then(pl.lit("derived", words))
        .when(pl.col("yearless") & ~guessed)
        .then(pl.lit("year-inferred", words))
        .when("local")
        .then(pl.lit("zone-assumed", words))
        .otherwise(pl.lit("explicit", words))
    )


def _carry(walls: pl.DataFrame, rows: pl.DataFrame, evidence: ClockEvidence) -> pl.DataFrame:
    """All rows again: a continuation line has the instant of its event, which the clock may have moved."""
    doubt = {"time_earliest": "low", "time_latest": "high"} if rows["low"].count() else {}
    settled = rows.select("at", "time", "time_basis", **doubt)
    clock = [pl.col(name).dt.replace_time_zone("UTC") for name in ("time", *doubt)]
    if rows.height == walls.height:
        return settled.select(clock[0], "time_basis", *clock[1:])
    # A continuation whose event is not among the rows keeps its own stamp, read like any other.
    own = pl.coalesce(
        pl.col("wall") - pl.duration(seconds=pl.col("offset")), evidence.zone.to_utc(walls["wall"])["earliest"]
    )
    joined = walls.with_row_index("at").join(settled, on="at", how="left", maintain_order="left")
    owner = pl.when(~pl.col("carried")).then(pl.int_range(pl.len(), dtype=pl.UInt32)).forward_fill()
    joined = joined.with_columns(
        time=pl.coalesce(pl.col("time").forward_fill(), own),
        time_basis=pl.col("time_basis").fill_null(pl.lit("carried", pl.Enum(TIME_BASES))),
        **{name: pl.col(name).gather(owner) for name in doubt},
    )
    return joined.select(clock[0], "time_basis", *clock[1:])


def _assumptions(
    rows: pl.DataFrame, evidence: ClockEvidence, year_reason: str, fold_notes: tuple[tuple[str, int], ...]
) -> tuple[Assumption, ...]:
    """What was assumed, in a fixed order, each with the number of events it touches."""
    zone, source = evidence.zone, evidence.source
    found: list[Assumption] = []
    local = lines_in(rows.filter("local"))
    if local:
        rules = f" (tzdata {tzdata_version()})" if zone.key else ""
        text = f"stamps without an offset are read as {zone.label}{rules}: {evidence.zone_reason}"
        found.append(Assumption(source, "zone", text, local))
    bare = rows.filter("yearless")
    if bare.height:
        found.extend(_about_years(bare, evidence, year_reason))
    lost = rows.filter(pl.col("state") == GAP)
    if lost.height:
        first = zone.local(lost["time"][0])
        text = (
            f"clocks of {zone.label} never showed these times (the first reads {first:%Y-%m-%d}): wrong zone? "
            "They are read by the offset before the change"
        )
        found.append(Assumption(source, "gap", text, lines_in(lost)))
    found.extend(Assumption(source, "fold", text, events) for text, events in fold_notes)
    leaps = lines_in(rows.filter(pl.col("wall").cast(pl.Int64) % _MINUTE == _MINUTE - 1))
    if leaps:
        text = "stamps of a second 60, a leap second, are shown as the last microsecond of their minute"
        found.append(Assumption(source, "leap", text, leaps))
    return tuple(found)


def _about_years(bare: pl.DataFrame, evidence: ClockEvidence, reason: str) -> list[Assumption]:
    """Where the years came from, and which of them stay a choice."""
    source, astray = evidence.source, lines_in(bare.filter("astray"))
    sure = bare.filter(~pl.col("unsure") & ~pl.col("astray"))
    doubt = bare.filter(pl.col("unsure") & ~pl.col("astray"))
    found = []
    if sure.height:
        text = f"lines without a year are of {_years_of(sure)}; it rests on {reason}"
        found.append(Assumption(source, "year", text, lines_in(sure)))
    if doubt.height:
        text = f"lines without a year are shown as of {_years_of(doubt)}, which is not sure; it rests on {reason}"
        found.append(Assumption(source, "year", f"{text}; --year YEAR settles it", lines_in(doubt)))
    if astray:
        text = "dates to which the source's clock went and from which it came back: taken for a clock that was not set"
        found.append(Assumption(source, "clock", text, astray))
    return found


def _years_of(rows: pl.DataFrame) -> str:
    years = rows["wall"].dt.year().unique().sort().to_list()
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
