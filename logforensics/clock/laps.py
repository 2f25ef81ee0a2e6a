"""Turns the order of stamps without a year into stretches within one year, the New Years between them, and strays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import polars as pl

DAY = 86_400_000_000  # microseconds
HALF_YEAR = 183 * DAY
YEAR = 366 * DAY  # places are counted in the leap year 2000, so that 29 February has one
FEB_29, MARCH_1 = 59 * DAY, 60 * DAY
SPLIT = 2 * DAY  # smaller steps either way change no year: late lines, zones written side by side
LATE = 7 * DAY  # spooled lines of a relay that was cut off come at most about a week late
QUICK = DAY  # how near the clock must come back to where it was for a leap ahead to count as undone
DOWN = 31 * DAY  # how long a machine may have been off before a wrong clock, or been wrong itself
DEAD_CLOCK = 600_000_000  # an unset clock starts at 1 January 00:00; its boot is logged within ten minutes
WEST, EAST, QUARTER = DAY // 2, DAY * 14 // 24, DAY // 96  # offsets are quarters of an hour, from -12:00 to +14:00
_BASE = 946_684_800_000_000  # 2000-01-01T00:00 in microseconds since 1970


class Stretch(NamedTuple):
    """Neighbouring rows that share a year.  Places are microseconds since the year's start, in the leap year 2000."""

    first: int
    last: int
    low: int
    high: int
    leap: bool  # holds a 29 February
    file: int  # file_index of its last row


def is_leap(year: int) -> bool:
    """Whether a Gregorian year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def stretches(bare: pl.DataFrame) -> tuple[pl.DataFrame, list[Stretch]]:
    """Cut rows (wall in the placeholder year, file_index; in file order) at steps of over two days and between files.

    Returns the rows with place (Int64 microseconds) and stretch (UInt32 index), and the stretches.
    """
    placed = bare.with_columns(place=pl.col("wall").cast(pl.Int64) - _BASE)
    cut = ((pl.col("place").diff().abs() > SPLIT) | (pl.col("file_index").diff() != 0)).fill_null(value=False)
    placed = placed.with_columns(stretch=cut.cast(pl.UInt32).cum_sum())
    found = placed.group_by("stretch", maintain_order=True).agg(
        pl.col("place").first().alias("first"),
        pl.col("place").last().alias("last"),
        pl.col("place").min().alias("low"),
        pl.col("place").max().alias("high"),
        ((pl.col("place") >= FEB_29) & (pl.col("place") < MARCH_1)).any().alias("leap"),
        pl.col("file_index").last().alias("file"),
    )
    return placed, [Stretch(*row) for row in found.drop("stretch").rows()]


def astray(found: Sequence[Stretch]) -> tuple[set[int], set[int]]:
    """Stretches whose dates a clock that was not set has written: a step away that the next steps undo.

    - Back and forth again ("Jun 20", "Jan  1 00:00:05", "Jun 20"): the clock returns to where it had been, plus
      the time that was spent on the wrong dates, plus at most a month off (half a year if it began at 1 January 00:00).
    - Ahead and back again to within a day, or likewise (1970 in UTC is the evening of 31 December in the west).
    - A source that starts at 1 January 00:00 and leaps ahead by more than a month.

    The second result are the stretches behind which the same steps can also be a New Year between long silences:
    the clock comes back to within days of where it was, which a lap of a year does once in a while.
    """
    lost: set[int] = set()
    loose: set[int] = set()
    index = 0
    while index < len(found) - 1:
        before = found[index - 1] if index else None
        end = next((end for end in _ends_of_block(found, index) if _is_astray(before, found, index, end)), None)
        if end is None:
            index += 1
            continue
        lost.update(range(index, end + 1))
        if before is not None and found[end + 1].first - before.last > _surely_back(found[index]):
            loose.add(end + 1)
        index = end + 2  # the stretch after a stray one is where the clock was right again
    return lost, loose


def _surely_back(block: Stretch) -> int:
    """How far from where it was a clock may come back so that no lap of a year explains it as well."""
    return YEAR if block.first < DEAD_CLOCK else DOWN if _unset(block) else QUICK


def _unset(stretch: Stretch) -> bool:
    """Whether a stretch begins within ten minutes of New Year in UTC, as clocks of some zone show it."""
    into_year = (stretch.first + WEST) % YEAR
    return into_year < EAST + WEST + DEAD_CLOCK and into_year % QUARTER < DEAD_CLOCK


def _ends_of_block(found: Sequence[Stretch], start: int) -> Iterator[int]:
    """Where a block of at most three stretches may end: boot after boot with the same wrong clock."""
    for end in range(start, min(start + 3, len(found) - 1)):
        if abs(found[end].first - found[start].first) <= DOWN:
            yield end


def _is_astray(before: Stretch | None, found: Sequence[Stretch], start: int, end: int) -> bool:
    block, after = found[start : end + 1], found[end + 1]
    unset = _unset(block[0])
    spent = sum(stretch.last - stretch.first for stretch in block)
    leap_out = after.first - block[-1].last
    if before is None:
        return block[0].first < DEAD_CLOCK and spent < DAY and DOWN < leap_out < YEAR - LATE
    step_in = block[0].first - before.last
    elapsed = after.first - before.last
    away = HALF_YEAR if unset and spent < DAY else DOWN
    if LATE - YEAR < step_in < -SPLIT and leap_out > SPLIT:  # from December to January is New Year, with late lines
        return spent - SPLIT <= elapsed <= spent + away
    away = HALF_YEAR if unset else QUICK
    return LATE < step_in < YEAR - LATE and leap_out < -LATE and -SPLIT <= elapsed <= away and 0 <= spent <= DAY


def laps(kept: Sequence[Stretch]) -> tuple[list[int], set[int]]:
    """Years between neighbouring stretches (0, 1 = New Year, -1 = a late line of the old year), and the open ones.

    A backward step of more than half a year is a New Year.  One between a week and half a year is taken as a clock set
    back, but marked open.  A forward step of all but a week of a year is a late line from before New Year.
    """
    steps: list[int] = []
    doubt: set[int] = set()
    for position, (one, other) in enumerate(pairwise(kept)):
        step = other.first - one.last
        steps.append(1 if step < -HALF_YEAR else -1 if step > YEAR - LATE else 0)
        if -HALF_YEAR <= step < -LATE:
            doubt.add(position)
    return steps, doubt
