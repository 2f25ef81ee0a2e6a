"""Turns logs into their outages, without the rest of the report: the `outages` command."""

from __future__ import annotations

from logforensics.cli.options import Run


def outages(run: Run) -> None:
    """Show outages: start and end as brackets, scope, cause, and what was hit.

    Example: logforensics outages --json /var/log
    """
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import investigated, read_boiled_down

    chosen = run.format_of(("table", "json"), "table")
    timeline = read_boiled_down(run)
    answer(run, timeline, "outages", investigated(run, timeline).outages, chosen)
