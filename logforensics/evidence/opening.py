"""Turns a path into bytes read without leaving a trace: read-only, never mapped, past unreadable pages."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Self

from logforensics.evidence.pieces import Hole, Pieces

PAGE = 4096
"""The page cache reads whole pages: after EIO the bytes of one page are lost, the next page may be fine."""

MOST_ERRORS = 64
"""A dying disk can take seconds for each failed page; after so many, the rest of the file is given up."""

HOLE_WORTH_JUMPING = 1 << 16
"""Holes of a sparse file shorter than this are read as the zeros they are: a seek would not be quicker."""

HASHED_ZEROS = 256 << 20
"""Zeros of sparse holes that are still hashed, so that the digest is the one sha256sum prints (about 0.2 s).
A file with more (lastlog and disk images reach a TiB) gets the digest of its data alone, and says so."""

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

STDIN = Path("-")


def open_quietly(path: Path) -> int:
    """An fd on the regular file at `path` that keeps its atime where that is allowed.

    Raises OSError, also (EINVAL) for anything that is not a regular file: a FIFO would block for ever.
    """
    try:
        fd = os.open(path, _FLAGS | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # O_NOATIME is for the file's owner only
        fd = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return fd


class Disk:
    """The bytes of one open file, up to its size at the time of opening.

    After `stream` was read to its end: `hexdigest` is the SHA-256 of the bytes read, `read_bytes` how many
    they were, `whole` whether the digest covers the file as sha256sum would see it.
    """

    def __init__(self, fd: int, *, owned: bool = True) -> None:
        self._fd = fd
        self.owned = owned
        self.base = 0  # where in the opened file the bytes begin
        state = os.fstat(fd)
        self.size = state.st_size
        # st_blocks counts units of 512 bytes whatever the file system's block (stat(2)).
        self._sparse = owned and state.st_blocks * 512 < state.st_size
        self.whole = True
        self.read_bytes = 0
        self.errors = 0
        self._digest = hashlib.sha256()

    @classmethod
    def of(cls, path: Path) -> Disk:
        """Opens `path` ("-" is the copy of stdin); raises OSError."""
        if path == STDIN:
            from logforensics.evidence.stdin import spool

            return cls(spool(), owned=False)
        return cls(open_quietly(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.owned:
            os.close(self._fd)

    @property
    def hexdigest(self) -> str:
        """SHA-256 of the bytes streamed so far."""
        return self._digest.hexdigest()

    def fileno(self) -> int:
        """The open file's descriptor."""
        return self._fd

    def size_now(self) -> int:
        """The file's size by a fresh fstat: smaller than `size` when it was truncated under our hands."""
        return os.fstat(self._fd).st_size

    def reread(self, offset: int, length: int) -> bytes:
        """Bytes at `offset` without hashing; shorter at the end; empty where the disk fails."""
        parts = []
        length = min(length, self.size - offset)
        while length > 0:
            try:
                part = os.pread(self._fd, length, self.base + offset)
            except OSError:
                break
            if not part:
                break
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return b"".join(parts)

    def first_data(self) -> int:
        """Where the first byte that is not in a sparse hole lies (0 for an ordinary file)."""
        return self._data_after(0) if self._sparse else 0

    def stream(self, chunk: int, *, digest: bool = True) -> Pieces:
        """The file from its first byte to its size at opening, hashed in passing.

        Gives bytes, and holes of kind "nul" (sparse), "eio" (unreadable) and "shrunk" (gone while reading).
        """
        zeros_left = HASHED_ZEROS if digest else 0
        offset = 0
        while offset < self.size:
            if self._sparse and (hole := self._data_after(offset) - offset) >= HOLE_WORTH_JUMPING:
                if hole <= zeros_left:
                    zeros_left -= hole
                    self._hash_zeros(hole)
                    self.read_bytes += hole
                else:
                    self.whole = False
                yield Hole("nul", hole)
                offset += hole
                continue
            data = self._read(offset, min(chunk, self.size - offset))
            if data is None:
                self.whole = False
                self.errors += 1
                lost = PAGE - offset % PAGE if self.errors < MOST_ERRORS else self.size
                lost = min(lost, self.size - offset)
                yield Hole("eio", lost)
                offset += lost
            elif not data:
                self.whole = False
                yield Hole("shrunk", self.size - offset)
                return
            else:
                if digest:
                    self._digest.update(data)
                self.read_bytes += len(data)
                yield data
                offset += len(data)

    def _read(self, offset: int, length: int) -> bytes | None:
        """Up to `length` bytes, b"" at the end of file, None for an unreadable page."""
        # The whole stretch, then twice its first page: a disk may answer at the second try, and one bad page
        # must not cost the stretch around it.
        for size in (length, PAGE - offset % PAGE, PAGE - offset % PAGE):
            try:
                return os.pread(self._fd, min(size, length), self.base + offset)
            except OSError:
                continue
        return None

    def _data_after(self, offset: int) -> int:
        try:
            return min(os.lseek(self._fd, offset, os.SEEK_DATA), self.size)
        except OSError as error:
            # ENXIO: nothing but a hole up to the end (lseek(2)); other file systems do not know SEEK_DATA.
            return self.size if error.errno == errno.ENXIO else offset

    def _hash_zeros(self, length: int) -> None:
        zeros = bytes(min(length, 1 << 20))
        while length > 0:
            self._digest.update(zeros[:length])
            length -= len(zeros)
