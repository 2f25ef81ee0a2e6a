"""Timeline rows as JSON lines, CSV and Parquet."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest

from logforensics.clock.zones import Zone
from logforensics.report import rows
from logforensics.report.escape import cell
from logforensics.schema import SCHEMA

BERLIN = Zone.named("Europe/Berlin")


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
