"""Turns logs into the account of what was read: the `sources` command."""

from __future__ import annotations

from typing import Annotated

import typer

from logforensics.cli.options import Run
from logforensics.errors import UsageError

FORMATS = ("table", "json", "sha256")


def sources(
    run: Run,
    full: Annotated[bool, typer.Option("--full", help="Tell every file: format, lines, zone, span, hash.")] = False,
) -> None:
    """Show which logs were read, and how.

    Each with its format and zone, and where every line went; then what was passed over, damaged or assumed.

    --full tells every file once, with why it is in its format, and its hash.
    With --format sha256 it writes the hashes of the files that were read, as sha256sum -c takes them.

    Example: logforensics sources /var/log
    """
    from logforensics.cli.findings import machine_zone
    from logforensics.cli.output import screen_of, write_text
    from logforensics.cli.reading import door_of, finish, let_go, read
    from logforensics.report import json as face_json
    from logforensics.report import tables
    from logforensics.report.build import file_rows, notes, source_rows, zone_of
    from logforensics.report.escape import ascii_json

    chosen = run.format_of(FORMATS, "table")
    if chosen == "sha256" and run.hiding is not None:
        raise UsageError("--format sha256: names the files as they are, for sha256sum; leave out --redact")
    timeline = read(run, fields=(), spooled=True)
    with let_go(timeline):
        pass  # only the account of the events is told
    if chosen == "sha256":
        from logforensics.cli.output import write_bytes
        from logforensics.evidence.manifest import manifest
        from logforensics.report.escape import plain

        lines = manifest(timeline.log_files, timeline.ledger)
        if screen_of(run).terminal:  # sha256sum takes names as they are, and a terminal obeys them
            told = (line.decode("utf-8", "backslashreplace").removesuffix("\n") for line in lines)
            lines = (plain(line).encode() + b"\n" for line in told)
        write_bytes(run, lines)
        finish(run, timeline, found=False)
        return
    door = door_of(run, timeline)
    rows, files, assumed = door.value((source_rows(timeline), file_rows(timeline), notes(timeline)))
    passed_over, damage = door.value((timeline.passed_over, timeline.damage))
    if chosen == "json":
        machine = machine_zone(run)
        document = {
            "sources": [face_json.source_row(row, machine) for row in rows],
            "evidence": [face_json.file_row(file) for file in files],
            "passed_over": [face_json.passed_row(passed) for passed in passed_over],
            "damage": [face_json.damage_row(stretch) for stretch in damage],
            "assumptions": [face_json.note_row(note) for note in assumed],
        }
        write_text(run, ascii_json(document) + "\n")
    else:
        screen = screen_of(run)
        zone = zone_of(timeline, run.settings.tz)
        text = tables.sources(rows, passed_over, damage, assumed, zone, screen.width, screen.ascii_only)
        if full:
            from logforensics.report.completeness import completeness

            text = (
                completeness(rows, files, passed_over, zone, screen.width, ascii_only=screen.ascii_only) + "\n" + text
            )
        write_text(run, text)
    finish(run, timeline, found=False)
