"""The ledger: what became of every byte, and the proof that none is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from logforensics.evidence.files import read_blocks
from logforensics.evidence.ledger import MOST_DAMAGE, Ledger, LedgerError, merged
from logforensics.evidence.model import Damage, LogFile


def finished(tmp_path: Path, data: bytes) -> Ledger:
    """A ledger with one file whose reader is done."""
    path = tmp_path / "x.log"
    path.write_bytes(data)
    reader = read_blocks(LogFile(path, "x.log", len(data), None))
    list(reader)
    ledger = Ledger()
    ledger.account("x.log").finish(reader)
    return ledger


def test_closes_when_the_sums_meet(tmp_path: Path) -> None:
    """Events, continuations, blanks, unparsed lines and damage together are the file."""
    ledger = finished(tmp_path, b"0123456789")
    ledger.account("x.log").add(
        events_lines=1,
        events_bytes=4,
        continuation_lines=1,
        continuation_bytes=2,
        blank_lines=1,
        blank_bytes=1,
        unparsed_lines=1,
        unparsed_bytes=1,
        damage=[Damage("nul", "x.log", 8, 2), Damage("torn", "x.log", 0, 4, delivered=True)],
    )
    ledger.check()
    assert ledger.account("x.log").accounted == 10


@pytest.mark.parametrize("counted", [9, 11])
def test_a_byte_too_few_or_too_many(tmp_path: Path, counted: int) -> None:
    """One byte lost or counted twice is an error that names the file and the sums."""
    ledger = finished(tmp_path, b"0123456789")
    ledger.account("x.log").add(events_lines=1, events_bytes=counted)
    with pytest.raises(LedgerError, match=rf"^x\.log: 10 bytes read, but {counted} accounted for \(events {counted},"):
        ledger.check()


@pytest.mark.parametrize(
    "given", [{"events_bytes": 12, "unparsed_bytes": -2}, {"events_bytes": 10, "events_lines": 2, "blank_lines": -1}]
)
def test_no_fate_is_less_than_nothing(tmp_path: Path, given: dict[str, int]) -> None:
    """What was counted twice and taken away elsewhere makes the right sum, and no right account."""
    ledger = finished(tmp_path, b"0123456789")
    ledger.account("x.log").add(**given)  # type: ignore[arg-type]
    with pytest.raises(LedgerError, match=r"^x\.log: 10 bytes read, but 10 accounted for") as raised:
        ledger.check()
    assert raised.value.exit_code == 3


def test_a_new_account_is_of_nothing() -> None:
    """No byte, no line, nothing missing; it closes."""
    ledger = Ledger()
    account = ledger.account("x.log")
    assert (account.size, account.text_bytes, account.lines, account.whole, account.accounted) == (0, 0, 0, True, 0)
    assert {(lines, size) for _, lines, size in account.fates} == {(0, 0)}
    ledger.check()


def test_account_knows_the_file(tmp_path: Path) -> None:
    """The account takes size, digest and line count from the reader."""
    account = finished(tmp_path, b"one\ntwo\n").account("x.log")
    assert (account.size, account.text_bytes, account.lines, account.whole, len(account.sha256)) == (8, 8, 2, True, 64)


def test_samples_are_the_first_whatever_the_order() -> None:
    """Five unparsed lines are kept, those first in the file, cut to 200 characters."""
    account = Ledger().account("x.log")
    account.add(samples=[(number, "late") for number in range(90, 95)])
    account.add(samples=[(3, "x" * 500), (1, "one"), (2, "two")])
    assert account.samples == [(1, "one"), (2, "two"), (3, "x" * 200), (90, "late"), (91, "late")]


def test_accounts_and_damage_are_ordered() -> None:
    """Accounts come by name and damage by offset, however the blocks came in."""
    ledger = Ledger()
    ledger.account("b").add(damage=[Damage("nul", "b", 50, 1), Damage("nul", "b", 5, 1)])
    ledger.account("a").add(damage=[Damage("torn", "a", 9, 1, delivered=True)])
    assert [account.file for account in ledger.accounts] == ["a", "b"]
    assert [(entry.file, entry.offset) for entry in ledger.damage] == [("a", 9), ("b", 5), ("b", 50)]


def test_touching_stretches_are_one() -> None:
    """A run of NULs that was cut by a block's border is told as one."""
    parts = [Damage("nul", "x", 10, 5, line=2), Damage("nul", "x", 15, 5, line=2), Damage("nul", "x", 30, 1, line=3)]
    assert merged(parts) == [Damage("nul", "x", 10, 10, line=2), Damage("nul", "x", 30, 1, line=3)]


def test_damage_without_end_is_bounded() -> None:
    """Of one kind a thousand stretches are listed, the last one spanning the rest."""
    joined = merged(Damage("nul", "x", 10 * n, 1, line=n) for n in range(5000))
    assert len(joined) == MOST_DAMAGE
    assert joined[-1].offset + joined[-1].length == 49_991


def test_each_fate_has_its_lines_and_bytes() -> None:
    """Blocks add up, whatever their order, and what a block does not name is nothing."""
    account = Ledger().account("x.log")
    given = {
        f"{fate}_{unit}": number
        for number, (fate, unit) in enumerate(
            (fate, unit)
            for fate in ("events", "continuation", "blank", "duplicate", "unparsed")
            for unit in ("lines", "bytes")
        )
    }
    account.add(**given, damage=[Damage("nul", "x.log", 0, 7), Damage("torn", "x.log", 7, 3, delivered=True)])  # type: ignore[arg-type]
    assert account.fates == (
        ("events", 0, 1),
        ("continuation", 2, 3),
        ("blank", 4, 5),
        ("duplicate", 6, 7),
        ("unparsed", 8, 9),
        ("damaged", 1, 7),
    )
    account.add()
    account.add(events_lines=1)
    assert [sizes for _, *sizes in account.fates] == [[1, 1], [2, 3], [4, 5], [6, 7], [8, 9], [1, 7]]


def test_the_readers_damage_is_the_accounts(tmp_path: Path) -> None:
    """What could not be opened is damage of the file's size."""
    reader = read_blocks(LogFile(tmp_path / "gone.log", "gone.log", 10, None))
    list(reader)
    ledger = Ledger()
    ledger.account("gone.log").finish(reader)
    assert [(entry.kind, entry.length) for entry in ledger.damage] == [("unread", 10)]
    ledger.check()


@pytest.mark.parametrize(("unparsed", "told"), [(3, False), (4, True)])
def test_junk_is_damage_where_it_is_most_of_a_file(tmp_path: Path, unparsed: int, told: bool) -> None:
    """As many strange lines as events and continuations are no damage, one more is."""
    path = tmp_path / "x.log"
    path.write_bytes(b"0123456789")
    reader = read_blocks(LogFile(path, "x.log", 10, None))
    list(reader)
    account = Ledger().account("x.log")
    account.add(events_lines=2, continuation_lines=1, unparsed_lines=unparsed)
    junk = [Damage("junk", "x.log", 10 * n, 5, delivered=True, line=n) for n in range(2)]
    account.add_junk(junk[:1])
    account.add_junk(junk[1:])
    account.finish(reader)
    assert account.damage == (junk if told else [])


def test_junk_without_end_is_bounded() -> None:
    """Ten thousand stretches are kept as they are; of more, as many as are listed."""
    account = Ledger().account("x.log")
    junk = [Damage("junk", "x.log", 10 * n, 5, delivered=True, line=n) for n in range(10 * MOST_DAMAGE + 1)]
    account.add_junk(junk[:-1])
    assert len(account.junk) == 10 * MOST_DAMAGE
    account.add_junk(junk[-1:])
    assert len(account.junk) == MOST_DAMAGE


def test_another_runs_accounts_are_taken_over() -> None:
    """Its files are other ones."""
    ledger, other = Ledger(), Ledger()
    ledger.account("a")
    other.account("b").add(events_lines=1)
    ledger.take(other)
    assert [(account.file, account.events.lines) for account in ledger.accounts] == [("a", 0), ("b", 1)]
