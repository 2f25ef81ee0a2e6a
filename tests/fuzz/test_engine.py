"""The mutation runner finds what fails, makes it small, and does the same twice for one seed."""

from __future__ import annotations

import time
from random import Random

import pytest

from logforensics.evidence.ledger import LedgerError
from tests.fuzz.engine import fed, run_part, smallest
from tests.fuzz.mutate import mutated
from tests.fuzz.parts import Part
from tests.fuzz.run import main


class Trap(Part):
    """A reader that cannot bear an A in front of a NUL."""

    name = "trap"
    batch = 3

    def make(self, source: Random) -> list[bytes]:
        """Letters and what becomes of them."""
        return [mutated(source, b"ABCDEFGH" * 4) for _ in range(self.batch)]

    def check(self, pieces: list[bytes]) -> None:
        """Falls into the trap."""
        data = b"|".join(pieces)
        if b"A\0" in data:
            raise ValueError("embedded null byte")
        if b"!" in data:
            raise LedgerError("10 bytes read, but 9 accounted for")


def test_what_fails_is_made_small() -> None:
    """Of three pieces one is left, and of that one the two bytes that it takes."""
    assert smallest(Trap(), [b"xyz", b"some A\0 more", b"x"], "ValueError", "embedded null byte") == [b"A\0"]


def test_what_takes_two_pieces_keeps_both() -> None:
    """What fails only together stays together."""

    class Both(Trap):
        """A reader that bears one A, and not two."""

        def check(self, pieces: list[bytes]) -> None:
            """Counts."""
            if sum(b"A" in piece for piece in pieces) > 1:
                raise ValueError("two")

    assert smallest(Both(), [b"xAx", b"yy", b"AAA"], "ValueError", "two") == [b"A", b"A"]


@pytest.mark.parametrize(("data", "kind"), [(b"A\0", "ValueError"), (b"!", "ledger"), (b"B", None)])
def test_every_failure_has_its_kind(data: bytes, kind: str | None) -> None:
    """A traceback, a ledger that does not close, and nothing."""
    wrong = fed(Trap(), [data])
    assert (wrong[0] if wrong else None) == kind


def test_what_takes_for_ever_is_stopped() -> None:
    """An input that would take half a minute hangs, where a twentieth of a second is given."""

    class Slow(Trap):
        """A reader that takes its time."""

        def check(self, pieces: list[bytes]) -> None:
            """Sleeps."""
            time.sleep(30 * len(pieces))

    assert fed(Slow(), [b""], seconds=0.05) == ("HangError", "it took more than 0.05 s")


def test_a_run_finds_the_trap() -> None:
    """Among some thousand mutations the one in question comes up, and is found again by its number."""
    tally = run_part(Trap(), seed=1, count=3000, most=1)
    assert tally.mutations == 3000
    (first, *_) = [failure for failure in tally.failures if failure.kind == "ValueError"]
    assert fed(Trap(), Trap().make(Random(f"1:trap:{first.number}"))) is not None  # noqa: S311 - as the runner makes it


def test_a_seed_makes_the_same_mutations() -> None:
    """And another one others."""
    first, again, other = (Trap().make(Random(seed)) for seed in (1, 1, 2))  # noqa: S311 - repeatable
    assert first == again != other


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    """Seed, counts and failures; 2 for a part that there is not."""
    assert main(["--only", "decoder:lz4", "--count", "20", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("seed 7, 20 mutations over 1 parts\n")
    assert "decoder:lz4: 20 mutations in 20 inputs" in out
    assert main(["--only", "no-such-part"]) == 2
