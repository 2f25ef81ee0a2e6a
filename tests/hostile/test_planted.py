"""S20: what lies in the evidence is read and never obeyed: no module, no configuration, no definition comes from it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.evidence import lines, write

SCRIPT = Path(sys.executable).parent / "logforensics"

MODULES = ("json", "re", "sitecustomize", "usercustomize", "polars", "typer", "rich", "tomllib", "zstandard", "tzdata")
"""Names that the program, its libraries or Python itself import."""


class Bomb:
    """What unpickling would run."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("obeyed",)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A log, and beside it everything that a careless program might load."""
    code = b'import os, sys\nos.write(1, b"obeyed")\nos.write(2, b"obeyed")\nsys.exit(7)\n'
    files = {f"{name}.py": code for name in (*MODULES, "logforensics/__init__", "logforensics/cli/main")}
    settings = b'tz = "Pacific/Apia"\nlevel = "emerg"\nformat = "html"\n'
    for name in ("logforensics.toml", ".logforensics.toml", ".config/logforensics/logforensics.toml", "pyproject.toml"):
        files[name] = settings
    definition = b'title = "obeyed"\nreference = "x"\nfiles = ["*"]\n[patterns.all]\nregex = "^(?P<message>.*)$"\n'
    files |= {"parsers/syslog.toml": definition, "x.pth": b"import os; os.write(1, b'obeyed')\n"}
    files |= {"state.pickle": pickle.dumps(Bomb()), "cache.yaml": b'!!python/object/apply:os.system ["echo obeyed"]\n'}
    return write(tmp_path / "logs", {"syslog": lines(50), **files})


@pytest.mark.skipif(not SCRIPT.exists(), reason="the package is not installed, so that there is no script")
@pytest.mark.parametrize("words", [("report", "--full"), ("timeline", "--json"), ("parsers", "list"), ("--version",)])
def test_s20_nothing_is_loaded_from_the_evidence(planted: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    """The same is said within the evidence as outside of it, however it is reached."""

    def said(cwd: Path) -> tuple[int, bytes, bytes]:
        command = [str(SCRIPT), *words, *([str(planted)] if words[0] in {"report", "timeline"} else [])]
        done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    within = said(planted)
    assert within == said(tmp_path)
    assert within[0] in {0, 3}
    assert b"obeyed" not in within[1] + within[2]
