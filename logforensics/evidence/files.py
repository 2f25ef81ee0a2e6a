"""Turns a log file into blocks of whole lines, hashed in the same pass, with every stretch that is missing named."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Generic, TypeVar

from logforensics.evidence.cut import cut
from logforensics.evidence.export import Export, is_export
from logforensics.evidence.held import opened
from logforensics.evidence.inflate import text_pieces
from logforensics.evidence.model import Damage, LogFile
from logforensics.evidence.opening import Disk, words_of
from logforensics.evidence.pieces import Doubt, Hole, Pieces
from logforensics.evidence.sniff import utf16

BLOCK_BYTES = 4 << 20
"""Large enough that the cost of a block (one Polars call chain) vanishes, small enough for the cache and memory."""

MOST_PLACES = 1 << 16
"""Beginnings of pieces that are remembered to say in which line a doubtful member began; one has 64 KiB and more."""

Part = TypeVar("Part")

LONGEST_LINE = 16 << 20
"""Of a longer line only the beginning is read: no logger writes one, but a file may hold a GB without a line feed."""


@dataclass(frozen=True)
class Block:
    """Bytes of whole lines of one file.

    `offset` is that of the first byte in the file's (decompressed) text, `first_line` its line number from 1.
    The data end in a line feed, but for the last block and one that stops at damage; `behind` says that they begin
    behind bytes that are missing.
    """

    file: str
    index: int
    offset: int
    first_line: int
    data: bytes
    behind: bool = False


class FileReader(Generic[Part]):
    """What is known of a file once its bytes were read.

    `sha256`      hex digest of the bytes on disk that were read (`whole` says whether that is all of them),
    `disk_bytes`  how many those were (it grows while reading),
    `text_bytes`  how many bytes they make once unpacked: what was given out and the damage that is not delivered
                  tile exactly [0, text_bytes),
    `lines`       how many lines or records there are,
    `damage`      torn off, unreadable or doubtful stretches,
    `note`        in words why it could not be read, or how it changed meanwhile; "" if all is well,
    `error`       why it could not be opened; None if it could,
    `unverified`  (first, last) number of the lines whose bytes come from a packed member that proved wrong,
    `places`      where lines begin, as LogFile has them.
    Never raises for a file that cannot be read: that is Damage("unread").
    """

    def __init__(self, file: LogFile, chunk: int, *, digest: bool = True) -> None:
        self.file = file
        self._chunk = chunk
        self._with_digest = digest
        self._reset()

    def _reset(self) -> None:
        self.sha256 = ""
        self.whole = True
        self.text_bytes = 0
        self.lines = 0
        self.damage: list[Damage] = []
        self.note = ""
        self.error: OSError | None = None
        self.unverified: list[tuple[int, int]] = []
        self.places: tuple[tuple[int, int], ...] = ()
        self._as_stored = self.file.compression == "plain"
        self._disk: Disk | None = None

    @property
    def disk_bytes(self) -> int:
        """Bytes on disk read so far."""
        return self._disk.read_bytes if self._disk else 0

    def __iter__(self) -> Iterator[Part]:
        self._reset()
        try:
            disk = self._disk = opened(self.file)
        except OSError as error:
            self.error, self.note = error, words_of(error)
            self._hole(Hole("unread", self.file.size))
            self.whole = False
            return
        with disk:
            compression, memory = self.file.compression, self.file.memory
            pieces = text_pieces(disk, compression, self._chunk, digest=self._with_digest, memory=memory)
            yield from self._given(pieces)
            self._compare(disk)
        self.sha256 = disk.hexdigest if self._with_digest else ""
        self.whole = disk.whole and self._with_digest
        self._end()

    def _given(self, pieces: Pieces) -> Iterator[Part]:
        """What the reader gives for the unpacked pieces of the file."""
        raise NotImplementedError

    def _end(self) -> None:
        """Called behind the last piece of a file that could be opened."""

    def _compare(self, disk: Disk) -> None:
        """Names what happened to the file since it was found: what a truncation took, a rewriting, growth."""
        if disk.trouble:
            self.note = f"some of it could not be read: {disk.trouble}"
        if self.file.compression == "plain" and disk.size < self.file.size:
            self._hole(Hole("shrunk", self.file.size - disk.size))
            self.note = f"it shrank from {self.file.size} to {disk.size} bytes before it was read"
            return
        found, now = self.file.state or disk.state, disk.state_now()
        if now.size < disk.state.size:
            self.note = f"it shrank from {disk.state.size} to {now.size} bytes while it was read"
            left = disk.size_now()
            if self.file.compression == "plain" and left < disk.size and not self.has("shrunk"):
                self.damage.append(Damage("shrunk", self.file.name, left, disk.size - left, delivered=True))
        elif now.size == found.size and now.mtime != found.mtime:
            self.note = f"it was written to while it was read: {found.told()}, then {now.told()}"
            self.damage.append(Damage("changed", self.file.name, 0, self.text_bytes, delivered=True))
        elif now.size > disk.state.size and self.file.held is None:
            self.note = f"{now.size - disk.state.size} bytes came while it was read, and are not part of this"

    def has(self, kind: str) -> bool:
        """Whether damage of that kind was found so far."""
        return any(damage.kind == kind for damage in self.damage)

    def _without_doubts(self, pieces: Pieces) -> Iterator[bytes | Hole]:
        """Writes doubts down as damage with their offset and lines; passes everything else on."""
        arrived = feeds = 0
        whole = True  # whether what arrived ends with a line
        places, before = [0], [0]  # where pieces began, and how many line feeds came before
        for piece in pieces:
            if isinstance(piece, Doubt):
                begin = arrived - piece.length
                first = (before[bisect_right(places, begin) - 1] if piece.length else feeds) + 1
                self._damage(piece.kind, begin, piece.length, delivered=True, line=first)
                if piece.kind != "encoding" and piece.length:
                    self.unverified.append((first, feeds if whole else feeds + 1))
                continue
            if len(places) > MOST_PLACES:
                del places[1 : MOST_PLACES // 2], before[1 : MOST_PLACES // 2]
            places.append(arrived)
            before.append(feeds)
            if isinstance(piece, Hole):
                arrived += piece.length
            else:
                arrived += len(piece)
                # of what lies there as it was written nothing is in doubt
                feeds += 0 if self._as_stored else piece.count(b"\n")
                whole = piece.endswith(b"\n") or (whole and not piece)
            yield piece

    def _hole(self, hole: Hole) -> None:
        self._damage(hole.kind, self.text_bytes, hole.length)
        self.text_bytes += hole.length

    def _damage(self, kind: str, offset: int, length: int, *, delivered: bool = False, line: int | None = None) -> None:
        last = self.damage[-1] if self.damage else None
        if last and last.length and (last.kind, last.delivered, last.offset + last.length) == (kind, delivered, offset):
            self.damage[-1] = replace(last, length=last.length + length)
        else:
            self.damage.append(Damage(kind, self.file.name, offset, length, delivered, line))


class BlockReader(FileReader[Block]):
    """Iterates over a file's blocks; each iteration reads the evidence anew.

    After an iteration went to its end, the attributes of FileReader hold; `lines` are line feeds, plus one for a last
    line without, and lines_of finds the damage inside a block.
    """

    def __init__(
        self,
        file: LogFile,
        block_bytes: int = BLOCK_BYTES,
        *,
        longest_line: int = LONGEST_LINE,
        digest: bool = True,
    ) -> None:
        self._longest = max(longest_line, block_bytes)
        super().__init__(file, block_bytes, digest=digest)

    def _reset(self) -> None:
        super()._reset()
        self._index = 0
        self._begins: list[tuple[int, int]] = []
        self._ends_in_line_feed = True
        self._behind = False
        self._export = Export()

    def _given(self, pieces: Pieces) -> Iterator[Block]:
        text = self._in_lines(self._as_utf8(pieces))
        for part in cut(self._without_doubts(text), self._chunk, self._longest):
            if isinstance(part, Hole):
                self._hole(part)
            else:
                yield self._block(part)

    def _end(self) -> None:
        self.lines += not self._ends_in_line_feed
        if self._as_stored and not self._export.changed and all(damage.delivered for damage in self.damage):
            self.places = tuple(self._begins)

    def _block(self, data: bytes) -> Block:
        block = Block(self.file.name, self._index, self.text_bytes, self.lines + 1, data, self._behind)
        self._index += 1
        self._begins.append((block.first_line, block.offset))
        self._behind = False
        self.text_bytes += len(data)
        self.lines += data.count(b"\n")
        self._ends_in_line_feed = data.endswith(b"\n")
        return block

    def _hole(self, hole: Hole) -> None:
        if hole.sha256 is not None:
            known = Damage(hole.kind, self.file.name, self.text_bytes, hole.length, False, self.lines + 1, hole.sha256)
            self.damage.append(known)
        else:
            self._damage(hole.kind, self.text_bytes, hole.length, line=self.lines + 1)
        self.text_bytes += hole.length
        self.lines += hole.feeds
        self._behind = not hole.feeds
        if hole.length:
            self._ends_in_line_feed = hole.feeds > 0

    def _in_lines(self, pieces: Pieces) -> Pieces:
        """Passes text on as it is; the binary fields of a journal's export become lines, and offsets those of them."""
        first = next(pieces, None)
        if first is None:
            return
        every = chain([first], pieces)
        yield from self._export.in_lines(every) if isinstance(first, bytes) and is_export(first) else every

    def _as_utf8(self, pieces: Pieces) -> Pieces:
        """Passes UTF-8 (and what is near it) on as it is; a UTF-16 file, as Windows loggers write it, becomes UTF-8.

        Its offsets are then those of the UTF-8 text.
        """
        decoder: codecs.IncrementalDecoder | None = None
        known = False
        taken, given = [0], [0]  # bytes of UTF-16 and of the UTF-8 they became, piece by piece
        for piece in pieces:
            if isinstance(piece, Doubt) and decoder is not None:
                begin = bisect_right(taken, taken[-1] - piece.length) - 1
                yield Doubt(piece.kind, given[-1] - given[begin])
                continue
            if not isinstance(piece, bytes):
                yield piece
                continue
            if not known:
                known = True
                if encoding := utf16(piece):
                    decoder = codecs.getincrementaldecoder(encoding)("backslashreplace")
                    self._as_stored = False
            if decoder is None:
                yield piece
                continue
            text = decoder.decode(piece).encode("utf-8", "backslashreplace")
            taken.append(taken[-1] + len(piece))
            given.append(given[-1] + len(text))
            if text:
                yield text
        if decoder and (rest := decoder.decode(b"", final=True)):
            yield rest.encode("utf-8", "backslashreplace")
            yield Doubt("encoding", len(rest.encode("utf-8", "backslashreplace")))


def read_blocks(file: LogFile, block_bytes: int = BLOCK_BYTES) -> BlockReader:
    """The blocks of `file`; see BlockReader for what is known once they were read."""
    return BlockReader(file, block_bytes)
