"""Tests how a bracket's edges are set: each cited, each as near to the truth as the lines allow, never beyond it."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.outage.scenes import CALLS, Scene, at, every, failing, morning

DOWN, UP = at("09:00:20"), at("09:40:00")


def paced(status: int = 502) -> Scene:
    """Calls that fail from DOWN to UP, with one of each endpoint every ten seconds around both edges."""
    scene = morning(failing(DOWN, UP, status))
    for middle in (DOWN, UP):
        begin = middle - timedelta(seconds=95)
        for count, time in enumerate(every(begin, middle + timedelta(seconds=95), 10)):
            answer = failing(DOWN, UP, status)(time, CALLS[0])
            for path in CALLS:
                scene.ask(time, path, answer, f"198.51.100.{100 + count}")
    return scene


def test_busy_endpoints_make_narrow_brackets(tmp_path: Path) -> None:
    """Where requests come every ten seconds the brackets are ten seconds wide."""
    outage = paced().outage(tmp_path)
    assert outage.start.earliest is not None
    assert outage.end is not None
    assert outage.end.earliest is not None
    assert outage.start.latest.time - outage.start.earliest.time <= timedelta(seconds=10)
    assert outage.end.latest.time - outage.end.earliest.time <= timedelta(seconds=10)


def test_every_edge_cites_a_line(tmp_path: Path) -> None:
    """An edge without file and line would be a claim."""
    outage = paced().outage(tmp_path)
    assert outage.end is not None
    edges = (outage.start.earliest, outage.start.latest, outage.end.earliest, outage.end.latest)
    assert all(edge is not None and edge.cite is not None for edge in edges)


def test_edges_stand_in_order(tmp_path: Path) -> None:
    """Worked, failed, still failed, works again."""
    outage = paced().outage(tmp_path)
    assert outage.start.earliest is not None
    assert outage.end is not None
    assert outage.end.earliest is not None
    times = [edge.time for edge in (outage.start.earliest, outage.start.latest, outage.end.earliest, outage.end.latest)]
    assert times == sorted(times)


def test_service_manager_dates_the_start(tmp_path: Path) -> None:
    """The service's own death, between the last success and the first failure, is the nearer edge."""
    scene = morning(failing(DOWN, UP, 502))
    died = at("08:59:55")
    scene.forget(at("08:57:00"), DOWN, "nginx/access.log")
    scene.say(died, "systemd[1]", "shop.service: Main process exited, code=dumped, status=11/SEGV")
    assert scene.outage(tmp_path).start.latest.time == died


def test_ready_line_dates_the_end(tmp_path: Path) -> None:
    """The program's own word that it answers comes before the first visitor finds out."""
    outage = said_ready(1, "shop[900]", "Now listening on: http://127.0.0.1:5001").outage(tmp_path)
    assert outage.end is not None
    assert outage.end.latest.time == UP


@pytest.mark.parametrize(
    ("minutes", "program", "message"),
    [
        (20, "shop[900]", "Now listening on: http://127.0.0.1:5001"),
        (1, "sshd[700]", "Server listening on 0.0.0.0 port 22."),
        (1, "postgres[811]", "database system is ready to accept connections"),
    ],
)
def test_ready_line_that_dates_no_end(minutes: int, program: str, message: str, tmp_path: Path) -> None:
    """Where visitors are long in coming all the same, or something else than the service is ready, it ends later."""
    outage = said_ready(minutes, program, message).outage(tmp_path)
    assert outage.end is not None
    assert outage.end.latest.time > UP


def said_ready(minutes: float, program: str, message: str) -> Scene:
    """A service that fails until UP, when a program says that it is ready; the next visitor comes `minutes` later."""
    scene = morning(failing(DOWN, UP, 502))
    scene.forget(UP - timedelta(minutes=2), UP + timedelta(minutes=minutes), "nginx/access.log")
    scene.say(UP, program, message)
    return scene


def test_routine_stop_dates_nothing(tmp_path: Path) -> None:
    """A timer's job that stops every ten minutes also stops near the start, and means nothing."""
    scene = morning(failing(DOWN, UP, 502))
    scene.forget(at("08:57:00"), DOWN, "nginx/access.log")
    for time in every(at("06:08:30"), at("12:00"), 600):
        scene.say(time, "systemd[1]", "Stopped Refresh the package cache.")
    assert scene.outage(tmp_path).start.latest.time == DOWN


def test_504_that_cannot_have_waited_a_minute(tmp_path: Path) -> None:
    """Where the same endpoint succeeded seconds before the first of many 504, only its line's own time is sure."""
    scene = Scene()
    chance = random.Random(1)  # noqa: S311 - who asks, so that nobody asks at a fixed beat
    for time in every(at("08:00:00"), at("10:00:00"), 5):
        broken = DOWN <= time < UP
        scene.ask(time, "/api/cart", (504, 10.0) if broken else (200, 0.0), f"198.51.100.{chance.randint(1, 90)}")
    outage = scene.outage(tmp_path)
    assert outage.end is not None
    assert outage.end.earliest is not None
    assert outage.start.latest.time == DOWN + timedelta(seconds=10)
    assert outage.end.earliest.time <= UP <= outage.end.latest.time


def test_504_of_timers_tell_how_long_they_waited(tmp_path: Path) -> None:
    """Where clients ask at a fixed second of each minute, their 504 come later by the ten seconds they had waited."""
    scene = Scene()
    for time in every(at("08:00:00"), at("10:00:00"), 5):
        broken = DOWN <= time < UP
        scene.ask(time, "/api/cart", (504, 10.0) if broken else (200, 0.0), f"198.51.100.{time.second + 1}")
    assert scene.outage(tmp_path).start.latest.time == DOWN


def test_504_keeps_its_own_time_as_outer_edge(tmp_path: Path) -> None:
    """Beside the instant a minute earlier stands the line's own time, which needs no assumption."""
    start = morning(failing(DOWN, UP, 504, waited=60.0)).outage(tmp_path).start
    (outer,) = start.outer
    assert outer.time - start.latest.time == timedelta(seconds=60)
    assert outer.cite == start.latest.cite


def test_refusal_needs_no_outer_edge(tmp_path: Path) -> None:
    """A 502 was answered at once: there is nothing to assume."""
    assert morning(failing(DOWN, UP, 502)).outage(tmp_path).start.outer == ()


def test_odd_success_does_not_end_it(tmp_path: Path) -> None:
    """While half of the requests get through, one that does is no recovery."""
    scene = morning()
    for count, time in enumerate(every(at("06:00:05"), at("12:00"), 20)):
        bad = DOWN <= time < UP and count % 2 == 0
        scene.ask(time, "/api/pay", (502 if bad else 200, 0.0), f"203.0.113.{count % 150}")
    outage = scene.outage(tmp_path)
    assert outage.end is not None
    assert outage.end.earliest is not None
    assert outage.end.earliest.time >= UP - timedelta(seconds=60)
    assert UP <= outage.end.latest.time <= UP + timedelta(minutes=5)
