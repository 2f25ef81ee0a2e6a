"""Turns logs into the boots of the machine: the `boots` command."""

from __future__ import annotations

from logforensics.cli.options import FINDINGS, Run


def boots(run: Run) -> None:
    """Show every boot, and how the session before ended.

    Clean (it was shut down), unclean (it was not), or unknown.

    Example: logforensics boots /var/log
    """
    from logforensics.analysis.columns import SILENCE_FIELDS
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import investigated, read_boiled_down

    chosen = run.format_of(FINDINGS, "table")
    timeline = read_boiled_down(run, SILENCE_FIELDS)
    answer(run, timeline, "boots", investigated(run, timeline).boots, chosen)
