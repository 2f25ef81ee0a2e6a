"""Standard input as evidence."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

SHOW = """
import sys
from logforensics.evidence.cited import read_cited
from logforensics.evidence.discover import discover
from logforensics.evidence.files import read_blocks
files = [file for source in discover(["-"]).sources for file in source.files]
for file in files:
    reader = read_blocks(file)
    text = b"".join(block.data for block in reader)
    print(file.name, file.size, file.mtime, file.compression, text, reader.damage, read_cited(files, [("-", 2)]))
"""


@pytest.mark.parametrize("packing", ["plain", "gzip"])
@pytest.mark.parametrize("way", ["pipe", "file"])
def test_stdin_is_read_like_a_file(tmp_path: Path, way: str, packing: str) -> None:
    """A pipe and a redirected file, packed or not, are read, and read again for cited lines."""
    data = b"one\ntwo\n"
    stored = gzip.compress(data) if packing == "gzip" else data
    path = tmp_path / "x"
    path.write_bytes(stored)
    command = [sys.executable, "-c", SHOW]
    if way == "pipe":
        done = subprocess.run(command, input=stored, capture_output=True, check=True)
    else:
        with path.open("rb") as redirected:
            done = subprocess.run(command, stdin=redirected, capture_output=True, check=True)
    expected = f"- {len(stored)} None {packing} {data!r} [] {{('-', 2): 'two'}}\n"
    assert done.stdout.decode() == expected
