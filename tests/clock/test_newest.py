"""What tells the year of a source's newest line, which of several clues is believed, and how far."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from logforensics.clock.chain import Range, YearClues
from logforensics.clock.newest import YearBasis
from logforensics.clock.years import infer_years
from tests.clock.test_years import placeholder, rows, stamped

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
NOON = datetime(2020, 6, 20, 12)
COPY = datetime(2026, 3, 1)


def sure(year: int) -> Range:
    """That year and no other."""
    return Range(year, year, year)


def basis(*stamps: str, files: list[int] | None = None, clues: YearClues) -> YearBasis:
    """What the newest line's year rests on."""
    return stamped(*stamps, files=files, clues=clues).basis


def noon(
    *mtimes: datetime | None, names: tuple[str, ...] = (), siblings: tuple[datetime, datetime] | None = None
) -> Range:
    """The years of a line of 20 June, 12:00."""
    return basis("Jun 20 12:00:00", clues=YearClues(mtimes, names, siblings)).years


def dated(*lines: str | datetime) -> Range:
    """The years of lines of which some have theirs, told by those."""
    frame = rows([placeholder(line) if isinstance(line, str) else line for line in lines])
    years = pl.Series([isinstance(line, str) for line in lines])
    return infer_years(frame.with_columns(yearless=years), YearClues()).basis.years


@pytest.mark.parametrize(
    ("stamp", "year", "expected"),
    [
        ("Jun 20 12:00:00", 2019, sure(2019)),
        ("Feb 29 12:00:00", 2020, sure(2020)),
        ("Feb 29 12:00:00", 2019, Range(1972, 2016, 2104)),
        ("Feb 29 12:00:00", 1970, Range(1972, 1972, 2104)),
    ],
)
def test_the_year_as_given_is_bent_for_a_29_february_alone(stamp: str, year: int, expected: Range) -> None:
    """Then the last leap year before it is shown, and none is sure."""
    found = basis(stamp, clues=YearClues(year=year))
    assert (found.years, found.reason) == (expected, f"the year {year} as given")


def test_nothing_tells_nothing() -> None:
    """The placeholder is shown, and any year is possible."""
    assert noon() == Range(1970, 2000, 2106)


@pytest.mark.parametrize(
    ("mtime", "expected"),
    [
        (NOON + DAY, sure(2020)),
        (NOON + DAY + TICK, Range(1970, 2020, 2020)),
        (NOON - DAY, sure(2020)),
        (NOON - DAY - TICK, Range(1970, 2019, 2019)),
    ],
)
def test_an_mtime_within_a_day_of_the_last_line_is_the_logs_own(mtime: datetime, expected: Range) -> None:
    """A later one is a copy's."""
    assert noon(mtime) == expected


def test_the_mtime_of_an_older_file_tells_where_the_newest_has_none() -> None:
    """As of a live file that came out of a pipe."""
    assert basis("Jun 20 12:00:00", "Jun 25 12:00:00", files=[0, 1], clues=YearClues((NOON, None))).years == sure(2020)


def test_a_29_february_fits_an_mtime_up_to_four_years_later() -> None:
    """There is no other year it can be of, whoever copied the file."""
    assert basis("Feb 29 12:00:00", clues=YearClues((datetime(2023, 12, 1),))).years == sure(2020)


def test_a_29_february_in_an_older_file_does_not_bind_the_newest() -> None:
    """Behind it lie years of silence."""
    found = stamped(
        "Feb 29 12:00:00", "Jun 1 12:00:00", files=[0, 1], clues=YearClues((None, datetime(2019, 6, 1, 13)))
    )
    assert (found.wall.dt.year().to_list(), found.basis.years) == ([2016, 2019], sure(2019))


@pytest.mark.parametrize(
    ("line", "beside", "expected"),
    [
        ("Dec 29 00:00:00", datetime(2021, 1, 5), 2020),
        ("Dec 28 23:59:59", datetime(2021, 1, 5), 2021),
        ("Jun 20 12:00:00", datetime(1970, 6, 20), 1970),
        ("Jun 20 12:00:00", datetime(2106, 6, 20), 2106),
    ],
)
def test_a_line_behind_one_with_a_year_is_not_older(line: str, beside: datetime, expected: int) -> None:
    """But for a week by which a line may be late."""
    assert dated(beside, line) == sure(expected)


@pytest.mark.parametrize(
    ("line", "beside", "expected"),
    [
        ("Jan 6 00:00:00", datetime(2020, 12, 30), 2021),
        ("Jan 6 00:00:01", datetime(2020, 12, 30), 2020),
        ("Jun 20 12:00:00", datetime(1970, 6, 21), 1970),
        ("Jun 20 12:00:00", datetime(2106, 6, 21), 2106),
    ],
)
def test_a_line_before_one_with_a_year_is_not_younger(line: str, beside: datetime, expected: int) -> None:
    """Either way round."""
    assert dated(line, beside) == sure(expected)


@pytest.mark.parametrize("year", [1969, 2107])
def test_a_year_that_no_log_has_speaks_for_none(year: int) -> None:
    """Before or behind a line."""
    assert dated("Jun 20 12:00:00", datetime(year, 6, 20)) == Range(1970, 2000, 2106)
    assert dated(datetime(year, 6, 20), "Jun 20 12:00:00") == Range(1970, 2000, 2106)


def test_lines_with_years_speak_for_their_own_side_of_new_year() -> None:
    """And so for the newest line's."""
    assert dated(datetime(2019, 12, 30), "Dec 31 12:00:00", "Jan 2 12:00:00") == sure(2020)
    assert dated("Dec 31 12:00:00", datetime(2019, 12, 31, 13), "Jan 2 12:00:00") == sure(2020)


def test_most_of_the_lines_with_years_decide() -> None:
    """The others are bounds."""
    one, two = datetime(2014, 6, 1), datetime(2020, 6, 3)
    assert dated(one, "Jun 2 12:00:00", two, "Jun 4 12:00:00", two + 2 * DAY) == Range(2014, 2020, 2020)


def test_a_wrong_clock_is_no_witness_of_the_year() -> None:
    """What is dated behind it, by that clock too, tells nothing."""
    june = datetime(2020, 6, 20, 13)
    lines = ("Jun 20 12:00:00", "Jan 1 00:00:05", datetime(2031, 6, 1), june, "Jun 20 14:00:00")
    assert dated(*lines) == dated(june - 2 * DAY / 24, *lines) == sure(2020)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [("Jan 2 00:00:00", sure(2026)), ("Jan 1 23:59:59", Range(1970, 2026, 2026)), ("Feb 3 00:00:00", sure(2026))],
)
def test_a_log_is_rotated_within_a_month_of_its_last_line(stamp: str, expected: Range) -> None:
    """The date in its name is then that of this year's rotation."""
    assert basis(stamp, clues=YearClues((COPY,), ("syslog-20260201",))).years == expected


def test_the_time_in_a_packed_files_head_is_no_copys() -> None:
    """Of gzip: it keeps when the log was last written."""
    mtime = NOON + 21 * DAY
    assert noon(mtime) == Range(1970, 2020, 2020)
    assert basis("Jun 20 12:00:00", clues=YearClues((mtime,), packed=frozenset({0}))).years == sure(2020)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (COPY, sure(2020)),
        (None, sure(2020)),
        (datetime(2020, 6, 23, 13), sure(2020)),
        (datetime(2021, 6, 23, 13), sure(2021)),
    ],
)
def test_a_dated_file_tells_of_the_live_one_too(live: datetime | None, expected: Range) -> None:
    """Unless that has an mtime of its own that fits another year."""
    names = ("syslog-20200620", "syslog")
    found = basis("Jun 19 12:00:00", "Jun 23 12:00:00", files=[0, 1], clues=YearClues((COPY, live), names))
    assert found.years == expected


SPAN = (datetime(2015, 1, 1), datetime(2015, 12, 1))


@pytest.mark.parametrize(
    ("apart", "year"),
    [(DAY, 2015), (DAY + TICK, 2020)],
)
def test_rotated_files_were_written_on_different_days(apart: timedelta, year: int) -> None:
    """Two mtimes that fit and differ by more than a day are no copy's; the other sources then are of another time."""
    clues = YearClues((NOON, NOON + apart), siblings=SPAN)
    walls = [NOON.replace(year=2000), (NOON + apart).replace(year=2000)]
    assert infer_years(rows(walls, [0, 1]), clues).basis.years.shown == year


@pytest.mark.parametrize(
    ("siblings", "expected"),
    [
        ((NOON, NOON + 31 * DAY - TICK), sure(2020)),
        ((NOON, NOON + 31 * DAY), Range(1970, 2020, 2025)),
        ((NOON - 31 * DAY, NOON + DAY), sure(2020)),
        ((NOON - 31 * DAY, NOON + DAY + TICK), Range(1970, 2020, 2025)),
        ((NOON - 31 * DAY, NOON - DAY), sure(2020)),
        ((NOON + DAY, NOON + 2 * DAY), sure(2020)),
        ((NOON + DAY + TICK, NOON + 2 * DAY), Range(1970, 2020, 2025)),
        ((NOON - 2 * DAY, NOON - DAY), sure(2020)),
        ((NOON - 2 * DAY, NOON - DAY - TICK), Range(1970, 2020, 2025)),
        ((datetime(2015, 1, 1), datetime(2017, 12, 31)), Range(1970, 2017, 2025)),
        ((datetime(2015, 1, 1), datetime(2017, 6, 20, 13)), sure(2017)),
    ],
)
def test_sources_with_years_tell_theirs_by_meeting(siblings: tuple[datetime, datetime], expected: Range) -> None:
    """By ending within a day of each other, or by being less than a month and met, which is rare by chance."""
    assert noon(COPY, siblings=siblings) == expected


def test_without_an_mtime_a_source_may_be_younger_than_those_it_meets() -> None:
    """Nothing bounds it."""
    assert noon(siblings=(datetime(2015, 1, 1), datetime(2017, 12, 31))) == Range(1970, 2017, 2106)


def test_a_source_that_meets_none_is_shown_in_the_nearest_year() -> None:
    """From either side; no year is sure."""
    assert noon(siblings=(NOON + 30 * DAY, NOON + 40 * DAY)).shown == 2020
    assert noon(siblings=(NOON - 40 * DAY, NOON - 30 * DAY)).shown == 2020


@pytest.mark.parametrize("slack", [DAY, -DAY])
def test_files_that_fit_to_a_day_are_no_copies(slack: timedelta) -> None:
    """As those that fit to the second."""
    clues = YearClues((NOON + slack, NOON + 4 * DAY), siblings=SPAN)
    walls = [NOON.replace(year=2000), (NOON + 4 * DAY).replace(year=2000)]
    assert infer_years(rows(walls, [0, 1]), clues).basis.years == sure(2020)


def test_a_name_tells_more_than_an_mtime() -> None:
    """Where both fit, the name is what is told."""
    clues = YearClues((datetime(2026, 1, 1, 13),), ("syslog-20260101",))
    assert basis("Jan 1 12:00:00", clues=clues).reason == "the dates in its files' names or heads"


def test_of_the_years_in_which_it_meets_others_a_source_is_of_none_behind_its_mtime() -> None:
    """Though it tells no more than that."""
    siblings = (datetime(2019, 1, 1), datetime(2022, 9, 5))
    assert noon(datetime(2021, 3, 1), siblings=siblings) == Range(1970, 2020, 2020)


@pytest.mark.parametrize(
    ("siblings", "year"),
    [
        ((datetime(2022, 6, 1), datetime(2022, 6, 25)), 2020),  # stale: it was written before it could meet them
        ((datetime(2022, 9, 1), datetime(2022, 9, 5)), 2020),  # meets none
        ((datetime(2019, 1, 1), datetime(2022, 9, 5)), 2020),  # meets them in that year as well
        ((datetime(2017, 6, 19), datetime(2017, 6, 21)), 2017),  # its mtime is a copy's by chance, a year to the day
    ],
)
def test_an_mtime_that_fits_decides_between_sources(siblings: tuple[datetime, datetime], year: int) -> None:
    """Copies are younger than their lines, never older."""
    assert noon(NOON + DAY / 24, siblings=siblings) == sure(year)
