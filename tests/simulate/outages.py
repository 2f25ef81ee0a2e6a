"""Kinds of outage: each makes a simulated server from a seed, with what really happened to it."""

# ruff: noqa: E501, S311 - log lines are as long as programs write them; what chance decides here is no secret

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from tests.simulate.server import DAY, PAGE_CACHE, SITES, Answer, Fault, Server


@dataclass(frozen=True)
class Truth:
    """What really happened: instants in epoch seconds; `start` None = under way when the logs begin, `end` None = not over.

    `causes` are the classes the evidence allows.  `hit` are the paths that failed; empty where nothing was served.
    `planned`: the logs say that it was meant.
    """

    start: float | None
    end: float | None
    scope: str
    causes: tuple[str, ...]
    hit: tuple[str, ...] = ()
    planned: bool = False


Kind = Callable[[int], tuple[Server, tuple[Truth, ...]]]

BOOT = 16.0
"""Seconds from the start of the kernel to the first request that is served again."""

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Adelaide",
    "UTC",
    "America/Sao_Paulo",
    "Asia/Tokyo",
)

REFUSED = Answer(502, 0.001, "connect() failed (111: Connection refused) while connecting to upstream")
TIMED_OUT = "upstream timed out (110: Connection timed out) while reading response header from upstream"


def server(seed: int, **own: object) -> Server:
    """A server whose habits the seed chooses, but for those in `own`."""
    random = Random(seed * 7919 + 13)
    habits: dict[str, object] = {
        "begin": datetime(
            random.choice([2021, 2022, 2023]),
            random.choice([1, 2, 5, 6, 8, 9, 11]),
            random.randint(1, 24),
            random.randint(0, 23),
            11,
            7,
            tzinfo=UTC,
        ),
        "zone": random.choice(ZONES),
        "site": random.choice(SITES),
        "rate": random.choice([500.0, 1200.0, 2500.0]),
        "web": random.choice(["nginx", "nginx", "nginx", "apache"]),
        "logger": random.choice(["rfc3164", "rfc3164", "rfc3339"]),
        "app": random.choice(["nlog", "python"]),
        "rotate": random.choice(["numbers", "dates", "none"]),
    }
    return Server(seed, **{**habits, **own})  # type: ignore[arg-type]  # what own holds is told by each kind


def moment(made: Server, low: float = 0.35, high: float = 0.75) -> float:
    """An instant well inside the logs."""
    return made.start + made.days * DAY * made.random.uniform(low, high)


def length(made: Server, low: float, high: float) -> float:
    """A length of time in seconds, most of them short."""
    return float(low * (high / low) ** made.random.random())


def failing(
    made: Server,
    begin: float,
    end: float,
    paths: tuple[str, ...],
    answer: Callable[[Random], Answer],
    share: float = 1.0,
) -> None:
    """Requests for some paths get another answer."""
    made.faults.append(
        Fault(
            begin,
            end,
            answers=lambda random, _, path: answer(random) if path in paths and random.random() < share else None,
        )
    )


# --- the whole machine


def power_loss(seed: int, **own: object) -> tuple[Server, tuple[Truth, ...]]:
    """The power is cut and comes back."""
    made = server(seed, **own)
    begin = moment(made)
    end = begin + length(made, 400, 8 * 3600)
    made.dark(begin, end, lost=PAGE_CACHE, boot=BOOT)
    made.live()
    whole = made.boot(end, dirty=True)
    return made, (Truth(begin, whole, "total", ("power-loss", "kernel-panic", "unknown")),)


def panic(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The kernel panics, says so, and reboots itself."""
    made = server(seed)
    begin = moment(made)
    made.dark(begin, begin + 100, boot=BOOT)
    made.live()
    for step, text in enumerate(
        (
            "BUG: kernel NULL pointer dereference, address: 0000000000000008",
            "RIP: 0010:nf_nat_setup_info+0x123/0x7a0 [nf_nat]",
            "Kernel panic - not syncing: Fatal exception in interrupt",
        )
    ):
        made.faults, kept = [], made.faults
        made.kernel(begin - 0.3 + step * 0.05, text)
        made.faults = kept
    whole = made.boot(begin + 100, dirty=True)
    return made, (Truth(begin, whole, "total", ("kernel-panic",)),)


def clean_reboot(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Somebody reboots the machine in good order."""
    made = server(seed)
    begin = moment(made)
    end = begin + made.random.uniform(40, 400)
    made.dark(begin + 2, end, boot=BOOT)
    made.live()
    made.system(begin, "systemd-logind[612]", "System is rebooting.", "daemon.log", "auth.log")
    made.system(
        begin + 0.2, "systemd[1]", "Stopping A high performance web server and a reverse proxy server...", "daemon.log"
    )
    made.system(begin + 0.9, "systemd[1]", "Reached target Shutdown.", "daemon.log")
    made.system(begin + 1.0, "systemd[1]", "Reached target Reboot.", "daemon.log")
    made.system(
        begin + 1.1,
        "rsyslogd",
        '[origin software="rsyslogd" swVersion="8.2102.0" x-pid="601" x-info="https://www.rsyslog.com"] exiting on signal 15.',
    )
    whole = made.boot(end, dirty=False)
    return made, (Truth(begin, whole, "total", ("clean-reboot",)),)


def paused(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A virtual machine stands still and goes on without knowing."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 1200, 6 * 3600)
    made.dark(begin, end)
    made.live()
    made.kernel(
        end + 0.1,
        "clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large:",
    )
    made.kernel(end + 0.2, "rcu: INFO: rcu_sched self-detected stall on CPU")
    made.system(
        end + 3,
        "systemd-timesyncd[433]",
        "Synchronized to time server 192.0.2.123:123 (0.debian.pool.ntp.org).",
        "daemon.log",
    )
    return made, (Truth(begin, end, "total", ("suspended", "unknown")),)


def asleep(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A machine under a desk goes to sleep and is woken."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 1200, 8 * 3600)
    made.dark(begin + 0.5, end)
    made.live()
    made.system(begin - 0.2, "systemd-logind[612]", "Suspending...", "daemon.log", "auth.log")
    made.kernel(begin + 0.3, "PM: suspend entry (deep)")
    made.kernel(end + 0.2, "PM: suspend exit")
    return made, (Truth(begin, end, "total", ("suspended",)),)


# --- the application and what it needs


def refused(seed: int, **own: object) -> tuple[Server, tuple[Truth, ...]]:
    """The application crashes; the web server says 502 until it is started again."""
    made = server(seed, **own)
    begin = moment(made)
    end = begin + length(made, 300, 5 * 3600)
    failing(made, begin, end, made.site.calls, lambda _: REFUSED)
    made.live()
    unit = f"{made.site.name}.service"
    made.system(begin, "systemd[1]", f"{unit}: Main process exited, code=dumped, status=11/SEGV", "daemon.log")
    made.system(begin + 0.1, "systemd[1]", f"{unit}: Failed with result 'core-dump'.", "daemon.log")
    made.system(end - 1.5, "systemd[1]", f"Started {made.site.name} application.", "daemon.log")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("upstream-down",), made.site.calls),)


def hung(seed: int, **own: object) -> tuple[Server, tuple[Truth, ...]]:
    """The application answers no more: 504 after a minute, 499 from those who leave."""
    made = server(seed, **own)
    begin = moment(made)
    end = begin + length(made, 900, 5 * 3600)

    def answer(random: Random) -> Answer:
        if random.random() < 0.4:
            return Answer(499, random.uniform(4, 55))
        return Answer(504, 60.0, TIMED_OUT)

    failing(made, begin, end, made.site.calls, answer)
    made.live()
    made.system(end - 1, "systemd[1]", f"Started {made.site.name} application.", "daemon.log")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("upstream-slow", "upstream-down"), made.site.calls),)


def database_down(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The application lives, but every call that needs its database is answered 500."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 600, 3 * 3600)
    failing(made, begin, end, made.site.writes, lambda random: Answer(500, random.uniform(0.01, 0.1)))
    made.live()
    made.system(begin - 0.5, "systemd[1]", "Stopped PostgreSQL Cluster 13-main.", "daemon.log")
    for at in range(int(begin) + 9, int(end), 300):
        made.say(
            at, made.app_log, "ERROR|Database|connection to server at 127.0.0.1, port 5432 failed: Connection refused"
        )
    made.system(end - 0.5, "systemd[1]", "Started PostgreSQL Cluster 13-main.", "daemon.log")
    return made, (Truth(begin, end, "partial", ("upstream-down", "unknown"), made.site.writes),)


def out_of_memory(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The kernel kills the application for its memory."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 300, 4 * 3600)
    failing(made, begin, end, made.site.calls, lambda _: REFUSED)
    made.live()
    made.kernel(
        begin - 0.2, "apt-check invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0"
    )
    made.kernel(
        begin,
        f"Out of memory: Killed process 812 ({made.site.name}) total-vm:4012340kB, anon-rss:1822340kB, file-rss:0kB, shmem-rss:0kB, UID:998 pgtables:4120kB oom_score_adj:0",
    )
    made.system(
        begin + 0.2,
        "systemd[1]",
        f"{made.site.name}.service: A process of this unit has been killed by the OOM killer.",
        "daemon.log",
    )
    made.system(end - 1, "systemd[1]", f"Started {made.site.name} application.", "daemon.log")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("out-of-memory",), made.site.calls),)


def name_unknown(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The upstream's name cannot be resolved."""
    made = server(seed, web="nginx")
    begin = moment(made)
    end = begin + length(made, 600, 3 * 3600)
    failing(
        made,
        begin,
        end,
        made.site.calls,
        lambda _: Answer(502, 0.003, "app.internal.example.org could not be resolved (3: Host not found)"),
    )
    made.live()
    return made, (Truth(begin, end, "partial", ("upstream-down", "network-loss", "unknown"), made.site.calls),)


def degraded(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Four calls of ten are answered 503 for some hours."""
    made = server(seed, rate=3000.0)
    begin = moment(made)
    end = begin + made.random.uniform(2, 6) * 3600
    failing(made, begin, end, made.site.calls, lambda _: Answer(503, 0.01), share=0.4)
    made.live()
    return made, (Truth(begin, end, "partial", ("upstream-down", "upstream-slow", "unknown"), made.site.calls),)


def restart(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A deploy during which calls are refused for half a minute."""
    made = server(seed, rate=9000.0, days=1.5)
    begin = moment(made)
    end = begin + made.random.uniform(25, 60)
    failing(made, begin, end, made.site.calls, lambda _: REFUSED)
    made.live()
    made.system(begin, "systemd[1]", f"Stopping {made.site.name} application...", "daemon.log")
    made.system(begin + 1, "systemd[1]", f"Stopped {made.site.name} application.", "daemon.log")
    made.system(end - 5, "systemd[1]", f"Started {made.site.name} application.", "daemon.log")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("upstream-down", "clean-reboot"), made.site.calls),)


def flapping(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The application comes and goes before it stays."""
    made = server(seed, rate=4000.0)
    begin = at = moment(made)
    for _ in range(3):
        failing(made, at, at + 400, made.site.calls, lambda _: REFUSED)
        at += 400 + 180
    made.live()
    return made, (Truth(begin, at - 180, "partial", ("upstream-down",), made.site.calls),)


# --- disks


def disk_full(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The disk is full: what writes fails, and most logs stop."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 1800, 6 * 3600)
    failing(made, begin, end, made.site.writes, lambda random: Answer(500, random.uniform(0.01, 0.1)))
    made.faults.append(
        Fault(
            begin,
            end,
            loses=lambda t, s: begin <= t < end and s in ("syslog", "daemon.log", "kern.log", made.stats_log),
        )
    )
    made.live()
    for at in range(int(begin) + 40, int(end), 700):
        made.say(at, made.app_log, "ERROR|Store|write failed: No space left on device")
    made.system(
        end,
        "rsyslogd",
        "file '/var/log/syslog'[7] write error - see https://www.rsyslog.com/solving-rsyslog-write-errors/ for help OS error: No space left on device [v8.2102.0 try https://www.rsyslog.com/e/2027 ]",
    )
    return made, (Truth(begin, end, "partial", ("disk-full",), made.site.writes),)


def data_disk_read_only(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The application's disk turns read-only; the system's own disk lives and tells."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 1800, 20 * 3600)
    failing(made, begin, end, made.site.writes, lambda random: Answer(500, random.uniform(0.01, 0.1)))
    made.faults.append(Fault(begin, end, loses=lambda t, s: begin <= t < end and s in (made.app_log, made.stats_log)))
    made.live()
    for step, text in enumerate(
        (
            "ata2.00: exception Emask 0x0 SAct 0x0 SErr 0x0 action 0x6 frozen",
            "ata2.00: failed command: WRITE DMA EXT",
            "blk_update_request: I/O error, dev sdb, sector 120586240 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0",
            "Aborting journal on device sdb1-8.",
            "EXT4-fs error (device sdb1): ext4_journal_check_start:83: Detected aborted journal",
            "EXT4-fs (sdb1): Remounting filesystem read-only",
        )
    ):
        made.kernel(begin + step * 0.01, text)
    made.kernel(end - 0.5, "EXT4-fs (sdb1): mounted filesystem with ordered data mode. Opts: (null)")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("disk-read-only",), made.site.writes),)


def root_disk_read_only(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The system's disk turns read-only without a word in its own logs; a reboot mends it."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 3600, 16 * 3600)
    web = (made.access, "nginx/error.log", "apache2/error.log")
    failing(made, begin, end, made.site.writes, lambda _: Answer(504, 60.0, TIMED_OUT))
    made.faults.append(Fault(begin, end, loses=lambda t, s: begin <= t < end and s not in web))
    made.dark(end, end + 25, boot=BOOT)
    made.live()
    whole = made.boot(end + 25, dirty=True)
    return made, (Truth(begin, whole, "partial", ("disk-read-only", "power-loss", "unknown"), made.site.writes),)


# --- web server and network


def web_server_down(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """An upgrade restarts the web server, which does not come up for its configuration."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 1800, 8 * 3600)
    made.faults.append(
        Fault(begin, end, arrives=lambda _: 1.0, loses=lambda t, s: begin <= t < end and s == made.access)
    )
    made.live()
    made.requests = [r for r in made.requests if not begin <= r[1] < end]
    name = "A high performance web server and a reverse proxy server"
    made.system(begin - 0.2, "systemd[1]", f"Stopping {name}...", "daemon.log")
    made.system(begin, "systemd[1]", f"Stopped {name}.", "daemon.log")
    made.system(begin + 0.2, "systemd[1]", f"Starting {name}...", "daemon.log")
    made.system(
        begin + 0.3,
        "nginx[9112]",
        'nginx: [emerg] unknown directive "sllprotocols" in /etc/nginx/nginx.conf:31',
        "daemon.log",
    )
    made.system(begin + 0.4, "systemd[1]", "nginx.service: Failed with result 'exit-code'.", "daemon.log")
    made.system(begin + 0.4, "systemd[1]", f"Failed to start {name}.", "daemon.log")
    made.system(end - 0.2, "systemd[1]", f"Starting {name}...", "daemon.log")
    made.system(end, "systemd[1]", f"Started {name}.", "daemon.log")
    return made, (Truth(begin, end, "total", ("web-server-down",)),)


def link_down(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The cable is out, and the kernel says so."""
    made = server(seed, rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 1800, 8 * 3600)
    made.faults.append(Fault(begin, end, arrives=lambda _: 0.0))
    made.live()
    made.kernel(begin, "e1000e: eth0 NIC Link is Down")
    made.kernel(end, "e1000e: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx")
    return made, (Truth(begin, end, "total", ("network-loss",)),)


def web_server_killed(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The kernel kills the web server for its memory, and somebody starts it."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 1800, 5 * 3600)
    made.faults.append(Fault(begin, end, loses=lambda t, s: begin <= t < end and s == made.access))
    made.live()
    made.requests = [r for r in made.requests if not begin <= r[1] < end]
    made.kernel(
        begin - 0.1, "nginx invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0"
    )
    made.kernel(
        begin,
        "Out of memory: Killed process 1201 (nginx) total-vm:1012340kB, anon-rss:822340kB, file-rss:0kB, shmem-rss:0kB, UID:33 pgtables:2120kB oom_score_adj:0",
    )
    made.system(
        begin + 0.1,
        "systemd[1]",
        "nginx.service: A process of this unit has been killed by the OOM killer.",
        "daemon.log",
    )
    made.system(begin + 0.2, "systemd[1]", "nginx.service: Failed with result 'oom-kill'.", "daemon.log")
    made.system(
        end - 0.3, "systemd[1]", "Starting A high performance web server and a reverse proxy server...", "daemon.log"
    )
    made.system(end, "systemd[1]", "Started A high performance web server and a reverse proxy server.", "daemon.log")
    return made, (Truth(begin, end, "total", ("out-of-memory", "web-server-down")),)


def files_exhausted(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The web server is out of file descriptors: nearly everything is answered 500."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 900, 3 * 3600)
    failing(
        made,
        begin,
        end,
        made.site.endpoints,
        lambda _: Answer(500, 0.0, "open() failed (24: Too many open files)", "crit"),
        share=0.97,
    )
    made.live()
    return made, (Truth(begin, end, "partial", ("unknown", "web-server-down", "upstream-down"), made.site.endpoints),)


def hung_on_a_slow_disk(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The disk hardly answers; tasks wait for it, and calls that write time out."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 1800, 4 * 3600)
    failing(made, begin, end, made.site.writes, lambda _: Answer(504, 60.0, TIMED_OUT))
    made.live()
    for at in range(int(begin) + 125, min(int(end), int(begin) + 1200), 120):
        made.kernel(at, "INFO: task jbd2/sda1-8:310 blocked for more than 120 seconds.")
    return made, (
        Truth(begin, end, "partial", ("upstream-slow", "upstream-down", "unknown", "disk-read-only"), made.site.writes),
    )


# --- logs that begin or end in the midst


def under_way(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The calls fail from the first line on."""
    made = server(seed)
    end = made.start + made.random.uniform(0.1, 0.3) * made.days * DAY
    failing(made, made.start - 5, end, made.site.calls, lambda _: REFUSED)
    made.live()
    return made, (Truth(None, end, "partial", ("upstream-down",), made.site.calls),)


def not_over(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The calls fail to the last line."""
    made = server(seed)
    begin = moment(made, 0.7, 0.95)
    failing(made, begin, made.stop + 5, made.site.calls, lambda _: REFUSED)
    made.live()
    return made, (Truth(begin, None, "partial", ("upstream-down",), made.site.calls),)


def two(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Two outages a day apart, of two causes."""
    made = server(seed, days=4.0)
    first = moment(made, 0.2, 0.35)
    second = moment(made, 0.6, 0.8)
    failing(made, first, first + 3000, made.site.calls, lambda _: REFUSED)
    made.dark(second, second + 1800, lost=PAGE_CACHE, boot=BOOT)
    made.live()
    whole = made.boot(second + 1800, dirty=True)
    return made, (
        Truth(first, first + 3000, "partial", ("upstream-down",), made.site.calls),
        Truth(second, whole, "total", ("power-loss", "kernel-panic", "unknown")),
    )


# --- the same over awkward times and with less to go by


def over_midnight(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The power is out over a rotation."""
    made = server(seed, rotate="numbers")
    night = (
        datetime.fromtimestamp(made.start + 1.6 * DAY, made.tz)
        .replace(hour=0, minute=0, second=0, microsecond=0)
        .timestamp()
    )
    begin, end = night - made.random.uniform(600, 9000), night + made.random.uniform(600, 9000)
    made.dark(begin, end, lost=PAGE_CACHE, boot=BOOT)
    made.live()
    whole = made.boot(end, dirty=True)
    return made, (Truth(begin, whole, "total", ("power-loss", "kernel-panic", "unknown")),)


def over_new_year(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Logs without a year, and an outage on New Year's Eve."""
    begin = datetime(2022, 12, 30, 3, 0, 0, tzinfo=UTC)
    return refused(seed, begin=begin, logger="rfc3164", zone="Europe/Berlin")


def over_the_fold(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """The power is out in the night in which an hour comes twice."""
    made = server(seed, begin=datetime(2022, 10, 28, 9, 0, 0, tzinfo=UTC), zone="Europe/Berlin", logger="rfc3164")
    begin = datetime(2022, 10, 29, 23, 20, tzinfo=UTC).timestamp() + made.random.uniform(0, 1200)
    end = datetime(2022, 10, 30, 2, 10, tzinfo=UTC).timestamp() + made.random.uniform(0, 1200)
    made.dark(begin, end, lost=PAGE_CACHE, boot=BOOT)
    made.live()
    whole = made.boot(end, dirty=True)
    return made, (Truth(begin, whole, "total", ("power-loss", "kernel-panic", "unknown")),)


def zone_unsaid(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """Nothing but the access log tells the zone."""
    return refused(seed, zone_file=False, zone="Asia/Kolkata", logger="rfc3164")


def hardly_visited(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A power cut on a site with few visitors."""
    return power_loss(seed, rate=40.0, days=6.0)


def hang_hardly_visited(seed: int) -> tuple[Server, tuple[Truth, ...]]:
    """A hang on a site with few visitors and one poller."""
    return hung(seed, rate=60.0, days=5.0)


OUTAGES: tuple[Kind, ...] = (
    power_loss, panic, clean_reboot, paused, asleep, refused, hung, database_down, out_of_memory, name_unknown, degraded, restart,
    flapping, disk_full, data_disk_read_only, root_disk_read_only, web_server_down, web_server_killed,
    files_exhausted, hung_on_a_slow_disk, link_down, under_way, not_over, two,
    over_midnight, over_new_year, over_the_fold, zone_unsaid, hardly_visited, hang_hardly_visited,
)  # fmt: skip
