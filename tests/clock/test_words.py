"""Durations and time words as users type them."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta, timezone

import pytest

from logforensics.clock.words import duration, resolve
from logforensics.clock.zones import Zone
from logforensics.errors import UsageError

SYDNEY = Zone.named("Australia/Sydney")
SYDNEY_SUMMER = timezone(timedelta(hours=11))
START = datetime(2020, 6, 22, 22, 48, tzinfo=UTC)  # 08:48 on 23 June in Sydney
END = datetime(2020, 6, 23, 21, 25, 25, tzinfo=UTC)  # 07:25:25 on 24 June in Sydney
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def meant(text: str) -> str:
    """The instant of a text typed in Sydney, years after evidence of two days."""
    return resolve(text, SYDNEY, START, END, NOW).isoformat()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h", 3600.0),
        ("1h30m", 5400.0),
        ("2h 30min", 9000.0),
        ("90s", 90.0),
        ("90", 90.0),
        ("500ms", 0.5),
        ("1.5h", 5400.0),
        ("2M", 5_260_032.0),
        ("2m", 120.0),
        ("1 day 2 hours", 93_600.0),
        ("0", 0.0),
        ("7us", 7e-6),
        ("1w", 604_800.0),
        ("1y", 31_557_600.0),
        ("137y", 4_323_391_200.0),
    ],
)
def test_durations_are_those_of_systemd(text: str, seconds: float) -> None:
    """Units are read as systemd.time(7) has them."""
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "h", "-1h", "1h30", "30 1h", "inf", "nan", "1e9", "1x", "1h,30m", "٣h", "9999999y", "137y 1s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Anything else is a usage error, never a guess."""
    with pytest.raises(UsageError):
        duration(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("end", "2020-06-23T21:25:25+00:00"),
        ("end-2h", "2020-06-23T19:25:25+00:00"),
        ("start + 30m", "2020-06-22T23:18:00+00:00"),
        ("now", "2026-11-23T08:00:00+00:00"),
        ("-2h", "2026-11-23T06:00:00+00:00"),
        ("+30min", "2026-11-23T08:30:00+00:00"),
        ("2h 30min ago", "2026-11-23T05:30:00+00:00"),
        ("today", "2026-11-22T13:00:00+00:00"),
        ("yesterday 09:00", "2026-11-21T22:00:00+00:00"),
        ("tomorrow", "2026-11-23T13:00:00+00:00"),
        ("@1592895600.5", "2020-06-23T07:00:00.500000+00:00"),
        ("@1592895600.1234567", "2020-06-23T07:00:00.123456+00:00"),
        ("2020-06-23", "2020-06-22T14:00:00+00:00"),
        ("2020-06-23 09:00", "2020-06-22T23:00:00+00:00"),
        ("2020-06-23T09:00:00Z", "2020-06-23T09:00:00+00:00"),
        ("2020-06-23T09:00:00.25+10:00", "2020-06-22T23:00:00.250000+00:00"),
        ("2020-06-23 09:00:00.1234567", "2020-06-22T23:00:00.123456+00:00"),
        ("2020-06-23 09:00 Europe/Berlin", "2020-06-23T07:00:00+00:00"),
        ("2020/06/23 09:07:55", "2020-06-22T23:07:55+00:00"),
        ("[23/Jun/2020:09:07:55 +1000]", "2020-06-22T23:07:55+00:00"),
        ("Jun 23 09:04:02", "2020-06-22T23:04:02+00:00"),
        ("Feb 29 12:00", "2020-02-29T01:00:00+00:00"),
        ("2020-06-23 24:00", "2020-06-23T14:00:00+00:00"),
        ("2016-12-31 23:59:60 UTC", "2016-12-31T23:59:59.999999+00:00"),
        ("09:00", "2020-06-22T23:00:00+00:00"),
        ("08:48", "2020-06-22T22:48:00+00:00"),  # the very first
        ("07:25:25", "2020-06-23T21:25:25+00:00"),  # and last instant of the evidence
        ("23 June 2020 9am", "2020-06-22T23:00:00+00:00"),
        ("2020-04-05 02:30", "2020-04-04T15:30:00+00:00"),
    ],
)
def test_times_are_understood(text: str, instant: str) -> None:
    """Words of systemd, words about the evidence, and stamps as logs write them."""
    assert meant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "foo",
        "UTC",
        "end-",
        "-2x",
        "2020-13-01",
        "25:00",
        "24:00:01",
        "09:60",
        "2020-06-23 09:00 CST",
        "0001-01-01",
        "20:00 foo",
        "23 June 2020 9am CST",
        "June 2020 9am",
        "2020 Tuesday",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """Anything else is a usage error, never a guess."""
    with pytest.raises(UsageError):
        meant(text)


def test_the_29_february_of_evidence_is_of_a_year_that_was() -> None:
    """From November 2026 on 2028 is nearer than 2024, but no log is written in two years."""
    end = datetime(2026, 11, 20, tzinfo=UTC)
    assert resolve("Feb 29 12:00", SYDNEY, START, end, NOW).isoformat() == "2024-02-29T01:00:00+00:00"


def test_a_naive_end_of_the_evidence_is_utc() -> None:
    """As is one with an offset of its own."""
    at = START.astimezone(SYDNEY_SUMMER)
    assert resolve("start", SYDNEY, START.replace(tzinfo=None), END, NOW) == START
    assert resolve("start", SYDNEY, at, END, NOW).isoformat() == START.isoformat()


def test_clock_time_alone_outside_the_evidence_is_of_its_one_day() -> None:
    """Evidence of a single day leaves no other one."""
    end = datetime(2020, 6, 23, 3, tzinfo=UTC)
    assert resolve("08:00", SYDNEY, START, end, NOW).isoformat() == "2020-06-22T22:00:00+00:00"


def test_day_and_month_are_not_guessed() -> None:
    """T37: 03/04/2020 may be March or April, and the message names both."""
    with pytest.raises(UsageError) as error:
        meant("03/04/2020")
    assert str(error.value) == "'03/04/2020' can be 2020-03-04 or 2020-04-03: write it like that"


def test_clock_time_alone_must_fit_one_day() -> None:
    """A time of day that the evidence holds on several days asks for the day."""
    with pytest.raises(UsageError) as error:
        resolve("09:00", SYDNEY, START, datetime(2020, 6, 25, tzinfo=UTC), NOW)
    assert str(error.value) == (
        "'09:00' does not say which day: the evidence runs from 2020-06-23 to 2020-06-25; write \"2020-06-25 09:00\""
    )


def test_clock_time_alone_is_todays_on_a_running_system() -> None:
    """Where the evidence reaches to now, 09:00 is today's."""
    assert resolve("09:00", SYDNEY, START, NOW, NOW).isoformat() == "2026-11-22T22:00:00+00:00"


def test_evidence_that_ends_a_day_ago_is_no_running_system() -> None:
    """Then a time of day is one of the evidence's, as ever."""
    assert resolve("09:00", SYDNEY, START, END, END + timedelta(days=1)).isoformat() == "2020-06-22T23:00:00+00:00"


def test_evidence_without_events_has_no_end() -> None:
    """Words about the evidence need events."""
    with pytest.raises(UsageError) as error:
        resolve("end-2h", SYDNEY, None, None, NOW)
    assert str(error.value) == "'end-2h': the evidence has no events to count from"


def test_an_abbreviation_is_refused_whatever_becomes_of_warnings() -> None:
    """What reads the text only warns that it left CST out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(UsageError):
            meant("23 June 2020 9am CST")
