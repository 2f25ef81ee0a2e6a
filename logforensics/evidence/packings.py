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

_MEMORY_LOG = 28  # the power of two that MEMORY is


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
    (4 bytes, little endian), data.
    """

    kind: str
    magics: tuple[bytes, ...]
    decoder: Callable[[], Decoder]
    errors: tuple[type[Exception], ...]
    window: int
    skipped: tuple[bytes, ...] = ()

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


@cache
def packing(compression: str) -> Packing:
    """What reads "xz", "bzip2", "zstd" or "lz4"; their libraries are loaded when needed (ImportError)."""
    magics = tuple(magic for magic, name in MAGICS if name == compression)
    if compression == "xz":
        import lzma

        # LZMA2 goes on for up to 2 MiB of text without a check; its chunks are 64 KiB stored (xz-file-format.txt)
        return Packing(
            "xz", magics, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MEMORY), (lzma.LZMAError,), 256 << 10
        )
    if compression == "bzip2":
        import bz2

        # one block of 900 000 bytes of text is what can be swallowed
        return Packing("bz2", magics, bz2.BZ2Decompressor, (OSError, ValueError, EOFError), 1 << 20)
    if compression == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd

        options = {int(zstd.DecompressionParameter.window_log_max): _MEMORY_LOG}
        return Packing(
            "zst", magics, lambda: zstd.ZstdDecompressor(options=options), (zstd.ZstdError,), 256 << 10, _SKIPPABLE
        )
    if compression == "lz4":
        from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]

        return Packing("lz4", magics, LZ4FrameDecompressor, (RuntimeError,), 8 << 20, _SKIPPABLE)
    raise ValueError(compression)
