"""Sequence numbers of journal entries: what is missing between files, and what damage must not make of it."""

from __future__ import annotations

import struct
from collections.abc import Sequence as SequenceOf

import pytest

from logforensics.evidence.journal import sequence
from logforensics.evidence.journal.header import Header
from logforensics.evidence.journal.sequence import Missing, Place, Sequence, missing

ONE, OTHER = b"1" * 16, b"2" * 16


def numbered(numbers: SequenceOf[int], key: bytes = ONE, *, tail: int | None = None) -> Sequence:
    """A file with entries of these numbers, one a second by its number."""
    header = Header(208, 0, len(numbers), False, False, False, None, key, numbers[-1] if tail is None else tail)
    found = Sequence(header)
    entries = [struct.pack("<QQQQ", 3, 32, number, number * 1_000_000) for number in numbers]
    half = len(entries) // 2
    for first, part in ((1, entries[:half]), (half + 1, entries[half:])):
        found.add(b"".join(part), [32 * at for at in range(len(part))], first)
    return found


def test_no_hole() -> None:
    """Files that go on where another ended miss nothing, whatever their order; nor does what comes before the first."""
    assert missing([("b", numbered(range(900, 1000))), ("a", numbered(range(700, 900)))]) == []
    assert missing([]) == missing([("a", numbered([5]))]) == []


def test_hole_between_files() -> None:
    """A file that is gone leaves a hole between two entries that are named."""
    files = [("a", numbered(range(1, 11))), ("c", numbered(range(21, 31)))]
    assert missing(files) == [Missing(11, 10, Place("a", 10, 10_000_000), Place("c", 1, 21_000_000))]


def test_journals_that_share_a_count() -> None:
    """What is not in the system's journal is in a user's; other counts have nothing to do with them."""
    system, user = [1, 2, 4, 6, 7, 9], [3, 5, 8]
    assert missing([("system", numbered(system)), ("user", numbered(user))]) == []
    holes = missing([("system", numbered(system)), ("user", numbered(user, OTHER))])
    assert [(hole.first, hole.count, hole.after.line, hole.before.line) for hole in holes] == [
        (3, 1, 2, 3), (4, 1, 1, 2), (5, 1, 3, 4), (6, 2, 2, 3), (8, 1, 5, 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "holes"),
    [
        ([1, 2, 3, 1 << 40, 5, 6], [(4, 1)]),  # a number too high to be followed by the others
        ([1, 2, 3, 2, 5, 6], [(4, 1)]),  # too low
        ([1, 2, 3, 4, 5, 1 << 40], []),  # beyond what the header says was the last
        ([1 << 40, 2, 3, 4, 5, 6], []),  # at the head
    ],
)
def test_damaged_number(numbers: list[int], holes: list[tuple[int, int]]) -> None:
    """A number that damage made up opens no hole but its own."""
    assert [(hole.first, hole.count) for hole in missing([("a", numbered(numbers, tail=6))])] == holes


def test_more_runs_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not all is known, nothing is said."""
    monkeypatch.setattr(sequence, "MOST", 3)
    assert missing([("a", numbered([1, 3, 5, 7, 9]))]) == []
    assert len(missing([("a", numbered([1, 3, 5]))])) == 2
