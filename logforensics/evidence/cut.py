"""Turns a stream of pieces into blocks that end in a line feed, without ever waiting for a line that does not end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from logforensics.evidence.opening import PAGE
from logforensics.evidence.pieces import Hole

KEPT = 1 << 20
"""Bytes given out of a line that is longer than any line may be: enough to see what it is."""


class _Pending:
    """Bytes that came in and were not given out yet."""

    def __init__(self) -> None:
        self._parts: list[bytes | memoryview] = []
        self.total = 0
        self._whole = 0

    @property
    def open(self) -> int:
        """Bytes of the last line, which has not ended yet."""
        return self.total - self._whole

    def add(self, data: bytes) -> None:
        """Appends `data`, which is not empty."""
        if feed := data.rfind(b"\n") + 1:
            self._whole = self.total + feed
        self._parts.append(data)
        self.total += len(data)

    def flush(self) -> Iterator[bytes]:
        """Everything as one block, if there is anything."""
        if self.total:
            yield self.take_all()

    def take_all(self) -> bytes:
        """Everything, with whatever it ends."""
        joined = bytes(self._parts[0]) if len(self._parts) == 1 else b"".join(self._parts)
        self._parts, self.total, self._whole = [], 0, 0
        return joined

    def take_lines(self) -> bytes:
        """Everything up to the last line feed; b"" if there is none."""
        whole = self._whole
        if not whole:
            return b""
        last = self._parts[-1]
        before = self.total - len(last)
        if whole > before:  # nearly always: only the last part is cut, the others are not copied twice
            self._parts[-1] = memoryview(last)[: whole - before] if before else last[:whole]
            lines, rest = self.take_all(), last[whole - before :]
        else:
            joined = self.take_all()
            lines, rest = joined[:whole], joined[whole:]
        if rest:
            self._parts, self.total = [rest], len(rest)
        return lines


class _Overlong:
    """A line of which only the beginning is given out: how much more of it there is, and its hash."""

    def __init__(self, begin: bytes, kept: int) -> None:
        self._digest = hashlib.sha256(begin.removesuffix(b"\n"))
        self._left = len(begin) - kept
        self._feeds = begin.endswith(b"\n")

    def add(self, data: bytes) -> None:
        """Takes more of the line, with its line feed if that comes."""
        self._digest.update(data.removesuffix(b"\n"))
        self._left += len(data)
        self._feeds = data.endswith(b"\n")

    def hole(self) -> Hole:
        """What is not given out."""
        return Hole("overlong", self._left, feeds=int(self._feeds), sha256=self._digest.hexdigest())


def cut(  # noqa: C901 - one loop, in which each state has its branch
    pieces: Iterator[bytes | Hole], block_bytes: int, longest_line: int, kept: int = KEPT
) -> Iterator[bytes | Hole]:
    """The same bytes and holes in the same order, in blocks of whole lines of about `block_bytes`.

    A block ends without a line feed only before a hole, at the end, and where a line is longer than `longest_line`:
    then the first `kept` bytes are a block of their own, and the rest is a hole "overlong" with the hash of the line.
    A piece of nothing but NULs is a hole "nul": a line feed may be gigabytes away.
    """
    pending = _Pending()
    long: _Overlong | None = None
    for piece in pieces:
        if isinstance(piece, Hole):
            yield from [long.hole()] if long else pending.flush()
            long = None
            yield piece
            continue
        data = piece
        if long:
            upto = data.find(b"\n") + 1 or len(data)
            long.add(data[:upto])
            if not data.endswith(b"\n", 0, upto):
                continue
            yield long.hole()
            long, data = None, data[upto:]
        if len(data) >= PAGE and not data.strip(b"\0"):
            yield from pending.flush()
            yield Hole("nul", len(data))
            continue
        end = data.find(b"\n") + 1 or len(data)
        if pending.open + end > longest_line:
            if lines := pending.take_lines():
                yield lines
            begin = (pending.take_all() if pending.total else b"") + data[:end]
            long, data = _Overlong(begin, min(kept, longest_line)), data[end:]
            yield begin[: min(kept, longest_line)]
            if not begin.endswith(b"\n"):
                continue
            yield long.hole()
            long = None
        if data:
            pending.add(data)
        if pending.total >= block_bytes and (lines := pending.take_lines()):
            yield lines
    yield from [long.hole()] if long else pending.flush()
