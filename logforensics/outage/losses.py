"""Tells whether the lines that a silence lacks were written after all, by what the log daemon says at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from logforensics.analysis.repeats import REPEATED
from logforensics.analysis.streams import Stream
from logforensics.outage.facts import Facts

NEAR = timedelta(minutes=2)
"""How soon after a loss its daemon tells of it: with the next line that comes, on a quiet host a cron minute or two."""

_REPEATED = re.compile(REPEATED)

_DROPPED = re.compile(
    r"(?i)\bimjournal: ([0-9]+) messages lost due to rate-limiting\b|\bforwarding to syslog missed ([0-9]+) messages\b"
)
"""Losses that strike every program's lines: rsyslog's reader of the journal (plugins/imjournal), journald's forwarding
(src/journal/journald-syslog.c).  Other limits are for one program or one unit, or for the kernel: they do not explain
that all are silent."""


def counted(facts: Facts, until: datetime, source: str | None = None) -> bool:
    """Whether lines came in a silence that were counted instead of written: the line (of `source`) that ends it."""
    return any(
        mark.time == until and source in (None, mark.source) and _REPEATED.match(mark.message) for mark in facts.marks
    )


def dropped_in(facts: Facts, timers: Iterable[Stream], since: datetime, until: datetime) -> bool:
    """Whether at least as many lines were dropped, of all programs, as timers should have written in a silence."""
    counts = [
        int(found[1] or found[2])
        for mark in facts.marks_of("suppressed", until - NEAR, until + NEAR)
        if (found := _DROPPED.search(mark.message))
    ]
    return bool(counts) and sum(counts) >= sum(_missing(timer, since, until) for timer in timers)


def _missing(timer: Stream, since: datetime, until: datetime) -> float:
    rhythm = timer.rhythm(without=(since, until))
    return 0.0 if rhythm is None else (until - since).total_seconds() / rhythm.median
