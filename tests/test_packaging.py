"""Tests what a user installs: the wheel's contents, and the package run as a module."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import logforensics

ROOT = Path(__file__).resolve().parents[1]


def run_module(*arguments: str, folder: Path, path: Path) -> str:
    """What `python -m MODULE ...` prints, run in `folder` with `path` in front of every installed package."""
    environment = {**os.environ, "PYTHONPATH": str(path), "XDG_CONFIG_HOME": str(folder / "no-config")}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as hatchling builds it from this checkout, without network."""
    target = tmp_path_factory.mktemp("wheel")
    run_module("hatchling", "build", "-t", "wheel", "-d", str(target), folder=ROOT, path=target)
    (built,) = target.glob("*.whl")
    return built


def names_in(wheel: Path, folder: str) -> list[str]:
    """The sorted names of the TOML files of one folder of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        paths = [Path(name) for name in archive.namelist()]
    return sorted(path.name for path in paths if path.parent.as_posix() == folder and path.suffix == ".toml")


def test_wheel_holds_every_parser(wheel: Path) -> None:
    """Every definition beside the code in a checkout lies inside the package in the wheel."""
    expected = sorted(path.name for path in (ROOT / "parsers").glob("*.toml"))
    assert expected
    assert names_in(wheel, "logforensics/parsers") == expected


def test_wheel_holds_every_signature(wheel: Path) -> None:
    """Every failure signature of the package is in the wheel."""
    expected = sorted(path.name for path in (ROOT / "logforensics" / "signatures").glob("*.toml"))
    assert expected
    assert names_in(wheel, "logforensics/signatures") == expected


def test_wheel_holds_the_templates_of_the_report(wheel: Path) -> None:
    """What the HTML report is made of is in the wheel."""
    folder = "logforensics/report/templates"
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith(folder + "/")}
    assert packed == {f"{folder}/{path.name}" for path in (ROOT / folder).iterdir()}


def test_wheel_holds_nothing_beside_the_package(wheel: Path) -> None:
    """Tests, fixtures and a second copy of the parsers stay out of site-packages; the man page goes to share/man."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    own = f"logforensics-{logforensics.__version__}"
    assert {name.split("/")[0] for name in names} == {"logforensics", f"{own}.dist-info", f"{own}.data"}
    shared = [name for name in names if name.startswith(f"{own}.data/")]
    assert shared == [f"{own}.data/data/share/man/man1/logforensics.1"]


def test_wheel_finds_its_own_parsers(wheel: Path, tmp_path: Path) -> None:
    """The code of an unpacked wheel, with no checkout around it, lists every parser."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    listed = run_module("logforensics", "parsers", "list", folder=tmp_path, path=tmp_path / "site")
    missing = [path.stem for path in (ROOT / "parsers").glob("*.toml") if path.stem not in listed]
    assert missing == []


def test_module_tells_its_version(tmp_path: Path) -> None:
    """`python -m logforensics --version` names the package's version."""
    told = run_module("logforensics", "--version", folder=tmp_path, path=ROOT)
    assert told == f"logforensics {logforensics.__version__}\n"


def test_package_import_is_light(tmp_path: Path) -> None:
    """`import logforensics` alone loads neither Polars nor pandas: --help has 0.15 s."""
    program = tmp_path / "light.py"
    program.write_text("import logforensics, sys\nprint({'polars', 'pandas'} & set(sys.modules))\n", encoding="utf-8")
    assert run_module("light", folder=tmp_path, path=ROOT) == "set()\n"


def test_read_timeline_is_the_one_that_the_commands_use() -> None:
    """The name in the package is the function that gives the timeline people are shown."""
    from logforensics.analysis.reading import read_timeline

    assert logforensics.read_timeline is read_timeline


def test_unknown_name_is_an_attribute_error() -> None:
    """A name that the package does not have is refused in Python's own words."""
    with pytest.raises(AttributeError, match="module 'logforensics' has no attribute 'read_timelines'"):
        _ = logforensics.read_timelines
