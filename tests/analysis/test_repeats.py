"""Lines that stand for others: how many they are, and of which text."""

from __future__ import annotations

import polars as pl
import pytest

from logforensics.analysis.repeats import repeats, text_of, times_of


@pytest.mark.parametrize(
    ("message", "times", "again", "text"),
    [
        ("last message repeated 3 times", 3, True, "last message repeated 3 times"),
        ("last message repeated 1 time", 1, True, "last message repeated 1 time"),
        ("--- last message repeated 12 times ---", 12, True, "--- last message repeated 12 times ---"),
        ("message repeated 5 times: [ disk is slow]", 5, False, "disk is slow"),
        ("message repeated 5 times: [disk [sda] is slow]", 5, False, "disk [sda] is slow"),
        ("message repeated 9999999999 times", 1, False, "message repeated 9999999999 times"),
        ("he said: last message repeated 3 times", 1, False, "he said: last message repeated 3 times"),
        (None, 1, False, None),
    ],
)
def test_a_line_stands_for_as_many_as_it_says(message: str | None, times: int, again: bool, text: str | None) -> None:
    """Only where the whole message is that word of a log daemon."""
    frame = pl.DataFrame({"message": [message]}, schema={"message": pl.String})
    column = pl.col("message")
    assert frame.select(times_of(column), repeats(column).alias("again"), text_of(column).alias("text")).row(0) == (
        times,
        again,
        text,
    )
