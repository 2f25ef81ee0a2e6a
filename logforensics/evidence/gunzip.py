"""Turns the pieces of a gzip file into the pieces of its text, member by member, saving what damage leaves."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from types import ModuleType
from typing import Any

from logforensics.evidence.pieces import Doubt, Hole, Pieces
from logforensics.evidence.stored import Reread, Stored

_fast: ModuleType
try:  # igzip inflates three times as fast; it exists for x86-64 and ARM only
    from isal import isal_zlib as _fast
except ImportError:  # pragma: no cover - depends on the machine
    _fast = zlib

MAGIC = b"\x1f\x8b"
OUT = 4 << 20
"""Most bytes asked of the inflater at once, so that a bomb (1000:1) is worked off in steps."""

_STEP = 16 << 10
"""Stored bytes between two copies of the inflater's state when damage is narrowed down."""

_TRIAL = 64 << 10
"""A member found by its magic in a damaged file must inflate this far (or to its end) to be believed, and a
header must end within it (names have no limit in RFC 1952)."""

_SWALLOWED = 1 << 20
"""Where a member was cut off, the inflater takes the next one for its data until that makes no sense, which is
within a deflate block: some 10 KiB as a rule."""

_ERRORS: tuple[type[Exception], ...] = (zlib.error, _fast.error)
_HEADER = 10  # bytes of the fixed part (RFC 1952 section 2.3)
_TRAILER = 8  # CRC-32 and length modulo 2**32
_DEFLATED = MAGIC + b"\x08"  # the only method there is


def gunzip(pieces: Pieces, reread: Reread) -> Pieces:
    """The text of all members in order; `reread(offset, length)` gives stored bytes again after damage.

    Doubt("gz-crc") covers a member whose checksum or length does not hold, Doubt("gz-unchecked") one that is cut off
    before it; Hole("gz-truncated") stands where a
    member breaks off (its length: stored bytes that had to be skipped to the next member); Hole("gz-trailing")
    is what follows the last member and is neither a member nor padding zeros (RFC 1952, gzip(1)).
    """
    source = Stored(pieces)
    broken = False
    while True:
        if not source.fill(1):
            hole = source.take_hole()
            if hole is None:
                return
            yield hole
            continue
        source.fill(_TRIAL)
        header = _header_length(source.data)
        if header is None or (broken and not _believable(source.data, 0)):
            yield from _skip_to_member(source, "gz-truncated" if broken else "gz-trailing")
            broken = False
            continue
        source.skip(header)
        broken = yield from _member(source, reread)


def _header_length(data: bytes, at: int = 0) -> int | None:
    """Length of the member header at `at` (RFC 1952 section 2.3), None if there is none that ends in `data`."""
    if data[at : at + 3] != _DEFLATED or len(data) < at + _HEADER or data[at + 3] & 0xE0:
        return None
    flags, end = data[at + 3], at + _HEADER
    if flags & 4:  # FEXTRA
        end += 2 + int.from_bytes(data[end : end + 2], "little")
    for flag in (8, 16):  # FNAME, FCOMMENT: up to a zero byte
        if flags & flag:
            end = data.find(b"\0", end, at + _TRIAL) + 1
            if not end:
                return None
    if flags & 2:  # FHCRC
        end += 2
    return end - at if end <= len(data) else None


def _believable(data: bytes, at: int) -> bool:
    """Whether a member begins at `at` that inflates as far as can be seen."""
    header = _header_length(data, at)
    if header is None:
        return False
    try:
        zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(memoryview(data)[at + header : at + header + _TRIAL])
    except zlib.error:
        return False
    return True


def _member(source: Stored, reread: Reread) -> Generator[bytes | Hole | Doubt, None, bool]:
    """One member's text; returns whether it broke off."""
    inflater: Any = _fast.decompressobj(wbits=-zlib.MAX_WBITS)
    begin, crc, size = source.offset, 0, 0
    while not inflater.eof:
        if not source.fill(1):
            # igzip keeps the last bytes before a cut to itself, zlib does not.
            _, saved = _narrow(reread, begin, source.offset, size)
            yield from saved
            size += sum(map(len, saved))
            if not (yield from _hidden(source, reread, begin, size)):
                yield from _unchecked(size)
                yield source.take_hole() or Hole("gz-truncated", 0)
            return True
        chunk = feed = source.data
        while True:
            try:
                out: bytes = inflater.decompress(feed, OUT)
            except _ERRORS:
                bad, saved = _narrow(reread, begin, source.offset + len(chunk), size)
                size += sum(map(len, saved))
                yield from saved
                source.move(bad, reread)
                if not (yield from _hidden(source, reread, begin, size)):
                    yield Doubt("gz-crc", size)
                    yield from _skip_to_member(source, "gz-truncated")
                return True
            if out:
                crc = _fast.crc32(out, crc)
                size += len(out)
                yield out
            feed = inflater.unconsumed_tail
            if inflater.eof or (not feed and len(out) < OUT):
                break
        source.skip(len(chunk) - len(inflater.unused_data) if inflater.eof else len(chunk))
    return (yield from _checked(source, reread, begin, size, crc))


def _checked(source: Stored, reread: Reread, begin: int, size: int, crc: int) -> Generator[Hole | Doubt, None, bool]:
    """Compares a member's trailer with what was inflated; returns whether the member broke off."""
    if not source.fill(_TRAILER):
        source.skip(len(source.data))
        yield from _unchecked(size)
        yield Hole("gz-truncated", 0)
        return True
    trailer = source.data[:_TRAILER]
    source.skip(_TRAILER)
    if trailer != crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little"):
        if (yield from _hidden(source, reread, begin, size)):
            return True
        yield Doubt("gz-crc", size)
    return False


def _unchecked(size: int) -> Iterator[Doubt]:
    """A doubt about the text of a member whose checksum is missing: a flipped bit may have made it run on to here."""
    if size:
        yield Doubt("gz-unchecked", size)


def _hidden(source: Stored, reread: Reread, begin: int, size: int) -> Generator[Hole | Doubt, None, bool]:
    """Goes back to a member that the inflater took for data of the broken one before it, if there is one.

    That one began at `begin` and gave `size` bytes, the last of which are then nonsense.
    """
    window = max(begin, source.offset - _SWALLOWED)
    data = reread(window, source.offset - window + _TRIAL)
    found = data.find(_DEFLATED)
    while 0 <= found < source.offset - window:
        if _believable(data, found):
            yield Doubt("gz-crc", size)
            yield Hole("gz-truncated", 0)
            source.move(window + found, reread)
            return True
        found = data.find(_DEFLATED, found + 1)
    return False


def _narrow(reread: Reread, begin: int, end: int, delivered: int) -> tuple[int, list[bytes]]:
    """Inflates the member at `begin` again with zlib: where its first bad byte lies, and the text not delivered yet.

    It is needed because an inflater drops the output of the very call that fails.
    """
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    done, offset, saved = 0, begin, []
    while offset < end:
        chunk = reread(offset, min(_STEP, end - offset))
        if not chunk:
            break
        before = inflater.copy()
        bad: int | None = None
        try:
            outs = [inflater.decompress(chunk)]
        except zlib.error:
            outs = []
            inflater = before
            for bad in range(len(chunk)):
                try:
                    outs.append(inflater.decompress(chunk[bad : bad + 1]))
                except zlib.error:
                    break
        out = b"".join(outs)
        if done + len(out) > delivered:
            saved.append(out[max(0, delivered - done) :])
        done += len(out)
        if bad is not None:
            return offset + bad, saved
        offset += len(chunk)
    return offset, saved


def _skip_to_member(source: Stored, kind: str) -> Iterator[Hole]:
    """Drops stored bytes up to the next believable member, a hole in the file, or its end."""
    dropped, padding, found = 0, True, -1
    while found < 0 and source.fill(1):
        more = source.fill(_TRIAL)
        # Near the end of what is there a member cannot be judged yet, unless nothing more comes.
        end = len(source.data) - _TRIAL // 2 if more else len(source.data)
        found = source.data.find(_DEFLATED, 0, end)
        while found >= 0 and not _believable(source.data, found):
            found = source.data.find(_DEFLATED, found + 1, end)
        # One less than a magic at the border, which the next round sees whole.
        upto = found if found >= 0 else (end - 2 if more else end)
        padding = padding and not source.data[:upto].strip(b"\0")
        dropped += upto
        source.skip(upto)
    if kind == "gz-truncated" or not padding:
        yield Hole(kind, dropped)
