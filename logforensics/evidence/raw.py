"""Turns a binary log file into its unpacked bytes in order, hashed in the same pass, with their holes named."""

from __future__ import annotations

from collections.abc import Iterator

from logforensics.evidence.files import FileReader
from logforensics.evidence.model import LogFile
from logforensics.evidence.pieces import Hole, Pieces

CHUNK = 4 << 20


class RawReader(FileReader[bytes | Hole]):
    """Iterates over a file's bytes, and holes where some are missing; each iteration reads the evidence anew.

    The attributes are those of FileReader; `lines` and the damage inside the bytes are for the reader of the format
    to write down, with `lost` and `doubtful`.
    """

    def __init__(self, file: LogFile, chunk: int = CHUNK, *, digest: bool = True) -> None:
        super().__init__(file, chunk, digest=digest)

    def _given(self, pieces: Pieces) -> Iterator[bytes | Hole]:
        for part in self._without_doubts(pieces):
            if isinstance(part, Hole):
                self._hole(part)
            else:
                self.text_bytes += len(part)
            yield part

    def lost(self, kind: str, offset: int, length: int) -> None:
        """Writes down `length` bytes at `offset` that became no event, behind the record that was read last."""
        self._damage(kind, offset, length, line=self.lines + 1)

    def doubtful(self, kind: str, offset: int, length: int) -> None:
        """Writes down bytes that became the event read last although something about them is wrong."""
        self._damage(kind, offset, length, delivered=True, line=self.lines)
