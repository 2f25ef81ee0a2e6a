"""Turns the lines that a person marked into a chapter."""

from __future__ import annotations

from logforensics.analysis.findings import Cite
from logforensics.report.document import BLANK, Blocks, Heading, Para, Quote, Table, Value, Words
from logforensics.report.model import Report


def marked(report: Report) -> Blocks:
    """The lines and what was noted of each; nothing where none was marked."""
    if not report.marked:
        return []
    rows: list[tuple[Words, ...]] = [(mark.cite, Value(mark.note) if mark.note else BLANK) for mark in report.marked]
    texts: list[tuple[Cite, str]] = [
        (mark.cite, text) for mark in report.marked if (text := report.quotes.get(mark.cite)) is not None
    ]
    blocks: Blocks = [
        Heading(2, "Marked by hand"),
        Para("These lines a person found worth keeping; nothing was concluded from the marks."),
        Table("Lines marked by hand", ("Line", "Note"), rows),
    ]
    if texts:
        blocks.append(Quote(tuple(texts)))
    missing = len(report.marked) - len(texts)
    if missing:
        blocks.append(Para(f"{missing} of them could not be found in this evidence."))
    return blocks
