"""Zones: walls to instants and back, folds, gaps, names, and the zone that the evidence itself names."""

from __future__ import annotations

import errno
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.clock.zones import Unread, Zone, evidence_zone, offset_text, tzdata_version
from logforensics.errors import UsageError

BERLIN = Zone.named("Europe/Berlin")
PLACES = (
    "Europe/Berlin",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/New_York",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Europe/Moscow",
    "Antarctica/Troll",
    "UTC",
)


def utc(*parts: int) -> datetime:
    """An instant."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # no microseconds are passed


@pytest.mark.parametrize(
    ("name", "wall", "instants"),
    [
        ("Europe/Berlin", datetime(2026, 10, 25, 2, 30), (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30))),
        ("Europe/Berlin", datetime(2026, 3, 29, 2, 30), ()),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 45), (utc(2026, 4, 4, 14, 45), utc(2026, 4, 4, 15, 15))),
        ("Pacific/Apia", datetime(2011, 12, 30, 12), ()),
        ("Europe/Moscow", datetime(2014, 10, 26, 1, 30), (utc(2014, 10, 25, 21, 30), utc(2014, 10, 25, 22, 30))),
        ("Asia/Almaty", datetime(2024, 2, 29, 23, 30), (utc(2024, 2, 29, 17, 30), utc(2024, 2, 29, 18, 30))),
        ("America/Mexico_City", datetime(2023, 10, 29, 1, 30), (utc(2023, 10, 29, 7, 30),)),
    ],
)
def test_wall_has_the_instants_its_zone_showed_it_at(name: str, wall: datetime, instants: tuple[datetime, ...]) -> None:
    """A wall time has one instant, two in a fold, none in a gap."""
    assert Zone.named(name).instants(wall) == instants


def test_wall_in_a_gap_is_kept_by_the_offset_before() -> None:
    """A time that no clock showed becomes the instant that the offset before the change gives."""
    assert BERLIN.instant(datetime(2026, 3, 29, 2, 30)) == utc(2026, 3, 29, 1, 30)


def test_nulls_stay_null() -> None:
    """A missing wall time has no instant."""
    walls = pl.Series([datetime(2026, 7, 1), None], dtype=pl.Datetime("us"))
    assert BERLIN.to_utc(walls)["earliest"].to_list() == [datetime(2026, 6, 30, 22), None]


def test_years_left_out_between_walls_may_hide_changes() -> None:
    """Walls decades apart are each read by the offset of their own year."""
    walls = pl.Series([datetime(1985, 1, 1), datetime(2015, 1, 1)], dtype=pl.Datetime("us"))
    found = Zone.named("Europe/Moscow").to_utc(walls)["earliest"].to_list()
    assert found == [datetime(1984, 12, 31, 21), datetime(2014, 12, 31, 21)]


@given(st.sampled_from(PLACES), st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 1)))
def test_every_wall_maps_back_to_its_instant(name: str, instant: datetime) -> None:
    """The wall that a zone shows at an instant is mapped back to it, or it is one of the two of a fold."""
    zone = Zone.named(name)
    truth = instant.replace(tzinfo=UTC)
    assert truth in zone.instants(zone.local(truth))


@given(st.sampled_from(PLACES), st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), min_size=1))
def test_whole_columns_agree_with_single_values(name: str, instants: list[datetime]) -> None:
    """to_local shows each instant as local does for it alone."""
    zone = Zone.named(name)
    column = zone.to_local(pl.Series(instants, dtype=pl.Datetime("us")))
    assert column["wall"].to_list() == [zone.local(instant) for instant in instants]


@pytest.mark.parametrize("name", PLACES)
def test_all_changes_of_a_zone_are_round_trips(name: str) -> None:
    """Around every change of offset from 1990 to 2037 the true instant is among those of its wall."""
    zone = Zone.named(name)
    changes = [
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at) for at, _, _ in zone.changes(range(1990, 2038))
    ]
    around = [at + timedelta(minutes=minutes) for at in changes for minutes in (-61, -60, -30, -1, 0, 1, 30, 60, 61)]
    walls = pl.Series([zone.local(at) for at in around], dtype=pl.Datetime("us"))
    found = zone.to_utc(walls)
    truth = pl.Series([at.replace(tzinfo=None) for at in around], dtype=pl.Datetime("us"))
    assert bool(((found["earliest"] == truth) | (found["latest"] == truth)).all())


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("+10:30", 37_800),
        ("-0930", -34_200),
        ("UTC-3", -10_800),
        ("GMT+5", 18_000),
        ("+14:00", 50_400),
        ("-00:01", -60),
        (" utc ", 0),
        ("Z", 0),
    ],
)
def test_a_fixed_offset_is_east_of_greenwich(name: str, seconds: int) -> None:
    """West of it is less than nothing; what is no more than UTC is UTC."""
    assert Zone.named(name) == Zone.fixed(seconds)
    assert Zone.named(name).offset_at(utc(2020, 1, 1)) == seconds


def test_a_zone_shows_no_bytes() -> None:
    """Those of a localtime would fill a page of an error's text."""
    assert "tzif" not in repr(Zone("x", tzif=b"TZif2"))


def test_the_time_zone_database_has_a_release() -> None:
    """It is printed with every report, as abolished rules are not in older ones."""
    assert re.fullmatch("[0-9]{4}[a-z]", tzdata_version())


def test_a_wall_in_a_gap_has_a_state_of_its_own() -> None:
    """As documented: 0 is one instant, 1 two, 2 none."""
    walls = [datetime(2026, 3, 29, 1, 59, 59), datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 2, 59, 59)]
    walls += [datetime(2026, 3, 29, 3), datetime(2026, 10, 25, 1, 59, 59), datetime(2026, 10, 25, 2)]
    walls += [datetime(2026, 10, 25, 2, 59, 59), datetime(2026, 10, 25, 3)]
    assert BERLIN.to_utc(pl.Series(walls, dtype=pl.Datetime("us")))["state"].to_list() == [0, 2, 2, 0, 0, 1, 1, 0]


def test_a_zone_without_changes_has_one_offset_whatever_the_year() -> None:
    """Also before 1970, and at both ends of what datetime can hold; a column of nothing has none."""
    walls = pl.Series([datetime(1, 1, 2), datetime(1969, 1, 1), datetime(9999, 12, 30)], dtype=pl.Datetime("us"))
    for zone, hours in ((Zone.named("+10:00"), 10), (Zone.named("Etc/GMT-10"), 10)):
        found = zone.to_utc(walls)
        assert found["earliest"].to_list() == [wall - timedelta(hours=hours) for wall in walls]
        assert found["state"].to_list() == [0, 0, 0]
        assert zone.to_local(found["earliest"])["wall"].to_list() == walls.to_list()
    assert BERLIN.to_utc(walls.clear()).height == 0


def test_changes_of_several_years_are_told_once_each() -> None:
    """The three days around a year may hold those of its neighbour."""
    spring, autumn = utc(2025, 3, 30, 1), utc(2025, 10, 26, 1)
    year = [
        (int(at.timestamp()) * 1_000_000, *offsets) for at, offsets in ((spring, (3600, 7200)), (autumn, (7200, 3600)))
    ]
    assert BERLIN.changes([2025]) == year
    assert BERLIN.changes([2025, 2024, 2025])[2:] == year
    # Samoa left out the last Friday of 2011
    assert len(Zone.named("Pacific/Apia").changes([2011, 2012])) == 5


def test_a_change_at_new_year_is_found() -> None:
    """Kathmandu moved a quarter of an hour ahead when 1986 began there."""
    at = int(utc(1985, 12, 31, 18, 30).timestamp()) * 1_000_000
    assert Zone.named("Asia/Kathmandu").changes([1986]) == [(at, 19_800, 20_700)]


def test_years_left_out_are_bridged_by_one_change() -> None:
    """Juba moved an hour ahead between 1990 and 2010: who asks for these two years is told so at the later one."""
    changes = Zone.named("Africa/Juba").changes([1990, 2010])
    assert changes == [(int((utc(2010, 1, 1) - timedelta(days=3)).timestamp()) * 1_000_000, 7200, 10800)]


@pytest.mark.parametrize(
    ("zone", "day", "names"),
    [
        ("Europe/Berlin", date(2026, 7, 1), {"CEST"}),
        ("Europe/Berlin", date(2026, 1, 1), {"CET"}),
        ("Europe/Berlin", date(2026, 3, 28), {"CET", "CEST"}),
        ("Europe/Berlin", date(2026, 3, 29), {"CET", "CEST"}),
        ("Europe/Berlin", date(2026, 3, 27), {"CET"}),
        ("Europe/Berlin", date(2026, 3, 30), {"CEST"}),
        ("+01:00", date(2026, 1, 1), set()),
    ],
)
def test_a_zones_clocks_have_names(zone: str, day: date, names: set[str]) -> None:
    """Those of the day before and behind count as well: whose day it is depends on the offset."""
    assert Zone.named(zone).names_on(day) == names


def test_observed_zones_need_an_offset() -> None:
    """Of nothing no zone is made; one offset alone is fixed, and a repeated one is no change."""
    with pytest.raises(ValueError, match="at least one offset"):
        Zone.observed([])
    assert Zone.observed([(utc(2020, 1, 1), 3600), (utc(2021, 1, 1), 3600)]) == Zone.fixed(3600)


def test_an_observed_zone_holds_from_its_second_on() -> None:
    """Naive instants are UTC; the label tells how often it changed."""
    points = [(datetime(2020, 1, month), 3600 * month) for month in range(1, 6)]
    zone = Zone.observed(points)
    assert zone.label == "UTC+01:00, changed 4 times, the last time to +05:00 at 2020-01-05 00:00 UTC"
    assert Zone.observed(points[:2]).label == "UTC+01:00, changed to +02:00 at 2020-01-02 00:00 UTC"
    assert [zone.offset_at(utc(2020, 1, 2) + timedelta(seconds=second)) for second in (-1, 0)] == [3600, 7200]
    assert zone.local(datetime(2020, 1, 2)) == datetime(2020, 1, 2, 2)


def test_fixed_offsets_have_names() -> None:
    """An offset is a zone too, however it is written."""
    assert {Zone.named(text).label for text in ("+10:00", "+1000", "UTC+10", "+10")} == {"UTC+10:00"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Europe/Berln", "unknown time zone 'Europe/Berln': did you mean Europe/Berlin?"),
        (
            "CST",
            (
                "unknown time zone 'CST': abbreviations are ambiguous, "
                "write a name like Europe/Berlin or an offset like +10:00"
            ),
        ),
        ("+15:00", "unknown time zone '+15:00': write a name like Europe/Berlin or an offset like +10:00"),
        ("../passwd", "unknown time zone '../passwd': write a name like Europe/Berlin or an offset like +10:00"),
    ],
)
def test_unknown_names_are_refused_with_a_remedy(name: str, message: str) -> None:
    """What is no zone is a usage error that says what to write."""
    with pytest.raises(UsageError) as error:
        Zone.named(name)
    assert str(error.value) == message


def test_observed_offsets_make_a_zone() -> None:
    """Offsets that other logs show hold from their instant on, the first one before as well."""
    zone = Zone.observed([(utc(2020, 4, 4, 16), 36000), (utc(2020, 1, 1), 39600)])
    assert [zone.offset_at(utc(2019, 1, 1)), zone.offset_at(utc(2020, 5, 1))] == [39600, 36000]


def test_observed_zone_says_when_it_changed() -> None:
    """The label names both offsets and the instant; of many changes it names the last one."""
    once = Zone.observed([(utc(2020, 1, 1), 39600), (utc(2020, 4, 4, 16), 36000)])
    assert once.label == "UTC+11:00, changed to +10:00 at 2020-04-04 16:00 UTC"
    twice = Zone.observed([(utc(2020, 1, 1), 39600), (utc(2020, 4, 4, 16), 36000), (utc(2020, 10, 3, 16), 39600)])
    assert twice.label == "UTC+11:00, changed 2 times, the last time to +11:00 at 2020-10-03 16:00 UTC"


def test_observed_change_back_is_a_fold() -> None:
    """Where observed offsets step back, a wall has two instants."""
    zone = Zone.observed([(utc(2020, 1, 1), 39600), (utc(2020, 4, 4, 16), 36000)])
    assert zone.instants(datetime(2020, 4, 5, 2, 30)) == (utc(2020, 4, 4, 15, 30), utc(2020, 4, 4, 16, 30))


def test_offsets_are_written_with_sign() -> None:
    """Offsets west of Greenwich are negative as a whole."""
    assert [offset_text(seconds) for seconds in (36000, -12600, 0, -1521)] == [
        "+10:00",
        "-03:30",
        "+00:00",
        "-00:25:21",
    ]


def make_etc(root: Path, timezone: str | None = None, localtime: str | None = None) -> Path:
    """A copied tree with an etc beside var/log."""
    (root / "etc").mkdir(parents=True)
    (root / "var/log/nginx").mkdir(parents=True)
    if timezone is not None:
        (root / "etc/timezone").write_bytes(timezone.encode() + b"\n")
    if localtime is not None:
        (root / "etc/localtime").symlink_to(localtime)
    return root


@pytest.mark.parametrize("given_root", ["var/log", "var/log/nginx", ".", "var", "var/log/nginx/access.log"])
def test_evidence_names_its_zone(tmp_path: Path, given_root: str) -> None:
    """The etc beside var/log is found from any folder or file of the tree."""
    root = make_etc(tmp_path / "tree", timezone="Australia/Sydney")
    (root / "var/log/nginx/access.log").touch()
    expected = (Zone.named("Australia/Sydney"), "the evidence's etc/timezone says Australia/Sydney")
    assert evidence_zone([root / given_root]) == expected


def test_link_of_a_copied_tree_is_read_not_followed(tmp_path: Path) -> None:
    """A localtime link names the zone by its text, even though its target is not in the evidence."""
    root = make_etc(tmp_path / "tree", localtime="/nowhere/zoneinfo/Asia/Tokyo")
    assert evidence_zone([root / "var/log"]) == (
        Zone.named("Asia/Tokyo"),
        "the evidence's etc/localtime says Asia/Tokyo",
    )


def test_localtime_wins_over_a_stale_timezone(tmp_path: Path) -> None:
    """Programs read etc/localtime; a different etc/timezone is told, not used."""
    root = make_etc(tmp_path / "tree", timezone="Europe/Berlin", localtime="/usr/share/zoneinfo/Asia/Tokyo")
    found = evidence_zone([root / "var/log"])
    reason = "the evidence's etc/localtime says Asia/Tokyo (etc/timezone says Europe/Berlin, which programs do not use)"
    assert found == (Zone.named("Asia/Tokyo"), reason)


def test_copied_localtime_is_read_as_a_zone_file(tmp_path: Path) -> None:
    """A localtime that is a file gives its offsets, labelled by its POSIX rule."""
    from importlib import resources

    root = make_etc(tmp_path / "tree")
    data = resources.files("tzdata").joinpath("zoneinfo/Europe/Berlin").read_bytes()
    (root / "etc/localtime").write_bytes(data)
    found = evidence_zone([root])
    assert found is not None
    assert (found[0].label, found[0].offset_at(utc(2020, 7, 1))) == ("CET-1CEST,M3.5.0,M10.5.0/3", 7200)


@pytest.mark.parametrize("content", ["", "no such zone", "../../etc/passwd", "# only a comment"])
def test_a_broken_timezone_file_names_nothing(tmp_path: Path, content: str) -> None:
    """A file that names no zone leaves the question open."""
    assert evidence_zone([make_etc(tmp_path / "tree", timezone=content) / "var/log"]) is None


def test_a_broken_zone_file_is_refused(tmp_path: Path) -> None:
    """Bytes that are no TZif file are a usage error."""
    broken = tmp_path / "localtime"
    broken.write_bytes(b"TZif2" + b"\xff" * 40)
    with pytest.raises(UsageError, match="no time zone file"):
        Zone.from_tzif(broken)


@pytest.mark.parametrize(("folder", "found"), [("var/log/a/b/c/d", True), ("var/spool/a/b/c/d", False)])
def test_the_root_of_a_tree_is_where_its_var_log_lies(tmp_path: Path, folder: str, found: bool) -> None:
    """However deep below it the evidence begins; else etc is looked for three levels above."""
    root = make_etc(tmp_path / "tree", timezone="Asia/Tokyo")
    (root / folder).mkdir(parents=True)
    assert (evidence_zone([root / folder]) is not None) is found


def test_the_only_host_in_a_folder_names_the_zone(tmp_path: Path) -> None:
    """Of two nobody knows which; and a host's own var/log comes before what lies inside of it."""
    make_etc(tmp_path / "web1", timezone="Asia/Tokyo")
    assert evidence_zone([tmp_path]) == (Zone.named("Asia/Tokyo"), "the evidence's etc/timezone says Asia/Tokyo")
    (tmp_path / "var/log").mkdir(parents=True)
    assert evidence_zone([tmp_path]) is None
    make_etc(tmp_path / "two/web1", timezone="Asia/Tokyo")
    make_etc(tmp_path / "two/web2", timezone="Asia/Tokyo")
    assert evidence_zone([tmp_path / "two"]) is None


def test_what_is_there_and_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's words; a file that is not there is none of it."""
    root = make_etc(tmp_path / "tree", timezone="Asia/Tokyo")

    def failing(path: Path) -> int:
        raise OSError(errno.EIO if path == root / "etc/timezone" else errno.ENOENT, "Input/output error", str(path))

    monkeypatch.setattr("logforensics.clock.zones.open_quietly", failing)
    unread: Unread = []
    assert evidence_zone([root]) is None
    assert evidence_zone([root], unread) is None
    assert unread == [("etc/timezone", "Input/output error (EIO)")]
