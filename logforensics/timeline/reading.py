"""Turns the files of a source, oldest first, into one frame of events and into what is known of each file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from logforensics.clock.settle import Assumption
from logforensics.engine import in_order
from logforensics.evidence.discover import Discovery
from logforensics.evidence.files import BlockReader, read_blocks
from logforensics.evidence.journal.sequence import Sequence as Numbers
from logforensics.evidence.ledger import Ledger
from logforensics.evidence.lines import lines_of
from logforensics.evidence.model import LogFile, PassedOver, Source
from logforensics.evidence.no_log import no_log, undated
from logforensics.evidence.opening import words_of
from logforensics.evidence.ranges import Whole
from logforensics.evidence.raw import RawReader
from logforensics.evidence.sample import sample_lines
from logforensics.parsing.binary import BINARY, BinaryFile
from logforensics.parsing.detection import detect
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import Reader
from logforensics.parsing.model import Definition
from logforensics.schema import CLAIMED, UPTIME, lines_in
from logforensics.timeline.blocks import (
    BlockResult,
    Digest,
    Share,
    Thin,
    Work,
    carried,
    continued,
    finished,
    reader_of,
    share_of,
)
from logforensics.timeline.host import Reading
from logforensics.timeline.knots import PIECE
from logforensics.timeline.model import FileSummary, Progress
from logforensics.timeline.overlap import repeated_lines, tail_of
from logforensics.timeline.switches import Switch, search

_BESIDES = (CLAIMED, *UPTIME)

STRANGERS = 0.05
"""Share of a sample's lines that may be a stranger's before a rotated file is recognised anew."""

_NO_LINES = pl.DataFrame(schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32})


InRanges = Callable[[Work, LogFile], tuple[Whole, Iterator[Share | BlockResult]] | None]
"""Reads a large file in parts: what is known of it, and the shares of its blocks in order; None if that cannot be."""


class Plan(NamedTuple):
    """What is wanted of all files: columns, what boils them down, what thins them out, and how far each source is."""

    wanted: frozenset[str]
    digest: Digest | None = None
    thin: Thin | None = None
    rates: Mapping[str, float] = MappingProxyType({})


def size_of(discovery: Discovery) -> int:
    """Bytes on disk of all logs."""
    return sum(file.size for source in discovery.sources for file in source.files)


@dataclass
class Findings:
    """What is known of the files that were read, and was found besides their events; see Timeline."""

    ledger: Ledger = field(default_factory=Ledger)
    passed_over: list[PassedOver] = field(default_factory=list)
    summaries: dict[str, FileSummary] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    unverified: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    places: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Where lines of each file begin, as LogFile has them."""
    sequences: list[tuple[str, str, Numbers]] = field(default_factory=list)
    """Source, file and numbers of each journal."""

    def take(self, other: Findings) -> None:
        """Takes over what was found in other files."""
        self.ledger.take(other.ledger)
        self.passed_over += other.passed_over
        self.summaries |= other.summaries
        self.assumptions += other.assumptions
        self.unverified |= other.unverified
        self.places |= other.places
        self.sequences += other.sequences


class Run:
    """One run over the evidence: the readers in use, the ledger, the files passed over, the bytes done."""

    def __init__(self, discovery: Discovery, plan: Plan, progress: Progress | None) -> None:
        self.plan = plan
        self.wanted, self.digest, self.thin, self.rates = plan
        self.progress = progress
        self.definitions = load_definitions()
        self.findings = Findings(passed_over=list(discovery.passed_over))
        self.tail: pl.Series | None = None  # of the file that was read last
        self.tail_file = ""
        self.why = ""  # the source that is being read is in its format
        self.total = size_of(discovery)
        self.done = 0

    def take(self, findings: Findings, size: int) -> None:
        """Takes over what was found in files of `size` bytes that were read elsewhere."""
        self.findings.take(findings)
        self.done += size
        if self.progress:
            self.progress(self.done, self.total)

    def read_source(self, source: Source, executor: Executor, in_ranges: InRanges | None = None) -> Reading | None:
        """All files of one source, oldest first; None if none of them is a log that a parser knows.

        `in_ranges` reads a large file in parts, if it can be.
        """
        rate = self.rates.get(source.name, 0.0)
        frames: list[pl.DataFrame] = []
        known: Definition | None = None
        self.tail, self.why = None, ""
        for index, file in enumerate(source.files):
            place = pl.lit(index, pl.UInt32).alias("file_index")
            if file.kind in BINARY:
                known, self.why = BINARY[file.kind], "its bytes are those of one"
                frames.extend(frame.with_columns(place) for frame in self._decode(file, source, rate))
                continue
            blocks = read_blocks(file)
            definition = self._recognise(file, known)
            if definition is None:
                self._pass_over(file, source, blocks)
                continue
            known = definition
            above = next((frame for frame in reversed(frames) if frame.height), None)
            twice = self._repeated(file, source, definition)
            more = index + 1 < len(source.files)
            work = Work(definition, self.wanted, self.digest, self.thin, rate, twice, tail=more)
            parts = None if in_ranges is None else in_ranges(work, file)
            told, shares = parts or (blocks, in_order(executor, partial(share_of, work), blocks))
            for frame in self._parse(told, shares, source, work, above):
                frames.append(frame.with_columns(place))  # noqa: PERF401 - `above` is the frame before
            self._close(file, source, told, "parsed", "")
        if known is None:
            return None
        if not frames:
            none = self._reader(known).parse(_NO_LINES).events
            frames = [none.with_columns(pl.lit(0, pl.UInt32).alias("file_index"))]
        frame = pl.concat(frames, how="diagonal")
        if PIECE not in frame.columns and (lines := lines_in(frame)) > frame.height:
            text = f"{lines} lines are reasoned about by the {frame.height} of them that differ from those around them"
            self.findings.assumptions.append(Assumption(source.name, "sample", text, lines))
        return Reading(source, known, frame, self.why)

    def _reader(self, definition: Definition) -> Reader:
        return reader_of(definition, self.wanted)

    def _recognise(self, file: LogFile, known: Definition | None) -> Definition | None:
        """The definition that reads a file; the one that read its source so far is asked first."""
        try:
            head = sample_lines(file)
        except OSError as error:
            reason = f"its format could not be looked at: {words_of(error)}"
            self.findings.summaries[file.name] = FileSummary(file.name, "unread", reason, None, file.size, None, 0)
            return None
        if not head:
            return None
        if known is not None and detect(file.name, head, (known,)).share >= 1 - STRANGERS:
            return known
        found = detect(file.name, head, self.definitions)
        what = no_log(head) if found.definition is None else None
        if found.definition is None and what is None:
            found = search(file, self.definitions, head, found.share) or found
        if found.definition is None:
            what = what or undated(head)
            state, reason = ("not-a-log", what) if what else ("unknown-format", "; ".join(found.reasons))
            self.findings.summaries[file.name] = FileSummary(file.name, state, reason, None, file.size, None, 0)
        else:
            self.why = "; ".join(found.reasons)
        return found.definition

    def _repeated(self, file: LogFile, source: Source, definition: Definition) -> int:
        """How many lines at the head of a file were read at the end of the one before it; that is said."""
        count = repeated_lines(self.tail, file, self._reader(definition))
        if count:
            text = f"the first {count} lines of {file.name} are the last ones of {self.tail_file}, and are counted once"
            self.findings.assumptions.append(Assumption(source.name, "duplicate", text, count))
        return count

    def _parse(
        self,
        blocks: BlockReader | Whole,
        shares: Iterable[Share | BlockResult],
        source: Source,
        work: Work,
        above: pl.DataFrame | None,
    ) -> Iterator[pl.DataFrame]:
        switch = Switch(blocks.file.name, work.definition, self.definitions, self._reader)
        account = self.findings.ledger.account(blocks.file.name)
        self.tail, self.tail_file = None, blocks.file.name
        for share in shares:
            if isinstance(share, BlockResult):
                events, rest = switch.read(share.lines, *continued(work, share, above))
                share = finished(work, share, events, rest, switch.quoted)  # noqa: PLW2901 - the same, in order
            elif share.waits is not None and above is None:
                share = finished(work, share.waits, *continued(work, share.waits, None))  # noqa: PLW2901 - as above
            elif share.waits is not None and above is not None:
                more, fates = carried(work, share.waits, above)
                account.add(**fates)
                yield more
            if share.tail is not None:
                self.tail = tail_of(self.tail, share.tail)
            account.add(**share.fates, samples=share.samples, damage=share.damage)
            account.add_junk(share.junk)
            if share.last.height:
                above = share.last
            yield share.events
            if self.progress:
                self.progress(self.done + blocks.disk_bytes, self.total)
        for other, (line, count) in switch.said.items():
            text = f"{blocks.file.name} goes on in the format {other} from line {line} on"
            self.findings.assumptions.append(Assumption(source.name, "format", text, count))

    def _decode(self, file: LogFile, source: Source, rate: float) -> Iterator[pl.DataFrame]:
        """The events of a binary log, thinned out to so many rows for each byte."""
        binary = BinaryFile(file, self.wanted)
        count = 0
        done = 0
        for events in binary:
            count += events.height
            done, size = binary.reader.disk_bytes, binary.reader.disk_bytes - done
            kept = (
                self.digest(events).drop(CLAIMED, strict=False) if self.digest else events.drop(*_BESIDES, strict=False)
            )
            yield self.thin(kept, math.ceil(size * rate)) if self.thin else kept
            if self.progress:
                self.progress(self.done + binary.reader.disk_bytes, self.total)
        self.findings.ledger.account(file.name).add(
            events_lines=count, events_bytes=binary.event_bytes, blank_bytes=binary.blank
        )
        self.findings.assumptions += [Assumption(source.name, kind, words, count) for kind, words in binary.notes]
        if binary.sequence is not None:
            self.findings.sequences.append((source.name, file.name, binary.sequence))
        self._close(file, source, binary.reader, "parsed", "; ".join(words for _, words in binary.notes))

    def _pass_over(self, file: LogFile, source: Source, blocks: BlockReader) -> None:
        """Read a file nothing can parse all the same: its bytes are hashed and stand in the ledger."""
        account = self.findings.ledger.account(file.name)
        lines = 0
        for block in blocks:
            text, damage = lines_of(block)
            blank = text.filter(pl.col("text").str.strip_chars() == "")
            lines += text.height - blank.height
            account.add(
                blank_lines=blank.height,
                blank_bytes=int(blank["length"].sum()),
                unparsed_lines=text.height - blank.height,
                unparsed_bytes=int(text["length"].sum()) - int(blank["length"].sum()),
                samples=text.filter(pl.col("text").str.strip_chars() != "").head(5).select("line", "text").rows(),
                damage=damage,
            )
        if not lines and not blocks.has("unread"):
            self._close(file, source, blocks, "empty", "it holds no text")
        else:
            known = self.findings.summaries.get(file.name)
            state, reason = (known.state, known.reason) if known else ("unknown-format", "no parser reads its lines")
            self._close(file, source, blocks, state, reason)
        if self.findings.summaries[file.name].state != "empty" and not blocks.has("unread"):
            known = self.findings.summaries[file.name]
            self.findings.passed_over.append(PassedOver(file.name, known.state, known.reason))

    def _close(
        self, file: LogFile, source: Source, blocks: BlockReader | RawReader | Whole, state: str, reason: str
    ) -> None:
        self.findings.ledger.account(file.name).finish(blocks)
        self.findings.unverified[file.name] = blocks.unverified
        self.findings.places[file.name] = blocks.places
        self.done += file.size
        if blocks.has("unread"):
            state, reason = "unread", blocks.note
            self.findings.passed_over.append(PassedOver(file.name, state, reason))
        else:
            reason = "; ".join(part for part in (reason, blocks.note) if part)
        self.findings.summaries[file.name] = FileSummary(
            file.name, state, reason, source.name, blocks.disk_bytes, blocks.sha256 or None, blocks.lines
        )

    def file_summaries(self) -> tuple[FileSummary, ...]:
        """Every file of the evidence exactly once, by name."""
        for item in self.findings.passed_over:
            self.findings.summaries.setdefault(
                item.name, FileSummary(item.name, item.state, item.reason, None, None, None, 0)
            )
        return tuple(self.findings.summaries[name] for name in sorted(self.findings.summaries))
