"""What a person moves through: rows and the places among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.findings import Cite, Gap
from logforensics.clock.zones import Zone
from logforensics.errors import UsageError
from logforensics.explore.scene import Place, Scene, following
from logforensics.outage.model import Bracket, Cause, Edge, Outage
from logforensics.schema import SCHEMA

BEGIN = datetime(2020, 6, 23, 9, 0, 0, 0, UTC)


def at(seconds: float) -> datetime:
    """An instant so many seconds on."""
    return BEGIN + timedelta(seconds=seconds)


def events() -> pl.DataFrame:
    """Ten rows, one a second: the fourth is an error, the eighth holds an escape sequence."""
    rows = [(at(i), "syslog", "syslog", i + 1, "err" if i == 3 else "info", "p", f"line {i}") for i in range(10)]
    rows[7] = (*rows[7][:6], "x\x1b[31mred")
    names = ("time", "source", "file", "line", "severity", "program", "message")
    return pl.DataFrame(rows, schema={name: SCHEMA[name] for name in names}, orient="row")


def scene() -> Scene:
    """The rows with one silence and one outage."""
    gap = Gap("syslog", at(4), at(6), "unknown", Cite("syslog", 5), Cite("syslog", 7))
    outage = Outage(
        "total",
        Bracket(Edge(at(2), Cite("syslog", 3), "worked"), Edge(at(3), Cite("syslog", 4), "failed")),
        Bracket(Edge(at(5.5), None, "missed"), Edge(at(6), Cite("syslog", 7), "again")),
        Cause("unknown", 0.1),
        (),
        (),
    )
    return Scene(events(), (outage,), (gap,), Zone.named("+10:00"))


def test_places_are_the_rows_of_their_lines() -> None:
    """Errors by what they tell, silences by the last line before, edges by their line, or else by their instant."""
    found = scene()
    assert [place.row for place in found.errors] == [3]
    assert [place.row for place in found.gaps] == [4]
    assert [place.row for place in found.edges] == [2, 3, 6, 6]
    assert found.edges[1].what == "the first proof that it failed: failed"


def test_rows_are_local_and_escaped() -> None:
    """The clock of the zone shown, and nothing a terminal obeys."""
    assert scene().rows(7, 1) == [("06-23 19:00:07.000 ", "info", "syslog:8", "p: x\\x1b[31mred", False)]
    assert scene().rows(50, 2) == []


def test_details_have_the_line_as_logged_and_one_zone() -> None:
    """The zone of the list, with UTC behind it; what a terminal would obey is shown."""
    shown = Scene(events(), (), (), Zone.named("+10:00"), lambda cite: f"raw {cite}\x1b").details(2)
    assert shown[0] == ("as logged", "raw syslog:3\\x1b")
    assert shown[1] == ("time", "2020-06-23 19:00:02 +10:00 (2020-06-23 09:00:02 UTC)")


def test_search_finds_rows_and_says_what_is_no_expression() -> None:
    """A regular expression over what is shown."""
    assert [place.row for place in scene().find("line [12]$")] == [1, 2]
    with pytest.raises(UsageError, match="is no regular expression"):
        scene().find("(")


def test_following_goes_both_ways_and_stops() -> None:
    """The next place after a row, the one before it, or none."""
    places = (Place(2, "a"), Place(5, "b"))
    assert following(places, 2, 1) == Place(5, "b")
    assert following(places, 5, -1) == Place(2, "a")
    assert following(places, 5, 1) is None
    assert following(places, 2, -1) is None
