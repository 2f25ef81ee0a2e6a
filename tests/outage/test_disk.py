"""Tests how a disk that dies is found by who falls silent together, with and without the kernel's word."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.outage.scenes import Scene, at, every, failing, holds, well

DIED, STARTED = at("09:00:20"), at("11:00:00")
READY = at("11:00:20")


def store(scene: Scene, begin: datetime, end: datetime) -> None:
    """A second writer on the same disk: the shop's own log, a line each 97 s."""
    for time in every(begin, end, 97):
        scene.put(
            "shop/shop.log", time, f"{time:%Y-%m-%d %H:%M:%S}.1234|INFO|Shop.Store.Ledger||5-|Stored 12 of 12 orders."
        )


def dead_disk(*, writers: int = 2, kernel: bool = False, calls_fail: bool = False) -> Scene:
    """The disk under /var/log (and the shop's log, if `writers` is 2) dies; the web server goes on till the reboot."""
    scene = Scene()
    scene.live(at("06:00"), DIED)
    if kernel:
        scene.say(
            DIED, "kernel", "[10820.1] EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm cron: reading"
        )
        scene.say(DIED, "kernel", "[10820.2] EXT4-fs (sda1): Remounting filesystem read-only")
    scene.live(DIED, STARTED, failing(DIED, STARTED, 504, waited=60.0) if calls_fail else well, log=False)
    scene.live(scene.boot(STARTED, replay=True), at("12:30"))
    store(scene, at("06:00:07"), DIED if writers > 1 else STARTED)
    store(scene, READY + timedelta(seconds=3), at("12:30"))
    return scene


@pytest.mark.parametrize("calls_fail", [False, True])
@pytest.mark.parametrize("kernel", [False, True])
def test_dead_disk(tmp_path: Path, *, kernel: bool, calls_fail: bool) -> None:
    """Two writers silent together from one instant until the reboot: a read-only disk, whoever else says so."""
    outage = dead_disk(kernel=kernel, calls_fail=calls_fail).outage(tmp_path)
    assert (outage.scope, outage.cause.kind) == ("partial", "disk-read-only")
    assert holds(outage, DIED, READY)


def test_kernel_word_makes_it_surer(tmp_path: Path) -> None:
    """Inferred from silence it is likely; said by the kernel it is all but certain."""
    silent = dead_disk().outage(tmp_path / "silent").cause
    told = dead_disk(kernel=True).outage(tmp_path / "told").cause
    assert silent.confidence < told.confidence


def test_kernel_word_is_no_proof_of_health(tmp_path: Path) -> None:
    """The line that tells of the read-only filesystem begins the outage; it is no proof that all still worked."""
    start = dead_disk(kernel=True).outage(tmp_path).start
    assert start.latest.time == DIED
    assert start.earliest is not None
    assert start.earliest.time < DIED


def test_dead_disk_begins_when_its_writers_fall_silent(tmp_path: Path) -> None:
    """Without the kernel's word the missed cron minute dates it, the page cache allowed for."""
    start = dead_disk().outage(tmp_path).start
    assert start.earliest is not None
    assert start.earliest.time == at("09:00:01")
    assert start.latest.time <= at("09:01:01") + timedelta(seconds=40)


def test_silent_sources_are_told(tmp_path: Path) -> None:
    """Those that fell silent are listed as silent, those that went on as working."""
    alibis = {alibi.name: alibi.verdict for alibi in dead_disk().outage(tmp_path).alibis if alibi.kind == "source"}
    assert alibis == {"syslog": "silent", "shop/shop.log": "silent", "nginx/access.log": "working"}


def test_one_silent_writer_is_no_dead_disk(tmp_path: Path) -> None:
    """The syslog daemon alone may have died for reasons of its own: the reboot itself is the only outage."""
    outage = dead_disk(writers=1).outage(tmp_path)
    assert outage.cause.kind != "disk-read-only"
    assert outage.start.latest.time > at("10:30")
