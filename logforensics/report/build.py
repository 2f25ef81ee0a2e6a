"""Turns a Timeline and what was found in it into the Report that every face is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC as UTC_TZ
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.analysis.runs import PRIOR_FAILURES, PRIOR_REQUESTS
from logforensics.clock.zones import Zone
from logforensics.errors import UsageError
from logforensics.evidence.hashing import bundles
from logforensics.report.changes import quoted
from logforensics.report.charts import CELLS, strips_of, tells_of_error
from logforensics.report.clocks import clock_notes
from logforensics.report.events import key_events
from logforensics.report.model import Asked, Change, FileRow, Note, Report, Sample, SourceRow
from logforensics.report.words import UTC, duration
from logforensics.schema import ALIKE, lines_in

if TYPE_CHECKING:
    from logforensics.outage.findings import Investigation
    from logforensics.outage.model import Bracket
    from logforensics.settings import Recorded, Settings
    from logforensics.timeline.model import Timeline


def zone_of(timeline: Timeline, tz: str | None) -> Zone:
    """The zone to show: `tz` if given (UsageError when unknown), else the evidence's own, else that of most events.

    Among the sources' zones a named one wins over a bare offset, which holds for half the year only, and both
    win over UTC, which many programs write whatever the clock on the wall shows.
    """
    if tz is not None:
        return Zone.named(tz)
    if timeline.zone is not None:
        return timeline.zone
    weights: dict[tuple[int, str], int] = {}
    zones: dict[str, Zone] = {}
    for source in timeline.sources:
        try:
            zone = Zone.named(source.timezone)
        except UsageError:
            # A label that is no zone ("several offsets") cannot be shown; the next source may have one.
            continue
        zones[zone.label] = zone
        rank = 2 if zone == UTC else 0 if zone.key else 1
        weights[rank, zone.label] = weights.get((rank, zone.label), 0) + source.events
    if not weights:
        return UTC
    (_, label), _ = min(weights.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return zones[label]


def source_rows(timeline: Timeline) -> tuple[SourceRow, ...]:
    """The source summaries of a timeline as report rows; what neither was parsed nor blank counts as unparsed."""
    rows = []
    for source in timeline.sources:
        kept = source.events + source.continuation + source.blank + source.duplicate
        unparsed = min(source.lines, max(source.unparsed, source.lines - kept))
        rows.append(
            SourceRow(
                path=source.name,
                format=source.format or "unknown",
                lines=source.lines,
                parsed=source.lines - unparsed,
                unparsed=unparsed,
                events=source.events,
                continuation=source.continuation,
                blank=source.blank,
                duplicate=source.duplicate,
                timezone=source.timezone,
                timezone_reason=source.timezone_reason,
                format_reason=source.format_reason,
                first=source.first,
                last=source.last,
                files=tuple(source.files),
                samples=tuple(Sample(Cite(file, line), text) for file, line, text in source.samples),
            )
        )
    return tuple(rows)


def file_rows(timeline: Timeline, recorded: Recorded | None = None) -> tuple[FileRow, ...]:
    """The evidence manifest, by name: every file whose bytes were read and hashed.

    `recorded` holds modification times that count instead of those that the files have now.
    """
    inferred = {assumption.source for assumption in timeline.assumptions if assumption.kind == "year"}
    mtimes = {file.name: file.mtime for file in timeline.log_files} | dict(recorded.mtimes if recorded else ())
    accounts = {account.file: account for account in timeline.ledger.accounts}
    rows = (
        FileRow(
            path=file.name,
            sha256=file.sha256 or "",
            size=file.size or 0,
            lines=file.lines,
            source=file.source or "",
            state=file.state,
            reason=file.reason or "",
            changed=_instant(mtimes.get(file.name)),
            decisive=file.source in inferred,
            text_bytes=accounts[file.name].text_bytes,
            fates=accounts[file.name].fates,
        )
        for file in timeline.files
        if file.sha256 and file.name in accounts
    )
    return tuple(sorted(rows, key=lambda row: row.path))


def _instant(seconds: float | None) -> datetime | None:
    """The instant, None for one that no calendar has."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC_TZ)
    except (OverflowError, ValueError, OSError):
        return None


def notes(timeline: Timeline) -> tuple[Note, ...]:
    """The assumptions of the clock."""
    return tuple(Note(a.source, a.kind, a.text, a.events) for a in timeline.assumptions)


def _ends(found: Investigation) -> tuple[Note, ...]:
    """What is assumed of logs that end long before the others."""
    return tuple(
        Note(
            gap.source,
            "end",
            f"ends {duration(gap.seconds)} before the other logs: taken for the end of what was copied",
            0,
        )
        for gap in found.gaps
        if gap.cause == "end-of-collection"
    )


def build_report(
    timeline: Timeline,
    found: Investigation,
    settings: Settings,
    *,
    version: str,
    command: Sequence[str],
    quotes: Mapping[tuple[str, int], str] | None = None,
    changes: Sequence[Change] = (),
    cells: int = CELLS,
) -> Report:
    """The report of one investigation; its strips have `cells` cells.

    `quotes` holds the text of cited lines by (file, line), as evidence.cited.read_cited gives it; without it
    the timeline of events stands without quotations.  `changes` are those of changes.changes_of.
    """
    rows = source_rows(timeline)
    outages = tuple(sorted(found.outages, key=lambda outage: _order(outage.start)))
    begin, end = _utc(timeline.begin), _utc(timeline.end)
    axis, strips = strips_of(timeline.events, rows, begin, end, outages, found.boots, cells)
    return Report(
        version=version,
        command=tuple(command),
        begin=begin,
        end=end,
        zone=zone_of(timeline, settings.tz),
        outages=outages,
        gaps=tuple(found.gaps),
        failures=tuple(found.failures),
        bursts=tuple(found.bursts),
        boots=tuple(found.boots),
        blind_spots=tuple(found.blind_spots),
        sources=rows,
        files=file_rows(timeline, settings.recorded),
        passed_over=tuple(sorted(timeline.passed_over, key=lambda p: p.name)),
        damage=tuple(sorted(timeline.damage, key=lambda d: (d.file, d.offset, d.kind))),
        assumptions=(*notes(timeline), *_ends(found)),
        axis=axis,
        strips=strips,
        events=key_events(outages, quotes or {}, found.failures, found.gaps, found.boots),
        changes=quoted(changes, quotes or {}),
        threshold=settings.threshold,
        quotes=quotes or {},
        hosts=_hosts(timeline),
        clock=clock_notes(found),
        errors=_errors(timeline),
        bundles=bundles(timeline.log_files),
        doubts=tuple(found.doubts),
        heard=_heard(timeline, found.outcomes),
        asked=_asked(found.outcomes),
    )


_SYSTEM = {"syslog", "syslog_dated", "journal", "journal_text", "journal_export", "json_journal", "dmesg"}
_LOGINS = {"logins", "last"}


def _heard(timeline: Timeline, outcomes: pl.DataFrame | None) -> frozenset[str]:
    """The kinds of logs that were read; one that is written while a machine does not run is no witness of it."""
    kinds = {"web"} if outcomes is not None and outcomes.height else set()
    for source in timeline.sources:
        if source.events and source.name not in timeline.offline:
            formats = {source.format, *source.also}
            kinds |= {"system"} if formats & _SYSTEM else {"logins"} if formats & _LOGINS else {"program"}
    return frozenset(kinds)


def _asked(outcomes: pl.DataFrame | None) -> Asked | None:
    """The requests, if any of them failed."""
    failed = None if outcomes is None else outcomes.filter("failed").sort("time", "file", "line")
    if outcomes is None or failed is None or not failed.height:
        return None
    time, file, line = failed.select("time", pl.col("file").cast(pl.String), "line").row(0)
    requests = lines_in(outcomes, ALIKE)
    # where one in a hundred fails, fewer than a hundred show no failure most of the time, and no usual share
    enough = requests >= PRIOR_REQUESTS / PRIOR_FAILURES
    return Asked(requests, lines_in(failed, ALIKE), time, Cite(file, line), enough)


def _hosts(timeline: Timeline) -> tuple[str, ...]:
    """The machines' names, the one with most lines first."""
    events = timeline.events
    if "host" not in events.columns:
        return ()
    names = events.get_column("host").drop_nulls().cast(pl.String).value_counts()
    return tuple(names.sort(["count", "host"], descending=[True, False]).get_column("host").to_list())


def _errors(timeline: Timeline) -> int:
    events = timeline.events
    return int(events.select(tells_of_error(events.columns).sum()).item()) if events.height else 0


def _order(bracket: Bracket) -> tuple[datetime, datetime, str, int]:
    time = bracket.latest.time
    first = bracket.earliest.time if bracket.earliest is not None else time
    cite = bracket.latest.cite
    return (time, first, cite.file if cite else "", cite.line if cite else 0)


def _utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return time.replace(tzinfo=UTC_TZ) if time.tzinfo is None else time.astimezone(UTC_TZ)
