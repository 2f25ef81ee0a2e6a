"""Turns the failure signatures in `logforensics/signatures/*.toml` into an index column over messages.

A signature file holds `title`, `order` (files are tried in that order, signatures from top to bottom, the first that
matches names the class) and `[[signatures]]`: name, class, title, reference, speaker, literals, regex, hits, misses,
and where needed programs, unless, context.  The samples (`hits`, `misses`) are checked by tests, not on every start.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from logforensics.analysis.scan import Rule, scan_expr
from logforensics.errors import DefinitionError

CLASSES = (
    "ro-remount",
    "fs-error",
    "journal-abort",
    "fs-shutdown",
    "io-error",
    "medium-error",
    "ata-error",
    "device-lost",
    "ctrl-reset",
    "pool-suspended",
    "raid-degraded",
    "usb-storage-lost",
    "disk-full",
    "oom-kill",
    "hung-task",
    "soft-lockup",
    "panic",
    "mce",
    "thermal-shutdown",
    "upstream-timeout",
    "upstream-refused",
)
"""The failure classes that a report may name."""

CONTEXT = "context"
"""Class of lines that are no failure, but decide whether another line is one."""

_KEYS = {"name", "class", "title", "reference", "speaker", "literals", "regex", "hits", "misses"}
_OPTIONAL = {"programs", "unless", "context"}


@dataclass(frozen=True)
class Signature:
    """One failure signature.

    `kind` is one of CLASSES or CONTEXT.  `speaker` is "kernel" (the text is the kernel's; from any other program it is
    only claimed) or "program" (a program about its own failed call).  `context` names what else must be known for a
    hit to count: "usb-storage" = the port is known to carry storage.
    """

    name: str
    kind: str
    title: str
    reference: str
    speaker: str
    rule: Rule
    context: str | None
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    file: str


def read_signatures(name: str, text: str, *, compiled: bool = True) -> tuple[int, tuple[Signature, ...]]:
    """The order and the signatures of one file's text; DefinitionError tells what is wrong in it and where.

    With `compiled` each pattern is compiled to see that it is one; the shipped ones were, by the tests.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"signatures/{name}: no valid TOML: {error}") from error
    order = document.get("order")
    if not isinstance(order, int):
        raise DefinitionError(f"signatures/{name}: order: missing; write a number, files are tried from low to high")
    return order, tuple(_signature(name, entry, compiled) for entry in document.get("signatures", []))


def _signature(file: str, entry: dict[str, Any], compiled: bool) -> Signature:
    where = f"signatures/{file}: [{entry.get('name', '?')}]"
    missing, unknown = sorted(_KEYS - set(entry)), sorted(set(entry) - _KEYS - _OPTIONAL)
    if missing or unknown:
        reason = "missing" if missing else f"no such key; write one of {', '.join(sorted(_KEYS | _OPTIONAL))}"
        raise DefinitionError(f"{where} {', '.join(missing or unknown)}: {reason}")
    if entry["class"] not in CLASSES and entry["class"] != CONTEXT:
        raise DefinitionError(f"{where} class: {entry['class']!r} is none of {', '.join(CLASSES)}")
    if entry["speaker"] not in ("kernel", "program"):
        raise DefinitionError(f"{where} speaker: {entry['speaker']!r}; write 'kernel' or 'program'")
    for key in ("regex", "unless") if compiled else ():
        try:
            re.compile(entry.get(key) or "x")
        except re.error as error:
            raise DefinitionError(f"{where} {key}: {error}") from error
    programs = entry.get("programs")
    rule = Rule(
        name=entry["name"],
        literals=tuple(entry["literals"]),
        regex=entry["regex"],
        unless=entry.get("unless"),
        programs=frozenset(programs) if programs else None,
    )
    return Signature(
        name=entry["name"],
        kind=entry["class"],
        title=entry["title"],
        reference=entry["reference"],
        speaker=entry["speaker"],
        rule=rule,
        context=entry.get("context"),
        hits=tuple(entry["hits"]),
        misses=tuple(entry["misses"]),
        file=file,
    )


@cache
def _families() -> tuple[tuple[Signature, ...], ...]:
    folder = files("logforensics") / "signatures"
    read = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".toml"):
            order, signatures = read_signatures(item.name, item.read_bytes().decode("utf-8"), compiled=False)
            read.append((order, item.name, signatures))
    return tuple(signatures for _, _, signatures in sorted(read, key=lambda entry: entry[:2]))


@cache
def signatures() -> tuple[Signature, ...]:
    """Every shipped signature; its position is the value in the index column of `signature_expr`."""
    return tuple(signature for family in _families() for signature in family)


def signature_expr(column: pl.Expr, program: pl.Expr | None = None) -> pl.Expr:
    """Int16: the position in `signatures()` of the signature that each message of `column` is hit by; null for none.

    `program` (String or Categorical, may be null) lets lines of programs that only quote others (cron, sudo) pass.
    A hit is not yet a failure: CONTEXT signatures and those with `context` are judged by `failures.find_failures`.
    """
    return scan_expr(column, program, [[signature.rule for signature in family] for family in _families()])
