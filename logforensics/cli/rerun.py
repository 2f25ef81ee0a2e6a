"""Turns the command line that a report records into the Run that makes the report again, wherever the evidence lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import typer

from logforensics.cli.hiding import Hiding
from logforensics.cli.options import Run, reads_evidence
from logforensics.cli.report import Threshold, with_threshold
from logforensics.errors import AlteredError, LogForensicsError, UsageError
from logforensics.evidence.names import shown
from logforensics.evidence.remote import is_url
from logforensics.settings import Recorded

TIMES = {"--since", "--until", "--around", "--window"}
"""Options whose words may count from the day on which they were typed; the report holds the instants they came to."""

OTHERS = {"--assume-tz", "--decoder-memory", "--host-from", "--source", "--threshold", "--tz", "--year"}
"""The other options that change what a report says."""

FLAGS = {"--redact"}
"""Those that take no value.  Any other option is no part of a recorded command line."""

Options = list[tuple[str, ...]]


def rerun(
    words: Sequence[str],
    paths: Sequence[str],
    selection: tuple[datetime | None, datetime | None] | None = None,
    recorded: Recorded | None = None,
    redact_map: Path | None = None,
) -> Run:
    """The Run of a recorded command line, on `paths` if there are any, else on its own.

    `selection` stands in for the options of time; `redact_map` is read and not written.  Raises
    AlteredError for a command line that no report records, and UsageError where nothing but the report names a URL:
    whoever wrote it must not choose whom this machine connects to.
    """
    own, options = _split(words)
    for word in own:
        if not paths and is_url(word):
            raise UsageError(
                f"the evidence lay at {shown(word)}: a report is not followed there; if you mean it, type it as PATH"
            )
    if selection is not None:
        options = [option for option in options if option[0] not in TIMES]
        options += [
            (option, instant.isoformat())
            for option, instant in zip(("--since", "--until"), selection, strict=True)
            if instant is not None
        ]
    runs: list[Run] = []

    def report(run: Run, threshold: Threshold = None) -> None:
        """Keeps the Run that the options mean."""
        runs.append(with_threshold(run, threshold))

    app = typer.Typer(add_completion=False)
    app.command()(reads_evidence(report))
    args = [*(word for option in options for word in option), "--", *(paths or own)]
    try:
        typer.main.get_command(app).main(args, standalone_mode=False)
    except LogForensicsError as error:
        raise AlteredError(f"tool.command: cannot be run again: {error}") from None
    run = runs[0]
    if run.hiding is not None:
        run = replace(run, hiding=Hiding(redact_map, kept=False))
    return replace(run, command=tuple(words), settings=replace(run.settings, recorded=recorded, quiet=True))


def _split(words: Sequence[str]) -> tuple[list[str], Options]:
    """The paths and the options, each with its value, of a command line as `command_line` words it."""
    if tuple(words[:2]) != ("logforensics", "report"):
        raise AlteredError(f"tool.command: begins with {' '.join(words[:2])!r}, not with 'logforensics report'")
    rest = list(words[2:])
    first = next((at for at, word in enumerate(rest) if word.startswith("--")), len(rest))
    options: Options = []
    at = first
    while at < len(rest):
        wide = 1 if rest[at] in FLAGS else 2
        if rest[at] not in TIMES | OTHERS | FLAGS or at + wide > len(rest):
            raise AlteredError(f"tool.command: {rest[at]!r} is no option that a report records")
        options.append(tuple(rest[at : at + wide]))
        at += wide
    return rest[:first], options
