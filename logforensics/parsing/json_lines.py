"""Turns lines that are JSON objects into the texts of single keys.

A block is decoded in one go by Polars, which joins its lines to one JSON array.  Each line is wrapped with a mark
that no evidence can hold, so that a line that closes the brackets of another shows.  Where the decoding fails, or a
key may stand twice in a line, Python's parser looks at the lines one by one.
"""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

FEW = 256
"""Lines that are looked at one by one where decoding them together failed; a longer run is cut into eight first."""

DIGITS = 40
"""The longest number that is taken for one: 128 bits and a sign, as Polars reads them (S14 of the hostile inputs)."""

_MARK = secrets.token_hex(8)
"""Drawn anew by each process: a log that knew it could pass one line off as two."""

_Path = tuple[str, ...]
_Tree = dict[str, Any]


class JsonLines:
    """Some lines as keys and values, decoded for the keys that will be asked for."""

    def __init__(self, text: pl.Series, keys: Sequence[str]) -> None:
        rows = text.str.contains(r"^[ \t]*\{").fill_null(False)
        found = _decode(text if rows.all() else text.filter(rows), tuple(keys))
        if found.height < len(text):
            places = pl.DataFrame({"row": rows.arg_true()}).hstack(found)
            every = pl.DataFrame({"row": pl.int_range(len(text), dtype=pl.UInt32, eager=True)})
            found = every.join(places, on="row", how="left", maintain_order="left").drop("row")
        self.found = found

    def get(self, key: str) -> pl.Series:
        """The value of a key in each line as text, null where it is not there or the line is no sound JSON object.

        A table or list is its JSON text.
        """
        return self.found.get_column(key)


def _decode(text: pl.Series, keys: tuple[str, ...]) -> pl.DataFrame:
    """One String column a key, for lines that begin with a brace."""
    if len(text) == 0:
        return pl.DataFrame(schema=dict.fromkeys(keys, pl.String))
    shape = _shape(keys)
    try:
        found = _together(text, shape)
    except pl.exceptions.ComputeError:
        found = None
    if found is not None:
        suspect = found.get_column(_MARK)
        columns = found.drop(_MARK)
        return _replace(columns, suspect, text, keys) if suspect.any() else columns
    if len(text) <= FEW:
        return _one_by_one(text, keys)
    step = -(-len(text) // 8)
    return pl.concat([_decode(text.slice(start, step), keys) for start in range(0, len(text), step)])


class _Shape:
    """What to decode for some keys: Polars' type, an expression a key, and how to tell that a name stands twice."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        tree: _Tree = {}
        for path in (path for key in keys for path in spellings(key)):
            _grow(tree, path)
        self.dtype = pl.Struct({_MARK: pl.UInt32, "line": _dtype(tree)})
        self.columns = [
            pl.coalesce([_value(path) for path in spellings(key)]).alias(key) for key in keys
        ]
        names, present = _names(tree, pl.col("line"))
        self.names = '"(?:' + "|".join(re.escape(name) for name in dict.fromkeys(names)) + r')"[ \t]*:[ \t]*[^n \t]'
        self.present = pl.sum_horizontal([there.cast(pl.UInt32) for there in present])


@lru_cache(maxsize=64)
def _shape(keys: tuple[str, ...]) -> _Shape:
    return _Shape(keys)


def spellings(key: str) -> tuple[_Path, ...]:
    """The paths a key with dots may mean: tables in tables, one name with dots, a table with such a name."""
    parts = tuple(key.split("."))
    # a list is no table: where a part is a number, the dots are steps
    if len(parts) == 1 or any(part.isdigit() for part in parts):
        return (parts,)
    paths = [parts, (key,), (parts[0], ".".join(parts[1:]))]
    return tuple(dict.fromkeys(paths))


def _grow(tree: _Tree, path: _Path) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree.setdefault(path[-1], {})


def _dtype(tree: _Tree) -> pl.DataType:
    if not tree:
        return pl.String()
    if all(name.isdigit() for name in tree):
        inner: _Tree = {}
        for branch in tree.values():
            inner |= branch
        return pl.List(_dtype(inner))
    return pl.Struct({name: _dtype(branch) for name, branch in tree.items()})


def _value(path: _Path) -> pl.Expr:
    value = pl.col("line")
    for part in path:
        value = value.list.get(int(part), null_on_oob=True) if part.isdigit() else value.struct.field(part)
    return value


def _names(tree: _Tree, above: pl.Expr) -> tuple[list[str], list[pl.Expr]]:
    """Every name of the tree outside lists, and whether a line has a value for it."""
    names: list[str] = []
    present: list[pl.Expr] = []
    for name, branch in tree.items():
        if name.isdigit():
            continue
        value = above.struct.field(name)
        names.append(name)
        present.append(value.is_not_null())
        if branch:
            deeper = _names(branch, value)
            names += deeper[0]
            present += deeper[1]
    return names, present


def _together(text: pl.Series, shape: _Shape) -> pl.DataFrame | None:
    """The keys of all lines at once and, in the mark's column, whether a line must be looked at again.

    None if the lines are not what they were before they were joined.  Raises ComputeError for anything that is no
    JSON or does not fit the type.
    """
    frame = pl.DataFrame({"text": text}).with_row_index("row")
    wrapped = frame.select(
        pl.concat_str(pl.lit(f'{{"{_MARK}":'), pl.col("row"), pl.lit(',"line":'), pl.col("text"), pl.lit("}"))
    ).to_series()
    found = wrapped.str.json_decode(shape.dtype).struct.unnest()
    if found.height != frame.height or not (found.get_column(_MARK) == frame.get_column("row")).all():
        return None
    twice = text.str.count_matches(shape.names)
    return found.select(*shape.columns, (pl.lit(twice) > shape.present).alias(_MARK))


def _replace(columns: pl.DataFrame, suspect: pl.Series, text: pl.Series, keys: tuple[str, ...]) -> pl.DataFrame:
    """The columns with the suspect lines read again, one by one."""
    again = _one_by_one(text.filter(suspect), keys)
    places = suspect.arg_true()
    return columns.with_columns(columns.get_column(key).scatter(places, again.get_column(key)) for key in keys)


def _one_by_one(text: pl.Series, keys: tuple[str, ...]) -> pl.DataFrame:
    """The same as decoding together, but a line that is no sound JSON costs only itself."""
    found: dict[str, list[str | None]] = {key: [] for key in keys}
    paths = [(found[key], spellings(key)) for key in keys]
    for line in text:
        table = read_object(line)
        for column, ways in paths:
            column.append(next((_text(value) for path in ways if (value := _at(table, path)) is not None), None))
    return pl.DataFrame(found, schema=dict.fromkeys(keys, pl.String))


def read_object(line: str) -> dict[str, Any] | None:
    """One line as a JSON object; None if it is none, or has a key twice, a number too long, or NaN."""
    try:
        value = json.loads(line, object_pairs_hook=_once, parse_int=_integer, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key stands twice")
    return table


def _integer(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError("no machine writes such a number")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("no finite number")
    return value


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _at(value: object, path: Iterable[str]) -> object:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _text(value: object) -> str:
    """A value as Polars writes it; the bytes that journald lists where a message is no UTF-8 become its text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, list) and value and all(type(one) is int and 0 <= one < 256 for one in value):
        return bytes(value).decode("utf-8", "replace")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # half a surrogate pair is no character
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
