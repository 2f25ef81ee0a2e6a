"""Tests the cause class that each kind of evidence leads to, and the lines it cites."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outage.scenes import at, failing, morning

DOWN, UP = at("09:00:20"), at("09:40:00")
OOM = (
    "[10819.123456] Out of memory: Killed process 812 (shop) total-vm:4012340kB, anon-rss:3012340kB, file-rss:0kB, "
    "shmem-rss:0kB, UID:33 pgtables:6012kB oom_score_adj:0"
)


@pytest.mark.parametrize(
    ("status", "waited", "cause"),
    [
        (502, 0.0, "upstream-down"),
        (503, 0.0, "upstream-down"),
        (504, 60.0, "upstream-slow"),
        (499, 20.0, "upstream-slow"),
    ],
)
def test_status_tells_down_from_slow(tmp_path: Path, status: int, waited: float, cause: str) -> None:
    """Refused at once means down; waited for in vain means slow."""
    assert morning(failing(DOWN, UP, status, waited=waited)).outage(tmp_path).cause.kind == cause


def test_bare_500_has_no_known_cause(tmp_path: Path) -> None:
    """An application that answers with errors and says nothing more leaves the cause unknown, and little sure."""
    cause = morning(failing(DOWN, UP, 500)).outage(tmp_path).cause
    assert cause.kind == "unknown"
    assert cause.confidence <= 0.5


def test_error_log_makes_it_surer(tmp_path: Path) -> None:
    """Nginx's own word that the backend refused makes upstream-down surer than the 502s alone."""
    plain, told = morning(failing(DOWN, UP, 502)), morning(failing(DOWN, UP, 502))
    told.refuse(DOWN, "/api/cart")
    before = plain.outage(tmp_path / "plain").cause
    after = told.outage(tmp_path / "told").cause
    assert (before.kind, after.kind) == ("upstream-down", "upstream-down")
    assert after.confidence > before.confidence
    assert "nginx/error.log" in {cite.file for cite in after.evidence}


def test_oom_kill(tmp_path: Path) -> None:
    """A process killed for want of memory just before the 502s is their cause, and its line begins the outage."""
    scene = morning(failing(DOWN, UP, 502))
    scene.say(at("09:00:19"), "kernel", OOM)
    outage = scene.outage(tmp_path)
    assert outage.cause.kind == "out-of-memory"
    assert outage.start.latest.time == at("09:00:19")


def test_oom_kill_of_long_ago_is_no_cause(tmp_path: Path) -> None:
    """A process killed two hours earlier, after which all went well, explains nothing."""
    scene = morning(failing(DOWN, UP, 502))
    scene.say(at("07:00:19"), "kernel", OOM)
    assert scene.outage(tmp_path).cause.kind == "upstream-down"


def test_disk_full(tmp_path: Path) -> None:
    """A program that is told that no space is left names the cause of its errors."""
    scene = morning(failing(DOWN, UP, 500))
    scene.say(at("09:00:30"), "shop[812]", "write /var/lib/shop/cart.db: No space left on device")
    cause = scene.outage(tmp_path).cause
    assert cause.kind == "disk-full"
    assert [cite.file for cite in cause.evidence] == ["syslog"]


def test_read_only_with_kernel_line(tmp_path: Path) -> None:
    """The kernel's own remount line makes the read-only disk all but certain."""
    scene = morning(failing(DOWN, UP, 500))
    scene.say(DOWN, "kernel", "[10820.111112] EXT4-fs (sda1): Remounting filesystem read-only")
    cause = scene.outage(tmp_path).cause
    assert (cause.kind, cause.confidence) == ("disk-read-only", 0.95)
    assert cause.told == DOWN


def test_mount_option_is_no_cause(tmp_path: Path) -> None:
    """errors=remount-ro in a mount line is a setting, not an event."""
    scene = morning(failing(DOWN, UP, 502))
    scene.say(
        DOWN, "kernel", "[10820.1] EXT4-fs (sdb1): mounted filesystem with ordered data mode. Opts: errors=remount-ro"
    )
    assert scene.outage(tmp_path).cause.kind == "upstream-down"


def test_visitor_cannot_name_the_cause(tmp_path: Path) -> None:
    """Words in a request's path are no testimony of the disk."""
    scene = morning(failing(DOWN, UP, 502))
    scene.ask(DOWN, "/?q=Remounting+filesystem+read-only")
    assert scene.outage(tmp_path).cause.kind == "upstream-down"


def test_disk_full_is_told_when_there_is_room_again(tmp_path: Path) -> None:
    """Where no log got a line, the first that could be written says why the others could not."""
    scene = morning()
    scene.forget(DOWN, UP)
    scene.say(UP, "rsyslogd", "file '/var/log/syslog'[7] write error: No space left on device")
    assert scene.outage(tmp_path).cause.kind == "disk-full"


@pytest.mark.parametrize(
    ("between", "orderly"),
    [("Reloaded Shop.", True), ("shop.service: Main process exited, code=killed, status=9/KILL", False)],
)
def test_stopped_and_started_again_is_not_down(tmp_path: Path, between: str, orderly: bool) -> None:
    """A service that was stopped as it began and started as it ended was restarted, unless it was killed for it."""
    scene = morning(failing(DOWN, UP, 502))
    scene.say(DOWN, "systemd[1]", "Stopping Shop...")
    scene.say(at("09:00:22"), "systemd[1]", between)
    scene.say(at("09:00:23"), "systemd[1]", "Stopped Shop.")
    scene.say(at("09:39:59"), "systemd[1]", "Started Shop.")
    cause = scene.outage(tmp_path).cause
    assert (cause.kind, cause.orderly) == ("upstream-down", orderly)
