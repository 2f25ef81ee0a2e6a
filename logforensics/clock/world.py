"""Turns the offsets that logs wrote at some instants into those that zones which agree with them have at all others.

A log that writes +02:00 in July tells nothing of November: Berlin is at +01:00 then, Cairo may not be.  The time zone
database knows which zones were at +02:00 whenever the log was, and where these part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

_SAMPLE = timedelta(days=5)  # since 2000 no zone changed its offset and changed it back in less than a week (tzdata)
_SECOND = timedelta(seconds=1)


class Stretch(NamedTuple):
    """From `begin` until before `end` (naive UTC) a zone that agrees has one of `offsets` (seconds, ascending).

    `usual` is the one to show: the one before, as long as any of these zones has it.
    """

    begin: datetime
    end: datetime
    offsets: tuple[int, ...]
    usual: int


def stretches(points: Sequence[tuple[datetime, int]], begin: datetime, end: datetime) -> tuple[Stretch, ...]:
    """What the zones that have all these offsets (seconds) at these instants (naive UTC) have from `begin` to `end`.

    A fixed offset is one of them if the points never differ.  Without any zone that agrees there are no stretches.
    """
    begin, end = begin.replace(microsecond=0), end.replace(microsecond=0) + _SECOND  # zones change on whole seconds
    courses = [list(_course(zone, begin, end)) for zone in world() if _agrees(zone, points)]
    if len({offset for _, offset in points}) == 1:
        courses.append([(begin, points[0][1])])
    if not courses:
        return ()
    now = [course[0][1] for course in courses]
    edges = sorted({at for course in courses for at, _ in course[1:]})
    steps = {(at, index): offset for index, course in enumerate(courses) for at, offset in course[1:]}
    found: list[Stretch] = []
    usual = _commonest(now)
    for at, until in zip([begin, *edges], [*edges, end], strict=True):
        now = [steps.get((at, index), offset) for index, offset in enumerate(now)]
        usual = usual if usual in now else _commonest(now)
        offsets = tuple(sorted(set(now)))
        if found and found[-1].offsets == offsets and found[-1].usual == usual:
            found[-1] = found[-1]._replace(end=until)
        else:
            found.append(Stretch(at, until, offsets, usual))
    return tuple(found)


def _commonest(offsets: Sequence[int]) -> int:
    counts = Counter(offsets)
    return max(counts, key=lambda offset: (counts[offset], -abs(offset), offset))


def _agrees(zone: ZoneInfo, points: Sequence[tuple[datetime, int]]) -> bool:
    return all(_offset(zone, at) == offset for at, offset in points)


def _course(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """The offset at `begin`, and each change until `end` with the offset after it."""
    offset = _offset(zone, begin)
    yield begin, offset
    low = begin
    while low < end:
        high = min(low + _SAMPLE, end)
        after = _offset(zone, high)
        if after != offset:
            left, right = low, high  # the offset at left is the one before, that at right another
            while right - left > _SECOND:
                middle = left + timedelta(seconds=(right - left) // _SECOND // 2)
                left, right = (middle, right) if _offset(zone, middle) == offset else (left, middle)
            yield right, after
        low, offset = high, after


def _offset(zone: ZoneInfo, at: datetime) -> int:
    shift = at.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


@lru_cache(maxsize=1)
def world() -> tuple[ZoneInfo, ...]:
    """One zone for each part of the world whose clocks have agreed since 1970 (zone1970.tab of tzdata)."""
    folder = resources.files("tzdata").joinpath("zoneinfo")
    table = folder.joinpath("zone1970.tab").read_text("utf-8")
    found = []
    for line in table.split("\n"):
        if line and not line.startswith("#"):
            name = line.split("\t")[2].strip()
            with folder.joinpath(*name.split("/")).open("rb") as file:
                found.append(ZoneInfo.from_file(file, key=name))
    return tuple(found)
