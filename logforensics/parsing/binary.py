"""Turns binary logs (systemd journals, login records) into columns of events like those that lines become."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import polars as pl

from logforensics.evidence.journal.entries import Entries
from logforensics.evidence.journal.header import Header
from logforensics.evidence.journal.scan import JournalScan
from logforensics.evidence.journal.sequence import Sequence
from logforensics.evidence.logins import LoginScan, Record, accounting_name, told
from logforensics.evidence.model import LogFile
from logforensics.evidence.raw import RawReader
from logforensics.parsing.detection import Detection
from logforensics.parsing.explain import Explanation
from logforensics.parsing.model import FIELDS, Definition
from logforensics.schema import SCHEMA, SEVERITIES

BINARY: dict[str, Definition] = {
    "journal": Definition(
        name="journal",
        origin="logforensics/evidence/journal",
        title="systemd journal files, compact or regular, compressed or not, closed or not",
        reference="systemd docs/JOURNAL_FILE_FORMAT.md",
        reader="journal",
        files=("*.journal", "*.journal~"),
        patterns=(),
    ),
    "logins": Definition(
        name="logins",
        origin="logforensics/evidence/logins.py",
        title="login records: wtmp, btmp, utmp",
        reference="utmp(5), glibc bits/utmp.h",
        reader="logins",
        files=("wtmp*", "btmp*", "utmp*"),
        patterns=(),
    ),
}
"""By LogFile.kind, the format that reads such a file: no pattern of lines, but code."""


_SIGNED_END = 2**31 * 1_000_000
"""Microseconds since the epoch to where 32-bit signed seconds end: 2038-01-19T03:14:08Z."""


class BinaryFile:
    """Iterates over the events of one binary log in batches, with the columns of `Parsed.events`.

    `line` is the entry's ordinal from 1; the time is explicit, in UTC.  A journal entry's message has as many lines as
    were logged; program is SYSLOG_IDENTIFIER, or else _COMM; besides it has the columns UPTIME of the schema.  A login
    record's program is "wtmp", "btmp" or "utmp".
    Once read, `reader` holds what a BlockReader would, `blank` the bytes reserved and never written, `sequence` the
    numbers of a journal's entries, and `notes` what is to be said of the file, as (kind, words).
    """

    def __init__(self, file: LogFile, fields: Collection[str]) -> None:
        self.reader = RawReader(file)
        self.blank = 0
        self.notes: list[tuple[str, str]] = []
        self.sequence: Sequence | None = None
        self._fields = tuple(name for name in FIELDS if name in set(fields))

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return self._journal() if self.reader.file.kind == "journal" else self._logins()

    @property
    def event_bytes(self) -> int:
        """Bytes that are neither damaged nor blank; known at the end."""
        lost = sum(damage.length for damage in self.reader.damage if not damage.delivered)
        return self.reader.text_bytes - lost - self.blank

    def none(self) -> pl.DataFrame:
        """The columns of a file without events."""
        return self._frame(1, (), {})

    def _journal(self) -> Iterator[pl.DataFrame]:
        scan = JournalScan(self.reader, self._fields)
        for entries in scan:
            frame = self._frame(entries.first, entries.times, _journal_columns(entries))
            mono = pl.Series("mono", entries.clocks[::2], pl.UInt64) / 1e6
            yield frame.with_columns(mono, pl.Series("session", entries.clocks[1::2], pl.UInt64))
        self.blank, self.sequence = scan.blank, scan.sequence
        if scan.header is not None:
            self.notes += _journal_notes(self.reader.file.name, scan.header)

    def _logins(self) -> Iterator[pl.DataFrame]:
        program = accounting_name(self.reader.file.name)
        scan = LoginScan(self.reader)
        unsigned = 0
        for first, records in scan:
            times = [record.time for record in records]
            unsigned += sum(time >= _SIGNED_END for time in times)
            yield self._frame(first, times, _login_columns(records, program))
        if unsigned:
            words = f"{self.reader.file.name}: {unsigned} records lie behind 2038-01-19, their seconds read as unsigned"
            self.notes.append(("unsigned", words))
        self.notes += [("zeroed", f"{self.reader.file.name}: {words}") for words in scan.zeroed]

    def _frame(self, first: int, times: Iterable[int], columns: dict[str, list[Any]]) -> pl.DataFrame:
        wall = pl.Series("wall", times, pl.Int64).cast(pl.Datetime("us"))
        clock = pl.DataFrame([wall]).select(
            pl.int_range(first, first + pl.len(), dtype=pl.UInt32).alias("line"),
            "wall",
            pl.lit(0, pl.Int32).alias("offset"),
            pl.lit(value=False).alias("yearless"),
            pl.lit(value=False).alias("carried"),
        )
        return clock.with_columns(_series(name, columns.get(name), len(wall)) for name in self._fields)


def explain_binary(file: LogFile) -> Explanation:
    """Why a binary log is read as what it is: its first bytes leave no choice."""
    verdict = Detection(BINARY[file.kind], 1.0, ("its first bytes say so; no lines are tried",))
    return Explanation(file.name, 0, (), verdict)


def _journal_notes(name: str, header: Header) -> list[tuple[str, str]]:
    """What a journal says of itself that its reader should know."""
    notes = []
    if name.endswith("~"):
        words = "was found unclosed at the next start: its machine or its journald had stopped without a shutdown"
        notes.append(("unclosed", f"{name} {words}"))
    elif header.online:
        words = "is not closed: it was in use when it was copied, or its machine or journald stopped without a shutdown"
        notes.append(("unclosed", f"{name} {words}"))
    if header.sealed:
        words = "is sealed; the seals are not verified, which takes the key (journalctl --verify --verify-key=KEY)"
        notes.append(("sealed", f"{name} {words}"))
    return notes


def _series(name: str, values: list[Any] | None, height: int) -> pl.Series:
    if values is None:
        return pl.Series(name, [None], dtype=pl.Null).new_from_index(0, height).cast(SCHEMA[name])
    if name == "severity":
        return pl.Series(name, [None if value is None else SEVERITIES[value] for value in values], SCHEMA[name])
    return pl.Series(name, values, pl.String if SCHEMA[name] == pl.Categorical() else SCHEMA[name]).cast(SCHEMA[name])


def _journal_columns(entries: Entries) -> dict[str, list[Any]]:
    programs = zip(entries.column("identifier"), entries.column("command"), strict=True)
    pids = zip(entries.column("pid"), entries.column("syslog_pid"), strict=True)
    return {
        "message": entries.column("message"),
        "severity": entries.column("severity"),
        "host": entries.column("host"),
        "program": [name or other for name, other in programs],
        "pid": [own if own is not None else other for own, other in pids],
    }


def _login_columns(records: list[Record], program: str) -> dict[str, list[Any]]:
    failed = program == "btmp"
    return {
        "program": [program] * len(records),
        "pid": [record.pid for record in records],
        "message": [told(record, failed=failed) for record in records],
    }
