"""Tells complaints of a full disk that come day after day while the site works: the disk they are about is another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

import polars as pl

from logforensics.analysis.findings import Cite, Failure
from logforensics.analysis.runs import FAILING_SHARES
from logforensics.analysis.scan import bare_program

APART = timedelta(hours=1)
"""Complaints further apart are of another occasion."""

AROUND = timedelta(minutes=10)
"""What is asked for so close to a complaint shows whether the site suffers from it."""

WELL = 2
"""Occasions on which the site worked all the same: one may be a disk that was full for a moment, and is full now."""


def harmless(failures: Iterable[Failure], outcomes: pl.DataFrame) -> frozenset[Cite]:
    """The disk-full lines of those who said so on WELL occasions, or more, on which requests succeeded as usual.

    A backup that finds its own disk full each night is one of them.
    """
    said: dict[tuple[str | None, str], list[Failure]] = defaultdict(list)
    for fail in failures:
        if fail.kind == "disk-full":
            said[bare_program(fail.program), fail.source].append(fail)
    found: set[Cite] = set()
    for lines in said.values():
        if sum(_well(occasion, outcomes) for occasion in _occasions(lines)) >= WELL:
            found.update(fail.cite for fail in lines)
    return frozenset(found)


def _occasions(lines: Sequence[Failure]) -> list[list[Failure]]:
    occasions: list[list[Failure]] = []
    for fail in sorted(lines, key=lambda fail: fail.time):
        if occasions and fail.time - occasions[-1][-1].time <= APART:
            occasions[-1].append(fail)
        else:
            occasions.append([fail])
    return occasions


def _well(occasion: Sequence[Failure], outcomes: pl.DataFrame) -> bool:
    """Whether requests succeeded around an occasion, and fewer failed than in any broken state."""
    begin, end = occasion[0].time - AROUND, occasion[-1].time + AROUND
    ok, failed = outcomes.filter(pl.col("began").is_between(begin, end)).select(pl.col("ok", "failed").sum()).row(0)
    return bool(ok and failed < min(FAILING_SHARES) * (ok + failed))
