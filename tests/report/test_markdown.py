"""The Markdown report answers the checklist, and no log text in it works as markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from logforensics.analysis.findings import Cite
from logforensics.outage.model import Outage
from logforensics.report import markdown
from logforensics.report.events import key_events
from logforensics.report.markdown import BLANK
from logforensics.report.model import Report
from tests.report.conftest import at
from tests.report.poison import PAYLOADS, poisoned


def tags(text: str) -> set[str]:
    """The kinds of nodes a CommonMark reader with tables makes of the text."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found = set()
    for token in parser.parse(text):
        found.add(token.type)
        found.update(child.type for child in token.children or ())
    return found


def headings(text: str) -> list[str]:
    """The headings a reader sees."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_log_text_makes_no_node_of_its_own(report: Report, payload: str) -> None:
    """Whatever stands in a log, the report has the same headings and only the kinds of nodes that we write."""
    bad = poisoned(report, payload)
    bad = replace(bad, events=key_events(bad.outages, {}), quotes={(payload, 6): payload})
    text = markdown.render(bad)
    assert tags(text) <= tags(markdown.render(report)) | {"softbreak"}
    assert headings(text) == headings(markdown.render(report))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_tables_keep_their_columns(report: Report, payload: str) -> None:
    """A pipe in a value does not move the cells beside it."""

    def cells(text: str) -> list[str]:
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        return [token.type for token in tokens if token.type in ("tr_open", "td_open", "th_open")]

    bad = poisoned(report, payload)
    assert cells(markdown.render(bad)) == cells(markdown.render(replace(report, events=bad.events, quotes={})))


def test_the_verdict_comes_first(report: Report) -> None:
    """What, how long and the effect stand in the first paragraph, before any table."""
    text = markdown.render(report)
    first = text.split("\n\n")[2]
    assert text.startswith("# Partial outage, about 22 hours (2020-06-23)\n")
    assert first == (
        "A partial outage began between 2020-06-23 09:05:37 and 09:06:55 +10:00 and ended between "
        "2020-06-24 07:12:12 and 07:13:12 +10:00; it lasted 22 h 5 min to 22 h 7 min. "
        "`/api/v1/alphanumeric/json` and `/api/v1/passphrase/json` failed: 4 requests from 2 clients; `/` and "
        "`/generate/alphanumeric` kept working. The cause: the disk went read-only (very likely, confidence 0.90). "
        "A monitor asked for `/` 88 times meanwhile and got a good answer every time."
    )


def test_every_part_of_the_checklist_has_its_section(report: Report) -> None:
    """The headings of a report on one outage, in order."""
    assert headings(markdown.render(report)) == [
        "Partial outage, about 22 hours (2020-06-23)",
        "Summary",
        "Who was alive when",
        "When it started and ended",
        "Cause",
        "What was hit, and what was not",
        "Why no monitor rang",
        "Impact",
        "Timeline",
        "How it ended",
        "How sure is this",
        "Changes before it",
        "Was there a warning, has it happened before",
        "Silences",
        "Boots",
        "Failure lines",
        "Bursts of failing requests",
        "The clock",
        "What only a person knows",
        "Actions",
        "Wording for users",
        "If it must be reported",
        "Evidence",
        "Manifest",
        "Passed over",
        "Damage",
        "Assumptions",
        "Limits",
        "How to check this report",
    ]


def test_each_edge_is_cited_with_its_reason_and_its_line(report: Report) -> None:
    """An edge says when, why, and shows the line."""
    text = markdown.render(report)
    assert (
        "- It had failed by then: 2020-06-23 09:06:55 +10:00 (2020-06-22 23:06:55 UTC), a request that got a 504 after "
        "the 60 s proxy timeout; its line was written 09:07:55, 1 min later `nginx/access.log:6`\n"
    ) in text
    assert '  192.0.2.4 - - [23/Jun/2020:09:07:55 +1000] "GET /api/v1/x?a=`b`|c HTTP/1.1" 504 585 "-" "-"\n' in text


def test_the_word_outage_alone_is_kept_for_total_ones(report: Report, outage: Outage) -> None:
    """A part that failed is called a part."""
    total = replace(report, outages=(replace(outage, scope="total", affected=(), unaffected=()),))
    assert markdown.render(total).startswith("# Outage, about 22 hours")
    assert markdown.render(report).startswith("# Partial outage")


def test_what_only_a_person_knows_is_a_marked_blank(report: Report) -> None:
    """Nothing a log cannot say is invented."""
    assert markdown.render(report).count(BLANK) >= 10


def test_an_outage_that_goes_on_says_so(report: Report, outage: Outage) -> None:
    """No end is made up."""
    text = markdown.render(replace(report, outages=(replace(outage, end=None),)))
    assert "**It was not over when the logs end.**" in text


def test_several_outages_have_a_section_each(report: Report, outage: Outage) -> None:
    """Each is told apart, the parts of each one level below."""
    found = headings(markdown.render(replace(report, outages=(outage, outage))))
    assert [title for title in found if title.startswith("Outage ")] == [
        "Outage 1: partial outage, about 22 hours",
        "Outage 2: partial outage, about 22 hours",
    ]


def test_no_outage_is_said_plainly_with_the_span_and_what_was_looked_for(quiet: Report) -> None:
    """A quiet report names what it covers."""
    text = markdown.render(quiet)
    assert text.startswith("# No outage found\n")
    assert (
        "No outage was found from 2020-06-23 08:33:32 +10:00 to 2020-06-24 07:25:25 +10:00, in 29 lines of 2 sources."
    ) in text
    assert "- read-only, full and failing disks" in text


def test_the_manifest_and_the_account_of_lines_are_there(report: Report) -> None:
    """Every file with its hash, every source with the fate of its lines."""
    text = markdown.render(report)
    assert f"| `syslog` | 1,234 | 12 | 2020-06-23 21:25:25 | `{'ab' * 32}` |" in text
    assert "| `syslog` | `syslog` | 12 | 10 | 1 | 0 | 1 | 2020-06-23 08:33:32 | 2020-06-24 07:25:25 |" in text


def test_two_renderings_are_equal_to_the_byte(report: Report) -> None:
    """The same model gives the same bytes."""
    assert markdown.render(report) == markdown.render(report)


def test_a_log_that_went_on_proves_no_service(report: Report, outage: Outage) -> None:
    """It is told apart from an endpoint that gave good answers."""
    on = replace(outage.alibis[2], verdict="working", successes=90, first=Cite("syslog", 1), last=Cite("syslog", 90))
    text = markdown.render(replace(report, outages=(replace(outage, alibis=(outage.alibis[0], on)),)))
    assert "| `/` | endpoint | proven working | 88 | 0 |" in text
    assert "| `syslog` | source | went on | 90 lines | - |" in text


def test_detection_is_told_apart_from_start_and_end(report: Report, outage: Outage) -> None:
    """How long nobody knew, and how long it took from then on."""
    login = replace(outage.start.latest, time=at("2020-06-23T20:13:11.622"), cite=Cite("auth.log", 9))
    text = markdown.render(replace(report, outages=(replace(outage, detection=login),)))
    assert "21 h 6 min after the start and 1 h before it was over: the first trace of a person `auth.log:9`" in text


def test_each_kind_of_damage_is_explained(report: Report) -> None:
    """Zeros are what a power cut leaves; nobody need look that up."""
    nul = replace(report.damage[0], kind="nul", delivered=False)
    text = markdown.render(replace(report, damage=(nul, *report.damage)))
    assert "- `nul`: zeros where text should be: after a power cut " in text
    assert "- `torn`: a line without its end" in text
