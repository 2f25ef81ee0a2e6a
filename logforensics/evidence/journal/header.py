"""Turns the first bytes of a systemd journal into what they say about the file, and whether it can be read.

The layout is that of systemd's docs/JOURNAL_FILE_FORMAT.md and src/libsystemd/sd-journal/journal-def.h.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SIGNATURE = b"LPKSHHRH"

SMALLEST_HEADER = 208
"""Bytes of the header in the first version of the format."""

_LARGEST_HEADER = 4096
_FIXED = struct.Struct("<8sIIB7x16s16s16s16sQQ")
_TAIL = struct.Struct("<QQQQ")  # tail_object_offset, n_objects, n_entries, tail_entry_seqnum
_TAIL_AT = 136

_KEYED = 1 << 2
_COMPACT = 1 << 4
_KNOWN = {0: "COMPRESSED_XZ", 1: "COMPRESSED_LZ4", 2: "KEYED_HASH", 3: "COMPRESSED_ZSTD", 4: "COMPACT"}
"""HEADER_INCOMPATIBLE_*: by the number of the bit."""

_SEALED = 1
_ONLINE = 1


@dataclass(frozen=True)
class Header:
    """What a journal says of itself.

    `size` is where the objects begin, `tail` where the last one does (0 if the header is too short to say).
    `entries` is how many the writer counted, `last_number` the sequence number of the last one, `sequence` the id of
    the count that these numbers belong to.  `compact`: offsets have 4 bytes.  `online`: the file was open for writing,
    or its machine stopped without closing it.  `key` is what hashes are keyed with, None if they are not.
    """

    size: int
    tail: int
    entries: int
    compact: bool
    online: bool
    sealed: bool
    key: bytes | None
    sequence: bytes
    last_number: int


def read_header(head: bytes) -> Header | None:
    """The header that `head` begins with; None if there is none, or too little of it."""
    if len(head) < SMALLEST_HEADER or not head.startswith(SIGNATURE):
        return None
    _, compatible, incompatible, state, file_id, _, _, sequence, size, _ = _FIXED.unpack_from(head)
    tail, _, entries, last_number = _TAIL.unpack_from(head, _TAIL_AT)
    if not SMALLEST_HEADER <= size <= _LARGEST_HEADER or size % 8:
        size = SMALLEST_HEADER  # damaged: what lies behind the smallest header is searched for objects
    return Header(
        size=size,
        tail=tail,
        entries=entries,
        compact=bool(incompatible & _COMPACT),
        online=state == _ONLINE,
        sealed=bool(compatible & _SEALED),
        key=file_id if incompatible & _KEYED else None,
        sequence=sequence,
        last_number=last_number,
    )


def unreadable(head: bytes) -> str | None:
    """Why a journal that begins with `head` cannot be read, None if it can: unknown incompatible flags."""
    if len(head) < SMALLEST_HEADER:
        return "a systemd journal that ends within its header"
    (incompatible,) = struct.unpack_from("<I", head, 12)
    unknown = [bit for bit in range(32) if incompatible >> bit & 1 and bit not in _KNOWN]
    if unknown:
        bits = " and ".join(f"bit {bit} (0x{1 << bit:x})" for bit in unknown)
        advice = (
            "a newer journalctl may read it (journalctl --file FILE), and strings(1) shows the texts that are in it"
        )
        return f"a systemd journal in a form this program does not know: incompatible flag {bits}; {advice}"
    return None
