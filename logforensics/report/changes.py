"""Turns the timeline around each outage into the changes that led up to it and the deeds that were done meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.outage.model import Outage
from logforensics.report.model import Change

LEAD_UP = timedelta(hours=24)
"""How far before the start a change still counts as a lead-up: a day holds the last nightly jobs and deploys."""

JOB_LEAD_UP = timedelta(hours=1)
"""How far before the start a cron job still counts: one that ran for longer than the hour it is due in is rare."""

KINDS = (
    (
        "package work",
        (
            r" (?:install|upgrade|remove|purge) [a-z0-9][a-z0-9+.-]+:[a-z0-9]+ |^(?:install|upgrade|remove|purge) "
            r"|^Commandline: "
        ),
    ),
    ("operator command", r"TTY=(?:pts/|tty)[^ ]* ; .*COMMAND="),
    ("configuration reload", r"^(?:Reloading|Reloaded) [A-Za-z]|signal process started|\breconfiguring$"),
    ("service stop or restart", r"(?:Stopping|Stopped|Restarting) [A-Za-z]"),
    ("login", r"^Accepted [a-z/-]+ for |^(?:Started|New) [Ss]ession [^ ]+ of [Uu]ser (?:[^r]|r[^o]|ro[^o]|roo[^t])"),
)
"""Kinds of lines that tell of a change, by what dpkg(1), apt(8), sudo(8), nginx(8), systemd(1), sshd(8) write."""

BY_PEOPLE = ("package work", "operator command", "configuration reload", "login")
"""Kinds that people bring about; services stop and start on their own as well."""

JOB = "cron job"
CRONS = ("CRON", "cron", "crond", "CROND", "anacron", "/USR/SBIN/CRON", "/usr/sbin/cron")
"""Programs that start scheduled jobs: Debian's cron, cronie, anacron."""

ROUTINE = 3
"""What is logged in the same words at more instants than this is no change but routine (a service that re-syncs)."""

ONE_LOGIN = timedelta(seconds=10)
"""sshd, logind and systemd each tell of one login, within the second or, on a machine in trouble, a few later."""

MOST = 8
"""A longer table of changes is no longer read; of a lead-up the newest are kept, being nearest to the start."""


def changes_of(events: pl.DataFrame, outages: Sequence[Outage]) -> tuple[Change, ...]:
    """For each outage the changes before its start and the deeds until its end, in order of time.

    In: a timeline read for analysis (messages kept where a mark matters; `template` for the others).  A cron job's
    text is not kept, so it comes without: `quote` it.
    """
    if not outages or "message" not in events.columns or not events.height:
        return ()
    kind = pl.coalesce(
        *(pl.when(pl.col("message").str.contains(pattern)).then(pl.lit(name)) for name, pattern in KINDS)
    )
    rows = (
        events.lazy()
        .filter(pl.col("message").is_not_null())
        .select("time", pl.col("file").cast(pl.String), "line", "message", kind=kind)
        .filter(pl.col("kind").is_not_null())
        .filter(pl.col("time").n_unique().over("message") <= ROUTINE)
        .sort("time", "file", "line")
        # One message often lies in several files (syslog and daemon.log).
        .unique(["time", "message"], keep="first", maintain_order=True)
        .collect()
    )
    jobs = _rare_jobs(events)
    found: list[Change] = []
    over = None
    for index, outage in enumerate(outages):
        start = outage.start.latest.time
        since = max(start - LEAD_UP, over) if over is not None else start - LEAD_UP
        before = rows.filter((pl.col("time") >= since) & (pl.col("time") < start) & (pl.col("kind") != "login"))
        latest = jobs.filter((pl.col("time") >= max(since, start - JOB_LEAD_UP)) & (pl.col("time") < start))
        lead_up = [*_changes(before, index), *_changes(latest, index)]
        found += sorted(lead_up, key=_order)[-MOST:]
        over = None if outage.end is None else outage.end.latest.time
        meanwhile = rows.filter(pl.col("time") >= start)
        if over is not None:
            meanwhile = meanwhile.filter(pl.col("time") <= over)
        found += _deeds(_changes(meanwhile, index, during=True))
    return tuple(found)


def quoted(changes: Sequence[Change], quotes: Mapping[tuple[str, int], str]) -> tuple[Change, ...]:
    """The changes with the text of their lines as logged, where it is at hand."""
    return tuple(replace(change, text=quotes.get(change.cite, change.text)) for change in changes)


def _changes(rows: pl.DataFrame, index: int, *, during: bool = False) -> list[Change]:
    return [
        Change(time, Cite(file, line), kind, message or "", index, during)
        for time, file, line, message, kind in rows.select("time", "file", "line", "message", "kind").iter_rows()
    ]


def _deeds(changes: list[Change]) -> list[Change]:
    """The few that tell most of a rescue: what people did before what services did."""
    told: list[Change] = []
    for change in sorted(changes, key=_order):
        before = [other for other in told if other.kind == change.kind == "login"]
        if not before or change.time - before[-1].time > ONE_LOGIN:
            told.append(change)
    ranked = sorted(told, key=lambda change: (change.kind not in BY_PEOPLE, *_order(change)))
    return sorted(ranked[:MOST], key=_order)


def _order(change: Change) -> tuple[datetime, str, int]:
    return (change.time, change.cite.file, change.cite.line)


def _rare_jobs(events: pl.DataFrame) -> pl.DataFrame:
    """Cron lines of jobs that run about once a day or more seldom: what runs all the time starts nothing new."""
    empty = pl.DataFrame(
        schema={
            "time": pl.Datetime("us", "UTC"),
            "file": pl.String,
            "line": pl.UInt32,
            "message": pl.String,
            "kind": pl.String,
        }
    )
    if "template" not in events.columns or "program" not in events.columns:
        return empty
    crons = events.lazy().filter(
        pl.col("program").cast(pl.String).is_in(list(CRONS)) & pl.col("template").is_not_null()
    )
    times = events.get_column("time")
    first, last = times.min(), times.max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    days = (last - first) / timedelta(days=1)
    return (
        crons.filter(pl.col("time").n_unique().over("template") <= max(1.0, days) + 1)
        .select(
            "time",
            pl.col("file").cast(pl.String),
            "line",
            message=pl.lit(None, pl.String),
            kind=pl.lit(JOB),
            twin=pl.struct("time", "template"),
        )
        .sort("time", "file", "line")
        .unique("twin", keep="first", maintain_order=True)
        .drop("twin")
        .collect()
    )
