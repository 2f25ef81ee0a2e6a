"""The columns of a timeline: names, types and what each one means."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""RFC 5424 severities, worst first; the Enum's order makes `severity <= "err"` mean "err or worse"."""

TIME_BASES = ("explicit", "zone-assumed", "year-inferred", "derived", "carried", "ambiguous", "unverified")
"""How an event's instant is known; the weakest link names it.

explicit: the line tells its instant: date, time and offset, or a count since 1970.
zone-assumed: it tells no offset, and the one used was told by the user, by the host's own files or by other logs, or
    is the last resort UTC (then the assumption says so, and a line without a year is zone-assumed as well).
year-inferred: it tells no year, and the order of lines, names, times of files or other logs left only one.
derived: its stamp fits several instants, and the lines around it left only one (a time that clocks showed twice).
carried: it has no stamp of its own and continues the event above it.
ambiguous: several instants are possible; the true one lies within time_earliest and time_latest, ends included.
unverified: its line was unpacked from a member whose checksum does not hold or is cut off: nothing in it is sure, its
    time neither.
"""

SEVERITY = pl.Enum(SEVERITIES)
TIME_BASIS = pl.Enum(TIME_BASES)

SCHEMA: dict[str, pl.DataType] = {
    "time": pl.Datetime("us", "UTC"),  # the instant
    "time_basis": TIME_BASIS,  # how it is known
    "time_earliest": pl.Datetime("us", "UTC"),  # where it is in doubt: not before this instant
    "time_latest": pl.Datetime("us", "UTC"),  # and not after this one; null where it is not in doubt
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

DOUBT = ("time_earliest", "time_latest")
"""What clock/ says where `time` is a choice.  No parser captures them."""

ZONE_NAME = "zone_name"
"""A column that the events of a block have besides where a stamp names its zone by letters that are no one offset."""

UPTIME = ("mono", "session")
"""Columns that the entries of a journal have besides while they are boiled down: seconds since boot (Float64), and
which boot it was (UInt64, half of its id)."""

CLAIMED = "claimed"
"""A column that a block's events have besides while they are boiled down, where a line held two events: the second
one's header stood inside the first one's text, where whoever that text came from can have written it."""


COUNT = "count"
"""A column of a timeline that was thinned out (analysis/thin.py): how many lines of its file a row stands for, itself
and those left out right behind it.  Where it is 1, nothing was written until the next row."""

LULL = "lull"
"""A column beside it: the longest silence among those lines, up to the next row (Int64 microseconds)."""

ALIKE = "alike"
"""A column beside it: how many lines of its own kind a row stands for, itself and others of its stretch of time."""

SAMPLED = "sampled"
"""A column beside them: whether lines like this one were left out, so that the row tells nothing of a rhythm."""

THINNED = (COUNT, LULL, ALIKE, SAMPLED)


def lines_expr(columns: Collection[str], name: str = COUNT) -> pl.Expr:
    """How many lines each row of a frame with these columns stands for (Int64)."""
    # no literal: its sum over a group is 1, however many rows there are
    return pl.col(name).cast(pl.Int64) if name in columns else pl.repeat(1, pl.len(), dtype=pl.Int64)


def lines_in(frame: pl.DataFrame, name: str = COUNT) -> int:
    """How many lines the rows of a frame stand for together."""
    return int(frame.get_column(name).cast(pl.Int64).sum()) if name in frame.columns else frame.height
