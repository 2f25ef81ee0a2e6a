"""Turns logs into the boots of the machine: the `boots` command."""

from __future__ import annotations

from logforensics.cli.options import Run


def boots(run: Run) -> None:
    """Show every boot, and how the session before it ended: clean, unclean or unknown.

    Example: logforensics boots /var/log
    """
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import read

    chosen = run.format_of(("table", "json"), "table")
    from logforensics.analysis.boots import find_boots

    timeline = read(run, fields=("host", "program", "message"))
    answer(run, timeline, "boots", find_boots(timeline.events), chosen)
