"""Turns logs into their silences: the `gaps` command."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from logforensics.cli.options import Run, duration


def gaps(
    run: Run,
    threshold: Annotated[
        str | None,
        typer.Option("--threshold", metavar="DURATION", help="Silences longer than this [each source's own rhythm]."),
    ] = None,
) -> None:
    """Show silences: when a source that usually speaks said nothing, and why.

    Example: logforensics gaps --threshold 1h /var/log
    """
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import read

    if threshold is not None:
        seconds = duration("--threshold", threshold)
        run = replace(run, settings=replace(run.settings, threshold=seconds))
    chosen = run.format_of(("table", "json"), "table")
    timeline = read(run, fields=())
    from logforensics.analysis.gaps import find_gaps

    answer(run, timeline, "gaps", find_gaps(timeline.events, run.settings.threshold), chosen)
