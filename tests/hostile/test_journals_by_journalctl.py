"""systemd journals of every kind, read by this program and by journalctl: the same entries, with all their fields."""

# ruff: noqa: S311 - random values, whose seed makes them the same in every run

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from logforensics.evidence.journal.fields import unpacked
from logforensics.evidence.journal.scan import JournalScan
from logforensics.evidence.model import LogFile
from logforensics.evidence.raw import RawReader
from tests.hostile.journal_files import KINDS, START, Entry, journal, said

pytestmark = pytest.mark.skipif(shutil.which("journalctl") is None, reason="journalctl is not installed")
LONG = b"the same words again and again " * 4
ENTRIES = [said(number, LONG if number % 3 == 0 else b"all is well") for number in range(1, 13)]


def test_journalctl_reads_every_kind_the_same(tmp_path: Path) -> None:
    """What these tests make are journals to systemd as well, with the same entries."""
    for name, kind in KINDS.items():
        path = tmp_path / f"{name}.journal"
        path.write_bytes(journal(ENTRIES, kind, room=4096))
        command = ["journalctl", "--file", str(path), "-o", "json", "--all", "--no-pager"]
        rows = [
            json.loads(line) for line in subprocess.run(command, capture_output=True, check=True).stdout.splitlines()
        ]
        assert [row["MESSAGE"] for row in rows] == [dict(one.fields)[b"MESSAGE"].decode() for one in ENTRIES]
        assert [int(row["__REALTIME_TIMESTAMP"]) - START for row in rows] == [one.at for one in ENTRIES]


def every_field(path: Path) -> list[tuple[int, list[bytes]]]:
    """Time and all fields (NAME=value) of each entry, as the reader finds them: its entries' links, unpacked."""
    data = path.read_bytes()
    file = LogFile(path, path.name, len(data), None, "plain", "journal")
    scan = JournalScan(RawReader(file), (), keep=range(1, 1 << 30))
    times = [time for entries in scan for time in entries.times]
    assert scan.header is not None
    begin, width = (72, 4) if scan.header.compact else (64, 16)
    found = []
    for number, time in enumerate(times, 1):
        _, entry = scan.kept[number]
        payloads = []
        for item in range(64, len(entry), width):
            at = int.from_bytes(entry[item : item + min(8, width)], "little")
            stored = data[at + begin : at + int.from_bytes(data[at + 8 : at + 16], "little")]
            payloads.append(unpacked(stored, data[at + 1]) if data[at + 1] else stored)
        found.append((time, sorted(payloads)))
    return found


def exported(path: Path) -> list[tuple[int, list[bytes]]]:
    """The same from journalctl's export format (docs/JOURNAL_EXPORT_FORMATS.md), without what it adds."""
    command = ["journalctl", "--file", str(path), "-o", "export", "--no-pager"]
    text, at = subprocess.run(command, capture_output=True, check=True).stdout, 0
    found: list[tuple[int, list[bytes]]] = []
    fields: list[bytes] = []
    while at < len(text):
        line = text[at : text.index(b"\n", at)]
        at += len(line) + 1
        name, equals, value = line.partition(b"=")
        if not line:
            times = [int(field.partition(b"=")[2]) for field in fields if field.startswith(b"__REALTIME_TIMESTAMP=")]
            found.append((times[0], sorted(field for field in fields if not field.startswith((b"__", b"_BOOT_ID=")))))
            fields = []
        elif equals:
            fields.append(name + b"=" + value)
        else:
            size = int.from_bytes(text[at : at + 8], "little")
            fields.append(name + b"=" + text[at + 8 : at + 8 + size])
            at += 9 + size
    return found


@pytest.mark.parametrize("name", KINDS)
def test_every_field_of_every_entry_agrees_with_journalctl(tmp_path: Path, name: str) -> None:
    """Not only those that a timeline shows: binary, repeated, packed and empty values, of every kind of file."""
    source, entries = random.Random(name), list[Entry]()
    values = [b"short", b"two\nlines", b"\xff\x00binary", "größer ✓".encode(), LONG, b"", bytes(range(256)) * 3]
    for number in range(1, 40):
        chosen = [(b"MESSAGE", source.choice(values)), (b"N", b"%d" % number), (b"TWICE", b"a"), (b"TWICE", b"b")]
        chosen += [(b"F%d" % field, source.choice(values)) for field in range(source.randrange(6))]
        entries.append(Entry(number * 1_000_003, number, tuple(chosen)))
    path = tmp_path / "a.journal"
    path.write_bytes(journal(entries, KINDS[name], room=4096))
    assert every_field(path) == exported(path)
    assert len(exported(path)) == 39
