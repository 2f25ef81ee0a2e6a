"""Blocks of whole lines: their cut, their numbers, their digest, and the damage around them."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from logforensics.evidence.cut import cut
from logforensics.evidence.files import Block, BlockReader, read_blocks
from logforensics.evidence.model import Damage, LogFile


def log_file(folder: Path, data: bytes, name: str = "x.log") -> LogFile:
    """A LogFile of `data` written into `folder`."""
    path = folder / name
    path.write_bytes(data)
    return LogFile(path, name, len(data), None)


def test_blocks_are_whole_lines(tmp_path: Path) -> None:
    """Blocks end in a line feed and carry their offset and first line number."""
    reader = BlockReader(log_file(tmp_path, b"one\ntwo\nthree\nfour\n"), 9)
    assert list(reader) == [
        Block("x.log", 0, 0, 1, b"one\ntwo\n"),
        Block("x.log", 1, 8, 3, b"three\n"),
        Block("x.log", 2, 14, 4, b"four\n"),
    ]


@pytest.mark.parametrize("size", range(1, 25))
def test_blocks_join_to_the_file(tmp_path: Path, size: int) -> None:
    """Whatever the block size, the blocks joined are the file, and the totals are those of the file."""
    data = b"one\n\ntwo\r\nthree is longer\nfour"
    reader = BlockReader(log_file(tmp_path, data), size)
    assert b"".join(block.data for block in reader) == data
    totals = (reader.lines, reader.text_bytes, reader.disk_bytes, reader.sha256, reader.damage, reader.whole)
    assert totals == (5, len(data), len(data), hashlib.sha256(data).hexdigest(), [], True)


def test_second_iteration_starts_anew(tmp_path: Path) -> None:
    """A reader can be read twice and then knows the same."""
    reader = BlockReader(log_file(tmp_path, b"a\nb\n"), 2)
    assert list(reader) == list(reader)
    assert reader.lines == 2


@pytest.mark.parametrize(("data", "lines"), [(b"", 0), (b"\n", 1), (b"a", 1), (b"a\n", 1), (b"\n\na", 3)])
def test_smallest_files(tmp_path: Path, data: bytes, lines: int) -> None:
    """Files of a byte or none are read like any other."""
    reader = read_blocks(log_file(tmp_path, data))
    assert b"".join(block.data for block in reader) == data
    assert reader.lines == lines


def test_line_longer_than_the_cap(tmp_path: Path) -> None:
    """Of a line without end the head is kept, the rest is damage, and the lines behind keep their numbers."""
    reader = BlockReader(log_file(tmp_path, b"first\n" + b"A" * 100 + b"\nlast\n"), 8, longest_line=32)
    blocks = [(block.first_line, block.data) for block in reader]
    assert blocks == [(1, b"first\n"), (2, b"A" * 32), (3, b"last\n")]
    whole = hashlib.sha256(b"A" * 100).hexdigest()
    assert reader.damage == [Damage("overlong", "x.log", 38, 69, line=2, sha256=whole)]
    assert (reader.lines, reader.text_bytes) == (3, 112)


def test_line_longer_than_the_cap_in_one_piece() -> None:
    """An unpacked file comes in larger pieces than a line may be long; nothing was held back before its first one."""
    parts = list(cut(iter([b"x" * 40 + b"\nshort\n", b"y" * 40 + b"\n"]), 8, 32, kept=4))
    assert [part if isinstance(part, bytes) else (part.kind, part.length) for part in parts] == [
        b"xxxx",
        ("overlong", 37),
        b"short\n",
        b"yyyy",
        ("overlong", 37),
    ]


def test_blocks_of_nuls_become_one_damage(tmp_path: Path) -> None:
    """Megabytes of NULs are one stretch of damage, and the text behind them keeps the line number."""
    data = b"first\nsec" + bytes(40_000) + b"ond\nthird\n"
    reader = BlockReader(log_file(tmp_path, data), 4096)
    kept = sum(len(block.data) for block in reader)
    assert [damage.kind for damage in reader.damage] == ["nul"]
    assert kept + reader.damage[0].length == len(data)
    assert reader.lines == 3


def test_sparse_head_is_jumped_over(tmp_path: Path) -> None:
    """A hole of 64 GiB, as copytruncate leaves it, costs no time and is named."""
    path = tmp_path / "x.log"
    with path.open("wb") as sparse:
        sparse.seek(64 << 30)
        sparse.write(b"text\n")
    reader = read_blocks(LogFile(path, "x.log", path.stat().st_size, None))
    assert [(block.offset, block.data) for block in reader] == [(64 << 30, b"text\n")]
    assert reader.damage == [Damage("nul", "x.log", 0, 64 << 30, line=1)]
    assert not reader.whole


def test_digest_of_a_small_hole_is_that_of_its_zeros(tmp_path: Path) -> None:
    """The digest of a sparse file is the one sha256sum prints, as long as its holes are affordable."""
    path = tmp_path / "x.log"
    with path.open("wb") as sparse:
        sparse.seek(1 << 20)
        sparse.write(b"text\n")
    reader = read_blocks(LogFile(path, "x.log", path.stat().st_size, None))
    list(reader)
    assert reader.sha256 == hashlib.sha256(bytes(1 << 20) + b"text\n").hexdigest()
    assert (reader.whole, reader.disk_bytes) == (True, (1 << 20) + 5)


def test_unreadable_page_costs_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After EIO the next page is read on, and the lost page is damage with its place."""
    lines = b"".join(b"line %06d\n" % number for number in range(2000))
    file = log_file(tmp_path, lines)
    real = os.pread

    def failing(fd: int, length: int, offset: int) -> bytes:
        if offset < 12288 and offset + length > 8192:
            if offset < 8192:
                return real(fd, 8192 - offset, offset)
            raise OSError(errno.EIO, "Input/output error")
        return real(fd, length, offset)

    monkeypatch.setattr(os, "pread", failing)
    reader = read_blocks(file)
    blocks = list(reader)
    assert [block.data for block in blocks] == [lines[:8192], lines[12288:]]
    assert blocks[1].offset == 12288
    assert reader.damage == [Damage("eio", "x.log", 8192, 4096, line=683)]
    assert (reader.text_bytes, reader.disk_bytes) == (len(lines), len(lines) - 4096)


def test_dying_disk_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose every page fails ends as one damage instead of being asked for each page."""
    file = log_file(tmp_path, bytes(4096) * 1000)
    calls = 0

    def failing(_fd: int, _length: int, _offset: int) -> bytes:
        nonlocal calls
        calls += 1
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "pread", failing)
    reader = read_blocks(file)
    assert list(reader) == []
    assert reader.damage == [Damage("eio", "x.log", 0, 4_096_000, line=1)]
    assert calls < 200


def test_short_reads_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that gives less than asked is not taken for the end."""
    data = b"one\ntwo\nthree\n"
    file = log_file(tmp_path, data)
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, length, offset: real(fd, min(length, 3), offset))
    reader = read_blocks(file)
    assert b"".join(block.data for block in reader) == data
    assert reader.damage == []


def test_truncated_while_read(tmp_path: Path) -> None:
    """What disappears between two reads is damage, not a quiet end."""
    file = log_file(tmp_path, b"one\n" * 1000)
    reader = BlockReader(file, 400)
    blocks = iter(reader)
    first = next(blocks)
    os.truncate(file.path, 1000)
    kept = len(first.data) + sum(len(block.data) for block in blocks)
    assert kept == 1000
    assert reader.damage == [Damage("shrunk", "x.log", 1000, 3000, line=251)]


def test_truncated_after_reading(tmp_path: Path) -> None:
    """A file cut behind our back after it was read is said so; its bytes were delivered."""
    file = log_file(tmp_path, b"one\n" * 10)
    reader = read_blocks(file)
    blocks = iter(reader)
    next(blocks)
    os.truncate(file.path, 4)
    assert list(blocks) == []
    assert reader.damage == [Damage("shrunk", "x.log", 4, 36, delivered=True)]


def test_growth_is_left_for_the_next_run(tmp_path: Path) -> None:
    """A file is read up to its size at opening, so that a busy writer cannot keep the reader for ever."""
    file = log_file(tmp_path, b"one\n" * 10)
    reader = BlockReader(file, 8)
    blocks = iter(reader)
    next(blocks)
    with file.path.open("ab") as more:
        more.write(b"two\n")
    list(blocks)
    assert (reader.text_bytes, reader.damage) == (40, [])


def test_vanished_file(tmp_path: Path) -> None:
    """A file that is gone when it is to be read is damage of its whole length, not an exception."""
    reader = read_blocks(LogFile(tmp_path / "gone.log", "gone.log", 12, None))
    assert list(reader) == []
    assert reader.damage == [Damage("unread", "gone.log", 0, 12, line=1)]


def test_named_pipe_does_not_block(tmp_path: Path) -> None:
    """A FIFO that took a log's place is refused without waiting for a writer."""
    os.mkfifo(tmp_path / "x.log")
    reader = read_blocks(LogFile(tmp_path / "x.log", "x.log", 0, None))
    assert list(reader) == []
    assert [damage.kind for damage in reader.damage] == ["unread"]


def test_access_time_is_kept(tmp_path: Path) -> None:
    """Reading as the owner leaves atime, mtime and ctime as they were."""
    file = log_file(tmp_path, b"one\n")
    os.utime(file.path, (1, 1))
    before = file.path.stat()
    list(read_blocks(file))
    after = file.path.stat()
    assert (after.st_atime_ns, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_atime_ns,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_becomes_utf8(tmp_path: Path, encoding: str) -> None:
    """A log in UTF-16, with a mark or without, is read as its text, lines and all."""
    text = "2020-06-23 09:00:00|INFO|started\r\n2020-06-23 09:00:01|INFO|größer\r\n"
    reader = BlockReader(log_file(tmp_path, text.encode(encoding)), 64)
    assert b"".join(block.data for block in reader).decode() == text
    assert (reader.lines, reader.damage) == (2, [])
