"""Times the hot rooms one by one, with pytest-benchmark: a block of 4 MB through each step that every block takes.

    ./run pytest -n0 bench/test_hot.py

It needs pytest-benchmark in the environment, and is no part of the tests: it asserts nothing about time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from logforensics.analysis.columns import FIELDS, digest
from logforensics.analysis.rhythm import law, rhythm_of
from logforensics.analysis.thin import thin
from logforensics.evidence.files import BLOCK_BYTES, Block
from logforensics.evidence.lines import lines_of
from logforensics.parsing.detection import detect
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import Reader, compile_reader

sys.path.insert(0, str(Path(__file__).parent))
from make import access_day, syslog_day, text_of

pytest.importorskip("pytest_benchmark")

Timed = Callable[..., Any]
"""pytest-benchmark's fixture: calls a function often, and returns what it returned."""

MAKERS = {"nginx_access": partial(access_day, 3, 40_000), "syslog": partial(syslog_day, 3, 80_000)}


@cache
def block(name: str) -> Block:
    """A block of whole lines of one format."""
    data = text_of(MAKERS[name]())[:BLOCK_BYTES]
    return Block(name, 0, 0, 1, data[: data.rfind(b"\n") + 1])


@cache
def reader(name: str) -> Reader:
    """The reader of a format, for all columns that a verdict needs."""
    return compile_reader(next(found for found in load_definitions(user=False) if found.name == name), FIELDS)


@cache
def events(name: str) -> pl.DataFrame:
    """The block's events, boiled down."""
    return digest(reader(name).parse(lines_of(block(name))[0]).events)


@pytest.mark.parametrize("name", MAKERS)
def test_lines(benchmark: Timed, name: str) -> None:
    """Splitting a block into lines."""
    lines, damage = benchmark(lines_of, block(name))
    assert (int(lines["length"].sum()), damage) == (len(block(name).data), [])


@pytest.mark.parametrize("name", MAKERS)
def test_parse(benchmark: Timed, name: str) -> None:
    """Parsing a block's lines."""
    lines = lines_of(block(name))[0]
    assert benchmark(reader(name).parse, lines).events.height == lines.height


@pytest.mark.parametrize("name", MAKERS)
def test_digest(benchmark: Timed, name: str) -> None:
    """Boiling a block's events down."""
    parsed = reader(name).parse(lines_of(block(name))[0]).events
    assert benchmark(digest, parsed).height == parsed.height


@pytest.mark.parametrize("name", MAKERS)
def test_thin(benchmark: Timed, name: str) -> None:
    """Thinning a block out."""
    assert 0 < benchmark(thin, events(name), 1000, 600.0).height < events(name).height


@pytest.mark.parametrize("name", MAKERS)
def test_rhythm(benchmark: Timed, name: str) -> None:
    """Telling a rhythm from a block's intervals."""
    seconds = events(name).select(pl.col("wall").sort().diff().dt.total_microseconds().drop_nulls() / 1e6)
    spans = seconds.rename({"wall": "seconds"})
    assert benchmark(lambda: rhythm_of(law(spans))) is not None


@pytest.mark.parametrize("name", MAKERS)
def test_detect(benchmark: Timed, name: str) -> None:
    """Telling the format from a sample of lines."""
    head = lines_of(block(name))[0]["text"].head(200).to_list()
    assert benchmark(detect, "log", head, load_definitions(user=False)).definition.name == name
