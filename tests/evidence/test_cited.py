"""Cited lines are read again as they are in the evidence."""

from __future__ import annotations

import gzip
from pathlib import Path

from logforensics.evidence.cited import read_cited
from logforensics.evidence.discover import discover


def test_cited_lines(tmp_path: Path) -> None:
    """Lines of plain and compressed files come back by file and number; what is not there is missing."""
    text = b"".join(b"line %d\n" % number for number in range(1, 400_001))
    (tmp_path / "a.log").write_bytes(text)
    (tmp_path / "b.log").write_bytes(gzip.compress(text + b"more\n"))
    files = [file for source in discover([str(tmp_path)]).sources for file in source.files]
    cites = [("a.log", 1), ("a.log", 399_999), ("b.log", 200_000), ("b.log", 400_002), ("c.log", 1)]
    assert read_cited(files, cites) == {
        ("a.log", 1): "line 1",
        ("a.log", 399_999): "line 399999",
        ("b.log", 200_000): "line 200000",
    }


def test_line_with_damage(tmp_path: Path) -> None:
    """The pieces of a line that NULs tore are joined by one NUL."""
    (tmp_path / "a.log").write_bytes(b"before" + bytes(1000) + b"behind\n")
    files = discover([str(tmp_path)]).sources[0].files
    assert read_cited(files, [("a.log", 1)]) == {("a.log", 1): "before\0behind"}
