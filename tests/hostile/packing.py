"""The five compressions as tests write them: packed in members with checksums, and unpacked by what others wrote."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

import lz4.frame  # type: ignore[import-untyped]


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _zstd(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


def _lz4(data: bytes) -> bytes:
    packed: bytes = lz4.frame.compress(data, content_checksum=True, block_size=lz4.frame.BLOCKSIZE_MAX64KB)
    return packed


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": _gzip,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": _zstd,
    "lz4": _lz4,
}
"""By the beginning of the damage's names."""

CHECK = {"gz": "gz-crc", "xz": "xz-check", "bz2": "bz2-check", "zst": "zst-check", "lz4": "lz4-check"}


def unpacked(kind: str, data: bytes) -> bytes:
    """What the standard library's own decoder gives of a member that is cut off, fed in steps of 64 bytes."""
    decoder = {
        "gz": lambda: zlib.decompressobj(wbits=31),
        "xz": lzma.LZMADecompressor,
        "bz2": bz2.BZ2Decompressor,
        "zst": zstd.ZstdDecompressor,
        "lz4": lz4.frame.LZ4FrameDecompressor,
    }[kind]()
    return b"".join(decoder.decompress(data[at : at + 64]) for at in range(0, len(data), 64))
