"""Login records: both sizes, both byte orders, and damage that costs the records it hits."""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from logforensics.evidence.discover import discover
from logforensics.evidence.entries import told_by
from logforensics.evidence.logins import LAYOUTS, Layout, LoginScan, Record, layout_of, told
from logforensics.evidence.model import Damage, LogFile
from logforensics.evidence.raw import RawReader

START = 1592903275
IDS = [f"{layout.size}{layout.order}" for layout in LAYOUTS]
X86 = LAYOUTS[0]


def record(
    layout: Layout, kind: int, pid: int, line: str, user: str, host: str, seconds: int, micros: int = 250000
) -> bytes:
    """One record as glibc writes it, field by field (utmp(5))."""
    head = struct.pack(
        layout.order + "hxxi32s4s32s256shh", kind, pid, line.encode(), b"ts/0", user.encode(), host.encode(), 0, 0
    )
    words = struct.pack(layout.order + ("iii" if layout.size == 384 else "qqq"), 0, seconds, micros)
    return (head + words + bytes([192, 0, 2, 7])).ljust(layout.size, b"\0")


def session(layout: Layout, count: int = 1) -> bytes:
    """Boot, runlevel, getty, login, logout and shutdown, `count` times an hour apart."""
    parts = []
    for at in range(START, START + 3600 * count, 3600):
        parts += [
            record(layout, 2, 0, "~", "reboot", "5.4.0-39-generic", at),
            record(layout, 1, ord("5"), "~", "runlevel", "5.4.0-39-generic", at + 9),
            record(layout, 6, 701, "tty1", "LOGIN", "", at + 10),
            record(layout, 7, 812, "pts/0", "müller", "client.example", at + 60),
            record(layout, 8, 812, "pts/0", "", "", at + 600),
            record(layout, 1, 0, "~", "shutdown", "5.4.0-39-generic", at + 700),
        ]
    return b"".join(parts)


def read(path: Path, stored: bytes, chunk: int = 4096) -> tuple[list[Record], list[Damage]]:
    """The records and the damage of a file; every byte is in one of the two."""
    path.write_bytes(stored)
    reader = RawReader(LogFile(path, path.name, len(stored), None, "plain", "logins"), chunk)
    found = [one for _, batch in LoginScan(reader) for one in batch]
    assert reader.lines == len(found)
    lost = sum(damage.length for damage in reader.damage)
    layout = layout_of(stored[: 64 << 10])
    assert layout is None or lost + layout.size * len(found) == reader.text_bytes == len(stored)
    return found, reader.damage


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
def test_every_layout(tmp_path: Path, layout: Layout) -> None:
    """Size and byte order are found by content, and every field is where that machine puts it."""
    stored = session(layout, 300)
    assert layout_of(stored[: 64 << 10]) == layout
    found, damage = read(tmp_path / "wtmp", stored)
    assert (len(found), damage) == (1800, [])
    assert found[3] == Record(7, 812, "pts/0", "müller", "client.example", (START + 60) * 1_000_000 + 250_000)
    assert [told(one, failed=False) for one in found[:6]] == [
        "system boot, kernel 5.4.0-39-generic",
        "runlevel 5",
        "waiting for a login on tty1",
        "login of müller on pts/0 from client.example",
        "end of a session on pts/0",
        "system shutdown",
    ]


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
def test_one_record_is_enough(layout: Layout) -> None:
    """A fresh btmp is recognised; text, zeros and half a record are not."""
    assert layout_of(record(layout, 6, 9, "ssh:notty", "root", "192.0.2.9", START)) == layout
    assert layout_of(session(layout)[:380]) is None
    assert layout_of(bytes(4000)) is None
    assert layout_of(b"Jun 23 09:00:00 host app[1]: message\n" * 100) is None


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
@pytest.mark.parametrize("hit", range(60))
def test_damaged_records_are_skipped_one_by_one(tmp_path: Path, layout: Layout, hit: int) -> None:
    """Random bytes over one record cost that record alone."""
    stored = bytearray(session(layout, 10))
    clean, _ = read(tmp_path / "wtmp", bytes(stored))
    begin = hit * layout.size
    stored[begin : begin + layout.size] = random.Random(hit).randbytes(layout.size)
    found, damage = read(tmp_path / "wtmp", bytes(stored))
    assert found == clean[:hit] + clean[hit + 1 :]
    assert [(d.kind, d.offset, d.length, d.line) for d in damage] == [("login-record", begin, layout.size, hit + 1)]


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
@pytest.mark.parametrize("shift", [-383, -200, -4, -1, 1, 4, 100, 383])
def test_shifted_records(tmp_path: Path, layout: Layout, shift: int) -> None:
    """Bytes lost or inserted shift what follows; it is found again at once."""
    whole = session(layout, 10)
    cut = 20 * layout.size
    tail = b"\xff" * shift + whole[cut:] if shift > 0 else whole[cut - shift :]
    found, damage = read(tmp_path / "wtmp", whole[:cut] + tail)
    clean, _ = read(tmp_path / "wtmp", whole)
    assert found == clean[:20] + (clean[20:] if shift > 0 else clean[21:])
    assert {d.kind for d in damage} == {"login-record"}


def test_zeroed_and_half_records(tmp_path: Path) -> None:
    """Records somebody emptied are counted as such; a last record cut short is damage."""
    stored = bytearray(session(X86, 2))
    stored[384 * 3 : 384 * 6] = bytes(384 * 3)
    found, damage = read(tmp_path / "wtmp", bytes(stored[:-100]))
    assert len(found) == 8
    assert [(d.kind, d.offset, d.length, d.line) for d in damage] == [
        ("nul", 384 * 3, 384 * 3, 4),
        ("login-record", 384 * 11, 284, 9),
    ]


@pytest.mark.parametrize(
    ("kind", "pid", "user", "text"),
    [
        (1, ord("0"), "runlevel", "system shutdown, runlevel 0"),
        (1, ord("6") | ord("5") << 8, "runlevel", "system shutdown for a reboot, runlevel 6"),
        (1, 0, "runlevel", "runlevel unknown"),
        (3, 0, "date", "clock set: this is the new time"),
        (4, 0, "date", "clock set: this is the old time"),
        (5, 12, "", "process 12 started by init on ~"),
        (9, 0, "x", "accounting record of x on ~"),
    ],
)
def test_words(kind: int, pid: int, user: str, text: str) -> None:
    """Every type of record has its words."""
    assert told(Record(kind, pid, "~", user, "", 0), failed=False) == text


def test_discovered_and_cited(tmp_path: Path) -> None:
    """A wtmp and its rotated copies are one source; a cited record reads like a line of a log."""
    (tmp_path / "wtmp").write_bytes(session(X86, 2))
    (tmp_path / "wtmp.1").write_bytes(session(X86))
    (tmp_path / "btmp").write_bytes(record(X86, 6, 9, "ssh:notty", "root", "192.0.2.9", START))
    found = discover([str(tmp_path)])
    assert [(source.name, [file.kind for file in source.files]) for source in found.sources] == [
        ("btmp", ["logins"]),
        ("wtmp", ["logins", "logins"]),
    ]
    btmp, wtmp = found.sources[0].files[0], found.sources[1].files[1]
    assert list(told_by(btmp, {1})) == [
        (1, "2020-06-23T09:07:55.250000+00:00 btmp[9]: failed login of root on ssh:notty from 192.0.2.9")
    ]
    assert [line for line, _ in told_by(wtmp, {2, 12, 99})] == [2, 12]


@pytest.mark.skipif(shutil.which("utmpdump") is None, reason="utmpdump is not installed")
def test_utmpdump_reads_the_same(tmp_path: Path) -> None:
    """util-linux sees the same types, users, lines, hosts and times."""
    found, _ = read(tmp_path / "wtmp", session(X86, 5))
    done = subprocess.run(["utmpdump", str(tmp_path / "wtmp")], capture_output=True, check=True)  # noqa: S607
    rows = [
        [part.strip() for part in line.strip("[]").split("] [")] for line in done.stdout.decode().split("\n") if line
    ]
    assert [(int(r[0]), int(r[1]), r[4], r[5], r[7][:19]) for r in rows] == [
        (one.type, one.pid, one.line, one.host, _iso(one.time)) for one in found
    ]


def _iso(micros: int) -> str:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).isoformat()[:19]
