"""Turns citations (file and line number) back into the text of the lines, read again from the evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import polars as pl

from logforensics.evidence.entries import told_by
from logforensics.evidence.files import BlockReader
from logforensics.evidence.lines import lines_of
from logforensics.evidence.model import LogFile

CUT = "\0"
"""Stands where damage was cut out of a line."""


def read_cited(files: Iterable[LogFile], cites: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The text of each cited (file name, line number) as lines_of gives it; pieces of one line joined by CUT.

    A file is read once, up to its last cited line.  What is not there (any more) is missing from the result.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for name, line in cites:
        wanted[name].add(line)
    found: dict[tuple[str, int], str] = {}
    for file in files:
        lines = wanted.get(file.name)
        if lines and file.kind != "text":
            found.update({(file.name, line): text for line, text in told_by(file, lines)})
        elif lines:
            for line, text in _lines(file, lines):
                key = (file.name, line)
                found[key] = found[key] + CUT + text if key in found else text
    return {key: found[key] for key in sorted(found)}


def _lines(file: LogFile, wanted: set[int]) -> Iterable[tuple[int, str]]:
    last = max(wanted)
    for block in BlockReader(file, digest=False):
        if block.first_line > last:
            return
        end = block.first_line + block.data.count(b"\n")
        here = [line for line in wanted if block.first_line <= line <= end]
        if here:
            frame, _ = lines_of(block)
            yield from frame.filter(pl.col("line").is_in(here)).select("line", "text").iter_rows()
