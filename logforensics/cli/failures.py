"""Turns logs into the lines that testify of a failure: the `failures` command."""

from __future__ import annotations

from logforensics.cli.options import Run


def failures(run: Run) -> None:
    """Show lines that testify of a failing disk, filesystem, memory, kernel or upstream.

    Example: logforensics failures --json /var/log
    """
    from logforensics.analysis.columns import SILENCE_FIELDS
    from logforensics.analysis.failures import find_failures
    from logforensics.cli.filters import selected
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import read_boiled_down

    chosen = run.format_of(("table", "json"), "table")
    timeline = selected(read_boiled_down(run, SILENCE_FIELDS), run.settings)
    answer(run, timeline, "failures", find_failures(timeline.events), chosen)
