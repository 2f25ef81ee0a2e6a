"""Turns one analyser's findings into the table or the JSON that its command prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from logforensics.cli.options import Run
from logforensics.cli.output import screen_of, write_text
from logforensics.cli.reading import finish

if TYPE_CHECKING:
    from logforensics.clock.zones import Zone
    from logforensics.timeline.model import Timeline


def machine_zone(run: Run) -> Zone:
    """The zone of times in JSON and CSV: UTC, so that they sort as text, unless --tz asks for another."""
    from logforensics.clock.zones import Zone

    return Zone.named(run.settings.tz or "UTC")


def with_anchors(timeline: Timeline, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the place and the hash of each line they cite, read once more from the evidence."""
    from logforensics.evidence.anchors import anchors
    from logforensics.report.anchored import anchored, cited_in

    anchored_rows: list[dict[str, Any]] = anchored(rows, anchors(timeline.log_files, cited_in(rows)))
    return anchored_rows


def answer(run: Run, timeline: Timeline, kind: str, found: Sequence[Any], chosen: str) -> None:
    """Prints `found` as {"KIND": [...], ...} or as a table, and ends with its exit code (DESIGN.md section 1)."""
    if chosen == "json":
        from logforensics.report import json as as_json

        rows: dict[str, Callable[..., dict[str, Any]]] = {
            "gaps": as_json.gap_row,
            "bursts": as_json.burst_row,
            "failures": as_json.failure_row,
            "boots": as_json.boot_row,
            "outages": as_json.outage_row,
        }
        zone = machine_zone(run)
        listed = with_anchors(timeline, [rows[kind](item, zone) for item in found])
        absent = timeline.absent if kind == "boots" else None
        write_text(run, as_json.listing(kind, listed, timeline.damage, timeline.passed_over, absent))
    else:
        from logforensics.report import tables
        from logforensics.report.build import zone_of

        zone = zone_of(timeline, run.settings.tz)
        screen = screen_of(run)
        text = tables.findings(kind, found, zone, timeline, width=screen.width, ascii_only=screen.ascii_only)
        write_text(run, text)
    finish(run, timeline, bool(found))
