"""Which offsets the zones of the world have, and what the letters of their clocks can mean."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from logforensics.clock.names import by_letters, meanings
from logforensics.clock.world import Stretch, stretches, world
from logforensics.clock.zones import Zone
from logforensics.schema import ZONE_NAME

HOUR = 3600
JULY = datetime(2025, 7, 1)


def test_the_world_has_one_zone_for_each_course_of_clocks() -> None:
    """Those of zone1970.tab, by name."""
    names = [zone.key for zone in world()]
    assert {"Europe/Berlin", "Asia/Kolkata", "America/New_York"} <= set(names)
    assert (len(set(names)), [name for name in names if "/" not in name]) == (len(names), [])


def test_one_offset_may_be_a_fixed_one() -> None:
    """No zone was ever at +00:07, but a clock may be set so."""
    end = JULY + timedelta(days=400)
    assert stretches([(JULY, 420)], JULY, end) == (Stretch(JULY, end + timedelta(seconds=1), (420,), 420),)


def test_offsets_that_no_zone_had_have_no_stretches() -> None:
    """Seven minutes and eight."""
    assert stretches([(JULY, 420), (JULY + timedelta(days=9), 480)], JULY, JULY + timedelta(days=9)) == ()


def test_zones_that_agree_part_where_their_rules_do() -> None:
    """Adelaide and Darwin share +09:30 in July; at the first Sunday of October one of them moves, to the second."""
    october = datetime(2025, 10, 5)
    change = datetime(2025, 10, 4, 16, 30)
    found = stretches([(JULY, 9 * HOUR + 1800)], JULY, october)
    assert found == (
        Stretch(JULY, change, (34_200,), 34_200),
        Stretch(change, october + timedelta(seconds=1), (34_200, 37_800), 34_200),
    )


def test_the_usual_offset_is_that_before_as_long_as_a_zone_has_it() -> None:
    """New Zealand's winter and summer are its own: both at once leave one zone, whose changes are known."""
    points = [(JULY, 12 * HOUR), (datetime(2025, 12, 1), 13 * HOUR)]
    found = stretches(points, JULY, datetime(2026, 1, 1))
    assert [(one.offsets, one.usual) for one in found] == [((43_200,), 43_200), ((46_800,), 46_800)]
    assert found[1].begin == datetime(2025, 9, 27, 14)


def test_an_edge_that_changes_nothing_is_none() -> None:
    """New York follows Havana an hour later on 2 November 2025, and all three offsets are possible before and after."""
    begin, end = datetime(2025, 7, 1), datetime(2025, 12, 1)
    found = stretches([(begin, -4 * HOUR)], begin, end)
    assert [(one.offsets, one.usual) for one in found] == [
        ((-4 * HOUR,), -4 * HOUR),
        ((-4 * HOUR, -3 * HOUR), -4 * HOUR),
        ((-5 * HOUR, -4 * HOUR, -3 * HOUR), -4 * HOUR),
    ]
    assert (found[2].begin, found[2].end) == (datetime(2025, 11, 2, 5), end + timedelta(seconds=1))


def test_edges_are_whole_seconds() -> None:
    """A zone changes on one; the end is behind the last microsecond."""
    begin = JULY.replace(microsecond=5)
    (only,) = stretches([(JULY, 420)], begin, begin)
    assert (only.begin, only.end) == (JULY, JULY + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("IST", date(2025, 7, 1), (1.0, 5.5)),
        ("IST", date(2025, 1, 1), (2.0, 5.5)),
        ("CST", date(2025, 1, 1), (-6.0, -5.0, 8.0)),
        ("NZST", date(2025, 7, 1), (12.0,)),
        ("XYZ", date(2025, 7, 1), ()),
    ],
)
def test_letters_mean_what_they_mean_on_that_day(name: str, day: date, hours: tuple[float, ...]) -> None:
    """Ascending; nothing if no clock bears them."""
    assert meanings(name, day) == tuple(int(hour * HOUR) for hour in hours)


def lettered(*names: str | None, zone: str = "UTC", known: bool = True) -> list[tuple[int | None, ...]]:
    """(offset, least, most) of stamps of 1 January 2025 with these letters."""
    frame = pl.DataFrame(
        {
            "wall": [datetime(2025, 1, 1)] * len(names),
            "offset": [None if name else 60 for name in names],
            ZONE_NAME: names,
        },
        schema={"wall": pl.Datetime("us"), "offset": pl.Int32, ZONE_NAME: pl.String},
    )
    found = by_letters(frame, Zone.named(zone), known=known)
    assert found.columns == ["wall", "offset", "least", "most"]
    return found.select("offset", "least", "most").rows()


def test_letters_are_one_offset_a_choice_or_nothing() -> None:
    """A row without letters keeps what it has."""
    assert lettered("MSK", "IST", "CST", "XYZ", None) == [
        (3 * HOUR, None, None),
        (None, 2 * HOUR, 19_800),
        (None, -6 * HOUR, 8 * HOUR),
        (None, None, None),
        (60, None, None),
    ]


def test_the_hosts_own_letters_are_read_in_its_zone() -> None:
    """If that is known; else they are what they are everywhere."""
    assert lettered("CST", zone="Asia/Shanghai") == [(None, None, None)]
    assert lettered("CST", zone="Asia/Shanghai", known=False) == [(None, -6 * HOUR, 8 * HOUR)]


def test_walls_without_letters_stay_as_they_are() -> None:
    """No column is added."""
    walls = pl.DataFrame({"wall": [datetime(2025, 1, 1)], "offset": [0]})
    assert by_letters(walls, Zone.named("UTC"), known=True).equals(walls)
