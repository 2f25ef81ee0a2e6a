"""Turns alibis, monitors and impact into the chapters on what was hit, what was not, who saw it, and what it cost."""

from __future__ import annotations

from datetime import timedelta

from logforensics.outage.model import Alibi, BlindSpot, Outage
from logforensics.report.chapters.parts import advised, cited, shown_by
from logforensics.report.document import BLANK, Blocks, Heading, Item, Items, Line, Para, Strong, Table, Value, Words
from logforensics.report.model import Report
from logforensics.report.verdict import logged_until
from logforensics.report.words import duration, local, plural

MEANING = (
    'An endpoint is "proven working" if it gave good answers during the outage and failed none; it is proven from the '
    'first of them to the last, and not beyond. A log that "went on" shows that its writer and its disk lived, and no '
    "more. Silence acquits nobody."
)
MOST_ALIBIS = 40
VERDICTS: dict[str, Words] = {
    "failed": Strong("failed"),
    "mixed": "failed at times",
    "working": "proven working",
    "silent": "silent",
    "no-witness": "no witness",
}
WENT_ON = "went on"
ORDER = ("failed", "mixed", "working", "silent", "no-witness")


def alibis(outage: Outage, report: Report, level: int) -> Blocks:
    """Every endpoint and source: failed, proven working, silent, or without a witness."""
    blocks: Blocks = [Heading(level, "What was hit, and what was not")]
    if not outage.alibis:
        named = [("Hit", outage.affected), ("Proven to have worked", outage.unaffected)]
        for label, names in named:
            if names:
                blocks += [Para(f"{label}:"), Items.of(Value(name, 120) for name in names)]
        if not outage.affected and not outage.unaffected:
            blocks.append(Para("No request or line during the outage tells the parts apart."))
        return blocks
    blocks.append(Para(MEANING))
    if outage.logged_until is not None:
        last = local(outage.logged_until, report.zone)
        blocks.append(Para(f"Requests of that time are logged until {last}; what came later is not known."))
    ranked = sorted(
        outage.alibis, key=lambda a: (a.kind, _rank(a), -a.failures, -a.successes, a.name)
    )  # endpoints before sources, by the alphabet
    head = ("Part", "Kind", "Verdict", "Good", "Failed", "First", "Last")
    rows = [_alibi(alibi) for alibi in ranked[:MOST_ALIBIS]]
    blocks.append(Table("What each part shows for the time of the outage", head, rows, (3, 4)))
    if len(ranked) > MOST_ALIBIS:
        blocks.append(Para(f"{len(ranked) - MOST_ALIBIS:,} more are in the JSON report.", "note"))
    blocks.append(shown_by(report, "outages", "--json"))
    return blocks


def _rank(alibi: Alibi) -> int:
    return ORDER.index(alibi.verdict) if alibi.verdict in ORDER else len(ORDER)


def _alibi(alibi: Alibi) -> tuple[Words, ...]:
    counted = alibi.kind == "endpoint"
    return (
        Value(alibi.name, 80),
        alibi.kind,
        WENT_ON if alibi.verdict == "working" and not counted else VERDICTS.get(alibi.verdict, alibi.verdict),
        f"{alibi.successes:,}" if counted else plural(alibi.successes, "line"),
        f"{alibi.failures:,}" if counted else "-",
        cited(alibi.first),
        cited(alibi.last),
    )


def monitors(outage: Outage, report: Report, level: int) -> Blocks:
    """The monitors that were told nothing, and which call would have told them."""
    blocks: Blocks = [Heading(level, "Why no monitor rang")]
    if not outage.blind_spots:
        none = (
            "No call of a monitor got a good answer during the outage, as far as these logs show. Monitoring in place: "
        )
        return [*blocks, Para((none, BLANK))]
    items = [_spot(spot) for spot in outage.blind_spots[:MOST_ALIBIS]]
    blocks.append(Items(tuple(items)))
    for advice, period in {spot.advice: spot.period for spot in reversed(outage.blind_spots)}.items():
        words = advised(advice, report)
        if period:
            due = outage.start.latest.time + timedelta(seconds=period)
            words = (*words, f" Asked as often as now, it would have rung by {local(due, report.zone)}.")
        blocks.append(Para(words))
    return blocks


def _spot(spot: BlindSpot) -> Item:
    every = f" every {duration(spot.period)}" if spot.period else ""
    seen = Strong(f"{spot.passed:,} of {spot.seen:,}")
    who: Line = (Value(spot.agent or "-", 120), " from ", Value(spot.client), " asked for ", Value(spot.target, 120))
    return Item(
        (*who, every, ": ", seen, " calls during the outage were answered well (", spot.first, " to ", spot.last, ").")
    )


def impact(outage: Outage, report: Report, level: int) -> Blocks:
    """What it cost, as far as logs can tell."""
    blocks: Blocks = [Heading(level, "Impact")]
    cost = outage.impact
    if cost is None:
        return [*blocks, Para(("No request log tells what it cost: ", BLANK))]
    lost = plural(cost.failed_requests, "request")
    lost += f" from {plural(cost.clients, 'client address')}" if cost.clients else ""
    counted = "(5xx, or given up by the client; counted in access and error logs)"
    lost = lost if cost.failed_requests else "none"
    lines: list[Words] = [f"Failed: {lost}{logged_until(outage, report)} {counted}"]
    endpoints = [alibi for alibi in outage.alibis if alibi.kind == "endpoint"]
    good, failed = sum(a.successes for a in endpoints), sum(a.failures for a in endpoints)
    hit = [alibi for alibi in endpoints if alibi.verdict == "failed"]
    if good and failed:
        share = (
            f"{100 * failed / (good + failed):.0f} % of the {plural(good + failed, 'request')} that were decided then"
        )
        of_hit = sum(a.failures for a in hit), sum(a.failures + a.successes for a in hit)
        of = f", {of_hit[0]:,} of {of_hit[1]:,} on the endpoints hit" if hit else ""
        lines.append(f"That is {share}{of}")
    if cost.missing_requests is not None:
        between = ""
        if cost.missing_range is not None and any(cost.missing_range):
            low, high = cost.missing_range
            between = f" (between {low:,} and {high:,})"
        never = f"about {plural(cost.missing_requests, 'request')}" if cost.missing_requests else "none"
        lines.append(f"Never arrived: {never}{between}, by the same hours of other days")
    else:
        lines.append("Never arrived: not known; the logs hold too few other days to compare with")
    lines.append(("People and money behind these numbers: ", BLANK))
    blocks += [Items.of(lines), shown_by(report, "bursts")]
    return blocks
