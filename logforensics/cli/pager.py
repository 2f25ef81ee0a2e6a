"""Turns a long result on a terminal into one that a pager shows; everywhere else it is written as it is."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from logforensics.cli.options import Run
from logforensics.cli.output import screen_of, sink

DEFAULT = "less"

LESS = "FRX"
"""Leave what fits on the screen, pass colours on, and keep the screen: git's choice for LESS where it is not set."""


def pager(environ: Mapping[str, str] = os.environ) -> list[str] | None:
    """The program and its arguments: LOGFORENSICS_PAGER, else PAGER, else less; None for "", "cat" or none there.

    The words are split as a shell would, but no shell runs them.
    """
    chosen = environ.get("LOGFORENSICS_PAGER", environ.get("PAGER", DEFAULT))
    try:
        words = shlex.split(chosen)
    except ValueError:
        return None
    if not words or words == ["cat"]:
        return None
    found = shutil.which(words[0])
    return [found, *words[1:]] if found else None


@contextmanager
def paged(run: Run) -> Iterator[IO[bytes]]:
    """The stream a result is written to: a pager's input where stdout is a terminal, else what `sink` gives."""
    words = pager() if screen_of(run).terminal and sys.stdin.isatty() else None
    if words is None:
        with sink(run) as stream:
            yield stream
        return
    # In its secure mode less runs no command and writes no file: what is shown comes from a log.
    environ = {"LESS": LESS, **os.environ, "LESSSECURE": "1"}
    process = subprocess.Popen(words, stdin=subprocess.PIPE, env=environ)  # noqa: S603 - the user's own pager
    assert process.stdin is not None
    # Ctrl-C belongs to the pager, which stops a search with it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield process.stdin
        process.stdin.close()
    except BrokenPipeError:
        pass  # the reader has seen enough
    finally:
        process.wait()
        signal.signal(signal.SIGINT, before)
