"""Compressed files: all members, and what is left of a damaged one."""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import gzip
import random
import zlib
from pathlib import Path

import pytest

from logforensics.evidence import gunzip
from logforensics.evidence.files import BlockReader
from logforensics.evidence.model import Damage, LogFile


def text_of(first: int, count: int) -> bytes:
    """Numbered lines that compress as log lines do."""
    source = random.Random(first)
    return b"".join(
        b"Jun 23 09:00:%02d host app[%d]: line %d\n" % (n % 60, source.randrange(9999), n)
        for n in range(first, first + count)
    )


def packed(data: bytes) -> bytes:
    """One gzip member."""
    return gzip.compress(data, mtime=0)


def read(folder: Path, stored: bytes, block_bytes: int = 1 << 16) -> tuple[bytes, list[Damage], BlockReader]:
    """The text, the damage and the reader of a file holding `stored`."""
    path = folder / "x.log.gz"
    path.write_bytes(stored)
    reader = BlockReader(LogFile(path, "x.log.gz", len(stored), None, "gzip"), block_bytes)
    text = b"".join(block.data for block in reader)
    return text, reader.damage, reader


@pytest.fixture(params=["igzip", "zlib"])
def _either_inflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "zlib":
        monkeypatch.setattr(gunzip, "_fast", zlib)


@pytest.mark.usefixtures("_either_inflater")
@pytest.mark.parametrize("members", [1, 2, 50])
def test_all_members_are_read(tmp_path: Path, members: int) -> None:
    """Concatenated members are one text, whose lines may run over a member's end."""
    text = text_of(0, 5000)
    step = len(text) // members + 1
    stored = b"".join(packed(text[at : at + step]) for at in range(0, len(text), step))
    got, damage, reader = read(tmp_path, stored)
    assert (got, damage) == (text, [])
    assert (reader.lines, reader.text_bytes, reader.disk_bytes) == (5000, len(text), len(stored))


@pytest.mark.usefixtures("_either_inflater")
@pytest.mark.parametrize("part", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_cut_off_member(tmp_path: Path, part: float) -> None:
    """Everything before the cut is text, and the cut is named at the end of it."""
    text = text_of(0, 5000)
    stored = packed(text)[: int(len(packed(text)) * part)]
    expected = zlib.decompressobj(wbits=31).decompress(stored)
    got, damage, _ = read(tmp_path, stored)
    assert got == expected == text[: len(got)]
    assert [(d.kind, d.offset, d.length) for d in damage] == [
        *([("gz-unchecked", 0, len(got))] if got else []),
        ("gz-truncated", len(got), 0),
    ]


def test_missing_trailer(tmp_path: Path) -> None:
    """A member whose checksum was cut off is whole text with a named cut."""
    got, damage, _ = read(tmp_path, packed(b"one\n")[:-3])
    assert got == b"one\n"
    assert damage == [
        Damage("gz-unchecked", "x.log.gz", 0, 4, delivered=True, line=1),
        Damage("gz-truncated", "x.log.gz", 4, 0, line=2),
    ]


def test_wrong_checksum(tmp_path: Path) -> None:
    """Text whose checksum does not hold is delivered and marked as doubtful, member by member."""
    bad = bytearray(packed(b"two\n"))
    bad[-8] ^= 1
    got, damage, _ = read(tmp_path, packed(b"one\n") + bytes(bad) + packed(b"three\n"))
    assert got == b"one\ntwo\nthree\n"
    assert damage == [Damage("gz-crc", "x.log.gz", 4, 4, delivered=True, line=2)]


@pytest.mark.usefixtures("_either_inflater")
@pytest.mark.parametrize("part", [0.01, 0.3, 0.5, 0.99])
def test_broken_member_among_good_ones(tmp_path: Path, part: float) -> None:
    """Of a member that breaks off the part before is saved, and the member glued to it is read in full."""
    good, bad, more = text_of(0, 1000), text_of(1000, 20_000), text_of(30_000, 1000)
    stored = packed(bad)[: int(len(packed(bad)) * part)]
    saved = zlib.decompressobj(wbits=31).decompress(stored)
    got, damage, reader = read(tmp_path, packed(good) + stored + packed(more))
    assert got.startswith(good + saved)
    assert got.endswith(more)
    assert [d.kind for d in damage] == ["gz-crc", "gz-truncated"]
    assert (damage[0].offset, damage[0].length) == (len(good), len(got) - len(good) - len(more))
    lost = sum(d.length for d in damage if not d.delivered)
    assert len(got) + lost == reader.text_bytes


@pytest.mark.usefixtures("_either_inflater")
def test_overwritten_middle(tmp_path: Path) -> None:
    """Of a member with a foreign stretch in its middle the part before is saved, and the next member is read."""
    bad, more = text_of(1000, 20_000), text_of(30_000, 1000)
    stored = bytearray(packed(bad))
    middle = len(stored) // 2
    stored[middle : middle + 4096] = random.Random(3).randbytes(4096)
    got, damage, reader = read(tmp_path, bytes(stored) + packed(more))
    assert got.startswith(bad[: len(bad) // 3])
    assert got.endswith(more)
    assert "gz-crc" in {d.kind for d in damage}
    lost = sum(d.length for d in damage if not d.delivered)
    assert len(got) + lost == reader.text_bytes


def test_garbage_behind_the_last_member(tmp_path: Path) -> None:
    """What follows the last member is damage of that many bytes."""
    got, damage, reader = read(tmp_path, packed(b"one\n") + b"garbage")
    assert got == b"one\n"
    assert damage == [Damage("gz-trailing", "x.log.gz", 4, 7, line=2)]
    assert reader.text_bytes == 11


def test_padding_zeros_are_no_damage(tmp_path: Path) -> None:
    """Zeros up to the end of a tape block or disk page are what gzip itself ignores."""
    got, damage, _ = read(tmp_path, packed(b"one\n") + bytes(512))
    assert (got, damage) == (b"one\n", [])


def test_member_behind_garbage(tmp_path: Path) -> None:
    """A member is found again behind garbage, even behind garbage that holds the magic."""
    got, damage, _ = read(tmp_path, packed(b"one\n") + b"\x1f\x8b??" + packed(b"two\n"))
    assert got == b"one\ntwo\n"
    assert damage == [Damage("gz-trailing", "x.log.gz", 4, 4, line=2)]


def test_header_with_every_field(tmp_path: Path) -> None:
    """Extra field, name, comment and header checksum are passed over."""
    body = packed(b"one\n")[10:]
    header = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x02\x00ab" + b"name\0" + b"comment\0" + b"cc"
    got, damage, _ = read(tmp_path, header + body)
    assert (got, damage) == (b"one\n", [])


def test_no_member_at_all(tmp_path: Path) -> None:
    """A file that only begins like gzip is damage from its first byte to its last."""
    got, damage, _ = read(tmp_path, b"\x1f\x8b\x08\xff" + b"nonsense" * 10)
    assert got == b""
    assert damage == [Damage("gz-trailing", "x.log.gz", 0, 84, line=1)]


def test_bomb_is_worked_off_in_steps(tmp_path: Path) -> None:
    """A member that inflates a thousandfold never makes a block longer than the inflater's step."""
    got, damage, _ = read(tmp_path, packed(b"a\n" + bytes(30_000_000) + b"b\n"), 4 << 20)
    assert len(got) + sum(d.length for d in damage) == 30_000_004
    assert {d.kind for d in damage} == {"nul"}


@pytest.mark.usefixtures("_either_inflater")
def test_flipped_bits_never_pass_unmarked(tmp_path: Path) -> None:
    """Whatever bit is flipped: the bytes add up, and text that differs from the original is marked as doubtful."""
    text = text_of(0, 400)
    stored = packed(text)
    source = random.Random(7)
    for _ in range(60):
        bad = bytearray(stored)
        at = source.randrange(len(bad) * 8)
        bad[at // 8] ^= 1 << at % 8
        got, damage, reader = read(tmp_path, bytes(bad), 4096)
        assert len(got) + sum(d.length for d in damage if not d.delivered) == reader.text_bytes
        assert got == text or damage
        if not text.startswith(got):
            assert "gz-crc" in {d.kind for d in damage}
