"""Turns headings, tables, bullets and citations into Markdown lines; the small parts every section is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logforensics.analysis.findings import Cite
from logforensics.report.escape import code, fence, plain, prose

Lines = list[str]

BLANK = "_to be filled in by a person_"
"""Marks what logs cannot tell."""

MOST_QUOTED = 400
"""Characters of a quoted line: a request with its referrer and agent fits, a pasted stack trace does not."""


def section(level: int, title: str) -> Lines:
    """A heading with blank lines around it; `title` holds no log text."""
    return ["", f"{'#' * level} {title}", ""]


def bullets(items: Iterable[str]) -> Lines:
    """A list, one line an item."""
    return [f"- {item}" for item in items]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> Lines:
    """A GFM table; cells are Markdown already, with their pipes escaped by the door they came through."""
    rule = ["--:" if index in right else "---" for index in range(len(head))]
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join(rule)} |"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return lines


def advised(text: str) -> str:
    """Advice of an analyser as a sentence of its own."""
    shown = prose(text.strip(), start=True)
    return shown[:1].upper() + shown[1:] + ("" if shown.endswith((".", "!", "?")) else ".")


def cited(cite: Cite | None) -> str:
    """A citation as a code span, or nothing."""
    return "" if cite is None else code(str(cite), table=True)


def cites(found: Sequence[Cite], limit: int = 3) -> str:
    """Some citations; beyond `limit` with how many more there are."""
    shown = ", ".join(cited(cite) for cite in found[:limit])
    more = len(found) - limit
    return f"{shown} and {more:,} more" if more > 0 else shown


def quoted(texts: Iterable[str | None], indent: str = "") -> Lines:
    """Cited lines as a fenced block, escaped and cut; nothing for lines whose text is not at hand."""
    shown = [plain(text, MOST_QUOTED) for text in texts if text is not None]
    return [indent + line for line in fence(shown)] if shown else []
