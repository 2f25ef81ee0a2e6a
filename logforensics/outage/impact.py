"""Turns a case's window into what it cost: requests failed, clients turned away, requests that never came."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from logforensics.outage.endpoints import asked_in
from logforensics.outage.facts import Facts
from logforensics.outage.model import Edge, Impact
from logforensics.schema import ALIKE, lines_expr

MACHINES = re.compile(r"root by (?:root)?\(uid=0\)|TTY=unknown|of [Uu]ser root")
"""Sessions that cron, agents and timers open: for root by root, or without a terminal."""

MOST_DAYS = 60
"""Days looked at on either side for the same hours: beyond two months a site's traffic is another one."""


def impact_of(
    facts: Facts,
    windows: Sequence[tuple[datetime, datetime]],
    span: tuple[datetime, datetime],
    groups: tuple[str, ...],
) -> Impact:
    """The cost of an outage that provably lasted in the stretches `windows`, between the instants of `span` (UTC).

    Failed are all requests that came in the stretches (as in `endpoints_in`, whose sums are the same), with as many
    clients as are named.  `groups` are the endpoint groups hit (empty: the whole site).  Missing requests are those the
    same hours of other logged days had more, median over the days, with the range from the least to the most of them.
    """
    outcomes = facts.outcomes
    failed = outcomes.filter(asked_in(windows) & pl.col("failed"))
    mine = outcomes.filter(pl.col("group").cast(pl.String).is_in(list(groups))) if groups else outcomes
    clients = failed.get_column("caller").drop_nulls().n_unique()
    requests = mine.select("began", lines_expr(mine.columns, ALIKE).alias("requests"))
    missing, spread = _missing(facts, requests, *span)
    return Impact(failed.height, clients, missing, spread)


def _missing(
    facts: Facts, asked: pl.DataFrame, begin: datetime, end: datetime
) -> tuple[int | None, tuple[int, int] | None]:
    day = timedelta(days=1)
    span = end - begin
    shift = day * max(1, -(-span // day))
    seen = _requests(asked, begin, end)
    others: list[int] = []
    # other logs (wtmp, dpkg) may go back further than those that tell of requests
    first, last = facts.outcomes.select(pl.col("began").min().alias("first"), pl.col("began").max().alias("last")).row(
        0
    )
    if first is None:
        return None, None
    for step in range(1, MOST_DAYS):
        for sign in (-1, 1):
            away = sign * step * shift
            # differences are compared, for a sum could leave the calendar
            if away >= first - begin and away + span <= last - begin:
                low = begin + away
                others.append(_requests(asked, low, low + span))
    if not others or not asked.height:
        return None, None
    others.sort()
    lost = [max(0, other - seen) for other in (others[len(others) // 2], others[0], others[-1])]
    return lost[0], (lost[1], lost[2])


def _requests(asked: pl.DataFrame, begin: datetime, end: datetime) -> int:
    return int(asked.filter(pl.col("began").is_between(begin, end)).get_column("requests").sum())


def first_human_trace(facts: Facts, begin: datetime) -> Edge | None:
    """The first login or sudo at or after `begin`: the earliest trace of a person at the machine."""
    for mark in facts.marks:
        if mark.kind == "login" and mark.time >= begin and not MACHINES.search(mark.message):
            return Edge(mark.time, mark.cite, "the first login or sudo since it began")
    return None
