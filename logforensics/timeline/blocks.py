"""Turns a block of a log into events and what is left of its lines, and enters the fate of each line in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from logforensics.evidence.files import Block
from logforensics.evidence.ledger import FileAccount
from logforensics.evidence.lines import lines_of
from logforensics.evidence.model import Damage
from logforensics.parsing.edges import broken, parse_broken
from logforensics.parsing.lines import Parsed, Reader
from logforensics.parsing.seams import apart, seams
from logforensics.schema import CLAIMED


class BlockResult(NamedTuple):
    """What one block became: its lines by fate, and its damage; `glued` are the numbers of lines that were two."""

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
        return BlockResult(lines, parsed, damage, known)
    damage = sorted([*damage, *torn], key=lambda entry: (entry.offset, entry.kind))
    glued = tuple(sorted({entry.line for entry in torn if entry.line is not None}))
    edges = broken(lines, damage, begins=block.behind)
    return BlockResult(lines, parse_broken(reader, lines, edges), damage, known, glued)


def claimed(events: pl.DataFrame, glued: Sequence[int]) -> pl.DataFrame:
    """The events with CLAIMED set where one stood inside another's line."""
    inside = pl.col("line").is_in(glued) & ~pl.col("carried") & ~pl.col("line").is_first_distinct()
    return events.with_columns(inside.alias(CLAIMED))


def enter(
    account: FileAccount, lines: pl.DataFrame, events: pl.DataFrame, rest: pl.DataFrame, damage: list[Damage]
) -> None:
    """Enter one block's lines into its file's account: what is neither rest nor continuation was an event."""
    carried = events.filter("carried")
    carried_bytes = (
        int(lines.join(carried.select("line"), on="line", how="semi")["length"].sum()) if carried.height else 0
    )
    blank = rest.filter(pl.col("kind") == "blank")
    unparsed = rest.filter(pl.col("kind") != "blank")
    account.add(
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
