"""Turns --since, --until, --around, --source, --level and --grep into the events of a Timeline that they keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import chain
from typing import TYPE_CHECKING

from logforensics.errors import UsageError
from logforensics.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from logforensics.outage.findings import Investigation
    from logforensics.timeline.model import SourceSummary, Timeline
    from logforensics.timeline.stored import Stored

WEB = ("status", "method", "path")
"""The columns a web line is shown by, as "502 GET /cart"."""

TEXTS = ("message", *WEB)
"""The columns --grep looks at: what a program said, and what a client asked for."""


def needed(settings: Settings) -> set[str]:
    """The columns the filters look at."""
    return {*(("severity",) if settings.level else ()), *(TEXTS if settings.grep is not None else ())}


def selected(timeline: Timeline, settings: Settings, context: int | None = None) -> Timeline:
    """The same timeline with only the events the settings keep; UsageError for what cannot be meant.

    With `context`, so many events around each that --level and --grep keep are kept as well; the columns `hit` and
    `apart` (both Boolean) tell which were meant, and which do not follow the one before.
    """
    import polars as pl

    within: list[pl.Expr] = []
    begin, end = span(timeline, settings)
    if begin is not None:
        within.append(pl.col("time") >= begin)
    if end is not None:
        within.append(pl.col("time") < end)
    if settings.source:
        names = [source.name for source in _sources(timeline, settings)]
        within.append(pl.col("source").cast(pl.String).is_in(names))
    meant: list[pl.Expr] = []
    columns = timeline.events.columns
    if settings.level and "severity" in columns:
        meant.append((pl.col("severity") <= settings.level).fill_null(value=False))
    if settings.grep is not None:
        meant.append(_matches(settings.grep, columns))
    if timeline.stored is not None:
        kept = _selected(timeline.stored.within(begin, end), within, meant, context)
        return replace(timeline, stored=kept)
    if context is None:
        keep = [*within, *meant]
        return timeline.with_events(timeline.events.filter(keep)) if keep else timeline
    events = timeline.events.filter(within) if within else timeline.events
    events = events.with_columns((pl.all_horizontal(meant) if meant else pl.lit(value=True)).alias("hit"))
    near = pl.col("hit").cast(pl.UInt8).rolling_max(2 * context + 1, min_samples=1, center=True) > 0
    numbered = events.with_row_index("at").filter(near)
    apart = (pl.col("at") - pl.col("at").shift(1) > 1).fill_null(value=False).alias("apart")
    return timeline.with_events(numbered.with_columns(apart).drop("at"))


def _selected(stored: Stored, within: list[pl.Expr], meant: list[pl.Expr], context: int | None) -> Stored:
    """What `selected` keeps, of events that are read batch by batch."""
    import polars as pl

    if context is None:
        keep = [*within, *meant]
        return stored.changed(lambda batch: batch.filter(keep)) if keep else stored
    hit = (pl.all_horizontal(meant) if meant else pl.lit(value=True)).alias("hit")
    marked = stored.changed(lambda batch: (batch.filter(within) if within else batch).with_columns(hit))
    return marked.passed(lambda batches: near_hits(batches, context), ("hit", "apart"))


def near_hits(batches: Iterable[pl.DataFrame], context: int) -> Iterator[pl.DataFrame]:
    """Of batches with `hit`, the rows at most `context` rows from one, with `apart` (see `selected`)."""
    import polars as pl

    near = pl.col("hit").cast(pl.UInt8).rolling_max(2 * context + 1, min_samples=1, center=True) > 0
    held: pl.DataFrame | None = None
    done, base, last = 0, 0, -1  # rows of `held` that were told, the number of its first, that of the last one told
    for batch in chain(batches, (None,)):
        if batch is not None:
            held = batch if held is None else pl.concat([held, batch])
        if held is None:
            return
        sure = held.height if batch is None else held.height - context
        if sure <= done:
            continue
        rows = held.with_row_index("at", base).with_columns(near=near).slice(done, sure - done).filter("near")
        before = pl.col("at").shift(1, fill_value=rows.item(0, "at") - 1 if last < 0 else last) if rows.height else None
        if before is not None:
            yield rows.with_columns((pl.col("at") - before > 1).alias("apart")).drop("at", "near")
            last = rows.item(-1, "at")
        kept = max(sure - context, 0)
        held, base, done = held.slice(kept), base + kept, sure - kept


def _sources(timeline: Timeline, settings: Settings) -> list[SourceSummary]:
    """The sources that --source names; UsageError if there is none."""
    named = [s for s in timeline.sources if any(fnmatchcase(s.name, glob) for glob in settings.source)]
    if not named:
        known = ", ".join(sorted(s.name for s in timeline.sources)) or "none"
        raise UsageError(f"--source {' '.join(settings.source)}: matches no source; there are: {known}")
    return named


def _matches(pattern: str, columns: list[str]) -> pl.Expr:
    import polars as pl

    from logforensics.report.search import matching

    shown = [pl.col(name) for name in ("message", "path") if name in columns]
    if set(WEB) <= set(columns):
        shown.append(pl.concat_str([pl.col(name).cast(pl.String) for name in WEB], separator=" ", ignore_nulls=True))
    return matching(shown, pattern, f"--grep {pattern}")


def nothing_left(timeline: Timeline, settings: Settings) -> str:
    """Why no event is left, in words: which filters, and what the logs span."""
    from logforensics.report.build import zone_of
    from logforensics.report.words import between, window_words

    if timeline.begin is None or timeline.end is None:
        return "there are no events in these logs"
    zone = zone_of(timeline, settings.tz)
    parts = [f"matches {settings.grep!r}"] if settings.grep is not None else []
    parts += [f"is of level {settings.level} or worse"] if settings.level else []
    parts += [f"is of {' or '.join(settings.source)}"] if settings.source else []
    begin, end = span(timeline, settings)
    parts += [f"lies {window_words(begin, end, zone)}"] if begin is not None or end is not None else []
    return f"no event {' and '.join(parts)} (these logs: {between(timeline.begin, timeline.end, zone)})"


def span(timeline: Timeline, settings: Settings) -> tuple[datetime | None, datetime | None]:
    """The instants (UTC) between which events are kept; None for an open side."""
    if settings.around is not None:
        middle = instant("--around", settings.around, timeline, settings)
        near = timedelta(seconds=settings.window)
        # The end is exclusive everywhere else; an event exactly one window away is still near.
        return middle - near, middle + near + timedelta(microseconds=1)
    since = None if settings.since is None else instant("--since", settings.since, timeline, settings)
    until = None if settings.until is None else instant("--until", settings.until, timeline, settings)
    if since is not None and until is not None and until <= since:
        raise UsageError(f"--until {settings.until}: is not after --since {settings.since}")
    return since, until


def instant(option: str, text: str, timeline: Timeline, settings: Settings) -> datetime:
    """A time word as a UTC instant, read in --tz if given, else in the evidence's own zone."""
    from logforensics.clock.words import resolve
    from logforensics.report.build import zone_of

    zone = zone_of(timeline, settings.tz)
    now = datetime.now(UTC)
    try:
        return resolve(text, zone, timeline.begin or now, timeline.end or now, now)
    except UsageError as error:
        message = str(error)
        raise UsageError(message if message.startswith("--") else f"{option} {message}") from None


def narrowed(found: Investigation, timeline: Timeline, settings: Settings) -> Investigation:
    """What was found, without what lies wholly outside --since, --until or --around, or in another --source.

    The evidence outside still counted: what usually happens at that hour is known only from other days.
    """
    begin, end = span(timeline, settings)
    if begin is None and end is None and not settings.source:
        return found
    named = {
        name
        for source in (_sources(timeline, settings) if settings.source else ())
        for name in (source.name, *source.files)
    }

    def within(first: datetime, last: datetime | None) -> bool:
        return (end is None or first < end) and (begin is None or last is None or last >= begin)

    def of(name: str) -> bool:
        return not named or name in named

    return replace(
        found,
        outages=tuple(
            outage
            for outage in found.outages
            if within(outage.start.latest.time, None if outage.end is None else outage.end.latest.time)
        ),
        gaps=tuple(gap for gap in found.gaps if within(gap.start, gap.end) and of(gap.source)),
        failures=tuple(item for item in found.failures if within(item.time, item.time) and of(item.source)),
        bursts=tuple(burst for burst in found.bursts if within(burst.start, burst.end)),
        boots=tuple(boot for boot in found.boots if within(boot.time, boot.time) and of(boot.cite.file)),
        doubts=tuple(doubt for doubt in found.doubts if within(doubt.time, doubt.time)),
    )
