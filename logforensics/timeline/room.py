"""Turns the logs there are into how many rows each may keep of itself, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from logforensics.evidence.model import LogFile, Source

WHOLE = 64 << 20
"""Bytes of text up to which every event is kept: some 600 000 lines of a usual length, of at most 300 bytes each while
they are reasoned about, are a third of the 512 MiB that a run may take."""

SHORT_LINE = 32
"""Bytes a line has at the least in most logs: a stamp and a few words.  A log with room for one row for each so many of
its bytes is kept whole."""

PACKED = 10
"""How many bytes of text one of a compressed log is taken for."""


def rates(sources: Iterable[Source], most: int) -> Mapping[str, float]:
    """Rows for each byte of text that a source may keep, by its name, if about `most` may be kept in all.

    All have the same room, but for short logs, which need less of it and leave the rest to the others.  Nothing is
    said of logs that together are short enough to be kept whole.
    """
    sources = list(sources)
    if fits(sources):
        return {}
    sizes = sorted((sum(map(_text, source.files)), source.name) for source in sources)
    found = {}
    for place, (size, name) in enumerate(sizes):
        rows = min(most // (len(sizes) - place), size // SHORT_LINE + 1)
        most = max(most - rows, 0)
        found[name] = rows / max(size, 1)
    return found


def fits(sources: Iterable[Source]) -> bool:
    """Whether all events of these logs may be held in memory."""
    return sum(_text(file) for source in sources for file in source.files) <= WHOLE


def _text(file: LogFile) -> int:
    """About how many bytes of text a file holds."""
    return file.size * (1 if file.compression == "plain" else PACKED)
