"""Units of work elsewhere: whatever does the work, in whatever parts, the result is that of one process alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from logforensics import engine
from logforensics.cli.main import run
from logforensics.engine import Pool, place_of
from logforensics.errors import UsageError
from logforensics.evidence.files import BLOCK_BYTES
from logforensics.evidence.ranges import ranges
from logforensics.settings import Settings
from logforensics.timeline import build, units
from logforensics.timeline.build import read_timeline
from logforensics.timeline.model import Timeline

TRACE = "java.lang.IllegalStateException: full\n\tat org.example.Store.put(Store.java:7)\n"
COMMANDS = ("report --json", "timeline --format jsonl", "sources --json")


def same(one: Timeline, other: Timeline) -> None:
    """Both say the same."""
    assert_frame_equal(one.events, other.events, categorical_as_str=True)
    for name in ("sources", "files", "passed_over", "damage", "assumptions", "begin", "end", "zone"):
        assert getattr(one, name) == getattr(other, name)
    assert one.ledger.accounts == other.ledger.accounts


def server(folder: Path) -> Path:
    """The logs of a server: text, packed, rotated, a bundle, and a file that is none."""
    import gzip
    import io
    import tarfile

    log = folder / "log"
    log.mkdir()
    lines = [f"2026-03-01T10:{minute:02}:00+00:00 web1 app[7]: request {minute} served\n" for minute in range(60)]
    (log / "syslog").write_text("".join(lines[30:]), "ascii")
    (log / "syslog.1.gz").write_bytes(gzip.compress("".join(lines[:33]).encode(), mtime=0))
    (log / "notes").write_text("nothing of interest\n", "ascii")
    data = "".join(lines[:9]).replace("web1", "web2").encode()
    with tarfile.open(log / "old.tar.gz", "w:gz") as bundle:
        member = tarfile.TarInfo("old/syslog")
        member.size = len(data)
        bundle.addfile(member, io.BytesIO(data))
    return log


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads in place of other processes, and ranges of a size that a test can fill."""

    @contextmanager
    def pool(*_: object) -> Iterator[Pool]:
        with ThreadPoolExecutor(2) as executor:
            yield Pool(executor, 4)

    monkeypatch.setattr(build, "workers", pool)
    monkeypatch.setattr(units, "ranges", partial(ranges, size=BLOCK_BYTES))


APART = Settings(cluster="processes")


def large(folder: Path, odd: str) -> Path:
    """A log of several blocks: events, some of which go on over lines, and `odd` in the midst."""
    path = folder / "app.log"
    with path.open("w", encoding="utf-8") as file:
        for number in range(4 * BLOCK_BYTES // 120):
            moment = (
                f"2026-03-{1 + number // 86400:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
            )
            file.write(f"{moment}+00:00 web1 app[7]: request {number:08} was served {'x' * 60}\n")
            if number % 1000 == 7:
                file.write(odd)
    return path


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "odd", ["", "no event of any kind\n", "\ufffd\x01\n", TRACE], ids=["plain", "strange", "bytes", "trace"]
)
def test_a_large_file_in_ranges(tmp_path: Path, odd: str) -> None:
    """Line numbers, fates, damage and hashes are those of a file read from its beginning."""
    path = large(tmp_path, odd)
    alone = read_timeline([str(path)], settings=Settings())
    assert len(ranges(alone.log_files[0], BLOCK_BYTES)) >= 3
    same(read_timeline([str(path)], settings=APART), alone)


@pytest.mark.usefixtures("threads")
def test_a_large_file_that_cannot_be_cut(tmp_path: Path) -> None:
    """A run of NULs is one piece of damage: the file is then read from its beginning."""
    path = large(tmp_path, "")
    data = bytearray(path.read_bytes())
    data[BLOCK_BYTES - 5000 : BLOCK_BYTES + 5000] = bytes(10_000)
    path.write_bytes(data)
    same(read_timeline([str(path)], settings=APART), read_timeline([str(path)], settings=Settings()))


@pytest.mark.parametrize("command", COMMANDS)
def test_processes_come_to_the_same(tmp_path: Path, command: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Byte for byte, whatever kinds of files there are."""
    log = server(tmp_path)
    assert run([*command.split(), str(log), "-q"]) == 0
    alone = capsysbinary.readouterr().out
    assert run([*command.split(), str(log), "-q", "--cluster", "processes", "--jobs", "2"]) == 0
    assert capsysbinary.readouterr().out == alone


def test_hosts_in_processes(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """A host each."""
    for host in ("web1", "web2"):
        log = tmp_path / host / "var" / "log"
        log.mkdir(parents=True)
        (log / "syslog").write_text(f"2026-03-01T10:00:00+00:00 {host} app[7]: request served by {host}\n" * 3, "ascii")
    assert run(["timeline", str(tmp_path), "--format", "jsonl", "-q"]) == 0
    alone = capsysbinary.readouterr().out
    assert run(["timeline", str(tmp_path), "--format", "jsonl", "-q", "--cluster", "processes"]) == 0
    assert capsysbinary.readouterr().out == alone
    assert b'"web2/var/log/syslog"' in alone


@pytest.mark.parametrize("text", ["host:8786", "http://host", "threads", ""])
def test_a_place_that_is_none(text: str) -> None:
    """What is no scheduler's address is refused."""
    with pytest.raises(UsageError, match="write tcp://HOST:PORT"):
        place_of(text)


def test_no_scheduler_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is said in a line, and ends with 4."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(engine, "_PATIENCE", 1)
    assert run(["gaps", str(server(tmp_path)), "--cluster", "tcp://127.0.0.1:9"]) == 4


def test_a_worker_that_dies_changes_nothing(tmp_path: Path) -> None:
    """Two worker processes of a Dask cluster, one of them killed at work: the report is the same, byte for byte."""
    distributed = pytest.importorskip("distributed")
    hosts = 12
    for host in range(hosts):
        log = tmp_path / f"web{host:02}" / "var" / "log"
        log.mkdir(parents=True)
        stamps = (f"2026-03-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00+00:00" for n in range(20_000))
        lines = (f"{stamp} web{host} app[7]: request {number} served\n" for number, stamp in enumerate(stamps))
        (log / "syslog").write_text("".join(lines), "ascii")
    command = [sys.executable, "-m", "logforensics", "report", str(tmp_path), "--json", "-q"]
    alone = subprocess.run(command, capture_output=True, check=True).stdout
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim = next(iter(client.run(os.getpid).values()))
        killed = threading.Event()

        def kill() -> None:
            while not any(client.processing().values()):
                time.sleep(0.01)
            time.sleep(0.2)
            os.kill(victim, signal.SIGKILL)
            killed.set()

        thread = threading.Thread(target=kill)
        thread.start()
        apart = subprocess.run([*command, "--cluster", cluster.scheduler_address], capture_output=True, check=True)
        thread.join(30)
        assert killed.is_set()
    assert apart.stdout == alone
    assert json.loads(alone)["schema"] == "logforensics/report/1"
