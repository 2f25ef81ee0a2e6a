"""The Timeline: every event of every source in one total order, with the account of how it came to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from logforensics.clock.settle import Assumption
from logforensics.clock.zones import MACHINES_OWN, Zone
from logforensics.evidence.journal.sequence import Missing
from logforensics.evidence.ledger import Ledger
from logforensics.evidence.model import Damage, LogFile, PassedOver
from logforensics.timeline.stored import Stored

if TYPE_CHECKING:
    import pandas as pd


INSTALLERS = frozenset({"installer", "anaconda"})
"""Folders of /var/log that hold what the installer logged: of Debian and Ubuntu, of Fedora and its kin."""

Progress = Callable[[int, int], None]
"""Told after each block how many bytes on disk were read, of how many."""


@dataclass(frozen=True)
class SourceSummary:
    """One source as it was read: its format, its lines by fate, its span (UTC) and the zone its stamps were read in.

    `format_reason` tells in words why it is in its format.
    `duplicate` lines stand at the end of the file before as well and were counted there.
    `samples` holds the first few unparsed lines as (file, line, text); `also` are the formats that other lines of it,
    or its messages, are in.  `proves` is what a line of this format
    proves by being written ("served": a request was answered; "package-work": packages were worked on, be it in the
    chroot of an installer), or None.
    """

    name: str
    format: str
    files: tuple[str, ...]
    lines: int
    events: int
    continuation: int
    blank: int
    unparsed: int
    first: datetime | None
    last: datetime | None
    timezone: str
    timezone_reason: str
    samples: tuple[tuple[str, int, str], ...] = ()
    proves: str | None = None
    duplicate: int = 0
    also: tuple[str, ...] = ()
    format_reason: str = field(default="", compare=False)


@dataclass(frozen=True)
class FileSummary:
    """One file of the evidence: what was hashed, and what became of it.

    `state` is "parsed", "empty", "unknown-format", "not-a-log" or "unread"; `reason` says why it is not parsed.
    `sha256` is of the bytes on disk, None where they were not read.
    """

    name: str
    state: str
    reason: str
    source: str | None
    size: int | None
    sha256: str | None
    lines: int


@dataclass(frozen=True)
class Timeline:
    """Every event of every source, ordered by (time, source, file, line).

    `events` has the columns of `schema` that were asked for.  `begin` and `end` are the first and last
    instants read (UTC; None without events).  `zone` is the site's own zone, as far as the evidence tells.
    `missing` are the holes in the numbers of journal entries.  `stored` has the events where they were too many to be
    held; then `events` has none.  `hosts` are the hosts' own timelines, where there are
    several; what lies beside their folders is that of "".
    """

    events: pl.DataFrame
    sources: tuple[SourceSummary, ...]
    files: tuple[FileSummary, ...]
    passed_over: tuple[PassedOver, ...]
    damage: tuple[Damage, ...]
    assumptions: tuple[Assumption, ...]
    ledger: Ledger
    log_files: tuple[LogFile, ...]
    begin: datetime | None
    end: datetime | None
    zone: Zone | None
    missing: tuple[Missing, ...] = ()
    hosts: tuple[tuple[str, Timeline], ...] = ()
    stored: Stored | None = None

    @property
    def rows(self) -> pl.DataFrame | Stored:
        """The events, wherever they are."""
        return self.events if self.stored is None else self.stored

    @property
    def offline(self) -> frozenset[str]:
        """Sources that may be written while the machine itself is not running, and so prove no life of it.

        An installer writes them, or who makes an image: what was done to packages, and the installer's own logs.
        """
        folders = ((source, set(source.name.split("/")[:-1])) for source in self.sources)
        return frozenset(
            source.name for source, parts in folders if source.proves == "package-work" or parts & INSTALLERS
        )

    @property
    def live(self) -> bool:
        """Whether these are the logs of the machine on which they are read, and none is a copy made before the others.

        The machine's own zone then reads those that tell none (clock.zones.evidence_zone).
        """
        return any(source.timezone_reason.startswith(MACHINES_OWN) for source in self.sources)

    @property
    def absent(self) -> tuple[str, ...]:
        """Witnesses of boots that one looks for and that are not here: "wtmp", if no such file was read."""
        kept = (
            file.name.rpartition("/")[2].rpartition("!")[2] for file in self.files if file.state in ("parsed", "empty")
        )
        return () if any(name.startswith("wtmp") for name in kept) else ("wtmp",)

    def with_events(self, events: pl.DataFrame) -> Timeline:
        """The same timeline, showing only `events` (a selection of its own rows)."""
        return replace(self, events=events)

    def to_pandas(self) -> pd.DataFrame:
        """The events as a pandas DataFrame with a timezone-aware `time` column: the door for notebooks.

        Categorical columns stay categorical; pandas is imported here and nowhere else (it costs 0.3 to 1 s).
        """
        import pandas as pd

        columns = {}
        for name, dtype in self.events.schema.items():
            column = self.events.get_column(name)
            if isinstance(dtype, pl.Categorical | pl.Enum):
                columns[name] = pd.Series(pd.Categorical(column.cast(pl.String).to_list()))
            elif isinstance(dtype, pl.Datetime):
                stamps = column.dt.epoch("us").to_list()
                columns[name] = pd.Series(pd.to_datetime(stamps, unit="us", utc=True)).dt.as_unit("us")
            else:
                columns[name] = pd.Series(column.to_list())
        return pd.DataFrame(columns)
