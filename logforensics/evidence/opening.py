"""Turns a path into bytes read without leaving a trace: read-only, never mapped, past unreadable pages."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, ParamSpec, Self, TypeVar

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

_RENAMES = 8
"""Times a file is looked for that is renamed again between the look and the opening; a rotation does that once."""

ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EINVAL, errno.ELOOP, errno.ENAMETOOLONG}
"""Errors that say that there is no such file, rather than that it could not be read."""

STDIN = Path("-")

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def twice(ask: Callable[Asked, Answer], *args: Asked.args, **options: Asked.kwargs) -> Answer:
    """`ask(...)`, asked again after an error that may be gone at the second try: a busy disk, server or system."""
    try:
        return ask(*args, **options)
    except OSError as error:
        if error.errno in ABSENT or error.errno in {errno.EACCES, errno.EPERM}:
            raise
        return ask(*args, **options)


def open_quietly(path: Path) -> int:
    """An fd on the regular file at `path` that keeps its atime where that is allowed.

    Raises OSError, also (EINVAL) for anything that is not a regular file: a FIFO would block for ever.
    """
    try:
        fd = twice(os.open, path, _FLAGS | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # O_NOATIME is for the file's owner only
        fd = twice(os.open, path, _FLAGS)
    if not stat.S_ISREG(twice(os.fstat, fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return fd


def open_folder(path: str) -> int:
    """An fd by which a folder can be listed that keeps its atime where that is allowed; raises OSError."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        return twice(os.open, path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        return twice(os.open, path, flags)


def words_of(error: OSError) -> str:
    """The system's words for an error, without the path: "Permission denied (EACCES)"."""
    code = errno.errorcode.get(error.errno or 0, "?")
    return f"{error.strerror or type(error).__name__} ({code})"


class State(NamedTuple):
    """What a file is (device and inode, whatever its name) and how it stands: size in bytes, mtime in nanoseconds."""

    device: int
    inode: int
    size: int
    mtime: int

    @classmethod
    def of(cls, found: os.stat_result) -> State:
        """The part of stat(2) that tells one file, or one state of it, from another."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def same_file(self, other: State) -> bool:
        """Whether both are states of one file."""
        return (self.device, self.inode) == (other.device, other.inode)

    def told(self) -> str:
        """As "1200 bytes of 2020-06-23T09:05:37.000000000Z"."""
        seconds, nanos = divmod(self.mtime, 10**9)
        moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
        return f"{self.size} bytes of {moment:%Y-%m-%dT%H:%M:%S}.{nanos:09}Z"


def renamed(path: Path, inode: int) -> Path | None:
    """The path that the file with this inode has now in the folder of `path`; None if it is not there any more."""
    folder = open_folder(str(path.parent))
    try:
        with os.scandir(folder) as entries:
            return next((path.parent / entry.name for entry in entries if entry.inode() == inode), None)
    finally:
        os.close(folder)


def open_again(path: Path, state: State) -> int:
    """An fd on the very file that was found at `path` in `state`, also where a rotation has renamed it meanwhile.

    Raises OSError; FileNotFoundError when it is in that folder no more (packed, or deleted).
    """
    try:
        fd = open_quietly(path)
        if state.same_file(State.of(twice(os.fstat, fd))):
            return fd
        os.close(fd)
    except FileNotFoundError:
        pass  # renamed, and its successor is not there yet
    for _ in range(_RENAMES):
        other = renamed(path, state.inode)
        if other is None:
            break
        fd = open_quietly(other)
        if state.same_file(State.of(twice(os.fstat, fd))):
            return fd
        os.close(fd)
    raise FileNotFoundError(errno.ENOENT, "rotated away while it was read", str(path))


class Disk:
    """The bytes of one open file, up to its size at the time of opening.

    After `stream` was read to its end: `hexdigest` is the SHA-256 of the bytes read, `read_bytes` how many
    they were, `whole` whether the digest covers the file as sha256sum would see it, `trouble` the system's words for
    the first error ("" without one).  `state` is that of the opened file when it was opened.
    """

    def __init__(self, fd: int, *, owned: bool = True) -> None:
        self._fd = fd
        self.owned = owned
        self.base = 0  # where in the opened file the bytes begin
        self._path: Path | None = None
        found = twice(os.fstat, fd)
        self.state = State.of(found)
        self.size = found.st_size
        # st_blocks counts units of 512 bytes whatever the file system's block (stat(2)).
        self._sparse = owned and found.st_blocks * 512 < found.st_size
        self.whole = True
        self.read_bytes = 0
        self.errors = 0
        self.trouble = ""
        self._digest = hashlib.sha256()

    @classmethod
    def of(cls, path: Path, state: State | None = None) -> Disk:
        """Opens `path` ("-" is the copy of stdin), by `state` the same file as before; raises OSError."""
        if path == STDIN:
            from logforensics.evidence.stdin import spool

            return cls(spool(), owned=False)
        disk = cls(open_quietly(path) if state is None else open_again(path, state))
        disk._path = path
        return disk

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

    def state_now(self) -> State:
        """The open file's state by a fresh fstat."""
        return State.of(twice(os.fstat, self._fd))

    def size_now(self) -> int:
        """The file's size by a fresh fstat: smaller than `size` when it was truncated under our hands."""
        return self.state_now().size

    def reread(self, offset: int, length: int) -> bytes:
        """Bytes at `offset` without hashing; shorter at the end, and where the disk fails again and again."""
        parts = []
        length = min(length, self.size - offset)
        while length > 0 and (part := self._read(offset, length)):
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
        # must not cost the stretch around it.  EINTR is tried again by Python (PEP 475).
        last = OSError()
        for size in (length, PAGE - offset % PAGE, PAGE - offset % PAGE):
            try:
                return os.pread(self._fd, min(size, length), self.base + offset)
            except OSError as error:
                last = error
                if error.errno == errno.ESTALE:
                    self._reopen()
        self.trouble = self.trouble or words_of(last)
        return None

    def _reopen(self) -> None:
        """Takes a fresh handle of the same file: a file server forgets the handles it gave before it was restarted."""
        if self._path is None or not self.owned:
            return
        try:
            fd = open_again(self._path, self.state)
        except OSError:
            return  # the next try to read says what there is to say
        os.dup2(fd, self._fd, inheritable=False)
        os.close(fd)

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
