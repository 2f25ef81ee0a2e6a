"""Strips put every source on one axis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from logforensics.analysis.findings import Boot, Cite
from logforensics.outage.model import Outage
from logforensics.report.charts import CELLS, draw, outage_line, strips_of
from logforensics.report.model import SourceRow, Strip

BEGIN = datetime(2020, 6, 22, 0, 0, tzinfo=UTC)
END = BEGIN + timedelta(hours=CELLS)


def row(name: str, first: datetime, last: datetime) -> SourceRow:
    """A source of one file with a span."""
    return SourceRow(name, "syslog", 1, 1, 0, 1, 0, 0, "UTC", "", first, last, (name,))


def frame(times: list[datetime], severity: str = "info") -> pl.DataFrame:
    """Events of the source "a" at these times."""
    return pl.DataFrame(
        {"time": times, "source": "a", "severity": severity}, schema_overrides={"time": pl.Datetime("us", "UTC")}
    )


def test_a_cell_with_events_is_busy_and_one_without_is_quiet() -> None:
    """One cell is one hour here."""
    events = frame([BEGIN + timedelta(hours=2, minutes=5), BEGIN + timedelta(hours=4, minutes=5)])
    _, strips = strips_of(events, [row("a", BEGIN, END)], BEGIN, END, (), ())
    assert draw(strips[0])[:6] == "··█·█·"


def test_time_that_a_source_does_not_cover_is_blank() -> None:
    """Before its first and after its last line a source says nothing about anything."""
    first, last = BEGIN + timedelta(hours=10, minutes=30), BEGIN + timedelta(hours=20, minutes=30)
    _, strips = strips_of(frame([first, last]), [row("a", first, last)], BEGIN, END, (), ())
    assert draw(strips[0]) == " " * 10 + "█" + "·" * 9 + "█" + " " * (CELLS - 21)


def test_errors_and_boots_have_their_own_signs() -> None:
    """The worst of a cell is what is shown."""
    boot = Boot(BEGIN + timedelta(hours=3, minutes=1), Cite("a", 9), "unclean", None, None, None, ())
    events = frame([BEGIN + timedelta(hours=1, minutes=5)], severity="err")
    _, strips = strips_of(events, [row("a", BEGIN, END)], BEGIN, END, (), (boot,))
    assert draw(strips[0])[:5] == "·✕·⏻·"


def test_the_axis_covers_the_outage_with_a_margin(outage: Outage) -> None:
    """In a month of logs an outage would be one cell."""
    axis, _ = strips_of(frame([BEGIN]), [row("a", BEGIN, END)], BEGIN, BEGIN + timedelta(days=30), (outage,), ())
    assert axis is not None
    assert axis.end - axis.begin < timedelta(hours=35)
    assert outage_line(axis, ascii_only=True).count("^") in range(30, 34)


def test_evidence_of_one_instant_has_no_axis() -> None:
    """A span of nothing cannot be drawn."""
    assert strips_of(frame([BEGIN]), [row("a", BEGIN, BEGIN)], BEGIN, BEGIN, (), ()) == (None, ())


def test_strips_can_be_drawn_in_ascii() -> None:
    """Every sign has an ASCII form."""
    assert draw(Strip("a", ("busy", "some", "quiet", "error", "boot", "outside")), ascii_only=True) == "#+.xB "
