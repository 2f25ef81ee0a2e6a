"""Finds what kept visitors from the web server when its lines stopped: its own stop, or the loss of the network.

Only what is told as the silence begins can be its reason; a restart or a link that went down hours later is somebody's
attempt to mend it, or has nothing to do with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from logforensics.outage.facts import WEB_SERVERS, Facts, MarkLine

NEAR = timedelta(minutes=2)
"""How far from the edge of a silence its reason may be told: a stopping server first ends the requests it has, and
syslog's repeat interval and cron's minute delay what is written."""

POLL = timedelta(seconds=2048)
"""The longest time between two words with a time server (PollIntervalMaxSec= of systemd-timesyncd; chronyd and ntpd
poll every 1024 s): a host may notice so late that it has no network."""

VIRTUAL = re.compile(r"\b(?:veth|docker|br-|tap|tun|virbr|vnet|lxc|cni|flannel|cali)[A-Za-z0-9_-]*")
"""Links that containers and virtual machines make and drop: losing one is no loss of the network."""

_LINK = re.compile(r"\b((?:eth|en|em|wl|wwan|usb|ib|bond|team|br|p)[A-Za-z]{0,3}[0-9][A-Za-z0-9_.@]*)\b")
"""The names of links (systemd.net-naming-scheme(7), and the kernel's own before that)."""


@dataclass(frozen=True)
class Barred:
    """The lines that tell of it, in order of time: of the web server's service, of links, of programs cut off.

    `stops` are its stops and failures from the beginning on, `starts` the starts that took them back.  `stopped` tells
    that it was not running when the silence began, `restarted` that it was started anew just then.
    """

    stopped: bool
    restarted: bool
    stops: tuple[MarkLine, ...]
    starts: tuple[MarkLine, ...]
    links: tuple[MarkLine, ...]
    complaints: tuple[MarkLine, ...]

    @property
    def network(self) -> tuple[MarkLine, ...]:
        """What tells of the network."""
        return tuple(sorted((*self.links, *self.complaints), key=lambda mark: (mark.time, mark.cite)))

    def __bool__(self) -> bool:
        return self.stopped or bool(self.links) or bool(self.complaints)


def barred(facts: Facts, since: datetime, due: datetime, until: datetime, held: datetime) -> Barred:
    """What is told of a silence of the web: it begins at `since`, is noticed by `due`, and lasts to `until`.

    By `held` it was not yet over: between that and `until` visitors may only have been slow to come.
    """
    marks = [mark for mark in facts.marks if since - NEAR <= mark.time <= until]
    service = [mark for mark in marks if of_web_server(mark)]
    early = [mark for mark in service if mark.time <= due + NEAR]
    # systemd starts only what does not run: a start that no stop precedes tells that it had not been running
    idle = bool(service) and _starts(service[0]) and service[0].time > since
    stopped = idle or (bool(early) and not _done(early[-1]))
    return Barred(
        stopped,
        bool(early) and _done(early[-1]) and not idle,
        tuple(mark for mark in service if not _starts(mark)) if stopped else tuple(early),
        tuple(mark for mark in service if _starts(mark)) if stopped else (),
        tuple(_links(marks, due, held)),
        tuple(_complaints(marks, since, due, held)),
    )


def of_web_server(mark: MarkLine) -> bool:
    """Whether a service line is about a web server, in the words of its unit."""
    words = mark.message.lower()
    return mark.kind.startswith("service") and any(word in words for word in WEB_SERVERS)


def _starts(mark: MarkLine) -> bool:
    return mark.kind == "service-start"


def _done(mark: MarkLine) -> bool:
    """Whether a service is told to have been started, and not only to be starting."""
    return _starts(mark) and not mark.message.startswith("Starting")


def _links(marks: Sequence[MarkLine], due: datetime, held: datetime) -> list[MarkLine]:
    """Links lost as it began that were not back while it went on: a link that came back at once is no reason for it."""
    found = []
    for mark in marks:
        if mark.kind != "link-down" or mark.time > due + NEAR or VIRTUAL.search(mark.message):
            continue
        ups = [other.time for other in marks
               if other.kind == "link-up" and other.time >= mark.time and _link(other) == _link(mark)]  # fmt: skip
        if not ups or ups[0] >= held - NEAR:
            found.append(mark)
    return found


def _link(mark: MarkLine) -> str:
    name = _LINK.search(mark.message)
    return name[1] if name else ""


def _complaints(marks: Sequence[MarkLine], since: datetime, due: datetime, held: datetime) -> list[MarkLine]:
    """What programs say that could not reach anything, if none of them could until shortly before its end."""
    found = [mark for mark in marks if mark.kind == "net-fail" and mark.time > since]
    if not found or found[0].time > due + POLL + NEAR:
        return []
    spared = [mark for mark in marks if mark.kind == "net-ok" and found[0].time < mark.time < held - NEAR]
    return [] if spared else found
