"""Kinds of outage of the whole machine that go on after the boot, come twice, or take the logs with them."""

# ruff: noqa: E501 - log lines are as long as programs write them

from __future__ import annotations

from datetime import UTC, datetime

from tests.simulate.misled import NGINX, cut_off
from tests.simulate.outages import BOOT, Kind, Truth, failing, length, moment, power_loss, refused, server
from tests.simulate.server import PAGE_CACHE, Answer, Fault, Server

Made = tuple[Server, tuple[Truth, ...]]

DARK = ("power-loss", "kernel-panic", "unknown")


def var_full(seed: int) -> Made:
    """The filesystem of /var is full: no log gets another line, and what writes is answered 500, until room is made."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 1800, 8 * 3600)
    failing(made, begin, end, made.site.writes, lambda random: Answer(500, random.uniform(0.01, 0.1)))
    made.faults.append(Fault(begin, end, loses=lambda time, _: begin <= time < end))
    made.live()
    made.requests = [request for request in made.requests if not begin <= request[1] < end]
    made.system(
        end,
        "rsyslogd",
        "file '/var/log/syslog'[7] write error - see https://www.rsyslog.com/solving-rsyslog-write-errors/ for help OS error: No space left on device [v8.2102.0 try https://www.rsyslog.com/e/2027 ]",
    )
    made.system(
        end + 0.1,
        "rsyslogd",
        "action 'action-1-builtin:omfile' resumed (module 'builtin:omfile') [v8.2102.0 try https://www.rsyslog.com/e/2359 ]",
    )
    return made, (Truth(begin, end, "total", ("disk-full",)),)


def power_twice(seed: int) -> Made:
    """The power comes back for some minutes, goes again, and comes back for good."""
    made = server(seed, web="nginx")
    begin = moment(made)
    first = begin + length(made, 400, 2 * 3600)
    again = first + made.random.uniform(90, 600)
    up = again + length(made, 300, 1200)
    made.dark(begin, first, lost=PAGE_CACHE, boot=BOOT)
    made.dark(again, up, lost=PAGE_CACHE, boot=BOOT)
    made.live()
    made.boot(first, dirty=True)
    made.lines = [line for line in made.lines if not again - PAGE_CACHE <= line[0] < up]
    whole = made.boot(up, dirty=True)
    return made, (Truth(begin, whole, "total", DARK),)


def started_late(made: Server, begin: float, up: float, whole: float, *said: tuple[float, str, str]) -> Made:
    """A boot at `up` after which nothing but `said` (seconds after `up`, program, text) is written until `whole`."""
    made.dark(begin, up, lost=PAGE_CACHE)
    made.faults.append(Fault(up, whole, loses=lambda time, _: up <= time < whole, arrives=lambda _: 0.0))
    made.live()
    made.boots.append(up)
    made.faults = []
    made.requests = [request for request in made.requests if not begin <= request[1] < whole]
    for text in (
        "[    0.000000] Linux version 5.10.0-23-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110) #1 SMP Debian 5.10.179-1 (2023-05-12)",
        "[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-5.10.0-23-amd64 root=UUID=0f0e8a3c ro quiet",
    ):
        made.system(up + 4, "kernel", text, "kern.log")
    for after, program, text in said:
        made.system(up + after, program, text, "daemon.log")
    made.system(whole - 9, "systemd[1]", f"Starting {NGINX}...", "daemon.log")
    made.system(whole - 8, "systemd[1]", f"Started {NGINX}.", "daemon.log")
    made.system(whole - 8, "systemd[1]", f"Started {made.site.name} application.", "daemon.log")
    made.say(whole, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, whole, "total", DARK),)


def long_check(seed: int) -> Made:
    """After a power cut a large disk is checked for the better part of an hour before anything is started."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    up = begin + length(made, 400, 3 * 3600)
    whole = up + length(made, 900, 2 * 3600)
    return started_late(
        made, begin, up, whole,
        (4.2, "systemd[1]", "Starting File System Check on /dev/disk/by-uuid/6e0f2f5c-3a43-4d5b-9c1c-2f4f3f6a7e10..."),
        (4.3, "systemd-fsck[401]", "/dev/sdb1 contains a file system with errors, check forced."),
        (whole - up - 12, "systemd-fsck[401]", "/dev/sdb1: 1200345/122101760 files (1.1% non-contiguous), 401234567/488378368 blocks"),
        (whole - up - 12, "systemd[1]", "Started File System Check on /dev/disk/by-uuid/6e0f2f5c-3a43-4d5b-9c1c-2f4f3f6a7e10."),
    )  # fmt: skip


def emergency_mode(seed: int) -> Made:
    """After a power cut a disk of fstab is missing: the machine waits in emergency mode until somebody comes."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    up = begin + length(made, 400, 3 * 3600)
    whole = up + length(made, 900, 8 * 3600)
    return started_late(
        made, begin, up, whole,
        (94.0, "systemd[1]", "dev-sdb1.device: Job dev-sdb1.device/start timed out."),
        (94.0, "systemd[1]", "Timed out waiting for device /dev/sdb1."),
        (94.1, "systemd[1]", "Dependency failed for /srv."),
        (94.1, "systemd[1]", "Dependency failed for Local File Systems."),
        (94.3, "systemd[1]", "Started Emergency Shell."),
        (94.3, "systemd[1]", "Reached target Emergency Mode."),
        (whole - up - 20, "systemd[1]", "Stopped target Emergency Mode."),
    )  # fmt: skip


def over_the_gap(seed: int) -> Made:
    """The power is out in the night that leaves out an hour."""
    made = server(seed, begin=datetime(2022, 3, 25, 9, 0, 0, tzinfo=UTC), zone="Europe/Berlin", logger="rfc3164")
    begin = datetime(2022, 3, 27, 0, 20, tzinfo=UTC).timestamp() + made.random.uniform(0, 1200)
    end = datetime(2022, 3, 27, 1, 40, tzinfo=UTC).timestamp() + made.random.uniform(0, 3600)
    made.dark(begin, end, lost=PAGE_CACHE, boot=BOOT)
    made.live()
    whole = made.boot(end, dirty=True)
    return made, (Truth(begin, whole, "total", DARK),)


def failing_over_a_change(seed: int) -> Made:
    """The application is down in the night in which the clocks change."""
    made = server(
        seed,
        begin=datetime(2022, 10, 28, 9, 0, 0, tzinfo=UTC) if seed % 2 else datetime(2022, 3, 25, 9, 0, 0, tzinfo=UTC),
        zone="Europe/Berlin", logger="rfc3164", rate=2500.0,
    )  # fmt: skip
    change = datetime(2022, 10, 30, 1, tzinfo=UTC) if seed % 2 else datetime(2022, 3, 27, 1, tzinfo=UTC)
    begin = change.timestamp() - made.random.uniform(600, 5400)
    end = change.timestamp() + made.random.uniform(600, 5400)
    failing(
        made,
        begin,
        end,
        made.site.calls,
        lambda _: Answer(502, 0.001, "connect() failed (111: Connection refused) while connecting to upstream"),
    )
    made.live()
    return made, (Truth(begin, end, "partial", ("upstream-down",), made.site.calls),)


def in_a_container(made: Server) -> Server:
    """The web server runs in a container, whose clock shows UTC whatever the zone of the machine."""
    inner = {name: made.styles[name] for name in (made.access, "nginx/error.log")}
    for name, style in inner.items():
        made.styles[name] = lambda time, host, text, style=style: style(time.astimezone(UTC), host, text)  # type: ignore[misc]
    return made


def refused_in_a_container(seed: int) -> Made:
    """The application crashes; nginx, in a container, writes UTC, the machine its own time."""
    zone = ("Europe/Berlin", "Asia/Kolkata", "America/New_York", "Asia/Tokyo")[seed % 4]
    made, truths = refused(seed, web="nginx", zone=zone, rate=2500.0)
    return in_a_container(made), truths


def power_loss_with_a_container(seed: int) -> Made:
    """A power cut, with nginx in a container that writes UTC."""
    zone = ("Europe/Berlin", "Asia/Kolkata", "America/New_York", "Asia/Tokyo")[seed % 4]
    made, truths = power_loss(seed, web="nginx", zone=zone, logger="rfc3164")
    return in_a_container(made), truths


def own_certificate_expired(seed: int) -> Made:
    """The site's certificate has expired: browsers and timers turn away, and only what asks without TLS is served."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 2 * 3600, 10 * 3600)
    cut_off(made, begin, end)
    made.live()
    made.faults = []
    made.requests = [request for request in made.requests if not begin <= request[1] < end]
    at = begin
    while (at := at + made.random.expovariate(1 / 400)) < end:
        client = f"192.0.2.{made.random.randint(1, 254)}"
        made.say(at, made.access, f'{client} - - [@] "GET / HTTP/1.1" 301 169 "-" "Mozilla/5.0 zgrab/0.x"')
    at = begin
    while (at := at + made.random.expovariate(1 / 60)) < end:
        client = f"198.51.100.{made.random.randint(1, 254)}"
        made.say(
            at,
            "nginx/error.log",
            f"[info] 1201#1201: *{int(at) % 90000} SSL_do_handshake() failed (SSL: error:14094415:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired:SSL alert number 45) while SSL handshaking, client: {client}, server: 0.0.0.0:443",
        )
    return made, (Truth(begin, end, "total", ("unknown", "web-server-down", "network-loss")),)


def silent_until_now(seed: int) -> Made:
    """The web server's port is closed by a new firewall, and still is when the report is made on the machine itself."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made, 0.7, 0.9)
    made.here = True
    cut_off(made, begin, made.stop + 5)
    made.live()
    made.requests = [request for request in made.requests if request[1] < begin]
    return made, (Truth(begin, None, "total", ("unknown",)),)


OUTAGES: tuple[Kind, ...] = (
    var_full, power_twice, long_check, emergency_mode, over_the_gap, failing_over_a_change, refused_in_a_container,
    power_loss_with_a_container, silent_until_now,
)  # fmt: skip
