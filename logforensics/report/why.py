"""Turns an outage's constraints into the answer to "why then?": each witness of an edge, the tightest first."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from logforensics.clock.zones import Zone
from logforensics.outage.model import Outage
from logforensics.report.escape import ascii_only as to_ascii
from logforensics.report.escape import plain
from logforensics.report.words import local

SIDES = {
    "start-after": "It still worked at",
    "start-by": "It had failed by",
    "end-after": "It still failed at",
    "end-by": "It worked again by",
}


def why(outages: Sequence[Outage], edge: str, zone: Zone, *, width: int = 80, ascii_only: bool = False) -> str:
    """For each outage the witnesses of its `edge` ("start" or "end"), times in `zone`, and what would tell more."""
    lines: list[str] = []
    for number, outage in enumerate(outages, 1):
        lines.append(f"Outage {number} of {len(outages)}: why this {edge}?")
        for side, words in SIDES.items():
            bounds = [item.edge for item in outage.constraints if item.side == side]
            if not side.startswith(edge) or not bounds:
                continue
            lines += ["", f"{words} (the tightest first):"]
            for bound in bounds:
                cite = plain(str(bound.cite)) if bound.cite else "-"
                lines += _folded(f"{local(bound.time, zone)}  {plain(bound.reason)}", width)
                lines.append(f"      {cite}")
        if edge == "end" and outage.end is None:
            lines += ["", "Nothing proves that it was over when the logs end."]
        if outage.wishes:
            lines += [
                "",
                "What would have told more:",
                *(line for wish in outage.wishes for line in _folded(wish, width)),
            ]
        lines.append("")
    text = "\n".join(lines or ["No outage found, so there is no edge to explain.", ""])
    return to_ascii(text) if ascii_only else text


def _folded(text: str, width: int) -> list[str]:
    """One paragraph, cut at words; a name that is longer than the line stays whole."""
    return wrap(
        text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
