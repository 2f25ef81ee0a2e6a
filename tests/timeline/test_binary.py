"""Journals and login records in a timeline: their events, the account of their bytes, and what they prove of boots."""

from __future__ import annotations

import lzma
import struct
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from logforensics.analysis.boots import find_boots
from logforensics.analysis.columns import read_for_analysis
from logforensics.evidence.cited import read_cited
from logforensics.timeline.build import read_timeline

DATA = Path(__file__).resolve().parents[1] / "data" / "journal"
START = 1592903275  # 2020-06-23T09:07:55Z, the journals' first entry


def login(kind: int, seconds: int, *, pid: int = 0, line: str = "~", user: str = "", host: str = "") -> bytes:
    """One record of 384 bytes (utmp(5))."""
    head = struct.pack("<hxxi32s4s32s256shh", kind, pid, line.encode(), b"~~", user.encode(), host.encode(), 0, 0)
    return (head + struct.pack("<iii", 0, seconds, 0)).ljust(384, b"\0")


def boot(seconds: int) -> bytes:
    """The record of a boot."""
    return login(2, seconds, user="reboot", host="5.4.0")


def shutdown(seconds: int) -> bytes:
    """The record of an orderly stop, as systemd-update-utmp writes it."""
    return login(1, seconds, user="shutdown", host="5.4.0")


def stamp(seconds: int) -> bytes:
    """The time as rsyslog writes it to a host in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().encode()


def syslog(*lines: tuple[int, bytes]) -> bytes:
    """Lines of a syslog by their seconds."""
    return b"".join(stamp(seconds) + b" host1 " + text + b"\n" for seconds, text in lines)


@pytest.mark.parametrize("name", ["regular.journal.xz", "compact.journal.xz", "system.journal"])
def test_journal(tmp_path: Path, name: str) -> None:
    """Each entry is one event with an explicit time; the ledger closes over reserved bytes too."""
    stored = (DATA / f"{'regular' if name.startswith('s') else name.partition('.')[0]}.journal.xz").read_bytes()
    (tmp_path / name).write_bytes(lzma.decompress(stored) if name.endswith("journal") else stored)
    timeline = read_timeline(str(tmp_path), fields=("host", "program", "pid", "severity", "message"))
    (source,) = timeline.sources
    assert (source.format, source.lines, source.events, source.unparsed, source.timezone_reason) == (
        "journal", 10, 10, 0, "stored in UTC",
    )  # fmt: skip
    rows = timeline.events.drop("source", "file").rows()
    assert rows[3] == (
        datetime(2020, 6, 23, 9, 7, 57, 500000, UTC), "explicit", 4, "err", "host1", "app", 4711,
        "System.Exception: it broke\n   at A.B()\n   at C.D()",
    )  # fmt: skip
    assert [row[5] for row in rows[:3]] == ["kernel", "systemd", "backup"]
    assert timeline.events.get_column("line").to_list() == list(range(1, 11))
    (account,) = timeline.ledger.accounts
    assert account.accounted == account.text_bytes == 8 << 20
    assert (account.events.lines, timeline.damage) == (10, ())


def test_cited_entries(tmp_path: Path) -> None:
    """A cited entry reads like a line of journalctl."""
    (tmp_path / "a.journal.xz").write_bytes((DATA / "compact.journal.xz").read_bytes())
    timeline = read_timeline(str(tmp_path))
    assert read_cited(timeline.log_files, [("a.journal.xz", 2), ("a.journal.xz", 3), ("a.journal.xz", 99)]) == {
        ("a.journal.xz", 2): "2020-06-23T09:07:56.500000+00:00 host1 systemd[1]: Started A Service.",
        ("a.journal.xz", 3): "2020-06-23T09:07:57.000001+00:00 host1 backup[812]: no identifier: the command names it",
    }


def test_damaged_journal_closes_its_account(tmp_path: Path) -> None:
    """What damage took is in the ledger, and the rest is there."""
    data = bytearray(lzma.decompress((DATA / "regular.journal.xz").read_bytes()))
    end = int.from_bytes(data[136:144], "little")
    data[end - 900 : end - 500] = b"\xff" * 400
    (tmp_path / "system.journal").write_bytes(data)
    timeline = read_timeline(str(tmp_path))
    (account,) = timeline.ledger.accounts
    assert 7 <= timeline.events.height < 10
    assert account.damaged.bytes >= 300
    assert {damage.kind for damage in timeline.damage} <= {
        "journal-object",
        "journal-link",
        "journal-data",
        "journal-hash",
    }


def test_two_boots_of_a_journal(tmp_path: Path) -> None:
    """The kernel's banner marks a boot here as in a text log, and "Journal stopped" an orderly end."""
    (tmp_path / "a.journal.xz").write_bytes((DATA / "regular.journal.xz").read_bytes())
    boots = find_boots(read_for_analysis([str(tmp_path)]).events)
    assert [(one.time.timestamp() - START, one.shutdown) for one in boots] == [(0.0, "unknown"), (95.0, "clean")]


def test_journal_beside_the_syslog_it_fed(tmp_path: Path) -> None:
    """The same events told twice are the same boots, and a journal in UTC says nothing about the host's zone."""
    (tmp_path / "a.journal.xz").write_bytes((DATA / "regular.journal.xz").read_bytes())
    banner = b"kernel: [    0.000000] Linux version 5.4.0-40-generic (builder@example) #44"
    text = syslog(
        (START + 1, b"systemd[1]: Started A Service."),
        (START + 5, b"systemd-journald[300]: Journal stopped"),
        (START + 101, banner),
    )
    (tmp_path / "syslog").write_bytes(text)
    (tmp_path / "app.log").write_bytes(b"2020-06-23 09:07:55.1234|INFO|App|started\n" * 3)
    timeline = read_for_analysis([str(tmp_path)])
    boots = find_boots(timeline.events)
    assert [(one.time.timestamp() - START, one.shutdown) for one in boots] == [(0.0, "unknown"), (95.0, "clean")]
    zones = {source.name: source.timezone_reason for source in timeline.sources}
    assert "journal" not in zones["app.log"]


LATER = START + 86400
QUIET = tuple((START + at, b"app[1]: message") for at in range(0, 3600, 60))
BANNER = (LATER + 12, b"kernel: [    0.000000] Linux version 5.4.0-40-generic (builder@example) #44")


@pytest.mark.parametrize("with_syslog", [True, False])
@pytest.mark.parametrize("clean", [True, False])
def test_wtmp_is_a_witness(tmp_path: Path, with_syslog: bool, clean: bool) -> None:
    """A boot that wtmp and the kernel tell of is one boot; the record of a shutdown makes it a clean one."""
    stored = boot(START - 9000) + login(7, START + 3000, pid=812, line="pts/0", user="a", host="client.example")
    (tmp_path / "wtmp").write_bytes(stored + (shutdown(START + 3700) if clean else b"") + boot(LATER))
    if with_syslog:
        (tmp_path / "syslog").write_bytes(syslog(*QUIET, BANNER, (LATER + 60, b"app[1]: message")))
    boots = find_boots(read_for_analysis([str(tmp_path)]).events)
    assert [one.time.timestamp() - LATER for one in boots][-1:] == [0.0]
    assert len(boots) == 2
    assert (boots[-1].shutdown, boots[-1].manner) == (("clean", None) if clean else ("unclean", "power-loss"))
    last = START + (3700 if clean else 3540 if with_syslog else 3000)
    assert boots[-1].ended is not None
    assert boots[-1].ended.timestamp() == last


def test_logins(tmp_path: Path) -> None:
    """Logins, failed ones among them, are events with the program that keeps them."""
    (tmp_path / "btmp").write_bytes(login(6, START, pid=9, line="ssh:notty", user="root", host="192.0.2.9"))
    (tmp_path / "wtmp.1").write_bytes(boot(START) + bytes(384) + shutdown(START + 5) + b"half")
    timeline = read_timeline(str(tmp_path), fields=("program", "pid", "message", "severity", "host"))
    assert timeline.events.select(pl.exclude("time", "source")).rows() == [
        ("explicit", "btmp", 1, None, None, "btmp", 9, "failed login of root on ssh:notty from 192.0.2.9"),
        ("explicit", "wtmp.1", 1, None, None, "wtmp", 0, "system boot, kernel 5.4.0"),
        ("explicit", "wtmp.1", 2, None, None, "wtmp", 0, "system shutdown"),
    ]
    assert [(d.kind, d.offset, d.length) for d in timeline.damage] == [("nul", 384, 384), ("login-record", 1152, 4)]


def test_nothing_in_it(tmp_path: Path) -> None:
    """A journal without entries is a source without events."""
    data = lzma.decompress((DATA / "regular.journal.xz").read_bytes())
    (tmp_path / "system.journal").write_bytes(data[:264] + bytes(1 << 16))
    timeline = read_timeline(str(tmp_path))
    assert (timeline.events.height, [source.format for source in timeline.sources]) == (0, ["journal"])
