"""Turns a report into its first chapter: what happened, in sentences and as a table of facts; or that nothing did."""

from __future__ import annotations

from logforensics.outage.model import Outage
from logforensics.report import nothing
from logforensics.report.document import (
    BLANK,
    Blocks,
    Facts,
    Heading,
    Items,
    Line,
    Para,
    Span,
    Strong,
    Value,
    Words,
    joined,
    values,
)
from logforensics.report.model import Report
from logforensics.report.verdict import (
    answered_until,
    bracket_words,
    cause_words,
    extent,
    headline,
    length,
    logged_until,
    seen_in_time,
    sentences,
    told_at,
)
from logforensics.report.words import UTC, both, clock, duration, offset, plural, span_words

ABSENCE = (
    "Absence of proof covers only what these sources can show, and only the time that they cover (the table of "
    "sources below). A log that was not collected cannot testify."
)

MOST_NAMES = 8
TOTAL = "everything: nothing is proven to have worked"


def title(report: Report) -> str:
    """The report's own title, without log text."""
    if not report.outages:
        return nothing.title(report)
    first = report.outages[0]
    day = clock(first.start.latest.time, report.zone)[:10]
    if len(report.outages) == 1:
        return f"{headline(first, report)} ({day})"
    return f"{plural(len(report.outages), 'outage')}, the first on {day}"


def summary(report: Report) -> Blocks:
    """The verdict in words, then its facts."""
    if not report.outages:
        return _nothing(report)
    blocks: Blocks = [Heading(2, "Summary")]
    for index, outage in enumerate(report.outages):
        spans: list[Span] = [Strong(f"Outage {index + 1}."), " "] if len(report.outages) > 1 else []
        spans += ["On ", Value(outage.host, 80), ": "] if outage.host else []
        for number, sentence in enumerate(sentences(outage, report)):
            spans += [" ", *sentence] if number else sentence
        blocks.append(Para(tuple(spans), "lead"))
    own = facts(report.outages[0], report) if len(report.outages) == 1 else ()
    return [*blocks, *_lacking(report), Facts((*own, *_of_report(report)))]


def _lacking(report: Report) -> Blocks:
    """What of the evidence no sentence can rest on; nothing where all of it was read."""
    lost = [damage for damage in report.damage if not damage.delivered]
    doubtful = sorted({damage.file for damage in report.damage if damage.delivered} - {damage.file for damage in lost})
    unread = [passed.name for passed in report.passed_over if passed.state == "unread"]
    parts: list[Line] = []
    if lost:
        files = sorted({damage.file for damage in lost})
        size = plural(sum(damage.length for damage in lost), "byte")
        parts.append((f"{size} of ", *values(files, MOST_NAMES), " are lost to damage"))
    if doubtful:
        parts.append((*values(doubtful, MOST_NAMES), " read, but damaged in places"))
    if unread:
        parts.append((*values(unread, MOST_NAMES), " not read"))
    if not parts:
        return []
    spans: list[Span] = ["Not all of the evidence is whole: "]
    for number, part in enumerate(parts):
        spans += [*(("; ",) if number else ()), *part]
    return [Para((*spans, ". The lists are under Evidence."), "note")]


def _of_report(report: Report) -> tuple[tuple[str, Words], ...]:
    return (
        ("Host", joined((Value(host, 80) for host in report.hosts), 4) or BLANK),
        ("Users told", BLANK),
        ("Incident", ("number: ", BLANK, "; author: ", BLANK)),
        ("Status", ("Draft, made from logs alone; reviewed by: ", BLANK)),
    )


def facts(outage: Outage, report: Report) -> tuple[tuple[str, Words], ...]:
    """What is known of one outage, a row each."""
    good = f"proven by good answers{answered_until(outage, report)}"
    rows: list[tuple[str, Words]] = [
        ("Began", _first_upper(bracket_words(outage.start, report.zone, whole=True))),
        ("Ended", "Not over when the logs end" if outage.end is None else _ended(outage, report)),
    ]
    if _shown_zone_differs(outage, report):
        rows += [
            ("Began (UTC)", _first_upper(bracket_words(outage.start, UTC, whole=True))),
            ("Ended (UTC)", "-" if outage.end is None else _first_upper(bracket_words(outage.end, UTC, whole=True))),
        ]
    rows += [
        ("Lasted", span_words(*length(outage, report.end))),
        ("Extent", extent(outage)),
        ("Cause", cause_words(outage) + told_at(outage, report.zone)),
        ("Hit", values(outage.affected, MOST_NAMES) or (TOTAL if outage.scope == "total" else "no endpoint by name")),
        ("Not hit", (*values(outage.unaffected, MOST_NAMES), f": {good}") if outage.unaffected else "-"),
        ("Monitors", _monitors(outage) + logged_until(outage, report)),
        ("Detected", _detected(outage, report)),
    ]
    return tuple(rows)


def _shown_zone_differs(outage: Outage, report: Report) -> bool:
    return offset(outage.start.latest.time, report.zone) != "UTC"


def _ended(outage: Outage, report: Report) -> str:
    assert outage.end is not None
    return _first_upper(bracket_words(outage.end, report.zone, whole=True))


def _monitors(outage: Outage) -> str:
    probes = sum(spot.seen for spot in outage.blind_spots)
    passed = sum(spot.passed for spot in outage.blind_spots)
    if not probes:
        return "No monitor got a good answer meanwhile, as far as these logs show"
    return f"{passed:,} of {plural(probes, 'call')} of monitors meanwhile got a good answer"


def _detected(outage: Outage, report: Report) -> Line:
    found = outage.detection
    if found is None:
        return ("No trace of a person in these logs; noticed: ", BLANK)
    cite: Line = () if found.cite is None else (" ", found.cite)
    when = both(found.time, report.zone)
    if not seen_in_time(outage):
        return (f"The first trace of a person is of {when}, after it was over", *cite, "; noticed: ", BLANK)
    late = duration((found.time - outage.start.latest.time).total_seconds())
    left = ""
    if outage.end is not None:
        left = f" and {duration((outage.end.latest.time - found.time).total_seconds())} before it was over"
    told = f"{when}, {late} after the start{left}: the first trace of a person"
    return (told, *cite, "; noticed by other means: ", BLANK)


def _first_upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _first_failed(report: Report) -> Line:
    asked = report.asked
    return () if asked is None or report.bursts else (" The first failed request: ", asked.cite, ".")


def _nothing(report: Report) -> Blocks:
    sentences = nothing.nothing_found(report)
    sure = len(sentences) == len(("covered", "looked for", "seen"))
    lead = (sentences[0], sentences[2]) if sure else sentences
    blocks: Blocks = [Heading(2, "Summary"), Para((" ".join(lead), *_first_failed(report)), "lead"), *_lacking(report)]
    if sure:
        blocks += [Heading(2, "What was looked for"), Items.of(nothing.looked_for(report))]
    if sure and nothing.not_checked(report):
        words = f"Not checked, for these logs could not show it ({nothing.missed(report)}):"
        blocks += [Para(words), Items.of(nothing.not_checked(report))]
    return [*blocks, Para(ABSENCE)]
