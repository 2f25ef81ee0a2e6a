"""The door that everything goes through on its way out: models, findings, rows and sentences with pseudonyms in them.

Analysis has seen the originals by then, so that no number changes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import polars as pl

from logforensics.analysis.findings import Cite
from logforensics.clock.zones import Zone
from logforensics.evidence.anchors import Anchor
from logforensics.parsing.model import Definition
from logforensics.report.model import Hidden, Report
from logforensics.report.redact.collect import Met
from logforensics.report.redact.pseudonyms import Pseudonyms
from logforensics.report.redact.text import Redactor
from logforensics.timeline.model import Timeline

OURS = frozenset(
    {
        "kind", "cause", "witness", "shutdown", "manner", "scope", "verdict", "format", "sha256", "state", "cells",
        "version", "side", "timezone", "proves", "severity", "status", "tone", "panels_kind",
    }
)  # fmt: skip
"""Fields whose values are words of ours, or hashes; every other text may hold log text and goes through."""

HOSTS, CLIENTS = frozenset({"hosts", "host"}), frozenset({"client", "clients"})
KEPT = frozenset({"time_basis", "severity"})
"""Columns of the timeline that hold nothing to hide."""

BLOCK = 1 << 16

Part = TypeVar("Part")


@dataclass(frozen=True)
class Door:
    """Hides what belongs to people and machines; `from_map` tells where its key came from."""

    redactor: Redactor
    from_map: bool

    def value(self, value: Part) -> Part:
        """The same value with pseudonyms in its texts: a finding, a row of a model, a tuple of them."""
        hidden: Part = self._value(value, "")
        return hidden

    def _value(self, value: Any, name: str) -> Any:  # noqa: ANN401, PLR0911  # any part of a model
        if isinstance(value, str):
            if name in OURS:
                return value
            door = (
                self.redactor.host if name in HOSTS else self.redactor.client if name in CLIENTS else self.redactor.text
            )
            return door(value)
        if isinstance(value, Cite):
            return Cite(self.redactor.text(value.file), value.line)
        if isinstance(value, Anchor):
            return Anchor(value.offset, value.length, self.keyed(value.sha256), keyed=True)
        if isinstance(value, tuple):
            items = [self._value(item, name) for item in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, list):
            return [self._value(item, name) for item in value]
        if isinstance(value, Mapping):
            return {self._value(key, name): self._value(item, name) for key, item in value.items()}
        if is_dataclass(value) and not isinstance(value, type | Zone | Definition):
            changed = {
                item.name: self._value(getattr(value, item.name), item.name) for item in fields(value) if item.init
            }
            return replace(value, **changed)
        return value

    def keyed(self, sha256: str) -> str:
        """A hash that tells nothing without the key: from a bare one, the few bits that are hidden could be guessed."""
        return hmac.new(self.redactor.names.key, sha256.encode("ascii"), hashlib.sha256).hexdigest()

    def report(self, report: Report) -> Report:
        """The report with pseudonyms, and with the account of what was hidden."""
        hidden: Report = self._value(report, "")
        return replace(hidden, hidden=self.hidden(), key="map" if self.from_map else "evidence")

    def hidden(self) -> tuple[Hidden, ...]:
        """What was hidden so far: by kind, how many different things in how many places."""
        places, distinct = self.redactor.places, self.redactor.distinct
        return tuple(Hidden(kind, len(distinct[kind]), places[kind]) for kind in sorted(places))

    def timeline(self, timeline: Timeline) -> Timeline:
        """A timeline with pseudonyms in its events and in the account of how it came to be."""
        return replace(
            timeline,
            events=self.frame(timeline.events),
            stored=None if timeline.stored is None else timeline.stored.dressing(self.frame),
            sources=self.value(timeline.sources),
            files=self.value(timeline.files),
            passed_over=self.value(timeline.passed_over),
            damage=self.value(timeline.damage),
            assumptions=self.value(timeline.assumptions),
            hosts=tuple((self.redactor.host(name), self._host(part)) for name, part in timeline.hosts),
        )

    def _host(self, part: Timeline) -> Timeline:
        """One host's part without its events, which those of all hosts hold as well."""
        return replace(
            part, events=part.events.clear(), sources=self.value(part.sources), files=(), damage=(), assumptions=()
        )

    def frame(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of the timeline, or of an answer about it, with pseudonyms in every column that holds text."""
        blocks = [self._block(block) for block in rows.iter_slices(BLOCK)]
        return pl.concat(blocks) if blocks else rows

    def _block(self, block: pl.DataFrame) -> pl.DataFrame:
        changed = []
        for name, dtype in block.schema.items():
            column = block.get_column(name)
            if name not in KEPT and (dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum)):
                changed.append(self._column(column, self._door_of(name)))
            elif dtype.is_nested():
                changed.append(pl.Series(name, self.value(column.to_list())))
        return block.with_columns(changed)

    def _door_of(self, name: str) -> Callable[[str], str]:
        if name in {"source", "file", "message", "path", "agent", "referrer", "program"}:
            return self.redactor.text
        return (
            self.redactor.host if name == "host" else self.redactor.client if name == "client" else self.redactor.cell
        )

    @staticmethod
    def _column(column: pl.Series, door: Callable[[str], str]) -> pl.Series:
        texts = column.cast(pl.String)
        known: dict[str, str] = {}

        def hidden(text: str | None) -> str | None:
            if text is None:
                return None
            return known[text] if text in known else known.setdefault(text, door(text))

        # never a Categorical again: those share one dictionary, and Parquet would write all of it, originals included
        return pl.Series(column.name, [hidden(text) for text in texts], pl.String)


def redacting(
    met: Met, hosts: Iterable[str] = (), stored: tuple[bytes, dict[str, dict[str, str]]] | None = None
) -> Door:
    """A door that hides, with the key and the table of a map if there is one, else with the key of the evidence.

    `hosts` are names that parsers found besides those that were `met`.
    """
    key, table = stored if stored is not None else (met.key, {})
    names = Pseudonyms(key, table)
    for name in sorted({*met.hosts, *hosts}):
        names.look_for("host", name)
        first = name.partition(".")[0]
        if any(char.isdigit() for char in first):  # "web1" of web1.example.net is told apart, "shop" is a word
            names.look_for("host", first)
    for name in sorted(met.users):
        names.look_for("user", name)
    for kind, text in sorted(met.secrets):
        names.look_for(kind, text)
    return Door(Redactor(names), from_map=stored is not None)
