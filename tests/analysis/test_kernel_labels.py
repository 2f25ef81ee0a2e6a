"""Real lines that others labelled: enough of the failures are recognised, and nothing benign is flagged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from logforensics.analysis.failures import find_failures

LABELS = Path(__file__).parents[3] / "shared" / "corpora" / "kernel" / "labels.tsv"

pytestmark = pytest.mark.skipif(not LABELS.is_file(), reason=f"no labelled kernel lines at {LABELS.name}")


def labelled() -> list[list[str]]:
    """Rows of label, class, source, line."""
    rows = LABELS.read_bytes().decode("utf-8").split("\n")[1:]
    return [row.split("\t", 3) for row in rows if row]


def found() -> dict[int, str]:
    """Class found by row; each line alone in time, so that none is context for another."""
    rows = labelled()
    start = datetime(2020, 6, 1, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "time": [start + timedelta(hours=number) for number in range(len(rows))],
            "source": ["kern.log"] * len(rows),
            "file": ["kern.log"] * len(rows),
            "line": list(range(len(rows))),
            "message": [row[3] for row in rows],
        }
    )
    return {failure.cite.line: failure.kind for failure in find_failures(frame)}


def test_failures_are_recognised() -> None:
    """At least 95 of 100 failing lines get their own class."""
    hits = found()
    wanted = {number: row[1].replace("_", "-") for number, row in enumerate(labelled()) if row[0] == "positive"}
    right = sum(hits.get(number) == kind for number, kind in wanted.items())
    assert right / len(wanted) >= 0.95


def test_benign_lines_are_not_flagged() -> None:
    """No benign line is called a failure."""
    hits = found()
    flagged = [row[3] for number, row in enumerate(labelled()) if row[0] == "benign" and number in hits]
    assert flagged == []
