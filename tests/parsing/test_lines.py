"""What a compiled reader makes of a block's lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logforensics.errors import UsageError
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import REST_SCHEMA, compile_reader
from logforensics.parsing.model import FIELDS, Definition
from logforensics.schema import SCHEMA

SHIPPED = {definition.name: definition for definition in load_definitions(user=False)}
SYSLOG, NLOG, ACCESS = SHIPPED["syslog"], SHIPPED["nlog"], SHIPPED["nginx_access"]
HEAD = "2020-06-23 09:07:02.0031|ERROR|Acme.Web||12-|Cannot write"


def lines(*texts: str, first: int = 1) -> pl.DataFrame:
    """Lines as evidence/ hands them over."""
    data = {"line": range(first, first + len(texts)), "text": texts, "length": [len(text) + 1 for text in texts]}
    return pl.DataFrame(data, schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32})


def rows(definition: Definition, fields: Sequence[str], *texts: str) -> list[dict[str, Any]]:
    """The events of some lines."""
    return compile_reader(definition, fields).parse(lines(*texts)).events.rows(named=True)


def test_an_event_has_its_clock_and_the_fields_asked_for() -> None:
    """Nothing else is in the frame."""
    assert rows(SYSLOG, ["host", "pid"], "Jun 23 09:04:02 obiwan CRON[7]: (root) CMD (x)") == [
        {
            "line": 1,
            "wall": datetime(2000, 6, 23, 9, 4, 2),
            "offset": None,
            "yearless": True,
            "carried": False,
            "host": "obiwan",
            "pid": 7,
        }
    ]


def test_an_offset_in_the_line_is_kept_beside_the_wall_time() -> None:
    """The wall time is as it is written; the offset is told in seconds."""
    (event,) = rows(SYSLOG, [], "2021-10-04T02:05:01.241971+02:00 obiwan CRON[14584]: x")
    assert (event["wall"], event["offset"]) == (datetime(2021, 10, 4, 2, 5, 1, 241971), 7200)


def test_a_file_may_switch_its_spelling_in_the_middle() -> None:
    """RFC 3164, then RFC 3339, then RFC 3164 again stay in file order."""
    old, new = "Jun 23 09:04:02 srv a: 1", "2020-06-23T09:04:03Z srv b: 2"
    assert [event["program"] for event in rows(SYSLOG, ["program"], old, new, old)] == ["a", "b", "a"]


def test_every_column_has_its_schema_type() -> None:
    """Also where the format has no such field."""
    frame = compile_reader(SYSLOG, FIELDS).parse(lines("Jun 23 09:04:02 srv a: 1")).events
    assert {name: frame.schema[name] for name in FIELDS} == {name: SCHEMA[name] for name in FIELDS}


def test_no_lines_give_empty_frames_of_the_same_shape() -> None:
    """The types do not depend on there being lines."""
    reader = compile_reader(ACCESS, ["status"], {"bad": pl.col("status") >= 500})
    some = reader.parse(lines('::1 - - [23/Jun/2020:09:08:02 +1000] "GET / HTTP/1.1" 504 0'))
    none = reader.parse(lines())
    assert (none.events.schema, none.rest.schema) == (some.events.schema, some.rest.schema)


def test_lines_that_are_no_events_are_told_apart() -> None:
    """Blank and unparsed lines keep number, text and length."""
    rest = compile_reader(SYSLOG, []).parse(lines("Jun 23 09:04:02 srv a: 1", " ", "what?")).rest
    assert rest.rows() == [(2, " ", 2, "blank"), (3, "what?", 6, "unparsed")]
    assert rest.schema == pl.Schema(REST_SCHEMA)


def test_a_stamp_that_is_no_date_leaves_the_line_unparsed() -> None:
    """Even where other unmatched lines continue the event above."""
    parsed = compile_reader(NLOG, []).parse(lines(HEAD, HEAD.replace("06-23", "02-30")))
    assert parsed.rest.get_column("kind").to_list() == ["unparsed"]


def test_a_continuation_takes_the_time_and_the_writer_of_the_event_above() -> None:
    """Its message is its whole text, and it has no severity of its own."""
    fields = ["severity", "program", "message"]
    _, event = rows(NLOG, fields, HEAD, "   at Acme.Web.Startup()")
    assert event == {
        "line": 2,
        "wall": datetime(2020, 6, 23, 9, 7, 2, 3100),
        "offset": None,
        "yearless": False,
        "carried": True,
        "severity": None,
        "program": "Acme.Web",
        "message": "   at Acme.Web.Startup()",
    }


def test_continuations_at_the_head_of_a_block_wait() -> None:
    """Their event is in an earlier block."""
    parsed = compile_reader(NLOG, []).parse(lines("   at x", "", HEAD, "   at y"))
    assert parsed.rest.select("line", "kind").rows() == [(1, "candidate"), (2, "blank")]
    assert parsed.events.select("line", "carried").rows() == [(3, False), (4, True)]


def test_waiting_continuations_join_the_last_event_of_the_block_before() -> None:
    """`carry` gives the columns that `parse` gives, derived ones included."""
    reader = compile_reader(NLOG, ["program"], {"trace": pl.col("message").str.starts_with("   at")})
    above = reader.parse(lines(HEAD))
    below = reader.parse(lines("   at x", first=2))
    joined = pl.concat([above.events, reader.carry(below.rest, above.events)])
    assert joined.select("line", "carried", "program", "trace").rows() == [
        (1, False, "Acme.Web", False),
        (2, True, "Acme.Web", True),
    ]


def test_a_derived_column_is_computed_without_keeping_its_text() -> None:
    """The message is looked at, and gone."""
    reader = compile_reader(SYSLOG, [], {"kernel": pl.col("message").str.contains("oops")})
    frame = reader.parse(lines("Jun 23 09:04:02 srv kernel: oops", "Jun 23 09:04:02 srv kernel: fine")).events
    assert frame.columns[5:] == ["kernel"]
    assert frame.get_column("kernel").to_list() == [True, False]


def test_a_derived_column_over_a_field_the_format_lacks_sees_nulls() -> None:
    """Web formats have no message."""
    line = '::1 - - [23/Jun/2020:09:08:02 +1000] "GET / HTTP/1.1" 200 0'
    frame = compile_reader(ACCESS, [], {"hit": pl.col("message").str.contains("x")}).parse(lines(line)).events
    assert frame.get_column("hit").to_list() == [None]


def test_an_unknown_field_is_refused() -> None:
    """The message names the columns there are."""
    with pytest.raises(UsageError, match="colour: no column of the timeline"):
        compile_reader(SYSLOG, ["colour"])


def test_both_pieces_of_a_line_torn_by_nuls_may_have_its_number() -> None:
    """Order follows the rows, not the line numbers."""
    torn = lines("Jun 23 09:04:02 srv a: cut of", "Jun 24 07:12:12 srv kernel: boot")
    torn = torn.with_columns(line=pl.lit(9, pl.UInt32))
    assert compile_reader(SYSLOG, ["program"]).parse(torn).events.get_column("program").to_list() == ["a", "kernel"]


@settings(max_examples=30)
@given(st.lists(st.sampled_from([HEAD, HEAD.replace("06", "13"), "   at x", "", "\t", "x|y", "🛑 ünï"]), max_size=9))
def test_every_line_ends_in_exactly_one_frame_in_order(texts: list[str]) -> None:
    """Nothing is lost, doubled or reordered, whichever fields are wanted."""
    for definition in SHIPPED.values():
        parsed = compile_reader(definition, ["message"]).parse(lines(*texts))
        events, rest = (frame.get_column("line").to_list() for frame in (parsed.events, parsed.rest))
        assert sorted(events + rest) == list(range(1, len(texts) + 1))
        assert (events, rest) == (sorted(events), sorted(rest))
