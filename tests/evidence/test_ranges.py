"""Ranges of a large file: together they are the file, line for line, and what cannot be cut says so."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.evidence.files import read_blocks
from logforensics.evidence.model import LogFile
from logforensics.evidence.ranges import RangeError, RangeReader, hashed, ranges


def log(folder: Path, data: bytes) -> LogFile:
    """A file of that content."""
    path = folder / "app.log"
    path.write_bytes(data)
    return LogFile(path, "app.log", len(data), 0.0)


BLOCK = 64
"""Bytes: longer than any line here, as a block is longer than any line of a log."""


@given(st.lists(st.binary(max_size=40)), st.integers(1, 3), st.booleans())
def test_the_blocks_of_ranges_are_those_of_the_file(lines: list[bytes], blocks_each: int, ended: bool) -> None:
    """Wherever a file is cut, each block is in exactly one range, at its place."""
    data = b"\n".join(line.replace(b"\n", b"") for line in lines) + (b"\n" if ended else b"")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        data = b"x" + data
    with tempfile.TemporaryDirectory() as folder:
        file = log(Path(folder), data)
        size = blocks_each * BLOCK
        cuts = ranges(file, size)
        if not cuts:
            assert len(data) < 2 * size
            return
        readers = [RangeReader(file, begin, end, BLOCK) for begin, end in cuts]
        blocks = [block for reader in readers for block in reader]
        whole = read_blocks(file, BLOCK)
        expected = list(whole)
        found = hashed(file, cuts, BLOCK)
    assert [(block.offset, block.data) for block in blocks] == [(block.offset, block.data) for block in expected]
    assert sum(reader.lines for reader in readers) == whole.lines
    assert tuple(reader.part for reader in readers) == found.parts
    assert (found.sha256, found.text_bytes, found.whole) == (whole.sha256, whole.text_bytes, True)


def test_a_run_of_nuls_is_no_range(tmp_path: Path) -> None:
    """It may go on from one range into the next, and counts once."""
    file = log(tmp_path, b"one\n" * 1000 + b"\0" * 8192 + b"two\n" * 1000)
    with pytest.raises(RangeError):
        [block for begin, end in ranges(file, 4000) for block in RangeReader(file, begin, end)]


def test_a_file_that_shrank_is_no_range(tmp_path: Path) -> None:
    """The ranges of what is gone cannot be read."""
    file = log(tmp_path, b"one\n" * 1000)
    cuts = ranges(file, 400)
    file.path.write_bytes(b"one\n" * 10)
    with pytest.raises(RangeError):
        hashed(file, cuts)


@pytest.mark.parametrize(
    "change",
    [{"compression": "gzip"}, {"kind": "journal"}, {"size": 100}],
    ids=["packed", "binary", "small"],
)
def test_what_is_read_as_a_whole(tmp_path: Path, change: dict[str, Any]) -> None:
    """A packed file, a binary one, and one that is not worth it."""
    file = replace(log(tmp_path, b"one\n" * 1000), **change)
    assert ranges(file, 400) == ()
