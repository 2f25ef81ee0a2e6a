"""Turns lines into which two were run together (a torn one, and the first after a restart) into their two parts.

A line that was torn has no line feed, so that what is written next stands on the same line; two programs that write
into one file without a lock leave the same trace.  Nothing is cut where the line may simply quote another one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from itertools import islice
from typing import NamedTuple

import polars as pl

from logforensics.evidence.files import Block
from logforensics.evidence.lines import offsets_of
from logforensics.evidence.model import Damage
from logforensics.parsing import regex as rust
from logforensics.parsing.lines import Parsed, Reader
from logforensics.parsing.model import Pattern

MOST_DAYS = 64
"""Different beginnings of lines in a block up to which they are believed to be days: clients have more."""

_RESTART = timedelta(seconds=2)
"""No machine and no service comes back in less than two ticks of a clock that shows seconds: a stamp that lies further
behind that of its line was not quoted in it."""

_LATE = timedelta(seconds=2)
"""How far lines of several threads or processes may be out of order."""

_HEAD = 11
_MONTH_FIRST = r"\[?(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ 0-9][0-9]"  # as in "Jun 23", "[Tue Jun 23"
_MONTH = re.compile(_MONTH_FIRST)
_YEAR_FIRST = 10  # as in "2020-06-23"
_DIGIT = re.compile("[0-9]")
_ADDRESS = re.compile(r"(?:[0-9]{1,3}[.]){3}[0-9]{1,3} |[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7} ")
_ADDRESS_SIZE = 45
"""Characters of an address at the most (INET6_ADDRSTRLEN)."""

_LONGEST_ADDRESS = 200
"""A torn word and the address that was glued to it."""


class Seam(NamedTuple):
    """Where one line of a block is two: its place among the lines, and the characters of the first part."""

    row: int
    at: int


def seams(reader: Reader, lines: pl.DataFrame, parsed: Parsed) -> list[Seam]:
    """The seams in a block's lines, in their order; `parsed` is what `reader` made of those lines.

    How other lines of the block begin shows where one may begin inside a line: it is a seam if what follows makes an
    event that is not earlier than the line, nor later than the next one, and that is not quoted: something that no
    sentence has stands before it, or more time lies between the two than a quotation would take.  In a line that
    cannot be read at all, any event is one.
    """
    found = _by_day(reader, lines, parsed)
    return sorted([*found, *_by_pattern(reader, lines, parsed, {seam.row for seam in found})])


def _by_day(reader: Reader, lines: pl.DataFrame, parsed: Parsed) -> list[Seam]:
    text = own = lines.get_column("text")
    events = parsed.events
    if events.height != lines.height or events.get_column("carried").any():
        events = events.filter(~pl.col("carried"))
        own = lines.join(events.select("line"), on="line", how="semi").get_column("text")
    # clients, of which there are many, show in a few lines
    if not _days(own.head(8 * MOST_DAYS)) or not (days := _days(own)):
        return []
    rows = text.str.slice(1).str.contains_any(days).arg_true()
    if not rows.len():
        return []
    events = events.select("line", "wall", "offset", "yearless")
    again = re.compile("|".join(re.escape(day) for day in days))
    places = [Seam(row, match.start()) for row in rows for match in again.finditer(text[row], 1)]
    clock = _Clock(lines, events)
    found: list[Seam] = []
    for seam, event in zip(places, _events_of(reader, [text[row][at:] for row, at in places]), strict=True):
        last = found[-1] if found and found[-1].row == seam.row else None
        if event is None or (last is not None and seam.at <= last.at):
            continue
        glued = _GLUED.match(text[seam.row], seam.at - 1) is not None
        before, after = clock.since(seam.row, event), clock.since(seam.row + 1, event)
        # in a line that begins with 11.2.3.4 stands 1.2.3.4, with which another one begins
        if clock.of(seam.row) is not None and _within_address(text[seam.row], seam.at):
            continue
        # nor is a line of process 812 two, where process 12 writes as well, nor one of the 13/6 where others are
        # of the 3/6: the stamp is the line's own
        own_stamp = before == timedelta(0) or (before is not None and _IN_NUMBER.match(text[seam.row], seam.at - 1))
        if own_stamp and _events_of(reader, [text[seam.row][: seam.at]]) == [None]:
            continue
        if _fits(before, after, glued=glued, general=reader.definition.general):
            found.append(seam)
    return found


def _fits(before: timedelta | None, after: timedelta | None, *, glued: bool, general: bool) -> bool:
    """Whether an event inside a line is one of its own.

    `before` and `after` are how much later than that line, and than the next one, it was.
    """
    if after is not None and after > _LATE:
        return False
    if before is None or before >= -_LATE:
        return glued or (not general and before is not None and before >= _RESTART)
    # a clock that a restart put back, as one without a battery does: then the next line goes on from there
    return glued and after is not None and after >= -_GOES_ON


def _within_address(text: str, at: int) -> bool:
    """Whether an address that began earlier goes on at a place in a text."""
    for part in ("[0-9.]", "[0-9A-Fa-f:.]"):
        head = re.search(f"{part}*$", text[max(0, at - _ADDRESS_SIZE) : at])
        tail = re.match(f"{part}*", text[at : at + _ADDRESS_SIZE])
        if head and tail and head[0] and _is_address(head[0] + tail[0].rstrip(":.")):
            return True
    return False


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


_GOES_ON = timedelta(minutes=1)
"""What starts writes its second line within a minute of the first."""

_GLUED = re.compile(r"[A-Za-z0-9.)\]}%!?*+~&#]")
"""What stands before a second stamp only by accident; quotes, brackets, commas, colons and blanks introduce one."""

_IN_NUMBER = re.compile("[0-9]{2}")
"""What stands around a place inside a number."""


def _days(text: pl.Series) -> list[str]:
    """What lines begin with all day long, for each day; nothing if they begin with something else."""
    days: set[str] = set()
    for head in text.str.slice(0, _HEAD).unique():
        month = _MONTH.match(head)
        day = month[0] if month else head[:_YEAR_FIRST]
        # a piece that is left of a damaged line may be a single digit
        if _DIGIT.search(day) and (month or len(day) == _YEAR_FIRST):
            days.add(day)
            if len(days) > MOST_DAYS:
                return []
    return sorted(days)


class _Event(NamedTuple):
    """When something was, as written."""

    wall: datetime
    offset: int | None
    yearless: bool

    def after(self, other: _Event) -> timedelta | None:
        """How much later than another this was; None if that is not sure (a year that is not told)."""
        if self.yearless != other.yearless:
            return None
        between = self.wall - other.wall
        if self.offset is not None and other.offset is not None:
            between -= timedelta(seconds=self.offset - other.offset)
        return None if self.yearless and abs(between) > timedelta(days=180) else between


class _Clock:
    """When the lines of a block were written, as far as they are events."""

    def __init__(self, lines: pl.DataFrame, events: pl.DataFrame) -> None:
        self._numbers = lines.get_column("line")
        self._events = events

    def of(self, row: int) -> _Event | None:
        """When the line in a row of the block was written; None if it is no event."""
        if row >= len(self._numbers):
            return None
        found = self._events.filter(pl.col("line") == self._numbers[row]).select("wall", "offset", "yearless")
        return _Event(*found.row(-1)) if found.height else None

    def since(self, row: int, event: _Event) -> timedelta | None:
        """How much later than the line in a row of the block an event was."""
        line = self.of(row)
        return None if line is None else event.after(line)


def _events_of(reader: Reader, texts: Sequence[str]) -> list[_Event | None]:
    """What the reader makes of each text, if it is an event."""
    frame = pl.DataFrame(
        {"line": range(len(texts)), "text": texts, "length": [0] * len(texts)},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )
    events = reader.parse(frame).events.filter(~pl.col("carried"))
    found = {row[0]: _Event(*row[1:]) for row in events.select("line", "wall", "offset", "yearless").iter_rows()}
    return [found.get(number) for number in range(len(texts))]


def _by_pattern(reader: Reader, lines: pl.DataFrame, parsed: Parsed, known: Collection[int]) -> list[Seam]:
    unread = parsed.rest.filter(pl.col("kind") == "unparsed").get_column("line")
    if not unread.len():
        return []
    frame = lines.with_row_index("row").filter(pl.col("line").is_in(unread.implode()))
    frame = frame.filter(~pl.col("row").is_in(sorted(known)))
    places = [seam for pattern in reader.definition.patterns for seam in _starts(pattern, frame)]
    found: dict[int, Seam] = {}
    text = lines.get_column("text")
    events = _events_of(reader, [text[row][at:] for row, at in places])
    for seam, event in zip(places, events, strict=True):
        if event is not None:
            found.setdefault(seam.row, seam)
    return list(found.values())


def _starts(pattern: Pattern, frame: pl.DataFrame) -> Iterator[Seam]:
    """Where inside lines that cannot be read (row, text) another one may begin, for each the likeliest place first."""
    if pattern.keys is not None:
        start = _FIRST_KEY.get(pattern.keys.reader)
        if start is None:
            return
        for row, text in frame.select("row", "text").iter_rows():
            for match in islice(start.finditer(text, 1), _MOST_STARTS):
                yield Seam(row, match.start())
        return
    regex = rust.prune(pattern.regex, ())
    if not regex.startswith("^"):
        return
    heads = frame.select("row", "text", pl.col("text").str.extract(f"^(.+?)(?:{regex[1:]})").alias("head"))
    for row, text, head in heads.filter(pl.col("head").is_not_null()).iter_rows():
        at = len(head)
        address = _ADDRESS.search(text, at, at + _LONGEST_ADDRESS)
        if address is not None:
            yield Seam(row, address.start())
        yield Seam(row, at)


_MOST_STARTS = 16
"""Places tried in one line of a structured format."""

_FIRST_KEY = {"json-lines": re.compile(r'\{"'), "logfmt": re.compile(r"[A-Za-z_@][A-Za-z0-9_.@-]*=")}
"""How a line of a structured format can begin; a row of columns and a line of a record have no sign of their own."""


def apart(
    block: Block, lines: pl.DataFrame, damage: Sequence[Damage], found: Sequence[Seam]
) -> tuple[pl.DataFrame, list[Damage]]:
    """The lines with those that have a seam as two rows of one number, and what is said of them: torn, and resync.

    `damage` is the block's; a line whose second part holds undecodable bytes stays whole.
    """
    line, text, length = (lines.get_column(name).to_list() for name in ("line", "text", "length"))
    offsets = offsets_of(block, lines, damage)
    said: list[Damage] = []
    for seam in reversed(found):
        number, whole, size, offset = line[seam.row], text[seam.row], length[seam.row], offsets[seam.row]
        begin = offset - block.offset
        first = block.data[begin : begin + size].rfind(whole[seam.at :].encode())
        if first <= 0:
            continue
        said.append(Damage("resync", block.file, offset + first, size - first, delivered=True, line=number))
        said.append(Damage("torn", block.file, offset, first, delivered=True, line=number))
        line.insert(seam.row, number)
        text[seam.row : seam.row + 1] = [whole[: seam.at], whole[seam.at :]]
        length[seam.row : seam.row + 1] = [first, size - first]
    return pl.DataFrame({"line": line, "text": text, "length": length}, schema=lines.schema), said[::-1]
