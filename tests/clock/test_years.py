"""Missing years: New Years in file order, and which clue settles the newest one (HOSTILE.md T1 to T9)."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.clock.chain import YearClues
from logforensics.clock.years import Years, infer_years


def stamped(*stamps: str, clues: YearClues, files: list[int] | None = None) -> Years:
    """The years of stamps as syslog writes them."""
    return infer_years(rows([placeholder(stamp) for stamp in stamps], files), clues)


def placeholder(stamp: str) -> datetime:
    """A stamp in the parser's placeholder year."""
    return datetime.strptime(f"2000 {stamp} Z", "%Y %b %d %H:%M:%S %z").replace(tzinfo=None)


def rows(walls: list[datetime], files: list[int] | None = None) -> pl.DataFrame:
    """Rows without years in file order."""
    return pl.DataFrame(
        {
            "wall": pl.Series(walls, dtype=pl.Datetime("us")),
            "yearless": pl.Series([True] * len(walls), dtype=pl.Boolean),
            "file_index": pl.Series(files or [0] * len(walls), dtype=pl.UInt32),
        }
    )


def year_of(found: Years) -> list[int]:
    """The year each row was given."""
    return found.wall.dt.year().to_list()


def mtime(*parts: int) -> YearClues:
    """The clue that a single file was last written then."""
    return YearClues(mtimes=(datetime(*parts),))  # type: ignore[arg-type]  # no zone is passed


def test_new_year_between_two_lines() -> None:
    """T1: December belongs to the year before the file was last written, January to that year."""
    found = stamped("Dec 31 23:59:59", "Jan 1 00:00:01", clues=mtime(2026, 1, 2))
    assert (year_of(found), found.doubtful.any()) == ([2025, 2026], False)


def test_several_new_years() -> None:
    """T2: each backward step of months is a New Year."""
    stamps = ["Mar 1 00:00:00", "Aug 1 00:00:00", "Dec 30 00:00:00"] * 3
    found = stamped(*stamps, clues=mtime(2026, 12, 30, 1))
    assert year_of(found) == [2024] * 3 + [2025] * 3 + [2026] * 3


def test_late_line_is_no_new_year() -> None:
    """T3: a relay's late line of the month before leaves all years alone."""
    stamps = ("Mar 31 12:00:00", "Apr 1 00:00:00", "Mar 31 23:59:59", "Apr 1 00:01:00")
    assert year_of(stamped(*stamps, clues=mtime(2026, 4, 1, 1))) == [2026] * 4


def test_mtime_forces_a_new_year_after_a_long_silence() -> None:
    """T4: March cannot lie after the file was last written in February."""
    found = stamped("Mar 5 12:00:00", "Feb 2 00:00:00", clues=mtime(2024, 2, 3))
    assert (year_of(found), found.doubtful.any()) == ([2023, 2024], False)


def test_both_readings_of_a_step_back_stay_open() -> None:
    """T4: where nothing forbids either, the lines before the step are in doubt and those after it are not."""
    found = stamped("Mar 5 12:00:00", "Feb 2 00:00:00", clues=YearClues(year=2024))
    assert found.doubtful.to_list() == [True, False]


def test_leap_day_goes_into_a_leap_year() -> None:
    """T5: 29 February before an mtime of 2025 is of 2024."""
    found = stamped("Feb 29 12:00:00", clues=mtime(2025, 3, 2))
    assert (found.wall.to_list(), found.doubtful.any()) == ([datetime(2024, 2, 29, 12)], False)


def test_leap_day_without_a_clue_is_in_doubt() -> None:
    """T6: with nothing else known, any leap year fits."""
    found = stamped("Feb 29 12:00:00", clues=YearClues())
    assert (found.wall.to_list(), found.doubtful.all()) == ([datetime(2000, 2, 29, 12)], True)


def test_late_line_at_the_head_is_of_last_year() -> None:
    """T7: December between two Januaries is the December before."""
    found = stamped("Jan 1 00:00:01", "Dec 31 23:59:59", "Jan 1 00:00:02", clues=mtime(2026, 1, 2))
    assert (year_of(found), found.doubtful.any()) == ([2026, 2025, 2026], False)


def test_first_event_of_a_chain_may_lie_in_last_year() -> None:
    """One line of December before a file of January is of last year."""
    found = stamped("Dec 31 23:50:00", "Jan 1 00:10:00", "Jan 2 00:10:00", clues=mtime(2021, 1, 2, 1))
    assert year_of(found) == [2020, 2021, 2021]


def test_mtime_long_after_the_last_line_leaves_doubt() -> None:
    """T8: a copy's mtime bounds the year but does not tell it."""
    assert stamped("Jun 23 09:00:00", clues=mtime(2026, 11, 2)).doubtful.to_list() == [True]


def test_sources_with_years_win_over_a_copys_mtime() -> None:
    """T8: the year is the one in which the source meets the others."""
    span = (datetime(2020, 6, 23), datetime(2020, 6, 24))
    found = stamped("Jun 23 09:00:00", clues=YearClues((datetime(2026, 7, 1),), siblings=span))
    assert (year_of(found), found.doubtful.any()) == ([2020], False)


def test_date_in_the_file_name_tells_the_year() -> None:
    """T9: a file rotated on 1 January holds lines of the December before."""
    clues = YearClues((datetime(2026, 11, 2),), names=("syslog-20260101.gz",))
    assert year_of(stamped("Dec 31 12:00:00", clues=clues)) == [2025]


def test_fitting_mtimes_of_a_rotated_chain_win_over_siblings_of_another_time() -> None:
    """Two files whose different mtimes fit their last lines were never copied carelessly."""
    clues = YearClues(
        (datetime(2020, 6, 16, 6), datetime(2020, 6, 23, 9)), siblings=(datetime(2015, 1, 1), datetime(2015, 12, 1))
    )
    assert year_of(stamped("Jun 16 05:59:00", "Jun 23 08:59:00", files=[0, 1], clues=clues)) == [2020, 2020]


def test_the_user_wins() -> None:
    """--year names the year of the newest line."""
    clues = YearClues((datetime(2026, 1, 2),), year=2019)
    assert year_of(stamped("Dec 31 23:59:59", "Jan 1 00:00:01", clues=clues)) == [2018, 2019]


@pytest.mark.parametrize("day", ["Jan 10", "Mar 5", "Jun 20", "Jul 1", "Jul 2", "Jul 3", "Nov 20"])
def test_dead_clock_shifts_no_neighbour(day: str) -> None:
    """A boot at 1 January 00:00:05 between two lines of one day is no New Year, and its own date is in doubt."""
    stamps = ("Jan 5 12:00:00", f"{day} 12:00:00", "Jan 1 00:00:05", "Jan 1 00:00:09", f"{day} 14:00:00")
    walls = [placeholder(stamp) for stamp in stamps]
    found = infer_years(rows(walls), YearClues((walls[-1].replace(year=2019),)))
    assert (year_of(found), found.astray.to_list()) == ([2019] * 5, [False, False, True, True, False])


def test_dead_clock_after_weeks_off() -> None:
    """A machine that was off for two months before its dead clock was set shifts no year either."""
    found = stamped("Jun 1 12:00:00", "Jan 1 00:00:05", "Aug 1 12:00:00", clues=mtime(2019, 8, 1, 13))
    assert (year_of(found), found.doubtful.to_list()) == ([2019] * 3, [False, True, False])


def test_late_lines_at_new_year_are_no_dead_clock() -> None:
    """December to January and back is a relay's late line, not a boot with a clock that was not set."""
    stamps = ("Dec 31 23:59:00", "Jan 1 00:02:00", "Dec 31 23:58:00", "Jan 1 00:03:00")
    found = stamped(*stamps, clues=mtime(2010, 1, 1, 1))
    assert (year_of(found), found.doubtful.any()) == ([2009, 2010, 2009, 2010], False)


def test_rotated_files_of_one_time_were_copied() -> None:
    """Files that end days apart and were written at once: a copy, made a year later to the day, tells nothing."""
    copied = YearClues(mtimes=(datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 12)))
    found = stamped("Feb 25 12:00:00", "Mar 1 10:00:00", clues=copied, files=[0, 1])
    assert found.doubtful.to_list() == [True, True]


def test_lines_with_years_in_the_same_source_are_anchors() -> None:
    """Where a file changes its spelling, the dated lines tell the year of the others."""
    walls = [datetime(2000, 12, 31, 23), datetime(2000, 1, 1, 1), datetime(2021, 1, 1, 2)]
    frame = rows(walls).with_columns(yearless=pl.Series([True, True, False]))
    assert year_of(infer_years(frame, YearClues())) == [2020, 2021, 2021]


def test_where_every_line_has_its_year_nothing_is_inferred() -> None:
    """And nothing is in doubt."""
    walls = [datetime(2019, 6, 1), datetime(2020, 6, 1)]
    found = infer_years(rows(walls).with_columns(yearless=pl.Series([False, False])), YearClues())
    assert (found.wall.to_list(), found.doubtful.to_list(), found.astray.to_list()) == (walls, [False] * 2, [False] * 2)
    assert found.basis.reason == "every line has its year"


def test_midnight_of_29_february_is_of_that_day() -> None:
    """And the microsecond before March as well."""
    walls = [datetime(2000, 2, 29), datetime(2000, 2, 29, 23, 59, 59, 999_999)]
    found = infer_years(rows(walls), mtime(2025, 3, 2))
    assert found.wall.to_list() == [wall.replace(year=2024) for wall in walls]


def test_days_after_february_move_by_the_calendar() -> None:
    """A stamp keeps its month and day in years without 29 February."""
    found = stamped("Feb 28 23:59:59", "Mar 1 00:00:00", "Dec 31 00:00:00", clues=mtime(2021, 12, 31, 1))
    assert found.wall.dt.to_string("%Y-%m-%d").to_list() == ["2021-02-28", "2021-03-01", "2021-12-31"]


GAPS = st.lists(st.integers(0, 180 * 24 * 60), min_size=1, max_size=60)  # minutes, each below half a year
LATENESS = st.lists(st.integers(0, 60), min_size=60, max_size=60)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), GAPS, LATENESS)
def test_late_lines_over_several_new_years_come_back(start: datetime, gaps: list[int], late: list[int]) -> None:
    """Instants in order, with late lines of up to an hour among them, come back exactly from the newest mtime."""
    moment, truth = start.replace(microsecond=0), []
    for minutes, delay in zip(gaps, late, strict=False):
        moment += timedelta(minutes=minutes)
        truth.append(moment - timedelta(minutes=delay if delay % 3 == 0 else 0))
    truth.append(moment)
    bare = [wall.replace(year=2000) for wall in truth]
    assert infer_years(rows(bare), YearClues((moment,))).wall.to_list() == truth


@given(st.integers(-1500, 1500))
def test_an_incident_moved_by_any_number_of_days_moves_along(days: int) -> None:
    """A day of lines is placed by the sources with years beside it, whatever the date and over New Year too."""
    start = datetime(2020, 6, 23, 9, 0, 1) + timedelta(days=days)
    truth = [start, start + timedelta(minutes=4), start + timedelta(hours=22, minutes=12)]
    siblings = (start - timedelta(minutes=12), start + timedelta(minutes=16))
    found = infer_years(
        rows([wall.replace(year=2000) for wall in truth]), YearClues((datetime(2026, 11, 23),), siblings=siblings)
    )
    assert (found.wall.to_list(), found.doubtful.any()) == (truth, False)


@given(st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2000, 12, 31)), max_size=60))
def test_any_order_of_stamps_is_survived(walls: list[datetime]) -> None:
    """Stamps in no order at all keep their day and time, or stay marked; nothing raises."""
    found = infer_years(rows(walls), YearClues((datetime(2026, 1, 1),)))
    assert found.wall.dt.to_string("%m-%d %T").to_list() == [wall.strftime("%m-%d %H:%M:%S") for wall in walls]


def test_more_new_years_than_logs_can_hold_are_in_doubt() -> None:
    """A chain that would begin before 1970 is cut there and marked."""
    found = stamped(*["Jan 1 12:00:00", "Jun 3 12:00:00", "Dec 1 12:00:00"] * 60, clues=mtime(2020, 12, 1, 13))
    assert (year_of(found)[0], found.doubtful[0], found.doubtful[-1]) == (1970, True, False)
