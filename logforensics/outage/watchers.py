"""Turns the clients of a site into probes, and the probes into blind spots: monitors that saw nothing wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.outage.facts import Facts
from logforensics.outage.model import BlindSpot
from logforensics.schema import ALIKE, lines_expr

MONITORS = re.compile(
    r"(?i)uptimerobot|pingdom|statuscake|site24x7|better ?uptime|betterstack|freshping|updown\.io|uptime-kuma"
    r"|hetrixtools|nagios|check_http|zabbix|icinga|blackbox|prometheus|datadog|newrelic|nodeping|monitis|montastic"
    r"|monit/|googlestackdrivermonitoring|google-uptime|route ?53|elb-healthchecker|kube-probe|healthcheck"
    r"|jetmon|oh ?dear|checkly|catchpoint|uptrends|cron-job\.org|haproxy check|consul health"
)
"""How monitoring services and tools name themselves."""

MOST = 50
"""Probes told of, those that name themselves first, then the busiest."""

PERIODIC = 3
"""Calls before a client's period is told."""

FAMILIAR = 0.2
"""How far the calls of a monitor may lie from their period: several vantage points and retries spread them."""


def blind_spots(
    facts: Facts, windows: Sequence[tuple[datetime, datetime]], failing: tuple[str, ...]
) -> tuple[BlindSpot, ...]:
    """Probes that asked in the stretches of an outage (UTC) and mostly got an answer while others were failed.

    A probe is a client whose agent says it is one, or that asks the same at a regular period by a bare tool
    (no Mozilla agent).  `failing` names what a better probe would have asked for.
    """
    regular = {stream.call: rhythm.median for stream in facts.polls if stream.call and (rhythm := stream.rhythm())}
    inside = facts.outcomes.filter(
        pl.any_horizontal(pl.col("time").is_between(begin, end) for begin, end in windows)
        & pl.col("client").is_not_null()
    )
    agents = inside.get_column("agent").cast(pl.String).unique().drop_nulls().to_list()
    monitors = [agent for agent in agents if MONITORS.search(agent)]
    tools = [agent for agent in agents if "mozilla" not in agent.lower()]
    proof = pl.struct("file", "line")
    probes = (
        inside.with_columns(pl.col("agent", "client", "group", "file").cast(pl.String))
        .with_columns(pl.struct("client", "group").is_in(_pairs(regular)).alias("regular"))
        .filter(
            pl.col("agent").is_in(monitors)
            | (pl.col("regular") & (pl.col("agent").is_null() | pl.col("agent").is_in(tools)))
        )
        .group_by("client", "agent", "group")
        .agg(
            lines_expr(inside.columns, ALIKE).sum().alias("seen"),
            (pl.col("ok") * lines_expr(inside.columns, ALIKE)).sum().alias("passed"),
            proof.first().alias("first"),
            proof.last().alias("last"),
        )
        .filter((pl.col("passed") * 2 >= pl.col("seen")) & ~pl.col("group").is_in(list(failing)))
        .sort("client", "agent", "group")
    )
    found = []
    for row in probes.iter_rows(named=True):
        client, group = str(row["client"]), str(row["group"])
        found.append(
            BlindSpot(
                agent=row["agent"] or "",
                client=client,
                target=group,
                period=regular.get((client, group)) or _period(facts, client, group),
                seen=row["seen"],
                passed=row["passed"],
                first=Cite(row["first"]["file"], row["first"]["line"]),
                last=Cite(row["last"]["file"], row["last"]["line"]),
                advice=_advice(failing),
            )
        )
    found.sort(key=lambda spot: (not MONITORS.search(spot.agent), -spot.seen, spot.client, spot.target))
    return tuple(found[:MOST])


def _pairs(regular: Mapping[tuple[str, str], float]) -> pl.Series:
    rows = [{"client": pair[0], "group": pair[1]} for pair in sorted(regular)]
    return pl.Series(rows, dtype=pl.Struct({"client": pl.String, "group": pl.String}))


def _advice(failing: tuple[str, ...]) -> str:
    """Which probe would have noticed."""
    if not failing:
        return "Let the monitor ask for what your users need, not only for a page that is always there."
    return f"Let the monitor ask for {failing[0]} as well: it would have failed."


def _period(facts: Facts, client: str, group: str) -> float | None:
    """The usual time between a client's calls, if they are regular at all."""
    mine = facts.outcomes.filter(
        (pl.col("client").cast(pl.String) == client) & (pl.col("group").cast(pl.String) == group)
    )
    waits = mine.get_column("time").diff().drop_nulls().dt.total_milliseconds().sort().to_list()
    if len(waits) < PERIODIC - 1:
        return None
    median = float(waits[len(waits) // 2])
    close = sum(abs(wait - median) <= FAMILIAR * median for wait in waits)
    return median / 1000 if median and close * 2 > len(waits) else None
