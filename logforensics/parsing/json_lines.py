"""Turns lines that are JSON objects into the texts of single keys.

A block is decoded in one go by Polars, which joins its lines to one JSON array.  Each line is given its number under
a name that no evidence can hold, so that a line that closes the brackets of another shows.  Where the decoding
fails, or a key may stand twice in a line, Python's parser looks at the lines one by one.

JSON leaves open what a key means that stands twice (RFC 8259, section 4).  A line that says its time, or anything
else by which it is recognised, twice is not read; of every other key the first one counts.
"""

from __future__ import annotations

import json
import math
import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

FEW = 256
"""Lines that are looked at one by one where decoding them together failed; a longer run is cut into eight first."""

DIGITS = 40
"""The longest number that is taken for one: 128 bits and a sign, as Polars reads them (S14 of the hostile inputs)."""

_MARK = secrets.token_hex(8)
"""Drawn anew by each process: a log that knew it could pass one line off as two."""

_HALF = r"\\u[dD][89abAB][0-9a-fA-F]{2}(?:[^\\]|\\[^u])"
"""The first half of a surrogate pair without the second one, of which Polars makes a NUL."""

_Path = tuple[str, ...]
_Tree = dict[str, Any]


class JsonLines:
    """Some lines as keys and values, decoded for the keys that will be asked for."""

    def __init__(
        self, text: pl.Series, keys: Sequence[str], once: Collection[str] = (), top: Collection[str] = ()
    ) -> None:
        """`keys` are those that `get` may be asked for.

        A line in which one of `once` stands twice has none of them; of those in `top`, only the outermost table is
        looked at, since names such as "version" are common further in.
        """
        text = text.str.strip_chars_start(" \t")
        rows = text.str.contains(r'^\{[ \t]*"').fill_null(False)
        found = _decode(text if rows.all() else text.filter(rows), _shape(tuple(keys), tuple(once), tuple(top)))
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


class _Shape:
    """What to decode for some keys: Polars' type, an expression a key, and how to tell that a name may stand twice."""

    def __init__(self, keys: tuple[str, ...], once: tuple[str, ...], top: tuple[str, ...]) -> None:
        tree: _Tree = {}
        for path in (path for key in keys for path in spellings(key)):
            _grow(tree, path)
        self.paths = {key: spellings(key) for key in keys}
        self.dtype = pl.Struct({_MARK: pl.UInt32, **{name: _dtype(branch) for name, branch in tree.items()}})
        self.columns = [pl.coalesce([_value(path) for path in paths]).alias(key) for key, paths in self.paths.items()]
        whole = [path for key in once for path in spellings(key)]
        self.once = tuple(dict.fromkeys(whole + [path[:1] for key in top for path in spellings(key)]))
        single: _Tree = {}
        for path in self.once:
            _grow(single, path)
        names, present = _names(single, pl.col)
        leaves = dict.fromkeys(path[-1] for paths in self.paths.values() for path in paths if not path[-1].isdigit())
        self.odd = '"(?:' + "|".join(re.escape(name) for name in leaves) + r')"[ \t]*:[ \t]*[\[{]'
        """A line in which a key that is to be a text is a table or list, most of the time."""
        self.tops: dict[str, list[tuple[str, _Path]]] = {}
        for key, paths in self.paths.items():
            for path in paths:
                self.tops.setdefault(path[0], []).append((key, path))
        # a value that begins with n is null
        self.names = '"(?:' + "|".join(re.escape(name) for name in dict.fromkeys(names)) + r')"[ \t]*:[ \t]*[^n \t]'
        self.present = pl.sum_horizontal([there.cast(pl.UInt32) for there in present]) if present else None


_shape = lru_cache(maxsize=256)(_Shape)


def _decode(text: pl.Series, shape: _Shape) -> pl.DataFrame:
    """One String column a key, for lines that begin with a brace."""
    if len(text) == 0:
        return pl.DataFrame(schema=dict.fromkeys(shape.paths, pl.String))
    try:
        found = _together(text, shape)
    except pl.exceptions.ComputeError:
        found = None
    if found is not None:
        suspect = found.get_column(_MARK)
        columns = found.drop(_MARK)
        return _replace(columns, suspect, text, shape) if suspect.any() else columns
    if len(text) <= FEW:
        return _one_by_one(text, shape)
    odd = text.str.contains(shape.odd) | ~text.str.contains(r"\}[ \t\r]*$")
    if odd.any():
        return _apart(text, odd, shape)
    step = -(-len(text) // 8)
    return pl.concat([_decode(text.slice(start, step), shape) for start in range(0, len(text), step)])


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
    value = pl.col(path[0])
    for part in path[1:]:
        value = value.list.get(int(part), null_on_oob=True) if part.isdigit() else value.struct.field(part)
    return value


def _names(tree: _Tree, inside: Callable[[str], pl.Expr]) -> tuple[list[str], list[pl.Expr]]:
    """Every name of the tree outside lists, and whether a line has a value for it."""
    names: list[str] = []
    present: list[pl.Expr] = []
    for name, branch in tree.items():
        if name.isdigit():
            continue
        value = inside(name)
        names.append(name)
        present.append(value.is_not_null())
        if branch:
            deeper = _names(branch, value.struct.field)
            names += deeper[0]
            present += deeper[1]
    return names, present


def _together(text: pl.Series, shape: _Shape) -> pl.DataFrame | None:
    """The keys of all lines at once and, in the mark's column, whether a line must be looked at again.

    None if the lines are not what they were before they were joined.  Raises ComputeError for anything that is no
    JSON or does not fit the type.
    """
    frame = pl.DataFrame({"text": text}).with_row_index("row")
    numbered = frame.select(
        pl.concat_str(pl.lit(f'{{"{_MARK}":'), pl.col("row"), pl.lit(","), pl.col("text").str.strip_prefix("{"))
    ).to_series()
    found = numbered.str.json_decode(shape.dtype).struct.unnest()
    if found.height != frame.height or not found.get_column(_MARK).eq_missing(frame.get_column("row")).all():
        return None
    half = pl.lit(text.str.contains(_HALF))
    if shape.present is None:
        return found.select(*shape.columns, half.alias(_MARK))
    twice = text.str.count_matches(shape.names)
    return found.select(*shape.columns, (half | (pl.lit(twice) > shape.present)).alias(_MARK))


def _replace(columns: pl.DataFrame, suspect: pl.Series, text: pl.Series, shape: _Shape) -> pl.DataFrame:
    """The columns with the suspect lines read again, one by one."""
    again = _one_by_one(text.filter(suspect), shape)
    places = suspect.arg_true()
    return columns.with_columns(
        columns.get_column(key).scatter(places, again.get_column(key)) for key in columns.columns
    )


def _apart(text: pl.Series, odd: pl.Series, shape: _Shape) -> pl.DataFrame:
    """The same with the odd lines read one by one, the others together."""
    even = ~odd
    found = pl.concat([_one_by_one(text.filter(odd), shape), _decode(text.filter(even), shape)])
    places = pl.concat([odd.arg_true(), even.arg_true()])
    return found.select(pl.all().gather(places.arg_sort()))


def _one_by_one(text: pl.Series, shape: _Shape) -> pl.DataFrame:
    """The same as decoding together, but a line that is no sound JSON costs only itself."""
    found: dict[str, list[str | None]] = {key: [None] * len(text) for key in shape.paths}
    for row, line in enumerate(text):
        table = read_object(line)
        if table is None or any(_doubled(table, path) for path in shape.once if path[0] in table):
            continue
        for name in [name for name in shape.tops if name in table]:
            for key, path in shape.tops[name]:
                if found[key][row] is None and (value := _at(table, path)) is not None:
                    found[key][row] = _text(value)
    return pl.DataFrame(found, schema=dict.fromkeys(shape.paths, pl.String))


class _Table(dict[str, Any]):
    """A JSON object in which the first of equal keys counts; `doubled` are the names that stand twice."""

    doubled: frozenset[str] = frozenset()


def read_object(line: str) -> dict[str, Any] | None:
    """One line as a JSON object; None if it is none, or has a number too long, NaN or too many levels."""
    try:
        value = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _table(pairs: list[tuple[str, Any]]) -> _Table:
    table = _Table(pairs)
    if len(table) != len(pairs):
        times = Counter(name for name, _ in pairs)
        table.doubled = frozenset(name for name, count in times.items() if count > 1)
        table.update(reversed(pairs))
    return table


def _doubled(value: object, path: Iterable[str]) -> bool:
    """Whether a name stands twice on the way along a path."""
    for part in path:
        if isinstance(value, _Table):
            if part in value.doubled:
                return True
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return False
    return False


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
    text = value if isinstance(value, str) else _ENCODER.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        # half a surrogate pair is no character
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


_DECODER = json.JSONDecoder(object_pairs_hook=_table, parse_int=_integer, parse_float=_number, parse_constant=_refuse)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
