"""Turns logs into the boots of the machine: the `boots` command."""

from __future__ import annotations

from logforensics.cli.options import Run


def boots(run: Run) -> None:
    """Show every boot, and how the session before it ended: clean, unclean or unknown.

    Example: logforensics boots /var/log
    """
    from logforensics.analysis.boots import find_boots
    from logforensics.analysis.columns import SILENCE_FIELDS
    from logforensics.cli.filters import selected
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import read_boiled_down

    chosen = run.format_of(("table", "json"), "table")
    timeline = selected(read_boiled_down(run, SILENCE_FIELDS), run.settings)
    answer(run, timeline, "boots", find_boots(timeline.events, timeline.offline), chosen)
