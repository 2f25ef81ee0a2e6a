"""Asks this project and what a user would pick instead the same questions of the same logs, and prints who took what.

    ./run python bench/compare.py [--folder FOLDER] [--runs 3] [--tree GB]

The logs are made by make.py if they are not there.  The tools take turns (A B C, A B C, ...), so that whatever else the
machine does hits all of them; the medians of `--runs` turns are told, and the ratios to this project's own.  Answers
are compared before anything is printed: a tool that is fast and wrong is no comparison.  What is not installed is left
out (apt install lnav goaccess ripgrep; pip install klp-logviewer plaso).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAKE = Path(__file__).with_name("make.py")
LINES = 2_000_000
OURS = [sys.executable, "-m", "logforensics"]
SLOW_LINES = 20_000
"""Lines given to tools that read some thousands a second; their time is told for all lines, in proportion."""

Answer = object


@dataclass(frozen=True)
class Entry:
    """One tool's way to answer a question: its command, and how its output becomes an answer that can be compared."""

    tool: str
    command: Sequence[str]
    answer: Callable[[str], Answer]
    scale: float = 1.0
    checked: bool = True


@dataclass
class Taken:
    """What runs of one command took."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    output: str = ""


def measured(command: Sequence[str], home: Path, taken: Taken) -> None:
    """Runs a command once, with its output in a file, and adds what it took by wait4(2): of itself and its children."""
    with tempfile.TemporaryFile(dir=home) as out, tempfile.TemporaryFile(dir=home) as err:
        environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        taken.seconds.append(time.perf_counter() - begin)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            err.seek(0)
            raise SystemExit(
                f"{' '.join(command)}: exit {process.returncode}: {err.read().decode(errors='replace')[-800:]}"
            )
        taken.cpu.append(usage.ru_utime + usage.ru_stime)
        taken.megabytes.append(usage.ru_maxrss / 1024)
        out.seek(0)
        taken.output = out.read().decode(errors="replace")


def second(text: str) -> str:
    """An instant to the second, in UTC, however its writer spelled it."""
    return datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0).isoformat(" ")


def our_gaps(text: str) -> Answer:
    """Where each silence ends, from our JSON."""
    return [second(gap["end"]) for gap in json.loads(text)["gaps"]]


def lnav_gaps(text: str) -> Answer:
    """Where each silence ends, from lnav's JSON."""
    return [second(row["log_time"]) for row in json.loads(text)]


def our_bursts(text: str) -> Answer:
    """The endpoints that failed, and on which day; not those that only together are a group."""
    bursts = json.loads(text)["bursts"]
    return sorted({(burst["group"], burst["start"][:10]) for burst in bursts if "*" not in burst["group"]})


def lnav_bursts(text: str) -> Answer:
    """The same from lnav's JSON."""
    return sorted({(row["stem"], row["day"]) for row in json.loads(text)})


LNAV_LAG = (
    ";SELECT log_line, log_time FROM (SELECT log_line, log_time, log_time_msecs - lag(log_time_msecs) OVER "
    "(ORDER BY log_line) AS silence FROM {table}) WHERE silence > 1800000"
)
LNAV_IDLE = ";SELECT log_line, log_time FROM {table} WHERE log_idle_msecs > 1800000"
LNAV_BURSTS = (
    ";SELECT cs_uri_stem AS stem, date(log_time) AS day FROM access_log GROUP BY cs_uri_stem, date(log_time)"
    " HAVING sum(sc_status >= 500) > 10 AND sum(sc_status >= 500) * 100 > count(*)"
)


def lnav(query: str, path: Path) -> list[str]:
    """A call of lnav that answers a query as JSON."""
    return ["lnav", "-n", "-c", query, "-c", ":write-json-to -", str(path)]


def questions(folder: Path, tree: Path | None) -> dict[str, list[Entry]]:
    """Each question with those who can answer it; the first is this project."""
    access, syslog, small = folder / "access.log", folder / "syslog", folder / "small"
    gaps = [*OURS, "gaps", "--threshold", "30m", "--json", "-q"]
    found: dict[str, list[Entry]] = {
        "silences of 30 min, access.log": [
            Entry("logforensics gaps", [*gaps, str(access)], our_gaps),
            Entry("lnav, window function", lnav(LNAV_LAG.format(table="access_log"), access), lnav_gaps),
            Entry("lnav, its idle column", lnav(LNAV_IDLE.format(table="access_log"), access), lnav_gaps),
            Entry("rg -c, no question", ["rg", "-c", '" 50[0-9] ', str(access)], str, checked=False),
        ],
        "bursts of 5xx, access.log": [
            Entry("logforensics bursts", [*OURS, "bursts", "--json", "-q", str(access)], our_bursts),
            Entry("lnav, GROUP BY", lnav(LNAV_BURSTS, access), lnav_bursts),
            Entry("rg -c, no question", ["rg", "-c", '" 50[0-9] ', str(access)], str, checked=False),
            Entry(
                "goaccess, its whole report",
                ["goaccess", str(access), "--log-format=COMBINED", "--no-progress", "-o", str(folder / "told.json")],
                str,
                checked=False,
            ),
        ],
        "silences of 30 min, syslog": [
            Entry("logforensics gaps", [*gaps, str(syslog)], our_gaps),
            Entry("lnav, window function", lnav(LNAV_LAG.format(table="syslog_log"), syslog), lnav_gaps),
            Entry("lnav, its idle column", lnav(LNAV_IDLE.format(table="syslog_log"), syslog), lnav_gaps),
            Entry("klp --mark-gaps", ["klp", "-f", "syslog", "--mark-gaps", "30m", str(small)], str,
                  LINES / SLOW_LINES, checked=False),
            Entry("plaso log2timeline", ["log2timeline", "-q", "--unattended", "--status-view", "none", "--parsers",
                  "text/syslog_traditional", "--storage-file", str(folder / "plaso.db"), str(small)], str,
                  LINES / SLOW_LINES, checked=False),
        ],
    }  # fmt: skip
    if tree is not None:
        found["rotated and packed tree"] = [
            Entry(f"logforensics {command}", [*OURS, command, *more, "-q", str(tree)], str, checked=False)
            for command, *more in (("gaps", "--json"), ("bursts", "--json"), ("report", "--format", "json"))
        ]
    return {name: [entry for entry in entries if shutil.which(entry.command[0])] for name, entries in found.items()}


def asked(entries: Sequence[Entry], runs: int, home: Path) -> list[Taken]:
    """What each of the entries took in `runs` turns; SystemExit if two answers differ."""
    taken = [Taken() for _ in entries]
    for _ in range(runs):
        for entry, its in zip(entries, taken, strict=True):
            (home / "plaso.db").unlink(missing_ok=True)
            measured(entry.command, home, its)
    answers = {entry.tool: entry.answer(its.output) for entry, its in zip(entries, taken, strict=True) if entry.checked}
    if len({repr(answer) for answer in answers.values()}) > 1:
        raise SystemExit("the answers differ: " + "; ".join(f"{tool}: {answer}" for tool, answer in answers.items()))
    return taken


def table(entries: Sequence[Entry], taken: Sequence[Taken]) -> str:
    """The rows of one question in Markdown."""
    rows = ["| | seconds | CPU s | MB | to ours |", "|---|---|---|---|---|"]
    own = statistics.median(taken[0].seconds)
    for entry, its in zip(entries, taken, strict=True):
        seconds = statistics.median(its.seconds) * entry.scale
        cpu = statistics.median(its.cpu) * entry.scale
        note = "" if entry.scale == 1 else f" (of {SLOW_LINES:,} lines, in proportion)"
        rows.append(
            f"| {entry.tool}{note} | {seconds:.2f} | {cpu:.2f} | {max(its.megabytes):.0f} | {seconds / own:.2f} |"
        )
    return "\n".join(rows)


def shape() -> str:
    """The machine in a line."""
    cores = len(os.sched_getaffinity(0))
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = model[1] if model else platform.machine()
    return f"{cores} cores of {name}, {memory:.0f} GiB, Linux {platform.release()}, Python {platform.python_version()}"


def made(folder: Path, gigabytes: float) -> Path | None:
    """Makes what is not there yet; returns the tree, if one is wanted.

    Another process makes it: what this one weighs is what wait4 would tell of every small program started from it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("access", "syslog"):
        if not (folder / (f"{name}.log" if name == "access" else name)).exists():
            subprocess.run([sys.executable, MAKE, folder, "--only", name], check=True)
    with (folder / "syslog").open("rb") as file:
        (folder / "small").write_bytes(b"".join(file.readline() for _ in range(SLOW_LINES)))
    if not gigabytes:
        return None
    tree = folder / f"tree-{gigabytes:g}"
    if not tree.exists():
        subprocess.run([sys.executable, MAKE, tree, "--only", "tree", "--gb", f"{gigabytes:g}"], check=True)
    return tree


def main() -> None:
    """Reads the command line, asks, and prints a table for each question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "logforensics-bench")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tree", type=float, default=0.0, metavar="GB", help="a tree of so much text as well")
    parser.add_argument("--only", metavar="WORD", help="only the questions with this word in them")
    options = parser.parse_args()
    tree = made(options.folder, options.tree)
    print(f"{shape()}; medians of {options.runs} turns")  # noqa: T201 - this is a program
    for name, entries in questions(options.folder, tree).items():
        if options.only and options.only not in name:
            continue
        taken = asked(entries, options.runs, options.folder)
        print(f"\n**{name}**\n\n{table(entries, taken)}", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
