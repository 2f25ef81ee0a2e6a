"""The parts that several chapters are made of: commands to check a number with, times, quoted lines, advice."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from logforensics.analysis.findings import Cite
from logforensics.outage.model import Edge
from logforensics.report.document import Code, Line, Para, Quote, Span, Value
from logforensics.report.model import Report
from logforensics.report.named import pieces
from logforensics.report.verdict import written
from logforensics.report.words import between, duration, iso

MOST_ROWS = 30
"""Rows of a table in the report; the commands at its end show the rest."""

ONLY_REPORT = ("--threshold",)
"""Options of `report` that other commands lack."""


def command(report: Report, name: str, *options: str) -> str:
    """The command line that answers the question NAME about the same evidence, read with the same assumptions."""
    words = list(report.command[2:])
    for option in ONLY_REPORT:
        while name not in ("report", "gaps") and option in words:
            at = words.index(option)
            del words[at : at + 2]
    return shlex.join(["logforensics", name, *words, *options])


def paths(report: Report) -> str:
    """The PATHs of the command line, as a shell takes them."""
    found = []
    for word in report.command[2:]:
        if word.startswith("--"):
            break
        found.append(word)
    return shlex.join(found) or "/var/log"


def shown_by(report: Report, name: str, *options: str) -> Para:
    """The note that names the command behind the numbers above it."""
    return Para(("Shown by ", Code(command(report, name, *options)), "."), "note")


def more(report: Report, count: int, name: str) -> list[Para]:
    """The note under a table that was cut."""
    if count <= MOST_ROWS:
        return []
    return [Para((f"{count - MOST_ROWS:,} more: ", Code(command(report, name)), " shows them."), "note")]


def around(report: Report, edge: Edge) -> str:
    """The command that shows every line near an edge."""
    at = iso(edge.time.replace(microsecond=0), report.zone)
    return command(report, "timeline", "--around", at, "--window", "15m")


def cited(cite: Cite | None) -> Span:
    """A citation, or a dash."""
    return "-" if cite is None else cite


def proof(cite: Cite | None) -> Line:
    """A citation behind a sentence, or nothing."""
    return () if cite is None else (" ", cite)


def quoted(cites: Iterable[Cite], quotes: Mapping[tuple[str, int], str]) -> list[Quote]:
    """The text of the cited lines that is at hand, each once."""
    found = {cite: quotes[cite] for cite in cites if cite in quotes}
    return [Quote(tuple(found.items()))] if found else []


def said(text: str, report: Report) -> Line:
    """A sentence of an analyser: the names in it are values, for they are log text, and the rest is ours."""
    return tuple(Value(piece) if known else piece for piece, known in pieces(text, report.names))


def moved(edge: Edge, report: Report) -> str:
    """How far an edge lies from its line's own time: "; its line was written 09:07:55, 1 min later"."""
    if not edge.shift:
        return ""
    stamp = written(edge, report.zone).partition(",")[0]
    apart = duration(abs(edge.shift))
    return f"; its line was {stamp}, {apart} later" if stamp else f"; {apart} after the time of its line"


def advised(text: str, report: Report) -> Line:
    """Advice of an analyser as a sentence of its own."""
    shown = text.strip()
    return said(shown[:1].upper() + shown[1:] + ("" if shown.endswith((".", "!", "?")) else "."), report)


def span(report: Report) -> str:
    """What the logs cover: "2020-06-23 08:33 to 2020-06-24 07:25 +10:00"."""
    if report.begin is None or report.end is None:
        return "no events"
    return between(report.begin, report.end, report.zone)
