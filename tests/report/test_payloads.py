"""Every payload in every field of a report, on every face: shown, obeyed by none (rows S1 to S5, S9, S11).

Each face is read by a parser of its own kind, and must have the structure that it has with harmless text.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from logforensics.analysis.findings import Cite
from logforensics.report import html, markdown, svg, terminal
from logforensics.report import json as face_json
from logforensics.report.escape import unplain
from logforensics.report.events import key_events
from logforensics.report.lanes import BINS
from logforensics.report.model import Lane, Panel, Report
from tests.hostile.payloads import COUNT, PAYLOADS, mark
from tests.report.poison import poisoned

HARMLESS = "word"
SGR = re.compile(r"\x1b\[(?:0|1|2|32|33|31;1|36|4|7)m")
"""The only escape sequences there are: colours of layout.Paper."""


def hostile(report: Report, text: str) -> Report:
    """The report with `text` in every field that can hold log text, a name of a file, or what was typed."""
    assert report.begin is not None
    assert report.end is not None
    counts = tuple(index % 3 for index in range(BINS))
    lanes = (Lane("source", text, "", counts, counts, report.begin, report.end, report.gaps),)
    bad: Report = poisoned(replace(report, panels=(Panel(report.begin, report.end, lanes),)), text)
    # advice is a sentence of ours, with a name in it
    spots = [
        replace(spot, advice=f"let it call {text} as well") for outage in bad.outages for spot in outage.blind_spots
    ]
    bad = replace(bad, outages=tuple(replace(outage, blind_spots=tuple(spots)) for outage in bad.outages))
    quotes: dict[tuple[str, int], str] = {Cite(text, line): text for line in range(1, 100)}
    return replace(
        bad,
        clock=report.clock,  # words of ours
        command=("logforensics", "report", text, "--grep", text),
        hosts=(text,),
        quotes=quotes,
        events=key_events(bad.outages, quotes),
    )


def escaped(text: str) -> str:
    """What a text may hold on a terminal, with everything else left out."""
    return "".join(char for char in text if char != "\n" and not char.isprintable() and char not in "\u00a0\u3000")


@pytest.mark.parametrize("color", [False, True])
def test_no_payload_reaches_a_terminal(report: Report, color: bool) -> None:
    """A state machine of one state: no control, no sequence but our colours, no character that is not seen."""
    for payload in PAYLOADS:
        text = terminal.render(hostile(report, payload), color=color, full=True, height=1000, width=160)
        assert mark(PAYLOADS.index(payload)) in text.replace("\n", "")
        assert escaped(SGR.sub("", text) if color else text) == "", payload


READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def nodes(tokens: list[Token]) -> list[str]:
    """The blocks of a Markdown text in order, and the kinds of spans in each, those that show values left out."""
    found = []
    for token in tokens:
        found.append(f"{token.type} {token.tag}")
        spans = {child.type for child in token.children or ()} - {"text", "code_inline", "softbreak"}
        found += sorted(spans)
    return found


def test_no_payload_makes_markdown(report: Report) -> None:
    """Blocks, headings, tables and emphasis are those of harmless text; what a payload says stands in code only."""
    plain = nodes(READER.parse(markdown.render(hostile(report, HARMLESS))))
    for number, payload in enumerate(PAYLOADS):
        tokens = READER.parse(markdown.render(hostile(report, payload)))
        assert nodes(tokens) == plain, payload
        spans = [span for token in tokens for span in token.children or [token]]
        told = {span.type for span in spans if mark(number) in span.content}
        assert told <= {"code_inline", "fence"}, payload
        assert {span.type for span in spans} & {"link_open", "image", "html_inline", "html_block", "html"} == set()


ISOLATING = {"code", "pre", "bdi", "text", "title"}


class Page(HTMLParser):
    """The elements of a page with their attributes' names, and in which elements a mark stands."""

    def __init__(self, text: str, marked: str) -> None:
        super().__init__(convert_charrefs=True)
        self.marked = marked
        self.shape: list[str] = []
        self.open: list[str] = []
        self.places: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element, whichever it is."""
        if tag not in {"code", "bdi", "wbr", "a"}:
            self.shape.append(f"{tag} {' '.join(sorted(name for name, _ in attrs))}")
        self.places.update(f"@{name}" for name, value in attrs if self.marked in (value or ""))
        if tag not in {"meta", "wbr", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The innermost element ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, shown in the innermost element that is not only a wrapper."""
        if self.marked in data:
            around = [tag for tag in self.open if tag in ISOLATING]
            self.places.add(f"svg {around[-1]}" if "svg" in self.open and around else (around or ["-"])[-1])

    def handle_comment(self, data: str) -> None:
        """There are none."""
        pytest.fail(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        """Only the one at the beginning."""
        assert decl == "doctype html"


def test_no_payload_makes_html(report: Report) -> None:
    """Elements and attributes are those of harmless text; a payload stands in elements that isolate it."""
    plain = Page(html.render(hostile(report, HARMLESS)), HARMLESS).shape
    for number, payload in enumerate(PAYLOADS):
        text = html.render(hostile(report, payload))
        page = Page(text, mark(number))
        assert page.shape == plain, payload
        assert page.places <= {"code", "pre", "bdi", "svg text", "svg title", "@aria-label"}, payload
        assert escaped(text) == "", payload


def test_no_payload_makes_a_picture(report: Report) -> None:
    """The shapes are those of harmless text, and the file is well-formed."""

    def shapes(text: str) -> list[str]:
        return [element.tag for element in ET.fromstring(text).iter()]  # noqa: S314 - our own file

    plain = shapes(svg.render(hostile(report, HARMLESS)))
    for payload in PAYLOADS[::3]:
        text = svg.render(hostile(report, payload))
        assert shapes(text) == plain, payload
        assert escaped(text) == "", payload


def test_every_payload_comes_back_from_json(report: Report) -> None:
    """ASCII that any parser reads, and that says exactly what the log says."""
    for payload in PAYLOADS:
        bad = hostile(report, payload)
        text = face_json.render(bad)
        assert text.isascii()
        assert escaped(text) == ""
        document = json.loads(text)
        assert document["outages"][0]["affected"] == list(bad.outages[0].affected)
        assert document["failures"][0]["message"].endswith(payload)


def test_what_a_terminal_shows_can_be_turned_back(report: Report) -> None:
    """Escaped, never stripped: what was logged is still there."""
    for payload in PAYLOADS:
        name = f"/{payload[:40]}"
        outage = replace(report.outages[0], affected=(name,), unaffected=(), blind_spots=())
        text = terminal.render(replace(report, outages=(outage,)), full=True, width=4000, height=1000)
        assert name in unplain(re.sub(r"\n +", " ", text)) or " " in name


def test_there_are_three_hundred_of_them() -> None:
    """All of them different."""
    assert len(set(PAYLOADS)) == COUNT == 300
