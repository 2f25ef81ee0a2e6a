"""The JSON report has the keys that other tools rely on."""

from __future__ import annotations

import json
from dataclasses import replace

from logforensics.analysis.findings import Cite, Gap
from logforensics.evidence.model import PassedOver
from logforensics.outage.model import Outage
from logforensics.report import json as face
from logforensics.report.model import Report
from logforensics.report.words import UTC


def test_the_document_has_the_keys_of_the_schema(report: Report) -> None:
    """The keys of DESIGN.md section 8 are all there."""
    document = json.loads(face.render(report))
    assert document["schema"] == "logforensics/report/1"
    assert {
        "schema", "outages", "gaps", "failures", "bursts", "blind_spots", "boots", "sources", "evidence", "damage",
        "assumptions",
    } <= set(document)  # fmt: skip


def test_an_outage_is_a_bracket_on_both_sides(report: Report) -> None:
    """Both edges of both sides are instants with an offset."""
    row = json.loads(face.render(report))["outages"][0]
    assert (row["start"]["earliest"], row["start"]["latest"]) == (
        "2020-06-22T23:05:37.379+00:00",
        "2020-06-22T23:06:55+00:00",
    )
    assert (row["end"]["earliest"], row["end"]["latest"]) == (
        "2020-06-23T21:12:12+00:00",
        "2020-06-23T21:13:11.622+00:00",
    )
    assert row["scope"] == "partial"
    assert row["cause"] == {
        "class": "disk-read-only",
        "confidence": 0.9,
        "evidence": [{"file": "nginx/error.log", "line": 3}],
        "reasons": ["nginx could not make a folder: Read-only file system (EROFS)"],
    }


def test_an_outage_that_goes_on_has_no_end(outage: Outage) -> None:
    """`end` is null where it was not over when the logs end."""
    assert face.outage_row(replace(outage, end=None), UTC)["end"] is None


def test_an_outage_under_way_at_the_first_line_has_no_earliest_start(outage: Outage) -> None:
    """`start.earliest` is null where the logs begin too late."""
    late = replace(outage, start=replace(outage.start, earliest=None))
    assert face.outage_row(late, UTC)["start"]["earliest"] is None


def test_lines_of_a_source_add_up(report: Report) -> None:
    """Parsed and unparsed lines are all lines."""
    rows = json.loads(face.render(report))["sources"]
    assert [row["parsed"] + row["unparsed"] for row in rows] == [row["lines"] for row in rows]


def test_an_infinite_improbability_is_null(report: Report) -> None:
    """JSON knows no infinity."""
    gap = Gap("a", report.gaps[0].start, report.gaps[0].end, "unknown", Cite("a", 1), None, float("inf"))
    assert face.gap_row(gap, UTC)["improbability"] is None


def test_a_listing_is_one_document_with_one_row_a_line() -> None:
    """Line tools can read it, and JSON tools too."""
    text = face.listing("gaps", [{"a": 1}, {"a": 2}], (), ())
    assert json.loads(text) == {"gaps": [{"a": 1}, {"a": 2}], "damage": [], "unread": []}
    assert text.split("\n")[1:3] == ['  {"a": 1},', '  {"a": 2}']


def test_an_empty_listing_is_a_document_too() -> None:
    """Nothing found is an empty list."""
    assert json.loads(face.listing("gaps", [], (), ())) == {"gaps": [], "damage": [], "unread": []}


def test_a_listing_carries_the_damage_and_what_could_not_be_read(report: Report) -> None:
    """What "none" means is bounded by what could not be looked at; a file that is no log is no bound."""
    passed = [PassedOver("x.log", "unread", "Permission denied (EACCES)"), PassedOver("y", "not-a-log", "a PNG image")]
    read = json.loads(face.listing("gaps", [], report.damage, passed))
    assert [row["kind"] for row in read["damage"]] == ["torn"]
    assert [row["path"] for row in read["unread"]] == ["x.log"]
