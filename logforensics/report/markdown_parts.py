"""Turns headings, tables, bullets and citations into Markdown lines; the small parts every section is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logforensics.analysis.findings import Cite
from logforensics.report.escape import code, fence, plain, prose
from logforensics.report.named import pieces

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


def said(text: str, names: Sequence[str], *, start: bool = False, table: bool = False) -> str:
    """A sentence of an analyser: the `names` in it as code spans, for they are log text, the rest as prose.

    `start` tells that it stands at the start of a line or of a list item, `table` that it stands in a table's cell.
    """
    return "".join(
        code(piece, table=table) if known else prose(piece, start=start and not index)
        for index, (piece, known) in enumerate(pieces(text, names))
    )


def advised(text: str, names: Sequence[str], *, table: bool = False) -> str:
    """Advice of an analyser as a sentence of its own; the `names` in it as code spans."""
    shown = said(text.strip(), names, start=True, table=table)
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
