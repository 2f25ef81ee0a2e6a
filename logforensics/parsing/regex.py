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
    """Walk over the pattern once; `depth` counts open character classes, which nest in the Rust dialect."""
    at, depth = 0, 0
    while at < len(regex):
        char = regex[at]
        if char == "\\":
            at += 2
            continue
        if char == "[":
            depth += 1
            # "]" right behind "[" or "[^" is the character itself
            at += 1 + (regex[at + 1 : at + 2] == "^")
            at += regex[at : at + 1] == "]"
            continue
        if char == "]":
            depth = max(depth - 1, 0)
        elif char == "(" and depth == 0:
            named = _NAMED.match(regex, at + 1)
            if named:
                yield Group(at, named.end(), named[1])
                at = named.end()
                continue
            yield Group(at, at + 1, None if regex[at + 1 : at + 2] == "?" else "")
        at += 1


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
