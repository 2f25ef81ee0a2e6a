"""Kinds in which something in the logs points the wrong way: lines that are not here, attempts in vain, coincidences."""

# ruff: noqa: E501 - log lines are as long as programs write them

from __future__ import annotations

from dataclasses import replace

from tests.simulate.outages import BOOT, REFUSED, Kind, Truth, failing, length, moment, server
from tests.simulate.server import DAY, PAGE_CACHE, SITES, Answer, Fault, Server

Made = tuple[Server, tuple[Truth, ...]]

NGINX = "A high performance web server and a reverse proxy server"


def unreached(seed: int, **own: object) -> tuple[Server, float, float]:
    """A server whose web site nobody reaches for hours, while all else goes on: who serves it is not told."""
    made = server(seed, **{"web": "nginx", "rate": 2500.0, **own})
    begin = moment(made)
    end = begin + length(made, 2 * 3600, 8 * 3600)
    cut_off(made, begin, end)
    made.live()
    made.requests = [request for request in made.requests if not begin <= request[1] < end]
    return made, begin, end


def web_logs(made: Server) -> tuple[str, ...]:
    """Everything that is written because a request came."""
    return made.access, "nginx/error.log", "apache2/error.log", made.stats_log


def cut_off(made: Server, begin: float, end: float) -> None:
    """No request comes."""
    logs = web_logs(made)
    made.faults.append(Fault(begin, end, loses=lambda time, source: source in logs and begin <= time < end))


# --- lines that are not here


def web_logs_copied_early(seed: int) -> Made:
    """The web logs were copied half an hour to two days before the others."""
    made = server(seed, days=4.0)
    made.live()
    last = made.stop - length(made, 1800, 2 * DAY)
    logs = web_logs(made)
    made.lines = [line for line in made.lines if line[2] not in logs or line[0] < last]
    return made, ()


def member_missing(seed: int) -> Made:
    """One rotated member of the access log, or of all web logs, was not copied."""
    made = server(seed, days=6.0, rotate="numbers" if seed % 2 else "dates")
    made.live()
    cuts = sorted(made.rotations)
    lost = 2 + seed % 2
    logs = (made.access,) if seed % 3 else web_logs(made)[:3]
    made.lines = [line for line in made.lines if line[2] not in logs or not cuts[lost - 1] <= line[0] < cuts[lost]]
    return made, ()


def member_missing_of_the_only_log(seed: int) -> Made:
    """There is but the access log, and one member of it was not copied."""
    made, _ = member_missing(seed + seed % 2 + 1)
    made.lines = [line for line in made.lines if line[2] == made.access]
    return made, ()


def stopped_and_not_over(seed: int) -> Made:
    """The web server fails at a restart and is still down when the logs are copied."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made, 0.7, 0.95)
    cut_off(made, begin, made.stop + 5)
    made.live()
    made.requests = [request for request in made.requests if request[1] < begin]
    made.system(begin - 0.2, "systemd[1]", f"Stopping {NGINX}...", "daemon.log")
    made.system(begin, "systemd[1]", f"Stopped {NGINX}.", "daemon.log")
    made.system(begin + 0.3, "systemd[1]", "nginx.service: Failed with result 'exit-code'.", "daemon.log")
    made.system(begin + 0.3, "systemd[1]", f"Failed to start {NGINX}.", "daemon.log")
    return made, (Truth(begin, None, "total", ("web-server-down",)),)


def unplugged_and_not_over(seed: int) -> Made:
    """The cable is out, and still so when the logs are copied."""
    made = server(seed, rate=2500.0)
    begin = moment(made, 0.7, 0.95)
    made.faults.append(Fault(begin, made.stop + 5, arrives=lambda _: 0.0))
    made.live()
    made.kernel(begin, "e1000e: eth0 NIC Link is Down")
    return made, (Truth(begin, None, "total", ("network-loss",)),)


# --- attempts in vain and coincidences


def restarted_in_vain(seed: int) -> Made:
    """In the midst of it somebody restarts the web server, which mends nothing."""
    made, begin, end = unreached(seed)
    at = begin + (end - begin) * made.random.uniform(0.2, 0.9)
    for step, text in enumerate(
        (f"Stopping {NGINX}...", f"Stopped {NGINX}.", f"Starting {NGINX}...", f"Started {NGINX}.")
    ):
        made.system(at + step * 0.3, "systemd[1]", text, "daemon.log")
    return made, (Truth(begin, end, "total", ("unknown", "network-loss")),)


def another_link(seed: int) -> Made:
    """In the midst of it a cable is pulled that carries nothing of the site."""
    made, begin, end = unreached(seed)
    at = begin + (end - begin) * made.random.uniform(0.2, 0.9)
    made.kernel(at, "e1000e 0000:00:19.0 eth1: NIC Link is Down")
    return made, (Truth(begin, end, "total", ("unknown",)),)


def sleep_refused(seed: int) -> Made:
    """In the midst of it a sleep is announced that never comes."""
    made, begin, end = unreached(seed)
    at = begin + (end - begin) * made.random.uniform(0.2, 0.9)
    made.system(at, "systemd-logind[612]", "The system will suspend now!", "daemon.log", "auth.log")
    return made, (Truth(begin, end, "total", ("unknown",)),)


def listening_long_before(seed: int) -> Made:
    """After a power cut sshd and a database listen at once; the site answers half an hour to two hours later."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    up = begin + length(made, 600, 3 * 3600)
    whole = up + length(made, 1800, 7200)
    made.dark(begin, up, lost=PAGE_CACHE, boot=BOOT)
    cut_off(made, up, whole)
    made.live()
    made.requests = [request for request in made.requests if not begin <= request[1] < whole]
    made.boot(up, dirty=True)
    made.lines = [line for line in made.lines if not (line[2] == made.app_log and up <= line[0] < whole)]
    made.faults, faults = [], made.faults
    made.system(up + 6, "sshd[702]", "Server listening on 0.0.0.0 port 22.", "auth.log")
    made.system(up + 7, "sshd[702]", "Server listening on :: port 22.", "auth.log")
    made.system(up + 9, "postgres[811]", "[1-1] LOG:  database system is ready to accept connections")
    made.faults = faults
    if seed % 2:
        made.say(whole, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, whole, "total", ("power-loss", "kernel-panic", "unknown")),)


def early_lines_of_a_boot(seed: int) -> Made:
    """After a power cut the first programs write before the log daemon has stamped what is in the kernel's buffer."""
    made = server(seed)
    begin = moment(made)
    up = begin + length(made, 400, 8 * 3600)
    made.dark(begin, up, lost=PAGE_CACHE, boot=BOOT)
    made.live()
    whole = made.boot(up, dirty=True)
    made.faults = []
    early = up + made.random.uniform(0.2, 1.5)
    made.system(early, "systemd-modules-load[233]", "Inserted module 'fuse'", "daemon.log")
    made.system(early + 0.6, "systemd-udevd[250]", "Using default interface naming scheme 'v247'.", "daemon.log")
    return made, (Truth(begin, whole, "total", ("power-loss", "kernel-panic", "unknown")),)


def short_timeout(seed: int) -> Made:
    """In the busiest hours the application hangs, and the web server waits ten seconds for it; its log does not tell how long."""
    calls = SITES[0].calls[:1]
    site = replace(SITES[0], calls=calls, writes=calls)
    made = server(seed, web="nginx", rate=12000.0, days=1.9, site=site, rotate="numbers")
    begin = made.rotations[0] + made.random.uniform(12, 15) * 3600
    end = begin + length(made, 600, 3600)
    failing(made, begin, end, made.site.calls, lambda _: Answer(504, 10.0))
    made.live()
    return made, (Truth(begin, end, "partial", ("upstream-slow", "upstream-down"), made.site.calls),)


def quiet_night(seed: int) -> tuple[Server, float]:
    """A site that is asked for in the daytime only, and whose calls are answered 500 for three hours from early morning on."""
    made = server(seed, days=5.0, rate=1500.0, rotate="numbers")
    begin = made.rotations[2] + made.random.uniform(6, 7.9) * 3600
    failing(made, begin, begin + 3 * 3600, made.site.calls, lambda random: Answer(500, random.uniform(0.01, 0.1)))
    for night in made.rotations:
        made.faults.append(Fault(night - 2 * 3600, night + 8 * 3600, arrives=lambda _: 0.0))
    made.live()
    timers = ("203.0.113.9 ", "198.51.100.77 ")
    made.lines = [line for line in made.lines if not line[3].startswith(timers)]
    return made, begin


def job_failed_at_night(seed: int) -> Made:
    """A job that has nothing to do with it failed in the night before, or a container's process was killed."""
    made, begin = quiet_night(seed)
    at = made.rotations[2] + made.random.uniform(0, 5) * 3600
    if seed % 2:
        made.system(
            at, "systemd[1]", "man-db.service: Main process exited, code=exited, status=1/FAILURE", "daemon.log"
        )
        made.system(at, "systemd[1]", "man-db.service: Failed with result 'exit-code'.", "daemon.log")
    else:
        made.kernel(
            at,
            "Memory cgroup out of memory: Killed process 991 (python3) total-vm:812340kB, anon-rss:522340kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1120kB oom_score_adj:0",
        )
    return made, (Truth(begin, begin + 3 * 3600, "partial", ("unknown", "upstream-down"), made.site.calls),)


def backup_full_while_refused(seed: int) -> Made:
    """The nightly backup finds its own disk full, as each night; this night the application crashes at that hour."""
    made = server(seed, days=5.0, rate=2500.0)
    begin = made.start + 3 * DAY + 7215
    end = begin + length(made, 900, 3 * 3600)
    failing(made, begin, end, made.site.calls, lambda _: REFUSED)
    made.live()
    for night in range(5):
        at = made.start + night * DAY + 7200
        for turn in range(30):
            made.system(
                at + turn,
                "rsync[9120]",
                f'rsync: [receiver] write failed on "/mnt/backup/srv/file{turn}": No space left on device (28)',
            )
    unit = f"{made.site.name}.service"
    made.system(begin, "systemd[1]", f"{unit}: Main process exited, code=dumped, status=11/SEGV", "daemon.log")
    made.system(begin + 0.1, "systemd[1]", f"{unit}: Failed with result 'core-dump'.", "daemon.log")
    made.system(end - 1.5, "systemd[1]", f"Started {made.site.name} application.", "daemon.log")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("upstream-down",), made.site.calls),)


OUTAGES: tuple[Kind, ...] = (
    stopped_and_not_over, unplugged_and_not_over, restarted_in_vain, another_link, sleep_refused,
    listening_long_before, early_lines_of_a_boot, short_timeout, job_failed_at_night, backup_full_while_refused,
)  # fmt: skip

TRAPS: tuple[Kind, ...] = (web_logs_copied_early, member_missing, member_missing_of_the_only_log)
