"""The notice for users holds times and counts, and nothing of the site."""

from __future__ import annotations

from dataclasses import replace

from logforensics.outage.model import Outage
from logforensics.report.model import Report
from logforensics.report.public import notice


def test_the_notice_says_what_when_and_why(report: Report) -> None:
    """Four sentences."""
    (text,) = notice(report)
    assert text == (
        "Part of the service did not work from 2020-06-23 09:06 to 2020-06-24 07:13 (+10:00), about 22 hours. "
        "The rest of it went on working. 4 requests got no answer or an error. A disk of the server failed."
    )


def test_a_cause_that_is_not_sure_is_not_told(report: Report, outage: Outage) -> None:
    """What may turn out wrong is not published."""
    unsure = replace(outage, cause=replace(outage.cause, confidence=0.5))
    assert "disk" not in notice(replace(report, outages=(unsure,)))[0]


def test_what_goes_on_has_no_end(report: Report, outage: Outage) -> None:
    """No end is made up."""
    text = notice(replace(report, outages=(replace(outage, end=None, scope="total"),)))[0]
    assert text.startswith("The service was down from 2020-06-23 09:06 +10:00 on.")
