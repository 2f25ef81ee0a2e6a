"""Web lines become outcomes: what worked, what failed, and since when a failing request had waited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.outcomes import PATIENCE, PROXY_READ_TIMEOUT, read_timeout, web_outcomes

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SCHEMA: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),
    "source": pl.Categorical(),
    "file": pl.Categorical(),
    "line": pl.UInt32(),
    "status": pl.UInt16(),
    "method": pl.Categorical(),
    "endpoint": pl.Categorical(),
    "client": pl.Categorical(),
    "agent": pl.Categorical(),
    "request_time": pl.Float64(),
}


def events(*rows: tuple[int | None, float | None], endpoints: tuple[str | None, ...] = ()) -> pl.DataFrame:
    """Web lines of (status, request_time), a second apart."""
    asked = endpoints or ("/",) * len(rows)
    return pl.DataFrame(
        [
            (NOON + timedelta(seconds=at), "access.log", "access.log", at + 1, status, "GET", asked[at], "c", "a", took)
            for at, (status, took) in enumerate(rows)
        ],
        schema=SCHEMA,
        orient="row",
    )


def verdict(status: int, took: float | None = None) -> tuple[bool, bool]:
    """Whether a request is ok, and whether it failed."""
    return web_outcomes(events((status, took))).select("ok", "failed").row(0)


def waits(*rows: tuple[int | None, float | None], timed: bool = True) -> list[float]:
    """Seconds that each request had waited when it was logged."""
    frame = events(*rows) if timed else events(*rows).drop("request_time")
    found = web_outcomes(frame)
    return (found["time"] - found["began"]).dt.total_seconds(fractional=True).to_list()


@pytest.mark.parametrize("status", [200, 204, 301, 304, 399])
def test_an_answered_request_is_ok(status: int) -> None:
    """2xx and 3xx are what a visitor wanted."""
    assert verdict(status) == (True, False)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 499])
def test_a_request_the_site_failed_is_failed(status: int) -> None:
    """The site's own failures, and the visitor who gave up."""
    assert verdict(status) == (False, True)


@pytest.mark.parametrize("status", [100, 400, 401, 404, 429, 501, 505, 507])
def test_a_refused_request_is_neither(status: int) -> None:
    """It says nothing of the site's health, but the server lives."""
    assert verdict(status) == (False, False)


def test_an_impatient_visitor_is_no_failure() -> None:
    """A 499 before PATIENCE is over says more of the visitor."""
    assert verdict(499, PATIENCE - 0.001) == (False, False)


def test_a_patient_visitor_is_one() -> None:
    """A 499 after it counts."""
    assert verdict(499, PATIENCE) == (False, True)


def test_a_quick_error_is_a_failure_all_the_same() -> None:
    """Patience is a matter of the 499 alone."""
    assert verdict(502, 0.001) == (False, True)


def test_a_request_came_as_long_before_its_line_as_it_took() -> None:
    """The time taken is the log's."""
    assert waits((200, 1.5)) == [1.5]


def test_a_timeout_came_a_minute_before_its_line() -> None:
    """A log that tells no times has 504s of nginx's default."""
    assert waits((504, None), (200, None)) == [PROXY_READ_TIMEOUT, 0.0]


def test_a_log_without_the_column_is_treated_alike() -> None:
    """Whether the format has times at all makes no difference."""
    assert waits((504, None), (200, None), timed=False) == [PROXY_READ_TIMEOUT, 0.0]


def test_an_untimed_timeout_takes_the_logs_own_shortest() -> None:
    """Where other 504s tell how long they took, the shortest is the limit that was set."""
    assert waits((504, 90.5), (504, 30.25), (504, None)) == [90.5, 30.25, 30.25]


def test_a_timeout_of_no_time_tells_no_limit() -> None:
    """A 504 at once came from elsewhere."""
    assert read_timeout(events((504, 0.0))) == PROXY_READ_TIMEOUT


def test_other_statuses_tell_no_limit() -> None:
    """Only a 504 has waited for the limit."""
    assert read_timeout(events((200, 7.0), (502, 3.0))) == PROXY_READ_TIMEOUT


def test_lines_without_a_status_are_no_requests() -> None:
    """Other logs' lines are left out."""
    assert web_outcomes(events((None, None), (200, None)))["line"].to_list() == [2]


def test_no_requests_are_an_empty_frame_of_the_same_columns() -> None:
    """An analyser need not ask whether there was a web log."""
    assert web_outcomes(events((None, None))).schema == web_outcomes(events((200, None))).schema


def test_endpoints_that_differ_in_an_id_are_one_group() -> None:
    """Groups are folded endpoints."""
    found = web_outcomes(events(*[(200, None)] * 9, endpoints=(*(f"/user/{index}" for index in range(8)), "/about")))
    assert found["group"].to_list() == ["/user/*"] * 8 + ["/about"]


def test_a_request_that_is_none_belongs_to_the_root() -> None:
    """Bytes that hold no target are counted at "/"."""
    assert web_outcomes(events((400, None), endpoints=(None,)))["group"].to_list() == ["/"]


@given(st.lists(st.tuples(st.integers(100, 599), st.none() | st.floats(0, 1000)), min_size=1))
def test_no_request_is_both_and_none_comes_after_its_line(rows: list[tuple[int, float | None]]) -> None:
    """Every request is kept; ok and failed exclude each other; began is never later than time."""
    found = web_outcomes(events(*rows))
    wrong = found.filter((pl.col("ok") & pl.col("failed")) | (pl.col("began") > pl.col("time")))
    assert (found.height, wrong.height) == (len(rows), 0)
