"""How many rows each log may keep: all of short logs, and of long ones no more than memory allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from logforensics.evidence.model import LogFile, Source
from logforensics.timeline.room import PACKED, SHORT_LINE, WHOLE, rates


def source(name: str, size: int, compression: str = "plain") -> Source:
    """A log of one file."""
    return Source(name, (LogFile(Path(name), name, size, 0.0, compression),))


def test_logs_that_are_short_together_are_kept_whole() -> None:
    """Nothing is said of them."""
    assert rates([source("a", WHOLE // 2), source("b", WHOLE // 2)], 10) == {}


def test_a_packed_log_counts_as_its_text() -> None:
    """A tenth of it on disk is as much."""
    assert rates([source("a", WHOLE // PACKED + 1, "gzip")], 10)


def test_a_long_log_has_all_the_room() -> None:
    """Its blocks keep their share of it."""
    assert rates([source("a", 2 * WHOLE)], 1000)["a"] * 2 * WHOLE == pytest.approx(1000)


def test_a_short_log_beside_a_long_one_is_kept_whole() -> None:
    """It leaves to the other what it does not need."""
    found = rates([source("long", 10 * WHOLE), source("short", 10 * SHORT_LINE)], 1000)
    assert found["short"] >= 1 / SHORT_LINE
    assert found["long"] * 10 * WHOLE == pytest.approx(1000 - 11)
