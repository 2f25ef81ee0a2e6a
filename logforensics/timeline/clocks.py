"""Settles the clocks of all sources together: those with explicit offsets and years testify for the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from logforensics.clock.settle import Assumption, ClockEvidence, Unsure, settle
from logforensics.clock.witness import (
    JUMPS,
    RUNS_ON,
    Change,
    Offsets,
    agreed,
    before_zone,
    joined,
    moment_of,
)
from logforensics.clock.zones import Zone, evidence_zone, offset_text
from logforensics.evidence.model import Source
from logforensics.evidence.sample import sample_lines
from logforensics.parsing.binary import BINARY
from logforensics.parsing.model import Definition
from logforensics.schema import TIME_BASIS
from logforensics.settings import Settings


@dataclass(frozen=True)
class Reading:
    """One source as parsed, in file order: wall, offset, yearless, carried, file_index, and the columns asked for."""

    source: Source
    definition: Definition
    frame: pl.DataFrame


@dataclass(frozen=True)
class SettledSources:
    """The readings' frames with time and time_basis in place of the clock's columns, in the same order.

    `zones` holds for each source what its stamps were read in and why; `site_zone` is the host's own zone, if known.
    """

    frames: list[pl.DataFrame]
    zones: dict[str, tuple[str, str]]
    assumptions: tuple[Assumption, ...]
    site_zone: Zone | None


def settle_sources(readings: Sequence[Reading], roots: Sequence[Path], settings: Settings) -> SettledSources:
    """Give every event its instant.

    A naive source's zone is, in this order: the one given by --assume-tz; the evidence's own etc/timezone or
    etc/localtime; the offset that other sources wrote; UTC with a warning.
    """
    own = _recorded_zone(settings) or evidence_zone(roots)
    host = _Host(own, readings)
    siblings = _years_seen(readings)
    mtimes = dict(settings.recorded.mtimes) if settings.recorded else {}
    frames: list[pl.DataFrame] = []
    zones: dict[str, tuple[str, str]] = {}
    assumptions: list[Assumption] = []
    for reading in readings:
        told = _zone_for(reading, settings)
        zone, reason, unsure = (*told, ()) if told else host.clock_of(reading)
        order = _day_order(reading)
        walls = reading.frame.select("wall", "offset", "yearless", "carried", "file_index")
        explicit = walls.height > 0 and walls.get_column("offset").null_count() == 0
        outcome = settle(
            walls,
            ClockEvidence(
                source=reading.source.name,
                zone=zone,
                zone_known=reason is not _UTC_REASON,
                zone_reason=reason,
                mtimes=tuple(mtimes.get(file.name, file.mtime) for file in reading.source.files),
                siblings=siblings,
                year=settings.year,
                names=tuple(file.name for file in reading.source.files),
                unsure=unsure,
                swapped=order is not None,
            ),
        )
        clock = outcome.frame.with_columns(pl.col("time_basis").cast(pl.String).cast(TIME_BASIS))
        frames.append(pl.concat([clock, reading.frame.drop("wall", "offset", "yearless")], how="horizontal"))
        zones[reading.source.name] = (_offsets_shown(walls), _told(reading)) if explicit else (zone.label, reason)
        assumptions.extend(outcome.assumptions)
        if order is not None:
            assumptions.append(Assumption(reading.source.name, "date", order, walls.filter(~pl.col("carried")).height))
    frames = [frame.drop("carried") if "carried" in frame.columns else frame for frame in frames]
    return SettledSources(frames, zones, tuple(assumptions), host.zone)


_UTC = Zone.named("UTC")
_UTC_REASON = "warning: no zone is known, UTC is assumed; --assume-tz sets it"


def _recorded_zone(settings: Settings) -> tuple[Zone, str] | None:
    """The zone of the machine that the evidence came from, as an earlier run saw it."""
    if settings.recorded is None or settings.recorded.zone is None:
        return None
    name, reason = settings.recorded.zone
    return Zone.named(name), reason


def _zone_for(reading: Reading, settings: Settings) -> tuple[Zone, str] | None:
    """What --assume-tz says for a source; of several that fit, the last one given."""
    chosen = None
    for pattern, name in settings.assume_tz:
        if fnmatchcase(reading.source.name, pattern):
            chosen = Zone.named(name), "--assume-tz"
    return chosen


def _explicit(readings: Sequence[Reading]) -> list[tuple[Reading, pl.DataFrame]]:
    """Each source's events that carry offset and year, as (utc, offset)."""
    found = []
    for reading in readings:
        rows = reading.frame.filter(pl.col("offset").is_not_null() & ~pl.col("yearless") & ~pl.col("carried"))
        # those count in UTC, and these in what their format fixes, whatever the host's zone is
        fixes = [pattern.time.offset is not None for pattern in reading.definition.patterns]
        fixed = bool(fixes) and all(fixes)
        if rows.height and reading.definition.name not in BINARY and not fixed:
            utc = pl.col("wall") - pl.duration(seconds=pl.col("offset"))
            found.append((reading, rows.select(utc.alias("utc"), "offset")))
    return found


class _Host:
    """What is known of the host's zone: what its etc says, the offsets its logs wrote, and where it had another zone.

    A source that writes UTC proves little (many programs do so whatever the host's zone is): others outvote it.
    """

    def __init__(self, own: tuple[Zone, str] | None, readings: Sequence[Reading]) -> None:
        explicit = _explicit(readings)
        local = [(reading, rows) for reading, rows in explicit if (rows.get_column("offset") != 0).any()]
        voters = local or explicit
        self.own = own
        self.names = " and ".join(sorted(reading.source.name for reading, _ in voters)[:2])
        self.offsets = agreed([rows for _, rows in voters]) if voters else None
        self.zone = own[0] if own else self.offsets.zone() if self.offsets else None
        self.changes: tuple[Change, ...] = ()
        self.shown: dict[str, list[tuple[datetime, str]]] = {}
        if self.offsets is None:
            return
        if own is None:
            self.changes = self.offsets.changes
            self.seen = self._seen(readings, pl.concat([rows for _, rows in voters]).sort("utc"), self.offsets)
        else:
            self.changes = before_zone(self.offsets, own[0])
        for reading in readings if self.changes else ():
            self.shown[reading.source.name] = _moments(reading, self.changes)
        # nothing jumps and something runs on: the witness changed its own mind, not the host its zone
        ways = {shown[-1][1] for shown in self.shown.values()}
        if own is not None and JUMPS not in ways and RUNS_ON in ways:
            self.changes = ()

    def clock_of(self, reading: Reading) -> tuple[Zone, str, tuple[Unsure, ...]]:
        """The zone that reads a naive source, why, and the wall times for which it stays a choice."""
        if self.offsets is None or (self.own and not self.changes):
            return (*(self.own or (_UTC, _UTC_REASON)), ())
        first, changes = self.offsets.first, self.changes
        shown = self.shown.get(reading.source.name, [])
        moments = [moment for moment, _ in shown]
        if self.own is None:
            return joined(first, changes, moments, None), self.seen, _either(changes, shown)
        if shown[-1][1] == RUNS_ON:
            return (*self.own, ())
        was = ", ".join(offset_text(change.old) for change in changes[-2:])
        why = (
            f"{self.own[1]}; the host's zone changed: before {moments[-1]:%Y-%m-%d %H:%M} UTC {self.names} wrote {was}"
        )
        zone = joined(first, changes, moments, self.own[0])
        if any(other[-1][1] == JUMPS for other in self.shown.values()):
            return zone, why, _either(changes, shown)
        why += ", which no naive source shows"
        last = changes[-1]
        until = last.high + timedelta(seconds=last.old)
        return zone, why, (Unsure(datetime(1, 1, 1), until, (last.old, last.new)),)

    def _seen(self, readings: Sequence[Reading], points: pl.DataFrame, offsets: Offsets) -> str:
        """Why the observed offsets are believed: how well naive events then meet the witnesses' own."""
        met, tried = _meeting(readings, points, offsets.zone())
        checked = f"; {met} of {tried} naive events then meet one of theirs within a second" if tried else ""
        return f"the offset {self.names} wrote{checked}"


def _moments(reading: Reading, changes: Sequence[Change]) -> list[tuple[datetime, str]]:
    """When this source shows each change, and how (see witness.moment_of); a missing year is the change's."""
    naive = reading.frame.filter(pl.col("offset").is_null() & ~pl.col("carried"))
    shown: list[tuple[datetime, str]] = []
    for change in changes:
        year = pl.when("yearless").then(change.low.year).otherwise(pl.col("wall").dt.year())
        leap_day = pl.col("yearless") & (pl.col("wall").dt.ordinal_day() == _LEAP_DAY)
        walls = naive.filter(~leap_day).select(pl.col("wall").dt.replace(year=year)).to_series()
        moment, way = moment_of(change, walls)
        shown.append((max([moment, *(earlier for earlier, _ in shown[-1:])]), way))
    return shown


def _either(changes: Sequence[Change], shown: Sequence[tuple[datetime, str]]) -> tuple[Unsure, ...]:
    """The wall times that both offsets of a change can have written, where the source does not show when it came."""
    spans = [
        Unsure(
            change.low + timedelta(seconds=min(change.new, change.old)),
            change.high + timedelta(seconds=max(change.new, change.old)),
            (change.old, change.new),
        )
        for change, (_, way) in zip(changes, shown, strict=True)
        if way != JUMPS
    ]
    return tuple(span for span in spans if span.first < span.last)


_SLASHES = re.compile(r"(?:^|[^0-9/])[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}[, ]")
_MONTHS = 12


def _day_order(reading: Reading) -> str | None:
    """What is not sure about dates such as 03/04/2026 that a source writes; None if a day above 12 settles it.

    Only formats of many programs leave it open: the others fix the order, which is month, day, year.
    """
    if not reading.definition.general or not reading.source.files:
        return None
    days = reading.frame.get_column("wall").dt.day()
    if not reading.frame.height or (days > _MONTHS).any():
        return None
    if not any(_SLASHES.search(line) for line in sample_lines(reading.source.files[-1])):
        return None
    return "dates such as 03/04/2026 are read as month, day, year: no day above 12 settles it"


_LEAP_DAY = 60  # of the placeholder year: it is no date in most others


def _meeting(readings: Sequence[Reading], points: pl.DataFrame, zone: Zone) -> tuple[int, int]:
    """How many naive events with a year fall within a second of an explicit one, read in `zone`; and of how many."""
    met = tried = 0
    for reading in readings:
        naive = reading.frame.filter(pl.col("offset").is_null() & ~pl.col("yearless") & ~pl.col("carried"))
        if not naive.height:
            continue
        walls = naive.get_column("wall").sort()
        instants = zone.to_utc(walls).select(pl.col("earliest").alias("utc")).sort("utc")
        near = instants.join_asof(
            points.select("utc", pl.col("utc").alias("other")), on="utc", strategy="nearest", tolerance="1s"
        )
        met += near.get_column("other").count()
        tried += naive.height
    return met, tried


def _years_seen(readings: Sequence[Reading]) -> tuple[datetime, datetime] | None:
    """The span of all stamps with a year, naive UTC; those without an offset are a day off at most, which is enough."""
    lows, highs = [], []
    for reading in readings:
        rows = reading.frame.filter(~pl.col("yearless") & ~pl.col("carried"))
        if not rows.height:
            continue
        shift = pl.duration(seconds=pl.col("offset").fill_null(0))
        low, high = rows.select(
            (pl.col("wall") - shift).min().alias("low"), (pl.col("wall") - shift).max().alias("high")
        ).row(0)
        lows.append(low)
        highs.append(high)
    if not lows:
        return None
    return min(lows) - timedelta(0), max(highs)


def _told(reading: Reading) -> str:
    """Where the offset of a source stands that tells it with every event."""
    return "stored in UTC" if reading.definition.name in BINARY else "written in every line"


def _offsets_shown(walls: pl.DataFrame) -> str:
    """The offsets a source wrote, as +10:00 or +01:00/+02:00."""
    seconds = sorted(set(walls.get_column("offset").drop_nulls().to_list()))
    return "/".join(
        f"{'-' if value < 0 else '+'}{abs(value) // 3600:02}:{abs(value) % 3600 // 60:02}" for value in seconds[:2]
    )
