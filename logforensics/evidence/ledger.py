"""Adds up where every byte of the evidence went, and proves that none is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from logforensics.errors import LogForensicsError
from logforensics.evidence.files import BlockReader
from logforensics.evidence.model import Damage
from logforensics.evidence.ranges import Whole
from logforensics.evidence.raw import RawReader

SAMPLES = 5
"""Unparsed lines kept per file: enough to see which format they have."""

SAMPLE_LENGTH = 200
"""Characters kept of each."""

MOST_DAMAGE = 1000
"""Stretches of damage listed per file and kind; the bytes of all are counted."""


class LedgerError(LogForensicsError):
    """The sums of a file do not meet its size: an error in this program, and no reason to trust its result."""

    exit_code = 3


@dataclass
class Tally:
    """How many lines (for damage: stretches) and how many bytes."""

    lines: int = 0
    bytes: int = 0

    def add(self, lines: int, size: int) -> None:
        """Adds a block's share."""
        self.lines += lines
        self.bytes += size


@dataclass
class FileAccount:
    """Where the bytes of one file went.

    `size` and `sha256` are of the bytes on disk, `whole` says whether those are all of the file's;
    `text_bytes` and `lines` are of the decompressed text.  `duplicate` lines are those that the file before it in its
    rotation ends with, and that became events there.  `samples` holds the first unparsed lines as
    (line number, text).  `junk` are the stretches of unparsed lines: where they are more than what was read, each is
    damage as well, which is not lost but unread.
    """

    file: str
    size: int = 0
    sha256: str = ""
    whole: bool = True
    text_bytes: int = 0
    lines: int = 0
    events: Tally = field(default_factory=Tally)
    continuation: Tally = field(default_factory=Tally)
    blank: Tally = field(default_factory=Tally)
    duplicate: Tally = field(default_factory=Tally)
    unparsed: Tally = field(default_factory=Tally)
    damaged: Tally = field(default_factory=Tally)
    samples: list[tuple[int, str]] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    junk: list[Damage] = field(default_factory=list)

    def add(  # noqa: PLR0913 - one name for each fate of a byte
        self,
        *,
        events_lines: int = 0,
        events_bytes: int = 0,
        continuation_lines: int = 0,
        continuation_bytes: int = 0,
        blank_lines: int = 0,
        blank_bytes: int = 0,
        duplicate_lines: int = 0,
        duplicate_bytes: int = 0,
        unparsed_lines: int = 0,
        unparsed_bytes: int = 0,
        samples: Iterable[tuple[int, str]] = (),
        damage: Iterable[Damage] = (),
    ) -> None:
        """Merges what became of one block; the order of the blocks does not matter."""
        self.events.add(events_lines, events_bytes)
        self.continuation.add(continuation_lines, continuation_bytes)
        self.blank.add(blank_lines, blank_bytes)
        self.duplicate.add(duplicate_lines, duplicate_bytes)
        self.unparsed.add(unparsed_lines, unparsed_bytes)
        kept = [*self.samples, *((line, text[:SAMPLE_LENGTH]) for line, text in samples)]
        self.samples = sorted(kept)[:SAMPLES]
        self.add_damage(damage)

    def add_damage(self, damage: Iterable[Damage]) -> None:
        """Counts the damage whose bytes were not delivered, and lists all of it."""
        for entry in damage:
            self.damage.append(entry)
            if not entry.delivered:
                self.damaged.add(1, entry.length)

    def add_junk(self, stretches: Iterable[Damage]) -> None:
        """Notes stretches of unparsed lines, which are damage only if they are most of the file."""
        self.junk.extend(stretches)
        if len(self.junk) > 10 * MOST_DAMAGE:
            self.junk = merged(self.junk)

    def finish(self, reader: BlockReader | RawReader | Whole) -> None:
        """Takes over what the reader knows after its last block."""
        self.size = reader.disk_bytes
        self.sha256 = reader.sha256
        self.whole = reader.whole
        self.text_bytes = reader.text_bytes
        self.lines = reader.lines
        self.add_damage(reader.damage)
        if self.unparsed.lines > self.events.lines + self.continuation.lines:
            self.add_damage(merged(self.junk))

    @property
    def fates(self) -> tuple[tuple[str, int, int], ...]:
        """(fate, lines or stretches, bytes) for each thing that can become of a byte."""
        names = ("events", "continuation", "blank", "duplicate", "unparsed", "damaged")
        tallies: list[tuple[str, Tally]] = [(name, getattr(self, name)) for name in names]
        return tuple((name, tally.lines, tally.bytes) for name, tally in tallies)

    @property
    def accounted(self) -> int:
        """Bytes that are event, continuation, blank, duplicate, unparsed or damage."""
        return sum(size for _, _, size in self.fates)


class Ledger:
    """The accounts of all files of a run."""

    def __init__(self) -> None:
        self._accounts: dict[str, FileAccount] = {}

    def account(self, file: str) -> FileAccount:
        """The account of the file with that name, opened at the first call."""
        return self._accounts.setdefault(file, FileAccount(file))

    def take(self, other: Ledger) -> None:
        """Takes over the accounts of another run, which had other files."""
        self._accounts.update(other._accounts)

    @property
    def accounts(self) -> tuple[FileAccount, ...]:
        """All accounts in the order of the files' names."""
        return tuple(self._accounts[name] for name in sorted(self._accounts))

    @property
    def damage(self) -> tuple[Damage, ...]:
        """All damage by file and offset; stretches of one kind that touch are one."""
        return tuple(entry for account in self.accounts for entry in merged(account.damage))

    def check(self) -> None:
        """Raises LedgerError if a byte of some file is accounted for twice or not at all."""
        for account in self.accounts:
            # a fate of less than nothing is a byte counted twice elsewhere
            if account.accounted != account.text_bytes or any(min(fate[1:]) < 0 for fate in account.fates):
                raise LedgerError(
                    f"{account.file}: {account.text_bytes} bytes read, but {account.accounted} accounted for"
                    f" (events {account.events.bytes}, continuation {account.continuation.bytes},"
                    f" blank {account.blank.bytes}, duplicate {account.duplicate.bytes},"
                    f" unparsed {account.unparsed.bytes}, damage {account.damaged.bytes}); please report this as a bug"
                )


def merged(damage: Iterable[Damage]) -> list[Damage]:
    """One file's damage in file order, neighbours of one kind joined.

    Of each kind there are at most MOST_DAMAGE entries, the last of which then spans the rest.
    """
    joined: list[Damage] = []
    counts: dict[tuple[str, bool], int] = {}
    latest: dict[tuple[str, bool], int] = {}
    for entry in sorted(damage, key=lambda entry: (entry.offset, entry.kind, entry.length, entry.delivered)):
        key = (entry.kind, entry.delivered)
        at = latest.get(key)
        if at is not None:
            before = joined[at]
            end = before.offset + before.length
            touches = end == entry.offset and entry.kind != "torn"
            if touches or counts[key] >= MOST_DAMAGE:
                joined[at] = replace(before, length=max(end, entry.offset + entry.length) - before.offset, sha256=None)
                continue
        counts[key] = counts.get(key, 0) + 1
        latest[key] = len(joined)
        joined.append(entry)
    return joined
