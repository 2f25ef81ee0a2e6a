"""Turns the end of a rotated file and the head of the next one into the number of lines that both of them hold.

`copytruncate` and a rotation that was interrupted leave lines in the copy and in the live file (logrotate(8)).
"""

from __future__ import annotations

import polars as pl

from logforensics.evidence.files import BlockReader
from logforensics.evidence.lines import lines_of
from logforensics.evidence.model import LogFile
from logforensics.evidence.sample import HEAD_BYTES
from logforensics.parsing.lines import Reader

MOST = 50_000
"""Lines looked at on either side; of a longer overlap nothing is found."""

FEWEST_DISTINCT = 20
"""Different lines that must come back in the same order where all of them bear one stamp: a busy second may well write
a few lines twice, but not twenty in a row."""


TRIED = 1000
"""Places tried at which the run may begin; a log of equal lines would offer every one of its lines."""


def tail_of(tail: pl.Series | None, text: pl.Series) -> pl.Series:
    """The last MOST lines of a file whose lines were `tail` and then `text`."""
    if tail is None or text.len() >= MOST:
        return text.tail(MOST)
    return pl.concat([tail, text]).tail(MOST)


def repeated_lines(tail: pl.Series | None, file: LogFile, reader: Reader) -> int:
    """The number of the last line at the head of `file` up to which it repeats the end of the file before it, or 0.

    `tail` are the last lines of that file.

    Lines that come back by themselves do not count: the run must span time by its own stamps (then writing it again
    would have taken a clock that went back), or hold FEWEST_DISTINCT different lines.
    """
    if tail is None or not tail.len():
        return 0
    head = _head(file, HEAD_BYTES, 1)
    if not head.height or not (tail == head["text"][0]).any():
        return 0
    head = _head(file, 4 << 20, MOST)
    count = overlap(tail, head["text"])
    numbers = head["line"]
    if not count or (count < head.height and numbers[count] == numbers[count - 1]):  # damage inside the line
        return 0
    return int(numbers[count - 1]) if _told_once(head.head(count), reader) else 0


def overlap(before: pl.Series, after: pl.Series) -> int:
    """The length of the longest run that ends `before` and begins `after`; 0 if there is none."""
    starts: list[int] = (before == after[0]).arg_true().head(TRIED).to_list()
    for start in starts:
        count = before.len() - start
        if count <= after.len() and after[count - 1] == before[-1] and (before[start:] == after[:count]).all():
            return count
    return 0


def _head(file: LogFile, block_bytes: int, lines: int) -> pl.DataFrame:
    """At least the first `lines` lines of a file, if it has so many, one row a line of text without damage."""
    frames: list[pl.DataFrame] = []
    for block in BlockReader(file, block_bytes, longest_line=4 * block_bytes, digest=False):
        frames.append(lines_of(block)[0])
        if sum(frame.height for frame in frames) >= lines:
            break
    return pl.concat(frames) if frames else pl.DataFrame(schema={"line": pl.UInt32, "text": pl.String})


def _told_once(run: pl.DataFrame, reader: Reader) -> bool:
    if run["text"].n_unique() >= FEWEST_DISTINCT:
        return True
    events = reader.parse(run).events
    walls = events.filter(~pl.col("carried"))["wall"]
    return bool(walls.len() > 1 and walls[0] < walls[-1])
