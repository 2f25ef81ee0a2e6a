"""A stream's rhythm: which silence is still normal, told from timers and from people, and how rare a longer one is."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.rhythm import FEW, FEWEST, TAIL, Rhythm, law, less, rhythm_of

INTERVALS = st.lists(st.floats(0, 1e6), min_size=FEWEST, max_size=200)


def rhythm(*intervals: float) -> Rhythm:
    """The rhythm of enough intervals."""
    found = rhythm_of(law(pl.DataFrame({"seconds": intervals}, schema={"seconds": pl.Float64})))
    assert found is not None
    return found


def ninth_decile(intervals: list[float]) -> float:
    """The interval that a tenth of them reach or exceed."""
    return sorted(intervals)[min(len(intervals) - 1, int(len(intervals) * (1 - TAIL)))]


def test_too_few_intervals_have_no_rhythm() -> None:
    """Eleven are no ground for a verdict."""
    assert rhythm_of(law(pl.DataFrame({"seconds": [60.0] * (FEWEST - 1)}))) is None


def test_enough_intervals_have_one() -> None:
    """Twelve are."""
    assert rhythm(*[60.0] * FEWEST).count == FEWEST


def test_a_timer_is_told_from_people() -> None:
    """Intervals that hardly differ come from a machine."""
    assert rhythm(*[300.0, 301.0, 299.0] * 5).regular


def test_people_are_told_from_a_timer() -> None:
    """Intervals of all lengths do not."""
    assert not rhythm(*(float(2**step) for step in range(12))).regular


def test_a_stream_faster_than_a_second_is_no_timer() -> None:
    """Below the resolution of the stamps equal intervals prove nothing."""
    assert not rhythm(*[0.0] * 50).regular


def test_a_timer_may_be_a_second_late() -> None:
    """The limit of an exact timer is its interval and the second of its stamps."""
    assert rhythm(*[300.0] * 20).limit == 301.0


def test_one_restart_does_not_stretch_a_timer() -> None:
    """One odd interval in two hundred leaves the limit where the timer is."""
    assert rhythm(*[300.0] * 199, 4000.0).limit == 301.0


def test_people_may_stay_away_as_long_as_they_ever_did() -> None:
    """In a short history the longest interval is normal."""
    assert rhythm(*[10.0] * 12, 500.0, 10.0, 20.0).limit >= 500.0


def test_an_exponential_tail_gives_its_own_quantile() -> None:
    """For intervals of mean 100 s one in a thousand is longer than 100 * ln 1000 s: 691, within a sixth."""
    count = 2000
    found = rhythm(*(-100 * math.log((step + 0.5) / count) for step in range(count)))
    assert found.limit == pytest.approx(100 * math.log(1000), rel=0.15)


def test_a_few_intervals_do_not_show_their_tail() -> None:
    """Below FEW intervals the mean excess is at least the longest interval over ln (n + 1)."""
    found = rhythm(*[10.0] * 18, 400.0)
    assert found.excess == pytest.approx(400 / math.log(20))


def test_many_intervals_show_their_tail() -> None:
    """From FEW on the mean excess is measured."""
    found = rhythm(*[10.0] * (FEW - 10), *[400.0] * 9, 500.0)
    assert found.excess == pytest.approx(10.0)


def test_a_silence_below_the_threshold_is_not_improbable() -> None:
    """What a tenth of all intervals reach says nothing."""
    found = rhythm(*(float(step) for step in range(100)))
    assert found.improbability(found.threshold) == 0.0


def test_improbability_is_in_decades() -> None:
    """What is ln 10 times the mean excess longer is ten times rarer."""
    found = rhythm(*(float(step) for step in range(100)))
    step = found.excess * math.log(10)
    assert found.improbability(found.threshold + 2 * step) == pytest.approx(3.0)


def test_improbability_is_bounded() -> None:
    """A year without a timer of a minute is 10^-300, which a float still holds."""
    assert rhythm(*[60.0] * 20).improbability(365 * 86400.0) == 300.0


@given(INTERVALS)
def test_the_limit_is_never_below_the_ninth_decile(intervals: list[float]) -> None:
    """A silence that one interval in ten reaches is normal for any stream."""
    assert rhythm(*intervals).limit >= ninth_decile(intervals)


@given(INTERVALS, st.floats(0, 1e7), st.floats(0, 1e7))
def test_a_longer_silence_is_never_more_probable(intervals: list[float], one: float, other: float) -> None:
    """Improbability is monotone."""
    found = rhythm(*intervals)
    assert found.improbability(min(one, other)) <= found.improbability(max(one, other))


@given(INTERVALS.flatmap(lambda intervals: st.tuples(st.just(intervals), st.permutations(intervals))))
def test_the_order_of_the_intervals_does_not_matter(pair: tuple[list[float], list[float]]) -> None:
    """The same intervals have the same rhythm."""
    assert rhythm(*pair[0]) == rhythm(*pair[1])


@given(INTERVALS)
def test_what_was_seen_is_told_exactly(intervals: list[float]) -> None:
    """Count, median and longest are those of the intervals."""
    found = rhythm(*intervals)
    assert (found.count, found.median, found.longest) == (
        len(intervals),
        sorted(intervals)[len(intervals) // 2],
        max(intervals),
    )


def test_lines_left_out_are_spread_like_independent_events() -> None:
    """The limit of a stream that was thinned out is near that of the whole one."""
    steps = pl.Series([-math.log((n + 0.5) / 4000) for n in range(4000)]).sample(fraction=1, shuffle=True, seed=1)
    whole = rhythm_of(law(steps.to_frame("seconds")))
    groups = steps.to_frame("seconds").with_columns(run=pl.int_range(pl.len()) // 20)
    thinned = groups.group_by("run", maintain_order=True).agg(
        pl.col("seconds").sum(), pl.len().cast(pl.Int64).alias("lines"), pl.col("seconds").max().alias("lull")
    )
    found = rhythm_of(law(thinned.drop("run")))
    assert whole is not None
    assert found is not None
    assert found.count == whole.count
    assert found.limit == pytest.approx(whole.limit, rel=0.35)


def test_lines_left_out_of_a_timer_stay_regular() -> None:
    """Where no silence was longer than the mean, all were as long."""
    thinned = pl.DataFrame({"seconds": [600.0] * 20, "lines": [10] * 20, "lull": [60.5] * 20})
    found = rhythm_of(law(thinned))
    assert found is not None
    assert (found.count, found.regular) == (200, True)


@given(INTERVALS, st.data())
def test_a_law_less_a_part_is_the_law_of_the_rest(intervals: list[float], data: st.DataObject) -> None:
    """Taking some intervals away leaves what the others alone would be."""
    cut = data.draw(st.integers(0, len(intervals)))
    whole, gone, rest = (
        law(pl.DataFrame({"seconds": part}, schema={"seconds": pl.Float64}))
        for part in (intervals, intervals[:cut], intervals[cut:])
    )
    assert less(whole, gone).equals(rest)
