"""Turns the first bytes of a file into what it is: text, text in UTF-16, or something that is no log, and what."""

from __future__ import annotations

import re

from logforensics.evidence.export import is_export
from logforensics.evidence.packings import compression_of

HEAD = 64 << 10
"""Bytes looked at; a file that is text this far is read to its end whatever comes later."""

NOT_TEXT = bytes([*range(0x07), *range(0x0E, 0x1B), 0x7F])
"""Control bytes no logger writes.  BEL to CR, ESC (colours) and FS to US (separators) do occur in text."""

_TEXT_SHARE = 0.25
"""At least this share of the bytes must lie in lines free of NOT_TEXT bytes.  In random bytes a line of 256 holds
20 such bytes, so that only short scraps are free of them (below 0.05); a log with a foreign disk block in it
stays above as long as a quarter of what is looked at is log."""

_NUL_RUN = re.compile(rb"\x00{16,}")
"""What a power cut or a sparse hole leaves; NULs inside binary structures seldom come so many together."""

_MAGICS = (
    (0, b"\x7fELF", "an ELF program or core dump"),
    (0, b"\x89PNG\r\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"TZif", "a time zone file"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"ElfFile\0", "a Windows event log"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"\xca\xfe\xba\xbe", "a Java class"),
    (0, b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (0, b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (0, b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (0, b"\xed\xab\xee\xdb", "an RPM package"),
    (0, b"!<arch>\n", "an ar archive"),
)

_PACKED = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-zip"),
    (0, b"\x1f\x9d", "compress (.Z)"),
    (257, b"ustar", "tar"),
)

_FEWEST = 8
"""Bytes below which zeros in every other place prove nothing."""


def utf16(head: bytes) -> str | None:
    """The UTF-16 codec for a text that begins with `head`, by its mark or by where its zero bytes lie."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    sample = head[:512]
    if len(sample) < _FEWEST:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    # Mostly ASCII text has a zero in nearly every high byte and none in the low ones; a run of NULs has both.
    if odd > 0.8 * half and even == 0:
        return "utf-16-le"
    if even > 0.8 * half and odd == 0:
        return "utf-16-be"
    return None


def packed_as(head: bytes) -> str | None:
    """The name of a packing that `head` shows and that is not read (or not twice), None if it shows none."""
    if (compression := compression_of(head)) != "plain":
        return compression
    for offset, magic, title in _PACKED:
        if head[offset : offset + len(magic)] == magic:
            return title
    return None


def not_a_log(name: str, head: bytes) -> str | None:
    """Why a file beginning with `head` holds no log lines ("a PNG image"); None if it may be a log.

    `name` is the file's own name without folder, which only tells kinds of binary content apart.  A text with runs
    of NULs in it is a log.
    """
    for offset, magic, title in _MAGICS:
        if head[offset : offset + len(magic)] == magic:
            return title
    if utf16(head) or is_export(head):
        return None
    stem = name.split(".", 1)[0].split("-", 1)[0]
    rest = _NUL_RUN.sub(b"\n", head)
    if stem in {"lastlog", "faillog", "tallylog"} and b"\0" in head:
        return f"a {stem} database"
    if text_share(rest) < _TEXT_SHARE:
        return "binary content"
    return None


def text_share(data: bytes) -> float:
    """The share of bytes in lines that hold no control byte a logger would not write; 1.0 for no bytes."""
    lines = data.split(b"\n")
    total = sum(map(len, lines))
    clean = sum(len(line) for line in lines if len(line.translate(None, NOT_TEXT)) == len(line))
    return clean / total if total else 1.0
