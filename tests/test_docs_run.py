"""Runs what the documents show, and compares what is printed with what stands below the command.

    LOGFORENSICS_REFRESH=1 ./run pytest tests/test_docs_run.py

writes the output into the documents anew; read the diff.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("docs/tutorial.md", "docs/how-to.md")

BLOCK = re.compile(r"^```console\n\$ (?P<command>.+)\n(?P<output>(?:.*\n)*?)```$", re.MULTILINE)


class Example(NamedTuple):
    """A command in a document, and what stands below it."""

    document: str
    command: str
    output: str


def examples() -> Iterator[Example]:
    """Every console block."""
    for name in DOCUMENTS:
        for found in BLOCK.finditer((ROOT / name).read_text(encoding="utf-8")):
            yield Example(name, found["command"], found["output"])


def printed(command: str) -> str:
    """What a command prints, run in the repository as a reader would, on no terminal."""
    # The environment is there: ./run would only find it again.
    line = command.replace("./run ", "")
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(["/bin/sh", "-c", line], cwd=ROOT, env=environ, capture_output=True, check=False)
    assert done.stderr == b""
    return "".join(f"{row.rstrip()}\n" for row in done.stdout.decode("utf-8").splitlines())


EXAMPLES = tuple(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.document}:{example.command[:60]}")
def test_shown_output_is_what_is_printed(example: Example) -> None:
    """To the byte, trailing blanks aside."""
    found = printed(example.command)
    if os.environ.get("LOGFORENSICS_REFRESH"):
        path = ROOT / example.document
        old = f"```console\n$ {example.command}\n{example.output}```"
        path.write_text(
            path.read_text(encoding="utf-8").replace(old, f"```console\n$ {example.command}\n{found}```"),
            encoding="utf-8",
        )
        return
    assert example.output == found


def test_documents_show_commands() -> None:
    """The test above has something to test."""
    assert len(EXAMPLES) > 10
