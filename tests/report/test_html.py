"""The HTML report is one file that loads and runs nothing, is whole, and takes no log text for markup."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from logforensics.outage.model import Outage
from logforensics.report import html
from logforensics.report.events import key_events
from logforensics.report.lanes import BINS
from logforensics.report.model import Lane, Panel, Report
from tests.report.poison import PAYLOADS, poisoned

VOID = {"meta", "wbr", "br", "link", "img", "input"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section", "figure", "figcaption", "h1",
    "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "em", "small", "code", "pre", "bdi",
    "wbr", "blockquote", "a", "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "defs", "pattern", "rect",
    "circle", "path", "line", "g", "text",
}  # fmt: skip
ATTRIBUTES = {
    "id", "class", "lang", "charset", "name", "content", "http-equiv", "role", "aria-label", "aria-labelledby",
    "aria-hidden", "focusable", "tabindex", "href", "scope", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx",
    "cy", "r", "d", "viewbox", "preserveaspectratio", "patternunits", "patterntransform", "transform", "text-anchor",
    "overflow",
}  # fmt: skip
"""What the page is made of: nothing that runs, loads, styles inline or sends."""


SHOWN = {"code", "bdi", "wbr", "a"}
"""How a name is shown in a sentence, where it stands alone in it."""


class Page(HTMLParser):
    """The elements of a page in order, its ids, its links, and whether every element is closed where it belongs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element, also one that closes itself."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an SVG shape."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Checks that the element that ends is the one that was opened last."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        """Keeps the words."""
        self.texts.append(data)

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value for key, value in self.attributes if key == name]


@pytest.fixture
def pictured(report: Report) -> Report:
    """The report with its picture: one lane of each kind, of the whole span, around the outage and close up."""
    counts = tuple(index % 3 for index in range(BINS))
    none = (0,) * BINS
    lanes = (
        Lane("source", "syslog", "", counts, none, report.begin, report.end, report.gaps),
        Lane("source", "", "7 other sources", counts, none, report.begin, report.end),
        Lane("endpoint", "/api/v1/passphrase/json", "failed 4 of 4", none, counts),
        Lane("monitor", "UptimeRobot/2.0: /", "88 of 88 calls answered well", counts, none),
    )
    assert report.begin is not None
    assert report.end is not None
    late = report.begin + timedelta(hours=1)
    panels = (
        Panel(report.begin, report.end, lanes[:2]),
        Panel(report.begin, report.end, lanes, 0),
        Panel(report.begin, late, lanes[:1], 0, "start"),
    )
    return replace(report, panels=panels)


def test_every_element_is_closed_where_it_belongs(pictured: Report) -> None:
    """A browser has nothing to guess."""
    page = Page(html.render(pictured))
    assert (page.wrong, page.open) == ([], [])


def test_the_page_is_made_of_nothing_that_runs_or_loads(pictured: Report) -> None:
    """No script, no style attribute, no image, no form, no link but to itself."""
    page = Page(html.render(pictured))
    assert set(page.tags) <= ALLOWED
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert [link for link in page.values("href") if not link.startswith("#")] == []


def test_the_policy_allows_the_one_style_and_nothing_else(pictured: Report) -> None:
    """Even markup that got through could load and run nothing."""
    text = html.render(pictured)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"content=\"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\"" in text
    assert not re.search(r"url\((?!#)|@import|expression", style)


def test_names_are_given_once_and_every_link_leads_somewhere(pictured: Report) -> None:
    """Citations, moments and contents."""
    page = Page(html.render(pictured))
    names = page.values("id")
    assert len(names) == len(set(names))
    assert {link[1:] for link in page.values("href")} <= set(names)


def test_several_outages_have_names_of_their_own(pictured: Report, outage: Outage) -> None:
    """The chapters of both have the same titles."""
    page = Page(html.render(replace(pictured, outages=(outage, outage))))
    names = page.values("id")
    assert "impact-2" in names
    assert "The conclusions and their grounds (2)" in page.values("aria-label")
    assert len(names) == len(set(names))


QUOTES = ('"><svg onload=alert(1)>', "' onmouseover='x", "]]></style><b>", "{{7*7}}{% raw %}")


@pytest.mark.parametrize("payload", [*PAYLOADS, *QUOTES])
def test_log_text_makes_no_element_of_its_own(pictured: Report, payload: str) -> None:
    """Whatever stands in a log, the page has the elements it has with harmless text."""

    def shape(text: str) -> list[str]:
        bad = poisoned(pictured, text)
        page = Page(html.render(replace(bad, events=key_events(bad.outages, {}), quotes={(text, 6): text})))
        return [tag for tag in page.tags if tag not in SHOWN]

    assert shape(payload) == shape("harmless")


def test_controls_are_shown(report: Report, outage: Outage) -> None:
    """No escape sequence, no bidi override."""
    text = html.render(replace(report, outages=(replace(outage, affected=("/\x1b[31m\u202e",)),)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "\\x1b[31m&lt;U+202E&gt;" in text


def test_the_picture_stands_before_the_summary(pictured: Report) -> None:
    """The first thing seen is who was alive when."""
    text = html.render(pictured)
    assert text.index('id="picture-title"') < text.index('id="summary"')
    assert text.index("Around the outage: ") < text.index("The whole time read: ")


def test_a_lane_tells_its_numbers_to_who_does_not_see_it(pictured: Report) -> None:
    """Lines, errors and silences in words."""
    labels = Page(html.render(pictured)).values("aria-label")
    assert "syslog : 240 lines, 0 errors, silent for 22 h 8 min from 2020-06-23 09:04:02 +10:00" in labels


def test_no_outage_is_a_page_as_well(quiet: Report) -> None:
    """Good news can be sent on."""
    text = html.render(quiet)
    assert "<h1>No outage found</h1>" in text
    assert "may have begun" not in text


def test_two_renderings_are_equal_to_the_byte(pictured: Report) -> None:
    """The same model gives the same bytes."""
    assert html.render(pictured) == html.render(pictured)
