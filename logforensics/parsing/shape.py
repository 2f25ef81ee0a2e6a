"""Turns the texts that stand in one place of many lines into one regex, which names what it knows: level, program, pid.

The texts are read from the left in steps. Each step takes from all of them what stands between two delimiters, if it is
of one kind in all; where they stop being alike, what is left is the message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from logforensics.parsing.levels import WORDS

MOST_STEPS = 12
"""More columns than loggers put in front of a text."""

_SAME = 0.6
"""A column of words in capitals is one of levels if this share of its lines is a level that loggers share; a program
may have some of its own (AUDIT, SQL)."""

_LONGEST = 12
"""Letters of the longest level: INFORMATION, and one to spare."""

_SPACES = re.compile(r"[ \t]*")
_MARKS = re.compile(r"[^0-9A-Za-z \t_\x80-\U0010ffff]")
_LEVEL = re.compile(r"[A-Za-z]+")
_TAG = re.compile(r"([A-Za-z_][A-Za-z0-9_.@/+-]*)\[([0-9]{1,10})\]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.@/+$-]*")
_NUMBER = re.compile(r"[0-9]+(?![0-9A-Za-z.])")
_CLOSED = {"[": "]", "(": ")", "<": ">", "{": "}"}
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


@dataclass(frozen=True)
class Shape:
    """The regex of what is alike, the groups named in it, the levels seen, and what is left of each text."""

    regex: str
    groups: tuple[str, ...]
    levels: tuple[str, ...]
    rest: tuple[str, ...]


def escaped(text: str) -> str:
    """`text` as a regex that matches it and nothing else, in Rust and in Python."""
    return _SPECIAL.sub(r"\\\1", text).replace("\t", r"\t")


def shape_of(texts: Sequence[str], taken: Sequence[str] = (), *, whole: bool = False) -> Shape:
    """What the texts have in common from their left; groups in `taken` are not named again.

    With `whole` the texts are used up to their end: what is not alike becomes one piece of any characters.
    """
    walk = _Walk(list(texts), list(taken))
    for _ in range(MOST_STEPS):
        if not any(walk.rest) or not walk.step():
            break
    if whole and any(walk.rest):
        longest = max(map(len, walk.rest))
        walk.regex += f".{{{min(map(len, walk.rest))},{longest + 16}}}?"  # a little longer ones will come
        walk.rest = [""] * len(walk.rest)
    return Shape(walk.regex, tuple(walk.groups), tuple(walk.levels), tuple(walk.rest))


class _Walk:
    def __init__(self, rest: list[str], taken: list[str]) -> None:
        self.rest = rest
        self.taken = taken
        self.groups: list[str] = []
        self.levels: list[str] = []
        self.regex = ""
        self.closing = ""

    def step(self) -> bool:
        """Takes one delimiter or one token off all texts; False where they are not alike."""
        return self._delimiter() or self._token()

    def _delimiter(self) -> bool:
        spaces = [_SPACES.match(text)[0] for text in self.rest]  # type: ignore[index] # it matches everything
        marks = {text[len(space) : len(space) + 1] for text, space in zip(self.rest, spaces, strict=True)}
        same = len(set(spaces)) == 1
        if len(marks) == 1 and _MARKS.fullmatch(mark := next(iter(marks))) and mark not in "\"'":
            piece = escaped(spaces[0]) if same else "[ \\t]*"
            self._take([len(space) + 1 for space in spaces], piece + escaped(mark))
            self.closing = _CLOSED.get(mark, "")
            return True
        if all(spaces):
            self._take([len(space) for space in spaces], escaped(spaces[0]) if same else "[ \\t]+")
            return True
        return False

    def _token(self) -> bool:
        return self._bracket() if self.closing else (self._level() or self._tag() or self._number() or self._word())

    def _bracket(self) -> bool:
        """What stands in a bracket that was opened, up to where it closes."""
        closing, self.closing = self.closing, ""
        if self._level():
            return True
        ends = [text.find(closing) for text in self.rest]
        if min(ends) < 0:
            return False
        inside = [text[:end] for text, end in zip(self.rest, ends, strict=True)]
        numbers = all(re.fullmatch("[0-9]{1,10}", text) for text in inside)
        if numbers and "pid" not in (*self.taken, *self.groups):
            self._take(ends, "(?P<pid>[0-9]+)", "pid")
        else:
            self._take(ends, "[0-9]+" if numbers else f"[^{escaped(closing)}]*")
        return True

    def _level(self) -> bool:
        if "severity" in (*self.taken, *self.groups):
            return False
        found = [_LEVEL.match(text) for text in self.rest]
        words = [match[0] for match in found if match is not None]
        behind = [text[len(word) : len(word) + 1] for text, word in zip(self.rest, words, strict=False)]
        if len(words) < len(self.rest) or any(re.match("[0-9A-Za-z_.]", char) for char in behind if char):
            return False
        known = sum(word.lower() in WORDS for word in words)
        upper = all(word.isupper() for word in words)
        if max(map(len, words)) > _LONGEST or known < (_SAME if upper else 1) * len(words):
            return False
        if not upper and set(behind) == {" "} and not self.regex.endswith(("|", "\\|")):
            return False  # "error while ..." is prose
        self.levels = sorted(set(words))
        self._take([len(word) for word in words], f"(?P<severity>{'[A-Z]' if upper else '[A-Za-z]'}+)", "severity")
        return True

    def _tag(self) -> bool:
        """A program and its process: sshd[77]."""
        found = [_TAG.match(text) for text in self.rest]
        if not all(found) or {"program", "pid"} & {*self.taken, *self.groups}:
            return False
        ends = [match.end() for match in found if match is not None]
        self._take(ends, r"(?P<program>[^ \[\]]+)\[(?P<pid>[0-9]+)\]", "program", "pid")
        return True

    def _number(self) -> bool:
        found = [_NUMBER.match(text) for text in self.rest]
        if not all(found):
            return False
        self._take([match.end() for match in found if match is not None], "[0-9]+")
        return True

    def _word(self) -> bool:
        """A word that is the same in all texts; a name in front of a colon or a bar is the program's."""
        found = [_NAME.match(text) for text in self.rest]
        names = [match[0] for match in found if match is not None]
        if len(names) < len(self.rest):
            return False
        behind = {text[len(name) :].lstrip(" \t")[:1] for text, name in zip(self.rest, names, strict=True)}
        spaced = {text[len(name) :][:2] for text, name in zip(self.rest, names, strict=True)}
        single = len(set(names)) == 1
        if spaced == {": "} or behind == {"|"}:
            if "program" not in (*self.taken, *self.groups):
                self._take([len(name) for name in names], r"(?P<program>[^ \t|:]+)", "program")
                return True
            self._take([len(name) for name in names], escaped(names[0]) if single else r"[^ \t|:]+")
            return True
        if not single or len(names) == 1:
            return False
        self._take([len(name) for name in names], escaped(names[0]))
        return True

    def _take(self, lengths: Sequence[int], piece: str, *groups: str) -> None:
        self.rest = [text[length:] for text, length in zip(self.rest, lengths, strict=True)]
        self.regex += piece
        self.groups += groups
