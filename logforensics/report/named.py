"""Tells our own words in a sentence from the names that come from the evidence, so that a face can mark these as data.

A name may be anything, also text written to be taken for ours, by people or by programs that read reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logforensics.report.model import Report


def names_of(report: Report) -> tuple[str, ...]:
    """Every text from the evidence that may stand in a sentence of the report, the longest first."""
    return tuple(sorted({name for name in _names(report) if name}, key=lambda name: (-len(name), name)))


def _names(report: Report) -> Iterator[str]:
    for source in report.sources:
        yield source.path
        yield from source.files
    yield from (file.path for file in report.files)
    yield from (passed.name for passed in report.passed_over)
    for outage in report.outages:
        yield outage.host
        yield from (*outage.affected, *outage.unaffected)
        yield from (alibi.name for alibi in outage.alibis)
        yield from (spot.target for spot in outage.blind_spots)
    yield from (burst.group for burst in report.bursts)


def pieces(text: str, names: Sequence[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is one of `names` (which are tried in their order)."""
    found: list[tuple[str, bool]] = []
    rest = [(text, False)]
    for name in names:
        if name not in text:
            continue
        found = []
        for piece, known in rest:
            if known:
                found.append((piece, True))
            else:
                found += _split(piece, name)
        rest = found
    return rest


def _split(text: str, name: str) -> Iterator[tuple[str, bool]]:
    """Cuts `text` at a name that stands alone: "/" is none in "/login", and "log" none in "logs"."""
    begin = at = 0
    while (at := text.find(name, at)) >= 0:
        end = at + len(name)
        if _stands_alone(text, at, end):
            if begin < at:
                yield text[begin:at], False
            yield name, True
            begin = end
        at = end
    if begin < len(text):
        yield text[begin:], False


def _stands_alone(text: str, begin: int, end: int) -> bool:
    before, after = text[begin - 1 : begin], text[end : end + 1]
    return not (before.isalnum() or before in {"/", "_", "-"}) and not (after.isalnum() or after in {"/", "_", "-"})
