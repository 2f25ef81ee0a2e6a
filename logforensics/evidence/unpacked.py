"""Turns the unpacked members of a bundle into log files whose bytes lie in one temporary file that has no name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator

from logforensics.evidence.held import Held, Spool
from logforensics.evidence.model import LogFile, PassedOver
from logforensics.evidence.names import shown
from logforensics.evidence.pieces import Doubt, Hole
from logforensics.evidence.sniff import HEAD

MOST = 16 << 30
"""Bytes of a bundle's members that are unpacked; of what lies behind them only the names are told."""

CHUNK = 1 << 20

Refuses = Callable[[str, bytes], str | None]
"""Why a member with this name and these first bytes is no log; None if it may be one."""

Flaws = Callable[[int], tuple[Hole | Doubt, ...]]
"""What proved wrong with a member of which so many bytes came, told behind the last one."""


class Copy:
    """The unnamed file that holds the unpacked members of one bundle, one behind the other."""

    def __init__(self, bundle: LogFile, refuses: Refuses) -> None:
        self._bundle = bundle
        self._refuses = refuses
        self._file: Spool | None = None
        self._size = 0

    def add(self, member: str, mtime: float | None, parts: Iterator[bytes], flaws: Flaws) -> LogFile | PassedOver:
        """The member `member`, whose bytes are `parts`; passed over if it is no log or cannot be kept."""
        name = member_name(self._bundle, member)
        first = next(parts, b"")
        if (reason := self._refuses(name.rpartition("!")[2].rpartition("/")[2], first[:HEAD])) is not None:
            return PassedOver(name, "not-a-log", reason)
        offset = self._size
        try:
            file = self._write(first)
            for part in parts:
                self._write(part)
        except _FullError:
            return PassedOver(name, "unread", f"more than {MOST >> 30} GiB are packed in this bundle; unpack it first")
        except OSError as error:
            return PassedOver(name, "unread", f"no room to unpack it while reading: {error.strerror}")
        size = self._size - offset
        held = Held(file, offset, flaws(size))
        if held.flaws and not size:
            return PassedOver(name, "unread", "its packed bytes are damaged from the first one on")
        above = self._bundle
        return LogFile(above.path, name, size, mtime, held=held, memory=above.memory, layers=above.layers)

    def _write(self, data: bytes) -> Spool:
        if self._file is None:
            # /tmp may lie in memory
            place = os.environ.get("TMPDIR") or ("/var/tmp" if os.access("/var/tmp", os.W_OK) else None)  # noqa: S108
            with tempfile.TemporaryFile(prefix="logforensics-", dir=place, buffering=0) as nameless:
                self._file = Spool(os.dup(nameless.fileno()))
        if self._size + len(data) > MOST:
            raise _FullError
        while data:
            written = os.pwrite(self._file.fileno(), data, self._size)
            self._size += written
            data = data[written:]
        return self._file


class _FullError(Exception):
    """More than MOST bytes."""


def member_name(bundle: LogFile, member: str) -> str:
    """BUNDLE!MEMBER, the member's name as it is stored, escaped; it is never used as a path."""
    while member.startswith("./"):
        member = member[2:]
    return f"{bundle.name}!{shown(member) or '(no name)'}"
