"""What a stamp says of its event, and how it is spelled (T29 to T40)."""

from __future__ import annotations

import lzma
import random
import shutil
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import logforensics
from logforensics.analysis.columns import read_for_analysis
from logforensics.analysis.hostclocks import find_host_clocks
from logforensics.errors import EvidenceError
from logforensics.outage.verdict import investigate
from logforensics.parsing.months import ENGLISH, LANGUAGES
from logforensics.settings import Settings
from tests.hostile.clocks import (
    ASSUMED,
    GIVEN,
    INFERRED,
    OPEN,
    Logs,
    again,
    bounds,
    cron,
    nginx,
    nothing_happened,
    plain,
    seen,
    silences,
    steps,
    syslog,
    told,
    told_of,
    verdict,
)

DATA = Path(__file__).resolve().parents[1] / "data" / "journal"
FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "makemeapassword-2020-06" / "logs"


def test_t29_a_journal_entry_bears_its_reception(tmp_path: Path) -> None:
    """T29: the time by which journald orders its entries, and by which journalctl selects them; it is explicit."""
    (tmp_path / "system.journal").write_bytes(lzma.decompress((DATA / "regular.journal.xz").read_bytes()))
    found = logforensics.read_timeline([str(tmp_path)])
    assert (found.events.height > 0, set(found.events.get_column("time_basis").cast(pl.String))) == (True, {GIVEN})
    assert found.events["time"].is_sorted()


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.75+00:00"])
def test_t30_a_leap_second_stays_in_its_place(logs: Logs, text: str) -> None:
    """T30: behind 23:59:59, in its own day, before the next midnight; it is told."""
    lines = "".join(f"{at} kelvin app[7]: x\n" for at in ("2016-12-31T23:59:59Z", text, "2017-01-01T00:00:00Z"))
    found = logs({"syslog": lines})
    assert seen(found, form="%d %H:%M:%S.%f") == [
        ("31 23:59:59.000000", GIVEN),
        ("31 23:59:59.999999", GIVEN),
        ("01 00:00:00.000000", GIVEN),
    ]
    assert ("a leap second" in told(found, "leap"), told_of(found, "leap")) == (True, 1)


def test_t31_a_request_is_stamped_at_its_end(logs: Logs) -> None:
    """T31: the stamp is kept; the request's start is that minus its request_time, which stands beside it."""
    line = '192.0.2.1 - - [23/Jun/2020:09:07:55 +0000] "GET / HTTP/1.1" 504 25 "-" "curl/8" 60.002 60.001\n'
    found = logs({"access.log": line})
    assert seen(found) == [("2020-06-23 09:07:55", GIVEN)]
    start = found.events.item(0, "time") - timedelta(seconds=found.events.item(0, "request_time"))
    assert start == datetime(2020, 6, 23, 9, 6, 54, 998_000, tzinfo=UTC)


def test_t31_an_outage_is_told_by_both_ends_of_a_request(tmp_path: Path) -> None:
    """T31: a 504 proves the failure a minute before its line, if it had waited; else at its line: both are told."""
    shutil.copytree(FIXTURE, tmp_path / "logs")
    (outage,) = investigate(read_for_analysis([str(tmp_path / "logs")]), Settings()).outages
    waited, stamped = outage.start.latest, outage.start.outer[0]
    assert (waited.shift, waited.cite) == (-60.0, stamped.cite)
    assert stamped.time - waited.time == timedelta(seconds=60)


def test_t32_lines_of_workers_out_of_order_are_usual(logs: Logs) -> None:
    """T32: a buffered worker's lines come seconds late; each keeps its own instant, and no step is seen in them."""
    text = nginx(*(f"23/Jun/2020:09:00:{second:02} +0000" for second in (30, 31, 32, 5, 6, 33)))
    found = logs({"access.log": text})
    assert [time[-2:] for time, _ in seen(found)] == ["30", "31", "32", "05", "06", "33"]
    assert steps(found) == ()
    assert nothing_happened(found)


def test_t32_what_was_in_the_buffer_at_a_power_cut_proves_nothing(logs: Logs) -> None:
    """T32: the web log ends five minutes before the power cut, up to which others wrote: it is bounded by these."""
    dice = random.Random(7)  # noqa: S311 - visitors, not secrets
    at, visits = datetime(2026, 7, 1, 8), []
    while at < datetime(2026, 7, 1, 14):
        if not datetime(2026, 7, 1, 11, 55) < at < datetime(2026, 7, 1, 12, 30):  # the cut is at 12:00:30
            visits.append(f"{at:%d/%b/%Y:%H:%M:%S} +0000")
        at += timedelta(seconds=dice.expovariate(1 / 10))
    minutes = [datetime(2026, 7, 1, 8) + timedelta(minutes=number) for number in range(360)]
    up = datetime(2026, 7, 1, 12, 29)
    text = cron(*(at for at in minutes if at <= datetime(2026, 7, 1, 12)))
    text += "Jul  1 12:29:00 pi kernel: [    0.000000] Linux version 6.1.0 (gcc)\n"
    text += cron(*(at for at in minutes if at > up))
    found = logs({"access.log": nginx(*visits), "syslog": text}, "UTC", "2026-07-01 14:00")
    (outage,) = verdict(found).outages
    assert outage.start.earliest is not None
    assert outage.start.earliest.time >= datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert outage.start.latest.time <= datetime(2026, 7, 1, 12, 29, tzinfo=UTC)


def test_t33_a_long_upload_is_stamped_at_its_start(logs: Logs) -> None:
    """T33: Apache writes the line when the upload ends, with the time it began: no step of the clock."""
    text = nginx("23/Jun/2020:09:30:00 +0000", "23/Jun/2020:08:50:00 +0000", "23/Jun/2020:09:30:10 +0000")
    found = logs({"access.log": text}, "Europe/Berlin")
    assert ([basis for _, basis in seen(found)], steps(found)) == ([GIVEN] * 3, ())
    assert nothing_happened(found)


def test_t34_a_devices_clock_is_told_and_not_corrected(logs: Logs) -> None:
    """T34: a relay's file holds each device's own stamps; how far the camera's is off is found, and nothing moved."""
    text = "".join(
        f"2020-06-23T09:00:{second:02}+00:00 hub app[7]: x\n2020-06-23T09:00:{second:02}+00:00 hub app[7]: y\n"
        f"2020-06-23T08:52:{second:02}+00:00 camera app[7]: x\n"
        for second in range(20)
    )
    found = logs({"syslog": text})
    assert seen(found)[1:3] == [("2020-06-23 09:00:00", GIVEN), ("2020-06-23 08:52:00", GIVEN)]
    (clock,) = find_host_clocks(again(found).events)
    assert (clock.host, clock.seconds, clock.first.line) == ("camera", -480.0, 3)


def test_t34_a_device_whose_lines_come_late_has_no_wrong_clock(logs: Logs) -> None:
    """T34: what comes late comes late by this and that."""
    dice = random.Random(7)  # noqa: S311 - delays, not secrets
    start = datetime(2020, 6, 23, 9, tzinfo=UTC)
    text = "".join(
        f"{(start + timedelta(seconds=number)).isoformat()} hub app[7]: x\n"
        f"{(start + timedelta(seconds=number - dice.uniform(0, 900))).isoformat()} camera app[7]: x\n"
        for number in range(200)
    )
    assert find_host_clocks(again(logs({"syslog": text})).events) == ()


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
    """T37: 03/04/2026 is shown as month, day, year, and bounded by both readings."""
    found = logs({"app.log": "03/04/2026 12:00:00 AM INFO app - up\n" * 3}, "UTC")
    assert seen(found) == [("2026-03-04 00:00:00", OPEN)] * 3
    assert bounds(found) == [("2026-03-04 00:00:00", "2026-04-03 00:00:00")] * 3
    assert ("month, day, year" in told(found, "date"), told_of(found, "date")) == (True, 3)


def test_t37_a_day_above_twelve_tells(logs: Logs) -> None:
    """T37: with 03/14/2026 in the file the order is known; 12 AM is midnight and 12 PM noon."""
    text = "".join(f"{day}/2026 12:00:00 {half} INFO app - up\n" for day, half in (("03/04", "AM"), ("03/14", "PM")))
    assert seen(logs({"app.log": text}, "UTC")) == [("2026-03-04 00:00:00", ASSUMED), ("2026-03-14 12:00:00", ASSUMED)]


def test_t37_an_hour_24_is_the_next_midnight(logs: Logs) -> None:
    """T37: ISO 8601 ends a day at 24:00:00."""
    found = logs({"app.log": plain("2026-06-30 23:59:59", "2026-06-30 24:00:00", "2026-07-01 00:00:01")}, "UTC")
    assert seen(found) == [
        ("2026-06-30 23:59:59", ASSUMED),
        ("2026-07-01 00:00:00", ASSUMED),
        ("2026-07-01 00:00:01", ASSUMED),
    ]


def test_t37_an_hour_24_with_minutes_is_shown_as_unread(logs: Logs) -> None:
    """T37: there is no 24:30:00; such a line is counted as unparsed and shown, not dropped."""
    found = logs({"app.log": plain("2026-07-01 23:59:59", "2026-07-01 24:30:00")}, "UTC")
    (source,) = found.sources
    assert (source.events, source.unparsed, source.samples[0][1]) == (1, 1, 2)


@pytest.mark.parametrize(
    "line",
    ["2026-07-01T12:00:01{} web1 app[1]: up\n", '{{"time":"2026-07-01T12:00:01{}","level":"info","msg":"up"}}\n'],
    ids=["syslog", "json"],
)
def test_an_offset_that_no_clock_has_is_shown_as_unread(logs: Logs, line: str) -> None:
    """RFC 3339 knows offsets up to 23:59; which digit of +99:99 is wrong nobody can tell, nor that there was none."""
    text = "".join(line.format(offset) for offset in ("+10:00", "+99:99", "-10:60", "+10:00"))
    found = logs({"app.log": text}, "UTC")
    (source,) = found.sources
    assert seen(found) == [("2026-07-01 02:00:01", GIVEN)] * 2
    assert (source.unparsed, [number for _, number, _ in source.samples]) == (2, [2, 3])


@pytest.mark.parametrize("language", LANGUAGES)
def test_t38_months_of_other_languages(logs: Logs, language: str) -> None:
    """T38: the host's language names the month, with a full stop or without."""
    named = [(number, name) for number, name in enumerate(LANGUAGES[language].split(), 1) if len(name) <= 6]
    lines = [
        f"{name}{stop} {month + 9} 09:07:55 kelvin sshd[911]: Server listening on 0.0.0.0 port 22.\n"
        for month, name in named
        for stop in ("", ".")
    ]
    found = logs({"syslog": "".join(lines)}, "UTC", "2026-12-31 00:00", year=2026)
    assert seen(found) == [(f"2026-{month:02}-{month + 9} 09:07:55", INFERRED) for month, _ in named for _ in range(2)]


def test_t38_thirty_languages_and_no_name_of_two_months() -> None:
    """T38: a name that is one month here and another there would be read wrongly somewhere."""
    months: dict[str, set[str]] = {}
    for names in LANGUAGES.values():
        for name, month in zip(names.split(), ENGLISH, strict=True):
            months.setdefault(name, set()).add(month)
    assert (len(LANGUAGES) >= 30, {name for name, several in months.items() if len(several) > 1}) == (True, set())


def test_t38_an_unknown_month_is_shown_as_unread(logs: Logs) -> None:
    """T38: a name of no month that is known stands among the unparsed lines."""
    found = logs({"syslog": syslog(*["Jun 23 09:07:55"] * 30, "Xyz 23 09:07:55")}, "UTC", "2026-06-23 10:00")
    assert [(source.unparsed, source.samples[0][1]) for source in found.sources] == [(1, 31)]


def login(kind: int, line: bytes, user: bytes, seconds: int) -> bytes:
    """One record of 384 bytes as glibc writes it on x86 (utmp(5)), its seconds unsigned."""
    head = struct.pack("<hxxi32s4s32s256shh", kind, 0, line, b"~~", user, b"6.1.0", 0, 0)
    return (head + struct.pack("<iIi", 0, seconds, 0)).ljust(384, b"\0")


def test_t39_login_records_after_2038(logs: Logs) -> None:
    """T39: seconds beyond 31 bits are counted on, to 2106, and that is told."""
    found = logs({"wtmp": b"".join(login(2, b"~", b"reboot", at) for at in (2_147_483_000, 2_147_484_000))})
    assert seen(found) == [("2038-01-19 03:03:20", GIVEN), ("2038-01-19 03:20:00", GIVEN)]
    assert "1 records lie behind 2038-01-19" in told(found, "unsigned")


def test_t40_an_outage_is_bounded_on_both_sides(tmp_path: Path) -> None:
    """T40: start and end are intervals from the last proof of life to the first of death, and back, each cited."""
    shutil.copytree(FIXTURE, tmp_path / "logs")
    (outage,) = investigate(read_for_analysis([str(tmp_path / "logs")]), Settings()).outages
    for edge in (outage.start, outage.end):
        assert edge is not None
        assert edge.earliest is not None
        assert edge.earliest.time <= edge.latest.time
        assert None not in (edge.earliest.cite, edge.latest.cite)


def test_t40_silence_on_a_disk_that_went_read_only_is_no_stop(tmp_path: Path) -> None:
    """T40: the logs on that disk fell silent while the server went on: the web site is not said to be down."""
    shutil.copytree(FIXTURE, tmp_path / "logs")
    (outage,) = investigate(read_for_analysis([str(tmp_path / "logs")]), Settings()).outages
    assert (outage.scope, "/" in outage.unaffected) == ("partial", True)


def test_no_time_stamp_at_all_is_no_event(logs: Logs) -> None:
    """A log without any date is passed over, and not dated by the file's time."""
    with pytest.raises(EvidenceError):
        logs({"odd.log": "up\ndown\n" * 20})


def test_a_silence_is_counted_in_instants_not_in_walls(logs: Logs) -> None:
    """T14, T15: over a change of the clock a silence is as long as it really was."""
    walls = plain(*(f"2026-10-25 0{hour}:00:00" for hour in (0, 1, 4, 5)))
    found = logs({"app.log": walls}, "Europe/Berlin")
    (silence,) = silences(found, 2 * 3600)
    assert silence.seconds == 4 * 3600
