"""Silences are gaps by a plain threshold, or by what a source's own rhythm makes improbable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.findings import Cite, Gap
from logforensics.analysis.gaps import FEWEST_LINES, find_gaps

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
MINUTES = [step * 60.0 for step in range(60)]


def at(seconds: float) -> datetime:
    """The instant so many seconds after NOON."""
    return NOON + timedelta(seconds=seconds)


def lines(**sources: Sequence[float]) -> pl.DataFrame:
    """A timeline of lines at seconds after NOON, by source."""
    rows = [
        (at(second), source, source, number)
        for source, seconds in sources.items()
        for number, second in enumerate(seconds, 1)
    ]
    schema: dict[str, pl.DataType] = {"source": pl.String(), "file": pl.String(), "line": pl.UInt32()}
    schema = {"time": pl.Datetime("us", "UTC"), **schema}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort("time", "source", "line")
    return frame.with_columns(pl.col("source", "file").cast(pl.Categorical))


def silences(gaps: tuple[Gap, ...]) -> list[tuple[str, float]]:
    """Source and length of each gap."""
    return [(gap.source, gap.seconds) for gap in gaps]


@pytest.mark.parametrize(("threshold", "found"), [(99.999, [("a", 100.0)]), (100.0, [])])
def test_with_a_threshold_every_longer_silence_is_a_gap(threshold: float, found: list[tuple[str, float]]) -> None:
    """Longer, not as long; and no rhythm is asked for."""
    assert silences(find_gaps(lines(a=[0, 100, 101]), threshold)) == found


def test_a_gap_cites_the_lines_around_it() -> None:
    """Its ends are the last line before and the first behind, its cause is not judged here."""
    assert find_gaps(lines(a=[0, 1, 100]), 60) == (
        Gap("a", at(1), at(100), "unknown", Cite("a", 2), Cite("a", 3), None),
    )


def test_lines_of_another_source_do_not_fill_a_gap() -> None:
    """Each source has silences of its own."""
    assert silences(find_gaps(lines(a=[0, 100], b=[50]), 60)) == [("a", 100.0)]


def test_gaps_are_in_order_of_start_and_source() -> None:
    """Not in that of the sources."""
    found = find_gaps(lines(c=[0, 100], a=[10, 110], b=[0, 100]), 60)
    assert [(gap.start, gap.source) for gap in found] == [(at(0), "b"), (at(0), "c"), (at(10), "a")]


def test_only_the_sources_asked_for_are_searched() -> None:
    """The others may be as silent as they like."""
    assert silences(find_gaps(lines(a=[0, 100], b=[0, 200]), 60, ["b"])) == [("b", 200.0)]


@pytest.mark.parametrize("seconds", [[], [0.0]])
def test_fewer_than_two_lines_have_no_silence(seconds: list[float]) -> None:
    """There is nothing on the other side."""
    assert find_gaps(lines(a=seconds), 0.0) == ()


def test_without_a_threshold_a_timers_silence_is_a_gap() -> None:
    """Twenty minutes without a line that came every minute."""
    (gap,) = find_gaps(lines(a=[*MINUTES, MINUTES[-1] + 1200]))
    assert (gap.seconds, gap.improbability is not None and gap.improbability > 100) == (1200.0, True)


def test_without_a_threshold_the_usual_silence_is_none() -> None:
    """A timer that is on time has no gaps, however long its interval."""
    assert find_gaps(lines(a=[step * 3600 for step in range(30)])) == ()


def test_a_silence_of_a_minute_is_never_a_gap_by_rhythm() -> None:
    """Below SHORTEST stamps and buffers decide."""
    assert find_gaps(lines(a=[*range(200), 258])) == ()


def test_the_one_silence_does_not_count_as_usual() -> None:
    """A source's longest interval is measured by the others."""
    busy = [step * 0.5 for step in range(400)]
    assert silences(find_gaps(lines(a=[*busy, 800, 801]))) == [("a", 600.5)]


def test_few_lines_are_silent_when_they_are_so_for_most_of_their_span() -> None:
    """Without a rhythm a silence must outlast all the rest."""
    assert silences(find_gaps(lines(a=[0, 10, 20, 30, 100]))) == [("a", 70.0)]


def test_few_lines_over_a_long_span_are_not_silent() -> None:
    """Half of the span is not most of it."""
    assert find_gaps(lines(a=[0, 100, 200, 300, 600])) == ()


def test_a_handful_of_lines_cannot_fall_silent() -> None:
    """Below FEWEST_LINES nothing is said without a threshold."""
    assert find_gaps(lines(a=[*range(FEWEST_LINES - 2), 1000])) == ()


@given(st.lists(st.integers(0, 10_000), max_size=40), st.integers(0, 500), st.integers(0, 500))
def test_a_higher_threshold_finds_a_part_of_the_gaps(seconds: list[int], one: int, other: int) -> None:
    """What is longer than the one is longer than the other."""
    frame = lines(a=sorted(seconds))
    assert set(find_gaps(frame, max(one, other))) <= set(find_gaps(frame, min(one, other)))


@given(st.lists(st.integers(0, 100_000), max_size=60))
def test_gaps_by_rhythm_are_silences_of_more_than_a_minute(seconds: list[int]) -> None:
    """Every gap lies between two neighbouring lines, and none is shorter than SHORTEST."""
    ordered = sorted(seconds)
    longer = {(at(begin), at(end)) for begin, end in pairwise(ordered) if end - begin > 60}
    assert {(gap.start, gap.end) for gap in find_gaps(lines(a=ordered))} <= longer
