"""Turns a command line into one command's run and an exit code; the only place where errors become lines on stderr."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from logforensics.cli import boots, bursts, failures, gaps, outages, parsers, report, sources, timeline, verify
from logforensics.cli.options import reads_evidence
from logforensics.cli.output import say
from logforensics.errors import LogForensicsError, OutputError, UsageError

INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""

BROKEN_PIPE = 141
"""128 + SIGPIPE: what a program that dies of the signal has, so that `set -o pipefail` sees no surprise."""

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

for _module in (report, timeline, gaps, bursts, failures, boots, outages, sources):
    _name = _module.__name__.rpartition(".")[2]
    app.command(_name)(reads_evidence(getattr(_module, _name)))
app.command("verify")(verify.verify)
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


def run(argv: list[str] | None = None) -> int:
    """Runs one command line and returns its exit code (DESIGN.md section 1); prints, but never a traceback."""
    try:
        code = app(sys.argv[1:] if argv is None else argv, standalone_mode=False)
        sys.stdout.flush()
    except LogForensicsError as error:
        say(str(error))
        code = error.exit_code
    except BrokenPipeError:
        # The reader has gone, as `head` does; Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except MemoryError:
        say("out of memory; read less at once with --source, --since and --until, or fewer PATHs")
        code = OutputError.exit_code
    except Exception as error:
        # typer's own usage errors share no public base class over its versions, only this method.
        shown = getattr(error, "format_message", None)
        if shown is None:
            raise
        message = str(shown())
        if message.startswith("Usage:"):
            # No command at all: typer raises its own help as an error.
            sys.stderr.write(message + "\n")
        elif message:
            say(f"{message[0].lower()}{message[1:].rstrip('.')}; try logforensics --help")
        code = UsageError.exit_code
    return code if isinstance(code, int) else 0


def main(argv: list[str] | None = None) -> None:
    """The entry point of the `logforensics` script: runs the command line and exits."""
    sys.exit(run(argv))
