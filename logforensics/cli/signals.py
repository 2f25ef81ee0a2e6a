"""Turns SIGINT and SIGTERM into an orderly end of the run, and a second one into an end at once."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM)

stopped_by: list[int] = []
"""The signal that ended this run, if one did."""


@contextmanager
def orderly() -> Iterator[None]:
    """Inside, the first signal raises KeyboardInterrupt, so that everything is tidied up; outside it ends the process.

    A signal that was ignored when the process began (a shell's background job, nohup) stays ignored.
    """
    heard = [number for number in _STOPS if signal.getsignal(number) != signal.SIG_IGN]
    stopped_by.clear()
    for number in heard:
        signal.signal(number, _stop)
    hook, sys.unraisablehook = sys.unraisablehook, _end
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _: FrameType | None) -> None:
    for other in _STOPS:
        if signal.getsignal(other) is _stop:
            signal.signal(other, signal.SIG_DFL)
    stopped_by.append(number)
    raise KeyboardInterrupt


def _end(caught: sys.UnraisableHookArgs) -> None:
    """Ends the process where Python would drop the exception (in a generator that is thrown away) and go on."""
    if stopped_by and isinstance(caught.exc_value, KeyboardInterrupt):
        signal.raise_signal(stopped_by[0])  # by now its handler is the system's own
    sys.__unraisablehook__(caught)
