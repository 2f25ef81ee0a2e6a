"""Turns runs of failure into bursts: what a reader calls "the 502s between four and five"."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import polars as pl

from logforensics.analysis.findings import Burst
from logforensics.analysis.runs import Run, one_client_alone
from logforensics.schema import ALIKE, lines_in

FALSE_ALARMS = 0.01
"""Expected number of bursts seen by chance in one run over all groups."""


def find_bursts(runs: Iterable[Run], outcomes: pl.DataFrame) -> tuple[Burst, ...]:
    """The runs of failure too heavy for chance (LLR above ln(n / FALSE_ALARMS)), by (start, group).

    In: the runs of `failing_runs` and the outcomes they were found in.
    """
    needed = math.log(max(10, lines_in(outcomes, ALIKE)) / FALSE_ALARMS)
    bursts = []
    for run in runs:
        if run.weight < needed or one_client_alone([run]):
            continue
        statuses = Counter(fail.status for fail in run.fails)
        bursts.append(
            Burst(
                group=run.group,
                start=run.first.time,
                end=run.last.time,
                errors=len(run.fails),
                requests=len(run.fails) + run.successes,
                clients=len({fail.client for fail in run.fails}),
                statuses=tuple(sorted(statuses.items())),
                baseline=round(run.baseline, 6),
                first=run.first.cite,
                last=run.last.cite,
            )
        )
    return tuple(sorted(bursts, key=lambda burst: (burst.start, burst.group)))
