"""What a log format is once its TOML is read: a Definition with its Patterns and Samples, all frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from logforensics.parsing import regex as rust
from logforensics.parsing.keys import Keys
from logforensics.parsing.layout import TimeLayout
from logforensics.schema import ALWAYS, DOUBT, SCHEMA

FIELDS = tuple(name for name in SCHEMA if name not in (*ALWAYS, *DOUBT))
"""What a pattern may capture besides `time` and `zone`: the columns of the timeline."""

_PLACE = re.compile("(severity|message)_.*")


@dataclass(frozen=True)
class Pattern:
    """One spelling of a format.  A `fallback` is tried on what no pattern above it matched, and may overlap them.

    A structured line has `keys` in place of a regex; an empty layout means any stamp that stamps.py knows.  `stamp` is
    the bare regex of the stamp around which stamped.py made the regex of the line, "" for all others.  A line of
    `partial` bytes or more is a piece of a text, and the line behind it the next one (None: no line is).
    """

    name: str
    regex: str
    time: TimeLayout
    fallback: bool = False
    keys: Keys | None = None
    stamp: str = ""
    partial: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The timeline columns this pattern captures, in the order of its groups."""
        if self.keys is not None:
            return self.keys.fields
        found = [name for name in rust.names(self.regex) if name not in ("time", "zone")]
        # a level or a text may stand in several places, each with a group of its own
        return tuple(dict.fromkeys(_PLACE.sub(r"\1", name) for name in found))


@dataclass(frozen=True)
class Sample:
    """One line and what must become of it; `number` counts from 1 in the file.

    `time` is the instant expected (aware), `year` and `zone` (offset in seconds) are what the line does not say,
    `fields` are the columns expected, `without` those that must be null.  `matches` is False for a line that is
    none of this format's; `continues` is True for one that belongs to the event above it.  `header` is the line
    that names the columns of this one.
    """

    number: int
    line: str
    pattern: str | None = None
    year: int | None = None
    zone: int | None = None
    time: datetime | None = None
    fields: tuple[tuple[str, str | int | float], ...] = ()
    without: tuple[str, ...] = ()
    matches: bool = True
    continues: bool = False
    header: str = ""

    @property
    def above(self) -> tuple[str, ...]:
        """The line itself, below the header that names its columns if there is one: what the file shows."""
        return (self.header, self.line) if self.header else (self.line,)


@dataclass(frozen=True)
class Definition:
    """One log format: its patterns in the order they are tried, its conversions, and the samples that test it.

    `origin` is what messages call its file.  `severity` maps captured text in lower case to RFC 5424 severities;
    `absent` are texts that stand for no value; `multiline` is None, "any", or the regex of continuation lines;
    `preamble` says that the lines above a file's first stamp belong to the event it begins, as those below it do;
    `newest_first` says that each line is older than the one above it;
    `precedence` names the definitions whose patterns may match this one's samples and still come second;
    `wraps` says that each message is a line of some other program; of one certain file, `inner` reads those, and
    `companions` read the lines that the definition itself leaves;
    `proves` is None, or what every line of the format testifies to; `general` marks a definition of many formats'
    common shape, which yields to all that know more.
    """

    name: str
    origin: str
    title: str
    reference: str
    reader: str
    files: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    severity: tuple[tuple[str, str], ...] = ()
    types: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    multiline: str | None = None
    precedence: tuple[str, ...] = ()
    proves: str | None = None
    general: bool = False
    samples: tuple[Sample, ...] = ()
    wraps: bool = False
    preamble: bool = False
    newest_first: bool = False
    companions: tuple[Definition, ...] = ()
    inner: Definition | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the definitions that read a part of a file with it."""
        inner = (self.inner.name, *self.inner.others) if self.inner else ()
        return tuple(dict.fromkeys((*inner, *(other.name for other in self.companions))))

    @property
    def fields(self) -> tuple[str, ...]:
        """The timeline columns any of its patterns captures, in schema order."""
        captured = {field for pattern in self.patterns for field in pattern.fields}
        for other in (*self.companions, *([self.inner] if self.inner else [])):
            captured |= set(other.fields)
        return tuple(field for field in FIELDS if field in captured)
