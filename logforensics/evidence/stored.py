"""Turns the pieces of a compressed file into a window of stored bytes that an inflater can go forth and back in."""

from __future__ import annotations

from collections.abc import Callable

from logforensics.evidence.pieces import Hole, Pieces

Reread = Callable[[int, int], bytes]
"""reread(offset, length) gives stored bytes once more."""


class Stored:
    """The stored bytes not used up yet, and where in the file they lie."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self.data = b""
        self.offset = 0
        self.hole: Hole | None = None
        self._ended = False

    def fill(self, want: int) -> bool:
        """Reads until `want` bytes are there; False at the end of the file or before a hole."""
        while len(self.data) < want and self.hole is None and not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            elif isinstance(piece, Hole):
                self.hole = piece
            elif isinstance(piece, bytes):
                self.data += piece
        return len(self.data) >= want

    def skip(self, count: int) -> None:
        """Drops the first `count` bytes that are there."""
        self.data = self.data[count:]
        self.offset += count

    def move(self, offset: int, reread: Reread) -> None:
        """Goes to another place of what was read so far."""
        end = self.offset + len(self.data)
        self.data = reread(offset, end - offset)
        self.offset = end - len(self.data)

    def take_hole(self) -> Hole | None:
        """The hole that `fill` met, if it met one; what follows it can then be read."""
        hole, self.hole = self.hole, None
        if hole is not None:
            self.offset += hole.length
        return hole
