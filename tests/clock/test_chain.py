"""What bounds the files of a source whose stamps have no year."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from logforensics.clock.chain import FIRST_YEAR, LAST_YEAR, Chain, Range, YearClues, instant, micros, rotated
from logforensics.clock.laps import DAY, stretches
from tests.clock.test_years import placeholder, rows

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
NEVER = datetime(1970, 1, 1)
WRITTEN = datetime(2024, 2, 2, 13)


def chain(*stamps: str, files: list[int] | None = None, clues: YearClues | None = None) -> Chain:
    """The chain of stamps as syslog writes them."""
    bare, found = stretches(rows([placeholder(stamp) for stamp in stamps], files))
    return Chain(found, bare, clues or YearClues())


def settled(some: Chain, year: int) -> list[Range]:
    """The years of its stretches, the newest line being of `year`."""
    some.settle(Range(year, year, year))
    return [some.years[index] for index in sorted(some.years)]


def test_years_are_those_that_32_bits_hold() -> None:
    """1970 to 2106; what is asked beyond is answered by the nearest of them."""
    assert chain("Jun 23 09:00:00").candidates() == list(range(1970, 2107))
    assert instant(0, 1969) == instant(0, 1970) == 0
    assert instant(0, 2107) == instant(0, 2106) == micros(datetime(2106, 1, 1))


def test_a_29_february_of_the_year_before_names_the_newest_year() -> None:
    """Counted from the newest line."""
    assert chain("Feb 29 12:00:00", "Dec 1 00:00:00", "Jan 5 12:00:00").candidates()[:2] == [1973, 1977]


def test_a_29_february_of_an_older_file_binds_the_newest_one_only_with_it() -> None:
    """Between files there may be years of silence."""
    found = chain("Feb 29 12:00:00", "Mar 5 12:00:00", files=[0, 1])
    assert found.candidates()[:2] == [1972, 1976]
    assert found.candidates(newest_file=True)[:2] == [1970, 1971]


def test_the_span_holds_a_late_line_at_the_end() -> None:
    """The last line may be of the December before the others."""
    first, last = chain("Jan 1 00:10:00", "Dec 31 23:50:00").span(2020)
    assert (first, last) == (micros(datetime(2020, 12, 31, 23, 50)), micros(datetime(2021, 1, 1, 0, 10)))


def test_the_span_begins_in_the_year_before() -> None:
    """Where a New Year lies between."""
    first, last = chain("Dec 31 12:00:00", "Jan 2 12:00:00").span(2020)
    assert (first, last) == (micros(datetime(2019, 12, 31, 12)), micros(datetime(2020, 1, 2, 12)))


def test_slack_is_what_lies_between_a_files_last_line_and_its_bound() -> None:
    """In the year of that file."""
    clues = YearClues((datetime(2019, 12, 31, 13), datetime(2020, 1, 2, 11)))
    found = chain("Dec 31 12:00:00", "Jan 2 12:00:00", files=[0, 1], clues=clues)
    assert found.slack(2020) == {0: DAY // 24, 1: -DAY // 24}


def test_a_files_end_is_its_last_line_that_is_to_be_believed() -> None:
    """Not the boot with an unset clock behind it."""
    found = chain("Jun 20 12:00:00", "Jan 1 00:00:05", "Jun 20 14:00:00", files=[0, 0, 1])
    assert found.ends == [(0, found.all[0].last, 0), (1, found.all[2].last, 2)]


@pytest.mark.parametrize(
    ("between", "written", "copied"),
    [
        (HOUR / 2, timedelta(0), False),
        (HOUR, timedelta(0), False),
        (HOUR + TICK, timedelta(0), True),
        (4 * HOUR, 2 * HOUR, False),
        (4 * HOUR, 2 * HOUR - TICK, True),
        (4 * HOUR, -2 * HOUR, False),
        (48 * HOUR, 48 * HOUR, False),
    ],
)
def test_files_written_nearer_together_than_they_end_were_copied(
    between: timedelta, written: timedelta, copied: bool
) -> None:
    """If they end more than an hour apart, and were written within half of that."""
    start, stamped = datetime(2000, 6, 20, 12), datetime(2026, 1, 5)
    bare, found = stretches(rows([start, start + between], [0, 1]))
    assert Chain(found, bare, YearClues((stamped, stamped + written))).copied() is copied


def test_files_on_both_sides_of_new_year_end_a_day_apart() -> None:
    """And not a year."""
    clues = YearClues((datetime(2019, 12, 31, 13), datetime(2020, 1, 1, 13)))
    assert not chain("Dec 31 12:00:00", "Jan 1 12:00:00", files=[0, 1], clues=clues).copied()


@pytest.mark.parametrize(("over", "in_time"), [(timedelta(0), True), (TICK, False)])
def test_a_line_may_be_a_day_later_than_its_files_mtime(over: timedelta, in_time: bool) -> None:
    """The mtime is told in UTC, and the line in a zone that nobody knows yet."""
    clues = YearClues((datetime(2020, 6, 19, 12) - over,))
    assert chain("Jun 20 12:00:00", clues=clues).in_time(2020) is in_time


@pytest.mark.parametrize("year", [FIRST_YEAR, LAST_YEAR])
def test_the_first_and_the_last_year_are_years(year: int) -> None:
    """Nothing is in doubt there."""
    assert settled(chain("Jun 20 12:00:00"), year) == [Range(year, year, year)]


def test_where_the_clock_may_have_gone_round_the_lines_before_may_be_a_year_older() -> None:
    """June, March and June again, five days on: a wrong clock, or two New Years."""
    assert settled(chain("Jun 20 12:00:00", "Mar 5 12:00:00", "Jun 25 12:00:00"), 2019) == [
        Range(2018, 2019, 2019),
        Range(2019, 2019, 2019),
        Range(2019, 2019, 2019),
    ]


@pytest.mark.parametrize(
    ("stamps", "year"),
    [
        (("Jan 1 00:00:05", "Dec 20 12:00:00", "Jan 2 12:00:00"), 2019),
        (("Dec 20 12:00:00", "Mar 5 12:00:00", "Jan 1 00:00:05", "Mar 5 14:00:00"), 2020),
        (("Jan 20 12:00:00", "Dec 31 16:00:00", "Jan 20 14:00:00"), 2019),
    ],
)
def test_a_wrong_date_is_of_the_year_of_its_neighbour(stamps: tuple[str, ...], year: int) -> None:
    """The line before it, or else the one behind; an evening of 31 December after a January is of the year before."""
    found = chain(*stamps)
    (index,) = found.astray
    assert settled(found, 2020)[index] == Range(year, year, year)


@pytest.mark.parametrize(
    ("mtime", "expected"),
    [
        (datetime(2017, 6, 20, 13), Range(2017, 2017, 2017)),
        (datetime(2017, 6, 21, 12), Range(2017, 2017, 2017)),
        (datetime(2017, 6, 21, 12) + TICK, Range(1970, 2017, 2017)),
        (datetime(2020, 6, 19, 12), Range(2020, 2020, 2020)),
        (datetime(2020, 6, 19, 12) - TICK, Range(1970, 2019, 2019)),
        (NEVER, Range(2020, 2020, 2020)),  # a default of some packer bounds nothing
    ],
)
def test_a_file_written_years_before_lies_beyond_a_silence(mtime: datetime, expected: Range) -> None:
    """Its own stamp tells the year if it fits the last line, and bounds it if not."""
    clues = YearClues((mtime, datetime(2020, 8, 1, 13)))
    assert settled(chain("Jun 20 12:00:00", "Aug 1 12:00:00", files=[0, 1], clues=clues), 2020)[0] == expected


def test_a_29_february_lies_beyond_a_silence_too() -> None:
    """Of the last leap year there was, or of one before."""
    clues = YearClues((None, datetime(2019, 6, 1, 13)))
    found = chain("Feb 29 12:00:00", "Jun 1 12:00:00", files=[0, 1], clues=clues)
    assert settled(found, 2019)[0] == Range(1970, 2016, 2016)


@pytest.mark.parametrize(
    ("first", "clues", "low", "high"),
    [
        ("Mar 5 12:00:00", YearClues(), 2023, 2024),
        ("Feb 29 12:00:00", YearClues(), 2024, 2024),
        ("Mar 5 12:00:00", YearClues((datetime(2024, 3, 4, 12), WRITTEN)), 2023, 2024),
        ("Mar 5 12:00:00", YearClues((datetime(2024, 3, 4, 12) - TICK, WRITTEN)), 2023, 2023),
        ("Mar 5 12:00:00", YearClues((datetime(2024, 3, 5, 13), WRITTEN)), 2023, 2024),
        ("Mar 5 12:00:00", YearClues(siblings=(NEVER, datetime(2024, 2, 27, 12))), 2023, 2024),
        ("Mar 5 12:00:00", YearClues(siblings=(NEVER, datetime(2024, 2, 27, 12) - TICK)), 2023, 2023),
    ],
)
def test_a_step_back_is_what_its_bounds_leave_of_it(first: str, clues: YearClues, low: int, high: int) -> None:
    """A clock set back or ten months of silence: 29 February, the file's own stamp, the end of the other sources."""
    found = settled(chain(first, "Feb 2 12:00:00", files=[0, 1], clues=clues), 2024)[0]
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("mtime", "counts"), [(datetime(1980, 1, 2), True), (datetime(1980, 1, 2) - TICK, False), (None, False)]
)
def test_the_default_of_a_packer_is_no_bound(mtime: datetime | None, counts: bool) -> None:
    """FAT begins in 1980, in whatever zone."""
    assert bool(chain("Jun 20 12:00:00", clues=YearClues((mtime,))).bounds) is counts


def test_a_name_without_a_date_bounds_nothing() -> None:
    """Also where no mtimes are known."""
    assert chain("Jun 20 12:00:00", clues=YearClues(names=("syslog",))).bounds == {}


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("syslog-20260101.gz", datetime(2026, 1, 2)),
        ("syslog-2026010109", datetime(2026, 1, 1, 10)),
        ("syslog-20260101-09:30", None),
        ("syslog-202601010930", datetime(2026, 1, 1, 9, 31)),
        ("syslog-20260101093055", datetime(2026, 1, 1, 9, 30, 56)),
        ("syslog-1767259855", datetime(2026, 1, 1, 9, 30, 56)),
        ("syslog-20260231", None),
        ("syslog.1", None),
        ("syslog", None),
    ],
)
def test_a_rotation_ends_with_what_its_name_says(name: str, end: datetime | None) -> None:
    """With the day, the hour, the minute or the second."""
    assert rotated(name) == end
