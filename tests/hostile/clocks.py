"""Small logs whose times go wrong, and what became of each of their lines: instant, basis, bounds, words, findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from logforensics.analysis.clocksteps import ClockStep, find_clock_steps
from logforensics.analysis.columns import read_for_analysis
from logforensics.analysis.findings import Gap
from logforensics.outage.findings import Investigation
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings
from logforensics.timeline.model import Timeline

Seen = list[tuple[str, str]]
"""Instant (UTC, to the second) and basis of each event, in the order of the lines."""

Logs = Callable[..., Timeline]
"""Writes files below var/log and reads them: the fixture `logs`."""

GIVEN, INFERRED, ASSUMED, DERIVED, OPEN = "explicit", "year-inferred", "zone-assumed", "derived", "ambiguous"


def stamp(text: str) -> float:
    """Seconds since the epoch of an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _in_file_order(timeline: Timeline, source: str | None) -> pl.DataFrame:
    events = timeline.events.with_columns(pl.col("source", "file").cast(pl.String))
    if source is not None:
        events = events.filter(pl.col("source") == source)
    rank = {file: place for summary in timeline.sources for place, file in enumerate(summary.files)}
    events = events.with_columns(pl.col("file").replace_strict(rank, return_dtype=pl.Int64).alias("rank"))
    return events.sort("source", "rank", "line")


def seen(timeline: Timeline, source: str | None = None, form: str = "%Y-%m-%d %H:%M:%S") -> Seen:
    """What became of each line, in file order."""
    rows = _in_file_order(timeline, source).select("time", pl.col("time_basis").cast(pl.String)).rows()
    return [(time.strftime(form), basis) for time, basis in rows]


def bounds(timeline: Timeline, source: str | None = None, form: str = "%Y-%m-%d %H:%M:%S") -> list[tuple[str, str]]:
    """Between what each line that is in doubt must lie, in file order."""
    rows = _in_file_order(timeline, source).filter(pl.col("time_earliest").is_not_null())
    return [
        (low.strftime(form), high.strftime(form)) for low, high in rows.select("time_earliest", "time_latest").rows()
    ]


def told(timeline: Timeline, kind: str) -> str:
    """What was assumed of a kind."""
    return " | ".join(item.text for item in timeline.assumptions if item.kind == kind)


def told_of(timeline: Timeline, kind: str) -> int:
    """How many events an assumption of a kind touches."""
    return sum(item.events for item in timeline.assumptions if item.kind == kind)


def again(found: Timeline) -> Timeline:
    """The same logs with the columns the analyses ask for."""
    root = next(path for path in found.log_files[0].path.parents if path.name == "log")
    return read_for_analysis([str(root)])


def verdict(found: Timeline, threshold: float | None = None) -> Investigation:
    """What is concluded from the same logs."""
    return investigate(again(found), Settings(threshold=threshold))


def nothing_happened(found: Timeline) -> bool:
    """Whether neither an outage is concluded nor a silence told."""
    concluded = verdict(found)
    return (concluded.outages, concluded.gaps) == ((), ())


def silences(found: Timeline, threshold: float) -> tuple[Gap, ...]:
    """The silences above a threshold (seconds), as the command gaps tells them."""
    return verdict(found, threshold).gaps


def steps(found: Timeline) -> Sequence[ClockStep]:
    """The clock steps of what was read."""
    return find_clock_steps(again(found).events)


def syslog(*stamps: str, program: str = "app[7]") -> str:
    """Lines of RFC 3164 with these stamps."""
    return "".join(f"{text} kelvin {program}: message {number}\n" for number, text in enumerate(stamps))


def rfc(at: datetime) -> str:
    """A stamp of RFC 3164."""
    return f"{at:%b} {at.day:2} {at:%H:%M:%S}"


def plain(*stamps: str) -> str:
    """Lines that a program of its own writes."""
    return "".join(f"{text} INFO app - message {number}\n" for number, text in enumerate(stamps))


def nginx(*stamps: str) -> str:
    """Lines of nginx's access log."""
    return "".join(f'192.0.2.1 - - [{text}] "GET / HTTP/1.1" 200 25 "-" "curl/8.1"\n' for text in stamps)


def beat(begin: str, end: str, seconds: int = 30) -> list[datetime]:
    """Walls or instants at a steady rhythm, the end left out."""
    at, last, found = datetime.fromisoformat(begin), datetime.fromisoformat(end), []
    while at < last:
        found.append(at)
        at += timedelta(seconds=seconds)
    return found


def kernel(*lines: tuple[str, float]) -> str:
    """Kernel lines with their seconds since boot."""
    return "".join(f"{text} kelvin kernel: [{mono:12.6f}] usb 1-1: message\n" for text, mono in lines)


def boot(*mono: float, wall: datetime) -> str:
    """The first kernel lines of a boot, stamped by a clock that shows `wall` at its start."""
    lines = [f"{rfc(wall + timedelta(seconds=at))} pi kernel: [{at:12.6f}] " for at in mono]
    return "".join(
        line + ("Linux version 6.1.0 (gcc)\n" if number == 0 else "usb 1-1: device\n")
        for number, line in enumerate(lines)
    )


def cron(*walls: datetime) -> str:
    """What cron writes each minute."""
    return "".join(f"{rfc(at)} pi CRON[7]: (root) CMD (true)\n" for at in walls)
