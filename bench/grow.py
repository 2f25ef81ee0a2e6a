"""Asks the same questions of trees of growing size, and tells how time and memory grow with them.

    ./run python bench/grow.py [--folder FOLDER] [--sizes 0.1 0.3 1 3 10] [--only report]

A tree is a host's /var/log (make.py): plain, rotated and packed files, large and small, with the same incident in all
sizes.  It is made, asked and removed before the next one, so that the largest alone decides what the disk must hold.
The program ends with 1 if an answer is not that of the first size.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from compare import MAKE, OURS, Answer, Taken, measured, our_bursts, our_gaps, shape
from make import DAYS, FAILING, FIRST_DAY, OFF

SIZES = (0.1, 0.3, 1.0, 3.0, 10.0)


def our_outages(text: str) -> Answer:
    """Of each outage in our report in JSON: scope, cause, and how far the edges of both brackets lie from the truth."""
    found = []
    for outage, truth in zip(json.loads(text)["outages"], (FAILING, OFF), strict=True):
        edges = [outage[side][edge] for side in ("start", "end") for edge in ("earliest", "latest")]
        seconds = [int(seconds_of_day(edge)) for edge in edges]
        begin, end = truth
        holds = seconds[0] <= begin <= seconds[1] and seconds[2] <= end <= seconds[3]
        found.append((outage["scope"], outage["cause"]["class"], "holds" if holds else edges))
    return found


def seconds_of_day(text: str) -> float:
    """Seconds since midnight of an instant in ISO 8601."""
    at = datetime.fromisoformat(text)
    return (at - at.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()


def widths(text: str) -> str:
    """How wide the brackets in our report in JSON are, in seconds."""
    spans = [outage[side] for outage in json.loads(text)["outages"] for side in ("start", "end")]
    return " ".join(f"{seconds_of_day(span['latest']) - seconds_of_day(span['earliest']):.0f}" for span in spans)


def api_bursts(text: str) -> Answer:
    """The endpoints of the API that failed on the day of the failures: of more lines, more fail by chance."""
    day = (FIRST_DAY + timedelta(days=DAYS - 3)).date().isoformat()
    return [group for group, on in our_bursts(text) if on == day and group.startswith("/api/")]  # type: ignore[attr-defined]  # pairs


QUESTIONS: dict[str, tuple[Sequence[str], Callable[[str], Answer] | None]] = {
    "gaps": (("gaps", "--threshold", "30m", "--json"), our_gaps),
    "bursts": (("bursts", "--json"), api_bursts),
    "report": (("report", "--format", "json"), our_outages),
    "sources": (("sources", "--format", "json"), None),
    "timeline": (("timeline", "--format", "jsonl", "-o", "{out}"), None),
}


def asked(name: str, tree: Path, home: Path) -> tuple[Taken, Answer]:
    """What one question took, and its answer, if it is one that all sizes share."""
    words, answer = QUESTIONS[name]
    taken = Taken()
    command = [word.replace("{out}", str(home / "told")) for word in words]
    measured([*OURS, *command, "-q", str(tree)], home, taken)
    (home / "told").unlink(missing_ok=True)
    if name == "report":
        print(f"brackets, seconds: {widths(taken.output)}", file=sys.stderr)  # noqa: T201 - this is a program
    return taken, None if answer is None else answer(taken.output)


def grown(sizes: Sequence[float], names: Sequence[str], folder: Path) -> bool:
    """Prints a row for each size and question; whether all answers are the same."""
    first: dict[str, Answer] = {}
    same = True
    print("| text, GB | command | seconds | CPU s | CPU s a GB | MB | answer |\n|---|---|---|---|---|---|---|")  # noqa: T201 - this is a program
    for size in sizes:
        tree = folder / f"grown-{size:g}"
        subprocess.run([sys.executable, MAKE, tree, "--only", "tree", "--gb", f"{size:g}"], check=True)
        try:
            for name in names:
                taken, answer = asked(name, tree, folder)
                alike = first.setdefault(name, answer) == answer
                same = same and alike
                words = "" if answer is None else "the same" if alike else f"**{answer}**"
                numbers = (taken.seconds[0], taken.cpu[0], taken.cpu[0] / size)
                row = " | ".join(f"{number:.1f}" for number in numbers)
                print(f"| {size:g} | {name} | {row} | {taken.megabytes[0]:.0f} | {words} |", flush=True)  # noqa: T201 - as above
        finally:
            shutil.rmtree(tree)
    for name, answer in first.items():
        if answer is not None:
            print(f"\n{name}: {answer}")  # noqa: T201 - as above
    return same


def main() -> None:
    """Reads the command line and asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "logforensics-bench")
    parser.add_argument("--sizes", type=float, nargs="+", default=SIZES, metavar="GB")
    parser.add_argument("--only", nargs="+", choices=QUESTIONS, default=("gaps", "bursts", "report"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    print(f"{shape()}; one turn\n")  # noqa: T201 - as above
    raise SystemExit(0 if grown(options.sizes, options.only, options.folder) else 1)


if __name__ == "__main__":
    main()
