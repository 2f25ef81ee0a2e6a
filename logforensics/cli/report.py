"""Turns a log folder into the verdict: the `report` command, for a terminal, as Markdown, HTML or JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logforensics.cli.options import Run, duration
from logforensics.errors import UsageError

if TYPE_CHECKING:
    from logforensics.report.model import Report

FORMATS = ("terminal", "markdown", "html", "svg", "json")
"""The first three also for a notice."""

Threshold = Annotated[
    str | None, typer.Option("--threshold", metavar="DURATION", help="List silences longer than this [own rhythm].")
]


def with_threshold(run: Run, threshold: str | None) -> Run:
    """The run with --threshold in its settings; UsageError for what is no duration."""
    if threshold is None:
        return run
    seconds = duration("--threshold", threshold, quiet=run.settings.quiet)
    return replace(run, settings=replace(run.settings, threshold=seconds))


def report(
    run: Run,
    threshold: Threshold = None,
    full: Annotated[bool, typer.Option("--full", help="Tell everything on the terminal, not one screen.")] = False,
    public: Annotated[bool, typer.Option("--public", help="A notice for users: no names, addresses, paths.")] = False,
    marks: Annotated[
        str | None, typer.Option("--marks", metavar="FILE", help="Lines marked in explore, for Markdown and HTML.")
    ] = None,
) -> None:
    """Tell what happened, when, what was hit, and why.

    Start and end as brackets, each with the line that proves it; what provably was not hit; and why nobody noticed.

    Example: logforensics report /var/log -o incident.html
    """
    from logforensics.cli.deriving import derive
    from logforensics.cli.findings import machine_zone
    from logforensics.cli.output import refuse_evidence, screen_of, warn, write_text
    from logforensics.cli.reading import door_of, finish
    from logforensics.report.charts import CELLS
    from logforensics.report.handmarks import read_marks
    from logforensics.report.nothing import beside, blind, nothing_found
    from logforensics.report.terminal import room_for_strips

    run = with_threshold(run, threshold)
    chosen = run.format_of(FORMATS[:3] if public else FORMATS, "terminal")
    if run.output is not None:
        # A refusal after minutes of reading would be a waste of them.
        refuse_evidence(run.output, run.settings.paths)
    if marks is not None and (public or chosen not in ("markdown", "html")):
        raise UsageError("--marks: goes with -o FILE.md or -o FILE.html")
    marked = () if marks is None else read_marks(Path(marks))
    screen = screen_of(run)
    cells = room_for_strips(screen.width)[1] if chosen == "terminal" else CELLS
    timeline, found, model = derive(run, quotes=chosen != "json", anchors=chosen == "json", cells=cells, marked=marked)
    if chosen in ("html", "svg") and not public:
        from logforensics.report.lanes import panels_of

        model = replace(model, panels=panels_of(model, timeline.events, found.outcomes))
    model = door_of(run, timeline).report(model)
    if public and not model.outages and (beside(model) or blind(model)):
        told = nothing_found(model)[0].rstrip(".")
        raise UsageError(f"--public: writes nothing, for it would be an all-clear: {told}")
    if public:
        write_text(run, _notice(model, chosen))
    elif chosen in ("html", "svg"):
        from logforensics.report import html, svg

        write_text(run, html.render(model) if chosen == "html" else svg.render(model))
    elif chosen == "json":
        from logforensics.report import json as face_json

        write_text(run, face_json.render(model, machine_zone(run)))
    elif chosen == "markdown":
        from logforensics.report import markdown

        write_text(run, markdown.render(model))
    else:
        from logforensics.report import terminal

        text = terminal.render(
            model,
            width=screen.width,
            height=screen.height,
            color=screen.color,
            ascii_only=screen.ascii_only,
            full=full or run.output is not None,
        )
        write_text(run, text)
    if run.output is not None:
        warn(run, f"wrote {run.output}")
    finish(run, timeline, bool(model.outages))


def _notice(model: Report, chosen: str) -> str:
    """The notice for users in one of its faces."""
    if chosen == "html":
        from logforensics.report import html

        return html.render_public(model)
    if chosen == "markdown":
        from logforensics.report import markdown

        return markdown.render_public(model)
    from logforensics.report.public import plain_text

    return plain_text(model)
