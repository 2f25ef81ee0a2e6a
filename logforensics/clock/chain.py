"""Turns stretches without years into a chain of years counted back from the newest line, with what bounds each file."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from logforensics.clock.laps import DAY, HALF_YEAR, LATE, MARCH_1, Stretch, astray, is_leap, laps
from logforensics.evidence.rotation import logical_name

FIRST_YEAR, LAST_YEAR = 1970, 2106  # what a 32-bit unsigned Unix time can hold: no log is older or newer
COPY_TAKES = DAY // 24  # files that end an hour apart and were written within half of that were written by a copy
TIGHT = DAY  # a log's mtime is the time of its last line, but for buffering and for zones (at most 14 hours)
OLDEST_MTIME = datetime(1980, 1, 2)  # older mtimes come from tar, zip or FAT defaults, not from a log
DATED = 1  # in a SortKey: the name holds a date
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class YearClues:
    """What is known besides the lines themselves; all datetimes are naive wall times of the source's own clock.

    `mtimes` and `names` belong to the source's files by file_index; `siblings` is the span of other sources that
    have years; `year` is the year of the newest line as the user gave it; `packed` are the files whose mtime stands in
    their own head, where no copy changes it.
    """

    mtimes: tuple[datetime | None, ...] = ()
    names: tuple[str, ...] = ()
    siblings: tuple[datetime, datetime] | None = None
    year: int | None = None
    packed: frozenset[int] = frozenset()


class Range(NamedTuple):
    """The year that something is shown in, and the first and the last it can be of."""

    low: int
    shown: int
    high: int


class Chain:
    """The stretches of one source, each with its year relative to the newest line's, and what bounds them.

    `years` are filled by `settle`.
    """

    def __init__(self, found: list[Stretch], bare: pl.DataFrame, clues: YearClues) -> None:
        self.all = found
        self.astray, loose = astray(found)
        self.kept = [index for index in range(len(found)) if index not in self.astray]
        self.loose = {position for position, index in enumerate(self.kept) if index in loose}
        steps, self.doubt = laps([found[index] for index in self.kept])
        self.steps = steps
        relative = [0]
        for step in reversed(steps):
            relative.append(relative[-1] - step)
        self.relative = dict(zip(self.kept, reversed(relative), strict=True))
        self.years: dict[int, Range] = {}
        self.extremes = (
            min((lap, found[index].low) for index, lap in self.relative.items()),
            max((lap, found[index].high) for index, lap in self.relative.items()),
        )
        stamps = [_stamp(index, clues) for index in range(max(len(clues.mtimes), len(clues.names)))]
        self.bounds = {index: stamp for index, stamp in enumerate(stamps) if stamp is not None}
        good = bare.filter(pl.col("stretch").is_in(self.kept)) if self.astray else bare
        ends = good.group_by("file_index", maintain_order=True).agg(pl.col("place", "stretch").last())
        self.ends = [(int(file), int(place), int(stretch)) for file, place, stretch in ends.rows()]
        self.last_sibling = None if clues.siblings is None else micros(clues.siblings[1])

    def candidates(self, *, newest_file: bool = False) -> list[int]:
        """Years the newest line can have: 29 February must fall into leap years, of all files or of the newest."""
        last = self.all[self.kept[-1]].file
        kept = [index for index in self.kept if self.all[index].file == last or not newest_file]
        leaps = {self.relative[index] % 4 for index in kept if self.all[index].leap}
        years = range(FIRST_YEAR, LAST_YEAR + 1)
        fit = [year for year in years if all(is_leap(year + lap) for lap in leaps)]
        return fit or list(years)

    def span(self, newest: int) -> tuple[int, int]:
        """First and last wall (microseconds since the epoch) if the newest line's year is `newest`."""
        first, last = self.extremes
        return instant(first[1], newest + first[0]), instant(last[1], newest + last[0])

    def slack(self, newest: int) -> dict[int, int]:
        """By file: its bound minus its last line, in microseconds; negative if the line would come after the bound."""
        return {
            file: self.bounds[file] - instant(place, newest + self.relative[stretch])
            for file, place, stretch in self.ends
            if file in self.bounds
        }

    def copied(self) -> bool:
        """Whether its files' times are those of a copy: they lie nearer together than their last lines do."""
        ends = [(self.bounds[file], instant(place, self.relative[stretch] + LAST_YEAR - 1))
                for file, place, stretch in self.ends if file in self.bounds]  # fmt: skip
        return any(
            abs(one[1] - other[1]) > COPY_TAKES and abs(one[0] - other[0]) * 2 < abs(one[1] - other[1])
            for one, other in pairwise(ends)
        )

    def in_time(self, newest: int) -> bool:
        """Whether the newest file that has a bound ends before it."""
        slack = self.slack(newest)
        latest = next((file for file, _, _ in reversed(self.ends) if file in slack), None)
        return latest is None or slack[latest] >= -TIGHT

    def settle(self, newest: Range) -> None:
        """Fix each stretch's years, going back from the newest.

        A backward step between a week and half a year is a clock set back, or a New Year after months of silence
        (HOSTILE.md T4): a bound decides if only one of the two fits.  A file that ends before the year found for it
        lies beyond a silence of a year or more, which its own bound tells or leaves open.
        """
        stamps = self.bounds if self.in_time(newest.shown) else {}
        low, year, high = newest
        for position in range(len(self.kept) - 1, -1, -1):
            index = self.kept[position]
            if position < len(self.steps):
                choices = [self.steps[position]] if position not in self.doubt else [0, 1]
                fits = [step for step in choices if self._fits(index, year - step, stamps)]
                low -= max(fits or choices)
                high -= min(fits or choices)
                year -= (fits or choices)[0]
            low, year, high = self._beyond_silence(index, Range(low, year, high), stamps)
            if not FIRST_YEAR <= year <= LAST_YEAR:  # more New Years than logs can hold
                low, high = FIRST_YEAR, LAST_YEAR
            self.years[index] = Range(_within(low), _within(year), _within(high))
            if position in self.loose:
                low -= 1
        for index in sorted(self.astray):
            before = bisect_left(self.kept, index)
            neighbour = self.kept[max(before - 1, 0)]
            ahead = self.all[index].first - self.all[neighbour].last
            late = before > 0 and ahead > HALF_YEAR  # nearer to the December before than to the one to come
            year = _within(self.years[neighbour].shown - late)
            self.years[index] = Range(year, year, year)

    def _beyond_silence(self, index: int, years: Range, stamps: dict[int, int]) -> Range:
        """The years again, unless files' stamps or a 29 February put a stretch before the year found for it."""
        ends = [(place, stamps[file]) for file, place, stretch in self.ends if stretch == index and file in stamps]
        leap = self.all[index].leap

        def fits(year: int) -> bool:
            return is_leap(year) >= leap and all(instant(place, year) <= stamp + TIGHT for place, stamp in ends)

        if fits(years.shown):
            return years
        found = next((year for year in range(years.shown, FIRST_YEAR, -1) if fits(year)), FIRST_YEAR)
        near = any(stamp - instant(place, found) <= TIGHT for place, stamp in ends)
        return Range(found if near else FIRST_YEAR, found, found)

    def _fits(self, index: int, year: int, stamps: dict[int, int]) -> bool:
        """Whether a stretch can lie in `year`: 29 February, its file's stamp, the end of the sources with years."""
        stretch = self.all[index]
        if stretch.leap and not is_leap(year):
            return False
        end = instant(stretch.high, year)
        in_time = stretch.file not in stamps or end <= stamps[stretch.file] + TIGHT
        return in_time and (self.last_sibling is None or end <= self.last_sibling + LATE)


def instant(place: int, year: int) -> int:
    """Microseconds since 1970 of a place in the leap year 2000, moved into `year` (29 February becomes 1 March)."""
    year = _within(year)
    start = micros(datetime(year, 1, 1))
    return start + place - (DAY if place >= MARCH_1 and not is_leap(year) else 0)


def _within(year: int) -> int:
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _stamp(index: int, clues: YearClues) -> int | None:
    """The latest time a file's lines can have: its rotation as its name dates it, else its mtime."""
    day = rotated(clues.names[index]) if index < len(clues.names) else None
    if day is not None:
        return micros(day)
    mtime = clues.mtimes[index] if index < len(clues.mtimes) else None
    return None if mtime is None or mtime < OLDEST_MTIME else micros(mtime)


def rotated(name: str) -> datetime | None:
    """When a file was rotated, if its name says so (logrotate's dateext and others): the end of that day or hour."""
    _, (kind, parts, _, _) = logical_name(name)
    if kind != DATED:
        return None
    units = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
    try:
        year, month, day, *clock = parts[:6]
        hour, minute, second = [*clock, 0, 0, 0][:3]
        begin = datetime(year, month, day, hour, minute, second)
        return begin + (units[len(clock)] if len(clock) < len(units) else timedelta(seconds=1))
    except ValueError:
        return None  # digits that are no date


def micros(wall: datetime) -> int:
    """Microseconds of a naive wall time since that of 1970."""
    return (wall - _EPOCH) // timedelta(microseconds=1)
