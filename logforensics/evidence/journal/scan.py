"""Turns the bytes of a systemd journal, in one pass from front to back, into batches of entries.

Objects lie one behind the other, and what an entry refers to lies before it.  So the chains of entry arrays and hash
tables, in which damage could lead in circles or cut off the rest, are not needed: every object that is there is read.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from logforensics.evidence.journal.fields import COLUMNS, LONGEST, START, FieldError, Value, unpacked, value_of, wanted
from logforensics.evidence.journal.header import SMALLEST_HEADER, Header, read_header
from logforensics.evidence.pieces import Hole
from logforensics.evidence.raw import RawReader

BATCH = 50_000
"""Entries given at once."""

_DATA, _ENTRY, _LAST_TYPE = 1, 3, 7
_OBJECT = struct.Struct("<QQ")  # type, flags and six reserved bytes as one number; size
_ENTRY_HEAD = struct.Struct("<QQQ")  # seqnum, realtime, monotonic, behind the object's head
_ENTRY_ITEMS = 64
_PAYLOAD = {False: 64, True: 72}
"""Where a data object's payload begins, by whether the file is compact."""

_OBJECTS = {kind | flag << 8: (kind, flag) for kind in range(1, _LAST_TYPE + 1) for flag in (0, 1, 2, 4)}
_LARGEST = {_DATA: LONGEST + 72, _ENTRY: 64 << 20}
_LARGEST_TABLE = 4 << 30

_PLAUSIBLE = re.compile(rb"(?=[\x01-\x07][\x00\x01\x02\x04]\x00{6}[^\x00]...\x00{4}|[\x01-\x07]\x00{7}.[^\x00]..\x00{4})", re.DOTALL)
_LATEST = 253_402_300_800_000_000
"""Microseconds since the epoch to the end of the year 9999."""


@dataclass
class Entries:
    """Some entries in file order: `first` is the ordinal (from 1) of the first one, `times` microseconds since the
    epoch (__REALTIME_TIMESTAMP), `rows` their values by COLUMNS."""

    first: int
    times: list[int]
    rows: list[list[str | int | None]]


class JournalScan:
    """Iterates over the entries of one journal.

    `columns` are the timeline columns wanted.  Once read, `header` says what the file says of itself (None: it has no
    header) and `blank` counts the bytes at its end that were reserved and never written; the reader's damage has
    kind "nul" (zeros where objects were), "journal-object" (no object begins there), "journal-entry" (an entry without
    a possible time), "journal-data" (a field that cannot be unpacked), "journal-link" (an entry that refers to what is
    no field; it is there, without it) and "journal-truncated" (the file ends before its last object).
    """

    def __init__(self, reader: RawReader, columns: Collection[str]) -> None:
        self._reader = reader
        self._fields = wanted(columns)
        self._values: dict[int, Value | None] = {}
        self._buffer = b""
        self._base = 0  # offset of the buffer's first byte in the file
        self._skip = 0  # bytes of an object that nobody needs, still to come
        self._lost_from: int | None = None
        self._only_zeros = True
        self._times: list[int] = []
        self._rows: list[list[str | int | None]] = []
        self.header: Header | None = None
        self.blank = 0

    def __iter__(self) -> Iterator[Entries]:
        for part in self._reader:
            if isinstance(part, Hole):
                self._work(last=True)
                self._drop_rest()
                self._base += part.length
                self._lost_from, self._only_zeros = self._base, False
            else:
                self._buffer = self._buffer + part if self._buffer else part
                if self.header is None and not self._begin():
                    continue
                self._work(last=False)
            if len(self._times) >= BATCH:
                yield self._batch()
        self._work(last=True)
        self._finish()
        if self._times:
            yield self._batch()

    def _begin(self) -> bool:
        """Reads the header, once enough of it is there."""
        if len(self._buffer) < SMALLEST_HEADER:
            return False
        self.header = read_header(self._buffer)
        if self.header is not None:
            self._skip = self.header.size
        return self.header is not None

    def _batch(self) -> Entries:
        first = self._reader.lines - len(self._times) + 1
        batch = Entries(first, self._times, self._rows)
        self._times, self._rows = [], []
        return batch

    def _work(self, *, last: bool) -> None:
        """Reads the objects that lie whole in the buffer; with `last` nothing follows it."""
        if self.header is None:
            return
        at = previous = 0
        while True:
            if self._skip:
                step = min(self._skip, len(self._buffer) - at)
                self._skip -= step
                at = previous = at + step
                if self._skip:
                    break
            if self._lost_from is not None:
                at = previous = self._search(previous, last=last)
                if self._lost_from is not None:
                    break
            at, previous, stopped = self._objects(at, previous)
            if stopped:
                if self._skip:
                    continue
                break
            zeros = not self._buffer[at : at + 16].strip(b"\0")
            self._only_zeros = zeros
            # A wrong size leads astray: then the object before is the bad one, and others lie within it.
            begin = at if zeros or at == previous else previous
            self._lost_from = self._base + begin
            previous = at if zeros else begin + 8
        keep = min(previous, at)
        self._buffer, self._base = self._buffer[keep:], self._base + keep

    def _objects(self, at: int, previous: int) -> tuple[int, int, bool]:
        """Reads on from `at`; (where it stopped, where the object before began, whether for want of bytes)."""
        buffer, end, base = self._buffer, len(self._buffer), self._base
        values, fields = self._values, self._fields
        payload_at = _PAYLOAD[self.header is not None and self.header.compact]
        unpack, known = _OBJECT.unpack_from, _OBJECTS
        while at + 16 <= end:
            first, size = unpack(buffer, at)
            found = known.get(first)
            if found is None or size < 16:
                return at, previous, False
            kind, flag = found
            stop = at + (size + 7 & -8)
            if stop > end:
                if size > _LARGEST.get(kind, _LARGEST_TABLE):
                    return at, previous, False
                if kind not in _LARGEST:
                    self._skip = stop - at
                return at, previous, True
            if kind == _DATA:
                if size <= payload_at:
                    return at, previous, False
                begin = at + payload_at
                if flag:
                    values[base + at] = self._unpacked(begin, at + size, flag)
                elif buffer[begin : begin + START] in fields:
                    values[base + at] = value_of(buffer[begin : at + size], fields)
                else:
                    values[base + at] = None
            elif kind == _ENTRY:
                self._entry(at, size)
            previous, at = at, stop
        return at, previous, True

    def _unpacked(self, begin: int, end: int, flag: int) -> Value | None:
        try:
            payload = unpacked(self._buffer[begin:end], flag, self._fields)
        except FieldError:
            self._reader.lost("journal-data", self._base + begin, end - begin)
            return None
        return value_of(payload, self._fields) if payload[:START] in self._fields else None

    def _entry(self, at: int, size: int) -> None:
        _, realtime, _ = _ENTRY_HEAD.unpack_from(self._buffer, at + 16)
        if size <= _ENTRY_ITEMS or not 0 < realtime < _LATEST:
            self._reader.lost("journal-entry", self._base + at, size)
            return
        self._reader.lines += 1
        compact = self.header is not None and self.header.compact
        items: tuple[int, ...]
        if compact:
            items = struct.unpack_from(f"<{(size - _ENTRY_ITEMS) // 4}I", self._buffer, at + _ENTRY_ITEMS)
        else:
            items = struct.unpack_from(f"<{(size - _ENTRY_ITEMS) // 16 * 2}Q", self._buffer, at + _ENTRY_ITEMS)[::2]
        row: list[str | int | None] = [None] * len(COLUMNS)
        values = self._values
        try:
            for item in items:
                value = values[item]
                if value is not None:
                    row[value[0]] = value[1]
        except KeyError:
            self._with_bad_link(at, size, items, row)
        self._times.append(realtime)
        self._rows.append(row)

    def _with_bad_link(self, at: int, size: int, items: tuple[int, ...], row: list[str | int | None]) -> None:
        """The row of an entry that refers to an offset where no field is."""
        self._reader.doubtful("journal-link", self._base + at, size)
        for item in items:
            if (value := self._values.get(item)) is not None:
                row[value[0]] = value[1]

    def _search(self, begin: int, *, last: bool) -> int:
        """Where in the buffer, from `begin`, the next object is believed; while none is, `_lost_from` stays set."""
        buffer, end = self._buffer, len(self._buffer)
        if self._only_zeros:
            begin = end - len(buffer[begin:].lstrip(b"\0"))
            if begin == end:
                return end
            begin -= (self._base + begin) % 8
            self._only_zeros = False
            if buffer[begin : begin + 16].strip(b"\0") and self._believable(begin, last=last):
                self._found(begin, "nul")
                return begin
        for match in _PLAUSIBLE.finditer(buffer, begin):
            at = match.start()
            if (self._base + at) % 8 == 0 and self._believable(at, last=last):
                self._found(at, "journal-object")
                return at
        return max(begin, end if last else end - 24)

    def _found(self, at: int, kind: str) -> None:
        assert self._lost_from is not None  # noqa: S101 - for the type checker
        self._reader.lost(kind, self._lost_from, self._base + at - self._lost_from)
        self._lost_from, self._only_zeros = None, True

    def _believable(self, at: int, *, last: bool) -> bool:
        """Whether an object begins at `at` behind which another one does, or zeros, or nothing."""
        for _ in range(2):
            if at + 16 > len(self._buffer):
                return last and at >= len(self._buffer)
            first, size = _OBJECT.unpack_from(self._buffer, at)
            kind, _ = _OBJECTS.get(first, (0, 0))
            if not first and not size:
                return True
            if not kind or not 24 <= size <= _LARGEST.get(kind, _LARGEST_TABLE):
                return False
            at += size + 7 & -8
            if at >= len(self._buffer):
                return not last or at == len(self._buffer)
        return True

    def _drop_rest(self) -> None:
        """Gives up what the buffer still holds, in front of a hole or at the end."""
        begin, end = self._base if self._lost_from is None else self._lost_from, self._base + len(self._buffer)
        if self._lost_from is None and self._buffer:
            # the object read last stays in the buffer
            first, size = _OBJECT.unpack_from(self._buffer.ljust(16, b"\0"))
            if begin in self._values or self._read_last(first, size):
                begin += size + 7 & -8
        if self._lost_from is not None and self._only_zeros and self.header and begin > self.header.tail:
            self.blank += end - begin
        elif begin < end:
            self._reader.lost("nul" if self._lost_from is not None and self._only_zeros else "journal-object", begin, end - begin)
        self._buffer, self._base, self._lost_from, self._only_zeros, self._skip = b"", end, None, True, 0

    def _read_last(self, first: int, size: int) -> bool:
        return first in _OBJECTS and (size + 7 & -8) <= len(self._buffer)

    def _finish(self) -> None:
        self._drop_rest()
        if self.header and self.header.tail >= self._base:
            self._reader.lost("journal-truncated", self._base, 0)
