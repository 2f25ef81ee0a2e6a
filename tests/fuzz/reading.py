"""Reads a folder of mutated evidence by the program's own path, and checks what must hold whatever lies in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from logforensics.engine import cores
from logforensics.evidence.discover import Discovery, discover
from logforensics.evidence.ledger import FileAccount, Ledger
from logforensics.evidence.model import LogFile, Source
from logforensics.parsing.model import FIELDS, Definition
from logforensics.timeline.host import Reading
from logforensics.timeline.reading import Plan, Run

CUTTING = frozenset({"nul", "binary", "torn", "resync", "overlong", "eio", "shrunk", "unread", "changed"})
"""Damage that may leave less, or more, than one piece of a line."""


class Known(Run):
    """A run over evidence whose texts are known to be of one format: recognising them would take most of the time."""

    def __init__(self, discovery: Discovery, definition: Definition, definitions: Sequence[Definition]) -> None:
        super().__init__(discovery, Plan(frozenset(FIELDS)), None)
        self.definitions = tuple(definitions)
        self._definition = definition

    def _recognise(self, file: LogFile, known: Definition | None) -> Definition:  # noqa: ARG002 - as the method it is
        return self._definition


def read_file(path: Path, definition: Definition, definitions: Sequence[Definition]) -> tuple[Reading, FileAccount]:
    """One plain text file, and where its bytes went."""
    file = LogFile(path, path.name, path.stat().st_size, 0.0)
    run = Known(Discovery((Source(path.name, (file,)),), (), ()), definition, definitions)
    (reading,) = _read(run, run_sources(run, (Source(path.name, (file,)),)))
    account = run.findings.ledger.account(path.name)
    assert account.text_bytes == file.size, f"{file.size} bytes in the file, {account.text_bytes} read"
    return reading, account


def read_found(path: Path, definition: Definition) -> tuple[Discovery, list[Reading], Ledger]:
    """Whatever a path leads to; each file must be in one state, and each of its bytes have one fate."""
    discovery = discover([str(path)])
    run = Known(discovery, definition, (definition,))
    readings = _read(run, run_sources(run, discovery.sources))
    names = [file.name for source in discovery.sources for file in source.files]
    told = [summary.name for summary in run.file_summaries()]
    assert len(set(told)) == len(told), "a file has two states"
    assert set(names) <= set(told), "a file has no state"
    for summary in run.file_summaries():
        assert summary.state in {"parsed", "empty", "unknown-format", "not-a-log", "unread"}, summary
    return discovery, readings, run.findings.ledger


def run_sources(run: Known, sources: Sequence[Source]) -> list[Reading]:
    """The sources one after the other, as `read_timeline` reads them."""
    with cores(1) as executor:
        return [reading for source in sources if (reading := run.read_source(source, executor)) is not None]


def _read(run: Known, readings: list[Reading]) -> list[Reading]:
    close(run.findings.ledger)
    for reading in readings:
        lines = reading.frame.select(pl.col("line").min().alias("first"), pl.col("line").max().alias("last")).row(0)
        most = max(run.findings.ledger.account(file.name).lines for file in reading.source.files)
        assert not reading.frame.height or 1 <= lines[0] <= lines[1] <= most, f"lines {lines} of {most}"
    return readings


def close(ledger: Ledger) -> None:
    """The program's own check, and what it does not check: lines, and that no fate is less than nothing."""
    ledger.check()
    for account in ledger.accounts:
        for fate, lines, size in account.fates:
            assert lines >= 0, (account.file, fate, lines)
            assert size >= 0, (account.file, fate, size)
        for damage in account.damage:
            assert damage.offset >= 0, damage
            assert damage.length >= 0, damage
            assert damage.delivered or damage.offset + damage.length <= account.text_bytes, damage
        if not any(damage.kind in CUTTING or not damage.delivered for damage in account.damage):
            told = sum(lines for fate, lines, _ in account.fates if fate != "damaged")
            assert told == account.lines, f"{account.file}: {account.lines} lines read, {told} accounted for"
