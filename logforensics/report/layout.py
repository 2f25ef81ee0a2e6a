"""Turns words into lines of a fixed width: wrapped paragraphs, hanging labels, columns, and the few colours in use."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from logforensics.report.escape import ascii_only as to_ascii

_COLOURS = {"bad": "31;1", "good": "32", "bold": "1", "dim": "2", "warn": "33"}
"""The only escape sequences ever written: SGR codes from this table, never anything from a log."""


_SGR = re.compile("\x1b\\[[0-9;]*m")


@dataclass(frozen=True)
class Paper:
    """A screen to write on: `width` columns, colour or not, ASCII or not."""

    width: int = 80
    color: bool = False
    ascii_only: bool = False

    def paint(self, text: str, colour: str) -> str:
        """`text` in a colour of the fixed table, if this paper takes colour."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.color and text else text

    def safe(self, text: str) -> str:
        """`text` with nothing this paper cannot show."""
        return to_ascii(text) if self.ascii_only else text

    def paragraph(self, text: str, indent: int = 0) -> list[str]:
        """`text` wrapped to the width; long unbroken words (paths) are cut, so that no line runs over."""
        pad = " " * indent
        return textwrap.wrap(
            self.safe(text), self.width, initial_indent=pad, subsequent_indent=pad, break_on_hyphens=False
        ) or [""]

    def labelled(self, label: str, text: str, *, at: int = 10, colour: str = "bold") -> list[str]:
        """`text` wrapped beside a label, the lines after the first indented to the same column."""
        lines = self.paragraph(text, at)
        shown = label.ljust(at - 1)[: at - 1] + " "
        lines[0] = self.paint(shown, colour) + lines[0][at:]
        return lines

    def beside(self, left: str, right: str, *, at: int = 10) -> list[str]:
        """`left` wrapped from column `at`, with `right` (a citation) flush at the end of the last line, or below it."""
        lines = self.paragraph(left, at)
        shown = self.safe(right)
        if not shown:
            return lines
        free = self.width - len(lines[-1])
        if len(shown) + 2 <= free:
            lines[-1] += self.paint(shown.rjust(free), "dim") if self.color else shown.rjust(free)
        else:
            shown = shown[-(self.width - at) :]
            lines.append(self.paint(shown.rjust(self.width), "dim"))
        return lines

    def flush(self, lines: list[str], right: str) -> list[str]:
        """`lines` with `right` at the end of the last one; only its telling end where there is little room, or none."""
        shown = self.safe(right)
        free = self.width - visible(lines[-1]) - 2
        if len(shown) > free:
            shown = shorten_path(shown, free) if free >= FEWEST else ""
        if not shown:
            return lines
        return [*lines[:-1], lines[-1] + " " * (free - len(shown) + 2) + self.paint(shown, "dim")]


FEWEST = 14
"""Columns in which the end of a citation still names its file: ".../syslog:877"."""


def visible(text: str) -> int:
    """The columns that a line takes, its colours not counted."""
    return len(_SGR.sub("", text))


def shorten(text: str, width: int) -> str:
    """`text` cut in its middle to `width` characters: both ends of a path tell more than its middle."""
    if len(text) <= width:
        return text
    if width <= 3:
        return text[:width]
    head = (width - 2) // 3
    return text[:head] + ".." + text[len(text) - (width - 2 - head) :]


def shorten_path(path: str, width: int) -> str:
    """`path` cut to `width` characters by whole folders from its head (".../nginx/error.log:3"), if that is enough."""
    if len(path) <= width:
        return path
    parts = path.split("/")
    tails = (".../" + "/".join(parts[at:]) for at in range(1, len(parts)))
    return next((tail for tail in tails if len(tail) <= width), shorten(path, width))


def shorten_paths(paths: Sequence[str], width: int) -> list[str]:
    """Each path cut to `width`; those that would look the same, as of several hosts, keep their heads instead."""
    short = [shorten_path(path, width) for path in paths]
    return [text if short.count(text) == 1 else shorten(path, width) for path, text in zip(paths, short, strict=True)]


def columns(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    right: Sequence[int] = (),
    stretch: int = -1,
    paths: bool = False,
) -> list[str]:
    """A table of aligned columns under their heads; the column `stretch` gives way so that no line is over `width`.

    `paths` tells that it holds paths or citations, which are cut by whole folders.
    """
    if not rows:
        return []
    count = len(head)
    stretch %= count
    sizes = [max(len(head[i]), *(len(row[i]) for row in rows)) for i in range(count)]
    over = sum(sizes) + 2 * (count - 1) - width
    if over > 0:
        sizes[stretch] = max(min(sizes[stretch], 12), sizes[stretch] - over)
    lines = []
    for row in (head, *rows):
        cut = shorten_path if paths else shorten
        cells = [cut(row[i], sizes[i]) if i == stretch else row[i] for i in range(count)]
        padded = [cell.rjust(sizes[i]) if i in right else cell.ljust(sizes[i]) for i, cell in enumerate(cells)]
        lines.append("  ".join(padded).rstrip())
    return lines
