"""Hashes of journal fields: the published values of both algorithms, and what a changed payload gives."""

from __future__ import annotations

import lzma
import struct
from pathlib import Path

import pytest

from logforensics.evidence.journal.hashes import LONGEST_CHECKED, Hashes

DATA = Path(__file__).resolve().parents[1] / "data" / "journal"
KEY = bytes(range(16))
SIP = {0: 0x726FDB47DD0E0E31, 7: 0xAB0200F58B01D137, 8: 0x93F5F5799A932462, 15: 0xA129CA6149BE45E5}
"""SipHash-2-4 of the bytes 0, 1, 2, ... by their number, keyed with KEY (the authors' vectors)."""

LOOKUP3 = {b"": 0xDEADBEEFDEADBEEF, b"Four score and seven years ago": 0x17770551CE7226E6}
"""hashlittle2 with both seeds 0 (driver5 of lookup3.c)."""


@pytest.mark.parametrize("together", [True, False])
def test_published_values(together: bool) -> None:
    """Alone or among payloads of other lengths, each has its published hash."""
    cases = [(KEY, {bytes(range(size)): value for size, value in SIP.items()}), (None, LOOKUP3)]
    for key, values in cases:
        groups = [list(values)] if together else [[payload] for payload in values]
        for group in groups:
            assert Hashes(key).wrong_payloads(group, [values[payload] for payload in group]) == []
            assert Hashes(key).wrong_payloads(group, [values[payload] ^ 1 for payload in group]) == [*range(len(group))]


def test_none_and_too_long_to_check() -> None:
    """No payload has no wrong hash; a document's hash is not computed."""
    assert Hashes(None).wrong(b"", [], 64) == []
    assert Hashes(KEY).wrong_payloads([], []) == []
    assert Hashes(KEY).wrong_payloads([bytes(LONGEST_CHECKED + 1), b"x"], [0, 0]) == [1]


@pytest.mark.parametrize("kind", ["regular", "compact"])
def test_every_changed_byte_of_a_field_is_found(kind: str) -> None:
    """What systemd wrote has its hash, wherever in the buffer it lies; with any bit of a payload flipped it has not."""
    data = lzma.decompress((DATA / f"{kind}.journal.xz").read_bytes())
    begin = 72 if kind == "compact" else 64
    hashes = Hashes(data[24:40] if kind == "compact" else None)
    at, places = int.from_bytes(data[88:96], "little"), []
    while data[at]:
        size = int.from_bytes(data[at + 8 : at + 16], "little")
        if data[at : at + 2] == b"\x01\x00":
            places.append(at)
        at += size + 7 & -8
    for shift in (0, 3):
        buffer = bytes(shift) + data[:at]
        assert hashes.wrong(buffer, [place + shift for place in places], begin) == []
    for place in places:
        (size,) = struct.unpack_from("<Q", data, place + 8)
        for byte in (begin, size // 2 + begin // 2, size - 1):
            broken = bytearray(data[:at])
            broken[place + byte] ^= 0x10
            assert hashes.wrong(bytes(broken), places, begin) == [place]
