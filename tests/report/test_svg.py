"""The picture alone is a whole SVG file that loads and runs nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from logforensics.report import svg
from logforensics.report.lanes import BINS
from logforensics.report.model import Lane, Panel, Report
from tests.report.poison import PAYLOADS, poisoned


@pytest.fixture
def pictured(report: Report) -> Report:
    """The report with a picture of two lanes."""
    assert report.begin is not None
    assert report.end is not None
    counts = tuple(index % 3 for index in range(BINS))
    lanes = (
        Lane("source", "syslog", "", counts, counts, report.begin, report.end, report.gaps),
        Lane("endpoint", "/api/v1/passphrase/json", "failed 4 of 4", counts, counts),
    )
    return replace(report, panels=(Panel(report.begin, report.end, lanes),))


def shapes(text: str) -> list[str]:
    """The elements in order; ElementTree raises on what is not well-formed."""
    found = ET.fromstring(text).iter()  # noqa: S314 - our own file
    return [element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in found]


def test_the_picture_is_well_formed_and_runs_nothing(pictured: Report) -> None:
    """Shapes and words."""
    text = svg.render(pictured)
    assert set(shapes(text)) <= {
        "svg",
        "title",
        "style",
        "defs",
        "pattern",
        "rect",
        "circle",
        "text",
        "line",
        "g",
        "path",
    }
    assert not re.search(r"href|onload|url\((?!#)|@import", text)


def test_the_verdict_stands_over_the_lanes(pictured: Report) -> None:
    """The picture can stand alone."""
    text = svg.render(pictured)
    assert (
        "Lasted: about 22 hours, 2020-06-23 09:06 to 2020-06-24 07:13 (+10:00). Cause: the disk went read-only" in text
    )
    assert "Monitors: saw nothing, 88 of 88 calls got a good answer meanwhile." in text


@pytest.mark.parametrize("payload", [*PAYLOADS, "\ufffe\uffff"])
def test_a_name_is_no_shape(pictured: Report, payload: str) -> None:
    """Whatever a log is called."""
    assert shapes(svg.render(poisoned(pictured, payload))) == shapes(svg.render(poisoned(pictured, "harmless")))


def test_no_outage_has_a_picture_as_well(quiet: Report, pictured: Report) -> None:
    """Lanes without a bracket."""
    text = svg.render(replace(quiet, panels=pictured.panels))
    assert "No outage found" in text
    assert 'class="sure"' not in text


def test_without_lanes_the_words_remain(report: Report) -> None:
    """Evidence of one instant cannot be drawn."""
    assert shapes(svg.render(report))[0] == "svg"
