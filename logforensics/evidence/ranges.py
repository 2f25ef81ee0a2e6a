"""Turns a large plain file into ranges of whole lines that can be read apart, and proves that they are all of it.

A machine that is given a range opens the file by itself (it lies on shared storage) and reads nothing but the range.
That works only for a file that is whole and plain text: where a range turns out to hold a hole, unreadable pages, a
run of NULs or a line without an end, it says so (RangeError), and the file is read from its beginning instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from logforensics.errors import LogForensicsError
from logforensics.evidence.cut import cut
from logforensics.evidence.export import is_export
from logforensics.evidence.files import BLOCK_BYTES, LONGEST_LINE, Block
from logforensics.evidence.held import opened
from logforensics.evidence.model import Damage, LogFile
from logforensics.evidence.opening import PAGE, Disk
from logforensics.evidence.pieces import Hole
from logforensics.evidence.raw import RawReader
from logforensics.evidence.sniff import utf16

RANGE_BYTES = 16 * BLOCK_BYTES
"""Large enough that a scheduler's milliseconds for each task vanish beside the tenth of a second that it takes to parse
it, small enough that a file of a few GB keeps a rack busy and a worker that dies costs little.  A multiple of a block:
then the blocks of all ranges are those of the file."""

_LOOK = 1 << 16

_NULS = bytes(PAGE)
"""What a crash leaves in a log; such a stretch is one piece of damage, however the file is cut."""


class RangeError(LogForensicsError):
    """A range that cannot be read for itself; the file has to be read from its beginning."""


class Part(NamedTuple):
    """A range as it was read: from `begin` to `end` (offsets in bytes, `end` not included), and its SHA-256."""

    begin: int
    end: int
    sha256: str


def ranges(file: LogFile, size: int = RANGE_BYTES) -> tuple[tuple[int, int], ...]:
    """Where a file may be cut, as (first offset, offset behind) of each range; () for one that cannot be.

    `size` is a multiple of the size of a block.  A range holds the lines that end in it, with those of the file's last
    bytes.
    """
    if file.compression != "plain" or file.kind != "text" or file.held is not None or file.size < 2 * size:
        return ()
    edges = [*range(0, file.size - size // 2, size), file.size]
    return tuple(pairwise(edges))


class RangeReader:
    """Iterates over the blocks of one range; their line numbers count from 1 in the range, their offsets in the file.

    After an iteration `part` says what was read, and `lines` how many lines that is.  Raises RangeError, and OSError if
    the file cannot be opened.
    """

    def __init__(self, file: LogFile, begin: int, end: int, block_bytes: int = BLOCK_BYTES) -> None:
        self.file = replace(file, state=None)  # another machine knows the same file by other numbers
        self._begin = begin
        self._end = end
        self._chunk = block_bytes
        self.part = Part(begin, begin, "")
        self.lines = 0

    def __iter__(self) -> Iterator[Block]:
        self.lines = 0
        with opened(self.file) as disk:
            begin, end = (_line_at(disk, edge, self._chunk) for edge in (self._begin, self._end))
            head = disk.reread(0, _LOOK) if begin == 0 else b""
            if utf16(head) or is_export(head):
                message = "UTF-16, or a journal's export"
                raise RangeError(message)
            digest = hashlib.sha256()
            offset, index = begin, 0
            for data in cut(_pieces(disk, begin, end, self._chunk), self._chunk, LONGEST_LINE):
                if isinstance(data, Hole):
                    raise RangeError(data.kind)
                digest.update(data)
                yield Block(self.file.name, index, offset, self.lines + 1, data)
                offset, index = offset + len(data), index + 1
                # only the last line of the file may be without a line feed
                self.lines += data.count(b"\n") + (offset == end and not data.endswith(b"\n"))
            self.part = Part(begin, end, digest.hexdigest())


def _pieces(disk: Disk, begin: int, end: int, chunk: int) -> Iterator[bytes | Hole]:
    """The bytes of a range, cut where a reader of the whole file gets its pieces."""
    while begin < end:
        data = disk.reread(begin, min(chunk - begin % chunk, end - begin))
        if not data:
            message = "it cannot be read to its end"
            raise RangeError(message)
        if _NULS in data:
            message = "nul"
            raise RangeError(message)
        yield data
        begin += len(data)


def _line_at(disk: Disk, offset: int, chunk: int) -> int:
    """Where the line begins that `offset` lies in, or begins with; as a reader of the whole file cuts there."""
    if offset in {0, disk.size}:
        return offset
    at = offset
    while at > offset - chunk:
        begin = max(at - _LOOK, offset - chunk)
        data = disk.reread(begin, at - begin)
        if len(data) < at - begin:
            break
        feed = data.rfind(b"\n")
        if feed >= 0:
            return begin + feed + 1
        at = begin
    message = "a long line, or an end that is none"
    raise RangeError(message)


@dataclass
class Whole:
    """What evidence/files.FileReader tells of a file that was read, of one that was read in ranges."""

    file: LogFile
    sha256: str = ""
    whole: bool = True
    text_bytes: int = 0
    disk_bytes: int = 0
    lines: int = 0
    damage: list[Damage] = field(default_factory=list)
    note: str = ""
    unverified: list[tuple[int, int]] = field(default_factory=list)
    places: tuple[tuple[int, int], ...] = ()
    parts: tuple[Part, ...] = ()

    def has(self, kind: str) -> bool:
        """Whether damage of that kind was found."""
        return any(entry.kind == kind for entry in self.damage)


def hashed(file: LogFile, cuts: tuple[tuple[int, int], ...], block_bytes: int = BLOCK_BYTES) -> Whole:
    """The hash of a file and of each of its ranges in one pass, and what may have happened to it meanwhile.

    `lines` stays 0.  Raises RangeError as RangeReader does, and OSError.
    """
    with opened(file) as disk:
        edges = [_line_at(disk, begin, block_bytes) for begin, _ in cuts] + [disk.size]
    reader = RawReader(file)
    digests = [hashlib.sha256() for _ in cuts]
    at = place = 0
    for piece in reader:
        if isinstance(piece, Hole):
            raise RangeError(piece.kind)
        begin = 0
        while begin < len(piece):
            while at >= edges[place + 1]:
                place += 1
            step = min(len(piece) - begin, edges[place + 1] - at)
            digests[place].update(memoryview(piece)[begin : begin + step])
            begin, at = begin + step, at + step
    if reader.damage:
        raise RangeError(reader.damage[0].kind)
    parts = tuple(
        Part(begin, end, digest.hexdigest()) for (begin, end), digest in zip(pairwise(edges), digests, strict=True)
    )
    return Whole(file, reader.sha256, reader.whole, reader.text_bytes, reader.disk_bytes, note=reader.note, parts=parts)
