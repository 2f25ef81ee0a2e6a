"""Lines marked by hand, in their file and in the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from logforensics.analysis.findings import Cite
from logforensics.errors import UsageError
from logforensics.report.handmarks import HandMark, marks_text, read_marks
from logforensics.report.markdown import render
from logforensics.report.model import Report


def test_marks_come_back_from_their_file(tmp_path: Path) -> None:
    """In the order of their lines, whatever they say."""
    path = tmp_path / "marks.json"
    marks = (HandMark(Cite("b", 2), "| é\x1b"), HandMark(Cite("a", 10)), HandMark(Cite("a", 9)))
    path.write_text(marks_text(marks), encoding="ascii")
    assert read_marks(path) == (marks[2], marks[1], marks[0])


@pytest.mark.parametrize(
    "text", ["", "[]", '{"marks": []}', '{"schema": "logforensics/marks/1", "marks": [{"file": 1, "line": 2}]}']
)
def test_what_holds_no_marks_is_refused(tmp_path: Path, text: str) -> None:
    """With the name of the file."""
    path = tmp_path / "marks.json"
    path.write_text(text, encoding="ascii")
    with pytest.raises(UsageError, match=r"marks\.json"):
        read_marks(path)


def test_a_report_shows_them_with_their_notes(report: Report) -> None:
    """A line that is not in the evidence is said to be missing; without marks there is no chapter."""
    marks = (HandMark(Cite("stats.tsv", 6), "why | here?"), HandMark(Cite("gone", 1)))
    text = render(replace(report, marked=marks, quotes={("stats.tsv", 6): "a row"}))
    assert "## Marked by hand" in text
    chapter = text.partition("## Marked by hand")[2].partition("\n## ")[0]
    assert "stats.tsv:6" in chapter
    assert r"why \| here?" in chapter
    assert "1 of them could not be found in this evidence." in text
    assert "Marked by hand" not in render(report)
