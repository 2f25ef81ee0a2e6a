"""Failures that belong together become runs that weigh what they prove: a scanner little, many visitors much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.bursts import find_bursts
from logforensics.analysis.findings import Cite
from logforensics.analysis.runs import Run, _maximal_segments, _weights, failing_runs

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SCHEMA: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),
    "began": pl.Datetime("us", "UTC"),
    "group": pl.Categorical(),
    "client": pl.Categorical(),
    "status": pl.Int32(),
    "ok": pl.Boolean(),
    "failed": pl.Boolean(),
    "source": pl.Categorical(),
    "file": pl.Categorical(),
    "line": pl.UInt32(),
}


class Request(NamedTuple):
    """One request: `second` after NOON it was logged, having waited `waited` seconds."""

    second: float
    status: int
    client: str
    group: str = "/"
    waited: float = 0.0


def outcomes(*requests: Request) -> pl.DataFrame:
    """The outcomes of requests, as `web_outcomes` gives them."""
    rows = [
        (
            NOON + timedelta(seconds=each.second),
            NOON + timedelta(seconds=each.second - each.waited),
            each.group,
            each.client,
            each.status,
            each.status < 400,
            each.status >= 499,
            "access.log",
            "access.log",
            number,
        )
        for number, each in enumerate(requests, 1)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def crowd(begin: int, end: int, status: int, group: str = "/") -> list[Request]:
    """One request a second, each by another visitor."""
    return [Request(second, status, f"{status}-{second}", group) for second in range(begin, end)]


def runs(*parts: list[Request]) -> list[Run]:
    """The runs in the requests of all parts."""
    return failing_runs(outcomes(*(request for part in parts for request in part)))


def bursts_in(*parts: list[Request]) -> int:
    """How many runs are too heavy for chance."""
    frame = outcomes(*(request for part in parts for request in part))
    return len(find_bursts(failing_runs(frame), frame))


def row(client: str, second: float = 0, status: int = 502) -> dict[str, object]:
    """One failure as `_weights` reads it."""
    return {"client": client, "began": NOON + timedelta(seconds=second), "status": status}


def test_no_failures_are_no_runs() -> None:
    """A healthy site has none."""
    assert runs(crowd(0, 50, 200)) == []


def test_no_requests_are_no_runs() -> None:
    """Neither has a site nobody asked."""
    assert runs() == []


def test_refused_requests_are_no_runs() -> None:
    """A 404 is neither ok nor failed."""
    assert runs(crowd(0, 50, 404)) == []


def test_failures_between_successes_are_one_run() -> None:
    """A run goes from its first failure to its last."""
    (run,) = runs(crowd(0, 50, 200), crowd(50, 60, 502), crowd(60, 99, 200))
    assert (run.group, len(run.fails), run.successes, run.first.time, run.last.time) == (
        "/",
        10,
        0,
        NOON + timedelta(seconds=50),
        NOON + timedelta(seconds=59),
    )


def test_a_run_knows_the_successes_around_it() -> None:
    """The last request that worked before it and the first behind it bracket it."""
    (run,) = runs(crowd(0, 50, 200), crowd(50, 60, 502), crowd(60, 99, 200))
    assert (run.last_ok, run.next_ok, run.ever_ok) == (
        (NOON + timedelta(seconds=49), Cite("access.log", 50)),
        (NOON + timedelta(seconds=60), Cite("access.log", 61)),
        True,
    )


def test_a_run_at_the_end_has_no_next_success() -> None:
    """What has not recovered says so."""
    (run,) = runs(crowd(0, 50, 200), crowd(50, 60, 502))
    assert run.next_ok is None


def test_a_success_within_is_counted() -> None:
    """One request that works does not end an outage."""
    (run,) = runs(crowd(0, 50, 200), crowd(50, 55, 502), crowd(55, 56, 200), crowd(56, 61, 502), crowd(61, 99, 200))
    assert (len(run.fails), run.successes) == (10, 1)


def test_requests_count_by_their_arrival() -> None:
    """One that came before the recovery and was logged, failed, behind it does not prolong the run past it."""
    late = [Request(70, 504, "late", waited=15)]
    (run,) = runs(crowd(0, 50, 200), crowd(50, 60, 504), crowd(60, 99, 200), late)
    assert (len(run.fails), run.successes, run.next_ok) == (
        11,
        0,
        (NOON + timedelta(seconds=60), Cite("access.log", 61)),
    )


def test_groups_have_runs_of_their_own() -> None:
    """What fails at one endpoint says nothing of the other."""
    found = runs(crowd(0, 50, 200, "/a"), crowd(0, 50, 200, "/b"), crowd(50, 60, 502, "/b"))
    assert [run.group for run in found] == ["/b"]


def test_a_second_run_behind_a_heavy_one_is_found() -> None:
    """Successes that do not make up for a heavy run still part it from a light one."""
    found = runs(crowd(0, 1000, 200), crowd(1000, 1200, 502), crowd(1200, 1400, 200), crowd(1400, 1410, 502))
    assert [(run.first.time, len(run.fails)) for run in found] == [
        (NOON + timedelta(seconds=1000), 200),
        (NOON + timedelta(seconds=1400), 10),
    ]


def test_many_visitors_are_a_burst() -> None:
    """Ten visitors who are all refused are no chance."""
    assert bursts_in(crowd(0, 200, 200), crowd(200, 210, 502), crowd(210, 400, 200)) == 1


def test_a_scanner_alone_is_no_burst() -> None:
    """Nothing that one client asks makes an outage, where it never was served."""
    scans = [Request(200 + index / 10, 502, "scanner") for index in range(500)]
    assert bursts_in(crowd(0, 200, 200), scans, crowd(300, 400, 200)) == 0


def test_a_constant_error_rate_is_no_burst() -> None:
    """What fails one time in five at all times is no failure of any moment."""
    mixed = [Request(index, 502 if index % 5 == 0 else 200, f"c{index}") for index in range(1000)]
    assert bursts_in(mixed) == 0


def test_an_endpoint_that_never_worked_says_so() -> None:
    """A run in a group without a single success may be no outage at all."""
    (run,) = runs(crowd(0, 500, 200, "/a"), crowd(0, 50, 502, "/b"))
    assert (run.group, run.ever_ok, run.last_ok) == ("/b", False, None)


@given(st.lists(st.sampled_from([500, 502, 503, 504, 499]), min_size=1, max_size=200))
def test_a_scanner_never_weighs_more_than_two_failures(statuses: list[int]) -> None:
    """All the failures of a client that was never served weigh at most two."""
    weights = _weights([row("scanner", index, status) for index, status in enumerate(statuses)], set())
    assert sum(weights) <= 2.0


def test_retries_of_a_visitor_count_less_and_less() -> None:
    """The k-th failure in a row counts 1/2^(k-1)."""
    assert _weights([row("a"), row("a", 1), row("a", 2)], set()) == [1.0, 0.5, 0.25]


def test_a_regular_client_counts_one_over_k() -> None:
    """It was served here before: each new refusal still says something."""
    assert _weights([row("a"), row("a", 1), row("a", 2)], {"a"}) == [1.0, 1 / 2, 1 / 3]


def test_visitors_are_counted_each_for_himself() -> None:
    """Another's retries do not make a first failure less."""
    assert _weights([row("a"), row("b"), row("a", 1), row("b", 1)], set()) == [1.0, 1.0, 0.5, 0.5]


@pytest.mark.parametrize(("second", "weight"), [(3600, 0.5), (3601, 1.0)])
def test_an_hour_of_rest_ends_a_row(second: float, weight: float) -> None:
    """Who comes back later is a new witness."""
    assert _weights([row("a"), row("a", second)], set())[1] == weight


def test_a_visitor_who_gave_up_counts_half() -> None:
    """A 499 may be the visitor's own doing."""
    assert _weights([row("a", status=499)], set()) == [0.5]


def test_three_successes_make_a_client_regular() -> None:
    """A monitor that was served before weighs more than a scanner that never was."""
    fails = [Request(200 + index, 502, "monitor") for index in range(3)]
    served = [Request(100 + index, 200, "monitor") for index in range(3)]
    (scanned,), (monitored,) = (
        runs(crowd(0, 100, 200), fails, crowd(300, 400, 200)),
        runs(crowd(0, 100, 200), served, fails, crowd(300, 400, 200)),
    )
    assert [round(fail.weight / run.first.weight, 6) for run in (scanned, monitored) for fail in run.fails] == [
        1.0,
        0.5,
        0.25,
        1.0,
        0.5,
        round(1 / 3, 6),
    ]


def best(scores: list[float]) -> tuple[float, int, int]:
    """The heaviest stretch of scores, the longest of equal ones: (sum, first, last)."""
    sums = [0.0, *accumulate(scores)]
    return max(
        (sums[last + 1] - sums[first], last - first, first)
        for first in range(len(scores))
        for last in range(first, len(scores))
    )


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=12))
def test_the_heaviest_segment_is_among_those_found(parts: list[tuple[int, int]]) -> None:
    """No stretch of failures weighs more than the heaviest maximal segment (Ruzzo and Tompa 1999)."""
    weights = [float(weight) for weight, _ in parts]
    oks = [0, *accumulate(successes for _, successes in parts)][: len(parts)]
    found = _maximal_segments([{"oks": count} for count in oks], weights, 1.0, -1.0)
    scores = [score for weight, successes in parts for score in (weight, *[-1.0] * successes)]
    assert max(score for _, _, score in found) == best(scores)[0]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=30))
def test_every_failure_is_in_one_segment(parts: list[tuple[int, int]]) -> None:
    """Segments follow each other without overlap and leave no failure out: each alone has a positive score."""
    oks = [0, *accumulate(successes for _, successes in parts)][: len(parts)]
    found = _maximal_segments([{"oks": count} for count in oks], [float(weight) for weight, _ in parts], 1.0, -1.0)
    assert [at for first, last, _ in found for at in range(first, last + 1)] == list(range(len(parts)))
