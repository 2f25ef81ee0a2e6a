"""The verdict on a terminal fits 80 columns and sends nothing but text and the colours of one table."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from logforensics.outage.model import Outage
from logforensics.report import terminal
from logforensics.report.model import Report


def labels(text: str) -> list[str]:
    """The labels at the left edge, in order."""
    return [match.group(1) for line in text.split("\n") if (match := re.match(r"([A-Z][a-z]+(?: [a-z]+)?)  ", line))]


def test_the_verdict_answers_in_order(report: Report) -> None:
    """What, when, how long, why, hit, not hit, monitor, next."""
    assert labels(terminal.render(report)) == [
        "What", "Start", "End", "How long", "Cause", "Hit", "Not hit", "Monitor", "Next", "Read", "Zones",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_screen(report: Report, width: int) -> None:
    """80 columns are 80 columns."""
    assert [line for line in terminal.render(report, width=width).split("\n") if len(line) > width] == []


def test_one_outage_fits_one_screen(report: Report) -> None:
    """A verdict that scrolls away is no verdict."""
    assert terminal.render(report).count("\n") <= 50


def test_the_brackets_show_both_edges_with_their_lines(report: Report) -> None:
    """When, why and where it stands."""
    text = terminal.render(report)
    assert "Start     after 2020-06-23 09:05:37.379, by 09:06:55 +10:00\n" in text
    assert "          after: a password was generated                            stats.tsv:6\n" in text


def test_a_screen_without_utf8_gets_ascii(report: Report) -> None:
    """A C locale shows strips too."""
    text = terminal.render(report, ascii_only=True)
    assert text.isascii()
    assert "syslog                  #..............................................B" in text


def test_colour_comes_from_one_table_only(report: Report) -> None:
    """Colour is SGR and nothing else, and only if asked for."""
    coloured = terminal.render(report, color=True)
    assert set(re.findall(r"\x1b[^m]*m", coloured)) <= {
        "\x1b[31;1m",
        "\x1b[32m",
        "\x1b[1m",
        "\x1b[2m",
        "\x1b[33m",
        "\x1b[0m",
    }
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == terminal.render(report)


def test_escape_sequences_of_a_log_are_shown(report: Report, outage: Outage) -> None:
    """A path that holds an escape sequence does not reach the terminal as one."""
    bad = replace(outage, affected=("/\x1b]0;owned\x07",))
    text = terminal.render(replace(report, outages=(bad,)))
    assert "\x1b" not in text
    assert "/\\x1b]0;owned\\x07" in text


def test_no_outage_is_the_first_line(quiet: Report) -> None:
    """Good news first, with the span."""
    text = terminal.render(quiet)
    assert text.startswith("No outage found\n\nNo outage was found from 2020-06-23 08:33:32 +10:00")


def test_many_outages_are_listed_and_the_longest_is_told(report: Report, outage: Outage) -> None:
    """Three do not fit one screen in full."""
    text = terminal.render(replace(report, outages=(outage, outage, outage)))
    assert text.startswith("3 outages\n\n1    by 2020-06-23 09:06:55 +10:00: Partial outage, about 22 hours;")
    assert labels(text).count("Start") == 1
