"""Turns bytes into bytes that a disk, a crash, a copy tool or an attacker may have made of them.

Everything is drawn from the `random.Random` that is given, so that a seed makes the same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

INTERESTING = (0, 1, 2, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 4095, 4096, 32767, 65535, 2**31 - 1, 2**32 - 1,
               2**63 - 1, 2**64 - 1)  # fmt: skip
"""Numbers at which a length, a count or an offset goes wrong."""

TOKENS = (
    b"\n", b"\r", b"\r\n", b"\0", b"\0" * 8, b"\x1b[31m", b"\x1b]52;c;x\x07", b"\xff", b"\xfe\xff", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b", b"\x0c",
    b"\x1c", b"{", b"}", b'"', b"\\", b"\\u0000", b"\\ud800", b"[" * 40, b'{"a":' * 40, b"=", b"<", b">", b"%s", b"'",
    b"\xd9\xa1\xd9\xa2", b"-1", b"1e999", b"NaN", b"9" * 40, b"2038-01-19T03:14:08Z", b"Feb 29 23:59:60",
    b"1969-12-31T23:59:59Z", b"99999-12-31", b"24:00:00", b"+99:99", b"1_000", b"\t", b" " * 20, b"|", b",", b";",
    b"\x1f\x8b\x08\x00", b"\xfd7zXZ\0", b"BZh91AY&SY", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"PK\x03\x04",
    b"ustar", b"LPKSHHRH",
)  # fmt: skip
"""Bytes that mean something to some reader."""

_DIGITS = re.compile(rb"[0-9]+")
_CHARSETS = ("latin-1", "utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "cp037", "utf-7")

Change = Callable[[Random, bytes, Sequence[bytes]], bytes]


def place(source: Random, data: bytes) -> tuple[int, int]:
    """A stretch of the bytes, short ones more often than long ones."""
    begin = source.randrange(len(data) + 1)
    longest = min(len(data) - begin, source.choice((1, 2, 4, 16, 64, len(data))))
    return begin, begin + source.randint(0, longest)


def overwritten(source: Random, data: bytes) -> tuple[bytes, int, int]:
    """The bytes with some of them changed in their place, and where those lie: no other byte moves."""
    begin = source.randrange(len(data))
    how = source.randrange(5)
    if how == 0:
        new = bytes([data[begin] ^ 1 << source.randrange(8)])
    elif how == 1:
        size = source.choice((1, 2, 4, 8))
        new = (source.choice(INTERESTING) % (1 << 8 * size)).to_bytes(size, source.choice(("little", "big")))
    elif how == 2:
        new = bytes(source.choice((1, 2, 8, 64, 512)))
    elif how == 3:
        new = source.randbytes(source.choice((1, 2, 8, 64, 512)))
    else:
        new = source.choice(TOKENS)
    new = new[: len(data) - begin]
    return data[:begin] + new + data[begin + len(new) :], begin, begin + len(new)


def _overwrite(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    return overwritten(source, data)[0]


def _field(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """A field of a binary header that lies: a whole number at a place that is a multiple of its size."""
    size = source.choice((2, 4, 8))
    at = source.randrange(max(1, min(len(data), source.choice((64, 512, 1 << 20))) // size)) * size
    number = source.choice(INTERESTING) if source.random() < 0.5 else source.randrange(2 * len(data) + 1)
    new = (number % (1 << 8 * size)).to_bytes(size, source.choice(("little", "little", "big")))
    return data[:at] + new + data[at + size :]


def _flips(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    broken = bytearray(data)
    for _ in range(source.choice((1, 1, 1, 2, 8, 32))):
        broken[source.randrange(len(data))] ^= 1 << source.randrange(8)
    return bytes(broken)


def _delete(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    begin, end = place(source, data)
    return data[:begin] + data[end:]


def _insert(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    at = source.randrange(len(data) + 1)
    new = source.choice(TOKENS) if source.random() < 0.7 else source.randbytes(source.choice((1, 2, 16, 200)))
    return data[:at] + new + data[at:]


def _repeat(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    begin, end = place(source, data)
    times = min(source.choice((1, 1, 2, 40)), 1 + (1 << 16) // (end - begin + 1))
    return data[:end] + data[begin:end] * times + data[end:]


def _move(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    begin, end = place(source, data)
    rest = data[:begin] + data[end:]
    at = source.randrange(len(rest) + 1)
    return rest[:at] + data[begin:end] + rest[at:]


def _cut_tail(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    return data[: source.randrange(len(data))]


def _cut_head(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    return data[source.randrange(len(data)) :]


def _splice(source: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The beginning of one with the end, or a piece, of another."""
    other = source.choice(others)
    at = source.randrange(len(data) + 1)
    begin, end = place(source, other)
    if source.random() < 0.5:
        return data[:at] + other[begin:]
    return data[:at] + other[begin:end] + data[at:]


def _nuls(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    begin, end = place(source, data)
    run = bytes(source.choice((1, 16, 511, 4096)))
    return data[:begin] + run + data[end if source.random() < 0.5 else begin :]


def _number(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Another number, or other digits, where one is written."""
    found = list(_DIGITS.finditer(data))
    if not found:
        return _insert(source, data, ())
    match = source.choice(found)
    number = str(source.choice(INTERESTING)).encode()
    same = bytes(source.choice(b"0123456789") for _ in match[0])
    new = source.choice((number, same, b"", b"0" * 30, number[::-1]))
    return data[: match.start()] + new + data[match.end() :]


def _lines(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Lines in another order, twice, missing, or run together."""
    lines = data.split(b"\n")
    how = source.randrange(4)
    one = source.randrange(len(lines))
    if how == 0:
        source.shuffle(lines)
    elif how == 1:
        lines.insert(source.randrange(len(lines) + 1), lines[one])
    elif how == 2:
        del lines[one]
    elif one + 1 < len(lines):
        lines[one : one + 2] = [lines[one] + lines[one + 1]]
    return b"\n".join(lines)


def _ends(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    new = source.choice((b"\r\n", b"\r", b"\n\n", b"\0\n", b"\xe2\x80\xa8", b"\x85", b"\x0b", b""))
    return data.replace(b"\n", new, source.choice((1, -1)))


def _charset(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    begin, end = place(source, data) if source.random() < 0.5 else (0, len(data))
    text = data[begin:end].decode("utf-8", "replace").replace("\ufffd", "?")
    return data[:begin] + text.encode(source.choice(_CHARSETS), "replace") + data[end:]


def _long(source: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    at = source.randrange(len(data) + 1)
    return data[:at] + source.choice((b"A", b"0", b" ", b'{"', b"=a", b"\xff")) * source.choice((300, 5000)) + data[at:]


CHANGES: tuple[Change, ...] = (
    _flips, _flips, _overwrite, _overwrite, _field, _delete, _delete, _insert, _insert, _repeat, _move, _cut_tail,
    _cut_head, _splice, _splice, _nuls, _number, _number, _lines, _ends, _charset, _long,
)  # fmt: skip


def mutated(source: Random, data: bytes, others: Sequence[bytes] = (b"",)) -> bytes:
    """`data` after one change, seldom after several; `others` are what it may be spliced with."""
    for _ in range(source.choice((1, 1, 1, 1, 2, 4))):
        if not data:
            return source.choice(TOKENS)
        data = source.choice(CHANGES)(source, data, others)
    return data
