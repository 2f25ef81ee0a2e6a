"""`timeline` of logs that do not fit into memory writes what it writes of others, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from logforensics.cli.filters import near_hits
from logforensics.evidence.files import read_blocks
from logforensics.timeline import reading, room, stored

Command = Callable[..., Any]

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "makemeapassword-2020-06"
"""Logs with and without zones and years, plain and packed, of several programs."""

WAYS = (
    (),
    ("--format", "jsonl"),
    ("--format", "csv"),
    ("--format", "csv", "--csv-raw"),
    ("--format", "parquet"),
    ("--format", "ecs"),
    ("--format", "timesketch"),
    ("--format", "l2tcsv"),
    ("--format", "sqlite"),
    ("--fold",),
    ("--tz", "Europe/Berlin"),
    ("--since", "2020-06-23 09:00", "--until", "2020-06-24"),
    ("--source", "*syslog*", "--format", "jsonl"),
    ("--grep", "start", "-C", "2"),
    ("--grep", "nobody says this"),
    ("--level", "warning", "--format", "jsonl"),
    ("--redact", "--format", "jsonl"),
    ("--exit-code", "--level", "emerg"),
)


@pytest.mark.parametrize("options", WAYS, ids=" ".join)
def test_every_way_to_show_it(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Formats, filters, folding and pseudonyms; exit code and what is said on stderr as well."""
    out = tmp_path / "shown"
    words = ("timeline", FIXTURE, *options, *(("-o", out) if "--format" in options else ()))

    def shown() -> tuple[object, bytes]:
        done = command(*words)
        return done, out.read_bytes() if out.exists() else b""

    monkeypatch.setattr(reading, "read_blocks", partial(read_blocks, block_bytes=2000))
    held = shown()
    monkeypatch.setattr(room, "WHOLE", 0)
    monkeypatch.setattr(stored, "BATCH", 10)
    assert shown() == held


def test_the_account_of_what_was_read(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sources` tells the same, and holds no event."""
    held = command("sources", FIXTURE, "--format", "json")
    monkeypatch.setattr(room, "WHOLE", 0)
    assert command("sources", FIXTURE, "--format", "json") == held


@pytest.mark.parametrize("context", [0, 1, 3, 50])
@pytest.mark.parametrize("size", [1, 2, 5, 40])
def test_events_around_hits_across_batches(context: int, size: int) -> None:
    """However the rows are parted, those near a hit are kept, and the first behind a hole is marked."""
    hits = [n in {0, 4, 5, 17, 33} for n in range(40)]
    rows = pl.DataFrame({"n": range(40), "hit": hits})
    found = pl.concat(near_hits(rows.iter_slices(size), context))
    near = [n for n in range(40) if any(hits[max(0, n - context) : n + context + 1])]
    apart = [at > 0 and n - near[at - 1] > 1 for at, n in enumerate(near)]
    assert (found["n"].to_list(), found["apart"].to_list()) == (near, apart)
