"""The verdict on a terminal fits 80 columns and sends nothing but text and the colours of one table."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from logforensics.analysis.findings import Cite
from logforensics.outage.model import Outage
from logforensics.report import terminal
from logforensics.report.model import Report


def labels(text: str) -> list[str]:
    """The labels at the left edge, in order."""
    return [match.group(1) for line in text.split("\n") if (match := re.match(r"([A-Z][a-z]+(?: [a-z]+)?)  ", line))]


def test_the_verdict_answers_in_order(report: Report) -> None:
    """When, how long, why, hit, not hit, who was told nothing, next; then what it rests on."""
    assert labels(terminal.render(report)) == [
        "Began", "Ended", "Lasted", "Cause", "Hit", "Not hit", "Monitor", "Next", "Read", "More",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("full", [True, False])
def test_no_line_is_wider_than_the_screen(report: Report, width: int, *, full: bool) -> None:
    """80 columns are 80 columns."""
    text = terminal.render(report, width=width, full=full)
    assert [line for line in text.split("\n") if len(line) > width] == []


def test_the_answer_fits_a_terminal_of_24_rows(report: Report) -> None:
    """With the prompt under it: a verdict that scrolls away is no verdict."""
    strips = tuple(replace(report.strips[0], source=f"s{number}") for number in range(14))
    text = terminal.render(replace(report, strips=(*report.strips, *strips)), height=24)
    assert text.count("\n") <= 23
    assert "more log" in text


def test_a_taller_screen_is_told_more(report: Report) -> None:
    """The proof of each edge where there is room for it, and all of it where there is more."""
    everything = terminal.render(report, full=True)
    rows = everything.count("\n")
    texts = [terminal.render(report, height=height) for height in (24, rows, rows + 1)]
    assert ["after: a password was generated" in text for text in texts] == [False, True, True]
    assert ["or by 09:07:55: the 504 was logged" in text for text in texts] == [False, False, True]
    assert texts[2] == everything


def test_in_a_pipe_the_answer_comes_with_every_strip(report: Report) -> None:
    """Nothing scrolls away there."""
    strips = tuple(replace(report.strips[0], source=f"s{number}") for number in range(14))
    text = terminal.render(replace(report, strips=strips))
    assert sum(line.startswith("s") for line in text.split("\n")) == 14
    assert "after:" not in text


def test_the_strips_that_tell_most_are_kept(report: Report) -> None:
    """The log in which requests failed and the one that fell silent, not the busiest."""
    busy = replace(report.sources[0], path="busy", files=("busy",), events=10**6)
    strips = tuple(replace(report.strips[0], source=f"s{number}") for number in range(14))
    many = replace(report, sources=(busy, *report.sources), strips=(*strips, *report.strips))
    text = terminal.render(many, height=10)
    assert [line.split()[0] for line in text.split("\n") if re.match(r"(s[0-9]|nginx/acc|syslog|busy)", line)] == [
        "s0",
        "nginx/access.log",
        "syslog",
    ]


def test_the_answer_names_the_line_behind_each_edge(report: Report) -> None:
    """In whole seconds, rounded outwards; the line at the right margin."""
    text = terminal.render(report)
    assert "Began     between 2020-06-23 09:05:37 and 09:06:55 +10:00     nginx/access.log:6\n" in text
    assert "Ended     between 2020-06-24 07:12:12 and 07:13:12 +10:00            stats.tsv:7\n" in text


def test_a_long_citation_keeps_its_telling_end(report: Report, outage: Outage) -> None:
    """The file's own name and the line."""
    cite = Cite("srv/zpool/makemeapassword/nginx/access.log", 6)
    start = replace(outage.start, latest=replace(outage.start.latest, cite=cite))
    text = terminal.render(replace(report, outages=(replace(outage, start=start),)))
    assert "Began     between 2020-06-23 09:05:37 and 09:06:55 +10:00       .../access.log:6\n" in text


def test_everything_shows_both_edges_with_their_lines(report: Report) -> None:
    """When, why and where it stands."""
    text = terminal.render(report, full=True)
    assert "Began     between 2020-06-23 09:05:37.379 and 09:06:55 +10:00\n" in text
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
    assert text.startswith("3 outages\n1    by 2020-06-23 09:06:55 +10:00: Partial outage, about 22 hours;")
    assert labels(text).count("Began") == 1
    assert labels(terminal.render(replace(report, outages=(outage, outage, outage)), full=True)).count("Began") == 3


def test_twenty_outages_still_fit_a_screen(report: Report, outage: Outage) -> None:
    """The list is cut before the answer is."""
    text = terminal.render(replace(report, outages=(outage,) * 20), height=50)
    assert "and 12 more" in text
    assert text.count("\n") < 50
