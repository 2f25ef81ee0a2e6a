"""Turns a block of bytes into a column of text lines, and names every byte of it that is not text."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from logforensics.evidence.files import Block
from logforensics.evidence.model import Damage
from logforensics.evidence.sniff import NOT_TEXT

SCHEMA: dict[str, pl.DataType] = {"line": pl.UInt32(), "text": pl.String(), "length": pl.UInt32()}

_BOM = b"\xef\xbb\xbf"
_PACKED_STARTS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")
"""polars.read_lines unpacks what begins like gzip, zstd or zlib: such a block must not reach it."""

_ASCII = bytes(range(0x80))
_NULS = re.compile(rb"\x00+")

_BINARY_SHARE = 0.05
"""A line that cannot be decoded and holds this share of control bytes is no text in some other charset (those
have none) but a foreign disk block: 20 of 256 random bytes are such (0.08)."""

_MOST_STRETCHES = 200
"""Undecodable stretches named one by one in a block; a file in another charset has thousands, which become one."""


def lines_of(block: Block) -> tuple[pl.DataFrame, list[Damage]]:
    """The block's lines: `line` (number from 1), `text` (without LF and one CR before it), `length` (bytes with them).

    Bytes that are not UTF-8 are shown as \\xNN (Damage "encoding", delivered).  NULs and foreign binary data are
    cut out (Damage "nul", "binary"): the text before them is a torn piece, the text behind them a piece with the
    same line number.  A last line without LF is Damage "torn", delivered.  The sum of `length` and of the damage
    not delivered is len(block.data).
    """
    frame = _quick(block)
    if frame is not None:
        return frame, []
    return _careful(block)


def offsets_of(block: Block, lines: pl.DataFrame, damage: Iterable[Damage]) -> pl.Series:
    """Where in the file each row of lines_of begins: the rows and the damage that is not delivered tile the block."""
    lengths = lines.get_column("length").cast(pl.Int64)
    holes = sorted((entry.offset, entry.length) for entry in damage if not entry.delivered)[::-1]
    if not holes:
        return block.offset + lengths.cum_sum() - lengths
    offsets, at = [], block.offset
    for length in lengths:
        while holes and holes[-1][0] <= at:
            at += holes.pop()[1]
        offsets.append(at)
        at += length
    return pl.Series(offsets, dtype=pl.Int64)


def _quick(block: Block) -> pl.DataFrame | None:
    """The lines of clean UTF-8 that ends in LF; None for anything else."""
    data = block.data
    if (
        not data.endswith(b"\n")
        or b"\0" in data
        or (_BOM[:1] in data and _BOM in data)
        or data.startswith(_PACKED_STARTS)
    ):
        return None
    returns = data.count(b"\r") if b"\r" in data else 0
    if returns and returns != data.count(b"\r\n"):
        return None
    try:
        lines = pl.read_lines(data, name="text")
    except pl.exceptions.ComputeError:  # not UTF-8
        return None
    if returns and returns != lines.height:
        return None
    frame = lines.select(
        line=pl.int_range(block.first_line, block.first_line + lines.height, dtype=pl.UInt32),
        text="text",
        length=pl.col("text").str.len_bytes() + (2 if returns else 1),
    )
    # read_lines is marked unstable by Polars; the sum proves on every block that it took no byte away.
    return frame if frame["length"].sum() == len(data) else None


def _careful(block: Block) -> tuple[pl.DataFrame, list[Damage]]:
    """The same for any bytes, line by line; about a third as fast."""
    raw_lines = block.data.split(b"\n")
    unterminated = raw_lines.pop()
    numbers: list[int] = []
    texts: list[str] = []
    lengths: list[int] = []
    pieces = _Damaged(block)
    offset, number = block.offset, block.first_line
    for raw in raw_lines:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            if len(raw.translate(None, NOT_TEXT)) == len(raw):  # a line in another charset, nothing to cut out
                numbers.append(number)
                texts.append(pieces.text(raw, offset, number, 1)[0])
                lengths.append(len(raw) + 1)
                offset += len(raw) + 1
                number += 1
                continue
            text = "\0"  # sends the line to the pieces
        if "\0" in text or text.startswith("\ufeff"):
            for piece, length in pieces.of(raw, offset, number, b"\n"):
                numbers.append(number)
                texts.append(piece)
                lengths.append(length)
        else:
            numbers.append(number)
            texts.append(text.removesuffix("\r"))
            lengths.append(len(raw) + 1)
        offset += len(raw) + 1
        number += 1
    if unterminated:
        for piece, length in pieces.of(unterminated, offset, number, b""):
            numbers.append(number)
            texts.append(piece)
            lengths.append(length)
    frame = pl.DataFrame({"line": numbers, "text": texts, "length": lengths}, schema=SCHEMA)
    return frame, pieces.damage()


class _Damaged:
    """Cuts damaged lines into pieces of text and collects what was wrong with them."""

    def __init__(self, block: Block) -> None:
        self._file = block.file
        self._found: list[Damage] = []
        self._encoding: list[Damage] = []

    def of(self, raw: bytes, offset: int, number: int, end: bytes) -> list[tuple[str, int]]:
        """(text, bytes) of each piece of the line `raw`, whose line feed is `end` (b"" if it is missing)."""
        holes = self._holes(raw)
        pieces: list[tuple[str, int]] = []
        at = 0
        for kind, begin, end_of_hole in holes:
            stop = end_of_hole
            if begin > at:
                pieces.append(self.text(raw[at:begin], offset + at, number, 0))
                self._found.append(Damage("torn", self._file, offset + at, begin - at, delivered=True, line=number))
            # A line end right behind the hole ends no text: it is lost with the line's end.
            if not raw[stop:].rstrip(b"\r"):
                stop = len(raw) + len(end)
            self._found.append(Damage(kind, self._file, offset + begin, stop - begin, line=number))
            at = stop
        if at < len(raw) or not holes:
            pieces.append(self.text(raw[at:], offset + at, number, len(end)))
            if not end:
                self._found.append(Damage("torn", self._file, offset + at, len(raw) - at, delivered=True, line=number))
        return pieces

    def _holes(self, raw: bytes) -> list[tuple[str, int, int]]:
        """(kind, begin, end) of the stretches of `raw` that are no text."""
        body = raw.removesuffix(b"\r")
        controls = len(body) - len(body.translate(None, NOT_TEXT)) - body.count(0)
        if controls > _BINARY_SHARE * len(body) and (stretch := _undecodable(body)):
            marks = [*stretch, *(at for match in _CONTROLS.finditer(body) for at in match.span())]
            return [("binary", min(marks), max(marks))]
        return [("nul", *match.span()) for match in _NULS.finditer(raw)]

    def text(self, raw: bytes, offset: int, number: int, end: int) -> tuple[str, int]:
        """The text of one piece and its bytes with the `end` bytes of its line feed."""
        length = len(raw) + end
        # The mark that some programs write at every start (RFC 3629 section 6) is no part of the line.
        if raw.startswith(_BOM):
            raw = raw[len(_BOM) :]
            if offset:
                self._encoding.append(Damage("encoding", self._file, offset, len(_BOM), delivered=True, line=number))
            offset += len(_BOM)
        if stretch := _undecodable(raw):
            begin, stop = stretch
            self._encoding.append(
                Damage("encoding", self._file, offset + begin, stop - begin, delivered=True, line=number)
            )
        return raw.removesuffix(b"\r").decode("utf-8", "backslashreplace"), length

    def damage(self) -> list[Damage]:
        """Everything found, in file order."""
        encoding = self._encoding
        if len(encoding) > _MOST_STRETCHES:
            first, last = encoding[0], encoding[-1]
            span = last.offset + last.length - first.offset
            encoding = [Damage("encoding", self._file, first.offset, span, delivered=True, line=first.line)]
        return sorted([*self._found, *encoding], key=lambda damage: (damage.offset, damage.kind))


_CONTROLS = re.compile(b"[" + re.escape(NOT_TEXT) + b"]+")


def _undecodable(raw: bytes) -> tuple[int, int] | None:
    """From the first byte of `raw` that is not UTF-8 to behind the last byte that is not ASCII; None if all is well."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start, len(raw.rstrip(_ASCII))
    return None
