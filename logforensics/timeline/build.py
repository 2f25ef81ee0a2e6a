"""Turns paths into a Timeline: discover, recognise, read in blocks, settle the clock, put in total order."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from logforensics.clock.settle import Assumption
from logforensics.engine import cores, in_order
from logforensics.errors import EvidenceError
from logforensics.evidence.discover import Discovery, discover
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
from logforensics.schema import ALWAYS, CLAIMED, DOUBT, SCHEMA, UPTIME, lines_in
from logforensics.settings import Settings
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
from logforensics.timeline.clocks import settle_sources
from logforensics.timeline.fleet import by_host, merged, twin_expr
from logforensics.timeline.host import Reading
from logforensics.timeline.journals import missing_entries, notes_of
from logforensics.timeline.model import FileSummary, SourceSummary, Timeline
from logforensics.timeline.overlap import repeated_lines, tail_of
from logforensics.timeline.room import rates
from logforensics.timeline.rotated import lost_members
from logforensics.timeline.saved import restored, saved_at
from logforensics.timeline.sequence import out_of_sequence
from logforensics.timeline.switches import Switch, search
from logforensics.timeline.unverified import marked

Progress = Callable[[int, int], None]
"""Told after each block how many bytes on disk were read, of how many."""

_BESIDES = (CLAIMED, *UPTIME)

DEFAULT_FIELDS = tuple(name for name in SCHEMA if name not in ALWAYS)

STRANGERS = 0.05
"""Share of a sample's lines that may be a stranger's before a rotated file is recognised anew."""


def read_timeline(
    paths: Sequence[str] | str,
    *,
    settings: Settings | None = None,
    fields: Collection[str] | None = None,
    digest: Digest | None = None,
    thin: tuple[Thin, int] | None = None,
    progress: Progress | None = None,
) -> Timeline:
    """Read every log below `paths` into one Timeline.

    `fields` are the columns wanted beside time, time_basis, source, file and line (default: all of
    `schema.SCHEMA`); only their groups are captured.  `digest` works on each block's columns before they are
    kept; `thin` is what leaves rows out, and about how many are to be left of all of them.  `settings` gives assumed
    zones, the year and the number of jobs.

    A single path may be a timeline that was saved as Parquet (timeline/saved.py).

    Raises UsageError for a path that does not exist and EvidenceError when nothing could be parsed.
    """
    chosen = settings or Settings()
    typed = [paths] if isinstance(paths, str) else list(paths)
    wanted = frozenset(DEFAULT_FIELDS if fields is None else fields)
    if len(typed) == 1 and (data := saved_at(typed[0])) is not None:
        return restored(data, typed[0], wanted, digest)
    discovery = discover(typed, chosen.host_from, chosen.decoder_memory)
    found = {} if thin is None else rates(discovery.sources, thin[1])
    plan = Plan(wanted, digest, thin[0] if thin and found else None, found)
    timeline = (_read_fleet if discovery.hosts else _read)(discovery, chosen, plan, progress)
    if not timeline.sources and not any(file.state == "empty" for file in timeline.files):
        raise EvidenceError(_nothing_parsed(timeline.passed_over))
    return timeline


class Plan(NamedTuple):
    """What is wanted of all files: columns, what boils them down, what thins them out, and how far each source is."""

    wanted: frozenset[str]
    digest: Digest | None = None
    thin: Thin | None = None
    rates: Mapping[str, float] = MappingProxyType({})


def _read_fleet(discovery: Discovery, settings: Settings, plan: Plan, progress: Progress | None) -> Timeline:
    """Each host's timeline for itself, with its own zone and its own clock, then all of them as one."""
    total = _size(discovery)
    done = 0
    parts = []
    for name, mine in by_host(discovery):
        above = done
        report = None if progress is None else lambda size, _, above=above: progress(above + size, total)
        twins = plan._replace(digest=partial(_with_twins, plan.digest))
        parts.append((name, _read(mine, settings, twins, report)))
        done += _size(mine)
    return merged(parts, discovery.passed_over)


def _with_twins(digest: Digest | None, events: pl.DataFrame) -> pl.DataFrame:
    """What `digest` makes of some events, with what tells the lines that several hosts wrote."""
    told = events.with_columns(twin_expr(events.columns))
    return digest(told) if digest else told


def _size(discovery: Discovery) -> int:
    return sum(file.size for source in discovery.sources for file in source.files)


def _read(discovery: Discovery, settings: Settings, plan: Plan, progress: Progress | None) -> Timeline:
    """The timeline of one host's files; one without sources where none could be parsed."""
    run = _Run(discovery, plan._replace(wanted=plan.wanted.difference(DOUBT)), progress)
    with cores(settings.jobs) as executor:
        readings = [
            reading for source in discovery.sources if (reading := run.read_source(source, executor)) is not None
        ]
    run.ledger.check()
    settled = settle_sources(readings, discovery.roots, settings)
    doubt = [name for name in DOUBT if name in plan.wanted]
    sources = [reading.source for reading in readings]
    events = _total_order(marked(settled.frames, sources, run.unverified), sources, doubt)
    summaries = [
        _summary(reading, frame, settled.zones[reading.source.name], run.ledger)
        for reading, frame in zip(readings, settled.frames, strict=True)
    ]
    holes = missing_entries(run.sequences)
    files = run.file_summaries()
    told = (
        *notes_of(holes, run.sequences),
        *out_of_sequence(sources, settled.frames),
        *lost_members(summaries, files, run.ledger.damage, events),
    )
    begin, end = events.select(pl.col("time").min().alias("begin"), pl.col("time").max().alias("end")).row(0)
    return Timeline(
        events=events,
        sources=tuple(summaries),
        files=files,
        passed_over=tuple(sorted(run.passed_over, key=lambda item: item.name)),
        damage=run.ledger.damage,
        assumptions=(*settled.assumptions, *run.assumptions, *told),
        ledger=run.ledger,
        log_files=tuple(file for source in discovery.sources for file in source.files),
        begin=begin,
        end=end,
        zone=settled.site_zone,
        missing=holes,
    )


class _Run:
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
        self.total = _size(discovery)
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


_NO_LINES = pl.DataFrame(schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32})


def _total_order(frames: Sequence[pl.DataFrame], sources: Sequence[Source], doubt: Sequence[str]) -> pl.DataFrame:
    """All sources' events by (time, source, file order, line): the same bytes give the same rows on any machine.

    Of the columns of doubt, which only sources in doubt have, all have those of `doubt` and no other.
    """
    if not frames:
        return pl.DataFrame(schema={name: SCHEMA[name] for name in (*ALWAYS, *doubt)})
    named = []
    for rank, (frame, source) in enumerate(zip(frames, sources, strict=True)):
        names = pl.Series([file.name for file in source.files], dtype=pl.String)
        named.append(
            frame.with_columns(
                pl.lit(source.name).cast(pl.Categorical).alias("source"),
                pl.lit(names).gather(pl.col("file_index")).cast(pl.Categorical).alias("file"),
                pl.lit(rank, pl.UInt32).alias("rank"),
            )
        )
    events = pl.concat(named, how="diagonal").sort("time", "rank", "file_index", "line", maintain_order=True)
    missing = [pl.lit(None, SCHEMA[name]).alias(name) for name in doubt if name not in events.columns]
    kept = [name for name in events.columns if name not in (*ALWAYS, *DOUBT, "rank", "file_index")]
    return events.with_columns(missing).select(*ALWAYS, *doubt, *kept)


def _summary(reading: Reading, frame: pl.DataFrame, zone: tuple[str, str], ledger: Ledger) -> SourceSummary:
    names = [file.name for file in reading.source.files]
    accounts = [account for account in ledger.accounts if account.file in set(names)]
    first, last = _span(frame)
    samples = tuple((account.file, line, text) for account in accounts for line, text in account.samples)
    return SourceSummary(
        name=reading.source.name,
        format=reading.definition.name,
        files=tuple(names),
        lines=sum(account.lines for account in accounts),
        events=sum(account.events.lines for account in accounts),
        continuation=sum(account.continuation.lines for account in accounts),
        blank=sum(account.blank.lines for account in accounts),
        unparsed=sum(account.unparsed.lines for account in accounts),
        duplicate=sum(account.duplicate.lines for account in accounts),
        first=first,
        last=last,
        timezone=zone[0],
        timezone_reason=zone[1],
        samples=samples[:5],
        proves=reading.definition.proves,
        also=reading.definition.others,
    )


def _span(frame: pl.DataFrame) -> tuple[datetime | None, datetime | None]:
    if not frame.height:
        return None, None
    first, last = frame.select(pl.col("time").min().alias("first"), pl.col("time").max().alias("last")).row(0)
    return first, last


def _nothing_parsed(passed_over: Sequence[PassedOver]) -> str:
    if not passed_over:
        return "nothing to read: the paths hold no files"
    first = next((passed for passed in passed_over if passed.state == "unread"), passed_over[0])
    others = f" (and {len(passed_over) - 1} more)" if len(passed_over) > 1 else ""
    return f"nothing here could be read as a log: {first.name}: {first.reason}{others}"
