"""A long result on a terminal goes through a pager; everywhere else it does not."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

from logforensics.cli.pager import pager


def test_no_pager_for_cat_nothing_and_what_is_not_there() -> None:
    """Then the result is written as it is."""
    for chosen in ("", "cat", "no-such-pager-here", '"'):
        assert pager({"PAGER": chosen}) is None


def test_the_own_variable_wins_and_no_shell_splits_it() -> None:
    """LOGFORENSICS_PAGER before PAGER, its words taken as they are."""
    words = pager({"PAGER": "cat", "LOGFORENSICS_PAGER": f"{sys.executable} -c 'a; b'"})
    assert words == [sys.executable, "-c", "a; b"]


def test_a_terminal_gets_the_result_through_the_pager(logs: Path, tmp_path: Path) -> None:
    """The pager's output, and not ours, stands on the terminal."""
    script = tmp_path / "pager.py"
    script.write_text("import sys\nprint('PAGED', len(sys.stdin.read().splitlines()))\n", encoding="utf-8")
    environ = {**os.environ, "LOGFORENSICS_PAGER": f"{sys.executable} {script}", "TERM": "dumb"}
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.execve(sys.executable, [sys.executable, "-m", "logforensics", "timeline", "-q", str(logs)], environ)  # noqa: S606
    seen = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says EIO when the other side has gone
            break
        if not part:
            break
        seen += part
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert seen.replace(b"\r", b"") == b"PAGED 6\n"
