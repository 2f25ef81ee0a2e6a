"""Tests that the documents say what the program does: no command, option or parser is invented or left out."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from logforensics.cli.main import app, run
from logforensics.parsing.binary import BINARY

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = README + "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))


def leaves(command: Any, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:  # noqa: ANN401 -- typer's click has no public type
    """Every command that does something, by the words that call it: ("parsers", "check") for instance."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {words: command}
    return {path: leaf for name, sub in inner.items() for path, leaf in leaves(sub, (*words, name)).items()}


COMMANDS = leaves(typer.main.get_command(app))


def documented() -> list[str]:
    """The lines of the README's code blocks that call logforensics, without comment and without `./run`."""
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.split("\n")]
    calls = [line.removeprefix("./run ") for line in lines]
    return sorted({call for call in calls if call.startswith("logforensics ")})


def called(words: list[str]) -> tuple[str, ...]:
    """The words of a command line that name the command."""
    for length in (2, 1):
        if tuple(words[1 : 1 + length]) in COMMANDS:
            return tuple(words[1 : 1 + length])
    return ()


def test_readme_shows_commands() -> None:
    """The README's code blocks call the program at all, so that the tests below test something."""
    assert "logforensics report fixtures/makemeapassword-2020-06" in documented()


def test_readme_shows_the_true_first_screen(monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:  # noqa: ANN401 -- pytest's generic
    """What the README says the first command answers is what it answers, to the letter."""
    shown = re.search(
        r"^<!-- the output of the first command, as it is -->\n```text\n(.*?)^```", README, re.DOTALL | re.MULTILINE
    )
    assert shown is not None
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert run(["report", "fixtures/makemeapassword-2020-06", "--quiet"]) == 0
    assert capfdbinary.readouterr().out.decode() == shown.group(1)


@pytest.mark.parametrize("line", documented())
def test_documented_command_exists(line: str) -> None:
    """A command line in the README names a command of the program and only options that this command has."""
    words = shlex.split(line)
    name = called(words)
    assert name in COMMANDS, f"{line}: there is no such command"
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    used = {word.split("=")[0] for word in words if word.startswith("-") and word != "-"}
    assert used - known == set()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_is_documented(name: tuple[str, ...]) -> None:
    """Every command is shown in the README."""
    assert f"logforensics {' '.join(name)}" in README


PARSERS = sorted([path.stem for path in (ROOT / "parsers").glob("*.toml")] + [d.name for d in BINARY.values()])


@pytest.mark.parametrize("name", PARSERS)
def test_parser_is_documented(name: str) -> None:
    """Every parser has a row in a table of README.md or docs/*.md."""
    assert f"| `{name}` |" in DOCUMENTS


def test_documents_invent_no_parser() -> None:
    """Every row of a table of parsers is one that exists."""
    tables = re.findall(r"^\| parser \| reads \|\n(?:\|.*\n)+", DOCUMENTS, re.MULTILINE)
    rows = {name for table in tables for name in re.findall(r"^\| `([a-z0-9_]+)` \|", table, re.MULTILINE)}
    assert rows - set(PARSERS) == set()


def test_reference_and_manual_are_up_to_date() -> None:
    """They say what the program says; `./run python docs/generate.py` writes them anew."""
    generator = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == generator["reference"]()
    assert (ROOT / "docs" / "logforensics.1").read_text(encoding="utf-8") == generator["manual"]()
