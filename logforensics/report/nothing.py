"""Turns a report without any outage into what may be said then: none was found, or nothing here could tell."""

from __future__ import annotations

from datetime import datetime

from logforensics.clock.zones import Zone
from logforensics.report.escape import plain
from logforensics.report.model import Report
from logforensics.report.words import between, clock, listing, offset, plural, window_words

MOST_CLOCKS = 2
"""Findings about the clock that the summary tells of; a chapter of the report has them all."""

LOOKED_FOR = (
    ("requests that failed or timed out (5xx, 499) per group of endpoints", {"web"}),
    ("sources that fell silent against their own rhythm", {"web", "system", "program"}),
    ("read-only, full and failing disks", {"system", "program"}),
    ("kernel panics, hung tasks and out-of-memory kills", {"system"}),
    ("unclean shutdowns and boots", {"system", "logins"}),
    ("lost networks and steps of the clock", {"system"}),
)
"""What a run looks for, and the kinds of logs (model.Report.heard) of which any could show it."""

WANTED = (("system", "no syslog or journal"), ("web", "no web server's log"), ("logins", "no wtmp"))
"""What is missed by name, by kind."""


def beside(report: Report) -> bool:
    """Whether --since, --until or --around leave nothing of the time that the logs cover."""
    first, last = report.selection
    if report.begin is None or report.end is None:
        return False
    return (first is not None and first > report.end) or (last is not None and last <= report.begin)


def blind(report: Report) -> bool:
    """Whether no log was read that could show an outage: none at all, or what packages' tools write alone."""
    return report.begin is None or (report.heard is not None and not report.heard)


def title(report: Report) -> str:
    """The headline: an all-clear only where these logs could have shown an outage."""
    if beside(report):
        return "Nothing in this window"
    return "These logs cannot tell" if blind(report) else "No outage found"


def looked_for(report: Report) -> tuple[str, ...]:
    """What a log that was read could have shown."""
    return tuple(what for what, kinds in LOOKED_FOR if report.heard is None or kinds & report.heard)


def not_checked(report: Report) -> tuple[str, ...]:
    """What no log that was read could have shown."""
    return tuple(what for what, kinds in LOOKED_FOR if report.heard is not None and not kinds & report.heard)


def missed(report: Report) -> str:
    """The kinds of logs that are not there, as "no syslog or journal, no wtmp"; "" where all are."""
    heard = report.heard
    return "" if heard is None else ", ".join(words for kind, words in WANTED if kind not in heard)


def nothing_found(report: Report, *, cites: bool = False) -> tuple[str, ...]:
    """The sentences when no outage was found: the span covered, what was looked for, and what was seen instead.

    With `cites` they name the line of the first failed request, escaped for a terminal; else no log text is in them.
    """
    if report.begin is None or report.end is None:
        return ("No outage was found, for there is no event to judge by.",)
    zone = report.zone
    first, last = report.selection
    lines = sum(source.lines for source in report.sources)
    every = f"{plural(lines, 'line')} of {plural(len(report.sources), 'source')}"
    covered = f"{_exactly(report.begin, zone)} to {_exactly(report.end, zone)}"
    are = "is" if report.elsewhere == 1 else "are"
    others = f"{plural(report.elsewhere, 'outage')} outside this window {are} not shown." if report.elsewhere else ""
    if beside(report):
        lies = f"No event lies {window_words(first, last, zone)}; these logs run from"
        return (f"{lies} {between(report.begin, report.end, zone)}, in {every}.", *([others] if others else []))
    if blind(report):
        return (
            f"Only package logs were read ({covered}, {every}): {missed(report)}. They cannot show an outage.",
            f"Not checked: {'; '.join(not_checked(report))}.",
        )
    if first is not None or last is not None:
        begin, end = max(first or report.begin, report.begin), min(last or report.end, report.end)
        found = (
            f"No outage was found from {between(begin, end, zone)}, in logs of {covered}: {every}. {others}".rstrip()
        )
    else:
        found = f"No outage was found from {covered}, in {every}."
    unchecked = not_checked(report)
    more = f" Not checked ({missed(report)}): {'; '.join(unchecked)}." if unchecked else ""
    return (found, f"Looked for: {'; '.join(looked_for(report))}.{more}", _seen(report, cites=cites))


def _exactly(time: datetime, zone: Zone) -> str:
    return f"{clock(time, zone)[:19]} {offset(time, zone)}"


def _seen(report: Report, *, cites: bool) -> str:
    """What was seen that is no outage."""
    zone = report.zone
    kinds = (
        (report.gaps, "silence"),
        (report.bursts, "burst"),
        (report.failures, "failure line"),
        (report.boots, "boot"),
    )
    noticed = [plural(len(items), name) for items, name in kinds if items]
    were = "was" if sum(len(items) for items, _ in kinds) == 1 else "were"
    seen = f"{listing(noticed)} {were} seen; nothing in that proves an outage." if noticed else ""
    asked = report.asked
    whole = report.selection == (None, None)
    if whole and asked is not None and asked.failed and not report.bursts:
        at = f"{clock(asked.first, zone)[:19]}{f', {plain(str(asked.cite))}' if cites else ''}"
        usual = "as many as is usual here" if asked.enough else "too few lines to call it an outage"
        seen += f" {asked.failed:,} of {plural(asked.requests, 'request')} failed (the first {at}): {usual}."
    others = report.errors - (asked.failed if asked is not None and not report.bursts else 0)
    if whole and others > 0:
        seen += f" {plural(others, 'line')} told of an error (severity err or worse{'' if asked else ', 5xx or 499'})."
    if any(note.kind in ("end", "files-missing") for note in report.assumptions):
        seen += (
            " Lines are missing where a log ends before the others or a rotated file is not here: see the assumptions."
        )
    for note in report.clock[:MOST_CLOCKS]:
        seen += f" By {_exactly(note.end, zone)} {note.what}; a hole in the logs there is no outage."
    return seen.strip() or "Nothing out of the way was seen."
