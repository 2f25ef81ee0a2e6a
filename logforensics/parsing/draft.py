"""Turns the lines of a log in no known format into a definition that reads them: `parsers new`.

The stamp is looked for in the spellings of the definition that reads the logs of any program (timestamped); what stands
before and behind it becomes a regex by shape.py.  The draft is a beginning: it says what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from logforensics.errors import EvidenceError
from logforensics.parsing.checks import check_definition, rivals
from logforensics.parsing.convert import wall_expr
from logforensics.parsing.definition import read_definition
from logforensics.parsing.layout import COUNTS
from logforensics.parsing.levels import WORDS
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.model import Definition, Pattern
from logforensics.parsing.shape import Shape, shape_of

FEWEST = 2
"""Lines that must hold a stamp: one alone may be a date that somebody wrote about."""

_MOST_PATTERNS = 3
"""Spellings of the time taken from one file: before and after an update, and those of another program's lines."""

_MOST_SAMPLES = 6
_GIVEN_YEAR = 2020
_FIRSTS = ("0-9", "A-Z", "a-z", "\\[", "<", "(", "{", '"', "'", "#", "*", "|", "-")


@dataclass(frozen=True)
class Draft:
    """A definition as TOML, how many of the lines given it reads, and the first of those that it does not."""

    name: str
    toml: str
    lines: int
    read: int
    left: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """Lines that hold one spelling of a time: what stands before it, and behind it."""

    pattern: Pattern
    rows: tuple[int, ...]
    heads: tuple[str, ...]
    tails: tuple[str, ...]


def draft(log: str, lines: Sequence[str], definitions: Sequence[Definition], name: str | None = None) -> Draft:
    """A definition of the format of `lines`, those of the file called `log`; `definitions` have their samples.

    Raises EvidenceError where no time is found in them.
    """
    general = next(definition for definition in definitions if definition.reader == "stamped")
    texts = [line for line in lines if line.strip()]
    found = list(_stamps(texts, general))
    if not found:
        raise EvidenceError(f"{log}: no time is found in its lines, which nothing can be placed by; no draft was made")
    called = name or name_of(log)
    writer = _Writer(called, log, found, texts)
    toml = writer.toml(())
    definition = read_definition(Path(f"{called}.toml"), toml, origin=called)
    others = [other for other in definitions if other.name != called]
    toml = writer.toml(rivals(definition, others))
    definition = read_definition(Path(f"{called}.toml"), toml, origin=called)
    problems = check_definition(definition)
    if problems:  # a stamp that two of the patterns read, say
        raise EvidenceError(f"{log}: its lines are of more kinds than a draft can tell: {problems[0]}")
    kinds = _kinds(definition, texts)
    left = tuple(text for text, kind in zip(texts, kinds, strict=True) if kind == "unparsed")
    return Draft(called, toml, len(texts), len(texts) - len(left), left)


def name_of(log: str) -> str:
    """A definition's name after a file's: "My-App.2020.log.1" is my_app."""
    stem = re.split(r"[.](?:log|txt|out|err|[0-9])", Path(log).name.lower())[0]
    words = re.sub(r"[^a-z0-9]+", "_", stem).strip("_")
    return words if re.match("[a-z]", words) else f"log_{words}".rstrip("_")


def _stamps(texts: Sequence[str], general: Definition) -> Iterator[_Found]:
    """The spellings that the lines' times have, the one of most lines first; each line is of one."""
    spellings = list({pattern.stamp: pattern for pattern in reversed(general.patterns)}.values())[::-1]
    left = pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_row_index("row")
    for _ in range(_MOST_PATTERNS):
        tried = [(pattern, hit) for pattern in spellings if (hit := _hits(left, pattern)).height >= FEWEST]
        if not tried:
            return
        most = max(hit.height for _, hit in tried)
        # of spellings that half of the lines have: the one that stands first in the line, and tells most (the zone)
        likely = [pair for pair in tried if pair[1].height * 2 >= most]
        pattern, hit = min(likely, key=lambda pair: pair[1].get_column("head").str.len_chars().median() or 0)
        rows, heads, tails = (hit.get_column(key).to_list() for key in ("row", "head", "tail"))
        yield _Found(pattern, tuple(rows), tuple(heads), tuple(tails))
        left = left.filter(~pl.col("row").is_in(rows))


def _hits(frame: pl.DataFrame, pattern: Pattern) -> pl.DataFrame:
    """The rows whose text holds a date in this spelling: row, head, tail."""
    stamp = re.sub(r"\?P<zone>", "?:", pattern.stamp or "")
    regex = rf"^(?P<head>|.*?[^0-9A-Za-z.])(?:{stamp})(?P<tail>|[^0-9A-Za-z].*)$"
    parts = frame.select("row", pl.col("text").str.extract_groups(regex).struct.unnest()).drop_nulls("time")
    found = parts.filter(wall_expr(pl.col("time"), pattern.time).is_not_null())
    if pattern.time.layout in COUNTS and any(shape_of(found.get_column("head").to_list()).rest):
        return found.clear()  # a number among words may be anything: the name of a block, say
    return found


class _Writer:
    """Writes the TOML of a draft."""

    def __init__(self, name: str, log: str, found: Sequence[_Found], texts: Sequence[str]) -> None:
        self.name, self.texts = name, texts
        self.log = Path(log).name.encode("utf-8", "replace").decode()
        self.patterns: list[tuple[Pattern, str, int]] = []
        self.levels: set[str] = set()
        for item in found:
            regex, levels = _regex_of(item)
            named = replace(item.pattern, name="line" if not self.patterns else f"line_{len(self.patterns) + 1}")
            self.patterns.append((named, regex, item.rows[0]))
            self.levels |= set(levels)
        read = {row for item in found for row in item.rows}
        events = [text for row, text in enumerate(texts) if row in read]
        others = [text for row, text in enumerate(texts) if row not in read]
        self.multiline = _multiline(events, others)
        self.going_on = others[:1] if self.multiline else []

    def toml(self, named: tuple[tuple[str, ...], tuple[str, ...]] | tuple[()]) -> str:
        """The definition; `named` are the definitions that it yields to, and those that it wins against."""
        yields, wins = named or ((), ())
        body = [*self._head(yields, wins), *self._tables()]
        bare = "\n".join([*body, '[[samples]]\nline = "x"\nmatches = false\n'])
        definition = read_definition(Path(f"{self.name}.toml"), bare, origin=self.name)
        return "\n".join([*body, *self._samples(definition)])

    def _head(self, yields: Sequence[str], wins: Sequence[str]) -> Iterator[str]:
        yield f"# Drafted from the lines of {_comment(self.log)}: look through it."
        yield "# It is in use once it lies in ~/.config/logforensics/parsers/."
        yield f"title = {_quoted(f'Lines of {self.log}')}  # what writes them"
        yield 'reference = "drafted from its lines"  # where the format is described'
        yield f"files = [{_quoted(_glob(self.log))}]  # a hint that breaks ties"
        if yields:
            yield f"# its regex reads lines of {', '.join(yields)} too, and yields to them: make it narrower"
            yield "general = true"
        if wins:
            yield f"precedence = [{', '.join(map(_quoted, wins))}]  # they can read lines of it as well"
        if self.multiline:
            yield "# lines that go on with the event above them"
            yield f"multiline = {_literal(self.multiline)}"
        yield ""

    def _tables(self) -> Iterator[str]:
        if self.levels:
            yield "[severity]"
            unknown = sorted(level for level in self.levels if level.lower() not in WORDS)
            for level in sorted(self.levels - set(unknown)):
                yield f'{level} = "{WORDS[level.lower()]}"'
            for level in unknown:
                yield f'{level} = "info"  # not known: what does it mean?'
            yield ""
        for pattern, regex, row in self.patterns:
            yield f"# {_comment(self.texts[row])}"
            yield f"[patterns.{pattern.name}]"
            yield f"regex = {_literal(regex)}"
            missing = ", ".join(map(_quoted, pattern.time.missing))
            said = f", missing = [{missing}]" if missing else ""
            yield f"time = {{ layout = {_quoted(pattern.time.layout)}{said} }}"
            if pattern.name != "line":
                yield "fallback = true"
            yield ""

    def _samples(self, definition: Definition) -> Iterator[str]:
        yield "# Samples prove the definition. Change in them what must not be published."
        events = _events(definition, self.texts)
        chosen: dict[tuple[str | None, ...], dict[str, Any]] = {}
        for event in events:
            kind = (str(event.get("severity")), str(event["offset"] is None), _pattern_of(definition, event["text"]))
            chosen.setdefault(kind, event)
        wanted = sorted(chosen.values(), key=lambda event: event["line"])
        names = {_pattern_of(definition, event["text"]) for event in wanted[:_MOST_SAMPLES]}
        wanted = wanted[:_MOST_SAMPLES] + [
            event for event in wanted[_MOST_SAMPLES:] if _pattern_of(definition, event["text"]) not in names
        ]
        for event in wanted:
            yield from _sample(event)
        for text in self.going_on:
            yield f"[[samples]]\nline = {_literal(text)}\ncontinues = true\n"
        negative = next(line for line in _negatives(events) if _kinds(definition, [line]) == ["unparsed"])
        yield f"[[samples]]\nline = {_literal(negative)}\nmatches = false\n"


def _regex_of(item: _Found) -> tuple[str, tuple[str, ...]]:
    """The regex of whole lines, and the levels seen in them."""
    head: Shape = shape_of(item.heads, whole=True)
    tail: Shape = shape_of(item.tails, head.groups)
    regex = f"^{head.regex}{item.pattern.stamp}{tail.regex}(?P<message>.*)$"
    return regex, (*head.levels, *tail.levels)


def _multiline(events: Sequence[str], others: Sequence[str]) -> str | None:
    """How lines begin that are no events, if that tells them from events."""
    if not others:
        return None
    if all(text[0] in " \t" for text in others) and not any(text[0] in " \t" for text in events):
        return "^[ \\t]"
    firsts = [kind for kind in _FIRSTS if any(_begins(kind, text) for text in events)]
    if not all(any(_begins(kind, text) for kind in firsts) for text in events):
        return None
    if any(_begins(kind, text) for kind in firsts for text in others):
        return None
    return f"^[^{''.join(firsts)}]"


def _begins(kind: str, text: str) -> bool:
    return re.match(f"[{kind}]", text) is not None


def _frame(texts: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"line": range(len(texts)), "text": list(texts), "length": [len(text.encode()) + 1 for text in texts]},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )


def _kinds(definition: Definition, texts: Sequence[str]) -> list[str]:
    """What each text is to a definition: "event", "candidate" (it may go on with one), "blank" or "unparsed"."""
    parsed = compile_reader(definition, ()).parse(_frame(texts))
    kinds = dict(parsed.rest.select("line", "kind").iter_rows())
    return [str(kinds.get(row, "event")) for row in range(len(texts))]


def _events(definition: Definition, texts: Sequence[str]) -> list[dict[str, Any]]:
    events = compile_reader(definition, definition.fields).parse(_frame(texts)).events.filter(~pl.col("carried"))
    return [{**row, "text": texts[row["line"]]} for row in events.iter_rows(named=True)]


def _pattern_of(definition: Definition, text: str) -> str:
    for pattern in definition.patterns:
        if _kinds(replace(definition, patterns=(pattern,), multiline=None), [text]) == ["event"]:
            return pattern.name
    return ""


def _sample(event: dict[str, Any]) -> Iterator[str]:
    """One event as a sample: the line, what it leaves out, its instant, and what is read from it."""
    wall, offset, given = event["wall"], event["offset"], []
    if event["yearless"]:
        wall = wall.replace(year=_GIVEN_YEAR)
        given.append(f"year = {_GIVEN_YEAR}")
    if offset is None:
        given.append('zone = "Z"')
    instant: datetime = wall.replace(tzinfo=UTC) - timedelta(seconds=offset or 0)
    yield "[[samples]]"
    yield f"line = {_literal(event['text'])}"
    if given:
        yield f"given = {{ {', '.join(given)} }}"
    yield f"time = {instant.isoformat().replace('+00:00', 'Z')}"
    fields = [(key, event.get(key)) for key in ("severity", "program", "pid", "message")]
    said = [
        f"{key} = {value if isinstance(value, int) else _quoted(value)}" for key, value in fields if value is not None
    ]
    yield f"fields = {{ {', '.join(said)} }}"
    yield ""


def _negatives(events: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Lines that are not of the format: a text without its stamp, a line of stars where that goes on with an event."""
    for event in events:
        if message := (event.get("message") or "").strip():
            yield message
    for first in ("0", "A", "a", "[", "<", "(", "{", '"', "#", "*", "|", "-", " "):
        yield f"{first} this is no line of the log"


def _glob(log: str) -> str:
    """The file's name and those of its rotated files."""
    return re.sub(r"(?:[.][0-9]+)?(?:[.](?:gz|xz|bz2|zst|lz4))?$", "", log).translate({91: 63, 93: 63}) + "*"


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _quoted(text: str) -> str:
    """A TOML text in one line."""
    short = {"\\": "\\\\", '"': '\\"'}
    return (
        '"' + "".join(short.get(char) or (char if char.isprintable() else f"\\U{ord(char):08x}") for char in text) + '"'
    )


def _literal(text: str) -> str:
    """A TOML text as it is, where TOML can hold it so."""
    plain = "'''" not in text and not text.endswith("'") and all(char.isprintable() for char in text)
    return f"'''{text}'''" if plain else _quoted(text)
