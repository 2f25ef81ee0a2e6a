"""Turns the folders that hold definitions, the shipped one and the user's own, into the tuple that readers use."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from logforensics.errors import DefinitionError
from logforensics.parsing.definition import read_definition
from logforensics.parsing.model import Definition


def shipped() -> Traversable:
    """The folder of the shipped definitions: inside the package in a wheel, beside it in a checkout."""
    inside = files("logforensics") / "parsers"
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent.parent / "parsers"


def user_folder() -> Path:
    """Where a user's own definitions live: logforensics/parsers in the XDG config folder (XDG Base Directory 0.8)."""
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    # the specification: a relative path in the variable is invalid and must be ignored
    home = Path(base) if base.startswith("/") else Path.home() / ".config"
    return home / "logforensics" / "parsers"


def load_definitions(user: bool = True, *, samples: bool = False) -> tuple[Definition, ...]:
    """Every definition, sorted by name: the shipped ones, and with `user` those of the user's folder.

    Samples are read only if asked for (`parsers check`, tests).  Raises DefinitionError on the first broken file,
    on a name used twice, and on a precedence over a definition that does not exist.
    """
    folder = user_folder() if user else None
    own: tuple[tuple[str, int, int], ...] = ()
    try:
        if folder is not None and folder.is_dir():
            stats = ((path, path.stat()) for path in sorted(folder.glob("*.toml")))
            own = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
    except OSError as error:
        raise DefinitionError(f"{error.filename}: {error.strerror}; your own definitions are looked for here") from None
    return _load(own, samples)


@lru_cache(maxsize=8)
def _load(own: tuple[tuple[str, int, int], ...], samples: bool) -> tuple[Definition, ...]:
    """The definitions of the shipped folder and of the files `own` (path, mtime, size: the cache's key)."""
    entries = [entry for entry in shipped().iterdir() if entry.name.endswith(".toml")]
    found = [read_definition(entry, samples=samples, trusted=not samples) for entry in entries]
    found += [read_definition(Path(path), origin=path, samples=samples) for path, _, _ in own]
    by_name: dict[str, Definition] = {}
    for definition in sorted(found, key=lambda definition: (definition.name, definition.origin)):
        other = by_name.setdefault(definition.name, definition)
        if other is not definition:
            raise DefinitionError(
                f"{definition.origin}: file name: {other.origin} has the same name; give one of them another"
            )
    for definition in by_name.values():
        problem = precedence_problem(definition, by_name)
        if problem:
            raise DefinitionError(problem)
    return tuple(by_name.values())


def precedence_problem(definition: Definition, names: Collection[str]) -> str | None:
    """What is wrong with a definition's precedence when the definitions `names` exist; None if nothing is."""
    unknown = next((name for name in definition.precedence if name not in names), None)
    if unknown is None:
        return None
    return f'{definition.origin}: precedence: there is no definition "{unknown}"; "parsers list" shows those there are'
