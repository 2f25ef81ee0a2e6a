"""Turns what was found out about the machine's clock into notes for a reader: when it was set, when it was wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from logforensics.report.model import ClockNote
from logforensics.report.words import duration

NEAR = timedelta(minutes=2)
"""What a program says of the clock this close to a step that was measured tells of the same step."""

if TYPE_CHECKING:
    from logforensics.outage.findings import Investigation


def clock_notes(found: Investigation) -> tuple[ClockNote, ...]:
    """One note a finding, in order of time."""
    notes = [
        ClockNote(
            step.start,
            step.end,
            f"the clock gained {duration(step.seconds)} on the time since boot (set forward, or the machine slept)"
            if step.seconds > 0
            else f"the clock was set back by {duration(-step.seconds)}",
            (step.before, step.after),
        )
        for step in found.steps
    ]
    notes += [
        ClockNote(mark.time, mark.time, "a program says that the clock was set", (mark.cite,))
        for mark in found.told
        if not any(step.start - NEAR <= mark.time <= step.end + NEAR for step in found.steps)
    ]
    notes += [
        ClockNote(
            wrong.first,
            wrong.last,
            f"the clock was behind by {duration(wrong.behind.total_seconds())} or more after a boot, until it was set",
            (wrong.cite,),
        )
        for wrong in found.wrong_clocks
    ]
    notes += [
        ClockNote(
            host.start,
            host.end,
            f"the clock of the host {host.host} is {duration(abs(host.seconds))} "
            f"{'ahead of' if host.seconds > 0 else 'behind'} those of the hosts whose lines stand around its own; "
            "its times are shown as it wrote them",
            (host.first, host.last),
        )
        for host in found.host_clocks
    ]
    return tuple(sorted(notes, key=lambda note: (note.start, note.end, note.cites)))
