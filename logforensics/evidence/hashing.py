"""Turns files into their sizes and hashes; bundles as well: what lies around their members counts, too."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from logforensics.evidence.model import LogFile
from logforensics.evidence.names import shown
from logforensics.evidence.opening import Disk
from logforensics.evidence.pieces import Hole

CHUNK = 1 << 20


class Whole(NamedTuple):
    """One file, member or bundle as it lies there: its name, its size in bytes, and its SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


def bundles(files: Iterable[LogFile]) -> tuple[Whole, ...]:
    """The bundles that `files` are members of, by name; one that cannot be read any more has size 0 and no hash."""
    names = {_own_name(file): file.path for file in files if file.held is not None}
    return tuple(_whole(name, path) for name, path in sorted(names.items()))


def _own_name(member: LogFile) -> str:
    """BUNDLE of BUNDLE!MEMBER, where both may hold a "!"."""
    own = shown(member.path.name)
    parts = member.name.split("!")
    before = ("!".join(parts[:count]) for count in range(1, len(parts)))
    return next((name for name in before if name.rpartition("/")[2] == own), parts[0])


def _whole(name: str, path: Path) -> Whole:
    try:
        return whole_of(name, Disk.of(path))
    except OSError:
        return Whole(name, 0, "")


def whole_of(name: str, opened: Disk) -> Whole:
    """Size and hash of what was opened, read to its end and closed; raises OSError for what cannot be read whole."""
    with opened as disk:
        for piece in disk.stream(CHUNK):
            if isinstance(piece, Hole) and piece.kind == "eio":
                raise OSError(errno.EIO, os.strerror(errno.EIO), name)
        return Whole(name, disk.read_bytes, disk.hexdigest)
