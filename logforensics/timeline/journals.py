"""Turns the numbers of journal entries into the entries that are missing, and into notes that say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from logforensics.clock.settle import Assumption
from logforensics.evidence.journal.sequence import Missing, Place, missing
from logforensics.evidence.journal.sequence import Sequence as Numbers

TOLD = 10
"""Holes told one by one; where a user's journal outlives the system's, there are thousands."""

Known = Sequence[tuple[str, str, Numbers]]
"""Source, file and numbers of each journal."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def missing_entries(journals: Known) -> tuple[Missing, ...]:
    """The holes in the numbers of all journals together, by time."""
    return tuple(missing([(file, numbers) for _, file, numbers in journals]))


def notes_of(holes: Sequence[Missing], journals: Known) -> list[Assumption]:
    """What is to be said of the holes: where they are, and that nothing tells what made them."""
    sources = {file: source for source, file, _ in journals}
    largest = sorted(sorted(holes, key=lambda hole: -hole.count)[:TOLD], key=lambda hole: (hole.after.time, hole.first))
    notes = [
        Assumption(
            sources[hole.after.file],
            "entries-missing",
            f"{_entries(hole.count)} missing between {_place(hole.after)} and {_place(hole.before)}: vacuumed,"
            " deleted or damaged, or in a journal that is not here",
            0,
        )
        for hole in largest
    ]
    if len(holes) > len(largest):
        others = sum(hole.count for hole in holes) - sum(hole.count for hole in largest)
        text = f"{_entries(others)} missing in {len(holes) - len(largest)} more places"
        notes.append(Assumption(sources[holes[0].after.file], "entries-missing", text, 0))
    return notes


def instant(micros: int) -> datetime:
    """The instant (UTC) so many microseconds after the epoch."""
    return _EPOCH + timedelta(microseconds=micros)


def _entries(count: int) -> str:
    return "1 entry is" if count == 1 else f"{count:,} entries are"


def _place(place: Place) -> str:
    return f"{place.file}:{place.line} ({instant(place.time):%Y-%m-%d %H:%M:%S} UTC)"
