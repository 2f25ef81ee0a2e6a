"""Every face of one report says the same number of failed requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from logforensics.cli.main import run
from tests.outage.scenes import CALLS, Scene, at, every, failing, morning

COUNT = r"([0-9][0-9,]*)"
COUNTS = re.compile(
    f"{COUNT} requests? (?:of|from) [0-9,]+ client|{COUNT} requests? got no answer|failed: {COUNT} request"
    f"|{COUNT} failed request",
    re.IGNORECASE,
)
TIPS = re.compile('<title>.*?</title>|aria-label="[^"]*"')
"""What the bars of the picture tell of their own stretch of time."""


def slow() -> Scene:
    """Requests that came while it was down were answered up to a minute after it was over."""
    return morning(failing(at("09:00:20"), at("09:40"), 504, waited=60.0))


def told_twice() -> Scene:
    """Some failed requests are told of by the error log alone, some by both logs."""
    scene = morning(failing(at("09:00:20"), at("09:40"), 502))
    for number, time in enumerate(every(at("09:01"), at("09:39"), 90)):
        scene.refuse(time, CALLS[0])
        if number % 2:
            scene.ask(time, CALLS[0], (502, 0.0), "198.51.100.7")
    return scene


def cut_off() -> Scene:
    """The access log ends in the middle of it."""
    scene = morning(failing(at("09:00:20"), at("11:00"), 502))
    scene.forget(at("09:30"), at("12:00"), "nginx/access.log")
    return scene


@pytest.mark.parametrize("scene", [slow, told_twice, cut_off])
def test_all_faces_count_the_same_failed_requests(
    scene: Callable[[], Scene], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The sum of what the endpoints failed, wherever a number of failed requests stands."""
    logs = str(scene().write(tmp_path))

    def face(*options: str) -> str:
        assert run(["report", logs, *options, "--quiet"]) == 0
        return capfdbinary.readouterr().out.decode()

    (outage,) = json.loads(face("--json"))["outages"]
    failed = sum(alibi["failures"] for alibi in outage["alibis"] if alibi["kind"] == "endpoint")
    assert outage["impact"]["failed_requests"] == failed > 0
    for options in ((), ("--full",), ("--public",), ("--format", "markdown"), ("--format", "html")):
        numbers = [
            next(filter(None, found)) for found in COUNTS.findall(" ".join(TIPS.sub("", face(*options)).split()))
        ]
        assert (options, {int(number.replace(",", "")) for number in numbers}) == (options, {failed})
