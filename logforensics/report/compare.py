"""Turns two documents, one recorded and one derived anew, into the list of the values in which they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from logforensics.evidence.anchors import Anchor
from logforensics.evidence.hashing import Whole
from logforensics.report.anchored import is_cite

Row = dict[str, Any]

OTHER_BYTES = "no file has these bytes"
"""Why a file of a redacted report is not found: its name is a pseudonym, and none has its hash."""

MISSING = object()
"""Stands for a value that one of the two does not have."""

PLACE = ("offset", "length")
DIGESTS = ("sha256", "hmac_sha256")
"""What the hash of a cited line is called: in a redacted report it is one that only who has the key can make."""

HASHED = ("sha256", "bytes")


@dataclass(frozen=True)
class Difference:
    """One thing that does not hold.

    `kind` is "seal" or "layout" (the report itself was changed), "evidence" (a file has other bytes), "citation" (a
    cited line has), "value" (it does not follow from the evidence), "line" (the same, of a Markdown report) or
    "missing" (evidence that is not there any more).
    `where` names the key, file or line; `recorded` is what the report says, `found` what holds now (hostile, both).
    """

    kind: str
    where: str
    recorded: Any = None
    found: Any = None


def values(recorded: Any, derived: Any, path: str = "") -> Iterator[Difference]:  # noqa: ANN401  # JSON is what it is
    """Every value that is not the same in both, by its path; 1, 1.0 and true are three different values."""
    if isinstance(recorded, Mapping) and isinstance(derived, Mapping):
        for key in [*recorded, *(key for key in derived if key not in recorded)]:
            where = path + ("" if not path or key.startswith("[") else ".") + key
            yield from values(recorded.get(key, MISSING), derived.get(key, MISSING), where)
    elif isinstance(recorded, list) and isinstance(derived, list):
        for index in range(max(len(recorded), len(derived))):
            one, other = (side[index] if index < len(side) else MISSING for side in (recorded, derived))
            yield from values(one, other, f"{path}[{index}]")
    elif type(recorded) is not type(derived) or recorded != derived:
        yield Difference("value", path, _shown(recorded), _shown(derived))


def _shown(value: Any) -> Any:  # noqa: ANN401  # as values
    return "(nothing)" if value is MISSING else value


def count(value: Any) -> int:  # noqa: ANN401  # as values
    """How many values a document holds."""
    if isinstance(value, Mapping):
        return sum(map(count, value.values()))
    return sum(map(count, value)) if isinstance(value, list) else 1


def anchor_in(row: Mapping[str, Any]) -> Anchor | None:
    """The anchor of a citation, None where it has none."""
    digest = next((key for key in DIGESTS if key in row), None)
    if digest is None or not all(key in row for key in PLACE):
        return None
    return Anchor(row["offset"], row["length"], row[digest], keyed=digest != "sha256")


def cites(value: Any, path: str = "") -> Iterator[tuple[str, Row]]:  # noqa: ANN401  # as values
    """(path, object) of every citation in a document that has an anchor."""
    if isinstance(value, Mapping):
        if is_cite(value) and anchor_in(value) is not None:
            yield path, dict(value)
        for key, inner in value.items():
            yield from cites(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from cites(inner, f"{path}[{index}]")


def citations(document: Row, found: Mapping[tuple[str, int], Anchor]) -> Iterator[Difference]:
    """Every citation whose line is not where it was, or does not have the bytes that it had; each line once."""
    seen = set()
    for path, row in cites(document):
        key, recorded = (row["file"], row["line"]), anchor_in(row)
        now = found.get(key)
        if recorded is None or (key, str(recorded)) in seen or recorded == now:
            continue
        seen.add((key, str(recorded)))
        where = f"{row['file']}:{row['line']} ({path})"
        yield Difference("citation", where, _place(recorded), "no such line" if now is None else _place(now))


def hashes(document: Row, now: Mapping[str, Whole], lost: Mapping[str, str]) -> Iterator[Difference]:
    """Every file whose bytes are not the recorded ones; `lost` tells why one cannot be read.

    A member of a bundle that was changed may be gone for that: it differs, nobody has to look for it elsewhere.
    """
    recorded = {row.get("path"): row.get("sha256") for key in ("evidence", "bundles") for row in document[key]}
    altered = {name for name, whole in now.items() if recorded[name] != whole.sha256}
    for name, digest in recorded.items():
        if name in altered:
            yield Difference("evidence", name, digest, now[name].sha256)
        elif name in lost:
            there = lost[name] == OTHER_BYTES or any(name.startswith(f"{bundle}!") for bundle in altered)
            yield Difference("evidence" if there else "missing", name, digest, lost[name])


def _place(anchor: Anchor) -> str:
    return f"{anchor.length} bytes at byte {anchor.offset}, SHA-256 {anchor.sha256}"


def consequences(document: Row, named: Collection[Difference]) -> set[str]:
    """The paths of values that differ because a file or a line does that is named already: no need to say it twice."""
    files = {item.where for item in named if item.kind in {"evidence", "missing"}}
    lines = {item.where.partition(" (")[0] for item in named if item.kind == "citation"}
    paths = {f"{key}[{name}].{hashed}" for key in ("evidence", "bundles") for name in files for hashed in HASHED}
    for path, row in cites(document):
        if f"{row['file']}:{row['line']}" in lines:
            paths.update(f"{path}.{name}" for name in (*PLACE, *DIGESTS))
    return paths


BY_PATH = ("evidence", "bundles", "passed_over", "sources")
"""Lists of which each row has a path of its own."""


def comparable(document: Row) -> Row:
    """The document for `values`: without its seal, which was looked at before, and the version, which may be later.

    Rows that have a path of their own stand under it, so that one row more does not shift all that follow.
    """
    bare = {key: value for key, value in document.items() if key != "seal"}
    bare["tool"] = {name: value for name, value in document["tool"].items() if name != "version"}
    for key in BY_PATH:
        rows = bare.get(key)
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            named = {f"[{row.get('path')}]": row for row in rows}
            if len(named) == len(rows):
                bare[key] = named
    return bare
