"""Packed logs that were cut, flipped, glued together, or made to hurt (rows 29 to 39)."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import random
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from logforensics.evidence import inflate
from logforensics.evidence.files import BlockReader
from logforensics.evidence.model import LogFile
from tests.hostile.evidence import CAP, lines, numbers, read, spawned, well, write
from tests.hostile.packing import CHECK, PACK, unpacked

COMPRESSION = {"gz": "gzip", "xz": "xz", "bz2": "bzip2", "zst": "zstd", "lz4": "lz4"}

TEXT = lines(3000)


def through(folder: Path, kind: str, stored: bytes) -> tuple[bytes, BlockReader]:
    """What the reader gives of stored bytes, and the reader."""
    path = folder / "x.log"
    path.write_bytes(stored)
    reader = BlockReader(LogFile(path, "x.log", len(stored), 0.0, COMPRESSION[kind]), digest=False)
    return b"".join(block.data for block in reader), reader


@pytest.mark.parametrize("kind", PACK)
def test_r29_r35_a_packed_log_cut_off_anywhere(tmp_path: Path, kind: str) -> None:
    """Cut at 200 places, it gives all that any decoder gets out of it, and says where it ends."""
    stored = PACK[kind](TEXT)
    for at in range(20, len(stored), len(stored) // 200):
        got, reader = through(tmp_path, kind, stored[:at])
        assert TEXT.startswith(got), at
        assert len(got) >= len(unpacked(kind, stored[:at])), at
        assert f"{kind}-truncated" in {entry.kind for entry in reader.damage}, at


@pytest.mark.parametrize("kind", PACK)
def test_r29_r35_every_line_before_the_cut_is_an_event(tmp_path: Path, kind: str) -> None:
    """The same through the command: whole lines are events, and those whose checksum is missing say that."""
    text = lines(20_000)
    stored = PACK[kind](text)
    at = len(stored) * 9 // 10
    there = len(unpacked(kind, stored[:at]))
    found = read(write(tmp_path, {f"app.log.{kind}": stored[:at]}))
    whole = text[:there].count(b"\n")
    assert whole > 10_000
    rows = [row for row in found.events if row["line"] <= whole]
    assert numbers(rows) == list(range(whole))
    assert well(rows)
    # bzip2 compares a checksum for each block before it gives it out
    assert {row["time_basis"] for row in rows} == ({"explicit"} if kind == "bz2" else {"unverified"})
    assert f"{kind}-truncated" in found.kinds(f"app.log.{kind}")
    assert found.code == 3


FLIPS = {"gz": 1000, "xz": 200, "bz2": 200, "zst": 200, "lz4": 200}


@pytest.mark.parametrize("kind", PACK)
def test_r30_a_flipped_bit_gives_no_wrong_line_unmarked(tmp_path: Path, kind: str) -> None:
    """Of 1000 flips of a gzip file (200 of the others; seed 30) each line that comes out wrong is marked as such."""
    draw = random.Random(30)  # noqa: S311
    true = set(TEXT.split(b"\n"))
    text = lines(400)
    stored = PACK[kind](text)
    for _ in range(FLIPS[kind]):
        bad = bytearray(stored)
        bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
        got, reader = through(tmp_path, kind, bytes(bad))
        doubtful = reader.unverified
        for number, part in enumerate(got.split(b"\n"), 1):
            assert part in true or any(first <= number <= last for first, last in doubtful), (number, part)
        assert got == text or reader.damage


@pytest.mark.parametrize("kind", PACK)
def test_r30_events_of_a_damaged_member_are_unverified(tmp_path: Path, kind: str) -> None:
    """Each event of a member whose checksum fails says so; none of another member does."""
    good, more = PACK[kind](lines(100)), PACK[kind](lines(100, 200))
    middle = bytearray(PACK[kind](lines(100, 100)))
    middle[-5 if kind != "xz" else -13] ^= 1  # in the stored checksum, or what it is found by
    if kind == "bz2":
        middle = bytearray(PACK[kind](lines(100, 100)))
        middle[10] ^= 1  # the checksum of its only block
    found = read(write(tmp_path, {"app.log": good + bytes(middle) + more}))
    assert found.code == 3
    basis = {row["pid"]: row["time_basis"] for row in found.events}
    assert {basis[number] for number in (*range(99), *range(201, 300))} == {"explicit"}
    assert {basis.get(number, "unverified") for number in range(100, 200)} == {"unverified"}
    assert CHECK[kind] in found.kinds("app.log")


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("members", [1, 2, 50])
def test_r31_all_members_are_read(tmp_path: Path, kind: str, members: int) -> None:
    """Members one behind the other, some of them empty, are one log."""
    stored = b"".join(PACK[kind](lines(20, 20 * member)) + PACK[kind](b"") for member in range(members))
    found = read(write(tmp_path, {f"app.log.{kind}": stored}))
    assert (found.code, numbers(found.events), well(found.events)) == (0, list(range(20 * members)), True)


@pytest.mark.parametrize("kind", PACK)
def test_r32_one_bad_member_among_five(tmp_path: Path, kind: str) -> None:
    """Whichever it is, and in whatever part it is hurt, the other four are read to the last line, and are certain.

    Where the magic of the very first one is broken, nothing shows that the file is packed at all.
    """
    files, cases = {}, {}
    for number in range(5):
        for place, part in enumerate(("head", "body", "end")):
            first = 2500 * (3 * number + place)  # other lines in each file, so that none passes for a copy of another
            members = [PACK[kind](lines(500, first + 500 * member)) for member in range(5)]
            at = {"head": 5, "body": len(members[number]) // 2, "end": len(members[number]) - 6}[part]
            bad = bytearray(members[number])
            bad[at : at + 4] = b"\xa5\x5a\xa5\x5a"
            name = f"{number}-{part}.d/app.log"
            cases[name] = [first + n for n in range(2500) if n // 500 != number]
            files[name] = b"".join([*members[:number], bytes(bad), *members[number + 1 :]])
    found = read(write(tmp_path, files))
    assert found.code == 3
    for name, whole in cases.items():
        if name == "0-head.d/app.log" and kind in ("xz", "bz2"):
            assert found.passed_over[name]["reason"] == "binary content"
            continue
        rows = {row["pid"]: row for row in found.of(name) if well([row])}  # nonsense may bear any number
        assert set(whole) <= set(rows), name
        # the next line may stand behind a torn one
        assert sum(rows[n]["time_basis"] != "explicit" for n in whole) <= 1, name


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_r33_what_stands_behind_the_end(tmp_path: Path, kind: str, size: int) -> None:
    """Garbage behind the last member is named, zeros (padding of a tape) are not, and the log before is whole."""
    garbage = random.Random(33).randbytes(size).replace(b"\0", b"\1")  # noqa: S311
    stored = PACK[kind](lines(50))
    found = read(write(tmp_path, {"garbage.d/app.log": stored + garbage, "zeros.d/app.log": stored + bytes(size)}))
    for name in ("garbage.d/app.log", "zeros.d/app.log"):
        assert numbers(found.of(name)) == list(range(50))
        assert well(found.of(name))
    assert found.hurts("garbage.d/app.log") == [(f"{kind}-trailing", len(lines(50)), size)]
    assert found.hurts("zeros.d/app.log") == []


def test_r34_the_content_decides_not_the_name(tmp_path: Path) -> None:
    """Each packing, and none, under the name of each other one."""
    pack: dict[str, Callable[[bytes], bytes]] = {**PACK, "txt": bytes}
    names = [f"{inside}.d/app.log.{outside}" for inside in pack for outside in pack]
    files = {name: pack[name.partition(".")[0]](lines(10, 20 * n)) for n, name in enumerate(names)}
    found = read(write(tmp_path, files))
    assert found.code == 0
    assert well(found.events)
    for n, name in enumerate(names):
        assert numbers(found.of(name)) == list(range(20 * n, 20 * n + 10)), name


def big_zstd() -> bytes:
    """A frame that asks for a window of 2 GiB, as `zstd --long=31` makes it (RFC 8878, section 3.1.1.1.2)."""
    text = lines(20)
    raw = struct.pack("<I", len(text) << 3 | 1)[:3]  # one raw block, the last
    return b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + raw + text


FILTER = {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}


def big_xz() -> bytes:
    """A stream that asks for a dictionary of 1 GiB (The .xz File Format, section 5.3.1)."""
    stored = bytearray(lzma.compress(lines(20), filters=[FILTER]))
    stored[stored.index(b"\x21\x01", 12) + 2] = 36
    end = 12 + 4 * (stored[12] + 1) - 4
    stored[end : end + 4] = zlib.crc32(stored[12:end]).to_bytes(4, "little")
    return bytes(stored)


def test_r36_what_takes_too_much_memory(tmp_path: Path) -> None:
    """It is named with what it needs and how to allow it; allowed, it is read."""
    found = read(write(tmp_path, {"a.log.zst": big_zstd(), "b.log.xz": big_xz(), "ok.log": lines(3)}))
    assert (found.code, numbers(found.events)) == (3, [0, 1, 2])
    assert "--decoder-memory 2048" in found.passed_over["a.log.zst"]["reason"]
    assert "--decoder-memory 1025" in found.passed_over["b.log.xz"]["reason"]
    found = read(tmp_path, "--decoder-memory", "2048")
    assert (found.code, found.passed_over) == (0, {})
    assert {name: numbers(found.of(name)) for name in ("a.log.zst", "b.log.xz")} == {
        "a.log.zst": list(range(20)),
        "b.log.xz": list(range(20)),
    }


def bomb(kind: str, mib: int) -> bytes:
    """Zeros beyond measure in a few KiB: members of 64 MiB."""
    member = bytes(64 << 20)
    return (gzip.compress(member) if kind == "gz" else bz2.compress(member)) * (mib // 64)


@pytest.mark.parametrize(("kind", "mib"), [("gz", 1024), ("bz2", 128)])
def test_r37_a_bomb_is_worked_off_in_steps(tmp_path: Path, kind: str, mib: int) -> None:
    """A GiB of zeros: memory stays bounded, the lines behind them are read, and no ratio makes it a bomb."""
    (tmp_path / f"app.log.{kind}").write_bytes(PACK[kind](lines(10)) + bomb(kind, mib) + PACK[kind](lines(10, 10)))
    done = spawned("sources", tmp_path, "--json")
    assert done.peak <= CAP
    assert done.code == 3
    assert f'"length": {mib << 20}' in done.out
    assert '"events": {' in done.out
    assert '"events": 20' in done.out


def test_r37_the_byte_cap_ends_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What grows beyond the cap is left there, and the place is named; the next file is read."""
    monkeypatch.setattr(inflate, "MOST_TEXT", 1 << 20)
    write(
        tmp_path, {"a.log": lines(10), "b.log.gz": PACK["gz"](lines(10, 10) + bytes(5 << 20)), "c.log": lines(10, 20)}
    )
    found = read(tmp_path)
    assert (found.code, numbers(found.events)) == (3, list(range(30)))
    assert "too-long" in found.kinds("b.log.gz")


def test_r38_packed_within_packed(tmp_path: Path) -> None:
    """Three layers are undone; a file that holds itself, or fifty layers, ends there."""
    layers, files = lines(10), {}
    for depth in range(1, 51):
        layers = PACK[("gz", "xz", "zst")[depth % 3]](layers)
        if depth in (1, 2, 3, 4, 50):
            files[f"{depth}.d/app.log"] = layers
    found = read(write(tmp_path, files))
    assert found.code == 3
    for depth in (1, 2, 3):
        rows = [row for row in found.events if row["file"].startswith(f"{depth}.d/")]
        assert (numbers(rows), well(rows)) == (list(range(10)), True)
    unread = [row for row in found.passed_over.values() if row["state"] == "unread"]
    assert [row["path"].partition("!")[0] for row in unread] == ["4.d/app.log", "50.d/app.log"]
    assert {row["reason"] for row in unread} == {"packed more than 3 times over, as no log is"}


@pytest.mark.parametrize(
    ("kind", "module"), [("zst", "backports.zstd"), ("zst", "compression.zstd"), ("lz4", "lz4.frame"), ("xz", "lzma")]
)
def test_r39_a_missing_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, module: str) -> None:
    """The file is listed as unread, with what to do; all others are read."""
    if (module == "backports.zstd") == (sys.version_info >= (3, 14)) and "zstd" in module:
        pytest.skip("another Python takes this module")
    files = {f"app.log.{kind}": PACK[kind](lines(10)), "ok.log": lines(3)}
    from logforensics.evidence.packings import packing

    packing.cache_clear()
    package, _, name = module.rpartition(".")
    monkeypatch.setitem(sys.modules, module, None)
    if package:
        monkeypatch.delattr(importlib.import_module(package), name, raising=False)
    found = read(write(tmp_path, files))
    packing.cache_clear()
    assert (found.code, numbers(found.events)) == (3, [0, 1, 2])
    row = found.passed_over[f"app.log.{kind}"]
    assert row["state"] == "unread"
    assert "no decoder" in row["reason"]
    assert "-dk" in row["reason"]
