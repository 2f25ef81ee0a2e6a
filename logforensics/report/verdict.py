"""Turns outages into the few sentences a verdict consists of."""

from __future__ import annotations

from datetime import datetime, timedelta

from logforensics.clock.zones import Zone
from logforensics.outage.model import WAITING, BlindSpot, Bracket, Edge, Outage
from logforensics.report.document import Line, Span, Value, values
from logforensics.report.model import Report
from logforensics.report.words import CAUSES, FORMS, about, clock, offset, plural, span_words, sureness

MOST_NAMES = 4
"""Endpoints a sentence names before it says how many more there are."""

NEXT = {
    "power-loss": "Check the power supply and the UPS, then the filesystem replay lines of the boot.",
    "kernel-panic": "Read the lines before the panic, and keep kernel dumps (kdump) for the next one.",
    "clean-reboot": "Ask who or what rebooted it: the lines before the shutdown name it.",
    "disk-read-only": "Check the disk, its cable and its enclosure (smartctl -x, dmesg), then the filesystem (fsck).",
    "disk-full": "Find what filled the disk (du -x), and watch free space and inodes.",
    "out-of-memory": "See which process grew (the kill lines list them), and give it a limit.",
    "upstream-down": "See who stopped it (a deployment, a person, a crash: its own log, journalctl -u), and what "
    "brought it back.",
    "upstream-slow": "Read what the application waited for at the start: its own log, its database, its disk.",
    "web-server-down": "Read the web server's error log at the start; see why it went down and what brought it back.",
    "network-loss": "Check link and address lines of that time, then the switch or the provider.",
    "clock-step": "Check time synchronisation; durations across the step are not what they seem.",
    "suspended": "See what put the machine to sleep; mask the sleep targets on a server.",
    "unknown": "Look at the timeline around the start; a log that is missing here may hold the cause.",
}
"""The next step a person should take, by cause class."""

NEXT_OF_FORM = {
    "database": "Read the database's own log: whether it ran, and how many connections it may have.",
    "names": "Check the name server, and who may ask it (/etc/resolv.conf, resolvectl status).",
    "maintenance": "Nothing, if it ended as it was announced.",
}
"""The same where more is known than the class."""

DECIDES = {
    "power-loss": "a clean shutdown line, or a UPS log that shows power all through",
    "kernel-panic": "a console or kdump record of that time without a panic",
    "clean-reboot": "a session without shutdown lines before the boot",
    "disk-read-only": "a kernel log of that time (serial console, netconsole, remote syslog) without a disk error, "
    "or a write to that filesystem during the outage",
    "disk-full": "a record of free space at that time that shows room",
    "out-of-memory": "a record of memory at that time that shows room",
    "upstream-down": "a line of the application that shows it at work during the outage",
    "upstream-slow": "a line of the application that shows it at work, or gone, during the outage",
    "web-server-down": "an answered request during the outage",
    "network-loss": "a packet or a remote login that came through during the outage",
    "clock-step": "a monotonic clock (journal) that shows the time really passed",
    "suspended": "a line written between suspend and resume",
    "unknown": "any log of that time that is not among the sources",
}
"""What would change the conclusion, by cause class."""


def next_step(outage: Outage) -> str:
    """What a person should do next."""
    return NEXT_OF_FORM.get(outage.cause.form) or NEXT.get(outage.cause.kind, NEXT["unknown"])


def noun(outage: Outage) -> str:
    """The word for it: "outage" only when everything was down, else "partial outage", or "degradation"."""
    if outage.scope == "total":
        return "outage"
    return "partial outage" if outage.affected else "degradation"


def seen_in_time(outage: Outage) -> bool:
    """Whether the earliest human trace after the start lies before the end."""
    if outage.detection is None:
        return False
    return outage.end is None or outage.detection.time <= outage.end.latest.time


def extent(outage: Outage) -> str:
    """How much was down, in words."""
    words = {
        "total": "total: nothing is proven to have worked meanwhile",
        "partial": "partial: some parts failed while others worked"
        if outage.unaffected or any(alibi.verdict == "mixed" for alibi in outage.alibis)
        else "partial: some parts failed, and nothing is proven of the others",
    }
    return words.get(outage.scope, outage.scope) + ("; planned, as the logs show" if outage.planned else "")


def logged_until(outage: Outage, report: Report) -> str:
    """What must be said behind a count of requests: " until 09:18, the last request logged"; "" if all were logged."""
    if outage.logged_until is None:
        return ""
    return f" until {_clock_of(outage.logged_until, outage, report)}, the last request logged"


def failed_words(outage: Outage, report: Report) -> str:
    """As "5 requests of 2 clients failed until 09:18, the last request logged"; "" where none is known to."""
    cost = outage.impact
    if cost is None or not cost.failed_requests:
        return ""
    of = f" of {plural(cost.clients, 'client')}" if cost.clients else ""
    return f"{plural(cost.failed_requests, 'request')}{of} failed{logged_until(outage, report)}"


def answered_until(outage: Outage, report: Report) -> str:
    """The same of good answers; "" if requests were logged all the time."""
    if outage.logged_until is None or outage.answered_until is None:
        return ""
    return f" until {_clock_of(outage.answered_until, outage, report)}, the last one logged"


def _clock_of(time: datetime, outage: Outage, report: Report) -> str:
    """The time to the minute, with its date where that is not the one on which it began."""
    text = clock(time, report.zone)[:16]
    return text[11:] if text[:10] == clock(outage.start.latest.time, report.zone)[:10] else text


def written(edge: Edge, zone: Zone) -> str:
    """When the line of an edge was written, where that was later; else "".

    As "written 09:07:55, when the request had waited 60 s".
    """
    if edge.shift >= 0:
        return ""
    stamp, day = edge.time - timedelta(seconds=edge.shift), clock(edge.time, zone)[:10]
    text = clock(stamp, zone)[:19]
    waited = f", when the request had waited {-edge.shift:.0f} s" if WAITING in edge.reason else ""
    return f"written {text[11:] if text[:10] == day else text}{waited}"


def cause_noun(outage: Outage) -> str:
    """As "the disk went read-only"; as closely as is known: what was stopped and started in order was not "down"."""
    kind = outage.cause.kind
    return FORMS.get(outage.cause.form) or CAUSES.get(kind, kind)


def told_at(outage: Outage, zone: Zone) -> str:
    """When a line first said so: ", first told at 18:10:28", with its date where it did not begin on that; or ""."""
    told = outage.cause.told
    if told is None:
        return ""
    text = clock(told, zone)[:19]
    return f", first told at {text[11:] if text[:10] == clock(outage.start.latest.time, zone)[:10] else text}"


def cause_words(outage: Outage) -> str:
    """As "the disk went read-only (very likely, confidence 0.90)"."""
    cause = outage.cause
    words = cause_noun(outage)
    if cause.kind == "unknown":
        return words
    return f"{words} ({sureness(cause.confidence)}, confidence {cause.confidence:.2f})"


def length(outage: Outage, end_of_logs: datetime | None) -> tuple[float, float | None]:
    """The shortest and the longest it can have lasted (seconds); None for the longest when it was not over."""
    latest = outage.start.latest.time
    if outage.end is None:
        shown = max(latest, end_of_logs) if end_of_logs is not None else latest
        return (shown - latest).total_seconds(), None
    low = 0.0
    if outage.end.earliest is not None:
        low = max(0.0, (outage.end.earliest.time - latest).total_seconds())
    if outage.start.earliest is None:
        return low, None
    return low, (outage.end.latest.time - outage.start.earliest.time).total_seconds()


def headline(outage: Outage, report: Report) -> str:
    """As "Partial outage, about 22 hours"; no log text in it."""
    low, high = length(outage, report.end)
    text = f"{noun(outage)}, {about(low, high)}"
    if outage.end is None:
        text += ", not over when the logs end"
    if outage.planned:
        text = f"planned {text}"
    return text[0].upper() + text[1:]


def bracket_words(bracket: Bracket, zone: Zone, *, whole: bool = False) -> str:
    """As "between 2020-06-23 09:05:37.379 and 09:06:55 +10:00"; "before ..." where the logs begin too late.

    `whole` rounds to seconds, outwards, so that what is said stays true.
    """
    latest = bracket.latest.time
    if whole and latest.microsecond:
        latest = latest.replace(microsecond=0) + timedelta(seconds=1)
    if bracket.earliest is None:
        return f"before {clock(latest, zone)} {offset(latest, zone)}"
    earliest = bracket.earliest.time.replace(microsecond=0) if whole else bracket.earliest.time
    if earliest == latest:
        return f"at {clock(latest, zone)} {offset(latest, zone)}"
    first, second = clock(earliest, zone), clock(latest, zone)
    if offset(earliest, zone) != offset(latest, zone):
        return f"between {first} {offset(earliest, zone)} and {second} {offset(latest, zone)}"
    return f"between {first} and {second[11:] if first[:10] == second[:10] else second} {offset(latest, zone)}"


def sentences(outage: Outage, report: Report) -> tuple[Line, ...]:
    """What happened and when; what was seen of it; why; and why nobody noticed."""
    zone = report.zone
    low, high = length(outage, report.end)
    article = "An" if noun(outage)[0] in "aeiou" and not outage.planned else "A"
    what = f"planned {noun(outage)}" if outage.planned else noun(outage)
    start = bracket_words(outage.start, zone, whole=True)
    if outage.end is None:
        first = f"{article} {what} began {start} and was not over when the logs end: {span_words(low, None)}."
    else:
        over = bracket_words(outage.end, zone, whole=True)
        first = f"{article} {what} began {start} and ended {over}; it lasted {span_words(low, high)}."
    lead = "The cause is" if outage.cause.kind == "unknown" else "The cause:"
    result = [(first,), effect(outage, report), (f"{lead} {cause_words(outage)}{told_at(outage, zone)}.",)]
    spot = main_blind_spot(outage.blind_spots)
    if spot is not None:
        until = logged_until(outage, report)
        result.append((*monitor(spot), f"; requests are told of{until}." if until else "."))
    return tuple(result)


def effect(outage: Outage, report: Report) -> Line:
    """What users saw, in one sentence."""
    impact = outage.impact
    lost = ""
    if impact is not None and impact.failed_requests:
        lost = plural(impact.failed_requests, "request")
        lost += f" from {plural(impact.clients, 'client')}" if impact.clients else ""
    until = logged_until(outage, report)
    parts: list[Line] = []
    if outage.affected:
        parts.append((*values(outage.affected, MOST_NAMES), f" failed: {lost}{until}" if lost else " failed"))
    else:
        if outage.scope == "total":
            parts.append(("Nothing is proven to have worked",))
        if lost:
            parts.append((f"{lost} failed{until}",))
    if outage.unaffected:
        good = f" gave good answers{answered_until(outage, report)}" if outage.logged_until else " kept working"
        parts.append((*values(outage.unaffected, MOST_NAMES), good))
    if not parts:
        return ("Nothing more can be said of its effect from these logs.",)
    spans: list[Span] = []
    for index, part in enumerate(parts):
        spans += ["; ", *part] if index else part
    return (*spans, ".")


def main_blind_spot(spots: tuple[BlindSpot, ...]) -> BlindSpot | None:
    """The probe that saw the least of it: all passed, most calls."""
    passing = [spot for spot in spots if spot.passed]
    return min(passing, key=lambda spot: (spot.passed < spot.seen, -spot.seen, spot.agent, spot.target), default=None)


def monitor(spot: BlindSpot) -> Line:
    """As "A monitor asked for `/` 31 times meanwhile and got a good answer every time"."""
    lead: Line = ("A monitor asked for ", Value(spot.target, 120))
    if spot.seen == 1:
        return (*lead, " once meanwhile and got a good answer")
    all_of = "every time" if spot.passed == spot.seen else f"{spot.passed:,} times"
    return (*lead, f" {spot.seen:,} times meanwhile and got a good answer {all_of}")
