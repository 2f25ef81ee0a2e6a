"""Tests how boots become outages: power cuts, orderly reboots and panics, with the edges each of them allows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from logforensics.outage.deadlines import PAGE_CACHE
from tests.outage.scenes import Scene, at, holds

CUT = at("09:00:20")


@pytest.fixture
def power_cut() -> Scene:
    """The power fails at CUT; the last half minute never reached the disk; it returns at 10:30."""
    scene = Scene()
    scene.live(at("06:00"), CUT)
    scene.forget(CUT - timedelta(seconds=30), CUT)
    scene.live(scene.boot(at("10:30:00"), replay=True), at("12:00"))
    return scene


@pytest.fixture
def reboot() -> Scene:
    """An orderly reboot: services stop from CUT on, the kernel starts 50 s later."""
    scene = Scene()
    scene.live(at("06:00"), CUT)
    scene.halt(CUT)
    scene.live(scene.boot(at("09:01:10")), at("12:00"))
    return scene


def test_power_cut_is_a_total_power_loss(power_cut: Scene, tmp_path: Path) -> None:
    """A session that ends without a word, and a journal replayed an hour later, are a power cut."""
    outage = power_cut.outage(tmp_path)
    assert (outage.scope, outage.cause.kind) == ("total", "power-loss")


def test_power_cut_holds_the_truth(power_cut: Scene, tmp_path: Path) -> None:
    """The brackets hold the instant of the cut, and that at which the service answered again."""
    assert holds(power_cut.outage(tmp_path), CUT, at("10:30:20"))


def test_power_cut_allows_for_the_page_cache(power_cut: Scene, tmp_path: Path) -> None:
    """The missed cron minute proves the cut only 35 s later: its line may have been written and lost."""
    latest = power_cut.outage(tmp_path).start.latest.time
    due = at("09:00:01")
    assert due + PAGE_CACHE <= latest <= due + PAGE_CACHE + timedelta(seconds=5)


def test_power_cut_began_after_the_last_line(power_cut: Scene, tmp_path: Path) -> None:
    """The last line on disk is the last proof of life, though the missed beat cites the same line."""
    earliest = power_cut.outage(tmp_path).start.earliest
    assert earliest is not None
    assert earliest.time == at("08:59:01")


def test_unclean_boot_is_told(power_cut: Scene, tmp_path: Path) -> None:
    """The session before the boot ended uncleanly."""
    assert [boot.shutdown for boot in power_cut.investigate(tmp_path).boots] == ["unclean"]


def test_clean_reboot_starts_at_the_first_stop(reboot: Scene, tmp_path: Path) -> None:
    """An orderly reboot begins with the first service that is stopped, not with the log's last line."""
    outage = reboot.outage(tmp_path)
    assert outage.start.latest.time == CUT
    assert holds(outage, CUT, at("09:01:30"))


def test_clean_reboot_is_named(reboot: Scene, tmp_path: Path) -> None:
    """Its cause is the clean reboot, and all of the site was down."""
    outage = reboot.outage(tmp_path)
    assert (outage.scope, outage.cause.kind) == ("total", "clean-reboot")


def test_service_start_of_the_boot_is_still_outage(reboot: Scene, tmp_path: Path) -> None:
    """The end is when the service answers, not the kernel's first line: what is being started does not run yet."""
    outage = reboot.outage(tmp_path)
    assert outage.end is not None
    assert outage.end.earliest is not None
    assert outage.end.earliest.time > at("09:01:10")
    assert outage.end.latest.time == at("09:01:30")


def test_panic(tmp_path: Path) -> None:
    """The kernel's own last words name the cause."""
    scene = Scene()
    scene.live(at("06:00"), CUT)
    scene.say(CUT, "kernel", "[10820.111111] Kernel panic - not syncing: Fatal exception in interrupt")
    scene.live(scene.boot(at("09:02:10")), at("12:00"))
    outage = scene.outage(tmp_path)
    assert outage.cause.kind == "kernel-panic"
    assert holds(outage, CUT, at("09:02:30"))


def test_boot_at_the_beginning_is_no_outage(tmp_path: Path) -> None:
    """Logs that begin with a boot tell of no outage: nothing says how long the machine had been off, or that it had."""
    scene = Scene()
    scene.live(scene.boot(at("06:00:00")), at("10:00"))
    assert scene.outages(tmp_path) == ()


def test_machine_without_web_server(tmp_path: Path) -> None:
    """A host that serves nothing is whole again when its ordinary work goes on."""
    scene = Scene()
    scene.live(at("06:00"), CUT, web=False)
    for line in ("Linux version 5.10.0-8-amd64 (debian-kernel@lists.debian.org)", "Command line: ro quiet"):
        scene.say(at("09:30:00"), "kernel", f"[    0.000000] {line}")
    scene.live(at("09:30:10"), at("12:00"), web=False)
    outage = scene.outage(tmp_path)
    assert (outage.scope, outage.cause.kind) == ("total", "power-loss")
    assert outage.end is not None
    assert at("09:30:00") <= outage.end.latest.time <= at("09:32:01")
