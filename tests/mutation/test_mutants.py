"""Each mutant is the source with one mistake, and no mistake is missed that the tests could see."""

from __future__ import annotations

import pytest

from tests.mutation.mutants import mutants


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x < 1", {"x <= 1", "x < 2"}),
        ("a + b", {"a - b"}),
        ("a += b", {"a -= b"}),
        ("a and b", {"a or b"}),
        ("not a", {"a"}),
        ("x = True", {"x = False"}),
        ("f(x)", {"pass"}),
        ("y = a if b else c", {"y = a if not b else c"}),
        ("a in b == c", {"a not in b == c", "a in b != c"}),
        ("t = f'{a}' + 'b'", set()),
        ("def f(x: int | None) -> int | None:\n    return x", {"def f(x: int | None) -> int | None:\n    return None"}),
    ],
)
def test_what_becomes_of_a_source(source: str, expected: set[str]) -> None:
    """One mistake each; texts and types, which are joined by the same signs, have none."""
    assert {mutant.source for mutant in mutants(source)} == expected


def test_a_mutant_names_its_line() -> None:
    """And what was done to it."""
    (mutant,) = mutants("a = b\nc = d * e\n")
    assert (mutant.line, mutant.what) == (2, "d * e -> d // e")
