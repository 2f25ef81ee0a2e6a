"""Turns the keys and conditions of one pattern into a frozen Keys: what in a structured line gives which column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NoReturn

from logforensics.parsing import regex as rust

Fail = Callable[[str, str, str], NoReturn]
"""Raises the error of a definition: where in the file, what is wrong, what to write instead."""

STRUCTURED = ("json-lines", "logfmt", "columns", "records")
"""The readers whose lines hold keys."""

WHOLE = "*"
"""Stands among the keys for the line as it is, where nothing else says what happened."""

JOINED = "+"
"""Stands between two keys that tell one thing together."""

ERROR = "error"
"""Not a column: the text of these keys stands behind the message, as Go's and Python's loggers part the two."""


@dataclass(frozen=True)
class Keys:
    """Where a structured line holds what.

    `columns` maps a column of the timeline, "time" or "error" to the keys that may hold it, the preferred one first:
    the first that holds a text or number that is not empty wins.  A line is read only if each key of `where` is there
    and fits its regex, no key of `lacks` is there, and each column of `needs` has a text.

    A key is a path: "request.headers.User-Agent.0" is the first element of a list in a table in a table; "log.level"
    is also a key that is spelled with its dot; "date+time" are two keys whose texts are joined by a space.
    `reader` says how keys are found in a line; `headers` are those seen in a certain file, if headers name the columns.
    """

    columns: tuple[tuple[str, tuple[str, ...]], ...]
    where: tuple[tuple[str, str], ...] = ()
    lacks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    reader: str = "json-lines"
    headers: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of the timeline that these keys give."""
        return tuple(name for name, _ in self.columns if name not in ("time", ERROR))

    @property
    def stamps(self) -> tuple[str, ...]:
        """Every key that may hold the time or a part of it."""
        return tuple(dict.fromkeys(part for key in dict(self.columns)["time"] for part in key.split(JOINED)))

    def needed(self, columns: Collection[str]) -> tuple[str, ...]:
        """Every key that must be looked at for the time, the conditions and these columns; each once, in order."""
        asked = {"time", *columns, *self.needs, *((ERROR,) if "message" in columns else ())}
        wanted = [part for name, keys in self.columns if name in asked for key in keys for part in key.split(JOINED)]
        wanted += [*(key for key, _ in self.where), *self.lacks]
        return tuple(key for key in dict.fromkeys(wanted) if key != WHOLE)


def read_keys(
    where: str, table: Mapping[str, object], names: Collection[str], fail: Fail, reader: str, *, trusted: bool = False
) -> Keys:
    """The keys and conditions of a pattern; `names` are the columns there are, `fail` is told what is wrong.

    Regexes that are `trusted` are not compiled here.
    """
    said = table.get("reader", reader)
    if said not in STRUCTURED:
        fail(f"{where} reader", f'"{said}" reads no keys', f"write one of {', '.join(STRUCTURED)}")
    found = Keys(
        columns=_columns(f"{where} keys", table.get("keys"), names, fail),
        where=_conditions(f"{where} where", table.get("where", {}), fail, trusted),
        lacks=_texts(f"{where} lacks", table.get("lacks", []), 'write lacks = ["key"]', fail),
        needs=_texts(f"{where} needs", table.get("needs", []), 'write needs = ["status"]', fail),
        reader=str(said),
    )
    for column in found.needs:
        if column not in dict(found.columns):
            fail(f"{where} needs", f'no keys give "{column}"', "add it to keys")
    both = _text_and_table(found)
    if both:
        fail(f"{where} keys", f'"{both}" is a text and a table at once', "write two patterns, each with a where")
    return found


def _columns(where: str, keys: object, names: Collection[str], fail: Fail) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(keys, Mapping):
        fail(where, "is no table", 'write keys = { time = ["ts"], message = ["msg"] }')
    if "time" not in keys:
        fail(where, "nothing says the time", 'add time = ["ts"]')
    for name in keys:
        if name not in ("time", ERROR, *names):
            fail(where, f'the timeline has no column "{name}"', f"write one of {', '.join(('time', ERROR, *names))}")
    if ERROR in keys and "message" not in keys:
        fail(where, '"error" stands behind the message, and there is none', 'add message = ["msg"]')
    return tuple(
        (str(name), _texts(f"{where} {name}", value or None, f'write {name} = ["key", "other.key"]', fail))
        for name, value in keys.items()
    )


def _conditions(where: str, value: object, fail: Fail, trusted: bool) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        fail(where, "is no table", 'write where = { logger = "^http" }')
    for key, regex in value.items():
        refused = "it is no text" if not isinstance(regex, str) else None if trusted else rust.refusal(regex)
        if refused:
            fail(where, f'"{key}": Rust refuses it: {refused}', "see https://docs.rs/regex/#syntax")
    return tuple((str(key), str(regex)) for key, regex in value.items())


def _texts(where: str, value: object, remedy: str, fail: Fail) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
        fail(where, "is no list of texts", remedy)
    return tuple(value)


def _text_and_table(keys: Keys) -> str | None:
    """A key that is to hold a value in one place of `keys` and further keys in another."""
    every = keys.needed([name for name, _ in keys.columns])
    return next((key for key in every if any(other.startswith(f"{key}.") for other in every)), None)
