"""Tests what an outage cost: failed requests, clients, requests that never came; and the first human trace."""

from __future__ import annotations

from pathlib import Path

from logforensics.outage.model import Impact
from tests.outage.scenes import CALLS, Scene, at, every, failing, morning


def steady(scene: Scene, day: int, *, broken: bool = False) -> None:
    """A visit each two minutes from 06:00 to 12:00; if `broken`, from 09:00 to 10:00 a third of them, all in vain."""
    for count, time in enumerate(every(at("06:00:30", day), at("12:00", day), 120)):
        bad = broken and at("09:00", day) <= time < at("10:00", day)
        if not bad or count % 3 == 0:
            scene.ask(time, CALLS[count % 2], (502 if bad else 200, 0.0), client=f"198.51.100.{count % 90}")


def impact(scene: Scene, folder: Path) -> Impact:
    """What the one outage cost."""
    found = scene.outage(folder).impact
    assert found is not None
    return found


def test_failed_requests_and_clients_are_counted(tmp_path: Path) -> None:
    """Ten requests of five clients failed, and no other."""
    scene = morning(failing(at("09:00"), at("09:20"), 200))
    for count, time in enumerate(every(at("09:00:05"), at("09:20"), 120)):
        scene.ask(time, "/api/pay", (502, 0.0), f"203.0.113.{count % 5}")
    for time in (*every(at("06:00:05"), at("09:00"), 120), *every(at("09:22"), at("12:00"), 120)):
        scene.ask(time, "/api/pay", client="203.0.113.9")
    found = impact(scene, tmp_path)
    assert (found.failed_requests, found.clients) == (10, 5)


def test_requests_that_never_came_are_estimated_from_other_days(tmp_path: Path) -> None:
    """Where 30 visits are usual and 10 came, some 20 never came; less those beyond the proven edges."""
    scene = Scene()
    for day in (2, 3, 4, 5):
        steady(scene, day, broken=day == 4)
    found = impact(scene, tmp_path)
    assert found.failed_requests == 10
    assert found.missing_requests is not None
    assert 16 <= found.missing_requests <= 20
    assert found.missing_range is not None
    assert found.missing_range[0] <= found.missing_requests <= found.missing_range[1]


def test_without_another_day_nothing_is_estimated(tmp_path: Path) -> None:
    """One morning alone cannot tell what a usual morning brings."""
    found = impact(morning(failing(at("09:00"), at("09:40"), 502)), tmp_path)
    assert (found.missing_requests, found.missing_range) == (None, None)


def test_first_login_since_it_began_is_the_detection(tmp_path: Path) -> None:
    """The earliest trace of a person is the first login after the start, not one before it."""
    scene = morning(failing(at("09:00:20"), at("09:40"), 502))
    for clock in ("08:30:00", "09:31:00", "09:35:00"):
        scene.say(at(clock), "sshd[4100]", "Accepted publickey for anna from 192.0.2.50 port 50022 ssh2", "auth.log")
    detection = scene.outage(tmp_path).detection
    assert detection is not None
    assert detection.time == at("09:31:00")
    assert str(detection.cite) == "auth.log:2"


def test_without_a_login_there_is_no_detection(tmp_path: Path) -> None:
    """Where nobody logged in, nobody is made up."""
    assert morning(failing(at("09:00:20"), at("09:40"), 502)).outage(tmp_path).detection is None
