"""What the verdict consists of: outages as brackets whose every edge cites the line that sets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from logforensics.analysis.findings import Cite

WAITING = " of waiting"
"""Stands in the reason of an edge that was moved by what a request had waited when its line was written."""


@dataclass(frozen=True)
class Edge:
    """One side of a bracket: an instant (UTC), the line that proves it, and why it does, in words.

    `shift` (seconds, negative = earlier) tells how far the instant lies from the cited line's own time, as
    when a 504 proves failure a proxy timeout before it was logged.
    """

    time: datetime
    cite: Cite | None
    reason: str
    shift: float = 0.0


@dataclass(frozen=True)
class Bracket:
    """The instant lies in (earliest.time, latest.time]; `earliest` is None where the logs begin too late.

    `outer` holds weaker but assumption-free edges, as the logged time of the 504 above.
    """

    earliest: Edge | None
    latest: Edge
    outer: tuple[Edge, ...] = ()


@dataclass(frozen=True)
class Constraint:
    """One witness that bounds an edge, whether or not it is the tightest.

    `side` is "start-after", "start-by", "end-after" or "end-by": the bound it sets.
    """

    side: str
    edge: Edge


@dataclass(frozen=True)
class Cause:
    """A cause class (DESIGN.md section 7), how sure it is (0..1), and the lines and reasons it rests on.

    `told` is when a line first said so (UTC), None where it was inferred.  `form` tells more closely what a class was:
    "restarted" (stopped and started again in order), "database" (it took no connections), "names" (none could be
    resolved), "maintenance" (it had been announced), or "".
    """

    kind: str
    confidence: float
    evidence: tuple[Cite, ...] = ()
    reasons: tuple[str, ...] = ()
    told: datetime | None = None
    form: str = ""


@dataclass(frozen=True)
class Alibi:
    """What one endpoint group, source or component can show for the time of the outage.

    `verdict` is "failed", "working" (proven), "mixed", "silent" or "no-witness".
    """

    kind: str  # "endpoint" | "source"
    name: str
    verdict: str
    successes: int
    failures: int
    first: Cite | None
    last: Cite | None


@dataclass(frozen=True)
class BlindSpot:
    """A probe that saw nothing wrong during the outage."""

    agent: str
    client: str
    target: str
    period: float | None  # seconds between its calls, if regular
    seen: int  # probes during the outage
    passed: int  # of those, answered 2xx/3xx
    first: Cite
    last: Cite
    advice: str


@dataclass(frozen=True)
class Impact:
    """What it cost, as far as logs can tell."""

    failed_requests: int
    clients: int  # as far as their addresses are logged
    missing_requests: int | None  # expected by the same hours of other days, minus seen
    missing_range: tuple[int, int] | None


@dataclass(frozen=True)
class Outage:
    """One outage.  `end` is None when it was not over when the logs end."""

    scope: str  # "total" | "partial"
    start: Bracket
    end: Bracket | None
    cause: Cause
    affected: tuple[str, ...]
    unaffected: tuple[str, ...]
    alibis: tuple[Alibi, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    impact: Impact | None = None
    detection: Edge | None = None  # earliest human trace: login, sudo
    planned: bool = False
    notes: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()  # tightest first on each side
    wishes: tuple[str, ...] = ()  # logs that would have tightened the brackets, in whole sentences
    host: str = ""  # where several were read
    logged_until: datetime | None = None  # the last request logged, where the logs of requests end or stop before it
    answered_until: datetime | None = None  # the last good answer of those unaffected
