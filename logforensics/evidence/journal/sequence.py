"""Turns the sequence numbers of entries into the holes between them: entries that were written and are not here.

journald counts through all the files of one sequence (system and user journals share it), so a number that no file
holds belongs to an entry that was vacuumed, deleted, damaged, or lies in a journal that was not collected.  The
numbers before the first one are no hole: rotation takes the oldest files away.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass
from typing import NamedTuple

from logforensics.evidence.journal.header import Header

MOST = 1 << 16
"""Runs kept of one file; user journals interleave with the system's, and damage could make up any number."""


class Run(NamedTuple):
    """Entries that follow one another without a hole: their numbers, ordinals in the file, and times (microseconds)."""

    first: int
    last: int
    line: int
    last_line: int
    time: int
    last_time: int

    @property
    def length(self) -> int:
        """How many entries it holds."""
        return self.last - self.first + 1


class Place(NamedTuple):
    """An entry: its file, its ordinal there, its time in microseconds since the epoch."""

    file: str
    line: int
    time: int


@dataclass(frozen=True)
class Missing:
    """`count` entries with the numbers from `first` on are missing behind `after` and before `before`."""

    first: int
    count: int
    after: Place
    before: Place


class Sequence:
    """The sequence numbers of one file: `id` is that of its count, `runs` in file order.

    Numbers rise through a file and end with the one its header names (`tail`): what does not fit in is damaged, and
    left out.  `complete` is False if there were more runs than are kept; nothing can be said of holes then.
    """

    def __init__(self, header: Header) -> None:
        self.id = header.sequence
        self.complete = True
        self.runs: list[Run] = []
        self._tail = header.last_number

    def add(self, buffer: bytes, places: SequenceOf[int], line: int) -> None:
        """Takes the entries at `places` in `buffer`; `line` is the first one's ordinal in the file."""
        if not places:
            return
        import numpy as np

        shift = places[0] % 8
        words = np.frombuffer(buffer, np.dtype("<u8"), (len(buffer) - shift) // 8, shift)
        slots = (np.array(places, np.int64) - shift) >> 3
        numbers, times = words[slots + 2], words[slots + 3]
        begins = [0, *(np.flatnonzero(np.diff(numbers) != 1) + 1).tolist()]
        for begin, end in zip(begins, [*(at - 1 for at in begins[1:]), len(places) - 1], strict=True):
            first, last, time, last_time = (int(one) for one in (*numbers[[begin, end]], *times[[begin, end]]))
            self._add(Run(first, last, line + begin, line + end, time, last_time))

    def _add(self, run: Run) -> None:
        if run.last > self._tail:
            return
        while self.runs and self.runs[-1].last >= run.first:  # one of the two is damaged: the shorter one
            if self.runs[-1].length >= run.length:
                return
            self.runs.pop()
        if self.runs and run.first == self.runs[-1].last + 1:
            self.runs[-1] = self.runs[-1]._replace(last=run.last, last_line=run.last_line, last_time=run.last_time)
        elif len(self.runs) < MOST:
            self.runs.append(run)
        else:
            self.complete = False


def missing(files: Iterable[tuple[str, Sequence]]) -> list[Missing]:
    """The holes in the counts of some files (name, numbers), by time; none for a count that is not known in full."""
    together: dict[bytes, list[tuple[Run, str]]] = {}
    partial: set[bytes] = set()
    for name, sequence in files:
        together.setdefault(sequence.id, []).extend((run, name) for run in sequence.runs)
        if not sequence.complete:
            partial.add(sequence.id)
    found: list[Missing] = []
    for key, runs in together.items():
        if key.strip(b"\0") and key not in partial:
            found += _holes(sorted(runs))
    return sorted(found, key=lambda one: (one.after.time, one.first))


def _holes(runs: list[tuple[Run, str]]) -> Iterable[Missing]:
    if not runs:
        return
    reached, name = runs[0]
    for run, file in runs[1:]:
        if run.first > reached.last + 1:
            yield Missing(
                reached.last + 1,
                run.first - reached.last - 1,
                Place(name, reached.last_line, reached.last_time),
                Place(file, run.line, run.time),
            )
        if run.last > reached.last:
            reached, name = run, file
