"""Runs the real command: in this process, in one of its own, or with faults that strace puts in."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from logforensics.cli.main import run

ROOT = Path(__file__).resolve().parents[2]

COMMANDS = ("report", "timeline", "gaps", "bursts", "failures", "boots", "outages", "sources")
"""Every command that reads evidence."""


class Done(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever the command wrote
        """What stdout holds as JSON."""
        return json.loads(self.out)


def here(*args: object) -> Done:
    """Runs one command line inside this process: quick, for what does not hang on the process itself."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(arg) for arg in args])
        out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return Done(code, out.buffer.getvalue(), err.getvalue())


def environment(**values: str) -> dict[str, str]:
    """This process's environment with the checkout importable, and `values` on top."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **values}


def tool(
    *args: object,
    under: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    before: Callable[[], None] | None = None,
    **streams: Any,  # noqa: ANN401  # what subprocess.run takes
) -> Done:
    """Runs one command line in a process of its own, started by the words `under` (strace, prlimit, ...).

    A death by a signal is told as a shell tells it: 128 and the signal's number.
    """
    given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    words = [*under, sys.executable, "-m", "logforensics", *map(str, args)]
    done = subprocess.run(words, env=env or environment(), cwd=cwd, check=False, preexec_fn=before, **given)
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return Done(code, done.stdout or b"", (done.stderr or b"").decode("utf-8", "backslashreplace"))


@cache
def _strace_works() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    with tempfile.NamedTemporaryFile() as trace:
        words = [strace, "-f", "-o", trace.name, "-e", "inject=getcwd:error=EIO:when=1", "true"]
        return subprocess.run(words, check=False, capture_output=True).returncode == 0


needs_strace = pytest.mark.skipif(not _strace_works(), reason="strace is not there, or may not trace (ptrace)")


def faults(*injected: str, path: Path | None = None, threads: bool = True) -> list[str]:
    """The words that start a command with faults, as "pread64:error=EIO:when=3".

    With `path`, only in calls on it; without `threads`, only in those of the main thread (the engine's own threads
    wake each other by write(2), and wait for ever for one that failed).
    """
    words = ["strace", "-qq", "-o", os.devnull, *(["-f"] if threads else []), *(["-P", str(path)] if path else [])]
    return [*words, *(word for fault in injected for word in ("-e", f"inject={fault}"))]


def traced(trace: Path, calls: str) -> list[str]:
    """The words that start a command whose system calls `calls` are written to `trace`, with paths."""
    return ["strace", "-f", "-qq", "-y", "-s", "4096", "-o", str(trace), "-e", f"trace={calls}"]
