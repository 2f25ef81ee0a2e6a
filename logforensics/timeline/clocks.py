"""Settles the clocks of all sources together: those with explicit offsets and years testify for the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from logforensics.clock.names import by_letters
from logforensics.clock.settle import Assumption, ClockEvidence, settle
from logforensics.clock.zones import Zone, evidence_zone
from logforensics.evidence.sample import sample_lines
from logforensics.parsing.binary import BINARY
from logforensics.schema import COUNT, TIME_BASIS, ZONE_NAME, lines_in
from logforensics.settings import Settings
from logforensics.timeline.beside import server_clocks
from logforensics.timeline.host import Every, Host, HostClock, Reading, all_of_it


@dataclass(frozen=True)
class SettledSources:
    """The readings' frames with time and time_basis in place of the clock's columns, in the same order.

    `zones` holds for each source what its stamps were read in and why; `site_zone` is the host's own zone, if known.
    `by_order` are the rows of each frame whose instant follows from the lines around them (clock.settle.Settled);
    `turns` the spans (naive UTC) in which single lines tell when the host's zone changed.
    """

    frames: list[pl.DataFrame]
    zones: dict[str, tuple[str, str]]
    assumptions: tuple[Assumption, ...]
    site_zone: Zone | None
    by_order: list[pl.Series] = field(default_factory=list)
    turns: tuple[tuple[datetime, datetime], ...] = ()


def settle_sources(
    readings: Sequence[Reading], roots: Sequence[Path], settings: Settings, every: Every = all_of_it
) -> SettledSources:
    """Give every event its instant; `every` yields those that are not in the readings' frames as well.

    A naive source's zone is, in this order: the one given by --assume-tz; that of its own program, where that writes
    offsets into another log; the evidence's own etc/timezone or etc/localtime; the offset that other sources wrote; UTC
    with a warning.
    """
    unread: list[tuple[str, str]] = []
    own = _recorded_zone(settings) or evidence_zone(roots, unread)
    host = Host(own, readings, every)
    servers = server_clocks(readings, own, every)
    siblings = _years_seen(readings)
    mtimes = dict(settings.recorded.mtimes) if settings.recorded else {}
    frames: list[pl.DataFrame] = []
    by_order: list[pl.Series] = []
    zones: dict[str, tuple[str, str]] = {}
    assumptions = [Assumption(name, "zone", f"it could not be read: {why}", 0) for name, why in unread]
    for reading in readings:
        told = _zone_for(reading, settings)
        clock = HostClock(*told) if told else servers.get(reading.source.name) or host.clock_of(reading)
        order = _day_order(reading)
        counted = [COUNT] if COUNT in reading.frame.columns else []
        walls = reading.frame.select(
            "wall", "offset", "yearless", "carried", "file_index", *counted, *_letters(reading)
        )
        if not told:
            walls = by_letters(walls, clock.zone, known=clock.known)
        explicit = walls.height > 0 and walls.get_column("offset").null_count() == 0
        outcome = settle(
            walls,
            ClockEvidence(
                source=reading.source.name,
                zone=clock.zone,
                zone_known=clock.known,
                zone_reason=clock.reason,
                mtimes=tuple(file.packed or mtimes.get(file.name, file.mtime) for file in reading.source.files),
                packed=frozenset(at for at, file in enumerate(reading.source.files) if file.packed),
                siblings=siblings,
                year=settings.year,
                names=tuple(file.name for file in reading.source.files),
                unsure=clock.unsure,
                swapped=order is not None,
                newest_first=reading.definition.newest_first,
            ),
        )
        times = outcome.frame.with_columns(pl.col("time_basis").cast(pl.String).cast(TIME_BASIS))
        rest = reading.frame.drop("wall", "offset", "yearless", ZONE_NAME, strict=False)
        frames.append(pl.concat([times, rest], how="horizontal"))
        shown = (_offsets_shown(walls), _told(reading)) if explicit else (clock.zone.label, clock.reason)
        zones[reading.source.name] = shown
        by_order.append(outcome.by_order)
        assumptions.extend(outcome.assumptions)
        if order is not None:
            assumptions.append(
                Assumption(reading.source.name, "date", order, lines_in(walls.filter(~pl.col("carried"))))
            )
    frames = [frame.drop("carried") if "carried" in frame.columns else frame for frame in frames]
    return SettledSources(frames, zones, tuple(assumptions), host.zone, by_order, host.turns)


def _letters(reading: Reading) -> tuple[str, ...]:
    return (ZONE_NAME,) if ZONE_NAME in reading.frame.columns else ()


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
    try:
        lines = sample_lines(reading.source.files[-1])
    except OSError:
        return None  # it was read before, and is gone now: what it was read as is settled, and the ledger has it
    if not any(_SLASHES.search(line) for line in lines):
        return None
    return "dates such as 03/04/2026 are read as month, day, year: no day above 12 settles it"


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
