"""Tests what the names of rotated files tell of those that are missing."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from logforensics.timeline.build import read_timeline
from logforensics.timeline.model import FileSummary, SourceSummary
from logforensics.timeline.rotated import Hole, find_holes

BEGIN = datetime(2026, 3, 10, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def holes(
    days: dict[str, int], *, until: dict[str, float] | None = None, empty: tuple[str, ...] = ()
) -> tuple[Hole, ...]:
    """The holes of a log with a line a minute in each of some files, by the day that each holds.

    `until` ends a file after so many days of its day's lines.
    """
    rows = [
        (file, BEGIN + day * DAY + step * MINUTE)
        for file, day in days.items()
        for step in range(int(1440 * (until or {}).get(file, 1)))
    ]
    events = pl.DataFrame(rows, schema={"file": pl.String, "time": pl.Datetime("us", "UTC")}, orient="row")
    events = events.with_columns(source=pl.lit("web/access.log"))
    names = (*days, *empty)
    source = SourceSummary("web/access.log", "nginx_access", names, 0, 0, 0, 0, 0, None, None, "UTC", "")
    files = [FileSummary(name, "empty" if name in empty else "parsed", "", source.name, 1, None, 1) for name in names]
    return find_holes([source], files, (), events)


def test_skipped_number_is_a_missing_file() -> None:
    """Between .3 and .1 there was a .2: its day is a hole from one rotation to the next."""
    (hole,) = holes({"web/access.log.4": 0, "web/access.log.3": 1, "web/access.log.1": 3, "web/access.log": 4})
    assert hole.names == ("web/access.log.2",)
    assert (hole.begin, hole.end) == (BEGIN + 2 * DAY - MINUTE, BEGIN + 3 * DAY)


def test_numbers_without_a_skip_have_no_hole() -> None:
    """A chain of neighbours is whole, whatever silence lies between them."""
    assert holes({"web/access.log.3": 0, "web/access.log.2": 1, "web/access.log.1": 5, "web/access.log": 6}) == ()


def test_empty_member_is_not_missing() -> None:
    """A file without a line proves that nothing was written."""
    days = {"web/access.log.3": 1, "web/access.log.1": 3, "web/access.log": 4}
    assert holes(days, empty=("web/access.log.2",)) == ()


def test_silence_before_the_rotation_is_no_part_of_the_hole() -> None:
    """Where the other rotations tell the time of day, a file's own silent end is not lost."""
    days = {"web/access.log.4": 0, "web/access.log.3": 1, "web/access.log.1": 3, "web/access.log": 4}
    (hole,) = holes(days, until={"web/access.log.3": 0.5})
    assert (hole.begin, hole.end) == (BEGIN + 2 * DAY - MINUTE, BEGIN + 3 * DAY)


@pytest.mark.parametrize(("until", "count"), [(1.0, 1), (0.5, 0)])
def test_skipped_date_counts_if_the_silence_begins_at_a_rotation(until: float, count: int) -> None:
    """With notifempty a day without a line leaves no file: but then the silence begins in the midst of one."""
    days = {f"web/access.log-202603{day + 11}": day for day in (0, 1, 3, 4, 5)}
    assert len(holes(days, until={"web/access.log-20260312": until})) == count


def test_the_lost_end_of_a_member_is_told(tmp_path: Path) -> None:
    """A packed file that is cut off skips no name, and is told of all the same."""
    for name, day in (("syslog.1.gz", 22), ("syslog", 23)):
        text = "".join(f"2020-06-{day}T{at // 60:02}:{at % 60:02}:00+00:00 h p: {at * at}\n" for at in range(1440))
        data = gzip.compress(text.encode(), mtime=0) if name.endswith("gz") else text.encode()
        (tmp_path / name).write_bytes(data[: len(data) // 2] if name.endswith("gz") else data)
    told = [said.text for said in read_timeline([str(tmp_path)]).assumptions if said.kind == "files-missing"]
    assert [text.partition(";")[0] for text in told] == ["the end of syslog.1.gz is lost"]
