"""Tests the blind-spot verdict: which clients are monitors, and which of them saw nothing."""

from __future__ import annotations

from pathlib import Path

from tests.outage.scenes import BROWSER, CALLS, ROBOT, Scene, at, every, failing, morning

DOWN, UP = at("09:00:20"), at("10:00:00")


def down() -> Scene:
    """A morning on which the backend's calls fail for an hour, and the monitor asks for the start page only."""
    return morning(failing(DOWN, UP, 502))


def test_monitor_that_saw_nothing_is_a_blind_spot(tmp_path: Path) -> None:
    """Twelve of twelve probes of "/" were answered well while the calls failed."""
    (spot,) = down().outage(tmp_path).blind_spots
    assert (spot.agent, spot.client, spot.target) == (ROBOT, "192.0.2.9", "/")
    assert (spot.seen, spot.passed) == (12, 12)


def test_monitor_period_is_measured(tmp_path: Path) -> None:
    """The monitor's period is that of its calls."""
    (spot,) = down().outage(tmp_path).blind_spots
    assert spot.period == 300.0


def test_advice_names_what_failed(tmp_path: Path) -> None:
    """The probe that would have caught it asks for an endpoint that failed."""
    outage = down().outage(tmp_path)
    (spot,) = outage.blind_spots
    assert outage.affected[0] in spot.advice


def test_monitor_that_saw_it_is_none(tmp_path: Path) -> None:
    """A monitor whose probes failed did its duty."""
    outage = morning(failing(DOWN, UP, 502, (*CALLS, "/"))).outage(tmp_path)
    assert outage.blind_spots == ()


def test_tool_that_calls_by_the_clock_is_a_monitor(tmp_path: Path) -> None:
    """A bare tool that asks the same each minute is a probe without saying so."""
    scene = down()
    for time in every(at("06:00:05"), at("12:00"), 60):
        scene.ask(time, "/about", client="192.0.2.77", agent="curl/7.74.0")
    assert "curl/7.74.0" in {spot.agent for spot in scene.outage(tmp_path).blind_spots}


def test_visitor_is_no_monitor(tmp_path: Path) -> None:
    """A page left open that reloads itself by the clock is a visitor's browser."""
    scene = down()
    for time in every(at("06:00:05"), at("12:00"), 60):
        scene.ask(time, "/about", client="198.51.100.200", agent=BROWSER)
    assert [spot.agent for spot in scene.outage(tmp_path).blind_spots] == [ROBOT]


def test_tool_that_calls_at_random_is_no_monitor(tmp_path: Path) -> None:
    """Somebody's script, run by hand now and then, watches nothing."""
    scene = down()
    for clock in ("06:11", "07:48", "09:05", "09:52", "11:30"):
        scene.ask(at(clock), "/about", client="198.51.100.201", agent="curl/7.74.0")
    assert [spot.agent for spot in scene.outage(tmp_path).blind_spots] == [ROBOT]
