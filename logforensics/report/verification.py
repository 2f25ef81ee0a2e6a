"""What became of checking a report, and its two faces: lines for a terminal, and a JSON document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from logforensics.report.compare import Difference
from logforensics.report.escape import plain
from logforensics.report.words import plural

SCHEMA = "logforensics/verification/1"

MOST_SHOWN = 20
"""Differences of one kind that a terminal shows; JSON has them all."""

LONGEST = 100
"""Characters of a value that a terminal shows."""

KINDS = {
    "seal": "the report was changed since it was written",
    "layout": "the report is not laid out as it was written",
    "missing": "evidence that cannot be read any more",
    "evidence": "evidence with other bytes",
    "citation": "cited lines with other bytes",
    "value": "values that do not follow from the evidence",
    "line": "lines that the report should have",
}
"""What a difference of each kind means; the order is that of the checks."""


@dataclass(frozen=True)
class Verification:
    """What was checked of the report `name`, and every difference found.

    `files`, `cites` and `values` count what was checked; `notes` say on what the answer rests besides.
    """

    name: str
    files: int = 0
    cites: int = 0
    values: int = 0
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether evidence could not be read, by the names of a report that is as it was written."""
        kinds = {item.kind for item in self.differences}
        return "missing" in kinds and not kinds & {"seal", "layout"}

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def found(self, differences: Iterable[Difference]) -> Verification:
        """The same with more differences."""
        return replace(self, differences=(*self.differences, *differences))


def as_text(result: Verification) -> str:
    """One line with the answer, then what was checked or what differs, each value escaped and cut."""
    lines = [f"{plain(result.name)}: {'holds' if result.holds else 'does not hold'}"]
    for kind, meaning in KINDS.items():
        items = [item for item in result.differences if item.kind == kind]
        if not items:
            continue
        lines += ["", f"{meaning[0].upper()}{meaning[1:]}:"]
        lines += [f"  {_line(item)}" for item in items[:MOST_SHOWN]]
        if len(items) > MOST_SHOWN:
            lines.append(f"  and {len(items) - MOST_SHOWN:,} more; --json lists them")
    lines += ["", _checked(result)]
    lines += [f"Note: {plain(note)}." for note in result.notes]
    return "\n".join(lines) + "\n"


def _checked(result: Verification) -> str:
    parts = [
        plural(number, noun) + done
        for number, noun, done in (
            (result.files, "file", " hashed"),
            (result.cites, "cited line", " read again"),
            (result.values, "value", " derived again"),
        )
        if number
    ]
    return f"Checked: {', '.join(parts)}." if parts else "Nothing could be checked against the evidence."


def _line(item: Difference) -> str:
    if item.kind == "missing":
        return f"{plain(item.where)}: {plain(str(item.found))}"
    return f"{plain(item.where)}: recorded {_value(item.recorded)}, now {_value(item.found)}"


def _value(value: object) -> str:
    return plain(value if isinstance(value, str) else repr(value), LONGEST)


def as_document(result: Verification) -> dict[str, Any]:
    """The answer as plain dicts and lists."""
    return {
        "schema": SCHEMA,
        "report": result.name,
        "holds": result.holds,
        "checked": {"files": result.files, "citations": result.cites, "values": result.values},
        "differences": [
            {"kind": item.kind, "where": item.where, "recorded": item.recorded, "found": item.found}
            for item in result.differences
        ],
        "notes": list(result.notes),
    }
