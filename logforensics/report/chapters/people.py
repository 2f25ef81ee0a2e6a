"""Turns a report into the chapters for people: marked blanks, proposed actions, a notice for users, deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from logforensics.report.chapters.parts import advised
from logforensics.report.document import BLANK, Blocks, Heading, Items, Line, Para, Table, Words, values
from logforensics.report.model import Report
from logforensics.report.public import notice
from logforensics.report.verdict import cause_words, extent, next_step
from logforensics.report.words import local, plural

MOST_WISHES = 3
"""Logs proposed to be kept: a longer list is not acted upon."""


def people(report: Report) -> Blocks:
    """What logs cannot tell, each a marked blank, seeded with what they do tell."""
    items: list[Words] = [
        ("Authors, reviewers, incident number: ", BLANK),
        ("How it was noticed, by whom, and when: ", BLANK),
        ("What was done to end it, and by what decision it was called over: ", BLANK),
        ("Contributing factors beyond what the logs show: ", BLANK),
        ("What went well, what went wrong, where we were lucky: ", BLANK, *_seeds(report)),
        ("Who was told, and when (users, owners, authorities): ", BLANK),
    ]
    blocks: Blocks = [
        Heading(2, "What only a person knows"),
        Para("Logs cannot tell the following. Nothing here was guessed."),
        Items.of(items),
        Heading(3, "Actions"),
        Table("Proposed actions", ("Action", "Kind", "Owner", "Ticket"), _actions(report)),
        Heading(3, "Wording for users"),
        *(Para(text, "quote") for text in notice(report)),
        Para(("What we do about it: ", BLANK, ". To be approved by: ", BLANK)),
    ]
    return [*blocks, *_authorities(report)]


def _seeds(report: Report) -> Line:
    kept = sorted({name for outage in report.outages for name in outage.unaffected})
    told = [spot for outage in report.outages for spot in outage.blind_spots]
    spans: Line = ()
    if kept:
        spans = (" (from the logs: ", *values(kept, 4), " gave good answers meanwhile")
    if told:
        calls = f"{plural(sum(spot.passed for spot in told), 'call')} of monitors saw nothing wrong"
        spans = (*spans, "; " if spans else " (from the logs: ", calls)
    return (*spans, ")") if spans else ()


def _actions(report: Report) -> list[tuple[Words, ...]]:
    """One row an action, each once: what to look at, what would have told sooner, which log to keep."""

    def wanted() -> Iterable[tuple[Words, str]]:
        for outage in report.outages:
            yield next_step(outage), "mitigate"
            yield from ((advised(spot.advice, report), "detect") for spot in outage.blind_spots)
            yield from (
                (advised(f"For next time: {wish[0].lower()}{wish[1:]}", report), "detect")
                for wish in outage.wishes[:MOST_WISHES]
            )

    rows: list[tuple[Words, ...]] = [(text, kind, BLANK, BLANK) for text, kind in dict.fromkeys(wanted())]
    return [*rows, (BLANK, "prevent", BLANK, BLANK)]


def _authorities(report: Report) -> Blocks:
    """The fields of a notification under Directive (EU) 2022/2555, Article 23(4), as far as logs fill them."""
    outage = report.outages[0]
    found = outage.detection
    aware: Words = BLANK
    due: list[Words] = [BLANK, BLANK]
    if found is not None:
        at = found.time.replace(microsecond=0)
        aware = (f"not later than {local(at, report.zone)}, if the first trace of a person was that: ", BLANK)
        due = [f"{local(at + timedelta(hours=hours), report.zone)}, counted from then" for hours in (24, 72)]
    rows: list[tuple[Words, ...]] = [
        ("Became known", aware),
        ("Early warning due (24 h)", due[0]),
        ("Notification due (72 h)", due[1]),
        ("Final report due", ("one month after the notification: ", BLANK)),
        ("Severity and impact", (f"{extent(outage)}; more under Impact: ", BLANK)),
        ("Type of threat or root cause", (f"{cause_words(outage)}; malicious or unlawful: ", BLANK)),
        ("Measures taken and going on", BLANK),
        ("Other countries, personal data touched", BLANK),
    ]
    return [
        Heading(3, "If it must be reported"),
        Para("What NIS2 (Directive 2022/2555, Article 23) asks for; whether it applies is for a person to say."),
        Table("Fields of a notification", ("Asked for", "Known"), rows),
    ]
