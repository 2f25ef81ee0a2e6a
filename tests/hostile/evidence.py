"""A folder of hostile evidence, the real command run on it, and what must hold of every such run.

Every reading of it goes through `logforensics timeline` and `logforensics sources`, and checks on the way that the
commands did not fail, that they agree on the exit code, and that each file's ledger closes.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from logforensics.cli.main import run

FATES = ("events", "continuation", "blank", "duplicate", "unparsed", "damaged")

CAP = 512
"""MiB that a process may hold, whatever it reads."""

Row = dict[str, Any]


class Done(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


def logforensics(*args: object) -> Done:
    """Runs one command line as the script does, in this process: cheap enough for hundreds of cases."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with patch.object(sys, "stdout", out), patch.object(sys, "stderr", err):
        code = run([str(arg) for arg in args])
        out.flush()
        err.flush()
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    assert "Traceback" not in texts[1]
    return Done(code, *texts)


class Spawned(NamedTuple):
    """How a command ended that had a process of its own, and the most memory it held (MiB)."""

    code: int
    out: str
    err: str
    peak: int


LAUNCHER = (
    "import os, subprocess, sys; child = subprocess.Popen(sys.argv[1:]); _, status, usage = os.wait4(child.pid, 0); "
    "sys.stderr.write(chr(0) + str(usage.ru_maxrss)); sys.stderr.flush(); os._exit(os.waitstatus_to_exitcode(status))"
)
"""A process in between: what a process used at most counts from its parent's size on, and pytest's own is large."""


def spawned(*args: object, env: Mapping[str, str] | None = None) -> Spawned:
    """Runs one command line in a process of its own."""
    command = [sys.executable, "-c", LAUNCHER, sys.executable, "-m", "logforensics", *map(str, args)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=None if env is None else {**os.environ, **env},
        )
        process.wait()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "backslashreplace"))
    said, _, peak = texts[1].rpartition("\x00")
    assert "Traceback" not in said, said
    return Spawned(process.returncode, texts[0], said, int(peak) >> 10)


@dataclass(frozen=True)
class Reading:
    """What the commands said of a folder: exit code, events, damage, files with their ledgers, files passed over."""

    code: int
    events: list[Row]
    damage: list[Row]
    files: dict[str, Row]
    passed_over: dict[str, Row]
    sources: dict[str, Row]
    err: str

    def of(self, file: str) -> list[Row]:
        """The events of one file, in the order of its lines."""
        return sorted((row for row in self.events if row["file"] == file), key=lambda row: row["line"])

    def messages(self, file: str) -> list[str]:
        """Their messages."""
        return [row["message"] for row in self.of(file)]

    def hurts(self, file: str) -> list[tuple[str, int, int]]:
        """(kind, offset, length) of one file's damage."""
        return [(row["kind"], row["offset"], row["length"]) for row in self.damage if row["file"] == file]

    def kinds(self, file: str) -> set[str]:
        """The kinds of one file's damage."""
        return {kind for kind, _, _ in self.hurts(file)}

    def fate(self, file: str, fate: str) -> tuple[int, int]:
        """(lines, bytes) of one file that became that."""
        share = self.files[file]["ledger"][fate]
        return share["lines"], share["bytes"]


def read(folder: Path, *options: object) -> Reading:
    """Runs both commands on a folder and checks what must hold whatever lies in it."""
    timeline = logforensics("timeline", folder, "--format", "jsonl", *options)
    sources = logforensics("sources", folder, "--json", *options)
    assert timeline.code == sources.code, (timeline.err, sources.err)
    assert sources.code in (0, 3), sources.err
    document = json.loads(sources.out) if sources.out else {}
    found = Reading(
        code=sources.code,
        events=[json.loads(line) for line in timeline.out.split("\n") if line],
        damage=document.get("damage", []),
        files={row["path"]: row for row in document.get("evidence", [])},
        passed_over={row["path"]: row for row in document.get("passed_over", [])},
        sources={row["path"]: row for row in document.get("sources", [])},
        err=sources.err,
    )
    closes(found)
    return found


def closes(found: Reading) -> None:
    """Every byte of every file has exactly one fate, and the events are those that were printed."""
    for name, row in found.files.items():
        ledger = row["ledger"]
        assert sum(ledger[fate]["bytes"] for fate in FATES) == ledger["bytes"], name
        lost = sum(entry["length"] for entry in found.damage if entry["file"] == name and not entry["delivered"])
        assert lost == ledger["damaged"]["bytes"], name
        told = ledger["events"]["lines"] + ledger["continuation"]["lines"]
        assert told == sum(event["file"] == name for event in found.events), name


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder with these files in it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def line(number: int, text: str = "all is well") -> bytes:
    """A line with an explicit zone, so that no other line can change its instant: one a minute, each its own."""
    hour, minute = divmod(number, 60)
    day, hour = divmod(hour, 24)
    return f"2020-06-{1 + day:02}T{hour:02}:{minute:02}:07+10:00 web1 app[{number}]: {text} ({number})\n".encode()


def lines(count: int, first: int = 0) -> bytes:
    """Several of them, one behind the other."""
    return b"".join(line(number) for number in range(first, first + count))


def numbers(rows: Iterable[Row]) -> list[int]:
    """Which of these lines some events are (their pid)."""
    return [row["pid"] for row in rows]


def well(rows: Iterable[Row]) -> bool:
    """Whether events are such lines to the letter, each with its own time."""
    return all(
        row["message"] == f"all is well ({row['pid']})"
        and row["host"] == "web1"
        and row["program"] == "app"
        and row["time"] == when(row["pid"])
        for row in rows
    )


def when(number: int) -> str:
    """The instant of such a line, as the timeline prints it."""
    day, rest = divmod(number + 24 * 60 - 600, 24 * 60)
    hour, minute = divmod(rest, 60)
    return f"2020-{5 if day == 0 else 6:02}-{31 if day == 0 else day:02}T{hour:02}:{minute:02}:07.000000+00:00"
