"""Turns logs into their outages, without the rest of the report: the `outages` command."""

from __future__ import annotations

from typing import Annotated

import typer

from logforensics.cli.options import FINDINGS, Run
from logforensics.errors import UsageError

EDGES = ("start", "end")


def outages(
    run: Run,
    why: Annotated[
        str | None,
        typer.Option("--why", metavar="start|end", help="List every witness that bounds this edge."),
    ] = None,
) -> None:
    """Show outages: their brackets, cause, and what was hit.

    Example: logforensics outages --why start /var/log
    """
    from logforensics.cli.findings import answer
    from logforensics.cli.reading import door_of, finish, investigated, read_boiled_down

    if why is not None and why not in EDGES:
        raise UsageError(f"--why {why}: write start or end")
    chosen = run.format_of(FINDINGS, "table")
    timeline = read_boiled_down(run)
    found = investigated(run, timeline).outages
    if why is None or chosen == "json":
        answer(run, timeline, "outages", found, chosen)
        return
    from logforensics.cli.output import screen_of, write_text
    from logforensics.report.build import zone_of
    from logforensics.report.why import why as explained

    screen, zone = screen_of(run), zone_of(timeline, run.settings.tz)
    shown = door_of(run, timeline).value(found)
    write_text(run, explained(shown, why, zone, width=screen.width, ascii_only=screen.ascii_only))
    finish(run, timeline, bool(found))
