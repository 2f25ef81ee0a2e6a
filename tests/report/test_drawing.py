"""Shapes lie where their time lies, and say what they show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from logforensics.clock.zones import Zone
from logforensics.outage.model import Outage
from logforensics.report.drawing import MOST_TICKS, NARROWEST, drawn, ticks
from logforensics.report.lanes import BINS
from logforensics.report.model import Lane, Panel, Report

BEGIN = datetime(2020, 6, 22, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (timedelta(seconds=30), ["09:00:00", "09:00:05", "09:00:10", "09:00:15", "09:00:20", "09:00:25", "09:00:30"]),
        (timedelta(hours=6), ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]),
        (timedelta(days=3), ["12:00", "00:00", "12:00", "00:00", "12:00", "00:00"]),
        (timedelta(days=30), ["06-30", "07-07", "07-14", "07-21"]),
    ],
)
def test_ticks_stand_at_round_local_times(length: timedelta, labels: list[str]) -> None:
    """In steps people count in, never more than fit."""
    found = ticks(BEGIN, BEGIN + length, Zone.named("+10:00"))
    assert [tick.label for tick in found] == labels
    assert len(found) <= MOST_TICKS + 1


def test_ticks_keep_to_the_wall_when_the_clocks_change() -> None:
    """Midnight stays midnight after the night of the change."""
    begin = datetime(2021, 3, 27, 11, 0, tzinfo=UTC)
    found = ticks(begin, begin + timedelta(days=3), Zone.named("Europe/Berlin"))
    assert {tick.label for tick in found} == {"00:00", "12:00"}


def test_the_date_stands_where_the_day_changes() -> None:
    """Not under every tick."""
    found = ticks(BEGIN, BEGIN + timedelta(hours=30), Zone.named("+10:00"))
    assert [(tick.label, tick.date) for tick in found] == [
        ("12:00", "2020-06-23"),
        ("18:00", ""),
        ("00:00", "2020-06-24"),
        ("06:00", ""),
        ("12:00", ""),
    ]


def panel(begin: datetime, end: datetime, *lanes: Lane) -> Panel:
    """A panel of the whole span."""
    return Panel(begin, end, lanes)


def lane(up: dict[int, int], down: dict[int, int] | None = None) -> Lane:
    """A lane with a few filled bins."""
    return Lane(
        "source",
        "syslog",
        "",
        tuple(up.get(index, 0) for index in range(BINS)),
        tuple((down or {}).get(index, 0) for index in range(BINS)),
    )


def test_the_uncertain_edges_lie_around_the_certain_stretch(report: Report, outage: Outage) -> None:
    """Maybe, sure, maybe: without a hole between them."""
    assert outage.start.earliest is not None
    assert outage.end is not None
    begin = outage.start.earliest.time
    (shown,) = drawn(replace(report, panels=(panel(begin, outage.end.latest.time),)))
    assert [shade.kind for shade in shown.shades] == ["maybe", "sure", "maybe"]
    assert float(shown.shades[1].x) + float(shown.shades[1].width) > 99.8
    assert "stats.tsv:6" in shown.shades[0].title


def test_an_outage_of_seconds_in_a_month_is_still_seen(report: Report, outage: Outage) -> None:
    """Nothing is drawn narrower than the eye sees."""
    begin = outage.start.latest.time - timedelta(days=3000)
    (shown,) = drawn(replace(report, panels=(panel(begin, begin + timedelta(days=6000)),)))
    assert float(shown.bars[0].width) >= NARROWEST


def test_bars_of_one_height_are_one_shape(report: Report) -> None:
    """Lines up, errors down, from one base line."""
    assert report.begin is not None
    assert report.end is not None
    drawing = drawn(replace(report, panels=(panel(report.begin, report.end, lane({0: 4, 1: 4, 5: 1}, {5: 1})),)))[0]
    (track,) = drawing.groups[0][1]
    assert track.up == "M0 20v-20h2v20zM5 20v-10h1v10z"
    assert track.down == "M5 20v10h1v-10z"


def test_who_points_at_a_lane_is_told_its_numbers(report: Report) -> None:
    """Time and counts."""
    assert report.begin is not None
    end = report.begin + timedelta(hours=24)
    drawing = drawn(replace(report, panels=(panel(report.begin, end, lane({0: 12}, {0: 2})),)))[0]
    (hover,) = drawing.groups[0][1][0].hovers
    assert hover.title == "06-23 08:33:32 to 09:03:32: 12 lines, 2 errors"


def test_a_row_of_the_timeline_is_a_mark_that_knows_its_row(report: Report) -> None:
    """The picture leads to the proof."""
    assert report.begin is not None
    assert report.end is not None
    (drawing,) = drawn(replace(report, panels=(panel(report.begin, report.end),)))
    rows = [mark.row for mark in drawing.marks if mark.kind == "event"]
    assert rows == list(range(1, len(report.events) + 1))
    assert [mark.kind for mark in drawing.marks if not mark.row] == ["boot", "clock"]
