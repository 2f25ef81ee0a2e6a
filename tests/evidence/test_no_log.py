"""Tests that texts of /var/log that are no logs are known for what they are, and that logs are not taken for them."""

from __future__ import annotations

import pytest

from logforensics.evidence.no_log import no_log


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
    ],
)
def test_first_line_tells(line: str, what: str) -> None:
    """The first line that is not blank says what the text is."""
    assert no_log(["", line, "more"]) == what


def test_kernel_messages_without_a_wall_clock() -> None:
    """Nine lines in ten count seconds from boot."""
    lines = [f"[{n:5}.{n:06}] usb 1-1: new device" for n in range(19)]
    assert (no_log([*lines, "torn"]) or "").startswith("kernel messages with seconds since boot")
    assert no_log([*lines[:10], *["[x] other"] * 5]) is None


@pytest.mark.parametrize("line", ["2020-06-23 09:00:00 Package: x", "Name: x", "", "hello"])
def test_others_are_not_judged(line: str) -> None:
    """What might be a log of a format nobody knows stays one."""
    assert no_log([line]) is None
