"""Lines of a block: text, numbers, lengths, and every byte that is not text."""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.evidence.files import Block
from logforensics.evidence.lines import _careful, _quick, lines_of
from logforensics.evidence.model import Damage

Row = tuple[int, str, int]


def rows(data: bytes, offset: int = 0, first_line: int = 1) -> tuple[list[Row], list[Damage]]:
    """The lines of a block as tuples, and its damage; the byte sum is checked on the way."""
    frame, damage = lines_of(Block("x.log", 0, offset, first_line, data))
    lost = sum(entry.length for entry in damage if not entry.delivered)
    assert frame["length"].sum() + lost == len(data)
    return frame.rows(), damage


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"one\ntwo\n", [(1, "one", 4), (2, "two", 4)]),
        (b"one\r\ntwo\r\n", [(1, "one", 5), (2, "two", 5)]),
        (b"one\r\ntwo\n", [(1, "one", 5), (2, "two", 4)]),
        (b"one\r\r\n", [(1, "one\r", 6)]),
        (b"\n\n", [(1, "", 1), (2, "", 1)]),
        ("größer\n".encode(), [(1, "größer", 9)]),
    ],
)
def test_clean_lines(data: bytes, expected: list[Row]) -> None:
    """Lines end at LF alone, lose one CR before it, and are counted in bytes."""
    assert rows(data) == (expected, [])


def test_numbers_start_at_the_block() -> None:
    """Line numbers go on from the block's first line."""
    assert rows(b"a\nb\n", 100, 41)[0] == [(41, "a", 2), (42, "b", 2)]


@pytest.mark.parametrize("mark", ["\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_only_line_feeds_part_lines(mark: str) -> None:
    """Characters that Unicode takes for line ends stay inside the line, so no record can be forged with them."""
    text = f"GET /x{mark}Jun 23 09:00:00 forged"
    assert rows(f"{text}\n".encode()) == ([(1, text, len(text.encode()) + 1)], [])


def test_last_line_without_line_feed() -> None:
    """A torn last line is delivered to its last byte and named."""
    expected = [Damage("torn", "x.log", 104, 3, delivered=True, line=2)]
    assert rows(b"one\ntwo", 100) == ([(1, "one", 4), (2, "two", 3)], expected)


def test_nuls_inside_a_line() -> None:
    """The text before and behind a run of NULs are two pieces with one line number; the first is torn."""
    damage = [
        Damage("torn", "x.log", 4, 3, delivered=True, line=2),
        Damage("nul", "x.log", 7, 5, line=2),
    ]
    assert rows(b"one\ntwo\0\0\0\0\0three\nfour\n") == (
        [(1, "one", 4), (2, "two", 3), (2, "three", 6), (3, "four", 5)],
        damage,
    )


@pytest.mark.parametrize(
    ("data", "lines", "nul"),
    [
        (b"\0\0one\n", [(1, "one", 4)], (0, 2)),
        (b"one\0\0", [(1, "one", 3)], (3, 2)),
        (b"one\0\0\r\n", [(1, "one", 3)], (3, 4)),
        (b"\0\0\n", [], (0, 3)),
    ],
)
def test_nuls_at_an_edge(data: bytes, lines: list[Row], nul: tuple[int, int]) -> None:
    """NULs at an edge of a line leave one piece; a line end behind them is lost with them."""
    got, damage = rows(data)
    assert got == lines
    assert [(entry.offset, entry.length) for entry in damage if entry.kind == "nul"] == [nul]


@pytest.mark.parametrize("at", range(12))
def test_undecodable_byte_at_each_place(at: int) -> None:
    """A byte of another charset is shown as \\xNN wherever it is, and costs no line."""
    line = b"Jun 23 09:00"
    data = b"before\n" + line[:at] + b"\xfc" + line[at:] + b"\nafter\n"
    got, damage = rows(data)
    text = (line[:at] + b"\\xfc" + line[at:]).decode()
    assert [row[1] for row in got] == ["before", text, "after"]
    assert damage == [Damage("encoding", "x.log", 7 + at, 1, delivered=True, line=2)]


def test_file_in_another_charset() -> None:
    """A block full of another charset keeps every line and names the stretch once."""
    text = "ошибка диска\n".encode("cp1251") * 1000
    got, damage = rows(text)
    assert len(got) == 1000
    assert [(entry.kind, entry.offset, entry.length) for entry in damage] == [("encoding", 0, len(text) - 1)]


def test_byte_order_marks() -> None:
    """The mark at the file's start is no part of the first line; one in the middle is dropped and named."""
    mark = b"\xef\xbb\xbf"
    got, damage = rows(mark + b"one\n" + mark + b"two\n")
    assert got == [(1, "one", 7), (2, "two", 7)]
    assert damage == [Damage("encoding", "x.log", 7, 3, delivered=True, line=2)]


def test_foreign_disk_block() -> None:
    """A block of foreign binary data is damage; the lines around it stay, the torn one to its last byte."""
    foreign = random.Random(5).randbytes(4096)
    clean = [b"Jun 23 09:00:%02d host app[1]: message number %d" % (n, n) for n in range(20)]
    data = b"\n".join(clean[:10]) + b"\nJun 23 09:00:10 to" + foreign + b"rn line\n" + b"\n".join(clean[10:]) + b"\n"
    got, damage = rows(data)
    texts = [row[1] for row in got]
    assert texts[:10] == [line.decode() for line in clean[:10]]
    assert texts[-10:] == [line.decode() for line in clean[10:]]
    assert "Jun 23 09:00:10 to" in texts[10]
    assert sum(entry.length for entry in damage if entry.kind == "binary") > 3500


@pytest.mark.parametrize("start", [zlib.compress(b"hello\n", 1), b"x\x01plain text"])
def test_block_that_looks_packed(start: bytes) -> None:
    """A block whose first bytes look like zlib is not unpacked by the reader underneath."""
    got, _ = rows(start + b"\nsecond\n")
    assert got[-1] == (start.count(b"\n") + 2, "second", 7)


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\0", b"\xfc", "ü".encode(), b"\x01", b"\xef\xbb\xbf"])))
def test_every_byte_is_somewhere(parts: list[bytes]) -> None:
    """Whatever the bytes: lengths and damage add up, line numbers never fall, and stay within the line feeds."""
    data = b"".join(parts)
    got, _ = rows(data)
    numbers = [row[0] for row in got]
    assert numbers == sorted(numbers)
    assert all(1 <= number <= data.count(b"\n") + 1 for number in numbers)


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\0\ufeff", exclude_categories=["Cs"])), min_size=1))
def test_quick_and_careful_way_agree(lines: list[str]) -> None:
    """Clean lines are the same whichever way they are read."""
    block = Block("x.log", 0, 0, 1, "".join(line + "\n" for line in lines).encode())
    quick = _quick(block)
    careful, damage = _careful(block)
    assert damage == []
    assert quick is None or quick.equals(careful)
    assert quick is None or quick.schema == careful.schema
