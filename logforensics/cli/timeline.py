"""Turns logs into one timezone-aware timeline: the `timeline` command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from logforensics.cli.options import Run
from logforensics.errors import UsageError

if TYPE_CHECKING:
    from logforensics.timeline.model import Timeline

FIELDS = (
    "time_earliest", "time_latest", "severity", "host", "program", "pid", "message",
    "status", "method", "path", "client",
)  # fmt: skip
"""What a row shows beside time, time_basis, source, file and line (DESIGN.md section 8)."""

WHOLE = ("parquet", "ecs", "timesketch", "sqlite")
"""Formats that hold every column there is."""

FORMATS = ("table", "jsonl", "json", "csv", "parquet", "sqlite", "ecs", "timesketch", "l2tcsv")


def timeline(
    run: Run,
    csv_raw: Annotated[
        bool, typer.Option("--csv-raw", help="CSV with the texts as logged: for programs, not for spreadsheets.")
    ] = False,
) -> None:
    """Show every event of every source in one timeline.

    Formats: table, jsonl, csv, parquet, sqlite, ecs (Elastic Common Schema, JSON lines), timesketch (JSON lines),
    l2tcsv (plaso's CSV).

    In CSV a leading = + - or @ gets an apostrophe, so that no spreadsheet runs it; --csv-raw leaves it out.

    Example: logforensics timeline /var/log --around "2020-06-23 09:05" --window 10m
    """
    from logforensics.cli.output import refuse_evidence, sink
    from logforensics.cli.reading import finish, read
    from logforensics.schema import ALWAYS, SCHEMA

    chosen = run.format_of(FORMATS, "table")
    if csv_raw and chosen != "csv":
        raise UsageError("--csv-raw: goes with --format csv, or with -o FILE.csv")
    if run.output is not None:
        refuse_evidence(run.output, run.settings.paths)
    result = read(run, fields=set(SCHEMA) - set(ALWAYS) if chosen in WHOLE else FIELDS)
    with sink(run) as stream:
        for chunk in _chunks(run, result, chosen, csv_raw=csv_raw):
            stream.write(chunk)
    finish(run, result, result.events.height > 0)


def _chunks(run: Run, result: Timeline, chosen: str, *, csv_raw: bool) -> Iterator[bytes]:
    """The timeline in the format chosen."""
    from logforensics.cli.findings import machine_zone
    from logforensics.cli.output import screen_of
    from logforensics.report import exports, rows
    from logforensics.report.build import zone_of

    events, zone = result.events, machine_zone(run)
    if chosen == "table":
        screen = screen_of(run)
        width = screen.width if screen.terminal else None
        return rows.table(events, zone_of(result, run.settings.tz), width=width, ascii_only=screen.ascii_only)
    writers: dict[str, Callable[[], Iterator[bytes]]] = {
        "jsonl": lambda: rows.jsonl(events, zone),
        "json": lambda: rows.jsonl(events, zone),
        "csv": lambda: rows.csv(events, zone, raw=csv_raw),
        "parquet": lambda: rows.parquet(events),
        "sqlite": lambda: exports.sqlite(events, zone),
        "ecs": lambda: exports.ecs(events, zone),
        "timesketch": lambda: exports.timesketch(events),
        "l2tcsv": lambda: exports.l2tcsv(events),
    }
    return writers[chosen]()
