"""Turns a stream of pieces into blocks that end in a line feed, without ever waiting for a line that does not end."""

from __future__ import annotations

from collections.abc import Iterator

from logforensics.evidence.opening import PAGE
from logforensics.evidence.pieces import Hole


class _Pending:
    """Bytes that came in and were not given out yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.total = 0
        self._whole = 0

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

    def cut_line(self, longest: int) -> Iterator[bytes | Hole]:
        """The first `longest` bytes of a line that has not ended yet, the others as a hole."""
        line = self.take_all()
        yield line[:longest]
        if len(line) > longest:
            yield Hole("overlong", len(line) - longest)

    def take_all(self) -> bytes:
        """Everything, with whatever it ends."""
        joined = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts, self.total, self._whole = [], 0, 0
        return joined

    def take_lines(self) -> bytes:
        """Everything up to the last line feed; b"" if there is none."""
        whole = self._whole
        last = self._parts[-1]
        before = self.total - len(last)
        if not whole:
            return b""
        if whole > before:  # nearly always: only the last part is cut, the others are not copied twice
            self._parts[-1] = last[: whole - before]
            lines, rest = self.take_all(), last[whole - before :]
        else:
            joined = self.take_all()
            lines, rest = joined[:whole], joined[whole:]
        if rest:
            self._parts, self.total = [rest], len(rest)
        return lines


def cut(pieces: Iterator[bytes | Hole], block_bytes: int, longest_line: int) -> Iterator[bytes | Hole]:
    """The same bytes and holes in the same order, in blocks of whole lines of about `block_bytes`.

    A block ends without a line feed only before a hole, at the end, and where a line is longer than
    `longest_line`: the rest of that line is a hole "overlong" (its `feeds` is 1 with the line feed).  A piece of
    nothing but NULs is a hole "nul": a line feed may be gigabytes away.
    """
    pending = _Pending()
    skipping = False
    for piece in pieces:
        if isinstance(piece, Hole):
            yield from pending.flush()
            yield piece
            continue
        data = piece
        if skipping:
            upto = data.find(b"\n") + 1
            yield Hole("overlong", upto or len(data), feeds=min(upto, 1))
            if not upto:
                continue
            skipping = False
            data = data[upto:]
        if len(data) >= PAGE and not data.strip(b"\0"):
            yield from pending.flush()
            yield Hole("nul", len(data))
            continue
        if data:
            pending.add(data)
        if pending.total < block_bytes:
            continue
        if lines := pending.take_lines():
            yield lines
        elif pending.total >= longest_line:
            yield from pending.cut_line(longest_line)
            skipping = True
    yield from pending.flush()
