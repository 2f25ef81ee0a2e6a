"""Faults around the output (rows 69 to 73): a report is whole or not there, and each end is one line."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.hostile.machine import COMMANDS, Done, environment, faults, here, needs_strace, tool

LINES = "".join(
    f"2020-06-23T09:{second // 60:02}:{second % 60:02}+10:00 web1 CRON[{second}]: (root) CMD (true)\n"
    for second in range(3000)
)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with one syslog of 3000 lines."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "syslog").write_text(LINES, encoding="utf-8")
    return folder


def one_line(done: Done) -> bool:
    """Whether stderr holds one line of ours and nothing else."""
    return done.err.startswith("logforensics: ") and done.err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("--help",), ("parsers", "list"), ("report", "LOGS"), ("timeline", "LOGS", "--format", "parquet")]
)
def test_r69_a_full_disk_under_stdout_is_4(logs: Path, words: tuple[str, ...]) -> None:
    """/dev/full is a disk without room: one line, exit 4."""
    with Path("/dev/full").open("wb") as full:
        done = tool(*(word.replace("LOGS", str(logs)) for word in words), stdout=full)
    assert (done.code, done.err) == (4, "logforensics: stdout: No space left on device\n")


@pytest.mark.parametrize("words", [("--help",), ("sources", "LOGS")])
def test_r69_a_closed_stdout_is_4(logs: Path, words: tuple[str, ...]) -> None:
    """A result that nobody can get is no success."""
    done = tool(*(word.replace("LOGS", str(logs)) for word in words), before=lambda: os.close(1), stdout=None)
    assert (done.code, done.err) == (4, "logforensics: stdout: Bad file descriptor\n")


def test_r69_a_closed_stderr_changes_nothing(logs: Path) -> None:
    """Warnings have nowhere to go; the result has."""
    done = tool("sources", logs, before=lambda: os.close(2), stderr=None)
    assert (done.code, done.out) == (0, here("sources", logs).out)


@needs_strace
@pytest.mark.parametrize("old", [None, "the report of last week\n"])
@pytest.mark.parametrize("fault", ["write:error=ENOSPC", "fsync:error=EIO", "linkat:error=EIO", "rename:error=EACCES"])
def test_r69_a_report_is_whole_or_not_there(logs: Path, fault: str, old: str | None) -> None:
    """Each call that writes it fails once: exit 4, nothing left behind, and what lay there before lies there still."""
    folder = logs.parent / "reports"
    folder.mkdir()
    target = folder / "incident.md"
    if old is not None:
        target.write_text(old)
    done = tool("report", logs, "-o", target, under=faults(f"{fault}:when=1", threads=False))
    assert (done.code, one_line(done), "incident.md: " in done.err) == (4, True, True)
    assert [path.name for path in folder.iterdir()] == ([] if old is None else ["incident.md"])
    assert old is None or target.read_text() == old


@needs_strace
def test_r69_a_filesystem_without_nameless_files_gets_a_named_one(logs: Path) -> None:
    """O_TMPFILE is not known everywhere; then a name that is taken away again stands for it."""
    folder = logs.parent / "reports"
    folder.mkdir()
    target = folder / "incident.json"
    # the folder is opened twice: to sync it, and for the file without a name
    done = tool("report", logs, "-o", target, under=faults("openat:error=EOPNOTSUPP:when=2", path=folder))
    assert (done.code, [path.name for path in folder.iterdir()]) == (0, ["incident.json"])
    assert target.read_bytes() == here("report", logs, "--json").out


def test_r70_output_never_touches_the_evidence(logs: Path) -> None:
    """In the folder, through a link, under a hard link, over an input, over a bundle: refused with exit 2."""
    outside = logs.parent
    (outside / "way").symlink_to(logs)
    (outside / "twin.md").hardlink_to(logs / "syslog")
    with tarfile.open(outside / "logs.tar", "w") as bundle:
        bundle.add(logs / "syslog", "syslog")
    shapes = [
        (logs, logs / "x.md"),
        (logs, outside / "way" / "x.md"),
        (logs, outside / "no" / ".." / "logs" / "x.md"),
        (logs / "syslog", outside / "twin.md"),
        (f"{outside}/*/syslog", logs / "syslog"),
        (outside / "logs.tar", outside / "logs.tar"),
    ]
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    for evidence, target in shapes:
        for command in ("report", "timeline"):
            done = here(command, evidence, "-o", target, "--format", "json")
            assert (done.code, one_line(done)) == (2, True), (evidence, target, done.err)
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("command", [*COMMANDS, "--help"])
def test_r71_a_reader_that_goes_away_ends_it_as_any_filter(logs: Path, command: str) -> None:
    """`| head`: the process dies of SIGPIPE, in silence."""
    reading, writing = os.pipe()
    os.close(reading)
    done = tool(command, *([] if command == "--help" else [logs]), stdout=writing)
    os.close(writing)
    assert (done.code, done.err) == (128 + signal.SIGPIPE, "")


@needs_strace
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_r72_a_signal_ends_it_in_order_at_any_moment(logs: Path, name: str, code: int) -> None:
    """At moments all over the run: 130 or 143, no word, no report, nothing left behind."""
    folder = logs.parent / "reports"
    folder.mkdir()
    with tarfile.open(logs / "host.tar.gz", "w:gz") as bundle:
        bundle.add(logs / "syslog", "host/syslog.1")
    codes = set()
    for call in ("mmap", "openat", "pread64", "pwrite64", "fsync", "linkat"):
        for moment in (6, 250) if call == "mmap" else (200,) if call == "openat" else (1,):
            under = faults(f"{call}:signal={name}:when={moment}", threads=False)
            env = environment(TMPDIR=str(folder))
            done = tool("report", logs, "-o", folder / "x.md", "--quiet", under=under, env=env)
            codes.add(done.code)
            assert done.err == ""
            left = [path.name for path in folder.iterdir()]
            assert left in ([], ["x.md"]) if call == "linkat" else left == []
            assert b"x.md" not in done.out
    assert codes == {code}


def test_r72_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """The first one waits for what is under way, the second for nothing."""
    script = (
        "import os, signal, sys, time\n"
        "from logforensics.cli.signals import orderly\n"
        "with orderly():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        print('still here', flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment(), cwd=tmp_path, check=False, stdout=-1)
    assert (done.returncode, done.stdout) == (-signal.SIGINT, b"")


def test_r72_a_signal_that_python_would_swallow_ends_it_too(tmp_path: Path) -> None:
    """An exception in a generator that is thrown away goes nowhere: no traceback of it, and no going on."""
    script = (
        "import os, signal\n"
        "from logforensics.cli.signals import orderly\n"
        "def lines():\n"
        "    try:\n"
        "        yield 1\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        for _ in range(1000): pass\n"
        "with orderly():\n"
        "    begun = lines()\n"
        "    next(begun)\n"
        "    del begun\n"
        "    print('still here', flush=True)\n"
    )
    words = [sys.executable, "-c", script]
    done = subprocess.run(words, env=environment(), cwd=tmp_path, check=False, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGTERM, b"", b"")


@pytest.mark.parametrize("limit", [200, 400, 512])
def test_r73_too_little_memory_is_one_line(logs: Path, limit: int) -> None:
    """A limit on the address space: finished all the same, or one line and exit 4; never a traceback."""
    soft = limit << 20
    done = tool("report", logs, before=lambda: resource.setrlimit(resource.RLIMIT_AS, (soft, soft)))
    assert (done.code, done.err) == (0, "") or (done.code == 4 and one_line(done)), done.err


def test_r73_a_signal_reaches_the_child_of_a_limited_run(logs: Path) -> None:
    """Under a limit the work is done in a child process: it must not outlive its parent."""
    under = faults("pread64:signal=SIGTERM:when=1") if needs_strace.args[0] is False else ()
    limit = 4 << 30
    done = tool("timeline", logs, under=under, before=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    assert (done.code, done.err) == ((143, "") if under else (0, ""))
