"""Turns the text of one parsers/NAME.toml into a frozen Definition, or into one line that says what is wrong.

The keys are described in parsers/README.md.  Everything that can be said about a definition without running it
on a line is checked here; what its samples prove is checked in checks.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import datetime
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NoReturn

from logforensics.errors import DefinitionError
from logforensics.parsing import regex as rust
from logforensics.parsing.keys import STRUCTURED, read_keys
from logforensics.parsing.layout import MISSING, TimeLayout, offset_seconds, read_layout, zone_problem
from logforensics.parsing.model import FIELDS, Definition, Pattern, Sample
from logforensics.parsing.stamped import line_patterns
from logforensics.schema import SEVERITIES

READERS = ("lines", "stamped", *STRUCTURED)
PROOFS = ("served", "package-work")
"""What each line of a format can prove by being there: served: that a request was answered."""

CONVERSIONS = {
    "severity": ("pri", "pino", "otel"),
    "request_time": ("sum", "ms", "us", "ns"),
    "upstream_time": ("sum", "ms", "us", "ns"),
}
"""The special conversions of `[types]`; all other fields are cast to their column's type.

pri: the number of a syslog PRI, whose severity is its value modulo 8 (RFC 5424, section 6.2.1).
ms, us, ns: the unit of a number.  pino, otel: numbers of those two scales, 10 to 60 and 1 to 24, for `keys` only.
sum: all numbers in the text added up, as nginx writes one per upstream it tried.
"""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}|Z")
_UNICODE_CLASS = re.compile(r"(?<!\\)(?:\\\\)*(\\[dDwWsSbB])")
_INSTEAD = {
    "d": ("digits", "[0-9]"),
    "w": ("letters", "[A-Za-z0-9_]"),
    "s": ("spaces", "[ \\t]"),
    "b": ("letters", "the characters around it"),
}
_TOP_KEYS = (
    "title", "reference", "reader", "files", "proves", "general", "wraps", "precedence", "absent", "multiline",
    "preamble", "newest_first", "types", "severity", "patterns", "samples",
)  # fmt: skip
_PATTERN_KEYS = ("regex", "time", "fallback", "partial")
_STAMPED_KEYS = ("stamp", "time", "fallback")
_KEYED_KEYS = ("reader", "keys", "where", "lacks", "needs", "time", "fallback", "partial")
_SAMPLE_KEYS = ("line", "pattern", "given", "time", "fields", "without", "matches", "continues", "header")
_SAMPLES_HEADER = re.compile(r"^\[\[samples\]\]", re.MULTILINE)
_OTHER_HEADER = re.compile(r"^\[(?!\[?samples\b)[^\n]*", re.MULTILINE)


def read_definition(
    path: Path | Traversable,
    text: str | None = None,
    *,
    origin: str | None = None,
    samples: bool = True,
    trusted: bool = False,
) -> Definition:
    """Read one definition; `text` is the file's content if it is already at hand, `origin` its name in messages.

    `samples=False` stops in front of the first `[[samples]]`, which is what a run needs and several times faster.
    `trusted` patterns are known to be valid (the shipped ones, which the tests compile) and are not compiled here.
    Raises DefinitionError "ORIGIN: KEY: what is wrong; what to write instead".
    """
    label = origin or f"parsers/{path.name}"
    if text is None:
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DefinitionError(f"{label}: cannot be read: {error}; write it as UTF-8 text") from error
    head = _SAMPLES_HEADER.search(text)
    late = _OTHER_HEADER.search(text, head.end()) if head and not trusted else None
    if late:
        raise DefinitionError(f"{label}: {late[0]}: stands behind the samples; put the samples last")
    if not samples and head:
        text = text[: head.start()]
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{label}: is no TOML: {error}; see https://toml.io") from error
    return _Reading(label, trusted).definition(path.name.removesuffix(".toml"), table)


class _Reading:
    """The reading of one file: remembers what to call it in messages."""

    def __init__(self, origin: str, trusted: bool) -> None:
        self.origin = origin
        self.trusted = trusted

    def fail(self, where: str, reason: str, remedy: str) -> NoReturn:
        raise DefinitionError(f"{self.origin}: {where}: {reason}; {remedy}")

    def definition(self, name: str, table: Mapping[str, Any]) -> Definition:
        if not _NAME.fullmatch(name):
            self.fail("file name", f'"{name}" is no name', "use a-z, 0-9 and _, beginning with a letter")
        self.known("top level", table, _TOP_KEYS)
        for key in ("title", "reference", "files", "patterns"):
            if key not in table:
                self.fail(key, "is missing", f"add {_EXAMPLES[key]}")
        reader = self.text("reader", table.get("reader", "lines"))
        if reader not in READERS:
            self.fail("reader", f'there is no reader "{reader}"', f"write one of {_words(READERS)}")
        proves = table.get("proves")
        if proves not in (None, *PROOFS):
            self.fail("proves", f'no line proves "{proves}"', f"write {_words(PROOFS)} or take it out")
        patterns = self.table("[patterns]", table["patterns"])
        if not patterns:
            self.fail("[patterns]", "holds no pattern", "add [patterns.NAME] with regex and time")
        read = tuple(pattern for key, value in patterns.items() for pattern in self.pattern(key, value, reader))
        captured = {field for pattern in read for field in pattern.fields}
        types = self.types(table.get("types", {}), captured)
        return Definition(
            name=name,
            origin=self.origin,
            title=self.text("title", table["title"]),
            reference=self.text("reference", table["reference"]),
            reader=reader,
            files=self.texts("files", table["files"]),
            patterns=read,
            severity=self.severity(table.get("severity", {}), captured, reader != "lines" or "severity" in dict(types)),
            types=types,
            absent=self.texts("absent", table.get("absent", [])),
            multiline=self.multiline(table.get("multiline")),
            precedence=self.texts("precedence", table.get("precedence", [])),
            proves=proves,
            general=self.flag("general", table.get("general", False)),
            wraps=self.flag("wraps", table.get("wraps", False)),
            preamble=self.flag("preamble", table.get("preamble", False)),
            newest_first=self.flag("newest_first", table.get("newest_first", False)),
            samples=tuple(
                self.sample(number, entry, {pattern.name for pattern in read})
                for number, entry in enumerate(self.tables("[[samples]]", table.get("samples", [])), 1)
            ),
        )

    def pattern(self, name: str, value: object, reader: str) -> tuple[Pattern, ...]:
        where = f"[patterns.{name}]"
        table = self.table(where, value)
        if not _NAME.fullmatch(name):
            self.fail(where, f'"{name}" is no name', "use a-z, 0-9 and _, beginning with a letter")
        if reader in STRUCTURED and ("keys" in table or "regex" not in table):
            return (self.keyed(name, where, table, reader),)
        key = "stamp" if reader == "stamped" else "regex"
        self.known(where, table, _STAMPED_KEYS if reader == "stamped" else _PATTERN_KEYS)
        for needed in (key, "time"):
            if needed not in table:
                self.fail(f"{where} {needed}", "is missing", f"add {_EXAMPLES[needed]}")
        regex = self.text(f"{where} {key}", table[key])
        self.regex(f"{where} {key}", regex, whole=reader != "stamped")
        time = self.layout(f"{where} time", table["time"])
        problem = zone_problem("zone" in rust.names(regex), time)
        if problem:
            self.fail(f"{where} time", *problem)
        fallback = self.flag(f"{where} fallback", table.get("fallback", False))
        if reader == "stamped":
            return line_patterns(name, regex, time, fallback=fallback)
        return (Pattern(name, regex, time, fallback, partial=self.length(f"{where} partial", table.get("partial"))),)

    def keyed(self, name: str, where: str, table: Mapping[str, Any], reader: str) -> Pattern:
        """A pattern of a structured reader."""
        self.known(where, table, _KEYED_KEYS)
        time = self.layout(f"{where} time", table["time"]) if "time" in table else TimeLayout("")
        problem = zone_problem(False, time) if "time" in table else None
        if problem:
            self.fail(f"{where} time", *problem)
        fallback = self.flag(f"{where} fallback", table.get("fallback", False))
        return Pattern(
            name,
            "",
            time,
            fallback,
            read_keys(where, table, FIELDS, self.fail, reader, trusted=self.trusted),
            partial=self.length(f"{where} partial", table.get("partial")),
        )

    def regex(self, where: str, regex: str, *, whole: bool) -> None:
        wide = _UNICODE_CLASS.search(regex)
        if wide:
            what, instead = _INSTEAD[wide[1][1].lower()]
            self.fail(where, f"{wide[1]} also means {what} of other scripts", f"write {instead} instead")
        refused = None if self.trusted else rust.refusal(regex)
        if refused:
            self.fail(where, f"Rust refuses it: {refused}", "see https://docs.rs/regex/#syntax")
        if whole and not (regex.startswith("^") and regex.endswith("$")):
            self.fail(where, "is not anchored", "begin it with ^ and end it with $, so that it reads whole lines")
        for group in rust.groups(regex):
            if group.name == "":
                self.fail(where, f"unnamed group at character {group.start + 1}", "write (?: or (?P<name> instead of (")
            if group.name and group.name not in (*FIELDS, "time", "zone"):
                near = get_close_matches(group.name, (*FIELDS, "time", "zone"), 1)
                hint = f'write "{near[0]}" instead' if near else f"write one of {_words(('time', 'zone', *FIELDS))}"
                self.fail(where, f'the timeline has no column "{group.name}"', hint)
        if "time" not in rust.names(regex):
            self.fail(where, "captures no time", "name the time stamp's group (?P<time>...)")

    def layout(self, where: str, value: object) -> TimeLayout:
        table = self.table(where, value)
        self.known(where, table, ("layout", "missing", "zone"))
        if "layout" not in table:
            self.fail(where, "layout is missing", 'add layout = "%Y-%m-%d %H:%M:%S"')
        self.text(where, table["layout"])
        self.texts(where, table.get("missing", []))
        if "zone" in table:
            self.text(where, table["zone"])
        return read_layout(where, table, self.fail)

    def severity(self, value: object, captured: Collection[str], known: bool) -> tuple[tuple[str, str], ...]:
        """`known`: the captured text has a meaning without the table, as numbers and the words of JSON logs have."""
        table = self.table("[severity]", value)
        if table and "severity" not in captured:
            self.fail("[severity]", "no pattern captures severity", "name the level's group (?P<severity>...)")
        if "severity" in captured and not table and not known:
            self.fail("[severity]", "is missing, but a pattern captures severity", 'add [severity] with "WORD" = "err"')
        for word, level in table.items():
            if level not in SEVERITIES:
                self.fail("[severity]", f'"{word}" = "{level}" is no severity', f"write one of {_words(SEVERITIES)}")
        return tuple((word.lower(), str(level)) for word, level in table.items())

    def types(self, value: object, captured: Collection[str]) -> tuple[tuple[str, str], ...]:
        table = self.table("[types]", value)
        for field, conversion in table.items():
            if field not in captured:
                self.fail("[types]", f'no pattern captures "{field}"', "take it out, or name a group like that")
            if conversion not in CONVERSIONS.get(field, ()):
                known = CONVERSIONS.get(field)
                remedy = f"write {_words(known)}" if known else "take it out: it gets its column's type"
                self.fail("[types]", f'{field} = "{conversion}" is no conversion', remedy)
        return tuple((field, str(conversion)) for field, conversion in table.items())

    def multiline(self, value: object) -> str | None:
        if value is None or value == "any":
            return None if value is None else "any"
        regex = self.text("multiline", value)
        refused = None if self.trusted else rust.refusal(regex)
        if refused:
            self.fail("multiline", f"Rust refuses it: {refused}", 'write "any" or a regex')
        if not regex.startswith("^"):
            self.fail("multiline", "is not anchored", "begin it with ^")
        return regex

    def sample(self, number: int, table: Mapping[str, Any], patterns: Collection[str]) -> Sample:
        where = f"sample {number}"
        self.known(where, table, _SAMPLE_KEYS)
        if "line" not in table:
            self.fail(where, "line is missing", "add line = '''...'''")
        line = self.text(where, table["line"])
        if "\n" in line:
            self.fail(where, "line holds a line feed", "write one line a sample")
        matches = self.flag(f"{where} matches", table.get("matches", True))
        continues = self.flag(f"{where} continues", table.get("continues", False))
        pattern = table.get("pattern")
        if pattern is not None and pattern not in patterns:
            self.fail(where, f'there is no pattern "{pattern}"', f"write one of {_words(sorted(patterns))}")
        if matches and not continues and "time" not in table:
            self.fail(where, "does not say the instant", "add time = 2020-06-23T09:05:37+10:00")
        given = self.table(f"{where} given", table.get("given", {}))
        self.known(f"{where} given", given, MISSING)
        time = table.get("time")
        if time is not None and not (isinstance(time, datetime) and time.tzinfo):
            self.fail(f"{where} time", "is no instant", "write a date and time with its offset, without quotes")
        fields = self.table(f"{where} fields", table.get("fields", {}))
        without = self.texts(f"{where} without", table.get("without", []))
        for field in (*fields, *without):
            if field not in FIELDS:
                self.fail(where, f'the timeline has no column "{field}"', f"write one of {_words(FIELDS)}")
        zone = given.get("zone")
        if zone is not None and not (isinstance(zone, str) and _OFFSET.fullmatch(zone)):
            self.fail(f"{where} given", f'"{zone}" is no offset', 'write zone = "+10:00"')
        return Sample(
            number, line, pattern, given.get("year"), None if zone is None else offset_seconds(zone), time,
            tuple(fields.items()), without, matches, continues, self.header(where, table),
        )  # fmt: skip

    def header(self, where: str, table: Mapping[str, Any]) -> str:
        return self.text(f"{where} header", table["header"]) if "header" in table else ""

    def known(self, where: str, table: Mapping[str, Any], keys: Collection[str]) -> None:
        for key in table:
            if key not in keys:
                near = get_close_matches(key, keys, 1)
                hint = f'write "{near[0]}" instead' if near else f"write one of {_words(keys)}"
                self.fail(where, f'there is no key "{key}"', hint)

    def text(self, where: str, value: object) -> str:
        if not isinstance(value, str) or not value:
            self.fail(where, "is no text", "write it in quotes")
        return value

    def texts(self, where: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            self.fail(where, "is no list of texts", 'write it as ["...", "..."]')
        return tuple(value)

    def flag(self, where: str, value: object) -> bool:
        if not isinstance(value, bool):
            self.fail(where, "is neither true nor false", "write true or false without quotes")
        return value

    def length(self, where: str, value: object) -> int | None:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            self.fail(where, "is no number of bytes", "write partial = 0, or the least length of such a line")
        return value if isinstance(value, int) else None

    def table(self, where: str, value: object) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.fail(where, "is no table", "write it as a [table] or as { key = value }")
        return value

    def tables(self, where: str, value: object) -> list[Mapping[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(part, Mapping) for part in value):
            self.fail(where, "is no list of tables", "begin each sample with [[samples]]")
        return value


_EXAMPLES = {
    "title": 'title = "What this log is called"',
    "reference": 'reference = "where the format is described"',
    "files": 'files = ["NAME.log"]',
    "patterns": "[patterns.NAME] with regex and time",
    "stamp": "stamp = '''(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})'''",
    "regex": "regex = '''^(?P<time>...) (?P<message>.*)$'''",
    "time": 'time = { layout = "%Y-%m-%d %H:%M:%S", missing = ["zone"] }',
}


def _words(words: Collection[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
