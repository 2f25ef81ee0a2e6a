"""Turns an outage's brackets into the chapter that proves when it started and ended, edge by edge."""

from __future__ import annotations

from logforensics.outage.model import Bracket, Edge, Outage
from logforensics.report.chapters.parts import moved, proof, said, shown_by
from logforensics.report.document import Blocks, Heading, Item, Items, Para, Picture, Strong
from logforensics.report.model import Report
from logforensics.report.verdict import bracket_words
from logforensics.report.words import both, duration


def edges(outage: Outage, report: Report, index: int, level: int) -> Blocks:
    """Both brackets, each edge with its reason, its line, and what would have narrowed them."""
    blocks: Blocks = [Heading(level, "When it started and ended")]
    blocks.append(Para(Strong(f"It started {bracket_words(outage.start, report.zone)}.")))
    blocks += _bracket(outage.start, report, ("It still worked", "It had failed by then", "the logs begin later"))
    blocks.append(Picture(index, "start"))
    if outage.end is None:
        blocks.append(Para(Strong("It was not over when the logs end.")))
    else:
        blocks.append(Para(Strong(f"It ended {bracket_words(outage.end, report.zone)}.")))
        blocks += _bracket(outage.end, report, ("It still failed", "It worked again by then", "no line proves it"))
        blocks.append(Picture(index, "end"))
    if outage.wishes:
        blocks += [Para("What would have told more:"), Items.of(outage.wishes)]
    blocks.append(shown_by(report, "outages", "--why", "start"))
    return blocks


def _bracket(bracket: Bracket, report: Report, words: tuple[str, str, str]) -> Blocks:
    before, after, unknown = words
    items = [Item(f"{before}: {unknown}")] if bracket.earliest is None else [_edge(before, bracket.earliest, report)]
    items.append(_edge(after, bracket.latest, report))
    items += [
        _edge("Without counting the wait", edge, report, quote=edge.cite != bracket.latest.cite)
        for edge in bracket.outer
    ]
    blocks: Blocks = [Items(tuple(items))]
    width = 0.0 if bracket.earliest is None else (bracket.latest.time - bracket.earliest.time).total_seconds()
    if width > 0:
        narrower = "a line from between them that needed the failed part, in a log not read here, would narrow them."
        blocks.append(Para(f"The two bounds are {duration(width)} apart; {narrower}"))
    return blocks


def _edge(label: str, edge: Edge, report: Report, *, quote: bool = True) -> Item:
    text = report.quotes.get(edge.cite) if edge.cite is not None and quote else None
    when = f"{label}: {both(edge.time, report.zone)}, "
    return Item(
        (when, *said(edge.reason, report), moved(edge, report), *proof(edge.cite)), () if text is None else (text,)
    )
