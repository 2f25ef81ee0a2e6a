"""Turns the outcomes of one endpoint group into runs of failure, each with the evidence weight it carries."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.schema import ALIKE, lines_expr

PRIOR_FAILURES = 0.1
PRIOR_REQUESTS = 10.0
"""What is believed of a group before its lines are seen: one request in a hundred fails (a poor but usable site),
with the weight of ten requests.  The group's own lines soon outweigh it."""

FAILING_SHARES = (0.98, 0.5, 0.15)
"""Share of requests that fail in a broken state: all but the odd one (nothing works), half of them (unusable), or about
one in seven (degraded: visitors notice).  Each run takes the reading under which it weighs most."""

CHUNKS = 10
"""A group's history is cut into so many equal parts; the part at the lower quartile is its normal state, which
therefore stays right while the group is broken in up to seven tenths of what was logged."""

CLIENT_CLOSED_WEIGHT = 0.5
"""A 499 may be an impatient or a departing visitor as well as a stalled server: it counts half."""


UNKNOWN = "None"
"""The client of a failure whose log names none."""


@dataclass(frozen=True)
class Fail:
    """One failed request: when it was logged, since when it had waited, its line, and its LLR weight in its run.

    `by` is when it had come at the latest, where that is not certain; else None.
    """

    time: datetime
    began: datetime
    cite: Cite
    status: int
    client: str
    weight: float
    by: datetime | None = None

    @property
    def came(self) -> datetime:
        """When it had come at the latest."""
        return self.began if self.by is None else self.by


@dataclass(frozen=True)
class Run:
    """Failures of one group that belong together: LLR `weight` (natural log) against its normal rate `baseline`.

    `gain` is what one whole failure adds to it.  `last_ok` is the group's last success before the first failure,
    `next_ok` its first after the last one (None: there is none); `successes` counts those in between.
    """

    group: str
    fails: tuple[Fail, ...]
    successes: int
    baseline: float
    weight: float
    last_ok: tuple[datetime, Cite] | None
    next_ok: tuple[datetime, Cite] | None
    ever_ok: bool
    gain: float

    @property
    def first(self) -> Fail:
        """The failure that came first."""
        return self.fails[0]

    @property
    def trials(self) -> float:
        """How many independent trials its failures stand for."""
        return sum(fail.weight for fail in self.fails) / self.gain

    @property
    def last(self) -> Fail:
        """The failure that came last."""
        return self.fails[-1]


_TOLD = (
    "time", "began", "by", "file", "line", "status", "client", "group", "oks", "all_oks", "all_fails",
    "last_ok", "next_ok",
)  # fmt: skip
"""What is looked at of each failed request, of which there may be hundreds of thousands."""


def failing_runs(outcomes: pl.DataFrame, polls: Collection[tuple[str, str]] = ()) -> list[Run]:
    """The maximal runs of failure in every endpoint group (Ruzzo and Tompa 1999: all maximal scoring segments).

    In: the frame of `web_outcomes`, and the (client, group) pairs that a timer asks for regularly.  A failure scores
    ln(p1/p0), a success ln((1-p1)/(1-p0)), p0 being the group's own normal failing share and p1 one of FAILING_SHARES.
    Repeats by one client are discounted (see `_weights`), so that a single scanner cannot make an outage.
    """
    # By arrival: a request that came while all was well may be logged, failed, long after others have recovered.
    decided = outcomes.filter(pl.col("ok") | pl.col("failed")).sort("began", maintain_order=True).with_row_index("at")
    if not decided.height or not decided.get_column("failed").any():
        return []
    many = lines_expr(decided.columns, ALIKE)
    decided = decided.with_columns(
        (pl.col("ok") * many).cum_sum().over("group").alias("oks"),
        (pl.col("ok") * many).sum().over("group").alias("all_oks"),
        pl.col("failed").sum().over("group").alias("all_fails"),
    ).with_columns(
        pl.when("ok").then("at").forward_fill().over("group").alias("last_ok"),
        pl.when("ok").then("at").backward_fill().over("group").alias("next_ok"),
    )
    failing = decided.filter("failed").select(name for name in _TOLD if name in decided.columns)
    regulars = _regular_clients(decided)
    site = _normal_shares(decided.with_columns(pl.lit("site").alias("group")), 0.1)["site"]
    normal = {group: max(share, site) for group, share in _normal_shares(decided).items()}
    rows = list(failing.iter_rows(named=True))
    by_group: dict[str, list[tuple[dict[str, object], float]]] = defaultdict(list)
    for row, weight in zip(rows, _weights(rows, regulars, polls), strict=True):
        by_group[str(row["group"])].append((row, weight))
    runs: list[Run] = []
    proofs = decided.select("time", "file", "line")
    ever_ok = set(decided.filter("ok").get_column("group").cast(pl.String).unique().to_list())
    for group, weighted in sorted(by_group.items()):
        mine, weights = [row for row, _ in weighted], [weight for _, weight in weighted]
        runs.extend(_segments(group, mine, weights, (normal[group], site), group in ever_ok, proofs))
    return sorted(runs, key=lambda run: (run.first.time, run.group))


def _regular_clients(decided: pl.DataFrame) -> set[str]:
    """Clients that were served at least three times: a scanner that only ever fails is none of them."""
    served = decided.filter("ok").group_by("client").len().filter(pl.col("len") >= 3)
    return set(served.get_column("client").cast(pl.String).to_list())


def _normal_shares(decided: pl.DataFrame, quantile: float = 0.25) -> dict[str, float]:
    """Each group's normal failing share: a quantile over CHUNKS equal parts of its history, with the prior."""
    many = lines_expr(decided.columns, ALIKE).alias("many")
    place = pl.col("many").cum_sum().over("group") - pl.col("many")
    parts = (
        decided.select("group", "failed", many)
        .with_columns((place * CHUNKS // pl.col("many").sum().over("group")).alias("chunk"))
        .group_by("group", "chunk")
        .agg(pl.col("many").sum().alias("requests"), pl.col("failed").sum().alias("failures"))
        .with_columns(((pl.col("failures") + PRIOR_FAILURES) / (pl.col("requests") + PRIOR_REQUESTS)).alias("share"))
        .group_by("group")
        .agg(pl.col("share").quantile(quantile, "lower"))
    )
    return {str(group): float(share) for group, share in parts.iter_rows()}


def _weights(
    rows: list[dict[str, object]], regulars: Collection[str], polls: Collection[tuple[str, str]] = ()
) -> list[float]:
    """How many independent trials each failure (in time order, all groups together) stands for.

    A client's k-th failure in a row, whatever it asked for, counts 1/2^(k-1): retries of one visitor are not new
    evidence, and all of a scanner's failures together weigh at most two.  A regular client (a poller, a monitor,
    a returning visitor) is discounted as 1/k: it was served here before, so each new refusal still says something.
    An hour without a failure of that client ends the row.  A call that a timer makes is no retry: it would have been
    made just the same had the one before it succeeded, so each counts whole.
    """
    seen: Counter[str] = Counter()
    latest: dict[str, datetime] = {}
    weights = []
    for row in rows:
        client, time = str(row["client"]), row["began"]
        assert isinstance(time, datetime)
        if client == UNKNOWN:  # a log that names no clients: each failure stands for itself
            weights.append(CLIENT_CLOSED_WEIGHT if row["status"] == 499 else 1.0)
            continue
        if polls and (client, str(row["group"])) in polls:
            weights.append(CLIENT_CLOSED_WEIGHT if row["status"] == 499 else 1.0)
            continue
        if client in latest and time - latest[client] > timedelta(hours=1):
            seen[client] = 0
        latest[client] = time
        count = seen[client]
        seen[client] += 1
        weight = 1 / (1 + count) if client in regulars else 0.5**count
        weights.append(weight * (CLIENT_CLOSED_WEIGHT if row["status"] == 499 else 1.0))
    return weights


def _segments(
    group: str,
    rows: list[dict[str, object]],
    weights: list[float],
    normal: tuple[float, float],
    ever_ok: bool,
    proofs: pl.DataFrame,
) -> list[Run]:
    """Maximal scoring segments of one group under each failing share; of overlapping ones the heavier is kept.

    Segments are found against the failing share that is `normal` for the group, and then weighed against its share
    outside of them: what fails as often at all other times is no failure of that moment.  The second of
    `normal`, the whole site's share, is the least either may be: a group too rare to show its own rate has the site's.
    """
    found: list[tuple[float, int, int, float]] = []
    for share in FAILING_SHARES:
        if normal[0] < share:
            segments = _maximal_segments(rows, weights, *_scores(share, normal[0]))
            found += [(score, first, last, share) for first, last, score in segments]
    # By the scores against one and the same normal share: what is outside of it differs from segment to segment.
    found.sort(key=lambda item: (-item[0], item[1]))
    kept: list[Run] = []
    for _, first, last, share in found:
        # those kept do not overlap, so that their ends are in the order of their beginnings
        place = bisect_right(kept, _began(rows[last]), key=lambda other: other.first.began)
        if not place or kept[place - 1].last.began < _began(rows[first]):
            some, heavy = rows[first : last + 1], weights[first : last + 1]
            run = _run(group, some, heavy, (share, normal[1]), ever_ok, proofs)
            if run is not None:
                kept.insert(place, run)
    return kept


def _scores(share: float, baseline: float) -> tuple[float, float]:
    """The log likelihood ratio of one failure and of one success, failing `share` against `baseline`."""
    return math.log(share / baseline), math.log((1 - share) / (1 - baseline))


def one_client_alone(runs: Iterable[Run]) -> bool:
    """Whether all failures are of one client that was never served: its word is not enough, however often it asks."""
    every = list(runs)
    clients = {fail.client for run in every for fail in run.fails}
    return len(clients) == 1 and UNKNOWN not in clients and sum(run.trials for run in every) <= 2


def _maximal_segments(
    rows: list[dict[str, object]], weights: list[float], gain: float, loss: float
) -> list[tuple[int, int, float]]:
    """(first row, last row, score) of every maximal segment; successes between two rows cost `loss` each.

    A segment is closed when the successes after it have eaten all it had gained; what came after its best row is
    then looked at anew.
    """
    segments: list[tuple[int, int, float]] = []
    start = best_end = at = 0
    total = best = 0.0
    while at < len(rows):
        if at > start:
            total += loss * (_number(rows[at], "oks") - _number(rows[at - 1], "oks"))
        if total > 0 or at == start:
            total += gain * weights[at]
            if total >= best:
                best, best_end = total, at
            at += 1
        if at == len(rows) or (total <= 0 and at > start):
            segments.append((start, best_end, best))
            start = best_end = at = best_end + 1
            total = best = 0.0
    return segments


def _run(
    group: str,
    rows: list[dict[str, object]],
    weights: list[float],
    shares: tuple[float, float],
    ever_ok: bool,
    proofs: pl.DataFrame,
) -> Run | None:
    """The run that `rows` make, failing by the first of `shares`, or None if the group fails no less outside."""
    share, site = shares
    successes = _number(rows[-1], "oks") - _number(rows[0], "oks")
    fails_outside = _number(rows[0], "all_fails") - len(rows)
    oks_outside = _number(rows[0], "all_oks") - successes
    baseline = max(site, (fails_outside + PRIOR_FAILURES) / (fails_outside + oks_outside + PRIOR_REQUESTS))
    if baseline >= share:
        return None
    gain, loss = _scores(share, baseline)
    fails = tuple(_fail(row, gain * weight) for row, weight in zip(rows, weights, strict=True))
    weight = sum(fail.weight for fail in fails) + loss * successes
    return Run(
        group,
        fails,
        successes,
        baseline,
        weight,
        _proof(proofs, rows[0]["last_ok"]),
        _proof(proofs, rows[-1]["next_ok"]),
        ever_ok,
        gain,
    )


def _fail(row: dict[str, object], weight: float) -> Fail:
    time, began = row["time"], _began(row)
    assert isinstance(time, datetime)
    by = row.get("by")
    return Fail(
        time,
        began,
        Cite(str(row["file"]), _number(row, "line")),
        _number(row, "status"),
        str(row["client"]),
        weight,
        by if isinstance(by, datetime) and by != began else None,
    )


def _began(row: dict[str, object]) -> datetime:
    began = row["began"]
    assert isinstance(began, datetime)
    return began


def _number(row: dict[str, object], name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value


def _proof(proofs: pl.DataFrame, at: object) -> tuple[datetime, Cite] | None:
    """Time and line of one of the requests, by its place."""
    if not isinstance(at, int):
        return None
    time, file, line = proofs.row(at)
    return time, Cite(str(file), int(line))
