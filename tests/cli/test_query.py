"""SQL over the timeline, as a user types it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from logforensics.cli.main import run
from logforensics.cli.query import named

LINES = (
    '192.0.2.1 - - [23/Jun/2020:09:07:55 +1000] "GET /a HTTP/1.1" 504 569 "-" "=cmd"\n'
    '192.0.2.2 - - [23/Jun/2020:09:07:56 +1000] "GET /b HTTP/1.1" 200 12 "-" "x\x1b[31m"\n'
    '192.0.2.1 - - [23/Jun/2020:09:07:57 +1000] "GET /b HTTP/1.1" 200 12 "-" "=cmd"\n'
)


@pytest.fixture
def log(tmp_path: Path) -> str:
    """An access log of three lines."""
    path = tmp_path / "access.log"
    path.write_text(LINES, encoding="utf-8")
    return str(path)


def asked(capfd: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command line."""
    code = run(["query", *argv])
    out, err = capfd.readouterr()
    return code, out, err


def test_groups_come_in_one_order(capfd: pytest.CaptureFixture[str], log: str) -> None:
    """What is grouped and not ordered is sorted by its columns."""
    code, out, _ = asked(capfd, "select status, count(*) as n from timeline group by status", log, "--json")
    assert (code, json.loads(out)["rows"]) == (0, [{"status": 200, "n": 2}, {"status": 504, "n": 1}])


def test_instants_in_json_are_utc_unless_asked(capfd: pytest.CaptureFixture[str], log: str) -> None:
    """A time in the query is compared in UTC; --tz says how it is shown."""
    sql = "select time from timeline where time > '2020-06-22 23:07:56'"
    assert json.loads(asked(capfd, sql, log, "--json")[1])["rows"] == [{"time": "2020-06-22T23:07:57.000000+00:00"}]
    shown = asked(capfd, sql, log, "--json", "--tz", "+10:00")[1]
    assert json.loads(shown)["rows"] == [{"time": "2020-06-23T09:07:57.000000+10:00"}]


def test_filters_come_first(capfd: pytest.CaptureFixture[str], log: str) -> None:
    """--grep narrows what the query sees."""
    out = asked(capfd, "select count(*) as n from timeline", log, "--grep", "/b", "--json")[1]
    assert json.loads(out)["rows"] == [{"n": 2}]


def test_csv_disarms_and_parquet_keeps(capfd: pytest.CaptureFixture[str], log: str, tmp_path: Path) -> None:
    """A spreadsheet runs nothing and a terminal obeys nothing; Parquet holds the text as it was logged."""
    sql = "select distinct agent from timeline"
    out = asked(capfd, sql, log, "--format", "csv")[1]
    assert out == "agent\n'=cmd\nx\\x1b[31m\n"
    target = tmp_path / "out" / "q.parquet"
    target.parent.mkdir()
    assert asked(capfd, sql, log, "-o", str(target))[0] == 0
    assert pl.read_parquet(io.BytesIO(target.read_bytes())).to_dict(as_series=False) == {"agent": ["=cmd", "x\x1b[31m"]}


def test_rows_too_wide_become_records(capfd: pytest.CaptureFixture[str], log: str) -> None:
    """With all columns a row is one column a line, the escape is shown, and instants in the evidence's own zone."""
    out = asked(capfd, "select * from timeline where path = '/b' limit 1", log)[1]
    assert out.startswith("-- 1\ntime           2020-06-23T09:07:56+10:00\n")
    assert "agent          x\\x1b[31m\n" in out
    assert out.endswith("(1 row; times in +10:00)\n")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selekt 1", "the query cannot be answered: sql parser error"),
        ("selekt", "selekt: the first argument must be SQL in quotes"),
        ("select nope from timeline", "names a column that there is not; there are: time, "),
        ("select * from other", "there is no table other; the only one is timeline"),
        ("select nope(time) from timeline", "the query cannot be answered: "),
    ],
)
def test_what_cannot_be_asked_is_said(capfd: pytest.CaptureFixture[str], log: str, sql: str, said: str) -> None:
    """One line that says what is wrong, and exit code 2."""
    code, out, err = asked(capfd, sql, log)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_only_named_columns_are_read() -> None:
    """count(*) needs none; any other star needs all."""
    assert named("select Status, count( * ) from timeline") == {"status"}
    assert "agent" in named("select * from timeline")
