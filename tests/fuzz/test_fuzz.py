"""20 000 mutations over every parser and every decoder: no traceback, no hang, each byte accounted for.

`./run python -m tests.fuzz.run --seed N --count M` makes others, and more of them.
"""

from __future__ import annotations

import pytest

from tests.fuzz.engine import parts, run_part, shares

SEED = 5
COUNT = 20_000
GROUPS = 12
"""The parts are dealt out to so many tests, which run side by side."""


@pytest.mark.parametrize("group", range(GROUPS))
def test_mutations(group: int) -> None:
    """What fails is named with the part and the smallest input that still fails."""
    some = parts()
    dealt = list(zip(some, shares(COUNT, some), strict=True))[group::GROUPS]
    print(f"seed {SEED}: {sum(count for _, count in dealt)} mutations")  # noqa: T201 - pytest shows it where it fails
    failures = [failure for part, count in dealt for failure in run_part(part, SEED, count, most=1).failures]
    assert failures == []


def test_twenty_thousand() -> None:
    """That many there are, and no parser and no decoder is left out."""
    some = parts()
    given = shares(COUNT, some)
    assert 0.95 * COUNT < sum(given) < 1.05 * COUNT
    assert min(given) > 0
