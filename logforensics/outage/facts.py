"""Turns a timeline into the facts a verdict is reasoned from: every analyser's findings side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import polars as pl

from logforensics.analysis.bootclock import WrongBootClock, find_wrong_boot_clocks, retimed
from logforensics.analysis.boots import find_boots
from logforensics.analysis.clocksteps import ClockStep, find_clock_steps
from logforensics.analysis.failures import find_failures
from logforensics.analysis.findings import Boot, Cite, Failure
from logforensics.analysis.limits import spare_limited
from logforensics.analysis.outcomes import bounded, web_outcomes
from logforensics.analysis.runs import Run, failing_runs
from logforensics.analysis.streams import Stream, beats, pollers, union, whole_sources
from logforensics.analysis.timeouts import told_wait, waits
from logforensics.outage.harmless import harmless
from logforensics.parsing.library import load_definitions
from logforensics.timeline.journals import instant
from logforensics.timeline.model import Timeline
from logforensics.timeline.rotated import Hole, find_holes

ACCESS, ERROR = "_access", "_error"
"""Parsers of web logs are named so, the error log of a server after its access log (nginx_access, nginx_error)."""

WEB_SERVERS = ("nginx", "apache", "httpd", "caddy", "lighttpd", "haproxy", "web server", "http server", "reverse proxy")
"""Words by which the units of web servers name themselves (unit names and Description= of Debian, Ubuntu, Fedora)."""


ROUTINE = 3
"""A line about a service that is said more often than this is said as a matter of routine."""

FLOODS = ["store-fail", "worker-crash"]
"""Marks that each request may leave one of while something is broken: the first of a minute tells as much."""

WHOLE_SECOND = timedelta(seconds=1)


def not_before(time: datetime, since: datetime) -> datetime | None:
    """The instant of a line that does not lie before `since`, or None if it does.

    A stamp of whole seconds says "within this second": a line stamped 18 may well follow one stamped 18.183, and is
    then taken to be of that instant.
    """
    if time > since:
        return time
    return since if not time.microsecond and since - time < WHOLE_SECOND else None


@dataclass(frozen=True)
class MarkLine:
    """One marked line (see `analysis.marks`)."""

    time: datetime
    cite: Cite
    kind: str
    program: str
    source: str
    message: str


@dataclass(frozen=True)
class Facts:
    """What is known before anything is concluded.  All instants are UTC."""

    timeline: Timeline
    outcomes: pl.DataFrame
    runs: tuple[Run, ...]
    boots: tuple[Boot, ...]
    failures: tuple[Failure, ...]
    marks: tuple[MarkLine, ...]
    steps: tuple[ClockStep, ...]
    wrong_clocks: tuple[WrongBootClock, ...] = ()
    polls: tuple[Stream, ...] = ()  # clients that ask for one endpoint at a regular period

    @property
    def begin(self) -> datetime:
        """The first instant read."""
        assert self.timeline.begin is not None
        return self.timeline.begin

    @property
    def end(self) -> datetime:
        """The last instant read."""
        assert self.timeline.end is not None
        return self.timeline.end

    @cached_property
    def formats(self) -> dict[str, str]:
        """The parser of each source."""
        return {source.name: source.format for source in self.timeline.sources}

    @cached_property
    def web_sources(self) -> tuple[str, ...]:
        """Sources a web server writes, and those in which every line is a served request.

        While the server lives and is reached, their lines go on.
        """
        served = {source.name for source in self.timeline.sources if source.proves == "served"}
        servers = {definition.name.removesuffix(ACCESS) for definition in load_definitions()
                   if definition.name.endswith(ACCESS)}  # fmt: skip
        logs = {server + ending for server in servers for ending in (ACCESS, ERROR)}
        mine = {source.name for source in self.timeline.sources if not logs.isdisjoint((source.format, *source.also))}
        return tuple(sorted(served | mine))

    @cached_property
    def sources(self) -> tuple[Stream, ...]:
        """Every source as one stream."""
        return tuple(whole_sources(self.timeline.events))

    @cached_property
    def everything(self) -> Stream | None:
        """All lines of all sources as one stream."""
        return union("host", "every source", [self.timeline.events])

    @cached_property
    def beating(self) -> Stream | None:
        """All lines of the sources that a running machine writes by itself; None if there are none.

        What is done to packages is written when somebody does it, and its absence says nothing.
        """
        offline = pl.col("source").cast(pl.String).is_in(list(self.timeline.offline))
        return union("host", "every source", [self.timeline.events.filter(~offline)])

    @cached_property
    def web(self) -> Stream | None:
        """All lines of the web-facing sources as one stream, but those that tell of its own end.

        A server that cannot start writes so ("[emerg]", "[alert]"): that is no sign of its life.
        """
        return self.web_of(self.web_sources)

    def web_of(self, names: Collection[str]) -> Stream | None:
        """The same of some of these sources only."""
        mine = self.timeline.events.filter(
            pl.col("source").cast(pl.String).is_in(sorted(names))
            & (pl.col("severity").is_null() | (pl.col("severity") > "alert"))
        )
        return union("web", "web traffic", [mine]) if mine.height else None

    def all_of(self, names: Collection[str]) -> Stream | None:
        """All lines of some sources as one stream."""
        mine = self.timeline.events.filter(pl.col("source").cast(pl.String).is_in(sorted(names)))
        return union("host", "every source", [mine]) if mine.height else None

    @cached_property
    def served(self) -> tuple[Stream, ...]:
        """Streams in which every line is a request that was served."""
        names = {source.name for source in self.timeline.sources if source.proves == "served"}
        return tuple(stream for stream in self.sources if stream.name in names)

    @cached_property
    def timers(self) -> tuple[Stream, ...]:
        """The streams that something beats out regularly: cron, timers, monitors, pollers."""
        return (*_regular(beats(self.timeline.events)), *self.polls)

    @cached_property
    def requests(self) -> Stream | None:
        """All requests as one stream."""
        return union("web", "requests", [self.outcomes])

    @cached_property
    def holes(self) -> tuple[tuple[datetime, datetime], ...]:
        """Spans in which journal entries were written that are not here: nothing follows from the silence in them."""
        return tuple((instant(hole.after.time), instant(hole.before.time)) for hole in self.timeline.missing)

    @cached_property
    def lost_members(self) -> tuple[Hole, ...]:
        """Spans of single sources whose lines stood in a rotated file that is not here."""
        timeline = self.timeline
        return find_holes(timeline.sources, timeline.files, timeline.damage, timeline.events)

    def lost_in(self, begin: datetime, end: datetime) -> bool:
        """Whether entries are missing in the better part of [begin, end]."""
        return any(min(until, end) - max(since, begin) > (end - begin) / 2 for since, until in self.holes)

    def marks_of(self, kind: str, begin: datetime, end: datetime) -> list[MarkLine]:
        """Marked lines of one kind in [begin, end]."""
        return [mark for mark in self.marks if mark.kind == kind and begin <= mark.time <= end]

    @cached_property
    def _times_said(self) -> Counter[tuple[str, str]]:
        return Counter((mark.kind, mark.message) for mark in self.marks)

    def unusual(self, kind: str, begin: datetime, end: datetime) -> list[MarkLine]:
        """Marked lines of one kind in [begin, end] that are not mere routine (a timer's job, a re-sync)."""
        said = self._times_said
        return [mark for mark in self.marks_of(kind, begin, end) if said[kind, mark.message] <= ROUTINE]

    def failures_in(self, begin: datetime, end: datetime, *kinds: str) -> list[Failure]:
        """Failure lines of some classes in [begin, end] that the site may have suffered from."""
        return [
            fail
            for fail in self.failures
            if begin <= fail.time <= end and (not kinds or fail.kind in kinds) and fail.cite not in self._harmless
        ]

    @cached_property
    def _harmless(self) -> frozenset[Cite]:
        return harmless(self.failures, self.outcomes)


def gather(timeline: Timeline) -> Facts:
    """Run every analyser over a timeline read with `analysis.columns.FIELDS` and boiled down by its `digest`.

    Lines stamped by a wrong boot clock are reasoned about at the instants they must have had; the timeline that was
    read keeps its stamps.
    """
    events = timeline.events
    clocks = find_wrong_boot_clocks(events)
    if clocks:
        events = retimed(events, clocks)
        timeline = timeline.with_events(events)
    failures = find_failures(events)
    asked = spare_limited(web_outcomes(events), events)
    outcomes = _once(asked, _upstream_outcomes(events, failures))
    polls = _regular(pollers(outcomes))
    wait = told_wait(outcomes, _periods(polls))
    outcomes = bounded(outcomes if wait is None else waits(outcomes, wait))
    return Facts(
        timeline,
        outcomes,
        tuple(failing_runs(outcomes, {stream.call for stream in polls if stream.call})),
        find_boots(events, timeline.offline),
        failures,
        _marks(events),
        find_clock_steps(events),
        clocks,
        polls,
    )


def _periods(polls: Iterable[Stream]) -> dict[tuple[str, str], float]:
    """How many seconds lie between the calls of each timer."""
    return {poll.call: rhythm.median for poll in polls if poll.call and (rhythm := poll.rhythm()) is not None}


def _regular(streams: Iterable[Stream]) -> tuple[Stream, ...]:
    """Those of some streams that a timer drives."""
    return tuple(stream for stream in streams if (rhythm := stream.rhythm()) is not None and rhythm.regular)


def _marks(events: pl.DataFrame) -> tuple[MarkLine, ...]:
    if "mark" not in events.columns:
        return ()
    # of requests turned away there may be millions, and their lines were heard already (analysis/limits.py)
    marked = events.filter(pl.col("mark").is_not_null() & (pl.col("mark") != "limited"))
    minute = (pl.col("time").dt.truncate("1m"), "mark", "source")
    first = pl.int_range(pl.len()).over(*minute) == 0
    rows = marked.filter(~pl.col("mark").cast(pl.String).is_in(FLOODS) | first).select(
        "time", "file", "line", "mark", "program", "source", "message"
    )
    return tuple(
        MarkLine(
            row["time"], Cite(str(row["file"]), row["line"]), row["mark"], str(row["program"] or ""),
            str(row["source"]), str(row["message"] or ""),
        )
        for row in rows.iter_rows(named=True)
    )  # fmt: skip


UPSTREAM_STATUS = {"upstream-timeout": 504, "upstream-refused": 502}
"""What nginx answers when it logs that an upstream timed out or refused (ngx_http_upstream_next)."""


def _upstream_outcomes(events: pl.DataFrame, failures: tuple[Failure, ...]) -> pl.DataFrame:
    """Failed requests that an error log tells of, as outcome rows: some servers keep no access log of them."""
    cited = {fail.cite: UPSTREAM_STATUS[fail.kind] for fail in failures if fail.kind in UPSTREAM_STATUS}
    if not cited or "endpoint" not in events.columns:
        return web_outcomes(events.clear())
    rows = events.filter(pl.col("endpoint").is_not_null() & pl.col("signature").is_not_null())
    statuses = [cited.get(Cite(str(file), line)) for file, line in rows.select("file", "line").iter_rows()]
    rows = rows.with_columns(pl.Series("status", statuses, pl.UInt16)).filter(pl.col("status").is_not_null())
    return web_outcomes(rows.with_columns(pl.lit(None, pl.Float64).alias("request_time")))


def _once(asked: pl.DataFrame, complaints: pl.DataFrame) -> pl.DataFrame:
    """The outcomes of an access log, and of an error log those that it does not tell of, in time order.

    Both lines are written when the request ends, so their whole seconds differ by one at most.  A complaint goes if a
    request of its group failed then, or if its own client's request is there with whatever answer: where another
    upstream took over, all ended well.  `caller` is who asked, as far as any log says; `client` only where an access
    log does: an error log is the server's own word on what is behind it, and no less so if one client asks again.
    """
    parts = [asked.with_columns(caller="client")]
    if complaints.height:
        copies = complaints.with_row_index("at").sort("time")
        twins = asked.filter("failed").select("group", "time", twin=pl.lit(value=True))
        same = asked.filter(pl.col("client").is_not_null()).select("group", "client", "time", same=pl.lit(value=True))
        for known, by in ((twins, ["group"]), (same, ["group", "client"])):
            copies = copies.join_asof(
                known.sort("time"), on="time", by=by, strategy="nearest", tolerance="1s", check_sortedness=False
            )
        fresh = copies.filter(pl.col("twin").is_null() & pl.col("same").is_null()).sort("at")
        nobody = pl.lit(None, fresh.schema["client"]).alias("client")
        parts.append(fresh.select(asked.columns).with_columns(nobody, caller="client"))
    return pl.concat(parts, how="vertical_relaxed").sort("time", maintain_order=True)
