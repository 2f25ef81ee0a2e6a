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

MOST_CONTEXT = 10_000
"""Events around a hit: more than that is no context, but another question."""

FORMATS = ("table", "jsonl", "json", "csv", "parquet", "sqlite", "ecs", "timesketch", "l2tcsv")


def timeline(
    run: Run,
    csv_raw: Annotated[
        bool, typer.Option("--csv-raw", help="CSV with the texts as logged: for programs, not for spreadsheets.")
    ] = False,
    fold: Annotated[
        bool, typer.Option("--fold", help="Show lines that repeat but for their numbers once, and how often.")
    ] = False,
    context: Annotated[
        str | None,
        typer.Option("--context", "-C", metavar="N", help="N events around each one kept by --grep."),
    ] = None,
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Write straight to the terminal.")] = False,
) -> None:
    """Show every event of every source in one timeline.

    Formats: table, jsonl, csv, parquet, sqlite, ecs (Elastic Common Schema, JSON lines), timesketch (JSON lines),
    l2tcsv (plaso's CSV).

    In CSV a leading = + - or @ gets an apostrophe, so that no spreadsheet runs it; --csv-raw leaves it out.

    Example: logforensics timeline /var/log --around "2020-06-23 09:05" --window 10m
    """
    from logforensics.cli.filters import nothing_left
    from logforensics.cli.output import refuse_evidence, sink, warn
    from logforensics.cli.pager import paged
    from logforensics.cli.reading import door_of, finish, let_go, read
    from logforensics.schema import ALWAYS, SCHEMA

    chosen = run.format_of(FORMATS, "table")
    if csv_raw and chosen != "csv":
        raise UsageError("--csv-raw: goes with --format csv, or with -o FILE.csv")
    if run.output is not None:
        refuse_evidence(run.output, run.settings.paths)
    around = _number_of("--context", context)
    if chosen != "table" and (fold or around is not None):
        raise UsageError(f"--{'fold' if fold else 'context'}: goes with a table for people, not with {chosen}")
    if around is not None and run.settings.grep is None and run.settings.level is None:
        raise UsageError("--context: says how much to show around what --grep or --level keeps; add one of them")
    result = read(run, set(SCHEMA) - set(ALWAYS) if chosen in WHOLE else FIELDS, around, spooled=not fold)
    with let_go(result):
        shown = door_of(run, result).timeline(result)
        with sink(run) if no_pager or chosen != "table" else paged(run) as stream:
            for chunk in _chunks(run, shown, chosen, csv_raw=csv_raw, fold=fold):
                stream.write(chunk)
        some = any(result.stored.told) if result.stored else result.events.height > 0
    if not some:
        warn(run, nothing_left(shown, run.settings))
    finish(run, result, some)


def _number_of(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_CONTEXT):
        raise UsageError(f"{option} {text}: write a whole number from 0 to {MOST_CONTEXT}")
    return int(text)


def _chunks(run: Run, result: Timeline, chosen: str, *, csv_raw: bool, fold: bool) -> Iterator[bytes]:
    """The timeline in the format chosen."""
    from logforensics.cli.findings import machine_zone
    from logforensics.cli.output import screen_of
    from logforensics.report import exports, listing, rows
    from logforensics.report.build import zone_of
    from logforensics.report.layout import Paper
    from logforensics.timeline.saved import saved

    events, zone = result.rows, machine_zone(run)
    if chosen == "table":
        screen = screen_of(run)
        paper = Paper(screen.width, color=screen.color, ascii_only=screen.ascii_only)
        shown = listing.fold(result.events) if fold and result.events.height else events
        width = screen.width if screen.terminal else None
        return listing.listing(shown, zone_of(result, run.settings.tz), paper, width=width)
    writers: dict[str, Callable[[], Iterator[bytes]]] = {
        "jsonl": lambda: rows.jsonl(events, zone),
        "json": lambda: rows.jsonl(events, zone),
        "csv": lambda: rows.csv(events, zone, raw=csv_raw),
        "parquet": lambda: saved(result),
        "sqlite": lambda: exports.sqlite(events, zone),
        "ecs": lambda: exports.ecs(events, zone),
        "timesketch": lambda: exports.timesketch(events),
        "l2tcsv": lambda: exports.l2tcsv(events),
    }
    return writers[chosen]()
