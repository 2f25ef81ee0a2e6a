"""Turns the pieces of an xz, bzip2, zstd or lz4 file into the pieces of its text, saving what damage leaves."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from logforensics.evidence.packings import Decoder, Packing
from logforensics.evidence.pieces import Doubt, Hole, Pieces
from logforensics.evidence.stored import Reread, Stored

OUT = 4 << 20
"""Most bytes asked of a decoder at once, so that a bomb (1 290 000 : 1 with bzip2) is worked off in steps."""

_TRIAL = 64 << 10
"""Stored bytes that must decode without an error (or to the member's end) for a member found by its magic in a damaged
file to be believed."""

_FRAME_HEADER = 8  # of a skippable frame: magic and length (RFC 8878 section 3.1.2)


class _Broken(NamedTuple):
    """A member that failed: stored offset of its first bad byte, text not delivered yet, whether memory failed it."""

    offset: int
    saved: list[bytes]
    memory: bool


def unpack(pieces: Pieces, reread: Reread, packing: Packing) -> Pieces:
    """The text of all members in order; `reread(offset, length)` gives stored bytes again after damage.

    With `packing.kind` in front: Doubt("-check") covers a member that proved wrong somewhere or whose checksum does
    not hold, Doubt("-unchecked") one that is cut off before its checksum; Hole("-truncated") stands where a member
    breaks off (its length: stored bytes that had to be skipped to the next one); Hole("-trailing") is what follows
    the last member and is neither a member nor padding zeros; Hole("-memory") is a member that asks for more than the
    decoder may have.
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
        if packing.skipped and source.data.startswith(packing.skipped):
            _skip_frame(source)
        elif not packing.begins(source.data) or (broken and not _believable(packing, source.data, 0)):
            yield from _skip_to_member(packing, source, "truncated" if broken else "trailing")
            broken = False
        else:
            broken = yield from _member(packing, source, reread)


def _skip_frame(source: Stored) -> None:
    """Passes over a frame that holds no text."""
    left = _FRAME_HEADER + int.from_bytes(source.data[4:_FRAME_HEADER], "little")
    while left > 0 and source.fill(1):
        step = min(left, len(source.data))
        source.skip(step)
        left -= step


def _member(packing: Packing, source: Stored, reread: Reread) -> Generator[bytes | Hole | Doubt, None, bool]:
    """One member's text; returns whether it broke off."""
    decoder = packing.decoder()
    begin, size = source.offset, 0
    fed = 0  # bytes at the front of `source` that the decoder has, and may have left
    while True:
        if decoder.needs_input:
            source.skip(fed)
            fed = 0
        if decoder.needs_input and not source.fill(1):
            if not (yield from _hidden(packing, source, reread, begin, size)):
                yield from _cut_off(packing, source, size)
            return True
        chunk = source.data if decoder.needs_input else b""
        fed += len(chunk)
        try:
            out = decoder.decompress(chunk, OUT)
        except packing.errors as error:
            bad, saved, memory = _narrow(packing, reread, (begin, source.offset, fed), size, error)
            yield from saved
            size += sum(map(len, saved))
            source.move(bad, reread)
            if memory and not size:
                source.skip(min(1, len(source.data)))
                yield from _skip_to_member(packing, source, "memory", 1)
            elif not (yield from _hidden(packing, source, reread, begin, size)):
                yield Doubt(f"{packing.kind}-check", size)
                yield from _skip_to_member(packing, source, "truncated")
            return True
        if out:
            size += len(out)
            yield out
        if decoder.eof:
            source.skip(fed - len(decoder.unused_data or b""))
            return False


def _cut_off(packing: Packing, source: Stored, size: int) -> Iterator[Hole | Doubt]:
    """What is said of a member that gave `size` bytes and then ended, or met a hole."""
    if size and packing.checked_last:
        yield Doubt(f"{packing.kind}-unchecked", size)
    yield source.take_hole() or Hole(f"{packing.kind}-truncated", 0)


def _narrow(packing: Packing, reread: Reread, where: tuple[int, int, int], delivered: int, error: Exception) -> _Broken:
    """Decodes a broken member again: where its first bad byte lies, and the text before that was not delivered yet.

    `where`: stored offsets of the member and of the chunk that failed, and that chunk's length.  It is needed because
    a decoder drops the output of the very call that fails.
    """
    begin, failed, length = where
    if "emory" in str(error):
        return _Broken(begin, [], memory=True)
    decoder = packing.decoder()
    done, offset, saved = 0, begin, list[bytes]()
    limit = failed + max(length, 1)
    while offset < limit and not decoder.eof:
        step = min(_TRIAL, failed - offset) if offset < failed else 1
        feed = reread(offset, step)
        if not feed:
            break
        try:
            for out in _all_of(decoder, feed):
                if done + len(out) > delivered:
                    saved.append(out[max(0, delivered - done) :])
                done += len(out)
        except packing.errors:
            break
        offset += len(feed)
    return _Broken(min(offset, limit), saved, memory=False)


def _all_of(decoder: Decoder, feed: bytes) -> Iterator[bytes]:
    """Everything that `feed` decodes to, in steps."""
    out = decoder.decompress(feed, OUT)
    while out or not (decoder.needs_input or decoder.eof):
        yield out
        if decoder.needs_input or decoder.eof:
            return
        out = decoder.decompress(b"", OUT)


def _believable(packing: Packing, data: bytes, at: int) -> bool:
    """Whether a member begins at `at` that decodes as far as can be seen."""
    if not packing.begins(data, at):
        return False
    decoder = packing.decoder()
    try:
        decoder.decompress(data[at : at + _TRIAL], OUT)
    except packing.errors:
        return False
    return True


def _find(packing: Packing, data: bytes, begin: int, end: int) -> int:
    """Where the first believable member begins in data[begin:end], -1 if none does."""
    found = sorted({at for magic in packing.magics for at in _all(data, magic, begin, end)})
    return next((at for at in found if _believable(packing, data, at)), -1)


def _all(data: bytes, magic: bytes, begin: int, end: int) -> Iterator[int]:
    at = data.find(magic, begin, end)
    while at >= 0:
        yield at
        at = data.find(magic, at + 1, end)


def _hidden(
    packing: Packing, source: Stored, reread: Reread, begin: int, size: int
) -> Generator[Hole | Doubt, None, bool]:
    """Goes back to a member that the decoder took for data of the broken one before it, if there is one.

    That one began at `begin` and gave `size` bytes, the last of which are then nonsense.
    """
    window = max(begin + 1, source.offset - packing.window)
    data = reread(window, source.offset - window + _TRIAL)
    found = _find(packing, data, 0, source.offset - window)
    if found < 0:
        return False
    yield Doubt(f"{packing.kind}-check", size)
    yield Hole(f"{packing.kind}-truncated", 0)
    source.move(window + found, reread)
    return True


def _skip_to_member(packing: Packing, source: Stored, kind: str, dropped: int = 0) -> Iterator[Hole]:
    """Drops stored bytes up to the next believable member, a hole in the file, or its end.

    `dropped` counts those already skipped.
    """
    longest = max(map(len, packing.magics))
    padding, found = kind == "trailing", -1
    while found < 0 and source.fill(1):
        more = source.fill(2 * _TRIAL)
        # Near the end of what is there a member cannot be judged yet, unless nothing more comes.
        end = len(source.data) - _TRIAL if more else len(source.data)
        found = _find(packing, source.data, 0, end)
        # Less than a magic at the border, which the next round sees whole.
        upto = found if found >= 0 else (end - longest if more else end)
        padding = padding and not source.data[:upto].strip(b"\0")
        dropped += upto
        source.skip(upto)
    if not padding:
        yield Hole(f"{packing.kind}-{kind}", dropped)
