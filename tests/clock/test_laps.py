"""Where the order of stamps without a year has its New Years, and which stretches an unset clock has written."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from logforensics.clock.laps import DAY, Stretch, astray, is_leap, laps, stretches

SECOND = 1_000_000
HOUR = 3600 * SECOND
TEN_MINUTES = 600 * SECOND
BOOT = 5 * SECOND  # what an unset clock shows when its boot is logged


def stretch(first: int, last: int | None = None) -> Stretch:
    """A stretch between two places in the year."""
    end = first if last is None else last
    return Stretch(first, end, min(first, end), max(first, end), leap=False, file=0)


def strays(*firsts: int) -> set[int]:
    """Which of these stretches of a single row each are astray."""
    return astray([stretch(first) for first in firsts])[0]


@pytest.mark.parametrize(("year", "leap"), [(1972, True), (1973, False), (2000, True), (2100, False), (2104, True)])
def test_centuries_are_leap_years_every_fourth_time(year: int, leap: bool) -> None:
    """As Gregory XIII had it."""
    assert is_leap(year) is leap


@pytest.mark.parametrize(
    ("step", "lap", "open_"),
    [
        (-183 * DAY - 1, 1, False),
        (-183 * DAY, 0, True),
        (-7 * DAY - 1, 0, True),
        (-7 * DAY, 0, False),
        (359 * DAY, 0, False),
        (359 * DAY + 1, -1, False),
    ],
)
def test_a_step_is_new_year_a_late_line_or_a_clock_set_back(step: int, lap: int, open_: bool) -> None:
    """More than half a year back is New Year; more than a week back may be; all but a week of a year ahead is late."""
    one = max(0, -step)
    assert laps([stretch(one), stretch(one + step)]) == ([lap], {0} if open_ else set())


@pytest.mark.parametrize(
    ("steps", "files", "found"),
    [
        ((0, 2 * DAY), (0, 0), [0, 0]),
        ((0, 2 * DAY + 1), (0, 0), [0, 1]),
        ((2 * DAY + 1, 0), (0, 0), [0, 1]),
        ((0, 1), (0, 1), [0, 1]),
        ((0, 1, 2), (0, 1, 1), [0, 1, 1]),
    ],
)
def test_rows_are_cut_at_steps_of_over_two_days_and_between_files(
    steps: tuple[int, ...], files: tuple[int, ...], found: list[int]
) -> None:
    """Either way; what is nearer shares a year."""
    start = datetime(2000, 3, 10)
    walls = pl.Series([start], dtype=pl.Datetime("us")).new_from_index(0, len(steps)).cast(pl.Int64) + pl.Series(steps)
    rows = pl.DataFrame(
        {"wall": walls.cast(pl.Datetime("us")), "file_index": files}, schema_overrides={"file_index": pl.UInt32}
    )
    assert stretches(rows)[0]["stretch"].to_list() == found


@pytest.mark.parametrize(
    ("wall", "leap"),
    [
        (datetime(2000, 2, 28, 23, 59, 59, 999_999), False),
        (datetime(2000, 2, 29), True),
        (datetime(2000, 2, 29, 23, 59, 59, 999_999), True),
        (datetime(2000, 3, 1), False),
    ],
)
def test_a_stretch_knows_of_its_29_february(wall: datetime, leap: bool) -> None:
    """From its first microsecond to its last."""
    rows = pl.DataFrame(
        {"wall": [wall], "file_index": [0]}, schema={"wall": pl.Datetime("us"), "file_index": pl.UInt32}
    )
    assert [one.leap for one in stretches(rows)[1]] == [leap]


@pytest.mark.parametrize(
    ("off", "lost"),
    [(31 * DAY, True), (31 * DAY + 1, False), (-2 * DAY, True), (-2 * DAY - 1, False)],
)
def test_a_clock_comes_back_to_where_it_was(off: int, lost: bool) -> None:
    """But for a month at most that the machine was off, and two days by which lines are late."""
    assert strays(170 * DAY, 64 * DAY, 170 * DAY + off) == ({1} if lost else set())


@pytest.mark.parametrize(
    ("before", "block", "after", "lost"),
    [
        (170 * DAY, 168 * DAY, 170 * DAY + 1, False),
        (170 * DAY, 168 * DAY - 1, 170 * DAY, True),
        (170 * DAY, 168 * DAY - 1, 170 * DAY - 1, False),
        (170 * DAY, 171 * DAY, 174 * DAY, False),
        (362 * DAY, 3 * DAY, 362 * DAY, False),
        (362 * DAY, 3 * DAY + 1, 362 * DAY, True),
    ],
)
def test_a_clock_goes_back_by_more_than_late_lines_and_less_than_a_year(
    before: int, block: int, after: int, lost: bool
) -> None:
    """Two days are a late line, and all but a week of a year is New Year."""
    assert strays(before, block, after) == ({1} if lost else set())


@pytest.mark.parametrize(("spent", "lost"), [(DAY - 1, True), (DAY, False)])
def test_a_machine_with_an_unset_clock_may_have_been_off_for_half_a_year(spent: int, lost: bool) -> None:
    """If that clock did not run for a day: then it would have been set."""
    block = stretch(BOOT, BOOT + spent)
    assert astray([stretch(100 * DAY), block, stretch(160 * DAY)])[0] == ({1} if lost else set())


def test_time_spent_on_wrong_dates_has_passed() -> None:
    """A clock that was wrong for forty days comes back forty days later."""
    back = [stretch(200 * DAY), stretch(64 * DAY, 104 * DAY), stretch(240 * DAY)]
    assert astray(back)[0] == {1}
    assert astray([*back[:2], stretch(200 * DAY)])[0] == set()


@pytest.mark.parametrize(
    ("place", "unset"),
    [
        (BOOT, True),
        (TEN_MINUTES - 1, True),
        (TEN_MINUTES, False),
        (366 * DAY - 12 * HOUR, True),
        (366 * DAY - 12 * HOUR - 1, False),
        (366 * DAY - 12 * HOUR - 15 * 60 * SECOND, False),
        (366 * DAY - 3 * HOUR + TEN_MINUTES, False),
        (14 * HOUR + TEN_MINUTES - 1, True),
        (14 * HOUR + TEN_MINUTES, False),
        (14 * HOUR + 15 * 60 * SECOND, False),
    ],
)
def test_an_unset_clock_shows_new_year_in_some_zone(place: int, unset: bool) -> None:
    """1970 in UTC is noon of 31 December to 14 o'clock of 1 January: such a machine may be off for longer."""
    assert strays(80 * DAY, place, 140 * DAY) == ({1} if unset else set())


@pytest.mark.parametrize(
    ("leap", "lost"),
    [(31 * DAY, False), (31 * DAY + 1, True), (359 * DAY - 1, True), (359 * DAY, False)],
)
def test_a_source_may_start_with_an_unset_clock(leap: int, lost: bool) -> None:
    """If it then leaps ahead by more than a month, and not by all but a week of a year: that is a late line."""
    assert strays(BOOT, BOOT + leap) == ({0} if lost else set())


def test_a_source_that_starts_later_than_an_unset_clock_is_believed() -> None:
    """Ten minutes into the year, or with a day of lines."""
    assert strays(TEN_MINUTES, 100 * DAY) == set()
    assert astray([stretch(BOOT, BOOT + DAY - 1), stretch(100 * DAY)])[0] == {0}
    assert astray([stretch(BOOT, BOOT + DAY), stretch(100 * DAY)])[0] == set()


def test_every_boot_with_a_dead_clock_is_astray() -> None:
    """One after the other, each between right dates, and up to three in a row."""
    june = 171 * DAY
    assert strays(june, BOOT, june + HOUR, BOOT + 1, june + 2 * HOUR) == {1, 3}
    boots = [BOOT, BOOT + 4 * DAY, BOOT + 8 * DAY, BOOT + 12 * DAY]
    assert strays(june, *boots[:3], june + HOUR) == {1, 2, 3}
    assert strays(june, *boots, june + HOUR) == set()


def test_boots_with_one_wrong_clock_lie_within_a_month() -> None:
    """Stretches further apart were not written by the same wrong clock."""
    june = 171 * DAY
    assert strays(june, 40 * DAY, 71 * DAY, june + HOUR) == {1, 2}
    assert strays(june, 40 * DAY, 71 * DAY + 1, june + HOUR) == set()


@pytest.mark.parametrize(("away", "loose"), [(DAY, set()), (DAY + 1, {2})])
def test_a_clock_that_came_back_days_later_may_have_gone_round(away: int, loose: set[int]) -> None:
    """Where the wrong date is no New Year, within a day of where it was nothing else explains it."""
    june = 171 * DAY
    assert astray([stretch(june), stretch(64 * DAY), stretch(june + away)]) == ({1}, loose)


def test_an_unset_clock_explains_weeks() -> None:
    """Of 1 January 00:00 no lap of a year is as likely; in another zone that holds for a month."""
    june, west = 171 * DAY, 14 * HOUR + BOOT
    assert astray([stretch(june), stretch(BOOT), stretch(june + 60 * DAY)]) == ({1}, set())
    assert astray([stretch(june), stretch(west), stretch(june + 31 * DAY)]) == ({1}, set())
    assert astray([stretch(june), stretch(west), stretch(june + 31 * DAY + 1)]) == ({1}, {2})


@pytest.mark.parametrize(
    ("ahead", "elapsed", "lost"),
    [
        (100 * DAY, 0, True),
        (7 * DAY, -1, False),
        (7 * DAY + 1, 0, True),
        (7 * DAY + DAY, DAY, False),  # a week back at the least
        (359 * DAY, 0, False),
        (359 * DAY - 1, 0, True),
        (100 * DAY, DAY, True),
        (100 * DAY, DAY + 1, False),
        (100 * DAY, -2 * DAY, True),
        (100 * DAY, -2 * DAY - 1, False),
    ],
)
def test_a_leap_ahead_that_is_undone(ahead: int, elapsed: int, lost: bool) -> None:
    """By more than a week and less than all but a week of a year, and back to within a day."""
    start = 3 * DAY
    assert strays(start, start + ahead, start + elapsed) == ({1} if lost else set())


def test_a_leap_ahead_does_not_last() -> None:
    """More than a day of lines, or lines that go back, are no clock that was wrong for a moment."""
    for last, lost in ((101 * DAY, {1}), (101 * DAY + 1, set()), (100 * DAY - 1, set())):
        assert astray([stretch(3 * DAY), stretch(100 * DAY, last), stretch(3 * DAY)])[0] == lost, last
