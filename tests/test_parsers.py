"""Every definition in parsers/ passes its own checks and those against its neighbours, and keeps the conventions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from logforensics.parsing.checks import check, check_definitions
from logforensics.parsing.library import load_definitions, shipped
from logforensics.parsing.regex import prune

ROOT = Path(__file__).resolve().parent.parent
BAD = sorted((ROOT / "tests" / "bad_parsers").glob("*.toml"))
DEFINITIONS = load_definitions(user=False, samples=True)
NAMES = [definition.name for definition in DEFINITIONS]


def test_the_first_parsers_are_there() -> None:
    """The formats of the first incident are shipped."""
    assert set(NAMES) >= {"nginx_access", "nginx_error", "nlog", "password_stats", "syslog"}


def test_every_file_in_the_folder_is_loaded() -> None:
    """No file of parsers/ is left out."""
    assert sorted(entry.name[:-5] for entry in shipped().iterdir() if entry.name.endswith(".toml")) == NAMES


def test_the_shipped_parsers_are_sound() -> None:
    """Samples, collisions and precedence are all in order."""
    assert check_definitions(DEFINITIONS) == ()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_a_definition_says_what_is_not_its_own(definition: object) -> None:
    """Each definition has a sample that must not match or that only continues an event."""
    samples = getattr(definition, "samples", ())
    assert any(not sample.matches or sample.continues for sample in samples)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_pruning_keeps_what_a_pattern_matches(definition: object) -> None:
    """A pattern without its captures is the same pattern: only the group openings differ."""
    for pattern in getattr(definition, "patterns", ()):
        assert prune(pattern.regex, ()) == re.sub(r"\(\?P<[a-z_]+>", "(?:", pattern.regex)


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_a_broken_definition_gets_its_one_message(path: Path) -> None:
    """Each file in bad_parsers holds one mistake and, in its first line, exactly what must be said about it."""
    expected = path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# expect: ")
    assert check(path) == (f"{path}: {expected}",)


def test_the_readme_names_every_key() -> None:
    """parsers/README.md tells of each key a definition can have."""
    text = (ROOT / "parsers" / "README.md").read_text(encoding="utf-8")
    keys = "title reference reader files proves general wraps precedence absent multiline newest_first types severity "
    keys += "patterns samples "
    keys += "regex stamp layout missing zone fallback partial line pattern given time fields without matches continues "
    keys += "header"
    assert [key for key in keys.split() if not re.search(rf"\b{key}\b", text)] == []


def test_the_example_in_the_readme_is_sound(tmp_path: Path) -> None:
    """The definition shown in parsers/README.md passes the checks."""
    text = (ROOT / "parsers" / "README.md").read_text(encoding="utf-8")
    example = tmp_path / "example.toml"
    example.write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert check(example) == ()
