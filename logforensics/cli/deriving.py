"""Turns a Run into the model of its report: what `report` shows, and what `verify` compares a report with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from logforensics.cli.options import Run
from logforensics.cli.reading import read_boiled_down

if TYPE_CHECKING:
    from logforensics.outage.findings import Investigation
    from logforensics.report.handmarks import HandMark
    from logforensics.report.model import Report
    from logforensics.timeline.model import Timeline


class Derived(NamedTuple):
    """The timeline that was read, what was found in it, and the report that follows."""

    timeline: Timeline
    found: Investigation
    model: Report


def derive(
    run: Run,
    *,
    quotes: bool = False,
    anchors: bool = False,
    cells: int | None = None,
    marked: tuple[HandMark, ...] = (),
) -> Derived:
    """Reads the evidence and reasons; with `quotes` the cited lines' text is read again, with `anchors` their place.

    `marked` are the lines a person marked, `cells` is the length of the strips, if not the usual one.
    """
    from logforensics.cli.filters import narrowed, span
    from logforensics.cli.version import version
    from logforensics.evidence.cited import read_cited
    from logforensics.outage.verdict import investigate
    from logforensics.report.build import build_report
    from logforensics.report.changes import changes_of
    from logforensics.report.charts import CELLS
    from logforensics.report.events import cited_lines

    timeline = read_boiled_down(run)
    every = investigate(timeline, run.settings)
    found = narrowed(every, timeline, run.settings)
    changes = changes_of(timeline.events, found.outages) if quotes else ()
    cited = [*cited_lines(found), *(c.cite for c in changes), *(m.cite for m in marked)] if quotes else []
    model = build_report(
        timeline,
        found,
        run.settings,
        version=version(),
        command=run.command,
        quotes=read_cited(timeline.log_files, cited),
        changes=changes,
        cells=CELLS if cells is None else cells,
    )
    elsewhere = len(every.outages) - len(found.outages)
    model = replace(model, selection=span(timeline, run.settings), marked=marked, elsewhere=elsewhere)
    return Derived(timeline, found, _anchored(timeline, model) if anchors else model)


def _anchored(timeline: Timeline, model: Report) -> Report:
    from logforensics.evidence.anchors import anchors
    from logforensics.report.anchored import cited_in
    from logforensics.report.json import contents

    return replace(model, anchors=anchors(timeline.log_files, cited_in(contents(model))))
