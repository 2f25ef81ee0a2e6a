"""Turns a cause and the brackets into the chapters on why it happened and on how sure each conclusion is."""

from __future__ import annotations

from logforensics.outage.model import Bracket, Outage
from logforensics.report.chapters.parts import quoted, said
from logforensics.report.document import Blocks, Code, Heading, Items, Para, Span, Strong, Table, Words
from logforensics.report.model import Report
from logforensics.report.verdict import DECIDES, cause_noun
from logforensics.report.words import both, duration, plural, sureness

MOST_EVIDENCE, MOST_QUOTES = 8, 4
"""Lines named, and lines shown: the same complaint ten times tells no more than four."""


def cause(outage: Outage, report: Report, level: int) -> Blocks:
    """The likeliest cause, its reasons and lines, and what went along with it."""
    kind = outage.cause.kind
    blocks: Blocks = [Heading(level, "Cause")]
    if kind == "unknown":
        blocks.append(Para("The logs do not show it."))
    else:
        sure = f"{sureness(outage.cause.confidence)}: confidence {outage.cause.confidence:.2f} of 1"
        best = "It is what the evidence supports best, not the only factor."
        words = cause_noun(outage)
        best = f"A line first told it at {both(told, report.zone)}. {best}" if (told := outage.cause.told) else best
        blocks.append(Para(("Most likely: ", Strong(words), " (", Code(kind), f"), {sure}. {best}")))
    if outage.cause.reasons:
        blocks.append(Items.of(said(reason, report) for reason in outage.cause.reasons))
    evidence = outage.cause.evidence
    if evidence:
        shown: list[Span] = ["Evidence: "]
        for index, cite in enumerate(evidence[:MOST_EVIDENCE]):
            shown += [", ", cite] if index else [cite]
        more = len(evidence) - MOST_EVIDENCE
        blocks.append(Para((*shown, f" and {more:,} more" if more > 0 else "")))
        blocks += quoted(evidence[:MOST_QUOTES], report.quotes)
    if outage.notes:
        blocks.append(Items.of(said(note, report) for note in outage.notes))
    return blocks


def confidence(outage: Outage, level: int) -> Blocks:
    """Each conclusion, what it rests on, and what would change it."""
    rows: list[tuple[Words, ...]] = [
        (
            "When it started",
            _bounds(outage.start),
            "a line from between the bounds, of something that needed what failed",
        ),
        (
            "When it ended",
            "it had not ended" if outage.end is None else _bounds(outage.end),
            "later logs" if outage.end is None else "a failure after the end that is not in these logs",
        ),
        ("Cause", _cause(outage), DECIDES.get(outage.cause.kind, DECIDES["unknown"])),
    ]
    failed = sum(alibi.failures for alibi in outage.alibis if alibi.verdict == "failed")
    good = sum(alibi.successes for alibi in outage.alibis if alibi.verdict == "working" and alibi.kind == "endpoint")
    if outage.affected:
        rows.append(("What was hit", f"{plural(failed, 'failed request')} of it", "good answers of it at that time"))
    if outage.unaffected:
        rows.append(("What was not hit", plural(good, "good answer"), "a failed request of it at that time"))
    head = ("Conclusion", "Rests on", "What would change it")
    return [Heading(level, "How sure is this"), Table("The conclusions and their grounds", head, rows)]


def _bounds(bracket: Bracket) -> str:
    if bracket.earliest is None:
        return "one bound only: the logs begin later"
    return f"a line on either side, {duration((bracket.latest.time - bracket.earliest.time).total_seconds())} apart"


def _cause(outage: Outage) -> str:
    if outage.cause.kind == "unknown":
        return "not known"
    lines = plural(len(outage.cause.evidence), "line")
    return f"{lines}; {sureness(outage.cause.confidence)}, confidence {outage.cause.confidence:.2f}"
