"""Turns a Report's picture into an SVG file of its own, for a README, a wiki or a chat: the lanes of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from logforensics.report.chapters.summary import title
from logforensics.report.drawing import Drawing, Track, drawn
from logforensics.report.escape import plain
from logforensics.report.glance import tiles
from logforensics.report.html import above, environment, template
from logforensics.report.layout import shorten
from logforensics.report.model import Report
from logforensics.report.words import plural

WIDTH, MARGIN, NAMES = 980, 20, 230
"""Pixels: what a README has on GitHub; the names' column; the rest is the axis."""

NAME = 34
"""Characters of a name that fit its column."""

LEGEND = (
    "Bars up: lines and good answers. Bars down: errors and failed requests. Dotted: silent. "
    "Hatched: it may have begun or ended here."
)


FORBIDDEN = {code: f"&lt;U+{code:04X}&gt;" for code in (0xFFFE, 0xFFFF)}
"""What XML 1.0 does not take in any form (section 2.2), beside the controls that are shown already."""


@dataclass(frozen=True)
class Row:
    """One row of the picture: a caption, the axis, the outages, the moments, a group's title or a lane."""

    kind: str
    y: int
    height: int
    drawing: Drawing
    text: str = ""
    note: str = ""
    track: Track | None = None


def render(report: Report) -> str:
    """The picture as SVG 1.1 in UTF-8, ending in LF; no script, nothing loaded."""
    under = _under(report)
    rows = list(_rows(report, 50 + 18 * len(under)))
    height = (rows[-1].y + rows[-1].height if rows else 60) + 44
    text = (
        environment()
        .get_template("picture.svg")
        .render(
            title=title(report),
            under=under,
            style=Markup(template("picture.css") + template("svg.css")),  # noqa: S704 - our own files
            rows=rows,
            width=WIDTH,
            height=height,
            margin=MARGIN,
            left=MARGIN + NAMES,
            axis=WIDTH - 2 * MARGIN - NAMES,
            legend=LEGEND,
        )
    )
    return text.strip("\n").translate(FORBIDDEN) + "\n"


def _under(report: Report) -> tuple[str, ...]:
    """What stands under the title: the tiles as two lines of words."""
    parts = [
        f"{tile.label}: {tile.large}, {tile.small}" if tile.small else f"{tile.label}: {tile.large}"
        for tile in tiles(report)
    ]
    return (". ".join(parts[:2]) + ".", ". ".join(parts[2:]) + ".") if len(parts) > 2 else (". ".join(parts) + ".",)


def _rows(report: Report, y: int) -> Iterator[Row]:
    for drawing in above(drawn(report)):
        for row in _panel(drawing):
            yield Row(row.kind, y, row.height, drawing, row.text, row.note, row.track)
            y += row.height
        y += 10


def _panel(drawing: Drawing) -> Iterator[Row]:
    yield Row("caption", 0, 22, drawing)
    yield Row("axis", 0, 32, drawing)
    if drawing.bars:
        yield Row("bar", 0, 30, drawing, plural(len(drawing.bars), "outage") if len(drawing.bars) > 1 else "Outage")
    if drawing.marks:
        yield Row("marks", 0, 22, drawing, "Moments")
    for name, tracks in drawing.groups:
        yield Row("group", 0, 22, drawing, name)
        for track in tracks:
            lane = track.lane
            text = shorten(plain(lane.name), NAME)
            yield Row("lane", 0, 30, drawing, text or lane.note, lane.note if text else "", track)
