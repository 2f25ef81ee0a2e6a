"""Kinds of trap: simulated servers to which nothing happened, though their logs may look like it."""

# ruff: noqa: E501 - log lines are as long as programs write them; what chance decides here is no secret

from __future__ import annotations

from datetime import UTC, datetime

from tests.simulate.outages import Kind, Truth, failing, moment, server
from tests.simulate.server import DAY, Answer, Fault, Server


def quiet(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """An ordinary week of a small site."""
    made = server(seed, rate=60.0, days=7.0)
    made.live()
    return made, ()


def busy(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Ordinary days of a busier site."""
    made = server(seed, rate=3000.0)
    made.live()
    return made, ()


def scanner_storm(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """One client asks for what is not there, and now and then gets a 500 for its trouble."""
    made = server(seed)
    begin = moment(made)
    made.live()
    for number in range(1500):
        path = f"/{made.random.choice(['wp', 'old', 'backup', 'cgi-bin'])}/{number}.php"
        made.request(begin + number * 0.7, "192.0.2.66", path, "sqlmap/1.5.2")
    failing(made, begin, begin + 1200, made.site.calls, lambda _: Answer(500, 0.02))
    for number in range(60):
        made.request(begin + number * 11.0, "192.0.2.66", made.site.calls[0], "sqlmap/1.5.2", method="POST")
    return made, ()


def always_some_errors(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Two calls of a hundred fail all the time."""
    made = server(seed, rate=2500.0)
    failing(made, made.start, made.stop, made.site.calls, lambda _: Answer(500, 0.05), share=0.02)
    made.live()
    return made, ()


def broken_endpoint(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """One call has never worked."""
    made = server(seed)
    failing(made, made.start - 100, made.stop + 100, made.site.calls[-1:], lambda _: Answer(500, 0.05))
    made.live()
    return made, ()


def stepped_forward(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The clock was 50 minutes behind and is set."""
    made = server(seed)
    at = moment(made)
    made.clock = lambda time: time if time >= at else time - 3000
    made.live()
    made.system(at, "chronyd[511]", "System clock was stepped by 3000.012345 seconds", "daemon.log")
    return made, ()


def stepped_back(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The clock was two minutes ahead and is set."""
    made = server(seed)
    at = moment(made)
    made.clock = lambda time: time if time >= at else time + 120
    made.live()
    made.system(
        at,
        "systemd-timesyncd[433]",
        "Initial synchronization to time server 192.0.2.123:123 (0.debian.pool.ntp.org).",
        "daemon.log",
    )
    return made, ()


def summer_time(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The hour that is left out and the one that comes twice."""
    day = datetime(2022, 3, 25, 12, 0, tzinfo=UTC) if seed % 2 else datetime(2022, 10, 28, 12, 0, tzinfo=UTC)
    made = server(seed, begin=day, zone="Europe/Berlin", logger="rfc3164", rate=1500.0)
    made.live()
    return made, ()


def smooth_restart(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The application is restarted at night, and nobody asks meanwhile."""
    made = server(seed, rate=60.0)
    at = moment(made)
    made.faults.append(Fault(at, at + 20, arrives=lambda _: 0.0))
    made.live()
    made.system(at, "systemd[1]", f"Stopping {made.site.name} application...", "daemon.log")
    made.system(at + 5, "systemd[1]", f"Started {made.site.name} application.", "daemon.log")
    made.say(at + 7, made.app_log, "INFO|Host|Application started")
    return made, ()


def one_log_stuck(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The logger writes to a file that was moved away: one log stops for a day, and all else goes on."""
    made = server(seed, logger="rfc3164")
    at = moment(made)
    made.faults.append(Fault(at, at + 0.9 * DAY, loses=lambda t, s: s == "auth.log" and at <= t < at + 0.9 * DAY))
    made.live()
    return made, ()


def cron_removed(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A job is taken out of the crontab; the machine lives on."""
    made = server(seed)
    at = moment(made)
    made.live()
    made.lines = [line for line in made.lines if not (line[0] > at and "debian-sa1" in line[3])]
    return made, ()


def slow_backup(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Calls take seconds during a backup, and some visitors leave."""
    made = server(seed, rate=2500.0)
    at = moment(made)
    failing(made, at, at + 2400, made.site.calls, lambda random: Answer(499, random.uniform(2, 6)), share=0.04)
    made.live()
    return made, ()


def usb_stick(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Somebody pulls a memory stick that nothing needs."""
    made = server(seed)
    at = moment(made)
    made.live()
    made.kernel(at, "usb 1-2: USB disconnect, device number 4")
    made.kernel(
        at + 0.1, "FAT-fs (sdc1): Volume was not properly unmounted. Some data may be corrupt. Please run fsck."
    )
    made.kernel(at + 60, "usb 1-2: new high-speed USB device number 5 using xhci_hcd")
    return made, ()


def file_gone(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """One rotated file of a log was deleted: a day of it is missing."""
    made = server(seed, logger="rfc3164", rotate="numbers")
    made.live()
    cuts = sorted(made.rotations)
    made.lines = [line for line in made.lines if not (line[2] == "syslog" and cuts[0] <= line[0] < cuts[1])]
    return made, ()


def rate_limited(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A chatty program makes the logger drop lines for a while, which it says."""
    made = server(seed)
    at = moment(made)
    for second in range(300):
        made.system(at + second / 10, "chatty[4711]", f"item {second} done")
    made.live()
    made.system(
        at + 31,
        "rsyslogd",
        "imuxsock[pid: 4711, name: chatty] from <chatty:chatty>: begin to drop messages due to rate-limiting",
    )
    made.system(at + 660, "rsyslogd", "imuxsock[pid: 4711]: 9212 messages lost due to rate-limiting")
    return made, ()


def holiday(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A day with a tenth of the visitors."""
    made = server(seed, days=4.0)
    made.faults.append(Fault(made.start + 2 * DAY, made.start + 3 * DAY, arrives=lambda _: 0.1))
    made.live()
    return made, ()


TRAPS: tuple[Kind, ...] = (
    quiet, busy, scanner_storm, always_some_errors, broken_endpoint, stepped_forward, stepped_back, summer_time, smooth_restart,
    one_log_stuck, cron_removed, slow_backup, usb_stick, file_gone, rate_limited, holiday,
)  # fmt: skip
