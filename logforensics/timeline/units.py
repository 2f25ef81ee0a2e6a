"""The units of work that other processes or machines do: all files of a source, a range of a large file, a whole host.

What goes to them are names and what is wanted; what comes back are events, boiled down, and what is known of each file:
partial summaries, not lines.  A unit opens the evidence itself, by the same path, and comes to what this process would
have come to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import polars as pl

from logforensics.engine import Pool, cores, in_order
from logforensics.evidence.discover import Discovery
from logforensics.evidence.files import BLOCK_BYTES
from logforensics.evidence.model import Damage, LogFile, Source
from logforensics.evidence.opening import STDIN
from logforensics.evidence.ranges import Part, RangeError, RangeReader, Whole, hashed, ranges
from logforensics.timeline.blocks import BlockResult, Share, Work, share_of
from logforensics.timeline.host import Reading
from logforensics.timeline.model import Timeline
from logforensics.timeline.reading import Findings, Plan, Run

MOST_ODD = 4
"""Blocks of a range that may hold lines in another format than the file's own: their text goes back with them.  A file
with more is a mixture of formats, and read in order."""


def movable(source: Source) -> bool:
    """Whether another process can open all files of a source: not stdin, and no copy that has no name."""
    return all(file.path != STDIN and (file.held is None or file.held.copy is None) for file in source.files)


def elsewhere(source: Source) -> Source:
    """The source as another machine can find it, where devices and inodes have other numbers."""
    return Source(source.name, tuple(replace(file, state=None) for file in source.files))


def read_sources(run: Run, sources: Sequence[Source], roots: tuple[Path, ...], pool: Pool) -> list[Reading]:
    """The readings of some sources, in their order, each read as a whole or in ranges by `pool`; see Run.read_source.

    What cannot be moved is read here.
    """
    small = [source for source in sources if movable(source) and not any(map(ranges, source.files))]
    names = {source.name for source in small}
    work = partial(_source, run.plan, roots)
    done: dict[str, Reading | None] = {}
    for source, (reading, findings) in zip(
        small, in_order(pool.executor, work, map(elsewhere, small), ahead=pool.ahead), strict=True
    ):
        # the files of this run, by which the lines of a report are found again
        done[source.name] = None if reading is None else replace(reading, source=source)
        run.take(findings, sum(file.size for file in source.files))
    with cores(1) as here:
        for source in sources:
            if source.name not in names:
                in_ranges = partial(shares_of_ranges, pool) if movable(source) else None
                done[source.name] = run.read_source(source, here, in_ranges)
    return [reading for source in sources if (reading := done[source.name]) is not None]


def _source(plan: Plan, roots: tuple[Path, ...], source: Source) -> tuple[Reading | None, Findings]:
    """One source, read whole: what Run.read_source gives, and what it found besides."""
    run = Run(Discovery((source,), (), roots), plan, None)
    with cores(1) as here:
        reading = run.read_source(source, here)
    return reading, run.findings


def read_hosts(
    read: Callable[[Discovery], Timeline], hosts: Sequence[tuple[str, Discovery]], pool: Pool
) -> Iterator[tuple[str, Timeline]]:
    """Each host's name and timeline, in their order: a host is read as a whole, by one worker of `pool`."""
    for (name, mine), timeline in zip(
        hosts,
        in_order(pool.executor, partial(_host, read), (_moved(mine) for _, mine in hosts), ahead=pool.ahead),
        strict=True,
    ):
        files = tuple(file for source in mine.sources for file in source.files)
        yield name, replace(timeline, log_files=files)


def _host(read: Callable[[Discovery], Timeline], discovery: Discovery) -> Timeline:
    return read(discovery)


def _moved(discovery: Discovery) -> Discovery:
    return replace(discovery, sources=tuple(map(elsewhere, discovery.sources)))


class _RangeShare(NamedTuple):
    """What one range became: the shares of its blocks, whose lines count from its own first, and how many lines."""

    part: Part
    lines: int
    shares: list[Share | BlockResult]


def shares_of_ranges(pool: Pool, work: Work, file: LogFile) -> tuple[Whole, Iterator[Share | BlockResult]] | None:
    """The shares of a file's blocks in their order, read in ranges, and what is known of the file.

    None for a file that cannot be cut, or whose ranges are not what its hash was made of: it is to be read from its
    beginning.
    """
    cuts = ranges(file)
    if not cuts:
        return None
    apart = replace(file, state=None)
    units: list[Callable[[], Whole | _RangeShare]] = [partial(_hash, apart, cuts)]
    for number, (begin, end) in enumerate(cuts):
        # only the file's first lines can be those that the file before it ends with
        own = replace(work, twice=work.twice if number == 0 else 0, tail=work.tail and number == len(cuts) - 1)
        units.append(partial(_range, own, apart, begin, end))
    whole: Whole | None = None
    found: list[_RangeShare] = []
    try:
        for result in in_order(pool.executor, _call, units, ahead=pool.ahead):
            if isinstance(result, Whole):
                whole = result
            else:
                found.append(result)
    except (RangeError, OSError):
        return None
    if whole is None or whole.parts != tuple(share.part for share in found):
        return None
    whole.lines = sum(share.lines for share in found)
    return replace(whole, file=file), _in_sequence(found)


def _call(unit: Callable[[], Whole | _RangeShare]) -> Whole | _RangeShare:
    return unit()


def _hash(file: LogFile, cuts: tuple[tuple[int, int], ...]) -> Whole:
    return hashed(file, cuts, BLOCK_BYTES)


def _range(work: Work, file: LogFile, begin: int, end: int) -> _RangeShare:
    """One range, worked on block by block.  Raises RangeError where too much of it is in another format."""
    reader = RangeReader(file, begin, end)
    shares: list[Share | BlockResult] = []
    odd = 0
    for block in reader:
        share = share_of(work, block)
        odd += isinstance(share, BlockResult) or share.waits is not None
        if odd > MOST_ODD:
            message = "several formats"
            raise RangeError(message)
        shares.append(share)
    return _RangeShare(reader.part, reader.lines, shares)


def _in_sequence(found: Sequence[_RangeShare]) -> Iterator[Share | BlockResult]:
    """The shares with the line numbers of the file."""
    above = 0
    for part in found:
        for share in part.shares:
            yield _shifted(share, above) if above else share
        above += part.lines


def _shifted(share: Share | BlockResult, by: int) -> Share | BlockResult:
    """The share of a block whose lines begin `by` lines further on."""
    if isinstance(share, BlockResult):
        return _result_shifted(share, by)
    return share._replace(
        events=_lines(share.events, by),
        last=_lines(share.last, by),
        samples=[(line + by, text) for line, text in share.samples],
        junk=_places(share.junk, by),
        damage=_places(share.damage, by),
        waits=None if share.waits is None else _result_shifted(share.waits, by),
    )


def _result_shifted(result: BlockResult, by: int) -> BlockResult:
    return result._replace(
        block=replace(result.block, first_line=result.block.first_line + by),
        lines=_lines(result.lines, by),
        parsed=replace(result.parsed, events=_lines(result.parsed.events, by), rest=_lines(result.parsed.rest, by)),
        damage=_places(result.damage, by),
        duplicate=_lines(result.duplicate, by),
        glued=tuple(line + by for line in result.glued),
    )


def _lines(frame: pl.DataFrame, by: int) -> pl.DataFrame:
    return frame.with_columns((pl.col("line") + by).cast(frame.schema["line"]))


def _places(damage: Sequence[Damage], by: int) -> list[Damage]:
    return [replace(entry, line=None if entry.line is None else entry.line + by) for entry in damage]
