"""Turns the files of a source, oldest first, into one frame of events and into what is known of each file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
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
    Thin,
    Work,
    carried,
    continued,
    finished,
    reader_of,
    share_of,
)
from logforensics.timeline.host import Reading
from logforensics.timeline.model import FileSummary
from logforensics.timeline.overlap import repeated_lines, tail_of
from logforensics.timeline.switches import Switch, search

Progress = Callable[[int, int], None]
"""Told after each block how many bytes on disk were read, of how many."""

_BESIDES = (CLAIMED, *UPTIME)

STRANGERS = 0.05
"""Share of a sample's lines that may be a stranger's before a rotated file is recognised anew."""

_NO_LINES = pl.DataFrame(schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32})


class Plan(NamedTuple):
    """What is wanted of all files: columns, what boils them down, what thins them out, and how far each source is."""

    wanted: frozenset[str]
    digest: Digest | None = None
    thin: Thin | None = None
    rates: Mapping[str, float] = MappingProxyType({})


def size_of(discovery: Discovery) -> int:
    return sum(file.size for source in discovery.sources for file in source.files)


class Run:
    """One run over the evidence: the readers in use, the ledger, the files passed over, the bytes done."""

    def __init__(self, discovery: Discovery, plan: Plan, progress: Progress | None) -> None:
        self.wanted, self.digest, self.thin, self.rates = plan
        self.progress = progress
        self.definitions = load_definitions()
        self.ledger = Ledger()
        self.passed_over: list[PassedOver] = list(discovery.passed_over)
        self.empty: list[LogFile] = []
        self.summaries: dict[str, FileSummary] = {}
        self.assumptions: list[Assumption] = []
        self.unverified: dict[str, list[tuple[int, int]]] = {}
        self.sequences: list[tuple[str, str, Numbers]] = []  # source, file and numbers of each journal
        self.tail: pl.Series | None = None  # of the file that was read last
        self.tail_file = ""
        self.total = size_of(discovery)
        self.done = 0

    def read_source(self, source: Source, executor: Executor) -> Reading | None:
        """All files of one source, oldest first; None if none of them is a log that a parser knows."""
        rate = self.rates.get(source.name, 0.0)
        frames: list[pl.DataFrame] = []
        known: Definition | None = None
        self.tail = None
        for index, file in enumerate(source.files):
            place = pl.lit(index, pl.UInt32).alias("file_index")
            if file.kind in BINARY:
                known = BINARY[file.kind]
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
            for frame in self._parse(blocks, source, work, above, executor):
                frames.append(frame.with_columns(place))  # noqa: PERF401 - `above` is the frame before
            self._close(file, source, blocks, "parsed", "")
        if known is None:
            return None
        if not frames:
            none = self._reader(known).parse(_NO_LINES).events
            frames = [none.with_columns(pl.lit(0, pl.UInt32).alias("file_index"))]
        frame = pl.concat(frames, how="diagonal")
        if (lines := lines_in(frame)) > frame.height:
            text = f"{lines} lines are reasoned about by the {frame.height} of them that differ from those around them"
            self.assumptions.append(Assumption(source.name, "sample", text, lines))
        return Reading(source, known, frame)

    def _reader(self, definition: Definition) -> Reader:
        return reader_of(definition, self.wanted)

    def _recognise(self, file: LogFile, known: Definition | None) -> Definition | None:
        """The definition that reads a file; the one that read its source so far is asked first."""
        try:
            head = sample_lines(file)
        except OSError as error:
            reason = f"its format could not be looked at: {words_of(error)}"
            self.summaries[file.name] = FileSummary(file.name, "unread", reason, None, file.size, None, 0)
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
            self.summaries[file.name] = FileSummary(file.name, state, reason, None, file.size, None, 0)
        return found.definition

    def _repeated(self, file: LogFile, source: Source, definition: Definition) -> int:
        """How many lines at the head of a file were read at the end of the one before it; that is said."""
        count = repeated_lines(self.tail, file, self._reader(definition))
        if count:
            text = f"the first {count} lines of {file.name} are the last ones of {self.tail_file}, and are counted once"
            self.assumptions.append(Assumption(source.name, "duplicate", text, count))
        return count

    def _parse(
        self, blocks: BlockReader, source: Source, work: Work, above: pl.DataFrame | None, executor: Executor
    ) -> Iterator[pl.DataFrame]:
        switch = Switch(blocks.file.name, work.definition, self.definitions, self._reader)
        account = self.ledger.account(blocks.file.name)
        self.tail, self.tail_file = None, blocks.file.name
        for share in in_order(executor, partial(share_of, work), blocks):
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
            self.assumptions.append(Assumption(source.name, "format", text, count))

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
        self.ledger.account(file.name).add(
            events_lines=count, events_bytes=binary.event_bytes, blank_bytes=binary.blank
        )
        self.assumptions += [Assumption(source.name, kind, words, count) for kind, words in binary.notes]
        if binary.sequence is not None:
            self.sequences.append((source.name, file.name, binary.sequence))
        self._close(file, source, binary.reader, "parsed", "; ".join(words for _, words in binary.notes))

    def _pass_over(self, file: LogFile, source: Source, blocks: BlockReader) -> None:
        """Read a file nothing can parse all the same: its bytes are hashed and stand in the ledger."""
        account = self.ledger.account(file.name)
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
            self.empty.append(file)
            self._close(file, source, blocks, "empty", "it holds no text")
        else:
            known = self.summaries.get(file.name)
            state, reason = (known.state, known.reason) if known else ("unknown-format", "no parser reads its lines")
            self._close(file, source, blocks, state, reason)
        if self.summaries[file.name].state != "empty" and not blocks.has("unread"):
            known = self.summaries[file.name]
            self.passed_over.append(PassedOver(file.name, known.state, known.reason))

    def _close(self, file: LogFile, source: Source, blocks: BlockReader | RawReader, state: str, reason: str) -> None:
        self.ledger.account(file.name).finish(blocks)
        self.unverified[file.name] = blocks.unverified
        self.done += file.size
        if blocks.has("unread"):
            state, reason = "unread", blocks.note
            self.passed_over.append(PassedOver(file.name, state, reason))
        else:
            reason = "; ".join(part for part in (reason, blocks.note) if part)
        self.summaries[file.name] = FileSummary(
            file.name, state, reason, source.name, blocks.disk_bytes, blocks.sha256 or None, blocks.lines
        )

    def file_summaries(self) -> tuple[FileSummary, ...]:
        """Every file of the evidence exactly once, by name."""
        for item in self.passed_over:
            self.summaries.setdefault(item.name, FileSummary(item.name, item.state, item.reason, None, None, None, 0))
        return tuple(self.summaries[name] for name in sorted(self.summaries))
