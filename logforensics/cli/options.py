"""Turns the options as they were typed into one frozen Run: Settings for the rooms to the left, the rest for the faces.

Every command that reads evidence has the same options; `reads_evidence` adds them to a command's own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from logforensics.cli.hiding import Hiding
from logforensics.engine import place_of
from logforensics.errors import UsageError
from logforensics.settings import Settings

LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_LEVEL_NAMES = {"error": "err", "warn": "warning", "critical": "crit", "emergency": "emerg", "panic": "emerg"}
FINDINGS = ("table", "json")
"""The formats of a command that lists findings."""

HOW = ("auto", "path", "none")
"""How hosts are told apart (evidence.hosts.HOW, which is not loaded for --help)."""

PICKS_EVENTS = ("level", "grep")
SHOWS_EVENTS = ("timeline", "query", "explore")
"""The options that keep single events, and the commands that show events.  All others reason from what there is and
what there is not: in a log of which lines were left out there are silences that never were."""

WRITES = ("as_json", "format_", "output", "redact", "redact_map", "color", "exit_code")
"""Options of a command that writes a result."""

COLOURS = ("auto", "always", "never")
_SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".svg": "svg",
    ".sha256": "sha256",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".txt": "terminal",
}
_ALSO = {suffix.removeprefix("."): name for suffix, name in _SUFFIXES.items()} | {"text": "terminal"}
"""Other names of the formats, as people type them."""


@dataclass(frozen=True)
class Run:
    """One run of a command: what it reads (`settings`) and how it answers (the rest).

    `format` is None where neither --format nor --json was given; `command` is the command line without the
    options that only choose where and how the result is shown.
    """

    settings: Settings
    command: tuple[str, ...] = ()
    format: str | None = None
    output: Path | None = None
    color: str = "auto"
    exit_code: bool = False
    lines: bool = False
    hiding: Hiding | None = None

    def format_of(self, allowed: tuple[str, ...], default: str) -> str:
        """The format asked for by --json, --format or the suffix of -o; UsageError for one that cannot be written."""
        if self.format is not None:
            chosen, option = self.format, f"--format {self.format}"
            if chosen not in allowed:
                chosen = _ALSO.get(chosen.lower(), chosen)
        elif self.output is not None:
            suffix = self.output.suffix.lower()
            chosen, option = _SUFFIXES.get(suffix, default), f"-o {self.output}"
            if suffix and suffix not in _SUFFIXES:
                raise UsageError(f"{option}: no format has the suffix {suffix}; add --format {'|'.join(allowed)}")
        else:
            return default
        if chosen == "terminal" and "table" in allowed:
            chosen = "table"
        if chosen not in allowed:
            raise UsageError(f"{option}: this command writes {', '.join(allowed)}")
        return chosen


def shared(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Files, folders, globs, URLs, or - for stdin [/var/log]."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only events from TIME on.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Only events before TIME.")] = None,
    around: Annotated[str | None, typer.Option("--around", metavar="TIME", help="Only events near TIME.")] = None,
    window: Annotated[
        str | None, typer.Option("--window", metavar="DURATION", help="How near, with --around [30m].")
    ] = None,
    tz: Annotated[str | None, typer.Option("--tz", metavar="ZONE", help="Show times in ZONE.")] = None,
    assume_tz: Annotated[
        list[str] | None,
        typer.Option("--assume-tz", metavar="[SOURCE=]ZONE", help="Zone of times without one (repeatable)."),
    ] = None,
    year: Annotated[
        str | None, typer.Option("--year", metavar="YEAR", help="Year of the newest time without one.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="GLOB", help="Only these sources (repeatable).")
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", metavar="LEVEL", help="Only this severity or worse, as err.")
    ] = None,
    grep: Annotated[
        str | None,
        typer.Option("--grep", metavar="REGEX", help="Only events whose text matches; case counts if it has capitals."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    format_: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="How to write it.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, whole or not at all.")
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Pseudonyms for addresses, users, hosts, e-mail and secrets.")
    ] = False,
    redact_map: Annotated[
        str | None,
        typer.Option("--redact-map", metavar="FILE", help="--redact with the pseudonyms of FILE, kept there."),
    ] = None,
    color: Annotated[str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no warnings.")] = False,
    host_from: Annotated[
        str, typer.Option("--host-from", metavar="HOW", help="Hosts apart: auto, path (a folder each) or none.")
    ] = "auto",
    jobs: Annotated[str | None, typer.Option("--jobs", "-j", metavar="N", help="Threads [all cores].")] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="PLACE", help="Work in processes, or on Dask workers at tcp://HOST:PORT."),
    ] = None,
    decoder_memory: Annotated[
        str | None, typer.Option("--decoder-memory", metavar="MIB", help="Most memory to unpack a file with [256].")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when something was found.")] = False,
) -> Run:
    """The Run that these options mean; UsageError names the option that cannot be meant."""
    if around is None and window is not None:
        raise UsageError(f"--window {window}: says how near to --around TIME, which is missing")
    if around is not None and (since is not None or until is not None):
        raise UsageError("--around: choose either --around or --since and --until")
    if color not in COLOURS:
        raise UsageError(f"--color {color}: write auto, always or never")
    if as_json and format_ not in (None, "json"):
        raise UsageError(f"--json and --format {format_}: choose one")
    if host_from not in HOW:
        raise UsageError(f"--host-from {host_from}: write auto, path or none")
    settings = Settings(
        paths=tuple(paths) if paths else ("/var/log",),
        since=since,
        until=until,
        around=around,
        tz=tz,
        assume_tz=tuple(_assumed(text) for text in assume_tz or ()),
        year=None if year is None else _number("--year", year, 1970, 2105),
        source=tuple(source or ()),
        level=None if level is None else _level(level),
        grep=grep,
        jobs=None if jobs is None else _number("--jobs", jobs, 1, 1024),
        decoder_memory=_number("--decoder-memory", decoder_memory or "256", 1, 65_536) << 20,
        quiet=quiet,
        host_from=host_from,
        cluster=None if cluster is None else place_of(cluster),
    )
    if window is not None:
        settings = replace(settings, window=duration("--window", window, quiet=quiet))
    if tz is not None:
        _known_zone("--tz", tz)
    return Run(
        settings=settings,
        format="json" if as_json else format_,
        output=None if output is None or output == "-" else Path(output),
        color=color,
        exit_code=exit_code,
        hiding=Hiding(None if redact_map is None else Path(redact_map)) if redact or redact_map is not None else None,
    )


def duration(option: str, text: str, *, quiet: bool = False) -> float:
    """A length of time as typed ("1h", "90s"), in seconds; UsageError names the option.

    A bare number is one of seconds, and is told unless `quiet`.
    """
    from logforensics.cli.output import say
    from logforensics.clock.words import duration as parse

    try:
        seconds = float(parse(text))
    except UsageError as error:
        message = str(error)
        raise UsageError(
            message if message.startswith(option) else f"{option} {text}: {_reason(message, text)}"
        ) from None
    if text.strip().isdigit() and seconds and not quiet:
        # systemd.time(7) has it so, and scripts rely on it; whoever meant hours has to hear of it.
        say(f"{option} {text}: without a unit this is seconds; write {text}h, {text}m or {text}s to be sure")
    return seconds


def _reason(message: str, text: str) -> str:
    return message.removeprefix(f"{text}: ").removeprefix(f"{text!r}: ")


def _assumed(text: str) -> tuple[str, str]:
    glob, sign, zone = text.rpartition("=")
    if not zone or (sign and not glob):
        raise UsageError(f"--assume-tz {text}: write ZONE, or SOURCE=ZONE as nginx/*=Europe/Berlin")
    _known_zone("--assume-tz", zone)
    return (glob or "*", zone)


def _known_zone(option: str, name: str) -> None:
    from logforensics.clock.zones import Zone

    try:
        Zone.named(name)
    except UsageError as error:
        raise UsageError(f"{option} {name}: {error}") from None


def _number(option: str, text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise UsageError(f"{option} {text}: write a whole number from {low} to {high}")
    return int(text)


def _level(text: str) -> str:
    level = _LEVEL_NAMES.get(text.lower(), text.lower())
    if level not in LEVELS:
        raise UsageError(f"--level {text}: write one of {', '.join(LEVELS)}")
    return level


def reads_evidence(command: Callable[..., None], formats: Sequence[str] = ()) -> Callable[..., None]:
    """`command(run, **own)` as a function with the shared options and its own, ready for typer.

    `formats` are what its help names for --format; a command without any is told nothing of how to write.
    """
    own = [
        parameter for name, parameter in inspect.signature(command, eval_str=True).parameters.items() if name != "run"
    ]
    common = list(inspect.signature(shared, eval_str=True).parameters.values())
    names = {parameter.name for parameter in own}
    refused = () if command.__name__ in SHOWS_EVENTS else PICKS_EVENTS
    untold = refused if formats else (*refused, *WRITES)
    common = [_hidden(p) if p.name in untold else p for p in common]

    def typed(**values: Any) -> None:  # noqa: ANN401  # whatever typer read for the parameters below
        for name in refused:
            if values[name] is not None:
                where = f"{', '.join(SHOWS_EVENTS[:-1])} and {SHOWS_EVENTS[-1]}"
                raise UsageError(f"--{name}: goes with {where}; {command.__name__} must see every event")
        run = shared(**{p.name: values[p.name] for p in common})
        spoken = command_line(command.__name__, values, tuple(p.name for p in own if _is_argument(p)))
        command(replace(run, command=spoken), **{name: values[name] for name in names})

    # Arguments are read in the order of the parameters, and PATH... takes all that are left.
    arguments = [p for p in own if _is_argument(p)]
    options = [p for p in own if not _is_argument(p)]
    ordered = (*arguments, common[0], *options, *common[1:])
    parameters = [_naming(p, formats).replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in ordered]
    typed.__name__, typed.__doc__ = command.__name__, command.__doc__
    typed.__annotations__ = {p.name: p.annotation for p in parameters}
    typed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect.signature reads
    return typed


def _hidden(parameter: inspect.Parameter) -> inspect.Parameter:
    """The same option, read but not told of in --help."""
    base, option = parameter.annotation.__origin__, copy(parameter.annotation.__metadata__[0])
    option.hidden = True
    return parameter.replace(annotation=Annotated[base, option])


def _naming(parameter: inspect.Parameter, formats: Sequence[str]) -> inspect.Parameter:
    """The parameter; that of --format with the formats in its help."""
    if parameter.name != "format_" or not formats:
        return parameter
    text = f"How to write it: {', '.join(formats)}."
    return parameter.replace(annotation=Annotated[str | None, typer.Option("--format", metavar="FORMAT", help=text)])


def _is_argument(parameter: inspect.Parameter) -> bool:
    """Whether typer reads a parameter by its place."""
    hints = getattr(parameter.annotation, "__metadata__", ())
    return any(type(hint).__name__ == "ArgumentInfo" for hint in hints)


_USUAL = {"host_from": "auto"}
"""Defaults that are not said again."""

_SHOWN_ONLY = (
    "paths",
    "as_json",
    "format_",
    "csv_raw",
    "output",
    "redact_map",
    "color",
    "quiet",
    "jobs",
    "cluster",
    "exit_code",
    "full",
    "public",
    "marks",
    "no_pager",
)


def command_line(name: str, values: dict[str, Any], arguments: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The command line that gives the same result again, without what only chooses its place and looks."""
    # "./-x" cannot be taken for an option by whoever copies the line
    paths = [f"./{path}" if path.startswith("-") and path != "-" else path for path in values.get("paths") or ()]
    own = [str(values[key]) for key in arguments]
    values = {**values, "redact": bool(values.get("redact") or values.get("redact_map"))}
    words = ["logforensics", name, *own, *(paths or ["/var/log"])]
    for key, value in sorted(values.items()):
        if key in _SHOWN_ONLY or key in arguments or value in (None, False, []) or value == _USUAL.get(key):
            continue
        option = "--" + key.replace("_", "-")
        for item in value if isinstance(value, list) else [value]:
            words += [option] if item is True else [option, str(item)]
    return tuple(words)
