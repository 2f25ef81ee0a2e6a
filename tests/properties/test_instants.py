"""Every time-stamped format, in forty zones, around changes, New Years and leap days: no instant comes back wrong.

Here each format has one host, written in one of its spellings.  The runner beside this file (instants.py) gives all
spellings their turn, for as many hosts as one has time for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from logforensics.parsing.library import load_definitions
from tests.properties.instants import Tally, run
from tests.properties.spellings import spellings

TURNS = 8
"""Parts that the formats are tried in, so that a failure says where."""


def test_every_format_with_a_stamp_is_written() -> None:
    """A new definition takes its turn without a word here."""
    written = {spelling.name.partition(".")[0] for spelling in spellings()}
    assert [one.name for one in load_definitions(samples=True) if one.name not in written] == []


def test_a_line_is_written_as_its_sample_is() -> None:
    """Another instant, the same words, the same spelling of month, fraction and offset."""
    (line,) = [spelling for spelling in spellings() if spelling.name == "alternatives.line"]
    (clf,) = [spelling for spelling in spellings() if spelling.name == "nginx_access.combined"]
    at = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)
    assert "2024-03-01 05:15:00: run with" in line.line(at, ZoneInfo("Asia/Kathmandu"))
    assert "[01/Mar/2024:05:15:00 +0545]" in clf.line(at, ZoneInfo("Asia/Kathmandu"))


@lru_cache
def seeds() -> tuple[int, ...]:
    """One host for each format: the seeds of one of its spellings."""
    of: dict[str, list[int]] = {}
    for seed, spelling in enumerate(spellings()):
        of.setdefault(spelling.name.partition(".")[0], []).append(seed)
    return tuple(found[place % len(found)] for place, found in enumerate(of.values()))


@lru_cache(maxsize=TURNS)
def turn(part: int) -> Tally:
    """One host for each format of a part."""
    count = len(seeds())
    return run(seeds()[part * count // TURNS : (part + 1) * count // TURNS])


@pytest.mark.parametrize("part", range(TURNS))
def test_p8_what_is_called_known_is_right_and_what_is_open_holds_the_truth(part: int) -> None:
    """No instant that is called known is wrong, none that is open lies outside of its bounds, none is lost."""
    tally = turn(part)
    assert {verdict: tally.examples.get(verdict, []) for verdict in ("wrong", "outside", "lost")} == {
        "wrong": [],
        "outside": [],
        "lost": [],
    }


@pytest.mark.parametrize("part", range(TURNS))
def test_little_is_left_open_that_could_be_known(part: int) -> None:
    """At most one in a thousand of the instants that leave no doubt for who sees the whole tree."""
    tally = turn(part)
    assert tally.of("needless") * 1000 <= tally.of("right")
