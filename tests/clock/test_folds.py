"""Which of two instants a time that clocks showed twice is."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from logforensics.clock.folds import FIRST, OPEN, SECOND, Folds, resolve_folds
from logforensics.clock.zones import Zone

BERLIN = Zone.named("Europe/Berlin")
MINUTE = timedelta(minutes=1)
OPEN_WORDS = "times that clocks of Europe/Berlin showed twice stay a choice of two: nothing tells which"
BEGIN, END = datetime(2026, 10, 25, 2), datetime(2026, 10, 25, 3)
"""The hour that was there twice."""


def resolved(*walls: datetime | None) -> Folds:
    """What becomes of walls in file order."""
    series = pl.Series(walls, dtype=pl.Datetime("us"))
    return resolve_folds(series, BERLIN.to_utc(series), BERLIN)


def passes(*walls: datetime | None) -> list[int | None]:
    """The pass of each wall; None where there was no choice."""
    found = resolved(*walls)
    first = BERLIN.to_utc(pl.Series(walls, dtype=pl.Datetime("us")))["earliest"]
    return [
        OPEN if open_ else None if not chosen else FIRST if time == early else SECOND
        for time, chosen, open_, early in zip(found.time, found.chosen, found.ambiguous, first, strict=True)
    ]


def at(*minutes: float) -> list[datetime]:
    """Walls so many minutes behind the beginning of the hour."""
    return [BEGIN + minute * MINUTE for minute in minutes]


def test_a_night_without_lines_has_no_notes() -> None:
    """Nothing is chosen, nothing is open."""
    found = resolved(BEGIN - MINUTE, END, None)
    assert (found.chosen.any(), found.ambiguous.any(), found.notes) == (False, False, ())


def test_the_hour_is_from_its_first_microsecond_to_its_last() -> None:
    """Its neighbours were there once."""
    tick = timedelta(microseconds=1)
    assert passes(BEGIN - tick, BEGIN, END - tick, END) == [None, OPEN, OPEN, None]


def test_a_step_back_of_more_than_half_the_hour_parts_the_passes() -> None:
    """Exactly half may be a late line."""
    assert passes(*at(40, 9)) == [FIRST, SECOND]
    assert passes(*at(40, 10)) == [OPEN, OPEN]


def test_lines_before_and_behind_the_hour_leave_only_one_pass() -> None:
    """No line comes half an hour late or early: what order forbids is ruled out, from line to line."""
    assert passes(*at(50, 5, 50)) == [FIRST, SECOND, OPEN]
    assert passes(*at(10, 50, 5, 15)) == [OPEN, FIRST, SECOND, SECOND]
    assert passes(*at(50, 5, 34, 50)) == [FIRST, SECOND, SECOND, SECOND]
    assert passes(*at(10, 25, 50, 5)) == [FIRST, FIRST, FIRST, SECOND]


@pytest.mark.parametrize(("late", "expected"), [(20, [FIRST, OPEN, FIRST, SECOND]), (20.1, [OPEN] * 4)])
def test_order_tells_if_lines_are_late_by_less_than_two_thirds_of_half_the_hour(
    late: float, expected: list[int]
) -> None:
    """The latest line seen is seldom the latest there is."""
    assert passes(*at(30, 30 - late, 59, 2)) == expected


def test_a_clock_that_goes_back_elsewhere_too_tells_nothing_by_order() -> None:
    """A step back by most of an hour outside the repeated one is not its repetition."""
    assert passes(BEGIN - 10 * MINUTE, BEGIN - 45 * MINUTE, *at(40, 5)) == [None, None, OPEN, OPEN]
    assert passes(BEGIN - 10 * MINUTE, None, BEGIN - 9 * MINUTE, *at(40, 5)) == [None, None, None, FIRST, SECOND]


def test_half_the_hour_late_is_not_too_late() -> None:
    """In two steps that are each a usual one; a minute more is ruled out."""
    assert passes(*at(40, 25, 10)) == [OPEN, OPEN, OPEN]
    assert passes(*at(40, 25, 9)) == [FIRST, OPEN, SECOND]


def dense(*minutes: float, before: int = 20, behind: int = 20) -> list[int | None]:
    """The passes of walls between lines every minute before the hour and behind it."""
    walls = (
        [BEGIN - n * MINUTE for n in range(before, 0, -1)] + at(*minutes) + [END + n * MINUTE for n in range(behind)]
    )
    return passes(*walls)[before : before + len(minutes)]


def test_an_open_line_goes_with_the_lines_it_is_joined_to() -> None:
    """A minute behind the last line before the hour, or before the first behind it."""
    assert dense(0) == dense(0, behind=0) == [FIRST]
    assert dense(59) == dense(59, before=0) == [SECOND]


def test_an_open_line_in_the_middle_stays_open() -> None:
    """Where a source that writes every minute was silent on both sides."""
    assert dense(30) == [OPEN]


def test_an_hour_that_is_there_once_is_in_doubt_as_a_whole() -> None:
    """Joined to both its neighbours, it can be neither: the zone is doubted, in words."""
    walls = [BEGIN + n * MINUTE for n in range(-20, 80)]
    found = resolved(*walls)
    assert (found.ambiguous.sum(), found.notes) == (
        60,
        ((f"{OPEN_WORDS}; the source shows them once, without a break before or after: wrong zone?", 60),),
    )


def test_what_was_chosen_and_what_was_not_is_counted() -> None:
    """By kind, in words."""
    assert resolved(*at(40, 5)).notes == (
        ("times that clocks of Europe/Berlin showed twice are told apart by file order", 2),
    )
    assert resolved(*at(40)).notes == ((OPEN_WORDS, 1),)


@pytest.mark.parametrize(("before", "expected"), [(12, OPEN), (13, FIRST)])
def test_a_rhythm_takes_twelve_steps(before: int, expected: int) -> None:
    """Fewer show none."""
    assert dense(0, before=before, behind=0) == [expected]


@pytest.mark.parametrize(("every", "expected"), [(timedelta(minutes=15), FIRST), (timedelta(minutes=15.5), OPEN)])
def test_the_hour_must_be_four_times_the_longest_silence(every: timedelta, expected: int) -> None:
    """Whatever their law; and of a hundred steps none may be so long by chance."""
    walls = [BEGIN - n * every for n in range(100, -1, -1)]
    assert passes(*walls)[-1] == expected


@pytest.mark.parametrize(("steps", "expected"), [(33, FIRST), (32, OPEN)])
def test_fewer_steps_leave_more_to_chance(steps: int, expected: int) -> None:
    """The power of -4 of their number is below one in a million from 32 on; the step into the hour is none of them."""
    walls = [BEGIN - n * 15 * MINUTE for n in range(steps, -1, -1)]
    assert passes(*walls)[-1] == expected


def test_an_open_line_is_shown_in_the_pass_before_it() -> None:
    """The first one if there is none."""
    assert resolved(*at(40)).time.to_list() == [datetime(2026, 10, 25, 0, 40)]
    assert resolved(*at(50, 5, 50)).time.to_list()[1:] == [datetime(2026, 10, 25, 1, 5), datetime(2026, 10, 25, 1, 50)]


def test_two_nights_are_told_apart() -> None:
    """Each has an hour of its own."""
    other = datetime(2025, 10, 26, 2)
    between = [datetime(2026, 1, 1) + n * MINUTE for n in range(400)]
    walls = [other + 40 * MINUTE, other + 5 * MINUTE, *between, *at(40, 5)]
    assert passes(*walls) == [FIRST, SECOND, *([None] * 400), FIRST, SECOND]
