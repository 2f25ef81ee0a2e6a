"""Turns a Report, or the findings of one analyser, into the JSON documents of DESIGN.md section 8."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from logforensics.analysis.findings import Boot, Burst, Cite, Doubt, Failure, Gap
from logforensics.clock.zones import Zone
from logforensics.evidence.model import Damage, PassedOver
from logforensics.outage.model import Alibi, BlindSpot, Bracket, Edge, Impact, Outage
from logforensics.report.anchored import anchored
from logforensics.report.escape import ascii_json
from logforensics.report.model import FileRow, Note, Report, SourceRow
from logforensics.report.words import UTC, iso

SCHEMA = "logforensics/report/1"

Row = dict[str, Any]


def render(report: Report, zone: Zone = UTC) -> str:
    """The whole report as one ASCII-only JSON document, ending in LF; times in `zone` with their offset."""
    return ascii_json(document(report, zone)) + "\n"


def document(report: Report, zone: Zone = UTC) -> Row:
    """The report as plain dicts and lists: the keys of DESIGN.md section 8, and a few more, with anchors and seal."""
    return sealed(anchored(contents(report, zone), report.anchors))


def seal_of(document: Row) -> str:
    """SHA-256 (hex) of a document as `render` writes it, its own key "seal" and the LF at the end left out."""
    unsealed = {key: value for key, value in document.items() if key != "seal"}
    return hashlib.sha256(ascii_json(unsealed).encode("ascii")).hexdigest()


def sealed(document: Row) -> Row:
    """The document with its seal as the last key: a value that was changed by accident shows without the evidence."""
    return {**document, "seal": seal_of(document)}


def contents(report: Report, zone: Zone = UTC) -> Row:
    """The document without anchors and seal."""
    since, until = report.selection
    return {
        "schema": SCHEMA,
        "tool": {"name": "logforensics", "version": report.version, "command": list(report.command)},
        "span": {"begin": _when(report.begin, zone), "end": _when(report.end, zone)},
        "selection": {"since": _when(since, zone), "until": _when(until, zone)},
        "zone": report.zone.label,
        "outages": [outage_row(outage, zone) for outage in report.outages],
        "gaps": [gap_row(gap, zone) for gap in report.gaps],
        "failures": [failure_row(failure, zone) for failure in report.failures],
        "bursts": [burst_row(burst, zone) for burst in report.bursts],
        "blind_spots": [blind_spot_row(spot) for spot in report.blind_spots],
        "boots": [boot_row(boot, zone) for boot in report.boots],
        "sources": [source_row(source, zone) for source in report.sources],
        "evidence": [file_row(file) for file in report.files],
        "bundles": [{"path": whole.name, "sha256": whole.sha256, "bytes": whole.size} for whole in report.bundles],
        "passed_over": [passed_row(passed) for passed in report.passed_over],
        "damage": [damage_row(damage) for damage in report.damage],
        "assumptions": [note_row(note) for note in report.assumptions],
        "doubts": [doubt_row(doubt, zone) for doubt in report.doubts],
        "redaction": redaction_row(report),
    }


def doubt_row(doubt: Doubt, zone: Zone) -> Row:
    """One line that may not be what it seems."""
    return {"kind": doubt.kind, "time": iso(doubt.time, zone), **cite_row(doubt.cite), "reason": doubt.reason}


def redaction_row(report: Report) -> Row | None:
    """What a redacted report hides, by kind, and whether a map or the evidence gave the key; null for any other."""
    if report.key is None:
        return None
    hidden = [{"kind": item.kind, "distinct": item.distinct, "places": item.places} for item in report.hidden]
    return {"key": report.key, "hidden": hidden}


def cite_row(cite: Cite) -> Row:
    """A citation as {"file", "line"}."""
    return {"file": cite.file, "line": cite.line}


def _cites(cites: Iterable[Cite]) -> list[Row]:
    return [cite_row(cite) for cite in cites]


def _when(time: datetime | None, zone: Zone) -> str | None:
    return None if time is None else iso(time, zone)


def _maybe(cite: Cite | None) -> Row | None:
    return None if cite is None else cite_row(cite)


def _finite(number: float | None) -> float | None:
    """JSON knows no infinity; an improbability beyond every float is written as none."""
    return None if number is None or not math.isfinite(number) else number


def edge_row(edge: Edge, zone: Zone) -> Row:
    """One side of a bracket: the instant, its line, why, and how far it was moved from that line's time."""
    return {
        "time": iso(edge.time, zone),
        "cite": _maybe(edge.cite),
        "reason": edge.reason,
        "shift_seconds": _finite(edge.shift),
    }


def bracket_row(bracket: Bracket, zone: Zone) -> Row:
    """A bracket: `earliest` (null where the logs begin too late) and `latest`, with the proof of each edge."""
    return {
        "earliest": None if bracket.earliest is None else iso(bracket.earliest.time, zone),
        "latest": iso(bracket.latest.time, zone),
        "proof": {
            "earliest": None if bracket.earliest is None else edge_row(bracket.earliest, zone),
            "latest": edge_row(bracket.latest, zone),
            "outer": [edge_row(edge, zone) for edge in bracket.outer],
        },
    }


def outage_row(outage: Outage, zone: Zone) -> Row:
    """One outage, all of it."""
    cause = outage.cause
    return {
        "scope": outage.scope,
        "start": bracket_row(outage.start, zone),
        "end": None if outage.end is None else bracket_row(outage.end, zone),
        "cause": {
            "class": cause.kind,
            "confidence": _finite(cause.confidence),
            "evidence": _cites(cause.evidence),
            "reasons": list(cause.reasons),
        },
        "affected": list(outage.affected),
        "unaffected": list(outage.unaffected),
        "answered_until": _when(outage.answered_until, zone),
        "impact": impact_row(outage.impact),
        "requests_logged_until": _when(outage.logged_until, zone),
        "alibis": [alibi_row(alibi) for alibi in outage.alibis],
        "blind_spots": [blind_spot_row(spot) for spot in outage.blind_spots],
        "detection": None if outage.detection is None else edge_row(outage.detection, zone),
        "planned": outage.planned,
        "notes": list(outage.notes),
        "constraints": [{"side": item.side, **edge_row(item.edge, zone)} for item in outage.constraints],
        "wishes": list(outage.wishes),
        "host": outage.host or None,
    }


def impact_row(impact: Impact | None) -> Row:
    """What it cost; an empty object where the logs cannot tell."""
    if impact is None:
        return {}
    return {
        "failed_requests": impact.failed_requests,
        "clients": impact.clients,
        "missing_requests": impact.missing_requests,
        "missing_range": None if impact.missing_range is None else list(impact.missing_range),
    }


def alibi_row(alibi: Alibi) -> Row:
    """What one endpoint group or source can show for the time of the outage."""
    return {
        "kind": alibi.kind,
        "name": alibi.name,
        "verdict": alibi.verdict,
        "successes": alibi.successes,
        "failures": alibi.failures,
        "first": _maybe(alibi.first),
        "last": _maybe(alibi.last),
    }


def blind_spot_row(spot: BlindSpot) -> Row:
    """A probe that saw nothing wrong."""
    return {
        "agent": spot.agent,
        "client": spot.client,
        "target": spot.target,
        "period_seconds": _finite(spot.period),
        "seen": spot.seen,
        "passed": spot.passed,
        "first": cite_row(spot.first),
        "last": cite_row(spot.last),
        "advice": spot.advice,
    }


def gap_row(gap: Gap, zone: Zone) -> Row:
    """One silence of one source."""
    return {
        "source": gap.source,
        "start": iso(gap.start, zone),
        "end": iso(gap.end, zone),
        "seconds": gap.seconds,
        "cause": gap.cause,
        "before": cite_row(gap.before),
        "after": _maybe(gap.after),
        "improbability": _finite(gap.improbability),
    }


def burst_row(burst: Burst, zone: Zone) -> Row:
    """One run of failing requests; `statuses` is a list of {"status", "count"}."""
    return {
        "group": burst.group,
        "start": iso(burst.start, zone),
        "end": iso(burst.end, zone),
        "seconds": (burst.end - burst.start).total_seconds(),
        "errors": burst.errors,
        "requests": burst.requests,
        "clients": burst.clients,
        "statuses": [{"status": status, "count": count} for status, count in burst.statuses],
        "baseline": _finite(burst.baseline),
        "first": cite_row(burst.first),
        "last": cite_row(burst.last),
    }


def failure_row(failure: Failure, zone: Zone) -> Row:
    """One line that testifies of a failure."""
    return {
        "class": failure.kind,
        "time": iso(failure.time, zone),
        "file": failure.cite.file,
        "line": failure.cite.line,
        "device": failure.device,
        "source": failure.source,
        "program": failure.program,
        "witness": failure.witness,
        "message": failure.message,
    }


def boot_row(boot: Boot, zone: Zone) -> Row:
    """One boot and how the session before it ended."""
    return {
        "time": iso(boot.time, zone),
        "shutdown": boot.shutdown,
        "manner": boot.manner,
        "file": boot.cite.file,
        "line": boot.cite.line,
        "ended": _when(boot.ended, zone),
        "ended_cite": _maybe(boot.ended_cite),
        "evidence": _cites(boot.evidence),
    }


def source_row(source: SourceRow, zone: Zone) -> Row:
    """One log stream and where its lines went."""
    return {
        "path": source.path,
        "format": source.format,
        "lines": source.lines,
        "parsed": source.parsed,
        "unparsed": source.unparsed,
        "timezone": source.timezone,
        "timezone_reason": source.timezone_reason,
        "format_reason": source.format_reason,
        "first": _when(source.first, zone),
        "last": _when(source.last, zone),
        "events": source.events,
        "continuation": source.continuation,
        "blank": source.blank,
        "duplicate": source.duplicate,
        "files": list(source.files),
        "samples": [{**cite_row(sample.cite), "text": sample.text} for sample in source.samples],
    }


def file_row(file: FileRow) -> Row:
    """One file of the manifest; its `ledger` tells what became of its bytes once unpacked, and the sums close."""
    return {
        "path": file.path,
        "sha256": file.sha256,
        "bytes": file.size,
        "lines": file.lines,
        "source": file.source,
        "state": file.state,
        "reason": file.reason,
        "ledger": {
            "bytes": file.text_bytes,
            **{fate: {"lines": lines, "bytes": size} for fate, lines, size in file.fates},
        },
        "mtime": _when(file.changed, UTC) if file.decisive else None,
    }


def passed_row(passed: PassedOver) -> Row:
    """One file that holds no events, and why."""
    return {"path": passed.name, "state": passed.state, "reason": passed.reason}


def damage_row(damage: Damage) -> Row:
    """One damaged stretch; offset and length count decompressed bytes."""
    return {
        "kind": damage.kind,
        "file": damage.file,
        "offset": damage.offset,
        "length": damage.length,
        "delivered": damage.delivered,
        "line": damage.line,
        "sha256": damage.sha256,
    }


def note_row(note: Note) -> Row:
    """One assumption and how many events rest on it."""
    return {"source": note.source, "kind": note.kind, "text": note.text, "events": note.events}


def listing(
    key: str,
    rows: Sequence[Row],
    damage: Iterable[Damage],
    passed_over: Iterable[PassedOver],
    absent: Sequence[str] | None = None,
) -> str:
    """One analyser's findings as {"KEY": [...], "damage": [...], "unread": [...]}, one row a line for line tools.

    Damage and files that could not be read stand beside the findings, since they bound what "none" means; so do the
    witnesses that are `absent`, as "absent": [...], where that is given.
    """
    unread = [passed_row(item) for item in passed_over if item.state == "unread"]
    parts = [(key, rows), ("damage", [damage_row(item) for item in damage]), ("unread", unread)]
    listed = [f'"{name}": {_listed(part)}' for name, part in parts]
    if absent is not None:
        listed.append(f'"absent": {ascii_json(list(absent), indent=None)}')
    return "{" + ", ".join(listed) + "}\n"


def _listed(rows: Sequence[Row]) -> str:
    if not rows:
        return "[]"
    body = ",\n  ".join(ascii_json(row, indent=None) for row in rows)
    return f"[\n  {body}\n]"
