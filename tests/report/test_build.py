"""A timeline and an investigation become a report."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import polars as pl

from logforensics.clock.zones import Zone
from logforensics.evidence.ledger import Ledger
from logforensics.outage.model import Outage
from logforensics.report.build import build_report, source_rows, zone_of
from logforensics.report.events import cited_lines
from logforensics.report.model import Report
from logforensics.settings import Settings


def summary(name: str, timezone: str, events: int, **other: int) -> SimpleNamespace:
    """A source as the timeline sums it up."""
    counts = {"lines": events, "continuation": 0, "blank": 0, "duplicate": 0, "unparsed": 0, **other}
    return SimpleNamespace(
        name=name, format="syslog", files=(name,), events=events, first=None, last=None, timezone=timezone,
        timezone_reason="", format_reason="", samples=((name, 3, "text"),), **counts,
    )  # fmt: skip


def timeline(*sources: SimpleNamespace, zone: Zone | None = None) -> Any:  # noqa: ANN401  # stands for a Timeline
    """A timeline without events."""
    return SimpleNamespace(
        sources=sources, zone=zone, events=pl.DataFrame(), files=(), passed_over=(), damage=(), assumptions=(),
        begin=None, end=None, log_files=(), ledger=Ledger(),
    )  # fmt: skip


def test_tz_wins() -> None:
    """What was asked for is shown."""
    assert zone_of(timeline(zone=Zone.named("Europe/Berlin")), "+05:30").label == "UTC+05:30"


def test_the_zone_of_the_evidence_is_next() -> None:
    """The site's own clock."""
    assert zone_of(timeline(summary("a", "UTC", 9), zone=Zone.named("Europe/Berlin")), None).label == "Europe/Berlin"


def test_a_named_zone_of_a_source_wins_over_offsets_and_utc() -> None:
    """An offset holds for half the year only, and many programs write UTC everywhere."""
    found = timeline(summary("a", "UTC", 99), summary("b", "+02:00", 50), summary("c", "Europe/Berlin", 1))
    assert zone_of(found, None).label == "Europe/Berlin"


def test_labels_that_are_no_zone_are_left_out() -> None:
    """UTC is what is left."""
    assert zone_of(timeline(summary("a", "+01:00/+02:00", 9)), None).label == "UTC"


def test_lines_lost_to_damage_count_as_unparsed() -> None:
    """Parsed and unparsed lines are all lines, and none is called parsed that was not."""
    row = source_rows(timeline(summary("a", "UTC", 5, lines=9, blank=1, unparsed=1)))[0]
    assert (row.lines, row.parsed, row.unparsed) == (9, 6, 3)


def test_the_report_holds_what_was_found(report: Report, outage: Outage, quotes: dict[tuple[str, int], str]) -> None:
    """Nothing found is left out."""
    found = cast(
        "Any",
        SimpleNamespace(
            outages=(outage,), gaps=report.gaps, failures=report.failures, bursts=report.bursts, boots=report.boots,
            blind_spots=report.blind_spots, steps=(), told=(), wrong_clocks=(), host_clocks=(), doubts=(),
            outcomes=None,
        ),
    )  # fmt: skip
    made = build_report(timeline(), found, Settings(), version="1", command=("logforensics",), quotes=quotes)
    assert (made.outages, made.gaps, made.failures, made.bursts, made.boots) == (
        (outage,), report.gaps, report.failures, report.bursts, report.boots,
    )  # fmt: skip
    assert [event.what for event in made.events] == [
        "last line of syslog before its silence",
        "last proof that it worked: a password was generated",
        f"first proof that it failed (1 min before the line's own time): {outage.start.latest.reason}",
        "first line that says: a filesystem turned read-only",
        "last proof that it had not recovered: the machine was only booting",
        "first proof that it worked again: a password was generated again",
    ]
    assert {event.cite for event in made.events} <= set(cited_lines(found))
