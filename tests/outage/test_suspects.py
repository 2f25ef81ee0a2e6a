"""Tests which failed requests make an outage, and which are one client's, everyday's or a moment's."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.outage.scenes import CALLS, Answer, at, every, failing, holds, morning

DOWN, UP = at("09:00:20"), at("09:40:00")


def both(*answers: Answer) -> Answer:
    """The first bad answer of several, else a good one."""

    def answer(time: datetime, path: str) -> tuple[int, float]:
        return next((given for each in answers if (given := each(time, path))[0] != 200), (200, 0.0))

    return answer


@pytest.mark.parametrize(("status", "waited"), [(500, 0.0), (502, 0.0), (503, 0.0), (504, 60.0), (499, 20.0)])
def test_failing_calls_are_an_outage(tmp_path: Path, status: int, waited: float) -> None:
    """Two endpoints that fail for everybody are one partial outage, whatever the status."""
    outage = morning(failing(DOWN, UP, status, waited=waited)).outage(tmp_path)
    assert outage.scope == "partial"
    assert holds(outage, DOWN, UP)


def test_504_counts_from_its_arrival(tmp_path: Path) -> None:
    """Nginx logs a 504 when its minute is over: the request proves the failure a minute earlier."""
    edge = morning(failing(DOWN, UP, 504, waited=60.0)).outage(tmp_path).start.latest
    assert edge.shift == -60.0
    assert edge.time < DOWN + timedelta(minutes=1)


def test_relapse_is_the_same_outage(tmp_path: Path) -> None:
    """What fails again a quarter of an hour later belongs to the same outage."""
    answer = both(failing(DOWN, at("09:20"), 502), failing(at("09:35"), at("09:50"), 502))
    assert holds(morning(answer).outage(tmp_path), DOWN, at("09:50"))


def test_two_apart_are_two(tmp_path: Path) -> None:
    """Two hours of health between two failures make them two outages."""
    first, second = (at("07:30"), at("07:50")), (at("10:00"), at("10:20"))
    found = morning(both(failing(*first, 502), failing(*second, 502))).outages(tmp_path)
    assert [holds(outage, *span) for outage, span in zip(found, (first, second), strict=True)] == [True, True]


def test_ongoing_at_the_end_has_no_end(tmp_path: Path) -> None:
    """What still fails in the last line is not over."""
    assert holds(morning(failing(at("11:00"), at("13:00"), 502)).outage(tmp_path), at("11:00"), None)


def test_under_way_at_the_beginning_has_no_earliest_start(tmp_path: Path) -> None:
    """What fails from the first line on began before the logs did."""
    outage = morning(failing(at("05:00"), at("07:00"), 502)).outage(tmp_path)
    assert outage.start.earliest is None
    assert holds(outage, at("05:59:59"), at("07:00"))


def test_one_scanner_is_no_outage(tmp_path: Path) -> None:
    """900 errors provoked by one address are that address's affair."""
    scene = morning()
    for count, time in enumerate(every(at("09:00"), at("09:30"), 2)):
        scene.ask(time, CALLS[count % 2], (500 if count % 3 else 404, 0.0), "203.0.113.66", "python-requests/2.28")
    assert scene.outages(tmp_path) == ()


def test_scanner_of_paths_that_never_were_is_no_outage(tmp_path: Path) -> None:
    """Many addresses that ask for what never existed get errors and prove nothing."""
    scene = morning()
    for count, time in enumerate(every(at("09:00"), at("09:30"), 3)):
        scene.ask(time, f"/wp-{count % 40}.php", (502 if count % 2 else 404, 0.0), f"203.0.113.{count % 200}")
    assert scene.outages(tmp_path) == ()


@pytest.mark.parametrize("percent", [1, 3])
def test_constant_share_of_errors_is_no_outage(tmp_path: Path, percent: int) -> None:
    """Errors spread evenly over the day are how this site is."""

    def answer(time: datetime, path: str) -> tuple[int, float]:
        unlucky = zlib.crc32(time.isoformat().encode()) % 100 < percent
        return (500 if unlucky and path in CALLS else 200), 0.0

    assert morning(answer).outages(tmp_path) == ()


def test_moment_of_a_deploy_is_no_outage(tmp_path: Path) -> None:
    """Three requests that fail within five seconds are over before anybody has reloaded the page."""
    scene = morning()
    for seconds in (1, 2, 4):
        scene.ask(DOWN + timedelta(seconds=seconds), CALLS[0], (502, 0.0), f"198.51.100.{seconds}")
    assert scene.outages(tmp_path) == ()


def test_impatient_visitors_are_no_outage(tmp_path: Path) -> None:
    """Visitors who leave now and then (499) do so on any day."""
    scene = morning()
    for count, time in enumerate(every(at("06:10"), at("12:00"), 1200)):
        scene.ask(time, CALLS[0], (499, 1.0), f"198.51.100.{count + 100}")
    assert scene.outages(tmp_path) == ()


@pytest.mark.parametrize(("agent", "found"), [("kube-probe/1.29", 0), ("ELB-HealthChecker/2.0", 0), ("curl/8.5.0", 1)])
def test_readiness_that_only_load_balancers_ask_for_is_no_service(tmp_path: Path, agent: str, found: int) -> None:
    """Their checks are answered 503 for an hour while visitors are served; any other client's calls are a service."""
    scene = morning()
    for time in every(at("06:00"), at("12:00"), 10):
        scene.ask(time, "/readyz", (503 if at("09:00") <= time < at("10:00") else 200, 0.0), "192.0.2.5", agent)
    assert len(scene.outages(tmp_path)) == found
