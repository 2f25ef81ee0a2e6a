"""Tests that lines which a rotation left in two files are counted once, and that nothing else is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from logforensics import read_timeline
from logforensics.timeline.overlap import overlap


def lines(first: int, last: int, minute: str = "{n:02}") -> str:
    """Lines of syslog, one a minute."""
    return "".join(f"Jun 23 09:{minute.format(n=n)}:00 web1 app[7]: item {n}\n" for n in range(first, last))


def write(folder: Path, older: str, newer: str) -> Path:
    """A log and the file it was rotated to."""
    (folder / "syslog.1").write_text(older)
    (folder / "syslog").write_text(newer)
    return folder


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("abc", "cde", 1),
        ("abcbc", "bcx", 2),
        ("abab", "ababx", 4),
        ("abc", "xab", 0),
        ("abc", "abc", 3),
        ("abcd", "cd", 2),
    ],
)
def test_longest_run_is_found(before: str, after: str, count: int) -> None:
    """The longest run that ends one column and begins the other."""
    assert overlap(pl.Series(list(before)), pl.Series(list(after))) == count


def test_overlap_is_counted_once(tmp_path: Path) -> None:
    """The later copy's lines become no events, are accounted for, and are named."""
    timeline = read_timeline([str(write(tmp_path, lines(0, 30), lines(25, 40)))])
    (source,) = timeline.sources
    assert (source.lines, source.events, source.duplicate, source.unparsed) == (45, 40, 5, 0)
    assert timeline.events["message"].n_unique() == 40
    told = [note.text for note in timeline.assumptions if note.kind == "duplicate"]
    assert told == ["the first 5 lines of syslog are the last ones of syslog.1, and are counted once"]


def test_copy_that_was_not_truncated_is_counted_once(tmp_path: Path) -> None:
    """The whole of the shorter file."""
    timeline = read_timeline([str(write(tmp_path, lines(0, 30), lines(0, 40)))])
    assert (timeline.events.height, timeline.sources[0].duplicate) == (40, 30)


def test_lines_of_one_second_that_come_again_are_kept(tmp_path: Path) -> None:
    """A burst of one and the same line, cut by the rotation, is no overlap."""
    burst = "Jun 23 09:00:00 web1 app[7]: refused\n"
    timeline = read_timeline([str(write(tmp_path, lines(0, 1) + burst * 30, burst * 30))])
    assert (timeline.events.height, timeline.sources[0].duplicate) == (61, 0)


def test_busy_second_in_both_files_is_counted_once(tmp_path: Path) -> None:
    """Twenty different lines in a row do not come back by themselves, even within one second."""
    busy = lines(0, 20, "00")
    timeline = read_timeline([str(write(tmp_path, lines(0, 1) + busy, busy))])
    assert timeline.sources[0].duplicate == 20


def test_lines_in_the_middle_are_kept(tmp_path: Path) -> None:
    """Equal lines that do not lie at the seam are two events."""
    timeline = read_timeline([str(write(tmp_path, lines(0, 30) + lines(40, 41), lines(25, 40)))])
    assert timeline.events.height == 46
