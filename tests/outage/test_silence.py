"""Tests how silences become outages, and which of them do not."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from logforensics.analysis.columns import read_for_analysis
from logforensics.outage.verdict import investigate
from logforensics.settings import Recorded, Settings
from tests.outage.scenes import CALLS, PAGES, Scene, at, every, holds, morning

DOWN, UP = at("09:00:20"), at("10:00:20")


@pytest.fixture
def unreached() -> Scene:
    """No request reaches the web server from DOWN to UP; cron goes on."""
    scene = Scene()
    scene.live(at("06:00"), at("12:00"), web=False)
    scene.live(at("06:00"), DOWN, log=False)
    scene.live(UP, at("12:00"), log=False)
    return scene


def test_quiet_morning_is_no_outage(tmp_path: Path) -> None:
    """An ordinary morning has neither outages nor gaps."""
    found = morning().investigate(tmp_path)
    assert (found.outages, found.gaps) == ((), ())


def test_link_down_is_network_loss(unreached: Scene, tmp_path: Path) -> None:
    """Web traffic that stops while the kernel reports its link down is a loss of the network."""
    unreached.say(DOWN, "kernel", "[10820.111111] e1000e: eth0 NIC Link is Down")
    unreached.say(UP, "kernel", "[14420.111111] e1000e: eth0 NIC Link is Up 1000 Mbps Full Duplex")
    outage = unreached.outage(tmp_path)
    assert (outage.scope, outage.cause.kind) == ("total", "network-loss")
    assert holds(outage, DOWN, UP)


def test_complaints_are_network_loss(unreached: Scene, tmp_path: Path) -> None:
    """Without a word of the link, programs that reach nobody either speak for the network."""
    for time in every(at("09:10"), at("10:00"), 600):
        unreached.say(
            time, "systemd-timesyncd[311]", "Timed out waiting for reply from 192.0.2.123:123 (ntp.example.net)."
        )
    assert unreached.outage(tmp_path).cause.kind == "network-loss"


def test_stopped_web_server(unreached: Scene, tmp_path: Path) -> None:
    """A web server that was killed, in the service manager's words, is down; its start ends the outage."""
    unreached.say(DOWN, "systemd[1]", "nginx.service: Main process exited, code=killed, status=9/KILL")
    unreached.say(DOWN, "systemd[1]", "nginx.service: Failed with result 'signal'.")
    unreached.say(UP, "systemd[1]", "Started The nginx web server.")
    outage = unreached.outage(tmp_path)
    assert (outage.scope, outage.cause.kind) == ("total", "web-server-down")
    assert holds(outage, DOWN, UP)
    assert outage.start.latest.time == DOWN


def test_silence_without_a_word_is_found_by_the_monitor(unreached: Scene, tmp_path: Path) -> None:
    """Nobody says anything; the monitor's missed calls alone prove that it began, within its period."""
    outage = unreached.outage(tmp_path)
    assert holds(outage, DOWN, UP)
    assert outage.start.latest.time <= DOWN + timedelta(minutes=6)


def test_silence_that_lasts_to_the_end_has_no_end(tmp_path: Path) -> None:
    """Where web traffic stops for good while the machine goes on, and the link went down just then, it is not over."""
    scene = ends_early()
    scene.say(DOWN, "kernel", "[  712.118] e1000e: eth0 NIC Link is Down")
    assert holds(scene.outage(tmp_path), DOWN, None)


def test_web_log_that_ends_early_is_no_outage(tmp_path: Path) -> None:
    """A web log that simply ends before the others was copied earlier: a gap at the end of what was collected."""
    found = ends_early().investigate(tmp_path)
    assert found.outages == ()
    assert [(gap.source, gap.cause, gap.after) for gap in found.gaps] == [
        ("nginx/access.log", "end-of-collection", None)
    ]


def test_link_that_came_back_does_not_explain_a_web_log_that_ends(tmp_path: Path) -> None:
    """A link that was lost for a second as the web log ended is no reason to take its end for an outage."""
    scene = ends_early()
    scene.say(DOWN, "kernel", "[  712.118] e1000e: eth0 NIC Link is Down")
    scene.say(DOWN + timedelta(seconds=1), "kernel", "[  713.118] e1000e: eth0 NIC Link is Up 1000 Mbps")
    assert scene.outages(tmp_path) == ()


def test_missing_member_is_no_outage(tmp_path: Path) -> None:
    """Between access.log.3 and access.log.1 lies what access.log.2 held, and no outage."""
    scene = Scene()
    scene.live(at("00:00"), at("23:00"), web=False)
    scene.live(at("00:00"), at("06:00"), log=False)
    scene.files["nginx/access.log.3"] = scene.files.pop("nginx/access.log")
    scene.live(at("12:00"), at("23:00"), log=False)
    scene.files["nginx/access.log.1"] = scene.files.pop("nginx/access.log")
    found = scene.investigate(tmp_path)
    assert found.outages == ()
    assert [gap.cause for gap in found.gaps] == ["rotation-seam"]


def ends_early() -> Scene:
    """A web log that ends at DOWN beside a system log that goes on until noon."""
    scene = Scene()
    scene.live(at("06:00"), at("12:00"), web=False)
    scene.live(at("06:00"), DOWN, log=False)
    return scene


def test_folder_that_simply_ends_is_no_outage(tmp_path: Path) -> None:
    """All logs end at once: that is where the collection ended."""
    assert morning(end="09:37").outages(tmp_path) == ()


def test_logs_collected_minutes_apart_are_no_outage(tmp_path: Path) -> None:
    """Files are copied one after another: an access log that ends two minutes early proves nothing."""
    scene = morning()
    scene.forget(at("11:58"), at("12:01"), "nginx/access.log")
    assert scene.outages(tmp_path) == ()


def test_one_silent_source_is_no_outage(tmp_path: Path) -> None:
    """One log that was rotated away under its writer falls silent alone; it is a gap and no outage."""
    scene = morning()
    for time in every(at("06:00:13"), at("12:00"), 60):
        scene.say(time, "sshd[4411]", "Connection closed by 203.0.113.5 port 4711 [preauth]", "auth.log")
    scene.forget(at("08:00"), at("11:00"), "auth.log")
    found = scene.investigate(tmp_path)
    assert found.outages == ()
    assert [gap.source for gap in found.gaps] == ["auth.log"]


@pytest.mark.parametrize("nights", [1, 3])
def test_quiet_night_is_no_outage(tmp_path: Path, nights: int) -> None:
    """Visitors who sleep from eleven to five are no outage, in the first night that is logged as in the third."""
    scene = Scene()
    scene.live(at("18:00", 2), at("06:00", 2 + nights), web=False)
    chance = random.Random(5)  # noqa: S311 (visits, not secrets)
    for day in range(2, 2 + nights):
        for begin, hours, wait in ((at("05:00", day), 13, 400), (at("18:00", day), 4, 90), (at("22:00", day), 1, 400)):
            time = max(begin, at("18:00", 2))
            while (time := time + timedelta(seconds=chance.expovariate(1 / wait))) < begin + timedelta(hours=hours):
                scene.ask(time, chance.choice(PAGES + CALLS), client=f"198.51.100.{chance.randint(1, 90)}")
    assert scene.outages(tmp_path) == ()


def test_suspend_is_an_outage(tmp_path: Path) -> None:
    """A machine that was put to sleep served nobody; the kernel tells of both edges."""
    scene = Scene()
    scene.live(at("06:00"), DOWN)
    scene.say(DOWN, "kernel", "[10820.111111] PM: suspend entry (deep)")
    scene.say(UP, "kernel", "[10821.111111] PM: suspend exit")
    scene.live(UP + timedelta(seconds=1), at("12:00"))
    outage = scene.outage(tmp_path)
    assert (outage.scope, outage.cause.kind) == ("total", "suspended")
    assert holds(outage, DOWN, UP)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("chronyd[500]", "System clock was stepped by 3600.000000 seconds"),
        ("ntpd[500]", "0.0.0.0 c61c 0c clock_step +3600.000000 s; time reset +3600.000000 s"),
    ],
)
def test_clock_step_is_no_outage(tmp_path: Path, program: str, message: str) -> None:
    """An hour that a clock daemon says never passed was not lost."""
    scene = Scene()
    scene.live(at("06:00"), DOWN)
    scene.say(UP, program, message)
    scene.live(UP, at("12:00"))
    found = scene.investigate(tmp_path)
    assert found.outages == ()
    assert {gap.cause for gap in found.gaps} == {"clock-step"}


def test_clock_step_proven_by_kernel_seconds_is_no_outage(tmp_path: Path) -> None:
    """The kernel's seconds since boot went on by one minute while the wall clock leapt an hour."""
    scene = Scene()
    scene.live(at("06:00"), DOWN)
    scene.say(DOWN - timedelta(seconds=30), "kernel", '[10800.000000] audit: type=1400 apparmor="STATUS"')
    scene.say(UP + timedelta(seconds=30), "kernel", '[10860.000000] audit: type=1400 apparmor="STATUS"')
    scene.live(UP, at("12:00"))
    assert scene.outages(tmp_path) == ()


def test_package_logs_alone_prove_no_outage(tmp_path: Path) -> None:
    """Ten packages on one day and ten on the next: nobody was there in between, and nothing more."""
    stamps = [f"2021-03-0{day} 05:42:{second:02}" for day in (2, 3) for second in range(31, 41)]
    lines = (f"{stamp} status installed curl:amd64 7.74.0-1.3\n" for stamp in stamps)
    (tmp_path / "dpkg.log").write_text("".join(lines), "ascii")
    assert investigate(read_for_analysis([str(tmp_path)]), Settings()).outages == ()


@pytest.mark.parametrize(("here", "begin", "found"), [(True, "06:00", 1), (False, "06:00", 0), (True, "08:30", 0)])
def test_web_log_that_ends_where_it_is_written(tmp_path: Path, here: bool, begin: str, found: int) -> None:
    """On the machine itself nothing was copied earlier; but a log silent for longer than it spoke may be of old."""
    scene = Scene()
    scene.live(at("06:00"), at("12:00"), web=False)
    scene.live(at(begin), at("10:00"), log=False)
    scene.put("dpkg.log", at("06:30"), "2021-03-02 06:30:00 status installed curl:amd64 7.74.0-1.3")
    own = Recorded(zone=("UTC", "this machine's /etc/timezone says UTC")) if here else None
    timeline = read_for_analysis([str(scene.write(tmp_path))], Settings(recorded=own))
    assert len(investigate(timeline, Settings()).outages) == found
