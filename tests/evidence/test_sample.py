"""The lines by which a format is recognised."""

from __future__ import annotations

import gzip
from pathlib import Path

from logforensics.evidence.model import LogFile
from logforensics.evidence.sample import sample_lines

TEXT = b"".join(b"line %06d\n\n" % number for number in range(60_000))


def test_head_and_middle(tmp_path: Path) -> None:
    """A long plain file shows its first lines and some of its middle, without blank ones."""
    path = tmp_path / "x.log"
    path.write_bytes(TEXT)
    lines = sample_lines(LogFile(path, "x.log", len(TEXT), None), 3, 2)
    assert lines == ("line 000000", "line 000001", "line 000002", "line 030001", "line 030002")


def test_compressed_file_shows_its_head(tmp_path: Path) -> None:
    """The middle of a compressed file would cost half the inflating, so it is left out."""
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(TEXT))
    assert sample_lines(LogFile(path, "x.gz", 0, None, "gzip"), 2) == ("line 000000", "line 000001")


def test_head_behind_nuls(tmp_path: Path) -> None:
    """NULs before the first line do not hide it."""
    path = tmp_path / "x.log"
    path.write_bytes(bytes(500_000) + b"first\n")
    assert sample_lines(LogFile(path, "x.log", 500_006, None)) == ("first",)
