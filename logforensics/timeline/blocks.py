"""Turns a block of a log into events, boiled down already, and into the fate of each of its lines.

This is the work that is spread over cores and machines.  What a block becomes depends on the block and its Work alone,
but for lines in another format than the file's own: they are left to be read in the order of the file.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypedDict

import polars as pl

from logforensics.evidence.files import Block
from logforensics.evidence.lines import lines_of, offsets_of
from logforensics.evidence.model import Damage
from logforensics.parsing.edges import broken, parse_broken
from logforensics.parsing.lines import Parsed, Reader, compile_reader
from logforensics.parsing.model import Definition
from logforensics.parsing.seams import apart, seams
from logforensics.schema import CLAIMED
from logforensics.timeline.overlap import MOST
from logforensics.timeline.switches import untouched

Digest = Callable[[pl.DataFrame], pl.DataFrame]
"""Works on the parsed columns of one block and returns them with derived columns added and bulky ones dropped."""

Thin = Callable[[pl.DataFrame, int], pl.DataFrame]
"""Leaves out some of the rows that `Digest` returned, so that about so many are left; those left tell for how many
lines they stand (schema.COUNT)."""

SAMPLES = 5
"""Lines of a block that nothing reads, of which the ledger keeps the file's first ones."""


@dataclass(frozen=True)
class Work:
    """What is to be done with each block of a file.

    `fields` are the columns wanted, `digest` boils them down, `thin` leaves about `rate` rows for each byte of text.
    Lines up to number `twice` are left out: the file before ends with them.  With `tail` the last lines are kept as
    text, for the file that comes next.
    """

    definition: Definition
    fields: frozenset[str]
    digest: Digest | None = None
    thin: Thin | None = None
    rate: float = 0.0
    twice: int = 0
    tail: bool = False

    @property
    def reader(self) -> Reader:
        """The definition made ready, once in a process."""
        return reader_of(self.definition, self.fields)

    def boiled_down(
        self, events: pl.DataFrame, size: int, glued: Sequence[int] = (), quoted: Sequence[int] = ()
    ) -> pl.DataFrame:
        """What is kept of the events of `size` bytes; of `glued` and `quoted` see `_claimed`."""
        foreign = foreign_hosts(self.definition)
        if glued or quoted or foreign:
            events = _claimed(events, glued, quoted, foreign=foreign)
        kept = (self.digest(events) if self.digest else events).drop(CLAIMED, strict=False)
        return self.thin(kept, math.ceil(size * self.rate)) if self.thin else kept


@lru_cache(maxsize=256)
def reader_of(definition: Definition, fields: frozenset[str]) -> Reader:
    """One definition compiled for the columns wanted."""
    return compile_reader(definition, fields)


class BlockResult(NamedTuple):
    """What one block became: its lines by fate, and its damage; `glued` are the numbers of lines that were two."""

    block: Block
    lines: pl.DataFrame
    parsed: Parsed
    damage: list[Damage]
    duplicate: pl.DataFrame
    glued: tuple[int, ...] = ()


class Fates(TypedDict, total=False):
    """Lines and bytes by what became of them, as FileAccount.add takes them."""

    events_lines: int
    events_bytes: int
    continuation_lines: int
    continuation_bytes: int
    blank_lines: int
    blank_bytes: int
    duplicate_lines: int
    duplicate_bytes: int
    unparsed_lines: int
    unparsed_bytes: int


class Share(NamedTuple):
    """What one block became.

    `events` are boiled down; `last` is the last of them as it was parsed (no row if there is none).  `samples` are
    lines that nothing reads, `junk` where they lie; `tail` are the last lines of text.  `waits` is the block's result
    where lines at its head continue an event of an earlier block, if one comes before them: they are in no fate yet.
    """

    events: pl.DataFrame
    last: pl.DataFrame
    fates: Fates
    samples: list[tuple[int, str]]
    junk: list[Damage]
    damage: list[Damage]
    tail: pl.Series | None
    waits: BlockResult | None = None


def share_of(work: Work, block: Block) -> Share | BlockResult:
    """The share of one block; only its result if some lines may be of another format (see `finished`)."""
    result = read_block(work.reader, block, work.twice)
    if not untouched(result.lines, result.parsed.events):
        return result
    events, rest = result.parsed.events, result.parsed.rest
    candidate = rest.get_column("kind") == "candidate"
    if not candidate.any():
        return finished(work, result, events, rest)
    return finished(work, result, events, rest.filter(~candidate), waiting=_bytes(rest.filter(candidate)))


def finished(
    work: Work,
    result: BlockResult,
    events: pl.DataFrame,
    rest: pl.DataFrame,
    quoted: Sequence[int] = (),
    waiting: int = 0,
) -> Share:
    """A block's share, `events` and `rest` being what its result became in the end, but for `waiting` bytes."""
    fates = _fates(result.lines, events, rest, waiting)
    if result.duplicate.height:
        fates["duplicate_lines"], fates["duplicate_bytes"] = result.duplicate.height, _bytes(result.duplicate)
    unread = rest.filter(pl.col("kind") != "blank") if rest.height else rest
    return Share(
        events=work.boiled_down(events, len(result.block.data), result.glued, quoted),
        last=events.tail(1),
        fates=fates,
        samples=unread.head(SAMPLES).select("line", "text").rows(),
        junk=_stretches(result, unread.get_column("line")) if unread.height else [],
        damage=result.damage,
        tail=result.lines.get_column("text").tail(MOST) if work.tail else None,
        waits=result if waiting else None,
    )


def continued(work: Work, result: BlockResult, above: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A block's events and the rest, now that the last event above its first line is known, if there is one.

    What stands above a file's first event belongs to that one, if the format has such a preamble.
    """
    events, rest = result.parsed.events, result.parsed.rest
    waiting = rest.filter(pl.col("kind") == "candidate")
    owner = events.head(1) if above is None and work.definition.preamble else above
    if not waiting.height or owner is None or not owner.height:
        return events, rest
    return pl.concat([work.reader.carry(waiting, owner), events], how="diagonal"), rest.filter(
        pl.col("kind") != "candidate"
    )


def carried(work: Work, result: BlockResult, above: pl.DataFrame) -> tuple[pl.DataFrame, Fates]:
    """The lines that waited as continuations of the last event above them, boiled down, and their fates."""
    waiting = result.parsed.rest.filter(pl.col("kind") == "candidate")
    fates: Fates = {"continuation_lines": waiting.height, "continuation_bytes": _bytes(waiting)}
    return work.boiled_down(work.reader.carry(waiting, above), len(result.block.data)), fates


def read_block(reader: Reader, block: Block, twice: int) -> BlockResult:
    """The events of one block; its lines up to number `twice` are left out, since the file before ends with them."""
    lines, damage = lines_of(block)
    # the sum of bytes of what is parsed and what is duplicate stays that of the block
    known = lines.filter(pl.col("line") <= twice) if block.first_line <= twice else lines.clear()
    lines = lines.filter(pl.col("line") > twice) if known.height else lines
    if damage or block.behind:
        parsed = parse_broken(reader, lines, broken(lines, damage, begins=block.behind))
    else:
        parsed = reader.parse(lines)
    found = seams(reader, lines, parsed)
    lines, torn = apart(block, lines, damage, found) if found else (lines, [])
    if not torn:
        return BlockResult(block, lines, parsed, damage, known)
    damage = sorted([*damage, *torn], key=lambda entry: (entry.offset, entry.kind))
    glued = tuple(sorted({entry.line for entry in torn if entry.line is not None}))
    edges = broken(lines, damage, begins=block.behind)
    return BlockResult(block, lines, parse_broken(reader, lines, edges), damage, known, glued)


def _claimed(events: pl.DataFrame, glued: Sequence[int], quoted: Sequence[int], *, foreign: bool) -> pl.DataFrame:
    """The events with CLAIMED set where one stood inside another's line (`glued`), or may be `quoted`.

    `foreign` says that events with a host are none of the file's main format (see `foreign_hosts`).
    """
    own_line = ~pl.col("carried")
    inside = pl.col("line").is_in(glued) & own_line & ~pl.col("line").is_first_distinct()
    hosted = pl.col("host").is_not_null() & own_line if foreign and "host" in events.columns else pl.lit(False)
    return events.with_columns((inside | pl.col("line").is_in(quoted) | hosted).alias(CLAIMED))


@lru_cache(maxsize=256)
def foreign_hosts(definition: Definition) -> bool:
    """Whether a line with a host in its header is foreign to a file, and may be part of a message there.

    An application's log whose messages have several lines is written by the application alone: who can make it log a
    line feed can make it log what looks like the kernel's own line.
    """
    own = {name for pattern in definition.patterns for name in pattern.fields}
    return bool(definition.companions) and definition.multiline is not None and "host" not in own


def _fates(lines: pl.DataFrame, events: pl.DataFrame, rest: pl.DataFrame, waiting: int = 0) -> Fates:
    """Lines and bytes by fate: what is neither rest nor continuation was an event, but for the `waiting` bytes."""
    if events.height == lines.height and not events.get_column("carried").any():
        return {"events_lines": events.height, "events_bytes": _bytes(lines)}
    more = events.filter("carried").select("line")
    blank = rest.filter(pl.col("kind") == "blank")
    continued = _continued(lines, events, rest) if more.height else 0
    return {
        "events_lines": events.height - more.height,
        "events_bytes": _bytes(lines) - _bytes(rest) - continued - waiting,
        "continuation_lines": more.height,
        "continuation_bytes": continued,
        "blank_lines": blank.height,
        "blank_bytes": _bytes(blank),
        "unparsed_lines": rest.height - blank.height,
        "unparsed_bytes": _bytes(rest) - _bytes(blank),
    }


def _continued(lines: pl.DataFrame, events: pl.DataFrame, rest: pl.DataFrame) -> int:
    """Bytes of the lines that are continuations; of a line in several pieces, only those of the pieces that are."""
    more = events.filter("carried").get_column("line")
    pieces = lines.filter(pl.col("line").is_in(more.implode()))
    if pieces.height == more.len():
        return _bytes(pieces)
    unread = Counter(rest.select("line", "text").rows())
    fates = defaultdict[int, list[bool]](list)
    for line, carried in reversed(events.select("line", "carried").rows()):
        fates[line].append(carried)
    total = 0
    for line, text, length in pieces.select("line", "text", "length").iter_rows():
        if unread[line, text]:
            unread[line, text] -= 1
        elif fates[line] and fates[line].pop():
            total += length
    return total


def _bytes(lines: pl.DataFrame) -> int:
    return int(lines.get_column("length").sum())


def _stretches(result: BlockResult, unread: pl.Series) -> list[Damage]:
    """The stretches of a block's lines that no format reads; blank lines and damage among them do not part them."""
    lines = result.lines.with_columns(offsets_of(result.block, result.lines, result.damage).alias("offset"))
    strange = pl.col("line").is_in(unread.implode())
    own = (~strange & (pl.col("text").str.strip_chars() != "")).cum_sum()
    found = (
        lines.with_columns(own.alias("own"))
        .filter(strange)
        .group_by("own", maintain_order=True)
        .agg(
            pl.col("line").first(), pl.col("offset").first(), (pl.col("offset") + pl.col("length")).last().alias("end")
        )
    )
    name = result.block.file
    return [
        Damage("junk", name, offset, end - offset, delivered=True, line=line)
        for _, line, offset, end in found.iter_rows()
    ]
