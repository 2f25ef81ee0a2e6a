"""Turns this installation into proof that it reads as it should, or into what it gets wrong: the `selftest` command.

A reference corpus goes with the program: every sample line of every format and failure signature, a damaged log, and
a small incident of which each figure is known.  Whoever relies on a report can show that it was made by a tool that
worked on that machine (NIST's Computer Forensics Tool Testing and ISO/IEC 17025 ask for that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from logforensics.outage.findings import Investigation
    from logforensics.timeline.model import Timeline

FAILED = 1


class Part(NamedTuple):
    """One part of the test: what was tried, how much of it, and what is wrong, one text a mistake."""

    name: str
    tried: str
    problems: tuple[str, ...]


def selftest(as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """Check this installation against a known corpus.

    It reads logs whose answers are known, and exits with 0 if it finds them and with 1 if anything differs.

    Example: logforensics selftest
    """
    from logforensics.cli.options import Run
    from logforensics.cli.output import write_text
    from logforensics.report.escape import ascii_json, plain
    from logforensics.settings import Settings

    about = _about()
    parts = [part() for part in PARTS]
    passed = not any(part.problems for part in parts)
    if as_json:
        rows = [{"part": part.name, "tried": part.tried, "problems": list(part.problems)} for part in parts]
        text = ascii_json({"passed": passed, **about, "parts": rows}) + "\n"
    else:
        lines = [f"{name:<10} {plain(value)}" for name, value in about.items()]
        for part in parts:
            lines.append(f"{part.name:<10} {part.tried}: {'all as it should be' if not part.problems else 'WRONG'}")
            lines += [f"{'':<10} - {plain(problem)}" for problem in part.problems]
        text = "\n".join([*lines, "", "The self-test passed." if passed else "The self-test FAILED."]) + "\n"
    write_text(Run(Settings()), text)
    if not passed:
        raise typer.Exit(FAILED)


def _about() -> dict[str, str]:
    """What a report of this run has to name."""
    import platform

    import polars as pl

    from logforensics.cli.version import version
    from logforensics.clock.zones import tzdata_version

    return {
        "version": f"logforensics {version()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "engine": f"Polars {pl.__version__}",
        "zones": f"tzdata {tzdata_version()}",
        "machine": f"{platform.system()} {platform.machine()}",
    }


def _formats() -> Part:
    from logforensics.parsing.checks import check_definitions
    from logforensics.parsing.library import load_definitions

    definitions = load_definitions(user=False, samples=True)
    samples = sum(len(definition.samples) for definition in definitions)
    tried = f"{len(definitions)} definitions, {samples} sample lines"
    return Part("formats", tried, check_definitions(definitions))


def _signatures() -> Part:
    import polars as pl

    from logforensics.analysis.signatures import signature_expr, signatures

    known = signatures()
    lines = [(at, line, True) for at, one in enumerate(known) for line in one.hits]
    lines += [(at, line, False) for at, one in enumerate(known) for line in one.misses]
    frame = pl.DataFrame({"m": [line for _, line, _ in lines]}, schema={"m": pl.String})
    found = frame.select(signature_expr(pl.col("m"))).to_series().to_list()
    problems = [
        f"{known[at].name}: {'not ' if hit else ''}found in: {line}"
        for (at, line, hit), got in zip(lines, found, strict=True)
        if (got == at) is not hit
    ]
    return Part("failures", f"{len(known)} signatures, {len(lines)} sample lines", tuple(problems))


_DAMAGED = (
    b"2020-06-23T09:00:01+10:00 web1 app[1]: before the hole\n"
    + bytes(4096)
    + b"2020-06-23T09:05:01+10:00 web1 app[1]: caf\xe9\n"
    + b"2020-06-23T09:06:01+10:00 web1 app[1]: torn"
)


def _damage() -> Part:
    """A hole that a power cut left, a byte in another charset, a last line without its end."""
    import hashlib

    def judge(timeline: Timeline, _: Investigation) -> Iterator[str]:
        found = [(item.kind, item.offset, item.length) for item in timeline.damage]
        hole, byte, tear = _DAMAGED.index(b"\0"), _DAMAGED.index(b"\xe9"), _DAMAGED.rindex(b"\n") + 1
        wanted = [("nul", hole, 4096), ("encoding", byte, 1), ("torn", tear, len(_DAMAGED) - tear)]
        yield from _differs("damage", found, wanted)
        (account,) = timeline.ledger.accounts
        yield from _differs("bytes accounted for", account.accounted, len(_DAMAGED))
        yield from _differs("SHA-256", account.sha256, hashlib.sha256(_DAMAGED).hexdigest())
        yield from _differs("events", timeline.events.height, 3)

    return Part("damage", "1 log with 3 kinds of damage", tuple(_read({"syslog": _DAMAGED}, judge)))


_MINUTES = 240
_FIRST_BAD, _FIRST_GOOD = 90, 120
"""Minutes after 09:00 (+10:00) of the first request that failed, and of the first that was served again."""


def _incident() -> Part:
    """Half an hour in which one endpoint failed and another did not."""
    lines = []
    for minute in range(_MINUTES):
        stamp = f"23/Jun/2020:{9 + minute // 60:02}:{minute % 60:02}"
        code = 502 if _FIRST_BAD <= minute < _FIRST_GOOD else 200
        lines += [
            f'192.0.2.{minute % 7} - - [{stamp}:10 +1000] "GET /works HTTP/1.1" 200 512 "-" "browser/1.{minute % 5}"',
            f'192.0.2.{minute % 9} - - [{stamp}:20 +1000] "GET /fails HTTP/1.1" {code} 9 "-" "app/{minute % 4}"',
        ]

    def judge(timeline: Timeline, found: Investigation) -> Iterator[str]:
        yield from _differs("events", timeline.events.height, 2 * _MINUTES)
        yield from _differs("outages", len(found.outages), 1)
        for outage in found.outages[:1]:
            edges = [outage.start.earliest, outage.start.latest]
            if outage.end is not None:
                edges += [outage.end.earliest, outage.end.latest]
            yield from _differs("hit", list(outage.affected), ["/fails"])
            yield from _differs("not hit", list(outage.unaffected), ["/works"])
            wanted = ["00:29:20", "00:30:20", "00:59:20", "01:00:20"]
            yield from _differs("edges", [None if edge is None else f"{edge.time:%H:%M:%S}" for edge in edges], wanted)
            lines_cited = [edge.cite.line for edge in edges if edge is not None and edge.cite is not None]
            yield from _differs("cited lines", lines_cited, [180, 182, 240, 242])

    text = "".join(f"{line}\n" for line in lines).encode()
    return Part("incident", f"{len(lines)} requests, 1 outage of 30 minutes", tuple(_read({"access.log": text}, judge)))


PARTS: tuple[Callable[[], Part], ...] = (_formats, _signatures, _damage, _incident)


def _read(files: dict[str, bytes], judge: Callable[[Timeline, Investigation], Iterator[str]]) -> Iterator[str]:
    """What `judge` finds wrong with the reading of these files, and whether reading changed them."""
    import tempfile

    from logforensics.analysis.columns import FIELDS, read_for_analysis
    from logforensics.errors import LogForensicsError
    from logforensics.outage.verdict import investigate
    from logforensics.settings import Settings

    with tempfile.TemporaryDirectory(prefix="logforensics-selftest-") as place:
        folder = Path(place)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        settings = Settings(paths=(place,))
        try:
            timeline = read_for_analysis(settings.paths, settings, None, FIELDS)
            yield from judge(timeline, investigate(timeline, settings))
        except LogForensicsError as error:
            yield str(error)
        for name, data in files.items():
            yield from _differs(f"{name} after reading", (folder / name).read_bytes() == data, wanted=True)


def _differs(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: found {found}, known to be {wanted}"
