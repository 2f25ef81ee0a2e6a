"""Stamps without a year (T1 to T10): the year that order, files and neighbours leave, or the doubt with its bounds."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest

from tests.hostile.clocks import INFERRED, OPEN, Logs, bounds, nginx, nothing_happened, plain, seen, stamp, syslog, told

JOURNALS = Path(__file__).resolve().parents[1] / "data" / "journal"


def test_t01_new_year_without_a_year(logs: Logs) -> None:
    """T1: December is of the year before, January of the file's; what it rests on is told, and no year is missing."""
    found = logs({"syslog": syslog("Dec 31 23:59:59", "Jan  1 00:00:01")}, "UTC", "2026-01-02 00:00")
    assert seen(found) == [("2025-12-31 23:59:59", INFERRED), ("2026-01-01 00:00:01", INFERRED)]
    assert told(found, "year") == (
        "lines without a year are of 2025 to 2026; it rests on the modification time of its newest file"
    )
    assert nothing_happened(found)


def test_t02_five_new_years_in_one_file(logs: Logs) -> None:
    """T2: the year goes up at each of them."""
    stamps = [day for _ in range(5) for day in ("Jul  1 12:00:00", "Dec 31 12:00:00", "Jan  2 12:00:00")]
    found = logs({"syslog": syslog(*stamps)}, "UTC", "2026-01-02 12:00:00")
    years = [int(time[:4]) for time, _ in seen(found)]
    assert (years, {basis for _, basis in seen(found)}) == (
        [year + late for year in range(2021, 2026) for late in (0, 0, 1)],
        {INFERRED},
    )
    assert "2021 to 2026" in told(found, "year")


def test_t03_late_lines_of_a_relay_are_no_new_year(logs: Logs) -> None:
    """T3: a day back is a late line."""
    stamps = ("Mar 31 23:00:00", "Apr  1 01:00:00", "Mar 31 23:30:00", "Apr  1 02:00:00")
    found = logs({"syslog": syslog(*stamps)}, "UTC", "2026-04-01 02:00:01")
    assert seen(found) == [
        ("2026-03-31 23:00:00", INFERRED),
        ("2026-04-01 01:00:00", INFERRED),
        ("2026-03-31 23:30:00", INFERRED),
        ("2026-04-01 02:00:00", INFERRED),
    ]


def test_t04_a_year_of_silence(logs: Logs) -> None:
    """T4: March cannot come after the file was last written in February: it is of the year before."""
    found = logs({"syslog": syslog("Mar  5 12:00:00", "Feb  2 12:00:00")}, "UTC", "2024-02-02 12:00:05")
    assert seen(found) == [("2023-03-05 12:00:00", INFERRED), ("2024-02-02 12:00:00", INFERRED)]


def test_t04_a_step_back_that_both_readings_fit(logs: Logs) -> None:
    """T4: a clock set back in the same year and ten months of silence both fit: both years bound the older line."""
    found = logs({"syslog": syslog("Mar  5 12:00:00", "Feb  2 12:00:00")}, "UTC", year=2024)
    assert [basis for _, basis in seen(found)] == [OPEN, INFERRED]
    assert bounds(found) == [("2023-03-05 12:00:00", "2024-03-05 12:00:00")]
    assert "which is not sure" in told(found, "year")


def test_t04_a_file_copied_weeks_later_tells_no_year(logs: Logs) -> None:
    """T4, T8: the file's time is weeks behind its last line, so a copy's: no year is later, any may be earlier."""
    found = logs({"syslog": syslog("Mar  5 12:00:00", "Feb  2 12:00:00")}, "UTC", "2024-03-20 12:00:00")
    assert [basis for _, basis in seen(found)] == [OPEN, OPEN]
    assert [latest for _, latest in bounds(found)] == ["2024-03-05 12:00:00", "2024-02-02 12:00:00"]


def test_t05_the_leap_day_names_its_year(logs: Logs) -> None:
    """T5: a file of 2025 with a 29 February is of 2024."""
    found = logs({"syslog": syslog("Feb 29 12:00:00")}, "UTC", "2025-03-02 00:00")
    assert seen(found) == [("2024-02-29 12:00:00", INFERRED)]


def test_t06_the_leap_day_without_a_clue(logs: Logs) -> None:
    """T6: some leap year, never one without that day; the file's time (zero) tells nothing."""
    found = logs({"syslog": syslog("Feb 29 12:00:00")}, "UTC", "1970-01-01 00:00:01")
    ((time, basis),) = seen(found)
    ((earliest, latest),) = bounds(found)
    assert (time[4:], int(time[:4]) % 4, basis) == ("-02-29 12:00:00", 0, OPEN)
    assert (earliest[4:10], latest[4:10], earliest < "2020", latest > "2024") == ("-02-29", "-02-29", True, True)


def test_t07_january_december_january(logs: Logs) -> None:
    """T7: the December at the head is of the year before; the January before it is that New Year's, and came early."""
    found = logs({"syslog": syslog("Jan  1 00:00:02", "Dec 31 23:59:59", "Jan  1 00:00:03")}, "UTC", "2026-01-01 01:00")
    assert seen(found) == [
        ("2026-01-01 00:00:02", INFERRED),
        ("2025-12-31 23:59:59", INFERRED),
        ("2026-01-01 00:00:03", INFERRED),
    ]


def test_t08_the_time_of_a_copy_is_outvoted_by_a_neighbour(logs: Logs) -> None:
    """T8: a log with years that ends with this one tells its year."""
    files = {"syslog": syslog("Jun 23 09:00:00"), "access.log": nginx("23/Jun/2020:09:00:10 +0000")}
    found = logs(files, "UTC", "2026-01-05 00:00")
    assert seen(found, "syslog") == [("2020-06-23 09:00:00", INFERRED)]
    assert "sources that have years" in told(found, "year")


def test_t08_lines_with_years_in_the_same_file(logs: Logs) -> None:
    """T8: where the logger was switched to RFC 3339, its new lines tell the year of the old ones."""
    text = syslog("Jun 23 09:00:00") + "2020-06-23T09:00:05+00:00 kelvin app[7]: new\n" * 3
    found = logs({"syslog": text}, "UTC", "2026-01-05 00:00")
    assert seen(found)[0] == ("2020-06-23 09:00:00", INFERRED)
    assert "lines with years in the same source" in told(found, "year")


def test_t08_a_journal_beside_it(logs: Logs) -> None:
    """T8: a journal has its own years."""
    journal = lzma.decompress((JOURNALS / "regular.journal.xz").read_bytes())
    first = logs({"system.journal": journal}).events["time"][0]
    found = logs({"syslog": syslog(f"{first:%b} {first.day:2} {first:%H:%M:%S}")}, "UTC", "2036-01-05 00:00")
    assert seen(found, "syslog") == [(f"{first:%Y-%m-%d %H:%M:%S}", INFERRED)]


def test_t08_the_head_of_a_gzip_file(logs: Logs) -> None:
    """T8: gzip keeps the time of the file it packed where no copy changes it (RFC 1952)."""
    packed = gzip.compress(syslog("Jun 23 09:00:00").encode(), mtime=int(stamp("2020-06-23 09:00:01")))
    found = logs({"syslog.2.gz": packed}, "UTC", "2026-01-05 00:00")
    assert seen(found) == [("2020-06-23 09:00:00", INFERRED)]


def test_t08_the_times_of_rotated_files_that_fit(logs: Logs) -> None:
    """T8: a rotated gz file is dated by the chain of its neighbours' times."""
    found = logs(
        {
            "syslog": syslog("Jan  2 00:00:00"),
            "syslog.1.gz": gzip.compress(syslog("Dec 31 00:00:00").encode(), mtime=0),
        },
        "UTC",
        {"syslog": "2026-01-02 00:00:01", "syslog.1.gz": "2025-12-31 00:00:01"},
    )
    assert [time[:4] for time, _ in seen(found)] == ["2025", "2026"]


def test_t08_nothing_but_the_time_of_a_copy(logs: Logs) -> None:
    """T8: without any clue the year stays in doubt, the last before the copy is shown; what settles it is said."""
    found = logs({"syslog": syslog("Jun 23 09:00:00")}, "UTC", "2026-01-05 00:00")
    assert seen(found) == [("2025-06-23 09:00:00", OPEN)]
    assert bounds(found) == [("1970-06-23 09:00:00", "2025-06-23 09:00:00")]
    assert told(found, "year").endswith("--year YEAR settles it")


@pytest.mark.parametrize("name", ["syslog-20260101", "syslog-2026-01-01.gz", "syslog-20260101000001"])
def test_t09_a_date_in_the_name_is_the_rotation(logs: Logs, name: str) -> None:
    """T9: the lines in syslog-20260101 are of the day before."""
    text = syslog("Dec 31 10:00:00", "Dec 31 22:00:00").encode()
    files = {name: gzip.compress(text, mtime=0) if name.endswith(".gz") else text}
    found = logs(files, "UTC", "2026-06-01 00:00")
    assert seen(found) == [("2025-12-31 10:00:00", INFERRED), ("2025-12-31 22:00:00", INFERRED)]
    assert "the dates in its files' names" in told(found, "year")


def test_t10_padding_of_the_day(logs: Logs) -> None:
    """T10: "Feb 6" and "Feb  6" are one day."""
    found = logs({"syslog": syslog("Feb  6 10:00:00", "Feb 6 10:00:01")}, "UTC", "2026-02-06 10:00:02")
    assert seen(found) == [("2026-02-06 10:00:00", INFERRED), ("2026-02-06 10:00:01", INFERRED)]


def test_a_log_that_ended_years_before_its_neighbours_is_not_moved_to_them(logs: Logs) -> None:
    """T8: what was last written in 2019 is of 2019, whatever stands beside it: copies are younger than their lines."""
    files = {"syslog": syslog("Jun 23 09:00:00"), "app.log": plain("2020-06-20 09:00:00", "2020-06-25 09:00:00")}
    found = logs(files, "UTC", {"syslog": "2019-06-23 09:00:01", "app.log": "2020-06-25 09:00:01"})
    assert seen(found, "syslog") == [("2019-06-23 09:00:00", INFERRED)]
