"""The notice for users holds times and counts, and nothing of the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from logforensics.outage.model import Outage
from logforensics.report import html, markdown
from logforensics.report.events import key_events
from logforensics.report.model import Report
from logforensics.report.public import notice, plain_text
from tests.report.conftest import at
from tests.report.poison import poisoned


def test_the_notice_says_what_when_and_why(report: Report) -> None:
    """Four sentences."""
    (text,) = notice(report)
    assert text == (
        "Part of the service did not work from 2020-06-23 09:06 to 2020-06-24 07:13 (+10:00), about 22 hours. "
        "Other parts gave good answers meanwhile. 4 requests got no answer or an error. "
        "A file system of the server could no longer be written to."
    )


def test_the_notice_says_until_when_requests_were_logged(report: Report, outage: Outage) -> None:
    """What is not logged is not told of."""
    late = replace(outage, logged_until=at("2020-06-22T23:18:16"), answered_until=at("2020-06-22T23:16:20"))
    text = notice(replace(report, outages=(late,)))[0]
    assert "Other parts gave good answers until 09:16, the last one logged. " in text
    assert "4 requests got no answer or an error until 09:18, the last request logged." in text


def test_a_cause_that_was_inferred_is_called_likely(report: Report, outage: Outage) -> None:
    """Only what the system or a program said is stated as it is."""
    inferred = replace(outage, cause=replace(outage.cause, kind="power-loss", confidence=0.75))
    assert notice(replace(report, outages=(inferred,)))[0].endswith(" Most likely the server stopped without warning.")


def test_a_cause_that_is_not_sure_is_not_told(report: Report, outage: Outage) -> None:
    """What may turn out wrong is not published."""
    unsure = replace(outage, cause=replace(outage.cause, confidence=0.5))
    assert "disk" not in notice(replace(report, outages=(unsure,)))[0]


def test_what_goes_on_has_no_end(report: Report, outage: Outage) -> None:
    """No end is made up."""
    text = notice(replace(report, outages=(replace(outage, end=None, scope="total"),)))[0]
    assert text.startswith("The service was down from 2020-06-23 09:06 +10:00 on.")


@pytest.mark.parametrize("face", [plain_text, markdown.render_public, html.render_public])
def test_nothing_of_the_site_stands_in_any_face(report: Report, face: Callable[[Report], str]) -> None:
    """No host, address, user, path, file or line of a log: whatever they are, they are in no sentence."""
    bad = replace(poisoned(report, "zq7marker"), hosts=("zq7marker",), command=("logforensics", "report", "zq7marker"))
    bad = replace(bad, events=key_events(bad.outages, {}), quotes={("zq7marker", 6): "zq7marker"})
    text = face(bad)
    assert "zq7marker" not in text
    assert "22 hours" in text


def test_the_notice_as_markdown(report: Report) -> None:
    """Title, what happened, blanks for the rest."""
    text = markdown.render_public(report)
    assert text.startswith("# Disruption of 2020-06-23\n\n## What happened\n\nPart of the service did not work from")
    assert text.count(markdown.BLANK) == 3


def test_nothing_found_is_a_notice_as_well(quiet: Report) -> None:
    """With the time it covers."""
    assert plain_text(quiet).startswith(
        "No disruption found\n\nNo disruption was found from 2020-06-23 08:33:32 to 2020-06-24 07:25:25 +10:00.\n"
    )
