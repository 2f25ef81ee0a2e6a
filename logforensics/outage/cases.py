"""Turns suspects into cases: those that fail at the same time are one outage, relapses within the hold included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from logforensics.outage.facts import Facts
from logforensics.outage.model import Edge
from logforensics.outage.suspects import Suspect

HOLD = timedelta(minutes=30)
"""How long things must stay whole before an outage counts as over (the exit criterion of Google's incident state
document: within the objective for 30 minutes).  What fails again sooner is a relapse of the same outage."""


@dataclass(frozen=True)
class Case:
    """Suspects that are one outage."""

    suspects: tuple[Suspect, ...]

    def of(self, *kinds: str) -> tuple[Suspect, ...]:
        """The suspects of some kinds."""
        return tuple(suspect for suspect in self.suspects if suspect.kind in kinds)

    @property
    def first_fail(self) -> datetime:
        """The first proof of failure of any suspect."""
        return min(suspect.first_fail for suspect in self.suspects)

    @property
    def last_fail(self) -> datetime:
        """The last proof of failure of any suspect."""
        return max(suspect.last_fail for suspect in self.suspects)

    def windows(self, end: datetime) -> list[tuple[datetime, datetime]]:
        """The stretches in which it provably failed, merged and in order; between relapses all may have been well.

        What is not known to work again by the time something else fails has not been well in between.  A machine
        that does not run ends with its boot: while services start, some already answer.  `end` is the logs' end.
        """
        ordered = sorted(self.suspects, key=lambda suspect: (suspect.first_fail, suspect.kind))
        merged: list[tuple[datetime, datetime]] = []
        over = end
        for suspect in ordered:
            begin, last = suspect.first_fail, suspect.boot.time if suspect.boot else suspect.last_fail
            if merged and begin <= max(merged[-1][1], over):
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
                over = max(over, suspect.known_over(end))
            else:
                merged.append((begin, last))
                over = suspect.known_over(end)
        return merged

    def edges(self, side: str) -> list[Edge]:
        """All edges of one side ("worked", "fails", "recovered") in time order."""
        edges: Iterable[Edge] = (edge for suspect in self.suspects for edge in getattr(suspect, side))
        return sorted(edges, key=lambda edge: (edge.time, edge.cite or ("", 0), edge.reason))


def join(suspects: Iterable[Suspect], facts: Facts) -> list[Case]:
    """Cases in time order.

    Two suspects are one case if one fails before the other is known to work again, or within HOLD of that.
    """
    cases: list[list[Suspect]] = []
    overs: list[datetime] = []
    for suspect in sorted(suspects, key=lambda item: (item.first_fail, item.kind)):
        over = suspect.known_over(facts.end)
        if cases and suspect.first_fail <= overs[-1] + HOLD:
            cases[-1].append(suspect)
            overs[-1] = max(overs[-1], over)
        else:
            cases.append([suspect])
            overs.append(over)
    return [Case(tuple(case)) for case in cases]
