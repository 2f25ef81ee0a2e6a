"""Turns a timeline into one Parquet file and back: read once, asked as often as one likes, also on another machine."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import polars as pl
from polars.io.plugins import register_io_source

from logforensics.clock.settle import Assumption
from logforensics.clock.zones import Zone
from logforensics.errors import EvidenceError
from logforensics.evidence.ledger import Ledger
from logforensics.evidence.model import Damage, PassedOver
from logforensics.evidence.opening import open_quietly
from logforensics.schema import ALWAYS, CLAIMED, SCHEMA
from logforensics.timeline.model import FileSummary, SourceSummary, Timeline
from logforensics.timeline.spool import no_room, unnamed
from logforensics.timeline.stored import BLOCK

KEY = "logforensics"
"""The file's own word in Parquet's key-value metadata."""

VERSION = "logforensics/timeline/1"

MAGIC = b"PAR1"

PIECE = 1 << 20
"""Bytes of a finished file passed on at once."""


def save(timeline: Timeline) -> bytes:
    """A timeline as Parquet: its columns (words as text, `time` in UTC microseconds), and how it came to be."""
    return b"".join(saved(timeline))


def saved(timeline: Timeline) -> Iterator[bytes]:
    """The same piece by piece, the events BLOCK at a time; through a temporary file where they are not in memory."""
    with io.BytesIO() if timeline.stored is None else unnamed() as file:
        _write(timeline, file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write(timeline: Timeline, file: IO[bytes]) -> None:
    events = timeline.rows
    names = [name for name in SCHEMA if name in events.columns]
    words = [name for name in names if isinstance(SCHEMA[name], pl.Categorical | pl.Enum)]
    types = {name: pl.String() if name in words else SCHEMA[name] for name in names}
    failed: list[Exception] = []

    def blocks(columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        try:
            for block in events.iter_slices(BLOCK):
                yield block.select(columns or names).with_columns(pl.col(name).cast(types[name]) for name in words)
        except Exception as error:
            failed.append(error)  # Polars makes another of it
            raise

    told = {
        "version": VERSION,
        "sources": [asdict(source) for source in timeline.sources],
        "files": [asdict(file) for file in timeline.files],
        "passed_over": [asdict(passed) for passed in timeline.passed_over],
        "damage": [asdict(damage) for damage in timeline.damage],
        "assumptions": [asdict(assumption) for assumption in timeline.assumptions],
        "zone": None if timeline.zone is None else _zone_row(timeline.zone),
        "hosts": [
            {
                "name": name,
                "zone": _zone_row(part.zone) if part.zone else None,
                "sources": [s.name for s in part.sources],
            }
            for name, part in timeline.hosts
        ],
    }
    text = json.dumps(told, ensure_ascii=True, default=_iso)
    try:
        register_io_source(blocks, schema=types).sink_parquet(file, row_group_size=BLOCK, metadata={KEY: text})
    except (OSError, pl.exceptions.PolarsError) as error:
        raise failed[0] if failed else no_room(error) from None


def saved_at(path: str) -> bytes | None:
    """The bytes of a timeline that was saved at a path; None for anything else."""
    try:
        fd = open_quietly(Path(path))
    except (OSError, ValueError):
        return None
    with os.fdopen(fd, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return None
        data = MAGIC + file.read()
    try:
        return data if KEY in pl.read_parquet_metadata(io.BytesIO(data)) else None
    except pl.exceptions.PolarsError:
        return None


def restored(
    data: bytes,
    name: str,
    fields: Collection[str],
    digest: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> Timeline:
    """The timeline that `save` made of `data`, with the columns `fields` as far as they were kept.

    Raises EvidenceError if it is of another version or damaged.
    """
    try:
        told = json.loads(pl.read_parquet_metadata(io.BytesIO(data))[KEY])
        if told.get("version") != VERSION:
            raise EvidenceError(f"{name}: was saved by another version ({told.get('version')}); save it again")
        frame = pl.read_parquet(io.BytesIO(data))
        events = _typed(frame, {*ALWAYS, *fields})
        sources = tuple(_source(row) for row in told["sources"])
        files = tuple(FileSummary(**row) for row in told["files"])
        passed = tuple(PassedOver(**row) for row in told["passed_over"])
        damage = tuple(Damage(**row) for row in told["damage"])
        assumptions = tuple(Assumption(**row) for row in told["assumptions"])
        zone = None if told["zone"] is None else _zone(told["zone"])
    except (pl.exceptions.PolarsError, ValueError, KeyError, TypeError) as error:
        raise EvidenceError(f"{name}: is damaged, or no timeline: {str(error).split(chr(10))[0][:200]}") from None
    if digest is not None:
        plain = events.with_columns(pl.lit(value=False).alias("carried"), pl.lit(value=False).alias(CLAIMED))
        events = digest(plain).drop("carried", CLAIMED, strict=False)
    begin, end = _span(events)
    whole = Timeline(
        events=events,
        sources=sources,
        files=files,
        passed_over=passed,
        damage=damage,
        assumptions=assumptions,
        ledger=Ledger(),
        log_files=(),
        begin=begin,
        end=end,
        zone=zone,
    )
    return replace(whole, hosts=tuple((str(row["name"]), _part(whole, row)) for row in told["hosts"]))


def _span(events: pl.DataFrame) -> tuple[datetime | None, datetime | None]:
    begin, end = events.select(pl.col("time").min().alias("begin"), pl.col("time").max().alias("end")).row(0)
    return begin, end


def _part(whole: Timeline, row: dict[str, Any]) -> Timeline:
    """The timeline of one host, out of that of all."""
    names = set(row["sources"])
    events = whole.events.filter(pl.col("source").cast(pl.String).is_in(sorted(names)))
    begin, end = _span(events)
    return replace(
        whole,
        events=events,
        sources=tuple(source for source in whole.sources if source.name in names),
        files=tuple(file for file in whole.files if file.source in names),
        assumptions=tuple(note for note in whole.assumptions if note.source in names),
        begin=begin,
        end=end,
        zone=_zone(row["zone"]) if row["zone"] else None,
    )


def _typed(frame: pl.DataFrame, wanted: Collection[str]) -> pl.DataFrame:
    """The columns wanted, of their types and in the order of a timeline; what was not kept is null."""
    kept = [*ALWAYS, *(name for name in SCHEMA if name in wanted and name not in ALWAYS)]
    return frame.select(
        pl.col(name).cast(SCHEMA[name]) if name in frame.columns else pl.lit(None, SCHEMA[name]).alias(name)
        for name in kept
    )


def _source(row: dict[str, Any]) -> SourceSummary:
    times = {name: None if row[name] is None else datetime.fromisoformat(row[name]) for name in ("first", "last")}
    lists = {name: tuple(row[name]) for name in ("files", "also")}
    return SourceSummary(**{**row, **times, **lists, "samples": tuple(tuple(sample) for sample in row["samples"])})


def _zone_row(zone: Zone) -> dict[str, Any]:
    tzif = None if zone.tzif is None else base64.b64encode(zone.tzif).decode("ascii")
    return {"label": zone.label, "key": zone.key, "tzif": tzif, "steps": zone.steps}


def _zone(row: dict[str, Any]) -> Zone:
    tzif = None if row["tzif"] is None else base64.b64decode(row["tzif"])
    steps = tuple((int(since), int(offset)) for since, offset in row["steps"])
    return Zone(row["label"], row["key"], tzif, steps)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
