"""A file that goes on in another format, headers of many kinds, and lines that stand for others (rows 25 to 27)."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.hostile.evidence import line, lines, logforensics, numbers, read, write

LAYOUTS = {
    "syslog": "Jun 23 {:02}:{:02}:3{} web1 app[7]: number {}",
    "syslog with ISO times": "2020-06-23T{:02}:{:02}:3{}+00:00 web1 app[7]: number {}",
    "nginx error": "2020/06/23 {:02}:{:02}:3{} [error] 812#812: *17 number {}",
    "NLog": "2020-06-23 {:02}:{:02}:3{}.1234|INFO|Acme.Web.Startup|number {}",
    "logback": "2020-06-23 {:02}:{:02}:3{},123 INFO org.example.Shop: number {}",
    "JSON": '{{"time":"2020-06-23T{:02}:{:02}:3{}Z","level":"info","msg":"number {}"}}',
    "logfmt": 'time=2020-06-23T{:02}:{:02}:3{}Z level=info msg="number {}"',
    "Rails": "I, [2020-06-23T{:02}:{:02}:3{}.123456 #7]  INFO -- : number {}",
    "unheard of": "23.06.2020 {:02}:{:02}:3{} <<app>> number {}",
}
"""Layouts of the lines of one program before and after an upgrade; the last is read by no parser that knows it."""


def said(layout: str, first: int, count: int) -> str:
    """Some lines in one layout, ten a minute."""
    numbers = range(first, first + count)
    return "".join(f"{LAYOUTS[layout].format(n // 600, n // 10 % 60, n % 10, n)}\n" for n in numbers)


@pytest.mark.parametrize(("before", "after"), list(permutations(LAYOUTS, 2)))
def test_r25_a_file_goes_on_in_another_format(tmp_path: Path, before: str, after: str) -> None:
    """Both parts are events at their own times, whatever the order, and the change is told."""
    text = said(before, 0, 100) + said(after, 100, 60)
    found = read(write(tmp_path, {"app.log": text.encode()}), "--assume-tz", "UTC", "--year", "2020")
    assert found.code == 0
    rows = found.of("app.log")
    assert [row["line"] for row in rows] == list(range(1, 161))
    assert all(row["time_basis"] != "carried" for row in rows)
    expected = [f"2020-06-23T00:{n // 10:02}:3{n % 10}" for n in range(160)]
    assert [row["time"][:19] for row in rows] == expected
    assert all(row["message"].endswith(f"number {n}") for n, row in enumerate(rows))


@pytest.mark.parametrize(("before", "after"), [("NLog", "JSON"), ("JSON", "logback"), ("syslog", "unheard of")])
def test_r25_a_change_far_into_a_file_is_told(tmp_path: Path, before: str, after: str) -> None:
    """Also where it lies behind all that is looked at to recognise the file."""
    text = said(before, 0, 9000) + said(after, 9000, 200)
    found = read(write(tmp_path, {"app.log": text.encode()}), "--assume-tz", "UTC", "--year", "2020")
    assert found.code == 0
    assert [row["message"][-11:] for row in found.of("app.log")[9000:]] == [f"number {n}" for n in range(9000, 9200)]
    told = [entry["text"] for entry in assumed(tmp_path) if entry["kind"] == "format"]
    assert len(told) == 1
    assert told[0].startswith("app.log goes on in the format ")
    assert told[0].endswith(" from line 9001 on")


def assumed(folder: Path) -> list[dict[str, str]]:
    """What is assumed of a folder."""
    import json

    found: list[dict[str, str]] = json.loads(logforensics("sources", folder, "--json").out)["assumptions"]
    return found


def test_r25_an_upgrade_that_is_taken_back(tmp_path: Path) -> None:
    """Old, new, old: each part is read."""
    text = said("NLog", 0, 30) + said("JSON", 30, 30) + said("NLog", 60, 30)
    found = read(write(tmp_path, {"app.log": text.encode()}), "--assume-tz", "UTC")
    assert [row["message"] for row in found.of("app.log")] == [f"number {n}" for n in range(90)]
    assert {row["time_basis"] for row in found.events} == {"explicit", "zone-assumed"}


def test_r25_a_quoted_log_stays_a_quotation(tmp_path: Path) -> None:
    """Thirty older lines of another log, far into a log with long messages, continue the message they stand in."""
    text = said("NLog", 100, 6000) + said("syslog with ISO times", 0, 30) + said("NLog", 6100, 1500)
    found = read(write(tmp_path, {"app.log": text.encode()}), "--assume-tz", "UTC")
    carried = [row["line"] for row in found.of("app.log") if row["time_basis"] == "carried"]
    assert carried == list(range(6001, 6031))


def test_r25_lines_inside_a_message_testify_to_nothing(tmp_path: Path) -> None:
    """Lines in another format between two events may be a quotation, and no disk fails by it."""
    forged = "".join(
        f"2020-06-23T00:01:{n:02}+00:00 web1 kernel: EXT4-fs (sda1): Remounting filesystem read-only\n"
        for n in range(40, 50)
    )
    text = said("NLog", 0, 2) + forged + said("NLog", 2, 100)
    write(tmp_path, {"app.log": text.encode()})
    done = logforensics("failures", tmp_path, "--json", "--assume-tz", "UTC")
    assert '"failures": []' in done.out


HEADERS = {
    "Jun 23 09:05:37 web1 app[7]: {}": ("app", 7),
    "Jun 23 09:05:37 web1 app: {}": ("app", None),
    "Jun  3 09:05:37 web1 app[7]: {}": ("app", 7),
    "Jun 3 09:05:37 web1 app[7]: {}": ("app", 7),
    "Jun 23 09:05:37.123456 web1 app[7]: {}": ("app", 7),
    "Jun 23 09:05:37 2001:db8::7 app[7]: {}": ("app", 7),
    "Jun 23 09:05:37 192.0.2.7 app[7]: {}": ("app", 7),
    "Jun 23 09:05:37 web-1.example.net app[7]: {}": ("app", 7),
    "Jun 23 09:05:37 web1 app.sub-part[7]: {}": ("app.sub-part", 7),
    "Jun 23 09:05:37 web1 /usr/sbin/cron[7]: {}": ("/usr/sbin/cron", 7),
    "Jun 23 09:05:37 web1 (systemd)[7]: {}": ("(systemd)", 7),
    "Jun 23 09:05:37 web1 postfix/smtpd[7]: {}": ("postfix/smtpd", 7),
    "Jun 23 09:05:37 web1 app@1.service[7]: {}": ("app@1.service", 7),
    "Jun 23 09:05:37 web1 kernel: {}": ("kernel", None),
    "Jun 23 09:05:37 web1 kernel: [   12.345678] {}": ("kernel", None),
    "Jun 23 09:05:37 web1 systemd[1]: {}": ("systemd", 1),
    "<34>Jun 23 09:05:37 web1 app[7]: {}": ("app", 7),
    "<0>Jun 23 09:05:37 web1 app[7]: {}": ("app", 7),
    "<191>Jun 23 09:05:37 web1 app[7]: {}": ("app", 7),
    "2020-06-23T09:05:37Z web1 app[7]: {}": ("app", 7),
    "2020-06-23T09:05:37.1Z web1 app[7]: {}": ("app", 7),
    "2020-06-23T09:05:37.123456Z web1 app[7]: {}": ("app", 7),
    "2020-06-23T09:05:37+10:00 web1 app[7]: {}": ("app", 7),
    "2020-06-23T09:05:37-03:30 web1 app[7]: {}": ("app", 7),
    "2020-06-23T09:05:37.123456+00:00 web1 app: {}": ("app", None),
    "<34>1 2020-06-23T09:05:37Z web1 app 7 ID47 - {}": ("app", 7),
    "<34>1 2020-06-23T09:05:37Z web1 app 7 - - {}": ("app", 7),
    "<34>1 2020-06-23T09:05:37Z web1 app - - - {}": ("app", None),
    "<34>1 2020-06-23T09:05:37Z - - - - - {}": (None, None),
    "<34>1 2020-06-23T09:05:37Z - app 7 ID47 - {}": ("app", 7),
    '<34>1 2020-06-23T09:05:37Z web1 app 7 ID47 [a@32473 x="1"] {}': ("app", 7),
    '<34>1 2020-06-23T09:05:37Z web1 app 7 ID47 [a@1 x="1"][b@2 y="2"] {}': ("app", 7),
    '<34>1 2020-06-23T09:05:37Z web1 app 7 ID47 [a@1 x="\\]\\"\\\\"] {}': ("app", 7),
    "<34>1 2020-06-23T09:05:37.123456Z web1 app 7 ID47 - \ufeff{}": ("app", 7),
    "<34>1 2020-06-23T09:05:37+10:00 web1 app 7 ID47 - {}": ("app", 7),
    "<165>1 2020-06-23T09:05:37.1-07:00 web1 app 7 ID47 - {}": ("app", 7),
}
"""Headers of syslog in the wild, and the program and pid each tells."""

BARE = {
    "Jun 23 09:05:37 web1 -- MARK --": "-- MARK --",
    "2020-06-23T09:05:37Z web1 -- MARK --": "-- MARK --",
    "Jun 23 09:05:37 web1 last message repeated 3 times": "last message repeated 3 times",
    "Jun 23 09:05:37 web1 app[7]:": None,
    "<34>1 2020-06-23T09:05:37Z web1 app 7 ID47 -": None,
}
"""Lines without a program, or without a message."""


@pytest.mark.parametrize("header", HEADERS)
def test_r26_headers_of_syslog(tmp_path: Path, header: str) -> None:
    """Each is read: its time, its program and its pid."""
    text = "".join(header.format(f"all is well ({n})") + "\n" for n in range(6))
    found = read(write(tmp_path, {"syslog": text.encode()}), "--assume-tz", "UTC", "--year", "2020")
    assert found.code == 0
    assert [(row["program"], row["pid"]) for row in found.events] == [HEADERS[header]] * 6
    assert [row["message"].rpartition("] ")[2].lstrip("\ufeff") for row in found.events] == [
        f"all is well ({n})" for n in range(6)
    ]
    assert all(row["time"][:8] == "2020-06-" for row in found.events)


@pytest.mark.parametrize("text", BARE)
def test_r26_lines_without_a_program_or_a_message(tmp_path: Path, text: str) -> None:
    """Among others they are events too."""
    data = lines(5) + text.encode() + b"\n"
    found = read(write(tmp_path, {"syslog": data}), "--assume-tz", "UTC", "--year", "2020")
    assert found.code == 0
    (row,) = [row for row in found.events if row["line"] == 6]
    assert row["time"] == "2020-06-23T09:05:37.000000+00:00"
    assert (row["message"] or None) == BARE[text]
    assert numbers(found.of("syslog")[:5]) == [0, 1, 2, 3, 4]
    assert line(0) in data
