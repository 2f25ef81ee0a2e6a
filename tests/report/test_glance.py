"""The tiles hold our own words and the numbers that matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from logforensics.outage.model import Outage
from logforensics.report.glance import tiles, when
from logforensics.report.model import Report


def test_one_outage_is_told_in_five_tiles(report: Report) -> None:
    """How long, why, what was hit, what was not, who was told nothing."""
    assert [(tile.label, tile.large) for tile in tiles(report)] == [
        ("Lasted", "about 22 hours"),
        ("Cause", "the disk went read-only"),
        ("Hit", "2 endpoints"),
        ("Not hit", "2 endpoints"),
        ("Monitors", "saw nothing"),
    ]


def test_seconds_are_told_where_minutes_are_too_coarse(report: Report, outage: Outage) -> None:
    """From 18:14 to 18:14 says nothing."""
    assert outage.end is not None
    over = replace(outage.end.latest, time=outage.start.latest.time + timedelta(seconds=29))
    brief = replace(outage, end=replace(outage.end, latest=over))
    assert when(brief, report) == "2020-06-23 09:06:55 to 09:07:24 (+10:00)"


def test_several_outages_are_counted(report: Report, outage: Outage) -> None:
    """With the longest of them."""
    assert [tile.large for tile in tiles(replace(report, outages=(outage, outage)))] == [
        "2 outages",
        "about 22 hours",
        "the disk went read-only",
    ]


def test_nothing_found_is_told_with_what_was_read(quiet: Report) -> None:
    """Good news with its grounds."""
    assert [tile.large for tile in tiles(quiet)] == ["no outage", "29 lines", "0", "0"]
