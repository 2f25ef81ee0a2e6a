"""The completeness block: every file stands in it once, with what became of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from logforensics.cli.main import run


def test_every_file_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its format and why, the fates of its lines, its zone, its span and its hash."""
    line = b"Jun 23 09:04:02 web1 sshd[77]: Accepted\n"
    contents = {
        "auth.log": line * 3 + b"\n" + b"%% no line of it\n",
        "auth.log.1": line.replace(b"23", b"22"),
        "setup.sh": b"#!/bin/sh\nexit 0\n",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    assert run(["sources", "--full", "--quiet", "--year", "2020", "--assume-tz", "+10:00", str(tmp_path)]) == 0
    block = capsys.readouterr().out.partition("SOURCE ")[0]
    for data in contents.values():
        assert block.count(hashlib.sha256(data).hexdigest()) == 1
    assert "  format    syslog: syslog reads " in block
    assert "  lines     6: 4 events, 1 blank, 1 unparsed" in block
    assert "  unparsed  %% no line of it" in block
    assert "  zone      UTC+10:00 (" in block
    assert "  span      2020-06-22 09:04:02" in block
    assert "setup.sh\n  read      no, not-a-log: a script" in block
