"""Turns a list of log files into the same list without copies of a beginning, which would count events twice.

Such copies arise when a log is saved (`cp syslog backup/`) and goes on: the copy is the first part of what it is now.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from logforensics.evidence.copies import SMALLEST, fingerprint
from logforensics.evidence.files import BlockReader
from logforensics.evidence.model import LogFile
from logforensics.evidence.rotation import logical_name


def without_beginnings(files: Sequence[LogFile]) -> tuple[list[LogFile], list[tuple[LogFile, LogFile, int]]]:
    """The files to read, and (part, whole, bytes of text) for each whose whole text is the beginning of another's.

    Only text files of one stream's name in whatever folders are compared, and read to their end only where their first
    SMALLEST bytes are the same.  A text that its checksum does not prove stands for no other.
    """
    streams: dict[str, list[LogFile]] = defaultdict(list)
    for file in files:
        if file.kind == "text":
            streams[logical_name(file.name)[0].rpartition("/")[2].rpartition("!")[2]].append(file)
    whole: dict[str, tuple[LogFile, int]] = {}
    for stream in streams.values():
        if len(stream) > 1:
            heads: dict[bytes, list[LogFile]] = defaultdict(list)
            for file in stream:
                heads[_head(file)].append(file)
            for head, alike in heads.items():
                if len(head) == SMALLEST and len(alike) > 1:
                    whole.update(_parts(alike))
    kept = [file for file in files if file.name not in whole]
    return kept, [(file, *whole[file.name]) for file in files if file.name in whole]


def _head(file: LogFile) -> bytes:
    parts: list[bytes] = []
    for block in BlockReader(file, SMALLEST, longest_line=4 * SMALLEST, digest=False):
        parts.append(block.data)
        if sum(map(len, parts)) >= SMALLEST:
            break
    return b"".join(parts)[:SMALLEST]


def _parts(alike: Sequence[LogFile]) -> Iterator[tuple[str, tuple[LogFile, int]]]:
    """(name, (the file it is the beginning of, its bytes)) of files that begin alike."""
    prints = [(found, file) for file in alike if (found := fingerprint(file)) is not None]
    prints.sort(key=lambda item: (item[0], item[1].name))
    lengths = sorted({found.length for found, _ in prints})
    left = dict.fromkeys(file.name for _, file in prints)
    for (size, _, doubtful), file in reversed(prints):  # the longest first: it holds most
        if doubtful:
            continue
        prefixes = _prefixes(file, [length for length in lengths if length < size])
        for (length, crc, _), part in prints:
            if part.name in left and part is not file and prefixes.get(length) == crc:
                del left[part.name]
                yield part.name, (file, length)


def _prefixes(file: LogFile, lengths: Sequence[int]) -> dict[int, int]:
    """The CRC-32 of the first so many bytes of a file's text, for each of the ascending `lengths`."""
    found: dict[int, int] = {}
    waiting = list(lengths)
    crc = done = 0
    for block in BlockReader(file, digest=False):
        begin = 0
        while waiting and waiting[0] <= done + len(block.data):
            end = waiting.pop(0) - done
            crc = zlib.crc32(block.data[begin:end], crc)
            found[done + end] = crc
            begin = end
        if not waiting:
            break
        crc = zlib.crc32(block.data[begin:], crc)
        done += len(block.data)
    return found
