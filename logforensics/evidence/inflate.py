"""Turns a file's stored bytes into the pieces of its text, however it is compressed and however far it would grow."""

from __future__ import annotations

from logforensics.evidence.gunzip import gunzip
from logforensics.evidence.opening import Disk
from logforensics.evidence.packings import MEMORY, packing
from logforensics.evidence.pieces import Hole, Pieces
from logforensics.evidence.unpack import unpack

CHUNK = 256 << 10
"""Stored bytes read at once of a compressed file: at the usual 10 : 1 to 20 : 1 one block of text."""

MOST_TEXT = 64 << 30
"""Bytes of text after which a compressed file is given up: no log is that long, but 50 kB can claim to be.  There is no
limit to the ratio, since a log of NULs is honestly packed 1000 : 1."""


def text_pieces(disk: Disk, compression: str, chunk: int, *, digest: bool = True, memory: int = MEMORY) -> Pieces:
    """The text of an open file from its first byte to its last; `chunk` is what is read at once of a plain one.

    A decoder takes no more than `memory` bytes.
    """
    if compression == "plain":
        return disk.stream(chunk, digest=digest)
    stored = disk.stream(min(CHUNK, chunk), digest=digest)
    if compression == "gzip":
        return _limited(gunzip(stored, disk.reread))
    return _limited(unpack(stored, disk.reread, packing(compression, memory)))


def _limited(pieces: Pieces) -> Pieces:
    total = 0
    for piece in pieces:
        if isinstance(piece, bytes):
            if total + len(piece) > MOST_TEXT:
                yield piece[: MOST_TEXT - total]
                yield Hole("too-long", 0)
                return
            total += len(piece)
        yield piece
