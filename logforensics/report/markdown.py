"""Turns a Report into the Markdown incident report (CommonMark with GFM tables and, for the picture, mermaid)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logforensics.analysis.findings import Cite
from logforensics.report import public
from logforensics.report.chapters.whole import chapters
from logforensics.report.charts import draw, legend, outage_line
from logforensics.report.document import (
    Blank,
    Block,
    Blocks,
    Code,
    Commands,
    Facts,
    Heading,
    Item,
    Items,
    Line,
    Para,
    Picture,
    Quote,
    Strong,
    Table,
    Value,
)
from logforensics.report.escape import code, fence, plain, prose
from logforensics.report.gantt import gantt
from logforensics.report.layout import shorten_paths
from logforensics.report.model import Report
from logforensics.report.words import clock, duration, offset

Lines = list[str]

BLANK = "_to be filled in by a person_"
"""Marks what logs cannot tell."""

MOST_QUOTED = 400
"""Characters of a quoted line: a request with its referrer and agent fits, a pasted stack trace does not."""

NAME_WIDTH = 24


def render(report: Report) -> str:
    """The report as Markdown, UTF-8 text ending in LF."""
    return written(chapters(report), report)


def render_public(report: Report) -> str:
    """The notice for users as Markdown."""
    return written(public.public(report), report)


def written(blocks: Blocks, report: Report) -> str:
    """Blocks as Markdown, a blank line between each two."""
    parts = [_block(block, report) for block in blocks]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _block(block: Block, report: Report) -> Lines:  # noqa: PLR0911 - one return a kind of block
    match block:
        case Heading(level, title):
            return [f"{'#' * level} {prose(title)}"]
        case Para(tone=tone):
            shown = spans(block.line)
            return [f"> {shown}" if tone == "quote" else shown]
        case Items(items):
            return _items(items)
        case Facts():
            return table(("", ""), [(prose(label), spans(words, cell=True)) for label, words in block.lines])
        case Table(_, head, _, right, _):
            return table(head, ([spans(words, cell=True) for words in row] for row in block.lines), right)
        case Quote(lines):
            return fence([quoted(cite, text) for cite, text in lines])
        case Commands(lines):
            return fence([plain(command) for command in lines], "sh")
        case Picture(outage, _):
            return _picture(report) if outage is None else []


def spans(words: Line, *, cell: bool = False) -> str:
    """The spans of one line; `cell` tells that it stands in a table, where a pipe needs its backslash."""
    shown = []
    for index, span in enumerate(words):
        match span:
            case Cite():
                shown.append(code(str(span), table=cell))
            case str():
                shown.append(prose(span, start=not index and not cell))
            case Value(text, limit):
                shown.append(code(text, limit, table=cell))
            case Code(text):
                shown.append(code(text, table=cell))
            case Strong(text):
                shown.append(f"**{prose(text)}**")
            case Blank():
                shown.append(BLANK)
    return "".join(shown)


def quoted(cite: Cite | None, text: str) -> str:
    """A line of the evidence behind its place."""
    return plain(text, MOST_QUOTED) if cite is None else f"{plain(str(cite))}: {plain(text, MOST_QUOTED)}"


def _items(items: Sequence[Item]) -> Lines:
    lines: Lines = []
    for item in items:
        lines.append(f"- {spans(item.line)}")
        if item.quote:
            block = fence([quoted(None, text) for text in item.quote])
            lines += ["", *(f"  {part}" for part in block), ""]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> Lines:
    """A GFM table; cells are Markdown already, with their pipes escaped by the door they came through."""
    rule = ["--:" if index in right else "---" for index in range(len(head))]
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join(rule)} |"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return lines


def _picture(report: Report) -> Lines:
    """The strips in a fence; then the outages and silences as a gantt chart, and the same in a table."""
    axis = report.axis
    if axis is None or not report.strips:
        return []
    zone = report.zone
    left = clock(axis.begin, zone)[:16]
    right = f"{clock(axis.end, zone)[:16]} {offset(axis.end, zone)}"
    rows = [f"{'':<{NAME_WIDTH}}  {left}{' ' * max(1, axis.cells - len(left) - len(right))}{right}"]
    rows += [
        f"{name:<{NAME_WIDTH}}  {draw(strip)}".rstrip()
        for name, strip in zip(
            shorten_paths([plain(strip.source) for strip in report.strips], NAME_WIDTH), report.strips, strict=True
        )
    ]
    if any(axis.outage):
        rows.append(f"{'outage':<{NAME_WIDTH}}  {outage_line(axis)}".rstrip())
    each = duration((axis.end - axis.begin).total_seconds() / axis.cells)
    lines = fence([*rows, "", f"{legend(report.strips)}   (one cell = {each})"])
    chart = gantt(report)
    if chart is None:
        return lines
    diagram, same = chart
    return [*lines, "", "```mermaid", *diagram, "```", "", "The same as a table:", "", *_block(same, report)]
