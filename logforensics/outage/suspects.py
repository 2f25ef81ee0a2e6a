"""Turns facts into suspects: stretches of time in which some component provably, or all but surely, failed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from logforensics.analysis.findings import Boot
from logforensics.analysis.runs import Run
from logforensics.outage.facts import Facts
from logforensics.outage.model import Edge

FALSE_ALARMS = 0.01
"""Expected number of outages seen by chance in one run, for each way of seeing them (Ville's inequality bounds the
chance that any run of failures ever weighs ln(n / FALSE_ALARMS) over n requests by FALSE_ALARMS)."""


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
        weight = sum(run.weight for run in cluster)
        clients = {fail.client for run in cluster for fail in run.fails}
        if weight < needed or not any(run.ever_ok for run in cluster):
            continue
        suspects.append(_service(facts, cluster, len(clients)))
    return suspects


def _together(later: Run, earlier: Run) -> bool:
    over = earlier.next_ok[0] if earlier.next_ok else None
    if over is not None and later.first.began >= over:
        return False
    return later.last_ok is None or later.last_ok[0] <= earlier.last.time


def _service(facts: Facts, cluster: Iterable[Run], clients: int) -> Suspect:
    runs = tuple(sorted(cluster, key=lambda run: (run.first.time, run.group)))
    first = min((fail for run in runs for fail in run.fails), key=lambda fail: (fail.began, fail.cite))
    last = max((fail for run in runs for fail in run.fails), key=lambda fail: (fail.time, fail.cite))
    waited = (first.time - first.began).total_seconds()
    reason = f"a request answered {first.status}"
    if waited > 0:
        reason += f" after {waited:.0f} s of waiting, so it had come and found nothing working that much earlier"
    fails = (
        Edge(first.began, first.cite, reason, shift=-waited),
        Edge(last.time, last.cite, f"the last request that failed ({last.status})"),
    )
    worked = tuple(
        Edge(run.last_ok[0], run.last_ok[1], f"the last success of {run.group} before it failed")
        for run in runs
        if run.last_ok is not None
    )
    recovered = tuple(
        Edge(run.next_ok[0], run.next_ok[1], f"the first success of {run.group} afterwards")
        for run in runs
        if run.next_ok is not None and run.next_ok[0] > last.time
    )
    return Suspect("service", worked, fails, recovered, runs=runs)
