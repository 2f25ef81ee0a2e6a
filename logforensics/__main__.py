"""Turns `logforensics` and `python -m logforensics` into one run of the command line, with signals seen to first."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """The entry point of the `logforensics` script: runs the command line and exits."""
    # Until the command runs there is nothing to tidy up, so a signal may end the process at once, without a traceback.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell's background job has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # `| head` ends us as it ends any filter: Python would raise BrokenPipeError instead.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    _keep_standard_streams()

    from logforensics.cli.main import main as run_and_exit

    run_and_exit()


def _keep_standard_streams() -> None:
    """Sees that 0, 1 and 2 are taken: of those that are closed, a file opened later would take the place.

    Warnings then go nowhere; a result that is written to a closed stdout is an error as it should be (EBADF).
    """
    for number, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_RDWR)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # the lowest free number is this one (POSIX open)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()
