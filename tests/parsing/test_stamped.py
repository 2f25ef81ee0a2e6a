"""How parsing/stamped.py reads lines of programs not known, and what parsing/adapt.py takes from the file itself."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from logforensics.parsing.adapt import adapted
from logforensics.parsing.detection import detect
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.model import FIELDS

SHIPPED = load_definitions(user=False)
(GENERAL,) = (definition for definition in SHIPPED if definition.name == "timestamped")


def read(*lines: str) -> list[dict[str, object]]:
    """The events of lines that only the general definition is asked to read."""
    frame = pl.DataFrame(
        {"line": range(1, len(lines) + 1), "text": list(lines), "length": [len(text) + 1 for text in lines]},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )
    events = compile_reader(adapted(GENERAL, lines), FIELDS).parse(frame).events
    return events.filter(~pl.col("carried")).to_dicts()


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("2020-06-23 09:05:37 [main] [pool-1] WARN shop - slow", "warning"),
        ("2020-06-23 09:05:37 shop.cart: 17: ERROR cannot write", "err"),
        ("[DEBUG 2020-06-23 09:05:37 main] stored", "debug"),
        ("ERROR - 2020-06-23 09:05:37 --> failed", "err"),
        ("2020-06-23 09:05:37 I! Loaded", "info"),
        ("[2020-06-23 09:05:37] E [MSGID: 7] failed", "err"),
        ("[E 2020-06-23 09:05:37 shop] failed", "err"),
        ("2020-06-23 09:05:37 unix[7:0] notice: started", "notice"),
        ("2020-06-23 09:05:37 7: error : end of file", "err"),
        ("2020-06-23 09:05:37\tgeneral\tinfo\tstarted", "info"),
        ("2020-06-23 09:05:37 a=1 level=warn b=2", "warning"),
        ("2020-06-23 09:05:37 \x1b[31mERROR\x1b[0m failed", "err"),
        ("\x1b[36m2020-06-23 09:05:37\x1b[0m \x1b[33mWARN:\x1b[0m slow", "warning"),
    ],
)
def test_a_level_in_the_head_is_found(line: str, level: str) -> None:
    """In front of the stamp or behind it, in brackets or not, as a word or a letter."""
    assert [event["severity"] for event in read(line)] == [level]


@pytest.mark.parametrize(
    "line",
    [
        "2020-06-23 09:05:37 rotated with option=DEBUG",
        "2020-06-23 09:05:37 the last run had no ERROR at all",
        "2020-06-23 09:05:37 we saw an error: none",
        "2020-06-23 09:05:37 I think so",
    ],
)
def test_a_level_in_prose_is_none(line: str) -> None:
    """What a text says is not what it is."""
    assert [event["severity"] for event in read(line)] == [None]


def test_a_fraction_that_is_not_read_is_no_message() -> None:
    """Rather no event than one whose stamp was cut."""
    assert read("2020-06-23 09:05:37.1234567890123 stored") == []


def test_half_of_the_day_is_part_of_the_stamp() -> None:
    """09:05:37 PM is no 09:05:37."""
    assert [event["wall"] for event in read("2020-06-23 09:05:37 PM stored")] == [datetime(2020, 6, 23, 21, 5, 37)]


def test_a_zone_behind_the_stamp_is_read_or_left_open() -> None:
    """One that is a single offset, and one that is three."""
    lines = ("2020-06-23 09:05:37 AEST up", "2020-06-23 09:05:37 IST up")
    assert [event["offset"] for event in read(*lines)] == [36000, None]


def test_a_day_above_twelve_anywhere_settles_the_order() -> None:
    """03/04/2020 is of April where 23/06/2020 stands in the same file, else of March."""
    first = "03/04/2020 09:05:37 stored"
    assert read(first)[0]["wall"] == datetime(2020, 3, 4, 9, 5, 37)
    assert read(first, "23/06/2020 09:05:37 stored")[0]["wall"] == datetime(2020, 4, 3, 9, 5, 37)


def test_a_change_of_spelling_inside_a_file_is_followed() -> None:
    """Half of the lines in one spelling, half in another."""
    lines = ("2020-06-23 09:05:37 stored", "Jun 23, 2020 9:05:38 AM stored", "[23/Jun/2020:09:05:39 +0000] stored")
    assert [event["wall"].second for event in read(*lines)] == [37, 38, 39]  # type: ignore[attr-defined]


def test_a_table_in_a_report_is_no_log() -> None:
    """Markdown, with a stamp in its first column."""
    rows = ["| time | what |", "| --- | --- |", *(f"| 2020-06-23 09:05:0{n} | x |" for n in range(8))]
    assert detect("x.md", rows, SHIPPED).definition is None


def test_a_process_number_is_no_time() -> None:
    """Ten digits right behind a program's name are its process; behind a blank they may count seconds."""
    assert read("2022-06-02 In(14) hostprofile[1001430319]: 05:34:23.666 denied") == []
    assert read("2022-06-02 In(14) hostprofile(1001430319.123): denied") == []
    assert [event["wall"] for event in read("web1 [1592867137.123] stored")] == [
        datetime(2020, 6, 22, 23, 5, 37, 123000)
    ]
