"""Turns logs into the lines that testify of a failure: the `failures` command."""

from __future__ import annotations

from logforensics.cli.options import FINDINGS, Run


def failures(run: Run) -> None:
    """Show lines that testify of a failure.

    Of a disk, a filesystem, memory, the kernel or an upstream.

    Example: logforensics failures --json /var/log
    """
    from logforensics.analysis.columns import SILENCE_FIELDS
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import investigated, read_boiled_down

    chosen = run.format_of(FINDINGS, "table")
    timeline = read_boiled_down(run, SILENCE_FIELDS)
    answer(run, timeline, "failures", investigated(run, timeline).failures, chosen)
