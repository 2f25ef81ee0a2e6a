"""Every mistake gets one line and its exit code, and --help shows an example."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logforensics.cli import main

Command = Callable[..., Any]
"""The fixture of conftest.py: ARGS -> (code, out, err)."""

COMMANDS = ("report", "timeline", "gaps", "bursts", "failures", "boots", "outages", "sources")


@pytest.mark.parametrize(
    "words", [(), *((name,) for name in COMMANDS), *(("parsers", name) for name in ("list", "check", "explain"))]
)
def test_every_help_has_an_example(command: Command, words: tuple[str, ...]) -> None:
    """A person who asks for help gets a line to copy."""
    done = command(*words, "--help")
    assert (done.code, "Example: logforensics" in done.out) == (0, True)


def test_the_help_of_format_names_what_the_command_writes(command: Command) -> None:
    """Nobody can guess a list of names."""
    assert "--format FORMAT    How to write it: table, json, sha256." in command("sources", "--help").out


def test_no_summary_of_a_command_is_cut(command: Command) -> None:
    """On 80 columns each fits its line."""
    assert "..." not in command("--help").out.partition("Commands:")[2]


def test_the_version_is_one_line(command: Command) -> None:
    """Scripts can read it."""
    done = command("--version")
    assert done.out.startswith("logforensics ")
    assert done.out.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("report", "NOWHERE"), "NOWHERE: no such file or folder"),
        (("gaps", "LOGS", "--threshold", "banana"), "--threshold banana: 'banana' is no duration"),
        (("timeline", "LOGS", "--since", "yesteryear"), "--since 'yesteryear' is no time"),
        (("timeline", "LOGS", "--since", "end", "--until", "start"), "--until start: is not after --since end"),
        (("timeline", "LOGS", "--tz", "Mars/Phobos"), "--tz Mars/Phobos: unknown time zone"),
        (("timeline", "LOGS", "--assume-tz", "a=X/Y"), "--assume-tz X/Y: unknown time zone"),
        (("timeline", "LOGS", "--assume-tz", "=UTC"), "--assume-tz =UTC: write ZONE, or SOURCE=ZONE"),
        (("timeline", "LOGS", "--year", "20x0"), "--year 20x0: write a whole number from 1970 to 2105"),
        (("timeline", "LOGS", "--jobs", "0"), "--jobs 0: write a whole number"),
        (("timeline", "LOGS", "--level", "loud"), "--level loud: write one of emerg, alert"),
        (("timeline", "LOGS", "--grep", "("), "--grep (: is no regular expression"),
        (("timeline", "LOGS", "--source", "nope*"), "--source nope*: matches no source; there are: access.log, syslog"),
        (("timeline", "LOGS", "--window", "1h"), "--window 1h: says how near to --around TIME"),
        (("timeline", "LOGS", "--around", "end", "--since", "start"), "--around: choose either"),
        (("timeline", "LOGS", "--color", "red"), "--color red: write auto, always or never"),
        (
            ("report", "LOGS", "--format", "pdf"),
            "--format pdf: this command writes terminal, markdown, html, svg, json",
        ),
        (("report", "LOGS", "--json", "--format", "markdown"), "--json and --format markdown: choose one"),
        (("report", "LOGS", "-o", "x.pdf"), "-o x.pdf: no format has the suffix .pdf"),
        (("report", "LOGS", "-o", "LOGS/x.md"), "lies inside the evidence"),
        (("report", "LOGS/syslog", "-o", "LOGS/syslog", "--format", "json"), "is itself evidence"),
        (("report", "LOGS", "-o", "NOWHERE/x.md"), "there is no folder"),
        (("bogus",), "no such command 'bogus'"),
        (("LOGS",), "is no command; did you mean: logforensics report LOGS"),
        (("query", "LOGS"), 'LOGS: the first argument must be SQL in quotes: logforensics query "select ..." PATH'),
        (("verify", "NOWHERE/x.html"), "No such file"),
        (("report", "--bogus"), "no such option: --bogus"),
        (("parsers", "check", "NOWHERE"), "NOWHERE: no such file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    command: Command, logs: Path, args: tuple[str, ...], message: str
) -> None:
    """Nobody needs a traceback to see a typing error."""
    done = command(*(arg.replace("LOGS", str(logs)).replace("NOWHERE", str(logs.parent / "no")) for arg in args))
    assert done.code == 2
    assert done.err.startswith("logforensics: ")
    assert message.replace("NOWHERE", str(logs.parent / "no")).replace("LOGS", str(logs)) in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


@pytest.mark.parametrize("content", [None, b"", bytes(range(256)) * 20, b"one\ntwo three\n"])
def test_evidence_without_any_log_never_gives_a_traceback(
    command: Command, tmp_path: Path, content: bytes | None
) -> None:
    """An empty folder, an empty file, a binary file, a file in no known format."""
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    done = command("report", tmp_path)
    assert done.code in (0, 3)
    assert "Traceback" not in done.err


def test_no_command_shows_the_help(command: Command) -> None:
    """A bare `logforensics` is a question."""
    done = command()
    assert (done.code, "Usage:" in done.err) == (2, True)


def test_a_reader_that_goes_away_is_no_error(logs: Path) -> None:
    """`logforensics timeline | head` ends quietly."""
    big = logs / "big.log"
    big.write_text("2020-06-23T09:00:01+10:00 web1 app[1]: a line that is long enough to fill a pipe\n" * 20000)
    line = f"{sys.executable} -m logforensics timeline {big} | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False, cwd=Path(main.__file__).parents[2])
    assert done.stderr == b""
    assert done.stdout.startswith(b"TIME")


def test_an_interrupt_is_130(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is what shells expect it to be."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", interrupted)
    assert command("report") == (130, "", "")


def test_a_full_disk_under_stdout_is_4(command: Command, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output that cannot be written is said, with exit code 4."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class Stdout(io.TextIOWrapper):
        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdout", Stdout(Full(), encoding="utf-8"))
    done = command("sources", logs)
    assert (done.code, done.err) == (4, "logforensics: stdout: No space left on device\n")
