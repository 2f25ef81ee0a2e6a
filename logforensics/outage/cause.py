"""Turns a case into its cause class, with the lines it rests on and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from logforensics.analysis.findings import Cite, Failure
from logforensics.outage.barred import Barred, barred
from logforensics.outage.bearing import JUST_BEFORE
from logforensics.outage.brackets import Brackets
from logforensics.outage.cases import Case
from logforensics.outage.facts import WHOLE_SECOND, Facts, MarkLine
from logforensics.outage.model import Cause
from logforensics.outage.suspects import STARTED, STOPPED, Suspect

SAID = 0.95
"""The kernel, or the service manager itself, said so."""

ECHOED = 0.9
"""A program reported the error code its own system call returned."""

INFERRED = 0.75
"""Nothing said so, but the pattern fits this and no other class."""

LEFT = 0.5
"""What remains when nothing else fits."""

NAMES = re.compile(r"(?i)name resolution|\bresolve\b|dns queries")
"""Which of the complaints about the network are about its names (getaddrinfo(3), sudo, dnsmasq)."""

CRASHES = 3
"""Minutes in which a process of the web server died: one may be chance, and another the attempt to repeat it."""

DISK_ERRORS = (
    "ro-remount", "fs-error", "journal-abort", "fs-shutdown", "io-error", "medium-error", "ata-error", "device-lost",
    "usb-storage-lost", "pool-suspended", "raid-degraded", "ctrl-reset",
)  # fmt: skip


@dataclass(frozen=True)
class _Matter:
    """What a rule judges: the case, its brackets, all facts, and the time in which its cause may be told of."""

    case: Case
    brackets: Brackets
    facts: Facts
    begin: datetime
    end: datetime

    @property
    def last_proof(self) -> datetime:
        """The last instant at which it is proven to have lasted."""
        over = self.brackets.end
        return self.end if over is None or over.earliest is None else over.earliest.time

    @cached_property
    def barred(self) -> Barred:
        """What kept visitors from the web server, as far as lines tell."""
        start = self.brackets.start
        since = start.earliest.time if start.earliest else self.facts.begin
        return barred(self.facts, since, start.latest.time, self.end, self.last_proof)

    def told(self, *kinds: str) -> list[Failure]:
        """Failure lines of some classes that may tell of the cause; what is only claimed does not count.

        As it began; or while it lasted, if sources fell silent with it, or the failing requests' own server says so; or
        as it ended, if all sources were silent: what cannot be written is told when it can be.
        Where requests failed it began with the first of them, or with the line that dates it, however long before
        them others had succeeded.
        """
        latest = self.brackets.start.latest.time
        late = latest + JUST_BEFORE
        stalled = self.case.of("stall")
        known = self.brackets.silent or stalled or self.case.of("host", "disk")
        early = self.begin if known else latest - JUST_BEFORE
        until = self.end + JUST_BEFORE if stalled else self.end
        return [
            fail
            for fail in self.facts.failures_in(early, until, *kinds)
            if fail.witness != "claimed"
            and (
                fail.time <= late
                or self.brackets.silent
                or (stalled and fail.time >= self.end - JUST_BEFORE)
                or fail.source in self.facts.web_sources
            )
        ]


def cause_of(case: Case, brackets: Brackets, facts: Facts) -> Cause:
    """The cause class of a case: the first rule that finds its evidence, the most direct first."""
    end = brackets.end.latest.time if brackets.end else facts.end
    begin = brackets.start.earliest.time if brackets.start.earliest else facts.begin
    begin = min(begin, brackets.start.latest.time - JUST_BEFORE)
    matter = _Matter(case, brackets, facts, begin, end)
    rules = (_panic, _memory, _disk_full, _read_only, _suspended, _host, _crashed, _network, _web_server, _upstream)
    for rule in rules:
        cause = rule(matter)
        if cause is not None:
            return cause
    return Cause("unknown", LEFT, (), ("nothing in the logs names a cause",))


def _panic(of: _Matter) -> Cause | None:
    boots = [suspect.boot for suspect in of.case.of("host") if suspect.boot]
    if not boots:
        return None
    found = [fail for fail in of.facts.failures_in(of.begin, of.end, "panic") if fail.witness != "claimed"]
    if found:
        words = ("the kernel itself reported that it could not go on",)
        return Cause("kernel-panic", SAID, _cites(found), words, found[0].time)
    told = [boot for boot in boots if boot.manner == "panic"]
    if told:
        return Cause("kernel-panic", SAID, told[0].evidence, ("the session before the boot ended in a panic",))
    return None


def _memory(of: _Matter) -> Cause | None:
    until = of.brackets.start.latest.time + JUST_BEFORE
    found = [fail for fail in of.told("oom-kill") if fail.time <= until]
    if not found or not (of.case.of("service", "web", "host")):
        return None
    words = ("the kernel killed a process for want of memory as it began",)
    return Cause("out-of-memory", SAID, _cites(found), words, found[0].time)


def _disk_full(of: _Matter) -> Cause | None:
    found = of.told("disk-full")
    if not found:
        return None
    words = ("programs were told that no space is left on the device",)
    return Cause("disk-full", ECHOED, _cites(found), words, found[0].time)


def _read_only(of: _Matter) -> Cause | None:
    found = of.told(*DISK_ERRORS)
    direct = [fail for fail in found if fail.kind in ("ro-remount", "fs-shutdown", "journal-abort", "pool-suspended")]
    silent = of.brackets.silent
    if direct:
        sure = SAID if any(fail.witness == "kernel" for fail in direct) else ECHOED
        reasons, cites = ["a filesystem refused to be written to"], _cites(direct)
        if silent:
            reasons.append(f"{_names(silent)} fell silent together and stayed so, while others went on")
            cites = tuple(dict.fromkeys((*cites[:1], *_last_lines(of)[:1], *cites[1:])))
        return Cause("disk-read-only", sure, cites, tuple(reasons), direct[0].time)
    if found and (silent or of.case.of("disk")):
        words = ("a disk reported errors as its logs fell silent",)
        return Cause("disk-read-only", ECHOED, _cites(found), words, found[0].time)
    if of.case.of("disk") or (len(silent) > 1 and of.case.of("service") and of.case.of("host")):
        names = silent or of.case.of("disk")[0].silent
        return Cause(
            "disk-read-only",
            INFERRED,
            _last_lines(of),
            (f"{_names(names)} fell silent together and stayed so until the reboot, while others went on",),
        )
    return None


def _last_lines(of: _Matter) -> tuple[Cite, ...]:
    """The last line of each source that fell silent, the latest first."""
    names = of.brackets.silent or tuple(name for suspect in of.case.of("disk") for name in suspect.silent)
    streams = [stream for stream in of.facts.sources if stream.name in names]
    lasts = [(stream.times[at], stream.cites(at)) for stream in streams
             if (at := stream.before(of.brackets.start.latest.time)) is not None]  # fmt: skip
    return tuple(cite for _, cite in sorted(lasts, reverse=True))


def _suspended(of: _Matter) -> Cause | None:
    """A sleep stills every log; a word of one in the midst of lines, or behind which lines went on, is none."""
    suspects = of.case.of("stall", "host")
    marks = [
        mark for mark in of.facts.marks
        if mark.kind in ("suspend", "resume") and any(_at_edge(mark, suspect) for suspect in suspects)
    ]  # fmt: skip
    kinds = {mark.kind for mark in marks}
    if not marks:
        return None
    if "resume" not in kinds:
        return Cause("suspended", INFERRED, _mark_cites(marks), ("the machine was put to sleep as its logs stopped",))
    reason = "the machine was put to sleep and woke again" if "suspend" in kinds else "the machine woke from a sleep"
    return Cause("suspended", SAID, _mark_cites(marks), (reason,))


def _at_edge(mark: MarkLine, suspect: Suspect) -> bool:
    """Whether a line tells of falling asleep where a silence of all logs begins, or of waking where it ends."""
    begin = max((edge.time for edge in suspect.worked), default=suspect.first_fail)
    if mark.kind == "suspend":
        return begin - JUST_BEFORE <= mark.time <= suspect.first_fail + JUST_BEFORE
    end = min((edge.time for edge in suspect.recovered), default=suspect.last_fail)
    return suspect.last_fail - JUST_BEFORE <= mark.time <= end + JUST_BEFORE


def _host(of: _Matter) -> Cause | None:
    hosts = of.case.of("host")
    if not hosts:
        return None
    # Of several boots the least orderly one tells what went wrong.
    boots = [suspect.boot for suspect in hosts if suspect.boot is not None]
    boot = min(boots, key=lambda item: (item.shutdown == "clean", item.time))
    early = of.case.of("service")
    if early and early[0].first_fail < hosts[0].first_fail - JUST_BEFORE:
        return None
    if boot.shutdown == "clean":
        return Cause("clean-reboot", SAID, boot.evidence, ("the services were stopped in order before the boot",))
    if boot.shutdown == "unknown":
        return Cause("unknown", LEFT, (boot.cite,), ("nothing was kept of how the session before the boot ended",))
    sure = ECHOED if boot.manner == "power-loss" else INFERRED
    return Cause(
        "power-loss", sure, boot.evidence or (boot.cite,), ("the session before the boot ended without a word",)
    )


def _network(of: _Matter) -> Cause | None:
    if not of.case.of("web"):
        return None
    reason = of.barred
    if reason.stopped:
        return None
    if reason.links:
        words = ("the network link was reported down",)
        return Cause("network-loss", SAID, _mark_cites(reason.links), words, reason.links[0].time)
    if reason.complaints:
        cites = _mark_cites(reason.complaints)
        return Cause("network-loss", ECHOED, cites, ("programs could not reach the network either",))
    return None


def _crashed(of: _Matter) -> Cause | None:
    crashes = of.facts.marks_of("worker-crash", of.begin, of.last_proof)
    if not of.case.of("web") or len(crashes) < CRASHES:
        return None
    words = ("the processes of the web server died again and again",)
    return Cause("web-server-down", ECHOED, _mark_cites(crashes), words, crashes[0].time)


def _web_server(of: _Matter) -> Cause | None:
    if not of.case.of("web"):
        return None
    reason = of.barred
    if reason.stopped and reason.stops:
        cites = _mark_cites(reason.stops)
        words = ("the web server was stopped or did not start",)
        return Cause("web-server-down", SAID, cites, words, reason.stops[0].time)
    if reason.stopped:
        return Cause("web-server-down", INFERRED, _mark_cites(reason.starts), ("the web server had to be started",))
    if reason.restarted:
        cites = _mark_cites(reason.stops)
        return Cause("web-server-down", INFERRED, cites, ("the web server was started anew as it began",))
    there = of.facts.marks_of("net-ok", of.brackets.start.latest.time, of.end)
    if there:
        words = ("no web line was written while the network was there",)
        return Cause("web-server-down", INFERRED, _mark_cites(there), words)
    silent = ("no web line was written while the machine lived, and nothing says why",)
    return Cause("unknown", LEFT, _last_lines_of_web(of), silent)


def _last_lines_of_web(of: _Matter) -> tuple[Cite, ...]:
    web = of.facts.web
    at = None if web is None else web.before(of.brackets.start.latest.time)
    return () if web is None or at is None else (web.cites(at),)


def _upstream(of: _Matter) -> Cause | None:
    """Requests failed while the web server answered: 502 and 503 mean down, waiting in vain (499, 504) means slow."""
    fails = [fail for suspect in of.case.of("service") for run in suspect.runs for fail in run.fails]
    if not fails:
        return None
    slow = [fail for fail in fails if fail.status in (499, 504)]
    bad, busy = ([fail for fail in fails if fail.status == status] for status in (502, 503))
    timeouts = of.facts.failures_in(of.begin, of.end, "upstream-timeout")
    refusals = of.facts.failures_in(of.begin, of.end, "upstream-refused")
    cites = _cites([*refusals, *timeouts])
    if len(bad) + len(busy) + len(refusals) > len(slow) + len(timeouts):
        # 502 says that the web server got no answer it could use; 503 an application may say itself, in maintenance
        order = _restart(of)
        if refusals:
            words = ("the backend refused connections", *order.reasons)
            return Cause("upstream-down", ECHOED, (*cites[:1], *order.cites, *cites[1:]), words, form=order.form)
        if len(bad) >= len(busy):
            words = ("the backend gave no answer that could be used", *order.reasons)
            return Cause("upstream-down", INFERRED, (bad[0].cite, *order.cites), words, form=order.form)
        return Cause("upstream-down", LEFT, (busy[0].cite,), ("requests were answered 503 (Service Unavailable)",))
    if slow:
        return Cause("upstream-slow", ECHOED if timeouts else INFERRED, cites or (fails[0].cite,),
                     ("requests waited for the backend in vain",))  # fmt: skip
    silent = ("the backend answered with errors, and nothing says why",)
    return _needed(of) or Cause("unknown", LEFT, (fails[0].cite,), silent)


def _needed(of: _Matter) -> Cause | None:
    """What programs say of what the backend needs, if they say it now and did not for as long before it began."""
    since = of.begin - JUST_BEFORE
    for kind, cause, form, words in (
        ("store-fail", "upstream-down", "database", "a database took no connections"),
        ("net-fail", "network-loss", "", "programs found no names, or could not reach the network"),
    ):
        told = of.facts.marks_of(kind, since, of.last_proof)
        if told and not of.facts.marks_of(kind, since - (of.end - of.begin), since - WHOLE_SECOND):
            nameless = kind == "net-fail" and all(NAMES.search(mark.message) for mark in told)
            reasons = ("programs found no names",) if nameless else (words,)
            return Cause(cause, INFERRED, _mark_cites(told), reasons, told[0].time, "names" if nameless else form)
    return None


class _Restart(NamedTuple):
    """The lines by which something was stopped as it began and started again as it ended; none where nothing was."""

    cites: tuple[Cite, ...] = ()
    reasons: tuple[str, ...] = ()
    form: str = ""


def _restart(of: _Matter) -> _Restart:
    """Whether the service manager stopped a service in order as it began, and started it again before it was over.

    A service that failed or was killed meanwhile was not in order.
    """
    first, facts = of.brackets.start.latest.time, of.facts
    stops = [
        mark for mark in facts.unusual("service-stop", of.begin, first + JUST_BEFORE) if mark.message.startswith("Stop")
    ]
    names = {STOPPED.sub("", mark.message).rstrip(".") for mark in stops}
    starts = [
        mark
        for mark in facts.unusual("service-start", first, of.end)
        if mark.message.startswith("Started") and STARTED.sub("", mark.message).rstrip(".") in names
    ]
    if not starts or facts.unusual("service-fail", of.begin, of.end):
        return _Restart()
    back = STARTED.sub("", starts[-1].message).rstrip(".")
    stop = next(mark for mark in stops if STOPPED.sub("", mark.message).rstrip(".") == back)
    return _Restart((stop.cite, starts[-1].cite), ("it was stopped in order, and started again",), "restarted")


def _cites(found: Iterable[Failure]) -> tuple[Cite, ...]:
    return tuple(dict.fromkeys(fail.cite for fail in found))[:10]


def _mark_cites(marks: Iterable[MarkLine]) -> tuple[Cite, ...]:
    return tuple(dict.fromkeys(mark.cite for mark in marks))[:10]


def _names(names: Iterable[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
