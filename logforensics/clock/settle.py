"""Turns a source's wall times into UTC instants, each with how it is known, and lists what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from logforensics.clock.folds import resolve_folds
from logforensics.clock.years import YearClues, infer_years
from logforensics.clock.zones import GAP, Zone
from logforensics.schema import TIME_BASES

_LAST_MTIME = 4_294_967_296  # February 2106, the end of 32-bit unsigned Unix time; later ones are damage


@dataclass(frozen=True)
class ClockEvidence:
    """What is known of one source's clock besides its lines.

    `zone` reads the stamps without an offset; `zone_basis` is the time_basis such stamps get ("zone-assumed" unless
    it is one of TIME_BASES); `zone_reason` says why this zone.  `mtimes` (seconds since the epoch) and `names` belong
    to the source's files by file_index; `siblings` is the span of the other sources with years (naive = UTC); `year`
    is the year of the newest line as the user gave it.  `unsure` are spans of naive wall
    time, ends included, for which nothing tells which of two offsets held.
    """

    source: str
    zone: Zone
    zone_basis: str = "zone-assumed"
    zone_reason: str = "assumed"
    mtimes: tuple[float | None, ...] = ()
    siblings: tuple[datetime, datetime] | None = None
    year: int | None = None
    names: tuple[str, ...] = ()
    unsure: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Assumption:
    """One thing that was assumed about a source's time: kind zone, year, clock, fold, gap or date, and words.

    `events` is the number of events it touches; continuation lines are not counted.
    """

    source: str
    kind: str
    text: str
    events: int


@dataclass(frozen=True)
class Settled:
    """`frame` has the rows of the walls in their order: time (Datetime us UTC) and time_basis (Enum TIME_BASES)."""

    frame: pl.DataFrame
    assumptions: tuple[Assumption, ...]


def settle(walls: pl.DataFrame, evidence: ClockEvidence) -> Settled:
    """Give every row of one source its instant.

    `walls` in file order over all the source's files, oldest first: wall (naive Datetime us, as written; year 2000
    where `yearless`), offset (Int32 seconds east of UTC, null where the line has none), yearless and carried
    (Boolean), file_index (integer into `evidence.mtimes`).  A row with an offset is wall minus offset and nothing else.
    """
    rows = walls.with_row_index("at").filter(~pl.col("carried"))
    years = infer_years(rows.select("wall", "yearless", "file_index"), _clues(evidence))
    rows = rows.with_columns(wall=years.wall, unsure=years.doubtful, astray=years.astray)
    naive = rows.filter(pl.col("offset").is_null())
    instants = evidence.zone.to_utc(naive["wall"])
    folds = resolve_folds(naive["wall"], instants, evidence.zone)
    either = pl.repeat(value=False, n=naive.height, dtype=pl.Boolean, eager=True)
    for low, high in evidence.unsure:
        either |= naive["wall"].is_between(low, high)
    naive = naive.select("at").with_columns(
        instant=folds.time, open=folds.ambiguous | (instants["state"] == GAP) | either, state=instants["state"]
    )
    rows = rows.join(naive, on="at", how="left", maintain_order="left")
    rows = rows.select(
        "at",
        "wall",
        "yearless",
        "unsure",
        "astray",
        "state",
        local=pl.col("offset").is_null(),
        open=pl.col("open").fill_null(value=False),
        time=pl.coalesce("instant", pl.col("wall") - pl.duration(seconds=pl.col("offset"))),
    ).with_columns(time_basis=_basis(evidence))
    return Settled(_carry(walls, rows, evidence), _assumptions(rows, evidence, years.basis.reason, folds.notes))


def _clues(evidence: ClockEvidence) -> YearClues:
    """The evidence in the source's own wall time, in which its lines are written."""
    local = evidence.zone.local
    mtimes = tuple(
        None if mtime is None or not 0 < mtime < _LAST_MTIME else local(datetime.fromtimestamp(mtime, UTC))
        for mtime in evidence.mtimes
    )
    siblings = None if evidence.siblings is None else (local(evidence.siblings[0]), local(evidence.siblings[1]))
    return YearClues(mtimes, evidence.names, siblings, evidence.year)


def _basis(evidence: ClockEvidence) -> pl.Expr:
    """The weakest link names the basis: in doubt, then without a year, then without a zone."""
    words = pl.Enum(TIME_BASES)
    zone = evidence.zone_basis if evidence.zone_basis in TIME_BASES else "zone-assumed"
    return (
        pl.when(pl.col("unsure") | pl.col("open"))
        .then(pl.lit("ambiguous", words))
        .when("yearless")
        .then(pl.lit("year-inferred", words))
        .when("local")
        .then(pl.lit(zone, words))
        .otherwise(pl.lit("explicit", words))
    )


def _carry(walls: pl.DataFrame, rows: pl.DataFrame, evidence: ClockEvidence) -> pl.DataFrame:
    """All rows again: a continuation line has the instant of its event, which the clock may have moved."""
    if rows.height == walls.height:
        return rows.select(pl.col("time").dt.replace_time_zone("UTC"), "time_basis")
    # A continuation whose event is not among the rows keeps its own stamp, read like any other.
    own = pl.coalesce(
        pl.col("wall") - pl.duration(seconds=pl.col("offset")), evidence.zone.to_utc(walls["wall"])["earliest"]
    )
    settled = rows.select("at", "time", "time_basis")
    joined = walls.with_row_index("at").join(settled, on="at", how="left", maintain_order="left")
    return joined.select(
        time=pl.coalesce(pl.col("time").forward_fill(), own).dt.replace_time_zone("UTC"),
        time_basis=pl.col("time_basis").fill_null(pl.lit("carried", pl.Enum(TIME_BASES))),
    )


def _assumptions(
    rows: pl.DataFrame, evidence: ClockEvidence, year_reason: str, fold_notes: tuple[tuple[str, int], ...]
) -> tuple[Assumption, ...]:
    """What was assumed, in a fixed order, each with the number of events it touches."""
    zone, source = evidence.zone, evidence.source
    found: list[Assumption] = []
    local = int(rows["local"].sum())
    if local:
        text = f"stamps without an offset are read as {zone.label}: {evidence.zone_reason}"
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
        found.append(Assumption(source, "gap", text, lost.height))
    found.extend(Assumption(source, "fold", text, events) for text, events in fold_notes)
    return tuple(found)


def _about_years(bare: pl.DataFrame, evidence: ClockEvidence, reason: str) -> list[Assumption]:
    """Where the years came from, and which of them stay a choice."""
    source, astray = evidence.source, int(bare["astray"].sum())
    sure = bare.filter(~pl.col("unsure"))
    doubt = bare.filter(pl.col("unsure") & ~pl.col("astray"))
    found = []
    if sure.height:
        text = f"lines without a year are of {_years_of(sure)}; it rests on {reason}"
        found.append(Assumption(source, "year", text, sure.height))
    if doubt.height:
        text = f"lines without a year are shown as of {_years_of(doubt)}, which is not sure; it rests on {reason}"
        found.append(Assumption(source, "year", f"{text}; --year YEAR settles it", doubt.height))
    if astray:
        text = "dates to which the source's clock went and from which it came back: taken for a clock that was not set"
        found.append(Assumption(source, "clock", text, astray))
    return found


def _years_of(rows: pl.DataFrame) -> str:
    years = rows["wall"].dt.year().unique().sort().to_list()
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
