"""Turns the URL of a folder or file elsewhere (s3://, ssh://, any that fsspec knows) into a copy that is read instead.

Logs are read twice and more, by offset: for their format, their events, the lines a report cites.  So they are fetched
once, each file whole, into a private folder for temporary files (TMPDIR) that is gone with the process.  Nothing is
ever written to where they come from.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from logforensics.errors import EvidenceError, UsageError
from logforensics.evidence.model import PassedOver
from logforensics.evidence.names import shown
from logforensics.evidence.opening import words_of

_CHUNK = 4 << 20
_PLACE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
"""The parts of a URL that name its copy's folder: hosts are called by their folders."""

_STAMPS = ("mtime", "LastModified", "last_modified", "updated", "created")
"""What the file systems of fsspec call the time of the last change."""


class Copy(NamedTuple):
    """Where the copy lies: its folder, and the file in it if the URL was one's; and what was not fetched, and why."""

    folder: Path
    path: Path
    passed_over: tuple[PassedOver, ...]


def is_url(typed: str) -> bool:
    """Whether an argument is no path of this machine, but SCHEME://..."""
    scheme, mark, _ = typed.partition("://")
    return bool(mark) and scheme.replace("+", "").replace("::", "").isalnum()


def copies_of(paths: Sequence[str]) -> tuple[Copy, ...]:
    """The copies of what lies at some URLs, in the order of their names; () if the arguments are paths.

    Raises UsageError for both at once: the way to a copy is another at each run, and would be part of names.
    """
    urls = sorted({typed for typed in paths if is_url(typed)})
    if urls and len(urls) < len(set(paths)):
        raise UsageError(f"{shown(urls[0])}: a URL and paths of this machine cannot be read as one")
    return tuple(map(fetched, urls))


@cache
def fetched(url: str) -> Copy:
    """The copy of what lies at `url`; fetched once in a process.

    A file that cannot be read, or whose name cannot stand in a folder, is passed over.  Raises UsageError for a URL
    that cannot be meant or leads nowhere, and EvidenceError where the copy does not fit.  What is raised behind
    fsspec (ftplib, botocore, paramiko, ...) has no common base and is no mistake of this program: all of it is told.
    """
    if urlsplit(url).password is not None:
        raise UsageError(f"{shown(_bare(url))}: leave the password to a key, an agent or the environment")
    try:
        from fsspec.core import url_to_fs

        files, top = url_to_fs(url)
        found: dict[str, Mapping[str, Any]] = files.find(top, detail=True)
    except ImportError as error:
        raise UsageError(f'{shown(url)}: {error} (pip install "logforensics[remote]")') from error
    except Exception as error:
        raise UsageError(f"{shown(url)}: {_reason(error)}") from error
    if not found:
        raise UsageError(f"{shown(url)}: no such file or folder")
    folder = _own_folder() / Path(*_PLACE.findall(url))
    while folder.exists():  # another URL's, of the same words
        folder = folder.with_name(f"{folder.name}~")
    folder.mkdir(parents=True)
    needed = sum(int(info.get("size") or 0) for info in found.values())
    if needed > (free := shutil.disk_usage(folder).free):
        raise EvidenceError(
            f"{shown(url)}: {needed} bytes do not fit into {folder.parent}, which has {free} left (TMPDIR)"
        )
    passed_over = []
    single = len(found) == 1 and top in found
    for name, info in sorted(found.items()):
        inside = PurePosixPath(name).name if single else name.removeprefix(top).lstrip("/")
        try:
            _copy(files, name, info, _place(folder, inside))
        except Exception as error:  # noqa: BLE001 - whatever the store's own library raises
            passed_over.append(PassedOver(shown(inside), "unread", f"it could not be fetched: {_reason(error)}"))
    return Copy(folder, folder / PurePosixPath(top).name if single else folder, tuple(passed_over))


def _reason(error: Exception) -> str:
    """Why it failed, in one line: the system's words, or those of the other side, which may be anything."""
    words = words_of(error) if isinstance(error, OSError) and error.errno else " ".join(str(error).split())
    return words or type(error).__name__


@cache
def _own_folder() -> Path:
    """A folder that only this user can enter, until the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="logforensics-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _place(folder: Path, name: str) -> Path:
    """Where a file of that name belongs; ValueError if that is nowhere in the folder: a store's keys are any text."""
    parts = name.split("/")
    if any(part in {"", ".", ".."} or "\0" in part for part in parts):
        message = "its name is no path"
        raise ValueError(message)
    return folder.joinpath(*parts)


def _copy(files: Any, name: str, info: Mapping[str, Any], place: Path) -> None:  # noqa: ANN401 - fsspec has no types
    if info.get("type") != "file":
        message = f"it is no file, but {info.get('type')}"
        raise ValueError(message)
    place.parent.mkdir(parents=True, exist_ok=True)
    source: IO[bytes]
    with files.open(name, "rb") as source, place.open("xb") as copy:
        shutil.copyfileobj(source, copy, _CHUNK)
    changed = next((info[key] for key in _STAMPS if info.get(key) is not None), None)
    if isinstance(changed, datetime):
        changed = changed.timestamp()
    if isinstance(changed, int | float):
        os.utime(place, (changed, changed))


def _bare(url: str) -> str:
    """The URL without its user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
