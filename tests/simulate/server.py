"""A simulated server: what its programs would log over some days, and what a fault takes away from that or adds to it."""

# ruff: noqa: E501, S311 - log lines are as long as programs write them; what chance decides here is no secret

from __future__ import annotations

import gzip
import math
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from tests.simulate.styles import STYLES, Style

DAY = 86400.0

UPTIME = "[@uptime]"
"""Stands in a kernel line for the seconds since the boot before it, until the line is written."""

PAGE_CACHE = 30.0
"""Seconds of a file's last lines that a power cut takes with it (vm.dirty_expire_centisecs)."""


@dataclass(frozen=True)
class Site:
    """What a server serves: its pages, the calls its application answers, and those of them that write to the disk."""

    name: str
    pages: tuple[str, ...]
    calls: tuple[str, ...]
    writes: tuple[str, ...]

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Every path."""
        return (*self.pages, *self.calls)


SITES = (
    Site(
        "recipes",
        ("/", "/about", "/recipes", "/recipes/latest", "/style.css", "/app.js", "/favicon.ico"),
        ("/api/recipes/search", "/api/recipes/save", "/api/ratings", "/api/session"),
        ("/api/recipes/save", "/api/ratings", "/api/session"),
    ),
    Site(
        "booking",
        ("/", "/rooms", "/prices", "/contact", "/assets/site.css", "/assets/site.js", "/favicon.ico"),
        ("/availability", "/book", "/payments/start", "/my/bookings", "/admin/calendar"),
        ("/book", "/payments/start"),
    ),
    Site(
        "telemetry",
        ("/", "/docs", "/docs/quickstart", "/static/main.css", "/robots.txt"),
        ("/v2/ingest", "/v2/query", "/v2/devices", "/v2/alerts"),
        ("/v2/ingest", "/v2/devices"),
    ),
)

BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.2 Mobile/15E148 Safari/604.1",
)
RESET = "recv() failed (104: Connection reset by peer) while reading response header from upstream"
ROBOT = "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"
CRAWLER = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"


@dataclass(frozen=True)
class Answer:
    """How a request ends: its status, how long it took (seconds), and what the error log says of it ("" nothing)."""

    status: int
    took: float
    error: str = ""
    level: str = "error"


@dataclass
class Fault:
    """Something wrong from `begin` to `end` (epoch seconds).

    `answers(random, time, path)` overrides what a request gets, None leaves it; `loses(time, source)` says that a line
    never reaches its file; `arrives(time)` is the share of requests that still come.
    """

    begin: float
    end: float
    answers: Callable[[Random, float, str], Answer | None] | None = None
    loses: Callable[[float, str], bool] | None = None
    arrives: Callable[[float], float] | None = None


@dataclass
class Server:
    """One server over `days` days from `begin`; deterministic in its seed."""

    seed: int
    begin: datetime
    days: float = 3.0
    zone: str = "Europe/Berlin"
    site: Site = SITES[0]
    rate: float = 900.0  # requests a day at the site's own clients
    web: str = "nginx"
    logger: str = "rfc3164"
    app: str = "nlog"
    rotate: str = "numbers"
    zone_file: bool = True
    stats: bool = True
    lines: list[tuple[float, int, str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    clock: Callable[[float], float] = lambda time: time  # what the host's clock shows
    requests: list[tuple[float, float, str, int]] = field(default_factory=list)  # came, ended, path, status
    moves: list[tuple[float, str]] = field(default_factory=list)  # when the host was set to another zone, and to which
    late: dict[int, float] = field(default_factory=dict)  # by a line's number: the time in it, where it came later
    here: bool = False  # whether the logs are read on the machine itself
    copied: float | None = None  # when the files were copied by a tool that does not keep their times

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.start = self.begin.timestamp()
        self.stop = self.start + self.days * DAY
        self.tz = ZoneInfo(self.zone)
        self.host = self.random.choice(["web3", "kastor", "vm-0412", "srv1"])
        self.boots = [self.start - self.random.uniform(5, 60) * DAY]
        self.styles: dict[str, Style] = {
            "nginx/access.log" if self.web == "nginx" else "apache2/access.log": STYLES["access"],
            "nginx/error.log": STYLES["nginx_error"],
            "apache2/error.log": STYLES["apache_error"],
            f"{self.site.name}/{self.site.name}.log": STYLES[self.app],
            f"{self.site.name}/stats.tsv": STYLES["tsv"],
        }

    # --- where lines go

    @property
    def access(self) -> str:
        """The access log."""
        return f"{'nginx' if self.web == 'nginx' else 'apache2'}/access.log"

    @property
    def app_log(self) -> str:
        """The application's log."""
        return f"{self.site.name}/{self.site.name}.log"

    @property
    def stats_log(self) -> str:
        """The application's table of served calls."""
        return f"{self.site.name}/stats.tsv"

    def say(self, time: float, source: str, text: str) -> None:
        """One line at a true instant, unless a fault loses it."""
        if self.start <= time < self.stop and not any(f.loses and f.loses(time, source) for f in self.faults):
            self.lines.append((time, len(self.lines), source, text))

    def system(self, time: float, tag: str, text: str, *more: str) -> None:
        """A syslog line: into syslog and the named files beside it."""
        for source in ("syslog", *more):
            self.say(time, source, f"{tag}: {text}")

    def kernel(self, time: float, text: str) -> None:
        """A line of the kernel's own, with its seconds since boot."""
        self.system(time, "kernel", f"{UPTIME} {text}", "kern.log")

    # --- what happens by itself

    def live(self) -> None:
        """Everything that goes on whatever happens; faults must be set before."""
        self._traffic()
        self._every(300, 7.3, lambda t: self._call(t, "203.0.113.9", "/", ROBOT, "HEAD"))
        poller = self.site.calls[0]
        self._every(
            60 * self.random.choice([1, 5, 5]),
            11.9,
            lambda t: self._call(t, "198.51.100.77", poller, "curl/7.74.0", "GET"),
        )
        self._every(
            600, 1.0, lambda t: self._cron(t, "root", "command -v debian-sa1 > /dev/null && debian-sa1 1 1"), jitter=0.4
        )
        self._every(
            3600,
            17 * 60 + 1.0,
            lambda t: self._cron(t, "root", "cd / && run-parts --report /etc/cron.hourly"),
            jitter=0.4,
        )
        self._every(
            DAY,
            6.4 * 3600,
            lambda t: self.system(t, "systemd[1]", "Starting Daily apt upgrade and clean activities...", "daemon.log"),
        )
        self._every(
            DAY,
            6.4 * 3600 + 9,
            lambda t: self.system(t, "systemd[1]", "apt-daily-upgrade.service: Succeeded.", "daemon.log"),
        )
        self._noise()
        self._every(
            900,
            333.0,
            lambda t: self.say(t, self.app_log, "INFO|Maintenance.Sweeper|swept 0 expired entries"),
            jitter=4.0,
        )

    def request(
        self, time: float, client: str, path: str, agent: str, *, method: str = "GET", referrer: str = "-"
    ) -> int:
        """One request that comes at `time`; returns its status."""
        random = self.random
        answer = None
        for fault in self.faults:
            if answer is None and fault.answers and fault.begin <= time < fault.end:
                answer = fault.answers(random, time, path)
                if answer is not None and time + answer.took > fault.end:  # what is mended is restarted first
                    answer = Answer(502, fault.end - time, RESET)
        if answer is None:
            known = path in self.site.endpoints
            took = random.lognormvariate(-3.5, 0.6) if path in self.site.calls else 0.002
            answer = Answer(200 if known else 404, took)
        ended = time + answer.took
        size = {200: random.randint(300, 20000), 404: 153, 499: 0, 500: 1208, 502: 559, 503: 614, 504: 569}.get(
            answer.status, 400
        )
        query = (
            f"?q={random.randint(1, 99)}"
            if path in self.site.calls and method == "GET" and random.random() < 0.5
            else ""
        )
        text = f'{client} - - [@] "{method} {path}{query} HTTP/1.1" {answer.status} {0 if method == "HEAD" else size} "{referrer}" "{agent}"'
        self.say(ended, self.access, text)
        if answer.error:
            where = "nginx/error.log" if self.web == "nginx" else "apache2/error.log"
            self.say(ended, where, self._error(answer, client, method, path, query))
        if answer.status == 200 and self.stats and path in self.site.writes:
            self.say(ended, self.stats_log, f"{path.rsplit('/', 1)[-1]}\t{random.randint(1, 9)}\t{answer.took:.4f}")
        if self.start <= ended < self.stop:
            self.requests.append((time, ended, path, answer.status))
        return answer.status

    def _call(self, time: float, client: str, path: str, agent: str, method: str) -> None:
        """The call of a timer: it comes unless nothing can."""
        if self._arriving(time) > 0:
            self.request(time, client, path, agent, method=method)

    def _error(self, answer: Answer, client: str, method: str, path: str, query: str) -> str:
        if self.web != "nginx":
            return f"[proxy:{answer.level}] [pid 1201:tid 140] [client {client}:40112] {answer.error}"
        number = len(self.requests) + 4000
        name = f"{self.site.name}.example.org"
        return (
            f"[{answer.level}] 1201#1201: *{number} {answer.error}, client: {client}, server: {name}, "
            f'request: "{method} {path}{query} HTTP/1.1", upstream: "http://127.0.0.1:5000{path}{query}", host: "{name}"'
        )

    def _traffic(self) -> None:
        """Visitors by the hour of the day, each with a few requests; crawlers and scanners beside them."""
        random, day_rate = self.random, self.rate / 4
        for time in self._poisson(day_rate, lambda t: 1.0 + 0.9 * math.sin((self._hour(t) - 8) / 24 * 2 * math.pi)):
            client = f"{random.choice(['192.0.2', '198.51.100', '100.64.7'])}.{random.randint(1, 254)}"
            agent = random.choice(BROWSERS)
            for step in range(random.randint(1, 7)):
                at = time + step * random.uniform(0.2, 20)
                path = random.choice(self.site.calls if random.random() < 0.45 else self.site.pages)
                if random.random() < self._arriving(at):
                    status = self.request(at, client, path, agent, referrer=f"https://{self.site.name}.example.org/")
                    if status >= 500 and random.random() < 0.4:  # somebody tries again
                        self.request(at + random.uniform(2, 15), client, path, agent)
        for time in self._poisson(40):
            if random.random() < self._arriving(time):
                self.request(time, "203.0.113.200", random.choice(self.site.pages), CRAWLER)
        for time in self._poisson(6):
            scanner = f"192.0.2.{random.randint(1, 254)}"
            for number, path in enumerate(
                random.sample(["/.env", "/wp-login.php", "/.git/config", "/admin.php", "/cgi-bin/luci"], 3)
            ):
                if random.random() < self._arriving(time):
                    self.request(time + number, scanner, path, "Mozilla/5.0 zgrab/0.x")

    def _arriving(self, time: float) -> float:
        return min((f.arrives(time) for f in self.faults if f.arrives and f.begin <= time < f.end), default=1.0)

    def _noise(self) -> None:
        random = self.random
        for time in self._poisson(60):
            if self._arriving(time) > 0:
                self.kernel(
                    time,
                    f"[UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:1b:62:a1 SRC=192.0.2.{random.randint(1, 254)} DST=198.51.100.20 LEN=40 TTL=240 PROTO=TCP SPT={random.randint(1024, 65000)} DPT=23 WINDOW=1024 RES=0x00 SYN URGP=0",
                )
        for time in self._poisson(150):
            if self._arriving(time) > 0:
                self.say(
                    time,
                    "auth.log",
                    f"sshd[{random.randint(900, 32000)}]: Failed password for invalid user admin from 203.0.113.{random.randint(1, 254)} port {random.randint(1024, 65000)} ssh2",
                )
        for time in self._poisson(12):
            self.say(
                time,
                self.app_log,
                f"{random.choice(['INFO|Cache|refreshed', 'DEBUG|Pool|3 connections in use', 'WARN|Client|slow reader'])}",
            )

    def _cron(self, time: float, user: str, command: str) -> None:
        pid = self.random.randint(900, 32000)
        self.system(time, f"CRON[{pid}]", f"({user}) CMD ({command})")
        self.say(
            time, "auth.log", f"CRON[{pid}]: pam_unix(cron:session): session opened for user {user}(uid=0) by (uid=0)"
        )

    def _every(self, period: float, phase: float, act: Callable[[float], object], *, jitter: float = 1.5) -> None:
        time = self.start - self.start % period + phase
        while time < self.stop:
            if time >= self.start:
                act(time + self.random.uniform(0, jitter))
            time += period

    def _poisson(self, per_day: float, shape: Callable[[float], float] | None = None) -> Iterator[float]:
        time = self.start
        while (time := time + self.random.expovariate(2 * per_day / DAY)) < self.stop:
            if self.random.random() < (shape(time) if shape else 1.0) / 2:
                yield time

    def _hour(self, time: float) -> float:
        local = datetime.fromtimestamp(time, self.tz)
        return local.hour + local.minute / 60

    # --- faults of the whole machine

    def dark(self, begin: float, end: float, *, lost: float = 0.0, boot: float = 0.0) -> None:
        """No line at all from `begin` to `end`; `lost` seconds before it are gone from the files as well.

        With `boot`, the machine starts at `end`, and its services take so many seconds more.
        """
        end += boot
        cut = {source: begin - self.random.uniform(0, lost) for source in self._sources()}
        self.faults.append(
            Fault(
                begin - lost,
                end,
                loses=lambda t, s: cut.get(s, begin) <= t < end,
                arrives=lambda t: 0.0 if t >= begin else 1.0,
            )
        )

    def _sources(self) -> tuple[str, ...]:
        return (
            "syslog",
            "kern.log",
            "auth.log",
            "daemon.log",
            self.access,
            "nginx/error.log",
            self.app_log,
            self.stats_log,
        )

    def boot(self, time: float, *, dirty: bool, ready: float = 12.0) -> float:
        """The lines of a boot whose kernel starts at `time`; returns when the service is whole again."""
        self.boots.append(time)
        self.faults, faults = [], self.faults
        logged = time + 4.0
        for text in (
            "Linux version 5.10.0-23-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110) #1 SMP Debian 5.10.179-1 (2023-05-12)",
            "Command line: BOOT_IMAGE=/boot/vmlinuz-5.10.0-23-amd64 root=UUID=0f0e8a3c ro quiet",
        ):
            self.system(logged, "kernel", f"[    0.000000] {text}", "kern.log")
        if dirty:
            self.system(logged, "kernel", "[    3.102934] EXT4-fs (sda1): recovery complete", "kern.log")
        self.system(
            logged,
            "kernel",
            "[    3.110210] EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: errors=remount-ro",
            "kern.log",
        )
        self.system(logged + 0.4, "systemd[1]", "Started Journal Service.", "daemon.log")
        self.system(logged + 1.1, "systemd[1]", "Reached target Network.", "daemon.log")
        server = (
            "A high performance web server and a reverse proxy server"
            if self.web == "nginx"
            else "The Apache HTTP Server"
        )
        self.system(logged + 1.6, "systemd[1]", f"Starting {server}...", "daemon.log")
        self.system(logged + 2.1, "systemd[1]", f"Started {server}.", "daemon.log")
        self.system(logged + 2.2, "systemd[1]", f"Started {self.site.name} application.", "daemon.log")
        whole = logged + ready
        self.say(whole, self.app_log, "INFO|Host|Application started")
        self.faults = faults
        return whole

    # --- into files

    def write(self, root: Path) -> None:
        """The tree below `root`: etc/timezone and var/log with its rotations, with file times as logrotate leaves them."""
        log = root / "var" / "log"
        log.mkdir(parents=True)
        if self.zone_file:
            (root / "etc").mkdir()
            zone = self.moves[-1][1] if self.moves else self.zone
            (root / "etc" / "timezone").write_text(zone + "\n", encoding="utf-8")
        parts: dict[tuple[str, int], list[bytes]] = defaultdict(list)
        ends: dict[tuple[str, int], float] = {}
        cuts = self.rotations
        for time, number, source, text in sorted(self.lines):
            age = sum(cut > time for cut in cuts) if self._rotates(source) else 0
            place = next((ZoneInfo(name) for at, name in reversed(self.moves) if time >= at), self.tz)
            shown = datetime.fromtimestamp(self.clock(self.late.get(number, time)), UTC).astimezone(place)
            style = self.styles.get(source, STYLES[self.logger])
            booted = max(boot for boot in self.boots if boot <= time)
            told = text.replace(UPTIME, f"[{time - booted:12.6f}]", 1)
            parts[source, age].append(style(shown, self.host, told).encode())
            ends[source, age] = time
        for (source, age), lines in parts.items():
            path = log / self._named(source, age, cuts)
            path.parent.mkdir(parents=True, exist_ok=True)
            data = b"".join(line + b"\n" for line in lines)
            path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
            written = ends[source, age] if self.copied is None else self.copied
            os.utime(path, (written, written))

    @property
    def rotations(self) -> list[float]:
        """The instants at which the logs are rotated, oldest first."""
        midnight = datetime.fromtimestamp(self.start, self.tz).replace(hour=0, minute=0, second=0, microsecond=0)
        nights = [(midnight + timedelta(days=day)).timestamp() for day in range(1, int(self.days) + 2)]
        return [] if self.rotate == "none" else [night for night in nights if self.start < night < self.stop]

    def _rotates(self, source: str) -> bool:
        return not source.startswith(self.site.name)

    def _named(self, source: str, age: int, cuts: list[float]) -> str:
        if age == 0:
            return source
        packed = ".gz" if age > 1 else ""
        if self.rotate == "dates":
            day = datetime.fromtimestamp(sorted(cuts)[len(cuts) - age], self.tz)
            return f"{source}-{day:%Y%m%d}{packed}"
        return f"{source}.{age}{packed}"
