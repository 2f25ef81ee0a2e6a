"""Instants and lengths of time in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from logforensics.clock.zones import Zone
from logforensics.report import words

AT = datetime(2020, 6, 22, 23, 5, 37, 379000, tzinfo=UTC)
SYDNEY = Zone.named("Australia/Sydney")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.4, "0.4 s"),
        (9.96, "10.0 s"),
        (59.6, "1 min"),
        (77.6, "1 min 18 s"),
        (3600, "1 h"),
        (79560, "22 h 6 min"),
        (90061, "1 d 1 h"),
        (-5, "-5 s"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, expected: str) -> None:
    """Nobody reads 79560 seconds."""
    assert words.duration(seconds) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (79517, 79654, "22 h 5 min to 22 h 7 min"),
        (10, 10, "10 s"),
        (60, None, "at least 1 min"),
        (-3, 5, "0 s to 5 s"),
    ],
)
def test_a_length_between_bounds_names_both(low: float, high: float | None, expected: str) -> None:
    """Equal words are said once."""
    assert words.span_words(low, high) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (79517, 79654, "about 22 hours"),
        (100, 140, "about 2 minutes"),
        (5, 7, "about 6 seconds"),
        (200000, None, "at least 2 days"),
    ],
)
def test_a_headline_rounds(low: float, high: float | None, expected: str) -> None:
    """A headline needs one number."""
    assert words.about(low, high) == expected


def test_iso_keeps_the_fraction_that_the_log_had() -> None:
    """Trailing zeros of microseconds are not evidence."""
    assert words.iso(AT, SYDNEY) == "2020-06-23T09:05:37.379+10:00"


def test_iso_without_fraction_has_none() -> None:
    """A stamp of whole seconds stays one."""
    assert words.iso(AT.replace(microsecond=0)) == "2020-06-22T23:05:37+00:00"


def test_both_names_the_site_time_and_utc() -> None:
    """A colleague elsewhere needs UTC."""
    assert words.both(AT, SYDNEY) == "2020-06-23 09:05:37.379 +10:00 (2020-06-22 23:05:37.379 UTC)"


def test_both_says_utc_once_where_the_site_keeps_utc() -> None:
    """The same time twice is noise."""
    assert words.both(AT, words.UTC) == "2020-06-22 23:05:37.379 UTC"


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [(1, "line", "1 line"), (12345, "line", "12,345 lines"), (2, "stretch", "2 stretches"), (0, "entry", "0 entries")],
)
def test_plural(number: int, noun: str, expected: str) -> None:
    """One line, two lines."""
    assert words.plural(number, noun) == expected


@pytest.mark.parametrize(
    ("items", "limit", "expected"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["a", "b", "c"], None, "a, b and c"),
        (["a", "b", "c", "d"], 2, "a, b and 2 more"),
    ],
)
def test_listing(items: list[str], limit: int | None, expected: str) -> None:
    """A long list ends with how many more there are."""
    assert words.listing(items, limit) == expected
