"""Turns one analyser's findings into the table or the JSON that its command prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from logforensics.cli.options import Run
from logforensics.cli.output import screen_of, write_text
from logforensics.cli.reading import door_of, finish

if TYPE_CHECKING:
    from logforensics.clock.zones import Zone
    from logforensics.evidence.anchors import Anchor
    from logforensics.timeline.model import Timeline


def machine_zone(run: Run) -> Zone:
    """The zone of times in JSON and CSV: UTC, so that they sort as text, unless --tz asks for another."""
    from logforensics.clock.zones import Zone

    return Zone.named(run.settings.tz or "UTC")


def anchors_of(timeline: Timeline, rows: list[dict[str, Any]]) -> dict[tuple[str, int], Anchor]:
    """The place and the hash of each line that the rows cite, read once more from the evidence."""
    from logforensics.evidence.anchors import anchors
    from logforensics.report.anchored import cited_in

    return anchors(timeline.log_files, cited_in(rows))


def answer(run: Run, timeline: Timeline, kind: str, found: Sequence[Any], chosen: str) -> None:
    """Prints `found` as {"KIND": [...], ...} or as a table, and ends with its exit code (DESIGN.md section 1)."""
    door = door_of(run, timeline)
    if chosen == "json":
        from logforensics.report import json as as_json
        from logforensics.report.anchored import anchored

        rows: dict[str, Callable[..., dict[str, Any]]] = {
            "gaps": as_json.gap_row,
            "bursts": as_json.burst_row,
            "failures": as_json.failure_row,
            "boots": as_json.boot_row,
            "outages": as_json.outage_row,
        }
        zone = machine_zone(run)
        anchors = anchors_of(timeline, [rows[kind](item, zone) for item in found])
        listed = anchored([rows[kind](item, zone) for item in door.value(tuple(found))], door.value(anchors))
        absent = timeline.absent if kind == "boots" else None
        damage, passed_over, absent = door.value((timeline.damage, timeline.passed_over, absent))
        write_text(run, as_json.listing(kind, listed, damage, passed_over, absent))
    else:
        from logforensics.cli.filters import span
        from logforensics.report import tables
        from logforensics.report.build import zone_of

        zone = zone_of(timeline, run.settings.tz)
        screen = screen_of(run)
        text = tables.findings(
            kind,
            door.value(tuple(found)),
            zone,
            timeline,
            width=screen.width,
            ascii_only=screen.ascii_only,
            selection=span(timeline, run.settings),
        )
        write_text(run, text)
    finish(run, timeline, bool(found))
