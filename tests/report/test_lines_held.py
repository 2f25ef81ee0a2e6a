"""A Markdown report is held against the lines that its evidence gives."""

from __future__ import annotations

import pytest

from logforensics.errors import AlteredError
from logforensics.report.lines_held import command_in, missing_lines
from logforensics.report.markdown import BLANK


def test_lines_that_people_add_do_not_matter() -> None:
    """What the evidence gives is there, in its order."""
    assert list(missing_lines(["a", "", "b"], "hello\na\nmore\nb\n")) == []


def test_a_line_that_was_changed_is_missing() -> None:
    """Its number in the report as it should be stands beside it."""
    assert list(missing_lines(["a", "b", "c"], "a\nx\nc\n")) == [(2, "b")]


def test_lines_in_another_order_are_missing() -> None:
    """A timeline is read from top to bottom."""
    assert list(missing_lines(["a", "b"], "b\na\n")) == [(2, "b")]


def test_a_blank_may_be_filled_in() -> None:
    """And only it."""
    assert list(missing_lines([f"By: {BLANK}."], "By: Ann (ops).\n")) == []
    assert list(missing_lines([f"By: {BLANK}."], "With: Ann.\n")) == [(1, f"By: {BLANK}.")]


def test_windows_line_ends_do_not_matter() -> None:
    """An editor may write them."""
    assert list(missing_lines(["a"], "a\r\n")) == []


def test_the_command_line_is_found() -> None:
    """As it was typed, whatever the paths hold."""
    text = "x\nlogforensics report 'a b' c\\\\x1b --tz UTC --format markdown\n"
    assert command_in(text) == ("logforensics", "report", "a b", "cx1b", "--tz", "UTC")


@pytest.mark.parametrize("text", ["", "logforensics report 'x --format markdown"])
def test_a_report_without_a_command_line_was_altered(text: str) -> None:
    """Nothing can be made again without it."""
    with pytest.raises(AlteredError):
        command_in(text)
