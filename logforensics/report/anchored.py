"""Finds the citations in a JSON document and gives each the anchor by which its line can be read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from logforensics.evidence.anchors import Anchor

Anchors = Mapping[tuple[str, int], Anchor]


def is_cite(row: Mapping[str, Any]) -> bool:
    """Whether an object cites a line: damage has a file and a line, too, but an offset of its own."""
    return isinstance(row.get("file"), str) and type(row.get("line")) is int and "delivered" not in row


def digest_key(anchor: Anchor) -> str:
    """What the hash of a line is called in JSON."""
    return "hmac_sha256" if anchor.keyed else "sha256"


def cited_in(value: object) -> Iterator[tuple[str, int]]:
    """(file, line) of every citation in a document, in its order, as often as it is cited."""
    if isinstance(value, Mapping):
        if is_cite(value):
            yield value["file"], value["line"]
        for inner in value.values():
            yield from cited_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from cited_in(inner)


def anchored(value: Any, anchors: Anchors) -> Any:  # noqa: ANN401  # JSON is what it is
    """The same document with `offset`, `length` and `sha256` beside the `line` of each citation that has an anchor."""
    if isinstance(value, list):
        return [anchored(inner, anchors) for inner in value]
    if not isinstance(value, Mapping):
        return value
    row = {key: anchored(inner, anchors) for key, inner in value.items()}
    anchor = anchors.get((row["file"], row["line"])) if is_cite(row) else None
    if anchor is None:
        return row
    added = {"offset": anchor.offset, "length": anchor.length, digest_key(anchor): anchor.sha256}
    before = list(row).index("line") + 1
    items = list(row.items())
    return dict([*items[:before], *added.items(), *items[before:]])
