"""Kinds of trap that time sets: simulated servers to which nothing happened but that a clock, a zone or a file changed."""

# ruff: noqa: E501 - log lines are as long as programs write them

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from logforensics.clock.zones import Zone
from tests.simulate.outages import Kind, Truth, moment, server
from tests.simulate.server import DAY, Server

Made = tuple[Server, tuple[Truth, ...]]

CHANGING = (
    "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Santiago", "Australia/Adelaide",
    "Australia/Lord_Howe", "Africa/Cairo", "Asia/Tehran", "Pacific/Chatham", "Antarctica/Troll",
)  # fmt: skip
"""Zones whose clocks change by half an hour, an hour or two, at two in the morning or at midnight."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache
def changes(zone: str) -> tuple[float, ...]:
    """When the clocks of a zone changed, 2015 to 2023, in epoch seconds."""
    return tuple(at / 1e6 for at, _, _ in Zone.named(zone).changes(range(2015, 2024)))


def over_a_change(seed: int, **own: object) -> Server:
    """A server over days in the midst of which its clocks change."""
    zone = CHANGING[seed % len(CHANGING)]
    at = changes(zone)[seed // len(CHANGING) % len(changes(zone))]
    begin = EPOCH + timedelta(seconds=at - (0.5 + seed % 7 / 4) * DAY)
    return server(seed, **{"begin": begin, "zone": zone, **own})


def clocks_change(seed: int) -> Made:
    """Summer time begins or ends, and the host's files name its zone."""
    made = over_a_change(seed)
    made.live()
    return made, ()


def clocks_change_unsaid(seed: int) -> Made:
    """Summer time begins or ends; nothing but the offsets of the web log tells the zone."""
    made = over_a_change(seed, zone_file=False, web="nginx")
    made.live()
    return made, ()


def clocks_change_unknown(seed: int) -> Made:
    """Summer time begins or ends, and no line tells an offset: the logs are read as if they were UTC's."""
    made = over_a_change(seed, zone_file=False, logger="rfc3164", stats=False)
    made.live()
    made.lines = [line for line in made.lines if line[2] != made.access]
    return made, ()


def moved(seed: int) -> Made:
    """The host is set to another zone; its web log writes the offset, and its files name the new zone or none."""
    made = server(seed, zone="UTC" if seed % 2 else "Asia/Tokyo", zone_file=seed % 3 > 0, logger="rfc3164")
    made.live()
    made.moves.append((moment(made), "Europe/Berlin" if seed % 5 else "Asia/Kolkata"))
    return made, ()


def moved_unsaid(seed: int) -> Made:
    """The host is set to another zone, and no line tells an offset."""
    made = server(seed, zone="UTC" if seed % 2 else "Asia/Tokyo", logger="rfc3164", stats=False)
    made.live()
    made.moves.append((moment(made), "Europe/Berlin" if seed % 5 else "Asia/Kolkata"))
    made.lines = [line for line in made.lines if line[2] != made.access]
    return made, ()


SAID: tuple[Callable[[float], tuple[str, str]], ...] = (
    lambda size: ("chronyd[511]", f"System clock was stepped by {size:.6f} seconds"),
    lambda size: ("ntpd[640]", f"ntpd: time set {size:+.6f} s"),
    lambda size: ("ntpdate[912]", f"step time server 192.0.2.123 offset {size:+.6f} sec"),
    lambda _: ("systemd-timesyncd[433]", "Initial synchronization to time server 192.0.2.123:123 (0.debian.pool.ntp.org)."),
    lambda _: ("systemd[1]", "Time has been changed"),
)  # fmt: skip
"""How programs tell that they set the clock."""


def stepped(seed: int) -> Made:
    """The clock is wrong by minutes or hours, one way or the other, and a program sets it and says so."""
    made = server(seed)
    at, size = moment(made), (1 if seed % 2 else -1) * made.random.choice([45.0, 90.0, 400.0, 1500.0, 2400.0, 9000.0])
    made.clock = lambda time: time if time >= at else time - size
    made.live()
    tag, text = SAID[seed % len(SAID)](size)
    made.system(at, tag, text, "daemon.log")
    return made, ()


def stepped_unsaid(seed: int) -> Made:
    """The clock is set, which only the kernel's own seconds show."""
    made = server(seed)
    at, size = moment(made), (1 if seed % 2 else -1) * made.random.choice([90.0, 400.0, 1500.0, 2400.0, 9000.0])
    made.clock = lambda time: time if time >= at else time - size
    made.live()
    made.kernel(at - 20, "usb 1-2: new high-speed USB device number 5 using xhci_hcd")
    made.kernel(at + 20, "usb 1-2: USB disconnect, device number 5")
    return made, ()


def new_year(seed: int) -> Made:
    """A New Year or a leap day in logs without years, whose files were copied since."""
    begin = datetime(2023, 12, 30, 20, tzinfo=UTC) if seed % 2 else datetime(2024, 2, 27, 20, tzinfo=UTC)
    made = server(seed, begin=begin, logger="rfc3164", days=4.0)
    made.copied = made.stop + 40 * DAY if seed % 3 else None
    made.live()
    return made, ()


def relayed(seed: int) -> Made:
    """One line in twenty comes minutes late."""
    made = server(seed, logger="rfc3339" if seed % 2 else "rfc3164")
    most = made.random.choice([5.0, 60.0, 600.0, 1200.0])
    made.live()
    for place, (time, number, source, text) in enumerate(made.lines):
        if source != made.access and made.random.random() < 0.05:
            made.lines[place] = (time + most * made.random.random(), number, source, text)
            made.late[number] = time
    return made, ()


def spooled(seed: int) -> Made:
    """The log host was cut off for hours: what it missed comes in one go, line by line with its own time."""
    made = server(seed, logger="rfc3339" if seed % 2 else "rfc3164")
    begin, end = moment(made), 0.0
    end = begin + made.random.uniform(0.5, 8) * 3600
    made.live()
    for place, (time, number, source, text) in enumerate(made.lines):
        if begin <= time < end and source in ("syslog", "auth.log", "daemon.log", "kern.log"):
            made.lines[place] = (end + (time - begin) / 1e4, number, source, text)
            made.late[number] = time
    return made, ()


def buffered(seed: int) -> Made:
    """The web server's workers write their lines when their buffers are full, or after five minutes (buffer=, flush=)."""
    made = server(seed, web="nginx", rate=2500.0)
    made.live()
    for place, (time, number, source, text) in enumerate(made.lines):
        if source == made.access:
            worker = number % 2
            made.lines[place] = (time - (time + 150 * worker) % 300 + 300, number, source, text)
            made.late[number] = time
    return made, ()


def vacuumed(seed: int) -> Made:
    """Each log is kept for another time: some begin days after the others."""
    made = server(seed, days=5.0)
    made.live()
    begins = {source: made.start + made.random.uniform(0, 4) * DAY for source in {line[2] for line in made.lines}}
    made.lines = [line for line in made.lines if line[0] >= begins[line[2]]]
    return made, ()


def collected_by_and_by(seed: int) -> Made:
    """The files were copied one after the other: some end minutes before the others."""
    made = server(seed)
    made.live()
    ends = {source: made.stop - made.random.uniform(0, 200) for source in {line[2] for line in made.lines}}
    made.lines = [line for line in made.lines if line[0] < ends[line[2]]]
    return made, ()


def quiet_host(seed: int) -> Made:
    """A host without a web site: cron, some logins, and nights in which little is written."""
    made = over_a_change(seed, logger="rfc3164") if seed % 2 else server(seed, days=5.0)
    made.live()
    made.lines = [line for line in made.lines if line[2] in ("syslog", "auth.log", "daemon.log", "kern.log")]
    return made, ()


TIME_TRAPS: tuple[Kind, ...] = (
    clocks_change, clocks_change_unsaid, clocks_change_unknown, moved, moved_unsaid, stepped, stepped_unsaid, new_year,
    relayed, spooled, buffered, vacuumed, collected_by_and_by, quiet_host,
)  # fmt: skip
