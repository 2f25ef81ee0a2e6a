"""Turns facts into suspects: stretches of time in which some component provably, or all but surely, failed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Boot, Cite
from logforensics.analysis.runs import FAILING_SHARES, UNKNOWN, Fail, Run, one_client_alone
from logforensics.outage.facts import Facts
from logforensics.outage.model import WAITING, Edge
from logforensics.schema import ALIKE, lines_expr, lines_in

UPSTREAM = ("upstream-timeout", "upstream-refused")
"""Failure lines that are written for a failed request, and so are already counted with it."""

DECISIVE = ("ro-remount", "fs-shutdown", "pool-suspended", "disk-full", "oom-kill", "panic")
"""Failure lines after which something cannot work; retries, resets and warnings are not among them."""

FALSE_ALARMS = 0.01
"""Expected number of outages seen by chance in one run, for each way of seeing them (Ville's inequality bounds the
chance that any run of failures ever weighs ln(n / FALSE_ALARMS) over n requests by FALSE_ALARMS)."""


BY_CHANCE = math.log(10)
"""The least each group costs a cluster: in about one place of ten some group has a failure of its own by chance, so
that adding one that merely fits is no evidence."""

ODD = math.log(100)
"""Weight of evidence that one case in a hundred has by chance."""

STOPPED, STARTED = re.compile(r"(?:Stopping|Stopped) "), re.compile(r"(?:Starting|Started) ")
"""How systemd begins what it says of a job (src/core/job.c); the unit's description follows."""

BALANCERS = re.compile(r"^(?:kube-probe/|ELB-HealthChecker/|GoogleHC/|Envoy/HC|Consul Health Check|Edge Health Probe)")
"""How the health checks of load balancers name themselves (Kubernetes, AWS, Google, Envoy, Consul, Azure)."""

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

    @property
    def first_fail(self) -> datetime:
        """The first proof of failure."""
        return min(edge.time for edge in self.fails)

    @property
    def last_fail(self) -> datetime:
        """The last proof of failure."""
        return max(edge.time for edge in self.fails)

    def known_over(self, end: datetime) -> datetime:
        """The first instant at which it is known to work again, or `end` if it is not known to."""
        return min((edge.time for edge in self.recovered), default=end)


def failing_services(facts: Facts) -> list[Suspect]:
    """Suspects from requests that failed: runs of several groups that one outage can explain, weighed together.

    Two runs belong together when each fails within the time in which the other is not known to work: one has its
    first failure before the other's first later success, and no success of its own since the other's last failure.
    A cluster is a suspect when the summed weight of those of its groups that ever worked passes
    ln(n / FALSE_ALARMS), the price of looking everywhere; or ln 100 alone, where a witness of another kind points
    at that very time.
    """
    anywhere = math.log(max(10, lines_in(facts.outcomes, ALIKE)) / FALSE_ALARMS)
    suspects = []
    for cluster in _clusters(facts.runs):
        first, last = min(run.first.began for run in cluster), max(run.last.time for run in cluster)
        pointed = _pointed_at(facts, cluster)
        needed = ODD if pointed else anywhere
        # A group that never worked is no evidence, unless something else says that all was not well just then.
        testify = [run for run in cluster if run.ever_ok or pointed]
        if sum(run.weight for run in testify) < needed:
            continue
        if not pointed and (
            one_client_alone(cluster) or _others_served(facts, cluster) or _only_balanced(facts, cluster)
        ):
            continue
        weight = _weight(facts, cluster, testify, first, last)
        if weight >= needed and last - first >= SHORTEST:
            suspects.append(_service(facts, cluster))
    return suspects


def _clusters(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs (by first failure) gathered into clusters: each joins the first one of which any run fits."""
    done: list[list[Run]] = []
    open_clusters: list[list[Run]] = []
    for run in runs:
        # A cluster all of whose groups are known to work again by now can take no more: keeps this near linear.
        still_open: list[list[Run]] = []
        for cluster in open_clusters:
            closed = all(other.next_ok is not None and other.next_ok[0] <= run.first.began for other in cluster)
            (done if closed else still_open).append(cluster)
        open_clusters = still_open
        home = next((cluster for cluster in open_clusters if any(_together(run, other) for other in cluster)), None)
        if home is None:
            open_clusters.append([run])
        else:
            home.append(run)
    return sorted([*done, *open_clusters], key=lambda cluster: (cluster[0].first.began, cluster[0].group))


def _weight(facts: Facts, cluster: Sequence[Run], testify: Sequence[Run], begin: datetime, end: datetime) -> float:
    """The evidence of a cluster: that of its groups, less what it costs to have picked them.

    A group's evidence is the weight of its runs, but no more than -ln of the chance that so many of its requests of
    that time fail at its normal share: in a long time a busy group has a failure or two in any case.  There are
    about (e n / k)^k ways to pick k groups out of n, so each costs ln(e n / k).
    """
    asked = (
        facts.outcomes.filter(pl.col("began").is_between(begin, end) & (pl.col("ok") | pl.col("failed")))
        .group_by(pl.col("group").cast(pl.String))
        .agg(lines_expr(facts.outcomes.columns, ALIKE).sum())
    )
    requests = dict(asked.iter_rows())
    groups = {run.group for run in cluster}
    cost = max(BY_CHANCE, 1 + math.log(max(len(requests), len(groups)) / len(groups)))
    total = 0.0
    for group in sorted({run.group for run in testify}):
        runs = [run for run in testify if run.group == group]
        trials = sum(run.trials for run in runs)
        expected = requests.get(group, 1) * max(run.baseline for run in runs)
        total += min(sum(run.weight for run in runs), surprise(trials, expected)) - cost
    return total


def surprise(seen: float, expected: float) -> float:
    """-ln P(X >= seen) for a Poisson X with the mean `expected`: exact for one and two, Chernoff's bound beyond."""
    count = max(1, round(seen))
    if count > 2:
        return max(0.0, seen * math.log(seen / expected) - seen + expected)
    none = math.exp(-expected)
    chance = 1 - none if count == 1 else 1 - none * (1 + expected)
    return -math.log(max(chance, 1e-300))


def _pointed_at(facts: Facts, cluster: list[Run]) -> bool:
    """Whether a witness of another kind falls where all of a cluster's runs may last.

    That is a line that something can no longer work at all; and, where a server answered with an error of its own, a
    service that failed, or that was stopped and started again.
    """
    begin = max((run.last_ok[0] for run in cluster if run.last_ok), default=facts.begin)
    end = min((run.next_ok[0] for run in cluster if run.next_ok), default=facts.end)
    if any(fail.witness != "claimed" for fail in facts.failures_in(begin, end, *DECISIVE)):
        return True
    if not any(fail.status >= 500 for run in cluster for fail in run.fails):
        return False
    return bool(facts.unusual("service-fail", begin, end)) or _restarted(facts, begin, end)


def _restarted(facts: Facts, begin: datetime, end: datetime) -> bool:
    """Whether some service was stopped and then started again in [begin, end]."""
    stopped: set[str] = set()
    for mark in facts.unusual("service-stop", begin, end):
        if verb := STOPPED.match(mark.message):
            stopped.add(mark.message[verb.end() :].rstrip("."))
    return any(
        mark.message[verb.end() :].rstrip(".") in stopped
        for mark in facts.unusual("service-start", begin, end)
        if (verb := STARTED.match(mark.message))
    )


def _others_served(facts: Facts, cluster: Sequence[Run]) -> bool:
    """Whether all failures are of one client while another was served the same: then it is about that client."""
    clients = {fail.client for run in cluster for fail in run.fails}
    if len(clients) != 1 or UNKNOWN in clients:
        return False
    begin, end = min(run.first.began for run in cluster), max(run.last.began for run in cluster)
    served = facts.outcomes.filter(
        pl.col("ok")
        & pl.col("began").is_between(begin, end)
        & pl.col("group").cast(pl.String).is_in([run.group for run in cluster])
        & (pl.col("client").cast(pl.String) != clients.pop())
    )
    return served.height > 0


def _only_balanced(facts: Facts, cluster: Sequence[Run]) -> bool:
    """Whether what failed is asked by nothing but the checks of load balancers, while all else was served.

    That is how a server says that it wants no requests for a while (Kubernetes calls it readiness).
    """
    groups = [run.group for run in cluster]
    mine = pl.col("group").cast(pl.String).is_in(groups)
    agents = facts.outcomes.filter(mine).get_column("agent").cast(pl.String).unique().to_list()
    if not all(agent is not None and BALANCERS.search(agent) for agent in agents):
        return False
    begin, end = min(run.first.began for run in cluster), max(run.last.began for run in cluster)
    served = facts.outcomes.filter(pl.col("ok") & ~mine & pl.col("began").is_between(begin, end))
    return served.height > 0


def _together(later: Run, earlier: Run) -> bool:
    over = earlier.next_ok[0] if earlier.next_ok else None
    if over is not None and later.first.began >= over:
        return False
    return later.last_ok is None or later.last_ok[0] <= earlier.last.time


def _service(facts: Facts, cluster: list[Run]) -> Suspect:
    runs = tuple(sorted(_trimmed(facts, cluster), key=lambda run: (run.first.began, run.group)))
    first = min((fail for run in runs for fail in run.fails), key=lambda fail: (fail.began, fail.cite))
    last = max((fail for run in runs for fail in run.fails), key=lambda fail: (fail.began, fail.cite))
    sure = min((fail for run in runs for fail in run.fails), key=lambda fail: (fail.came, fail.cite))
    fails: tuple[Edge, ...] = (_failed(sure, "a request", surely=True),)
    if last.began >= sure.came:
        fails = (*fails, _failed(last, "the last request that failed"))
    return Suspect(
        "service", tuple(_worked(facts, runs, first)), fails, tuple(_recovered(facts, runs, last)), runs=runs
    )


def _trimmed(facts: Facts, cluster: list[Run]) -> list[Run]:
    """The cluster without the odd failures before it really began and after it really ended.

    A failure before the others' groups last worked speaks against them.  Of all the runs' first failures that one
    is taken for the beginning which leaves least to chance: the weight of the failures before it, less the
    logarithm of the requests among which they might have happened; and ln 100 for each group that still worked
    after it (which then joined late, for a reason of its own).  The end likewise.
    """
    fails = sorted((fail for run in cluster for fail in run.fails), key=lambda fail: fail.began)
    mine = facts.outcomes.filter(pl.col("group").cast(pl.String).is_in([run.group for run in cluster]))
    times = mine.select("began", lines_expr(mine.columns, ALIKE).alias("requests"))

    def by_chance(side: Sequence[Fail], begin: datetime, end: datetime) -> float:
        places = int(times.filter(pl.col("began").is_between(begin, end)).get_column("requests").sum())
        return max(0.0, sum(fail.weight for fail in side) - math.log(max(1, places)))

    def cost_of_begin(begin: datetime) -> float:
        still_worked = sum(run.last_ok is not None and run.last_ok[0] > begin for run in cluster)
        early = [fail for fail in fails if fail.began < begin]
        return by_chance(early, fails[0].began, begin) + ODD * still_worked

    def cost_of_end(end: datetime) -> float:
        worked_again = sum(run.next_ok is not None and run.next_ok[0] < end for run in cluster)
        late = [fail for fail in fails if fail.began > end]
        return by_chance(late, end, fails[-1].began) + ODD * worked_again

    begin = min((run.first.began for run in cluster), key=lambda time: (cost_of_begin(time), time))
    ends = [run.last.began for run in cluster if run.last.began >= begin]
    end = max(ends, key=lambda time: (-cost_of_end(time), time))
    kept = [(run, tuple(fail for fail in run.fails if begin <= fail.began <= end)) for run in cluster]
    return [replace(run, fails=inside) for run, inside in kept if inside]


def _share(runs: Sequence[Run]) -> float:
    """The share of requests that failed while the runs lasted."""
    return sum(len(run.fails) for run in runs) / sum(len(run.fails) + run.successes for run in runs)


def _in_a_row(runs: Sequence[Run]) -> int:
    """How many successes in a row show that the failing is not under way: one, where everything fails.

    Where some requests get through all the while, one more that does proves nothing: it takes as many as would come to
    pass by chance once in 1000 times at the share that failed.
    """
    share = _share(runs)
    if share >= max(FAILING_SHARES) or not any(run.successes for run in runs):
        return 1
    return math.ceil(math.log(0.001) / math.log(1 - share))


def _successes(facts: Facts, runs: Sequence[Run]) -> pl.DataFrame:
    """The successes of the groups of some runs, by arrival."""
    groups = [run.group for run in runs]
    return facts.outcomes.filter(pl.col("ok") & pl.col("group").cast(pl.String).is_in(groups)).sort(
        "began", maintain_order=True
    )


def _worked(facts: Facts, runs: Sequence[Run], first: Fail) -> list[Edge]:
    """Last proofs that the failing groups worked."""
    needed = _in_a_row(runs)
    if needed == 1:
        return [
            Edge(run.last_ok[0], run.last_ok[1], f"the last success of {run.group} before it failed")
            for run in runs
            if run.last_ok is not None
        ]
    before = _successes(facts, runs).filter(pl.col("began") < first.began).tail(needed)
    if before.height < needed:
        return []
    row = before.row(0, named=True)
    return [Edge(row["time"], _line(row), f"{needed} requests in a row succeeded from here on before one failed")]


def _recovered(facts: Facts, runs: Sequence[Run], last: Fail) -> list[Edge]:
    """First proofs that the failed groups work again."""
    needed = _in_a_row(runs)
    if needed == 1:
        return [
            Edge(run.next_ok[0], run.next_ok[1], f"the first success of {run.group} afterwards")
            for run in runs
            if run.next_ok is not None and run.next_ok[0] >= last.began
        ]
    after = _successes(facts, runs).filter(pl.col("began") > last.began).head(needed)
    if after.height < needed:
        return []
    row = after.row(needed - 1, named=True)
    return [Edge(row["time"], _line(row), f"{needed} requests in a row had succeeded again")]


def _line(row: Mapping[str, object]) -> Cite:
    return Cite(str(row["file"]), int(str(row["line"])))


def _failed(fail: Fail, which: str, *, surely: bool = False) -> Edge:
    """What one failed request proves: that at its arrival nothing answered it.

    Where only bounds of its arrival are known, the later one with `surely`, else the earlier one.
    """
    if surely and fail.by is not None:
        return Edge(fail.by, fail.cite, f"{which} was answered {fail.status} after a wait that is not told")
    waited = (fail.time - fail.began).total_seconds()
    reason = f"{which} was answered {fail.status}"
    if waited >= 1:
        reason += f" after {waited:.0f} s{WAITING}: it had come that much earlier"
    return Edge(fail.began, fail.cite, reason, shift=-waited if waited else 0.0)
