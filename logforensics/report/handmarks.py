"""Turns the lines a person marked into a file and back, so that they can stand in the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from logforensics.analysis.findings import Cite
from logforensics.errors import UsageError

SCHEMA = "logforensics/marks/1"


@dataclass(frozen=True)
class HandMark:
    """A line that somebody marked, and what they noted (may be empty)."""

    cite: Cite
    note: str = ""


def read_marks(path: Path) -> tuple[HandMark, ...]:
    """The marks of a file, in the order of their lines; UsageError if it holds none of ours."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as marks: {error}") from None
    rows = document.get("marks") if isinstance(document, dict) and document.get("schema") == SCHEMA else None
    if not isinstance(rows, list):
        raise UsageError(f"{path}: holds no marks of logforensics ({SCHEMA})")
    marks = []
    for row in rows:
        valid = isinstance(row, dict) and isinstance(row.get("file"), str) and isinstance(row.get("line"), int)
        if not valid or not isinstance(row.get("note", ""), str):
            raise UsageError(f"{path}: a mark has a file, a line and perhaps a note, not {str(row)[:60]}")
        marks.append(HandMark(Cite(row["file"], row["line"]), row.get("note", "")))
    return tuple(sorted(marks, key=lambda mark: mark.cite))


def marks_text(marks: tuple[HandMark, ...]) -> str:
    """The content of a file of marks, in ASCII."""
    rows = [{"file": m.cite.file, "line": m.cite.line, "note": m.note} for m in sorted(marks, key=lambda m: m.cite)]
    return json.dumps({"schema": SCHEMA, "marks": rows}, ensure_ascii=True, indent=1) + "\n"
