"""Turns pieces of lines that damage broke off into events only where the stamp is surely whole.

"2020-06-23 09:05:37" may have gone on with ".9 +1000", and "3-Jun-2020" may have been the 23rd.  A stamp counts only if
nothing that can have stood at the broken edge would make another instant of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import polars as pl

from logforensics.evidence.model import Damage
from logforensics.parsing import regex as rust
from logforensics.parsing.lines import Parsed, Reader

_DIGITS = ("0", "00", "500", "1000", "10:00", "5", ":07", ".5", ",5", "Z", ".5Z", "+0000", "+00:00")
_WORDS = (
    "", " PM", "M", " PM UTC", "M UTC", " UTC", "UTC", "TC", "C", "MT", "T", "ST", "EST", "000", " +1000", "20", "020",
    " 2020",
)  # fmt: skip
_LOST_BEHIND = tuple(part + end for part in (*_DIGITS, *_WORDS) for end in ("", " x", "] x", "| x") if part + end)
"""What may have followed: more digits of any part, a fraction, AM or PM, a zone, a year; then the next field."""

_LOST_BEFORE = ("1", "2", "20")
"""What may have stood before: another digit of the day, the century of the year."""

_AT_ONCE = 1 << 22
"""Characters tried at once: a line may have a MiB, and there are half a hundred ways to go on with it."""

_MOST_PIECES = 1000
"""Pieces of a block that are no event, and are tried with more at their edges: a crash leaves a few.  Where there are
more (a file of letters and NULs by turns has a million), the others are unparsed: they continue nothing."""

_LOOKED_AT = 200
"""Lines whose first characters show how events begin."""


def broken(lines: pl.DataFrame, damage: Collection[Damage], *, begins: bool) -> pl.Series:
    """Which rows of `lines` (as lines_of gives them, with their damage) end or begin at damage.

    `begins` says that the block itself begins behind damage.  Doubts about single bytes (encoding) break no line.
    """
    hurt = {entry.line for entry in damage if entry.kind != "encoding" and entry.line is not None}
    rows = lines.get_column("line").is_in(sorted(hurt))
    if begins and lines.height:
        rows = rows | (pl.int_range(lines.height, eager=True) == 0)
    return rows


def parse_broken(reader: Reader, lines: pl.DataFrame, rows: pl.Series) -> Parsed:
    """What `reader.parse(lines)` gives, but `rows` whose stamp may not be whole are unparsed."""
    at = rows.arg_true()
    unsure = _unsure(reader, lines.get_column("text").gather(at), _shapes(reader, lines.filter(~rows)))
    if not unsure.any():
        return reader.parse(lines)
    refused = pl.repeat(False, lines.height, dtype=pl.Boolean, eager=True).scatter(at, unsure)
    parsed = reader.parse(lines.filter(~refused))
    left = lines.filter(refused).select("line", "text", "length", kind=pl.lit("unparsed"))
    rest = pl.concat([parsed.rest, left]).sort("line", maintain_order=True)
    return Parsed(parsed.events, rest)


def _shapes(reader: Reader, lines: pl.DataFrame) -> set[str]:
    """How the first characters of the events in some lines look."""
    some = lines.head(_LOOKED_AT)
    events = reader.parse(some).events.filter(~pl.col("carried"))
    return {rust.shape(text) for text in some.join(events.select("line"), on="line", how="semi").get_column("text")}


def _unsure(reader: Reader, texts: pl.Series, shapes: Collection[str]) -> pl.Series:
    """Which texts would be read at another time with something more at an edge, or are the beginning of an event.

    A beginning fits how the patterns of the reader open, or looks like one of `shapes` as far as it goes.
    """
    found = texts.to_list()
    own = _stamps(reader, ((text,) for text in found))
    others = [number for number in range(len(found)) if number not in own]
    judged = sorted({*own, *others[:_MOST_PIECES]})
    each = 0 if _all_or_nothing(reader) else len(_LOST_BEHIND) + len(_LOST_BEFORE)
    stamps = _stamps(reader, (_longer(found[number]) for number in judged)) if each else {}
    openings = dict.fromkeys(rust.opening(pattern.regex) for pattern in reader.definition.patterns)
    unsure = [True] * len(found)
    for place, number in enumerate(judged):
        text, stamp = found[number], own.get(number)
        head = rust.shape(text)
        begun = stamp is None and (
            any(_fits(head, opening) for opening in openings) or any(shape.startswith(head) for shape in shapes)
        )
        tried = range(place * each, (place + 1) * each)
        unsure[number] = begun or any(stamps.get(line, stamp) != stamp for line in tried)
    return pl.Series(unsure, dtype=pl.Boolean)


def _all_or_nothing(reader: Reader) -> bool:
    """Whether a part of a line is never read: a JSON object ends with the brace that closes it (RFC 8259)."""
    keys = [compiled.pattern.keys for compiled in reader.compiled]
    return all(one is not None and one.reader == "json-lines" for one in keys)


_Stamp = tuple[object, object]


def _stamps(reader: Reader, texts: Iterable[Iterable[str]]) -> dict[int, _Stamp]:
    """Wall time and offset of those texts that are events, by their place among all."""
    stamps: dict[int, _Stamp] = {}
    for frame in _frames(text for some in texts for text in some):
        events = reader.parse(frame).events.filter(~pl.col("carried"))
        stamps |= {line: (wall, offset) for line, wall, offset in events.select("line", "wall", "offset").iter_rows()}
    return stamps


def _longer(text: str) -> Iterator[str]:
    """The text with something more at an edge, in each way."""
    yield from (text + lost for lost in _LOST_BEHIND)
    yield from (lost + text for lost in _LOST_BEFORE)


def _frames(texts: Iterable[str]) -> Iterator[pl.DataFrame]:
    """The texts as frames of lines that are small whatever the texts; each line has its place among all as a number."""
    held: list[str] = []
    first = size = 0
    for text in texts:
        if held and size + len(text) > _AT_ONCE:
            yield _frame(held, first)
            held, first, size = [], first + len(held), 0
        held.append(text)
        size += len(text)
    if held:
        yield _frame(held, first)


def _frame(texts: Sequence[str], first: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"line": range(first, first + len(texts)), "text": texts, "length": [0] * len(texts)},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )


def _fits(head: str, opening: Sequence[Collection[str]]) -> bool:
    """Whether a text of shape `head` may be the beginning of an event's first line, as far as it goes."""
    return bool(opening) and all(char in allowed for char, allowed in zip(head, opening, strict=False))
