"""Turns standard input into a file that can be read twice: once for its events, again for the lines a report cites."""

from __future__ import annotations

import os
import stat
import tempfile
from functools import cache


@cache
def spool() -> int:
    """An fd holding all of stdin: stdin itself when it is a regular file, else an unnamed temporary copy.

    Reads stdin once a process.  Raises OSError when stdin is closed or the copy does not fit on the disk.
    """
    if stat.S_ISREG(os.fstat(0).st_mode):
        return 0
    with tempfile.TemporaryFile(prefix="logforensics-") as copy:
        while data := os.read(0, 1 << 20):
            copy.write(data)
        copy.flush()
        return os.dup(copy.fileno())
