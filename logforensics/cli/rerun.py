"""Turns the command line that a report records into the Run that makes the report again, wherever the evidence lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import typer

from logforensics.cli.options import Run, reads_evidence
from logforensics.cli.report import Threshold, with_threshold
from logforensics.errors import AlteredError, LogForensicsError
from logforensics.settings import Recorded

TIMES = {"--since", "--until", "--around", "--window"}
"""Options whose words may count from the day on which they were typed; the report holds the instants they came to."""

OTHERS = {"--assume-tz", "--grep", "--level", "--source", "--threshold", "--tz", "--year"}
"""The other options that change what a report says.  Any other one is no part of a recorded command line."""


def rerun(
    words: Sequence[str],
    paths: Sequence[str],
    selection: tuple[datetime | None, datetime | None] | None = None,
    recorded: Recorded | None = None,
) -> Run:
    """The Run of a recorded command line, on `paths` if there are any, else on its own.

    `selection` stands in for the options of time.  Raises AlteredError for a command line that no report records.
    """
    own, options = _split(words)
    if selection is not None:
        options = [(option, value) for option, value in options if option not in TIMES]
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
    args = [*(word for pair in options for word in pair), "--", *(paths or own)]
    try:
        typer.main.get_command(app).main(args, standalone_mode=False)
    except LogForensicsError as error:
        raise AlteredError(f"tool.command: cannot be run again: {error}") from None
    run = runs[0]
    return replace(run, command=tuple(words), settings=replace(run.settings, recorded=recorded))


def _split(words: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The paths and the (option, value) pairs of a command line as `command_line` words it."""
    if tuple(words[:2]) != ("logforensics", "report"):
        raise AlteredError(f"tool.command: begins with {' '.join(words[:2])!r}, not with 'logforensics report'")
    rest = list(words[2:])
    first = next((at for at, word in enumerate(rest) if word.startswith("--")), len(rest))
    options = list(zip(rest[first::2], rest[first + 1 :: 2], strict=False))
    unknown = [option for option, _ in options if option not in TIMES | OTHERS]
    if unknown or 2 * len(options) != len(rest) - first:
        raise AlteredError(f"tool.command: {(unknown or rest[-1:])[0]!r} is no option that a report records")
    return rest[:first], options
