"""How a log is read whose header names its columns."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from logforensics.parsing.column_lines import ColumnLines, headers_in, names_of
from logforensics.settings import Settings
from logforensics.timeline.build import read_timeline

SHORT = "#Fields: date time cs-method cs-uri-stem sc-status"
LONG = "#Fields: date time c-ip cs-method cs-uri-stem sc-bytes sc-status time-taken"


def test_each_row_is_read_by_the_header_above_it() -> None:
    """The columns change places in the middle of the file."""
    lines = ColumnLines(pl.Series(["#Fields: a b", "1 2", "#Fields: b a", "3 4", "#Fields: a c", "5 6"]))
    assert lines.get("a").to_list() == [None, "1", None, "4", None, "5"]
    assert lines.get("b").to_list() == [None, "2", None, "3", None, None]
    assert lines.get("d").to_list() == [None] * 6


def test_rows_above_any_header_are_read_by_those_of_the_file_that_fit() -> None:
    """A header with as many names as the row has cells."""
    lines = ColumnLines(pl.Series(["1 2", "1 2 3", "1 2 3 4"]), ("#Fields: a b c", "#Fields: b a"))
    assert lines.get("a").to_list() == ["2", "1", None]


def test_a_row_that_is_torn_or_too_long_has_no_columns() -> None:
    """Which of its cells would be which, nothing tells."""
    lines = ColumnLines(pl.Series(["#Fields: a b", "1", "1 2 3", "1 2"]))
    assert lines.get("a").to_list() == [None, None, None, "1"]


def test_cells_are_parted_by_tabs_commas_or_spaces() -> None:
    """Whichever the rows hold."""
    assert ColumnLines(pl.Series(["#Fields: a b", "1 x\t2"])).get("a").to_list() == [None, "1 x"]
    assert ColumnLines(pl.Series(["#Fields: a,b", "1 x,2"])).get("b").to_list() == [None, "2"]


def test_headers_are_found_and_named() -> None:
    """The most frequent first."""
    assert headers_in(["x", LONG, SHORT, SHORT]) == (SHORT, LONG)
    assert names_of("#fields\tts\tuid") == ["ts", "uid"]


def test_a_server_that_was_set_up_anew_writes_other_columns(tmp_path: Path) -> None:
    """Each request has its own status, although the columns moved in the middle of the file."""
    rows = [f"2020-06-22 23:00:{n % 60:02} GET /old 200" for n in range(300)]
    after = [f"2020-06-22 23:10:{n % 60:02} 203.0.113.9 GET /new 167 504 60012" for n in range(300)]
    text = "\r\n".join(["#Software: Microsoft Internet Information Services 10.0", SHORT, *rows, LONG, *after, ""])
    (tmp_path / "u_ex200622.log").write_bytes(text.encode())
    found = read_timeline([str(tmp_path)], settings=Settings(), fields=("status", "path", "request_time"))
    assert [source.format for source in found.sources] == ["iis_access"]
    requests = found.events.filter(pl.col("status").is_not_null())
    assert requests.group_by("status", "path", "request_time").len().sort("status").rows() == [
        (200, "/old", None, 300),
        (504, "/new", 60.012, 300),
    ]
    assert sum(source.unparsed for source in found.sources) == 0
