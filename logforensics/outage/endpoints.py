"""Turns a case's window into what was hit, what provably was not, and what there is no witness for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.analysis.runs import FAILING_SHARES
from logforensics.outage.cases import Case
from logforensics.outage.facts import WHOLE_SECOND, Facts
from logforensics.outage.model import Alibi
from logforensics.outage.suspects import ODD, surprise
from logforensics.schema import ALIKE, lines_expr

NOTICED = min(FAILING_SHARES)
"""Share of failing requests from which an endpoint counts as hit: the least share that a run of failure is read as."""

MOST_ALIBIS = 200
"""Endpoint groups listed; a site with more of them is not read row by row."""


@dataclass(frozen=True)
class Endpoints:
    """Which endpoint groups failed, which provably worked, and the alibi of each."""

    affected: tuple[str, ...]
    unaffected: tuple[str, ...]
    alibis: tuple[Alibi, ...]
    successes: int
    failures: int
    answered: datetime | None = None  # when the last good answer of an unaffected one was logged

    def without_alibis(self) -> Endpoints:
        """The same where nothing provably worked: answers while it went down or came up prove nothing."""
        alibis = tuple(alibi for alibi in self.alibis if alibi.verdict != "working")
        return replace(self, unaffected=(), alibis=alibis, answered=None)


def asked_in(windows: Sequence[tuple[datetime, datetime]]) -> pl.Expr:
    """Which outcomes are of requests that came in one of some stretches, whenever they ended."""
    return pl.any_horizontal([pl.col("began").is_between(begin, end) for begin, end in windows])


def logged_until(facts: Facts, begin: datetime, end: datetime) -> datetime | None:
    """The last request logged in [begin, end], if what follows is longer than requests usually let wait for them.

    None where requests are logged up to its end, and where none is logged in it at all.  Where there are too few of
    them to show a rhythm, the last one is told in any case.
    """
    stream = facts.requests
    at = None if stream is None else stream.before(end)
    if stream is None or at is None or (last := stream.times[at]) < begin:
        return None
    usual = stream.rhythm(without=(begin, end), near=last)
    if usual is not None and (end - last).total_seconds() <= usual.limit:
        return None
    return last if end - last > WHOLE_SECOND else None


def endpoints_in(case: Case, facts: Facts) -> Endpoints:
    """Judge each endpoint group by its requests in the stretches in which the case provably lasted.

    Hit: at least NOTICED of its decided requests failed there, in runs of this case, or, where it came and went, more
    of them than its usual share explains.  Provably not hit: it answered there, and none of its requests failed.
    "Absence is never acquittal": a group without requests is neither.
    """
    usual: dict[str, float] = {}
    for run in (run for suspect in case.of("service") for run in suspect.runs):
        usual[run.group] = max(run.baseline, usual.get(run.group, 0.0))
    spans = case.windows(facts.end)
    # A stamp of whole seconds may be of up to a second later than it says: at the edges it proves nothing.
    surely = asked_in([(begin + WHOLE_SECOND, end - WHOLE_SECOND) for begin, end in spans])
    window = facts.outcomes.filter(asked_in(spans)).with_columns(pl.col("ok") & surely)
    proof = pl.struct("file", "line")
    rows = (
        window.with_columns(pl.col("group").cast(pl.String))
        .group_by("group")
        .agg(
            (pl.col("ok") * lines_expr(window.columns, ALIKE)).sum().alias("ok"),
            pl.col("failed").sum().alias("failed"),
            pl.col("time").filter("ok").max().alias("answered"),
            proof.first().alias("first"),
            proof.last().alias("last"),
            proof.filter("ok").first().alias("first_ok"),
            proof.filter("ok").last().alias("last_ok"),
            proof.filter("failed").first().alias("first_failed"),
            proof.filter("failed").last().alias("last_failed"),
        )
        .sort("group")
    )
    affected, unaffected, alibis = [], [], []
    for row in rows.iter_rows(named=True):
        ok, failed, group = row["ok"], row["failed"], row["group"]
        asked = ok + failed
        if failed and group in usual and (failed >= NOTICED * asked or surprise(failed, usual[group] * asked) >= ODD):
            verdict = "failed"
            affected.append(group)
        elif ok and not failed:
            verdict = "working"
            unaffected.append(group)
        elif not ok and not failed:
            continue
        else:
            verdict = "mixed" if ok else "failed"
        side = "failed" if verdict == "failed" else "ok"
        alibis.append(
            Alibi("endpoint", group, verdict, ok, failed, _cite(row[f"first_{side}"]), _cite(row[f"last_{side}"]))
        )
    alibis.sort(key=lambda alibi: (alibi.verdict != "failed", -alibi.failures, -alibi.successes, alibi.name))
    return Endpoints(
        tuple(affected),
        tuple(unaffected),
        tuple(alibis[:MOST_ALIBIS]),
        int(rows.get_column("ok").sum()),
        int(rows.get_column("failed").sum()),
        rows.filter(pl.col("group").is_in(unaffected)).get_column("answered").max(),  # type: ignore[arg-type]
    )


def sources_in(facts: Facts, windows: Sequence[tuple[datetime, datetime]], silent: Collection[str]) -> list[Alibi]:
    """For each source whether it went on (with its lines in between), fell silent, or says nothing either way.

    Silent is one that wrote before and not in between; whether that means anything is for the cause to say.
    """
    alibis = []
    for stream in facts.sources:
        counts = [stream.count_within(begin, end) for begin, end in windows]
        spoken = [window for window, number in zip(windows, counts, strict=True) if number]
        count = sum(counts)
        first = stream.after(spoken[0][0]) if spoken else None
        last = stream.before(spoken[-1][1] - timedelta(microseconds=1)) if spoken else None
        before = stream.before(windows[0][0]) is not None
        verdict = "silent" if stream.name in silent or (before and not count) else "working" if count else "no-witness"
        alibis.append(
            Alibi(
                "source", stream.name, verdict, count, 0,
                stream.cites(first) if first is not None else None,
                stream.cites(last) if last is not None else None,
            )
        )  # fmt: skip
    return alibis


def _cite(value: dict[str, object] | None) -> Cite | None:
    return Cite(str(value["file"]), int(str(value["line"]))) if value else None
