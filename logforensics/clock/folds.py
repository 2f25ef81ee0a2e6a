"""Turns the file order of wall times that the clock showed twice into their first or their second instant."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from logforensics.clock.zones import FOLD, Zone

FIRST, SECOND, OPEN = 0, 1, 2
_AROUND = 200  # rows before and after a repeated hour that show the source's rhythm
_RHYTHM = 10  # a step of up to ten usual steps is no silence
_NO_SILENCE = 60_000_000  # nor is a minute (cron, the slowest usual heartbeat, beats each minute); microseconds
_SECOND_US = 1_000_000


@dataclass(frozen=True)
class Folds:
    """Instants (naive UTC) of all rows, which of them stay a choice (the earlier one is kept), and notes.

    A note is (text, events).
    """

    time: pl.Series
    ambiguous: pl.Series
    notes: tuple[tuple[str, int], ...]


def resolve_folds(wall: pl.Series, instants: pl.DataFrame, zone: Zone) -> Folds:
    """Choose between the two instants of a repeated wall time.

    `wall` (naive Datetime us) in file order over a whole source, `instants` as Zone.to_utc gave for it.  Within one
    repeated hour a backward step of more than half its width starts the second pass; late lines of the first pass
    are known by lying in its later half.  Without such a step the neighbours decide, if they can.
    """
    rows = pl.DataFrame({"wall": wall.cast(pl.Int64), "state": instants["state"]}).with_row_index("at")
    rows = rows.filter(pl.col("state") == FOLD)
    local = wall.cast(pl.Int64)
    passes = pl.repeat(FIRST, wall.len(), dtype=pl.Int8, eager=True)
    resolved = unresolved = 0
    once = False
    for at, before, after in zone.changes(wall.gather(rows["at"]).dt.year().unique().to_list()):
        start, end = at + after * _SECOND_US, at + before * _SECOND_US
        places = rows.filter((pl.col("wall") >= start) & (pl.col("wall") < end))["at"]
        if places.len():
            chosen, whole = _passes(local, places, start, end)
            passes = passes.scatter(places, chosen)
            once |= whole
            unresolved += chosen.count(OPEN)
            resolved += len(chosen) - chosen.count(OPEN)
    time = pl.select(pl.when(passes == SECOND).then(instants["latest"]).otherwise(instants["earliest"])).to_series()
    return Folds(time, passes == OPEN, _notes(zone, resolved, unresolved, once=once))


def _notes(zone: Zone, resolved: int, unresolved: int, *, once: bool) -> tuple[tuple[str, int], ...]:
    notes = []
    if resolved:
        notes.append((f"times that clocks of {zone.label} showed twice are told apart by file order", resolved))
    if unresolved:
        text = f"times that clocks of {zone.label} showed twice are read as the earlier: nothing tells which"
        if once:
            text += "; the source shows them once, without a break before or after: wrong zone?"
        notes.append((text, unresolved))
    return tuple(notes)


def _passes(local: pl.Series, places: pl.Series, start: int, end: int) -> tuple[list[int], bool]:
    """FIRST, SECOND or OPEN for the rows at `places`, all within the repeated stretch [start, end).

    The second result tells that the stretch is there once, joined to both its neighbours.
    """
    walls = local.gather(places).to_list()
    middle = (start + end) // 2
    back = [index for index in range(1, len(walls)) if walls[index] - walls[index - 1] < (start - end) / 2]
    if back:
        mixed = [SECOND if wall < middle else FIRST for wall in walls[back[0] : back[-1]]]
        return [FIRST] * back[0] + mixed + [SECOND] * (len(walls) - back[-1]), False
    from_first, first = max(0, places[0] - _AROUND), places[0]
    last, to_last = places[-1], min(local.len(), places[-1] + _AROUND + 1)
    before = [wall for wall in local[from_first:first].to_list() if wall is not None and wall < start]
    after = [wall for wall in local[last + 1 : to_last].to_list() if wall is not None and wall >= end]
    limit = _longest_step(before, walls, after)
    if limit * 4 > end - start:
        return [OPEN] * len(walls), False  # the source's own silences are as long as the choice is wide
    joined_before = _joined([*before[-1:], *walls], limit) if before else 0
    joined_after = _joined([*walls, *after[:1]][::-1], limit) if after else 0
    if joined_before == joined_after == len(walls):
        return [OPEN] * len(walls), True
    rest = len(walls) - joined_before - joined_after
    return [FIRST] * joined_before + [OPEN] * rest + [SECOND] * joined_after, False


def _longest_step(*parts: list[int]) -> int:
    """The longest step, in microseconds, that is still this source's rhythm."""
    steps = sorted(abs(two - one) for part in parts for one, two in pairwise(part))
    usual = steps[len(steps) // 2] if steps else 0
    return max(usual * _RHYTHM, _NO_SILENCE)


def _joined(walls: list[int], limit: int) -> int:
    """How many walls follow the first one, each within `limit` of the one before."""
    count = 0
    for one, two in pairwise(walls):
        if abs(two - one) > limit:
            break
        count += 1
    return count
