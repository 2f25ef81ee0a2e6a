"""Turns paths into a Timeline: discover, recognise, read in blocks, settle the clock, put in total order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial

import polars as pl

from logforensics.engine import cores, workers
from logforensics.errors import EvidenceError
from logforensics.evidence.discover import Discovery, discover
from logforensics.evidence.ledger import Ledger
from logforensics.evidence.model import PassedOver, Source
from logforensics.schema import ALWAYS, DOUBT, SCHEMA
from logforensics.settings import Settings
from logforensics.timeline.blocks import (
    Digest,
    Thin,
)
from logforensics.timeline.clocks import SettledSources, settle_sources
from logforensics.timeline.fleet import by_host, merged, twin_expr
from logforensics.timeline.host import Reading
from logforensics.timeline.journals import missing_entries, notes_of
from logforensics.timeline.knots import all_counted
from logforensics.timeline.model import Progress, SourceSummary, Timeline
from logforensics.timeline.reading import Plan, Run, size_of
from logforensics.timeline.refine import settle_spooled
from logforensics.timeline.room import fits, rates
from logforensics.timeline.rotated import lost_members
from logforensics.timeline.saved import restored, saved_at
from logforensics.timeline.sequence import out_of_sequence
from logforensics.timeline.spool import Spool
from logforensics.timeline.stored import stored
from logforensics.timeline.units import movable, read_hosts, read_sources
from logforensics.timeline.unverified import marked

DEFAULT_FIELDS = tuple(name for name in SCHEMA if name not in ALWAYS)


def read_timeline(
    paths: Sequence[str] | str,
    *,
    settings: Settings | None = None,
    fields: Collection[str] | None = None,
    digest: Digest | None = None,
    thin: tuple[Thin, int] | None = None,
    progress: Progress | None = None,
    spooled: bool = False,
) -> Timeline:
    """Read every log below `paths` into one Timeline.

    `fields` are the columns wanted beside time, time_basis, source, file and line (default: all of
    `schema.SCHEMA`); only their groups are captured.  `digest` works on each block's columns before they are
    kept; `thin` is what leaves rows out, and about how many are to be left of all of them.  `settings` gives assumed
    zones, the year and the number of jobs.

    With `spooled`, events of one host's logs that are too large to be kept are written to a temporary file, and are in
    `stored` instead of `events`; who asked for it closes that.

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
    with ExitStack() as stack:
        if spooled and not (discovery.hosts or chosen.cluster or fits(discovery.sources)):
            spool = stack.enter_context(Spool())
            timeline = _read(discovery, chosen, plan._replace(thin=spool.put), progress, spool)
        else:
            timeline = (_read_fleet if discovery.hosts else _read)(discovery, chosen, plan, progress)
        if not timeline.sources and not any(file.state == "empty" for file in timeline.files):
            raise EvidenceError(_nothing_parsed(timeline.passed_over))
        stack.pop_all()
    return timeline


def _read_fleet(discovery: Discovery, settings: Settings, plan: Plan, progress: Progress | None) -> Timeline:
    """Each host's timeline for itself, with its own zone and its own clock, then all of them as one."""
    total = size_of(discovery)
    done = 0
    parts: list[tuple[str, Timeline]] = []
    twins = plan._replace(digest=partial(_with_twins, plan.digest))
    hosts = list(by_host(discovery))
    if settings.cluster is not None and all(movable(source) for source in discovery.sources):
        alone = replace(settings, cluster=None, jobs=1)
        read = partial(_read, settings=alone, plan=twins, progress=None)
        with workers(settings.cluster, settings.jobs) as pool:
            for (_, mine), part in zip(hosts, read_hosts(read, hosts, pool), strict=True):
                parts.append(part)
                done += size_of(mine)
                if progress:
                    progress(done, total)
        return merged(parts, discovery.passed_over)
    for name, mine in hosts:
        above = done
        report = None if progress is None else lambda size, _, above=above: progress(above + size, total)
        parts.append((name, _read(mine, settings, twins, report)))
        done += size_of(mine)
    return merged(parts, discovery.passed_over)


def _with_twins(digest: Digest | None, events: pl.DataFrame) -> pl.DataFrame:
    """What `digest` makes of some events, with what tells the lines that several hosts wrote."""
    told = events.with_columns(twin_expr(events.columns))
    return digest(told) if digest else told


def _read(
    discovery: Discovery, settings: Settings, plan: Plan, progress: Progress | None, spool: Spool | None = None
) -> Timeline:
    """The timeline of one host's files; one without sources where none could be parsed.

    With a `spool`, into which the plan puts each block, only knots (knots.py) are held.
    """
    run = Run(discovery, plan._replace(wanted=plan.wanted.difference(DOUBT)), progress)
    if settings.cluster is not None:
        with workers(settings.cluster, settings.jobs) as pool:
            readings = read_sources(run, discovery.sources, discovery.roots, pool)
    else:
        with cores(settings.jobs) as executor:
            found = (run.read_source(source, executor) for source in discovery.sources)
            readings = [reading for reading in found if reading is not None]
    findings = run.findings
    findings.ledger.check()
    settled: SettledSources
    if spool is None:
        settled = settle_sources(readings, discovery.roots, settings)
    else:
        readings, settled = settle_spooled(readings, discovery.roots, settings, spool)
    doubt = [name for name in DOUBT if name in plan.wanted]
    sources = [reading.source for reading in readings]
    events = _total_order(marked(settled.frames, sources, findings.unverified), sources, doubt)
    summaries = [
        _summary(reading, frame, settled.zones[reading.source.name], findings.ledger)
        for reading, frame in zip(readings, settled.frames, strict=True)
    ]
    holes = missing_entries(findings.sequences)
    files = run.file_summaries()
    told = (
        *notes_of(holes, findings.sequences),
        *out_of_sequence(sources, [all_counted(frame) for frame in settled.frames]),
        *lost_members(summaries, files, findings.ledger.damage, events),
    )
    begin, end = events.select(pl.col("time").min().alias("begin"), pl.col("time").max().alias("end")).row(0)
    later = None
    if spool is not None:
        later = stored(spool, readings, settled.frames, findings.unverified, doubt, settings.jobs)
        events = pl.DataFrame(schema=dict(later.schema))
    return Timeline(
        events=events,
        sources=tuple(summaries),
        files=files,
        passed_over=tuple(sorted(findings.passed_over, key=lambda item: item.name)),
        damage=findings.ledger.damage,
        assumptions=(*settled.assumptions, *findings.assumptions, *told),
        ledger=findings.ledger,
        log_files=tuple(
            replace(file, places=findings.places.get(file.name, ()))
            for source in discovery.sources
            for file in source.files
        ),
        begin=begin,
        end=end,
        zone=settled.site_zone,
        missing=holes,
        stored=later,
    )


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
        format_reason=reading.why,
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
