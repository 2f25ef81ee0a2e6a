"""Turns parser definitions into lists, checks and explanations: the `parsers` commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from logforensics.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from logforensics.parsing.explain import Explanation

app = typer.Typer(
    help="List, draft, check and explain log formats.\n\nExample: logforensics parsers list",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def _print(text: str) -> None:
    from logforensics.cli.options import Run
    from logforensics.cli.output import write_text
    from logforensics.settings import Settings

    write_text(Run(Settings()), text)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Show every log format that can be read, your own included.

    Example: logforensics parsers list
    """
    from logforensics.parsing.binary import BINARY
    from logforensics.parsing.library import load_definitions
    from logforensics.report.escape import ascii_json, plain
    from logforensics.report.layout import columns

    definitions = sorted((*load_definitions(), *BINARY.values()), key=lambda definition: definition.name)
    if as_json:
        rows = [
            {"name": d.name, "title": d.title, "reference": d.reference, "files": list(d.files), "origin": d.origin}
            for d in definitions
        ]
        _print(ascii_json({"parsers": rows}) + "\n")
        return
    table = [(d.name, plain(d.title)) for d in definitions]
    _print("\n".join(columns(("PARSER", "READS"), table, 120)) + "\n")


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A parser definition (TOML).")], as_json: Json = False
) -> None:
    """Check a parser definition: its keys, its patterns, its samples.

    Example: logforensics parsers check my_app.toml
    """
    from pathlib import Path

    from logforensics.parsing.checks import check as problems_of
    from logforensics.report.escape import ascii_json, plain

    path = Path(file)
    if not path.is_file():
        raise UsageError(f"{file}: no such file")
    problems = problems_of(path)
    if as_json:
        _print(ascii_json({"file": file, "problems": list(problems)}) + "\n")
    elif problems:
        _print("\n".join(plain(problem) for problem in problems) + "\n")
    else:
        _print(f"{plain(file)}: every check passed\n")
    if problems:
        raise typer.Exit(2)


@app.command()
def explain(
    log: Annotated[str, typer.Argument(metavar="LOGFILE", help="A log file, or a folder of them.")],
    redact: Annotated[
        bool, typer.Option("--redact", help="Pseudonyms for addresses, users, hosts, e-mail and secrets.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show which format a log file is in, and why.

    Example: logforensics parsers explain /var/log/syslog
    """
    from logforensics.cli.hiding import Hiding, Open
    from logforensics.evidence.discover import discover
    from logforensics.evidence.sample import sample_lines
    from logforensics.parsing.binary import explain_binary
    from logforensics.parsing.explain import explain as account_of
    from logforensics.parsing.library import load_definitions
    from logforensics.report.escape import ascii_json

    found = discover([log])
    definitions = load_definitions()
    files = [file for source in found.sources for file in source.files]
    door = Hiding().opened(files) if redact else Open()
    try:
        accounts = [
            account_of(file.name, sample_lines(file), definitions) if file.kind == "text" else explain_binary(file)
            for file in files
        ]
    except OSError as error:
        raise EvidenceError(f"{log}: {error.strerror}") from error
    accounts, passed_over = door.value((accounts, found.passed_over))
    if as_json:
        passed = [{"file": item.name, "state": item.state, "reason": item.reason} for item in passed_over]
        _print(ascii_json({"files": [_account_row(account) for account in accounts], "passed_over": passed}) + "\n")
        return
    lines = [line for account in accounts for line in _account_lines(account)]
    lines += [f"{_plain(item.name)}: {item.state}: {_plain(item.reason)}" for item in passed_over]
    _print("\n".join(lines) + "\n")


@app.command()
def new(
    log: Annotated[str, typer.Argument(metavar="LOGFILE", help="A text log in no known format.")],
    output: Annotated[str | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
) -> None:
    """Draft a parser definition (TOML) from the lines of a log.

    It finds the time, its spelling and zone, the level, the program and its process. The draft passes `parsers check`
    and reads the log; what it does not know is said in it.

    Example: logforensics parsers new my_app.log -o my_app.toml
    """
    from pathlib import Path

    from logforensics.cli.options import Run
    from logforensics.cli.output import write_text
    from logforensics.evidence.discover import discover
    from logforensics.evidence.sample import sample_lines
    from logforensics.parsing.detection import detect
    from logforensics.parsing.draft import draft
    from logforensics.parsing.library import load_definitions
    from logforensics.settings import Settings

    if not Path(log).is_file():
        raise UsageError(f"{log}: no such file")
    files = [file for source in discover([log]).sources for file in source.files if file.kind == "text"]
    if len(files) != 1:
        raise EvidenceError(f"{log}: is no text log; no draft was made")
    definitions = load_definitions(samples=True)
    try:
        lines = sample_lines(files[0])
    except OSError as error:
        raise EvidenceError(f"{log}: {error.strerror}") from error
    known = detect(files[0].name, lines, definitions).definition
    if known is not None and not known.general:
        raise UsageError(f"{log}: is in a known format, {known.name}; no draft was made")
    name = None if output is None else Path(output).name.removesuffix(".toml")
    made = draft(files[0].name, lines, definitions, name)
    write_text(Run(Settings(paths=(log,)), output=None if output is None else Path(output)), made.toml)
    read = f"{_plain(log)}: the draft reads {made.read:,} of the {made.lines:,} lines looked at"
    typer.echo("\n".join([read, *(f"  not read: {_plain(text)[:200]}" for text in made.left[:3])]), err=True)


def _plain(text: str) -> str:
    """A file's name or a reason as a terminal may show it."""
    from logforensics.report.escape import plain

    return plain(text)


def _account_row(account: Explanation) -> dict[str, object]:
    chosen = account.verdict.definition
    return {
        "file": account.file_name,
        "parser": None if chosen is None else chosen.name,
        "share": account.verdict.share,
        "lines": account.lines,
        "reasons": list(account.verdict.reasons),
        "candidates": [
            {
                "parser": candidate.name,
                "share": candidate.share,
                "matched": candidate.matched,
                "patterns": dict(candidate.by_pattern),
                "continued": candidate.continued,
                "hinted": candidate.hinted,
                "unmatched": [{"position": position, "text": text} for position, text in candidate.unmatched],
            }
            for candidate in account.candidates
            if candidate.matched or candidate.hinted
        ],
    }


def _account_lines(account: Explanation) -> list[str]:
    """The verdict, its reasons, how the best definition fared, and the first lines it could not read."""
    chosen = account.verdict.definition
    lines = [f"{_plain(account.file_name)}: {'no known format' if chosen is None else chosen.name}"]
    lines += [f"  {_plain(reason)}" for reason in account.verdict.reasons]
    if chosen is not None and account.candidates:
        best = account.candidates[0]
        patterns = ", ".join(f"{name} {count}" for name, count in best.by_pattern if count)
        lines.append(f"  of {account.lines} sampled lines: {patterns}; {best.continued} continue a line before")
        lines += [f"  not read: {_plain(text)[:200]}" for _, text in best.unmatched]
    return lines
