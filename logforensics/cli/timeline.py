"""Turns logs into one timezone-aware timeline: the `timeline` command, as a table, JSON lines, CSV or Parquet."""

from __future__ import annotations

from typing import Annotated

import typer

from logforensics.cli.options import Run
from logforensics.errors import UsageError

FIELDS = (
    "time_earliest", "time_latest", "severity", "host", "program", "pid", "message",
    "status", "method", "path", "client",
)  # fmt: skip
"""What a row shows beside time, time_basis, source, file and line (DESIGN.md section 8)."""


def timeline(
    run: Run,
    csv_raw: Annotated[
        bool, typer.Option("--csv-raw", help="CSV with the texts as logged: for programs, not for spreadsheets.")
    ] = False,
) -> None:
    """Show every event of every source in one timeline; formats: table, jsonl, csv, parquet.

    In CSV a leading = + - or @ gets an apostrophe, so that no spreadsheet runs it; --csv-raw leaves it out.

    Example: logforensics timeline /var/log --around "2020-06-23 09:05" --window 10m
    """
    from logforensics.cli.findings import machine_zone
    from logforensics.cli.output import refuse_evidence, screen_of, sink
    from logforensics.cli.reading import finish, read

    chosen = run.format_of(("table", "jsonl", "json", "csv", "parquet"), "table")
    if csv_raw and chosen != "csv":
        raise UsageError("--csv-raw: goes with --format csv, or with -o FILE.csv")
    if run.output is not None:
        refuse_evidence(run.output, run.settings.paths)
    result = read(run, fields=FIELDS)
    from logforensics.report import rows
    from logforensics.report.build import zone_of

    with sink(run) as stream:
        if chosen in ("jsonl", "json"):
            chunks = rows.jsonl(result.events, machine_zone(run))
        elif chosen == "csv":
            chunks = rows.csv(result.events, machine_zone(run), raw=csv_raw)
        elif chosen == "parquet":
            chunks = rows.parquet(result.events)
        else:
            zone, screen = zone_of(result, run.settings.tz), screen_of(run)
            width = screen.width if screen.terminal else None
            chunks = rows.table(result.events, zone, width=width, ascii_only=screen.ascii_only)
        for chunk in chunks:
            stream.write(chunk)
    finish(run, result, result.events.height > 0)
