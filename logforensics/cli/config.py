"""Turns the user's configuration file and LOGFORENSICS_* variables into defaults for the options of each command.

What is typed wins over a variable, a variable over the file.  The file is the user's own, in the XDG config folder or
where LOGFORENSICS_CONFIG says; none is ever read from the current folder, which may well be evidence.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from logforensics.errors import UsageError

PREFIX = "LOGFORENSICS_"
FILE = "logforensics.toml"

Options = Mapping[str, type]
"""The options of one command, by their long names without dashes before them, and what their values are."""

NOT_KEPT = frozenset({"output", "around", "since", "until", "help", "version", "redact-map"})
"""Options that mean one run: kept in a file they would bend all others."""


def config_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file there is; UsageError if LOGFORENSICS_CONFIG names one that is not there."""
    named = environ.get(f"{PREFIX}CONFIG")
    if named:
        if not Path(named).is_file():
            raise UsageError(f"{PREFIX}CONFIG={named}: there is no such file")
        return Path(named)
    base = environ.get("XDG_CONFIG_HOME") or ""
    home = environ.get("HOME") or ""
    # XDG Base Directory 0.8: a relative path in the variable is invalid and must be ignored
    folder = Path(base) if base.startswith("/") else Path(home) / ".config" if home.startswith("/") else None
    path = None if folder is None else folder / "logforensics" / FILE
    return path if path is not None and path.is_file() else None


def is_configured(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a file or a variable at all: without them nothing more need be loaded."""
    return any(name.startswith(PREFIX) for name in environ) or config_file(environ) is not None


def defaults(commands: Mapping[str, Options], environ: Mapping[str, str] = os.environ) -> dict[str, dict[str, Any]]:
    """Defaults by command and parameter name (dashes as underscores), as typer's default_map takes them.

    `commands` are the options each command has.  Raises UsageError "FILE: KEY: what is wrong".
    """
    found: dict[str, dict[str, Any]] = {name: {} for name in commands}
    path = config_file(environ)
    if path is not None:
        _read(path, commands, found)
    for name, options in commands.items():
        for option, kind in options.items():
            if option in NOT_KEPT:
                continue
            spelled = option.upper().replace("-", "_")
            for variable in (f"{PREFIX}{spelled}", f"{PREFIX}{name.upper()}_{spelled}"):
                if environ.get(variable):
                    found[name][option.replace("-", "_")] = _of_variable(variable, environ[variable], kind)
    return found


def _read(path: Path, commands: Mapping[str, Options], found: dict[str, dict[str, Any]]) -> None:
    import tomllib

    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    for key, value in table.items():
        if isinstance(value, dict):
            if key not in commands:
                raise UsageError(f"{path}: [{key}]: there is no such command{_near(key, commands)}")
            for option, own in value.items():
                _check(path, f"[{key}] {option}", option, commands[key])
                found[key][option.replace("-", "_")] = _value(path, f"[{key}] {option}", own, commands[key][option])
            continue
        every = {option: kind for options in commands.values() for option, kind in options.items()}
        _check(path, key, key, every)
        for name, options in commands.items():
            if key in options and key.replace("-", "_") not in found[name]:
                found[name][key.replace("-", "_")] = _value(path, key, value, options[key])


def _check(path: Path, where: str, option: str, options: Options) -> None:
    if option in NOT_KEPT:
        raise UsageError(f"{path}: {where}: is said for one run only; type it as --{option}")
    if option not in options:
        raise UsageError(f"{path}: {where}: there is no such option{_near(option, options)}")


def _near(word: str, words: Mapping[str, object]) -> str:
    near = get_close_matches(word, words, 1)
    return f'; write "{near[0]}"' if near else ""


def _value(path: Path, where: str, value: object, kind: type) -> object:
    """A value as the command line would give it."""
    if kind is bool:
        if not isinstance(value, bool):
            raise UsageError(f"{path}: {where}: write true or false")
        return value
    if kind is list:
        values = value if isinstance(value, list) else [value]
        if all(isinstance(item, str | int) and not isinstance(item, bool) for item in values):
            return [str(item) for item in values]
        raise UsageError(f'{path}: {where}: write a list of texts, as ["a", "b"]')
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UsageError(f"{path}: {where}: write a text in quotes, or a number")
    return str(value)


def _of_variable(variable: str, text: str, kind: type) -> object:
    if kind is bool:
        if text.lower() not in ("1", "true", "yes", "0", "false", "no"):
            raise UsageError(f"{variable}={text}: write 1 or 0")
        return text.lower() in ("1", "true", "yes")
    return text.split(",") if kind is list else text
