"""Forty ways in which time goes wrong in logs (T1 to T40): each event at its right instant, or said to be in doubt.

Every test writes a small /var/log, reads it as a command would, and checks instants (UTC) and how they are known.
Rows that the tool answers with a doubt, or that lie outside of it, are listed with their reasons in docs/limits.md.
"""

from __future__ import annotations

import gzip
import lzma
import os
import shutil
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

import logforensics
from logforensics.analysis.bootclock import find_wrong_boot_clocks, retimed
from logforensics.analysis.boots import find_boots
from logforensics.analysis.clocksteps import ClockStep, find_clock_steps
from logforensics.analysis.columns import read_for_analysis
from logforensics.clock.zones import tzdata_version
from logforensics.errors import EvidenceError
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings
from logforensics.timeline.model import Timeline

Seen = list[tuple[str, str]]
"""Instant (UTC, to the second) and basis of each event, in the order of the lines."""

Logs = Callable[..., Timeline]

DATA = Path(__file__).resolve().parents[1] / "data" / "journal"
GIVEN, INFERRED, ASSUMED, OPEN = "explicit", "year-inferred", "zone-assumed", "ambiguous"


def stamp(text: str) -> float:
    """Seconds since the epoch of an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    """Writes files below var/log, and etc/timezone if `zone` is given, with `mtimes`, and reads them."""

    def write(
        files: Mapping[str, str | bytes], zone: str | None = None, mtimes: str | Mapping[str, str] = "", **told: object
    ) -> Timeline:
        if zone is not None:
            (tmp_path / "etc").mkdir()
            (tmp_path / "etc" / "timezone").write_bytes(f"{zone}\n".encode())
        for name, text in files.items():
            path = tmp_path / "var" / "log" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            mtime = mtimes if isinstance(mtimes, str) else mtimes.get(name, "")
            if mtime:
                os.utime(path, (stamp(mtime), stamp(mtime)))
        return logforensics.read_timeline([str(tmp_path / "var" / "log")], settings=Settings(**told))  # type: ignore[arg-type]

    return write


def seen(timeline: Timeline, source: str | None = None, form: str = "%Y-%m-%d %H:%M:%S") -> Seen:
    """What became of each line, in file order."""
    events = timeline.events.with_columns(pl.col("source", "file").cast(pl.String))
    if source is not None:
        events = events.filter(pl.col("source") == source)
    rank = {file: place for summary in timeline.sources for place, file in enumerate(summary.files)}
    events = events.with_columns(pl.col("file").replace_strict(rank, return_dtype=pl.Int64).alias("rank"))
    rows = events.sort("source", "rank", "line").select("time", pl.col("time_basis").cast(pl.String)).rows()
    return [(time.strftime(form), basis) for time, basis in rows]


def syslog(*stamps: str, program: str = "app[7]") -> str:
    """Lines of RFC 3164 with these stamps."""
    return "".join(f"{text} kelvin {program}: message {number}\n" for number, text in enumerate(stamps))


def plain(*stamps: str) -> str:
    """Lines that a program of its own writes."""
    return "".join(f"{text} INFO app - message {number}\n" for number, text in enumerate(stamps))


def nginx(*stamps: str) -> str:
    """Lines of nginx's access log."""
    return "".join(f'192.0.2.1 - - [{text}] "GET / HTTP/1.1" 200 25 "-" "curl/8.1"\n' for text in stamps)


def beat(begin: str, end: str, seconds: int = 30) -> list[datetime]:
    """Walls or instants at a steady rhythm, the end left out."""
    at, last, found = datetime.fromisoformat(begin), datetime.fromisoformat(end), []
    while at < last:
        found.append(at)
        at += timedelta(seconds=seconds)
    return found


def told(timeline: Timeline, kind: str) -> str:
    """What was assumed of a kind."""
    return " | ".join(item.text for item in timeline.assumptions if item.kind == kind)


def test_t01_new_year_without_a_year(logs: Logs) -> None:
    """T1: December is of the year before, January of the file's."""
    found = logs({"syslog": syslog("Dec 31 23:59:59", "Jan  1 00:00:01")}, "UTC", "2026-01-02 00:00")
    assert seen(found) == [("2025-12-31 23:59:59", INFERRED), ("2026-01-01 00:00:01", INFERRED)]


def test_t02_five_new_years_in_one_file(logs: Logs) -> None:
    """T2: the year goes up at each of them."""
    stamps = [day for _ in range(5) for day in ("Jul  1 12:00:00", "Dec 31 12:00:00", "Jan  2 12:00:00")]
    found = logs({"syslog": syslog(*stamps)}, "UTC", "2026-01-02 12:00:00")
    years = [int(time[:4]) for time, _ in seen(found)]
    assert (years, {basis for _, basis in seen(found)}) == (
        [year + late for year in range(2021, 2026) for late in (0, 0, 1)],
        {INFERRED},
    )


def test_t03_late_lines_of_a_relay_are_no_new_year(logs: Logs) -> None:
    """T3: a day back is a late line."""
    stamps = ("Mar 31 23:00:00", "Apr  1 01:00:00", "Mar 31 23:30:00", "Apr  1 02:00:00")
    found = logs({"syslog": syslog(*stamps)}, "UTC", "2026-04-01 02:00:01")
    assert [time[:10] for time, _ in seen(found)] == ["2026-03-31", "2026-04-01", "2026-03-31", "2026-04-01"]


def test_t04_a_year_of_silence(logs: Logs) -> None:
    """T4: both readings fit (11 months of silence, or a clock set back): the older line is in doubt."""
    found = logs({"syslog": syslog("Mar  5 12:00:00", "Feb  2 12:00:00")}, "UTC", "2024-02-02 12:00:05")
    assert seen(found) == [("2023-03-05 12:00:00", INFERRED), ("2024-02-02 12:00:00", INFERRED)]


def test_t04_a_step_back_that_both_readings_fit(logs: Logs) -> None:
    """T4: a clock set back in the same year and ten months of silence both end before the file's time."""
    found = logs({"syslog": syslog("Mar  5 12:00:00", "Feb  2 12:00:00")}, "UTC", "2024-03-20 12:00:00")
    assert [basis for _, basis in seen(found)] == [OPEN, OPEN]


def test_t05_the_leap_day_names_its_year(logs: Logs) -> None:
    """T5: a file of 2025 with a 29 February is of 2024."""
    found = logs({"syslog": syslog("Feb 29 12:00:00")}, "UTC", "2025-03-02 00:00")
    assert seen(found) == [("2024-02-29 12:00:00", INFERRED)]


def test_t06_the_leap_day_without_a_clue(logs: Logs) -> None:
    """T6: some leap year, never one without that day; the file's time (zero) tells nothing."""
    found = logs({"syslog": syslog("Feb 29 12:00:00")}, "UTC", "1970-01-01 00:00:01")
    ((time, basis),) = seen(found)
    assert (time[4:], int(time[:4]) % 4, basis) == ("-02-29 12:00:00", 0, OPEN)


def test_t07_january_december_january(logs: Logs) -> None:
    """T7: the December at the head is of the year before; the January before it is that December's own or a stray."""
    found = logs({"syslog": syslog("Jan  1 00:00:02", "Dec 31 23:59:59", "Jan  1 00:00:03")}, "UTC", "2026-01-01 01:00")
    assert [time[:4] for time, _ in seen(found)] == ["2026", "2025", "2026"]


def test_t08_the_time_of_a_copy_is_no_clue(logs: Logs) -> None:
    """T8: a copy's mtime is outvoted by a neighbour with years."""
    files = {"syslog": syslog("Jun 23 09:00:00"), "access.log": nginx("23/Jun/2020:09:00:10 +0000")}
    assert seen(logs(files, "UTC", "2026-01-05 00:00"), "syslog") == [("2020-06-23 09:00:00", INFERRED)]


def test_t08_nothing_but_the_time_of_a_copy(logs: Logs) -> None:
    """T8: without a neighbour the year stays in doubt."""
    found = logs({"syslog": syslog("Jun 23 09:00:00")}, "UTC", "2026-01-05 00:00")
    assert [basis for _, basis in seen(found)] == [OPEN]


def test_t09_a_date_in_the_name_is_the_rotation(logs: Logs) -> None:
    """T9: the lines in syslog-20260101 are of the day before."""
    found = logs({"syslog-20260101": syslog("Dec 31 10:00:00", "Dec 31 22:00:00")}, "UTC", "2026-06-01 00:00")
    assert seen(found) == [("2025-12-31 10:00:00", INFERRED), ("2025-12-31 22:00:00", INFERRED)]


def test_t10_padding_of_the_day(logs: Logs) -> None:
    """T10: "Feb 6" and "Feb  6" are one day."""
    found = logs({"syslog": syslog("Feb  6 10:00:00", "Feb 6 10:00:01")}, "UTC", "2026-02-06 10:00:02")
    assert [time for time, _ in seen(found)] == ["2026-02-06 10:00:00", "2026-02-06 10:00:01"]


def test_t11_a_lone_time_that_came_twice(logs: Logs) -> None:
    """T11: one of two instants; the earlier is shown and marked."""
    found = logs({"app.log": plain("2026-10-25 02:30:00")}, "Europe/Berlin")
    assert seen(found) == [("2026-10-25 00:30:00", OPEN)]
    assert "nothing tells which" in told(found, "fold")


def test_t12_the_order_of_a_dense_file_tells_the_pass(logs: Logs) -> None:
    """T12: 02:59:59 and then 02:00:00 are a second apart."""
    walls = [f"2026-10-25 02:{minute:02}:59" for minute in range(60)]
    walls += [f"2026-10-25 02:{minute:02}:00" for minute in range(60)]
    times = [datetime.fromisoformat(time) for time, _ in seen(logs({"app.log": plain(*walls)}, "Europe/Berlin"))]
    assert (times[59], times[60]) == (datetime(2026, 10, 25, 0, 59, 59), datetime(2026, 10, 25, 1))
    assert min(two - one for one, two in pairwise(times)) > timedelta(0)


def test_t13_a_time_that_no_clock_showed(logs: Logs) -> None:
    """T13: it is marked, and the zone is doubted."""
    found = logs({"app.log": plain("2026-03-29 02:30:00")}, "Europe/Berlin")
    assert seen(found) == [("2026-03-29 01:30:00", OPEN)]
    assert "wrong zone?" in told(found, "gap")


def test_t14_the_hour_left_out_is_no_silence(logs: Logs) -> None:
    """T14: 01:59:59 and 03:00:00 are a second apart."""
    found = seen(logs({"app.log": plain("2026-03-29 01:59:59", "2026-03-29 03:00:00")}, "Europe/Berlin"))
    assert found == [("2026-03-29 00:59:59", ASSUMED), ("2026-03-29 01:00:00", ASSUMED)]


def test_t15_an_offset_wins_over_the_zone(logs: Logs) -> None:
    """T15: both 02:30 of that night are certain."""
    text = nginx("25/Oct/2026:02:30:00 +0200", "25/Oct/2026:02:30:00 +0100")
    assert seen(logs({"access.log": text}, "Europe/Berlin")) == [
        ("2026-10-25 00:30:00", GIVEN),
        ("2026-10-25 01:30:00", GIVEN),
    ]


def test_t16_a_fold_of_half_an_hour(logs: Logs) -> None:
    """T16: Lord Howe's 01:45 is 14:45Z or 15:15Z."""
    found = logs({"app.log": plain("2026-04-05 01:45:00")}, "Australia/Lord_Howe")
    assert seen(found) == [("2026-04-04 14:45:00", OPEN)]


def test_t17_a_day_left_out(logs: Logs) -> None:
    """T17: Samoa had no 30 December 2011."""
    found = logs({"app.log": plain("2011-12-30 12:00:00")}, "Pacific/Apia")
    assert ([basis for _, basis in seen(found)], "never showed" in told(found, "gap")) == ([OPEN], True)


@pytest.mark.parametrize(
    ("zone", "wall", "first"),
    [
        ("Europe/Moscow", "2014-10-26 01:30:00", "2014-10-25 21:30:00"),
        ("Asia/Almaty", "2024-02-29 23:30:00", "2024-02-29 17:30:00"),
    ],
)
def test_t18_folds_without_summer_time(logs: Logs, zone: str, wall: str, first: str) -> None:
    """T18: a change of the zone's own offset shows an hour twice as well."""
    assert seen(logs({"app.log": plain(wall)}, zone)) == [(first, OPEN)]


def test_t19_a_rule_that_was_abolished(logs: Logs) -> None:
    """T19: Mexico City has had no fold since 2022; the zone data's release is told."""
    found = logs({"app.log": plain("2023-10-29 01:30:00")}, "America/Mexico_City")
    assert seen(found) == [("2023-10-29 07:30:00", ASSUMED)]
    assert tzdata_version() >= "2022f"


def zone_change(old: int, new: int) -> tuple[dict[str, str], list[str], list[str]]:
    """A host that changes its offset (hours) on 19 September 2023, 09:00 UTC: its files, and each log's instants."""
    begin, change, end = "2023-09-19 05:00:00", datetime(2023, 9, 19, 9), "2023-09-19 15:00:00"

    def hours(at: datetime) -> int:
        return old if at < change else new

    web, app = beat(begin, end, 47), beat(begin, end, 61)
    access = nginx(*(f"{at + timedelta(hours=hours(at)):%d/%b/%Y:%H:%M:%S} {hours(at):+03}00" for at in web))
    walls = [at + timedelta(hours=hours(at)) for at in app]
    files = {
        "access.log": access,
        "app.log": plain(*(f"{wall}" for wall in walls)),
        "syslog": syslog(*(f"{wall:%b} {wall.day:2} {wall:%H:%M:%S}" for wall in walls)),
    }
    return files, [f"{at}" for at in web], [f"{at}" for at in app]


@pytest.mark.parametrize(
    ("zone", "old", "new"),
    [("Europe/Berlin", 0, 2), ("UTC", 2, 0), ("Asia/Tokyo", 2, 9), ("America/New_York", 9, -4), ("UTC", -4, 0)],
)
def test_t20_a_new_zone_in_mid_file(logs: Logs, zone: str, old: int, new: int) -> None:
    """T20: etc names the new zone only; the log with offsets tells when the old one ended, and that is said."""
    files, web, app = zone_change(old, new)
    found = logs(files, zone)
    assert [time for time, _ in seen(found, "access.log")] == web
    assert [time for time, _ in seen(found, "app.log")] == app
    assert [time for time, _ in seen(found, "syslog")] == app
    assert {basis for _, basis in seen(found)} <= {GIVEN, ASSUMED, INFERRED, "derived"}
    assert "the host's zone changed" in told(found, "zone")


def test_t20_a_witness_that_changed_its_own_mind(logs: Logs) -> None:
    """T20: if the naive logs run on through the change, it was one program's, and they keep the host's zone."""
    files, _, app = zone_change(0, 2)
    walls = [datetime.fromisoformat(time) + timedelta(hours=2) for time in app]
    files |= {"app.log": plain(*(f"{wall}" for wall in walls)), "syslog": ""}
    found = logs(files, "Europe/Berlin")
    assert seen(found, "app.log") == [(time, ASSUMED) for time in app]


def test_t20_without_an_explicit_source_the_jump_stays_a_silence(logs: Logs) -> None:
    """T20: naive logs alone cannot tell a new zone from a step of the clock or a silence: nothing is moved."""
    files, _, app = zone_change(0, 2)
    found = seen(logs({"app.log": files["app.log"]}, "Europe/Berlin"), "app.log")
    assert (found[-1], found[0]) == ((app[-1], ASSUMED), ("2023-09-19 03:00:00", ASSUMED))


def test_t20_two_witnesses_of_other_offsets_do_not_flap(logs: Logs) -> None:
    """T20: a container at -05:00 beside two logs at +02:00: naive stamps are all read as the two say."""
    at = beat("2023-09-19 05:00:00", "2023-09-19 06:00:00", 60)
    files = {
        "a/access.log": nginx(*(f"{time + timedelta(hours=2):%d/%b/%Y:%H:%M:%S} +0200" for time in at)),
        "b/access.log": nginx(*(f"{time + timedelta(hours=2, seconds=3):%d/%b/%Y:%H:%M:%S} +0200" for time in at)),
        "c/access.log": nginx(*(f"{time - timedelta(hours=5):%d/%b/%Y:%H:%M:%S} -0500" for time in at)),
        "app.log": plain(*(f"{time + timedelta(hours=2)}" for time in at)),
    }
    assert seen(logs(files), "app.log") == [(f"{time}", ASSUMED) for time in at]


def test_t21_each_source_has_its_own_zone(logs: Logs) -> None:
    """T21: a container in UTC, the host local, a program whose zone the user states."""
    files = {
        "syslog": syslog("Jul  1 12:00:00"),
        "nlog/shop.log": "2026-07-01 22:00:00.1234|INFO|Contoso.Shop|ready\n",
        "docker.log": '{"log":"up\\n","stream":"stdout","time":"2026-07-01T10:00:00.5Z"}\n',
    }
    found = logs(files, "Europe/Berlin", "2026-07-01 12:00", assume_tz=(("nlog/*", "+10:00"),))
    assert seen(found) == [
        ("2026-07-01 10:00:00", GIVEN),
        ("2026-07-01 12:00:00", ASSUMED),
        ("2026-07-01 10:00:00", INFERRED),
    ]


def test_t21_an_unknown_zone_is_a_warning(logs: Logs) -> None:
    """T21: without any word on the zone the times are read as UTC, and every command says that it assumed so."""
    found = logs({"app.log": plain("2026-07-01 12:00:00")})
    assert (seen(found), "warning: no zone is known" in told(found, "zone")) == (
        [("2026-07-01 12:00:00", ASSUMED)],
        True,
    )


@pytest.mark.parametrize("name", ["IST", "CST", "BST"])
def test_t22_an_abbreviation_of_several_zones_is_not_trusted(logs: Logs, name: str) -> None:
    """T22: it counts as no offset; the host's zone, or what the user declares, reads the stamp."""
    line = f"2026-01-05 12:00:00.123 {name} [42] LOG:  checkpoint starting: time\n"
    found = logs({"postgresql.log": line * 3}, "Asia/Tokyo")
    assert seen(found) == [("2026-01-05 03:00:00", ASSUMED)] * 3


def kernel(*lines: tuple[str, float]) -> str:
    """Kernel lines with their seconds since boot."""
    return "".join(f"{text} kelvin kernel: [{mono:12.6f}] usb 1-1: message\n" for text, mono in lines)


def test_t23_a_step_back_keeps_the_order_of_lines(logs: Logs) -> None:
    """T23: instants as stamped, lines in their order, the step found by the kernel's seconds."""
    text = kernel(("Jul  1 12:00:00", 7000.0), ("Jul  1 12:01:00", 7060.0), ("Jul  1 11:59:40", 7070.0))
    found = logs({"kern.log": text}, "UTC", "2026-07-01 12:01:00")
    assert [time[11:] for time, _ in seen(found)] == ["12:00:00", "12:01:00", "11:59:40"]
    assert [step.seconds for step in steps(found)] == [-90.0]


def steps(found: Timeline) -> Sequence[ClockStep]:
    """The clock steps of what was read."""
    return find_clock_steps(again(found).events)


def again(found: Timeline) -> Timeline:
    """The same logs with the columns the analyses ask for."""
    root = next(path for path in found.log_files[0].path.parents if path.name == "log")
    return read_for_analysis([str(root)])


def test_t24_a_step_forward_is_no_silence(logs: Logs) -> None:
    """T24: the kernel counted one minute while the wall clock gained 41."""
    text = kernel(("Jul  1 12:00:00", 7000.0), ("Jul  1 12:41:00", 7060.0))
    found = logs({"kern.log": text}, "UTC", "2026-07-01 12:41:00")
    assert [step.seconds for step in steps(found)] == [2400.0]


def boot(*mono: float, wall: datetime) -> str:
    """The first kernel lines of a boot, stamped by a clock that shows `wall` at its start."""
    lines = [f"{_rfc(wall + timedelta(seconds=at))} pi kernel: [{at:12.6f}] " for at in mono]
    return "".join(
        line + ("Linux version 6.1.0 (gcc)\n" if number == 0 else "usb 1-1: device\n")
        for number, line in enumerate(lines)
    )


def _rfc(at: datetime) -> str:
    return f"{at:%b} {at.day:2} {at:%H:%M:%S}"


def test_t25_a_boot_before_the_clock_was_set(logs: Logs) -> None:
    """T25: the boot's lines bear the time of the power cut; to reason they are moved by what it was behind."""
    before = [datetime(2026, 7, 1, 12) + timedelta(minutes=minute) for minute in range(30)]
    text = "".join(f"{_rfc(at)} pi CRON[7]: (root) CMD (true)\n" for at in before)
    text += boot(0, 1, 2, 30, wall=datetime(2026, 7, 1, 12, 20))
    text += f"{_rfc(datetime(2026, 7, 1, 13, 0, 40))} pi kernel: [{40.0:12.6f}] usb 1-2: device\n"
    text += "".join(f"{_rfc(at + timedelta(minutes=61))} pi CRON[7]: (root) CMD (true)\n" for at in before)
    events = again(logs({"syslog": text}, "UTC", "2026-07-01 13:31")).events
    (clock,) = find_wrong_boot_clocks(events)
    moved = retimed(events, [clock]).filter(pl.col("message").str.contains("Linux version"))
    assert (clock.behind, moved.item(0, "time")) == (timedelta(minutes=40), datetime(2026, 7, 1, 13, tzinfo=UTC))


def test_t26_a_boot_in_1970_is_marked(logs: Logs) -> None:
    """T26: dates to which the clock went and from which it came back are in doubt, and are said to be."""
    text = syslog("Jun 20 10:00:00") + syslog("Jan  1 00:00:05", "Jan  1 00:00:09") + syslog("Jun 20 10:10:00")
    found = logs({"syslog": text}, "UTC", "2026-06-20 10:10")
    assert [basis for _, basis in seen(found)] == [INFERRED, OPEN, OPEN, INFERRED]
    assert "a clock that was not set" in told(found, "clock")


def test_t27_boots_that_overlap_stay_in_the_order_of_their_lines(logs: Logs) -> None:
    """T27: a second boot with an earlier wall time is the second one still."""
    text = boot(0, 1, 200, wall=datetime(2026, 7, 1, 12)) + boot(0, 1, 200, wall=datetime(2026, 7, 1, 11, 58))
    found = logs({"kern.log": text}, "UTC", "2026-07-01 12:05")
    assert [time[11:] for time, _ in seen(found)] == [
        "12:00:00", "12:00:01", "12:03:20", "11:58:00", "11:58:01", "12:01:20",
    ]  # fmt: skip
    assert len(find_boots(again(found).events)) == 2


def test_t28_seconds_since_boot_alone_are_no_instant(logs: Logs) -> None:
    """T28: a dmesg that only counts from boot is passed over, with its reason, rather than dated by a guess."""
    files = {
        "dmesg": "[    0.000000] Linux version 6.1.0\n[14614.647123] usb 1-1: device\n" * 20,
        "syslog": syslog("Jul  1 12:00:00"),
    }
    found = logs(files, "UTC", "2026-07-01 12:00")
    assert [item.name for item in found.passed_over] == ["dmesg"]
    assert len(seen(found)) == 1


def test_t29_a_journal_entry_has_its_sources_time(tmp_path: Path) -> None:
    """T29: where an entry bears the time its program sent it, or else its reception, the instant is explicit."""
    (tmp_path / "system.journal").write_bytes(lzma.decompress((DATA / "regular.journal.xz").read_bytes()))
    found = logforensics.read_timeline([str(tmp_path)])
    assert (found.events.height > 0, set(found.events.get_column("time_basis").cast(pl.String))) == (True, {GIVEN})


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.75+00:00"])
def test_t30_a_leap_second_stays_in_its_place(logs: Logs, text: str) -> None:
    """T30: behind 23:59:59, in its own day, before the next midnight."""
    lines = "".join(f"{at} kelvin app[7]: x\n" for at in ("2016-12-31T23:59:59Z", text, "2017-01-01T00:00:00Z"))
    assert [time for time, _ in seen(logs({"syslog": lines}), form="%d %H:%M:%S.%f")] == [
        "31 23:59:59.000000", "31 23:59:59.999999", "01 00:00:00.000000",
    ]  # fmt: skip


def test_t31_a_request_is_stamped_at_its_end(logs: Logs) -> None:
    """T31: the stamp is kept; the request's start is that minus its request_time, which stands beside it."""
    line = '192.0.2.1 - - [23/Jun/2020:09:07:55 +0000] "GET / HTTP/1.1" 504 25 "-" "curl/8" 60.002 60.001\n'
    found = logs({"access.log": line}).events
    start = found.item(0, "time") - timedelta(seconds=found.item(0, "request_time"))
    assert start == datetime(2020, 6, 23, 9, 6, 54, 998_000, tzinfo=UTC)


def test_t32_lines_of_workers_out_of_order_are_usual(logs: Logs) -> None:
    """T32: a buffered worker's lines come seconds late; each keeps its own instant, and no step is seen in them."""
    text = nginx(*(f"23/Jun/2020:09:00:{second:02} +0000" for second in (30, 31, 32, 5, 6, 33)))
    found = logs({"access.log": text})
    assert [time[-2:] for time, _ in seen(found)] == ["30", "31", "32", "05", "06", "33"]
    assert steps(found) == ()


def test_t33_a_long_upload_is_stamped_at_its_start(logs: Logs) -> None:
    """T33: Apache writes the line when the upload ends, with the time it began: no step of the clock."""
    text = nginx("23/Jun/2020:09:30:00 +0000", "23/Jun/2020:08:50:00 +0000", "23/Jun/2020:09:30:10 +0000")
    found = logs({"access.log": text}, "Europe/Berlin")
    assert ([basis for _, basis in seen(found)], steps(found)) == ([GIVEN] * 3, ())


def test_t34_the_device_time_is_kept(logs: Logs) -> None:
    """T34: a relay's file holds each device's own stamps; none of them is corrected unasked."""
    text = "".join(
        f"2020-06-23T09:00:{second:02}+00:00 hub app[7]: x\n2020-06-23T08:52:{second:02}+00:00 camera app[7]: x\n"
        for second in range(10)
    )
    found = seen(logs({"syslog": text}))
    assert found[:2] == [("2020-06-23 09:00:00", GIVEN), ("2020-06-23 08:52:00", GIVEN)]


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        (".7024", "702400"), (",123", "123000"), (".123456789", "123456"), (".999999999", "999999"), (".5", "500000"),
    ],
)  # fmt: skip
def test_t35_fractions_of_any_length(logs: Logs, text: str, micros: str) -> None:
    """T35: exact to the microsecond, cut and never rounded into the next second."""
    found = logs({"app.log": plain(f"2026-07-01 12:00:00{text}")}, "UTC")
    assert seen(found, form="%S.%f") == [(f"00.{micros}", ASSUMED)]


def test_t35_twelve_digits(logs: Logs) -> None:
    """T35: picoseconds, as a structured log may write them."""
    line = '{"level":"info","time":"2026-07-01T12:00:00.123456789012Z","msg":"up"}\n'
    assert seen(logs({"app.json": line * 3}), form="%S.%f") == [("00.123456", GIVEN)] * 3


@pytest.mark.parametrize("number", ["1592903275", "1592903275123", "1592903275123456", "1592903275123456789"])
def test_t36_seconds_since_1970_by_their_digits(logs: Logs, number: str) -> None:
    """T36: s, ms, us and ns are told apart by their number of digits; no number is two of them."""
    line = f'{{"level":"info","time":{number},"msg":"up"}}\n'
    assert seen(logs({"app.json": line * 3})) == [("2020-06-23 09:07:55", GIVEN)] * 3


def test_t37_day_and_month_that_nothing_tells_apart(logs: Logs) -> None:
    """T37: 03/04/2026 is shown as month, day, year, and marked."""
    found = logs({"app.log": "03/04/2026 12:00:00 AM INFO app - up\n" * 3}, "UTC")
    assert seen(found) == [("2026-03-04 00:00:00", OPEN)] * 3
    assert "month, day, year" in told(found, "date")


def test_t37_a_day_above_twelve_tells(logs: Logs) -> None:
    """T37: with 03/14/2026 in the file the order is known; 12 AM is midnight and 12 PM noon."""
    text = "".join(f"{day}/2026 12:00:00 {half} INFO app - up\n" for day, half in (("03/04", "AM"), ("03/14", "PM")))
    assert seen(logs({"app.log": text}, "UTC")) == [("2026-03-04 00:00:00", ASSUMED), ("2026-03-14 12:00:00", ASSUMED)]


def test_t37_an_hour_24_is_shown_as_unread(logs: Logs) -> None:
    """T37: no known logger writes 24:00:00; such a line is counted as unparsed and shown, not dropped."""
    found = logs({"app.log": plain("2026-07-01 23:59:59", "2026-07-01 24:00:00")}, "UTC")
    (source,) = found.sources
    assert (source.events, source.unparsed, source.samples[0][1]) == (1, 1, 2)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Mär 05", 3), ("Mai 05", 5), ("Okt 05", 10), ("Dez 05", 12),
        ("janv. 05", 1), ("févr. 05", 2), ("mars 05", 3), ("avril 05", 4), ("juin 05", 6), ("juil. 05", 7),
        ("août 05", 8), ("déc. 05", 12), ("ene 05", 1), ("ago 05", 8), ("dic 05", 12), ("gen 05", 1), ("mag 05", 5),
        ("giu 05", 6), ("lug 05", 7), ("set 05", 9), ("ott 05", 10), ("mrt 05", 3), ("mei 05", 5), ("fev 05", 2),
        ("abr 05", 4), ("out 05", 10), ("dez 05", 12), ("sty 05", 1), ("lut 05", 2), ("kwi 05", 4), ("maj 05", 5),
        ("cze 05", 6), ("lip 05", 7), ("sie 05", 8), ("wrz 05", 9), ("paź 05", 10), ("lis 05", 11), ("gru 05", 12),
        ("янв 05", 1), ("мая 05", 5), ("дек 05", 12), ("okt 05", 10), ("1月 05", 1), ("11月 05", 11),
    ],
)  # fmt: skip
def test_t38_months_of_other_languages(logs: Logs, text: str, month: int) -> None:
    """T38: the host's language names the month, as journalctl does."""
    found = logs(
        {"syslog": f"{text} 09:07:55 kelvin sshd[911]: Server listening on 0.0.0.0 port 22.\n" * 3},
        "UTC",
        "2026-12-31 00:00",
        year=2026,
    )
    assert seen(found) == [(f"2026-{month:02}-05 09:07:55", INFERRED)] * 3


def test_t38_an_unknown_month_is_shown_as_unread(logs: Logs) -> None:
    """T38: a name of no month that is known stands among the unparsed lines."""
    found = logs({"syslog": syslog(*["Jun 23 09:07:55"] * 30, "Xyz 23 09:07:55")}, "UTC", "2026-06-23 10:00")
    assert [source.unparsed for source in found.sources] == [1]


def login(kind: int, line: bytes, user: bytes, seconds: int) -> bytes:
    """One record of 384 bytes as glibc writes it on x86 (utmp(5)), its seconds unsigned."""
    head = struct.pack("<hxxi32s4s32s256shh", kind, 0, line, b"~~", user, b"6.1.0", 0, 0)
    return (head + struct.pack("<iIi", 0, seconds, 0)).ljust(384, b"\0")


def test_t39_login_records_after_2038(logs: Logs) -> None:
    """T39: seconds beyond 31 bits are counted on, to 2106."""
    found = logs({"wtmp": b"".join(login(2, b"~", b"reboot", at) for at in (2_147_483_000, 2_147_484_000))})
    assert seen(found) == [("2038-01-19 03:03:20", GIVEN), ("2038-01-19 03:20:00", GIVEN)]


def test_t40_an_outage_is_bounded_on_both_sides(tmp_path: Path) -> None:
    """T40: start and end are intervals: earliest and latest, each cited."""
    logs = Path(__file__).resolve().parents[2] / "fixtures" / "makemeapassword-2020-06" / "logs"
    shutil.copytree(logs, tmp_path / "logs")
    (outage,) = investigate(read_for_analysis([str(tmp_path / "logs")]), Settings()).outages
    for edge in (outage.start, outage.end):
        assert edge is not None
        assert edge.earliest is not None
        assert edge.latest is not None
        assert edge.earliest.time <= edge.latest.time


def test_no_time_stamp_at_all_is_no_event(logs: Logs) -> None:
    """A log without any date is passed over, and not dated by the file's time."""
    with pytest.raises(EvidenceError):
        logs({"odd.log": "up\ndown\n" * 20})


def test_dates_in_compressed_files_are_read_alike(logs: Logs) -> None:
    """T8: a rotated gz file is dated by its chain of neighbours as a plain one is."""
    found = logs(
        {
            "syslog": syslog("Jan  2 00:00:00"),
            "syslog.1.gz": gzip.compress(syslog("Dec 31 00:00:00").encode(), mtime=0),
        },
        "UTC",
        {"syslog": "2026-01-02 00:00:01", "syslog.1.gz": "2025-12-31 00:00:01"},
    )
    assert [time[:4] for time, _ in seen(found)] == ["2025", "2026"]
