"""Options as typed become one Run; the command line in a report leaves out what only chooses its looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from logforensics.cli.options import Run, command_line, shared
from logforensics.errors import UsageError
from logforensics.settings import Settings


def test_no_path_means_var_log() -> None:
    """The usual place."""
    assert shared().settings == Settings(paths=("/var/log",))


def test_options_become_settings() -> None:
    """Each option lands in the field of its name."""
    run = shared(
        ["a"], around="end", window="10m", tz="+02:00", assume_tz=["UTC", "b=+01:00"], year="2020", source=["n*"],
        level="error", grep="x", jobs="2", quiet=True,
    )  # fmt: skip
    assert run.settings == Settings(
        paths=("a",), around="end", window=600.0, tz="+02:00", assume_tz=(("*", "UTC"), ("b", "+01:00")), year=2020,
        source=("n*",), level="err", grep="x", jobs=2, quiet=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (Run(Settings()), "terminal"),
        (Run(Settings(), format="json"), "json"),
        (Run(Settings(), output=Path("a.MD")), "markdown"),
        (Run(Settings(), output=Path("a.txt")), "terminal"),
        (Run(Settings(), output=Path("a")), "terminal"),
        (Run(Settings(), format="json", output=Path("a.md")), "json"),
        (Run(Settings(), format="md"), "markdown"),
        (Run(Settings(), format="txt"), "terminal"),
    ],
)
def test_the_format_is_the_option_or_the_suffix(run: Run, expected: str) -> None:
    """What was asked for in so many words wins."""
    assert run.format_of(("terminal", "markdown", "json"), "terminal") == expected


def test_a_format_that_a_command_cannot_write_is_refused() -> None:
    """A list of what it can is given."""
    with pytest.raises(UsageError, match="--format csv: this command writes table, json"):
        Run(Settings(), format="csv").format_of(("table", "json"), "table")


def test_the_command_line_of_a_report_has_only_what_changes_its_content() -> None:
    """Where it was written to and with how many threads is no part of the result."""
    values = {
        "paths": ["logs"], "since": "end-2h", "assume_tz": ["UTC"], "as_json": True, "format_": "json",
        "output": "x.md", "color": "never", "quiet": True, "jobs": "2", "exit_code": True, "level": None,
    }  # fmt: skip
    assert command_line("report", values) == (
        "logforensics", "report", "logs", "--assume-tz", "UTC", "--since", "end-2h",
    )  # fmt: skip
