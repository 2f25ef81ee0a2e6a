"""systemd journals: the entries journalctl shows, and what is left of a damaged file.

tests/data/journal holds two small ones that systemd-journal-remote wrote: regular with Jenkins hashes, and compact with
keyed ones; both have a message that zstd packed.
"""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import json
import lzma
import os
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import lz4.block  # type: ignore[import-untyped]
import pytest

from logforensics.evidence.discover import discover
from logforensics.evidence.journal import fields, scan, values
from logforensics.evidence.journal.entries import Row
from logforensics.evidence.journal.scan import JournalScan
from logforensics.evidence.model import LogFile, PassedOver
from logforensics.evidence.packings import packing
from logforensics.evidence.raw import RawReader
from logforensics.evidence.rotation import logical_name

DATA = Path(__file__).resolve().parents[1] / "data" / "journal"
KINDS = ("regular", "compact")
COLUMNS = ("message", "severity", "host", "program", "pid")
REMOTE = "/lib/systemd/systemd-journal-remote"
START = 1592903275000000

ROWS: list[tuple[int, Row]] = [
    (0, ["Linux version 5.4.0-39-generic (builder@example) #43", 5, "host1", "kernel", None, None, None]),
    (1_500_000, ["Started A Service.", 6, "host1", "systemd", "systemd", 1, None]),
    (2_000_001, ["no identifier: the command names it", 4, "host1", None, "backup", 812, None]),
    (2_500_000, ["System.Exception: it broke\n   at A.B()\n   at C.D()", 3, "host1", "app", None, None, 4711]),
    (3_000_000, ["bytes \\xff\\xfe and \x1b[31m", 2, "host1", "app", None, 900, None]),
    (3_500_000, [None, None, "host1", "app", None, 900, None]),
    (4_000_000, ["a long one " + "of the same words again and again " * 60, 7, "host1", "app", None, 900, None]),
    (5_000_000, ["Journal stopped", 6, "host1", "systemd-journald", None, 300, None]),
    (95_000_000, ["Linux version 5.4.0-40-generic (builder@example) #44", 5, "host1", "kernel", None, None, None]),
    (95_500_000, ["Grüße aus dem zweiten Lauf", 6, "host1", "app", None, 77, None]),
]
"""What both files hold: microseconds behind START, and the row by fields.COLUMNS."""

Seen = list[tuple[int, Row]]


def read(path: Path, chunk: int = 1 << 20) -> tuple[Seen, RawReader, JournalScan]:
    """The entries of a journal, and what is known of it then; no byte is accounted for twice."""
    compression = "xz" if path.suffix == ".xz" else "plain"
    reader = RawReader(LogFile(path, path.name, path.stat().st_size, None, compression, "journal"), chunk)
    scan = JournalScan(reader, COLUMNS)
    seen: Seen = []
    for entries in scan:
        assert entries.first == len(seen) + 1
        seen += zip(entries.times, entries.rows, strict=True)
    spans = sorted((d.offset, d.offset + d.length) for d in reader.damage if not d.delivered)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert sum(end - begin for begin, end in spans) + scan.blank <= reader.text_bytes
    assert reader.lines == len(seen)
    return seen, reader, scan


def bytes_of(kind: str) -> bytes:
    """A committed journal, unpacked."""
    return lzma.decompress((DATA / f"{kind}.journal.xz").read_bytes())


def objects(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(offset, type, flags, size) of each object of an undamaged journal."""
    at = int.from_bytes(data[88:96], "little")
    while at + 16 <= len(data) and data[at]:
        size = int.from_bytes(data[at + 8 : at + 16], "little")
        yield at, data[at], data[at + 1], size
        at += size + 7 & -8


EXPECTED = [(START + behind, row) for behind, row in ROWS]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", [4096 + 8, 1 << 20])
def test_entries(kind: str, chunk: int) -> None:
    """Every entry with its time and fields; read through xz, in pieces that cut objects in two."""
    seen, reader, scan = read(DATA / f"{kind}.journal.xz", chunk)
    assert seen == EXPECTED
    assert reader.damage == []
    assert scan.header is not None
    assert (scan.header.compact, scan.header.online, scan.header.entries) == (kind == "compact", False, 10)
    assert scan.blank + scan.header.tail < reader.text_bytes == 8 << 20


def test_only_wanted_fields() -> None:
    """What no column needs is not kept."""
    path = DATA / "compact.journal.xz"
    scan = JournalScan(RawReader(LogFile(path, path.name, 0, None, "xz", "journal")), ("severity",))
    rows = [row for entries in scan for row in entries.rows]
    assert rows[0] == [None, 5, None, None, None, None, None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("flag", "name"), [(1, "xz"), (2, "lz4")])
def test_other_compressions(tmp_path: Path, kind: str, flag: int, name: str) -> None:
    """Payloads packed with xz or lz4, as systemd wrote them before version 246."""
    data = bytearray(bytes_of(kind))
    begin = 72 if kind == "compact" else 64
    packed = [(at, size) for at, number, flags, size in objects(bytes(data)) if number == 1 and flags == 4]
    assert packed
    for at, size in packed:
        text = packing("zstd").decoder().decompress(bytes(data[at + begin : at + size]))
        new = lzma.compress(text, check=lzma.CHECK_NONE) if name == "xz" else _lz4(text)
        # The new payload may be longer: the object moves to the end, where nothing was written yet.
        tail = max(place + (length + 7 & -8) for place, _, _, length in objects(bytes(data)))
        entry = next(place for place, number, _, _ in objects(bytes(data)) if number == 3 and _refers(data, place, at))
        head = bytes(data[at : at + begin])
        data[tail : tail + begin] = head
        data[tail + 1] = flag
        data[tail + 8 : tail + 16] = (begin + len(new)).to_bytes(8, "little")
        data[tail + begin : tail + begin + len(new)] = new
        behind = tail + (begin + len(new) + 7 & -8)
        moved = bytearray(data[entry : entry + (_size(data, entry) + 7 & -8)])
        width = 4 if kind == "compact" else 8
        place = moved.index(at.to_bytes(width, "little"), 64)
        moved[place : place + width] = tail.to_bytes(width, "little")
        data[behind : behind + len(moved)] = moved
        data[entry] = 6  # what was the entry is an entry array nobody asks for
    path = tmp_path / "x.journal"
    path.write_bytes(data)
    seen, reader, _ = read(path)
    assert sorted(seen, key=lambda pair: pair[0]) == EXPECTED
    assert reader.damage == []


def _lz4(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + bytes(lz4.block.compress(text, store_size=False))


def _size(data: bytes | bytearray, at: int) -> int:
    return int.from_bytes(data[at + 8 : at + 16], "little")


def _refers(data: bytearray, entry: int, at: int) -> bool:
    return at.to_bytes(4, "little") in data[entry + 64 : entry + _size(data, entry)]


@pytest.mark.parametrize("kind", KINDS)
def test_cut_off(tmp_path: Path, kind: str) -> None:
    """A journal shorter than its header says gives every entry that is still there."""
    data = bytes_of(kind)
    ends = [at + size for at, number, _, size in objects(data) if number == 3]
    source = random.Random(1)
    for cut in [*(source.randrange(ends[0] - 500, ends[-1] + 1) for _ in range(40)), *ends]:
        path = tmp_path / "x.journal"
        path.write_bytes(data[:cut])
        seen, reader, _ = read(path)
        assert seen == EXPECTED[: sum(end <= cut for end in ends)]
        assert "journal-truncated" in {d.kind for d in reader.damage}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", ["flip", "zero", "random"])
def test_damage_costs_what_it_hits(tmp_path: Path, kind: str, damage: str) -> None:
    """Damage anywhere never ends the reading: what lies behind it is there, and what is lost is named."""
    data = bytes_of(kind)
    begin = next(at for at, number, _, _ in objects(data) if number in {1, 3})
    end = max(at + size for at, _, _, size in objects(data))
    path, source = tmp_path / "x.journal", random.Random(2)
    for _ in range(40):
        broken = bytearray(data[: end + 4096])
        at = source.randrange(begin, end - 400)
        if damage == "flip":
            broken[at] ^= 1 << source.randrange(8)
        else:
            length = source.randrange(1, 300)
            broken[at : at + length] = bytes(length) if damage == "zero" else source.randbytes(length)
        path.write_bytes(broken)
        seen, reader, _ = read(path)
        assert len(seen) >= len(EXPECTED) - 5
        assert len(seen) == len(EXPECTED) or reader.damage
        if at < end - 2000:
            assert seen[-1][0] == EXPECTED[-1][0]


@pytest.mark.parametrize("size", [0, 1, 15, 1 << 40, (1 << 63) - 8, (1 << 64) - 1])
def test_impossible_sizes(tmp_path: Path, size: int) -> None:
    """An object that claims to be nothing or everything costs itself alone."""
    data = bytearray(bytes_of("regular"))
    entries = [at for at, number, _, _ in objects(bytes(data)) if number == 3]
    data[entries[3] + 8 : entries[3] + 16] = size.to_bytes(8, "little")
    path = tmp_path / "x.journal"
    path.write_bytes(data)
    seen, reader, _ = read(path)
    assert seen == EXPECTED[:3] + EXPECTED[4:]
    assert [d.kind for d in reader.damage] == ["journal-object"]


@pytest.mark.parametrize("target", [0, 1, 8, 272, (1 << 32) - 8, "self"])
def test_links_to_nowhere(tmp_path: Path, target: int | str) -> None:
    """An entry that refers into the header, to itself or past the end loses that field and says so."""
    data = bytearray(bytes_of("compact"))
    entry = [at for at, number, _, _ in objects(bytes(data)) if number == 3][1]
    to = entry if isinstance(target, str) else target
    data[entry + 64 : entry + 68] = to.to_bytes(4, "little")
    path = tmp_path / "x.journal"
    path.write_bytes(data)
    seen, reader, _ = read(path)
    assert [time for time, _ in seen] == [time for time, _ in EXPECTED]
    assert [(d.kind, d.delivered, d.line) for d in reader.damage] == [("journal-link", True, 2)]


@pytest.mark.parametrize("packed", [True, False])
def test_field_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    """A payload that is longer, or unpacks to more, than any field has is cut, and named."""
    monkeypatch.setattr(fields, "KEPT", 1000 if packed else 90)
    monkeypatch.setattr(scan, "KEPT", 1000 if packed else 90)
    path = tmp_path / "x.journal"
    path.write_bytes(bytes_of("regular"))
    seen, reader, _ = read(path)
    if packed:
        assert seen[6][1][0] == str(EXPECTED[6][1][0])[: 1000 - len("MESSAGE=")]
        assert [(d.kind, d.delivered) for d in reader.damage] == [("too-long", True)]
    assert {d.kind for d in reader.damage} == {"too-long"}


def test_batches_by_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long messages are handed on a few at a time; no entry is lost between two batches."""
    monkeypatch.setattr(scan, "BATCH_BYTES", 60)
    path = tmp_path / "x.journal"
    path.write_bytes(bytes_of("regular"))
    assert read(path)[0] == EXPECTED


def test_no_possible_time(tmp_path: Path) -> None:
    """An entry of the year 0 or 300 000 is no entry."""
    data = bytearray(bytes_of("regular"))
    for number, time in ((2, 0), (4, (1 << 63) + 5)):
        entry = [at for at, kind, _, _ in objects(bytes(data)) if kind == 3][number]
        data[entry + 24 : entry + 32] = time.to_bytes(8, "little")
    path = tmp_path / "x.journal"
    path.write_bytes(data)
    seen, reader, _ = read(path)
    assert [time for time, _ in seen] == [time for n, (time, _) in enumerate(EXPECTED) if n not in {2, 4}]
    assert [d.kind for d in reader.damage] == ["journal-entry", "journal-entry"]


@pytest.mark.parametrize("bit", range(32))
def test_incompatible_flags(tmp_path: Path, bit: int) -> None:
    """Bits 0 to 4 are known; any other makes the file UNREAD and is named."""
    data = bytearray(bytes_of("regular")[: 4 << 20])
    flags = int.from_bytes(data[12:16], "little") | 1 << bit
    data[12:16] = flags.to_bytes(4, "little")
    (tmp_path / "system.journal").write_bytes(data)
    found = discover([str(tmp_path)])
    if bit <= 4:
        assert [file.kind for source in found.sources for file in source.files] == ["journal"]
    else:
        what = f"a systemd journal in a form this program does not know: incompatible flag bit {bit} (0x{1 << bit:x})"
        (passed,) = found.passed_over
        assert (passed.name, passed.state, passed.reason.partition("; ")[0]) == ("system.journal", "unread", what)


def test_empty_journal(tmp_path: Path) -> None:
    """A header without its end is UNREAD; one without objects has no entries."""
    (tmp_path / "a.journal").write_bytes(bytes_of("regular")[:100])
    reason = "a systemd journal that ends within its header"
    assert discover([str(tmp_path)]).passed_over == (PassedOver("a.journal", "unread", reason),)
    (tmp_path / "a.journal").write_bytes(bytes_of("regular")[:264])
    seen, reader, _ = read(tmp_path / "a.journal")
    assert (seen, [d.kind for d in reader.damage]) == ([], ["journal-truncated"])


def test_sparse_tail_and_growth(tmp_path: Path) -> None:
    """The reserved end of a journal may be a hole, and grow; neither is damage."""
    data = bytes_of("regular")
    end = max(at + size for at, _, _, size in objects(data))
    path = tmp_path / "x.journal"
    path.write_bytes(data[:end])
    os.truncate(path, 64 << 20)
    seen, reader, scan = read(path)
    assert (seen, reader.damage, scan.blank) == (EXPECTED, [], (64 << 20) - (end + 7 & -8))


def test_rotation_names() -> None:
    """Rotated and unclean journals belong to the live one, oldest first by the time in their names."""
    folder = "journal/c3c3/"
    unclean = folder + "system@0005a8bf00000000-0123456789abcdef.journal~"
    rotated = folder + "system@" + "ab" * 16 + "-0000000000000001-0005a8be00000000.journal"
    live = folder + "system.journal"
    names = [logical_name(name) for name in (rotated, unclean, live)]
    assert [name for name, _ in names] == [live] * 3
    assert [key for _, key in names] == sorted(key for _, key in names)
    assert logical_name(folder + "user-1000@" + "ab" * 16 + "-1-2.journal")[0] != live


def journalctl(path: Path) -> Seen:
    """The same as `read`, from journalctl; of a field that is there twice it shows the last in its text."""
    command = ["journalctl", "--file", str(path), "-o", "json", "--all", "--no-pager"]
    done = subprocess.run(command, capture_output=True, check=True)
    seen: Seen = []
    for line in done.stdout.split(b"\n"):
        if line:
            entry = json.loads(line)
            row: Row = [_value(entry.get(name)) for name in NAMES]
            numbers = [None if row[place] is None else int(str(row[place])) for place in (1, 5, 6)]
            row[1], row[5], row[6] = numbers
            seen.append((int(entry["__REALTIME_TIMESTAMP"]), row))
    return seen


NAMES = ("MESSAGE", "PRIORITY", "_HOSTNAME", "SYSLOG_IDENTIFIER", "_COMM", "_PID", "SYSLOG_PID")


def _value(value: object) -> str | None:
    if isinstance(value, list):
        if value and isinstance(value[0], int):
            return bytes(value).decode("utf-8", "backslashreplace")
        return _value(value[-1])
    return value if isinstance(value, str) else None


@pytest.mark.skipif(shutil.which("journalctl") is None, reason="journalctl is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_journalctl_reads_the_same(tmp_path: Path, kind: str) -> None:
    """The committed journals hold what journalctl says they hold."""
    path = tmp_path / "x.journal"
    path.write_bytes(bytes_of(kind))
    assert journalctl(path) == EXPECTED


@pytest.mark.skipif(shutil.which("journalctl") is None, reason="journalctl is not installed")
@pytest.mark.skipif(not Path(REMOTE).exists(), reason="systemd-journal-remote is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_new_journals_agree_with_journalctl(tmp_path: Path, kind: str) -> None:
    """Thousands of entries of all shapes, written by systemd, are the same for both."""
    source, lines = random.Random(kind), list[bytes]()
    for number in range(3000):
        time = START + number * 1_000_003
        values = {
            b"MESSAGE": source.choice(
                [b"short", b"two\nlines", b"\xff\x00binary", "größer ✓".encode(), b"long " * 300]
            ),
            b"PRIORITY": b"%d" % source.randrange(8),
            b"_HOSTNAME": b"host%d" % source.randrange(2),
            b"SYSLOG_IDENTIFIER": source.choice([b"app", b"kernel"]),
            b"_COMM": b"comm",
            b"_PID": b"%d" % source.randrange(1 << 22),
            b"N": b"%d" % number,
        }
        lines.append(b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n" % (time, number, b"ab" * 16))
        for name in source.sample(sorted(values), source.randrange(2, len(values) + 1)):
            value = values[name]
            lines.append(b"%s\n%s%s\n" % (name, struct.pack("<Q", len(value)), value))
        lines.append(b"\n")
    (tmp_path / "x.export").write_bytes(b"".join(lines))
    path = tmp_path / "x.journal"
    flag = "1" if kind == "compact" else "0"
    names = ("SYSTEMD_JOURNAL_COMPACT", "SYSTEMD_JOURNAL_KEYED_HASH")
    subprocess.run(
        [REMOTE, "-o", str(path), str(tmp_path / "x.export")],
        env={**os.environ, **dict.fromkeys(names, flag)},
        capture_output=True,
        check=True,
    )
    seen, reader, _ = read(path)
    assert reader.damage == []
    assert seen == journalctl(path)


@pytest.mark.parametrize("kind", KINDS)
def test_forgotten_values_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """However few values are kept, the entries are the same; only links to nowhere stay without a value."""
    monkeypatch.setattr(values, "MOST", 4)
    path = tmp_path / "x.journal"
    path.write_bytes(bytes_of(kind))
    seen, reader, _ = read(path, 512)
    assert (seen, reader.damage) == (EXPECTED, [])


@pytest.mark.parametrize("page", range(0, 3_760_000, 940_000))
def test_unreadable_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    """A page the disk cannot give costs what lies in it."""
    path = tmp_path / "x.journal"
    path.write_bytes(bytes_of("regular"))
    begin, real = page - page % 4096, os.pread
    last = max(at for at, number, _, _ in objects(bytes_of("regular")) if number == 3)
    if page + 940_000 > 3_760_000:
        begin = (last - 3000) & -4096

    def failing(fd: int, length: int, offset: int) -> bytes:
        if offset < begin + 4096 and offset + length > begin:
            raise OSError(5, "Input/output error")
        return real(fd, length, offset)

    monkeypatch.setattr(os, "pread", failing)
    seen, reader, _ = read(path)
    assert "eio" in {damage.kind for damage in reader.damage}
    if begin and begin < 3_700_000 - 4096:
        assert seen == EXPECTED
    elif begin:
        assert seen[-1] == EXPECTED[-1]
