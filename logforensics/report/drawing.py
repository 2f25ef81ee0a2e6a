"""Turns the picture's panels into shapes: where each lies in percent of the axis, and what it says to who points at it.

Shapes know no markup.  A track is drawn in percent so that its words keep their size at any width; the bars are paths
on a grid of BINS by HEIGHT, which a face may stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from logforensics.clock.zones import Zone
from logforensics.outage.model import Edge, Outage
from logforensics.report.lanes import BINS
from logforensics.report.model import Lane, Panel, Report
from logforensics.report.verdict import length
from logforensics.report.words import SILENCES, between, clock, duration, local, offset, plural, span_words

HEIGHT, BASE = 30, 20
"""A lane's height, and how much of it lies above its base line, where the bars meet: lines or good answers go up,
errors or bad answers down, so that the two are told apart without colour."""

LEVELS = 10
"""Heights a bar can have: beyond them the eye sees no difference in 20 pixels."""

HOVERS = 48
"""Stretches of a lane that say their numbers: a finger is wider than a bin."""

NARROWEST = 0.35
"""Percent: the least width at which a stretch is seen (two pixels of a lane of 700)."""

ROOM = 22.0
"""Percent of a lane that a few words need on a screen of 800 pixels."""

STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(1, 2, 5, 10, 15, 30),
        *(60, 120, 300, 600, 900, 1800),
        *(3600, 7200, 10800, 21600, 43200),
        *(86400, 172800, 604800, 1209600, 2419200, 7257600, 31536000),
    )
)
"""Distances between the marks of an axis that people count in."""

MOST_TICKS = 7


@dataclass(frozen=True)
class Tick:
    """A mark of the axis: at `x` percent; `date` stands under the first and wherever the day changes."""

    x: str
    label: str
    date: str


@dataclass(frozen=True)
class Stretch:
    """From `x` on, `width` wide (percent); `title` is shown to who points at it; `text` is there if it has room."""

    x: str
    width: str
    kind: str
    title: str = ""
    text: str = ""

    @property
    def middle(self) -> str:
        """Where its words are centred."""
        return _percent(float(self.x) + float(self.width) / 2)

    @property
    def end(self) -> str:
        """Its right end."""
        return _percent(float(self.x) + float(self.width))


@dataclass(frozen=True)
class Track:
    """One lane as drawn: who it is, its bars as paths, its silences, and what it says where."""

    lane: Lane
    up: str
    down: str
    cover: Stretch | None
    silences: tuple[Stretch, ...]
    hovers: tuple[Stretch, ...]
    words: str


@dataclass(frozen=True)
class Mark:
    """A moment: a boot, a step of the clock, an event of the report's timeline (`row`, counted from 1)."""

    x: str
    kind: str
    title: str
    row: int = 0


@dataclass(frozen=True)
class Drawing:
    """A panel as drawn: `shades` lie behind every track, `bars` are the outages themselves."""

    span: str
    outage: int | None
    edge: str
    ticks: tuple[Tick, ...]
    shades: tuple[Stretch, ...]
    bars: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    groups: tuple[tuple[str, tuple[Track, ...]], ...]
    bin: str
    near: Stretch | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of marks in it."""
        return tuple(sorted({mark.kind for mark in self.marks}))


GROUPS = (("source", "Logs"), ("endpoint", "Requests"), ("monitor", "Monitors"))


def drawn(report: Report) -> tuple[Drawing, ...]:
    """Every panel of a report as drawn."""
    return tuple(_drawing(panel, report) for panel in report.panels)


def _drawing(panel: Panel, report: Report) -> Drawing:
    zone = report.zone
    axis = _Axis(panel.begin, panel.end)
    shown = [outage for outage in report.outages if axis.shows(*_reach(outage, report))]
    tracks = [_track(lane, panel, report) for lane in panel.lanes]
    groups = ((title, tuple(track for track in tracks if track.lane.kind == kind)) for kind, title in GROUPS)
    zoomed = [other for other in report.panels if other.outage is not None and not other.edge]
    near = None
    if panel.outage is None and len(zoomed) == 1:
        near = axis.stretch(zoomed[0].begin, zoomed[0].end, "near", "the time drawn above")
    return Drawing(
        between(panel.begin, panel.end, zone),
        panel.outage,
        panel.edge,
        ticks(panel.begin, panel.end, zone),
        tuple(stretch for outage in shown for stretch in _shades(outage, axis, report)),
        tuple(_bar(outage, axis, report) for outage in shown),
        tuple(_marks(panel, axis, report)),
        tuple((title, found) for title, found in groups if found),
        duration((panel.end - panel.begin).total_seconds() / BINS),
        near,
    )


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class _Axis:
    begin: datetime
    end: datetime

    def at(self, time: datetime) -> float:
        """Where an instant lies, in percent, cut at both ends."""
        return min(100.0, max(0.0, 100 * ((time - self.begin) / (self.end - self.begin))))

    def shows(self, begin: datetime, end: datetime) -> bool:
        return end >= self.begin and begin <= self.end

    def stretch(self, begin: datetime, end: datetime, kind: str, title: str = "", text: str = "") -> Stretch:
        """From one instant to another, at least as wide as is seen; it then grows to both sides."""
        left, right = self.at(begin), self.at(end)
        if right - left < NARROWEST:
            left = min(100 - NARROWEST, max(0.0, (left + right - NARROWEST) / 2))
            right = left + NARROWEST
        return Stretch(_percent(left), _percent(right - left), kind, title, text if right - left >= ROOM else "")


def _reach(outage: Outage, report: Report) -> tuple[datetime, datetime]:
    """From the first instant at which it may have begun to the last at which it may have lasted."""
    assert report.end is not None
    first = outage.start.earliest or outage.start.latest
    return first.time, report.end if outage.end is None else outage.end.latest.time


def _certain(outage: Outage, report: Report) -> tuple[datetime, datetime]:
    """From the first to the last proof that it failed; one instant where the two are the other way round."""
    assert report.end is not None
    begin = outage.start.latest.time
    if outage.end is None:
        return begin, max(begin, report.end)
    last = outage.end.earliest or outage.end.latest
    return begin, max(begin, last.time)


def _proof(edge: Edge) -> str:
    return "" if edge.cite is None else f" ({edge.cite})"


def _shades(outage: Outage, axis: _Axis, report: Report) -> Iterator[Stretch]:
    """The certain stretch, and the two in which it may have begun and ended."""
    zone = report.zone
    first, last = _reach(outage, report)
    begin, end = _certain(outage, report)
    start = outage.start
    if start.earliest is not None and first < begin:
        title = f"it began between {local(first, zone)}{_proof(start.earliest)} and {local(begin, zone)}"
        yield axis.stretch(first, begin, "maybe", f"{title}{_proof(start.latest)}")
    yield axis.stretch(begin, end, "sure", f"outage: {span_words(*length(outage, report.end))}")
    if outage.end is not None and outage.end.earliest is not None and end < last:
        title = f"it ended between {local(end, zone)}{_proof(outage.end.earliest)} and {local(last, zone)}"
        yield axis.stretch(end, last, "maybe", f"{title}{_proof(outage.end.latest)}")


def _bar(outage: Outage, axis: _Axis, report: Report) -> Stretch:
    """The outage itself, with its length as words in it or beside it."""
    first, last = _reach(outage, report)
    words = span_words(*length(outage, report.end))
    open_end = "" if outage.end is not None else ", not over when the logs end"
    title = f"from {local(first, report.zone)} to {local(last, report.zone)}: {words}{open_end}"
    bar = axis.stretch(first, last, "open" if outage.end is None else "bar", title)
    return Stretch(bar.x, bar.width, bar.kind, title, f"{words}{open_end}")


def _marks(panel: Panel, axis: _Axis, report: Report) -> Iterator[Mark]:
    zone = report.zone
    for boot in report.boots:
        if axis.shows(boot.time, boot.time):
            how = "" if boot.shutdown == "unknown" else f"; the session before had ended {boot.shutdown}ly"
            yield Mark(_percent(axis.at(boot.time)), "boot", f"boot at {local(boot.time, zone)}{how} ({boot.cite})")
    for note in report.clock:
        if axis.shows(note.start, note.end):
            yield Mark(_percent(axis.at(note.end)), "clock", f"{note.what}, by {local(note.end, zone)}")
    for row, event in enumerate(report.events, 1):
        if axis.shows(event.time, event.time) and panel.outage in (None, event.outage):
            title = f"{local(event.time, zone)}: {event.what}" + ("" if event.cite is None else f" ({event.cite})")
            yield Mark(_percent(axis.at(event.time)), "event", title, row)


def ticks(begin: datetime, end: datetime, zone: Zone) -> tuple[Tick, ...]:
    """Marks at round wall times of `zone`; in the hour of a change of its offset they keep to the wall."""
    step = next((step for step in STEPS if (end - begin) / step <= MOST_TICKS), STEPS[-1])
    first = zone.local(begin)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    wall = midnight + (-(-(first - midnight) // step)) * step
    axis = _Axis(begin, end)
    found: list[Tick] = []
    day = ""
    while len(found) <= 2 * MOST_TICKS:
        shift = timedelta(seconds=zone.offset_at(begin))
        instant = (wall - shift).replace(tzinfo=begin.tzinfo)
        # The offset may have changed since the axis begins.
        instant += shift - timedelta(seconds=zone.offset_at(instant))
        if instant > end:
            break
        text = clock(instant, zone)
        date = text[:10] if text[:10] != day else ""
        day = text[:10]
        whole_days = step >= timedelta(days=1)
        label = text[5:10] if whole_days else text[11:19] if step < timedelta(minutes=1) else text[11:16]
        found.append(
            Tick(
                _percent(axis.at(instant)), label, text[:4] if whole_days and not found else "" if whole_days else date
            )
        )
        wall += step
    return tuple(found)


def _track(lane: Lane, panel: Panel, report: Report) -> Track:
    axis = _Axis(panel.begin, panel.end)
    most = max((*lane.up, 1))
    worst = max((*lane.down, 1))
    cover = None
    if lane.first is not None and lane.last is not None and axis.shows(lane.first, lane.last):
        cover = axis.stretch(lane.first, lane.last, "cover")
    silences = tuple(
        axis.stretch(
            gap.start,
            gap.end,
            "silence",
            f"silent for {duration(gap.seconds)}: {SILENCES.get(gap.cause, gap.cause)}; last line before "
            f"{gap.before}, {local(gap.start, report.zone)}",
            f"silent {duration(gap.seconds)}",
        )
        for gap in lane.gaps
    )
    return Track(
        lane,
        _bars(lane.up, most, BASE, -1),
        _bars(lane.down, worst, HEIGHT - BASE, 1),
        cover,
        silences,
        tuple(_hovers(lane, panel, report.zone, silences)),
        _in_words(lane, report),
    )


def _bars(counts: Sequence[int], most: int, room: int, way: int) -> str:
    """One path of bars on the base line, `way` up (-1) or down (1); a bar's height goes with the root of its count."""
    path: list[str] = []
    at = 0
    while at < len(counts):
        level = _level(counts[at], most)
        upto = at + 1
        while upto < len(counts) and _level(counts[upto], most) == level:
            upto += 1
        if level:
            high = max(2, round(room * level / LEVELS))
            path.append(f"M{at} {BASE}v{way * high}h{upto - at}v{-way * high}z")
        at = upto
    return "".join(path)


def _level(count: int, most: int) -> int:
    return -(-LEVELS * count**0.5 // most**0.5).__int__() if count else 0


NOUNS = {"source": ("line", "error"), "endpoint": ("good answer", "failed request"), "monitor": ("good answer", "bad")}


def _hovers(lane: Lane, panel: Panel, zone: Zone, silences: Sequence[Stretch]) -> Iterator[Stretch]:
    """Stretches of equal length that tell how many lines or answers lie in them; empty ones only outside silences."""
    size = BINS // HOVERS
    step = (panel.end - panel.begin) / HOVERS
    good, bad = NOUNS[lane.kind]
    for index in range(HOVERS):
        up = sum(lane.up[index * size : (index + 1) * size])
        down = sum(lane.down[index * size : (index + 1) * size])
        if not up and not down:
            continue
        since = panel.begin + step * index
        when = f"{clock(since, zone)[5:19]} to {clock(since + step, zone)[11:19]}"
        told = [plural(up, good)] if up else []
        told += [plural(down, bad) if lane.kind != "monitor" else f"{down:,} bad"] if down else []
        yield Stretch(_percent(100 * index / HOVERS), _percent(100 / HOVERS), "hover", f"{when}: {', '.join(told)}")
    yield from (Stretch(s.x, s.width, "hover", s.title) for s in silences)


def _in_words(lane: Lane, report: Report) -> str:
    """The lane for who does not see it."""
    good, bad = NOUNS[lane.kind]
    up, down = sum(lane.up), sum(lane.down)
    told = [plural(up, good), f"{down:,} bad" if lane.kind == "monitor" else plural(down, bad)]
    told += [
        f"silent for {duration(gap.seconds)} from {clock(gap.start, report.zone)[:19]} {offset(gap.start, report.zone)}"
        for gap in lane.gaps[:3]
    ]
    return ", ".join(told)
