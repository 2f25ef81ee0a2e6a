"""What a definition's text becomes; the mistakes it can hold are files in tests/bad_parsers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from logforensics.errors import DefinitionError
from logforensics.parsing.definition import read_definition
from logforensics.parsing.layout import TimeLayout
from logforensics.parsing.model import Pattern, Sample

TEXT = r"""title = "A test format"
reference = "none"
files = ["a.log", "b.log"]
absent = ["-"]
multiline = "any"

[severity]
WARN = "warning"

[patterns.line]
regex = '''^(?P<time>[0-9]{2}:[0-9]{2}) (?P<severity>[A-Z]+) (?P<message>.*)$'''
time = { layout = "%H:%M", missing = ["year", "zone"] }

[[samples]]
line = "09:05 WARN [x]"
pattern = "line"
given = { year = 2020, zone = "-03:30" }
time = 2020-01-01T12:35:00Z
fields = { message = "[x]" }
without = ["host"]
"""


def test_a_definition_is_read_as_it_is_written() -> None:
    """Words of the severity map are kept in lower case."""
    found = read_definition(Path("a.toml"), TEXT)
    assert (found.name, found.origin, found.title, found.files) == (
        "a",
        "parsers/a.toml",
        "A test format",
        ("a.log", "b.log"),
    )
    assert (found.reader, found.multiline, found.absent) == ("lines", "any", ("-",))
    assert found.severity == (("warn", "warning"),)


def test_a_pattern_knows_its_layout_and_fields() -> None:
    """The time is no field."""
    (pattern,) = read_definition(Path("a.toml"), TEXT).patterns
    regex = "^(?P<time>[0-9]{2}:[0-9]{2}) (?P<severity>[A-Z]+) (?P<message>.*)$"
    assert pattern == Pattern("line", regex, TimeLayout("%H:%M", ("year", "zone")))
    assert pattern.fields == ("severity", "message")


def test_a_sample_holds_what_is_given_and_what_is_expected() -> None:
    """The given zone is told in seconds."""
    assert read_definition(Path("a.toml"), TEXT).samples == (
        Sample(
            number=1,
            line="09:05 WARN [x]",
            pattern="line",
            year=2020,
            zone=-12600,
            time=datetime(2020, 1, 1, 12, 35, tzinfo=UTC),
            fields=(("message", "[x]"),),
            without=("host",),
        ),
    )


def test_samples_can_be_left_out() -> None:
    """The rest of the definition is the same."""
    assert read_definition(Path("a.toml"), TEXT, samples=False).samples == ()


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """The message says how to write it."""
    path = tmp_path / "a.toml"
    path.write_bytes(b"title = \xff")
    with pytest.raises(DefinitionError, match=r"parsers/a.toml: cannot be read: .*; write it as UTF-8 text"):
        read_definition(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(DefinitionError, match=r"parsers/none.toml: cannot be read"):
        read_definition(tmp_path / "none.toml")
