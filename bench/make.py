"""Makes the logs that the benchmarks read: the same bytes on every machine, with an incident in them.

    ./run python bench/make.py FOLDER                       access.log (400 MB), syslog (190 MB), 2 000 000 lines each
    ./run python bench/make.py FOLDER --only tree --gb 1    a rotated and compressed tree of so much text

The numbers come from splitmix64 over a counter, so that no library's generator decides what is in the logs.
The incident: on the last day but two, from 09:05:37 to 09:31:10, the API answers 502 and 504; on the last day but one
the machine is off from 03:12:09 to 04:02:44, and every log is silent.  In a tree the seconds in which both begin and
end are logged, however few lines there are, so that trees of all sizes have the same answer (grow.py).
"""

from __future__ import annotations

import argparse
import gzip
import lzma
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

FEW = 14_000
"""Lines of each small log of a tree."""

Numbers = npt.NDArray[np.uint64]

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 14
LINES = 2_000_000

FAILING = (9 * 3600 + 5 * 60 + 37, 9 * 3600 + 31 * 60 + 10)
"""Seconds of the day, on the last day but two, at which requests to the API fail."""

OFF = (3 * 3600 + 12 * 60 + 9, 4 * 3600 + 2 * 60 + 44)
"""Seconds of the day, on the last day but one, at which nothing is written; the ends are logged."""

HOURS = (3, 2, 2, 2, 2, 3, 5, 8, 12, 15, 16, 16, 15, 16, 17, 17, 16, 15, 13, 11, 9, 7, 5, 4)
"""How busy the hours of a day are."""

ENDPOINTS = (
    ("/", 40), ("/favicon.ico", 12), ("/assets/site.3f9c1e.css", 30), ("/assets/app.81d2aa.js", 30),
    ("/api/v1/session", 25), ("/api/v1/cart", 18), ("/api/v1/search?q={}", 28), ("/api/v1/items/{}", 35),
    ("/api/v1/checkout", 4), ("/img/products/{}.webp", 60), ("/about", 3), ("/robots.txt", 2), ("/blog/{}", 9),
    ("/wp-login.php", 1), ("/feed.xml", 3),
)  # fmt: skip
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:135.0) Gecko/20100101 Firefox/135.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0",
)
REFERRERS = (
    "-",
    "https://www.example.net/",
    "https://www.example.net/search?q=shoes&page=2",
    "https://duckduckgo.com/",
)
PROGRAMS = (
    ("CRON[{}]: (root) CMD (/usr/lib/sysstat/debian-sa1 1 1)", 6),
    ("sshd[{}]: Connection closed by invalid user admin 203.0.113.{} port 50622 [preauth]", 10),
    ("sshd[{}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh rhost=198.51.100.{}", 10),
    ("systemd[1]: session-{}.scope: Deactivated successfully.", 6),
    ("kernel: [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.7 DST=10.0.0.5 LEN=40 ID={} PROTO=TCP SPT=44321 DPT=23", 14),
    ('dockerd[812]: time="..." level=info msg="health check for container {} done"', 16),
    ("app[2210]: order {} accepted in 12 ms", 24),
    ("postfix/smtpd[{}]: disconnect from mail.example.org[192.0.2.17] ehlo=1 mail=1 rcpt=1 quit=1 commands=4", 8),
    ("dhclient[640]: DHCPACK of 10.0.0.5 from 10.0.0.1 (xid=0x{}a1b2c3)", 2),
)  # fmt: skip


def mixed(seed: int, count: int, start: int = 0) -> Numbers:
    """`count` numbers of splitmix64 (Steele, Lea and Flood 2014), a function of the seed and their place alone."""
    place = np.arange(start, start + count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        state = (place + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed) * np.uint64(0xD1342543DE82EF95)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def chosen(numbers: Numbers, weights: Sequence[int]) -> npt.NDArray[np.int64]:
    """For each number an index, in proportion to the weights."""
    edges = np.cumsum(np.array(weights, dtype=np.uint64))
    found: npt.NDArray[np.int64] = np.searchsorted(edges, numbers % edges[-1], side="right")
    return found


def seconds_of(day: int, count: int, seed: int, days: int) -> npt.NDArray[np.int64]:
    """The seconds of a day at which `count` lines are written, in order."""
    weights = np.repeat(np.array(HOURS, dtype=np.uint64), 3600)
    if day == days - 2:
        weights[OFF[0] + 1 : OFF[1]] = 0
    edges = np.cumsum(weights)
    places = np.sort(mixed(seed, count) % edges[-1])
    seconds = np.searchsorted(edges, places, side="right")
    if day == days - 2 and count > 1:
        at = min(int(np.searchsorted(seconds, OFF[0])), count - 2)
        seconds[at : at + 2] = OFF
        seconds.sort()
    return seconds


def instants(day: int, seconds: npt.NDArray[np.int64]) -> pl.Series:
    """The instants of seconds of a day."""
    first = int((FIRST_DAY + timedelta(days=day)).timestamp())
    return pl.Series((first + seconds) * 1_000_000).cast(pl.Datetime("us"))


def access_day(day: int, count: int, days: int = DAYS, seed: int = 1) -> pl.Series:
    """One day of an nginx access log in the combined format, `count` lines."""
    base = seed * 1000 + day
    seconds = seconds_of(day, count, base, days)
    client, what, other = mixed(base + 10**6, count), mixed(base + 2 * 10**6, count), mixed(base + 3 * 10**6, count)
    endpoint = chosen(what, [weight for _, weight in ENDPOINTS])
    path = pl.Series([path for path, _ in ENDPOINTS]).gather(endpoint)
    # a few visitors come often: the square of an even number leans to the small ones
    visitor = ((client % np.uint64(4096)) * (client // np.uint64(4096) % np.uint64(4096))) // np.uint64(1024)
    api = np.isin(endpoint, [index for index, (path, _) in enumerate(ENDPOINTS) if path.startswith("/api/")])
    status = np.array([200, 304, 404, 301, 500])[chosen(other, [900, 80, 14, 5, 1])]
    if day == days - 3:
        hit = api & (seconds >= FAILING[0]) & (seconds <= FAILING[1]) & (other // np.uint64(1000) % np.uint64(20) > 0)
        status = np.where(
            hit, np.array([502, 504, 504])[(other // np.uint64(20000) % np.uint64(3)).astype(np.int64)], status
        )
    frame = pl.DataFrame(
        {
            "at": instants(day, seconds),
            "path": path,
            "visitor": visitor,
            "id": what // np.uint64(1 << 20) % np.uint64(5000),
            "status": status,
            "size": np.where(status == 304, 0, (other // np.uint64(1 << 30) % np.uint64(90_000)).astype(np.int64)),
            "agent": pl.Series(AGENTS).gather(pl.Series(visitor % np.uint64(len(AGENTS)))),
            "referrer": pl.Series(REFERRERS).gather(pl.Series(other // np.uint64(1 << 40) % np.uint64(len(REFERRERS)))),
        }
    )  # fmt: skip
    return frame.select(
        pl.format(
            '{}.{}.{}.{} - - [{}] "GET {} HTTP/1.1" {} {} "{}" "{}"',
            pl.col("visitor") % 4 + 100,
            pl.col("visitor") // 4 % 64 + 10,
            pl.col("visitor") // 256 % 64,
            pl.col("visitor") % 251,
            pl.col("at").dt.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            pl.col("path").str.replace("{}", pl.col("id").cast(pl.String), literal=True),
            "status",
            "size",
            "referrer",
            "agent",
        )
    ).to_series()


def pinned(lines: pl.Series) -> pl.Series:
    """The access log of the day of the failures, with the edges of these at all API endpoints.

    Each answers three times in the second before, then fails; fails once more in the last second, then answers thrice.
    """
    stamp = instants(0, np.array([*FAILING, FAILING[0] - 1, FAILING[1] + 1])).dt.strftime("%H:%M:%S").to_list()
    day = lines[0].partition("[")[2].partition(":")[0]
    paths = [path.replace("{}", "7") for path, _ in ENDPOINTS if path.startswith("/api/")]

    def asked(second: str, status: int, times: int) -> list[str]:
        line = '100.10.0.7 - - [{}:{} +0000] "GET {} HTTP/1.1" {} 90 "-" "{}"'
        return [line.format(day, second, path, status, AGENTS[-1]) for path in paths for _ in range(times)]

    first = asked(stamp[0], 502, 1) + asked(stamp[3], 200, 3)
    last = asked(stamp[2], 200, 3) + asked(stamp[1], 504, 1)
    every = pl.concat([pl.Series(first), lines, pl.Series(last)]).alias("line")
    second = pl.col("line").str.extract(r"\[[^:]+:([0-9:]{8}) ", 1)
    return every.to_frame().sort(second, maintain_order=True).to_series()


def syslog_day(day: int, count: int, days: int = DAYS, seed: int = 2, layout: str = "%b %e %H:%M:%S") -> pl.Series:
    """One day of a syslog, `count` lines, with stamps in `layout`; a kernel's banner ends the time off."""
    base = seed * 1000 + day
    seconds = seconds_of(day, count, base, days)
    what, other = mixed(base + 4 * 10**6, count), mixed(base + 5 * 10**6, count)
    text = pl.Series([text for text, _ in PROGRAMS]).gather(chosen(what, [weight for _, weight in PROGRAMS]))
    frame = pl.DataFrame(
        {
            "at": instants(day, seconds),
            "text": text,
            "pid": other % np.uint64(30_000) + np.uint64(300),
            "id": other // np.uint64(1 << 20) % np.uint64(250),
        }
    )
    lines = frame.select(
        pl.format(
            "{} web1 {}",
            pl.col("at").dt.strftime(layout),
            pl.col("text")
            .str.replace("{}", pl.col("pid").cast(pl.String), literal=True)
            .str.replace("{}", pl.col("id").cast(pl.String), literal=True),
        )
    ).to_series()
    if day != days - 2:
        return lines
    at = int(np.searchsorted(seconds, OFF[1]))
    stamp = lines[at].partition(" web1 ")[0]
    banner = f"{stamp} web1 kernel: [    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) #1 SMP"
    return pl.concat([lines[:at], pl.Series([banner]), lines[at + 1 :]])


def shares(lines: int, days: int) -> list[int]:
    """How many of `lines` fall on each of the days."""
    return [lines * (day + 1) // days - lines * day // days for day in range(days)]


def text_of(lines: pl.Series) -> bytes:
    """The lines as a file holds them."""
    return ("\n".join(lines.to_list()) + "\n").encode()


def make_access(path: Path, lines: int = LINES, days: int = DAYS) -> None:
    """One access log, written at once."""
    with path.open("wb") as file:
        for day, count in enumerate(shares(lines, days)):
            file.write(text_of(access_day(day, count, days)))


def make_syslog(path: Path, lines: int = LINES, days: int = DAYS) -> None:
    """One syslog, written at once; its last change is that of its last line, from which the year is told."""
    with path.open("wb") as file:
        for day, count in enumerate(shares(lines, days)):
            file.write(text_of(syslog_day(day, count, days)))
    dated(path, days)


def dated(path: Path, day: int) -> None:
    """Sets a file's time of change to the end of a day, as a logger would have left it."""
    stamp = (FIRST_DAY + timedelta(days=day)).timestamp()
    os.utime(path, (stamp, stamp))


def make_tree(root: Path, gigabytes: float, days: int = DAYS) -> None:
    """A host's /var/log with `gigabytes` of text: each log rotated daily, the older files packed.

    Half is access logs, the rest syslog, auth.log and an application's log with RFC 3339 stamps; two logs are small
    whatever the size is.  One in seven of the
    rotated files is plain, one xz, the others gzip, as a change of logrotate's configuration leaves them.
    """
    (root / "var/log/nginx").mkdir(parents=True, exist_ok=True)
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/timezone").write_bytes(b"Etc/UTC\n")
    size = gigabytes * 1e9
    plan = (
        ("nginx/access.log", size * 0.5 / 201, 1),
        ("syslog", size * 0.25 / 95, 2),
        ("auth.log", size * 0.1 / 95, 3),
        ("app.log", size * 0.15 / 105, 4),
        ("cron.log", FEW, 5),
        ("mail.log", FEW, 6),
    )
    for name, lines, seed in plan:
        for day, count in enumerate(shares(int(lines), days)):
            if seed == 1:
                text = access_day(day, count, days, seed)
                text = pinned(text) if day == days - 3 else text
            else:
                layout = "%Y-%m-%dT%H:%M:%S+00:00" if seed == 4 else "%b %e %H:%M:%S"
                text = syslog_day(day, count, days, seed, layout)
            write_rotated(root / "var/log" / name, days - 1 - day, text_of(text))
            del text
        for path in rotated(root / "var/log" / name, days):
            dated(*path)


def rotated(path: Path, days: int) -> Iterator[tuple[Path, int]]:
    """The files of a log with the day at whose end each was written last."""
    for found in path.parent.glob(f"{path.name}*"):
        age = found.name.removeprefix(path.name).strip(".").partition(".")[0]
        yield found, days - int(age or 0)


def write_rotated(path: Path, age: int, data: bytes) -> None:
    """Writes the file of `age` rotations: the live one, `.1` as it was, older ones packed."""
    name = path.with_name(path.name + (f".{age}" if age else ""))
    if age in (0, 1) or age % 7 == 3:
        name.write_bytes(data)
    elif age % 7 == 5:
        name.with_name(name.name + ".xz").write_bytes(lzma.compress(data, preset=0))
    else:
        # no name and no time in the header: the same bytes whenever it is made
        name.with_name(name.name + ".gz").write_bytes(gzip.compress(data, compresslevel=1, mtime=0))


def main() -> None:
    """Reads the command line and makes what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=("access", "syslog", "tree"), help="make nothing else")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--gb", type=float, default=1.0, help="text in the tree, in GB")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.only in (None, "access"):
        make_access(options.folder / "access.log", options.lines)
    if options.only in (None, "syslog"):
        make_syslog(options.folder / "syslog", options.lines)
    if options.only == "tree":
        make_tree(options.folder, options.gb)


if __name__ == "__main__":
    main()
