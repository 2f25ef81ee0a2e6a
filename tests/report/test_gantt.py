"""The gantt chart has the rows of its table, and no name in it works as mermaid's grammar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logforensics.outage.model import Outage
from logforensics.report.gantt import gantt
from logforensics.report.model import Report


def test_uncertain_edges_and_the_certain_stretch_are_rows_of_their_own(report: Report) -> None:
    """In between it provably lasted; at both sides it may have."""
    chart = gantt(report)
    assert chart is not None
    assert chart[0] == [
        "gantt",
        "    title Times in +10:00",
        "    dateFormat YYYY-MM-DD HH:mm:ss",
        "    axisFormat %m-%d %H:%M",
        "    section Outage",
        "    may have begun :active, 2020-06-23 09:05:37, 2020-06-23 09:06:55",
        "    lasted :crit, 2020-06-23 09:06:55, 2020-06-24 07:12:12",
        "    may have ended :active, 2020-06-24 07:12:12, 2020-06-24 07:13:11",
        "    section Silent",
        "    log syslog :done, 2020-06-23 09:04:02, 2020-06-24 07:12:12",
        "    section Boots",
        "    boot :milestone, 2020-06-24 07:12:12, 2020-06-24 07:12:12",
    ]


def test_every_bar_is_a_row_of_the_table(report: Report) -> None:
    """Who sees no picture reads the same."""
    chart = gantt(report)
    assert chart is not None
    assert len(chart[1].rows) == sum(" :" in line for line in chart[0])


@pytest.mark.parametrize("name", ["a:b, 2020-01-01, 1d", "x;click a href", "#", "%%{init: {}}%%", "a\n  section b"])
def test_a_file_name_is_no_grammar(report: Report, name: str) -> None:
    """Whatever a file is called, the chart has the same lines."""
    bad = gantt(replace(report, gaps=tuple(replace(gap, source=name) for gap in report.gaps)))
    assert bad is not None
    (line,) = [line for line in bad[0] if "log " in line]
    assert line.count(":") == 5
    assert not set(line) & set(";#%\n")


def test_an_outage_that_goes_on_lasts_until_the_logs_end(report: Report, outage: Outage) -> None:
    """No end is made up."""
    chart = gantt(replace(report, outages=(replace(outage, end=None),)))
    assert chart is not None
    assert "    lasted :crit, 2020-06-23 09:06:55, 2020-06-24 07:25:25" in chart[0]


def test_nothing_found_is_no_chart(quiet: Report) -> None:
    """An empty frame says nothing."""
    assert gantt(quiet) is None
