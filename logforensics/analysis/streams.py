"""Turns a timeline into streams: lines of one kind that come again and again, each with its own rhythm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.analysis.rhythm import Rhythm, law, less, rhythm_of
from logforensics.schema import COUNT, LULL, SAMPLED

FEWEST_EVENTS = 13
"""Events a stream needs for the 12 intervals below which `rhythm_of` says nothing."""

MOST_STREAMS = 2000
"""Streams kept of each kind, the busiest first: beyond the first few hundred they only repeat one another."""

DAY, WEEK, MICROSECOND = timedelta(days=1), timedelta(weeks=1), timedelta(microseconds=1)

WEEKS = 3
"""Weeks of history from which the hour of the week is compared: two other weeks beside the one in question."""

HOURS_ALIKE = timedelta(hours=2)
"""Traffic at an hour of day is compared with what came within two hours of it on other days: people's day changes
on the scale of hours (night, morning, lunch), and narrower windows leave too few intervals to measure."""


@dataclass(frozen=True, eq=False)
class Stream:
    """One stream of lines.

    `kind` is "beat" (a template of one program), "poller" (one client asking one endpoint), "source" (all lines of
    one source), "web" (every line of the web-facing sources) or "host" (every line of all).  `times` holds its
    instants in order (Datetime us UTC), `cites` tells the line of each.  `source` is where its lines are written.
    `call` is the (client, endpoint group) of a poller.  `lines` tells of a stream that was thinned out how many lines
    each instant stands for, and the longest silence among them (schema.COUNT and LULL); None: each for one.
    """

    kind: str
    name: str
    source: str
    times: pl.Series
    cites: Callable[[int], Cite]
    call: tuple[str, str] | None = None
    lines: pl.DataFrame | None = None

    def before(self, instant: datetime) -> int | None:
        """Index of the last event at or before `instant`."""
        at = self._place(instant, "right") - 1
        return at if at >= 0 else None

    def after(self, instant: datetime) -> int | None:
        """Index of the first event after `instant`."""
        at = self._place(instant, "right")
        return at if at < len(self.times) else None

    def count_within(self, begin: datetime, end: datetime) -> int:
        """How many events lie strictly between two instants."""
        first, last = self._place(begin, "right"), self._place(end, "left")
        if self.lines is None or last <= first:
            return max(0, last - first)
        return int(self.lines.get_column(COUNT).slice(first, last - first).sum())

    def _place(self, instant: datetime, side: Literal["left", "right"]) -> int:
        return int(self.times.search_sorted(pl.Series([instant], dtype=self.times.dtype), side)[0])

    @cached_property
    def spans(self) -> pl.DataFrame:
        """The intervals between neighbours, in time order: begin, end (instants), seconds (Float64), lines, lull.

        `lines` (Int64) were written from a begin on up to the end; `lull` (Float64 seconds or null) is the longest
        silence among them.
        """
        spans = pl.DataFrame({"begin": self.times.head(len(self.times) - 1), "end": self.times.tail(-1)})
        seconds = (pl.col("end") - pl.col("begin")).dt.total_microseconds() / 1e6
        lines, lull = pl.lit(1, pl.Int64), pl.lit(None, pl.Float64)
        if self.lines is not None:
            spans = spans.hstack(self.lines.head(spans.height))
            lines, lull = pl.col(COUNT).cast(pl.Int64), pl.col(LULL) / 1e6
        return spans.select("begin", "end", seconds.alias("seconds"), lines.alias("lines"), lull.alias("lull"))

    @cached_property
    def _others(self) -> dict[tuple[datetime, datetime], Rhythm | None]:
        """What `rhythm` told so far: silences are asked of more than once."""
        return {}

    @cached_property
    def _all(self) -> pl.DataFrame:
        return self._law(self.spans)

    @cached_property
    def _whole(self) -> Rhythm | None:
        return rhythm_of(self._all)

    def _law(self, spans: pl.DataFrame) -> pl.DataFrame:
        return law(spans.select("seconds", *(("lines", "lull") if self.lines is not None else ())))

    def _across(self, since: datetime, until: datetime) -> pl.DataFrame:
        """The spans that overlap some time."""
        first = max(self._place(since, "right") - 1, 0)
        return self.spans.slice(first, max(self._place(until, "left") - first, 0))

    def rhythm(
        self, *, without: tuple[datetime, datetime] | None = None, near: datetime | None = None
    ) -> Rhythm | None:
        """The stream's rhythm over all it has shown but the intervals that overlap `without`.

        With `near`, only intervals that begin within HOURS_ALIKE of that hour of the week are used, if the history is
        long enough; else of that time of day on any day, if there are enough of them.
        """
        if near is not None:
            close = self._near(near, without)
            if close is not None:
                return close
        if without is None:
            return self._whole
        if without not in self._others:
            self._others[without] = rhythm_of(less(self._all, self._law(self._across(*without))))
        return self._others[without]

    def _near(self, near: datetime, without: tuple[datetime, datetime] | None) -> Rhythm | None:
        """The rhythm at that hour of the week, or of the day; None if too little is known of it."""
        spans = self.spans
        if without is not None:
            spans = spans.filter((pl.col("end") <= without[0]) | (pl.col("begin") >= without[1]))
        wide = HOURS_ALIKE // MICROSECOND
        for period in (WEEK // MICROSECOND, DAY // MICROSECOND):
            apart = (pl.col("begin") - pl.lit(near)).dt.total_microseconds() % period
            alike = spans.filter((apart <= wide) | (apart >= period - wide))
            weeks = _length(spans) // WEEK if spans.height else 0
            if alike.height < 4 * FEWEST_EVENTS or (period == WEEK // MICROSECOND and weeks < WEEKS):
                continue
            close = rhythm_of(self._law(alike))
            if close is not None:
                return close
        return None


def beats(events: pl.DataFrame) -> list[Stream]:
    """Streams of one template of one program in one source (column `template`, a hash; nulls belong to none)."""
    lines = events.filter(pl.col("template").is_not_null())
    return _streams("beat", lines.drop(COUNT, LULL, strict=False), ["source", "template"])


def pollers(outcomes: pl.DataFrame) -> list[Stream]:
    """Streams of one client asking for one endpoint group, whatever the answer."""
    calls = outcomes.filter(pl.col("client").is_not_null())
    if SAMPLED in outcomes.columns:
        calls = calls.filter(~pl.col(SAMPLED))
    return _streams("poller", calls, ["source", "client", "group"])


def whole_sources(events: pl.DataFrame) -> list[Stream]:
    """One stream a source: all its lines."""
    return _streams("source", events, ["source"], fewest=1)


def union(kind: str, name: str, parts: Iterable[pl.DataFrame]) -> Stream | None:
    """All lines of several frames as one stream."""
    columns = ("time", "source", "file", "line")
    rows = pl.concat([part.select(*columns, *_counted(part)) for part in parts])
    rows = rows.sort("time", maintain_order=True)
    if not rows.height:
        return None
    return _stream(kind, name, "", rows)


def _streams(kind: str, rows: pl.DataFrame, keys: list[str], fewest: int = FEWEST_EVENTS) -> list[Stream]:
    if not rows.height:
        return []
    slim = rows.select("time", "file", "line", *keys, *_counted(rows)).sort("time", maintain_order=True)
    counts = (
        slim.with_row_index("at")
        .group_by(keys, maintain_order=True)
        .agg(pl.len().alias("n"), pl.col("at").first())
        .filter(pl.col("n") >= fewest)
        .sort(["n", "at"], descending=[True, False])
        .head(MOST_STREAMS)
        .select(*keys, pl.int_range(pl.len()).alias("stream"))
    )
    found = []
    for part in slim.join(counts, on=keys, how="inner", maintain_order="left").partition_by(
        "stream", maintain_order=True
    ):
        first = part.row(0, named=True)
        name = " ".join(str(first[key]) for key in keys if key not in ("source", "template")) or str(first["source"])
        call = (str(first["client"]), str(first["group"])) if kind == "poller" else None
        found.append(_stream(kind, name, str(first["source"]), part, call))
    return sorted(found, key=lambda stream: (stream.source, stream.times[0], stream.name))


def _stream(kind: str, name: str, source: str, rows: pl.DataFrame, call: tuple[str, str] | None = None) -> Stream:
    def cite(at: int) -> Cite:
        file, line = rows.select("file", "line").row(at)
        return Cite(str(file), int(line))

    lines = rows.select(_counted(rows)) if _counted(rows) else None
    return Stream(kind, name, source, rows.get_column("time"), cite, call, lines)


def _counted(rows: pl.DataFrame) -> list[str]:
    """The columns that tell what was left out, where anything was."""
    return [name for name in (COUNT, LULL) if name in rows.columns]


def _length(spans: pl.DataFrame) -> timedelta:
    first, last = spans.select(pl.col("begin").min().alias("first"), pl.col("end").max().alias("last")).row(0)
    length: timedelta = last - first
    return length
