"""Turns what bounds a chain of stretches into the year of its newest line, and says whether that is sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from logforensics.clock.chain import FIRST_YEAR, LAST_YEAR, TIGHT, Chain, Range, YearClues, instant, micros, rotated
from logforensics.clock.laps import DAY, LATE, YEAR

UNKNOWN_YEAR = 2000  # the parser's placeholder: shown, and marked ambiguous, where nothing tells the year
BRIEF = 31 * DAY  # a source of another year meets a month of others by 1 in 12
NEAR = 31 * DAY  # a log is rotated within a month of its last line; a wrong year fits by 1 in 12


@dataclass(frozen=True)
class YearBasis:
    """The newest line's year with the first and the last it can be, and in words what it rests on."""

    years: Range
    reason: str

    @property
    def known(self) -> bool:
        """Whether there is no other year it can be."""
        return self.years.low == self.years.high


def newest_year(chain: Chain, rows: pl.DataFrame, bare: pl.DataFrame, clues: YearClues) -> YearBasis:
    """The first of the clues that says something, in the order of their worth."""
    candidates = chain.candidates()
    in_time = [year for year in candidates if chain.in_time(year)]
    stamped = _by_stamps(chain, candidates)
    alone = _by_stamps(chain, chain.candidates(newest_file=True))
    if alone is not None and alone.known and (stamped is None or alone.years.shown > stamped.years.shown):
        stamped, candidates = alone, chain.candidates(newest_file=True)  # behind it lies a silence of over a year
    found = (
        _as_given(candidates, clues.year)
        or _by_anchors(chain, rows, bare)
        or _by_own_stamps(chain, candidates, clues, stamped)
        or _by_siblings(chain, candidates, clues.siblings, stamped)
        or stamped
        or _open(_latest(candidates, UNKNOWN_YEAR), "nothing: no line, file or source tells it")
    )
    if found.years.low != UNBOUNDED:
        return found
    last = (in_time or candidates)[-1] if chain.bounds else candidates[-1]
    return YearBasis(Range(candidates[0], found.years.shown, max(last, found.years.shown)), found.reason)


UNBOUNDED = -1
"""Stands for the first year a line can be of, where nothing but reason bounds it."""


def _sure(year: int, reason: str) -> YearBasis:
    return YearBasis(Range(year, year, year), reason)


def _open(year: int, reason: str) -> YearBasis:
    return YearBasis(Range(UNBOUNDED, year, year), reason)


def _latest(candidates: Sequence[int], year: int) -> int:
    return max((candidate for candidate in candidates if candidate <= year), default=candidates[0])


def _as_given(candidates: Sequence[int], year: int | None) -> YearBasis | None:
    if year is None:
        return None
    fit, reason = _latest(candidates, year), f"the year {year} as given"
    return _sure(fit, reason) if fit == year else _open(fit, reason)


def _by_anchors(chain: Chain, rows: pl.DataFrame, bare: pl.DataFrame) -> YearBasis | None:
    votes = _votes_of_anchors(chain, rows, bare)
    if not votes:
        return None
    year = votes.most_common(1)[0][0]
    return YearBasis(Range(min(votes), year, max(votes)), reason="lines with years in the same source")


def _votes_of_anchors(chain: Chain, rows: pl.DataFrame, bare: pl.DataFrame) -> Counter[int]:
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
            floor, years = micros(before) - LATE, range(max(before.year - 1, FIRST_YEAR), LAST_YEAR + 1)
            votes[next((y for y in years if instant(place, y) >= floor), LAST_YEAR) - lap] += 1
        if after is not None and FIRST_YEAR <= after.year <= LAST_YEAR:
            ceiling, years = micros(after) + LATE, range(min(after.year + 1, LAST_YEAR), FIRST_YEAR - 1, -1)
            votes[next((y for y in years if instant(place, y) <= ceiling), FIRST_YEAR) - lap] += 1
    return votes


def _by_stamps(chain: Chain, candidates: Sequence[int]) -> YearBasis | None:
    """The latest year that keeps the newest file's last line before its stamp; sure if the two fit.

    What lies between them tells that the file was copied, and a copy may be years younger than its lines.
    """
    for file, _, _ in reversed(chain.ends):
        years = [year for year in candidates if chain.slack(year).get(file, -YEAR) >= -TIGHT]
        if years:
            slack = chain.slack(years[-1])[file]
            leap = len(years) > 1 and years[-1] - years[-2] > 1  # the next year that fits is four years away
            if slack <= (4 * YEAR if leap else TIGHT) and (leap or not chain.copied()):
                return _sure(years[-1], "the modification time of its newest file")
            return _open(years[-1], "the modification time of its newest file, which is later than its last line")
    return None


def _by_own_stamps(
    chain: Chain, candidates: Sequence[int], clues: YearClues, stamped: YearBasis | None
) -> YearBasis | None:
    """What the stamps say if no copy can have made them: dates in names, or different mtimes that fit their files."""
    dated = {index for index, name in enumerate(clues.names) if rotated(name) is not None} | clues.packed
    ends = [file for file, _, _ in chain.ends if file in dated]
    named = [year for year in candidates if ends and _near(chain, year, ends)]
    newest_is_dated = bool(chain.ends) and chain.ends[-1][0] in dated
    if named and (newest_is_dated or stamped is None or not stamped.known or stamped.years.shown in named):
        return _sure(named[-1], "the dates in its files' names or heads")
    if stamped is not None and stamped.known and _is_live_chain(chain, stamped.years.shown):
        return _sure(stamped.years.shown, "the modification times of its files, which fit their last lines")
    return None


def _near(chain: Chain, year: int, files: Sequence[int]) -> bool:
    """Whether each file's last line is of its stamp's days if the newest line is of `year`; not if one has no stamp."""
    slack = chain.slack(year)
    return all(file in slack and -TIGHT <= slack[file] <= NEAR for file in files)


def _is_live_chain(chain: Chain, newest: int) -> bool:
    """Whether two files or more fit mtimes that differ: a copy or a checkout stamps all files alike."""
    near = sorted(chain.bounds[file] for file, slack in chain.slack(newest).items() if -TIGHT <= slack <= TIGHT)
    return len(near) > 1 and near[-1] - near[0] > TIGHT


def _by_siblings(
    chain: Chain,
    candidates: Sequence[int],
    siblings: tuple[datetime, datetime] | None,
    stamped: YearBasis | None,
) -> YearBasis | None:
    """The year in which the source meets the sources that have years.

    They prove it by ending together, or by being so few days that it would hardly meet them by chance.  An mtime
    decides between several.  It speaks alone where the source ended before the year in which it would meet them:
    copies are younger than their lines, never older.
    """
    if siblings is None:
        return None
    low, high = micros(siblings[0]), micros(siblings[1])
    spans = {year: chain.span(year) for year in candidates}
    meeting = [year for year, (first, last) in spans.items() if first <= high + TIGHT and last >= low - TIGHT]
    meeting = [year for year in meeting if chain.in_time(year)] or meeting
    together = [year for year in meeting if abs(spans[year][1] - high) <= TIGHT]
    stale = bool(meeting) and stamped is not None and stamped.known and not chain.in_time(meeting[0])
    if len(meeting) == 1 and not stale and (high - low < BRIEF or together):
        return _sure(meeting[0], "the only year in which it meets the sources that have years")
    if stamped is not None and stamped.known and (stale or not meeting or stamped.years.shown in meeting):
        return stamped
    if together:
        return _sure(together[-1], "its end, which meets the end of the sources that have years")
    if meeting:
        return _open(meeting[-1], f"the sources that have years, which allow {meeting[0]} to {meeting[-1]}")
    nearest = min(candidates, key=lambda year: max(spans[year][0] - high, low - spans[year][1]))
    return _open(nearest, "the nearest sources that have years, which it does not meet")
