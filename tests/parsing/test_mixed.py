"""How lines of several formats in one file, and lines inside of other programs' lines, are read."""

from __future__ import annotations

import json

import polars as pl

from logforensics.parsing.detection import detect
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.model import FIELDS

SHIPPED = load_definitions(user=False)
ACCESS = '203.0.113.9 - - [23/Jun/2020:09:05:37 +0000] "GET /a HTTP/1.1" 504 167 "-" "curl/7.64.0"'
ERROR = "2020/06/23 09:05:37 [error] 7#7: *1 upstream timed out (110: Connection timed out)"
PYTHON = "2020-06-23 09:05:37,123 - shop.cart - WARNING - late"


def read(*lines: str) -> tuple[str, tuple[str, ...], pl.DataFrame]:
    """The format of a file that holds these lines, the other formats in it, and its events."""
    definition = detect("x.log", lines, SHIPPED).definition
    assert definition is not None
    frame = pl.DataFrame(
        {"line": range(1, len(lines) + 1), "text": list(lines), "length": [len(text) + 1 for text in lines]},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )
    return definition.name, definition.others, compile_reader(definition, FIELDS).parse(frame).events


def test_a_web_server_may_write_both_its_logs_into_one_file() -> None:
    """As nginx does in a container."""
    name, others, events = read(ACCESS, ERROR, ACCESS, ACCESS)
    assert (name, others) == ("nginx_access", ("nginx_error",))
    assert events.select("status", "severity").rows() == [(504, None), (None, "err"), (504, None), (504, None)]


def test_one_line_inside_of_a_text_may_be_a_quotation() -> None:
    """Where any line may continue the event above, a single stranger among many is no second format."""
    name, others, events = read(PYTHON, ACCESS, *[PYTHON] * 60)
    assert (name, others) == ("python_logging", ())
    assert events.get_column("carried").to_list() == [False, True, *[False] * 60]


def test_several_lines_inside_of_a_log_are_a_second_format() -> None:
    """Each at its own time, not at that of the event above."""
    name, others, events = read(*[PYTHON, PYTHON, ACCESS] * 3)
    assert (name, others) == ("python_logging", ("nginx_access",))
    assert not events.get_column("carried").any()


def test_lines_with_stamps_of_their_own_continue_nothing() -> None:
    """Even if no format knows them."""
    name, others, events = read(*[PYTHON, PYTHON, "2020-06-23 09:05:38.250 worker done", "  more"] * 3)
    assert (name, others) == ("python_logging", ("timestamped",))
    assert events.get_column("carried").to_list() == [False, False, False, True] * 3


def test_a_container_says_what_its_program_says() -> None:
    """The request and its answer, the level; the time is that of the container's line."""
    said = [ACCESS, ERROR, "no stamp at all"]
    lines = [json.dumps({"log": f"{text}\n", "stream": "stdout", "time": "2020-06-23T10:00:00.5Z"}) for text in said]
    name, others, events = read(*lines)
    assert (name, others) == ("docker_json", ("nginx_access", "nginx_error"))
    assert events.select("status", "path", "severity").rows() == [(504, "/a", None), (None, None, "err"), (None,) * 3]
    assert events.get_column("message").to_list() == said
    assert events.get_column("wall").dt.hour().to_list() == [10] * 3


def test_what_is_not_asked_for_is_not_looked_for_inside() -> None:
    """A command that needs the times alone does not pay for the rest."""
    line = json.dumps({"log": f"{ACCESS}\n", "stream": "stdout", "time": "2020-06-23T10:00:00.5Z"})
    definition = detect("x.log", [line], SHIPPED).definition
    assert definition is not None
    assert compile_reader(definition, ()).inner is None
    assert compile_reader(definition, ("message",)).inner is None
    assert compile_reader(definition, ("status",)).inner is not None


def test_pieces_of_a_long_line_are_one_event() -> None:
    """The container runtime says so with a P, Docker by the missing line feed of a piece of 16 KiB."""
    stamp = "2020-06-23T09:05:37.5Z"
    _, _, events = read(f"{stamp} stdout P a", f"{stamp} stdout P b", f"{stamp} stdout F c", f"{stamp} stdout F d")
    assert events.get_column("carried").to_list() == [False, True, True, False]
    texts = ["x" * 16384, "the rest\n", "a line without its line feed", "another\n"]
    _, _, events = read(*(json.dumps({"log": text, "stream": "stdout", "time": stamp}) for text in texts))
    assert events.get_column("carried").to_list() == [False, True, False, False]
