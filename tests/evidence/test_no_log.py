"""Tests that texts of /var/log that are no logs are known for what they are, and that logs are not taken for them."""

from __future__ import annotations

import pytest

from logforensics.evidence.no_log import no_log, undated


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Request: EIPP 0.1", "what APT asked its solver or planner (EDSP, EIPP): package lists without times"),
        ("Package: adduser", "a package database (dpkg's status, or an index of packages)"),
        ("Name: base-config/main-menu", "a debconf database"),
        ("#!/bin/sh", "a script"),
        ("#cloud-config", "a cloud-config"),
        ('<?xml version="1.0"?>', "an XML or HTML document"),
        ("uname -a: Linux (none) 6.1.0-9-amd64", "the installer's list of the hardware"),
        ("DISTRIB_ID=Example", "the release that was installed"),
        ("Font directories:", "what fc-cache did, without times"),
        ("parted_server: ======= Starting the server", "what the installer's partitioner did, without times"),
        ("00:1f.2 SATA controller [0106]: Example", "a list of PCI devices (lspci)"),
        ("OpenVPN CLIENT LIST", "who is connected to OpenVPN at one instant (openvpn, --status)"),
        (
            "[+0.05s] DEBUG: Seat seat0: Starting",
            "a log in seconds since the start of its program, which it does not tell",
        ),
        ("** Message: 23:22:55.412: Starting greeter", "a log with times of day whose date it does not tell"),
        ("09:07:55.123 [main] INFO  org.example.Shop - up", "a log with times of day whose date it does not tell"),
        ("478760 12:21:46.359506 close(3) = 0", "a log with times of day whose date it does not tell"),
        ("[09:07:55] up", "a log with times of day whose date it does not tell"),
    ],
)
def test_first_line_tells(line: str, what: str) -> None:
    """The first line that is not blank says what the text is."""
    assert no_log(["", line, line]) == what


def test_kernel_messages_without_a_wall_clock() -> None:
    """Nine lines in ten count seconds from boot."""
    lines = [f"[{n:5}.{n:06}] usb 1-1: new device" for n in range(19)]
    assert (no_log([*lines, "torn"]) or "").startswith("kernel messages with seconds since boot")
    assert no_log([*lines[:10], *["[x] other"] * 5]) is None


def test_kernel_messages_with_facility_and_level() -> None:
    """As dmesg -x writes them."""
    assert (no_log(["kern  :info  : [    0.000000] Linux version 6.1.0"]) or "").startswith("kernel messages")


def test_times_of_day_of_glib_among_words_of_other_libraries() -> None:
    """A greeter's log holds lines of the server as well."""
    lines = [
        "** Message: 23:50:45.783: Starting",
        "Excess arguments.",
        "** (greeter:9): WARNING **: 00:33:58.528: No such",
    ]
    assert no_log(lines) == "a log with times of day whose date it does not tell"


def test_a_report_of_sar() -> None:
    """Whatever locale wrote its date."""
    for date in ("06/23/2020", "2020-06-23"):
        assert no_log([f"Linux 6.1.0 (web1) \t{date} \t_x86_64_\t(1 CPU)"]) is not None


@pytest.mark.parametrize("line", ["2020-06-23 09:00:00 Package: x", "Name: x", "", "hello"])
def test_others_are_not_judged(line: str) -> None:
    """What might be a log of a format nobody knows stays one."""
    assert no_log([line]) is None


@pytest.mark.parametrize("lines", [['{"a": [1, 2]}'], ["[]"], ["{", '  "a": 1', "}"]])
def test_json_documents(lines: list[str]) -> None:
    """One document is no log, whether it stands in one line or in many."""
    assert no_log(lines) == "a JSON document"


@pytest.mark.parametrize("lines", [['{"a": 1}', '{"a": 2}'], ['{"a": 1'], ["[error] x"]])
def test_lines_of_json_are_no_document(lines: list[str]) -> None:
    """Many of them may be a log."""
    assert no_log(lines) is None


def test_a_text_without_times() -> None:
    """Where no line holds anything like a date or a clock, nothing can be placed in time."""
    assert undated(["hello", "12 of 30 done: version 1.2", "deadbeef0123456789abcdef"]) is not None
    assert undated([]) is None


@pytest.mark.parametrize(
    "line",
    [
        "2020-06-23 x",
        "23/06/20",
        "23.6.2020",
        "on 23 June",
        "Jun 3",
        "at 9:05",
        "1592903275 x",
        "1592903275123456",
        "мая 5",
    ],
)
def test_a_text_with_a_time_is_not_undated(line: str) -> None:
    """One line with a stamp in any spelling is enough."""
    assert undated(["hello", line]) is None
