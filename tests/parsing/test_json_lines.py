"""What JSON lines become, also where they lie, break off or attack."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.parsing.json_lines import FEW, JsonLines

KEYS = ("time", "a.b")
GOOD = '{"time":"now","a":{"b":1}}'


def values(*lines: str, keys: Sequence[str] = KEYS, once: Sequence[str] = ("time",)) -> list[tuple[str | None, ...]]:
    """The values of the keys, line by line."""
    found = JsonLines(pl.Series(lines, dtype=pl.String), keys, once)
    return list(zip(*(found.get(key) for key in keys), strict=True))


def test_a_key_with_dots_is_a_path() -> None:
    """Tables in tables, one name with dots, and a table with such a name are all in use."""
    lines = ('{"a":{"b":{"c":"x"}}}', '{"a.b.c":"x"}', '{"a":{"b.c":"x"}}')
    assert values(*lines, keys=["a.b.c"], once=()) == [("x",)] * 3


def test_a_number_in_a_path_is_a_place_in_a_list() -> None:
    """Counted from 0; a list too short gives nothing."""
    lines = ('{"h":{"Agent":["x","y"]}}', '{"h":{"Agent":[]}}', '{"h":{}}')
    assert values(*lines, keys=["h.Agent.0"], once=()) == [("x",), (None,), (None,)]


def test_numbers_keep_their_digits() -> None:
    """Nanoseconds since 1970 have more than a float can hold."""
    line = '{"ns":1700000000123456789,"s":1700000000.123456,"n":1.5e3,"yes":true,"no":null}'
    expected = ("1700000000123456789", "1700000000.123456", "1500", "true", None)
    assert values(line, keys=["ns", "s", "n", "yes", "no"], once=()) == [expected]
    assert values(line, "{", keys=["ns", "s", "n", "yes", "no"], once=())[0] == expected


BROKEN = (
    "",
    "null",
    "[1]",
    "{}",
    "text",
    '{"time":"now"',
    '{"time":"now"}}',
    '{"time":"now"} behind',
    '{"time":NaN}',
    '{"time":Infinity}',
    '{"time":1e999}',
    '{"time":' + "9" * 5000 + "}",
    '{"time":"tab\there"}',
    '{"time":"now","z":' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"z":' * 100_000 + "1" + "}" * 100_000,
    "{" * 100_000,
)


@pytest.mark.parametrize("line", BROKEN, ids=lambda line: str(line)[:24])
def test_a_line_that_is_no_sound_object_costs_only_itself(line: str) -> None:
    """Cut off, too deep, too long a number, no JSON: nothing is read, nothing is raised (S14 of the hostile inputs)."""
    assert values(GOOD, line, GOOD) == [("now", "1"), (None, None), ("now", "1")]


@pytest.mark.parametrize(
    "lines",
    [
        ('{"time":"1"},{"time":"2"}',),
        ('{"time":"1"', '"a":{"b":2}}'),
        ('{"time":"1","z":[{"q":1', GOOD, "2}]}"),
        ('{"time":"1"},{"time":"2"}', '{"z":[1', '{"z":2}]}'),
        ('{"time":"1","z":["', '"]}'),
        ('{"time":"1"},{"time":"2","z":[1', '{"z":2}]}'),
    ],
)
def test_no_line_reaches_into_another(lines: Sequence[str]) -> None:
    """Lines are joined for decoding; brackets that close only together make no event."""
    expected = [("now", "1") if line == GOOD else (None, None) for line in lines]
    assert values(*lines) == expected
    assert values(GOOD, *lines, GOOD)[1:-1] == expected


@pytest.mark.parametrize("beside", [(), ("no JSON",)], ids=["together", "one by one"])
def test_a_doubled_key_is_not_read_where_the_line_hangs_on_it(beside: Sequence[str]) -> None:
    """Two times are none; of another key the first counts. Both ways of reading agree."""
    twice = '{"time":"1","time":"2","a":{"b":1}}'
    other = '{"time":"1","a":{"b":1,"b":2},"a":{"b":3}}'
    nested = '{"time":"1","z":{"time":"2"},"a":{"b":1}}'
    assert values(twice, other, nested, *beside)[:3] == [(None, None), ("1", "1"), ("1", "1")]


def test_a_table_where_a_text_was_expected_is_its_json() -> None:
    """Also in the midst of many lines that are read together."""
    lines = [GOOD] * FEW + ['{"time":{"$date":1,"x":[null]},"a":3}'] + [GOOD] * FEW
    found = values(*lines)
    assert found[FEW] == ('{"$date":1,"x":[null]}', None)
    assert set(found[:FEW] + found[FEW + 1 :]) == {("now", "1")}


def test_broken_lines_in_a_long_block_leave_the_order_alone() -> None:
    """Lines read apart come back to their places."""
    lines = [f'{{"time":"{row}"' + ("}" if row % 7 else "") for row in range(3 * FEW)]
    assert [time for time, _ in values(*lines)] == [str(row) if row % 7 else None for row in range(3 * FEW)]


def test_bytes_in_a_list_are_text() -> None:
    """So journald exports a message that is no UTF-8."""
    assert values('{"time":[104,255,105]}') == [("h\ufffdi", None)]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"\ud800", "\ufffd"),
        (r"\uD83Dx", "\ufffdx"),
        (r"\ud83d\n", "\ufffd\n"),
        (r"\ude00x", "\ufffdx"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\\ud83dx", r"\ud83dx"),
    ],
)
def test_half_a_surrogate_pair_is_no_character(written: str, text: str) -> None:
    """It could not be written out again, and is no NUL, also not in the midst of lines that are read together."""
    assert values(GOOD, f'{{"time":"{written}"}}', GOOD)[1] == (text, None)


@given(
    st.lists(
        st.text() | st.dictionaries(st.sampled_from(["time", "a", "z"]), st.integers() | st.text()).map(json.dumps)
    )
)
def test_every_line_is_read_as_if_it_stood_alone(lines: list[str]) -> None:
    """Whatever its neighbours are."""
    lines = [line.replace("\n", " ") for line in lines]
    assert values(*lines) == [values(line)[0] for line in lines]
