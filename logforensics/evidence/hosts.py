"""Tells the files of several hosts apart, by the folder each host's logs lie in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

HOW = ("auto", "path", "none")
"""auto: folders that hold a var/log each are hosts; path: every folder below PATH is one; none: all is one host."""

LOG = ("var", "log")
"""Where a host's tree keeps its logs (Filesystem Hierarchy Standard 3.0, section 5.10)."""


class Hosts:
    """Which host a file is of.  `roots` are the folders given, absolute; `how` is one of HOW."""

    def __init__(self, roots: Sequence[str], how: str = "auto") -> None:
        self._names: dict[str, str] = {}  # folder -> the host's name
        if how == "none":
            return
        folders = [folder for root in sorted(roots) for folder in _below(root)]
        chosen = [folder for folder in folders if how == "path" or _is_tree(folder)]
        whole = [root for root in sorted(roots) if how == "path" or _is_tree(root) or _tail(root) == LOG]
        if len(chosen) > 1:
            self._names = {folder: Path(folder).name for folder in chosen}
        elif len(whole) > 1:
            self._names = {root: _name(root) for root in whole}
        _make_unique(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def of(self, path: Path) -> str:
        """The name of the host whose folder holds a file; "" for one beside the hosts' folders."""
        if not self._names:
            return ""
        return next((self._names[str(parent)] for parent in path.parents if str(parent) in self._names), "")

    @property
    def folders(self) -> tuple[tuple[str, Path], ...]:
        """Every host and its folder, by name."""
        return tuple(sorted((name, Path(folder)) for folder, name in self._names.items()))


def _tail(root: str) -> tuple[str, ...]:
    return Path(root).parts[-2:]


def _name(root: str) -> str:
    """A host's tree is called as its folder, /srv/web1 and /srv/web1/var/log alike."""
    return (Path(root).parents[1] if _tail(root) == LOG else Path(root)).name


def _is_tree(folder: str) -> bool:
    return os.path.isdir(Path(folder, *LOG))  # noqa: PTH112 - Path.is_dir raises where one may not look


def _below(root: str) -> list[str]:
    """The folders in a folder, by name; none where it cannot be read."""
    try:
        with os.scandir(root) as listing:
            return sorted(entry.path for entry in listing if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _make_unique(names: dict[str, str]) -> None:
    """Hosts of one name in several folders are called by as much of their way as tells them apart."""
    depth = 1
    while len(set(names.values())) < len(names) and depth < 64:
        depth += 1
        doubled = [name for name in names.values() if list(names.values()).count(name) > 1]
        for folder, name in names.items():
            if name in doubled:
                names[folder] = "/".join(Path(folder).parts[-depth:]).lstrip("/")
