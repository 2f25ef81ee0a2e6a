"""What a long report is written in: blocks of spans that know no markup, so that every face says the same.

A plain string is text; it goes through the escaping door of the face like everything else, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from logforensics.analysis.findings import Cite


@dataclass(frozen=True)
class Value:
    """A value from a log, or a name (hostile, escape it); shown as code, cut to `limit` characters."""

    text: str
    limit: int | None = None


@dataclass(frozen=True)
class Code:
    """A command or a word of ours that is shown as code."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that must not be read over."""

    text: str


@dataclass(frozen=True)
class Blank:
    """A marked blank: what only a person knows."""


Span = str | Value | Code | Strong | Blank | Cite
Line = tuple[Span, ...]
Words = Span | Line
"""A Cite is a tuple as well: `line` tells the two apart."""

BLANK = Blank()


def line(words: Words) -> Line:
    """The spans of a line, also where it is one span alone."""
    return words if isinstance(words, tuple) and not isinstance(words, Cite) else (words,)


def joined(parts: Iterable[Words], limit: int | None = None, *, word: str = "and") -> Line:
    """As "a, b and c"; beyond `limit` parts "a, b and 7 more"."""
    every = [line(part) for part in parts]
    if limit is not None and len(every) > limit:
        every = [*every[:limit], (f"{len(every) - limit:,} more",)]
    spans: list[Span] = []
    for index, part in enumerate(every):
        if index:
            spans.append(f" {word} " if index == len(every) - 1 else ", ")
        spans += part
    return tuple(spans)


def values(names: Iterable[str], limit: int | None = None) -> Line:
    """Names from a log as "a, b and 7 more"."""
    return joined((Value(name, 120) for name in names), limit)


@dataclass(frozen=True)
class Heading:
    """A heading; `title` holds no log text."""

    level: int
    title: str
    kind: str = field(default="heading", init=False)

    @property
    def anchor(self) -> str:
        """The name by which a link finds it, unless another heading has the same title."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


@dataclass(frozen=True)
class Para:
    """A paragraph; `tone` is "", "lead" (the summary), "note" (how a number came about) or "quote" (words to copy)."""

    words: Words
    tone: str = ""
    kind: str = field(default="para", init=False)

    @property
    def line(self) -> Line:
        """Its spans."""
        return line(self.words)


@dataclass(frozen=True)
class Item:
    """One item of a list, and the lines of the evidence that it quotes."""

    words: Words
    quote: tuple[str, ...] = ()

    @property
    def line(self) -> Line:
        """Its spans."""
        return line(self.words)


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Item, ...]
    kind: str = field(default="items", init=False)

    @classmethod
    def of(cls, lines: Iterable[Words]) -> Items:
        """A list whose items quote nothing."""
        return cls(tuple(Item(words) for words in lines))


@dataclass(frozen=True)
class Facts:
    """Labels, which hold no log text, and what is known under each."""

    rows: tuple[tuple[str, Words], ...]
    kind: str = field(default="facts", init=False)

    @property
    def lines(self) -> tuple[tuple[str, Line], ...]:
        """Label and spans of each row."""
        return tuple((label, line(words)) for label, words in self.rows)


@dataclass(frozen=True)
class Table:
    """A table; `caption` tells a screen reader what it holds; the columns `right` hold numbers; `ids` name its rows."""

    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[Words, ...]]
    right: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    kind: str = field(default="table", init=False)

    @property
    def lines(self) -> tuple[tuple[Line, ...], ...]:
        """The spans of each cell."""
        return tuple(tuple(line(words) for words in row) for row in self.rows)


@dataclass(frozen=True)
class Quote:
    """Lines of the evidence as they were logged (hostile, escape them), each with its place if it has one."""

    lines: tuple[tuple[Cite | None, str], ...]
    kind: str = field(default="quote", init=False)


@dataclass(frozen=True)
class Commands:
    """Commands to copy."""

    lines: tuple[str, ...]
    kind: str = field(default="commands", init=False)


@dataclass(frozen=True)
class Picture:
    """The place where a face draws who was alive when by its own means: in all, around an outage or an edge of it."""

    outage: int | None = None
    edge: str = ""
    kind: str = field(default="picture", init=False)


Block = Heading | Para | Items | Facts | Table | Quote | Commands | Picture
Blocks = list[Block]
