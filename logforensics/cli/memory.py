"""Turns a death by a memory limit into one line and an exit code, where the process has such a limit."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

_LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_DATA)

_FATAL = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP, signal.SIGKILL}
"""How a process ends that asked for memory in vain: native code aborts, and the kernel kills."""


def watched(work: Callable[[], int]) -> int:
    """`work()`, which returns an exit code; under `ulimit -v` or `-d` it runs in a child process.

    Polars is native code: an allocation that fails there aborts the process, and no handler of ours would run.  The
    parent then says what happened.
    """
    limit = min((soft for soft, _ in map(resource.getrlimit, _LIMITS) if soft != resource.RLIM_INFINITY), default=None)
    if limit is None:
        return work()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _mute_native_code()
        _end_with(work)
    return _wait(child, limit)


def _end_with(work: Callable[[], int]) -> NoReturn:
    try:
        code = work()
        sys.stderr.flush()
    except (ImportError, OSError, RuntimeError, SystemError, MemoryError):
        # a library that cannot be mapped, a thread that cannot be started: Python has many words for no memory
        os.abort()
    except BaseException:  # noqa: BLE001  # the last frame of this process: told as Python would, then over
        sys.excepthook(*sys.exc_info())
        code = 1
    os._exit(code)


def _mute_native_code() -> None:
    """Keeps stderr for our own lines: allocators and Rust write theirs to descriptor 2."""
    own = os.dup(2)
    sys.stderr = os.fdopen(own, "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(null, 2)
    os.close(null)


def _wait(child: int, limit: int) -> int:
    from logforensics.cli.output import say
    from logforensics.errors import OutputError

    # The terminal sends SIGINT to both; what only the parent got is passed on.  The child tidies up, then both end.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda number, _: os.kill(child, number))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code
    if -code in _FATAL:
        say(f"out of memory: the limit on this process (ulimit) is {limit >> 20} MiB; raise it, or read less at once")
        return OutputError.exit_code
    return 128 - code
