"""Every row of README.md has a test that bears its number, or a reason in docs/limits.md why it has none."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ROWS = {
    f"{kind}{number}" for kind, last in (("R", 75), ("S", 24), ("T", 40), ("P", 18)) for number in range(1, last + 1)
}
"""What there is to try."""

NUMBERS = re.compile(r"test_((?:[rstp][0-9]{1,2}_)+)")


def rows_of_tests() -> set[str]:
    """The rows that the names of tests bear, as Python itself reads the files."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (numbers := NUMBERS.match(node.name)):
                found |= {f"{row[0].upper()}{int(row[1:])}" for row in numbers[1].strip("_").split("_")}
    return found


def excused() -> set[str]:
    """The rows that docs/limits.md names as without a test."""
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    return {row for group in re.findall(r"\(no test: ([^)]*)\)", text) for row in group.split(", ")}


def test_the_catalogue_is_whole() -> None:
    """The list for readers has each row once, in order."""
    text = (ROOT / "tests" / "hostile" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- ([RSTP][0-9]+) .", text, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == ROWS


def test_every_row_is_tested_or_excused() -> None:
    """Exactly one of both: a test makes an excuse untrue."""
    assert ROWS - rows_of_tests() - excused() == set()
    assert rows_of_tests() & excused() == set()


def test_no_number_is_of_no_row() -> None:
    """A misspelt number would be a test of nothing."""
    assert (rows_of_tests() | excused()) - ROWS == set()
