"""Turns paths into the timeline that people are shown: as read, but for lines of a boot clock that was wrong.

Such lines bear times of before the machine stopped, or lie hours from where they belong; they are moved to where they
must have been, and bounded.  The evidence keeps its stamps: file and line lead to them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl

from logforensics.analysis.boot_marks import boot_expr
from logforensics.analysis.bootclock import LONGEST, SMALLEST, WrongBootClock, find_wrong_boot_clocks, retimed
from logforensics.clock.settle import Assumption
from logforensics.schema import DOUBT, TIME_BASIS
from logforensics.settings import Settings
from logforensics.timeline import build
from logforensics.timeline.build import DEFAULT_FIELDS
from logforensics.timeline.model import Progress, Timeline

_SECOND = timedelta(seconds=1)  # most stamps in text are whole seconds


def read_timeline(
    paths: Sequence[str] | str,
    *,
    settings: Settings | None = None,
    fields: Collection[str] | None = None,
    progress: Progress | None = None,
    spooled: bool = False,
) -> Timeline:
    """Read every log below `paths` into one Timeline, the lines of wrong boot clocks set right.

    As `timeline.build.read_timeline`, which tells what goes in, comes out and is raised.  Also with `spooled`, events
    among which such lines may be are held in memory: they are moved past others.
    """
    wanted = frozenset(DEFAULT_FIELDS if fields is None else fields)
    timeline = build.read_timeline(paths, settings=settings, fields=wanted, progress=progress, spooled=spooled)
    stored = timeline.stored
    if stored is not None:
        suspects = stored.behind_steps_back(SMALLEST, LONGEST)
        if not {"message", "program"} <= wanted or not any(map(_holds_boot, suspects)):
            return timeline
        with stored.spool:
            timeline = replace(timeline, events=stored.whole(), stored=None)
    return set_right(timeline)


def _holds_boot(events: pl.DataFrame) -> bool:
    return bool(events.select(boot_expr(pl.col("message"), pl.col("program")).is_not_null().any()).item())


def set_right(timeline: Timeline) -> Timeline:
    """The timeline with the lines of wrong boot clocks moved by what these were behind, and ambiguous by what is open.

    Without `message` and `program` among its columns it stays as it is: nothing tells a boot then.
    """
    events = timeline.events
    if not {"message", "program"} <= set(events.columns):
        return timeline
    # a file whose lines are not in the order of its times: what every clock that went back leaves behind
    disordered = events.filter(pl.col("line").cast(pl.Int64).diff().over("file") < 0)["file"].unique()
    if not disordered.len():
        return timeline
    message = pl.col("message")
    marked = events.filter(pl.col("file").is_in(disordered.implode())).with_columns(
        boot_expr(message, pl.col("program")).alias("boot_mark"),
        message.str.extract(r"^\[ *([0-9]+\.[0-9]{6})\]", 1).cast(pl.Float64, strict=False).alias("mono"),
    )
    clocks = find_wrong_boot_clocks(marked)
    if not clocks:
        return timeline
    marked = events.with_columns(
        boot_mark=pl.when(pl.col("file").is_in(disordered.implode())).then(boot_expr(message, pl.col("program"))),
        stamped=pl.col("time"),
    )
    moved = retimed(marked, clocks).with_columns(moved=pl.col("time") != pl.col("stamped"))
    notes = [_note(moved, clock) for clock in clocks]
    return replace(
        timeline,
        events=_bounded(moved, clocks).select(events.columns),
        assumptions=(*timeline.assumptions, *(note for note in notes if note.events)),
    )


def _note(moved: pl.DataFrame, clock: WrongBootClock) -> Assumption:
    """What is said of one such clock, with the number of lines it touches."""
    lines = moved.filter(pl.col("moved") & _within(clock))
    source = str(lines.item(0, "source")) if lines.height else ""
    text = (
        f"after the boot at {clock.cite} the clock was behind by {clock.behind} or so until it was set: its lines "
        "stand where they must have been, in doubt by what was idle"
    )
    return Assumption(source, "clock", text, lines.height)


def _bounded(moved: pl.DataFrame, clocks: Sequence[WrongBootClock]) -> pl.DataFrame:
    """The moved lines ambiguous, between the least and the most that their clock can have been behind.

    The most is the leap it made when it was set.  The least is what the kernel's own seconds leave of that, else what
    brings its first line behind the one above it.
    """
    low = {name: pl.col(name) if name in moved.columns else pl.lit(None, moved.schema["time"]) for name in DOUBT}
    earliest, latest = low[DOUBT[0]], low[DOUBT[1]]
    for clock in clocks:
        hit = pl.col("moved") & _within(clock)
        above = (
            moved.filter((pl.col("file") == clock.cite.file) & (pl.col("line") < clock.cite.line)).sort("line").tail(1)
        )
        least = clock.behind - _SECOND
        if not clock.slack and above.height:
            least = min(clock.behind, above.item(0, "stamped") - clock.first)
        earliest = pl.when(hit).then(pl.col("stamped") + least).otherwise(earliest)
        latest = pl.when(hit).then(pl.col("stamped") + clock.behind + clock.slack + _SECOND).otherwise(latest)
    basis = pl.when("moved").then(pl.lit("ambiguous", TIME_BASIS)).otherwise("time_basis")
    return moved.with_columns(basis.alias("time_basis"), earliest.alias(DOUBT[0]), latest.alias(DOUBT[1]))


def _within(clock: WrongBootClock) -> pl.Expr:
    return pl.col("stamped").is_between(clock.first, clock.last)
