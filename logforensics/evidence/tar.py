"""Turns the bytes of a tar archive into its members, past damaged headers, without believing or creating a name.

Formats: POSIX ustar and pax (IEEE 1003.1, pax, "Extended Description"), GNU long names (info tar, "Basic Tar Format").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from logforensics.evidence.pieces import Doubt, Hole, Pieces

if TYPE_CHECKING:
    from tarfile import TarInfo

BLOCK = 512
_MAGIC = b"ustar"
_MAGIC_AT = 257

_LONGEST = 1 << 20
"""Bytes of an extended header that are kept: names are shorter, and 8 GiB of one would be meant to hurt."""

_FILES = (b"0", b"\0", b"7")
_OTHERS = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a named pipe",
    b"S": "a sparse file, unpack it first",
}


class Feed(Protocol):
    """Bytes that are read once, from front to back; `at` is how many were read or skipped."""

    at: int

    def read(self, count: int) -> bytes:
        """The next `count` bytes; fewer before a hole and at the end."""

    def skip(self, count: int) -> None:
        """Passes over bytes, as far as there are any."""

    def resume(self) -> bool:
        """Goes on behind a hole, or a damaged header, at the next sound one; False if there is none."""


class Member(NamedTuple):
    """One member: its name as stored, its bytes (a file's only), mtime, and what it is if it is no file ("")."""

    name: str
    size: int
    mtime: float
    other: str


def members(feed: Feed) -> Iterator[Member | None]:
    """The members in order; None where some may be missing.  A file's bytes come next in `feed`, read or not."""
    extended: dict[str, str] = {}
    while True:
        block = feed.read(BLOCK)
        if len(block) == BLOCK and not block.strip(b"\0"):  # the end, but another archive may be appended (tar -A)
            continue
        info = header(block)
        if info is None:
            if block:
                yield None
            if not feed.resume():
                return
            continue
        end = feed.at + -(-info.size // BLOCK) * BLOCK
        if info.type in (b"x", b"X", b"L", b"K", b"g"):
            text = feed.read(min(info.size, _LONGEST))
            extended |= _extended(info.type, text)
            feed.skip(end - feed.at)
            continue
        member = _member(info, extended)
        if not member.other:
            end = feed.at + -(-member.size // BLOCK) * BLOCK
        extended = {}
        if info.type != b"5":
            yield member
        feed.skip(end - feed.at)


def header(block: bytes) -> TarInfo | None:
    """What a header says; None for a block that is none."""
    import tarfile

    try:
        info = tarfile.TarInfo.frombuf(block[:BLOCK], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return None
    return info if info.size >= 0 and info.name else None


def _extended(kind: bytes, text: bytes) -> dict[str, str]:
    if kind in (b"L", b"K"):
        value = text.rstrip(b"\0").decode("utf-8", "surrogateescape")
        return {"path" if kind == b"L" else "linkpath": value}
    found: dict[str, str] = {}
    while kind != b"g" and text:
        length, _, rest = text.partition(b" ")
        if not (length.isdigit() and len(length) < 8 and int(length) > len(length) + 1):
            break
        record, text = rest[: int(length) - len(length) - 1], text[int(length) :]
        key, _, told = record.removesuffix(b"\n").partition(b"=")
        found[key.decode("utf-8", "replace")] = told.decode("utf-8", "surrogateescape")
    return found


def _member(info: TarInfo, extended: dict[str, str]) -> Member:
    sparse = any(key.startswith("GNU.sparse.") for key in extended)
    kind = b"S" if sparse else info.type
    other = "" if kind in _FILES else _OTHERS.get(kind, f"a member of the unknown kind {kind!r}")
    if kind in (b"1", b"2"):
        other += f" to {extended.get('linkpath') or info.linkname}"
    size = extended.get("size", "")
    return Member(
        extended.get("path") or info.name,
        int(size) if size.isascii() and size.isdigit() and len(size) < 16 else info.size,
        float(info.mtime),
        other,
    )


class Streamed:
    """A Feed of the unpacked pieces of a compressed archive; `first_flaw` is the first hole or doubt that was met."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._data = b""
        self._used = 0  # bytes of _data that were read
        self._halted = False
        self.at = 0
        self.first_flaw: Hole | Doubt | None = None
        self._flaw: Hole | Doubt | None = None

    def take_flaw(self) -> Hole | Doubt | None:
        """The last hole or doubt met since the last call."""
        flaw, self._flaw = self._flaw, None
        return flaw

    def _more(self) -> bool:
        """Another piece of bytes in place of the one that is used up; False at a hole and at the end."""
        while not self._halted:
            piece = next(self._pieces, None)
            if isinstance(piece, bytes):
                self._data, self._used = piece, 0
                return True
            self._halted = not isinstance(piece, Doubt)
            self._flaw = piece or self._flaw
            self.first_flaw = self.first_flaw or piece
        return False

    def read(self, count: int) -> bytes:
        """See Feed."""
        parts = []
        left = count
        while left > 0 and (self._used < len(self._data) or self._more()):
            part = self._data[self._used : self._used + left]
            parts.append(part)
            self._used += len(part)
            left -= len(part)
        self.at += count - left
        return b"".join(parts)

    def skip(self, count: int) -> None:
        """See Feed."""
        while count > 0 and (self._used < len(self._data) or self._more()):
            step = min(count, len(self._data) - self._used)
            self._used += step
            self.at += step
            count -= step

    def resume(self) -> bool:
        """See Feed."""
        self._halted = False
        rest, ended = self._data[self._used :], False
        while (found := _next_header(rest)) < 0 and not ended:
            kept = rest[-BLOCK:]
            self.at += len(rest) - len(kept)
            ended = not self._more() and not self._behind_hole()
            rest = kept if ended else kept + self._data
        self._data, self._used = rest, max(found, 0)
        self.at += max(found, 0)
        return found >= 0

    def _behind_hole(self) -> bool:
        """Goes on behind a hole that was just met."""
        hole, self._halted = self._halted and isinstance(self._flaw, Hole), False
        return hole and self._more()


class Placed:
    """A Feed of an archive that lies on the disk as it is: `read_at` gives `count` bytes at an offset."""

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self._read_at = read_at
        self._size = size
        self.at = 0

    def read(self, count: int) -> bytes:
        """See Feed."""
        data = self._read_at(self.at, min(count, max(0, self._size - self.at)))
        self.at += len(data)
        return data

    def skip(self, count: int) -> None:
        """See Feed."""
        self.at += count

    def resume(self) -> bool:
        """See Feed: headers lie at multiples of a block."""
        self.at = -(-self.at // BLOCK) * BLOCK
        while self.at < self._size:
            data = self._read_at(self.at, 1 << 20)
            found = _next_header(data)
            if found >= 0:
                self.at += found
                return True
            self.at += max(BLOCK, len(data) - BLOCK)
        return False


class ReadAt(Protocol):
    """Bytes at an offset; fewer where they cannot be read."""

    def __call__(self, offset: int, length: int, /) -> bytes:
        """Up to `length` bytes."""


def _next_header(data: bytes) -> int:
    """Where the first sound header with a magic begins in `data`; -1 if there is none."""
    at = data.find(_MAGIC, _MAGIC_AT)
    while at >= 0:
        start = at - _MAGIC_AT
        if len(data) - start >= BLOCK and header(data[start : start + BLOCK]) is not None:
            return start
        at = data.find(_MAGIC, at + 1)
    return -1
