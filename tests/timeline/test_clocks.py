"""Sources settle each other: who knows offset or year tells those who do not, and what was told is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from logforensics.clock.zones import Zone
from logforensics.evidence.model import LogFile, Source
from logforensics.parsing.binary import BINARY
from logforensics.settings import Settings
from logforensics.timeline.clocks import SettledSources, settle_sources
from logforensics.timeline.host import Reading

TEXT = replace(BINARY["logins"], name="syslog", reader="lines")
NOON = datetime(2026, 7, 1, 12)


def reading(
    name: str,
    *walls: datetime,
    offset: int | Sequence[int | None] | None = None,
    yearless: bool = False,
    carried: Sequence[bool] = (),
) -> Reading:
    """One source as parsed: wall times, and one offset in seconds for all or one for each."""
    offsets = [offset] * len(walls) if offset is None or isinstance(offset, int) else list(offset)
    frame = pl.DataFrame(
        {
            "wall": list(walls),
            "offset": offsets,
            "yearless": [yearless] * len(walls),
            "carried": list(carried) or [False] * len(walls),
            "file_index": [0] * len(walls),
            "message": [str(index) for index in range(len(walls))],
        },
        schema={
            "wall": pl.Datetime("us"),
            "offset": pl.Int32,
            "yearless": pl.Boolean,
            "carried": pl.Boolean,
            "file_index": pl.UInt32,
            "message": pl.String,
        },
    )
    return Reading(Source(name, (LogFile(Path(name), name, 1, None),)), TEXT, frame)


def settled(
    *readings: Reading, roots: Sequence[Path] = (), assume: tuple[tuple[str, str], ...] = (), year: int | None = None
) -> SettledSources:
    """Settle readings with what was typed."""
    return settle_sources(readings, roots, Settings(assume_tz=assume, year=year))


def times(found: SettledSources, index: int = 0) -> list[str]:
    """The instants of one source, UTC."""
    return found.frames[index]["time"].dt.to_string("%Y-%m-%d %H:%M").to_list()


@pytest.fixture
def berlin(tmp_path: Path) -> Path:
    """Evidence with an etc/timezone that says Europe/Berlin."""
    logs = tmp_path / "var" / "log"
    logs.mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "timezone").write_bytes(b"Europe/Berlin\n")
    return logs


def test_no_sources_are_settled_to_none() -> None:
    """Nothing read, nothing assumed."""
    assert settled() == SettledSources([], {}, (), None)


def test_without_any_clue_utc_is_assumed_with_a_warning() -> None:
    """The last resort says that it is one, and what helps."""
    found = settled(reading("app.log", NOON))
    assert (times(found), found.zones["app.log"]) == (
        ["2026-07-01 12:00"],
        ("UTC", "warning: no zone is known, UTC is assumed; --assume-tz sets it"),
    )


def test_utc_by_default_is_no_zone_of_the_site() -> None:
    """An assumption of ours is not passed on as knowledge of the host."""
    assert settled(reading("app.log", NOON)).site_zone is None


def test_an_observed_offset_comes_before_utc() -> None:
    """A naive source is read by the offset that its neighbour wrote."""
    found = settled(reading("access.log", NOON, offset=36000), reading("app.log", NOON))
    assert (times(found, 1), found.zones["app.log"][0], found.site_zone) == (
        ["2026-07-01 02:00"],
        "UTC+10:00",
        Zone.fixed(36000),
    )


def test_the_evidence_comes_before_an_observed_offset(berlin: Path) -> None:
    """What the host's own etc says is stronger than what one program wrote."""
    found = settled(reading("access.log", NOON, offset=36000), reading("app.log", NOON), roots=[berlin])
    assert (times(found, 1), found.zones["app.log"], found.site_zone) == (
        ["2026-07-01 10:00"],
        ("Europe/Berlin", "the evidence's etc/timezone says Europe/Berlin"),
        Zone.named("Europe/Berlin"),
    )


def test_the_user_comes_before_the_evidence(berlin: Path) -> None:
    """--assume-tz beats etc, for the sources it names."""
    found = settled(
        reading("app.log", NOON), reading("other.log", NOON), roots=[berlin], assume=(("app*", "Asia/Tokyo"),)
    )
    assert (found.zones["app.log"], found.zones["other.log"][0]) == (("Asia/Tokyo", "--assume-tz"), "Europe/Berlin")


def test_the_last_assumption_that_fits_wins() -> None:
    """As with every option given twice, the later one counts."""
    found = settled(reading("app.log", NOON), assume=(("*", "Asia/Tokyo"), ("app*", "+02:00"), ("x*", "UTC")))
    assert times(found) == ["2026-07-01 10:00"]


def test_the_zone_of_one_source_is_not_the_sites(berlin: Path) -> None:
    """--assume-tz for a source says nothing of the host."""
    found = settled(reading("app.log", NOON), roots=[berlin], assume=(("*", "Asia/Tokyo"),))
    assert found.site_zone == Zone.named("Europe/Berlin")


def test_an_offset_in_the_line_beats_them_all(berlin: Path) -> None:
    """What a line says itself is never overruled."""
    found = settled(reading("app.log", NOON, offset=-12600), roots=[berlin], assume=(("*", "Asia/Tokyo"),))
    assert (times(found), found.zones["app.log"]) == (["2026-07-01 15:30"], ("-03:30", "written in every line"))


def test_both_offsets_of_a_summer_are_shown() -> None:
    """A source that writes its offset over a change of it shows both."""
    found = settled(reading("app.log", NOON, NOON + timedelta(days=180), offset=[7200, 3600]))
    assert found.zones["app.log"][0] == "+01:00/+02:00"


def test_a_program_that_writes_utc_is_outvoted() -> None:
    """Many write UTC whatever the host's zone is: one that writes another offset knows it."""
    found = settled(
        reading("a.json", NOON, offset=0), reading("access.log", NOON, offset=36000), reading("b.log", NOON)
    )
    assert (times(found, 2), found.zones["b.log"][1].startswith("the offset access.log wrote")) == (
        ["2026-07-01 02:00"],
        True,
    )


def test_where_all_write_utc_the_naive_ones_do_too() -> None:
    """Programs write UTC whatever the host's zone is: that it is UTC's is shown by events that then meet theirs."""
    moments = [NOON + timedelta(minutes=7 * minute) for minute in range(20)]
    found = settled(reading("a.json", *moments, offset=0), reading("b.log", *moments))
    assert found.zones["b.log"] == (
        "UTC",
        "the offset a.json wrote; 20 of 20 lines without a zone then meet one of theirs within a second",
    )


def test_utc_that_no_event_bears_out_is_the_last_resort() -> None:
    """One event that meets another is chance: the warning stays."""
    found = settled(reading("a.json", NOON, NOON + timedelta(minutes=1), offset=0), reading("b.log", NOON))
    assert found.zones["b.log"][1].startswith(
        "warning: no zone is known, UTC is assumed; --assume-tz sets it (the offset"
    )


def test_an_observation_is_checked_against_the_naive_source() -> None:
    """The reason tells how many naive events then meet one that is sure."""
    found = settled(reading("access.log", NOON, offset=36000), reading("app.log", NOON, NOON + timedelta(hours=1)))
    assert found.zones["app.log"][1] == (
        "the offset access.log wrote; 1 of 2 lines without a zone then meet one of theirs within a second"
    )


def test_an_observed_offset_is_not_stretched_over_a_change() -> None:
    """+02:00 in July may be Berlin's or Cairo's, or Troll's, which is at UTC in November: that stays a choice."""
    summer, winter = datetime(2026, 7, 1, 12), datetime(2026, 11, 20, 12)
    found = settled(reading("access.log", summer, offset=7200), reading("app.log", summer, winter))
    rows = found.frames[1].select("time_basis", "time_earliest", "time_latest").rows()
    assert rows == [
        ("zone-assumed", None, None),
        ("ambiguous", datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ]


def test_an_observed_offset_holds_where_no_zone_with_it_changes() -> None:
    """+10:00 and +11:00 in October are Australia's south-east, which all changes in the same night."""
    spring, summer = datetime(2026, 10, 3, 12), datetime(2026, 10, 5, 12)
    found = settled(
        reading("access.log", spring, summer, offset=[36000, 39600]), reading("app.log", datetime(2026, 10, 4, 12))
    )
    assert (times(found, 1), found.frames[1]["time_basis"].to_list()) == (["2026-10-04 01:00"], ["zone-assumed"])


def test_a_binary_log_is_no_witness_of_the_zone() -> None:
    """A journal counts in UTC on every host: that tells nothing of the naive sources beside it."""
    journal = replace(reading("wtmp", NOON, offset=0), definition=BINARY["logins"])
    found = settled(journal, reading("app.log", NOON))
    assert (found.zones["wtmp"], found.zones["app.log"][1][:7], found.site_zone) == (
        ("+00:00", "stored in UTC"),
        "warning",
        None,
    )


def test_an_observed_zone_changes_when_the_witness_does() -> None:
    """Over the end of summer time each naive event is read by the offset of its own time."""
    before, after = datetime(2026, 10, 24, 12), datetime(2026, 10, 25, 12)
    later = after + timedelta(hours=2)
    found = settled(reading("access.log", before, after, offset=[7200, 3600]), reading("app.log", before, later))
    assert times(found, 1) == ["2026-10-24 10:00", "2026-10-25 13:00"]


def test_a_yearless_witness_tells_no_offset() -> None:
    """A stamp whose year is unknown cannot date a change of offset: it is left out."""
    found = settled(reading("odd.log", datetime(2000, 7, 1), offset=36000, yearless=True), reading("app.log", NOON))
    assert found.site_zone is None


def test_missing_years_come_from_the_siblings_over_new_year() -> None:
    """A syslog from December to January lies in the years between which its neighbour wrote."""
    found = settled(
        reading("access.log", datetime(2025, 12, 31, 12), datetime(2026, 1, 1, 12), offset=0),
        reading("syslog", datetime(2000, 12, 31, 23, 59), datetime(2000, 1, 1, 0, 1), yearless=True),
        assume=(("*", "UTC"),),
    )
    assert (times(found, 1), found.frames[1]["time_basis"].to_list()) == (
        ["2025-12-31 23:59", "2026-01-01 00:01"],
        ["year-inferred", "year-inferred"],
    )


def test_the_users_year_comes_before_the_siblings() -> None:
    """--year is the year of the newest line."""
    found = settled(
        reading("access.log", datetime(2025, 12, 31), offset=0),
        reading("syslog", datetime(2000, 12, 31), yearless=True),
        year=2019,
    )
    assert times(found, 1) == ["2019-12-31 00:00"]


def test_siblings_speak_in_utc() -> None:
    """The span of the others is theirs minus their offset: an hour before New Year at +10:00 is the old year."""
    found = settled(
        reading("access.log", datetime(2026, 1, 1, 0, 30), datetime(2026, 1, 1, 0, 40), offset=36000),
        reading("syslog", datetime(2000, 12, 31, 14, 35), yearless=True),
        assume=(("syslog", "UTC"),),
    )
    assert times(found, 1) == ["2025-12-31 14:35"]


def test_the_other_columns_stay_with_their_rows() -> None:
    """The clock's columns are replaced, all others keep their order."""
    found = settled(reading("app.log", NOON, NOON - timedelta(hours=1), offset=0))
    assert found.frames[0].select("time", "message").rows() == [
        (NOON.replace(tzinfo=UTC), "0"),
        ((NOON - timedelta(hours=1)).replace(tzinfo=UTC), "1"),
    ]


def test_the_clocks_columns_are_gone() -> None:
    """Time and its basis stand in place of wall, offset, yearless and carried."""
    assert settled(reading("app.log", NOON)).frames[0].columns == ["time", "time_basis", "file_index", "message"]


def test_a_continuation_is_carried() -> None:
    """Its basis says that its time is that of the event above."""
    found = settled(reading("app.log", NOON, NOON, offset=0, carried=[False, True]))
    assert found.frames[0]["time_basis"].to_list() == ["explicit", "carried"]


def test_every_assumption_is_told_once_a_source() -> None:
    """Each naive source has its own entry with its own number of events."""
    found = settled(reading("a.log", NOON), reading("b.log", NOON, NOON), reading("c.log", NOON, offset=0))
    assert [(told.source, told.kind, told.events) for told in found.assumptions] == [
        ("a.log", "zone", 1),
        ("b.log", "zone", 2),
    ]
