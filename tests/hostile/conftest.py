"""The folder in which hostile logs are written and from which they are read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

import logforensics
from logforensics.settings import Settings
from logforensics.timeline.model import Timeline
from tests.hostile.clocks import Logs, stamp


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    """Writes files below var/log, and etc/timezone if `zone` is given, with `mtimes`, and reads them."""

    def write(
        files: Mapping[str, str | bytes], zone: str | None = None, mtimes: str | Mapping[str, str] = "", **given: object
    ) -> Timeline:
        if zone is not None:
            (tmp_path / "etc").mkdir()
            (tmp_path / "etc" / "timezone").write_bytes(f"{zone}\n".encode())
        for name, text in files.items():
            path = tmp_path / "var" / "log" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            mtime = mtimes if isinstance(mtimes, str) else mtimes.get(name, "")
            if mtime:
                os.utime(path, (stamp(mtime), stamp(mtime)))
        return logforensics.read_timeline([str(tmp_path / "var" / "log")], settings=Settings(**given))  # type: ignore[arg-type]

    return write
