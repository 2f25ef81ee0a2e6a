"""xz, bzip2, zstd and lz4 files: all members, what is left of a damaged one, and what asks for too much."""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

import lz4.frame  # type: ignore[import-untyped]

from logforensics.evidence import inflate
from logforensics.evidence.discover import discover
from logforensics.evidence.files import BlockReader
from logforensics.evidence.model import Damage, LogFile, PassedOver

Pack = Callable[[bytes], bytes]


def _zstd(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


def _lz4(data: bytes) -> bytes:
    packed: bytes = lz4.frame.compress(data, content_checksum=True, block_size=lz4.frame.BLOCKSIZE_MAX64KB)
    return packed


PACKERS: dict[str, tuple[str, Pack]] = {
    "xz": ("xz", lzma.compress),
    "bzip2": ("bz2", bz2.compress),
    "zstd": ("zst", _zstd),
    "lz4": ("lz4", _lz4),
}
"""By LogFile.compression: the prefix of the damage's names, and what packs."""


def text_of(count: int, seed: int = 0) -> bytes:
    """Numbered lines that compress as log lines do."""
    source = random.Random(seed)
    lines = (b"Jun 23 09:00:%02d host app[%d]: line %d\n" % (n % 60, source.randrange(9999), n) for n in range(count))
    return b"".join(lines)


@cache
def long_member(compression: str) -> tuple[bytes, bytes]:
    """5 MB of text and what it is packed."""
    text = text_of(100_000)
    return text, PACKERS[compression][1](text)


def read(folder: Path, stored: bytes, compression: str) -> tuple[bytes, list[Damage]]:
    """The text and the damage of a file holding `stored`."""
    path = folder / "x.log"
    path.write_bytes(stored)
    reader = BlockReader(LogFile(path, "x.log", len(stored), None, compression), 1 << 16)
    text = b"".join(block.data for block in reader)
    assert reader.text_bytes == len(text) + sum(d.length for d in reader.damage if not d.delivered)
    return text, reader.damage


@pytest.mark.parametrize("compression", PACKERS)
@pytest.mark.parametrize("members", [1, 2, 50])
def test_all_members_are_read(tmp_path: Path, compression: str, members: int) -> None:
    """Concatenated members are one text, whose lines may run over a member's end."""
    _, pack = PACKERS[compression]
    text = text_of(20000)
    step = len(text) // members + 1
    stored = b"".join(pack(text[at : at + step]) for at in range(0, len(text), step))
    assert read(tmp_path, stored, compression) == (text, [])


@pytest.mark.parametrize("compression", PACKERS)
def test_discovered_by_magic(tmp_path: Path, compression: str) -> None:
    """The first bytes decide, and a rotated file joins its stream by its name."""
    _, pack = PACKERS[compression]
    (tmp_path / "syslog.1.zst").write_bytes(pack(text_of(10)))
    (tmp_path / "syslog").write_bytes(text_of(10, 1))
    (source,) = discover([str(tmp_path)]).sources
    assert [(file.name, file.compression) for file in source.files] == [
        ("syslog.1.zst", compression),
        ("syslog", "plain"),
    ]


@pytest.mark.parametrize("compression", PACKERS)
@pytest.mark.parametrize("part", [0.01, 0.2, 0.5, 0.9, 0.999])
def test_cut_off_member(tmp_path: Path, compression: str, part: float) -> None:
    """What the decoder can give of a cut member is text without a checksum, and the cut is named behind it."""
    kind = PACKERS[compression][0]
    text, stored = long_member(compression)
    got, damage = read(tmp_path, stored[: int(len(stored) * part)], compression)
    assert text.startswith(got)
    assert len(got) >= len(text) * part - (3 << 20)
    unchecked = [(f"{kind}-unchecked", 0, len(got))] if got and kind != "bz2" else []  # whose blocks are checked each
    assert [(d.kind, d.offset, d.length) for d in damage] == [*unchecked, (f"{kind}-truncated", len(got), 0)]


@pytest.mark.parametrize("compression", PACKERS)
def test_one_bad_member_of_five(tmp_path: Path, compression: str) -> None:
    """The members around a damaged one are whole; what came of the damaged one is in doubt."""
    kind, pack = PACKERS[compression]
    texts = [text_of(5000, seed) for seed in range(5)]
    members = [pack(text) for text in texts]
    members[2] = members[2][:3000] + bytes(64) + members[2][3064:]
    got, damage = read(tmp_path, b"".join(members), compression)
    assert got.startswith(texts[0] + texts[1])
    assert got.endswith(texts[3] + texts[4])
    assert {d.kind for d in damage} <= {f"{kind}-check", f"{kind}-truncated"}
    assert damage


@pytest.mark.parametrize("compression", PACKERS)
def test_member_cut_before_another(tmp_path: Path, compression: str) -> None:
    """A member that breaks off does not take the next one with it."""
    kind, pack = PACKERS[compression]
    first, second = text_of(20000), text_of(3000, 1)
    stored = pack(first)
    got, damage = read(tmp_path, stored[: len(stored) // 2] + pack(second), compression)
    assert got.endswith(second)
    assert f"{kind}-truncated" in {d.kind for d in damage}


@pytest.mark.parametrize("compression", PACKERS)
def test_flipped_bits_never_pass_unnoticed(tmp_path: Path, compression: str) -> None:
    """Text that differs from what was packed is always covered by damage that names it."""
    _, pack = PACKERS[compression]
    text = text_of(3000)
    stored = pack(text)
    source = random.Random(5)
    for _ in range(30):
        broken = bytearray(stored)
        at = source.randrange(12, len(stored))
        broken[at] ^= 1 << source.randrange(8)
        got, damage = read(tmp_path, bytes(broken), compression)
        assert damage or got == text


@pytest.mark.parametrize("compression", PACKERS)
@pytest.mark.parametrize(("tail", "named"), [(bytes(512), False), (b"rubbish" * 100, True)])
def test_what_follows_the_end(tmp_path: Path, compression: str, tail: bytes, named: bool) -> None:
    """Zeros behind the last member are padding, anything else is named."""
    kind, pack = PACKERS[compression]
    text = text_of(100)
    expected = [Damage(f"{kind}-trailing", "x.log", len(text), len(tail), line=101)] if named else []
    assert read(tmp_path, pack(text) + tail, compression) == (text, expected)


def test_skippable_frames(tmp_path: Path) -> None:
    """Frames that hold no text (seek tables, pzstd's sizes) are passed over, also in front."""
    text = text_of(100)
    frame = struct.pack("<II", 0x184D2A5E, 70_000) + bytes(70_000)
    assert read(tmp_path, _zstd(text) + frame + _zstd(text) + frame, "zstd") == (text * 2, [])
    (tmp_path / "y.log").write_bytes(struct.pack("<II", 0x184D2A50, 4) + bytes(4) + _zstd(text))
    files = [file for source in discover([str(tmp_path / "y.log")]).sources for file in source.files]
    assert [file.compression for file in files] == ["zstd"]


def test_too_much_memory(tmp_path: Path) -> None:
    """A dictionary of 1 GiB is refused, saying what helps; nothing of that size is allocated."""
    window = b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + b"\x01\x00\x00"  # RFC 8878 3.1.1.1.2: 2 ** (10 + 21)
    (tmp_path / "a.zst").write_bytes(window)
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    stored = bytearray(lzma.compress(text_of(10), filters=filters))
    place = stored.index(b"\x21\x01", 12) + 2  # the dictionary's size in the block header (xz-file-format 5.3.1)
    stored[place] = 36
    end = 12 + 4 * (stored[12] + 1) - 4
    import zlib

    stored[end : end + 4] = zlib.crc32(stored[12:end]).to_bytes(4, "little")
    (tmp_path / "b.xz").write_bytes(stored)
    reason = (
        "packed as {0}, which takes {1} MiB of memory to unpack; "
        "allow it with --decoder-memory {1}, or unpack it first ({0} -dk)"
    )
    assert discover([str(tmp_path)]).passed_over == (
        PassedOver("a.zst", "unread", reason.format("zstd", 2048)),
        PassedOver("b.xz", "unread", reason.format("xz", 1025)),
    )


def test_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that grows beyond all measure ends with the damage that says so."""
    monkeypatch.setattr(inflate, "MOST_TEXT", 8 << 20)
    _, damage = read(tmp_path, bz2.compress(bytes(64 << 20)), "bzip2")
    assert [d.kind for d in damage] == ["nul", "too-long"]


@pytest.mark.parametrize("compression", PACKERS)
def test_packed_twice_is_read(tmp_path: Path, compression: str) -> None:
    """A packed file inside a packed file is its one member."""
    _, pack = PACKERS[compression]
    (tmp_path / "x.log.gz").write_bytes(pack(gzip.compress(text_of(10))))
    found = discover([str(tmp_path)])
    (passed,) = found.passed_over
    assert (passed.state, passed.reason) == ("not-a-log", "packed twice; what is inside is listed as x.log.gz!MEMBER")
    (source,) = found.sources
    assert [file.name for file in source.files] == ["x.log.gz!x.log"]
    assert b"".join(block.data for block in BlockReader(source.files[0])) == text_of(10)


def test_packed_copy_beside_the_plain_file(tmp_path: Path) -> None:
    """A rotation that stopped half-way does not count its events twice."""
    (tmp_path / "syslog.1").write_bytes(text_of(500))
    (tmp_path / "syslog.1.xz").write_bytes(lzma.compress(text_of(500)))
    expected = PassedOver("syslog.1.xz", "not-a-log", "the same content as syslog.1")
    assert discover([str(tmp_path)]).passed_over == (expected,)


def test_text_that_begins_like_bzip2(tmp_path: Path) -> None:
    """Three letters make no bzip2 file."""
    (tmp_path / "x.log").write_bytes(b"BZh5 is a name\n")
    assert discover([str(tmp_path)]).sources[0].files[0].compression == "plain"
