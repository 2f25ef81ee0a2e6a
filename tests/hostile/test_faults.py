"""Faults of disks, servers and neighbours while evidence is read (rows 55 to 64): named, and nothing else is lost."""

from __future__ import annotations

import errno
import gzip
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from logforensics.evidence.discover import discover
from logforensics.evidence.files import BlockReader
from tests.hostile.machine import COMMANDS, Done, environment, faults, here, needs_strace, tool

PAGE = 4096

KEPT = "2020-06-23T09:00:01+10:00 web1 app[1]: the other file\n"


def line(number: int) -> str:
    """A line of 64 bytes, so that 64 of them are a page."""
    return f"2020-06-23T09:{number // 60 % 60:02}:{number % 60:02}+10:00 web1 app[1]: line {number:019}\n"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with a syslog of 16 pages and a small log beside it."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "syslog").write_text("".join(map(line, range(16 * 64))), encoding="utf-8")
    (folder / "other.log").write_text(KEPT, encoding="utf-8")
    assert len(line(7)) == 64
    return folder


def closes(done: Done) -> bool:
    """Whether each file's ledger adds up to its bytes."""
    fates = ("events", "continuation", "blank", "duplicate", "unparsed", "damaged")
    ledgers = [file["ledger"] for file in done.json["evidence"]]
    return all(sum(ledger[fate]["bytes"] for fate in fates) == ledger["bytes"] for ledger in ledgers)


def damage(done: Done, name: str) -> list[tuple[str, int, int]]:
    """(kind, offset, length) of the damage of one file."""
    return [(item["kind"], item["offset"], item["length"]) for item in done.json["damage"] if item["file"] == name]


def events(done: Done, name: str) -> int:
    """How many lines of one source became events."""
    return sum(source["events"] for source in done.json["sources"] if source["path"] == name)


@needs_strace
@pytest.mark.parametrize("call", range(1, 9))
def test_r55_one_failed_read_costs_nothing(logs: Path, call: int) -> None:
    """A disk that answers at the second try has lost nothing, whichever read it was."""
    done = tool("sources", logs, "--json", under=faults(f"pread64:error=EIO:when={call}", path=logs / "syslog"))
    assert (done.code, events(done, "syslog"), events(done, "other.log")) == (0, 1024, 1)
    assert "Traceback" not in done.err


@needs_strace
def test_r55_a_disk_that_answers_no_more_costs_one_file(logs: Path) -> None:
    """Every read fails: that file is named with the system's words, the others are read."""
    done = tool("sources", logs, "--json", under=faults("pread64:error=EIO:when=1+", path=logs / "syslog"))
    assert (done.code, events(done, "other.log"), closes(done)) == (3, 1, True)
    assert "syslog: could not be read: Input/output error (EIO)" in done.err
    assert [(item["path"], item["state"]) for item in done.json["passed_over"]] == [("syslog", "unread")]


Read = Callable[[int, int, int], bytes]


@contextmanager
def failing(pages: set[int], code: int = errno.EIO) -> Iterator[None]:
    """Reads that touch one of these pages of the syslog fail; strace cannot choose by offset."""
    whole: Read = os.pread

    def pread(fd: int, length: int, offset: int) -> bytes:
        mine = Path(f"/proc/self/fd/{fd}").readlink().name == "syslog"
        if mine and pages & set(range(offset // PAGE, (offset + max(length, 1) - 1) // PAGE + 1)):
            raise OSError(code, os.strerror(code))
        return whole(fd, length, offset)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pread", pread)
        yield


@pytest.mark.parametrize("bad", [{0}, {5}, {15}, {3, 4, 5}, {1, 9}])
def test_r55_a_bad_page_costs_a_page(logs: Path, bad: set[int]) -> None:
    """Every page in turn, neighbours, the first and the last: just these bytes are lost, and said where they were."""
    with failing(bad):
        done = here("sources", logs, "--json")
    lost = sorted(page * PAGE for page in bad)
    stretches = [(at, PAGE) for at in lost]
    assert done.code == 3
    assert sum(length for _, _, length in damage(done, "syslog")) == sum(length for _, length in stretches)
    assert {kind for kind, _, _ in damage(done, "syslog")} == {"eio"}
    assert min(offset for _, offset, _ in damage(done, "syslog")) == lost[0]
    assert (events(done, "syslog"), closes(done)) == (1024 - 64 * len(bad), True)
    assert "syslog: some of it could not be read: Input/output error (EIO)" in done.err


def test_r55_a_disk_full_of_bad_pages_is_given_up(tmp_path: Path) -> None:
    """Each failed page can take seconds: after 64 of them the rest of the file is one stretch."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "syslog").write_text("".join(map(line, range(400 * 64))), encoding="utf-8")
    with failing(set(range(2, 400))):
        done = here("sources", logs, "--json")
    assert (done.code, damage(done, "syslog"), closes(done)) == (3, [("eio", 2 * PAGE, 398 * PAGE)], True)


@needs_strace
@pytest.mark.parametrize(
    "fault",
    [
        "openat:error=EIO:when=1+",
        "openat:error=EMFILE:when=1+",
        "newfstatat:error=EIO:when=1+",
    ],
)
def test_r56_a_file_that_cannot_be_opened_is_unread(logs: Path, fault: str) -> None:
    """EIO at open or stat costs that entry alone."""
    done = tool("sources", logs, "--json", under=faults(fault, path=logs / "syslog"))
    assert [(item["path"], item["state"]) for item in done.json["passed_over"]] == [("syslog", "unread")]
    assert done.code == 3
    assert (events(done, "other.log"), closes(done)) == (1, True)


@needs_strace
@pytest.mark.parametrize("call", ["openat", "getdents64"])
def test_r56_a_folder_that_cannot_be_listed_is_unread(logs: Path, call: str) -> None:
    """EIO at a subfolder: it is named, and what lies beside it is read."""
    (logs / "sub").mkdir()
    (logs / "sub" / "a.log").write_text(KEPT)
    done = tool("sources", logs, "--json", under=faults(f"{call}:error=EIO:when=1+", path=logs / "sub"))
    assert (done.code, events(done, "syslog")) == (3, 1024)
    (entry,) = done.json["passed_over"]
    assert (entry["path"], entry["state"]) == ("sub", "unread")
    assert "Input/output error (EIO)" in entry["reason"]


def test_r57_evidence_is_never_mapped(logs: Path) -> None:
    """A file that shrinks under mmap kills the process: no map of one exists while it is read."""
    maps = Path("/proc/self/maps")
    seen: list[str] = []
    whole: Read = os.pread

    def pread(fd: int, length: int, offset: int) -> bytes:
        seen.append(maps.read_text())
        return whole(fd, length, offset)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pread", pread)
        here("report", logs)
    assert seen
    assert not [text for text in seen if str(logs) in text]


@pytest.mark.parametrize("chunk", [1, 7, 4097])
def test_r58_short_reads_are_read_on(logs: Path, chunk: int) -> None:
    """A server may give less than was asked for: only 0 bytes are the end."""
    (logs / "syslog").write_text("".join(map(line, range(64))))
    whole: Read = os.pread
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pread", lambda fd, length, offset: whole(fd, min(length, chunk), offset))
        done = here("sources", logs, "--json")
    assert (done.code, done.out) == (0, here("sources", logs, "--json").out)


@needs_strace
@pytest.mark.parametrize("error", ["EINTR", "EAGAIN", "ESTALE"])
def test_r58_an_error_of_the_moment_costs_nothing(logs: Path, error: str) -> None:
    """A signal, a busy server, and one that was restarted and forgot its handles."""
    plain = here("sources", logs, "--json")
    for call in (1, 4):
        under = faults(f"pread64:error={error}:when={call}", path=logs / "syslog")
        assert tool("sources", logs, "--json", under=under) == plain


def test_r58_a_stale_handle_is_damage_if_it_stays(logs: Path) -> None:
    """The server does not know the file any more: one stretch, named with its error."""
    with failing({4}, errno.ESTALE):
        done = here("sources", logs, "--json")
    assert (done.code, damage(done, "syslog")) == (3, [("eio", 4 * PAGE, PAGE)])
    assert "(ESTALE)" in done.err


@pytest.mark.skipif(os.geteuid() != 0 or not hasattr(os, "setresuid"), reason="only root can become nobody")
def test_r59_what_may_not_be_read_is_unread(tmp_path: Path) -> None:
    """A file and a folder of somebody else's: named with the errno, exit 3, the rest is read."""
    for above in (tmp_path, *tmp_path.parents[:-2]):
        above.chmod(0o755)
    logs = tmp_path / "logs"
    (logs / "private").mkdir(parents=True)
    (logs / "secret.log").write_text(KEPT)
    (logs / "other.log").write_text(KEPT)
    (logs / "secret.log").chmod(0)
    (logs / "private").chmod(0o700)
    script = (
        "import os, sys\n"
        "from logforensics.cli.main import main\n"
        "import logforensics.cli.sources, logforensics.cli.reading, logforensics.timeline.build, polars\n"
        "from logforensics.parsing.library import load_definitions\n"
        "load_definitions()\n"
        "import logforensics.report.json, logforensics.report.tables\n"
        "import logforensics.cli.findings, logforensics.cli.memory\n"
        "os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)\n"
        "main(sys.argv[1:])\n"
    )
    words = [sys.executable, "-c", script, "sources", str(logs), "--json"]
    env = environment(XDG_CONFIG_HOME=str(tmp_path))
    done = subprocess.run(words, capture_output=True, check=False, env=env)
    told = Done(done.returncode, done.stdout, done.stderr.decode())
    assert told.code == 3, told.err
    assert [(item["path"], item["reason"]) for item in told.json["passed_over"]] == [
        ("private", "Permission denied (EACCES)"),
        ("secret.log", "Permission denied (EACCES)"),
    ]
    assert events(told, "other.log") == 1


def test_r60_what_is_no_file_is_never_opened(logs: Path) -> None:
    """A FIFO would block for ever, a device might do anything: each is listed as what it is."""
    os.mkfifo(logs / "pipe.log")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(logs / "dev-log"))
        devices = os.geteuid() == 0
        if devices:
            try:
                os.mknod(logs / "null.log", 0o020644, os.makedev(1, 3))
            except PermissionError:  # root in a container may not
                devices = False
        done = tool("sources", logs, "--json", timeout=60)
    kinds = {item["path"]: item["reason"] for item in done.json["passed_over"]}
    wanted = {"pipe.log": "a named pipe", "dev-log": "a socket"}
    assert (done.code, kinds) == (0, wanted | ({"null.log": "a character device"} if devices else {}))


@pytest.mark.parametrize("target", ["pipe", "/dev/null", "/dev/tty", "/dev/zero"])
def test_r60_nor_when_it_is_named(tmp_path: Path, target: str) -> None:
    """The same for a path on the command line."""
    os.mkfifo(tmp_path / "pipe")
    done = tool("sources", tmp_path / target, timeout=60)
    assert (done.code, "Traceback" in done.err) == (3, False)


def test_r61_links_are_listed_and_not_followed(logs: Path) -> None:
    """A loop, a dangling one, to a file, to a folder, to the root, out of it: no event twice, none from outside."""
    outside = logs.parent / "outside.log"
    outside.write_text(KEPT * 3)
    (logs / "sub").mkdir()
    shapes = {
        "loop": "loop",
        "dangling": "nowhere",
        "file": "syslog",
        "folder": "sub",
        "sub/root": "..",
        "out": str(outside),
        "host": "/var/log",
    }
    for name, leads in shapes.items():
        (logs / name).symlink_to(leads)
    done = here("sources", logs, "--json")
    reasons = {item["path"]: item["reason"] for item in done.json["passed_over"]}
    assert (done.code, events(done, "syslog"), events(done, "other.log")) == (0, 1024, 1)
    assert {source["path"] for source in done.json["sources"]} == {"syslog", "other.log"}
    assert reasons == {
        "loop": "a symbolic link that leads nowhere",
        "dangling": "a symbolic link that leads nowhere",
        "file": "a symbolic link to syslog",
        "folder": "a symbolic link to sub",
        "sub/root": "a symbolic link to .",
        "out": "a symbolic link out of the folder given, not followed",
        "host": "a symbolic link out of the folder given, not followed",
    }


@contextmanager
def meanwhile(act: Callable[[], object], path: Path, *, read: int = 2) -> Iterator[None]:
    """Does something to the evidence right after the `read`-th time that the file at `path` was read from."""
    whole: Read = os.pread
    left = [read]

    def pread(fd: int, length: int, offset: int) -> bytes:
        data = whole(fd, length, offset)
        if Path(f"/proc/self/fd/{fd}").readlink() == path:
            left[0] -= 1
            if left[0] == 0:
                act()
        return data

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pread", pread)
        yield


def append(path: Path) -> None:
    """One more line, as a logger writes it."""
    with path.open("a") as log:
        log.write(line(5000))


@pytest.mark.parametrize("read", [1, 2, 3])
def test_r62_a_file_that_grows_is_read_to_its_size_at_opening(logs: Path, read: int) -> None:
    """A live log is no damage: whole lines are read, and what came later is noted."""
    path = logs / "syslog"
    with meanwhile(lambda: append(path), path, read=read):
        done = here("sources", logs, "--json")
    assert (done.code, events(done, "syslog") in {1024, 1025}, closes(done)) == (0, True, True)
    (file,) = [file for file in done.json["evidence"] if file["path"] == "syslog"]
    assert file["bytes"] == 64 * events(done, "syslog")


def test_r62_what_came_too_late_is_noted(logs: Path) -> None:
    """How many bytes the report leaves out."""
    path = logs / "syslog"
    (found,) = [source for source in discover([str(logs)]).sources if source.name == "syslog"]
    reader = BlockReader(found.files[0], 8192)
    blocks = iter(reader)
    next(blocks)
    append(path)
    assert sum(block.data.count(b"\n") for block in blocks) == 1024 - 128
    assert reader.note == "64 bytes came while it was read, and are not part of this"
    assert reader.damage == []


def test_r63_a_file_that_shrinks_is_damage(logs: Path) -> None:
    """A copytruncate while it is read: what was read stays, and the report says that the rest is gone."""
    path = logs / "syslog"
    with meanwhile(lambda: os.truncate(path, 3 * PAGE), path, read=1):
        done = here("sources", logs, "--json")
    assert (done.code, damage(done, "syslog"), closes(done)) == (3, [("shrunk", 3 * PAGE, 13 * PAGE)], True)
    assert events(done, "syslog") == 3 * 64
    assert "syslog: it shrank from 65536 to 12288 bytes" in done.err


def test_r63_a_file_that_is_rewritten_is_damage(logs: Path) -> None:
    """Of the same size but written to: exit 3, and both states are told."""
    path = logs / "syslog"

    def rewrite() -> None:
        path.write_bytes(path.read_bytes().replace(b"web1", b"web2"))
        os.utime(path, ns=(1, 1_600_000_000_123_456_789))

    with meanwhile(rewrite, path, read=1):
        done = here("sources", logs, "--json")
    (file,) = [file for file in done.json["evidence"] if file["path"] == "syslog"]
    assert (done.code, [kind for kind, _, _ in damage(done, "syslog")]) == (3, ["changed"])
    assert "it was written to while it was read: 65536 bytes of " in file["reason"]
    assert file["reason"].endswith(", then 65536 bytes of 2020-09-13T12:26:40.123456789Z")
    assert f"syslog: {file['reason']}" in done.err


@pytest.mark.parametrize("read", [1, 2, 3, 4])
def test_r64_a_rotation_in_the_middle_loses_nothing_and_doubles_nothing(logs: Path, read: int) -> None:
    """syslog.1 becomes syslog.2, syslog becomes syslog.1, a new syslog is begun: each line once."""
    path = logs / "syslog"
    (logs / "syslog.1").write_text("".join(map(line, range(2000, 2500))))

    def rotate() -> None:
        (logs / "syslog.1").rename(logs / "syslog.2")
        path.rename(logs / "syslog.1")
        path.write_text(line(4000))

    with meanwhile(rotate, path, read=read):
        done = here("timeline", logs, "--format", "jsonl", "--source", "syslog")
    texts = [row.split(b"line ")[1][:19] for row in done.out.splitlines()]
    wanted = [f"{number:019}".encode() for number in (*range(16 * 64), *range(2000, 2500))]
    assert (done.code, sorted(texts)) == (0, wanted)


def test_r64_a_file_that_was_packed_meanwhile_is_unread(logs: Path) -> None:
    """The file that was found is gone: it is named, and its successor is not taken for it."""
    path = logs / "syslog"

    def pack() -> None:
        (logs / "syslog.1.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()

    with meanwhile(pack, path, read=1):
        done = here("sources", logs, "--json")
    assert done.code == 3
    assert ("syslog", "unread") in {(item["path"], item["state"]) for item in done.json["passed_over"]}
    assert "syslog: could not be read: rotated away while it was read (ENOENT)" in done.err


def test_r64_a_thousand_rotations_lose_no_old_line(logs: Path) -> None:
    """Another thread rotates as fast as it can: what was found is read, or named as gone."""
    stop = threading.Event()
    path = logs / "syslog"

    def rotate() -> None:
        for turn in range(1000):
            if stop.is_set():
                return
            path.rename(logs / f"syslog.{turn % 5 + 1}")
            path.write_text(line(9000 + turn))

    thread = threading.Thread(target=rotate)
    before: Any = discover([str(logs)])
    thread.start()
    try:
        (source,) = [source for source in before.sources if source.name == "syslog"]
        reader = BlockReader(source.files[0])
        data = b"".join(block.data for block in reader)
    finally:
        stop.set()
        thread.join()
    # five rotations on, the file is gone, and its inode may be another's by then: smaller, and so called shrunk
    assert data == "".join(map(line, range(16 * 64))).encode() or reader.has("unread") or reader.has("shrunk")


@pytest.mark.parametrize("command", COMMANDS)
def test_r55_no_command_meets_a_bad_page_with_a_traceback(logs: Path, command: str) -> None:
    """Every command reads the same way, and ends with 3."""
    with failing({2}):
        done = here(command, logs)
    assert done.code == 3
