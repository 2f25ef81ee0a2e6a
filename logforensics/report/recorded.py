"""Turns the bytes of a JSON report back into its document, trusting nothing: a report may have been altered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from logforensics.errors import AlteredError
from logforensics.report.compare import Difference
from logforensics.report.escape import ascii_json
from logforensics.report.json import SCHEMA, Row, seal_of

LARGEST = 1 << 30
"""Bytes of the largest report that is loaded: each of its values takes some ten times as much memory as text."""

_MACHINE_ZONE = re.compile(r"(this machine's /etc/[a-z]+ says ([^\s,;()]+)[^;]*)")
"""The reason of a zone that the machine itself told, as clock.zones.evidence_zone words it."""


def load(data: bytes) -> Row:
    """The document; AlteredError for what is no JSON, repeats a key, holds NaN, or is no report of this schema."""
    try:
        document = json.loads(data.decode("ascii"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise AlteredError(f"is no JSON as this program writes it: {error}") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(document, dict) or schema != SCHEMA:
        raise AlteredError(f"schema: is {schema!r}, not {SCHEMA!r}")
    for key in ("evidence", "bundles", "sources"):
        rows_of(document, key)
    return document


def _once(pairs: list[tuple[str, Any]]) -> Row:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return row


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def marks_of_change(document: Row, data: bytes) -> list[Difference]:
    """What shows without the evidence that a report was changed: its seal, and how its bytes are laid out."""
    found = []
    seal = seal_of(document)
    if document.get("seal") != seal:
        found.append(Difference("seal", "seal", document.get("seal"), seal))
    written = (ascii_json(document) + "\n").encode("ascii")
    if data != written:
        pairs = zip(data, written, strict=False)
        at = next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(data), len(written)))
        found.append(Difference("layout", f"byte {at}", _around(data, at), _around(written, at)))
    return found


def _around(data: bytes, at: int) -> str:
    return data[max(0, at - 10) : at + 10].decode("ascii", "backslashreplace")


def words_of(document: Row) -> tuple[str, ...]:
    """The command line that a report records; AlteredError where there is none."""
    tool = document.get("tool")
    words = tool.get("command") if isinstance(tool, dict) else None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise AlteredError("tool.command: is no command line")
    return tuple(words)


def rows_of(document: Row, key: str) -> list[Row]:
    """The objects listed under `key`; AlteredError where there is no such list."""
    rows = document.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise AlteredError(f"{key}: is no list of objects")
    return rows


def key_of(document: Row) -> str | None:
    """Where a redacted report has its key from, "map" or "evidence"; None for one that hides nothing."""
    told = document.get("redaction")
    if told is None:
        return None
    key = told.get("key") if isinstance(told, dict) else None
    if key not in {"map", "evidence"}:
        raise AlteredError(f"redaction.key: is {key!r}, neither 'map' nor 'evidence'")
    return str(key)


def mtimes_of(document: Row) -> tuple[tuple[str, float], ...]:
    """(file name, seconds since the epoch) of the files whose modification time counted as evidence."""
    told = [(row.get("path"), row.get("mtime")) for row in rows_of(document, "evidence")]
    return tuple(
        (path, _instant("mtime", text).timestamp())
        for path, text in told
        if isinstance(path, str) and isinstance(text, str)
    )


def machine_zone_of(document: Row) -> tuple[str, str] | None:
    """(zone name, reason) where the machine that the report was made on told its own zone."""
    reasons: Iterable[Any] = (row.get("timezone_reason") for row in rows_of(document, "sources"))
    found = [match for reason in reasons if isinstance(reason, str) and (match := _MACHINE_ZONE.match(reason))]
    return (found[0][2], found[0][1].strip()) if found else None


def selection_of(document: Row) -> tuple[datetime | None, datetime | None]:
    """The instants between which findings were kept."""
    told = document.get("selection")
    if not isinstance(told, dict):
        raise AlteredError("selection: is missing")
    since, until = (told.get(key) for key in ("since", "until"))
    return (
        None if since is None else _instant("selection.since", since),
        None if until is None else _instant("selection.until", until),
    )


def _instant(where: str, text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise AlteredError(f"{where}: {text!r} is no time") from None
    if found.tzinfo is None:
        raise AlteredError(f"{where}: {text!r} has no offset")
    return found
