"""What parsing/regex.py says about patterns."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.parsing.library import load_definitions
from logforensics.parsing.regex import Group, groups, literals, names, opening, prune, refusal, shape


def test_named_groups_are_found_in_order() -> None:
    """Both spellings of a named group are captures."""
    assert names("^(?P<time>.) (?<host>.)$") == ("time", "host")


def test_an_unnamed_group_has_an_empty_name() -> None:
    """A bare parenthesis captures too."""
    assert groups("a(b)") == (Group(1, 2, ""),)


def test_a_group_with_flags_captures_nothing() -> None:
    """(?: and (?i: have no name."""
    assert [group.name for group in groups("(?:a)(?i:b)")] == [None, None]


def test_escaped_and_bracketed_parentheses_are_no_groups() -> None:
    """A parenthesis that stands for itself opens nothing."""
    assert groups(r"\([(][](][^](]\\[[:alpha:](]") == ()


def test_pruning_keeps_only_the_groups_asked_for() -> None:
    """The other named groups become non-capturing."""
    assert prune(r"^(?P<a>\() (?P<b>[(?P<a>])$", {"b"}) == r"^(?:\() (?P<b>[(?P<a>])$"


def test_rust_names_what_it_refuses() -> None:
    """The reason is the one line a user can act on."""
    assert refusal("a(?=b)") == "look-around, including look-ahead and look-behind, is not supported"


def test_a_valid_pattern_is_not_refused() -> None:
    """Unicode classes and counted repetition are fine in Rust."""
    assert refusal(r"^\x{FEFF}?[0-9]{1,3}$") is None


@given(st.text(alphabet="ab<>- ", max_size=12), st.sets(st.sampled_from(["x", "y", "z"])))
def test_a_pruned_pattern_matches_the_same_texts(text: str, keep: set[str]) -> None:
    """Leaving captures out never changes what matches."""
    regex = r"^(?P<x>[^ <]*)<?(?P<y>-|a+)(?: (?P<z>.*))?$"
    series = pl.Series([text])
    assert series.str.contains(prune(regex, keep)).to_list() == series.str.contains(regex).to_list()


def fits(line: str, regex: str) -> bool:
    """Whether a line begins as a pattern's opening says."""
    pairs = list(zip(shape(line), opening(regex), strict=False))
    return len(pairs) == len(opening(regex)) and all(char in allowed for char, allowed in pairs)


def test_an_opening_tells_lines_apart_by_their_first_characters() -> None:
    """Digits, letters and what stands between them."""
    regex = r"^\[(?P<time>[0-9]{4}-[0-9]{2}) (?P<message>.*)$"
    assert fits("[2020-06 x", regex)
    assert not fits("[2020/06 x", regex)
    assert not fits("2020-06 x", regex)


def test_an_opening_ends_where_a_part_may_be_absent_or_has_alternatives() -> None:
    """What is not certain excludes nothing."""
    assert opening("^(?:<[0-9]>)?(?P<time>[0-9])$") == ()
    assert opening("^(?:a|b)c$") == ()
    assert opening("^a|b$") == ()
    assert len(opening("^ab?c$")) == 1
    assert len(opening("^a{2},[0-9]{1,3}:$")) == 4
    assert len(opening("^a[^b]c$")) == 1


def test_a_tab_in_a_class_is_a_tab() -> None:
    """Not the letter t."""
    assert fits("\tx", r"^[ \t]x$")


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        (r"^ab\[c$", ("ab[c",)),
        ("^ab?c", ("a", "c")),
        ("^ab+c", ("ab", "c")),
        ("^ab{2}c", ("ab", "c")),
        ("^ab{0,2}c", ("a", "c")),
        ("^a[bc]d", ("a", "d")),
        ("^a.d", ("a", "d")),
        ("^a(?P<x>b)c", ("abc",)),
        ("^a(?:b)+c", ("ab", "c")),
        ("^a(?:b|c)d", ("a", "d")),
        ("^(?:b)?d", ("d",)),
        ("^(?:b)??d", ("d",)),
        ("^(?:x(?:y|z)){2}d", ("d",)),
        ("^a|b$", ()),
        ("^(?i:a)b", ()),
        ("^a[[:alpha:]]b", ()),
    ],
)
def test_literals_are_the_texts_that_every_match_holds(regex: str, expected: tuple[str, ...]) -> None:
    """What may be absent, has alternatives or is not understood is none."""
    assert literals(regex) == expected


REGEXES = sorted({pattern.regex for found in load_definitions(user=False) for pattern in found.patterns} - {""})


@given(st.sampled_from(REGEXES), st.data())
def test_no_text_that_a_shipped_pattern_matches_lacks_a_literal(regex: str, data: st.DataObject) -> None:
    """Whatever matches is looked at."""
    text = data.draw(st.from_regex(regex.replace("(?<", "(?P<")))
    if pl.Series([text]).str.contains(regex)[0]:
        assert all(literal in text for literal in literals(regex))


def test_most_shipped_patterns_have_literals() -> None:
    """Else none would be spared."""
    assert sum(bool(literals(regex)) for regex in REGEXES) > 0.9 * len(REGEXES)
