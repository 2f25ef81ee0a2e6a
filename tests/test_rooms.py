"""Tests that data only moves right: a room imports from rooms to its left and from the shared words alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1] / "logforensics"
ROOMS = ("evidence", "parsing", "clock", "timeline", "analysis", "outage", "report", "explore", "cli")
SHARED = {"errors", "settings", "schema", "engine", "__init__"}
"""What every room may use: errors, settings, the columns, and the executor that knows none of them."""

FILES = sorted(path for path in HOUSE.rglob("*.py") if path.parent != HOUSE)


def imported_rooms(path: Path) -> set[str]:
    """The first part below `logforensics` of everything a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("logforensics"):
            rest = node.module.split(".")[1:]
            names.update([rest[0]] if rest else [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            names.update(alias.name.split(".")[1] for alias in node.names if alias.name.startswith("logforensics."))
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_room_imports_from_its_left(path: Path) -> None:
    """A file imports nothing from a room to the right of its own."""
    room = path.relative_to(HOUSE).parts[0]
    allowed = {*ROOMS[: ROOMS.index(room) + 1], *SHARED}
    assert {name for name in imported_rooms(path) if name in ROOMS or name in SHARED} - allowed == set()


def test_shared_words_know_no_room() -> None:
    """What every room uses imports none of them; only the package's own door names what reads a timeline."""
    shared = {path.stem: imported_rooms(path) & set(ROOMS) for path in sorted(HOUSE.glob("*.py"))}
    assert {name: rooms for name, rooms in shared.items() if rooms} == {"__init__": {"analysis"}, "__main__": {"cli"}}
