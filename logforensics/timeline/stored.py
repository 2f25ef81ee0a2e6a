"""Turns the pieces of a spool into events in total order, a batch at a time, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

import polars as pl

from logforensics.engine import cores, in_order
from logforensics.evidence.model import Source
from logforensics.schema import ALWAYS, DOUBT, SCHEMA
from logforensics.timeline.host import Reading
from logforensics.timeline.knots import AT, CLOCK, PIECE
from logforensics.timeline.refine import SHIFTS, shifts
from logforensics.timeline.spool import Spool
from logforensics.timeline.unverified import Lines, marked

BATCH = 1 << 16
"""Rows that are put in order at once, besides those of pieces that overlap in time."""

BLOCK = 1 << 16
"""Rows that are shown at once."""

ROW = "row"
"""The column that tells the place of an event among those of its source."""

Change = Callable[[pl.DataFrame], pl.DataFrame]
"""Works on events of one stretch of time; what it makes of them depends on each row alone."""


class Rows(Protocol):
    """Events in total order, whole or piece by piece: a DataFrame is one, and Stored."""

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""

    def iter_slices(self, n_rows: int = ...) -> Iterator[pl.DataFrame]:
        """The rows, `n_rows` at a time."""


class _Place(NamedTuple):
    """One piece: of which source, its first row there, where its knots are, and when its events were (UTC)."""

    source: int
    piece: int
    row: int
    begin: int
    end: int
    first: datetime
    last: datetime


class _Log(NamedTuple):
    """One source as it was settled: its `knots` have PIECE, AT, SHIFTS, time, time_basis and file_index."""

    source: Source
    knots: pl.DataFrame


@dataclass(frozen=True)
class Stored:
    """The events of a timeline that does not fit into memory; as many rows of a DataFrame as there is use for at once.

    `schema` are its columns in order.  `changes` leave out rows, batch by batch; `dressed` is what is done to the texts
    of those left when they are shown, BLOCK rows at a time.  `since` and `until` leave out whole pieces.
    `told` are the numbers of rows passed on so far.
    """

    spool: Spool
    logs: tuple[_Log, ...]
    places: tuple[_Place, ...]
    unverified: Lines
    schema: Mapping[str, pl.DataType]
    changes: tuple[Callable[[Iterator[pl.DataFrame]], Iterator[pl.DataFrame]], ...] = ()
    dressed: Change | None = None
    added: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    jobs: int | None = None
    told: list[int] = field(default_factory=list, compare=False)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [*self.schema, *self.added]

    def changed(self, change: Change) -> Stored:
        """The same with some rows of each batch left out."""
        return self.passed(lambda batches: map(change, batches))

    def passed(
        self, change: Callable[[Iterator[pl.DataFrame]], Iterator[pl.DataFrame]], added: tuple[str, ...] = ()
    ) -> Stored:
        """The same with all batches passed through `change`, which may add the columns `added`."""
        return replace(self, changes=(*self.changes, change), added=(*self.added, *added))

    def dressing(self, change: Change) -> Stored:
        """The same with the texts of rows changed when they are shown."""
        return replace(self, dressed=change)

    def within(self, since: datetime | None, until: datetime | None) -> Stored:
        """The same without pieces that lie wholly outside of a span (UTC, its end excluded); others are not cut."""
        return replace(self, since=since, until=until)

    def iter_slices(self, n_rows: int = 10_000) -> Iterator[pl.DataFrame]:
        """The events in total order, `n_rows` at a time, the last time as many as are left."""
        batches = self._batches()
        if self.dressed is not None:
            batches = map(self.dressed, _cut(batches, BLOCK))
        for rows in _cut(batches, n_rows):
            self.told.append(rows.height)
            yield rows

    def times(self) -> Iterator[pl.Series]:
        """The instants of all events, batch by batch."""
        few = {name: SCHEMA[name] for name in ALWAYS}
        batches = self._batches() if self.changes else self._ordered(few)
        return (batch.get_column("time") for batch in batches)

    def behind_steps_back(self, least: timedelta, longest: timedelta) -> Iterator[pl.DataFrame]:
        """Behind each step back in a source by more than `least` (a minute or more): its events of the time `longest`.

        They are those of whole pieces up to the first one that begins later; `time` is among their columns.
        """
        for rank, log in enumerate(self.logs):
            own = sorted((place for place in self.places if place.source == rank), key=lambda place: place.row)
            if not own:
                continue
            stamped = log.knots.filter(pl.col("time_basis").cast(pl.String) != "carried")
            steps = stamped.filter((pl.col("time").diff() < -least).fill_null(value=False))
            places = {place.piece: at for at, place in enumerate(own)}
            for piece, time in steps.group_by(PIECE, maintain_order=True).agg(pl.col("time").max()).iter_rows():
                for place in own[places[piece] :]:
                    if place.piece != piece and place.first > time + longest:
                        break
                    yield self._load(place, self.schema)

    def unique(self, name: str) -> list[str]:
        """The texts that a column has, sorted."""
        found: set[str] = set()
        for batch in self._batches():
            found.update(batch.get_column(name).cast(pl.String).drop_nulls().unique())
        return sorted(found)

    def whole(self) -> pl.DataFrame:
        """All events, in memory."""
        batches = list(self._batches())
        return pl.concat(batches) if batches else pl.DataFrame(schema=dict(self.schema))

    def _batches(self) -> Iterator[pl.DataFrame]:
        batches = self._ordered(self.schema)
        for change in self.changes:
            batches = change(batches)
        return batches

    def _ordered(self, schema: Mapping[str, pl.DataType]) -> Iterator[pl.DataFrame]:
        """Pieces by their first instants; what no later one can precede is put in order and passed on."""
        places = [
            place
            for place in self.places
            if (self.since is None or place.last >= self.since) and (self.until is None or place.first < self.until)
        ]
        held: list[pl.DataFrame] = []
        count, enough = 0, BATCH
        with cores(self.jobs) as executor:
            for at, frame in enumerate(in_order(executor, partial(self._load, schema=schema), places)):
                held.append(frame)
                count += frame.height
                more = at + 1 < len(places)
                if more and count < enough:
                    continue
                frame = pl.concat(held)  # noqa: PLW2901 - with what was held
                held = []
                if more:
                    early = pl.col("time") < places[at + 1].first
                    held = [frame.filter(~early)]
                    frame = frame.filter(early)  # noqa: PLW2901 - the same
                count = sum(part.height for part in held)
                enough = count + BATCH
                if frame.height:
                    ordered = frame.sort("time", "rank", "file_index", "line", ROW, maintain_order=True)
                    yield ordered.select(list(schema))

    def _load(self, place: _Place, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """The events of one piece with their instants, with the columns of `schema` and those that order them."""
        source, settled = self.logs[place.source]
        own = settled.slice(place.begin, place.end - place.begin)
        rows = self.spool.get(place.piece, {*CLOCK, *schema})
        names = pl.Series([file.name for file in source.files], dtype=pl.String)
        absent = [
            pl.lit(None, dtype).alias(name)
            for name, dtype in schema.items()
            if name not in rows.columns and name not in (*ALWAYS, *DOUBT)
        ]
        index = pl.lit(own.item(0, "file_index"), pl.UInt32)
        events = rows.with_columns(
            *_instants(rows, own),
            *absent,
            pl.lit(source.name).cast(pl.Categorical).alias("source"),
            pl.lit(names[own.item(0, "file_index")]).cast(pl.Categorical).alias("file"),
            pl.lit(place.source, pl.UInt32).alias("rank"),
            index.alias("file_index"),
            pl.int_range(place.row, place.row + rows.height, dtype=pl.UInt64).alias(ROW),
        )
        (events,) = marked([events], [source], self.unverified)
        return events.select(*schema, "rank", "file_index", ROW)


def _cut(batches: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The batches anew, of so many rows each, the last one of what is left."""
    held: list[pl.DataFrame] = []
    count = 0
    for batch in batches:
        rest = batch
        while count + rest.height >= rows:
            cut = rows - count
            yield pl.concat([*held, rest.head(cut)], rechunk=True)
            held, count, rest = [], 0, rest.slice(cut)
        if rest.height:
            held.append(rest)
            count += rest.height
    if count:
        yield pl.concat(held, rechunk=True)


def _instants(rows: pl.DataFrame, own: pl.DataFrame) -> list[pl.Series]:
    """time, time_basis and DOUBT of a piece's events, from its knots."""
    if own.height < rows.height:
        begins = pl.Series([0], dtype=pl.UInt8).new_from_index(0, rows.height).scatter(own.get_column(AT), 1)
        place = begins.cast(pl.UInt32).cum_sum() - 1
        at_knot = begins == 1
        carried = rows.get_column("carried") & ~at_knot
        own = own.select(pl.all().gather(pl.lit(place)))
        basis = pl.select(
            pl.when(carried).then(pl.lit("carried", SCHEMA["time_basis"])).otherwise(own.get_column("time_basis"))
        ).to_series()
    else:
        basis = own.get_column("time_basis")
    wall = rows.get_column("wall").cast(pl.Int64)
    times = [
        (wall + own.get_column(name)).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(of)
        for name, of in zip(SHIFTS, ("time", *DOUBT), strict=True)
    ]
    return [times[0], basis.alias("time_basis"), *times[1:]]


def stored(
    spool: Spool,
    readings: Sequence[Reading],
    frames: Sequence[pl.DataFrame],
    unverified: Lines,
    doubt: Sequence[str],
    jobs: int | None = None,
) -> Stored:
    """The events of sources that were read into a spool, their knots in `readings` having been settled to `frames`.

    Of the columns of doubt it has those of `doubt`.
    """
    logs, places = [], []
    columns: dict[str, pl.DataType] = {}
    for rank, (reading, frame) in enumerate(zip(readings, frames, strict=True)):
        knots = pl.DataFrame()
        if frame.height:
            knots = shifts(reading.frame, frame).hstack(frame.select("time", "file_index"))
            of_pieces = (
                frame.with_row_index("begin")
                .group_by(PIECE, maintain_order=True)
                .agg(
                    pl.col("begin").first(),
                    pl.len().alias("count"),
                    pl.col("time").min().alias("first"),
                    pl.col("time").max().alias("last"),
                )
            )
            row = 0
            for piece, begin, count, first, last in of_pieces.iter_rows():
                places.append(_Place(rank, piece, row, begin, begin + count, first, last))
                row += spool.pieces[piece].height
                named = (name for name in spool.pieces[piece].columns if name in SCHEMA and name not in ALWAYS)
                columns |= {name: SCHEMA[name] for name in named if name not in columns}
        logs.append(_Log(reading.source, knots))
    schema = {name: SCHEMA[name] for name in (*ALWAYS, *doubt)} | columns
    ordered = sorted(places, key=lambda place: (place.first, place.source, place.row))
    return Stored(spool, tuple(logs), tuple(ordered), unverified, schema, jobs=jobs)
