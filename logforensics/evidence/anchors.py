"""Turns citations (file and line number) into anchors: where a line's bytes lie in the evidence, and their hash.

With an anchor a line can be found again by a seek alone, and one changed byte in it shows.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from logforensics.evidence.entries import stored_of
from logforensics.evidence.files import Block, BlockReader
from logforensics.evidence.held import opened
from logforensics.evidence.model import LogFile


class Anchor(NamedTuple):
    """The bytes of a cited line: offset of the first one, how many, and their SHA-256 (hex).

    Offsets count the file's text as the ledger counts it: the bytes on disk of a plain file, the unpacked bytes of a
    compressed file or of a member of a bundle, UTF-8 for a file in UTF-16.  The line feed is not counted, a carriage
    return before it is.  Of a line with a hole in it (zeros that a
    power cut left) what was read counts, on both sides.  Of a binary log
    the line is an entry, and its bytes are those of the entry's own record.  With `keyed` the hash is one that only
    whoever has a key can make (report.redact).
    """

    offset: int
    length: int
    sha256: str
    keyed: bool = False


def anchors(files: Iterable[LogFile], cites: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Anchor]:
    """The anchor of each cited (file name, line number); what is not there (any more) is missing from the result.

    A file is read once, up to its last cited line; of one whose `places` are known, only the stretches around them.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for name, line in cites:
        wanted[name].add(line)
    found = {}
    for file in files:
        if lines := wanted.get(file.name):
            parts = _lines(file, lines) if file.kind == "text" else stored_of(file, lines)
            found.update({(file.name, line): anchor for line, anchor in _joined(parts).items()})
    return {key: found[key] for key in sorted(found)}


def _joined(parts: Iterable[tuple[int, int, bytes]]) -> dict[int, Anchor]:
    """The anchors of lines that come in pieces of (line, offset, bytes), in file order."""
    begins: dict[int, int] = {}
    pieces: dict[int, list[bytes]] = defaultdict(list)
    for line, offset, data in parts:
        begins.setdefault(line, offset)
        pieces[line].append(data)
    return {
        line: Anchor(begin, sum(map(len, pieces[line])), hashlib.sha256(b"".join(pieces[line])).hexdigest())
        for line, begin in begins.items()
    }


def _lines(file: LogFile, wanted: Collection[int]) -> Iterator[tuple[int, int, bytes]]:
    if file.places:
        yield from _near(file, sorted(wanted))
        return
    last = max(wanted)
    for block in BlockReader(file, digest=False):
        if block.first_line > last:
            return
        yield from _in_block(block, wanted)


def _near(file: LogFile, wanted: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
    """The same for lines in their order of a file with `places`; it may have changed since."""
    numbers = [number for number, _ in file.places]
    try:
        disk = opened(file)
    except OSError:
        return
    with disk:
        for place, lines in groupby(wanted, lambda line: bisect_right(numbers, line) - 1):
            if place < 0:
                continue
            number, offset = file.places[place]
            behind = file.places[place + 1][1] if place + 1 < len(numbers) else disk.size
            block = Block(file.name, place, offset, number, disk.reread(offset, behind - offset))
            yield from _in_block(block, tuple(lines))


def _in_block(block: Block, wanted: Collection[int]) -> Iterator[tuple[int, int, bytes]]:
    data, number, begin = block.data, block.first_line, 0
    for line in sorted(line for line in wanted if line >= number):
        while number < line:
            begin = data.find(b"\n", begin) + 1
            if not begin:
                return
            number += 1
        end = data.find(b"\n", begin)
        if begin < len(data):
            yield line, block.offset + begin, data[begin : end if end >= 0 else len(data)]
