"""A block's columns are boiled down to what a verdict needs, and an analyser finds every column it may ask for."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from logforensics.analysis.columns import ALL_COLUMNS, SILENCE_FIELDS, digest, read_for_analysis
from logforensics.analysis.signatures import signatures
from logforensics.schema import ALWAYS, SCHEMA

IO_ERROR = "[   12.345678] blk_update_request: I/O error, dev sdb, sector 8"
REFUSED = (
    "*1 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.1, "
    'server: example.net, request: "GET /cart?x=1 HTTP/1.1", upstream: "http://127.0.0.1:5000/cart?x=1"'
)


def block(**columns: object) -> pl.DataFrame:
    """A block of one line as parsed, boiled down."""
    values = {"program": "app", "carried": False, **columns}
    schema = {name: SCHEMA.get(name, pl.Boolean()) for name in values}
    return digest(pl.DataFrame({name: [value] for name, value in values.items()}, schema=schema))


def value(column: str, **columns: object) -> object:
    """What became of one column of one line."""
    return block(**columns)[column][0]


def template(message: str, program: str = "app", *, carried: bool = False) -> object:
    """The template's hash of a line."""
    return value("template", message=message, program=program, carried=carried)


def test_a_path_becomes_an_endpoint() -> None:
    """The target without its query, in place of the target."""
    found = block(path="/a?b=1", message=None)
    assert (found["endpoint"].to_list(), "path" in found.columns) == (["/a"], False)


def test_a_message_that_says_nothing_is_dropped() -> None:
    """Text is most of a log, and most of it is not needed."""
    assert value("message", message="nothing to see") is None


def test_a_message_with_a_signature_is_kept() -> None:
    """A failure is told in its own words."""
    assert value("message", message=IO_ERROR, program="kernel") == IO_ERROR


def test_a_message_with_a_mark_is_kept() -> None:
    """So is a mark."""
    found = block(message="Time has been changed")
    assert found.select("message", "mark").row(0) == ("Time has been changed", "clock-step")


def test_a_signature_is_an_index() -> None:
    """The number leads to the signature."""
    found = value("signature", message=IO_ERROR, program="kernel")
    assert isinstance(found, int)
    assert signatures()[found].kind == "io-error"


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("[   12.345678] usb 1-1: x", 12.345678),
        ("[12345.000001] x", 12345.000001),
        ("[12.3] x", None),
        ("12.345678", None),
    ],
)
def test_a_kernel_stamp_becomes_seconds(message: str, seconds: float | None) -> None:
    """Only the kernel's own six digits count."""
    assert value("mono", message=message) == seconds


def test_lines_alike_but_for_numbers_share_a_template() -> None:
    """Tokens with a digit in them do not count."""
    assert template("sent 12 bytes to 10.0.0.1") == template("sent 9 bytes to 10.0.0.2")


@pytest.mark.parametrize(("message", "program"), [("sent x bytes", "app"), ("sent 1 bytes", "other")])
def test_other_words_or_programs_have_another_template(message: str, program: str) -> None:
    """Words and program make the template."""
    assert template(message, program) != template("sent 1 bytes")


def test_a_continuation_has_no_template() -> None:
    """It comes with its event, in no rhythm of its own."""
    assert template("  at line 7", carried=True) is None


def test_an_upstream_failure_names_its_endpoint() -> None:
    """The error log of nginx quotes the request: its endpoint is found there."""
    assert value("endpoint", message=REFUSED, program=None) == "/cart"


def test_a_quoted_request_without_a_failure_names_none() -> None:
    """A line that testifies of nothing is not asked for its endpoint."""
    assert value("endpoint", message='fine, request: "GET /cart HTTP/1.1"') is None


def test_a_web_line_with_a_message_keeps_its_endpoint() -> None:
    """A structured access log has both a path and a message: the path is the endpoint."""
    assert value("endpoint", message="handled request", path="/a?b=1") == "/a"


def test_a_block_without_messages_has_no_message_columns() -> None:
    """Web lines are not searched for what they cannot hold."""
    assert block(path="/a", message=None, status=200).columns == ["program", "carried", "status", "endpoint"]


def test_derived_columns_have_their_types() -> None:
    """What is declared is what is made."""
    found = block(path="/a", message=REFUSED)
    assert {name: dtype for name, dtype in found.schema.items() if name in ALL_COLUMNS} == {
        name: ALL_COLUMNS[name] for name in found.columns if name in ALL_COLUMNS
    }


def test_an_analyser_finds_every_column(tmp_path: Path) -> None:
    """Columns that no source has are there as nulls, in their types."""
    (tmp_path / "syslog").write_bytes(b"2026-07-01T12:00:00Z obi app[7]: one\n")
    found = read_for_analysis([str(tmp_path)]).events
    assert dict(found.schema) == {**{name: SCHEMA[name] for name in ALWAYS}, **ALL_COLUMNS}


def test_an_analyser_of_silences_reads_no_web_columns(tmp_path: Path) -> None:
    """With SILENCE_FIELDS a web line is its time alone."""
    (tmp_path / "access.log").write_bytes(
        b'192.0.2.1 - - [01/Jul/2026:12:00:00 +0000] "GET /a HTTP/1.1" 502 166 "-" "curl/7.64.0"\n'
    )
    found = read_for_analysis([str(tmp_path)], fields=SILENCE_FIELDS).events
    assert found.select("status", "client", "endpoint").row(0) == (None, None, None)


def test_a_block_without_messages_joins_one_with(tmp_path: Path) -> None:
    """Web lines and others stand in one frame, each with the columns it has."""
    (tmp_path / "access.log").write_bytes(
        b'192.0.2.1 - - [01/Jul/2026:12:00:00 +0000] "GET /a HTTP/1.1" 502 166 "-" "curl/7.64.0"\n'
    )
    (tmp_path / "syslog").write_bytes(b"2026-07-01T12:00:01Z obi systemd[1]: Started Shop backend.\n")
    found = read_for_analysis([str(tmp_path)]).events
    assert found.select("status", "endpoint", "mark").rows() == [(502, "/a", None), (None, None, "service-start")]
