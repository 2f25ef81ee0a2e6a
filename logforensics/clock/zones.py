"""Turns a zone's name, file or observed offsets into a Zone that maps wall times to UTC instants, both of a fold."""

from __future__ import annotations

import errno
import io
import os
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import import_module, resources
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from logforensics.errors import UsageError
from logforensics.evidence.opening import ABSENT, open_quietly, twice, words_of

UNIQUE, FOLD, GAP = 0, 1, 2
"""States of a wall time: one instant, two (the clock went back over it), none (the clock leapt over it)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000  # microseconds
_MARGIN = timedelta(days=3)  # more than any offset and any change of offset (Samoa 2011: 24 hours)
_SAMPLE = timedelta(days=1)  # no zone of tzdata changes its offset and changes it back within a day
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_FIXED = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?")
_TZIF_LIMIT = 1 << 20  # the largest file of tzdata has 4 KiB; a localtime beyond 1 MiB is something else
_WIDEST = 14  # hours: Kiribati's offset, the widest there is
_ETC_LEVELS = 3  # var/log/nginx lies three levels below the root that etc lies in


def tzdata_version() -> str:
    """The release of the IANA time zone database that names are looked up in, as "2025b"."""
    return str(import_module("tzdata").IANA_VERSION)


def offset_text(seconds: int) -> str:
    """Write a UTC offset in seconds as "+10:00" (or "-00:25:21" for a local mean time)."""
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{sign}{hours:02d}:{minutes:02d}" + (f":{left:02d}" if left else "")


@dataclass(frozen=True)
class Zone:
    """How one clock's wall time relates to UTC.  A plain value: hashable, picklable, made by the class methods.

    `label` is what reports print.  Exactly one of `key` (IANA name), `tzif` (the bytes of a TZif file, RFC 9636)
    and `steps` ((seconds since the epoch, offset in seconds) pairs; the first holds since ever) is set.
    """

    label: str
    key: str | None = None
    tzif: bytes | None = field(default=None, repr=False)
    steps: tuple[tuple[int, int], ...] = ()

    @classmethod
    def named(cls, name: str) -> Zone:
        """The zone of an IANA name ("Australia/Sydney", "UTC") or a fixed offset ("+10:00", "UTC+10").

        Names come from the tzdata package, never from the machine, so that results do not depend on it.
        Raises UsageError if there is no such zone.
        """
        text = name.strip()
        if text.upper() in ("Z", "UTC"):
            return cls("UTC", steps=((0, 0),))
        fixed = _FIXED.fullmatch(text)
        if fixed:
            sign, hours, minutes = fixed[1], int(fixed[2]), int(fixed[3] or 0)
            if hours <= _WIDEST:
                return cls.fixed((hours * 3600 + minutes * 60) * (-1 if sign == "-" else 1))
        if _NAME.fullmatch(text) and _tzdata_bytes(text) is not None:
            return cls(text, key=text)
        raise UsageError(f"unknown time zone {name!r}{_suggestion(text)}")

    @classmethod
    def from_tzif(cls, path: Path) -> Zone:
        """The zone of a compiled file such as etc/localtime; labelled by its POSIX rule ("CET-1CEST,M3.5.0,M10.5.0/3").

        Raises UsageError if the file cannot be read or is no TZif file.
        """
        try:
            data = _read_regular(path, _TZIF_LIMIT)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from error
        try:
            ZoneInfo.from_file(io.BytesIO(data))
        except (ValueError, IndexError, EOFError, struct.error) as error:
            raise UsageError(f"{path}: no time zone file (TZif)") from error
        footer = data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "backslashreplace")
        return cls(footer or "a time zone file without a rule", tzif=data)

    @classmethod
    def fixed(cls, seconds: int) -> Zone:
        """The zone that is always `seconds` east of UTC."""
        return cls("UTC" if seconds == 0 else f"UTC{offset_text(seconds)}", steps=((0, seconds),))

    @classmethod
    def observed(cls, points: Iterable[tuple[datetime, int]]) -> Zone:
        """The zone that other logs show: from each UTC instant on, the offset in seconds; the first holds before too.

        Naive datetimes are taken as UTC.  Raises ValueError if `points` is empty.
        """
        ordered = sorted((int((_aware(at) - _EPOCH).total_seconds()), offset) for at, offset in points)
        if not ordered:
            raise ValueError("an observed zone needs at least one offset")
        steps = [ordered[0]]
        for at, offset in ordered[1:]:
            if offset != steps[-1][1]:
                steps.append((at, offset))
        if len(steps) == 1:
            return cls.fixed(steps[0][1])
        first, last = offset_text(steps[0][1]), offset_text(steps[-1][1])
        since = f"{_EPOCH + timedelta(seconds=steps[-1][0]):%Y-%m-%d %H:%M} UTC"
        times = f"changed {len(steps) - 1} times, the last time" if len(steps) > 2 else "changed"
        return cls(f"UTC{first}, {times} to {last} at {since}", steps=tuple(steps))

    def offset_at(self, instant: datetime) -> int:
        """The offset in seconds east of UTC at an instant (naive = UTC)."""
        moment = _aware(instant)
        if self.steps:
            seconds = (moment - _EPOCH).total_seconds()
            past = [offset for at, offset in self.steps if at <= seconds]
            return past[-1] if past else self.steps[0][1]
        shift = moment.astimezone(_tzinfo(self)).utcoffset()
        return int(shift.total_seconds()) if shift is not None else 0

    def local(self, instant: datetime) -> datetime:
        """The naive wall time that this zone's clocks show at an instant (naive = UTC)."""
        moment = _aware(instant)
        return (moment + timedelta(seconds=self.offset_at(moment))).replace(tzinfo=None)

    def names_on(self, day: date) -> set[str]:
        """What this zone's clocks are called on a day ("CET", "CEST"); nothing if it is a mere offset."""
        if self.steps:
            return set()
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        zone = _tzinfo(self)
        return {(noon + timedelta(days=days)).astimezone(zone).tzname() or "" for days in (-1, 0, 1)}

    def instants(self, wall: datetime) -> tuple[datetime, ...]:
        """The UTC instants at which this zone's clocks show `wall`, in order: one, two (a fold) or none (a gap)."""
        first, last, state = self._read(wall)
        return {UNIQUE: (first,), FOLD: (first, last), GAP: ()}[state]

    def instant(self, wall: datetime) -> datetime:
        """The UTC instant that a wall time is taken for: the earlier of a fold; by the offset before in a gap."""
        first, last, state = self._read(wall)
        return last if state == GAP else first

    def _read(self, wall: datetime) -> tuple[datetime, datetime, int]:
        row = self.to_utc(pl.Series([wall.replace(tzinfo=None)], dtype=pl.Datetime("us"))).row(0)
        return row[0].replace(tzinfo=UTC), row[1].replace(tzinfo=UTC), row[2]

    def to_local(self, time: pl.Series) -> pl.DataFrame:
        """Wall times of UTC instants: columns wall (naive Datetime us) and offset (Int32 seconds).

        `time` is Datetime us, naive or UTC.
        """
        utc = time.cast(pl.Int64)
        changes = self.changes(time.dt.year().unique().drop_nulls().to_list())
        offset = _lookup(utc, [at for at, _, _ in changes], self._offsets(changes, time))
        return pl.DataFrame({"wall": (utc + offset * _SECOND).cast(pl.Datetime("us")), "offset": offset.cast(pl.Int32)})

    def to_utc(self, wall: pl.Series) -> pl.DataFrame:
        """The instants of naive wall times: columns earliest, latest (naive Datetime us, UTC) and state (Int8).

        State 0: one instant.  State 1 (fold): two, `earliest` by the offset before the change, `latest` by the one
        after.  State 2 (gap): no clock of this zone ever showed it; `earliest` is by the offset after the change,
        `latest` by the one before.
        """
        local = wall.cast(pl.Int64)
        changes = self.changes(wall.dt.year().unique().drop_nulls().to_list())
        offsets = self._offsets(changes, wall)
        before = _lookup(local, [at + max(a, b) * _SECOND for at, a, b in changes], offsets)
        after = _lookup(local, [at + min(a, b) * _SECOND for at, a, b in changes], offsets)
        gaps = [edge for at, a, b in changes if b > a for edge in (at + a * _SECOND, at + b * _SECOND)]
        in_gap = _lookup(local, gaps, [edge % 2 for edge in range(len(gaps) + 1)]) == 1
        rows = pl.DataFrame({"local": local, "before": before, "after": after, "in_gap": in_gap})
        state = pl.when("in_gap").then(GAP).when(pl.col("before") != pl.col("after")).then(FOLD).otherwise(UNIQUE)
        return rows.select(
            (pl.col("local") - pl.max_horizontal("before", "after") * _SECOND)
            .cast(pl.Datetime("us"))
            .alias("earliest"),
            (pl.col("local") - pl.min_horizontal("before", "after") * _SECOND).cast(pl.Datetime("us")).alias("latest"),
            state.cast(pl.Int8).alias("state"),
        )

    def changes(self, years: Iterable[int]) -> list[tuple[int, int, int]]:
        """Changes of offset in the given years (and three days around): (UTC microseconds, before, after), in order.

        Years that are left out may hide changes; where the offset differs afterwards, one change stands for them.
        """
        if self.steps:
            return [(later[0] * _SECOND, earlier[1], later[1]) for earlier, later in pairwise(self.steps)]
        found: list[tuple[int, int, int]] = []
        offset: int | None = None
        for year in sorted(years):
            start, first, of_year = _changes_of_year(self, year)
            if offset is not None and offset != first and not (found and found[-1][0] >= start):
                found.append((start, offset, first))
            found.extend(change for change in of_year if not found or change[0] > found[-1][0])
            offset = of_year[-1][2] if of_year else first
        return found

    def _offsets(self, changes: Sequence[tuple[int, int, int]], times: pl.Series) -> list[int]:
        """The offsets between the changes: one more than there are changes."""
        if changes:
            return [changes[0][1], *(after for _, _, after in changes)]
        if self.steps:
            return [self.steps[0][1]]
        sample = times.drop_nulls().head(1).to_list()
        return [self.offset_at(sample[0].replace(tzinfo=UTC)) if sample else 0]


def _aware(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _lookup(values: pl.Series, breaks: Sequence[int], results: Sequence[int]) -> pl.Series:
    """For each value the result whose stretch [break, next break) it lies in; null stays null."""
    if not breaks:
        return pl.select(pl.when(values.is_not_null()).then(pl.lit(results[0], pl.Int64))).to_series()
    index = pl.Series(breaks, dtype=pl.Int64).cum_max().search_sorted(values, side="right")
    found = pl.Series(results, dtype=pl.Int64).gather(index)
    return found if values.null_count() == 0 else pl.select(pl.when(values.is_not_null()).then(found)).to_series()


@lru_cache(maxsize=64)
def _tzdata_bytes(name: str) -> bytes | None:
    """The TZif file of a name in the tzdata package; None if there is none."""
    place = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    try:
        data = place.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError):
        return None
    return data if data.startswith(b"TZif") else None


@lru_cache(maxsize=64)
def _tzinfo(zone: Zone) -> ZoneInfo:
    data = zone.tzif if zone.tzif is not None else _tzdata_bytes(zone.key or "UTC")
    return ZoneInfo.from_file(io.BytesIO(data or b""), key=zone.key)


@lru_cache(maxsize=4096)
def _changes_of_year(zone: Zone, year: int) -> tuple[int, int, tuple[tuple[int, int, int], ...]]:
    """(start, offset at start, changes) of a year widened by the margin; zoneinfo tells offsets only, so: bisect."""
    year = min(max(year, 2), 9997)  # the margin must stay within what datetime can hold
    start, end = datetime(year, 1, 1, tzinfo=UTC) - _MARGIN, datetime(year + 1, 1, 1, tzinfo=UTC) + _MARGIN
    first = before = zone.offset_at(start)
    found, low = [], start
    while low < end:
        high = low + _SAMPLE
        after = zone.offset_at(high)
        if after != before:
            left, right = low, high  # offset_at(left) == before, offset_at(right) != before
            while right - left > timedelta(seconds=1):
                middle = left + timedelta(seconds=int((right - left).total_seconds()) // 2)
                left, right = (middle, right) if zone.offset_at(middle) == before else (left, middle)
            found.append((int((right - _EPOCH).total_seconds()) * _SECOND, before, after))
        low, before = high, after
    return int((start - _EPOCH).total_seconds()) * _SECOND, first, tuple(found)


def _suggestion(text: str) -> str:
    """What to write instead of an unknown zone name."""
    remedy = "write a name like Europe/Berlin or an offset like +10:00"
    if re.fullmatch(r"[A-Z]{3,4}", text):
        return f": abbreviations are ambiguous, {remedy}"
    from difflib import get_close_matches

    listing = resources.files("tzdata").joinpath("zones").read_text("ascii")
    names = {name.lower(): name for name in listing.split()}
    close = get_close_matches(text.lower(), names, n=1)
    return f": did you mean {names[close[0]]}?" if close else f": {remedy}"


def _read_regular(path: Path, limit: int) -> bytes:
    """The first `limit` bytes of a regular file; OSError otherwise (a FIFO must not block, a device not be read)."""
    handle = open_quietly(path)
    try:
        data = b""
        while len(data) < limit and (chunk := twice(os.read, handle, limit - len(data))):
            data += chunk
        return data
    finally:
        os.close(handle)


MACHINES_OWN = "this machine's /"
"""How the reason of a zone begins that this machine's own etc told, for its own logs."""

Unread = list[tuple[str, str]]
"""Files of an etc folder that are there and could not be read: (name, the system's words)."""


def evidence_zone(roots: Sequence[Path], unread: Unread | None = None) -> tuple[Zone, str] | None:
    """The zone that the evidence's own etc/localtime or etc/timezone names, and the reason in words; None if neither.

    For each root (a folder or a file of the evidence) etc is looked for in it, up to three levels above it, beside the
    var/log in its path, and in the only folder inside it that has a var/log; the first root that has one decides.  The
    machine's own /etc counts only for its own live /var/log.  A link to .../zoneinfo/NAME is read, never followed: in a
    copied tree it points into the wrong machine.
    What is there and cannot be read is added to `unread`.
    """
    failed: Unread = [] if unread is None else unread
    for root in roots:
        for etc in _etc_folders(root):
            found = _zone_of_etc(etc, failed)
            if found is not None:
                zone, reason = found
                return zone, (f"{MACHINES_OWN}{reason}" if etc == Path("/etc") else f"the evidence's {reason}")
    return None


def _etc_folders(root: Path) -> list[Path]:
    """Where the etc that belongs to a root may be, the likeliest first: as it was named, then as its links lead."""
    homes: dict[Path, None] = {}
    logs = Path("/var/log")
    for place in (Path(os.path.normpath(root.absolute())), root.resolve()):
        if place == logs or logs in place.parents:
            return [Path("/etc")]
        above = [place, *place.parents]
        beside = [folder.parent.parent for folder in above if folder.name == "log" and folder.parent.name == "var"]
        homes.update(dict.fromkeys([*beside, *above[: _ETC_LEVELS + 1], *_only_host_in(place)]))
    return [home / "etc" for home in homes if home != home.parent]


def _only_host_in(place: Path) -> list[Path]:
    """The folder inside `place` that is a host's root, if there is one and it is the only one."""
    if (place / "var" / "log").is_dir():
        return []
    try:
        found = [folder for folder in place.iterdir() if (folder / "var" / "log").is_dir()]
    except OSError:  # a file, or a folder that may not be listed: discovery says so
        return []
    return found if len(found) == 1 else []


def _zone_of_etc(etc: Path, unread: Unread) -> tuple[Zone, str] | None:
    """The zone an etc folder sets.  localtime is what programs use; timezone (Debian) is only its name."""
    named = _zone_of_name_file(etc / "timezone", unread)
    used = _zone_of_localtime(etc / "localtime", unread)
    if used is None:
        return (named, f"etc/timezone says {named.label}") if named is not None else None
    if named is None:
        return used, f"etc/localtime says {used.label}"
    if named == used or _same_offsets(named, used):
        return named, f"etc/timezone says {named.label}, and etc/localtime agrees"
    return used, f"etc/localtime says {used.label} (etc/timezone says {named.label}, which programs do not use)"


def _note(path: Path, error: BaseException | None, unread: Unread) -> None:
    if isinstance(error, OSError) and error.errno not in ABSENT:
        unread.append((f"etc/{path.name}", words_of(error)))


def _zone_of_name_file(path: Path, unread: Unread) -> Zone | None:
    try:
        text = _read_regular(path, 4096).decode("ascii")
        names = [line.strip() for line in text.split("\n") if line.strip() and not line.startswith("#")]
        return Zone.named(names[0]) if names else None
    except (OSError, UnicodeDecodeError, UsageError) as error:
        _note(path, error, unread)
        return None  # nothing that names a zone: the caller falls back, and says so


def _zone_of_localtime(path: Path, unread: Unread) -> Zone | None:
    try:
        link = str(path.readlink())
    except OSError as error:
        if error.errno != errno.EINVAL:  # a link that may not be followed, or nothing at all
            _note(path, error, unread)
            return None
        link = ""  # not a link: a copy of the zone's file
    try:
        if link:
            return Zone.named(link.partition("zoneinfo/")[2].removeprefix("posix/").removeprefix("right/"))
        return Zone.from_tzif(path)
    except UsageError as error:
        _note(path, error.__cause__, unread)
        return None


def _same_offsets(one: Zone, other: Zone) -> bool:
    """Whether two zones agree since 2000: a file without a name cannot be compared by its name."""
    years = range(2000, 2038)
    january = datetime(2000, 1, 1, tzinfo=UTC)
    return one.changes(years) == other.changes(years) and one.offset_at(january) == other.offset_at(january)
