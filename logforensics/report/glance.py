"""Turns a report into what is taken in at a glance: a few numbers in large type, each in our own words alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from logforensics.outage.model import Outage
from logforensics.report.model import Report
from logforensics.report.nothing import beside, blind
from logforensics.report.verdict import answered_until, failed_words, length
from logforensics.report.words import CAUSES, about, clock, offset, plural, sureness

MINUTES, SECONDS = len("2020-06-23 09:06"), len("2020-06-23 09:06:55")

COARSE = timedelta(minutes=10)
"""From this length on a minute is a tenth of it or less."""


@dataclass(frozen=True)
class Tile:
    """A label, the words in large type, and those in small type under them; no log text in them."""

    label: str
    large: str
    small: str
    tone: str = ""  # "bad", "warn", "good" or ""


def tiles(report: Report) -> tuple[Tile, ...]:
    """The tiles of a report: of its outage, of all its outages, or of nothing found."""
    if not report.outages:
        return _nothing(report)
    if len(report.outages) > 1:
        return _several(report)
    return _one(report.outages[0], report)


def when(outage: Outage, report: Report) -> str:
    """As "2020-06-23 09:06 to 2020-06-24 07:13 (+10:00)": since when it provably failed, from when on it did not.

    To the second where minutes would not tell the two apart.
    """
    zone = report.zone
    began = outage.start.latest.time
    if outage.end is None:
        return f"{clock(began, zone)[:MINUTES]} ({offset(began, zone)}), not over when the logs end"
    over = outage.end.latest.time
    to = MINUTES if (over - began) >= COARSE else SECONDS
    last = clock(over, zone)[:to]
    same = last[:10] == clock(began, zone)[:10]
    return f"{clock(began, zone)[:to]} to {last[11:] if same else last} ({offset(over, zone)})"


def _one(outage: Outage, report: Report) -> tuple[Tile, ...]:
    cause = outage.cause
    sure = "" if cause.kind == "unknown" else f"{sureness(cause.confidence)}, confidence {cause.confidence:.2f}"
    found = [
        Tile("Lasted", about(*length(outage, report.end)), when(outage, report), "bad"),
        Tile("Cause", CAUSES.get(cause.kind, cause.kind), sure),
        _hit(outage, report),
        _not_hit(outage, report),
    ]
    seen = sum(spot.seen for spot in outage.blind_spots)
    passed = sum(spot.passed for spot in outage.blind_spots)
    if seen:
        small = f"{passed:,} of {plural(seen, 'call')} got a good answer meanwhile"
        found.append(Tile("Monitors", "saw nothing" if passed == seen else "saw little", small, "warn"))
    return tuple(found)


def _hit(outage: Outage, report: Report) -> Tile:
    impact = outage.impact
    small = []
    if impact is not None and impact.failed_requests:
        small.append(failed_words(outage, report))
    if impact is not None and impact.missing_requests:
        small.append(f"about {plural(impact.missing_requests, 'request')} never came")
    large = plural(len(outage.affected), "endpoint") if outage.affected else "everything"
    if not outage.affected and outage.scope != "total":
        large = "no endpoint by name"
    return Tile("Hit", large, "; ".join(small), "bad")


def _not_hit(outage: Outage, report: Report) -> Tile:
    if not outage.unaffected:
        return Tile("Not hit", "nothing", "is proven to have worked meanwhile")
    good = sum(alibi.successes for alibi in outage.alibis if alibi.kind == "endpoint" and alibi.verdict == "working")
    small = f"proven by {plural(good, 'good answer')}" if good else "proven by good answers"
    small += answered_until(outage, report)
    return Tile("Not hit", plural(len(outage.unaffected), "endpoint"), small, "good")


def _several(report: Report) -> tuple[Tile, ...]:
    longest = max(report.outages, key=lambda outage: length(outage, report.end)[0])
    low, high = length(longest, report.end)
    kinds = sorted({CAUSES.get(outage.cause.kind, outage.cause.kind) for outage in report.outages})
    first = f"the first: {when(report.outages[0], report)}"
    causes = Tile("Causes", f"{len(kinds)} kinds", "; ".join(kinds)) if len(kinds) > 1 else Tile("Cause", kinds[0], "")
    return (
        Tile("Found", plural(len(report.outages), "outage"), first, "bad"),
        Tile("The longest", about(low, high), when(longest, report), "bad"),
        causes,
    )


def _nothing(report: Report) -> tuple[Tile, ...]:
    lines = sum(source.lines for source in report.sources)
    span = "no events"
    if report.begin is not None and report.end is not None:
        span = f"{clock(report.begin, report.zone)[:16]} to {clock(report.end, report.zone)[:16]}"
    unsure = beside(report) or blind(report)
    return (
        Tile("Found", "nothing to judge by" if unsure else "no outage", span, "" if unsure else "good"),
        Tile("Read", plural(lines, "line"), f"of {plural(len(report.sources), 'source')}"),
        Tile("Error lines", f"{report.errors:,}", "" if report.bursts else "in no burst above what is usual"),
        Tile("Silences", f"{len(report.gaps):,}", "none that proves an outage"),
    )
