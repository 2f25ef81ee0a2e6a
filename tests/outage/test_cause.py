"""Tests the cause class that each kind of evidence leads to, and the lines it cites."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outage.scenes import CALLS, PAGES, Scene, at, every, failing, morning

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
    ("between", "form"),
    [("Reloaded Shop.", "restarted"), ("shop.service: Main process exited, code=killed, status=9/KILL", "")],
)
def test_stopped_and_started_again_is_not_down(tmp_path: Path, between: str, form: str) -> None:
    """A service that was stopped as it began and started as it ended was restarted, unless it was killed for it."""
    scene = morning(failing(DOWN, UP, 502))
    scene.say(DOWN, "systemd[1]", "Stopping Shop...")
    scene.say(at("09:00:22"), "systemd[1]", between)
    scene.say(at("09:00:23"), "systemd[1]", "Stopped Shop.")
    scene.say(at("09:39:59"), "systemd[1]", "Started Shop.")
    cause = scene.outage(tmp_path).cause
    assert (cause.kind, cause.form) == ("upstream-down", form)


FULL = "FATAL:  sorry, too many clients already"
NAMELESS = "warning: host not found: mail.example.net: Temporary failure in name resolution"


@pytest.mark.parametrize(
    ("message", "kind", "form"), [(FULL, "upstream-down", "database"), (NAMELESS, "network-loss", "names")]
)
def test_what_an_application_needs_is_the_cause_of_its_errors(
    tmp_path: Path, message: str, kind: str, form: str
) -> None:
    """Bare 500s, while a program says that the database takes no connections, or that there are no names."""
    scene = morning(failing(DOWN, UP, 500))
    for minute in range(5, 35, 10):
        scene.say(at(f"09:{minute:02d}"), "postgres[811]", message)
    cause = scene.outage(tmp_path).cause
    assert (cause.kind, cause.form, cause.told) == (kind, form, at("09:05"))


def test_complaints_that_were_there_before_explain_nothing(tmp_path: Path) -> None:
    """A program that found the database full all morning does so during the outage as well."""
    scene = morning(failing(DOWN, UP, 500))
    for time in every(at("06:05"), at("12:00"), 600):
        scene.say(time, "postgres[811]", FULL)
    assert scene.outage(tmp_path).cause.kind == "unknown"


def test_web_server_whose_processes_die_is_down(tmp_path: Path) -> None:
    """No request is logged any more, for each kills the process that has it, as the error log says."""
    scene = Scene()
    scene.live(at("06:00"), at("12:00"), web=False)
    scene.live(at("06:00"), DOWN, log=False)
    scene.live(UP, at("12:00"), log=False)
    for time in every(DOWN, UP, 45):
        died = "[alert] 7#7: worker process 4455 exited on signal 11 (core dumped)"
        scene.put("nginx/error.log", time, f"{time:%Y/%m/%d %H:%M:%S} {died}")
    assert scene.outage(tmp_path).cause.kind == "web-server-down"


def test_what_was_announced_is_no_breakdown(tmp_path: Path) -> None:
    """503s after the announcement of a maintenance are that maintenance, and cite its line."""
    scene = morning(failing(DOWN, UP, 503, PAGES + CALLS))
    scene.say(at("08:55"), "root", "planned maintenance window begins")
    outage = scene.outage(tmp_path)
    assert (outage.planned, outage.cause.form) == (True, "maintenance")
    assert "it had been announced" in outage.cause.reasons
