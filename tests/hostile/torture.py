"""Torture mode: every call that a run makes on its evidence and its output fails once, one run for each.

    ./run python -m tests.hostile.torture              all scenarios, prints the figures
    ./run python -m tests.hostile.torture bundle       only this one

A run may end in two ways.  Either the fault cost nothing: exit 0 and the very bytes of a run without it.  Or it is
told: exit 3 (evidence) or 4 (output), with the system's words on stderr or in the result, and no part of a report.
Calls on the evidence fail inside this process, calls on the output through strace where it is there.
"""

from __future__ import annotations

import errno
import gzip
import os
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.hostile.machine import Done, environment, here, needs_strace, tool

READS = {
    "open": ("EIO", "EACCES", "EMFILE", "ENOENT"),
    "stat": ("EIO",),
    "lstat": ("EIO",),
    "fstat": ("EIO",),
    "pread": ("EIO", "ESTALE"),
    "read": ("EIO",),
    "lseek": ("EIO", "EINVAL"),
    "scandir": ("EIO", "EMFILE"),
    "readlink": ("EIO",),
}
"""Functions of os that are called on the evidence, and their errors (Python itself tries again after EINTR)."""

WRITES = {
    "openat": ("EIO", "ENOSPC", "EACCES", "EMFILE"),
    "write": ("EIO", "ENOSPC", "EINTR"),
    "fsync": ("EIO", "ENOSPC"),
    "linkat": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC"),
}
"""System calls on the output, and what each of them fails with."""

TARGET = "incident"


class Scenario(NamedTuple):
    """A command line, and what it reads; `out` is the suffix of the file it writes, "" for stdout."""

    name: str
    words: tuple[str, ...]
    out: str = ""


SCENARIOS = (
    Scenario("report", ("report", "host")),
    Scenario("report-md", ("report", "host"), "md"),
    Scenario("report-html", ("report", "host"), "html"),
    Scenario("report-json", ("report", "host", "--format", "json"), "json"),
    Scenario("timeline", ("timeline", "host")),
    Scenario("parquet", ("timeline", "host"), "parquet"),
    Scenario("sources", ("sources", "host", "--json")),
    Scenario("gaps", ("gaps", "host", "--json")),
    Scenario("packed", ("sources", "packed", "--json")),
    Scenario("bundle", ("sources", "bundle/host.tar.gz", "--json")),
    Scenario("tar", ("sources", "bundle/host.tar", "--json")),
    Scenario("binary", ("sources", "binary", "--json")),
)


def evidence(folder: Path) -> None:
    """A host's tree with an outage in it, the same packed and in bundles, and binary logs."""
    log = folder / "host" / "var" / "log"
    (log / "nginx").mkdir(parents=True)
    (folder / "host" / "etc").mkdir()
    (folder / "host" / "etc" / "timezone").write_text("Australia/Sydney\n")
    stamps = [f"Jun 23 {9 + minute // 60:02}:{minute % 60:02}:01" for minute in range(240)]
    text = "".join(
        f"{stamp} web1 CRON[{at}]: (root) CMD (true)\n" for at, stamp in enumerate(stamps) if not 60 < at < 90
    )
    (log / "syslog").write_text(text)
    (log / "syslog.1").write_text(text.replace("Jun 23", "Jun 22"))
    codes = [(504 if 60 < at < 90 else 200) for at in range(240)]
    (log / "nginx" / "access.log").write_text(
        "".join(
            f'192.0.2.{at % 9} - - [23/Jun/2020:{9 + at // 60:02}:{at % 60:02}:01 +1000] "GET /a HTTP/1.1" {code} 5\n'
            for at, code in enumerate(codes)
        )
    )
    os.utime(log / "syslog", (1_592_924_400, 1_592_924_400))
    os.utime(log / "syslog.1", (1_592_838_000, 1_592_838_000))
    (folder / "packed").mkdir()
    (folder / "packed" / "syslog.2.gz").write_bytes(gzip.compress((log / "syslog.1").read_bytes(), mtime=1))
    (folder / "packed" / "syslog").write_bytes((log / "syslog").read_bytes())
    (folder / "bundle").mkdir()
    for name, mode in (("host.tar", "w"), ("host.tar.gz", "w:gz")):
        with tarfile.open(folder / "bundle" / name, mode) as bundle:  # type: ignore[call-overload]  # a str variable
            bundle.add(folder / "host", "host")
    shutil.copytree(Path(__file__).resolve().parents[1] / "data" / "journal", folder / "binary")


class Trial(NamedTuple):
    """One run with one fault: which, how it ended, and what was wrong with that ("" if nothing)."""

    fault: str
    done: Done
    wrong: str


class Nth:
    """Stands in for the functions of READS: counts calls on paths below `root`, and lets one of them fail."""

    def __init__(self, root: Path, fails: str = "", number: int = 0, error: str = "EIO") -> None:
        self._root, self._fails, self._number = str(root), fails, number
        self._error = getattr(errno, error)
        self.counts: dict[str, int] = {}

    @contextmanager
    def at_work(self) -> Iterator[Nth]:
        """Inside, this module's functions are those of os."""
        with pytest.MonkeyPatch.context() as patch:
            for name in READS:
                patch.setattr(os, name, self._instead(name, getattr(os, name)))
            yield self

    def _instead(self, name: str, whole: Callable[..., Any]) -> Callable[..., Any]:
        readlink = os.readlink if name == "readlink" else getattr(os, "readlink")  # noqa: B009  # the one unpatched

        def call(target: Any = ".", *args: Any, **more: Any) -> Any:  # noqa: ANN401
            path = readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else os.fspath(target)
            path = os.fsdecode(path)
            # that etc/timezone is not there is no fault
            absent = self._error == errno.ENOENT and "/etc/" in path
            if (path == self._root or path.startswith(self._root + "/")) and not absent:
                self.counts[name] = self.counts.get(name, 0) + 1
                if name == self._fails and self.counts[name] == self._number:
                    raise OSError(self._error, os.strerror(self._error), None if isinstance(target, int) else path)
            return whole(target, *args, **more)

        return call


class Torture:
    """One scenario in its own folder; `trials` runs it once for each fault."""

    def __init__(self, folder: Path, scenario: Scenario) -> None:
        self._folder, self._scenario = folder, scenario
        self._out = folder / "out"
        self._out.mkdir(exist_ok=True)
        self._root = folder / scenario.words[1]
        self._words = [scenario.words[0], str(self._root), *scenario.words[2:]]
        if scenario.out:
            self._words += ["-o", str(self._out / f"{TARGET}.{scenario.out}")]
        with Nth(self._root).at_work() as counted:
            self.plain = self._run(here)
            self.calls = counted.counts
        self.whole = self._written()

    def _run(self, how: Callable[..., Done], **options: Any) -> Done:  # noqa: ANN401  # what `tool` takes
        for path in self._out.iterdir():
            path.unlink()
        return how(*self._words, **options)

    def _written(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self._out.iterdir()}

    def trials(self) -> Iterator[Trial]:
        """Every fault once."""
        for call, count in sorted(self.calls.items()):
            for number in range(1, count + 1):
                for error in READS[call]:
                    yield self.reading(call, number, error)
        if self._scenario.out and not needs_strace.args[0]:
            for call, errors in WRITES.items():
                for error in errors:
                    for number in range(1, 4 if call == "openat" else 2):
                        yield self.writing(call, number, error)

    def reading(self, call: str, number: int, error: str) -> Trial:
        """One run in which the `number`-th call of an os function on the evidence fails."""
        with Nth(self._root, call, number, error).at_work():
            try:
                done = self._run(here)
            except Exception as trouble:  # noqa: BLE001  # what would be a traceback is what we are after
                done = Done(1, b"", f"Traceback: {trouble!r}")
        return self._judged(f"os.{call} {number} {error}", done)

    def writing(self, call: str, number: int, error: str) -> Trial:
        """One run in which the `number`-th system call on the output fails."""
        under = ["strace", "-qq", "-o", os.devnull, "-e", f"inject={call}:error={error}:when={number}"]
        if call == "openat":
            under += ["-P", str(self._out)]
        return self._judged(f"{call} {number} {error}", self._run(tool, under=under, env=environment(), timeout=120))

    def _judged(self, fault: str, done: Done) -> Trial:
        return Trial(fault, done, self._wrong(done, self._written()))

    def _wrong(self, done: Done, written: dict[str, bytes]) -> str:
        if "Traceback" in done.err or "Exception ignored" in done.err:
            return "a traceback"
        if set(written) - set(self.whole):
            return f"a part of a report: {sorted(written)}"
        if done.code == self.plain.code and done.out == self.plain.out and written == self.whole:
            return ""
        if done.code not in {self.plain.code, 3, 4}:
            return f"exit {done.code}"
        if done.code == 4 and written:
            return f"exit 4, but written: {sorted(written)}"
        told = done.err + b"".join([done.out, *written.values()]).decode(errors="replace")
        return "" if NAMED.search(told) else f"exit {done.code}, and the fault is not named"


_ERRORS = sorted({error for errors in (*READS.values(), *WRITES.values()) for error in errors})

NAMED = re.compile("|".join(re.escape(os.strerror(getattr(errno, name))) for name in _ERRORS))
"""The system's words for the errors above."""


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(wanted: list[str]) -> int:
    """Runs the scenarios and prints what failed and the figures; 1 if anything did."""
    failed = tried = told = 0
    with tempfile.TemporaryDirectory(prefix="torture-") as place:
        folder = Path(place)
        evidence(folder)
        for scenario in SCENARIOS:
            if wanted and scenario.name not in wanted:
                continue
            torture = Torture(folder, scenario)
            runs = list(torture.trials())
            bad = [trial for trial in runs if trial.wrong]
            tried, failed = tried + len(runs), failed + len(bad)
            told += sum(trial.done.code != torture.plain.code for trial in runs)
            _say(f"{scenario.name}: {len(runs)} faults, {len(bad)} wrong")
            for trial in bad:
                _say(f"    {trial.fault}: {trial.wrong}; {trial.done.err.strip()[-200:]}")
    _say(f"{tried} faults: {tried - told} cost nothing, {told} told, {failed} of them wrong")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
