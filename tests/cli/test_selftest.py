"""The self-test passes on a sound installation and fails on a sabotaged one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logforensics.analysis import signatures
from logforensics.cli import selftest
from logforensics.evidence.ledger import Ledger
from logforensics.parsing import library

Command = Callable[..., Any]
"""The fixture of conftest.py: ARGS -> (code, out, err)."""

FEW = ("syslog.toml", "nginx_access.toml", "dpkg.toml")
"""Definitions that name no other: all of them take ten seconds, and are tests of their own."""


@pytest.fixture
def parsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a few of the shipped definitions, which is what is shipped for this test."""
    folder = tmp_path / "parsers"
    folder.mkdir()
    for name in FEW:
        shutil.copyfile(Path(str(library.shipped())) / name, folder / name)
    monkeypatch.setattr(library, "shipped", lambda: folder)
    library._load.cache_clear()
    yield folder
    library._load.cache_clear()


def test_a_sound_installation_passes(command: Command, parsers: Path) -> None:
    """Each part names how much was tried; the report says on what."""
    done = command("selftest")
    assert done.code == 0, done.out
    assert done.out.endswith("The self-test passed.\n")
    assert "tzdata 20" in done.out
    assert f"{len(FEW)} definitions" in done.out
    assert parsers.is_dir()


def test_p17_a_sabotaged_parser_is_found(command: Command, parsers: Path) -> None:
    """One wrong severity in one definition: its own samples say so."""
    path = parsers / "syslog.toml"
    text = path.read_text()
    path.write_text(text.replace("[[samples]]\nline = '''", "[[samples]]\nline = '''x", 1))
    done = command("selftest", "--json")
    told = json.loads(done.out)
    assert (done.code, told["passed"]) == (1, False)
    (formats,) = [part for part in told["parts"] if part["part"] == "formats"]
    assert "syslog.toml" in formats["problems"][0]


@pytest.mark.parametrize("name", ["_signatures", "_damage", "_incident"])
def test_each_part_can_fail(parsers: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A signature that hits nothing, a damage that is not seen, lines that are not read."""
    if name == "_signatures":
        known = signatures.signatures()
        monkeypatch.setattr(signatures, "signatures", lambda: (known[1], known[0], *known[2:]))
    elif name == "_damage":
        monkeypatch.setattr(Ledger, "damage", ())
    else:
        (parsers / "nginx_access.toml").unlink()
        library._load.cache_clear()
    part = getattr(selftest, name)()
    assert part.problems
