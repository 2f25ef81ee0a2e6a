"""Turns the timelines of several hosts into one, and lines that two of them have into the offset of their clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from logforensics.clock.settle import Assumption
from logforensics.evidence.discover import Discovery
from logforensics.evidence.ledger import Ledger
from logforensics.evidence.model import PassedOver
from logforensics.timeline.model import Timeline

TWINS = 5
"""Lines two hosts must share before their clocks are compared: of fewer, one odd delay makes half."""

FURTHEST = 86_400_000_000
"""Microseconds: twins further apart than a day are two lines that say the same, not one event."""

CLOSE = 0.5
"""Share of the twins that must lie within a second of their median: a relay is that quick, and chance is not."""

TWIN = "twin"
"""The column that twin_expr makes."""

LONG_ENOUGH = 24
"""Bytes a line must have to be told from others that say as little ("done", "session closed")."""

WORTH_TELLING = 2_000_000
"""Microseconds: stamps of whole seconds on both sides differ by up to a second each without any offset."""


@dataclass(frozen=True)
class Offset:
    """`seconds` by which `other` is ahead of `host`, by `twins` lines that both have; half lie within `spread`."""

    host: str
    other: str
    seconds: float
    spread: float
    twins: int


def by_host(discovery: Discovery) -> Iterator[tuple[str, Discovery]]:
    """What belongs to each host, by name; what lies beside the hosts' folders comes last, as that of no host ("")."""
    for name, folder in discovery.hosts:
        mine = tuple(source for source in discovery.sources if source.files[0].host == name)
        yield name, Discovery(mine, (), (folder,))
    rest = tuple(source for source in discovery.sources if not source.files[0].host)
    if rest:
        yield "", Discovery(rest, (), discovery.roots)


def merged(parts: Sequence[tuple[str, Timeline]], passed_over: Sequence[PassedOver]) -> Timeline:
    """One timeline of several hosts in total order: by time, then host, then as in each host's own.

    `hosts` holds the parts.  The zone is theirs if it is one.  Clocks that disagree are told as assumptions; no time is
    changed.
    """
    apart = offsets(parts)
    parts = [(name, part.with_events(part.events.drop(TWIN, strict=False))) for name, part in parts]
    frames = [timeline.events for _, timeline in parts]
    events = pl.concat(frames, how="diagonal_relaxed").sort("time", maintain_order=True)
    ledger = Ledger()
    for _, timeline in parts:
        ledger.take(timeline.ledger)
    zones = {timeline.zone for _, timeline in parts if timeline.zone is not None}
    begins = [timeline.begin for _, timeline in parts if timeline.begin is not None]
    ends = [timeline.end for _, timeline in parts if timeline.end is not None]
    known = {file.name for _, timeline in parts for file in timeline.files}
    others = tuple(item for item in passed_over if item.name not in known)
    return Timeline(
        events=events,
        sources=tuple(source for _, timeline in parts for source in timeline.sources),
        files=tuple(sorted((file for _, timeline in parts for file in timeline.files), key=lambda file: file.name)),
        passed_over=tuple(
            sorted((*others, *(item for _, timeline in parts for item in timeline.passed_over)), key=lambda i: i.name)
        ),
        damage=ledger.damage,
        assumptions=(
            *(assumption for _, timeline in parts for assumption in timeline.assumptions),
            *(_told(offset) for offset in apart),
        ),
        ledger=ledger,
        log_files=tuple(file for _, timeline in parts for file in timeline.log_files),
        begin=min(begins, default=None),
        end=max(ends, default=None),
        zone=zones.pop() if len(zones) == 1 else None,
        missing=tuple(hole for _, timeline in parts for hole in timeline.missing),
        hosts=tuple(parts),
    )


def offsets(parts: Sequence[tuple[str, Timeline]]) -> list[Offset]:
    """The clock offsets between hosts that share enough lines: relayed messages, and requests both ends logged."""
    twins = [(name, _singles(timeline.events)) for name, timeline in parts if name]
    found = (_offset(one, other) for one, other in combinations(twins, 2))
    return [offset for offset in found if offset is not None]


def twin_expr(names: Collection[str]) -> pl.Expr:
    """What a line says, as a hash by which another host's same line is found; null for what is too short to tell."""
    texts = [name for name in ("message", "method", "path", "status") if name in names]
    if not texts:
        return pl.lit(None, pl.UInt64).alias(TWIN)
    said = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in texts], separator="\x1f")
    return pl.when(said.str.len_bytes() >= LONG_ENOUGH).then(said.hash()).alias(TWIN)


def _singles(events: pl.DataFrame) -> pl.DataFrame:
    """`key` and `time` of the lines a host logged once: of what is said twice, nobody knows which is which."""
    if TWIN not in events.columns:
        return pl.DataFrame(schema={"key": pl.UInt64, "time": pl.Datetime("us", "UTC")})
    counted = events.select(pl.col(TWIN).alias("key"), "time").filter(pl.col("key").is_not_null())
    return counted.group_by("key").agg(pl.col("time").first(), pl.len().alias("times")).filter(pl.col("times") == 1)


def _offset(one: tuple[str, pl.DataFrame], other: tuple[str, pl.DataFrame]) -> Offset | None:
    pairs = one[1].join(other[1], on="key", how="inner", suffix="_other")
    apart = (pairs["time_other"] - pairs["time"]).dt.total_microseconds()
    apart = apart.filter(apart.abs() <= FURTHEST).sort()
    if len(apart) < TWINS:
        return None
    median = int(apart[len(apart) // 2])
    within = int(((apart - median).abs() <= 1_000_000).sum())
    if within < CLOSE * len(apart):
        return None
    spread = (int(apart[(3 * len(apart)) // 4]) - int(apart[len(apart) // 4])) / 1e6
    return Offset(one[0], other[0], median / 1e6, spread, len(apart))


def _told(offset: Offset) -> Assumption:
    way = "ahead of" if offset.seconds > 0 else "behind"
    if abs(offset.seconds) * 1e6 < WORTH_TELLING:
        text = f"its clock agrees with that of {offset.host} to within 2 s"
    else:
        text = f"its clock is {abs(offset.seconds):.1f} s {way} that of {offset.host}; no time was changed for that"
    why = f" ({offset.twins} lines that both have; half of them differ by no more than {max(offset.spread, 0.1):.1f} s)"
    return Assumption(offset.other, "clock", text + why, offset.twins)
