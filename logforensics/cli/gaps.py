"""Turns logs into their silences: the `gaps` command."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from logforensics.cli.options import FINDINGS, Run, duration


def gaps(
    run: Run,
    threshold: Annotated[
        str | None,
        typer.Option("--threshold", metavar="DURATION", help="Silences longer than this [each source's own rhythm]."),
    ] = None,
) -> None:
    """Show silences: who said nothing, when, and why.

    Example: logforensics gaps --threshold 1h /var/log
    """
    from logforensics.analysis.columns import SILENCE_FIELDS
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import investigated, read_boiled_down

    if threshold is not None:
        seconds = duration("--threshold", threshold, quiet=run.settings.quiet)
        run = replace(run, settings=replace(run.settings, threshold=seconds))
    chosen = run.format_of(FINDINGS, "table")
    timeline = read_boiled_down(run, SILENCE_FIELDS, edges=True)
    answer(run, timeline, "gaps", investigated(run, timeline).gaps, chosen)
