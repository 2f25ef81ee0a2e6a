"""Holds a verdict against what really happened to a simulated server.

By hand, for many seeds:  ./run python -m tests.simulate.check FIRST COUNT [KIND...]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

from logforensics.analysis.columns import read_for_analysis
from logforensics.outage.model import Edge, Outage
from logforensics.outage.verdict import investigate
from logforensics.settings import Recorded, Settings
from tests.simulate import machines, misled, noise, services
from tests.simulate.outages import OUTAGES, Kind, Truth
from tests.simulate.server import Server
from tests.simulate.time_traps import TIME_TRAPS
from tests.simulate.traps import TRAPS

EVERY_OUTAGE: tuple[Kind, ...] = (*OUTAGES, *misled.OUTAGES, *services.OUTAGES, *machines.OUTAGES)

EVERY_TRAP: tuple[Kind, ...] = (*TRAPS, *TIME_TRAPS, *misled.TRAPS, *noise.TRAPS)

GRACE = 2.0
"""Seconds on every instant: most stamps have whole seconds."""

TOLD = 4
"""Failed requests from which an outage that only requests tell of can be expected to be found."""

NOTICED = 3
"""Failed requests from which an endpoint can be expected to be named."""


def faults_of(kind: Kind, seed: int, folder: Path) -> tuple[list[str], list[float]]:
    """What is wrong with the verdict, in words (empty: nothing), and the widths of its brackets in seconds."""
    made, truths = kind(seed)
    made.write(folder)
    own = Recorded(zone=(made.zone, f"this machine's /etc/timezone says {made.zone}")) if made.here else None
    timeline = read_for_analysis([str(folder / "var" / "log")], Settings(recorded=own))
    outages = list(investigate(timeline, Settings()).outages)
    wrong: list[str] = []
    widths: list[float] = []
    for truth in truths:
        begin = made.start if truth.start is None else truth.start
        end = made.stop if truth.end is None else truth.end
        mine = [outage for outage in outages if _overlaps(outage, begin, end, made)]
        outages = [outage for outage in outages if outage not in mine]
        if not mine:
            if not truth.hit or len(_failed(made, begin, end)) >= TOLD:
                wrong.append("not found")
            continue
        if len(mine) > 1:
            wrong.append(f"told as {len(mine)} outages")
        wrong += [*_start(truth, mine[0], made, widths), *_end(truth, mine[-1], widths), *_rest(truth, mine, made)]
    wrong += [f"an outage that was none: {outage.cause.kind}, {outage.start.latest.reason}" for outage in outages]
    return wrong, widths


def _overlaps(outage: Outage, begin: float, end: float, made: Server) -> bool:
    first, last = _instant(outage.start.earliest), made.stop if outage.end is None else _instant(outage.end.latest)
    return (first is None or first <= end + GRACE) and last is not None and last >= begin - GRACE


def _start(truth: Truth, outage: Outage, made: Server, widths: list[float]) -> list[str]:
    low, high = _instant(outage.start.earliest), outage.start.latest.time.timestamp()
    if truth.start is None:
        return [] if low is None or low <= made.start + GRACE else ["the start is told, and lies before the logs"]
    if low is None or not low - GRACE <= truth.start <= high + GRACE:
        return [f"the start was {truth.start:.1f}, not in {low} to {high}: {outage.start}"]
    widths.append(high - low)
    return []


def _end(truth: Truth, outage: Outage, widths: list[float]) -> list[str]:
    if truth.end is None or outage.end is None:
        return [] if truth.end is None and outage.end is None else ["over or not over is told wrongly"]
    low, high = _instant(outage.end.earliest), outage.end.latest.time.timestamp()
    if low is None or not low - GRACE <= truth.end <= high + GRACE:
        return [f"the end was {truth.end:.1f}, not in {low} to {high}: {outage.end}"]
    widths.append(high - low)
    return []


def _rest(truth: Truth, mine: list[Outage], made: Server) -> list[str]:
    wrong = []
    begin = made.start if truth.start is None else truth.start
    end = made.stop if truth.end is None else truth.end
    served = any(begin <= came and ended < end and status == 200 for came, ended, _, status in made.requests)
    if mine[0].cause.kind not in truth.causes:
        wrong.append(f"the cause is told as {mine[0].cause.kind}: {mine[0].cause.reasons}")
    if mine[0].scope != truth.scope and not (truth.hit and not served):
        wrong.append(f"the scope is told as {mine[0].scope}")
    if mine[0].planned != truth.planned:
        wrong.append("it was planned" if truth.planned else "it was not planned")
    hit = {path for outage in mine for path in outage.affected}
    if truth.hit:
        failed = Counter(_failed(made, begin, end))
        wrong += [f"{path} was not hit" for path in sorted(hit - set(truth.hit))]
        wrong += [f"{path} was hit" for path, count in sorted(failed.items()) if count >= NOTICED and path not in hit]
    return wrong


def _failed(made: Server, begin: float, end: float) -> list[str]:
    return [path for came, _, path, status in made.requests if begin <= came < end and status >= 499]


def _instant(edge: Edge | None) -> float | None:
    return None if edge is None else edge.time.timestamp()


def main(first: int, count: int, names: list[str]) -> int:
    """Prints a line for each kind and whatever was wrong; returns how many verdicts were."""
    bad = 0
    for kind in (*EVERY_OUTAGE, *EVERY_TRAP):
        if names and kind.__name__ not in names:
            continue
        wrong, widths = 0, []
        for seed in range(first, first + count):
            with tempfile.TemporaryDirectory() as folder:
                faults, some = faults_of(kind, seed, Path(folder))
            widths += some
            wrong += bool(faults)
            for fault in faults:
                print(f"{kind.__name__} {seed}: {fault}", file=sys.stderr)  # noqa: T201 - a command for the hand
        bad += wrong
        width = f"{statistics.median(widths):8.1f} s" if widths else ""
        print(f"{kind.__name__:24} {count - wrong:4} of {count} {width}", flush=True)  # noqa: T201
    print(f"{bad} verdicts were wrong")  # noqa: T201
    return bad


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]) > 0)
