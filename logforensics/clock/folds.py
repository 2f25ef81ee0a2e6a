"""Turns the file order of wall times that the clock showed twice into their first or their second instant."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import polars as pl

from logforensics.clock.zones import FOLD, Zone

FIRST, SECOND, OPEN = 0, 1, 2
AROUND = 200  # rows before and after a repeated hour that show the source's order and rhythm
_FEWEST = 12  # steps between lines below which a rhythm is not known
_SPARE = 4  # a silence must be that many times longer than all others, whatever their law
_NEVER = (
    6  # and, as its steps are exponential or shorter, have a chance of one in 10^6: n^-k for k times the longest of n
)
_LATENESS = 2 / 3  # of what order can bear: the latest line seen is seldom the latest there is
_SECOND_US = 1_000_000


@dataclass(frozen=True)
class Folds:
    """Instants (naive UTC) of all rows, which of them file order chose, which stay a choice, and notes: (text, events).

    A choice is shown in the pass of the line before it, the first one if there is none.
    """

    time: pl.Series
    chosen: pl.Series
    ambiguous: pl.Series
    notes: tuple[tuple[str, int], ...]


def resolve_folds(wall: pl.Series, instants: pl.DataFrame, zone: Zone) -> Folds:
    """Choose between the two instants of a repeated wall time.

    `wall` (naive Datetime us) in file order over a whole source, `instants` as Zone.to_utc gave for it.  A line is
    never later than half the repeated stretch: whatever reading that forbids is ruled out.  What order leaves open
    goes with the lines it is joined to, if the source's own silences are far shorter than the stretch.
    """
    at = pl.DataFrame({"wall": wall.cast(pl.Int64), "state": instants["state"]}).with_row_index("at")
    rows = at.filter(pl.col("state") == FOLD)
    passes = pl.repeat(FIRST, wall.len(), dtype=pl.Int8, eager=True)
    chosen = pl.repeat(value=False, n=wall.len(), dtype=pl.Boolean, eager=True)
    if not rows.height:
        return Folds(instants["earliest"], chosen, chosen, ())
    once = False
    for change, before, after in zone.changes(wall.gather(rows["at"]).dt.year().unique().to_list()):
        start, end = change + after * _SECOND_US, change + before * _SECOND_US
        places = rows.filter((pl.col("wall") >= start) & (pl.col("wall") < end))["at"]
        if places.len():
            found, whole = _passes(at["wall"], places, start, end)
            passes = passes.scatter(places, found)
            once |= whole
    chosen = chosen.scatter(rows["at"], passes.gather(rows["at"]) != OPEN)
    shown = passes.replace(OPEN, None).forward_fill()
    time = pl.select(pl.when(shown == SECOND).then(instants["latest"]).otherwise(instants["earliest"])).to_series()
    return Folds(time, chosen, passes == OPEN, _notes(zone, int(chosen.sum()), int((passes == OPEN).sum()), once=once))


def _notes(zone: Zone, resolved: int, unresolved: int, *, once: bool) -> tuple[tuple[str, int], ...]:
    notes = []
    if resolved:
        notes.append((f"times that clocks of {zone.label} showed twice are told apart by file order", resolved))
    if unresolved:
        text = f"times that clocks of {zone.label} showed twice stay a choice of two: nothing tells which"
        if once:
            text += "; the source shows them once, without a break before or after: wrong zone?"
        notes.append((text, unresolved))
    return tuple(notes)


def _passes(local: pl.Series, places: pl.Series, start: int, end: int) -> tuple[pl.Series, bool]:
    """FIRST, SECOND or OPEN for the rows at `places`, all within the repeated stretch [start, end).

    The second result tells that the stretch is there once, joined to both its neighbours.
    """
    width = end - start
    walls = local.gather(places)
    low, high = max(0, int(places[0]) - AROUND), int(places[-1]) + AROUND + 1
    around = local.slice(low, high - low).drop_nulls()
    found = _by_order(walls, width) if _in_order(around, start, end) else None
    passes = [OPEN] * walls.len() if found is None else found.to_list()
    limit = _longest_step(around, start, end)
    if OPEN not in passes or limit is None:
        return pl.Series(passes, dtype=pl.Int8), False
    before = [wall for wall in local.slice(low, int(places[0]) - low).to_list() if wall is not None and wall < start]
    after = [wall for wall in local.slice(int(places[-1]) + 1, AROUND).to_list() if wall is not None and wall >= end]
    return _by_rhythm(walls.to_list(), passes, before[-1:], after[:1], limit)


def _in_order(around: pl.Series, start: int, end: int) -> bool:
    """Whether lines come late by clearly less than half the stretch, but for the step that repeats it."""
    inside, back, half = (around >= start) & (around < end), -around.diff(), (end - start) / 2
    repeats = inside & inside.shift(1, fill_value=False) & (back > half)
    return not bool(((back > half * _LATENESS) & ~repeats).any())


def _by_order(walls: pl.Series, width: int) -> pl.Series | None:
    """The passes that remain if no line is later than half the stretch; None if none do for some line."""
    rows = pl.DataFrame({"first": walls, "second": walls + width, "low": walls, "high": walls + width})
    slack = width // 2
    floor = pl.col("low").cum_max().shift(1) - slack
    ceiling = pl.col("high").reverse().cum_min().reverse().shift(-1) + slack
    while True:
        narrowed = rows.with_columns(
            low=pl.when(pl.col("first") < floor).then("second").otherwise("low"),
            high=pl.when(pl.col("second") > ceiling).then("first").otherwise("high"),
        )
        if (narrowed["low"] > narrowed["high"]).any():
            return None
        if narrowed.equals(rows):
            break
        rows = narrowed
    second, settled = rows["low"] > rows["first"], rows["low"] == rows["high"]
    return pl.select(pl.when(~settled).then(OPEN).when(second).then(SECOND).otherwise(FIRST).cast(pl.Int8)).to_series()


def _longest_step(around: pl.Series, start: int, end: int) -> int | None:
    """The longest step, in microseconds, of a source that is known never to fall silent for as long as the stretch."""
    inside = (around >= start) & (around < end)
    steps = around.diff().filter(inside == inside.shift(1)).drop_nulls()
    steps = steps.filter(steps >= 0)
    longest: int = max([_SECOND_US, *steps.top_k(1).to_list()])
    times = (end - start) / longest
    if steps.len() < _FEWEST or times < _SPARE or times * log10(steps.len()) < _NEVER:
        return None
    return longest


def _by_rhythm(
    walls: list[int], passes: list[int], before: list[int], after: list[int], limit: int
) -> tuple[pl.Series, bool]:
    """Give what is open the pass of the lines it is joined to, on one side and not on the other."""
    ahead = _joined([*before, *walls], [*([FIRST] if before else []), *passes], limit)[len(before) :]
    back = _joined([*after, *walls[::-1]], [*([SECOND] if after else []), *passes[::-1]], limit)[len(after) :][::-1]
    settled = [
        one if other in (OPEN, one) else other if one == OPEN else OPEN for one, other in zip(ahead, back, strict=True)
    ]
    once = bool(before and after) and ahead == [FIRST] * len(walls) and back == [SECOND] * len(walls)
    return pl.Series(settled, dtype=pl.Int8), once


def _joined(walls: list[int], passes: list[int], limit: int) -> list[int]:
    """The passes with those that are open taken over from the line before, if that is within `limit`."""
    found: list[int] = []
    for at, known in enumerate(passes):
        near = at > 0 and abs(walls[at] - walls[at - 1]) <= limit
        found.append(found[-1] if known == OPEN and near else known)
    return found
