"""Events that are sorted in a temporary file are those that would be held in memory, in the same order."""

from __future__ import annotations

import gzip
import os
import tempfile
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.reading import read_timeline
from logforensics.errors import OutputError
from logforensics.evidence.files import read_blocks
from logforensics.schema import COUNT
from logforensics.settings import Settings
from logforensics.timeline import reading, room, stored
from logforensics.timeline.build import DEFAULT_FIELDS
from logforensics.timeline.knots import AT, ROWS, knots
from logforensics.timeline.model import Timeline
from logforensics.timeline.spool import Spool

BLOCK = 700
"""Bytes a block: some ten lines, so that a day's log is many pieces."""


def naive(begin: datetime, minutes: list[int], text: str = "app[7]: said {}") -> bytes:
    """Lines of syslog without year and zone, so many minutes after `begin`."""
    stamps = (begin + timedelta(minutes=minute) for minute in minutes)
    return "".join(f"{at:%b %e %H:%M:%S} obi {text.format(n)}\n" for n, at in enumerate(stamps)).encode()


def both(folder: Path, monkeypatch: pytest.MonkeyPatch, **given: object) -> tuple[Timeline, Timeline, pl.DataFrame]:
    """The timeline in memory, the one in a temporary file, and the events of that."""
    monkeypatch.setattr(reading, "read_blocks", partial(read_blocks, block_bytes=BLOCK))
    monkeypatch.setattr(stored, "BATCH", 20)
    settings = Settings(**given)  # type: ignore[arg-type]
    held = read_timeline([str(folder)], settings=settings)
    monkeypatch.setattr(room, "WHOLE", 0)
    found = read_timeline([str(folder)], settings=settings, spooled=True)
    assert found.stored is not None
    with found.stored.spool:
        return held, found, found.stored.whole()


def agree(held: Timeline, found: Timeline, events: pl.DataFrame) -> bool:
    """Whether all that is told of both is the same."""
    assert events.columns == held.events.columns
    assert events.rows() == held.events.rows()
    assert found.assumptions == held.assumptions
    return (found.sources, found.files, found.begin, found.end, found.zone) == (
        held.sources,
        held.files,
        held.begin,
        held.end,
        held.zone,
    )


def test_logs_that_overlap_and_were_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed and plain, late lines, lines of several lines, an access log whose zone is the others'."""
    begin = datetime(2026, 6, 1, 8)
    older, newer = list(range(0, 300, 3)), [n - n % 7 for n in range(300, 600, 4)]
    (tmp_path / "syslog.1.gz").write_bytes(gzip.compress(naive(begin, older), mtime=1780000000))
    (tmp_path / "syslog").write_bytes(naive(begin, newer))
    trace = b"2026-06-01 10:00:00,000 ERROR app: failed\n  File one\n  File two\n"
    (tmp_path / "app.log").write_bytes(trace * 40)
    line = '192.0.2.1 - - [01/Jun/2026:{:%H:%M:%S} +0200] "GET /a HTTP/1.1" 200 5 "-" "curl"\n'
    (tmp_path / "access.log").write_text("".join(line.format(begin + timedelta(minutes=n)) for n in older))
    for path in tmp_path.iterdir():
        os.utime(path, (1780500000, 1780500000))
    assert agree(*both(tmp_path, monkeypatch))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "UTC"])
def test_an_hour_that_came_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    """The order of lines tells one pass from the other, and no line of it may be left out of that."""
    begin = datetime(2026, 10, 24, 22) if zone != "Australia/Lord_Howe" else datetime(2026, 4, 4, 22)
    minutes = [*range(0, 300, 2), *range(240, 500, 3), *range(505, 900, 5)]
    (tmp_path / "syslog").write_bytes(naive(begin, minutes))
    held, found, events = both(tmp_path, monkeypatch, assume_tz=(("*", zone),), year=2026)
    assert agree(held, found, events)


def test_a_clock_that_was_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of New Year in the middle of June lie where the lines around them put them, one by one."""
    june, unset = datetime(2026, 6, 1, 8), datetime(2026, 1, 1)
    parts = [naive(june, list(range(0, 200, 2))), naive(unset, [0, 1, 1, 2, 3]), naive(june, list(range(210, 400, 2)))]
    (tmp_path / "syslog").write_bytes(b"".join(parts))
    assert agree(*both(tmp_path, monkeypatch, year=2026))


def test_lines_of_a_wrong_boot_clock_are_set_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are moved past others, for which all are held in memory."""
    begin = datetime(2026, 6, 1, 8)
    banner = naive(begin + timedelta(minutes=180), [0], "kernel: [    0.000000] Linux version 6.1.0-18-amd64 #1 SMP")
    text = naive(begin, list(range(0, 200, 2))) + banner + naive(begin, [*range(181, 190), *range(225, 400, 5)])
    (tmp_path / "syslog").write_bytes(text)
    monkeypatch.setattr(reading, "read_blocks", partial(read_blocks, block_bytes=BLOCK))
    held = read_timeline([str(tmp_path)], settings=Settings(year=2026))
    monkeypatch.setattr(room, "WHOLE", 0)
    found = read_timeline([str(tmp_path)], settings=Settings(year=2026), spooled=True)
    assert any("the clock was behind" in note.text for note in held.assumptions)
    assert (found.stored, found.events.rows(), found.assumptions) == (None, held.events.rows(), held.assumptions)


def test_a_short_log_is_held_in_memory(tmp_path: Path) -> None:
    """No temporary file is made for it."""
    (tmp_path / "syslog").write_bytes(naive(datetime(2026, 6, 1), [0, 1]))
    found = read_timeline([str(tmp_path)], spooled=True)
    assert (found.stored, found.events.height) == (None, 2)


@given(st.lists(st.integers(0, 90), min_size=1, max_size=60), st.data())
def test_knots_stand_for_every_row_once(minutes: list[int], data: st.DataObject) -> None:
    """Rows between two knots are those that were counted, of one quarter of an hour, and never beyond its ends."""
    walls = [datetime(2026, 6, 1) + timedelta(minutes=minute) for minute in minutes]
    carried = [data.draw(st.booleans()) for _ in minutes]
    events = pl.DataFrame(
        {"line": range(1, len(minutes) + 1), "wall": walls, "carried": carried},
        schema={"line": pl.UInt32, "wall": pl.Datetime("us"), "carried": pl.Boolean},
    ).with_columns(pl.lit(None, pl.Int32).alias("offset"), pl.lit(value=True).alias("yearless"))
    found = knots(events, 3)
    assert (found[ROWS].sum(), found[COUNT].sum()) == (len(minutes), carried.count(False))
    assert found[AT].to_list() == sorted(set(found[AT].to_list()))
    own = [wall for wall, more in zip(walls, carried, strict=True) if not more]
    kept = found.filter(~pl.col("carried"))["wall"].to_list()
    assert (min(kept, default=None), max(kept, default=None)) == (min(own, default=None), max(own, default=None))
    for at, rows, wall in found.filter(~pl.col("carried")).select(AT, ROWS, "wall").rows():
        for place in range(at, at + rows):
            if not carried[place]:
                assert walls[place].replace(minute=walls[place].minute // 15) == wall.replace(minute=wall.minute // 15)


def test_nothing_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the process leaves nothing in the temporary folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    events = pl.DataFrame({"line": [1], "wall": [datetime(2026, 6, 1)], "carried": [False]})
    with Spool() as spool:
        spool.put(events.with_columns(pl.lit(0).alias("offset"), pl.lit(value=False).alias("yearless")))
        assert list(tmp_path.iterdir()) == []
        assert spool.get(0)["line"].to_list() == [1]


def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user learns which, and what changes it."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(OutputError, match=r"^/nowhere: No such file or directory; .* TMPDIR "):
        Spool()


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading ends, and nothing is left."""
    monkeypatch.setattr(room, "WHOLE", 0)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    (tmp_path / "syslog").write_bytes(naive(datetime(2026, 6, 1), [0, 1]))
    with pytest.raises(OutputError, match=r"No space left on device; .* TMPDIR "):
        read_timeline([str(tmp_path)], spooled=True)


def test_columns_are_those_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No others are kept, in the order that they have in memory."""
    (tmp_path / "syslog").write_bytes(naive(datetime(2026, 6, 1), [0, 1]))
    held = read_timeline([str(tmp_path)], fields=["message", "time_earliest"])
    monkeypatch.setattr(room, "WHOLE", 0)
    found = read_timeline([str(tmp_path)], fields=["message", "time_earliest"], spooled=True)
    assert found.stored is not None
    with found.stored.spool:
        assert (found.stored.columns, found.stored.whole().rows()) == (held.events.columns, held.events.rows())
    assert len(DEFAULT_FIELDS) > len(held.events.columns)
