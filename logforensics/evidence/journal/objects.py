"""Turns bytes of a journal into where its objects begin, for a reader that has lost its way among them.

An object is its type, flags, six reserved bytes and its size (systemd's journal-def.h); each begins at a multiple of
8 of the file, behind the one before it.
"""

from __future__ import annotations

import re
import struct

from logforensics.evidence.journal.fields import LONGEST

DATA, FIELD, ENTRY, _LAST_TYPE = 1, 2, 3, 7

OBJECT = struct.Struct("<QQ")
"""Type, flags and six reserved bytes as one number; size."""

KNOWN = {kind | flag << 8: (kind, flag) for kind in range(1, _LAST_TYPE + 1) for flag in (0, 1, 2, 4)}
"""Type and flag by the first number of an object."""

LARGEST = (0, LONGEST + 72, 1 << 20, 16 << 20, 256 << 20, 256 << 20, 256 << 20, 64)
"""Bytes of the largest object of each type; a file of 4 GiB has a data hash table of 116 MiB."""

SMALLEST = 24
"""Bytes of the smallest object behind which something is believed to follow."""

SEARCHED = 4 << 20
"""Bytes of the largest object that is searched for others: a block of the file."""

PLAUSIBLE = re.compile(rb"(?=[\x01-\x07][\x00\x01\x02\x04]\x00{6}.{4}\x00{4})", re.DOTALL)
"""How an object begins: type, flags, six reserved bytes, a size below 4 GiB."""


def behind(at: int, size: int) -> int:
    """Where the object behind one of `size` bytes begins."""
    return at + (size + 7 & -8)


def believable(buffer: bytes, at: int, *, last: bool) -> bool:
    """Whether an object begins at `at` behind which another one does, or zeros, or nothing; `last`: no bytes follow."""
    for second in (False, True):
        if at + 16 > len(buffer):
            return not last or at == len(buffer)
        first, size = OBJECT.unpack_from(buffer, at)
        if second and not first and not size:
            return True
        kind, _flag = KNOWN.get(first, (0, 0))
        if not kind or not SMALLEST <= size <= LARGEST[kind]:
            return False
        at = behind(at, size)
    return at <= len(buffer) or not last


def tolerated(buffer: bytes, at: int, *, last: bool) -> tuple[int, int] | None:
    """Type and flag of an object with another object behind it, in whose head a bit is wrong that means nothing."""
    first, size = OBJECT.unpack_from(buffer, at)
    kind, flag = first & 0xFF, first >> 8 & 0xFF if first & 0xFF == DATA else 0
    if (kind | flag << 8) not in KNOWN or not SMALLEST <= size <= LARGEST[kind]:
        return None
    place = behind(at, size)
    return (kind, flag) if place < len(buffer) and believable(buffer, place, last=last) else None


def swallowed(buffer: bytes, at: int, stop: int) -> int | None:
    """Where objects begin that one from `at` to `stop` has swallowed, its size being wrong; None if there are none.

    They must follow one another up to `stop` exactly.  Objects beyond SEARCHED bytes are not looked into.
    """
    if not SMALLEST < stop - at <= SEARCHED or stop > len(buffer):
        return None
    import numpy as np

    within = min(stop, len(buffer)) - at  # the last object of a file may lack its padding
    words = np.frombuffer(buffer, np.dtype("<u8"), within // 8, at)
    heads = np.flatnonzero(words - np.uint64(1) < np.uint64(max(KNOWN)))  # neither nothing, nor more than a head can be
    dead: set[int] = set()  # where chains were followed in vain: each place is looked at once
    for number in heads.tolist():
        begin = place = at + 8 * number
        if begin < at + SMALLEST:
            continue
        while place + 16 <= stop and place not in dead:
            first, size = OBJECT.unpack_from(buffer, place)
            if first not in KNOWN or size < SMALLEST:
                break
            dead.add(place)
            place = behind(place, size)
        if place == stop:
            return begin
    return None
