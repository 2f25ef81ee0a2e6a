"""Lanes count on one axis; what is small in the whole is drawn again, and who is too many is added up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest

from logforensics.outage.model import Outage
from logforensics.report.lanes import BINS, MOST_ENDPOINTS, MOST_SOURCES, panels_of
from logforensics.report.model import Lane, Report, SourceRow


def events(*rows: tuple[datetime, str, str]) -> pl.DataFrame:
    """Lines (time, source, severity)."""
    frame = {"time": [r[0] for r in rows], "source": [r[1] for r in rows], "severity": [r[2] for r in rows]}
    return pl.DataFrame(frame, schema={"time": pl.Datetime("us", "UTC"), "source": pl.String, "severity": pl.String})


def answers(*rows: tuple[datetime, str, bool]) -> pl.DataFrame:
    """Requests (came, endpoint, answered well)."""
    return pl.DataFrame(
        {
            "began": [row[0] for row in rows],
            "group": [row[1] for row in rows],
            "ok": [row[2] for row in rows],
            "failed": [not row[2] for row in rows],
            "client": "192.0.2.4",
            "agent": "UptimeRobot/2.0",
        },
        schema_overrides={"began": pl.Datetime("us", "UTC")},
    )


@pytest.fixture
def month(report: Report) -> Report:
    """The report in thirty days of logs."""
    assert report.begin is not None
    return replace(report, begin=report.begin - timedelta(days=29), end=report.begin + timedelta(days=1))


def source(name: str, report: Report, number: int) -> SourceRow:
    """A source with some events."""
    return SourceRow(name, "syslog", 1, 1, 0, number, 0, 0, "UTC", "", report.begin, report.end, (name,))


def test_an_outage_that_fills_the_span_needs_no_panel_of_its_own(report: Report) -> None:
    """22 hours in 23: only its edges are drawn once more."""
    panels = panels_of(report, events(), None)
    assert [(panel.outage, panel.edge) for panel in panels] == [(None, ""), (0, "start"), (0, "end")]


def test_an_outage_in_a_month_is_drawn_with_its_own_length_around_it(month: Report, outage: Outage) -> None:
    """It fills the middle third."""
    panel = panels_of(month, events(), None)[1]
    assert outage.start.earliest is not None
    assert outage.end is not None
    length = outage.end.latest.time - outage.start.earliest.time
    assert (panel.outage, panel.begin) == (0, outage.start.earliest.time - length)


def test_no_bin_is_finer_than_the_seconds_of_the_stamps(month: Report, outage: Outage) -> None:
    """Twenty seconds are drawn in four minutes."""
    start = outage.start.latest
    brief = replace(
        outage,
        start=replace(outage.start, earliest=replace(start, time=start.time)),
        end=replace(outage.start, earliest=None, latest=replace(start, time=start.time + timedelta(seconds=20))),
    )
    panel = panels_of(replace(month, outages=(brief,)), events(), None)[1]
    assert panel.end - panel.begin == timedelta(seconds=BINS)


def test_lines_go_up_and_errors_go_down_as_well(report: Report) -> None:
    """An error is a line too."""
    assert report.begin is not None
    at = report.begin + timedelta(minutes=1)
    (panel, *_) = panels_of(report, events((at, "syslog", "info"), (at, "syslog", "err")), None)
    (lane,) = [lane for lane in panel.lanes if lane.name == "syslog"]
    assert (lane.up[0], lane.down[0], sum(lane.up), sum(lane.down)) == (2, 1, 2, 1)


def test_what_is_hit_is_drawn_before_what_is_busy(report: Report, outage: Outage) -> None:
    """Requests stand where they came."""
    at = outage.start.latest.time
    hit = outage.affected[1]
    rows = [(at + timedelta(seconds=i), "/busy", True) for i in range(9)]
    (panel, *_) = panels_of(report, events(), answers(*rows, (at, hit, False)))
    lanes = [lane for lane in panel.lanes if lane.kind == "endpoint"]
    assert [(lane.name, sum(lane.up), sum(lane.down)) for lane in lanes] == [(hit, 0, 1), ("/busy", 9, 0)]
    assert lanes[0].note == "failed 4 of 4"


def test_the_calls_of_a_monitor_have_their_lane(report: Report, outage: Outage) -> None:
    """What it asked for, and how it was answered."""
    rows = answers((outage.start.latest.time, "/", True))
    (panel, *_) = panels_of(report, events(), rows)
    (lane,) = [lane for lane in panel.lanes if lane.kind == "monitor"]
    assert (lane.name, lane.note, sum(lane.up)) == ("UptimeRobot/2.0: /", "88 of 88 calls answered well", 1)


def test_requests_are_drawn_as_far_as_they_are_logged(report: Report, outage: Outage) -> None:
    """An endpoint's lane ends where the log of all requests does: of what came later nothing is known."""
    at = outage.start.latest.time
    last = at + timedelta(minutes=9)
    (panel, *_) = panels_of(report, events(), answers((at, "/", True), (last, "/about", True)))
    assert {(lane.first, lane.last) for lane in panel.lanes if lane.kind != "source"} == {(at, last)}


def test_thirty_sources_fold_into_the_telling_ones_and_the_others(report: Report) -> None:
    """Who is cited or silent stays, then the busiest; the rest is one lane."""
    assert report.begin is not None
    names = [f"s{number:02}" for number in range(30)]
    rows = tuple(source(name, report, 1) for name in (*names, "syslog"))
    lines = events(*((report.begin, name, "info") for name in names))
    (panel, *_) = panels_of(replace(report, sources=rows), lines, None)
    assert len(panel.lanes) == MOST_SOURCES + 1
    assert "syslog" in [lane.name for lane in panel.lanes]
    assert (panel.lanes[-1].name, panel.lanes[-1].note) == ("", "19 other sources")
    assert sum(panel.lanes[-1].up) == 30 - (MOST_SOURCES - 1)


def test_many_endpoints_fold_as_well(report: Report, outage: Outage) -> None:
    """The sum of the rest is in one lane."""
    rows = answers(*((outage.start.latest.time, f"/{number}", True) for number in range(20)))
    (panel, *_) = panels_of(report, events(), rows)
    lanes: list[Lane] = [lane for lane in panel.lanes if lane.kind == "endpoint"]
    assert len(lanes) == MOST_ENDPOINTS + 1
    assert (lanes[-1].note, sum(lanes[-1].up)) == ("12 other endpoints", 12)


def test_evidence_of_one_instant_has_no_picture(report: Report) -> None:
    """A span of nothing cannot be drawn."""
    assert panels_of(replace(report, end=report.begin), events(), None) == ()
