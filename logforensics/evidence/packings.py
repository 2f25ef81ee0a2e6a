"""Turns the name of a compression into what reads it: its magic, a decoder within a memory limit, its errors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

MEMORY = 256 << 20
"""Most bytes a decoder may ask for.  `xz -9` needs 65 MiB and `zstd --ultra -22` 128 MiB; what asks for more
(zstd --long=31, an xz dictionary of 1 GiB) is rather meant to exhaust whoever reads it."""


class Decoder(Protocol):
    """What the standard library's decompressor objects have in common (bz2.BZ2Decompressor)."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more can be had without more stored bytes."""

    @property
    def unused_data(self) -> bytes | None:
        """Stored bytes behind the member's end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Up to `max_length` bytes of text."""


@dataclass(frozen=True)
class Packing:
    """One compression: `magics` begin a member, `window` is what of the next member a broken one may swallow.

    `kind` begins the names of its damage ("xz" in xz-truncated), `errors` are what its decoder raises.  `skipped`
    are magics of members without text (zstd's and lz4's skippable frames, RFC 8878 section 3.1.2): magic, length
    (4 bytes, little endian), data.  `checked_last` says that text is given out before its checksum is compared.
    """

    kind: str
    magics: tuple[bytes, ...]
    decoder: Callable[[], Decoder]
    errors: tuple[type[Exception], ...]
    window: int
    skipped: tuple[bytes, ...] = ()
    checked_last: bool = True

    def begins(self, data: bytes, at: int = 0) -> bool:
        """Whether a member begins at `at`."""
        return data.startswith(self.magics, at)


MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\0", "xz"),  # The .xz File Format, section 2.1.1.1
    (b"\x28\xb5\x2f\xfd", "zstd"),  # RFC 8878 section 3.1.1
    (b"\x04\x22\x4d\x18", "lz4"),  # lz4_Frame_format.md
    *((b"BZh%d%s" % (level, mark), "bzip2") for level in range(1, 10) for mark in (b"1AY&SY", b"\x17rE8P\x90")),
)
"""The first bytes of a file, and the value of LogFile.compression they mean.  bzip2's three letters could begin a
text; the block's mark (pi, or the square root of pi where there is no block) cannot."""

_SKIPPABLE = tuple(bytes([0x50 + nibble]) + b"\x2a\x4d\x18" for nibble in range(16))


def compression_of(head: bytes) -> str:
    """How a file that begins with `head` is compressed; "plain" if it is not."""
    name = next((name for magic, name in MAGICS if head.startswith(magic)), None)
    if name is None and head.startswith(_SKIPPABLE):
        name = next((name for magic, name in MAGICS if name in ("zstd", "lz4") and magic in head), None)
    return name or "plain"


def needs(head: bytes, compression: str) -> int | None:
    """Bytes of memory that unpacking a file takes which begins with `head`, where its head tells: xz and zstd."""
    if compression == "zstd" and len(head) > 5:  # RFC 8878, section 3.1.1.1
        descriptor = head[4]
        if descriptor & 0x20:  # a single segment: the content is its own window
            size = (1, 2, 4, 8)[descriptor >> 6]
            at = 5 + (0, 1, 2, 4)[descriptor & 3]
            return int.from_bytes(head[at : at + size], "little") + (256 if size == 2 else 0)
        base = 1 << (10 + (head[5] >> 3))
        return base + base // 8 * (head[5] & 7)
    if compression == "xz":  # The .xz File Format, sections 3.1 and 5.3.1: the dictionary, then what LZMA2 itself takes
        at = head.find(b"\x21\x01", 14, 14 + 64)
        bits = head[at + 2] & 0x3F if 0 < at < len(head) - 2 else 40
        return None if bits >= 40 else ((2 | (bits & 1)) << (bits // 2 + 11)) + (64 << 10)
    return None


def packed_at(head: bytes) -> float | None:
    """When what a gzip file holds was last written, as its head tells (MTIME, RFC 1952, 2.3.1); seconds since 1970."""
    if not head.startswith(b"\x1f\x8b") or len(head) < 8:
        return None
    return float(int.from_bytes(head[4:8], "little")) or None


@cache
def packing(compression: str, memory: int = MEMORY) -> Packing:
    """What reads "xz", "bzip2", "zstd" or "lz4" within `memory` bytes; ImportError where its library is missing."""
    magics = tuple(magic for magic, name in MAGICS if name == compression)
    if compression == "xz":
        import lzma

        # LZMA2 goes on for up to 2 MiB of text without a check; its chunks are 64 KiB stored (xz-file-format.txt)
        return Packing(
            "xz", magics, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memory), (lzma.LZMAError,), 256 << 10
        )
    if compression == "bzip2":
        import bz2

        # one block of 900 000 bytes of text is what can be swallowed
        errors = (OSError, ValueError, EOFError)
        return Packing("bz2", magics, bz2.BZ2Decompressor, errors, 1 << 20, checked_last=False)
    if compression == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd

        largest = zstd.DecompressionParameter.window_log_max.bounds()[1]
        options = {int(zstd.DecompressionParameter.window_log_max): min(memory.bit_length() - 1, largest)}
        return Packing(
            "zst", magics, lambda: zstd.ZstdDecompressor(options=options), (zstd.ZstdError,), 256 << 10, _SKIPPABLE
        )
    if compression == "lz4":
        from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]

        return Packing("lz4", magics, LZ4FrameDecompressor, (RuntimeError,), 8 << 20, _SKIPPABLE)
    raise ValueError(compression)
