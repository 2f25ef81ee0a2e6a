"""Turns the lines that a file's own format cannot read into events of another format that the file went on in.

An upgrade changes how a program writes (RFC 3164 to ISO times, a new layout of its logger), and the file goes on.
A file may also begin with more junk than is looked at to recognise it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import polars as pl

from logforensics.evidence.files import BlockReader
from logforensics.evidence.lines import lines_of
from logforensics.evidence.model import LogFile
from logforensics.parsing.detection import Detection, detect
from logforensics.parsing.lines import Parsed, Reader
from logforensics.parsing.model import Definition

FEWEST = 5
"""Lines of another format from which a file is said to go on in it: one or two may be a quotation."""

LOOKED_AT = 200

_STAMP = r"[0-9]{2}:[0-9]{2}:[0-9]{2}|(?:^|[^0-9])1[0-9]{9}(?:[^0-9]|$)|^[ \t]*\{"
"""What any line with a time holds (a clock, seconds since 1970, or a JSON object), and few others do."""

_LATE = timedelta(seconds=2)  # threads and processes write out of order
_ZONES = timedelta(hours=26)  # from UTC-12 to UTC+14


def search(
    file: LogFile, definitions: Sequence[Definition], head: Sequence[str] = (), share: float = 1.0
) -> Detection | None:
    """What reads some part of a file whose beginning and middle nothing reads; None if nothing does there either.

    `head` are lines tried already, of which at most `share` could be read by any definition.

    Of each block the lines from the first one with a time on, and the last lines, are tried; then those with a time
    alone, for a format whose events go on over many lines (a log that begins with a long stack trace).
    """
    for block in BlockReader(file, digest=False):
        text = lines_of(block)[0].get_column("text")
        stamped = text.str.contains(_STAMP).arg_true()
        if not stamped.len():
            continue
        tried = set(head)
        if not share and tried.issuperset(text.filter(text.str.strip_chars() != "")):
            continue
        for some in (text.slice(stamped[0], LOOKED_AT), text.tail(LOOKED_AT)):
            if tuple(line for line in some if line.strip()) == tuple(head):
                continue
            found = detect(file.name, some.to_list(), definitions)
            if found.definition is not None:
                return found
        found = detect(file.name, text.gather(stamped.head(LOOKED_AT)).to_list(), definitions)
        if found.definition is not None and found.definition.multiline is not None and found.share > 1 / 2:
            return found
    return None


def untouched(lines: pl.DataFrame, events: pl.DataFrame) -> bool:
    """Whether none of a block's lines can be of another format, whatever came before them in the file."""
    if events.height == lines.height and not events.get_column("carried").any():
        return True
    strange = lines.join(events.filter(~pl.col("carried")).select("line"), on="line", how="anti", maintain_order="left")
    return not strange.get_column("text").str.contains(_STAMP).any()


class Switch:
    """The other formats of one file, found while it is read; `said` tells where it went on in which."""

    def __init__(
        self, name: str, own: Definition, definitions: Sequence[Definition], reader_of: Callable[[Definition], Reader]
    ) -> None:
        self._name = name
        self._own = own
        self._definitions = [definition for definition in definitions if definition.name != own.name]
        self._reader_of = reader_of
        self._others: list[Definition] = []
        self.said: dict[str, tuple[int, int]] = {}
        """Format: (line from which the file is in it, events)."""
        self.quoted: list[int] = []
        """Of the last block, the lines read thus between events of the own format: they may be a quotation."""

    def read(self, lines: pl.DataFrame, events: pl.DataFrame, rest: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """`events` and `rest` of a block of `lines`, with those of its lines that another format reads as its events.

        Lines that the file's own format takes for continuations are given to another only where that one's times fit
        between those of the events around: a quoted log is older than the line that quotes it.
        """
        self.quoted = []
        own = events.filter(~pl.col("carried")).unique("line", keep="last", maintain_order=True)
        if own.height == lines.height:
            return events, rest
        strange = lines.join(own.select("line"), on="line", how="anti", maintain_order="left")
        strange = strange.filter(pl.col("text").str.strip_chars() != "")
        stamped = strange.get_column("text").str.contains(_STAMP)
        if stamped.sum() < (1 if self._others else FEWEST):
            return events, rest
        place = own.get_column("line").search_sorted(strange.get_column("line"), "left")
        strange = strange.with_columns(place.alias("place"), stamped.alias("stamped"))
        for definition in self._formats(strange.filter("stamped").get_column("text")):
            others = self._taken(self._reader_of(definition), strange, own, rest)
            events, rest = _merged(events, rest, others)
            strange = strange.join(events.filter(~pl.col("carried")), on="line", how="anti", maintain_order="left")
        return events, rest

    def _formats(self, stamped: pl.Series) -> list[Definition]:
        """Formats that may read these lines: those found in the file before, then new ones."""
        if stamped.len() >= FEWEST:
            for some in dict.fromkeys((tuple(stamped.head(LOOKED_AT)), tuple(stamped.tail(LOOKED_AT)))):
                found = detect(self._name, some, self._definitions)
                enough = found.share * len(some) >= FEWEST
                if found.definition is not None and enough and found.definition not in self._others:
                    self._others.append(found.definition)
        return self._others

    def _taken(self, reader: Reader, strange: pl.DataFrame, own: pl.DataFrame, rest: pl.DataFrame) -> list[Parsed]:
        """What `reader` makes of each stretch of strange lines between two own events, as far as it is to be believed.

        A stretch is taken from the reader's first event on.
        """
        name = reader.definition.name
        firm = set(rest.filter(pl.col("kind") != "blank").get_column("line"))
        fewest = 1 if name in self.said else FEWEST
        worth = strange.filter("stamped").group_by("place").len().filter(pl.col("len") >= fewest)
        others: list[Parsed] = []
        for part in strange.join(worth, on="place", how="semi", maintain_order="left").partition_by("place"):
            rows, place = part.select("line", "text", "length"), part.item(0, "place")
            found = reader.parse(rows).events.filter(~pl.col("carried"))
            if found.height < fewest:
                continue
            if not firm.issuperset(found.get_column("line")):
                if not _between(own, place, found):
                    continue
                if place < own.height:
                    self.quoted += found.get_column("line").to_list()
            begin, count = self.said.get(name, (int(found.item(0, "line")), 0))
            self.said[name] = (begin, count + found.height)
            others.append(reader.parse(rows.filter(pl.col("line") >= found.item(0, "line"))))
        return others


def _merged(events: pl.DataFrame, rest: pl.DataFrame, others: list[Parsed]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A block's events and what is left of it, after some of its lines became other events."""
    if not others:
        return events, rest
    added = pl.concat([other.events for other in others], how="diagonal")
    left = pl.concat([other.rest for other in others]).with_columns(kind=pl.lit("unparsed"))
    lost = pl.concat([added.get_column("line"), left.get_column("line")]).implode()
    events = pl.concat([events.filter(~pl.col("line").is_in(lost)), added], how="diagonal")
    rest = pl.concat([rest.filter(~pl.col("line").is_in(lost)), left])
    return events.sort("line", maintain_order=True), rest.sort("line", maintain_order=True)


def _between(own: pl.DataFrame, place: int, found: pl.DataFrame) -> bool:
    """Whether the times of `found` lie between those of the own events before and after them in the file.

    Where only one of the two formats tells its offset, times are compared as written, and behind the last own event as
    far as zones can lie apart.
    """
    before, after = own.slice(max(place - 1, 0), 1 if place else 0), own.slice(place, 1)
    for neighbour, last in ((before, False), (after, True)):
        if not neighbour.height or neighbour.item(0, "yearless") or found.get_column("yearless").any():
            continue
        alike = found.get_column("offset").null_count() == (found.height if neighbour.item(0, "offset") is None else 0)
        offset = pl.col("offset").fill_null(0) if alike else pl.lit(0)
        instant = (pl.col("wall") - pl.duration(seconds=offset)).alias("at")
        times, there = found.select(instant).to_series(), neighbour.select(instant).item()
        slack = _LATE if alike or after.height else _ZONES
        if times.max() > there + slack if last else times.min() < there - slack:
            return False
    return True
