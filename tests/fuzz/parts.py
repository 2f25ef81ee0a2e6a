"""What is mutated and what must hold of it, a part for each parser and each decoder."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from functools import cache, cached_property
from pathlib import Path
from random import Random

import polars as pl

from logforensics.parsing.adapt import adapted
from logforensics.parsing.library import load_definitions
from logforensics.parsing.model import FIELDS, Definition
from tests.fuzz.mutate import mutated
from tests.fuzz.reading import read_file

BATCH = 24
"""Mutated pieces in one text: to read a text costs more than to read one line more."""


class Part(ABC):
    """One kind of input: `make` gives mutated pieces, `check` feeds them and raises if something does not hold."""

    name: str
    share: float = 1.0
    """How many mutations it gets, in relation to the others."""
    batch: int = 1
    """Mutations in one input."""

    @abstractmethod
    def make(self, source: Random) -> list[bytes]:
        """The mutated pieces of one input."""

    @abstractmethod
    def check(self, pieces: list[bytes]) -> None:
        """Feeds them."""


@cache
def definitions() -> tuple[Definition, ...]:
    """The shipped definitions with their samples."""
    return load_definitions(user=False, samples=True)


@cache
def definition(name: str) -> Definition:
    """One of them."""
    return next(one for one in definitions() if one.name == name)


@cache
def folder() -> Path:
    """Where the mutated files lie: gone with the process."""
    return Path(_kept().name)


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fuzz-")


@cache
def samples(name: str) -> tuple[bytes, ...]:
    """The sample lines of a definition."""
    return tuple("\n".join(sample.above).encode() for sample in definition(name).samples)


@cache
def every_sample() -> tuple[bytes, ...]:
    """The sample lines of all of them."""
    return tuple(line for one in definitions() for line in samples(one.name))


class Lines(Part):
    """Mutated lines of one definition between whole ones, which must stay the events they are."""

    batch = BATCH

    def __init__(self, name: str) -> None:
        self.name = f"lines:{name}"
        self._own = definition(name)
        # a header or a record's other lines may change what a whole line means
        self._fixed = self._own.reader not in ("columns", "records")

    @cached_property
    def _definition(self) -> Definition:
        lines = [line for sample in self._own.samples for line in sample.above]
        return adapted(self._own, [*lines, self._whole.decode()])

    @cached_property
    def _whole(self) -> bytes:
        """A line that is an event."""
        sample = next(one for one in self._own.samples if one.matches and not one.continues)
        return "\n".join(sample.above).encode()

    @cached_property
    def _known(self) -> tuple[Definition, ...]:
        """Formats that the file may go on in: its own, and two by chance of the name."""
        source = Random(self.name)  # noqa: S311 - which ones does not matter
        return (self._own, *source.sample(definitions(), 2))

    @cached_property
    def _event(self) -> tuple[object, ...]:
        """What the whole line is."""
        path = folder() / "a.log"
        path.write_bytes((self._whole + b"\n") * 3)
        reading, _ = read_file(path, self._definition, self._known)
        return reading.frame.select(self._columns).row(-1)

    @cached_property
    def _columns(self) -> list[str]:
        # a line behind a piece of a text goes on with it
        pieces = any(pattern.partial is not None for pattern in self._own.patterns)
        return ["wall", "offset", "yearless", *(["carried"] * (not pieces)), *FIELDS]

    def make(self, source: Random) -> list[bytes]:
        """As Part.make."""
        own, others = samples(self._own.name), every_sample()
        pieces = []
        for _ in range(self.batch):
            begin = source.randrange(len(own))
            piece = b"\n".join(own[begin : begin + source.choice((1, 1, 1, 2, 3))])
            pieces.append(mutated(source, piece, others))
        return pieces

    def check(self, pieces: list[bytes]) -> None:
        """As Part.check."""
        path = folder() / "a.log"
        head = (self._whole + b"\n") * 2
        parts, places, line = [head], [1, 2], head.count(b"\n")
        for piece in pieces:
            line += piece.count(b"\n") + 2 + self._whole.count(b"\n")
            parts.append(piece + b"\n" + self._whole + b"\n")
            places.append(line)
        data = b"".join(parts)
        path.write_bytes(data)
        reading, account = read_file(path, self._definition, self._known)
        assert account.lines == data.count(b"\n"), f"{account.lines} lines of {data.count(10)}"
        if not self._fixed:
            return
        rows = reading.frame.filter(pl.col("line").is_in(places))
        assert rows.get_column("line").to_list() == places, "a whole line is no event, or two"
        kept = rows.select(self._columns).unique(maintain_order=True)
        assert kept.rows() == [self._event], f"a whole line has become {kept.rows()}, was {self._event}"
