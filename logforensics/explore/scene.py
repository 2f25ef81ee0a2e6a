"""Turns a timeline and what was found in it into what a person moves through: rows, and the places worth going to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from logforensics.analysis.findings import Cite, Gap
from logforensics.clock.zones import Zone
from logforensics.outage.model import Edge, Outage
from logforensics.report.charts import tells_of_error
from logforensics.report.rows import said, shown
from logforensics.report.search import matching
from logforensics.report.words import SILENCES, both, duration, listing, short_clock


@dataclass(frozen=True)
class Place:
    """A row to go to, and what is there in words (ours; names in it come from the evidence)."""

    row: int
    what: str


class Scene:
    """The rows of a timeline, in its order, with `errors`, `gaps` and `edges` as places among them.

    In: the events of `timeline` with message, severity and web columns, what was found, and the zone to show.  Rows are
    numbered from 0.  Texts are escaped for a terminal.  `logged` gives a line as it stands in its file.
    """

    def __init__(
        self,
        events: pl.DataFrame,
        outages: Sequence[Outage],
        gaps: Sequence[Gap],
        zone: Zone,
        logged: Callable[[Cite], str | None] | None = None,
    ) -> None:
        self._logged = logged
        self._gaps = tuple(gaps)
        self.zone = zone
        self.outages = tuple(outages)
        self._events = events
        self._numbers = {
            (str(file), line): row for row, (file, line) in enumerate(events.select("file", "line").iter_rows())
        }
        self.times = events["time"]
        bad = events.select(tells_of_error(events.columns)).to_series()
        self.errors = tuple(Place(row, "an error") for row in bad.arg_true().to_list())
        self.gaps = tuple(
            Place(
                self.row_of(gap.before, gap.start),
                f"{gap.source} falls silent for {duration(gap.seconds)}: {SILENCES.get(gap.cause, gap.cause)}",
            )
            for gap in sorted(gaps, key=lambda gap: (gap.start, gap.source))
        )
        self.edges = tuple(place for outage in outages for place in self._edges(outage))

    def __len__(self) -> int:
        return self._events.height

    def _edges(self, outage: Outage) -> list[Place]:
        """Last proof that it worked, first that it failed, last that it did, first that it worked again."""
        named: list[tuple[Edge | None, str]] = [
            (outage.start.earliest, "the last proof that it worked"),
            (outage.start.latest, "the first proof that it failed"),
        ]
        if outage.end is not None:
            named += [
                (outage.end.earliest, "the last proof that it failed"),
                (outage.end.latest, "the first proof that it worked again"),
            ]
        return [Place(self.row_of(edge.cite, edge.time), f"{what}: {edge.reason}") for edge, what in named if edge]

    def row_of(self, cite: Cite | None, time: datetime) -> int:
        """The row of a cited line, or else the first at or after an instant (the last one if there is none)."""
        if cite is not None and (cite.file, cite.line) in self._numbers:
            return self._numbers[cite.file, cite.line]
        return self.at(time)

    def at(self, time: datetime) -> int:
        """The first row at or after an instant; the last row if there is none."""
        found = int(self.times.search_sorted(pl.Series([time], dtype=self.times.dtype), "left")[0])
        return max(0, min(found, len(self) - 1))

    def time_of(self, row: int) -> datetime:
        """The instant of a row (UTC)."""
        time: datetime = self.times[row]
        return time

    def open_at(self, row: int) -> str:
        """The silences that are under way at a row, in words; "" without any."""
        time = self.time_of(row)
        still = sorted((gap.start, gap.source) for gap in self._gaps if gap.start < time < gap.end)
        if not still:
            return ""
        told = (f"{source.rpartition('/')[2]} since {short_clock(start, self.zone)}" for start, source in still)
        return f"silent here: {listing(told, 3)}"

    def cite_of(self, row: int) -> Cite:
        """The line a row stands for."""
        file, line = self._events.select("file", "line").row(row)
        return Cite(str(file), int(line))

    def find(self, pattern: str) -> tuple[Place, ...]:
        """Every row whose text matches; UsageError for what is no regular expression of the Rust dialect."""
        hits = self._events.select(matching([said(self._events.columns)], pattern, f"/{pattern}")).to_series()
        return tuple(Place(row, f"/{pattern}") for row in hits.arg_true().to_list())

    def rows(self, first: int, count: int) -> list[tuple[str, str, str, str, bool]]:
        """Rows from `first` on as (clock, severity, line, text, whether it tells of an error), texts escaped."""
        part = self._events.slice(first, count)
        if not part.height:
            return []
        clock = self.zone.to_local(part["time"])["wall"].dt.strftime("%m-%d %H:%M:%S%.3f")
        doubt = part["time_earliest"].is_not_null() if "time_earliest" in part.columns else [False] * part.height
        table = part.select(
            (pl.col("severity").cast(pl.String) if "severity" in part.columns else pl.lit(None, pl.String)).fill_null(
                ""
            ),
            shown(pl.concat_str(pl.col("file").cast(pl.String), pl.lit(":"), pl.col("line").cast(pl.String))).alias(
                "at"
            ),
            shown(said(part.columns)).fill_null("").alias("text"),
            tells_of_error(part.columns).alias("bad"),
        )
        return [
            (f"{time}{'?' if unsure else ' '}", *row)
            for time, unsure, row in zip(clock.to_list(), doubt, table.iter_rows(), strict=True)
        ]

    def details(self, row: int) -> list[tuple[str, str]]:
        """Everything known of one row: the line as it was logged, then column and value; escaped."""
        from logforensics.report.escape import plain

        values = self._events.row(row, named=True)
        logged = None if self._logged is None else self._logged(self.cite_of(row))
        rows = [] if logged is None else [("as logged", plain(logged, 4000))]
        for name, value in values.items():
            if value is not None:
                said = both(value, self.zone) if isinstance(value, datetime) else str(value)
                rows.append((name, plain(said, 4000)))
        return rows


def following(places: Sequence[Place], row: int, step: int) -> Place | None:
    """The next place after `row` (step 1) or the one before it (step -1); None at the end."""
    if step > 0:
        return next((place for place in places if place.row > row), None)
    return next((place for place in reversed(places) if place.row < row), None)
