"""Tests why each source was silent: every gap is given the most direct explanation there is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.outage.scenes import Scene, at, every, morning

DOWN, UP = at("09:00:20"), at("10:30:00")


def causes(scene: Scene, folder: Path) -> dict[str, str]:
    """The cause of each source's only gap."""
    gaps = scene.investigate(folder).gaps
    assert len(gaps) == len({gap.source for gap in gaps})
    return {gap.source: gap.cause for gap in gaps}


def interrupted() -> Scene:
    """Everything is silent from DOWN to UP."""
    scene = Scene()
    scene.live(at("06:00"), DOWN)
    return scene


def test_boot_in_a_gap_is_a_reboot(tmp_path: Path) -> None:
    """Both logs are silent because the machine was off."""
    scene = interrupted()
    scene.live(scene.boot(UP, replay=True), at("12:00"))
    assert causes(scene, tmp_path) == {"syslog": "reboot", "nginx/access.log": "reboot"}


def test_sleep_in_a_gap_is_suspended(tmp_path: Path) -> None:
    """Both logs are silent because the machine slept."""
    scene = interrupted()
    scene.say(DOWN, "kernel", "[10820.111111] PM: suspend entry (s2idle)")
    scene.say(UP, "kernel", "[10821.111111] PM: suspend exit")
    scene.live(UP, at("12:00"))
    assert set(causes(scene, tmp_path).values()) == {"suspended"}


def test_read_only_filesystem(tmp_path: Path) -> None:
    """The log is silent because its filesystem was read-only until the reboot."""
    scene = interrupted()
    scene.say(DOWN, "kernel", "[10820.111112] EXT4-fs (sda1): Remounting filesystem read-only")
    scene.live(DOWN, UP, log=False)
    for time in every(at("06:00:07"), DOWN, 97):
        scene.put("shop.log", time, f"{time:%Y-%m-%d %H:%M:%S}.1234|INFO|Shop.Store||5-|Stored 12 of 12 orders.")
    scene.live(scene.boot(UP, replay=True), at("12:00"))
    assert causes(scene, tmp_path) == {"syslog": "filesystem-read-only"}


def test_rate_limit(tmp_path: Path) -> None:
    """The daemon itself says that it dropped messages."""
    scene = morning()
    scene.forget(at("08:00"), at("08:40"), "syslog")
    scene.say(at("08:40"), "rsyslogd", "imuxsock[pid 700]: 4711 messages lost due to rate-limiting")
    assert causes(scene, tmp_path) == {"syslog": "rate-limit"}


def test_rotation_seam(tmp_path: Path) -> None:
    """A silence that lies just where one file ends and the next begins is the rotation's."""
    scene = morning()
    scene.forget(at("08:00"), at("08:40"), "syslog")
    lines = scene.files.pop("syslog")
    scene.files["syslog.1"] = [line for line in lines if line[0] < at("08:20")]
    scene.files["syslog"] = [line for line in lines if line[0] > at("08:20")]
    assert causes(scene, tmp_path) == {"syslog": "rotation-seam"}


def test_quiet_hours_under_a_threshold(tmp_path: Path) -> None:
    """A pause that is not even rare for its source is reported when it is asked for, as quiet hours."""
    scene = morning()
    gaps = scene.investigate(tmp_path, threshold=150.0).gaps
    assert gaps
    commonest = min(gaps, key=lambda gap: gap.improbability or 0.0)
    assert (commonest.source, commonest.cause) == ("nginx/access.log", "quiet-hours")


def test_stop_within_an_outage(tmp_path: Path) -> None:
    """A web server that was stopped wrote nothing because it did not run."""
    scene = Scene()
    scene.live(at("06:00"), at("12:00"), web=False)
    scene.live(at("06:00"), DOWN, log=False)
    scene.live(UP, at("12:00"), log=False)
    scene.say(DOWN, "systemd[1]", "Stopped The nginx web server.")
    scene.say(UP - timedelta(seconds=5), "systemd[1]", "Started The nginx web server.")
    assert causes(scene, tmp_path) == {"nginx/access.log": "stopped"}


def test_unexplained_gap_is_unknown(tmp_path: Path) -> None:
    """One source that falls silent in the middle of its file, while all else goes on, is left unexplained."""
    scene = morning()
    scene.forget(at("08:00"), at("08:40"), "syslog")
    assert causes(scene, tmp_path) == {"syslog": "unknown"}
