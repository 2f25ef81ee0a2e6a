"""Writes docs/reference.md and docs/logforensics.1 from the program itself:  ./run python docs/generate.py.

tests/test_docs.py fails where they are out of date.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import typer

from logforensics.cli.main import app
from logforensics.cli.options import PICKS_EVENTS, shared

HERE = Path(__file__).resolve().parent

EXITS = (
    ("0", "done"),
    ("1", "something was found, with --exit-code; for verify: the report does not hold"),
    ("2", "the command line, an option, a path or a definition cannot be meant"),
    ("3", "done, but some evidence was damaged or could not be read"),
    ("4", "the output could not be written"),
    ("130", "interrupted (143 by SIGTERM)"),
)

FILES = (
    ("/var/log", "what is read where no PATH is given"),
    ("~/.config/logforensics/logforensics.toml", "your own defaults; LOGFORENSICS_CONFIG names another file"),
    ("~/.config/logforensics/parsers/*.toml", "your own definitions of formats"),
)

VARIABLES = (
    (
        "LOGFORENSICS_OPTION",
        "the default of an option, as LOGFORENSICS_TZ; LOGFORENSICS_GAPS_THRESHOLD for one command",
    ),
    ("LOGFORENSICS_PAGER, PAGER", "what shows a long listing on a terminal; cat for nothing"),
    ("NO_COLOR", "no colour"),
    ("TMPDIR", "where the members of packed bundles are held while they are read"),
)


def leaves(command: Any, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:  # noqa: ANN401 - typer's click has no public type
    """Every command that does something, by the words that call it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {words: command}
    return {path: leaf for name, sub in inner.items() for path, leaf in leaves(sub, (*words, name)).items()}


def common() -> set[str]:
    """The names of the parameters that every command which reads evidence has."""
    return set(inspect.signature(shared).parameters) - set(PICKS_EVENTS)


def help_of(command: Any) -> list[str]:  # noqa: ANN401
    """The paragraphs of a command's help, the example left out."""
    text = inspect.cleandoc(command.help or "")
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    return [part for part in paragraphs if not part.startswith("Example: ")]


def example_of(command: Any) -> str | None:  # noqa: ANN401
    """The example in a command's help."""
    found = re.search(r"Example: (.+)", " ".join(inspect.cleandoc(command.help or "").split()))
    return found[1] if found else None


def options_of(command: Any, *, own: bool) -> list[tuple[str, str]]:  # noqa: ANN401
    """(spelling, help) of a command's own options and arguments, or of those it shares with the others."""
    rows = []
    for parameter in command.params:
        if (parameter.name in common()) is own or parameter.name == "help" or getattr(parameter, "hidden", False):
            continue
        if parameter.param_type_name == "argument":
            rows.append((parameter.metavar or parameter.name.upper(), parameter.help or ""))
            continue
        value = "" if parameter.is_flag else f" {parameter.metavar or 'TEXT'}"
        rows.append((", ".join(sorted(parameter.opts, key=len)) + value, parameter.help or ""))
    return rows


def usage_of(words: tuple[str, ...], command: Any) -> str:  # noqa: ANN401
    """One line of how a command is called."""
    arguments = [p.metavar or p.name.upper() for p in command.params if p.param_type_name == "argument"]
    return " ".join(["logforensics", *words, *arguments, "[OPTION]..."])


def commands() -> dict[tuple[str, ...], Any]:
    """Every command."""
    return leaves(typer.main.get_command(app))


def reference() -> str:
    """docs/reference.md."""
    lines = [
        "# Reference",
        "",
        "Made from the program by `./run python docs/generate.py`; `logforensics COMMAND --help` tells the same.",
        "",
    ]
    every = commands()
    for words, command in every.items():
        lines += [f"## {' '.join(words)}", "", "```text", usage_of(words, command), "```", ""]
        for paragraph in help_of(command):
            lines += [*textwrap.wrap(_escaped(paragraph), 128, break_long_words=False, break_on_hyphens=False), ""]
        own = options_of(command, own=True)
        if own:
            lines += [*_table(("option", "meaning"), own), ""]
        if (example := example_of(command)) is not None:
            lines += ["```sh", example, "```", ""]
    lines += ["## Options of every command that reads logs", ""]
    lines += [*_table(("option", "meaning"), options_of(every["report",], own=False)), ""]
    lines += ["## Exit codes", "", *_table(("code", "meaning"), EXITS), ""]
    lines += ["## Files", "", *_table(("file", "what it is"), FILES), ""]
    lines += ["## Variables", "", *_table(("variable", "meaning"), VARIABLES), ""]
    return "\n".join(lines).rstrip() + "\n"


def _escaped(text: str) -> str:
    return text.replace("<", "\\<").replace("*", "\\*")


def _table(head: tuple[str, str], rows: Any) -> list[str]:  # noqa: ANN401
    cells = [(f"`{name}`", text.replace("|", "\\|")) for name, text in rows]
    return [f"| {head[0]} | {head[1]} |", "| --- | --- |", *(f"| {name} | {text} |" for name, text in cells)]


def manual() -> str:
    """docs/logforensics.1, in the man macros."""
    every = commands()
    lines = [
        '.TH LOGFORENSICS 1 "" "logforensics" "User Commands"',
        ".SH NAME",
        "logforensics \\- tell an outage from a host's own logs, with the lines that prove it",
        ".SH SYNOPSIS",
        ".B logforensics",
        "COMMAND [PATH]... [OPTION]...",
        ".SH DESCRIPTION",
        *_roff(
            "Reads what a server's logs still say and answers: what happened, when exactly it started and ended, "
            "what was hit and what was provably not, and why nobody noticed. Each edge of an outage is a bracket, "
            "and each sentence names the file and line that prove it. Evidence is opened read-only, and nothing "
            "leaves the machine."
        ),
        ".SH COMMANDS",
    ]
    for words, command in every.items():
        lines += [f".SS {_plain(usage_of(words, command))}"]
        for number, paragraph in enumerate(help_of(command)):
            lines += [*([".PP"] if number else []), *_roff(paragraph)]
        lines += _listed(options_of(command, own=True))
        if (example := example_of(command)) is not None:
            lines += [".PP", "Example:", ".PP", ".nf", ".RS", _plain(example), ".RE", ".fi"]
    lines += [".SH OPTIONS OF EVERY COMMAND THAT READS LOGS", *_listed(options_of(every["report",], own=False))]
    lines += [".SH EXIT STATUS", *_listed(EXITS)]
    lines += [".SH FILES", *_listed(FILES)]
    lines += [".SH ENVIRONMENT", *_listed(VARIABLES)]
    lines += [".SH SEE ALSO", ".BR journalctl (1),", ".BR last (1),", ".BR lnav (1)"]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that roff shows as it is: backslashes and dashes escaped, no control line by accident."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def _roff(paragraph: str) -> list[str]:
    return [_plain(line) for line in textwrap.wrap(paragraph, 100, break_on_hyphens=False)]


def _listed(rows: Any) -> list[str]:  # noqa: ANN401
    return [line for name, text in rows for line in (".TP", f".B {_plain(name)}", *_roff(text))]


def main() -> None:
    """Writes both."""
    (HERE / "reference.md").write_text(reference(), encoding="utf-8")
    (HERE / "logforensics.1").write_text(manual(), encoding="utf-8")


if __name__ == "__main__":
    main()
