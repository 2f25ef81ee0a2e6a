"""How records of several lines are read, as journalctl exports them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from logforensics.parsing.detection import detect
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.record_lines import RecordLines
from logforensics.settings import Settings
from logforensics.timeline.build import read_timeline

EXPORT = [
    "__CURSOR=s=739a;i=4ece7",
    "__REALTIME_TIMESTAMP=1592867137123456",
    "PRIORITY=3",
    "_HOSTNAME=web1",
    "SYSLOG_IDENTIFIER=nginx",
    "MESSAGE=bind() to 0.0.0.0:80 failed = twice",
    "",
    "__CURSOR=s=739a;i=4ece8",
    "__REALTIME_TIMESTAMP=1592867138123456",
    "MESSAGE=Started.",
    "PRIORITY=6",
]


def test_a_record_is_told_in_its_first_line() -> None:
    """Whatever order its lines have; a record that lacks the key tells nothing."""
    lines = RecordLines(pl.Series(["A=1", "B=2", "", "B=3", "A=4=5", "", "C=6"]))
    assert lines.get("A").to_list() == ["1", None, None, "4=5", None, None, None]
    assert lines.get("D").to_list() == [None] * 7


def test_a_record_begins_where_an_address_does() -> None:
    """The sample by which a format is told has no blank lines."""
    lines = RecordLines(
        pl.Series(["__CURSOR=a", "__T=1", "A=1", "B=1", "__CURSOR=b", "__T=2", "A=2", "__T=3", "__T=4"])
    )
    assert lines.get("__T").to_list() == ["1", None, None, None, "2", None, None, "3", "4"]


def test_a_file_of_many_long_entries_is_told_by_its_sample(tmp_path: Path) -> None:
    """As journalctl writes it: twenty lines and more an entry."""
    entry = [*EXPORT[:6], *(f"_FIELD_{number}=x" for number in range(20)), ""]
    (tmp_path / "a.export").write_text("\n".join(entry * 40), "ascii")
    found = read_timeline([str(tmp_path)], settings=Settings())
    assert [(source.format, source.events) for source in found.sources] == [("journal_export", 40)]


def test_a_journal_in_its_export_format_is_read_entry_by_entry() -> None:
    """Each line is an event, continues one, or is blank."""
    definition = detect("x", EXPORT, load_definitions(user=False)).definition
    assert definition is not None
    assert definition.name == "journal_export"
    frame = pl.DataFrame(
        {"line": range(1, len(EXPORT) + 1), "text": EXPORT, "length": [len(text) + 1 for text in EXPORT]},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    )
    parsed = compile_reader(definition, ("severity", "program", "host", "message")).parse(frame)
    own = parsed.events.filter(~pl.col("carried"))
    assert own.select("line", "severity", "program", "message").rows() == [
        (1, "err", "nginx", "bind() to 0.0.0.0:80 failed = twice"),
        (8, "info", None, "Started."),
    ]
    assert parsed.events.height == len(EXPORT) - 1
    assert parsed.rest.get_column("kind").to_list() == ["blank"]


def test_a_line_that_belongs_to_no_record_ends_no_reading(tmp_path: Path) -> None:
    """It is looked at for a record that may begin inside of it."""
    lines = [*EXPORT, "", "\x10", "text without a key", "torn__CURSOR=s=739a;i=4ece9", ""]
    (tmp_path / "a.export").write_text("\n".join(lines * 3), "ascii")
    found = read_timeline([str(tmp_path)], settings=Settings())
    assert [source.format for source in found.sources] == ["journal_export"]
