"""The user's own defaults: a file in the XDG folder and LOGFORENSICS_* variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from logforensics.cli.config import config_file, defaults
from logforensics.errors import UsageError
from tests.cli.conftest import Command

COMMANDS = {
    "gaps": {"tz": str, "threshold": str, "assume-tz": list, "quiet": bool, "since": str},
    "boots": {"tz": str, "quiet": bool},
}


def configured(tmp_path: Path, text: str, **variables: str) -> dict[str, str]:
    """An environment with that configuration file."""
    folder = tmp_path / "config" / "logforensics"
    folder.mkdir(parents=True)
    (folder / "logforensics.toml").write_text(text, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), **variables}


def test_a_key_is_for_every_command_that_has_it(tmp_path: Path) -> None:
    """A table of a command's name wins over it."""
    environ = configured(tmp_path, 'tz = "UTC"\nthreshold = "1h"\n[gaps]\ntz = "Asia/Tokyo"\n')
    assert defaults(COMMANDS, environ) == {"gaps": {"tz": "Asia/Tokyo", "threshold": "1h"}, "boots": {"tz": "UTC"}}


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    """The one with the command's name wins over the general one."""
    environ = configured(tmp_path, 'tz = "UTC"\n', LOGFORENSICS_TZ="Europe/Paris", LOGFORENSICS_GAPS_TZ="Asia/Tokyo")
    found = defaults(COMMANDS, environ)
    assert (found["gaps"]["tz"], found["boots"]["tz"]) == ("Asia/Tokyo", "Europe/Paris")


def test_lists_and_flags_keep_their_kind(tmp_path: Path) -> None:
    """A list stays one, in a variable with commas; a flag is true or false."""
    environ = configured(tmp_path, 'assume-tz = ["a=UTC", "b=UTC"]\nquiet = true\n')
    assert defaults(COMMANDS, environ)["gaps"] == {"assume_tz": ["a=UTC", "b=UTC"], "quiet": True}
    assert defaults(COMMANDS, {"LOGFORENSICS_ASSUME_TZ": "a=UTC,b=UTC"})["gaps"]["assume_tz"] == ["a=UTC", "b=UTC"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('tzz = "UTC"', 'tzz: there is no such option; write "tz"'),
        ("[gap]\nquiet = true", '[gap]: there is no such command; write "gaps"'),
        ('[boots]\nthreshold = "1h"', "[boots] threshold: there is no such option"),
        ('since = "today"', "since: is said for one run only; type it as --since"),
        ("quiet = 1", "quiet: write true or false"),
        ("tz = [1]", "tz: write a text in quotes, or a number"),
        ("assume-tz = [true]", "assume-tz: write a list of texts"),
        ("tz = ", "cannot be read: "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """File, key, what is wrong."""
    with pytest.raises(UsageError) as caught:
        defaults(COMMANDS, configured(tmp_path, text))
    assert said in str(caught.value)
    assert "logforensics.toml: " in str(caught.value)


def test_no_file_is_read_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be evidence: whoever filled it must not choose how it is read."""
    (tmp_path / "logforensics.toml").write_text('tz = "UTC"', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert config_file({"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": "."}) is None


def test_what_is_typed_wins(command: Command, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's zone is used by a command that is told none, and not by one that is."""
    for name, value in configured(tmp_path, 'tz = "Asia/Tokyo"\n').items():
        monkeypatch.setenv(name, value)
    assert "Times in Asia/Tokyo." in command("failures", logs).out
    assert "Times in UTC." in command("failures", logs, "--tz", "UTC").out


def test_help_needs_no_sound_configuration(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file is broken, --help still helps; a command says what is wrong."""
    for name, value in configured(tmp_path, "tz = ").items():
        monkeypatch.setenv(name, value)
    assert command("gaps", "--help").code == 0
    assert (command("gaps", tmp_path).code, command("gaps", tmp_path).out) == (2, "")
