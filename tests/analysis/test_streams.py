"""Lines of one kind become streams in order of time, with the rhythm of all they showed but the silence in question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.findings import Cite
from logforensics.analysis.streams import FEWEST_EVENTS, Stream, beats, pollers, union, whole_sources

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """The instant so many seconds after NOON."""
    return NOON + timedelta(seconds=seconds)


def lines(seconds: Sequence[float], source: str = "syslog", **columns: object) -> pl.DataFrame:
    """A frame of lines at seconds after NOON, numbered from 1, with the same value in each other column."""
    frame = pl.DataFrame(
        {
            "time": [at(second) for second in seconds],
            "source": [source] * len(seconds),
            "file": [source] * len(seconds),
            "line": range(1, len(seconds) + 1),
        },
        schema={"time": pl.Datetime("us", "UTC"), "source": pl.Categorical, "file": pl.Categorical, "line": pl.UInt32},
    )
    return frame.with_columns(pl.lit(value).alias(name) for name, value in columns.items())


def stream(*seconds: float) -> Stream:
    """One stream of all lines of a source."""
    (found,) = whole_sources(lines(seconds))
    return found


@pytest.mark.parametrize(("second", "index"), [(-1, None), (0, 0), (5, 0), (10, 1), (99, 2)])
def test_before_is_the_last_at_or_before(second: float, index: int | None) -> None:
    """An event at the very instant counts as before it."""
    assert stream(0, 10, 20).before(at(second)) == index


@pytest.mark.parametrize(("second", "index"), [(-1, 0), (0, 1), (5, 1), (19, 2), (20, None)])
def test_after_is_the_first_behind(second: float, index: int | None) -> None:
    """An event at the very instant does not count as after it."""
    assert stream(0, 10, 20).after(at(second)) == index


@pytest.mark.parametrize(("begin", "end", "count"), [(0, 20, 1), (-1, 21, 3), (10, 10, 0), (20, 0, 0), (1, 9, 0)])
def test_count_within_leaves_the_ends_out(begin: float, end: float, count: int) -> None:
    """Events at the borders of a span are not within it."""
    assert stream(0, 10, 20).count_within(at(begin), at(end)) == count


@given(st.lists(st.integers(0, 20), min_size=1), st.integers(-1, 21))
def test_before_and_after_are_neighbours(seconds: list[int], second: int) -> None:
    """Nothing lies between the last event before an instant and the first behind it."""
    found = stream(*seconds)
    before, after = found.before(at(second)), found.after(at(second))
    assert (-1 if before is None else before) + 1 == (len(seconds) if after is None else after)


def test_a_stream_cites_its_lines() -> None:
    """Each instant has its line."""
    assert stream(0, 10).cites(1) == Cite("syslog", 2)


def test_a_stream_is_in_order_of_time() -> None:
    """Lines out of order are put in theirs, and cited as where they stand."""
    found = stream(10, 0)
    assert (found.times.to_list(), found.cites(0)) == ([at(0), at(10)], Cite("syslog", 2))


def test_a_rhythm_is_that_of_the_intervals() -> None:
    """Thirteen lines are twelve intervals."""
    rhythm = stream(*range(0, 13 * 60, 60)).rhythm()
    assert rhythm is not None
    assert (rhythm.count, rhythm.median, rhythm.regular) == (12, 60.0, True)


def test_too_few_lines_have_no_rhythm() -> None:
    """Twelve lines are eleven intervals."""
    assert stream(*range(0, 12 * 60, 60)).rhythm() is None


def test_a_rhythm_leaves_the_silence_in_question_out() -> None:
    """The intervals that overlap `without` are not used; those that only touch it are."""
    found = stream(*range(0, 14 * 60, 60), 5000, 5060)
    rhythm = found.rhythm(without=(at(13 * 60), at(5000)))
    assert rhythm is not None
    assert (rhythm.count, rhythm.longest) == (14, 60.0)


def test_nights_are_compared_with_nights() -> None:
    """With `near`, intervals of other hours are left out where there are enough of that time of day."""
    nights = [day * 86400 + step * 600 for day in range(10) for step in range(7)]
    days = [day * 86400 + 40000 + step * 10 for day in range(10) for step in range(60)]
    rhythm = stream(*sorted(nights + days)).rhythm(near=at(86400 * 20))
    assert rhythm is not None
    assert rhythm.median == 600.0


def test_midnight_is_near_itself() -> None:
    """Times of day are compared round the clock, not along it."""
    evenings = [day * 86400 + step * 60 - 3600 for day in range(3) for step in range(60)]
    noons = [day * 86400 + 43200 + step for day in range(3) for step in range(100)]
    rhythm = stream(*sorted(evenings + noons)).rhythm(near=at(0))
    assert rhythm is not None
    assert rhythm.median == 60.0


def test_few_nights_are_compared_with_everything() -> None:
    """A time of day with hardly any intervals says nothing."""
    rhythm = stream(*range(20), 86400).rhythm(near=at(43200))
    assert rhythm is not None
    assert rhythm.count == 20


def test_beats_are_lines_of_one_template_in_one_source() -> None:
    """Template and source tell streams apart; lines without a template belong to none."""
    frame = pl.concat(
        [
            lines(range(13), template=1),
            lines(range(20, 33), template=2),
            lines(range(13), source="kern.log", template=1),
            lines(range(50), template=None).cast({"template": pl.Int32}),
        ]
    )
    assert [(beat.kind, beat.source, beat.times[0]) for beat in beats(frame)] == [
        ("beat", "kern.log", at(0)),
        ("beat", "syslog", at(0)),
        ("beat", "syslog", at(20)),
    ]


def test_a_beat_needs_thirteen_lines() -> None:
    """Fewer have no rhythm."""
    assert beats(lines(range(FEWEST_EVENTS - 1), template=1)) == []


def test_pollers_are_clients_asking_for_one_endpoint() -> None:
    """A poller is named by client and group."""
    frame = lines(range(13), source="access.log", client="192.0.2.1", group="/health")
    (found,) = pollers(frame)
    assert (found.kind, found.name, found.source, len(found.times)) == (
        "poller",
        "192.0.2.1 /health",
        "access.log",
        13,
    )


def test_clients_nobody_knows_are_no_pollers() -> None:
    """Lines without a client may be of anyone."""
    frame = lines(range(13), client=None, group="/health").cast({"client": pl.String})
    assert pollers(frame) == []


def test_every_source_is_a_stream() -> None:
    """A single line is enough."""
    found = whole_sources(pl.concat([lines([1], "b"), lines([0], "a")]))
    assert [(each.kind, each.name, each.source) for each in found] == [("source", "a", "a"), ("source", "b", "b")]


def test_no_lines_are_no_streams() -> None:
    """An empty timeline has none."""
    assert whole_sources(lines([])) == []


def test_a_union_is_one_stream_of_all() -> None:
    """Lines of several frames are woven together."""
    found = union("web", "web traffic", [lines([0, 20], "a"), lines([10], "b")])
    assert found is not None
    assert (found.kind, found.name, found.times.to_list()) == ("web", "web traffic", [at(0), at(10), at(20)])


def test_a_union_of_no_lines_is_none() -> None:
    """There is no stream without an event."""
    assert union("web", "web traffic", [lines([])]) is None
