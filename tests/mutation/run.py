"""Tells which small mistakes in a module the tests do not see: `python -m tests.mutation.run`.

The modules are copied with the tests, one mistake at a time is made in the copy, and the tests given are run there.
What is written in the end are the mistakes that no test saw: each is a test that is missing, or no mistake at all.
"""

# ruff: noqa: T201 - a program, which says what it did

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import jinja2  # noqa: F401 - loaded here once, and in no child
import polars  # noqa: ICN001, F401 - as above
import pytest
import rich.console  # noqa: F401 - as above
import typer  # noqa: F401 - as above
from hypothesis import Phase, settings

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("logforensics", "tests", "parsers", "pyproject.toml")
PATIENCE = 300.0
"""Seconds after which a mutant counts as seen: it made something run for ever."""


def main(arguments: list[str]) -> int:
    """Runs it; 1 if a mistake was not seen."""
    chosen = _parser().parse_args(arguments)
    some = [(path, mutant) for path in chosen.modules for mutant in mutants((ROOT / path).read_text())]
    every = len(some)
    if chosen.most < every:
        some = Random(chosen.seed).sample(some, chosen.most)  # noqa: S311 - repeatable
    some.sort(key=lambda item: (str(item[0]), item[1].line, item[1].what))
    print(f"seed {chosen.seed}: {len(some)} of {every} mutants of {len(chosen.modules)} modules", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        place = _copied(Path(folder))
        if not _pass(place, [*chosen.tests, *chosen.wider]):
            print("the tests fail without any mistake", file=sys.stderr)
            return 2
        stages = [tests for tests in (chosen.tests, chosen.wider) if tests]
        left = [item for item in some if _survives(place, *item, stages)]
    print(f"{len(some) - len(left)} of {len(some)} seen, {len(left)} not seen")
    return int(bool(left))


def _survives(place: Path, path: Path, mutant: Mutant, stages: list[list[str]]) -> bool:
    target = place / path
    whole = target.read_text()
    target.write_text(mutant.source)
    try:
        alive = all(_pass(place, tests) for tests in stages)
    finally:
        target.write_text(whole)
    if alive:
        print(f"not seen: {path}:{mutant.line}: {mutant.what}", flush=True)
    return alive


def _pass(place: Path, tests: list[str]) -> bool:
    """Whether the tests pass in a copy; in a child of this process, which has loaded what takes long to load."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(place, tests))
    left = PATIENCE
    while left > 0:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.05)
        left -= 0.05
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _tried(place: Path, tests: list[str]) -> int:
    os.chdir(place)
    sys.path.insert(0, str(place))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "logforensics")]:
        del sys.modules[name]
    sys.dont_write_bytecode = True
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    loaded = "ignore::pytest.PytestAssertRewriteWarning"
    arguments = ["-q", "-x", "-n0", "-p", "no:cacheprovider", "-W", loaded, *tests]
    return int(pytest.main(arguments, plugins=[_Unshrunk()]))


class _Unshrunk:
    """That a mistake is seen is enough: the smallest example of it would take minutes."""

    def pytest_configure(self) -> None:
        """After the conftest has loaded its profile: the same one, but what fails is not made smaller."""
        settings.register_profile("unshrunk", settings(), phases=(Phase.explicit, Phase.generate))
        settings.load_profile("unshrunk")


def _copied(folder: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    parser.add_argument("modules", nargs="+", type=Path, metavar="MODULE", help="as logforensics/evidence/ledger.py")
    parser.add_argument("--tests", nargs="+", required=True, metavar="TEST", help="what pytest is given")
    parser.add_argument("--wider", nargs="+", default=[], metavar="TEST", help="what runs only if those see nothing")
    parser.add_argument("--seed", type=int, default=1, help="which mutants are drawn (1)")
    parser.add_argument("--most", type=int, default=300, help="so many are drawn, if there are more (300)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
