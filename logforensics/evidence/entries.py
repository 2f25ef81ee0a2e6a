"""Turns numbers of entries in a binary log back into text, one line as a text log would have had it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

from logforensics.evidence.journal.entries import Row
from logforensics.evidence.journal.scan import JournalScan
from logforensics.evidence.logins import LoginScan, accounting_name, told
from logforensics.evidence.model import LogFile
from logforensics.evidence.raw import RawReader

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def told_by(file: LogFile, wanted: Collection[int]) -> Iterator[tuple[int, str]]:
    """(ordinal from 1, text) of the wanted entries of a journal or a login record file, read once up to the last."""
    last = max(wanted)
    for line, text in told_by_all(file):
        if line in wanted:
            yield line, text
        if line >= last:
            return


def told_by_all(file: LogFile) -> Iterator[tuple[int, str]]:
    """(ordinal from 1, text) of every entry of a journal or a login record file."""
    return _journal(file) if file.kind == "journal" else _logins(file)


def stored_of(file: LogFile, wanted: Collection[int]) -> Iterator[tuple[int, int, bytes]]:
    """(ordinal from 1, offset, bytes of the record itself) of the wanted entries, read once up to the last."""
    reader, last = RawReader(file, digest=False), max(wanted)
    scan = JournalScan(reader, (), keep=wanted) if file.kind == "journal" else LoginScan(reader, keep=wanted)
    for _ in scan:
        if reader.lines >= last:
            break
    for line in sorted(scan.kept):
        yield line, *scan.kept[line]


def _journal(file: LogFile) -> Iterator[tuple[int, str]]:
    scan = JournalScan(RawReader(file, digest=False), ("message", "host", "program", "pid"))
    for entries in scan:
        for line, (time, row) in enumerate(zip(entries.times, entries.rows, strict=True), entries.first):
            yield line, f"{_iso(time)} {_short(row)}"


def _logins(file: LogFile) -> Iterator[tuple[int, str]]:
    name = accounting_name(file.name)
    for first, records in LoginScan(RawReader(file, digest=False)):
        for line, record in enumerate(records, first):
            yield line, f"{_iso(record.time)} {name}[{record.pid}]: {told(record, failed=name == 'btmp')}"


def _short(row: Row) -> str:
    """Host, program and message as `journalctl -o short` writes them."""
    message, _, host, identifier, command, pid, syslog_pid = row
    number = pid if pid is not None else syslog_pid
    who = f"{identifier or command or 'unknown'}{'' if number is None else f'[{number}]'}"
    return f"{host or '-'} {who}: {'' if message is None else message}"


def _iso(micros: int) -> str:
    """Microseconds since the epoch as RFC 3339 in UTC."""
    return (_EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds")
