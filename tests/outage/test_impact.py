"""Tests what an outage cost: failed requests, clients, requests that never came; and the first human trace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings, strategies

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


def test_a_client_that_no_log_names_is_not_counted(tmp_path: Path) -> None:
    """Two requests of one client, and two of which only the error log tells, of that same client and of nobody."""
    scene = morning(failing(at("09:00"), at("09:20"), 200))
    for clock in ("09:00:05", "09:10:05"):
        scene.ask(at(clock), "/api/pay", (502, 0.0), "198.51.100.7")
    scene.refuse(at("09:05:05"), "/api/pay")
    text = "[error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream"
    upstream = 'request: "GET /api/pay HTTP/1.1", upstream: "http://127.0.0.1:5001/api/pay"'
    scene.put("nginx/error.log", at("09:07:05"), f"2021/03/02 09:07:05 {text}, client: unix:, server: x, {upstream}")
    for time in (*every(at("06:00:05"), at("09:00"), 120), *every(at("09:22"), at("12:00"), 120)):
        scene.ask(time, "/api/pay", client="203.0.113.9")
    found = impact(scene, tmp_path)
    assert (found.failed_requests, found.clients) == (4, 1)


@settings(max_examples=12, deadline=None)
@given(
    minutes=strategies.integers(2, 40),
    answer=strategies.sampled_from([(502, 0.0), (503, 7.0), (504, 60.0), (499, 20.0)]),
    seconds=strategies.integers(2, 15),
    relapse=strategies.booleans(),
)
def test_what_failed_is_the_sum_over_the_endpoints(
    minutes: int, answer: tuple[int, float], seconds: int, relapse: bool
) -> None:
    """Whenever the requests that came ended, and however often it came back."""
    scene = Scene()
    downs = [(at("09:00"), at("09:00") + timedelta(minutes=minutes))]
    if relapse:
        downs.append((downs[0][1] + timedelta(minutes=9), downs[0][1] + timedelta(minutes=9 + minutes)))
    for count, time in enumerate(every(at("08:00"), at("11:00"), seconds)):
        bad = any(begin <= time < end for begin, end in downs)
        scene.ask(time, CALLS[count % 2], answer if bad else (200, 0.0), f"198.51.100.{count % 90}")
    with TemporaryDirectory() as folder:
        for outage in scene.outages(Path(folder)):
            assert outage.impact is not None
            told = sum(alibi.failures for alibi in outage.alibis if alibi.kind == "endpoint")
            assert outage.impact.failed_requests == told > 0


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
