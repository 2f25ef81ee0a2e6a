"""Turns the regular expressions of definitions into their parts: group names, pruned copies, Rust's verdict.

A pattern is written in the dialect of Rust's `regex` crate, because Polars runs it there: linear time, no
look-around, no back-references.  Python's `re` is never asked; it would accept what Rust refuses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

# an escape; an opened class with the "]" that may stand first in it; what else opens and closes
_TOKEN = re.compile(r"\\.|\[\^?\]?|[\]()]", re.DOTALL)
_NAMED = re.compile(r"\?P?<([A-Za-z_][A-Za-z0-9_]*)>")


@dataclass(frozen=True)
class Group:
    """One opening parenthesis of a pattern: its place, and how long its opening is.

    `name` is the capture's name, "" for a plain capture, None for a group that captures nothing.
    """

    start: int
    end: int
    name: str | None


@lru_cache(maxsize=512)
def groups(regex: str) -> tuple[Group, ...]:
    """All groups of a pattern in the order of their opening parentheses; escapes and classes are stepped over."""
    return tuple(_groups(regex))


def _groups(regex: str) -> Iterator[Group]:
    """Jump from one character that matters to the next; `depth` counts open classes, which nest in the Rust dialect."""
    depth = 0
    for token in _TOKEN.finditer(regex):
        text = token[0]
        if text[0] == "[":
            depth += 1
        elif text[0] == "]":
            depth = max(depth - 1, 0)
        elif text[0] == "(" and depth == 0:
            named = _NAMED.match(regex, token.start() + 1)
            if named:
                yield Group(token.start(), named.end(), named[1])
            else:
                yield Group(token.start(), token.end(), None if regex[token.end() : token.end() + 1] == "?" else "")


@lru_cache(maxsize=512)
def stem(regex: str) -> str:
    """The beginning of a pattern up to the end of its group `time`, which alone is captured.

    Whatever the pattern matches, its stem matches too; many patterns share one, so that it is asked first.
    """
    depth, opened, classes = 0, -1, 0
    start = next(group.start for group in groups(regex) if group.name == "time")
    for token in _TOKEN.finditer(regex):
        text = token[0]
        if text[0] == "[":
            classes += 1
        elif text[0] == "]":
            classes = max(classes - 1, 0)
        elif text[0] == "(" and classes == 0:
            opened = depth if token.start() == start else opened
            depth += 1
        elif text[0] == ")" and classes == 0:
            depth -= 1
            if depth == opened:
                return prune(regex[: token.end()], ("time",)) + ")" * depth
    return prune(regex, ("time",))


def names(regex: str) -> tuple[str, ...]:
    """The names a pattern captures, in order."""
    return tuple(group.name for group in groups(regex) if group.name)


def prune(regex: str, keep: Collection[str]) -> str:
    """The same pattern with every named group outside `keep` made non-capturing.

    It matches the same lines; each capture that is not needed costs about a tenth of the throughput.
    """
    parts, at = [], 0
    for group in groups(regex):
        if group.name and group.name not in keep:
            parts += [regex[at : group.start], "(?:"]
            at = group.end
    return "".join([*parts, regex[at:]])


def refusal(regex: str) -> str | None:
    """What Rust has against a pattern, in one line, or None when it compiles."""
    try:
        pl.Series([""]).str.contains(regex)
    except pl.exceptions.ComputeError as error:
        said = [line.removeprefix("error: ") for line in str(error).split("\n") if line.startswith("error: ")]
        return said[0] if said else str(error).split("\n")[0]
    return None
