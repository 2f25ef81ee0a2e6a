"""What a report consists of: one frozen model that every face (terminal, Markdown, JSON) is made from alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from logforensics.analysis.findings import Boot, Burst, Cite, Doubt, Failure, Gap
from logforensics.clock.zones import Zone
from logforensics.evidence.anchors import Anchor
from logforensics.evidence.hashing import Whole
from logforensics.evidence.model import Damage, PassedOver
from logforensics.outage.model import BlindSpot, Outage
from logforensics.report.handmarks import HandMark
from logforensics.report.named import names_of


@dataclass(frozen=True)
class Sample:
    """A line no parser took: where it stands and the first characters of its text (hostile, escape it)."""

    cite: Cite
    text: str


@dataclass(frozen=True)
class SourceRow:
    """One log stream and where its lines went; `parsed` + `unparsed` = `lines`.

    `parsed` counts the lines that became events, continuations of events, are blank, or duplicate (read at the end of
    the file before); a line lost to damage
    counts as unparsed.  `first` and `last` are UTC instants, None for a source without events.
    """

    path: str
    format: str
    lines: int
    parsed: int
    unparsed: int
    events: int
    continuation: int
    blank: int
    timezone: str
    timezone_reason: str
    first: datetime | None
    last: datetime | None
    files: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    duplicate: int = 0
    format_reason: str = ""


@dataclass(frozen=True)
class FileRow:
    """One file of the evidence: what was hashed, how large it is on disk, when it last changed, and its one state.

    `decisive` tells that when it last changed counted as evidence: years of its source had to be inferred.
    `text_bytes` is its length once unpacked, `fates` what became of that: (fate, lines, bytes), which add up to it.
    """

    path: str
    sha256: str
    size: int
    lines: int
    source: str
    state: str
    reason: str = ""
    changed: datetime | None = None
    decisive: bool = False
    text_bytes: int = 0
    fates: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True)
class Note:
    """One assumption about the evidence: for which source, about what, and how many events it touched."""

    source: str
    kind: str
    text: str
    events: int


@dataclass(frozen=True)
class Hidden:
    """What a redacted report hides of one kind: how many different things, in how many places."""

    kind: str
    distinct: int
    places: int


@dataclass(frozen=True)
class Strip:
    """One source on the axis; a cell is "boot", "error", "busy", "some", "quiet" or "outside" (not covered)."""

    source: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """The common axis of the strips: equal cells from `begin` to `end` (UTC); `marks` names the outage's cells."""

    begin: datetime
    end: datetime
    cells: int
    outage: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Lane:
    """Counts per bin: `up` what was written or answered well, `down` what tells of an error or was answered badly.

    `kind` is "source", "endpoint" or "monitor"; `name` is hostile, escape it; `note` is ours.  `first` and `last` (UTC)
    bound what a source covers, or the logs of requests; `gaps` are its silences.
    """

    kind: str
    name: str
    note: str
    up: tuple[int, ...]
    down: tuple[int, ...]
    first: datetime | None = None
    last: datetime | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Panel:
    """Lanes on one axis from `begin` to `end` (UTC).

    `outage` is the index of the one it is drawn around, None for the whole span; `edge` is "start" or "end" where it
    is drawn around one edge of that alone.
    """

    begin: datetime
    end: datetime
    lanes: tuple[Lane, ...]
    outage: int | None = None
    edge: str = ""


@dataclass(frozen=True)
class Event:
    """One row of the report's timeline: when, the line that says so, what it means, and its text if it was kept.

    `text` is the quoted line (hostile, escape it); `outage` is the index of the outage it belongs to.
    """

    time: datetime
    cite: Cite | None
    what: str
    text: str | None
    outage: int = 0


@dataclass(frozen=True)
class Change:
    """A line that tells of a change before the start, or (`during`) of something done until the end.

    `kind` is one of changes.KINDS; `outage` is the index of the outage; `text` is hostile, escape it.
    """

    time: datetime
    cite: Cite
    kind: str
    text: str
    outage: int = 0
    during: bool = False


@dataclass(frozen=True)
class ClockNote:
    """From `start` to `end` (UTC) the machine's clock was set or was wrong: `what`, and the lines that show it."""

    start: datetime
    end: datetime
    what: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True)
class Asked:
    """The requests of web logs: how many, how many of them `failed`, and when and where the first of those (UTC).

    `enough` tells whether so many requests show what share of failures is usual.
    """

    requests: int
    failed: int
    first: datetime
    cite: Cite
    enough: bool


@dataclass(frozen=True)
class Report:
    """Everything a face needs.  Times are UTC; `zone` is the site's zone that faces show beside UTC.

    `quotes` holds the text of cited lines by (file, line), as far as it could be read again (hostile, escape it).
    `command` is the command line that made it, without output options, so that two runs on the same evidence
    give the same bytes wherever they are written to.  `hosts` are the machines' names as lines give them (hostile);
    `errors` counts the lines that tell of an error (severity err or worse, an answer 5xx or 499);
    `panels` are there for the faces that draw (lanes.panels_of).  `selection` are the instants that --since and
    --until, or --around, came to, `elsewhere` counts the outages that lie outside of them.  `heard` are the kinds of
    logs that were read: "system" (syslog, journal, dmesg), "web", "logins", "program"; what packages' tools write is
    none (None: not known).  `asked` are the requests if any failed.  `anchors` holds for each cited (file, line) where
    its bytes lie; `bundles` are what members were read from.  `marked` are the lines a person marked.  Of a redacted
    report, `key` says where the key came from ("map" or "evidence"), and `hidden` what was hidden.
    """

    version: str
    command: tuple[str, ...]
    begin: datetime | None
    end: datetime | None
    zone: Zone
    outages: tuple[Outage, ...]
    gaps: tuple[Gap, ...]
    failures: tuple[Failure, ...]
    bursts: tuple[Burst, ...]
    boots: tuple[Boot, ...]
    blind_spots: tuple[BlindSpot, ...]
    sources: tuple[SourceRow, ...]
    files: tuple[FileRow, ...]
    passed_over: tuple[PassedOver, ...]
    damage: tuple[Damage, ...]
    assumptions: tuple[Note, ...]
    axis: Axis | None = None
    strips: tuple[Strip, ...] = ()
    events: tuple[Event, ...] = ()
    changes: tuple[Change, ...] = ()
    threshold: float | None = None
    quotes: Mapping[tuple[str, int], str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    clock: tuple[ClockNote, ...] = ()
    errors: int = 0
    panels: tuple[Panel, ...] = ()
    selection: tuple[datetime | None, datetime | None] = (None, None)
    bundles: tuple[Whole, ...] = ()
    anchors: Mapping[tuple[str, int], Anchor] = field(default_factory=dict)
    marked: tuple[HandMark, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    key: str | None = None
    doubts: tuple[Doubt, ...] = ()
    heard: frozenset[str] | None = None
    asked: Asked | None = None
    elsewhere: int = 0

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What may stand in its sentences and is not ours (hostile): see named.pieces."""
        return names_of(self)
