"""What analysers say: frozen findings, each of which cites the lines it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Cite(NamedTuple):
    """The line that proves it: `file` as in the timeline, `line` from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Gap:
    """A silence of one source: from its last line before to its first line after (UTC).

    `cause` is one of "reboot", "filesystem-read-only", "disk-full", "rate-limit", "lines-counted", "entries-missing",
    "rotation-seam", "clock-step", "suspended", "end-of-collection", "quiet-hours", "stopped", "unknown".
    `improbability` is -log10 of the chance that this source, at its own rhythm, is silent this long once in the whole
    span read (None where it has no rhythm to speak of).
    """

    source: str
    start: datetime
    end: datetime
    cause: str
    before: Cite
    after: Cite | None
    improbability: float | None = None

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class Burst:
    """A run of failing requests of one endpoint group, far above that group's own rate of failure."""

    group: str
    start: datetime
    end: datetime
    errors: int
    requests: int
    clients: int
    statuses: tuple[tuple[int, int], ...]
    baseline: float
    first: Cite
    last: Cite


@dataclass(frozen=True)
class Failure:
    """One line that testifies of a failure.  `kind` is a failure class of DESIGN.md section 8.

    `witness` says how far the line can be trusted: "kernel" (the kernel's own line), "program" (a line of
    a program about its own failed call), "claimed" (another program's text; it counts only if
    an independent source agrees).  `device` is the disk, filesystem or upstream it names, if any.
    """

    kind: str
    time: datetime
    cite: Cite
    source: str
    device: str | None
    program: str | None
    witness: str
    message: str


@dataclass(frozen=True)
class Doubt:
    """A line that may not be what it seems, which is told and not judged.

    `kind` is "kernel-unstamped" or "kernel-clock" (tagged as the kernel's, but not the kernel's), "boot-alone" (a boot
    that left no other trace), "out-of-order" (its time fits neither the line before nor the line behind it) or
    "another-host" (it names another machine than all lines around it).  `reason` is in our words.
    """

    kind: str
    time: datetime
    cite: Cite
    reason: str


@dataclass(frozen=True)
class Boot:
    """One boot: when its first line was logged, and how the session before it ended.

    `shutdown` is "clean", "unclean" or "unknown" (nothing of the session before was kept).  `manner` refines
    it: "reboot", "poweroff", "panic", "power-loss", "reset", or None.  `ended` is the last line of the session
    before; `evidence` the lines that say so.
    """

    time: datetime
    cite: Cite
    shutdown: str
    manner: str | None
    ended: datetime | None
    ended_cite: Cite | None
    evidence: tuple[Cite, ...]
