"""Turns --redact and --redact-map into the door that a command's result goes through, and keeps the map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from logforensics.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from logforensics.evidence.model import LogFile
    from logforensics.report.model import Report
    from logforensics.report.redact.door import Door
    from logforensics.timeline.model import Timeline

SCHEMA = "logforensics/redaction-map/1"

LARGEST = 1 << 30
"""Bytes of the largest map that is loaded."""

Table = dict[str, dict[str, str]]

Part = TypeVar("Part")


class Open:
    """The door of a run without --redact: everything passes as it is."""

    def value(self, value: Part) -> Part:
        """The value."""
        return value

    def report(self, report: Report) -> Report:
        """The report."""
        return report

    def timeline(self, timeline: Timeline) -> Timeline:
        """The timeline."""
        return timeline

    def frame(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows."""
        return rows


@dataclass
class Hiding:
    """What a run was told about redaction, and its door once the evidence is known (None: not yet).

    `map` is the file of --redact-map; only if it is `kept` it is written.
    """

    map: Path | None = None
    kept: bool = True
    door: Door | None = field(default=None, repr=False)

    def opened(self, files: Iterable[LogFile], hosts: Iterable[str] = (), saved: bytes | None = None) -> Door:
        """The door for what lies in `files`, or in a `saved` timeline; the same at each call.

        `hosts` are the machines that parsers found in it.  UsageError for a map that is none.
        """
        if self.door is None:
            from logforensics.report.redact.collect import collect, collect_saved
            from logforensics.report.redact.door import redacting

            stored = None if self.map is None else load(self.map)
            met = collect(files) if saved is None else collect_saved(saved)
            self.door = redacting(met, hosts, stored)
            if self.map is not None and not self.map.exists():
                # A result whose map then cannot be written would be worth less than none.
                self.keep()
        return self.door

    def keep(self) -> None:
        """Writes the map, if there is to be one: whole or not at all, and for its owner alone."""
        if self.map is None or self.door is None or not self.kept:
            return
        from logforensics.cli.output import write_private
        from logforensics.report.escape import ascii_json

        names = self.door.redactor.names
        table = {kind: dict(sorted(values.items())) for kind, values in sorted(names.table.items())}
        document = {"schema": SCHEMA, "key": names.key.hex(), "pseudonyms": table}
        write_private(self.map, (ascii_json(document) + "\n").encode("ascii"))


def load(path: Path) -> tuple[bytes, Table]:
    """The key and the table of a map, a new key for a map that is not there yet; UsageError for what is no map."""
    from logforensics.report.redact.pseudonyms import KEY_BYTES

    if not path.exists():
        import secrets

        return secrets.token_bytes(KEY_BYTES), {}
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"--redact-map {path}: is larger than any map")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--redact-map {path}: {error.strerror or error}") from None
    try:
        document = json.loads(data.decode("ascii"))
        schema, key, table = document["schema"], bytes.fromhex(document["key"]), document["pseudonyms"]
    except (ValueError, KeyError, TypeError, RecursionError):
        schema, key, table = None, b"", None
    if schema != SCHEMA or len(key) != KEY_BYTES or not _is_table(table):
        raise UsageError(f"--redact-map {path}: is no map that --redact-map wrote; name another file, or none")
    return key, table


def _is_table(table: Any) -> bool:  # noqa: ANN401  # whatever JSON holds
    return isinstance(table, dict) and all(
        isinstance(values, dict) and all(isinstance(text, str) for pair in values.items() for text in pair)
        for values in table.values()
    )
