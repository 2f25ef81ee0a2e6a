"""Tests when a timer is overdue, and until when it was still held up."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.findings import Cite
from logforensics.analysis.streams import Stream
from logforensics.outage.deadlines import PAGE_CACHE, missed_beats, period, still_silent
from logforensics.schema import SCHEMA
from tests.outage.scenes import at, every


def timer(*spans: tuple[datetime, datetime], seconds: float = 60) -> Stream:
    """A timer that beats in each of `spans`."""
    times = pl.Series([time for begin, end in spans for time in every(begin, end, seconds)], dtype=SCHEMA["time"])
    return Stream("beat", "cron", "syslog", times, lambda index: Cite("syslog", index + 1))


def test_timer_is_overdue_a_beat_after_its_last() -> None:
    """A minute's timer that last beat at 08:59 is overdue by 09:00, give or take the resolution of its stamps."""
    (edge,) = missed_beats([timer((at("08:00"), at("09:00")))], at("08:59:30"), at("10:00"))
    assert timedelta(0) <= edge.time - at("09:00") <= timedelta(seconds=2)


def test_overdue_timer_cites_its_last_beat() -> None:
    """The line that proves it is the last one there was, and how far the instant lies behind it is told."""
    (edge,) = missed_beats([timer((at("08:00"), at("09:00")))], at("08:59:30"), at("10:00"))
    assert edge.cite == Cite("syslog", 60)
    assert edge.shift == (edge.time - at("08:59")).total_seconds()


def test_chances_nobody_can_picture_are_one_in_a_million() -> None:
    """An hour without a minute's timer is no chance at all."""
    (edge,) = missed_beats([timer((at("08:00"), at("09:00")))], at("08:59:30"), at("10:00"))
    assert edge.reason.endswith("was overdue (the chance of that is below one in a million)")


def test_what_a_crash_lost_is_added() -> None:
    """After a power cut the beat may have been logged and lost for 35 s longer."""
    stream = timer((at("08:00"), at("09:00")))
    (plain,) = missed_beats([stream], at("08:59:30"), at("10:00"))
    (lost,) = missed_beats([stream], at("08:59:30"), at("10:00"), PAGE_CACHE)
    assert lost.time - plain.time == timedelta(seconds=35)


def test_timer_that_went_on_missed_nothing() -> None:
    """A timer that beat within the silence proves no failure."""
    assert missed_beats([timer((at("08:00"), at("11:00")))], at("08:59:30"), at("10:00")) == []


def test_timer_of_few_beats_says_nothing() -> None:
    """A handful of beats is no rhythm."""
    assert missed_beats([timer((at("08:50"), at("09:00")))], at("08:59:30"), at("10:00")) == []


def test_earliest_deadline_comes_first() -> None:
    """Of several timers the one that was due first stands first."""
    slow = timer((at("06:02"), at("09:00")), seconds=300)
    fast = timer((at("06:00"), at("09:00")))
    found = missed_beats([slow, fast], at("08:59:30"), at("10:00"))
    assert [edge.time for edge in found] == sorted(edge.time for edge in found)
    assert found[0].time < at("09:00:05") < found[1].time


def test_timer_that_came_back_was_held_up_until_a_beat_before() -> None:
    """A minute's timer that came back at 10:00 would have come a minute earlier, had all been well by then."""
    stream = timer((at("08:00"), at("09:00")), (at("10:00"), at("11:00")))
    (edge,) = still_silent([stream], at("08:59:30"), at("09:59:59"))
    assert timedelta(0) <= at("09:59") - edge.time <= timedelta(seconds=2)


@pytest.mark.parametrize(("seconds", "text"), [(60, "60 s"), (300, "5 min"), (7200, "2 h"), (9000, "2.5 h")])
def test_period_reads_well(seconds: float, text: str) -> None:
    """Periods are told in the unit a reader would use."""
    assert period(seconds) == text
