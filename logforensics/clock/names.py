"""Turns the letters by which stamps name their zone ("IST", "CST") into the offsets they can mean on that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache

import polars as pl

from logforensics.clock.world import world
from logforensics.clock.zones import Zone
from logforensics.schema import ZONE_NAME

LETTERS = ("least", "most")
"""Columns: the offsets in seconds that a name can mean at least and at most, null where it leaves no choice."""


def by_letters(walls: pl.DataFrame, zone: Zone, *, known: bool) -> pl.DataFrame:
    """The walls of one source with the offset of each name that is one offset only, and LETTERS for the others.

    `walls` has wall, offset (seconds, null on such rows) and perhaps ZONE_NAME.  A name that clocks of the host's
    `zone` (if that is `known`) bear on that day is theirs: its rows stay without an offset.  So do those whose name
    nobody uses.
    """
    if ZONE_NAME not in walls.columns:
        return walls
    day = pl.col("wall").dt.date().alias("day")
    rows = []
    for name, at in walls.filter(pl.col(ZONE_NAME).is_not_null()).select(ZONE_NAME, day).unique().rows():
        offsets = () if known and name in zone.names_on(at) else meanings(name, at)
        choice = (offsets[0], offsets[-1]) if len(offsets) > 1 else (None, None)
        rows.append((name, at, offsets[0] if len(offsets) == 1 else None, *choice))
    schema = {ZONE_NAME: pl.String, "day": pl.Date, "meant": pl.Int32, **dict.fromkeys(LETTERS, pl.Int32)}
    table = pl.DataFrame(rows, schema, orient="row")
    found = walls.with_columns(day).join(table, on=[ZONE_NAME, "day"], how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("offset", "meant").alias("offset")).drop("day", "meant", ZONE_NAME)


@lru_cache(maxsize=4096)
def meanings(name: str, day: date) -> tuple[int, ...]:
    """The offsets in seconds, ascending, of the clocks of the world that bear a name at noon (UTC) of a day."""
    noon = datetime.combine(day, time(12), UTC)
    shown = (noon.astimezone(zone) for zone in world())
    return tuple(sorted({int(at.utcoffset().total_seconds()) for at in shown if at.tzname() == name}))  # type: ignore[union-attr]  # aware
