"""Turns the regular expressions of definitions into their parts: group names, pruned copies, Rust's verdict.

A pattern is written in the dialect of Rust's `regex` crate, because Polars runs it there: linear time, no
look-around, no back-references.  Python's `re` is never asked; it would accept what Rust refuses.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

# an escape; an opened class with the "]" that may stand first in it; what else opens and closes
_TOKEN = re.compile(r"\\.|\[\^?\]?|[\]()|]", re.DOTALL)
_ATOM = re.compile(
    r"(?:(?P<class>\[(?:\\.|[^\]\\])+\])|(?P<literal>\\[^A-Za-z0-9]|[^\\()\[\]{}.*+?|^$]))"
    r"(?P<count>[*?+]|\{(?P<least>[0-9]+)(?:(?P<exact>\})|,[0-9]*\}))?"
)
"""A class or a literal with its repetition."""

OPENING = 24
_SHAPE = str.maketrans(
    {**dict.fromkeys(string.digits, "0"), **dict.fromkeys(string.ascii_uppercase, "A")}
    | dict.fromkeys(string.ascii_lowercase, "a")
)
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
    for token in _tokens(regex):
        if token[0] == "(":
            named = _NAMED.match(regex, token.start() + 1)
            if named:
                yield Group(token.start(), named.end(), named[1])
            else:
                yield Group(token.start(), token.end(), None if regex[token.end() : token.end() + 1] == "?" else "")


def _tokens(regex: str) -> Iterator[re.Match[str]]:
    """The parentheses and bars outside of classes, from one to the next; classes nest in the Rust dialect."""
    depth = 0
    for token in _TOKEN.finditer(regex):
        text = token[0]
        if text[0] == "[":
            depth += 1
        elif text[0] == "]":
            depth = max(depth - 1, 0)
        elif depth == 0 and text[0] != "\\":
            yield token


@lru_cache(maxsize=512)
def opening(regex: str) -> tuple[frozenset[str], ...]:
    """For the first characters of every line an anchored pattern can match: which ASCII characters may stand there.

    It ends in front of the first part that may be absent or that this does not understand, so it never excludes a
    line that matches; it may be empty.  Digits, capitals and small letters appear as 0, A and a (see `shape`).
    """
    allowed: list[frozenset[str]] = []
    ends = {group.start: group.end for group in groups(regex)}
    opaque, at = _opaque(regex), 1
    while 0 not in opaque and len(allowed) < OPENING and at < len(regex) and at not in opaque:
        if regex[at] in "()":
            at = ends.get(at, at + 1)
            continue
        atom = _ATOM.match(regex, at)
        chars = _characters(atom["class"] or atom["literal"]) if atom else None
        if atom is None or chars is None or atom["count"] in ("*", "?") or atom["least"] == "0":
            break
        allowed += [chars] * int(atom["least"] or 1)
        if atom["count"] and not atom["exact"]:
            break
        at = atom.end()
    return tuple(allowed[:OPENING])


def _opaque(regex: str) -> set[int]:
    """Where groups open that have alternatives or need not be there; 0 if the pattern itself has alternatives."""
    opaque: set[int] = set()
    opened: list[list[int]] = []
    for token in _tokens(regex):
        text = token[0]
        if text == "(":
            opened.append([token.start(), 0])
        elif text == "|" and opened:
            opened[-1][1] = 1
        elif text == "|":
            opaque.add(0)
        elif opened:
            start, alternatives = opened.pop()
            if alternatives or regex[token.end() : token.end() + 1] in ("?", "*", "{"):
                opaque.add(start)
    return opaque


_OPENED = re.compile(r"\((?:\?(?:P?<[A-Za-z_][A-Za-z0-9_]*>|:))?(?!\?)")
_COUNT = re.compile(r"[*?+]\??|\{[0-9]+(?:,[0-9]*)?\}\??")
_ANY = re.compile(r"\\[A-Za-z]|[.^$]")


@lru_cache(maxsize=512)
def literals(regex: str) -> tuple[str, ...]:
    """Texts that every line a pattern matches holds; it may be empty, where this does not understand the pattern.

    Looking for them costs far less than compiling the pattern.
    """
    opaque, closed = _opaque(regex), _closed(regex)
    if 0 in opaque:
        return ()
    found, run, at = [], "", 0
    while at < len(regex):
        if at in opaque and at in closed:
            end, more, goes_on = closed[at] + 1, "", False
        elif regex[at] == ")":
            end, more, goes_on = at + 1, "", not _COUNT.match(regex, at + 1)
        elif opened := _OPENED.match(regex, at):
            end, more, goes_on = opened.end(), "", True
        elif atom := _ATOM.match(regex, at):
            if atom["class"] and "[" in atom["class"][1:].replace("\\[", ""):
                return ()  # a class within a class
            needed = atom["count"] not in ("*", "?") and atom["least"] != "0"
            more = atom["literal"][-1] if atom["literal"] and needed else ""
            end, goes_on = atom.end(), bool(more) and not atom["count"]
        elif any_one := _ANY.match(regex, at):
            end, more, goes_on = any_one.end(), "", False
        else:
            return ()
        run += more
        if not goes_on:
            found.append(run)
            run = ""
            count = _COUNT.match(regex, end)
            end = count.end() if count else end
        at = end
    return tuple(dict.fromkeys(text for text in [*found, run] if text))


def _closed(regex: str) -> dict[int, int]:
    """Where each group that opens at a place closes."""
    closed: dict[int, int] = {}
    opened: list[int] = []
    for token in _tokens(regex):
        if token[0] == "(":
            opened.append(token.start())
        elif token[0] == ")" and opened:
            closed[opened.pop()] = token.start()
    return closed


def shape(line: str) -> str:
    """The first characters of a line with its digits as 0, capitals as A and small letters as a."""
    return line[:OPENING].translate(_SHAPE)


def _characters(text: str) -> frozenset[str] | None:
    """What a class or a literal allows, in shapes; None for a class of its complement or one that is too clever."""
    if text.startswith("["):
        inner = text[1:-1]
        if inner.startswith("^") or "[" in inner.replace("\\[", ""):
            return None
        inner = inner.replace("\\t", "\t").replace("0-9", "0").replace("A-Z", "A").replace("a-z", "a").replace("\\", "")
        if re.search("[^-]-[^-]", inner):
            return None
        return frozenset(inner.translate(_SHAPE))
    return frozenset(text[-1].translate(_SHAPE))


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
