"""Two documents are compared value by value, and each difference is named by its path."""

from __future__ import annotations

from typing import Any

import pytest

from logforensics.evidence.anchors import Anchor
from logforensics.evidence.hashing import Whole
from logforensics.report.compare import citations, comparable, count, hashes, values
from logforensics.report.verification import Verification, as_document, as_text

CITE = {"file": "a.log", "line": 3, "offset": 10, "length": 4, "sha256": "ab"}


@pytest.mark.parametrize(
    ("recorded", "derived", "where"),
    [
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["a[0].b"]),
        ({"a": 1}, {"a": 1.0}, ["a"]),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": None}, {}, ["a"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a[1]"]),
        ({"a": [1, 2]}, {"a": [2]}, ["a[0]", "a[1]"]),
        ({"[x.log]": {"n": 1}}, {"[x.log]": {"n": 2}}, ["[x.log].n"]),
        ({"a": {"b": []}}, {"a": {"b": []}}, []),
    ],
)
def test_differences_are_named_by_their_path(recorded: Any, derived: Any, where: list[str]) -> None:  # noqa: ANN401  # JSON
    """Kinds of numbers are told apart, and so is nothing from null."""
    assert [item.where for item in values(recorded, derived)] == where


def test_rows_with_a_path_are_compared_by_it() -> None:
    """One file more does not shift all that follow."""
    one = {"tool": {"version": "1", "x": 1}, "seal": "s", "evidence": [{"path": "b", "n": 1}]}
    other = {"tool": {"version": "2", "x": 1}, "seal": "t", "evidence": [{"path": "a", "n": 1}, {"path": "b", "n": 1}]}
    assert [item.where for item in values(comparable(one), comparable(other))] == ["evidence[a]"]


def test_rows_of_one_path_stay_a_list() -> None:
    """A report that names a file twice was altered, and none of its rows is lost."""
    assert comparable({"tool": {}, "sources": [{"path": "a"}, {"path": "a"}]})["sources"] == [{"path": "a"}] * 2


def test_a_line_that_is_cited_twice_differs_once() -> None:
    """Where it is first cited stands beside it."""
    found = list(citations({"x": [CITE], "y": CITE}, {("a.log", 3): Anchor(10, 4, "cd")}))
    assert [item.where for item in found] == ["a.log:3 (x[0])"]


def test_a_line_that_is_gone_differs() -> None:
    """There is no such line any more."""
    assert [item.found for item in citations({"x": CITE}, {})] == ["no such line"]


def test_a_line_that_is_as_it_was_does_not_differ() -> None:
    """Place, length and hash are the same."""
    assert list(citations({"x": CITE}, {("a.log", 3): Anchor(10, 4, "ab")})) == []


def test_a_member_that_a_changed_bundle_lost_is_not_missing_evidence() -> None:
    """Nobody has to look for it elsewhere."""
    document = {
        "evidence": [{"path": "b.zip!x", "sha256": "1"}, {"path": "c.log", "sha256": "2"}],
        "bundles": [{"path": "b.zip", "sha256": "3"}],
    }
    now, lost = {"b.zip": Whole("b.zip", 1, "4")}, {"b.zip!x": "it is not there", "c.log": "it is not there"}
    assert [(item.kind, item.where) for item in hashes(document, now, lost)] == [
        ("evidence", "b.zip!x"),
        ("missing", "c.log"),
        ("evidence", "b.zip"),
    ]


def test_values_are_counted() -> None:
    """Every leaf is one."""
    assert count({"a": [1, {"b": None}], "c": []}) == 2


def test_many_differences_are_cut_on_a_terminal_only() -> None:
    """A screen shows the first ones and how many more there are."""
    result = Verification("r.json").found(values(list(range(50)), list(range(1, 51))))
    assert "and 30 more" in as_text(result)
    assert len(as_document(result)["differences"]) == 50


def test_differences_are_shown_and_obeyed_by_no_terminal() -> None:
    """Report and evidence are hostile, both."""
    result = Verification("r\x1b.json").found(values({"\x1b[31m": "\x1b]0;x\x07"}, {"\x1b[31m": "\x9b"}))
    assert not set(as_text(result)) & {"\x1b", "\x07", "\x9b"}
