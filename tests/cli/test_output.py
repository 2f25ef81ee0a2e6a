"""The screen is what the environment says, and output never touches the evidence."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from logforensics.cli.options import Run
from logforensics.cli.output import Screen, refuse_evidence, say, screen_of
from logforensics.errors import UsageError
from logforensics.settings import Settings


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8"}, False),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
        ({"LANG": "C"}, True),
        ({"LANG": "POSIX"}, True),
        ({}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "C.UTF-8"}, True),
    ],
)
def test_a_c_locale_gets_ascii(
    monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str], *, ascii_only: bool
) -> None:
    """Python makes C.UTF-8 of a C locale; what was set is what counts."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert screen_of(Run(Settings()), environ).ascii_only is ascii_only


def test_a_stdout_that_is_not_utf8_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the locale says."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert screen_of(Run(Settings()), {"LANG": "en_US.UTF-8"}).ascii_only


@pytest.mark.parametrize(("color", "expected"), [("auto", False), ("always", True), ("never", False)])
def test_a_pipe_gets_colour_only_when_asked_for(monkeypatch: pytest.MonkeyPatch, color: str, *, expected: bool) -> None:
    """Colour codes in a pipe are noise."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert screen_of(Run(Settings(), color=color), {"LANG": "C.UTF-8"}).color is expected


def test_a_file_is_no_terminal() -> None:
    """A file has 80 columns and no colour."""
    assert screen_of(Run(Settings(), output=Path("x.txt"))) == Screen(80, terminal=False, color=False, ascii_only=False)


@pytest.mark.parametrize("target", ["logs/x.md", "logs/deep/x.md", "logs/a.log", "deep-link/x.md"])
def test_output_inside_the_evidence_is_refused(tmp_path: Path, target: str) -> None:
    """Evidence is read, never written; links do not help."""
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    (tmp_path / "logs" / "a.log").touch()
    (tmp_path / "deep-link").symlink_to(tmp_path / "logs" / "deep")
    with pytest.raises(UsageError, match="evidence"):
        refuse_evidence(tmp_path / target, [str(tmp_path / "logs")])


def test_a_hard_link_to_an_input_is_refused(tmp_path: Path) -> None:
    """It is the same file under another name."""
    (tmp_path / "a.log").touch()
    (tmp_path / "b.md").hardlink_to(tmp_path / "a.log")
    with pytest.raises(UsageError, match="is itself evidence"):
        refuse_evidence(tmp_path / "b.md", [str(tmp_path / "*.log")])


def test_output_beside_the_evidence_is_fine(tmp_path: Path) -> None:
    """The folder above is not evidence."""
    (tmp_path / "logs").mkdir()
    refuse_evidence(tmp_path / "x.md", [str(tmp_path / "logs"), "-"])


def test_a_message_on_stderr_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """A file name can hold escape sequences, too."""
    say("x\x1b[2J\n.log")
    assert capsys.readouterr().err == "logforensics: x\\x1b[2J\\n.log\n"
