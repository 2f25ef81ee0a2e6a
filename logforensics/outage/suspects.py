"""Turns facts into suspects: stretches of time in which some component provably, or all but surely, failed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from logforensics.analysis.findings import Boot
from logforensics.analysis.runs import Fail, Run
from logforensics.outage.facts import Facts
from logforensics.outage.model import Edge

FALSE_ALARMS = 0.01
"""Expected number of outages seen by chance in one run, for each way of seeing them (Ville's inequality bounds the
chance that any run of failures ever weighs ln(n / FALSE_ALARMS) over n requests by FALSE_ALARMS)."""


BY_CHANCE = math.log(10)
"""What each further group costs a cluster: in about one place of ten some group has a failure of its own by chance,
so that adding one that merely fits is no evidence."""

SHORTEST = timedelta(seconds=10)
"""Failures that are all over sooner are no outage: a visitor's browser is still waiting, a retry succeeds."""


@dataclass(frozen=True)
class Suspect:
    """One stretch seen to fail by one kind of evidence.

    `kind` is "service" (requests failed), "host" (the machine was not running), "web" (no web traffic at all), "stall"
    (every log fell silent without a boot) or "disk" (those who share a disk fell silent together).
    `worked`: last proofs that the component worked, before.  `fails`: proofs that it failed.  `recovered`: first
    proofs that it worked again; empty if there is none before the logs end.
    """

    kind: str
    worked: tuple[Edge, ...]
    fails: tuple[Edge, ...]
    recovered: tuple[Edge, ...]
    runs: tuple[Run, ...] = ()
    boot: Boot | None = None
    silent: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def first_fail(self) -> datetime:
        return min(edge.time for edge in self.fails)

    @property
    def last_fail(self) -> datetime:
        return max(edge.time for edge in self.fails)

    def known_over(self, end: datetime) -> datetime:
        """The first instant at which it is known to work again, or `end` if it is not known to."""
        return min((edge.time for edge in self.recovered), default=end)


def failing_services(facts: Facts) -> list[Suspect]:
    """Suspects from requests that failed: runs of several endpoint groups that one outage can explain, weighed together.

    Two runs belong together when each fails within the time in which the other is not known to work: one has its
    first failure before the other's first later success, and no success of its own since the other's last failure.
    A cluster is a suspect when its summed weight passes ln(n / FALSE_ALARMS) and some endpoint in it ever worked.
    """
    needed = math.log(max(10, facts.outcomes.height) / FALSE_ALARMS)
    clusters: list[list[Run]] = []
    for run in facts.runs:
        home = next((cluster for cluster in clusters if any(_together(run, other) for other in cluster)), None)
        if home is None:
            clusters.append([run])
        else:
            home.append(run)
    suspects = []
    for cluster in clusters:
        weight = sum(run.weight - BY_CHANCE for run in cluster)
        first, last = min(run.first.began for run in cluster), max(run.last.time for run in cluster)
        if weight < needed or last - first < SHORTEST or not any(run.ever_ok for run in cluster):
            continue
        suspects.append(_service(cluster))
    return suspects


def _together(later: Run, earlier: Run) -> bool:
    over = earlier.next_ok[0] if earlier.next_ok else None
    if over is not None and later.first.began >= over:
        return False
    return later.last_ok is None or later.last_ok[0] <= earlier.last.time


def _service(cluster: Iterable[Run]) -> Suspect:
    runs = tuple(sorted(cluster, key=lambda run: (run.first.time, run.group)))
    first = min((fail for run in runs for fail in run.fails), key=lambda fail: (fail.began, fail.cite))
    last = max((fail for run in runs for fail in run.fails), key=lambda fail: (fail.began, fail.cite))
    fails = (_failed(first, "a request"), _failed(last, "the last request that failed"))
    worked = tuple(
        Edge(run.last_ok[0], run.last_ok[1], f"the last success of {run.group} before it failed")
        for run in runs
        if run.last_ok is not None
    )
    recovered = tuple(
        Edge(run.next_ok[0], run.next_ok[1], f"the first success of {run.group} afterwards")
        for run in runs
        if run.next_ok is not None and run.next_ok[0] >= last.began
    )
    return Suspect("service", worked, fails, recovered, runs=runs)


def _failed(fail: Fail, which: str) -> Edge:
    """What one failed request proves: that at its arrival nothing answered it."""
    waited = (fail.time - fail.began).total_seconds()
    reason = f"{which} was answered {fail.status}"
    if waited >= 1:
        reason += f" after {waited:.0f} s of waiting: it had come that much earlier"
    return Edge(fail.began, fail.cite, reason, shift=-waited if waited else 0.0)
