"""Tells boots that left traces from a lone line that says so: anybody may write a boot's banner with logger(1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import polars as pl

from logforensics.analysis.findings import Boot, Cite, Doubt
from logforensics.outage.facts import Facts

STARTUP = timedelta(minutes=5)
"""How long after a boot its services may start to speak: see outage.host."""

FIRST_LINES = timedelta(minutes=1)
"""How long a kernel writes what only a starting kernel writes."""

COMPANIONS = 3
"""Different lines of a starting kernel that make a boot: a real one writes some hundred, and an excerpt keeps a few."""

OWN_TRUST = frozenset({"journal", "logins", "json_journal"})
"""Formats in which the writer of a line is told by what no text can forge: the journal's own fields, wtmp."""

ODD, RARE = 1.0, 3.0
"""Decades of improbability from which a silence before a boot is out of the ordinary: one in ten intervals; one in a
thousand where the boot's own line is not the kernel's."""


def alone(facts: Facts, forged: Collection[Cite] = ()) -> tuple[Doubt, ...]:
    """The boots that only their own line tells of, though everything else in these logs went on as it always does.

    Lines that are `forged` tell of nothing.
    """
    reason = "no other line tells of a boot, and nothing was silent before it"
    return tuple(
        Doubt("boot-alone", boot.time, boot.cite, reason)
        for boot in facts.boots
        if boot.ended and not _traced(facts, boot, forged)
    )


def _traced(facts: Facts, boot: Boot, forged: Collection[Cite]) -> bool:
    events = facts.timeline.events
    source = events.filter((pl.col("file") == boot.cite.file) & (pl.col("line") == boot.cite.line)).get_column("source")
    if len(source) and facts.formats.get(str(source[0])) in OWN_TRUST:
        return True
    if len(boot.evidence) > 1 or _companions(events, boot, forged) >= COMPANIONS:
        return True
    if any(facts.marks_of(kind, boot.time, boot.time + STARTUP) for kind in ("service-start", "ready")):
        return True
    return _silent_before(facts, boot, RARE if boot.cite in forged else ODD)


def _companions(events: pl.DataFrame, boot: Boot, forged: Collection[Cite]) -> int:
    """How many different lines only a starting kernel writes stand around a boot's first one."""
    if "boot_mark" not in events.columns:
        return 0
    near = events.filter(
        pl.col("boot_mark").is_not_null() & pl.col("time").is_between(boot.time - FIRST_LINES, boot.time + FIRST_LINES)
    )
    rows = near.select("file", "line", "message").iter_rows()
    return len({message for file, line, message in rows if Cite(str(file), line) not in forged})


def _silent_before(facts: Facts, boot: Boot, decades: float) -> bool:
    """Whether anything had been quieter before it than it usually is; also where too few lines tell what is usual."""
    assert boot.ended is not None
    before = boot.time - timedelta(microseconds=1)
    for stream in (*facts.sources, *([facts.everything] if facts.everything else [])):
        last = stream.before(before)
        after = stream.after(before)
        if last is None:
            continue
        rhythm = stream.rhythm(without=(stream.times[last], boot.time))
        if rhythm is None:
            if stream.kind == "host":
                return True
            continue
        until = boot.time if after is None else stream.times[after]
        if rhythm.improbability((until - stream.times[last]).total_seconds()) >= decades:
            return True
    return False
