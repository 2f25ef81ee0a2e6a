"""Turns the payload of a journal's data object (FIELD=value, maybe compressed) into a column's number and its value."""

from __future__ import annotations

import lzma
from collections.abc import Callable, Collection

from logforensics.evidence.packings import packing

COLUMNS = ("message", "severity", "host", "identifier", "command", "pid", "syslog_pid")
"""What a row of `scan` holds, by position: MESSAGE, PRIORITY (0 to 7), _HOSTNAME, SYSLOG_IDENTIFIER, _COMM, _PID,
SYSLOG_PID (systemd.journal-fields(7))."""

LONGEST = 64 << 20
"""Most bytes that an lz4 block is unpacked to, which can only be had whole: core dumps are stored beside the journal
since 2016."""

KEPT = 1 << 20
"""Most bytes kept of a field.  A longer one (a packed one may unpack to any size) is cut there, which is said."""

_MEMORY = 64 << 20

Value = tuple[int, str | int]


class FieldError(Exception):
    """A payload that cannot be unpacked."""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _severity(raw: bytes) -> int | None:
    return raw[0] - 48 if len(raw) == 1 and b"0" <= raw <= b"7" else None


def _number(raw: bytes) -> int | None:
    return int(raw) if raw.isdigit() and len(raw) <= 18 else None


_FIELDS: tuple[tuple[bytes, Callable[[bytes], str | int | None]], ...] = (
    (b"MESSAGE=", _text),
    (b"PRIORITY=", _severity),
    (b"_HOSTNAME=", _text),
    (b"SYSLOG_IDENTIFIER=", _text),
    (b"_COMM=", _text),
    (b"_PID=", _number),
    (b"SYSLOG_PID=", _number),
)
_NAMES = tuple(name for name, _ in _FIELDS)
_NEEDED_BY = {"message": (0,), "severity": (1,), "host": (2,), "program": (3, 4), "pid": (5, 6)}
"""By timeline column, the positions in COLUMNS it is made of."""

START = 4
"""Bytes of a payload by which nearly all fields that nobody asked for are told apart."""

Wanted = dict[bytes, tuple[tuple[bytes, int, Callable[[bytes], str | int | None]], ...]]


def wanted(columns: Collection[str]) -> Wanted:
    """The fields that the timeline's `columns` need, by the first START bytes of their payload."""
    found: Wanted = {}
    for column, positions in _NEEDED_BY.items():
        for position in positions if column in columns else ():
            name, convert = _FIELDS[position]
            found[name[:START]] = (*found.get(name[:START], ()), (name, position, convert))
    return found


def value_of(payload: bytes, fields: Wanted) -> Value | None:
    """(position in COLUMNS, value) of an unpacked payload that begins like a wanted field, None if it is none."""
    for name, position, convert in fields.get(payload[:START], ()):
        if payload.startswith(name):
            value = convert(payload[len(name) :])
            return None if value is None else (position, value)
    return None


def is_shown(payload: bytes) -> bool:
    """Whether a payload is of one of the fields that a timeline can show, asked for or not."""
    return payload.startswith(_NAMES)


def unpacked(stored: bytes, flag: int) -> bytes:
    """A compressed payload (flag 1 xz, 2 lz4, 4 zstd); raises FieldError.

    What is longer than KEPT is cut somewhere behind that.
    """
    try:
        if flag == 2:
            return _lz4(stored)
        decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, _MEMORY) if flag == 1 else packing("zstd").decoder()
        payload = decoder.decompress(stored, KEPT + 1)
    except (*packing("xz").errors, *packing("zstd").errors) as error:
        raise FieldError(str(error)) from error
    if not decoder.eof and len(payload) <= KEPT:
        raise FieldError("cut off")
    return payload


def _lz4(stored: bytes) -> bytes:
    """An lz4 block behind its length (8 bytes, little endian; compress_blob_lz4 in systemd's compress.c)."""
    from lz4.block import LZ4BlockError, decompress  # type: ignore[import-untyped]

    length = int.from_bytes(stored[:8], "little")
    if not 0 < length <= min(LONGEST, 255 * len(stored)):  # a byte of an lz4 block gives at most 255
        raise FieldError("longer than any field")
    try:
        payload: bytes = decompress(stored[8:], uncompressed_size=length)
    except LZ4BlockError as error:
        raise FieldError(str(error)) from error
    return payload
