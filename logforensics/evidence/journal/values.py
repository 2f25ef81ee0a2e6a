"""Turns offsets of data objects into the values read there, forgetting the oldest when there are too many to keep."""

from __future__ import annotations

import struct
from itertools import islice

from logforensics.evidence.journal.fields import KEPT, START, FieldError, Value, Wanted, unpacked, value_of
from logforensics.evidence.journal.hashes import HEAD, Hashes
from logforensics.evidence.journal.objects import DATA
from logforensics.evidence.raw import RawReader

MOST = 1 << 20
"""Data objects remembered, some 150 bytes each with their values; a journal of 128 MiB, journald's own limit, holds
some 400 000."""

_OBJECT = struct.Struct("<BB6xQ")
_PAYLOAD = {False: 64, True: 72}


def payload_at(compact: bool) -> int:
    """Where a data object's payload begins."""
    return _PAYLOAD[compact]


class Values(dict[int, "Value | None"]):
    """By offset in the file, the value of each data object met so far (None: of a field nobody asked for).

    Looking up an offset where no data object is raises KeyError.  What was forgotten is read again from the file.
    """

    def __init__(self, reader: RawReader, fields: Wanted) -> None:
        super().__init__()
        self._reader = reader
        self._fields = fields
        self._forgotten = 0  # offsets below this may have been forgotten
        self.compact = False
        self.hashes = Hashes(None)

    def found(self, offset: int) -> Value | None:
        """The value at `offset`, though no data object was met there; raises KeyError if none with its hash is there.

        Objects may lie within one whose size is wrong.
        """
        if offset in self or 0 < offset < self._forgotten:
            return self[offset]
        begin = payload_at(self.compact)
        head = self._reader.reread(offset, begin) if offset % 8 == 0 else b""
        if len(head) < begin:
            raise KeyError(offset)
        kind, flag, size = _OBJECT.unpack_from(head)
        if kind != DATA or flag not in {0, 1, 2, 4} or not begin < size <= begin + KEPT:
            raise KeyError(offset)
        payload = self._reader.reread(offset + begin, size - begin)
        try:
            payload = unpacked(payload, flag) if flag else payload
        except FieldError:
            raise KeyError(offset) from None
        if self.hashes.wrong_payloads([payload], [int.from_bytes(head[HEAD - 8 : HEAD], "little")]):
            raise KeyError(offset)
        return self.of(payload, 0)

    def __missing__(self, offset: int) -> Value | None:
        if not 0 < offset < self._forgotten or offset % 8:
            raise KeyError(offset)
        begin = payload_at(self.compact)
        head = self._reader.reread(offset, begin)
        kind, flag, size = _OBJECT.unpack_from(head.ljust(_OBJECT.size, b"\0"))
        if kind != DATA or flag not in {0, 1, 2, 4} or not begin < size <= self._reader.end - offset:
            raise KeyError(offset)
        try:
            value = self.of(self._reader.reread(offset + begin, size - begin), flag)
        except FieldError:
            value = None  # named when it was met first
        self[offset] = value
        return value

    def of(self, payload: bytes, flag: int) -> Value | None:
        """The value of a payload, which `flag` says is compressed; raises FieldError."""
        if flag:
            payload = unpacked(payload, flag)
        return value_of(payload[:KEPT], self._fields) if payload[:START] in self._fields else None

    def forget(self) -> None:
        """Forgets the older half when there are too many, if they could be read again."""
        if len(self) > MOST and self._reader.can_reread:
            older = list(islice(self, len(self) // 2))
            self._forgotten = max(self._forgotten, *older) + 1
            for offset in older:
                del self[offset]
