"""Timeline rows in the forms of other tools, each read back as its consumer reads it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from logforensics.report import exports
from logforensics.schema import SCHEMA


@pytest.fixture
def events() -> pl.DataFrame:
    """One line of a program and one of a web server."""
    rows = {
        "time": [datetime(2020, 6, 23, 9, 7, 55, 500000, UTC), datetime(2020, 6, 23, 9, 8, 0, 0, UTC)],
        "time_basis": ["year-inferred", "explicit"],
        "time_earliest": [datetime(2020, 6, 23, 9, 7, 55, 0, UTC), None],
        "time_latest": [datetime(2020, 6, 23, 9, 7, 56, 0, UTC), None],
        "source": ["syslog", "nginx/access.log"],
        "file": ["syslog.1", "nginx/access.log"],
        "line": [7, 1],
        "severity": ["err", None],
        "host": ["h", None],
        "program": ["=run", None],
        "pid": [12, None],
        "message": ["one, two\nthree\x1b[31m é", None],
        "status": [None, 504],
        "method": [None, "GET"],
        "path": [None, "/x?a=1"],
        "client": [None, "192.0.2.1"],
        "agent": [None, "curl/8"],
        "request_time": [None, 60.001],
    }
    return pl.DataFrame(rows, schema={name: SCHEMA[name] for name in rows})


def test_ecs_has_its_names(events: pl.DataFrame) -> None:
    """What a line says stands under the names of the schema; what it does not say is left out."""
    first, second = (json.loads(line) for line in b"".join(exports.ecs(events)).splitlines())
    assert first["@timestamp"] == "2020-06-23T09:07:55.500000+00:00"
    assert (first["process.name"], first["process.pid"], first["log.level"]) == ("=run", 12, "err")
    assert "http.response.status_code" not in first
    assert (second["http.response.status_code"], second["url.original"], second["source.address"]) == (
        504,
        "/x?a=1",
        "192.0.2.1",
    )
    assert (second["event.duration"], second["user_agent.original"]) == (60_001_000_000, "curl/8")
    assert second["message"] == "504 GET /x?a=1 from 192.0.2.1"


def test_timesketch_has_what_its_importer_demands(events: pl.DataFrame) -> None:
    """Mandatory are message, datetime and timestamp_desc; timestamp is the same instant in microseconds."""
    for line in b"".join(exports.timesketch(events)).splitlines():
        row = json.loads(line)
        assert row["message"]
        assert row["timestamp_desc"]
        moment = datetime.fromisoformat(row["datetime"])
        assert row["timestamp"] == round(moment.timestamp() * 1e6)


def test_l2tcsv_has_17_columns_whatever_a_text_holds(events: pl.DataFrame) -> None:
    """A comma, a line feed, a control and a formula in a text stay one harmless cell."""
    text = b"".join(exports.l2tcsv(events)).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.count("\n") == 3
    assert [len(row) for row in rows] == [17, 17]
    assert (rows[0]["date"], rows[0]["time"], rows[0]["timezone"]) == ("06/23/2020", "09:07:55", "UTC")
    assert rows[0]["desc"] == "'=run[12]: one  two three\\x1b[31m é"
    assert (rows[0]["filename"], rows[0]["notes"], rows[1]["host"]) == ("syslog.1", "line 7", "-")


def test_sqlite_answers_queries(events: pl.DataFrame, tmp_path: Path) -> None:
    """The table has the timeline's columns, with the instant as text and as a number."""
    path = tmp_path / "t.sqlite"
    path.write_bytes(b"".join(exports.sqlite(events)))
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        answer = database.execute("SELECT time, time_us, message, time_latest FROM timeline WHERE pid = 12").fetchall()
    database.close()
    assert answer == [
        (
            "2020-06-23T09:07:55.500000+00:00",
            1592903275500000,
            "one, two\nthree\x1b[31m é",
            "2020-06-23T09:07:56.000000+00:00",
        )
    ]


def test_nothing_is_still_a_file(events: pl.DataFrame, tmp_path: Path) -> None:
    """Without events there is a database with an empty table, and a CSV with its head."""
    path = tmp_path / "t.sqlite"
    path.write_bytes(b"".join(exports.sqlite(events.clear())))
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM timeline").fetchone() == (0,)
    database.close()
    assert b"".join(exports.l2tcsv(events.clear())).count(b"\n") == 1
    assert b"".join(exports.ecs(events.clear())) == b""
