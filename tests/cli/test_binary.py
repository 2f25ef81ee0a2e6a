"""The `parsers` commands know the formats that code reads, not patterns."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from logforensics.cli import parsers

DATA = Path(__file__).resolve().parents[1] / "data" / "journal"


def test_listed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Journals and login records stand among the formats."""
    parsers.list_()
    names = [line.split(b" ")[0] for line in capfdbinary.readouterr().out.split(b"\n")]
    assert {b"journal", b"logins", b"syslog"} <= set(names)


@pytest.mark.parametrize("as_json", [True, False])
def test_explained(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], as_json: bool) -> None:
    """A binary log is told by its first bytes."""
    shutil.copy(DATA / "regular.journal.xz", tmp_path)
    parsers.explain(str(tmp_path), as_json=as_json)
    out = capfdbinary.readouterr().out
    assert b"its first bytes say so" in out
    assert b"journal" in out
