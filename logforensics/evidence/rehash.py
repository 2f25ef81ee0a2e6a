"""Turns evidence that was hashed before into its hashes of now, each file read from its first byte to its last."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from logforensics.evidence.discover import Discovery
from logforensics.evidence.hashing import Whole, bundles, whole_of
from logforensics.evidence.held import opened
from logforensics.evidence.opening import Disk

GONE = "it is not there"


def rehash(discovery: Discovery, names: Collection[str]) -> tuple[dict[str, Whole], dict[str, str]]:
    """The files, members and bundles called `names` as they are now, and for each that cannot be read why not.

    What was a log and is none any more, because of its bytes of now, is found by its path and hashed all the same.
    """
    files = [file for source in discovery.sources for file in source.files]
    found = {whole.name: whole for whole in bundles(files) if whole.name in names and whole.sha256}
    lost: dict[str, str] = {}
    for file in files:
        if file.name in names:
            try:
                found[file.name] = whole_of(file.name, opened(file))
            except OSError as error:
                lost[file.name] = error.strerror or type(error).__name__
    for name in names:
        if name not in found and name not in lost:
            try:
                found[name] = _by_path(discovery.roots, name)
            except FileNotFoundError:
                lost[name] = GONE
            except OSError as error:
                lost[name] = error.strerror or type(error).__name__
    return found, lost


def _by_path(roots: Collection[Path], name: str) -> Whole:
    for root in roots:
        if (root / name).is_file():
            return whole_of(name, Disk.of(root / name))
    raise FileNotFoundError
