"""What the scan of a journal gives: some entries in file order, by columns."""

from __future__ import annotations

from dataclasses import dataclass

from logforensics.evidence.journal.fields import COLUMNS

Row = list[str | int | None]


@dataclass
class Entries:
    """Some entries in file order.

    `first` is the ordinal (from 1) of the first one, `times` microseconds since the epoch (__REALTIME_TIMESTAMP),
    `clocks` entry by entry the microseconds since boot (__MONOTONIC_TIMESTAMP) and the first half of the boot's id,
    `flat` their values row by row, each row as in COLUMNS: lists by the thousand would keep the garbage collector busy.
    """

    first: int
    times: list[int]
    clocks: list[int]
    flat: Row

    def column(self, name: str) -> Row:
        """One value for each entry; `name` is one of COLUMNS."""
        return self.flat[COLUMNS.index(name) :: len(COLUMNS)]

    @property
    def rows(self) -> list[Row]:
        """The values of each entry by COLUMNS."""
        return [self.flat[at : at + len(COLUMNS)] for at in range(0, len(self.flat), len(COLUMNS))]
