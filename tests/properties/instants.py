"""Turns a seed into one host's logs with known instants, reads them back, and counts what came back wrong.

    ./run python -m tests.properties.instants --seed 1 --count 100000

Every time-stamped format of parsers/ takes its turn, in forty zones, around their changes of 2007 to 2037, New Years
and leap days.  The truth is the instant that the host's clock showed.  An event is wrong if its instant is not the
true one although its basis says that it is known, or if its bounds leave the true one out although it is open.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import os
import random
import tempfile
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from logforensics.clock.zones import Zone
from logforensics.errors import EvidenceError
from logforensics.parsing.layout import COUNTS
from logforensics.settings import Settings
from logforensics.timeline.build import read_timeline
from tests.properties.spellings import Spelling, spellings

ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Moscow", "Europe/Istanbul", "Europe/Samara",
    "Europe/Volgograd", "Africa/Cairo", "Africa/Casablanca", "Africa/Juba", "Africa/Windhoek", "America/New_York",
    "America/St_Johns", "America/Sao_Paulo", "America/Caracas", "America/Mexico_City", "America/Tijuana",
    "America/Santiago", "America/Asuncion", "America/Havana", "America/Nuuk", "Antarctica/Casey",
    "Antarctica/Macquarie", "Antarctica/Troll", "Asia/Almaty", "Asia/Amman", "Asia/Dhaka", "Asia/Gaza",
    "Asia/Kathmandu", "Asia/Kolkata", "Asia/Pyongyang", "Asia/Tehran", "Asia/Tokyo", "Australia/Eucla",
    "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Apia", "Pacific/Chatham", "Pacific/Fakaofo", "Pacific/Norfolk",
)  # fmt: skip
"""Half hours and quarters, folds of 30 minutes and of two hours, changes at midnight, folds without summer time, days
left out, summer time that runs backwards, pauses for Ramadan, rules that came and went."""

FIRST, LAST = 2007, 2037
SHOWN = 25
"""Examples kept of each verdict."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Line(NamedTuple):
    """What the clock showed, the true instant, and the zone that the host was set to."""

    shown: datetime
    true: datetime
    zone: str


@dataclass
class Log:
    """One log: how its lines are written, by which spelling from which line on, and where it was rotated."""

    name: str
    lines: list[Line]
    spellings: list[tuple[int, Spelling]]
    cuts: Sequence[int] = ()
    packed: bool = False
    dated: bool = False

    @property
    def spelling(self) -> Spelling:
        """The first of its spellings."""
        return self.spellings[0][1]


@dataclass
class Story:
    """What befell a host's main log: its shape, a trap at line `at`, a step of the clock, and how late lines come."""

    shape: str
    trap: str
    lines: list[Line]
    at: int
    step: timedelta
    late: timedelta


@dataclass
class Host:
    """One generated host; `zone` is what it was set to at the end.

    `told` is how that can be known: by etc (timezone, localtime, copy), by the user (assumed), by a log that writes its
    offset over all of the time (witness) or a part of it (glimpse), or not at all (nothing; utc: beside a log that
    writes UTC).  `mtimes` of its files are right, or those of a copied tree.
    """

    seed: int
    zone: str
    told: str
    mtimes: str
    copied: datetime
    logs: list[Log]
    story: Story

    def __str__(self) -> str:
        """What to look at if it came back wrong."""
        names = " ".join(spelling.name for log in self.logs for _, spelling in log.spellings)
        story = self.story
        return (
            f"seed {self.seed}: {self.zone} {story.shape} told={self.told} mtimes={self.mtimes} trap={story.trap} "
            f"late<={story.late.seconds} step={story.step.total_seconds():.0f} {names}"
        )


@dataclass
class Tally:
    """What came back: counts of events by verdict and basis, and examples of each verdict but "right"."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, verdict: str, basis: str, count: int, example: str = "") -> None:
        """Count events."""
        self.counts[f"{verdict} {basis}"] += count
        kept = self.examples.setdefault(verdict, [])
        if example and len(kept) < SHOWN:
            kept.append(f"{example} ({count} events)")

    def of(self, verdict: str) -> int:
        """Events of a verdict."""
        return sum(count for name, count in self.counts.items() if name.startswith(f"{verdict} "))


@lru_cache
def clock(zone: str) -> ZoneInfo:
    """The zone as the tzdata package has it: the machine's own may be of another year."""
    with resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=zone)


@lru_cache
def changes(zone: str) -> tuple[tuple[datetime, int, int], ...]:
    """The changes of a zone's offset in the years looked at: instant, seconds before, seconds after."""
    found = Zone.named(zone).changes(range(FIRST, LAST + 1))
    return tuple((_EPOCH + timedelta(microseconds=at), before, after) for at, before, after in found)


def host_of(seed: int, writers: Sequence[Spelling]) -> Host:
    """The host of a seed; the formats take turns."""
    dice = random.Random(seed)  # noqa: S311 - repeatable is what it is to be
    zone, spelling = dice.choice(ZONES), writers[seed % len(writers)]
    story = _story(dice, zone, spelling)
    told = dice.choices(
        ("timezone", "localtime", "copy", "assumed", "witness", "glimpse", "nothing", "utc"), (3, 2, 2, 2, 2, 1, 1, 1)
    )[0]
    if story.trap == "moved" and told == "glimpse":
        told = "witness"
    log = Log("app.log", story.lines, [(0, spelling)])
    if story.trap == "mixed":
        log.spellings = [
            (0, named(writers, "syslog.traditional")),
            (dice.randrange(1, len(log.lines)), named(writers, "syslog.rfc3339")),
        ]
    if story.trap == "silent":
        log.cuts = [story.at]
    elif dice.random() < 0.4:
        log.cuts = sorted({dice.randrange(1, len(log.lines)) for _ in range(dice.randint(1, 3))})
    log.packed, log.dated = dice.random() < 0.5, dice.random() < 0.3
    logs = [log, *_beside(dice, writers, log, told, story.trap)]
    copied = max(line.true for one in logs for line in one.lines) + timedelta(days=dice.uniform(0, 900))
    mtimes = "right" if story.trap == "silent" else dice.choices(("right", "copied"), (2, 1))[0]
    return Host(seed, log.lines[-1].zone, told, mtimes, copied, logs, story)


def _story(dice: random.Random, zone: str, spelling: Spelling) -> Story:
    """What the main log's lines tell of."""
    shape = dice.choices(("dense", "steady", "medium", "bursts", "sparse"), (4, 3, 3, 2, 1))[0]
    trap = dice.choices(("none", "step", "mixed", "moved", "unset", "silent", "stale"), (10, 2, 1, 1, 1, 1, 1))[0]
    if trap == "unset" and spelling.layout in COUNTS:
        trap = "none"  # so few seconds since 1970 are no stamp
    moments = _series(dice, shape, _anchor(dice, zone))
    at, step, late = dice.randrange(1, len(moments)), timedelta(0), timedelta(0)
    if trap in ("silent", "unset"):
        off = timedelta(days=dice.uniform(370, 1200)) if trap == "silent" else timedelta(minutes=dice.uniform(2, 3000))
        moments[at:] = [moment + off for moment in moments[at:]]
    lines = [Line(moment, moment, zone) for moment in moments]
    if trap == "moved":
        lines = _moved(dice, lines, at)
    elif trap == "unset":
        lines = _unset(dice, lines, at)
    elif trap == "step":
        step = timedelta(seconds=round(dice.uniform(-900, 900)))
        lines[at:] = [Line(moment + step, moment + step, zone) for moment in moments[at:]]
    if trap != "unset" and dice.random() < 0.2:
        late = timedelta(seconds=dice.choice((3, 30, 300, 1200)))
        lines = [lines[index] for index in _relayed(dice, moments, late)]
    return Story(shape, trap, lines, at, step, late)


def _moved(dice: random.Random, lines: Sequence[Line], at: int) -> list[Line]:
    """The host is set to another zone from the line `at` on."""
    zone = dice.choice(ZONES)
    low, high = lines[0].true - timedelta(days=1), lines[-1].true + timedelta(days=1)
    if any(low < change < high for change, *_ in (*changes(zone), *changes(lines[0].zone))):
        return list(lines)  # two changes in one night are no host's
    return [*lines[:at], *(line._replace(zone=zone) for line in lines[at:])]


def _unset(dice: random.Random, lines: Sequence[Line], at: int) -> list[Line]:
    """The host boots with a clock that was not set, just before the line `at`, and then gets the time by network."""
    year = dice.choice((1970, 1970, 2000, lines[at].true.year))
    if (lines[at].true - timedelta(days=4)).year != (lines[at].true + timedelta(days=4)).year:
        return list(lines)  # around New Year a clock that shows it may as well be right, or a line late
    begin = datetime(year, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.uniform(2, 300))
    count = dice.randint(3, 40)
    up = lines[at].true - timedelta(seconds=count * 2 + dice.uniform(1, 20))
    boot = []
    for number in range(count):
        passed = timedelta(seconds=number * 2 + dice.random())
        boot.append(Line((begin + passed).astimezone(UTC), up + passed, lines[0].zone))
    return [*lines[:at], *boot, *lines[at:]]


def _beside(dice: random.Random, writers: Sequence[Spelling], log: Log, told: str, trap: str) -> list[Log]:
    """The other logs of the host."""
    low, high = min(line.true for line in log.lines), max(line.true for line in log.lines)
    if trap == "stale":  # they go on when this one is long over
        low, high = high + timedelta(days=300), high + timedelta(days=700)
    until = low + (high - low) * (dice.random() if told == "glimpse" else 1)
    moved = [line for line in log.lines if line.zone != log.lines[0].zone]

    def zone_at(moment: datetime) -> str:
        return moved[0].zone if moved and moment >= min(line.true for line in moved) else log.lines[0].zone

    moments = _cover(dice, low, until)
    lines = [Line(moment, moment, zone_at(moment)) for moment in moments]
    if told in ("witness", "glimpse") or trap == "moved":
        return [Log("web/access.log", lines, [(0, named(writers, "nginx_access.combined"))])]
    if told == "utc":
        return [Log("other.json", lines, [(0, named(writers, "json_ecs.entry"))])]
    if told != "nothing" and dice.random() < 0.5:
        return [Log("other.json", lines, [(0, named(writers, "json_pino.entry"))])]
    return []


def named(writers: Sequence[Spelling], name: str) -> Spelling:
    """The writer of a pattern."""
    return next(writer for writer in writers if writer.name == name)


def _anchor(dice: random.Random, zone: str) -> datetime:
    """The moment that a host's log lies around: a change of its zone, a New Year, a leap day, or any."""
    kind = dice.choices(("change", "new year", "leap day", "any"), (6, 2, 1, 1))[0]
    around = timedelta(seconds=dice.uniform(-3 * 3600, 3 * 3600))
    if kind == "change" and changes(zone):
        return dice.choice(changes(zone))[0] + around
    if kind == "leap day":
        return datetime(dice.randrange(2008, LAST, 4), 2, 29, tzinfo=UTC) + around
    year = datetime(dice.randint(FIRST + 1, LAST - 1), 1, 1, tzinfo=UTC)
    return year + (around if kind != "any" else timedelta(days=dice.uniform(0, 365)))


def _series(dice: random.Random, shape: str, anchor: datetime) -> list[datetime]:
    """Instants of one shape, the anchor somewhere among them."""
    count = {"dense": 1200, "steady": 1200, "medium": 500, "bursts": 800, "sparse": 120}[shape]
    mean = {
        "dense": dice.uniform(3, 60), "steady": dice.choice((10, 30, 60, 61, 300)), "medium": dice.uniform(90, 1500),
        "bursts": dice.uniform(300, 4000), "sparse": dice.uniform(7200, 4 * 86400),
    }[shape]  # fmt: skip
    at = 0.0
    found: list[float] = []
    while len(found) < count:
        at += mean if shape == "steady" else dice.expovariate(1 / mean)
        found.append(at + (dice.uniform(0, 0.4) if shape == "steady" else 0))
        for _ in range(dice.randrange(20) if shape == "bursts" else 0):
            at += dice.expovariate(2.0)
            found.append(at)
    pivot = found[dice.randrange(len(found))]
    return [anchor + timedelta(microseconds=round((value - pivot) * 1e6)) for value in found]


def _relayed(dice: random.Random, real: Sequence[datetime], most: timedelta) -> list[int]:
    """The order in which lines arrive of which one in thirty comes late, by up to `most`."""
    arrivals = [at + most * dice.random() if dice.random() < 1 / 30 else at for at in real]
    return sorted(range(len(real)), key=lambda index: (arrivals[index], index))


def _cover(dice: random.Random, low: datetime, high: datetime) -> list[datetime]:
    """Instants of another log from just before `low` to just after `high`."""
    inner = sorted(dice.random() for _ in range(dice.randint(50, 600)))
    second = timedelta(seconds=1)
    return [low - second, *(low + (high - low) * part for part in inner), high + second]


Truth = dict[tuple[str, int], tuple[datetime, bool]]
"""By file and line: the true instant, as far as the stamp tells it, and whether the stamp tells it at all."""


def written(host: Host, root: Path) -> Truth:
    """Write a host's tree below `root`; gives the truth of each line."""
    truth: Truth = {}
    logs, etc = root / "var" / "log", root / "etc"
    for log in host.logs:
        starts = [start for start, _ in log.spellings]
        texts = []
        for index, line in enumerate(log.lines):
            spelling = log.spellings[bisect_right(starts, index) - 1][1]
            true = spelling.shown(line.true) if line.true == line.shown else line.true
            texts.append((spelling.line(line.shown, clock(line.zone)), true, line.true == line.shown, line.zone))
        edges = [0, *log.cuts, len(log.lines)]
        parts = [texts[low:high] for low, high in pairwise(edges)]
        for number, part in enumerate(parts):
            age = len(parts) - 1 - number
            name = log.name + (f".{age}" if age else "")
            if age and log.dated:
                rotated = min(parts[number + 1][0][1], part[-1][1] + timedelta(hours=20))
                name = f"{log.name}-{rotated.astimezone(clock(part[-1][3])):%Y%m%d%H%M%S}"
            packed = log.packed and age > 1
            path = logs / (name + (".gz" if packed else ""))
            path.parent.mkdir(parents=True, exist_ok=True)
            head = [log.spelling.head] if log.spelling.head else []
            data = "".join(f"{text}\n" for text in (*head, *(text for text, *_ in part))).encode()
            header = int(max(true for _, true, *_ in part).timestamp()) if host.seed % 2 else 0
            path.write_bytes(gzip.compress(data, 1, mtime=header) if packed else data)
            stamp = (host.copied if host.mtimes == "copied" else max(true for _, true, *_ in part)).timestamp()
            os.utime(path, (stamp, stamp))
            shown = path.relative_to(logs).as_posix()
            place = len(head) + 1
            for text, true, told, _ in part:
                truth[shown, place] = (true, told)
                place += text.count("\n") + 1
    etc.mkdir()
    if host.told == "timezone":
        (etc / "timezone").write_text(host.zone + "\n", "ascii")
    elif host.told == "localtime":
        (etc / "localtime").symlink_to(f"/usr/share/zoneinfo/{host.zone}")
    elif host.told == "copy":
        data = resources.files("tzdata").joinpath("zoneinfo", *host.zone.split("/")).read_bytes()
        (etc / "localtime").write_bytes(data)
    return truth


def clear(host: Host, log: Log) -> bool:
    """Whether each line of a log outside of repeated hours leaves no doubt for who sees the whole tree."""
    if host.story.trap == "moved":
        return False
    if len(log.spellings) == 1 and log.spelling.explicit:
        return True
    if host.told in ("glimpse", "nothing", "utc") or (host.story.trap == "stale" and host.told == "witness"):
        return False
    beside = len(host.logs) > 1 and host.story.trap != "stale"
    if log.spelling.yearless and host.mtimes == "copied" and not beside and not (log.dated and log.cuts):
        return False
    return not log.spelling.month_first or any(line.true.astimezone(clock(line.zone)).day > 12 for line in log.lines)


def doubtful(host: Host, log: Log) -> list[tuple[datetime, datetime]]:
    """Stretches in which a clear log may leave a line open.

    The times shown twice, unless its lines are close and in order; what lies between two lines of a witness.
    """
    if log.spelling.explicit:
        return []
    found = []
    ordered = sorted(line.true for line in log.lines)
    for at, before, after in changes(host.zone):
        width = timedelta(seconds=abs(before - after))
        low, high = at - width, at + width
        if after > before or ordered[0] > high or ordered[-1] < low:
            continue
        near = ordered[max(0, bisect_left(ordered, low - width) - 1) : bisect_left(ordered, high + width) + 1]
        spans = near[0] <= low - width and near[-1] >= high + width
        close = spans and max(two - one for one, two in pairwise(near)) < width / 8
        if not close or host.story.late > width / 4 or host.story.step or host.story.trap == "unset":
            found.append((low, high))
    if host.told == "witness":
        seen = sorted(line.true for line in host.logs[1].lines)
        for at, _, _ in changes(host.zone):
            place = bisect_left(seen, at)
            if 0 < place < len(seen):
                found.append((seen[place - 1] - timedelta(days=1), seen[place] + timedelta(days=1)))
    return found


def judged(host: Host, root: Path, truth: Truth, tally: Tally) -> None:
    """Read a host's tree and count what came back."""
    assume = (("*", host.zone),) if host.told == "assumed" and host.story.trap != "moved" else ()
    settings = Settings(assume_tz=assume, jobs=1)
    fields = ("time_earliest", "time_latest")
    try:
        timeline = read_timeline([str(root / "var" / "log")], settings=settings, fields=fields)
    except EvidenceError as error:
        tally.note("lost", "", len(truth), f"{host} {error}")
        return
    rows = [(file, line, at.replace(tzinfo=None), told) for (file, line), (at, told) in truth.items()]
    true = pl.DataFrame(
        rows,
        {"file": pl.String, "line": pl.UInt32, "true": pl.Datetime("us"), "stamped": pl.Boolean},
        orient="row",
    ).with_columns(pl.col("true").dt.replace_time_zone("UTC"))
    events = timeline.events.with_columns(pl.col("file", "time_basis", "source").cast(pl.String))
    both = true.join(events, on=["file", "line"], how="left")
    warned = [source.name for source in timeline.sources if source.timezone_reason.startswith("warning")]
    # what an unset clock wrote is bounded by the stamps around it, which tell their instants to the minute at worst
    grace = pl.when("stamped").then(timedelta(0)).otherwise(timedelta(minutes=1))
    held = pl.col("true").is_between(pl.col("time_earliest") - grace, pl.col("time_latest") + grace)
    # of what an unset clock wrote, short numbers are no stamps, but continue the line above
    guess = pl.col("source").is_in(warned) & (pl.col("time_basis") == "zone-assumed")
    verdict = (
        pl.when(pl.col("time").is_null()).then(pl.lit("lost"))
        .when((pl.col("time_basis") == "ambiguous") & pl.lit(bool(warned)) & ~held).then(pl.lit("guessed"))
        .when((pl.col("time_basis") == "ambiguous") & ~held).then(pl.lit("outside"))
        .when((pl.col("time_basis") == "ambiguous") & _settled(host)).then(pl.lit("needless"))
        .when(pl.col("time_basis") == "ambiguous").then(pl.lit("open"))
        .when(guess | (~pl.col("stamped") & (pl.col("time_basis") == "carried"))).then(pl.lit("guessed"))
        .when(pl.col("time") == pl.col("true")).then(pl.lit("right"))
        .otherwise(pl.lit("wrong"))
    )  # fmt: skip
    parts = both.with_columns(verdict=verdict).partition_by("verdict", "time_basis", as_dict=True, maintain_order=True)
    for (name, basis), part in parts.items():
        row = part.row(0, named=True)
        example = (
            f"{host} {row['file']}:{row['line']} true {row['true']} read {row['time']} "
            f"in {row['time_earliest']} to {row['time_latest']}"
        )
        tally.note(str(name), str(basis), part.height, "" if name in ("right", "guessed") else example)


def _settled(host: Host) -> pl.Expr:
    """Which events leave no doubt for who sees the whole tree."""
    settled = pl.lit(value=False)
    for log in host.logs:
        if clear(host, log):
            inside = (pl.col("source") == log.name) & pl.col("stamped")
            for low, high in doubtful(host, log):
                inside &= ~pl.col("true").is_between(low, high)
            settled |= inside
    return settled


def run(seeds: Iterable[int], count: int | None = None) -> Tally:
    """The hosts of some seeds, until `count` instants were read back."""
    writers, tally, done = spellings(), Tally(), 0
    for seed in seeds:
        host = host_of(seed, writers)
        with tempfile.TemporaryDirectory(prefix="instants.") as folder:
            truth = written(host, Path(folder))
            judged(host, Path(folder), truth, tally)
        done += len(truth)
        if count is not None and done >= count:
            break
    return tally


def main() -> None:
    """Run what the command line asks for and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100_000)
    chosen = parser.parse_args()
    tally = run(itertools.count(chosen.seed), chosen.count)
    for verdict, kept in sorted(tally.examples.items()):
        for example in kept:
            print(f"{verdict}: {example}")  # noqa: T201
    for name, count in sorted(tally.counts.items()):
        print(f"{count:10} {name}")  # noqa: T201


if __name__ == "__main__":
    main()
