"""Turns the names of a source's files into what is not among them: rotated members that must have been."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl

from logforensics.clock.settle import Assumption
from logforensics.evidence.model import Damage
from logforensics.evidence.rotation import logical_name
from logforensics.timeline.model import FileSummary, SourceSummary

NUMBERED, DATED, LIVE = 0, 1, 2
"""Kinds of `evidence.rotation.SortKey`."""

DAY = timedelta(days=1)

SLACK = timedelta(hours=1)
"""How far an instant of rotation told by another night's may be off: summer time begins or ends between them."""

FEWEST_STEPS = 3
"""Steps between dates from which their pace can be told, the one in question among them."""

READ = frozenset({"parsed", "empty"})
"""States of files of which every line is known; an empty one proves that nothing was written."""

NUMBERED_ENTRIES = frozenset({"journal"})
"""Formats whose entries have numbers, which tell better what is missing (timeline/journals.py)."""

CUT = ("-truncated", "eio", "shrunk")
"""Kinds of damage behind which a file went on."""

_Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Hole:
    """A stretch (UTC) whose lines one source must have had in a file, or a part of one, that is not here.

    `older` and `newer` are the files before and after it, `names` what is missing: "access.log.2", or an empty tuple
    where the end of `older` itself is lost.
    """

    source: str
    begin: datetime
    end: datetime
    older: str
    newer: str
    names: tuple[str, ...]


def find_holes(
    sources: Sequence[SourceSummary], files: Sequence[FileSummary], damage: Sequence[Damage], events: pl.DataFrame
) -> tuple[Hole, ...]:
    """The holes of every source, by source and time.

    Numbers are proof: logrotate renames every member each time, so .3 and .1 were once neighbours of a .2.  Dates are
    none by themselves, since `notifempty` leaves out a day without a line; they count where the silence begins at one
    rotation and ends at another, as it does in no outage but by chance.
    `events` needs source, file and time.
    """
    spans = _spans(events)
    states = {file.name: file.state for file in files}
    cut = {item.file for item in damage if item.kind.endswith(CUT)}
    found: list[Hole] = []
    for source in sources:
        if source.format in NUMBERED_ENTRIES:
            continue
        members = [name for name in source.files if states.get(name, "parsed") in READ]
        read = [name for name in members if name in spans]
        if len(read) > 1:
            found += _of_source(source.name, read, members, spans, cut)
    return tuple(sorted(found, key=lambda hole: (hole.source, hole.begin)))


def lost_members(
    sources: Sequence[SourceSummary], files: Sequence[FileSummary], damage: Sequence[Damage], events: pl.DataFrame
) -> tuple[Assumption, ...]:
    """What is to be said of the holes (`find_holes`)."""
    holes = find_holes(sources, files, damage, events)
    return tuple(Assumption(hole.source, "files-missing", _words(hole), 0) for hole in holes)


def _words(hole: Hole) -> str:
    what = f"the end of {hole.older} is lost"
    if hole.names:
        what = f"{hole.newer} follows on {hole.older}: {_listed(hole.names)} not among the files read"
    return f"{what}; silence between {_stamp(hole.begin)} and {_stamp(hole.end)} says nothing"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more are"
    return f"{' and '.join((', '.join(names[:-1]), names[-1]))} are" if len(names) > 1 else f"{names[0]} is"


def _stamp(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _spans(events: pl.DataFrame) -> dict[str, _Span]:
    """First and last instant of each file."""
    spans = events.lazy().group_by("file").agg(pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
    return {str(file): (first, last) for file, first, last in spans.collect().iter_rows()}


def _of_source(
    source: str, read: Sequence[str], members: Sequence[str], spans: Mapping[str, _Span], cut: Collection[str]
) -> Iterator[Hole]:
    pairs = [pair for pair in pairwise(read) if spans[pair[0]][1] <= spans[pair[1]][0]]
    skips = {pair: _skipped(*pair, members) for pair in pairs}
    seams = [(spans[older][1], spans[newer][0]) for older, newer in pairs if not skips[older, newer]]
    for older, newer in pairs:
        since, until = spans[older][1], spans[newer][0]
        names = skips[older, newer]
        if names:
            told = _between_rotations(since, until, seams)
            begin, end = told or (since, until)
            if _key(older)[0] == NUMBERED or told == (since, until):
                yield Hole(source, begin, end, older, newer, names)
        elif older in cut:
            yield Hole(source, since, until, older, newer, ())


def _key(name: str) -> tuple[int, tuple[int, ...], int]:
    kind, date, number, _ = logical_name(name)[1]
    return kind, date, -number


def _skipped(older: str, newer: str, members: Sequence[str]) -> tuple[str, ...]:
    """The names between those of two members that stand next to each other, none of which is there."""
    (kind, date, number), (after, next_date, next_number) = _key(older), _key(newer)
    if kind == NUMBERED and after in (NUMBERED, LIVE):
        have = {_key(name)[2] for name in members if _key(name)[0] == NUMBERED}
        base = logical_name(older)[0]
        lost = [at for at in range(number - 1, next_number if after == NUMBERED else 0, -1) if at not in have]
        return tuple(f"{base}.{at}" for at in lost)
    if kind == after == DATED and not number and not next_number:
        return _skipped_dates(older, date, next_date, members)
    return ()


def _skipped_dates(
    older: str, date: tuple[int, ...], next_date: tuple[int, ...], members: Sequence[str]
) -> tuple[str, ...]:
    """What two dates leave out at the pace of the others."""
    dates = sorted({at for name in members if _key(name)[0] == DATED and (at := _instant(_key(name)[1])) is not None})
    steps = [later - earlier for earlier, later in pairwise(dates)]
    first, last = _instant(date), _instant(next_date)
    if len(steps) < FEWEST_STEPS or first is None or last is None or any(first < at < last for at in dates):
        return ()
    usual = sorted(steps)[len(steps) // 2]
    if last - first < 1.5 * usual:
        return ()
    days = [first + usual * step for step in range(1, round((last - first) / usual))]
    return tuple(f"{logical_name(older)[0]} of {day:%Y-%m-%d}" for day in days)


def _instant(date: tuple[int, ...]) -> datetime | None:
    """The day (and hour) in a name; None for one that no calendar has."""
    year, month, day, hour, minute, second = (*date, 0, 0, 0)[:6]
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _between_rotations(since: datetime, until: datetime, seams: Sequence[_Span]) -> _Span | None:
    """The stretch that a missing member must have covered: from the rotation after `since` to the one before `until`.

    Rotations come at the same time of day; where another one tells it closely, what lies outside of the stretch is
    silence in files that are here.  None where no other rotation tells it.
    """
    low, high = min(seams, key=lambda seam: seam[1] - seam[0], default=(since, until))
    if high - low > SLACK:
        return None
    begin = low + -((high - since) // DAY) * DAY
    end = high + ((until - low) // DAY) * DAY
    begin = since if begin - since <= SLACK else begin
    end = until if until - end <= SLACK else end
    return (begin, end) if begin < end else None
