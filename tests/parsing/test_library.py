"""Where definitions are found, and how the user's own join the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from logforensics.errors import DefinitionError
from logforensics.parsing.library import load_definitions, shipped, user_folder

OWN = """title = "Mine"
reference = "none"
files = ["mine.log"]
{keys}
[patterns.line]
regex = '''^(?P<time>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})#(?P<message>.*)$'''
time = {{ layout = "%Y-%m-%d", missing = ["zone"] }}

[[samples]]
line = "2020-06-23#x"
given = {{ zone = "Z" }}
time = 2020-06-23T00:00:00Z
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "logforensics" / "parsers"
    folder.mkdir(parents=True)
    return folder


def test_definitions_come_sorted_by_name() -> None:
    """Whatever order the folder lists them in."""
    names = [definition.name for definition in load_definitions(user=False)]
    assert names == sorted(names)


def test_samples_are_left_out_of_a_run() -> None:
    """They are read only when asked for; all else is the same."""
    bare, full = load_definitions(user=False), load_definitions(user=False, samples=True)
    assert all(not definition.samples for definition in bare)
    assert all(definition.samples for definition in full)
    assert [definition.patterns for definition in bare] == [definition.patterns for definition in full]


def test_a_user_adds_a_definition_by_dropping_a_file(own: Path) -> None:
    """It is read like the shipped ones, under its own path."""
    (own / "mine.toml").write_text(OWN.format(keys=""), encoding="utf-8")
    found = {definition.name: definition.origin for definition in load_definitions()}
    assert found["mine"] == str(own / "mine.toml")
    assert "syslog" in found


def test_a_changed_file_is_read_again(own: Path) -> None:
    """The cache knows the file's time and size."""
    (own / "mine.toml").write_text(OWN.format(keys=""), encoding="utf-8")
    load_definitions()
    (own / "mine.toml").write_text(OWN.format(keys="").replace("Mine", "Mine, changed"), encoding="utf-8")
    assert "Mine, changed" in [definition.title for definition in load_definitions()]


def test_a_name_can_be_used_once(own: Path) -> None:
    """A user's file never takes the place of a shipped one unseen."""
    (own / "syslog.toml").write_text(OWN.format(keys=""), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"parsers/syslog.toml has the same name; give one of them another"):
        load_definitions()


def test_precedence_over_nothing_is_refused(own: Path) -> None:
    """A misspelt name would otherwise never be noticed."""
    (own / "mine.toml").write_text(OWN.format(keys='precedence = ["sislog"]'), encoding="utf-8")
    with pytest.raises(DefinitionError, match='there is no definition "sislog"'):
        load_definitions()


def test_a_relative_config_folder_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the XDG specification demands."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "here")
    assert user_folder() == Path.home() / ".config" / "logforensics" / "parsers"


def test_the_shipped_folder_holds_definitions() -> None:
    """In a checkout and in an installed package alike."""
    assert (shipped() / "syslog.toml").is_file()
