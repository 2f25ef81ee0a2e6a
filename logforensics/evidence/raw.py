"""Turns a binary log file into its unpacked bytes in order, hashed in the same pass, with their holes named."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from logforensics.evidence.files import FileReader
from logforensics.evidence.model import LogFile
from logforensics.evidence.pieces import Hole, Pieces

CHUNK = 4 << 20


class RawReader(FileReader[bytes | Hole]):
    """Iterates over a file's bytes, and holes where some cannot be read; each iteration reads the evidence anew.

    The attributes are those of FileReader; `lines` and the damage inside the bytes are for the reader of the format
    to write down, with `lost` and `doubtful`.
    """

    def __init__(self, file: LogFile, chunk: int = CHUNK, *, digest: bool = True) -> None:
        super().__init__(file, chunk, digest=digest)

    def _given(self, pieces: Pieces) -> Iterator[bytes | Hole]:
        for part in self._without_doubts(pieces):
            if not isinstance(part, Hole):
                self.text_bytes += len(part)
                yield part
            elif part.kind == "nul":  # a hole of a sparse file: zeros, which a format has its own use for
                yield from self._zeros(part.length)
            else:
                self._hole(part)
                yield part

    def _zeros(self, length: int) -> Iterator[bytes]:
        while length > 0:
            step = min(length, self._chunk)
            self.text_bytes += step
            yield bytes(step)
            length -= step

    @property
    def end(self) -> int:
        """Bytes of the file when it was opened; of a compressed one, more than any file has."""
        return self._disk.size if self._disk is not None and self.can_reread else sys.maxsize

    @property
    def can_reread(self) -> bool:
        """Whether `reread` gives anything: not of a compressed file."""
        return self._disk is not None and self.file.compression == "plain"

    def reread(self, offset: int, length: int) -> bytes:
        """Bytes at `offset` once more, while the file is being read; fewer where it fails or ends."""
        return self._disk.reread(offset, length) if self._disk is not None and self.can_reread else b""

    def lost(self, kind: str, offset: int, length: int) -> None:
        """Writes down `length` bytes at `offset` that became no event, behind the record that was read last."""
        self._damage(kind, offset, length, line=self.lines + 1)

    def doubtful(self, kind: str, offset: int, length: int, *, before: int = 0) -> None:
        """Writes down bytes that become the next event, or one `before` it, although something about them is wrong."""
        self._damage(kind, offset, length, delivered=True, line=self.lines + 1 - before)
