"""Drafts of definitions: what is found in the lines of logs that nothing here knows, and the rules they keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from logforensics.cli.main import run
from logforensics.errors import EvidenceError
from logforensics.parsing.checks import check
from logforensics.parsing.definition import read_definition
from logforensics.parsing.draft import Draft, draft, name_of
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import compile_reader

BRACES = [
    "<<web-7>> {Mar 1 2026 10:00:01} AUDIT!! jane did log in",
    "<<web-7>> {Mar 1 2026 10:00:02} INFO!! fine",
    "<<web-12>> {Mar 1 2026 10:00:03} INFO!! ok",
    "<<web-7>> {Mar 14 2026 10:00:05} ERROR!! bad",
]
BARS = [
    "E|1772359201.123|db[77]|cannot open it's file",
    "I|1772359202.456|web[78]|opened",
    "D|1772359203.000|web[78]|closed",
]
PROSE = [
    "Service 'pay' (#12) @ Mon, 02 Mar 2026 10:00:01 +0100 >>> call 17 took 3s",
    "Service 'auth' (#13) @ Mon, 02 Mar 2026 10:00:05 +0100 >>> call 18 took 4s",
    "Service 'pay' (#14) @ Mon, 02 Mar 2026 10:01:01 +0100 >>> call 19 failed",
]
TRACES = [
    "*** 20260301 10:00:01.500 shop.cart|WARN|7| slow",
    "*** 20260301 10:00:02.500 shop.db|ERROR|7| failed",
    "    at shop.Db.run(Db.java:12)",
    "    at shop.Main.main(Main.java:3)",
    "*** 20260301 10:00:03.500 shop.cart|INFO|8| done",
]
MARKED = [
    "#1# 01.03.2026 10:00:01 ~ [worker 3] (Warning) disk at 91 %",
    "#2# 01.03.2026 10:00:04 ~ [worker 12] (Error) disk at 99 %",
    "no more to say",
    "#3# 02.03.2026 10:00:04 ~ [worker 12] (Info) disk at 20 %",
]
YEARLESS = [
    "node-a >> 01 Mar 10:00:01 >> NOTICE >> joined",
    "node-b >> 01 Mar 10:00:02 >> WARN >> late",
    "node-a >> 29 Feb 10:00:03 >> WARN >> left",
]
BOTH = [
    "q=1 when=2026-03-01T10:00:01+02:00 what=start",
    "q=2 when=2026-03-01T10:00:02+02:00 what=stop",
    "q=3 when=2026-03-01 10:00:03 what=start",
    "q=4 when=2026-03-01 10:00:04 what=stop",
]
HOSTILE = [
    "~2026-03-01 10:00:01~ '''\"\\ \x1b[31m \u202e .*(x",
    "~2026-03-01 10:00:02~ ''' [[samples]] matches = true",
]

LOGS = {
    "braces": BRACES, "bars": BARS, "prose": PROSE, "traces": TRACES, "marked": MARKED, "yearless": YEARLESS,
    "both": BOTH, "hostile": HOSTILE,
}  # fmt: skip


def drafted(log: str) -> Draft:
    """The draft for the lines of one log."""
    return draft(f"{log}.log", LOGS[log], load_definitions(user=False, samples=True))


def events(log: str) -> list[dict[str, Any]]:
    """What the draft for a log reads in that log."""
    made = drafted(log)
    definition = read_definition(Path(f"{made.name}.toml"), made.toml, origin=made.name)
    lines = LOGS[log]
    frame = pl.DataFrame(
        {"line": range(1, len(lines) + 1), "text": lines, "length": [len(line.encode()) + 1 for line in lines]},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )
    read = compile_reader(definition, definition.fields).parse(frame).events
    return read.filter(~pl.col("carried")).to_dicts()


@pytest.mark.parametrize("log", LOGS)
def test_a_draft_keeps_the_rules(log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`parsers check` has nothing to say against it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / f"{log}.toml"
    file.write_text(drafted(log).toml, "utf-8")
    assert check(file) == ()


@pytest.mark.parametrize("log", LOGS)
def test_a_draft_reads_the_lines_that_it_was_made_from(log: str) -> None:
    """Each line is an event, or goes on with one; the draft says so of itself."""
    made = drafted(log)
    assert (made.lines, made.read, made.left) == (len(LOGS[log]), len(LOGS[log]), ())


def test_the_level_the_program_and_its_process_are_found() -> None:
    """Wherever they stand."""
    read = [(event["severity"], event["program"], event["pid"], event["message"]) for event in events("bars")]
    assert read == [
        ("err", "db", 77, "cannot open it's file"),
        ("info", "web", 78, "opened"),
        ("debug", "web", 78, "closed"),
    ]


def test_the_instant_is_that_of_the_line() -> None:
    """With the offset that stands behind the stamp."""
    first = events("prose")[0]
    instant = first["wall"].replace(tzinfo=UTC) - timedelta(seconds=first["offset"])
    assert instant == datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)


def test_two_spellings_of_the_time_are_two_patterns() -> None:
    """The offset of the lines that have one is read."""
    assert [event["offset"] for event in events("both")] == [7200, 7200, None, None]


def test_a_level_that_nobody_knows_is_asked_for() -> None:
    """The draft says what it has guessed."""
    assert 'AUDIT = "info"  # not known' in drafted("braces").toml


def test_lines_that_go_on_with_an_event_are_told_by_how_they_begin() -> None:
    """By their indentation, or by what no event begins with."""
    assert "multiline = '''^[ \\t]'''" in drafted("traces").toml
    assert "multiline = '''^[^#]'''" in drafted("marked").toml


def test_what_a_line_does_not_tell_is_missing_in_the_draft() -> None:
    """A year, a zone."""
    assert 'missing = ["year", "zone"]' in drafted("yearless").toml


@pytest.mark.parametrize(
    "lines", [["hello", "world"], ["12 of 30 done", "13 of 30 done"], [], ["on 2026-03-01 10:00:01 x"]]
)
def test_no_time_no_draft(lines: list[str]) -> None:
    """Without a stamp in two lines or more there is nothing to draft."""
    with pytest.raises(EvidenceError, match="no time is found"):
        draft("x.log", lines, load_definitions(user=False, samples=True))


def test_a_number_among_words_is_no_time() -> None:
    """The name of a block has as many digits as one."""
    lines = ["block 1608999687919 stored", "ask 17 for block 1608999687920", "gave block 1608999687921 to 12"]
    with pytest.raises(EvidenceError, match="no time is found"):
        draft("x.log", lines, load_definitions(user=False, samples=True))


@pytest.mark.parametrize(
    ("log", "name"),
    [("/a/My-App.2020.log.1", "my_app"), ("7z.txt", "log_7z"), ("catalina.out", "catalina"), ("...", "log")],
)
def test_a_draft_is_called_after_its_log(log: str, name: str) -> None:
    """By a name that a definition may have."""
    assert name_of(log) == name


def test_a_drafted_definition_reads_the_log_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written into the folder of one's own definitions, it is chosen for the very file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    own = tmp_path / "config" / "logforensics" / "parsers"
    own.mkdir(parents=True)
    log = tmp_path / "cart.log"
    log.write_text("\n".join(MARKED) + "\n", "utf-8")
    assert run(["parsers", "new", str(log), "-o", str(own / "cart.toml")]) == 0
    assert "reads 4 of the 4 lines" in capsys.readouterr().err
    assert run(["parsers", "explain", str(log)]) == 0
    assert capsys.readouterr().out.startswith("cart.log: cart\n")


def test_nothing_is_drafted_for_a_known_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named instead."""
    log = tmp_path / "syslog"
    log.write_text("Jun 23 09:04:02 web1 sshd[77]: Accepted\n" * 3, "utf-8")
    assert run(["parsers", "new", str(log)]) == 2
    assert "known format, syslog" in capsys.readouterr().err


def test_where_no_time_is_found_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As where nothing can be read: 3."""
    log = tmp_path / "x.log"
    log.write_text("it is 12 o'clock here\nand all is well on 9:3\n", "utf-8")
    assert run(["parsers", "new", str(log)]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no draft was made" in captured.err
