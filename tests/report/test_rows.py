"""Timeline rows as JSON lines, CSV, Parquet and a table."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import polars as pl
import pytest

from logforensics.clock.zones import Zone
from logforensics.report import rows
from logforensics.report.escape import cell
from logforensics.schema import SCHEMA

BERLIN = Zone.named("Europe/Berlin")


@pytest.fixture
def events() -> pl.DataFrame:
    """Two events on both sides of a change of offset: one of a program, one of a web server, both with hostile text."""
    return pl.DataFrame(
        {
            "time": [datetime(2020, 3, 29, 0, 59, 59, 500000, UTC), datetime(2020, 3, 29, 1, 0, 0, 0, UTC)],
            "time_basis": ["year-inferred", "explicit"],
            "time_earliest": [None, None],
            "time_latest": [None, None],
            "source": ["syslog", "nginx/access.log"],
            "file": ["syslog.1", "nginx/access.log"],
            "line": [7, 1],
            "severity": ["err", None],
            "host": ["h", None],
            "program": ["kernel", None],
            "pid": [12, None],
            "message": ["=cmd\x1b[31m é😀\u2028\x7f", None],
            "status": [None, 504],
            "method": [None, "GET"],
            "path": [None, '/x?"<script>'],
            "client": [None, "192.0.2.1"],
        },
        schema={name: SCHEMA[name] for name in rows.COLUMNS},
    )


def lines(chunks: object) -> list[str]:
    """All chunks as lines of text."""
    return b"".join(chunks).decode("utf-8").rstrip("\n").split("\n")  # type: ignore[arg-type]


def test_a_json_row_has_the_keys_in_order_and_reads_back(events: pl.DataFrame) -> None:
    """What was logged is what a JSON reader gets."""
    first = json.loads(lines(rows.jsonl(events))[0])
    assert tuple(first) == rows.COLUMNS
    assert first["message"] == "=cmd\x1b[31m é😀\u2028\x7f"
    assert first["time"] == "2020-03-29T00:59:59.500000+00:00"
    assert (first["line"], first["pid"], first["severity"], first["status"]) == (7, 12, "err", None)


def test_json_rows_are_ascii_without_controls(events: pl.DataFrame) -> None:
    """A terminal can show the stream as it is."""
    data = b"".join(rows.jsonl(events))
    assert data.isascii()
    assert [byte for byte in data if byte != 10 and (byte < 32 or byte == 127)] == []


def test_times_carry_the_offset_of_their_own_instant(events: pl.DataFrame) -> None:
    """The offset changes where the zone's does."""
    assert [json.loads(line)["time"] for line in lines(rows.jsonl(events, BERLIN))] == [
        "2020-03-29T01:59:59.500000+01:00",
        "2020-03-29T03:00:00.000000+02:00",
    ]


def test_columns_that_were_not_read_are_null(events: pl.DataFrame) -> None:
    """Every row has every key."""
    bare = events.select("time", "time_basis", "source", "file", "line")
    assert json.loads(lines(rows.jsonl(bare))[0])["message"] is None


def test_no_events_are_no_rows(events: pl.DataFrame) -> None:
    """Nothing is written for nothing, but CSV keeps its header."""
    assert b"".join(rows.jsonl(events.clear())) == b""
    assert lines(rows.csv(events.clear())) == [",".join(rows.COLUMNS)]


def test_csv_disarms_formulas_and_shows_controls(events: pl.DataFrame) -> None:
    """A spreadsheet runs nothing from a log."""
    table = list(csv.DictReader(io.StringIO("\n".join(lines(rows.csv(events))))))
    assert table[0]["message"] == "'=cmd\\x1b[31m é😀<U+2028>\\x7f"
    assert table[1]["path"] == '/x?"<script>'


def test_a_time_in_doubt_has_its_bounds_and_a_question_mark(events: pl.DataFrame) -> None:
    """Both are shown in the zone of the reader, as the time is."""
    first = pl.int_range(pl.len()) == 0
    doubt = events.with_columns(
        time_basis=pl.when(first).then(pl.lit("ambiguous")).otherwise("time_basis").cast(SCHEMA["time_basis"]),
        time_earliest=pl.when(first).then("time"),
        time_latest=pl.when(first).then(pl.col("time") + pl.duration(hours=1)),
    )
    found = [json.loads(line) for line in lines(rows.jsonl(doubt, BERLIN))]
    assert [(row["time_earliest"], row["time_latest"]) for row in found] == [
        ("2020-03-29T01:59:59.500000+01:00", "2020-03-29T03:59:59.500000+02:00"),
        (None, None),
    ]
    assert [line[len("03-29 01:59:59+01:00")] for line in lines(rows.table(doubt, BERLIN))[1:]] == ["?", " "]


@pytest.mark.parametrize("first", "=+-@\t\r\uff1d\uff0b\uff0d\uff20")
def test_every_formula_character_is_disarmed(events: pl.DataFrame, first: str) -> None:
    """Whatever a spreadsheet evaluates gets its apostrophe."""
    bad = events.with_columns(message=pl.lit(first + "1"))
    assert next(iter(csv.DictReader(io.StringIO("\n".join(lines(rows.csv(bad)))))))["message"].startswith("'")


def test_columns_are_disarmed_as_a_single_cell_is(events: pl.DataFrame) -> None:
    """The engine's way and Python's way through the door give the same text."""
    text = "a;=1; -2;b @c;\u3000=d\x1b"
    row = next(csv.DictReader(io.StringIO("\n".join(lines(rows.csv(events.with_columns(message=pl.lit(text))))))))
    assert row["message"] == cell(text)


def test_parquet_keeps_types(events: pl.DataFrame) -> None:
    """Times are instants, not text."""
    frame = pl.read_parquet(io.BytesIO(b"".join(rows.parquet(events))))
    assert frame.schema["time"] == pl.Datetime("us", "UTC")
    assert frame.columns == list(rows.COLUMNS)


def test_the_table_shows_local_time_level_line_and_text(events: pl.DataFrame) -> None:
    """A row of a program and a row of a web server, where the clocks change in between."""
    assert lines(rows.table(events, BERLIN)) == [
        "TIME 2020            LEVEL   LINE                 TEXT",
        "03-29 01:59:59+01:00 err     syslog.1:7           kernel[12]: =cmd\\x1b[31m é😀<U+2028>\\x7f",
        '03-29 03:00:00+02:00         nginx/access.log:1   504 GET /x?"<script> from 192.0.2.1',
    ]


def test_an_offset_that_all_rows_share_stands_in_the_head(events: pl.DataFrame) -> None:
    """The columns are for what differs."""
    assert [line[:24] for line in lines(rows.table(events, Zone.named("UTC")))] == [
        "TIME 2020 +00:00 LEVEL  ",
        "03-29 00:59:59   err    ",
        "03-29 01:00:00          ",
    ]


def test_years_stand_in_the_rows_where_they_differ(events: pl.DataFrame) -> None:
    """New Year lies in between."""
    late = events.with_columns(time=pl.col("time") + pl.duration(days=300) * pl.int_range(pl.len()))
    found = lines(rows.table(late, Zone.named("UTC")))
    assert [line[:20] for line in found] == ["TIME +00:00         ", "2020-03-29 00:59:59 ", "2021-01-23 01:00:00 "]


def test_a_long_citation_keeps_its_telling_end_on_a_terminal(events: pl.DataFrame) -> None:
    """The file's own name and the line; in a pipe nothing is cut."""
    deep = events.with_columns(file=pl.lit("srv/very/deep/down/access.log"))
    assert "../down/access.log:7 " in lines(rows.table(deep, BERLIN, width=80))[1]
    assert "srv/very/deep/down/access.log:7 " in lines(rows.table(deep, BERLIN))[1]


def test_the_table_is_cut_to_the_width_of_a_terminal(events: pl.DataFrame) -> None:
    """A terminal row does not wrap."""
    wide = events.with_columns(message=pl.lit("x" * 200))
    assert max(len(line) for line in lines(rows.table(wide, BERLIN, width=80))) == 80


def test_the_table_in_a_c_locale_is_ascii(events: pl.DataFrame) -> None:
    """What ASCII lacks is escaped."""
    assert b"".join(rows.table(events, BERLIN, ascii_only=True)).isascii()
