"""Tests the verdict as a whole: scope, plans, empty folders, and that the same lines always give the same answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from logforensics.errors import LogForensicsError
from logforensics.outage.findings import Investigation
from tests.outage.scenes import PAGES, Scene, at, failing, morning

DOWN, UP = at("09:00:20"), at("09:40:00")


def rebooted(*words: str) -> Scene:
    """An orderly reboot; `words` are logged by logind five minutes ahead."""
    scene = Scene()
    scene.live(at("06:00"), DOWN)
    for word in words:
        scene.say(DOWN - timedelta(minutes=5), "systemd-logind[300]", word)
    scene.halt(DOWN)
    scene.live(scene.boot(DOWN + timedelta(seconds=50)), at("12:00"))
    return scene


def test_announced_shutdown_is_planned(tmp_path: Path) -> None:
    """A reboot that was announced is an outage, and was meant."""
    assert rebooted("Creating /run/nologin, blocking further logins...").outage(tmp_path).planned


def test_unannounced_reboot_is_not_planned(tmp_path: Path) -> None:
    """An orderly reboot alone does not show that anybody had planned it."""
    assert not rebooted().outage(tmp_path).planned


def test_failing_calls_are_no_plan(tmp_path: Path) -> None:
    """An outage without a reboot is not planned by words about maintenance."""
    scene = morning(failing(DOWN, UP, 502))
    scene.say(DOWN, "shop[812]", "scheduled maintenance of the cache finished")
    assert not scene.outage(tmp_path).planned


def test_blind_spots_are_collected(tmp_path: Path) -> None:
    """The verdict's blind spots are those of its outages."""
    found = morning(failing(DOWN, UP, 502)).investigate(tmp_path)
    assert found.blind_spots == found.outages[0].blind_spots
    assert found.blind_spots


def test_power_cut_serves_nobody_though_a_page_failed_before(tmp_path: Path) -> None:
    """What was served before a power cut does not make the outage partial."""
    scene = Scene()
    scene.live(at("06:00"), DOWN)
    scene.ask(DOWN - timedelta(seconds=5), PAGES[1], (500, 0.0))
    scene.live(scene.boot(at("10:30:00"), replay=True), at("12:00"))
    assert scene.outage(tmp_path).scope == "total"


def test_two_kinds_of_outage_are_told_apart(tmp_path: Path) -> None:
    """A backend that fails in the morning and a reboot at noon are two outages with a cause each."""
    scene = Scene()
    scene.live(at("06:00"), at("11:00:20"), failing(at("07:00"), at("07:40"), 502))
    scene.halt(at("11:00:20"))
    scene.live(scene.boot(at("11:01:10")), at("13:00"))
    assert [outage.cause.kind for outage in scene.outages(tmp_path)] == ["upstream-down", "clean-reboot"]


def test_same_lines_same_answer(tmp_path: Path) -> None:
    """Two folders with the same lines give the same verdict to the last edge."""
    first = morning(failing(DOWN, UP, 502)).investigate(tmp_path / "a")
    assert morning(failing(DOWN, UP, 502)).investigate(tmp_path / "b") == first


def test_one_line_is_no_outage(tmp_path: Path) -> None:
    """A single line is read, and nothing is made of it."""
    scene = Scene()
    scene.say(at("09:00"), "CRON[1]", "(root) CMD (true)")
    assert scene.investigate(tmp_path) == Investigation((), (), (), (), (), ())


def test_one_failed_request_is_no_outage(tmp_path: Path) -> None:
    """One 502 is one 502."""
    scene = morning()
    scene.ask(at("09:00"), "/api/pay", (502, 0.0))
    assert scene.outages(tmp_path) == ()


def test_folder_without_logs_is_refused(tmp_path: Path) -> None:
    """An empty folder is an error of its own, not an all-clear."""
    with pytest.raises(LogForensicsError):
        Scene().outages(tmp_path)
