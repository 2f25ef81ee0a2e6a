"""What several logs together say of the host's offset, and when another log shows that it changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from logforensics.clock.witness import (
    JUMPS,
    RUNS_ON,
    SILENT,
    TIED,
    Change,
    Offsets,
    agreed,
    before_zone,
    joined,
    moment_of,
)
from logforensics.clock.zones import Zone

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
DAY = timedelta(days=1)
NINE = datetime(2023, 9, 19, 9)
ONE, TWO = 3600, 7200
BERLIN = Zone.named("Europe/Berlin")


def witness(*rows: tuple[datetime, int]) -> pl.DataFrame:
    """A log that wrote these offsets."""
    return pl.DataFrame(rows, schema={"utc": pl.Datetime("us"), "offset": pl.Int32}, orient="row")


def found(*logs: pl.DataFrame) -> tuple[int, list[tuple[datetime, datetime, int, int]]]:
    """The first offset and the changes that these logs agree on."""
    offsets = agreed(logs)
    return offsets.first, [(one.low, one.high, one.old, one.new) for one in offsets.changes]


def test_one_witness_tells_between_which_lines_it_changed() -> None:
    """In whatever order its lines stand."""
    rows = [(NINE - HOUR, ONE), (NINE, TWO), (NINE + HOUR, TWO)]
    expected = (ONE, [(NINE - HOUR, NINE, ONE, TWO)])
    assert found(witness(*rows)) == found(witness(*rows[::-1])) == expected


def test_a_change_within_a_second_keeps_a_second() -> None:
    """The steps of a zone are whole ones."""
    assert found(witness((NINE, ONE), (NINE, TWO)))[1] == [(NINE - SECOND, NINE, ONE, TWO)]


def test_witnesses_that_change_together_narrow_the_change() -> None:
    """The latest old offset and the earliest new one, within a day."""
    one = witness((NINE - 2 * HOUR, ONE), (NINE, TWO), (NINE + 2 * DAY, TWO))
    other = witness((NINE - HOUR, ONE), (NINE + DAY, TWO), (NINE + 2 * DAY, TWO))
    late = witness((NINE - MINUTE, ONE), (NINE + DAY + SECOND, TWO), (NINE + 2 * DAY, TWO))
    assert found(one, other) == (ONE, [(NINE - HOUR, NINE, ONE, TWO)])
    assert found(one, witness((NINE - MINUTE, ONE), (NINE + HOUR, TWO))) == (ONE, [(NINE - MINUTE, NINE, ONE, TWO)])
    assert found(one, late)[1] == [(NINE - MINUTE, NINE + DAY + SECOND, ONE, TWO)]


def test_most_witnesses_decide() -> None:
    """One of three that changes its mind changes nothing."""
    still = witness((NINE - DAY, ONE), (NINE + DAY, ONE))
    moved = witness((NINE - DAY, ONE), (NINE, TWO), (NINE + DAY, TWO))
    assert found(still, still, moved) == (ONE, [])
    assert found(still, moved, moved) == (ONE, [(NINE - DAY, NINE, ONE, TWO)])


def test_as_many_on_both_sides_leave_the_offset_that_held() -> None:
    """A host changes its zone seldom."""
    still = witness((NINE - DAY, ONE), (NINE + DAY, ONE))
    moved = witness((NINE - DAY, ONE), (NINE, TWO), (NINE + DAY, TWO))
    assert found(still, moved) == (ONE, [])


def test_a_witness_is_heard_from_its_first_line_to_its_last() -> None:
    """What it wrote last says nothing of later."""
    gone = witness((NINE - 2 * DAY, ONE), (NINE - SECOND, ONE))
    there = witness((NINE - 2 * DAY, ONE), (NINE, ONE))
    moved = witness((NINE - 2 * DAY, ONE), (NINE, TWO), (NINE + DAY, TWO))
    assert found(gone, moved)[1] == [(NINE - 2 * DAY, NINE, ONE, TWO)]
    assert found(there, moved)[1] == []
    coming = witness((NINE, ONE), (NINE + DAY, ONE))
    assert found(coming, moved)[1] == []
    assert found(witness((NINE + SECOND, ONE), (NINE + DAY, ONE)), moved)[1] == [(NINE - 2 * DAY, NINE, ONE, TWO)]


@pytest.mark.parametrize(("late", "first"), [(DAY, TWO), (DAY + SECOND, ONE)])
def test_the_first_day_decides_how_it_began(late: timedelta, first: int) -> None:
    """Between as many witnesses the one with more lines."""
    early = witness((NINE, ONE), (NINE + HOUR, ONE))
    other = witness(*((NINE + late + number * MINUTE, TWO) for number in range(3)))
    assert found(early, other)[0] == first


def test_of_as_many_lines_the_offset_nearer_to_greenwich_counts() -> None:
    """It must be one of them, whatever the order of the logs."""
    one, other = witness((NINE, ONE), (NINE + HOUR, ONE)), witness((NINE, -TWO), (NINE + HOUR, -TWO))
    assert found(one, other)[0] == found(other, one)[0] == ONE


@pytest.mark.parametrize(("changes", "expected"), [(6, 6), (7, 0)])
def test_a_log_of_many_zones_is_no_hosts(changes: int, expected: int) -> None:
    """More than six changes a year are the zones of its clients; its commonest offset is all it says."""
    rows = [(NINE + number * DAY, ONE if number % 2 else TWO) for number in range(changes + 1)]
    assert len(found(witness(*rows))[1]) == expected


def test_a_log_of_two_years_may_have_twice_as_many_changes() -> None:
    """Six for each year begun."""
    rows = [(NINE + number * 30 * DAY, ONE if number % 2 else TWO) for number in range(13)]
    assert len(found(witness(*rows, (NINE + 364 * DAY, TWO)))[1]) == 0
    assert len(found(witness(*rows, (NINE + 365 * DAY, TWO)))[1]) == 12


def test_a_restless_log_is_heard_if_there_is_no_other() -> None:
    """As its commonest offset."""
    rows = [(NINE + number * DAY, ONE if number % 2 else TWO) for number in range(9)]
    still = witness((NINE, 0), (NINE + 9 * DAY, 0))
    assert found(witness(*rows)) == (TWO, [])
    assert found(witness(*rows), still) == (0, [])


def changed(*offsets: int) -> Offsets:
    """Offsets from one to the next, a day apart, an hour of doubt each."""
    pairs = pairwise(offsets)
    return Offsets(
        offsets[0], tuple(Change(NINE + n * DAY - HOUR, NINE + n * DAY, old, new) for n, (old, new) in enumerate(pairs))
    )


def test_offsets_make_a_zone_by_the_first_sight_of_each() -> None:
    """The first one holds since ever."""
    zone = changed(ONE, TWO).zone()
    assert [zone.offset_at(at) for at in (datetime(1960, 1, 1), NINE - SECOND, NINE)] == [ONE, ONE, TWO]


@pytest.mark.parametrize(
    ("offsets", "count"),
    [
        ((TWO,), 0),  # as Berlin in September
        ((ONE,), 0),  # never comes to agree
        ((ONE, TWO), 1),
        ((TWO, ONE), 0),
        ((ONE, TWO, ONE, TWO), 3),
        ((0, ONE, TWO, ONE), 0),
        ((TWO, ONE, TWO), 2),
    ],
)
def test_a_zone_is_led_up_to_by_the_changes_before_it(offsets: tuple[int, ...], count: int) -> None:
    """The last of them ends in an offset that the zone has then, and it is never left again."""
    some = changed(*offsets)
    assert before_zone(some, BERLIN) == some.changes[:count]


def test_a_zones_own_change_is_no_move() -> None:
    """Summer time ends on 29 October 2023, 01:00 UTC."""
    at = datetime(2023, 10, 29, 1)
    own = Offsets(TWO, (Change(at - HOUR, at, TWO, ONE),))
    assert before_zone(own, BERLIN) == ()
    moved = Offsets(0, (Change(NINE - HOUR, NINE, 0, TWO), *own.changes))
    assert before_zone(moved, BERLIN) == moved.changes[:1]


def test_the_joined_zone_goes_on_by_its_own_rules() -> None:
    """From the last change on; its label says until when the old offset held."""
    some = changed(0, ONE, 3 * ONE, TWO)
    made = joined(some.first, some.changes, [NINE, NINE + DAY, NINE + 2 * DAY], BERLIN)
    assert made.label == "+03:00 until 2023-09-21 09:00 UTC, then Europe/Berlin"
    end = datetime(2023, 10, 29, 1)
    times = [NINE - SECOND, NINE, NINE + DAY, NINE + 2 * DAY, end - SECOND, end]
    assert [made.offset_at(at) for at in times] == [0, ONE, 3 * ONE, TWO, TWO, ONE]
    assert made.offset_at(datetime(2042, 7, 1)) == TWO
    utc = joined(0, changed(0, TWO).changes, [NINE], BERLIN)
    assert utc.label == "UTC until 2023-09-19 09:00 UTC, then Europe/Berlin"


def test_without_a_zone_the_last_offset_stays() -> None:
    """And without a change the first one, whatever the zone."""
    some = changed(0, TWO)
    assert joined(0, some.changes, [NINE], None).offset_at(datetime(2024, 1, 1)) == TWO
    assert joined(ONE, (), [], BERLIN) == Zone.fixed(ONE)


AHEAD = Change(NINE - 10 * MINUTE, NINE, 0, TWO)
BACK = Change(NINE - 10 * MINUTE, NINE, TWO, 0)


def shown(change: Change, *minutes: float) -> tuple[float, str]:
    """When walls, told by their minutes from 9 o'clock, show a change: in minutes from its `high`, and how.

    Wherever the host is: five hours west of that everything is the same.
    """
    answers = set()
    for seconds in (0, -5 * ONE):
        east = timedelta(seconds=seconds)
        walls = pl.Series([NINE + minute * MINUTE + east for minute in minutes], dtype=pl.Datetime("us"))
        moment, how = moment_of(replace(change, old=change.old + seconds, new=change.new + seconds), walls)
        assert moment.microsecond == 0
        answers.add(((moment - change.high) / MINUTE, how))
    (answer,) = answers
    return answer


@pytest.mark.parametrize(
    ("walls", "moment", "how"),
    [
        ((-20, -5, 120, 130), -5 + 1 / 60, JUMPS),  # behind the last line by the old clock
        ((-20, -15, 120, 130), 0, JUMPS),  # which may be older than the last old offset: then on the hour
        ((-20, 0, 120), 1 / 60 - 1 / 60, JUMPS),  # nor behind the first new one
        ((-20, -10, 120, 130), 0, JUMPS),
        ((-20, 0, 0, 0, 110, 110, 110), 0, JUMPS),  # the edges of the stretch are not in it
        ((-5, 110), -5 + 1 / 60, JUMPS),
        ((0, 120), 0, JUMPS),
        ((-70, 130), 0, SILENT),
        ((-20, -5, 30, 60, 90, 130), 0, RUNS_ON),  # three lines in the stretch that was leapt over
        ((-20, -5, 30, 60, 130), -5 + 1 / 60, JUMPS),  # two may be late
        ((-5,), -5 + 1 / 60, SILENT),  # nothing within the hour behind it
        ((120,), 0, SILENT),  # nor before it
        ((-71, 130), 0, SILENT),
        ((-69, 130), 0, JUMPS),
        ((-69, 179), 0, JUMPS),
        ((-69, 180), 0, SILENT),
        ((), 0, SILENT),
    ],
)
def test_a_leap_ahead_leaves_a_stretch_without_lines(walls: tuple[float, ...], moment: float, how: str) -> None:
    """From 9 to 11 o'clock on the wall, where the change is known to ten minutes."""
    at, told = shown(AHEAD, *walls)
    assert (round(at, 6), told) == (round(moment, 6), how)


@pytest.mark.parametrize(
    ("walls", "moment", "how"),
    [
        ((-200, -170, -40, -20), -170 + 1 / 60, JUMPS),
        ((-200, -170, -110, -100), -180, SILENT),
        ((-200, -170, -115, -100), -180, SILENT),
        ((-170,), -180, SILENT),
    ],
)
def test_a_leap_ahead_at_an_unsure_time_is_the_longest_step(walls: tuple[float, ...], moment: float, how: str) -> None:
    """If it is longer than half the leap: here the change is only known to be within four hours."""
    unsure = Change(NINE - 4 * HOUR, NINE, 0, TWO)
    at, told = shown(unsure, *walls)
    assert (round(at, 6), told) == (round(moment, 6), how)


@pytest.mark.parametrize(
    ("walls", "moment", "how"),
    [
        ((100, 115, 0, 5), -5 + 1 / 60, JUMPS),  # 115 minutes by the old clock are 5 before the change
        ((100, 105, 0, 5), -10, JUMPS),
        ((100, 130, 20, 25), 0, JUMPS),
        ((115, 55, 60), 0, SILENT),  # a step back by half the change is a late line
        ((115, 54.9, 60), -5 + 1 / 60, JUMPS),
        ((0, 30, 60, 90, 105), 0, RUNS_ON),
        ((0, 60.1, 100), 0, SILENT),
        ((0, 59, 100), 0, RUNS_ON),
        ((0, 60, 100), 0, SILENT),
        ((0, 55, 110), 0, SILENT),  # the last of them was behind the change
        ((5000, 100, 115, 0, 5), -5 + 1 / 60, JUMPS),  # days later the log is another matter
        ((0, 100), 0, SILENT),
        ((), 0, SILENT),
    ],
)
def test_a_step_back_stands_in_the_order_of_the_lines(walls: tuple[float, ...], moment: float, how: str) -> None:
    """From 11 to 9 o'clock on the wall."""
    at, told = shown(BACK, *walls)
    assert (round(at, 6), told) == (round(moment, 6), how)


def test_the_last_line_by_the_old_clock_may_be_the_first_sight() -> None:
    """Where the hour lies between the two, it is not taken for the change."""
    assert shown(Change(NINE - 10 * MINUTE, NINE + 20 * MINUTE, 0, TWO), -20, 20, 140) == (0, JUMPS)


def test_a_step_back_within_a_second_is_tied() -> None:
    """Both lines are of the second in which the clock went back, and a zone's step cannot part them."""
    tick = 0.5 / 60
    assert shown(BACK, 100, 115, -5 + tick, 0)[1] == TIED


def test_a_change_that_nothing_shows_is_on_the_hour() -> None:
    """Summer time comes and goes on a whole hour of UTC: the first one between the two, else the first sight."""
    none = pl.Series([], dtype=pl.Datetime("us"))
    assert moment_of(Change(NINE - 90 * MINUTE, NINE, 0, TWO), none)[0] == NINE - HOUR
    assert moment_of(Change(NINE + MINUTE, NINE + 9 * MINUTE, 0, TWO), none)[0] == NINE + 9 * MINUTE
