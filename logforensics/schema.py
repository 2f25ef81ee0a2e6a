"""The columns of a timeline: names, types and what each one means."""

from __future__ import annotations

import polars as pl

SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""RFC 5424 severities, worst first; the Enum's order makes `severity <= "err"` mean "err or worse"."""

TIME_BASES = ("explicit", "zone-assumed", "year-inferred", "derived", "carried", "ambiguous")
"""How an event's instant is known; clock/ says when each is given."""

SEVERITY = pl.Enum(SEVERITIES)
TIME_BASIS = pl.Enum(TIME_BASES)

SCHEMA: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),  # the instant
    "time_basis": TIME_BASIS,  # how it is known
    "source": pl.Categorical(),  # Source.name
    "file": pl.Categorical(),  # LogFile.name
    "line": pl.UInt32(),  # 1-based, counted by LF bytes: `sed -n LINEp` shows it; of a binary log, the entry's ordinal
    "severity": SEVERITY,
    "host": pl.Categorical(),
    "program": pl.Categorical(),  # who wrote it: the syslog tag, the logger's name
    "pid": pl.Int64(),
    "message": pl.String(),
    "status": pl.UInt16(),  # web lines only, as are the next seven
    "method": pl.Categorical(),
    "path": pl.String(),  # request target as logged, with its query string
    "client": pl.Categorical(),
    "agent": pl.Categorical(),
    "referrer": pl.Categorical(),
    "size": pl.Int64(),  # bytes of the body sent
    "request_time": pl.Float64(),  # seconds
    "upstream_time": pl.Float64(),  # seconds, the sum over the upstreams tried
}
"""Every column a timeline can have.  time, time_basis, source, file and line are always there; the others
only where a command asked for them."""

ALWAYS = ("time", "time_basis", "source", "file", "line")
