"""Settles the clocks of all sources together: those with explicit offsets and years testify for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from logforensics.clock.settle import Assumption, ClockEvidence, settle
from logforensics.clock.zones import Zone, evidence_zone
from logforensics.evidence.model import Source
from logforensics.parsing.binary import BINARY
from logforensics.parsing.definition import Definition
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
    own = evidence_zone(roots)
    seen = None if own else _observed(readings)
    siblings = _years_seen(readings)
    frames: list[pl.DataFrame] = []
    zones: dict[str, tuple[str, str]] = {}
    assumptions: list[Assumption] = []
    for reading in readings:
        zone, reason = _zone_for(reading, settings) or own or seen or (_UTC, _UTC_REASON)
        walls = reading.frame.select("wall", "offset", "yearless", "carried", "file_index")
        explicit = walls.height > 0 and walls.get_column("offset").null_count() == 0
        outcome = settle(
            walls,
            ClockEvidence(
                source=reading.source.name,
                zone=zone,
                zone_reason=reason,
                mtimes=tuple(file.mtime for file in reading.source.files),
                siblings=siblings,
                year=settings.year,
                names=tuple(file.name for file in reading.source.files),
            ),
        )
        clock = outcome.frame.with_columns(pl.col("time_basis").cast(pl.String).cast(TIME_BASIS))
        frames.append(pl.concat([clock, reading.frame.drop("wall", "offset", "yearless")], how="horizontal"))
        zones[reading.source.name] = (_offsets_shown(walls), _told(reading)) if explicit else (zone.label, reason)
        assumptions.extend(outcome.assumptions)
    frames = [frame.drop("carried") if "carried" in frame.columns else frame for frame in frames]
    return SettledSources(frames, zones, tuple(assumptions), own[0] if own else seen[0] if seen else None)


_UTC = Zone.named("UTC")
_UTC_REASON = "warning: no zone is known, UTC is assumed; --assume-tz sets it"


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


def _observed(readings: Sequence[Reading]) -> tuple[Zone, str] | None:
    """The offset that sources with one wrote, over time, checked against naive sources' own events where they meet.

    A source that writes UTC proves little (many programs do so whatever the host's zone): others outvote it.
    """
    explicit = _explicit(readings)
    local = [(reading, rows) for reading, rows in explicit if (rows.get_column("offset") != 0).any()]
    voters = local or explicit
    if not voters:
        return None
    points = pl.concat([rows for _, rows in voters]).sort("utc")
    changes = points.filter(pl.col("offset") != pl.col("offset").shift(1).fill_null(10**6))
    zone = Zone.observed([(utc, int(offset)) for utc, offset in changes.iter_rows()])
    names = " and ".join(sorted(reading.source.name for reading, _ in voters)[:2])
    met, tried = _meeting(readings, points, zone)
    checked = f"; {met} of {tried} naive events then meet one of theirs within a second" if tried else ""
    return zone, f"the offset {names} wrote{checked}"


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
