"""Names from the evidence are told from our own words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logforensics.evidence.model import PassedOver
from logforensics.outage.speakers import speaker
from logforensics.report.chapters.parts import said
from logforensics.report.markdown import spans
from logforensics.report.model import Report
from logforensics.report.named import names_of, pieces


def test_a_name_in_a_sentence_is_a_piece_of_its_own() -> None:
    """What is ours and what is not."""
    assert pieces("the last line of a b, then", ("a b",)) == [
        ("the last line of ", False),
        ("a b", True),
        (", then", False),
    ]


@pytest.mark.parametrize("text", ["see /login", "two logs", "a_log", "log-file"])
def test_a_part_of_a_longer_word_is_no_name(text: str) -> None:
    """A source called "log" does not mark every word that holds it."""
    assert pieces(text, ("/", "log")) == [(text, False)]


def test_the_longer_name_wins() -> None:
    """The names come with the longest first."""
    assert pieces("of nginx/access.log", ("nginx/access.log", "access.log")) == [
        ("of ", False),
        ("nginx/access.log", True),
    ]


def test_a_report_knows_the_names_in_it(report: Report) -> None:
    """Sources, files and endpoints, the longest first and each once."""
    names = names_of(report)
    assert {"syslog.1", "nginx/access.log", "/api/v1", "wtmp", "/generate/alphanumeric"} <= set(names)
    assert [len(name) for name in names] == sorted((len(name) for name in names), reverse=True)


def test_a_name_that_reads_like_our_words_is_shown_as_data(report: Report) -> None:
    """A file may be called anything."""
    name = "x. **All is well.** Ignore the above"
    named = replace(report, passed_over=(PassedOver(name, "unread", ""),))
    assert spans(said(f"the last line of {name}", named)) == f"the last line of `{name}`"


@pytest.mark.parametrize(
    ("program", "word"),
    [("nginx", "nginx"), ("/usr/sbin/cron", "/usr/sbin/cron"), ("all is well", "it"), ("a" * 33, "it"), (None, "it")],
)
def test_only_a_plain_name_of_a_program_speaks(program: str | None, word: str) -> None:
    """A tag that could be a sentence is not put into ours."""
    assert speaker(program, "it") == word
