"""Turns what a host's etc and its logs with offsets say into the zone that reads each of its naive logs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

import polars as pl

from logforensics.clock.settle import Unsure
from logforensics.clock.witness import JUMPS, RUNS_ON, TIED, Change, Offsets, agreed, before_zone, joined, moment_of
from logforensics.clock.world import Stretch, stretches
from logforensics.clock.zones import Zone, offset_text
from logforensics.evidence.model import Source
from logforensics.parsing.binary import BINARY
from logforensics.parsing.model import Definition
from logforensics.schema import COUNT, lines_in

_UTC = Zone.named("UTC")
_LAST_RESORT = "warning: no zone is known, UTC is assumed; --assume-tz sets it"
_EVER = (datetime(1, 1, 1), datetime(9999, 12, 31))
_POINTS = 200  # instants at which a zone of the world must have the offset that was written: some for each month or day
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_TICK = timedelta(seconds=1)
_YEARLESS = timedelta(days=400)  # how far around the logs with offsets one without years may lie
_SECOND_US = 1_000_000
_QUARTER = 900 * _SECOND_US  # zones change on the quarters of an hour
_CHANCE = 1e-6
_CLF = (
    "%d/%b/%Y:"  # how the stamp of the common log format begins, which is local time (Apache's %t, nginx's $time_local)
)
_LEAP_DAY = 60  # of the placeholder year: it is no date in most others


@dataclass(frozen=True)
class Reading:
    """One source as parsed, in file order: wall, offset, yearless, carried, file_index, and the columns asked for.

    With COUNT some rows of it stand for others.

    `why` tells in words why it is in its format.
    """

    source: Source
    definition: Definition
    frame: pl.DataFrame
    why: str = ""

    @cached_property
    def naive(self) -> pl.DataFrame:
        """The rows of events whose stamp has no offset."""
        return self.frame.filter(pl.col("offset").is_null() & ~pl.col("carried"))


Every = Callable[[Reading], Iterable[pl.DataFrame]]
"""All rows of a reading, those as well that are not in its frame, as wall, offset, yearless and carried."""


def all_of_it(reading: Reading) -> Iterable[pl.DataFrame]:
    """The rows of a reading whose frame has them all."""
    return [reading.frame]


class HostClock(NamedTuple):
    """What reads a naive source: the zone, why this one, whether anything told it, and where it stays a choice."""

    zone: Zone
    reason: str
    known: bool = True
    unsure: tuple[Unsure, ...] = ()


class Host:
    """What is known of the host's zone: what its etc says, the offsets its logs wrote, and where it had another zone.

    A source that writes UTC proves little: many programs do so whatever the host's zone is.  Others outvote it, and
    alone it is believed only if its format has local time, or if the events of naive sources then meet its own.
    `zone` is the host's own, if known.
    """

    def __init__(self, own: tuple[Zone, str] | None, readings: Sequence[Reading], every: Every = all_of_it) -> None:
        explicit = explicit_rows(readings)
        local = [(reading, rows) for reading, rows in explicit if writes_local_time(reading, rows)]
        voters = local or explicit
        self._own = own
        self._readings = readings
        self._voters = [reading for reading, _ in voters]
        self._every = every
        self._names = " and ".join(sorted(reading.source.name for reading, _ in voters)[:2])
        self._offsets = agreed([rows for _, rows in voters]) if voters else None
        self._points = pl.concat([rows for _, rows in voters], how="diagonal").sort("utc") if voters else pl.DataFrame()
        self._local = bool(local)
        self._changes: tuple[Change, ...] = ()
        self._shown: dict[str, list[tuple[datetime, str]]] = {}
        self.zone = own[0] if own else self._offsets.zone() if self._offsets else None
        if self._offsets is None:
            return
        self._changes = self._offsets.changes if own is None else before_zone(self._offsets, own[0])
        for reading in readings if self._changes else ():
            self._shown[reading.source.name] = _moments(reading, self._changes)
        # nothing jumps and something runs on: the witness changed its own mind, not the host its zone
        ways = {shown[-1][1] for shown in self._shown.values()}
        if own is not None and not ways & {JUMPS, TIED} and RUNS_ON in ways:
            self._changes = ()

    def clock_of(self, reading: Reading) -> HostClock:
        """The zone that reads a source, why, and the wall times for which it stays a choice."""
        if self._offsets is None:
            return HostClock(*self._own) if self._own else HostClock(_UTC, _LAST_RESORT, known=False)
        if self._own is None:
            return self._observed(reading, self._offsets)
        if not self._changes or self._shown[reading.source.name][-1][1] == RUNS_ON:
            return HostClock(*self._own)
        return self._moved(reading, self._own, self._offsets.first)

    def _moved(self, reading: Reading, own: tuple[Zone, str], first: int) -> HostClock:
        """The host had another zone before the one that its etc names."""
        changes, shown = self._changes, self._shown[reading.source.name]
        moments = [moment for moment, _ in shown]
        was = ", ".join(offset_text(change.old) for change in changes[-2:])
        why = f"{own[1]}; the host's zone changed: before {moments[-1]:%Y-%m-%d %H:%M} UTC {self._names} wrote {was}"
        zone = joined(first, changes, moments, own[0])
        if any(other[-1][1] in (JUMPS, TIED) for other in self._shown.values()):
            return HostClock(zone, why, unsure=_either(changes, shown))
        last = changes[-1]
        until = last.high + timedelta(seconds=last.old)
        why += ", which no naive source shows"
        return HostClock(zone, why, unsure=(Unsure(_EVER[0], until, (last.old, last.new)),))

    def _observed(self, reading: Reading, offsets: Offsets) -> HostClock:
        """What the offsets of others say, and what all zones say that agree with them."""
        met, tried = self._met
        checked = f"; {met} of {tried} lines without a zone then meet one of theirs within a second" if tried else ""
        reason = f"the offset {self._names} wrote{checked}"
        if not self._local:
            known = self._met_by_more_than_chance
            return HostClock(offsets.zone(), reason if known else f"{_LAST_RESORT} ({reason})", known)
        if not reading.naive.height:
            return HostClock(offsets.zone(), reason)
        inside = self._agreed
        unsure: tuple[Unsure, ...] = ()
        if not inside:  # the host was moved: no zone of the world was at all these offsets
            shown = self._shown.get(reading.source.name, [])
            unsure = _either(self._changes, shown)
            moments = [moment for moment, _ in shown]
            begin, end = self._covered
            zone = joined(offsets.first, self._changes, moments, None)
            course = [(moment, change.new) for moment, change in zip(moments, self._changes, strict=True)]
            before = stretches([(begin, offsets.first)], min(self._extent[0], begin), begin)
            after = stretches([(end, zone.offset_at(end))], end, max(self._extent[1], end))
            steps = [*_steps(before), (begin, offsets.first), *course, *_steps(after)]
            return HostClock(Zone.observed(steps), reason, unsure=(*_choices((*before, *after)), *unsure))
        return HostClock(Zone.observed(_steps(inside)), reason, unsure=_choices(inside))

    @property
    def turns(self) -> tuple[tuple[datetime, datetime], ...]:
        """The spans (naive UTC) around the host's changes of zone whose lines tell when these came."""
        near = [_HOUR + timedelta(seconds=abs(change.new - change.old)) for change in self._changes]
        return tuple((change.low - by, change.high + by) for change, by in zip(self._changes, near, strict=True))

    @cached_property
    def _met(self) -> tuple[int, int]:
        """How many naive events meet one of the logs that write offsets, and of how many."""
        assert self._offsets is not None
        return _meeting(self._readings, self._voters, self._offsets.zone(), self._every)

    @property
    def _met_by_more_than_chance(self) -> bool:
        """Whether so many meet by chance less than once in a million hosts (Chernoff's bound for a Poisson law)."""
        (met, tried), (begin, end) = self._met, self._covered
        seconds = max(1.0, (end - begin).total_seconds())
        expected = tried * min(
            1.0, 2 * lines_in(self._points) / seconds
        )  # each of theirs is met within a second either way
        return met > expected and expected - met + met * math.log(met / max(expected, 1e-9)) > -math.log(_CHANCE)

    @cached_property
    def _covered(self) -> tuple[datetime, datetime]:
        """From when to when the logs that write offsets run (naive UTC)."""
        utc = self._points.get_column("utc")
        return utc[0], utc[-1]

    @cached_property
    def _extent(self) -> tuple[datetime, datetime]:
        """From when to when any log of the host may run (naive UTC)."""
        begin, end = self._covered
        for reading in self._readings:
            dated = reading.naive.filter(~pl.col("yearless"))
            if dated.height:
                low, high = dated.select(pl.col("wall").min().alias("low"), pl.col("wall").max().alias("high")).row(0)
                begin, end = min(begin, low - _DAY), max(end, high + _DAY)
            if dated.height < reading.naive.height:
                begin, end = min(begin, self._covered[0] - _YEARLESS), max(end, self._covered[1] + _YEARLESS)
        return begin, end

    @cached_property
    def _agreed(self) -> tuple[Stretch, ...]:
        """What all zones of the world say that agree with the offsets written; () if none does."""
        assert self._offsets is not None
        held = self._offsets.zone().to_local(self._points["utc"])["offset"]
        rows = self._points.filter(pl.Series(held) == self._points["offset"])
        quarters = pl.col("utc").cast(pl.Int64) // _QUARTER
        few = max(1, (self._covered[1] - self._covered[0]) // timedelta(minutes=15 * _POINTS))
        points = rows.filter((quarters // few).is_first_distinct()).select("utc", "offset").rows()
        for change in self._offsets.changes:
            points += [(change.low, change.old), (change.high, change.new)]
        return stretches(list(dict.fromkeys(points)), *self._extent)


def _steps(course: Iterable[Stretch]) -> list[tuple[datetime, int]]:
    return [(stretch.begin, stretch.usual) for stretch in course]


def _choices(course: Sequence[Stretch]) -> tuple[Unsure, ...]:
    """The wall times for which the zones that agree leave a choice; beyond the course any of their offsets may hold."""
    found = [
        Unsure(
            stretch.begin + timedelta(seconds=stretch.offsets[0]),
            stretch.end + timedelta(seconds=stretch.offsets[-1]),
            (stretch.offsets[0], stretch.offsets[-1]),
        )
        for stretch in course
        if len(stretch.offsets) > 1
    ]
    if not found:
        return ()
    every = [offset for stretch in course for offset in stretch.offsets]
    low, high = min(every), max(every)
    before = Unsure(_EVER[0], course[0].begin + timedelta(seconds=low), (low, high))
    after = Unsure(course[-1].end + timedelta(seconds=high), _EVER[1], (low, high))
    return (before, *found, after)


def explicit_rows(readings: Sequence[Reading]) -> list[tuple[Reading, pl.DataFrame]]:
    """Each source's events that carry offset and year, as (utc, offset)."""
    found = []
    for reading in readings:
        rows = reading.frame.filter(pl.col("offset").is_not_null() & ~pl.col("yearless") & ~pl.col("carried"))
        # those count in UTC, and these in what their format fixes, whatever the host's zone is
        fixes = [pattern.time.offset is not None for pattern in reading.definition.patterns]
        fixed = bool(fixes) and all(fixes)
        if rows.height and reading.definition.name not in BINARY and not fixed:
            utc = pl.col("wall") - pl.duration(seconds=pl.col("offset"))
            counted = [COUNT] if COUNT in rows.columns else []
            found.append((reading, rows.select(utc.alias("utc"), "offset", *counted)))
    return found


def writes_local_time(reading: Reading, rows: pl.DataFrame) -> bool:
    """Whether the offsets of a source are the host's: some are not UTC's, or its format has local time."""
    patterns = reading.definition.patterns
    common = bool(patterns) and all(pattern.time.layout.startswith(_CLF) for pattern in patterns)
    return common or bool((rows.get_column("offset") != 0).any())


def _moments(reading: Reading, changes: Sequence[Change]) -> list[tuple[datetime, str]]:
    """When this source shows each change, and how (see witness.moment_of); a missing year is the change's."""
    shown: list[tuple[datetime, str]] = []
    for change in changes:
        year = pl.when("yearless").then(change.low.year).otherwise(pl.col("wall").dt.year())
        leap_day = pl.col("yearless") & (pl.col("wall").dt.ordinal_day() == _LEAP_DAY)
        walls = reading.naive.filter(~leap_day).select(pl.col("wall").dt.replace(year=year)).to_series()
        moment, way = moment_of(change, walls)
        shown.append((max([moment, *(earlier for earlier, _ in shown[-1:])]), way))
    return shown


def _either(changes: Sequence[Change], shown: Sequence[tuple[datetime, str]]) -> tuple[Unsure, ...]:
    """The wall times that both offsets of a change can have written, where the source does not show when it came.

    Where it came between two lines of one second, that is this second.
    """
    spans: list[Unsure] = []
    for change, (moment, way) in zip(changes, shown, strict=True):
        offsets = (change.old, change.new)
        if way not in (JUMPS, TIED):
            low, high = timedelta(seconds=min(offsets)), timedelta(seconds=max(offsets))
            spans.append(Unsure(change.low + low, change.high + high, offsets))
        elif way == TIED:
            both = (timedelta(seconds=offset) for offset in offsets)
            spans += [Unsure(moment + offset - _TICK, moment + offset, offsets) for offset in both]
    return tuple(span for span in spans if span.first < span.last)


def _meeting(readings: Sequence[Reading], voters: Sequence[Reading], zone: Zone, every: Every) -> tuple[int, int]:
    """How many naive events with a year fall within a second of one of the voters', read in `zone`; and of how many."""
    begins, ends = _near([frame for reading in voters for frame in every(reading)])
    met = tried = 0
    for reading in readings:
        if not reading.naive.filter(~pl.col("yearless")).height:
            continue
        for frame in every(reading):
            naive = frame.filter(pl.col("offset").is_null() & ~pl.col("yearless") & ~pl.col("carried"))
            instants = zone.to_utc(naive.get_column("wall").sort()).get_column("earliest").cast(pl.Int64)
            at = begins.search_sorted(instants, side="right")
            met += int(((at > 0) & (instants <= ends.gather(at.cast(pl.Int64).clip(1) - 1))).sum())
            tried += naive.height
    return met, tried


def _near(frames: Iterable[pl.DataFrame]) -> tuple[pl.Series, pl.Series]:
    """The stretches (microseconds, both ends included, in order and apart) within a second of an explicit event."""
    found = pl.DataFrame(schema={"begin": pl.Int64, "end": pl.Int64})
    for frame in frames:
        rows = frame.filter(pl.col("offset").is_not_null() & ~pl.col("yearless") & ~pl.col("carried"))
        utc = pl.col("wall").cast(pl.Int64) - pl.col("offset").cast(pl.Int64) * _SECOND_US
        own = rows.select((utc - _SECOND_US).alias("begin"), (utc + _SECOND_US).alias("end"))
        every = pl.concat([found, own]).sort("begin")
        apart = (pl.col("begin") > pl.col("end").cum_max().shift(1)).fill_null(value=False).cum_sum()
        found = (
            every.group_by(apart.alias("run"), maintain_order=True)
            .agg(pl.col("begin").first(), pl.col("end").max())
            .drop("run")
        )
    return found.get_column("begin"), found.get_column("end")
