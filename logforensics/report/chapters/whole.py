"""Turns a report into its chapters in order: the verdict, its proof, what was seen beside it, people, evidence."""

from __future__ import annotations

from logforensics.report.chapters.around import observations
from logforensics.report.chapters.cause import cause, confidence
from logforensics.report.chapters.course import ending, timeline
from logforensics.report.chapters.edges import edges
from logforensics.report.chapters.effect import alibis, impact, monitors
from logforensics.report.chapters.evidence import check, evidence
from logforensics.report.chapters.marked import marked
from logforensics.report.chapters.people import people
from logforensics.report.chapters.summary import facts, summary, title
from logforensics.report.document import Blocks, Facts, Heading, Picture
from logforensics.report.model import Report
from logforensics.report.verdict import headline


def chapters(report: Report) -> Blocks:
    """Every block of the report."""
    blocks: Blocks = [Heading(1, title(report)), *summary(report)]
    if report.strips:
        blocks += [Heading(2, "Who was alive when"), Picture()]
    level = 2 if len(report.outages) == 1 else 3
    for index, outage in enumerate(report.outages):
        if level > 2:
            name = f"Outage {index + 1}: {headline(outage, report).lower()}"
            blocks += [Heading(2, name), Facts(facts(outage, report)), Picture(index)]
        blocks += edges(outage, report, index, level)
        blocks += cause(outage, report, level)
        blocks += alibis(outage, report, level)
        blocks += monitors(outage, report, level)
        blocks += impact(outage, report, level)
        blocks += timeline(outage, report, index, level)
        blocks += ending(outage, report, index, level)
        blocks += confidence(outage, level)
    blocks += [*observations(report), *marked(report)]
    if report.outages:
        blocks += people(report)
    return [*blocks, *evidence(report), *check(report)]
