"""Turns the lines that a failure signature hit into `Failure` findings: class, device, how far each can be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import polars as pl

from logforensics.analysis.devices import device_of
from logforensics.analysis.findings import Cite, Failure
from logforensics.analysis.kernel_clock import kernel_doubts
from logforensics.analysis.scan import bare_program
from logforensics.analysis.signatures import CONTEXT, Signature, signature_expr, signatures

_NEAR = timedelta(seconds=10)
"""How close a disk's own trouble lies to the USB disconnect that caused it: SCSI error handling gives up at once when
the device is gone; only the flush of the write cache waits."""

_KERNEL_STAMP = re.compile(r"^(?:<[0-9]+>)?\[ *[0-9]+\.[0-9]+\]|^\[ *\+[0-9]+\.[0-9]+\]")
_KERNEL_SOURCE = re.compile(r"(?:^|/)(?:dmesg|kern|kernel|boot|console|messages|netconsole)\b[^/]*$")
_SPEAKS_FOR_OTHERS = frozenset({"logger", "root", "echo", "wall", "remote", "user", "unknown"})
"""Tags under which anybody may write anything: logger(1) uses the caller's login name unless told otherwise."""

_USB_HARM = frozenset({"io-error", "device-lost", "ro-remount", "fs-error", "journal-abort", "medium-error"})

_COLUMNS = ("time", "source", "file", "line", "host", "program", "message", "signature")


@dataclass
class _Ports:
    """What is known of USB ports while the hits of one host are read in order of time."""

    storage: set[str] = field(default_factory=set)
    harm: list[datetime] = field(default_factory=list)


def find_failures(events: pl.DataFrame) -> tuple[Failure, ...]:
    """Every line that testifies of a failure, in the order of `events`; precursors and repetitions are kept.

    `events` needs time, source, file, line, message; program and host where known; `signature`, the column made by
    `signature_expr` (made here from `message` if it is missing).  Rows whose signature is null are ignored, so a frame
    that holds only the hits gives the same answer.
    """
    if "message" not in events.columns:
        return ()
    if "signature" not in events.columns:
        program = pl.col("program") if "program" in events.columns else None
        events = events.with_columns(signature=signature_expr(pl.col("message"), program))
    hits = events.filter(pl.col("signature").is_not_null() & pl.col("message").is_not_null())
    rows = hits.select([name for name in _COLUMNS if name in hits.columns]).to_dicts()
    known = signatures()
    pairs = [(row, known[row["signature"]]) for row in rows]
    ports = _ports(pairs)
    found = (_failure(row, signature) for row, signature in pairs if _counts(row, signature, ports))
    forged = {doubt.cite for doubt in kernel_doubts(events)}
    return tuple(replace(failure, witness="claimed") if failure.cite in forged else failure for failure in found)


def witness_of(signature: Signature, program: str | None, message: str, source: str) -> str:
    """How far the line can be trusted: "kernel", "program" or "claimed" (see `Failure`)."""
    name = bare_program(program)
    if name == "kernel":
        return "kernel"
    if name in _SPEAKS_FOR_OTHERS:
        return "claimed"
    if signature.speaker == "program":
        return "program"
    if name is None and (_KERNEL_STAMP.match(message) or _KERNEL_SOURCE.search(source)):
        return "kernel"
    return "claimed"


@cache
def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


def _failure(row: dict[str, Any], signature: Signature) -> Failure:
    message, source, program = row["message"], row["source"] or "", row.get("program")
    return Failure(
        kind=signature.kind,
        time=row["time"],
        cite=Cite(row["file"], row["line"]),
        source=source,
        device=device_of(message, signature.kind, _pattern(signature.rule.regex)),
        program=program,
        witness=witness_of(signature, program, message, source),
        message=message,
    )


def _ports(pairs: Iterable[tuple[dict[str, Any], Signature]]) -> dict[str | None, _Ports]:
    """By host: the USB ports that announced storage, and the times at which disks came to harm.

    When a port announced itself does not matter: it may have been before an older boot whose log is kept no more.
    """
    ports: dict[str | None, _Ports] = {}
    for row, signature in pairs:
        known = ports.setdefault(row.get("host"), _Ports())
        if signature.kind == CONTEXT:
            device = device_of(row["message"], CONTEXT, _pattern(signature.rule.regex))
            if signature.name == "usb-storage-port" and device:
                known.storage.add(device)
            elif signature.name == "usb-disk-going":
                known.harm.append(row["time"])
        elif signature.context is None and signature.kind in _USB_HARM and signature.speaker == "kernel":
            known.harm.append(row["time"])
    return ports


def _counts(row: dict[str, Any], signature: Signature, ports: dict[str | None, _Ports]) -> bool:
    """Whether a hit is a failure: always, except where it depends on what else is known."""
    if signature.kind == CONTEXT:
        return False
    if signature.context is None:
        return True
    known = ports[row.get("host")]
    port = device_of(row["message"], signature.kind, _pattern(signature.rule.regex))
    return port in known.storage or _near(known.harm, row["time"])


def _near(times: Sequence[datetime], time: datetime) -> bool:
    return any(abs(other - time) <= _NEAR for other in times)
