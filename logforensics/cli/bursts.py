"""Turns web logs into their bursts of failing requests: the `bursts` command."""

from __future__ import annotations

from logforensics.cli.options import FINDINGS, Run


def bursts(run: Run) -> None:
    """Show runs of failing web requests (5xx, 499).

    Per group of endpoints, against their own usual rate.

    Example: logforensics bursts /var/log/nginx
    """
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import investigated, read_boiled_down

    chosen = run.format_of(FINDINGS, "table")
    timeline = read_boiled_down(run, edges=True)
    answer(run, timeline, "bursts", investigated(run, timeline).bursts, chosen)
