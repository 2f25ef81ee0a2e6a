"""Turns a few words of a story into a small log folder: an ordinary morning of one host, and what befalls it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from logforensics.analysis.columns import read_for_analysis
from logforensics.outage.facts import Facts, gather
from logforensics.outage.findings import Investigation
from logforensics.outage.model import Bracket, Outage
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings
from logforensics.timeline.model import Timeline

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0"
ROBOT = "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"

PAGES = ("/", "/about", "/style.css")
"""Paths the web server answers by itself."""

CALLS = ("/api/cart", "/api/search")
"""Paths that a backend answers."""

Answer = Callable[[datetime, str], tuple[int, float]]
"""For a request's arrival and path: the status, and the seconds until it was given."""


def at(clock: str, day: int = 2) -> datetime:
    """The instant "HH:MM[:SS]" of a day of March 2021, UTC (the 2nd is a Tuesday)."""
    return datetime.fromisoformat(f"2021-03-{day:02d}T{clock}").replace(tzinfo=UTC)


def every(begin: datetime, end: datetime, seconds: float) -> Iterator[datetime]:
    """The beats of a timer from `begin` until before `end`."""
    while begin < end:
        yield begin
        begin += timedelta(seconds=seconds)


def well(_time: datetime, _path: str) -> tuple[int, float]:
    """The answers of a healthy site."""
    return 200, 0.0


def failing(begin: datetime, end: datetime, status: int, paths: tuple[str, ...] = CALLS, waited: float = 0.0) -> Answer:
    """The answers of a site of which some paths fail for all who come in [begin, end)."""
    return lambda time, path: (status, waited) if path in paths and begin <= time < end else (200, 0.0)


class Scene:
    """The lines of one host's logs, in whatever order they are put in; `write` sorts each file by time."""

    def __init__(self) -> None:
        self.files: dict[str, list[tuple[datetime, str]]] = defaultdict(list)

    def put(self, file: str, time: datetime, text: str) -> None:
        """One line as it stands."""
        self.files[file].append((time, text))

    def say(self, time: datetime, program: str, message: str, file: str = "syslog") -> None:
        """One line of the syslog daemon."""
        self.put(file, time, f"{time.isoformat(timespec='microseconds')} web1 {program}: {message}")

    def ask(
        self,
        time: datetime,
        path: str,
        answer: tuple[int, float] = (200, 0.0),
        client: str = "198.51.100.7",
        agent: str = BROWSER,
    ) -> None:
        """One request that came at `time`; nginx writes its line when it ends."""
        status, waited = answer
        ended = time + timedelta(seconds=waited)
        stamp = f"{ended:%d/%b/%Y:%H:%M:%S} +0000"
        line = f'{client} - - [{stamp}] "GET {path} HTTP/1.1" {status} 512 "-" "{agent}"'
        self.put("nginx/access.log", ended.replace(microsecond=0), line)

    def refuse(self, time: datetime, path: str) -> None:
        """The error line of nginx for a request whose backend refused the connection."""
        text = "[error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream"
        request = f'client: 198.51.100.7, server: example.net, request: "GET {path} HTTP/1.1"'
        upstream = f'upstream: "http://127.0.0.1:5001{path}", host: "example.net"'
        self.put("nginx/error.log", time, f"{time:%Y/%m/%d %H:%M:%S} {text}, {request}, {upstream}")

    def live(
        self, begin: datetime, end: datetime, answer: Answer = well, *, web: bool = True, log: bool = True
    ) -> None:
        """Ordinary life: cron each minute (`log`); on the web a monitor each 5 minutes and some 80 visits an hour."""
        if log:
            for time in every(begin.replace(second=1), end, 60):
                if time >= begin:
                    self.say(time, f"CRON[{time.hour * 60 + time.minute + 900}]", "(root) CMD (/usr/local/bin/collect)")
        if not web:
            return
        first = begin.replace(minute=begin.minute // 5 * 5, second=30, microsecond=0)
        for time in every(first, end, 300):
            if time >= begin:
                self.ask(time, "/", answer(time, "/"), "192.0.2.9", ROBOT)
        chance = random.Random(begin.isoformat())  # noqa: S311 (visits, not secrets)
        time = begin
        while True:
            time += timedelta(seconds=chance.expovariate(1 / 45))
            if time >= end:
                return
            path = chance.choice(PAGES + CALLS + CALLS)
            self.ask(time, path, answer(time, path), f"198.51.100.{chance.randint(1, 90)}")

    def boot(self, time: datetime, *, replay: bool = False) -> datetime:
        """The machine starts: its kernel speaks at `time`, its service answers 20 s later (the returned instant)."""
        kernel = ["[    0.000000] Linux version 5.10.0-8-amd64 (debian-kernel@lists.debian.org)",
                  "[    0.000000] Command line: BOOT_IMAGE=/vmlinuz-5.10.0-8-amd64 root=/dev/sda1 ro"]  # fmt: skip
        if replay:
            kernel.append("[    2.218341] EXT4-fs (sda1): recovery complete")
        for line in kernel:
            self.say(time, "kernel", line)
        for seconds, unit in ((5, "Regular background program processing daemon"), (9, "The nginx web server")):
            self.say(time + timedelta(seconds=seconds), "systemd[1]", f"Started {unit}.")
        ready = time + timedelta(seconds=20)
        self.say(ready, "shop[812]", "Now listening on: http://127.0.0.1:5001")
        return ready

    def halt(self, time: datetime) -> None:
        """An orderly stop begins: services stop, the target is reached, the log daemon goes last."""
        self.say(time, "systemd[1]", "Stopping The nginx web server...")
        for seconds, unit in ((1, "The nginx web server"), (2, "Shop"), (3, "Regular background program processing")):
            self.say(time + timedelta(seconds=seconds), "systemd[1]", f"Stopped {unit}.")
        self.say(time + timedelta(seconds=4), "systemd[1]", "Reached target Reboot.")
        self.say(time + timedelta(seconds=5), "rsyslogd", '[origin software="rsyslogd"] exiting on signal 15.')

    def forget(self, begin: datetime, end: datetime, *files: str) -> None:
        """What was written in (begin, end) to some files (all of them by default) never reached the disk."""
        for file in files or tuple(self.files):
            self.files[file] = [(time, line) for time, line in self.files[file] if not begin < time < end]

    def write(self, folder: Path) -> Path:
        """The log folder of these lines."""
        for file, lines in self.files.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            text = "".join(f"{line}\n" for _, line in sorted(lines, key=lambda item: item[0]))
            path.write_bytes(text.encode())
        return folder

    def read(self, folder: Path) -> Timeline:
        """The timeline of these lines, through files and parsers."""
        return read_for_analysis([str(self.write(folder))])

    def facts(self, folder: Path) -> Facts:
        """What the analysers find in these lines."""
        return gather(self.read(folder))

    def investigate(self, folder: Path, threshold: float | None = None) -> Investigation:
        """The verdict on these lines."""
        return investigate(self.read(folder), Settings(threshold=threshold))

    def outages(self, folder: Path) -> tuple[Outage, ...]:
        """The outages found in these lines."""
        return self.investigate(folder).outages

    def outage(self, folder: Path) -> Outage:
        """The one outage found in these lines."""
        (outage,) = self.outages(folder)
        return outage


def morning(answer: Answer = well, begin: str = "06:00", end: str = "12:00") -> Scene:
    """An ordinary morning of a small site."""
    scene = Scene()
    scene.live(at(begin), at(end), answer)
    return scene


def holds(outage: Outage, start: datetime, end: datetime | None) -> bool:
    """Whether an outage's brackets hold the true start and end; give or take a second, the resolution of stamps."""
    if not _holds(outage.start, start):
        return False
    if outage.end is None or end is None:
        return outage.end is None and end is None
    return _holds(outage.end, end)


def _holds(bracket: Bracket, instant: datetime) -> bool:
    second = timedelta(seconds=1)
    since = bracket.earliest.time - second if bracket.earliest else instant
    return since <= instant <= bracket.latest.time + second
