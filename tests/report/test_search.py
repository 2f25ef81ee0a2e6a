"""What is typed to search for ignores case until it has a capital."""

from __future__ import annotations

import polars as pl
import pytest

from logforensics.errors import UsageError
from logforensics.report.search import matching, pattern_of


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        ("read-only", "(?i)read-only"),
        ("Read-only", "Read-only"),
        (r"\S+ \p{Lu}x\x{4A} [[:^alpha:]]", r"(?i)\S+ \p{Lu}x\x{4A} [[:^alpha:]]"),
        (r"(?P<Name>x)", r"(?i)(?P<Name>x)"),
        (r"\D[A-Z]", r"\D[A-Z]"),
    ],
)
def test_case_counts_where_a_capital_was_typed(typed: str, pattern: str) -> None:
    """The letters of a class, an escape or a group's name are no letters of the text."""
    assert pattern_of(typed) == pattern


def test_any_text_may_match_and_none_is_no_match() -> None:
    """A null is no text."""
    frame = pl.DataFrame({"a": ["Read-only", None, "x"], "b": [None, "READ-ONLY", "y"]})
    hits = frame.select(matching([pl.col("a"), pl.col("b")], "read-only", "--grep")).to_series()
    assert hits.to_list() == [True, True, False]


def test_what_is_no_expression_is_said() -> None:
    """The message begins with what was typed where."""
    with pytest.raises(UsageError, match=r"^--grep \(: is no regular expression"):
        matching([pl.col("a")], "(", "--grep (")
