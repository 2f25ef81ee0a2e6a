"""Turns the bytes of a systemd journal, in one pass from front to back, into batches of entries.

Objects lie one behind the other, and what an entry refers to lies before it.  So the chains of entry arrays and hash
tables, in which damage could lead in circles or cut off the rest, are not needed: every object that is there is read.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Collection, Iterator

from logforensics.evidence.journal.entries import Entries, Row
from logforensics.evidence.journal.fields import (
    COLUMNS,
    KEPT,
    START,
    FieldError,
    Value,
    is_shown,
    unpacked,
    value_of,
    wanted,
)
from logforensics.evidence.journal.hashes import HEAD, Hashes
from logforensics.evidence.journal.header import SMALLEST_HEADER, Header, read_header
from logforensics.evidence.journal.objects import (
    DATA,
    ENTRY,
    KNOWN,
    LARGEST,
    OBJECT,
    PLAUSIBLE,
    behind,
    believable,
    swallowed,
    tolerated,
)
from logforensics.evidence.journal.sequence import Sequence
from logforensics.evidence.journal.values import Values, payload_at
from logforensics.evidence.pieces import Hole
from logforensics.evidence.raw import RawReader

BATCH = 16_384
"""Entries from which on they are given."""

BATCH_BYTES = 64 << 20
"""Characters of messages from which on they are given apart."""

_HASH = struct.Struct("<Q")
_CLOCKS = struct.Struct("<QQQ")  # realtime, monotonic, the first half of the boot's id
_CLOCKS_AT = 24  # behind the object's head (16) and the sequence number
_ENTRY_ITEMS = 64
_REMEMBERED = 4096  # sizes of entries; damage could make up any number

_LATEST = 253_402_300_800_000_000
"""Microseconds since the epoch to the end of the year 9999."""


class _Items(dict[int, struct.Struct]):
    """By the size of an entry, what reads its items: offsets of 4 bytes, or offsets and hashes of 8."""

    def __init__(self, compact: bool) -> None:
        super().__init__()
        self._compact = compact

    def __missing__(self, size: int) -> struct.Struct:
        room = max(0, size - _ENTRY_ITEMS)
        found = struct.Struct(f"<{room // 4}I" if self._compact else f"<{room // 16 * 2}Q")
        if len(self) < _REMEMBERED:
            self[size] = found
        return found


_ITEMS = {False: _Items(compact=False), True: _Items(compact=True)}


class JournalScan:
    """Iterates over the entries of one journal.

    `columns` are the timeline columns wanted; of the entries with the ordinals `keep`, `kept` holds the offset and the
    bytes of the entry's own object.  Once read, `header` says what the file says of itself and `sequence` which numbers
    its entries have (None: it has no header), and `blank` counts the bytes at its end that were reserved and never
    written; the reader's damage has kind "nul" (zeros where objects were), "journal-object" (no object begins there),
    "journal-entry" (an entry without a possible time), "journal-data" (a field that cannot be unpacked), "journal-hash"
    (a field that is not the one that was hashed; its entry is there, with it), "too-long" (a field that is kept up to
    fields.KEPT), "journal-link" (an entry that refers to what is no field; it is there, without it),
    "journal-truncated" (the file ends before its last object) and "journal-missing" (fewer entries than the header
    counts, though nothing else is wrong).
    """

    def __init__(self, reader: RawReader, columns: Collection[str], keep: Collection[int] = ()) -> None:
        self._reader = reader
        self._keep = keep
        self.kept: dict[int, tuple[int, bytes]] = {}
        self._fields = wanted(columns)
        self._values = Values(reader, self._fields)
        self._buffer = b""
        self._base = 0  # offset of the buffer's first byte in the file
        self._at = 0  # where in the buffer the next object begins, or is searched
        self._previous = 0  # where in the buffer the object before begins, if it is still there
        self._lost_from: int | None = None  # offset in the file from which no object is known
        self._only_zeros = False  # whether there were nothing but zeros since
        self._hashes = Hashes(None)
        self._plain: list[int] = []  # where in the buffer the data objects read from it lie
        self._packed: list[tuple[int, int, bytes, int]] = []  # place, size, payload and hash of those unpacked
        self._ends: list[int] = []  # where in the buffer the entries read from it lie
        self._times: list[int] = []
        self._clocks: list[int] = []
        self._flat: Row = []
        self.header: Header | None = None
        self.sequence: Sequence | None = None
        self.blank = 0
        self._tail_now = 0  # where the last object lay when the header was last looked at

    def __iter__(self) -> Iterator[Entries]:
        for part in self._reader:
            if isinstance(part, Hole):
                self._work(last=True)
                self._give_up()
                self._base += part.length
                self._lost_from, self._only_zeros = self._base, False
            else:
                self._buffer = self._buffer + part if self._buffer else part
                self._work(last=False)
                self._look_ahead()
            self._values.forget()
            if len(self._times) >= BATCH:
                yield from self._batches()
        self._work(last=True)
        self._give_up()
        if self.header and self._tail_now > self.header.tail:
            self._let_grow(self.header.tail)
        if self.header and self.header.tail >= self._base:
            self._reader.lost("journal-truncated", self._base, 0)
        elif self.header and self.header.entries > self._reader.lines and all(d.delivered for d in self._reader.damage):
            self._reader.lost("journal-missing", self._base, 0)
        yield from self._batches()

    def _batches(self) -> Iterator[Entries]:
        """The entries read so far, in parts: a long message that thousands share is stored once here, and not there."""
        width, first = len(COLUMNS), self._reader.lines - len(self._times) + 1
        times, clocks, flat = self._times, self._clocks, self._flat
        self._times, self._clocks, self._flat = [], [], []
        lengths = [len(text) for text in map(str, flat[::width])]
        begin = weight = 0
        for at, length in enumerate(lengths):
            weight += length
            if weight > BATCH_BYTES:
                stop = at + 1
                part = clocks[begin * 2 : stop * 2]
                yield Entries(first + begin, times[begin:stop], part, flat[begin * width : stop * width])
                begin, weight = at + 1, 0
        if begin < len(times):
            yield Entries(first + begin, times[begin:], clocks[begin * 2 :], flat[begin * width :])

    def _work(self, *, last: bool) -> None:
        """Reads the objects that lie whole in the buffer; with `last` nothing follows it."""
        if self.header is None and not self._base:
            self.header = read_header(self._buffer)
            if self.header is None:
                return
            self._at = self._previous = self.header.size
            self._values.compact = self.header.compact
            self._hashes = self._values.hashes = Hashes(self.header.key)
            self.sequence = Sequence(self.header)
        elif self.header is None:
            self._give_up()
            return
        while self._at < len(self._buffer):
            if self._lost_from is not None and not self._search(last=last):
                break
            if self._objects(last=last) or self._at >= len(self._buffer):
                break
            self._lost_from = self._base + self._at
            self._only_zeros = not self._buffer[self._at : self._at + 16].strip(b"\0")
            if not self._only_zeros:
                # a wrong size leads astray: then the object before is the bad one, and others lie within it
                self._at = self._previous + 8
        self._look_back()
        keep = min(self._previous, self._at, len(self._buffer))
        self._buffer, self._base = self._buffer[keep:], self._base + keep
        self._at -= keep
        self._previous = max(0, self._previous - keep)

    def _objects(self, *, last: bool) -> bool:  # noqa: C901, PLR0912, PLR0915 - a call for each object would cost a third
        """Reads on; whether it stopped for want of bytes, and not because no object begins there."""
        buffer, end, base = self._buffer, len(self._buffer), self._base
        values, fields = self._values, self._fields
        compact = self.header is not None and self.header.compact
        payload_begins, items_of, step = payload_at(compact), _ITEMS[compact], 1 if compact else 2
        reader, times, flat, keep = self._reader, self._times, self._flat, self._keep
        nothing: Row = [None] * len(COLUMNS)
        row = nothing.copy()
        lookup, when, clocks = values.__getitem__, _CLOCKS.unpack_from, self._clocks
        unpack, known = OBJECT.unpack_from, KNOWN
        file_end = self._reader.end
        plain, ends = self._plain.append, self._ends.append
        at, previous = self._at, self._previous
        while at + 16 <= end:
            first, size = unpack(buffer, at)
            found = known.get(first)
            if found is None and (found := tolerated(buffer, at, last=last)):
                reader.doubtful("journal-object", base + at, 16)
            if found is None or size < 16:
                break
            kind, flag = found
            stop = at + (size + 7 & -8)
            if stop > end and not (last and at + size <= end):  # the padding may be missing at the end
                if last or size > LARGEST[kind] or base + at + size > file_end:
                    break
                self._at, self._previous = at, previous
                return True
            if kind == DATA and size > payload_begins:
                begin = at + payload_begins
                if flag:
                    values[base + at] = self._unpacked(at, begin, at + size, flag)
                else:
                    plain(at)
                    if buffer[begin : begin + START] in fields:
                        values[base + at] = value_of(buffer[begin : min(at + size, begin + KEPT)], fields)
                    else:
                        values[base + at] = None
                    if size > KEPT:
                        self._judge_length(at, size, buffer[begin : at + size])
            elif kind == ENTRY and size > _ENTRY_ITEMS:
                items = items_of[size].unpack_from(buffer, at + _ENTRY_ITEMS)[::step]
                realtime, monotonic, boot = when(buffer, at + _CLOCKS_AT)
                try:
                    for position, value in filter(None, map(lookup, items)):
                        row[position] = value
                    sound = 0 < realtime < _LATEST
                except KeyError:
                    sound = False
                    if inner := swallowed(buffer, at, stop):
                        reader.doubtful("journal-object", base + at, 16)
                        stop, size = inner, inner - at
                        items = items_of[size].unpack_from(buffer, at + _ENTRY_ITEMS)[::step]
                if sound or self._mended(at, size, items, row):
                    reader.lines += 1
                    ends(at)
                    times.append(realtime)
                    clocks += monotonic, boot
                    flat += row
                    if keep and reader.lines in keep:
                        self.kept[reader.lines] = base + at, buffer[at : at + size]
                row[:] = nothing
            elif kind in {DATA, ENTRY}:
                break  # too small to be one
            elif inner := swallowed(buffer, at, stop):
                reader.doubtful("journal-object", base + at, 16)
                stop = inner
            previous, at = at, stop
        self._at, self._previous = at, previous
        return at + 16 > end and not last

    def _unpacked(self, at: int, begin: int, end: int, flag: int) -> Value | None:
        try:
            payload = unpacked(self._buffer[begin:end], flag)
        except FieldError:
            self._reader.lost("journal-data", self._base + begin, end - begin)
            return None
        self._judge_length(at, end - at, payload)
        if len(payload) <= KEPT:
            (stored,) = _HASH.unpack_from(self._buffer, at + HEAD - 8)
            self._packed.append((at, end - at, payload, stored))
        return value_of(payload[:KEPT], self._fields) if payload[:START] in self._fields else None

    def _judge_length(self, at: int, size: int, payload: bytes) -> None:
        if len(payload) > KEPT and is_shown(payload):
            self._reader.doubtful("too-long", self._base + at, size)

    def _look_back(self) -> None:
        """Names those data objects read from the buffer whose payload has changed; takes the entries' numbers."""
        if self.sequence is not None:
            self.sequence.add(self._buffer, self._ends, self._reader.lines - len(self._ends) + 1)
        compact = self.header is not None and self.header.compact
        bad = self._hashes.wrong(self._buffer, self._plain, payload_at(compact))
        found = [(at, OBJECT.unpack_from(self._buffer, at)[1]) for at in bad]
        payloads, stored = [one[2] for one in self._packed], [one[3] for one in self._packed]
        found += [self._packed[number][:2] for number in self._hashes.wrong_payloads(payloads, stored)]
        for at, size in sorted(found):
            later = len(self._ends) - bisect_right(self._ends, at)
            self._reader.doubtful("journal-hash", self._base + at, size, before=later)
        self._plain, self._packed, self._ends = [], [], []
        for at, size in sorted(found):
            self._set_free(at, behind(at, size))

    def _set_free(self, at: int, stop: int) -> None:
        """Reads the objects that a field from `at` to `stop` has swallowed, if it has; they come late."""
        inner = swallowed(self._buffer, at, stop)
        if inner is None:
            return
        whole, place, previous = self._buffer, self._at, self._previous
        self._buffer, self._at, self._previous = whole[:stop], inner, inner
        self._objects(last=True)
        self._look_back()
        self._buffer, self._at, self._previous = whole, place, previous

    def _mended(self, at: int, size: int, items: tuple[int, ...], row: Row) -> bool:
        """Fills the row of an entry that something is wrong with; False if it has no possible time."""
        if not 0 < _CLOCKS.unpack_from(self._buffer, at + _CLOCKS_AT)[0] < _LATEST:
            self._reader.lost("journal-entry", self._base + at, size)
            return False
        row[:] = [None] * len(COLUMNS)
        whole = True
        for item in items:
            try:
                value = self._values.found(item)
            except KeyError:
                whole = False
                continue
            if value:
                row[value[0]] = value[1]
        if not whole:
            self._reader.doubtful("journal-link", self._base + at, size)
        return True

    def _search(self, *, last: bool) -> bool:
        """Goes to the next place in the buffer where an object is believed; False if there is none."""
        buffer, end = self._buffer, len(self._buffer)
        if self._only_zeros:
            self._at = end - len(buffer[self._at :].lstrip(b"\0"))
            if self._at == end:
                self._previous = end
                return False
            self._only_zeros = False
            self._at -= (self._base + self._at) % 8
            if believable(buffer, self._at, last=last):
                self._found(self._at, "nul")
                return True
        for match in PLAUSIBLE.finditer(buffer, self._at):
            at = match.start()
            if (self._base + at) % 8 == 0 and believable(buffer, at, last=last):
                self._found(at, "journal-object")
                return True
        self._at = self._previous = max(self._at, end if last else end - 24)
        return False

    def _found(self, at: int, kind: str) -> None:
        begin = self._lost_from
        if begin is None or self._base + at < begin:
            begin = self._base + self._previous
        self._reader.lost(kind, begin, self._base + at - begin)
        self._lost_from, self._at, self._previous = None, at, at

    def _look_ahead(self) -> None:
        """Learns where the last object lies by now, if the file may still be written to."""
        if self.header and self.header.online and (now := read_header(self._reader.reread(0, SMALLEST_HEADER))):
            self._tail_now = now.tail

    def _let_grow(self, tail: int) -> None:
        """Takes half-written objects for what they are in a journal that is being written to while it is read.

        What lies behind the last object at the time of opening (`tail`) is no damage, as the journal has gone on since.
        """
        behind = [damage for damage in self._reader.damage if damage.offset > tail]
        self.blank += sum(damage.length for damage in behind if not damage.delivered)
        self._reader.damage = [damage for damage in self._reader.damage if damage.offset <= tail]

    def _give_up(self) -> None:
        """Names what the buffer still holds, in front of a hole or at the end of the file."""
        end = self._base + len(self._buffer)
        begin = self._base + self._at if self._lost_from is None else self._lost_from
        if self.header is None:
            self._reader.lost("journal-truncated", self._base, end - self._base)
        elif begin < end:
            if not self._only_zeros:
                self._reader.lost("journal-object", begin, end - begin)
            elif begin > self.header.tail:
                self.blank += end - begin
            else:
                self._reader.lost("nul", begin, end - begin)
        self._buffer, self._base, self._at, self._previous = b"", end, 0, 0
        self._lost_from, self._only_zeros = None, False
