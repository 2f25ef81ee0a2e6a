"""Hours that clocks show twice or not at all (T11 to T19): both instants as bounds, or the one that order leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from logforensics.clock.zones import Zone, tzdata_version
from tests.hostile.clocks import (
    ASSUMED,
    DERIVED,
    GIVEN,
    OPEN,
    Logs,
    bounds,
    nginx,
    nothing_happened,
    plain,
    seen,
    silences,
    told,
    told_of,
)


def shown(zone: str, *instants: datetime) -> str:
    """Lines of a program that writes local time, at these instants (naive UTC)."""
    return plain(*(f"{Zone.named(zone).local(at)}" for at in instants))


def every(seconds: int, begin: str, hours: float) -> list[datetime]:
    """Instants at a steady rhythm."""
    start = datetime.fromisoformat(begin)
    return [start + timedelta(seconds=seconds * number) for number in range(int(hours * 3600 / seconds))]


def test_t11_a_lone_time_that_came_twice(logs: Logs) -> None:
    """T11: one of two instants; the earlier is shown, both are told."""
    found = logs({"app.log": plain("2026-10-25 02:30:00")}, "Europe/Berlin")
    assert seen(found) == [("2026-10-25 00:30:00", OPEN)]
    assert bounds(found) == [("2026-10-25 00:30:00", "2026-10-25 01:30:00")]
    assert ("nothing tells which" in told(found, "fold"), told_of(found, "fold")) == (True, 1)


def test_t12_the_order_of_a_dense_file_tells_the_pass(logs: Logs) -> None:
    """T12: 02:59:59 and then 02:00:00 are a second apart, not an hour less; nothing is open, nothing fell silent."""
    truth = every(1, "2026-10-24 23:50:00", 3)
    found = logs({"app.log": shown("Europe/Berlin", *truth)}, "Europe/Berlin")
    times = [datetime.fromisoformat(time) for time, _ in seen(found)]
    assert times == truth
    assert {two - one for one, two in pairwise(times)} == {timedelta(seconds=1)}
    assert {basis for _, basis in seen(found)} == {ASSUMED, DERIVED}
    assert [basis for time, basis in seen(found) if "2026-10-25 00:00" <= time < "2026-10-25 02:00"] == [DERIVED] * 7200
    assert ("told apart by file order" in told(found, "fold"), told_of(found, "fold")) == (True, 7200)
    assert nothing_happened(found)
    assert silences(found, 10) == ()


def test_t13_a_time_that_no_clock_showed(logs: Logs) -> None:
    """T13: it is marked, bounded by the offsets before and after, and the zone is doubted."""
    found = logs({"app.log": plain("2026-03-29 02:30:00")}, "Europe/Berlin")
    assert seen(found) == [("2026-03-29 01:30:00", OPEN)]
    assert bounds(found) == [("2026-03-29 00:30:00", "2026-03-29 01:30:00")]
    assert ("never showed" in told(found, "gap"), "wrong zone?" in told(found, "gap"), told_of(found, "gap")) == (
        True,
        True,
        1,
    )


def test_t14_the_hour_left_out_is_no_silence(logs: Logs) -> None:
    """T14: 01:59:59 and 03:00:00 are a second apart: no silence, no outage."""
    truth = every(1, "2026-03-29 00:00:00", 2)
    found = logs({"app.log": shown("Europe/Berlin", *truth)}, "Europe/Berlin")
    assert seen(found)[3599:3601] == [("2026-03-29 00:59:59", ASSUMED), ("2026-03-29 01:00:00", ASSUMED)]
    assert nothing_happened(found)
    assert silences(found, 10) == ()


def test_t15_an_offset_wins_over_the_zone(logs: Logs) -> None:
    """T15: both 02:30 of that night are certain."""
    text = nginx("25/Oct/2026:02:30:00 +0200", "25/Oct/2026:02:30:00 +0100")
    found = logs({"access.log": text}, "Europe/Berlin")
    assert seen(found) == [("2026-10-25 00:30:00", GIVEN), ("2026-10-25 01:30:00", GIVEN)]
    assert found.assumptions == ()


def test_t16_a_fold_of_half_an_hour(logs: Logs) -> None:
    """T16: Lord Howe's 01:45 is 14:45Z or 15:15Z."""
    found = logs({"app.log": plain("2026-04-05 01:45:00")}, "Australia/Lord_Howe")
    assert seen(found) == [("2026-04-04 14:45:00", OPEN)]
    assert bounds(found) == [("2026-04-04 14:45:00", "2026-04-04 15:15:00")]


def test_t17_a_day_left_out(logs: Logs) -> None:
    """T17: Samoa had no 30 December 2011; its noon is bounded by the two offsets, a day apart."""
    found = logs({"app.log": plain("2011-12-30 12:00:00")}, "Pacific/Apia")
    assert ([basis for _, basis in seen(found)], "never showed" in told(found, "gap")) == ([OPEN], True)
    assert bounds(found) == [("2011-12-29 22:00:00", "2011-12-30 22:00:00")]


@pytest.mark.parametrize(
    ("zone", "wall", "first", "last"),
    [
        ("Europe/Moscow", "2014-10-26 01:30:00", "2014-10-25 21:30:00", "2014-10-25 22:30:00"),
        ("Asia/Almaty", "2024-02-29 23:30:00", "2024-02-29 17:30:00", "2024-02-29 18:30:00"),
    ],
)
def test_t18_folds_without_summer_time(logs: Logs, zone: str, wall: str, first: str, last: str) -> None:
    """T18: a change of the zone's own offset shows an hour twice as well."""
    found = logs({"app.log": plain(wall)}, zone)
    assert (seen(found), bounds(found)) == ([(first, OPEN)], [(first, last)])


def test_t19_a_rule_that_was_abolished(logs: Logs) -> None:
    """T19: Mexico City has had no fold since 2022; the release of the zone data that knows is told."""
    found = logs({"app.log": plain("2023-10-29 01:30:00")}, "America/Mexico_City")
    assert seen(found) == [("2023-10-29 07:30:00", ASSUMED)]
    assert f"America/Mexico_City (tzdata {tzdata_version()})" in told(found, "zone")
    assert tzdata_version() >= "2022f"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York"])
@pytest.mark.parametrize("spring", [True, False])
def test_a_night_in_which_the_clock_changes_is_an_ordinary_night(logs: Logs, zone: str, spring: bool) -> None:
    """T12, T14: two logs that beat through it each minute have no silence and no outage."""
    changes = {
        ("Europe/Berlin", True): "2026-03-28 20:00",
        ("Europe/Berlin", False): "2026-10-24 20:00",
        ("Australia/Lord_Howe", True): "2026-10-03 10:00",
        ("Australia/Lord_Howe", False): "2026-04-04 10:00",
        ("America/New_York", True): "2026-03-08 02:00",
        ("America/New_York", False): "2026-11-01 01:00",
    }
    truth = every(60, changes[zone, spring], 12)
    late = [at + timedelta(seconds=20) for at in truth]
    found = logs({"one.log": shown(zone, *truth), "two.log": shown(zone, *late)}, zone)
    assert [time for time, _ in seen(found, "one.log")] == [f"{at}" for at in truth]
    assert OPEN not in {basis for _, basis in seen(found)}
    assert nothing_happened(found)
    assert silences(found, 300) == ()
