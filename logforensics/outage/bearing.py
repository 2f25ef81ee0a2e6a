"""Tells which failure lines before the first failed request have to do with it, however long nobody asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from logforensics.analysis.findings import Failure
from logforensics.analysis.scan import bare_program
from logforensics.outage.facts import Facts, MarkLine

JUST_BEFORE = timedelta(minutes=2)
"""How long before the first proof of failure its cause may be logged: syslog's repeat interval and one cron minute."""

RESTART = timedelta(minutes=5)
"""A service is started this long at most before the last request that still fails (DefaultTimeoutStartSec is 90 s)."""

ONE_START = timedelta(seconds=10)
"""Lines by which one start says more than once that it is done come within its own few seconds."""

STATES = frozenset({"ro-remount", "fs-shutdown", "pool-suspended"})
"""Failures that last until somebody mends them."""

SESSION = re.compile(r"\bSession [^ ]+ of [Uu]ser ")
"""How systemd-logind describes the scope of a login, which is no service (src/login/logind-session.c)."""

_UNIT = re.compile(r"^(?P<unit>[^ ]+)\.(?:service|socket|scope|mount)(?:: | - )")
_JOB = re.compile(r"^(?:Failed to start|Stopping|Stopped|Starting|Started) (?:[^ ]+\.service - )?(?P<words>.+?)\.*$")
_KILLED = re.compile(r"[Kk]illed process [0-9]+,? \((?P<name>[^)]+)\)")


def bear_on(facts: Facts, found: Iterable[Failure], until: datetime, last: datetime, over: datetime) -> list[Failure]:
    """Those failure lines before `until`, the first failed request, that may date what failed until `last`.

    A line counts that stands just before; that tells of a state which lasts; that is said again while requests fail; or
    whose process is started anew when they succeed again, by `over`.  Any other in a quiet night is a coincidence.
    """
    return [
        fail
        for fail in found
        if until - fail.time <= JUST_BEFORE
        or fail.kind in STATES
        or any(other.device == fail.device for other in facts.failures_in(until, last, fail.kind))
        or ((name := _KILLED.search(fail.message)) and _taken_up(facts, name["name"], fail.time, until, last, over))
    ]


def bear_on_marks(
    facts: Facts, found: Iterable[MarkLine], until: datetime, last: datetime, over: datetime
) -> list[MarkLine]:
    """The same of services that failed or were stopped."""
    return [
        mark
        for mark in found
        if until - mark.time <= JUST_BEFORE
        or any(_taken_up(facts, name, mark.time, until, last, over) for name in _names(mark.message))
    ]


def _names(message: str) -> list[str]:
    """What a line of the service manager calls the service it is about."""
    return [found[group] for pattern, group in ((_UNIT, "unit"), (_JOB, "words")) if (found := pattern.match(message))]


def _taken_up(facts: Facts, name: str, since: datetime, until: datetime, last: datetime, over: datetime) -> bool:
    """Whether what is called so is started when requests succeed again, and was not between `since` and `until`."""
    starts = [mark for kind in ("service-start", "ready") for mark in facts.marks_of(kind, since, over + ONE_START)
              if _called(mark, name)]  # fmt: skip
    return bool(starts) and all(mark.time >= max(until, last - RESTART) for mark in starts)


def _called(mark: MarkLine, name: str) -> bool:
    """Whether a start is of what is called so: its name stands in the line as a word, or is the program's."""
    word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name.lower())}(?![A-Za-z0-9])")
    return bool(word.search(mark.message.lower())) or bare_program(mark.program) == name.lower()
