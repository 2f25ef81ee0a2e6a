"""Turns stamps without a year, in file order over a whole source, into full wall times and says which stay in doubt."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from logforensics.clock.laps import (
    DAY,
    FEB_29,
    HALF_YEAR,
    LATE,
    MARCH_1,
    YEAR,
    Stretch,
    astray,
    is_leap,
    laps,
    stretches,
)

FIRST_YEAR, LAST_YEAR = 1970, 2106  # what a 32-bit unsigned Unix time can hold: no log is older or newer
UNKNOWN_YEAR = 2000  # the parser's placeholder: shown, and marked ambiguous, where nothing tells the year
NEAR = 31 * DAY  # a file was last written, and a host's logs end together, within a month; a wrong year fits by 1 in 12
TIGHT = DAY  # a log's mtime is the time of its last line, but for buffering and for zones (at most 14 hours)
OLDEST_MTIME = datetime(1980, 1, 2)  # older mtimes come from tar, zip or FAT defaults, not from a log
_DATE_IN_NAME = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})-?([01][0-9])-?([0-3][0-9])(?![0-9])")
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class YearClues:
    """What is known besides the lines themselves; all datetimes are naive wall times of the source's own clock.

    `mtimes` and `names` belong to the source's files by file_index; `siblings` is the span of other sources that
    have years; `year` is the year of the newest line as the user gave it.
    """

    mtimes: tuple[datetime | None, ...] = ()
    names: tuple[str, ...] = ()
    siblings: tuple[datetime, datetime] | None = None
    year: int | None = None


@dataclass(frozen=True)
class YearBasis:
    """The newest line's year, whether it is sure, and in words what it rests on."""

    year: int
    known: bool
    reason: str


@dataclass(frozen=True)
class Years:
    """Full walls and doubts, row for row, and what the newest line's year rests on.

    `doubtful` marks rows whose year is a choice; `astray` those whose whole date looks like a clock that was not set.
    """

    wall: pl.Series
    doubtful: pl.Series
    astray: pl.Series
    basis: YearBasis


def infer_years(rows: pl.DataFrame, clues: YearClues) -> Years:
    """Give every yearless row its year.

    `rows` in file order: wall (naive Datetime us; yearless stamps carry the placeholder year 2000), yearless
    (Boolean), file_index (integer into `clues.mtimes`); no continuation lines.  Rows with a year pass unchanged and
    serve as anchors.

    New Year is a backward step of more than half a year.  The newest line's year is settled by, in this order: the
    user, lines with years in the same source, dates in file names, a chain of mtimes that fits its files, the span of
    sources with years, the newest mtime.  29 February rules out all but leap years.
    """
    bare = rows.with_row_index("row").filter(pl.col("yearless"))
    if bare.height == 0:
        none = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
        return Years(rows["wall"], none, none, YearBasis(UNKNOWN_YEAR, known=True, reason="every line has its year"))
    bare, found = stretches(bare)
    chain = _Chain(found, bare, clues)
    basis = _newest_year(chain, rows, bare, clues)
    doubts = set(chain.kept) if not basis.known else set()
    return _apply(rows, bare, chain, chain.settle(basis.year) | doubts, basis)


class _Chain:
    """The stretches of one source, each with its year relative to the newest line's, and what bounds them."""

    def __init__(self, found: list[Stretch], bare: pl.DataFrame, clues: YearClues) -> None:
        self.all = found
        self.astray = astray(found)
        self.kept = [index for index in range(len(found)) if index not in self.astray]
        steps, self.doubt = laps([found[index] for index in self.kept])
        self.steps = steps
        relative = [0]
        for step in reversed(steps):
            relative.append(relative[-1] - step)
        self.relative = dict(zip(self.kept, reversed(relative), strict=True))
        self.years: dict[int, int] = {}
        self.extremes = (
            min((lap, found[index].low) for index, lap in self.relative.items()),
            max((lap, found[index].high) for index, lap in self.relative.items()),
        )
        stamps = [_stamp(index, clues) for index in range(max(len(clues.mtimes), len(clues.names)))]
        self.bounds = {index: stamp for index, stamp in enumerate(stamps) if stamp is not None}
        good = bare.filter(pl.col("stretch").is_in(self.kept)) if self.astray else bare
        ends = good.group_by("file_index", maintain_order=True).agg(pl.col("place", "stretch").last())
        self.ends = [(int(file), int(place), int(stretch)) for file, place, stretch in ends.rows()]
        self.last_sibling = None if clues.siblings is None else _micros(clues.siblings[1])

    def candidates(self) -> list[int]:
        """Years the newest line can have: 29 February must fall into leap years."""
        leaps = {self.relative[index] % 4 for index in self.kept if self.all[index].leap}
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

    def settle(self, newest: int) -> set[int]:
        """Fix each stretch's year, going back from the newest; returns the stretches whose year stays a choice.

        A backward step between a week and half a year is a clock set back, or a New Year after months of silence
        (HOSTILE.md T4): a bound decides if only one of the two fits.
        """
        slack = self.slack(newest)
        latest = next((file for file, _, _ in reversed(self.ends) if file in slack), None)
        stamps = self.bounds if latest is not None and slack[latest] >= -TIGHT else {}
        year, open_choice = newest, False
        doubts: set[int] = set()
        for position in range(len(self.kept) - 1, -1, -1):
            index = self.kept[position]
            if position < len(self.steps):
                choices = [self.steps[position]] if position not in self.doubt else [0, 1]
                fits = [step for step in choices if self._fits(index, year - step, stamps)]
                open_choice |= len(choices) > 1 and len(fits) != 1
                year -= fits[0] if fits else choices[0]
            open_choice |= not FIRST_YEAR <= year <= LAST_YEAR  # more New Years than logs can hold
            self.years[index] = _within(year)
            if open_choice:
                doubts.add(index)
        for index in sorted(self.astray):
            before = bisect_left(self.kept, index)
            neighbour = self.kept[max(before - 1, 0)]
            ahead = self.all[index].first - self.all[neighbour].last
            late = before > 0 and ahead > HALF_YEAR  # nearer to the December before than to the one to come
            self.years[index] = _within(self.years[neighbour] - late)
        return doubts

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
    start = _micros(datetime(year, 1, 1))
    return start + place - (DAY if place >= MARCH_1 and not is_leap(year) else 0)


def _within(year: int) -> int:
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _stamp(index: int, clues: YearClues) -> int | None:
    """The latest time a file's lines can have: the end of the day in its name, else its mtime."""
    day = _date_in(clues.names[index]) if index < len(clues.names) else None
    if day is not None:
        return _micros(day) + DAY
    mtime = clues.mtimes[index] if index < len(clues.mtimes) else None
    return None if mtime is None or mtime < OLDEST_MTIME else _micros(mtime)


def _date_in(name: str) -> datetime | None:
    """The day that logrotate's dateext wrote into a file's name: the day of its rotation."""
    for found in _DATE_IN_NAME.finditer(name.rpartition("/")[2]):
        try:
            return datetime(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue  # digits that are no date
    return None


def _micros(wall: datetime) -> int:
    return (wall - _EPOCH) // timedelta(microseconds=1)


def _newest_year(chain: _Chain, rows: pl.DataFrame, bare: pl.DataFrame, clues: YearClues) -> YearBasis:
    """The first of the clues that says something, in the order of their worth."""
    candidates = chain.candidates()
    stamped = _by_stamps(chain, candidates)
    return (
        _as_given(candidates, clues.year)
        or _by_anchors(chain, rows, bare)
        or _by_own_stamps(chain, candidates, clues, stamped)
        or _by_siblings(chain, candidates, clues.siblings, stamped)
        or stamped
        or YearBasis(_latest(candidates, UNKNOWN_YEAR), known=False, reason="nothing: no line, file or source tells it")
    )


def _latest(candidates: Sequence[int], year: int) -> int:
    return max((candidate for candidate in candidates if candidate <= year), default=candidates[0])


def _as_given(candidates: Sequence[int], year: int | None) -> YearBasis | None:
    if year is None:
        return None
    fit = _latest(candidates, year)
    return YearBasis(fit, known=fit == year, reason=f"the year {year} as given")


def _by_anchors(chain: _Chain, rows: pl.DataFrame, bare: pl.DataFrame) -> YearBasis | None:
    votes = _votes_of_anchors(chain, rows, bare)
    if not votes:
        return None
    year = votes.most_common(1)[0][0]
    return YearBasis(year, known=len(votes) == 1, reason="lines with years in the same source")


def _votes_of_anchors(chain: _Chain, rows: pl.DataFrame, bare: pl.DataFrame) -> Counter[int]:
    """Newest years that neighbouring lines with years speak for (at most 2000 neighbours are asked)."""
    if bare.height == rows.height:
        return Counter()
    beside = (
        rows.with_row_index("row")
        .with_columns(
            before=pl.when(~pl.col("yearless").shift(1)).then(pl.col("wall").shift(1)),
            after=pl.when(~pl.col("yearless").shift(-1)).then(pl.col("wall").shift(-1)),
        )
        .filter("yearless")
        .filter(pl.col("before").is_not_null() | pl.col("after").is_not_null())
        .select("row", "before", "after")
        .join(bare.select("row", "place", "stretch"), on="row", maintain_order="left")
    )
    votes: Counter[int] = Counter()
    for _, before, after, place, stretch in beside.gather_every(max(1, beside.height // 2000)).rows():
        if stretch in chain.astray:
            continue
        lap = chain.relative[stretch]
        if before is not None and FIRST_YEAR <= before.year <= LAST_YEAR:
            floor = _micros(before) - LATE
            votes[next(y for y in range(before.year - 1, before.year + 9) if instant(place, y) >= floor) - lap] += 1
        if after is not None and FIRST_YEAR <= after.year <= LAST_YEAR:
            ceiling = _micros(after) + LATE
            votes[next(y for y in range(after.year + 1, after.year - 9, -1) if instant(place, y) <= ceiling) - lap] += 1
    return votes


def _by_stamps(chain: _Chain, candidates: Sequence[int]) -> YearBasis | None:
    """The latest year that keeps the newest file's last line before its stamp; sure if the two are near."""
    for file, _, _ in reversed(chain.ends):
        years = [year for year in candidates if chain.slack(year).get(file, -YEAR) >= -TIGHT]
        if years:
            slack = chain.slack(years[-1])[file]
            leap = any(chain.all[index].leap for index in chain.kept)  # the next year that fits is four years away
            if slack <= (4 * YEAR if leap else NEAR):
                return YearBasis(years[-1], known=True, reason="the modification time of its newest file")
            late = "the modification time of its newest file, which is much later than its last line"
            return YearBasis(years[-1], known=False, reason=late)
    return None


def _by_own_stamps(
    chain: _Chain, candidates: Sequence[int], clues: YearClues, stamped: YearBasis | None
) -> YearBasis | None:
    """What the stamps say if no copy can have made them: dates in names, or different mtimes that fit their files."""
    dated = {index for index, name in enumerate(clues.names) if _date_in(name) is not None}
    ends = [file for file, _, _ in chain.ends if file in dated]
    named = [year for year in candidates if ends and all(-TIGHT <= chain.slack(year)[file] <= NEAR for file in ends)]
    if named:
        return YearBasis(named[-1], known=True, reason="the dates in its file names")
    if stamped is not None and stamped.known and _is_live_chain(chain, stamped.year):
        reason = "the modification times of its files, which fit their last lines"
        return YearBasis(stamped.year, known=True, reason=reason)
    return None


def _is_live_chain(chain: _Chain, newest: int) -> bool:
    """Whether two files or more fit mtimes that differ: a copy or a checkout stamps all files alike."""
    near = sorted(chain.bounds[file] for file, slack in chain.slack(newest).items() if -TIGHT <= slack <= TIGHT)
    return len(near) > 1 and near[-1] - near[0] > TIGHT


def _by_siblings(
    chain: _Chain,
    candidates: Sequence[int],
    siblings: tuple[datetime, datetime] | None,
    stamped: YearBasis | None,
) -> YearBasis | None:
    """The year in which the source meets the sources that have years; an mtime decides only between several."""
    if siblings is None:
        return None
    low, high = _micros(siblings[0]), _micros(siblings[1])
    spans = {year: chain.span(year) for year in candidates}
    meeting = [year for year, (first, last) in spans.items() if first <= high + NEAR and last >= low - NEAR]
    together = [year for year in meeting if abs(spans[year][1] - high) <= NEAR]
    if len(meeting) == 1:
        reason = "the only year in which it meets the sources that have years"
        return YearBasis(meeting[0], known=True, reason=reason)
    if stamped is not None and stamped.known and (not meeting or stamped.year in meeting):
        return stamped
    if together:
        return YearBasis(together[-1], known=True, reason="its end, which meets the end of the sources that have years")
    if meeting:
        reason = f"the sources that have years, which allow {meeting[0]} to {meeting[-1]}"
        return YearBasis(meeting[-1], known=False, reason=reason)
    nearest = min(candidates, key=lambda year: max(spans[year][0] - high, low - spans[year][1]))
    return YearBasis(nearest, known=False, reason="the nearest sources that have years, which it does not meet")


def _apply(rows: pl.DataFrame, bare: pl.DataFrame, chain: _Chain, doubts: set[int], basis: YearBasis) -> Years:
    """Move each row from the placeholder year into its stretch's year; 29 February never leaves a leap year."""
    order = range(len(chain.all))
    base = _micros(datetime(UNKNOWN_YEAR, 1, 1))
    years = [chain.years[index] for index in order]
    leaps = [next(past for past in range(year, year - 9, -1) if is_leap(past)) for year in years]
    table = pl.DataFrame(
        {
            "stretch": pl.Series(order, dtype=pl.UInt32),
            "early": [instant(0, year) - base for year in years],
            "spring": [instant(MARCH_1, year) - base - MARCH_1 for year in years],
            "leap_day": [instant(0, year) - base for year in leaps],
            "unsure": [index in doubts for index in order],
            "shifted": [year != leap for year, leap in zip(years, leaps, strict=True)],
            "astray": [index in chain.astray for index in order],
        }
    )
    place = pl.col("place")
    leap_day = (place >= FEB_29) & (place < MARCH_1)
    shift = pl.when(place < FEB_29).then("early").when(leap_day).then("leap_day").otherwise("spring")
    settled = bare.join(table, on="stretch", how="left", maintain_order="left").select(
        "row",
        full=(pl.col("wall").cast(pl.Int64) + shift).cast(pl.Datetime("us")),
        doubtful=pl.col("unsure") | pl.col("astray") | (leap_day & pl.col("shifted")),
        astray=pl.col("astray"),
    )
    joined = rows.with_row_index("row").join(settled, on="row", how="left", maintain_order="left")
    return Years(
        joined.select(pl.coalesce("full", "wall").alias("wall")).to_series(),
        joined["doubtful"].fill_null(value=False),
        joined["astray"].fill_null(value=False),
        basis,
    )
