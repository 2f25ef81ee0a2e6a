"""Entries into the bytes of a systemd journal, of any of its kinds: what systemd's own writer would make of them.

As in systemd's docs/JOURNAL_FILE_FORMAT.md; test_journals.py has journalctl read them.  The hashes are computed one
payload at a time from the texts of the two algorithms, independently of the reader's.
"""

from __future__ import annotations

import lzma
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lz4.block import compress as lz4_block  # type: ignore[import-untyped]

START = 1_592_903_275_000_000
"""2020-06-23T09:07:55Z in microseconds."""

FILE_ID, MACHINE, SEQUENCE, BOOT = (bytes([byte]) * 16 for byte in (0x11, 0x22, 0x33, 0x44))
DATA, FIELD, ENTRY, DATA_TABLE, FIELD_TABLE, ARRAY, TAG = range(1, 8)
HEADER = 272
PACKINGS = {"xz": 1, "lz4": 2, "zstd": 4}
COMPRESSED_XZ, COMPRESSED_LZ4, KEYED, COMPRESSED_ZSTD, COMPACT = (1 << bit for bit in range(5))
_BITS = {"xz": COMPRESSED_XZ, "lz4": COMPRESSED_LZ4, "zstd": COMPRESSED_ZSTD, None: 0}
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Entry:
    """One entry: microseconds behind START, its number, and its fields as (NAME, value), a name once or more often."""

    at: int
    number: int
    fields: tuple[tuple[bytes, bytes], ...]
    boot: bytes = BOOT
    since_boot: int | None = None
    """Microseconds since boot; None: a second more than `at`."""

    @property
    def monotonic(self) -> int:
        """What stands in the entry as the time since boot."""
        return 1_000_000 + self.at if self.since_boot is None else self.since_boot


@dataclass
class Kind:
    """Which kind of file: as its flags tell, with payloads of at least `threshold` bytes packed."""

    compact: bool = False
    keyed: bool = False
    packed: str | None = None
    sealed: bool = False
    online: bool = False
    threshold: int = 64
    sequence: bytes = SEQUENCE
    flags: int = 0
    objects: list[tuple[int, int]] = field(default_factory=list)
    """(offset, type) of each object, once the file is made."""

    def places(self, kind: int) -> list[int]:
        """The offsets of the objects of one type."""
        return [at for at, number in self.objects if number == kind]


def said(number: int, text: bytes = b"all is well", **more: bytes) -> Entry:
    """A plain entry a second behind the one before it."""
    fields = {"MESSAGE": text + b" (%d)" % number, "PRIORITY": b"6", "_HOSTNAME": b"web1", "SYSLOG_IDENTIFIER": b"app",
              "_PID": b"%d" % number, **more}  # fmt: skip
    return Entry(number * 1_000_000, number, tuple((name.encode(), value) for name, value in fields.items()))


def journal(entries: Sequence[Entry], kind: Kind | None = None, *, room: int = 0) -> bytes:
    """The file that holds these entries, with `room` bytes reserved behind the last object."""
    kind = kind or Kind()
    kind.objects.clear()
    out = bytearray(HEADER)
    table = _put(out, kind, DATA_TABLE, bytes(16))
    fields_table = _put(out, kind, FIELD_TABLE, bytes(16))
    known: dict[bytes, tuple[int, int, int]] = {}
    links: list[int] = []
    names: dict[bytes, int] = {}
    for entry in entries:
        items = []
        for name, value in entry.fields:
            payload = name + b"=" + value
            if payload not in known:
                known[payload] = _data(out, kind, payload)
                if name not in names:
                    stored = _hash(kind, name).to_bytes(8, "little")
                    names[name] = _put(out, kind, FIELD, stored + bytes(16) + name)
            items.append(known[payload])
        xor = 0
        for _, _, each in items:
            xor ^= each
        items.sort()
        head = struct.pack("<QQQ16sQ", entry.number, START + entry.at, entry.monotonic, entry.boot, xor)
        tail = b"".join(
            struct.pack("<I", at) if kind.compact else struct.pack("<QQ", at, hashed) for at, hashed, _ in items
        )
        links.append(_put(out, kind, ENTRY, head + tail))
    array = _put(out, kind, ARRAY, bytes(8) + struct.pack(f"<{len(links)}{'I' if kind.compact else 'Q'}", *links))
    _chain(out, table, [at for at, _, _ in known.values()])
    _chain(out, fields_table, list(names.values()))
    for at, _, _ in known.values():
        users = [place for place in links if _uses(out, kind, place, at)]
        struct.pack_into("<QQQ", out, at + 40, users[0], 0, 1)
    if kind.sealed:
        _put(out, kind, TAG, struct.pack("<QQ32s", 1, 0, b"\x55" * 32))
    tail_object = kind.objects[-1][0]
    flags = kind.flags | (COMPACT * kind.compact) | (KEYED * kind.keyed) | _BITS[kind.packed]
    struct.pack_into(
        "<8sIIB7x16s16s16s16s17Q", out, 0,
        b"LPKSHHRH", int(kind.sealed), flags,
        int(kind.online), FILE_ID, MACHINE, entries[-1].boot if entries else bytes(16), kind.sequence,
        HEADER, len(out) - HEADER + room, table + 16, 16, fields_table + 16, 16, tail_object, len(kind.objects),
        len(entries), entries[-1].number if entries else 0, entries[0].number if entries else 0, array,
        START + entries[0].at if entries else 0, START + entries[-1].at if entries else 0,
        entries[-1].monotonic if entries else 0, len(known), len(names),
    )  # fmt: skip
    struct.pack_into("<QQQQIIQ", out, 224, int(kind.sealed), 1, 0, 0, array, len(entries), links[-1] if links else 0)
    return bytes(out) + bytes(room)


def _uses(out: bytearray, kind: Kind, entry: int, at: int) -> bool:
    size = int.from_bytes(out[entry + 8 : entry + 16], "little")
    width = 4 if kind.compact else 16
    items = [
        int.from_bytes(out[place : place + min(width, 8)], "little") for place in range(entry + 64, entry + size, width)
    ]
    return at in items


def _put(out: bytearray, kind: Kind, number: int, body: bytes, flag: int = 0) -> int:
    at = len(out)
    out += struct.pack("<BB6xQ", number, flag, 16 + len(body)) + body
    out += bytes(-len(out) % 8)
    kind.objects.append((at, number))
    return at


def _data(out: bytearray, kind: Kind, payload: bytes) -> tuple[int, int, int]:
    hashed = _hash(kind, payload)
    stored, flag = payload, 0
    if kind.packed and len(payload) >= kind.threshold:
        stored, flag = packed(kind.packed, payload), PACKINGS[kind.packed]
    body = hashed.to_bytes(8, "little") + bytes(40 + 8 * kind.compact) + stored
    return _put(out, kind, DATA, body, flag), hashed, lookup3(payload)


def _chain(out: bytearray, table: int, places: Sequence[int]) -> None:
    """All objects in the one bucket of a hash table."""
    if places:
        struct.pack_into("<QQ", out, table + 16, places[0], places[-1])
    for here, following in pairwise(places):
        struct.pack_into("<Q", out, here + 24, following)


def packed(name: str, payload: bytes) -> bytes:
    """A payload as systemd packs it (src/basic/compress.c)."""
    if name == "xz":
        return lzma.compress(payload, check=lzma.CHECK_NONE)
    if name == "lz4":
        return struct.pack("<Q", len(payload)) + bytes(lz4_block(payload, store_size=False))
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return bytes(zstd.compress(payload))


def export(entries: Iterable[Entry]) -> bytes:
    """The same entries as systemd-journal-remote reads them (docs/JOURNAL_EXPORT_FORMATS.md)."""
    parts = []
    for entry in entries:
        head = (START + entry.at, entry.monotonic, entry.boot.hex().encode())
        parts.append(b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n" % head)
        parts += [b"%s\n%s%s\n" % (name, struct.pack("<Q", len(value)), value) for name, value in entry.fields]
        parts.append(b"\n")
    return b"".join(parts)


def _hash(kind: Kind, payload: bytes) -> int:
    return siphash(FILE_ID, payload) if kind.keyed else lookup3(payload)


def siphash(key: bytes, payload: bytes) -> int:
    """SipHash-2-4 as its authors wrote it down."""
    k0, k1 = struct.unpack("<QQ", key)
    v0, v1, v2, v3 = (
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    )

    def turned(word: int, by: int) -> int:
        return (word << by | word >> 64 - by) & _MASK

    def rounds(count: int) -> None:
        nonlocal v0, v1, v2, v3
        for _ in range(count):
            v0 = v0 + v1 & _MASK
            v2 = v2 + v3 & _MASK
            v1 = turned(v1, 13) ^ v0
            v3 = turned(v3, 16) ^ v2
            v0 = turned(v0, 32)
            v2 = v2 + v1 & _MASK
            v0 = v0 + v3 & _MASK
            v1 = turned(v1, 17) ^ v2
            v3 = turned(v3, 21) ^ v0
            v2 = turned(v2, 32)

    whole = len(payload) // 8 * 8
    last = int.from_bytes(payload[whole:], "little") | (len(payload) & 0xFF) << 56
    for word in (*struct.unpack(f"<{whole // 8}Q", payload[:whole]), last):
        v3 ^= word
        rounds(2)
        v0 ^= word
    v2 ^= 0xFF
    rounds(4)
    hashed: int = v0 ^ v1 ^ v2 ^ v3
    return hashed


def lookup3(payload: bytes) -> int:
    """Bob Jenkins' hashlittle2 with both seeds 0, as systemd joins its results."""
    full = (1 << 32) - 1
    a = b = c = 0xDEADBEEF + len(payload) & full

    def turned(word: int, by: int) -> int:
        return (word << by | word >> 32 - by) & full

    rest = payload
    while len(rest) > 12:
        x, y, z = struct.unpack("<III", rest[:12])
        a, b, c, rest = a + x & full, b + y & full, c + z & full, rest[12:]
        a = (a - c & full) ^ turned(c, 4)
        c = c + b & full
        b = (b - a & full) ^ turned(a, 6)
        a = a + c & full
        c = (c - b & full) ^ turned(b, 8)
        b = b + a & full
        a = (a - c & full) ^ turned(c, 16)
        c = c + b & full
        b = (b - a & full) ^ turned(a, 19)
        a = a + c & full
        c = (c - b & full) ^ turned(b, 4)
        b = b + a & full
    if rest:
        x, y, z = struct.unpack("<III", rest.ljust(12, b"\0"))
        a, b, c = a + x & full, b + y & full, c + z & full
        c = (c ^ b) - turned(b, 14) & full
        a = (a ^ c) - turned(c, 11) & full
        b = (b ^ a) - turned(a, 25) & full
        c = (c ^ b) - turned(b, 16) & full
        a = (a ^ c) - turned(c, 4) & full
        b = (b ^ a) - turned(a, 14) & full
        c = (c ^ b) - turned(b, 24) & full
    return c << 32 | b


KINDS: Mapping[str, Kind] = {
    f"{'compact' if compact else 'regular'}-{'keyed' if keyed else 'jenkins'}-{packing or 'plain'}": Kind(
        compact, keyed, packing
    )
    for compact in (False, True)
    for keyed in (False, True)
    for packing in (None, "xz", "lz4", "zstd")
}
"""Every kind that systemd has written since 2012."""
