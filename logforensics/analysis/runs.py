"""Turns the outcomes of one endpoint group into runs of failure, each with the evidence weight it carries."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Cite

PRIOR_FAILURES = 0.1
PRIOR_REQUESTS = 10.0
"""What is believed of a group before its lines are seen: one request in a hundred fails (a poor but usable site),
with the weight of ten requests.  The group's own lines soon outweigh it."""

FAILING_SHARES = (0.5, 0.15)
"""Share of requests that fail in a broken state: half of them (hard failure: the group is unusable), or about one in
seven (slow degradation: visitors notice).  Each run takes the reading under which it weighs more."""

CHUNKS = 10
"""A group's history is cut into so many equal parts; the part at the lower quartile is its normal state, which
therefore stays right while the group is broken in up to seven tenths of what was logged."""

CLIENT_CLOSED_WEIGHT = 0.5
"""A 499 may be an impatient or a departing visitor as well as a stalled server: it counts half."""


@dataclass(frozen=True)
class Fail:
    """One failed request: when it was logged, since when it had waited, and its line."""

    time: datetime
    began: datetime
    cite: Cite
    status: int
    client: str


@dataclass(frozen=True)
class Run:
    """Failures of one group that belong together: LLR `weight` (natural log) against its normal rate `baseline`.

    `last_ok` is the group's last success before the first failure, `next_ok` its first after the last one
    (None: there is none); `successes` counts those in between.
    """

    group: str
    fails: tuple[Fail, ...]
    successes: int
    baseline: float
    weight: float
    last_ok: tuple[datetime, Cite] | None
    next_ok: tuple[datetime, Cite] | None
    ever_ok: bool

    @property
    def first(self) -> Fail:
        return self.fails[0]

    @property
    def last(self) -> Fail:
        return self.fails[-1]


def failing_runs(outcomes: pl.DataFrame) -> list[Run]:
    """The maximal runs of failure in every endpoint group (Ruzzo and Tompa 1999: all maximal scoring segments).

    In: the frame of `web_outcomes`.  A failure scores ln(p1/p0), a success ln((1-p1)/(1-p0)), p0 being the
    group's own normal failing share and p1 one of FAILING_SHARES.  Repeats by one client are discounted
    (see `_weights`), so that a single scanner cannot make an outage.
    """
    decided = outcomes.filter(pl.col("ok") | pl.col("failed")).with_row_index("at")
    if not decided.height or not decided.get_column("failed").any():
        return []
    decided = decided.with_columns(
        pl.struct("time", "file", "line").alias("proof"),
        pl.col("ok").cum_sum().over("group").alias("oks"),
    ).with_columns(
        pl.when("ok").then("proof").forward_fill().over("group").alias("last_ok"),
        pl.when("ok").then("proof").backward_fill().over("group").alias("next_ok"),
    )
    failing = decided.filter("failed")
    regulars = _regular_clients(decided)
    baselines = _baselines(decided)
    rows = list(failing.sort("time", "at").iter_rows(named=True))
    by_group: dict[str, list[tuple[dict[str, object], float]]] = defaultdict(list)
    for row, weight in zip(rows, _weights(rows, regulars), strict=True):
        by_group[str(row["group"])].append((row, weight))
    runs: list[Run] = []
    ever_ok = set(decided.filter("ok").get_column("group").cast(pl.String).unique().to_list())
    for group, weighted in sorted(by_group.items()):
        mine, weights = [row for row, _ in weighted], [weight for _, weight in weighted]
        runs.extend(_segments(group, mine, weights, baselines[group], group in ever_ok))
    return sorted(runs, key=lambda run: (run.first.time, run.group))


def _regular_clients(decided: pl.DataFrame) -> set[str]:
    """Clients that were served at least three times: a scanner that only ever fails is none of them."""
    served = decided.filter("ok").group_by("client").len().filter(pl.col("len") >= 3)
    return set(served.get_column("client").cast(pl.String).to_list())


def _baselines(decided: pl.DataFrame) -> dict[str, float]:
    """Each group's normal failing share: the lower quartile over CHUNKS equal parts of its history, with the prior."""
    parts = (
        decided.with_columns(
            (pl.int_range(pl.len()).over("group") * CHUNKS // pl.len().over("group")).alias("chunk")
        )
        .group_by("group", "chunk")
        .agg(pl.len().alias("requests"), pl.col("failed").sum().alias("failures"))
        .with_columns(
            ((pl.col("failures") + PRIOR_FAILURES) / (pl.col("requests") + PRIOR_REQUESTS)).alias("share")
        )
        .group_by("group")
        .agg(pl.col("share").quantile(0.25, "lower"))
    )
    return {str(group): float(share) for group, share in parts.iter_rows()}


def _weights(rows: list[dict[str, object]], regulars: set[str]) -> list[float]:
    """How many independent trials each failure (in time order, all groups together) stands for.

    A client's k-th failure in a row, whatever it asked for, counts 1/2^(k-1): retries of one visitor are not new
    evidence, and all of a scanner's failures together weigh at most two.  A regular client (a poller, a monitor,
    a returning visitor) is discounted as 1/k: it was served here before, so each new refusal still says something.
    An hour without a failure of that client ends the row.
    """
    seen: Counter[str] = Counter()
    latest: dict[str, datetime] = {}
    weights = []
    for row in rows:
        client, time = str(row["client"]), row["time"]
        assert isinstance(time, datetime)
        if client in latest and time - latest[client] > timedelta(hours=1):
            seen[client] = 0
        latest[client] = time
        count = seen[client]
        seen[client] += 1
        weight = 1 / (1 + count) if client in regulars else 0.5**count
        weights.append(weight * (CLIENT_CLOSED_WEIGHT if row["status"] == 499 else 1.0))
    return weights


def _segments(
    group: str, rows: list[dict[str, object]], weights: list[float], baseline: float, ever_ok: bool
) -> list[Run]:
    """Maximal scoring segments of one group under each failing share; of overlapping ones the heavier is kept."""
    found: list[Run] = []
    for share in FAILING_SHARES:
        if baseline >= share:
            continue
        gain = math.log(share / baseline)
        loss = math.log((1 - share) / (1 - baseline))
        for first, last, score in _maximal_segments(rows, weights, gain, loss):
            found.append(_run(group, rows[first : last + 1], score, baseline, ever_ok))
    found.sort(key=lambda run: (-run.weight, run.first.time))
    kept: list[Run] = []
    for run in found:
        if all(run.last.time < other.first.time or run.first.time > other.last.time for other in kept):
            kept.append(run)
    return kept


def _maximal_segments(
    rows: list[dict[str, object]], weights: list[float], gain: float, loss: float
) -> list[tuple[int, int, float]]:
    """(first row, last row, score) of every maximal segment; successes between two rows cost `loss` each.

    One pass: a segment is closed when the successes after it have eaten all it had gained.
    """
    segments: list[tuple[int, int, float]] = []
    start = best_end = 0
    total = best = 0.0
    previous_oks = None
    for at, row in enumerate(rows):
        oks = int(str(row["oks"]))
        if previous_oks is not None:
            total += loss * (oks - previous_oks)
            if total <= 0:
                segments.append((start, best_end, best))
                start, total, best = at, 0.0, 0.0
        previous_oks = oks
        total += gain * weights[at]
        if total >= best:
            best, best_end = total, at
    if best > 0:
        segments.append((start, best_end, best))
    return segments


def _run(group: str, rows: list[dict[str, object]], score: float, baseline: float, ever_ok: bool) -> Run:
    fails = tuple(
        Fail(row["time"], row["began"], Cite(str(row["file"]), int(str(row["line"]))), int(str(row["status"])),
             str(row["client"]))  # type: ignore[arg-type]
        for row in rows
    )
    successes = int(str(rows[-1]["oks"])) - int(str(rows[0]["oks"]))
    return Run(
        group, fails, successes, baseline, score, _proof(rows[0]["last_ok"]), _proof(rows[-1]["next_ok"]), ever_ok
    )


def _proof(value: object) -> tuple[datetime, Cite] | None:
    if not isinstance(value, dict) or value["time"] is None:
        return None
    return value["time"], Cite(str(value["file"]), int(value["line"]))
