"""Turns web logs into their bursts of failing requests: the `bursts` command."""

from __future__ import annotations

from logforensics.cli.options import Run


def bursts(run: Run) -> None:
    """Show runs of failing web requests (5xx, 499), per group of endpoints, against their own usual rate.

    Example: logforensics bursts /var/log/nginx
    """
    from logforensics.analysis.bursts import find_bursts
    from logforensics.cli.filters import narrowed
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import read_boiled_down
    from logforensics.outage.facts import gather
    from logforensics.outage.findings import Investigation

    chosen = run.format_of(("table", "json"), "table")
    timeline = read_boiled_down(run, edges=True)
    facts = gather(timeline)
    found = Investigation((), (), (), find_bursts(facts.runs, facts.outcomes), (), ())
    answer(run, timeline, "bursts", narrowed(found, timeline, run.settings).bursts, chosen)
