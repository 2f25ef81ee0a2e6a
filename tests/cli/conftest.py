"""A small log folder for the commands to read, and a runner that gives exit code, stdout and stderr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from logforensics.cli.main import run

SYSLOG = (
    "2020-06-23T09:00:01+10:00 web1 CRON[11070]: (root) CMD (true)\n"
    "2020-06-23T09:04:02+10:00 web1 systemd-timesyncd[117]: Synchronized to time server \x1b[31m\u202e.\n"
    "2020-06-23T12:04:02+10:00 web1 kernel: [  100.000000] EXT4-fs (sda1): Remounting filesystem read-only\n"
    "2020-06-23T12:05:02+10:00 web1 app[9]: =SUM(A1)\n"
)
ACCESS = '192.0.2.1 - - [23/Jun/2020:09:05:37 +1000] "GET /a HTTP/1.1" 200 25 "-" "curl/7.50.3"\n'


class Done(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with a syslog and an access log."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "syslog").write_text(SYSLOG, encoding="utf-8")
    (folder / "access.log").write_text(ACCESS, encoding="utf-8")
    return folder


@pytest.fixture
def command(capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    """Runs one command line as `logforensics ARGS...` does."""

    def call(*args: object) -> Done:
        code = run([str(arg) for arg in args])
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call
