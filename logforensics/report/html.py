"""Turns a Report into one self-contained HTML file: no script, nothing loaded, the picture first."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from logforensics.analysis.findings import Cite
from logforensics.report import public
from logforensics.report.chapters.summary import title
from logforensics.report.chapters.whole import chapters
from logforensics.report.document import (
    Blank,
    Block,
    Blocks,
    Code,
    Heading,
    Line,
    Picture,
    Quote,
    Span,
    Strong,
    Table,
    Value,
)
from logforensics.report.drawing import ROOM, Drawing, Stretch, drawn
from logforensics.report.escape import attribute, html, plain
from logforensics.report.glance import Tile, tiles
from logforensics.report.lanes import BINS
from logforensics.report.markdown import MOST_QUOTED
from logforensics.report.model import Report

TEMPLATES = ("report.html", "blocks.html", "picture.html", "shapes.html", "picture.svg")
STYLES = ("picture.css", "report.css")


def render(report: Report) -> str:
    """The report as HTML5 in UTF-8, ending in LF."""
    drawings = drawn(report)
    blocks = list(_below(chapters(report)))
    return _page(report, title(report), blocks, tiles(report), above(drawings), drawings)


def render_public(report: Report) -> str:
    """The notice for users as a page."""
    return _page(report, public.title(report), list(_below(public.public(report))))


def _page(
    report: Report,
    name: str,
    blocks: Blocks,
    at_a_glance: Sequence[Tile] = (),
    on_top: Sequence[Drawing] = (),
    drawings: Sequence[Drawing] = (),
) -> str:
    """A page called `name` with tiles and drawings `on_top` of its blocks; these may show any of `drawings`."""
    anchored = list(zip(blocks, _anchors(blocks), strict=True))
    style = "".join(template(name) for name in STYLES)
    links = _Links(_quoted(blocks))
    text = (
        environment()
        .get_template("report.html")
        .render(
            words=links.words,
            name_of=links.name_of,
            report=report,
            title=name,
            tiles=at_a_glance,
            style=Markup(style),  # noqa: S704 - our own files
            style_hash=_hash(style),
            blocks=anchored,
            contents=[(block, anchor) for block, anchor in anchored if isinstance(block, Heading) and block.level == 2],
            main_panels=on_top,
            panels=drawings,
        )
    )
    return text.rstrip("\n") + "\n"


def template(name: str) -> str:
    """One of our files, as it is."""
    return (files("logforensics.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(style: str) -> str:
    """What the content security policy knows the style by (CSP3 section 4.2.5): nothing else may style the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@lru_cache
def environment() -> Environment:
    """Templates in which every value is escaped twice over: controls are shown, markup is text."""
    made = Environment(
        loader=DictLoader({name: template(name) for name in TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(log=_log, path=_path)
    made.globals.update(names=_names, anchor_of=_anchor_of, place=_place, bins=BINS, most_quoted=MOST_QUOTED)
    return made


@dataclass
class _Links:
    """Spans as markup, with citations that lead to where their line is quoted."""

    quoted: Mapping[Cite, str]

    def __post_init__(self) -> None:
        self.left = dict(self.quoted)

    def words(self, line: Line) -> Markup:
        """The spans of a line."""
        return Markup().join(_span(span, self.quoted) for span in line)

    def name_of(self, cite: Cite | None) -> str:
        """The name of a quoted line where it is quoted first, else nothing: no two elements have one name."""
        return self.left.pop(cite, "") if cite is not None else ""


def _shown(value: object) -> object:
    """What a template prints, with its controls and invisible characters shown; markup of ours stays as it is."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _log(text: str, limit: int | None = None) -> Markup:
    """Log text as the content of an element."""
    return Markup(html(text, limit))  # noqa: S704 - the escaping door


def _names(line: Line) -> bool:
    """Whether a cell is a citation or a name alone: its column must not be squeezed to a letter a line."""
    return len(line) == 1 and isinstance(line[0], Cite | Value)


def _path(text: str, limit: int | None = None) -> Markup:
    """Log text that may be broken behind a slash."""
    return Markup("<bdi>{}</bdi>").format(Markup(attribute(text, limit).replace("/", "/<wbr>")))  # noqa: S704 - as _log


def _span(span: Span, quoted: Mapping[Cite, str]) -> Markup:
    match span:
        case Cite():
            inner = Markup('<code class="cite">{}</code>').format(_path(str(span)))
            return Markup('<a href="#{}">{}</a>').format(quoted[span], inner) if span in quoted else inner
        case Value(text, limit):
            return Markup("<code>{}</code>").format(_path(text, limit))
        case Code(text):
            return Markup("<code>{}</code>").format(_log(text))
        case Strong(text):
            return Markup("<strong>{}</strong>").format(plain(text))
        case Blank():
            return Markup('<em class="blank">to be filled in by a person</em>')
        case str():
            return escape(plain(span))


def _below(blocks: Blocks) -> Iterator[Block]:
    """The chapters without their title and the picture of the whole, which stand above them."""
    for at, block in enumerate(blocks):
        if isinstance(block, Heading) and block.level == 1:
            continue
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        if _of_whole(block) or (isinstance(block, Heading) and _of_whole(after)):
            continue
        yield block


def _of_whole(block: Block | None) -> bool:
    return isinstance(block, Picture) and block.outage is None


def _anchors(blocks: Blocks) -> Iterator[str]:
    """A name for each heading and a label for each table, told apart where a title or caption comes twice."""
    seen: Counter[str] = Counter()
    for block in blocks:
        if isinstance(block, Heading):
            seen[block.anchor] += 1
            yield block.anchor if seen[block.anchor] == 1 else f"{block.anchor}-{seen[block.anchor]}"
        elif isinstance(block, Table):
            seen[block.caption] += 1
            yield block.caption if seen[block.caption] == 1 else f"{block.caption} ({seen[block.caption]})"
        else:
            yield ""


def _quoted(blocks: Blocks) -> dict[Cite, str]:
    """The first place at which each cited line is quoted, by a name."""
    cites = [cite for block in blocks if isinstance(block, Quote) for cite, _ in block.lines if cite is not None]
    return {cite: f"line-{number}" for number, cite in enumerate(dict.fromkeys(cites), 1)}


def above(drawings: Sequence[Drawing]) -> tuple[Drawing, ...]:
    """What is drawn on top: the whole span, and before it the one outage that is small in it."""
    zoomed = [drawing for drawing in drawings if drawing.outage is not None and not drawing.edge]
    return (*(zoomed if len(zoomed) == 1 else ()), *drawings[:1])


def _anchor_of(x: str) -> str:
    """At the ends of the axis words stand inside it."""
    at = float(x)
    return "start" if at < EDGE else "end" if at > 100 - EDGE else "middle"


EDGE = 8.0
"""Percent of the axis that half of "2020-06-23" needs on a phone's screen: about 30 pixels of 340."""


@dataclass(frozen=True)
class Place:
    """Where the words of a bar stand."""

    x: str
    y: str
    anchor: str


def _place(bar: Stretch) -> Place:
    """Over a wide bar; else beside it, on the side that has room."""
    left, right = float(bar.x), float(bar.end)
    if right - left >= ROOM:
        return Place(bar.middle, "13", "middle")
    if left + right < 100:
        return Place(bar.x, "13", "start")
    return Place(bar.end, "13", "end")
