"""Turns the offsets that several logs wrote into the host's offset over time, and finds each change in a naive log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from logforensics.clock.zones import Zone, offset_text
from logforensics.schema import lines_expr

RESTLESS = (
    6  # changes a year: summer time makes two, a journey or a new zone one more; beyond it the zone is not a host's
)
TOGETHER = timedelta(days=1)  # programs notice a new zone when they next look, or when they are restarted
_HOUR = timedelta(hours=1)
_TICK = timedelta(seconds=1)  # the steps of a Zone are whole seconds
_LOOKED_AHEAD = 20  # years after a change for which the zone's own changes are written out
_MANY = 3  # events within a stretch of clock time that was leapt over: one or two may be late lines

JUMPS, TIED, RUNS_ON, SILENT = "jumps", "jumps within a second", "runs on", "silent"
"""What a naive log shows at a change: its stamps jump (TIED: between two lines of one second, which the steps of a Zone
cannot part), they run on through it, or it has too few to tell."""


@dataclass(frozen=True)
class Change:
    """The host's offset went from `old` to `new` seconds: after `low`, not after `high` (naive UTC)."""

    low: datetime
    high: datetime
    old: int
    new: int


@dataclass(frozen=True)
class Offsets:
    """The offset most witnesses wrote: `first` since ever, then the changes in order."""

    first: int
    changes: tuple[Change, ...]

    def zone(self) -> Zone:
        """The zone these offsets make if each change came at its first sight."""
        return Zone.observed([(datetime(1970, 1, 1), self.first), *((one.high, one.new) for one in self.changes)])


class _Switch(NamedTuple):
    """One witness's own change: its last event by the old offset, its first by the new one."""

    high: datetime
    low: datetime
    witness: int
    old: int
    new: int


def agreed(witnesses: Sequence[pl.DataFrame]) -> Offsets:
    """The offset over time that most witnesses wrote; each is a frame (utc naive Datetime us, offset Int32).

    With COUNT, a row stands for so many.  A witness stands by its last offset until it writes another, from its first
    event to its last.  Where as many stand for one offset as for another the one that held so far stays, at the
    beginning (the first day) the one with more events.  A witness whose offset changes too often for a host (the zones
    of its clients, say) is heard only if there is no other, as its commonest offset.
    """
    switches = [_switches(index, rows) for index, rows in enumerate(witnesses)]
    steady = [index for index, rows in enumerate(witnesses) if len(switches[index]) <= _allowed(rows)]
    events: Counter[int] = Counter()
    for rows in witnesses:
        counts = rows.group_by("offset").agg(lines_expr(rows.columns).sum())
        events.update({int(offset): int(count) for offset, count in counts.iter_rows()})
    if not steady:
        return Offsets(events.most_common(1)[0][0], ())
    sorted_rows = {index: witnesses[index].sort("utc", maintain_order=True) for index in steady}
    spans = {index: (rows.item(0, "utc"), rows.item(-1, "utc")) for index, rows in sorted_rows.items()}
    stands = {index: int(rows.item(0, "offset")) for index, rows in sorted_rows.items()}
    begin = min(low for low, _ in spans.values())
    early = {index: offset for index, offset in stands.items() if spans[index][0] <= begin + TOGETHER}
    first = now = _winner(early, events, None)
    ordered = sorted(switch for index in steady for switch in switches[index])
    found: list[Change] = []
    for switch in ordered:
        stands[switch.witness] = switch.new
        heard = {index: offset for index, offset in stands.items() if spans[index][0] <= switch.high <= spans[index][1]}
        winner = _winner(heard, events, now)
        if winner != now:
            alike = [
                other
                for other in ordered
                if (other.old, other.new) == (now, winner) and abs(other.high - switch.high) <= TOGETHER
            ] or [switch]
            low, high = max(other.low for other in alike), min(other.high for other in alike)
            found.append(Change(min(low, high - _TICK), high, now, winner))
            now = winner
    return Offsets(first, tuple(sorted(found, key=lambda change: change.high)))


def _switches(witness: int, rows: pl.DataFrame) -> list[_Switch]:
    ordered = rows.sort("utc", maintain_order=True).with_columns(
        pl.col("utc").shift(1).alias("low"), pl.col("offset").shift(1).alias("old")
    )
    changed = ordered.filter(pl.col("offset") != pl.col("old")).select("utc", "low", "old", "offset")
    return [_Switch(high, low, witness, old, new) for high, low, old, new in changed.iter_rows()]


def _allowed(rows: pl.DataFrame) -> float:
    low, high = rows.select(pl.col("utc").min().alias("low"), pl.col("utc").max().alias("high")).row(0)
    return float(RESTLESS * (1 + (high - low).days // 365))


def _winner(stands: dict[int, int], events: Counter[int], now: int | None) -> int:
    votes = Counter(stands.values())
    most = max(votes.values())
    best = [offset for offset, count in votes.items() if count == most]
    return now if now in best and now is not None else max(best, key=lambda offset: (events[offset], -abs(offset)))


def before_zone(offsets: Offsets, zone: Zone) -> tuple[Change, ...]:
    """The changes that led up to `zone`, where the witnesses show that the host had another before; () if they do not.

    The last must end in an offset that the zone has then, and not be one of the zone's own changes; after it the
    witnesses must not leave the zone again.
    """
    changes = offsets.changes
    held = [_held(change, zone) for change in changes]
    begins = not changes or zone.offset_at(changes[0].low) == offsets.first
    foreign = [index for index, good in enumerate([begins, *held]) if not good]
    if not foreign or foreign[-1] == len(changes):
        return ()  # the witnesses agree with the zone throughout, or never come to agree with it
    return changes[: foreign[-1] + 1]


def _held(change: Change, zone: Zone) -> bool:
    return zone.offset_at(change.high) == change.new


def joined(first: int, changes: Sequence[Change], moments: Sequence[datetime], zone: Zone | None) -> Zone:
    """One zone: `first`, then each change at its moment, then `zone` by its own rules (None: the last offset stays)."""
    steps = [(datetime(1970, 1, 1), first)]
    steps += [(moment, change.new) for moment, change in zip(moments, changes, strict=True)]
    if zone is None or not changes:
        return Zone.observed(steps)
    last = moments[-1]
    epoch = datetime(1970, 1, 1)
    for at, _, after in zone.changes(range(last.year, last.year + _LOOKED_AHEAD)):
        moment = epoch + timedelta(microseconds=at)
        if moment > last:
            steps.append((moment, after))
    made = Zone.observed(steps)
    words = offset_text(changes[-1].old) if changes[-1].old else "UTC"
    return Zone(f"{words} until {last:%Y-%m-%d %H:%M} UTC, then {zone.label}", steps=made.steps)


def moment_of(change: Change, walls: pl.Series) -> tuple[datetime, str]:
    """When a naive log (walls in file order, with their years) shows a change, and how: JUMPS, RUNS_ON or SILENT."""
    shift = timedelta(seconds=change.new - change.old)
    old, new = timedelta(seconds=change.old), timedelta(seconds=change.new)
    if shift > timedelta(0):
        return _leap_ahead(change, walls, old, new, shift)
    return _step_back(change, walls, old, new, shift)


def _leap_ahead(
    change: Change, walls: pl.Series, old: timedelta, new: timedelta, shift: timedelta
) -> tuple[datetime, str]:
    """The clock leapt over a stretch, in which the log has no event if it leapt too."""
    over = walls.filter((walls > change.high + old) & (walls < change.low + new)).len()
    if over >= _MANY:
        return _usual(change), RUNS_ON
    before = walls.filter((walls > change.low + old) & (walls <= change.high + old)).max()
    if change.high - change.low < shift:
        moment = _behind(before - old) if isinstance(before, datetime) else _usual(change)
        return max(min(moment, change.high), change.low), JUMPS if _near(walls, change, old, new) else SILENT
    steps = _around(walls, change, old, new)
    jump = (steps.diff() > shift / 2).arg_max()
    if jump and steps[jump] - steps[jump - 1] > shift / 2:
        return max(min(_behind(steps[jump - 1] - old), change.high), change.low), JUMPS
    return _usual(change), SILENT


def _near(walls: pl.Series, change: Change, old: timedelta, new: timedelta) -> bool:
    """Whether the log has events in the hour before the leap and in the hour after it."""
    before = ((walls > change.low + old - _HOUR) & (walls <= change.high + old)).any()
    return before and bool(((walls >= change.low + new) & (walls < change.high + new + _HOUR)).any())


def _step_back(
    change: Change, walls: pl.Series, old: timedelta, new: timedelta, shift: timedelta
) -> tuple[datetime, str]:
    """The clock went back over a stretch: the log's file order has a step back by about as much."""
    steps = _around(walls, change, old, new)
    back = (steps.diff() < shift / 2).fill_null(value=False).arg_true().to_list()
    if back:
        moment = max(min(_behind(steps[back[0] - 1] - old), change.high), change.low)
        return moment, TIED if steps[back[0]] - new < moment else JUMPS
    inside = steps.filter((steps >= change.high + new) & (steps < change.low + old))
    widest = inside.diff().max()
    runs_on = inside.len() >= _MANY and isinstance(widest, timedelta) and widest < -shift / 2
    return _usual(change), RUNS_ON if runs_on else SILENT


def _behind(instant: datetime) -> datetime:
    """The next whole second."""
    return instant.replace(microsecond=0) + _TICK


def _around(walls: pl.Series, change: Change, old: timedelta, new: timedelta) -> pl.Series:
    low, high = change.low + min(old, new) - _HOUR, change.high + max(old, new) + _HOUR
    return walls.filter((walls >= low) & (walls <= high))


def _usual(change: Change) -> datetime:
    """Summer time changes on a whole hour of UTC, but for Lord Howe's half hours: the first one between the two."""
    hour = (change.low + _HOUR).replace(minute=0, second=0, microsecond=0)
    return min(hour, change.high)
