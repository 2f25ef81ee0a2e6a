"""Turns `keys`, `where` and `lacks` of one pattern into a frozen Keys: which keys of a structured line give which column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NoReturn

from logforensics.parsing import regex as rust

Fail = Callable[[str, str, str], NoReturn]
"""Raises the error of a definition: where in the file, what is wrong, what to write instead."""

WHOLE = "*"
"""Stands among the keys for the line as it is, where nothing else says what happened."""


@dataclass(frozen=True)
class Keys:
    """Where a structured line holds what.

    `columns` maps a column of the timeline, or "time", to the keys that may hold it, the preferred one first: the
    first that holds a text or number that is not empty wins.  `where` maps keys to regexes: a line is read only if
    each of these keys is there and fits; `lacks` are keys that must not be there.  A key is a path: "request.headers.User-Agent.0" is the first element of a
    list in a table in a table; "log.level" is also a key that is spelled with its dot.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...]
    where: tuple[tuple[str, str], ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns these keys give, besides the time."""
        return tuple(name for name, _ in self.columns if name != "time")

    def needed(self, columns: Collection[str]) -> tuple[str, ...]:
        """Every key that must be looked at for the time, the conditions and these columns; each once, in order."""
        wanted = [key for name, keys in self.columns if name == "time" or name in columns for key in keys]
        wanted += [*(key for key, _ in self.where), *self.lacks]
        return tuple(key for key in dict.fromkeys(wanted) if key != WHOLE)


def read_keys(where: str, table: Mapping[str, object], names: Collection[str], fail: Fail) -> Keys:
    """The `keys` and `where` of a pattern; `names` are the columns there are, `fail` is told what is wrong."""
    keys, conditions, lacks = table.get("keys"), table.get("where", {}), table.get("lacks", [])
    if not isinstance(keys, Mapping):
        fail(f"{where} keys", "is no table", 'write keys = { time = ["ts"], message = ["msg"] }')
    if "time" not in keys:
        fail(f"{where} keys", "nothing says the time", 'add time = ["ts"]')
    for name, value in keys.items():
        if name not in ("time", *names):
            fail(f"{where} keys", f'the timeline has no column "{name}"', "see logforensics/timeline/schema.py")
        if not isinstance(value, list) or not value or not all(isinstance(key, str) and key for key in value):
            fail(f"{where} keys", f'"{name}" is no list of keys', f'write {name} = ["...", "..."]')
    if not isinstance(conditions, Mapping):
        fail(f"{where} where", "is no table", 'write where = { logger = "^http" }')
    for key, regex in conditions.items():
        refused = rust.refusal(regex) if isinstance(regex, str) else "it is no text"
        if refused:
            fail(f"{where} where", f'"{key}": Rust refuses it: {refused}', "see https://docs.rs/regex/#syntax")
    if not isinstance(lacks, list) or not all(isinstance(key, str) and key for key in lacks):
        fail(f"{where} lacks", "is no list of keys", 'write lacks = ["..."]')
    found = Keys(
        tuple((str(name), tuple(value)) for name, value in keys.items()),
        tuple((str(key), str(regex)) for key, regex in conditions.items()),
        tuple(lacks),
    )
    both = _text_and_table(found)
    if both:
        fail(f"{where} keys", f'"{both}" is a text and a table at once', "write two patterns, each with a where")
    return found


def _text_and_table(keys: Keys) -> str | None:
    """A key that is to hold a value in one place of `keys` and further keys in another."""
    every = keys.needed([name for name, _ in keys.columns])
    return next((key for key in every if any(other.startswith(f"{key}.") for other in every)), None)
