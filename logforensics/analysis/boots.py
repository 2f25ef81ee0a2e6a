"""Turns boot marks into boots: when each was first logged, and how the session before it ended.

One start of the machine shows in several files (syslog, kern.log, messages); its banner may be lost (a power cut leaves
NULs where the file's last block was).  So a start is seen in each source by itself, by any kernel line that only a
starting kernel writes or by the kernel's clock falling back, and the starts of all sources are then put together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from logforensics.analysis.boot_marks import BOOT_MARKS, BootMark, boot_expr
from logforensics.analysis.findings import Boot, Cite
from logforensics.analysis.first_boot import alive
from logforensics.analysis.scan import bare_program

__all__ = ["BOOT_MARKS", "boot_expr", "find_boots"]

SAME_BOOT = timedelta(minutes=2)
"""Files of one machine log the same start within this; it is also the longest a boot's kernel lines are spread without
their own clock telling that they belong together."""

SETTLED = timedelta(minutes=15)
"""A "late" mark (startup finished, @reboot jobs) belongs to a boot at most this long before it; a slow fsck fits in."""

STOPPING = timedelta(minutes=10)
"""How long an orderly stop may take: systemd waits 90 s for a stuck job by default, and several may queue."""

LAST_WORDS = timedelta(minutes=2)
"""A weak sign of a stop counts only this close to the last line of the session: else a service was merely restarted."""

BACK_AT_ONCE = timedelta(minutes=5)
"""Reset, watchdog and panic bring a machine back by itself, in no more than firmware and boot loader need (minutes on
big servers); after a power cut somebody or something has to bring the power back first."""

SILENT_LOG = timedelta(hours=1)
"""If the system log fell silent this long before the machine's last sign of life, it could not have told of a stop."""

AT_ONCE = timedelta(seconds=5)
"""What a log daemon finds in the kernel's buffer when it starts it writes down within this, all with the same time."""

BACK_WITH_BOOT = timedelta(seconds=5)
"""A log daemon that starts writes its own first line up to this long before it passes on the kernel's."""

STOPPED_UNITS = 4
"""So many different units stopping within LAST_WORDS of the end are an orderly stop; an upgrade restarts fewer."""

_ONCE = frozenset({"banner", "wtmp-boot"})
"""Marks written once a boot: a second one is a second boot however soon it comes."""

_TRIFLE = re.compile(r"orphan|uncleanly shut down|not properly unmounted")
"""Left behind by orderly stops too: files deleted while open, a journal not closed, a FAT volume marked dirty."""

_MONOTONIC = re.compile(r"^(?:<[0-9]+>)?\[ *([0-9]+\.[0-9]+)\]")
_UNIT = re.compile(r"^Stopp(?:ing|ed) (?:target )?(?P<unit>.*?)(?:\.\.\.|\.)?$")


@dataclass(frozen=True)
class _Row:
    """One marked line."""

    time: datetime
    cite: Cite
    source: str
    host: str | None
    program: str | None
    message: str
    mark: BootMark

    @property
    def monotonic(self) -> float | None:
        found = _MONOTONIC.match(self.message)
        return float(found[1]) if found else None


@dataclass
class _Start:
    """One start of a machine, as seen so far."""

    first: _Row
    sources: set[str] = field(default_factory=set)
    banner: bool = False
    origin: datetime | None = None  # when the kernel's clock began, by its lines in the first source


def find_boots(events: pl.DataFrame, offline: Collection[str] = ()) -> tuple[Boot, ...]:
    """Every boot in order of time.

    `events`: time, source, file, line, host, program, message (at least of marked rows), and `boot_mark` as made by
    `boot_expr` (made here if it is missing).  Give all events, not only the marked ones: `ended`, the last sign of
    life before a boot, is looked for among them all.  The sources `offline` prove no life before the first boot (see
    `analysis.first_boot`), and a kernel that starts in them is an installer's.
    """
    if "message" not in events.columns or events.is_empty():
        return ()
    if "boot_mark" not in events.columns:
        events = events.with_columns(boot_mark=boot_expr(pl.col("message")))
    rows = [row for row in _rows(events) if row.source not in offline]
    found = _starts(rows)
    if not found and not any(row.mark.role == "late" for row in rows):
        return ()
    times = events.get_column("time")
    ordered = events if times.is_sorted() else events.sort("time", maintain_order=True)
    for start in found:
        start.origin = _origin(start.first, ordered)
    starts = _merged(found, rows)
    boots: list[Boot] = []
    for start in starts:
        earlier = [s.first.time for s in starts if s.first.host == start.first.host and s.first.time < start.first.time]
        before = ordered if earlier else alive(ordered, start.first.time, offline)
        boots.append(_boot(start, max(earlier, default=None), rows, before))
    return tuple(boots)


def _origin(first: _Row, events: pl.DataFrame) -> datetime:
    """When a kernel's clock began: before its first line was written down by as much as its clock says at that time.

    A log daemon that starts late finds the kernel's first minutes in its buffer and stamps them with its own start.
    """
    if "mono" not in events.columns:
        return first.time
    times = events.get_column("time")
    begin, end = times.search_sorted(first.time, "left"), times.search_sorted(first.time + AT_ONCE, "right")
    lines = events.slice(begin, end - begin).filter(
        pl.col("mono").is_not_null() & (pl.col("source").cast(pl.String) == first.source)
    )
    if not lines.height:
        return first.time
    origin: datetime = lines.select((pl.col("time") - pl.duration(microseconds=pl.col("mono") * 1e6)).min()).item()
    return min(first.time, origin)


def _rows(events: pl.DataFrame) -> list[_Row]:
    wanted = ["time", "source", "file", "line", "host", "program", "message", "boot_mark"]
    marked = events.filter(pl.col("boot_mark").is_not_null() & pl.col("message").is_not_null())
    if "time_basis" in marked.columns:  # a continuation is nobody's word: the X server quotes the kernel's command line
        marked = marked.filter(pl.col("time_basis") != "carried")
    rows = [_row(row) for row in marked.select([c for c in wanted if c in marked.columns]).to_dicts()]
    return [row for row in rows if _spoken_by(row)]


def _row(row: dict[str, Any]) -> _Row:
    return _Row(
        time=row["time"],
        cite=Cite(row["file"], row["line"]),
        source=row["source"],
        host=row.get("host"),
        program=bare_program(row.get("program")),
        message=row["message"],
        mark=BOOT_MARKS[row["boot_mark"]],
    )


def _spoken_by(row: _Row) -> bool:
    """Whether the line comes from who alone may say it; anybody can write a banner with logger(1)."""
    return row.program is None or row.mark.rule.programs is None or row.program in row.mark.rule.programs


def _starts(rows: Sequence[_Row]) -> list[_Start]:
    """The starts each source shows by its kernel lines."""
    found: list[_Start] = []
    open_starts: dict[tuple[str, str | None], tuple[_Start, datetime, float | None]] = {}
    for row in rows:
        if row.mark.role not in ("boot", "early") and not (row.mark.role == "replay" and row.monotonic is not None):
            continue
        if row.monotonic is not None and row.monotonic >= 60.0:
            continue
        key = (row.source, row.host)
        banner = row.mark.rule.name in _ONCE
        known = open_starts.get(key)
        if known is None or _falls_back(row, banner, *known):
            known = (_Start(row, {row.source}), row.time, None)
            found.append(known[0])
        start, _, clock = known
        start.banner = start.banner or banner
        open_starts[key] = (start, row.time, clock if row.monotonic is None else row.monotonic)
    return found


def _falls_back(row: _Row, banner: bool, start: _Start, last: datetime, clock: float | None) -> bool:
    """Whether this line cannot belong to the start before it: a second banner, or a kernel clock that went back."""
    if banner and start.banner:
        return True
    if row.monotonic is not None and clock is not None:
        if row.monotonic + 1.0 < clock:
            return True
        if row.monotonic > clock:
            # The kernel's clock went on, so a leap of the wall clock between them is NTP's, not a second start.
            return row.time - last > timedelta(seconds=row.monotonic - clock) + SAME_BOOT and row.mark.role == "boot"
    return abs(row.time - last) > SAME_BOOT


def _merged(starts: Sequence[_Start], rows: Sequence[_Row]) -> list[_Start]:
    """The starts of all sources put together, and those that only a late mark tells of added."""
    merged: list[_Start] = []
    for start in sorted(starts, key=lambda s: (s.first.time, s.first.cite)):
        home = next((m for m in reversed(merged) if _same(m, start)), None)
        if home is None:
            merged.append(start)
        else:
            home.sources |= start.sources
            if home.first.host is None:  # wtmp names no host
                home.first = replace(home.first, host=start.first.host)
    for row in rows:
        if row.mark.role != "late":
            continue
        if not any(_host_agrees(s.first, row) and -SAME_BOOT <= row.time - s.first.time <= SETTLED for s in merged):
            merged.append(_Start(row, {row.source}))
    return sorted(merged, key=lambda s: (s.first.time, s.first.cite))


def _same(one: _Start, other: _Start) -> bool:
    begun = [start.origin or start.first.time for start in (one, other)]
    near = min(abs(other.first.time - one.first.time), abs(begun[1] - begun[0])) <= SAME_BOOT
    return near and _host_agrees(one.first, other.first) and not (one.sources & other.sources)


def _host_agrees(one: _Row, other: _Row) -> bool:
    return one.host is None or other.host is None or one.host == other.host


def _boot(start: _Start, previous: datetime | None, rows: Sequence[_Row], events: pl.DataFrame) -> Boot:
    first = start.first
    session = [
        row
        for row in rows
        if _host_agrees(row, first)
        and ((row.time < first.time and (previous is None or row.time >= previous)) or _just_above(row, first))
    ]
    replays = [
        row
        for row in rows
        if row.mark.role == "replay" and _host_agrees(row, first) and timedelta() <= row.time - first.time <= SETTLED
    ]
    until = _begun(start, events, previous, session)
    last = _last_before(events, first, until, previous, own_log=False)
    last_logged = _last_before(events, first, until, previous, own_log=True)
    if last is None or last_logged is None:
        return Boot(first.time, first.cite, "unknown", None, last and last[0], last and last[1], (first.cite,))
    shutdown, manner, proof = _verdict(session, replays, first.time, last[0], last_logged[0])
    return Boot(first.time, first.cite, shutdown, manner, last[0], last[1], (first.cite, *(row.cite for row in proof)))


def _just_above(row: _Row, first: _Row) -> bool:
    """A line written before the boot's first one though its time is later: the clock was behind at the boot."""
    return row.cite.file == first.cite.file and 0 < first.cite.line - row.cite.line <= 500 and row.time > first.time


def _begun(start: _Start, events: pl.DataFrame, previous: datetime | None, session: Sequence[_Row]) -> datetime:
    """From when on lines are the new session's, which may be before the kernel's first one was written down.

    What starts early, as udev, hands its lines to the log daemon with their own times, and the daemon stamps what it
    finds in the kernel's buffer with its own start: so all lines since the kernel's clock began are the boot's, and
    those just before it if silence parts them from what was before, and none of them tells of a stop.
    """
    first = start.first
    begun = min(first.time, start.origin or first.time)
    last = _last_before(events, first, begun, previous, own_log=False)
    if last is None:
        return first.time  # no session has no line at all: that clock did not begin with this boot
    if last[0] < begun - BACK_WITH_BOOT:
        return begun
    if last != _last_before(events, first, begun, previous, own_log=True):
        return begun  # a web server or an application wrote it: they start later
    early = begun - BACK_WITH_BOOT
    before = _last_before(events, first, early, previous, own_log=False)
    stopping = any(row.mark.role not in ("restart", "late", "early") for row in session if row.time >= early)
    if before is None or stopping or last[0] - before[0] <= 2 * BACK_WITH_BOOT:
        return begun
    return early


def _last_before(
    events: pl.DataFrame, first: _Row, until: datetime, previous: datetime | None, *, own_log: bool
) -> tuple[datetime, Cite] | None:
    """The last event before `until` and not before the previous boot; `own_log`: only of logs that name the host."""
    end = events.get_column("time").search_sorted(until, side="left")
    if "host" not in events.columns or first.host is None:
        wanted = pl.lit(value=True)
    elif own_log:
        wanted = pl.col("host") == first.host
    else:
        wanted = pl.col("host").is_null() | (pl.col("host") == first.host)
    for size in (1024, end):
        part = events.slice(max(0, end - size), min(size, end)).filter(wanted)
        if not part.is_empty():
            row = part.select("time", "file", "line").row(-1)
            return None if previous is not None and row[0] < previous else (row[0], Cite(row[1], row[2]))
    return None


def _verdict(
    session: Sequence[_Row], replays: Sequence[_Row], boot: datetime, ended: datetime, logged: datetime
) -> tuple[str, str | None, list[_Row]]:
    """How the session ended ("clean", "unclean", "unknown"), its manner, and the lines that say so."""
    at_end = [row for row in session if row.time >= logged - STOPPING]
    final = [row for row in at_end if row.mark.role == "final"]
    ordered = [row for row in at_end if row.mark.role == "ordered"]
    down = boot - ended
    recovered = [row for row in replays if not _TRIFLE.search(row.message)]
    if final or (ordered and not recovered):
        proof = sorted(ordered + final, key=lambda row: row.time)
        manners = [row.mark.manner for row in proof if row.mark.manner]
        return "clean", manners[-1] if manners else _guess(down), proof[-4:]
    weak = _weak(session, boot, logged)
    if weak and not recovered:
        return "clean", _guess(down), weak[-4:]
    panics = [row for row in at_end if row.mark.role == "panic"]
    if panics:
        return "unclean", "panic", [*panics[:2], *replays[:2]]
    if ended - logged > SILENT_LOG and not recovered:
        return "unknown", None, []
    return "unclean", "reset" if down <= BACK_AT_ONCE else "power-loss", list(replays[:3])


def _guess(down: timedelta) -> str | None:
    """A stop of which only the fact is known: back at once is a reboot, else nobody knows."""
    return "reboot" if down <= BACK_AT_ONCE else None


def _weak(session: Sequence[_Row], boot: datetime, logged: datetime) -> list[_Row]:
    """Stops of services that run as long as the machine does, in the last words and not taken back by a restart."""
    last = [row for row in session if row.time >= logged - LAST_WORDS]
    ends = [row for row in last if row.mark.role == "weak" and not any(_takes_back(later, row, boot) for later in last)]
    stops = [row for row in last if row.mark.role == "stop"]
    units = {found["unit"] for row in stops if (found := _UNIT.match(row.message))}
    if len(units) >= STOPPED_UNITS:
        ends.extend(stops)
    return sorted(ends, key=lambda row: row.time)


def _takes_back(later: _Row, row: _Row, boot: datetime) -> bool:
    """Whether the service that stopped came back before the machine went down, rather than with the boot."""
    if later.mark.role != "restart" or later.program != row.program or later.time < row.time:
        return False
    if later.cite.file == row.cite.file and later.cite.line < row.cite.line:
        return False
    return later.time < boot - BACK_WITH_BOOT
