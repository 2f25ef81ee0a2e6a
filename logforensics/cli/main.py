"""Turns a command line into one command's run and an exit code; the only place where errors become lines on stderr."""

from __future__ import annotations

import os
import shlex
import sys
from typing import Annotated, Any

import typer

from logforensics.cli import (
    boots,
    bursts,
    explore,
    failures,
    gaps,
    outages,
    parsers,
    query,
    report,
    selftest,
    sources,
    timeline,
    verify,
)
from logforensics.cli.config import defaults, is_configured
from logforensics.cli.options import FINDINGS, reads_evidence
from logforensics.cli.output import abandon_stdout, say
from logforensics.cli.panels import Paneled
from logforensics.cli.signals import orderly, stopped_by
from logforensics.errors import LogForensicsError, OutputError, UsageError

INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""

app = typer.Typer(
    name="logforensics",
    help="Reads what a server's logs still say about an outage: what happened, when it started and ended, what was "
    "hit and what was not, with the lines that prove it.\n\nExample: logforensics report /var/log",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

for _module in (report, timeline, gaps, bursts, failures, boots, outages, sources, query, explore):
    _name = _module.__name__.rpartition(".")[2]
    _formats: tuple[str, ...] = getattr(_module, "FORMATS", FINDINGS)
    app.command(_name, cls=Paneled)(reads_evidence(getattr(_module, _name), _formats))
app.command("verify")(verify.verify)
app.command("selftest")(selftest.selftest)
app.add_typer(parsers.app, name="parsers")


def _version(wanted: bool) -> None:
    if wanted:
        from logforensics.cli.version import version

        typer.echo(f"logforensics {version()}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Takes the options that stand before a command."""


def _configured(words: list[str]) -> dict[str, Any]:
    """What the user's configuration makes of typer's defaults; nothing where there is none, or help is asked for."""
    if {"--help", "-h", "--version"} & set(words) or not is_configured():
        return {}
    commands = getattr(typer.main.get_command(app), "commands", {})
    options = {
        name: {
            option.removeprefix("--"): list if parameter.multiple else bool if parameter.is_flag else str
            for parameter in command.params
            if parameter.param_type_name == "option" and not parameter.hidden
            for option in parameter.opts
            if option.startswith("--")
        }
        for name, command in commands.items()
    }
    return {"default_map": _renamed(defaults(options), commands)}


def _renamed(found: dict[str, dict[str, Any]], commands: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The defaults under the names of the parameters, which differ from those of the options ("as_json", "--json")."""
    renamed: dict[str, dict[str, Any]] = {}
    for name, values in found.items():
        names = {
            option.removeprefix("--").replace("-", "_"): parameter.name
            for parameter in commands[name].params
            for option in parameter.opts
        }
        renamed[name] = {names[key]: value for key, value in values.items()}
    return renamed


def run(argv: list[str] | None = None) -> int:
    """Runs one command line and returns its exit code (DESIGN.md section 1); prints, but never a traceback."""
    words = sys.argv[1:] if argv is None else argv
    try:
        code = app(words, standalone_mode=False, **_configured(words))
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BaseException as error:
        told = _told(error, words)
        if told is None:
            raise
        return told
    return code if isinstance(code, int) else 0


def _told(error: BaseException, words: list[str]) -> int | None:
    """The exit code of an error, after one line about it; None for what only a mistake in this program can raise."""
    if isinstance(error, LogForensicsError):
        say(str(error))
        return error.exit_code
    if isinstance(error, MemoryError):
        say("out of memory; read less at once with --source, --since and --until, or fewer PATHs")
        return OutputError.exit_code
    if isinstance(error, OSError):
        # What fails while reading evidence is damage and never comes here; --help and --version write by themselves.
        say(f"{error.filename or 'stdout'}: {error.strerror or error}")
        abandon_stdout()
        return OutputError.exit_code
    # Polars' Rust code panics where it gets no thread; its class has no public name.
    if type(error).__name__ == "PanicException":
        say(f"the engine gave up: {error}; fewer --jobs or a smaller PATH may help")
        return OutputError.exit_code
    # typer's own usage errors share no public base class over its versions, only this method.
    shown = getattr(error, "format_message", None)
    if shown is None:
        return None
    message = str(shown())
    if message.startswith("Usage:"):
        # No command at all: typer raises its own help as an error.
        sys.stderr.write(message + "\n")
    elif message.startswith("No such command") and (path := next((w for w in words if os.path.lexists(w)), None)):
        say(f"{path}: is no command; did you mean: logforensics report {shlex.quote(path)}")
    elif message:
        say(f"{message[0].lower()}{message[1:].rstrip('.')}; try logforensics --help")
    return UsageError.exit_code


def main(argv: list[str] | None = None) -> None:
    """Runs the command line and exits; see logforensics.__main__ for what comes before."""
    from logforensics.cli.memory import watched

    with orderly():
        code = watched(lambda: run(argv))
    if code == INTERRUPTED and stopped_by:
        code = 128 + stopped_by[0]
    sys.exit(code)
