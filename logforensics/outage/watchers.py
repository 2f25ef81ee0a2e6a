"""Turns the clients of a site into probes, and the probes into blind spots: monitors that saw nothing wrong."""

from __future__ import annotations

import re
from datetime import datetime

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.outage.facts import Facts
from logforensics.outage.model import BlindSpot

MONITORS = re.compile(
    r"(?i)uptimerobot|pingdom|statuscake|site24x7|better ?uptime|betterstack|freshping|updown\.io|uptime-kuma"
    r"|hetrixtools|nagios|check_http|zabbix|icinga|blackbox|prometheus|datadog|newrelic|nodeping|monitis|montastic"
    r"|monit/|googlestackdrivermonitoring|google-uptime|route ?53|elb-healthchecker|kube-probe|healthcheck"
    r"|jetmon|oh ?dear|checkly|catchpoint|uptrends|cron-job\.org|haproxy check|consul health"
)
"""How monitoring services and tools name themselves."""

PERIODIC = 3
"""Calls before a client's period is told."""

FAMILIAR = 0.2
"""How far the calls of a monitor may lie from their period: several vantage points and retries spread them."""


def blind_spots(facts: Facts, begin: datetime, end: datetime, failing: tuple[str, ...]) -> tuple[BlindSpot, ...]:
    """Probes that asked between `begin` and `end` (UTC) and mostly got an answer while others were failed.

    A probe is a client whose agent says it is one, or that asks the same at a regular period by a bare tool
    (no Mozilla agent).  `failing` names what a better probe would have asked for.
    """
    if not facts.outcomes.height:
        return ()
    regular = {stream.name: rhythm.median for stream in facts.timers
               if stream.kind == "poller" and (rhythm := stream.rhythm())}  # fmt: skip
    inside = facts.outcomes.filter(pl.col("time").is_between(begin, end) & pl.col("client").is_not_null())
    texts = inside.with_columns(pl.col("agent", "client", "group", "file").cast(pl.String))
    found = []
    for (client, agent, group), part in sorted(
        texts.partition_by("client", "agent", "group", as_dict=True).items(), key=lambda item: tuple(map(str, item[0]))
    ):
        named = bool(MONITORS.search(str(agent or "")))
        period = regular.get(f"{client} {group}")
        if not named and (period is None or "mozilla" in str(agent or "").lower()):
            continue
        passed = int(part.get_column("ok").sum())
        if passed * 2 < part.height or str(group) in failing:
            continue
        first, last = part.row(0, named=True), part.row(-1, named=True)
        found.append(
            BlindSpot(
                agent=str(agent or ""),
                client=str(client),
                target=str(group),
                period=period or _period(facts, str(client), str(group)),
                seen=part.height,
                passed=passed,
                first=Cite(str(first["file"]), int(first["line"])),
                last=Cite(str(last["file"]), int(last["line"])),
                advice=_advice(failing),
            )
        )
    return tuple(
        sorted(found, key=lambda spot: (not MONITORS.search(spot.agent), -spot.seen, spot.client, spot.target))
    )


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
