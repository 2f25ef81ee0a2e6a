"""The sentences of a verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logforensics.analysis.findings import Cite
from logforensics.outage.model import Cause, Edge, Outage
from logforensics.report.document import Value
from logforensics.report.model import Report
from logforensics.report.verdict import (
    bracket_words,
    cause_words,
    effect,
    extent,
    headline,
    length,
    noun,
    sentences,
    told_at,
    written,
)
from tests.report.conftest import at


def test_the_length_lies_between_the_inner_and_the_outer_edges(outage: Outage) -> None:
    """Shortest: first failing to last failing; longest: last good to first good."""
    assert length(outage, None) == (79517.0, 79654.243)


@pytest.mark.parametrize(
    ("scope", "affected", "expected"),
    [("total", ("/",), "outage"), ("partial", ("/",), "partial outage"), ("partial", (), "degradation")],
)
def test_the_word_outage_is_kept_for_total_ones(
    outage: Outage, scope: str, affected: tuple[str, ...], expected: str
) -> None:
    """A postmortem does not overstate."""
    assert noun(replace(outage, scope=scope, affected=affected)) == expected


def test_wide_bounds_are_not_rounded_to_one_number(report: Report, outage: Outage) -> None:
    """One number would claim more than is known."""
    wide = replace(outage, end=replace(outage.start, latest=replace(outage.end.latest)) if outage.end else None)
    assert headline(wide, report) == "Partial outage, at most 22 h 7 min"


def test_a_planned_outage_is_called_so(report: Report, outage: Outage) -> None:
    """Maintenance is no surprise."""
    assert headline(replace(outage, planned=True), report) == "Planned partial outage, about 22 hours"


def test_a_start_before_the_logs_begin_has_one_bound(report: Report, outage: Outage) -> None:
    """Nothing is invented before the first line."""
    late = replace(outage, start=replace(outage.start, earliest=None))
    assert bracket_words(late.start, report.zone) == "before 2020-06-23 09:06:55 +10:00"
    assert length(late, None) == (79517.0, None)


def test_an_unknown_cause_is_said_without_a_confidence(report: Report, outage: Outage) -> None:
    """No number for a guess."""
    unknown = replace(outage, cause=Cause("unknown", 0.1), blind_spots=())
    assert sentences(unknown, report)[-1] == ("The cause is not known from these logs.",)


def test_names_of_endpoints_are_values_in_a_sentence(outage: Outage, report: Report) -> None:
    """A face can show them apart from the words around them."""
    assert effect(replace(outage, affected=("/<b>",), unaffected=()), report) == (
        Value("/<b>", 120),
        " failed: 4 requests from 2 clients",
        ".",
    )


def test_a_sentence_says_until_when_requests_were_logged(outage: Outage, report: Report) -> None:
    """For the rest of an outage nothing is claimed; the date stands where it is another one."""
    late = replace(outage, logged_until=at("2020-06-23T19:00:59"), answered_until=at("2020-06-22T23:16:20"))
    text = "".join(str(getattr(span, "text", span)) for span in effect(late, report))
    assert " failed: 4 requests from 2 clients until 2020-06-24 05:00, the last request logged; " in text
    assert text.endswith(" gave good answers until 09:16, the last one logged.")
    assert sentences(late, report)[-1][-1] == "; requests are told of until 2020-06-24 05:00, the last request logged."


def test_where_nothing_else_is_proven_no_other_part_is_said_to_have_worked(outage: Outage) -> None:
    """Partial may also mean that nobody asked for the rest."""
    alone = replace(outage, unaffected=(), alibis=outage.alibis[1:])
    assert extent(alone) == "partial: some parts failed, and nothing is proven of the others"


@pytest.mark.parametrize(
    ("reason", "shift", "words"),
    [
        (
            "a request was answered 504 after 60 s of waiting",
            -60.0,
            "written 00:00:30, when the request had waited 60 s",
        ),
        ("a regular client came again only later", -5.0, "written 23:59:35"),
        ("a regular client was overdue", 99.0, ""),
    ],
)
def test_an_edge_before_its_line_says_when_that_was_written(
    report: Report, reason: str, shift: float, words: str
) -> None:
    """Whoever looks the line up finds another time there; the date stands where it is another one."""
    edge = Edge(at("2020-06-22T13:59:30"), Cite("a", 1), reason, shift)
    assert written(edge, report.zone) == words.replace("00:00:30", "2020-06-23 00:00:30")


def test_the_cause_says_when_it_was_first_told(report: Report, outage: Outage) -> None:
    """Nine hours after the start is not as it began."""
    told = replace(outage, cause=replace(outage.cause, told=at("2020-06-23T08:10:28")))
    assert told_at(told, report.zone) == ", first told at 18:10:28"
    assert told_at(outage, report.zone) == ""


def test_what_was_restarted_in_order_is_not_called_down(outage: Outage) -> None:
    """Somebody meant it."""
    restarted = replace(outage, cause=Cause("upstream-down", 0.9, form="restarted"))
    assert cause_words(restarted).startswith("the application behind the web server was stopped and started again")
