"""Turns the bytes of a login record file (wtmp, btmp, utmp) into its records, skipping damaged ones one by one."""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from logforensics.evidence.pieces import Hole
from logforensics.evidence.raw import RawReader

EMPTY, RUN_LVL, BOOT_TIME, NEW_TIME, OLD_TIME, INIT, LOGIN, USER, DEAD, ACCOUNTING = range(10)
"""ut_type (utmp(5))."""

HEAD = 64 << 10
"""Bytes by which a layout is recognised."""

_HEADER = "hxxi32s4s32s256s"  # ut_type, padding, ut_pid, ut_line, ut_id, ut_user, ut_host
_JUDGED = 64
"""Records by which a layout is recognised."""

_NEAR, _SELDOM = 8, 64
"""After so many misses in a row, a shifted record is looked for at every so many places only: it may be garbage."""

_LATEST = 1 << 32
"""Seconds since the epoch beyond which no record is believed (the year 2106)."""

_LINE = re.compile(rb"[\x20-\x7e]*\x00*")
_USER = re.compile(rb"[^\x00]*\x00*")
"""Anybody may try to log in under any name, but what follows its end has been cleared."""


class Record(NamedTuple):
    """One record: `time` in microseconds since the epoch, texts up to their first NUL."""

    type: int
    pid: int
    line: str
    user: str
    host: str
    time: int


class Bad(NamedTuple):
    """`length` bytes that are no record: zeroed ones (`zeroed`: emptied by somebody, or never written), or damaged."""

    length: int
    zeroed: bool


@dataclass(frozen=True)
class Layout:
    """How one machine writes struct utmp: bytes a record, byte order ("<" or ">")."""

    size: int
    order: str

    @cached_property
    def fields(self) -> struct.Struct:
        """All fields up to the time (glibc's bits/utmp.h and bits/wordsize.h).

        384 bytes have a session and a time of 4-byte words (__WORDSIZE_TIME64_COMPAT32: x86, most 32-bit machines,
        ppc64, s390x, mips64), 400 bytes of 8-byte words (aarch64, riscv64).  The 4-byte time is read unsigned, as no
        record is older than 1970 and those after January 2038 are written so.
        """
        tail = "hhiIi" if self.size == 384 else "hhqqq"
        return struct.Struct(self.order + _HEADER + tail)


LAYOUTS = tuple(Layout(size, order) for size in (384, 400) for order in "<>")


def layout_of(head: bytes) -> Layout | None:
    """The layout in which a file that begins with `head` holds login records; None if it holds none.

    One record that says something must be there: at the very beginning, or in half of the places looked at.
    """
    best, most = None, 0
    for layout in LAYOUTS:
        whole = min(len(head) // layout.size, _JUDGED)
        count = sum(_record(layout, head, at * layout.size) is not None for at in range(whole))
        zeroed = sum(not head[at * layout.size : (at + 1) * layout.size].strip(b"\0") for at in range(whole))
        if count > most and (2 * count >= whole - zeroed or _record(layout, head, 0) is not None):
            best, most = layout, count
    return best


def records(data: bytes, layout: Layout, *, last: bool) -> Iterator[tuple[int, Record | Bad]]:
    """(offset, record or stretch that is none) tiling `data` from its start.

    Without `last` more bytes follow, and what cannot be judged without them is left over: the caller gives it again
    in front of them.  Behind a damaged record the next one is looked for at its own place first, then, if nothing
    is there either, at every byte: what was inserted or lost shifts all that follow.
    """
    at, size = 0, layout.size
    margin = 0 if last else 3 * size
    misses = 0
    while at + size <= len(data) - margin:
        record = _record(layout, data, at)
        if record is not None:
            yield at, record
            at += size
            misses = 0
            continue
        zeroed = not data[at : at + size].strip(b"\0")
        near = misses < _NEAR or misses % _SELDOM == 0
        length = _to_next(layout, data, at) if near and not zeroed else min(size, len(data) - at)
        misses += 1
        yield at, Bad(length, zeroed)
        at += length
    if last and at < len(data):
        yield at, Bad(len(data) - at, zeroed=not data[at:].strip(b"\0"))


def _to_next(layout: Layout, data: bytes, at: int) -> int:
    """Bytes from a damaged record to the next place where a record is believed, at most one record's length."""
    size = layout.size
    if _record(layout, data, at + size) is not None or not data[at + size : at + 2 * size].strip(b"\0"):
        return size
    for shift in range(1, size):
        # a shifted place must hold a record with another one (or the end) behind it
        if _record(layout, data, at + shift) is not None:
            behind = at + shift + size
            if behind + size > len(data) or _record(layout, data, behind) is not None:
                return shift
    return min(size, len(data) - at)


def _record(layout: Layout, data: bytes, at: int) -> Record | None:
    """The record at `at`, None if no program would write such a one."""
    if at + layout.size > len(data):
        return None
    unpacked = layout.fields.unpack_from(data, at)
    kind, pid, line, _, user, host, _, _, _, seconds, micros = unpacked
    if not (0 < kind <= ACCOUNTING and 0 < seconds < _LATEST and 0 <= micros < 1_000_000 and pid >= 0):
        return None
    if data[at + 2 : at + 4] != b"\0\0":
        return None
    if not (_LINE.fullmatch(line) and _USER.fullmatch(user)) or not (line + user + host).strip(b"\0"):
        return None
    return Record(kind, pid, _text(line), _text(user), _text(host), seconds * 1_000_000 + micros)


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "backslashreplace")


class LoginScan:
    """Iterates over the records of one file in batches, (ordinal from 1 of the first, records).

    Of the records with the ordinals `keep`, `kept` holds offset and bytes once they were read.
    The reader's damage has kind "nul" (zeroed records) and "login-record" (what is none).
    """

    def __init__(self, reader: RawReader, keep: Collection[int] = ()) -> None:
        self._reader = reader
        self._keep = keep
        self.kept: dict[int, tuple[int, bytes]] = {}
        self._layout: Layout | None = None
        self._rest = b""
        self._base = 0  # offset of the rest's first byte in the file
        self._zeroed: list[tuple[int, int, int | None, int | None]] = []  # records, ordinal and times around them
        self._before: int | None = None  # time of the record that was read last

    @property
    def zeroed(self) -> list[str]:
        """The stretches of zeroed records in words, once the file was read; who emptied them is not known."""
        return [_emptied(count, line, before, after) for count, line, before, after in self._zeroed]

    def __iter__(self) -> Iterator[tuple[int, list[Record]]]:
        for part in self._reader:
            if isinstance(part, Hole):
                yield from self._batch(last=True)
                self._base += part.length
            else:
                self._rest += part
                if self._layout is not None or len(self._rest) >= HEAD:
                    yield from self._batch(last=False)
        yield from self._batch(last=True)

    def _batch(self, *, last: bool) -> Iterator[tuple[int, list[Record]]]:
        self._layout = self._layout or layout_of(self._rest[:HEAD]) or LAYOUTS[0]
        first, found, upto = self._reader.lines + 1, list[Record](), 0
        for at, record in records(self._rest, self._layout, last=last):
            if isinstance(record, Bad):
                self._reader.lost("nul" if record.zeroed else "login-record", self._base + at, record.length)
                upto = at + record.length
                if record.zeroed and record.length == self._layout.size:
                    self._note_zeroed()
            else:
                self._reader.lines += 1
                found.append(record)
                self._before = record.time
                if self._zeroed and self._zeroed[-1][1] == self._reader.lines:
                    count, line, before, _ = self._zeroed[-1]
                    self._zeroed[-1] = (count, line, before, record.time)
                upto = at + self._layout.size
                if self._reader.lines in self._keep:
                    self.kept[self._reader.lines] = self._base + at, self._rest[at:upto]
        self._rest, self._base = self._rest[upto:], self._base + upto
        if found:
            yield first, found

    def _note_zeroed(self) -> None:
        line = self._reader.lines + 1
        if self._zeroed and self._zeroed[-1][1] == line:
            count, _, before, _ = self._zeroed[-1]
            self._zeroed[-1] = (count + 1, line, before, None)
        else:
            self._zeroed.append((1, line, self._before, None))


def _emptied(count: int, line: int, before: int | None, after: int | None) -> str:
    """Words for `count` zeroed records in front of the record with the ordinal `line`."""
    what = "1 zeroed record" if count == 1 else f"{count} zeroed records"
    told = [
        f"record {number} ({_utc(time)})" for number, time in ((line - 1, before), (line, after)) if time is not None
    ]
    places = {(True, True): "between", (True, False): "behind", (False, True): "in front of", (False, False): ""}
    where = f" {places[before is not None, after is not None]} {' and '.join(told)}" if told else ""
    return f"{what}{where}: emptied by somebody, or never written"


def _utc(micros: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M:%S UTC")


def accounting_name(name: str) -> str:
    """ "btmp", "utmp" or "wtmp", by what the file is called."""
    own = name.rpartition("/")[2].rpartition("!")[2]
    return next((kind for kind in ("btmp", "utmp") if own.startswith(kind)), "wtmp")


def told(record: Record, *, failed: bool) -> str:
    """What a record says, in words; `failed` for those of a btmp, which holds logins that were refused."""
    place = f" on {record.line}" if record.line else ""
    origin = f" from {record.host}" if record.host else ""
    who = record.user or "(no name)"
    if failed:
        return f"failed login of {who}{place}{origin}"
    if record.type == RUN_LVL:
        return _runlevel(record)
    texts = {
        BOOT_TIME: f"system boot{f', kernel {record.host}' if record.host else ''}",
        NEW_TIME: "clock set: this is the new time",
        OLD_TIME: "clock set: this is the old time",
        INIT: f"process {record.pid} started by init{place}",
        LOGIN: f"waiting for a login{place}",
        USER: f"login of {who}{place}{origin}",
        DEAD: f"end of {f'the session of {record.user}' if record.user else 'a session'}{place}{origin}",
    }
    return texts.get(record.type, f"accounting record of {who}{place}")


def _runlevel(record: Record) -> str:
    """A change of runlevel: ut_pid holds the new one and, shifted by 8 bits, the one before (utmp(5))."""
    level = chr(record.pid & 0xFF) if 0x20 < record.pid & 0xFF < 0x7F else ""
    if record.user == "shutdown" or level == "0":
        return "system shutdown" + (f", runlevel {level}" if level else "")
    if level == "6":
        return "system shutdown for a reboot, runlevel 6"
    return f"runlevel {level or 'unknown'}"
