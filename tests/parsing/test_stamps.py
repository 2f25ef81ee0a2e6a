"""Which instants the stamps of structured lines mean."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from logforensics.parsing.stamps import instants

NOON = datetime(2020, 6, 23, 9, 7, 55)
FINE = NOON.replace(microsecond=123456)


@pytest.mark.parametrize(
    ("text", "wall", "offset"),
    [
        ("2020-06-23T09:07:55Z", NOON, 0),
        ("2020-06-23T09:07:55.123456789+10:00", FINE, 36000),
        ("2020-06-23T09:07:55.123456-0330", FINE, -12600),
        ("2020-06-23 09:07:55,123456", FINE, None),
        ("2020-06-23 09:07:55.123456 +0000 UTC", FINE, 0),
        ("2020-06-23 09:07:55 IST", NOON, None),
        ("2020/06/23 09:07:55", NOON, None),
        ("23/Jun/2020:09:07:55 +1000", NOON, 36000),
        ("Tue, 23 Jun 2020 09:07:55 GMT", NOON, 0),
        ("20200623T090755.123456Z", FINE, 0),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, 999_999), 0),
        ("1592903275", NOON, 0),
        ("1592903275.1234567", FINE, 0),
        ("1592903275123.456", FINE, 0),
        ("1592903275123", NOON.replace(microsecond=123000), 0),
        ("1592903275123456", FINE, 0),
        ("1592903275123456789", FINE, 0),
        ("1592903275.123:30826", NOON.replace(microsecond=123000), 0),
        ("999999999", datetime(2001, 9, 9, 1, 46, 39), 0),
    ],
)
def test_a_stamp_says_its_wall_time_and_perhaps_its_offset(text: str, wall: datetime, offset: int | None) -> None:
    """Each of the usual spellings, and numbers since 1970 by their magnitude."""
    assert instants(pl.Series([text])).row(0) == (wall, offset)


@pytest.mark.parametrize(
    "text",
    ["", "now", "12.5", "99999999", "-1592903275", "2020-06-31T09:07:55Z", "2020-06-23", "2020-06-23T25:07:55Z",
     "9" * 20, "1.5e9", "2020-06-23T09:07:55Z behind"],
)  # fmt: skip
def test_what_is_no_stamp_has_no_instant(text: str) -> None:
    """An uptime, a date that is not in the calendar, a day alone, a number too long."""
    assert instants(pl.Series([text]))["wall"].to_list() == [None]


def test_spellings_may_be_mixed() -> None:
    """Each keeps its row; what is missing stays missing."""
    found = instants(pl.Series(["1592903275", None, "2020-06-23T09:07:55Z", "x", "2020/06/23 09:07:55"]))
    assert found["wall"].to_list() == [NOON, None, NOON, None, NOON]


def test_no_stamps_give_no_rows() -> None:
    """The types stay the same."""
    assert instants(pl.Series([], dtype=pl.String)).schema == {"wall": pl.Datetime("us"), "offset": pl.Int32}
