"""Turns logs into the lines that testify of a failure: the `failures` command."""

from __future__ import annotations

from logforensics.cli.options import Run


def failures(run: Run) -> None:
    """Show lines that testify of a failing disk, filesystem, memory, kernel or upstream.

    Example: logforensics failures --json /var/log
    """
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import read

    chosen = run.format_of(("table", "json"), "table")
    from logforensics.analysis.failures import find_failures

    timeline = read(run, fields=("host", "program", "message"))
    answer(run, timeline, "failures", find_failures(timeline.events), chosen)
