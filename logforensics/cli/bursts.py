"""Turns web logs into their bursts of failing requests: the `bursts` command."""

from __future__ import annotations

from logforensics.cli.options import Run


def bursts(run: Run) -> None:
    """Show runs of failing web requests (5xx, 499), per group of endpoints, against their own usual rate.

    Example: logforensics bursts /var/log/nginx
    """
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import read

    chosen = run.format_of(("table", "json"), "table")
    timeline = read(run, fields=("status", "method", "path", "client", "agent", "request_time"))
    from logforensics.analysis.bursts import find_bursts

    answer(run, timeline, "bursts", find_bursts(timeline), chosen)
