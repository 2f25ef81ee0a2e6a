"""No outage found is said only where these logs could have shown one, and of the time that was asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from logforensics.analysis.findings import Cite
from logforensics.report.model import Asked, Report
from logforensics.report.nothing import nothing_found, title
from logforensics.report.terminal import render

ASKED = Asked(12, 3, datetime(2020, 6, 22, 23, 7, 55, tzinfo=UTC), Cite("access\x1b.log", 6), enough=False)


def test_what_was_seen_instead_is_named(quiet: Report, report: Report) -> None:
    """Silences and boots alone are no outage."""
    seen = replace(quiet, gaps=report.gaps, boots=report.boots)
    assert nothing_found(seen)[-1] == "1 silence and 1 boot were seen; nothing in that proves an outage."
    assert nothing_found(quiet)[-1] == "Nothing out of the way was seen."


def test_lines_that_tell_of_errors_are_counted(quiet: Report) -> None:
    """Nobody who saw errors in the logs is told that nothing was there."""
    assert nothing_found(replace(quiet, errors=12))[-1].startswith("12 lines told of an error")


def test_few_failed_requests_are_no_outage_and_not_nothing(quiet: Report) -> None:
    """How many of how many, since when, and where; the line is named on a terminal alone, escaped."""
    few = replace(quiet, asked=ASKED, errors=3)
    told = "3 of 12 requests failed (the first 2020-06-23 09:07:55{}): too few lines to call it an outage."
    assert nothing_found(few)[-1] == told.format("")
    assert nothing_found(few, cites=True)[-1] == told.format(", access\\x1b.log:6")
    many = replace(few, asked=replace(ASKED, requests=5000, enough=True))
    assert "3 of 5,000 requests failed" in nothing_found(many)[-1]
    assert nothing_found(many)[-1].endswith("as many as is usual here.")


@pytest.mark.parametrize(
    ("first", "last", "lies"),
    [(datetime(2021, 1, 1, tzinfo=UTC), None, "from 2021-01-01"), (None, datetime(2019, 1, 1, tzinfo=UTC), "before")],
)
def test_a_window_beside_the_logs_is_no_all_clear(
    quiet: Report, first: datetime | None, last: datetime | None, lies: str
) -> None:
    """The outage that was found outside of it is said to be there."""
    text = " ".join(render(replace(quiet, selection=(first, last), elsewhere=1)).split())
    assert text.startswith(f"Nothing in this window No event lies {lies}")
    assert "these logs run from 2020-06-23 08:33:32 to 2020-06-24 07:25:25 +10:00" in text
    assert "1 outage outside this window is not shown." in text


def test_a_window_is_the_span_that_is_spoken_of(quiet: Report) -> None:
    """Not that of all logs."""
    asked = replace(quiet, selection=(datetime(2020, 6, 23, 2, 0, tzinfo=UTC), None), asked=ASKED)
    sentences = nothing_found(asked)
    assert sentences[0].startswith(
        "No outage was found from 2020-06-23 12:00:00 to 2020-06-24 07:25:25 +10:00, in logs of"
    )
    assert sentences[-1] == "Nothing out of the way was seen."


def test_package_logs_alone_cannot_tell(quiet: Report) -> None:
    """No line of them could show an outage."""
    packages = replace(quiet, heard=frozenset())
    assert title(packages) == "These logs cannot tell"
    first, unchecked = nothing_found(packages)
    assert "no syslog or journal, no web server's log, no wtmp" in first
    assert unchecked.startswith("Not checked: requests that failed")


def test_what_no_log_could_show_was_not_looked_for(quiet: Report) -> None:
    """An access log knows nothing of kernels."""
    looked = nothing_found(replace(quiet, heard=frozenset({"web"})))[1]
    assert "kernel panics" not in looked.partition("Not checked")[0]
    assert "kernel panics" in looked.partition("Not checked (no syslog or journal, no wtmp):")[2]
