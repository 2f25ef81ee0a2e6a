"""Settling a source: instants with their basis, folds by file order, and the assumptions that are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from logforensics.clock.settle import Assumption, ClockEvidence, Settled, settle
from logforensics.clock.zones import Zone, tzdata_version
from logforensics.schema import TIME_BASES

BERLIN = Zone.named("Europe/Berlin")
FOLD = datetime(2026, 10, 25)


def walls(*stamps: datetime, **columns: list[object]) -> pl.DataFrame:
    """Rows as a parser delivers them: naive, with a year, no continuation, unless the columns say otherwise."""
    count = len(stamps)
    filled = {"offset": [None] * count, "yearless": [False] * count, "carried": [False] * count, **columns}
    return pl.DataFrame(
        {"wall": list(stamps), **filled, "file_index": [0] * count},
        schema={
            "wall": pl.Datetime("us"),
            "offset": pl.Int32,
            "yearless": pl.Boolean,
            "carried": pl.Boolean,
            "file_index": pl.UInt32,
        },
    )


def settled(*stamps: datetime, zone: Zone = BERLIN, **columns: list[object]) -> Settled:
    """Settle rows of one source in a zone that was told."""
    return settle(walls(*stamps, **columns), ClockEvidence("app.log", zone, zone_reason="told"))


def at(*times: str) -> list[datetime]:
    """Walls of the night on which Berlin's clocks go back from 03:00 to 02:00."""
    return [datetime.fromisoformat(f"2026-10-25T{time}") for time in times]


def utc_times(found: Settled) -> list[str]:
    """The times of day in UTC."""
    return found.frame["time"].dt.to_string("%H:%M:%S").to_list()


def bases(found: Settled) -> list[str]:
    """How each time is known."""
    return found.frame["time_basis"].cast(pl.String).to_list()


def test_offsets_in_the_line_win_over_the_zone() -> None:
    """T15: a line with an offset is wall minus offset, in the fold as anywhere."""
    found = settled(*at("02:30:00", "02:30:00"), offset=[7200, 3600])
    assert (utc_times(found), bases(found), found.assumptions) == (["00:30:00", "01:30:00"], ["explicit"] * 2, ())


def test_naive_lines_are_read_in_the_zone() -> None:
    """A line without an offset gets the zone's; the assumption is told with the release of its rules and its events."""
    found = settled(datetime(2026, 7, 1, 12))
    text = f"stamps without an offset are read as Europe/Berlin (tzdata {tzdata_version()}): told"
    told = Assumption("app.log", "zone", text, 1)
    assert (utc_times(found), bases(found), found.assumptions) == (["10:00:00"], ["zone-assumed"], (told,))


def test_result_is_utc_microseconds() -> None:
    """The columns have the timeline's types."""
    expected = {"time": pl.Datetime("us", "UTC"), "time_basis": pl.Enum(TIME_BASES)}
    assert dict(settled(FOLD).frame.schema) == expected


def test_no_rows_settle_to_no_rows() -> None:
    """An empty source is no error."""
    assert settled().frame.height == 0


def test_continuation_lines_follow_their_event() -> None:
    """A carried line has its event's instant, also where file order has moved that."""
    found = settled(*at("02:59:59", "02:00:00", "02:00:00"), carried=[False, False, True])
    assert (utc_times(found), bases(found)[-1]) == (["00:59:59", "01:00:00", "01:00:00"], "carried")


def test_leading_continuation_keeps_its_own_stamp() -> None:
    """A carried line whose event is not there is read like any other stamp."""
    found = settled(datetime(2026, 7, 1, 12), datetime(2026, 7, 1, 13), carried=[True, False])
    assert utc_times(found) == ["10:00:00", "11:00:00"]


def test_lone_line_in_a_fold_is_ambiguous() -> None:
    """T11: a repeated time alone keeps the earlier instant and says so."""
    found = settled(*at("02:30:00"))
    assert (utc_times(found), bases(found)) == (["00:30:00"], ["ambiguous"])


def test_backward_step_starts_the_second_pass() -> None:
    """T12: 02:59:59 then 02:00:00 is one second, not minus an hour."""
    found = settled(*at("01:59:59", "02:00:00", "02:59:59", "02:00:00", "02:59:59", "03:00:00"))
    assert utc_times(found) == ["23:59:59", "00:00:00", "00:59:59", "01:00:00", "01:59:59", "02:00:00"]


def test_late_line_of_the_first_pass_stays_in_it() -> None:
    """A line that comes late over the step back belongs to the pass it was written in."""
    found = settled(*at("02:59:58", "02:00:00", "02:59:59", "02:00:01"))
    assert utc_times(found) == ["00:59:58", "01:00:00", "00:59:59", "01:00:01"]


def test_neighbours_decide_where_only_one_reading_joins() -> None:
    """Lines that go on from 01:59 and stop before 03:00 are of the first pass."""
    found = settled(*at(*(f"01:{minute}:00" for minute in range(40, 60)), "02:00:00", "02:01:00", "08:00:00"))
    assert (utc_times(found)[-3:], bases(found)[-3:]) == (
        ["00:00:00", "00:01:00", "07:00:00"],
        ["derived", "derived", "zone-assumed"],
    )


def test_an_hour_that_is_there_once_is_ambiguous() -> None:
    """Lines each minute through one repeated hour: an hour is missing before or after it, or the zone is wrong."""
    night = [FOLD + timedelta(hours=1, minutes=minute) for minute in range(180)]
    found = settled(*night)
    assert (bases(found).count("ambiguous"), "wrong zone?" in found.assumptions[-1].text) == (60, True)


def test_sparse_lines_stay_ambiguous() -> None:
    """Where the source's own silences are as long as the choice, nothing is guessed."""
    found = settled(*at("00:50:00", "01:50:00", "02:50:00", "03:50:00"))
    assert bases(found) == ["zone-assumed", "zone-assumed", "ambiguous", "zone-assumed"]


def test_half_an_hour_can_be_repeated() -> None:
    """T16: Lord Howe goes back by 30 minutes; a step of 20 already tells the passes apart."""
    day = datetime(2026, 4, 5)
    stamps = [day + timedelta(hours=1, minutes=minute) for minute in (35, 55, 35, 55)]
    found = settled(*stamps, zone=Zone.named("Australia/Lord_Howe"))
    assert utc_times(found) == ["14:35:00", "14:55:00", "15:05:00", "15:25:00"]


def test_time_that_no_clock_showed_asks_about_the_zone() -> None:
    """T13: a wall in the gap is kept by the offset before, and the zone is questioned."""
    found = settled(datetime(2026, 3, 29, 2, 30))
    assert (utc_times(found), bases(found)) == (["01:30:00"], ["ambiguous"])
    assert ("gap", 1, True) in [(told.kind, told.events, "wrong zone?" in told.text) for told in found.assumptions]


def test_leap_of_the_clock_is_no_silence() -> None:
    """T14: 01:59:59 to 03:00:00 on the night of the gap is one second."""
    found = settled(datetime(2026, 3, 29, 1, 59, 59), datetime(2026, 3, 29, 3))
    assert utc_times(found) == ["00:59:59", "01:00:00"]


def test_year_and_zone_are_both_told() -> None:
    """A line without year and offset is year-inferred; New Year is that of the source's own clock."""
    evidence = ClockEvidence(
        "syslog",
        Zone.named("+10:00"),
        zone_reason="told",
        mtimes=(datetime(2019, 12, 31, 14, 5, tzinfo=UTC).timestamp(),),
    )
    found = settle(walls(datetime(2000, 1, 1, 0, 1), yearless=[True]), evidence)
    assert found.frame.row(0) == (datetime(2019, 12, 31, 14, 1, tzinfo=UTC), "year-inferred")
    assert [(told.kind, told.events) for told in found.assumptions] == [("zone", 1), ("year", 1)]


def test_a_list_whose_newest_line_is_first_crosses_the_year_the_other_way() -> None:
    """`last` writes what is newest on top: below a January, December is of the year before."""
    stamps = [datetime(2000, 1, 2), datetime(2000, 12, 31), datetime(2000, 6, 1), datetime(2019, 5, 1)]
    rows = walls(*stamps, yearless=[True, True, True, False])
    found = settle(rows, ClockEvidence("last.txt", Zone.named("UTC"), zone_reason="told", newest_first=True))
    assert found.frame["time"].dt.date().cast(pl.String).to_list() == [
        "2020-01-02", "2019-12-31", "2019-06-01", "2019-05-01"
    ]  # fmt: skip
    assert bases(found) == ["year-inferred", "year-inferred", "year-inferred", "zone-assumed"]


def test_unknown_year_is_ambiguous() -> None:
    """Without any clue the placeholder year is shown and marked."""
    assert bases(settled(datetime(2000, 6, 1), yearless=[True])) == ["ambiguous"]


@given(st.integers(1, 120), st.integers(0, 3599))
def test_a_dense_night_comes_back_exactly(every: int, phase: int) -> None:
    """A source that writes at least every two minutes through the repeated hour is settled without any doubt."""
    start = datetime(2026, 10, 24, 22, tzinfo=UTC) + timedelta(seconds=phase)
    truth = [start + timedelta(seconds=every * step) for step in range(6 * 3600 // every)]
    found = settled(*(BERLIN.local(instant) for instant in truth))
    assert (found.frame["time"].to_list(), set(bases(found))) == (truth, {"zone-assumed", "derived"})
