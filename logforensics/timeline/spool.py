"""Turns blocks of events into pieces of a temporary file without a name, and back: what would not fit into memory."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Collection
from contextlib import suppress
from threading import Lock
from typing import IO, NamedTuple, Self

import polars as pl

from logforensics.errors import OutputError
from logforensics.schema import SCHEMA
from logforensics.timeline.knots import knots


class Piece(NamedTuple):
    """Where a block's events lie in the file (bytes), how many there are, and their columns."""

    offset: int
    size: int
    height: int
    columns: tuple[str, ...]


class Spool:
    """A temporary file of pieces, each a Parquet file of its own.

    It has no name (open(2), O_TMPFILE), so that whatever ends the process leaves nothing behind; it lies in the
    user's TMPDIR.  OutputError if it cannot be made or written.
    """

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._lock = Lock()
        self._end = 0
        self._file = unnamed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file, and of what is in it."""
        with suppress(OSError):  # nothing of it is wanted any more
            self._file.close()

    def put(self, events: pl.DataFrame, _most: int = 0) -> pl.DataFrame:
        """Writes the events of a block, and returns their knots (knots.py); may be called from several threads."""
        if not events.height:
            return knots(events, 0)
        texts = [name for name, dtype in events.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
        buffer = io.BytesIO()
        # a Categorical shares one dictionary with all others, and each piece would hold all of it
        plain = events.with_columns(pl.col(texts).cast(pl.String))
        plain.write_parquet(buffer, compression="zstd", compression_level=1, statistics=False)
        data = buffer.getbuffer()
        with self._lock:
            offset, number = self._end, len(self.pieces)
            self._end += len(data)
            self.pieces.append(Piece(offset, len(data), events.height, tuple(events.columns)))
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(self._file.fileno(), data[done:], offset + done)
        except OSError as error:
            raise no_room(error) from error
        return knots(events, number)

    def get(self, number: int, columns: Collection[str] | None = None) -> pl.DataFrame:
        """The events of a piece, in the types of the timeline; of `columns` those that it has."""
        piece = self.pieces[number]
        try:
            data = _read(self._file.fileno(), piece)
        except OSError as error:
            raise no_room(error) from error
        kept = [name for name in piece.columns if columns is None or name in columns]
        frame = pl.read_parquet(io.BytesIO(data), columns=kept)
        typed = [name for name in kept if name in SCHEMA and frame.schema[name] != SCHEMA[name]]
        return frame.select(kept).with_columns(pl.col(name).cast(SCHEMA[name]) for name in typed)


def _read(descriptor: int, piece: Piece) -> bytes:
    found = bytearray()
    while len(found) < piece.size:
        more = os.pread(descriptor, piece.size - len(found), piece.offset + len(found))
        if not more:
            raise OSError(5, "it was cut off")
        found += more
    return bytes(found)


def unnamed() -> IO[bytes]:
    """A temporary file without a name, to write and to read; OutputError if there can be none."""
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as error:
        raise no_room(error) from error


def no_room(error: Exception) -> OutputError:
    """What a user is told when the temporary file cannot be made, written or read."""
    try:
        folder = tempfile.gettempdir()
    except OSError:
        return OutputError("no folder for a temporary file can be written; TMPDIR names one")
    why = getattr(error, "strerror", None) or str(error).partition("\n")[0].rpartition("IO error: ")[2]
    return OutputError(
        f"{folder}: {why}; events are sorted in a temporary file there, unless TMPDIR names another place"
    )
