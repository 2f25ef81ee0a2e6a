"""Turns a list of log files into the same list without second copies of one content, which would count events twice."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from logforensics.evidence.files import BlockReader
from logforensics.evidence.held import opened
from logforensics.evidence.model import LogFile

SMALLEST = 4096
"""Bytes of text below which two logs may be equal by chance (the same two start-up lines without a date)."""

_TRAILER = 8


def without_copies(files: Sequence[LogFile]) -> tuple[list[LogFile], list[tuple[LogFile, LogFile]]]:
    """The files to read, and (copy, the file it equals) pairs, both in the order of `files`.

    Copies arise when a rotation is interrupted (syslog.1 beside syslog.1.gz), and in backup folders.  Only files
    whose length, or the length a gzip trailer names (RFC 1952), another file shares are read for it; files packed
    otherwise only where the same name without the suffix is there too.  Of equal files the one stays whose checksums
    hold, then the one that lies highest, then plain before packed, then the first by name.  Copies of a beginning are
    found by beginnings.py.  May raise OSError.
    """
    names = {file.name for file in files}
    by_length: dict[int, list[LogFile]] = defaultdict(list)
    for file in files:
        if (length := _text_length(file, names)) >= SMALLEST:
            by_length[length].append(file)
    original: dict[str, LogFile] = {}
    for length in sorted(by_length):
        alike = by_length[length]
        if len(alike) > 1:
            prints = [(found, file) for file in alike if (found := fingerprint(file)) is not None]
            first: dict[tuple[int, int], LogFile] = {}
            for found, file in sorted(prints, key=_preferred):
                if (seen := first.setdefault(found[:2], file)) is not file:
                    original[file.name] = seen
    kept = [file for file in files if file.name not in original]
    return kept, [(file, original[file.name]) for file in files if file.name in original]


def _text_length(file: LogFile, names: Collection[str]) -> int:
    if file.compression == "plain":
        return file.size
    if file.compression != "gzip":  # their length is not written where it could be read at once
        if file.name.rpartition(".")[0] not in names:
            return 0
        reader = BlockReader(file, digest=False)
        for _ in reader:
            pass
        return reader.text_bytes
    with opened(file) as disk:
        return int.from_bytes(disk.reread(max(0, disk.size - _TRAILER // 2), _TRAILER // 2), "little")


class Print(NamedTuple):
    """Bytes and CRC-32 of a whole text, and whether it proved (or could not be proven) other than what was packed."""

    length: int
    crc: int
    doubtful: bool


def fingerprint(file: LogFile) -> Print | None:
    """What tells the text of one file from others'; files of one length are that seldom equal by chance (1 in 2**32).

    None where some of it could not be read: then nobody knows what it is equal to.
    """
    reader = BlockReader(file, digest=False)
    crc = 0
    for block in reader:
        crc = zlib.crc32(block.data, crc)
    if any(damage.kind in {"eio", "unread", "shrunk"} for damage in reader.damage):
        return None
    return Print(reader.text_bytes, crc, bool(reader.unverified))


def _preferred(item: tuple[Print, LogFile]) -> tuple[bool, int, bool, str]:
    found, file = item
    return found.doubtful, file.name.count("/"), file.compression != "plain", file.name
