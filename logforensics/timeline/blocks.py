"""Turns a block of a log into events and what is left of its lines, and enters the fate of each line in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from logforensics.evidence.files import Block
from logforensics.evidence.ledger import FileAccount
from logforensics.evidence.lines import lines_of, offsets_of
from logforensics.evidence.model import Damage
from logforensics.parsing.edges import broken, parse_broken
from logforensics.parsing.lines import Parsed, Reader
from logforensics.parsing.seams import apart, seams
from logforensics.schema import CLAIMED


class BlockResult(NamedTuple):
    """What one block became: its lines by fate, and its damage; `glued` are the numbers of lines that were two."""

    block: Block
    lines: pl.DataFrame
    parsed: Parsed
    damage: list[Damage]
    duplicate: pl.DataFrame
    glued: tuple[int, ...] = ()


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


def claimed(events: pl.DataFrame, glued: Sequence[int], quoted: Sequence[int], *, foreign: bool) -> pl.DataFrame:
    """The events with CLAIMED set where one stood inside another's line (`glued`), or may be `quoted`.

    `foreign` says that events with a host are none of the file's main format (see `foreign_hosts`).
    """
    own_line = ~pl.col("carried")
    inside = pl.col("line").is_in(glued) & own_line & ~pl.col("line").is_first_distinct()
    hosted = pl.col("host").is_not_null() & own_line if foreign and "host" in events.columns else pl.lit(False)
    return events.with_columns((inside | pl.col("line").is_in(quoted) | hosted).alias(CLAIMED))


def foreign_hosts(reader: Reader) -> bool:
    """Whether a line with a host in its header is foreign to a file, and may be part of a message there.

    An application's log whose messages have several lines is written by the application alone: who can make it log a
    line feed can make it log what looks like the kernel's own line.
    """
    definition = reader.definition
    own = {name for pattern in definition.patterns for name in pattern.fields}
    return bool(definition.companions) and definition.multiline is not None and "host" not in own


def enter(account: FileAccount, result: BlockResult, events: pl.DataFrame, rest: pl.DataFrame) -> None:
    """Enter one block's lines into its file's account: what is neither rest nor continuation was an event.

    `events` and `rest` are what `result` became in the end.
    """
    lines, damage = result.lines, result.damage
    carried = events.filter("carried")
    carried_bytes = (
        int(lines.join(carried.select("line"), on="line", how="semi")["length"].sum()) if carried.height else 0
    )
    blank = rest.filter(pl.col("kind") == "blank")
    unparsed = rest.filter(pl.col("kind") != "blank")
    if unparsed.height:
        account.add_junk(_stretches(result, unparsed.get_column("line")))
    account.add(
        duplicate_lines=result.duplicate.height,
        duplicate_bytes=int(result.duplicate["length"].sum()),
        events_lines=events.height - carried.height,
        events_bytes=int(lines["length"].sum()) - int(rest["length"].sum()) - carried_bytes,
        continuation_lines=carried.height,
        continuation_bytes=carried_bytes,
        blank_lines=blank.height,
        blank_bytes=int(blank["length"].sum()),
        unparsed_lines=unparsed.height,
        unparsed_bytes=int(unparsed["length"].sum()),
        samples=unparsed.head(5).select("line", "text").rows(),
        damage=damage,
    )


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
