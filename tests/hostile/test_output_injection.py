"""Rows S1 to S5, S9 to S13 and S23: log text is shown by every output of every command, and obeyed by no reader of it.

The model's faces are tried payload by payload in tests/report/test_payloads.py; here the commands read real files.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from markdown_it import MarkdownIt

from logforensics.report.escape import FORMULA, unplain
from tests.hostile.evidence import lines, logforensics
from tests.hostile.payloads import BIDI, COUNT, PAYLOADS, TERMINAL, mark
from tests.hostile.poison import write_tree

DONE = {0, 3}
TABLES: tuple[tuple[str, ...], ...] = (
    ("report",), ("report", "--full"), ("report", "--public"), ("timeline",), ("timeline", "--fold"), ("sources",),
    ("gaps",),
    ("gaps", "--threshold", "1s"), ("bursts",), ("failures",), ("boots",), ("outages",), ("outages", "--why", "start"),
    ("outages", "--why", "end"), ("query", "select * from timeline"), ("parsers", "explain"),
)  # fmt: skip
SGR = re.compile(r"\x1b\[[0-9;]{1,9}m")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, whose own name is a payload as well."""
    root = tmp_path_factory.mktemp("evidence") / "logs\x1b[31m\u202e<b>|`Zq"
    write_tree(root)
    return root


def run(tree: Path, command: tuple[str, ...], *options: str) -> tuple[str, str]:
    """What a command says on stdout and on stderr."""
    words = 2 if command[0] in {"query", "parsers"} else 1
    done = logforensics(*command[:words], tree, *command[words:], *options)
    assert done.code in DONE, done.err
    return done.out, done.err


def odd(text: str) -> set[str]:
    """Characters that a terminal obeys or that nobody sees."""
    return {char for char in text if char != "\n" and not char.isprintable() and char not in "\u00a0\u3000"}


@pytest.mark.parametrize("command", TABLES, ids=" ".join)
def test_s01_s03_no_control_reaches_a_terminal(tree: Path, command: tuple[str, ...]) -> None:
    """CSI, OSC, DCS, APC, titles, links and clipboards, in the result and in what is said beside it."""
    out, err = run(tree, command)
    assert odd(out) == set()
    assert odd(err) == set()


def test_s01_names_for_sha256sum_are_shown_on_a_terminal(tmp_path: Path) -> None:
    """In a file or pipe they are as they are, or nothing could be found by them."""
    name = b"a\x1b[2J\xe2\x80\xae.log"
    Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_bytes(lines(3))
    command = [sys.executable, "-m", "logforensics", "sources", "--format", "sha256", str(tmp_path)]
    ours, theirs = os.openpty()
    subprocess.run(command, stdout=theirs, check=True)
    seen = os.read(ours, 4096)
    os.close(ours)
    os.close(theirs)
    assert (name in seen, rb"a\x1b[2J<U+202E>.log" in seen) == (False, True)
    assert name in subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.parametrize("command", [("report", "--full"), ("timeline",)], ids=" ".join)
def test_s03_colours_are_ours_alone(tree: Path, command: tuple[str, ...]) -> None:
    """With --color the only sequences are those of a fixed table."""
    out, _ = run(tree, command, "--color", "always")
    assert odd(SGR.sub("", out)) == set()
    assert set(SGR.findall(out)) <= {
        f"\x1b[{code}m" for code in ("0", "1", "2", "31;1", "31", "32", "33", "36", "7", "4")
    }


def test_s01_every_message_can_be_turned_back(tree: Path) -> None:
    """Escaped reversibly, never stripped, also where the output is a pipe."""
    out, _ = run(tree, ("timeline", "--source", "syslog"))
    shown = {unplain(line) for line in out.split("\n")}
    for payload in PAYLOADS:
        text = payload.replace("\n", " ")
        assert any(text.strip() in line for line in shown), payload


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0)])
def test_s01_s02_each_control_is_shown(tmp_path: Path, code: int) -> None:
    """C0, DEL and C1, as a byte and as a code point; a line feed ends the line, a NUL is damage."""
    forms = {chr(code).encode(), bytes([code])} - {b"\n", b"\0"}
    for form in forms:
        # a file of one short line with a control in it would be taken for no log at all
        lines = b"".join(b"2020-06-23T09:00:%02dZ web1 app[1]: a line\n" % second for second in range(30))
        (tmp_path / "syslog").write_bytes(lines + b"2020-06-23T09:01:01Z web1 app[1]: be" + form + b"hind\n")
        out, _ = run(tmp_path, ("timeline",))
        assert odd(out) == set()
        row = json.loads(run(tmp_path, ("timeline", "--json"))[0].rstrip("\n").split("\n")[-1])
        assert row["message"].encode() in {b"be" + form + b"hind", b"be" + f"\\x{code:02x}".encode() + b"hind"}


def test_s04_a_line_cannot_overwrite_itself(tmp_path: Path) -> None:
    """CR and BS are shown; only LF ends a line."""
    (tmp_path / "syslog").write_bytes(b"2020-06-23T09:00:01Z web1 app[1]: bad\rgood\x08\x08\n")
    assert "bad\\rgood\\x08\\x08" in run(tmp_path, ("timeline",))[0]


@pytest.mark.parametrize("payload", BIDI)
def test_s05_what_turns_text_around_is_shown(tmp_path: Path, payload: str) -> None:
    """Marks that nobody sees get a form that everybody sees; letters of right-to-left scripts stay."""
    (tmp_path / "syslog").write_text(f"2020-06-23T09:00:01Z web1 app[1]: \u05e9{payload}\u0645\n", encoding="utf-8")
    out, _ = run(tmp_path, ("timeline",))
    assert f"<U+{ord(payload[1]):04X}>" in out
    assert "\u05e9" in out
    assert "\u0645" in out


class Page(HTMLParser):
    """The elements of a page, its attributes, and the elements that marks stand in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.open: list[str] = []
        self.places: dict[str, set[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes it."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "action", "data", "poster"}}
        if tag not in {"meta", "wbr", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Every element is closed where it belongs."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Where marks stand."""
        for found in re.findall(r"Zq[0-9]{3}x", data):
            self.places.setdefault(found, set()).add(" ".join(self.open))


@pytest.fixture(scope="module")
def page(tree: Path) -> tuple[str, Page]:
    """The report as HTML, and what a browser makes of it."""
    out, _ = run(tree, ("report", "--format", "html"))
    return out, Page(out)


def test_s09_no_payload_is_an_element(page: tuple[str, Page]) -> None:
    """Tags and attributes are ours; nothing of a log stands in a script, a style, an address or a comment."""
    text, seen = page
    assert (
        seen.tags
        & {"script", "iframe", "object", "embed", "form", "input", "img", "base", "b", "h1x", "bdo", "template"}
        == set()
    )
    assert [
        name for name in seen.attributes if name.startswith("on") or name in {"style", "src", "srcdoc", "action"}
    ] == []
    assert "<!--" not in text
    assert seen.open == []
    assert seen.places


def test_s10_the_page_loads_nothing(page: tuple[str, Page]) -> None:
    """No link leads out of it, its policy allows its own style alone, and no address is in it that was not shown."""
    text, seen = page
    assert [link for link in seen.links if not link.startswith("#")] == []
    assert "default-src 'none'" in text
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert not re.search(r"url\((?!#)|@import|Zq[0-9]", style)


def test_s11_no_payload_is_markdown(tree: Path) -> None:
    """No link, no image, no raw HTML, no heading of a log's; what it says stands in code."""
    out, _ = run(tree, ("report", "--format", "markdown"))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(out)
    spans = [span for token in tokens for span in token.children or [token]]
    assert {span.type for span in spans} & {"link_open", "image", "html_inline", "html_block"} == set()
    marked = [span for span in spans if re.search(r"Zq[0-9]{3}x", span.content)]
    assert len(marked) > 100
    assert {span.type for span in marked} <= {"code_inline", "fence"}


def test_s23_headings_and_prose_are_ours(tree: Path, page: tuple[str, Page]) -> None:
    """Text that instructs a reader, or a program that reads for one, stands in marked blocks of data only."""
    headings = {"h1", "h2", "h3", "title"}
    for places in page[1].places.values():
        for place in places:
            elements = place.split()
            assert not headings & set(elements) or "svg" in elements, place
            assert {"code", "pre", "bdi", "text", "title"} & set(elements), place
    out, _ = run(tree, ("report", "--public"))
    assert not re.search(r"Zq[0-9]{3}x", out)


@pytest.mark.parametrize("raw", [False, True])
def test_s12_s13_rows_stay_rows(tree: Path, raw: bool) -> None:
    """CSV and JSON lines are read back by their own parsers: as many rows, and the same texts."""
    lines = [json.loads(line) for line in run(tree, ("timeline", "--json"))[0].rstrip("\n").split("\n")]
    out, _ = run(tree, ("timeline", "--format", "csv", *(("--csv-raw",) if raw else ())))
    table = list(csv.DictReader(io.StringIO(out, newline="")))
    assert len(table) == len(lines)
    marks = {found for row in lines for found in re.findall(r"Zq[0-9]{3}x", str(row))}
    assert marks == {mark(number) for number in range(COUNT)}
    for row, line in zip(table, lines, strict=True):
        texts = [name for name in ("message", "host", "program", "path", "client") if line[name]]
        if raw:
            assert [row[name] for name in texts] == [line[name] for name in texts]
        else:
            assert [unplain(row[name]).replace("'", "") for name in texts] == [
                line[name].replace("'", "") for name in texts
            ]


def test_s12_no_cell_is_a_formula(tree: Path) -> None:
    """Not in any column, not behind spaces, and not where a semicolon parts the cells."""
    out, _ = run(tree, ("timeline", "--format", "csv"))
    assert odd(out) == set()
    for row in csv.reader(io.StringIO(out, newline="")):
        for cell in row:
            for part in cell.split(";"):
                assert part.lstrip(" \u00a0\u3000")[:1] not in set(FORMULA), cell


def test_s13_json_is_ascii_for_any_parser(tree: Path) -> None:
    """Controls, surrogates and separators are escaped, so that two parsers read the same."""
    out, _ = run(tree, ("timeline", "--json"))
    assert out.isascii()
    assert odd(out) == set()
    mine = [json.loads(line)["message"] for line in out.rstrip("\n").split("\n")]
    theirs = pl.read_ndjson(io.BytesIO(out.encode()), infer_schema_length=None).get_column("message").to_list()
    assert mine == theirs


@pytest.mark.parametrize("form", ["ecs", "timesketch"])
def test_s13_every_kind_of_json_is_ascii(tree: Path, form: str) -> None:
    """Whatever it is made for."""
    out, _ = run(tree, ("timeline", "--format", form))
    assert out.isascii()
    assert all(json.loads(line) for line in out.rstrip("\n").split("\n"))


def test_s12_plasos_table_keeps_its_columns(tree: Path) -> None:
    """l2tcsv has seventeen, whatever a message holds."""
    out, _ = run(tree, ("timeline", "--format", "l2tcsv"))
    assert odd(out) == set()
    assert {len(row) for row in csv.reader(io.StringIO(out, newline=""))} == {17}


def test_s13_a_database_holds_the_text_itself(tree: Path, tmp_path: Path) -> None:
    """SQLite is given values, never statements."""
    target = tmp_path / "t.sqlite"
    assert logforensics("timeline", tree, "-q", "-o", target).code in DONE
    database = sqlite3.connect(target)
    tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
    texts = [str(row) for table in tables for row in database.execute(f'select * from "{table}"')]  # noqa: S608
    database.close()
    assert {found for text in texts for found in re.findall(r"Zq[0-9]{3}x", text)} == {mark(n) for n in range(COUNT)}


@pytest.mark.parametrize("payload", [*TERMINAL[::4], *BIDI[::5], "-x", "--help", "=1+1", "'; drop table timeline; --"])
def test_what_was_typed_is_shown_and_not_obeyed(tmp_path: Path, payload: str) -> None:
    """An option's value comes from a script or from a log, too."""
    (tmp_path / "syslog").write_text("2020-06-23T09:00:01Z web1 app[1]: x\n", encoding="utf-8")
    for option in ("--since", "--tz", "--source", "--grep", "--year", "--level", "--assume-tz", "--format"):
        done = logforensics("timeline", tmp_path, f"{option}={payload}")
        assert odd(done.out + done.err) == set(), option
    assert odd(logforensics("timeline", tmp_path / payload).err) == set()
