"""Turns the binary fields of a journal's export into fields of one line each, as its other fields are.

journalctl -o export writes a field that has a line feed or a control character in it as its name, a line feed, the
length of its value in 8 bytes (little-endian), the value and a line feed (systemd.io/JOURNAL_EXPORT_FORMATS).  Read as
lines, such a value could hold whatever entries somebody likes to log.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from logforensics.evidence.pieces import Doubt, Hole, Pieces

_LOOK = 64 << 10
_BEGINS = re.compile(rb"\A\n*__[A-Z_]+=|\n__REALTIME_TIMESTAMP=[0-9]+\n")
"""The address fields stand first in an entry; the first entry may be cut off."""

_NAMED = re.compile(rb"\n([A-Z_][A-Z0-9_]*)\n")
_NAME = re.compile(rb"\n[A-Z_][A-Z0-9_]*\Z")
_LONGEST_NAME = 64
_LONGEST = 768 << 20
"""Bytes that systemd allows in a name (journal_field_valid) and in a value (DATA_SIZE_MAX of journal-importer.h)."""

_SIZE = 8
_WHOLE = 1 << 20
"""Bytes of a value up to which it is looked at as a whole: if no line feed is behind it, it has another length."""


def is_export(head: bytes) -> bool:
    """Whether a file that begins with `head` is a journal in its export format."""
    return _BEGINS.search(head, 0, _LOOK) is not None


class Export:
    r"""The pieces of an export in which each binary field is a line NAME=VALUE: \n, \r and \x00 stand for LF, CR, NUL.

    What is not UTF-8 in a value is shown as \xNN.  A name alone in a line that no such value follows stays as it is.
    `changed` says whether there was a binary field, so that offsets are those of the text and not of the file.
    """

    def __init__(self) -> None:
        self.changed = False
        self._held = b"\n"  # the last byte that was given out, and what was not given out yet
        self._left = 0  # bytes still to come of a value that is given out in parts

    def in_lines(self, pieces: Pieces) -> Pieces:
        """The pieces again; what is said of bytes is said of those that they became, and perhaps of some before."""
        taken, given = [0], [0]
        for piece in pieces:
            text = b"".join(self._lines(piece) if isinstance(piece, bytes) else self._rest())
            taken.append(taken[-1] + (len(piece) if isinstance(piece, bytes) else 0))
            given.append(given[-1] + len(text))
            if text:
                yield text
            if isinstance(piece, Hole):
                self._held, self._left = b"\n", 0
                yield piece
            elif isinstance(piece, Doubt):
                begin = bisect_right(taken, taken[-1] - piece.length) - 1
                yield Doubt(piece.kind, given[-1] - given[begin]) if self.changed else piece
        yield from self._rest()

    def _rest(self) -> Iterator[bytes]:
        """What was held back, as it is."""
        if len(self._held) > 1:
            yield self._held[1:]
            self._held = self._held[-1:]

    def _lines(self, piece: bytes) -> Iterator[bytes]:
        if self._left:
            yield _told(piece[: self._left])
            piece, self._left = piece[self._left :], max(0, self._left - len(piece))
        data = self._held + piece
        done, at = 1, 0
        while match := _NAMED.search(data, at):
            begin = match.end() + _SIZE
            size = int.from_bytes(data[match.end() : begin], "little")
            stop = begin + size
            if len(data) < begin or (size <= _WHOLE and len(data) <= stop):  # more of it must come
                yield data[done : match.start() + 1]
                self._held = data[match.start() :]
                return
            if size > _LONGEST or len(match[1]) > _LONGEST_NAME or data[stop : stop + 1] not in {b"\n", b""}:
                at = match.end() - 1
                continue
            self.changed = True
            yield data[done : match.end() - 1] + b"=" + _told(data[begin:stop])
            if stop >= len(data):
                self._left, self._held = stop - len(data), b"="
                return
            done = at = stop
        name = _NAME.search(data, max(at, len(data) - _LONGEST_NAME - 1))
        keep = name.start() if name else len(data) - 1
        yield data[done : keep + 1]
        self._held = data[keep:]


def _told(value: bytes) -> bytes:
    text = value.decode("utf-8", "backslashreplace")
    return text.replace("\n", r"\n").replace("\r", r"\r").replace("\0", r"\x00").encode()
