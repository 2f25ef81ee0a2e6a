"""Hostile text is shown by every door and obeyed by none."""

from __future__ import annotations

import json
import re

import pytest

from logforensics.report.escape import ascii_json, ascii_only, attribute, cell, code, fence, html, plain, prose, unplain

PAYLOADS = (
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31m 8-bit",
    "over\rwritten\x08\x08",
    "\u202egpj.exe\u2066",
    "zero\u200bwidth\ufeff",
    "tag\U000e0041",
    "line\u2028separator\nand LF",
    "C:\\new \\x1b \\\\",
    "<U+202E> written out",
    "[a](javascript:alert(1)) ![b](http://e.example/x.png)",
    "`code` ```fence``` ~~~",
    "a|b|c \\| d",
    "<script>alert(1)</script> &lt; &#124;",
    "# head\n- item\n1. one",
    "=HYPERLINK(1)",
    "http://e.example www.e.example a@e.example",
    "*bold* _emph_ **x** __y__ ~~z~~",
)


@pytest.mark.parametrize("text", PAYLOADS)
def test_plain_text_holds_no_control_and_no_invisible_character(text: str) -> None:
    """A terminal gets printable characters only."""
    odd = [c for c in plain(text) if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or not (c.isprintable() or c == " ")]
    assert odd == []


@pytest.mark.parametrize("text", PAYLOADS)
def test_plain_text_can_be_turned_back(text: str) -> None:
    """What was shown restores what was logged."""
    assert unplain(plain(text)) == text


def test_every_byte_that_a_terminal_obeys_is_shown() -> None:
    """C0, DEL and C1 all come out as escapes."""
    controls = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
    assert re.fullmatch(r"(?:\\x[0-9a-f]{2}|\\[nrt])+", plain(controls))


def test_letters_of_right_to_left_scripts_stay_as_they_are() -> None:
    """Only controls are escaped, not languages."""
    assert plain("שלום سلام") == "שלום سلام"


@pytest.mark.parametrize("code_point", [0xD800, 0xDABC, 0xDFFF])
def test_a_lone_surrogate_is_shown_by_its_number(code_point: int) -> None:
    """No encoder writes it, so that it must not come out as it is."""
    assert plain(chr(code_point)) == f"\\u{code_point:04x}"


@pytest.mark.parametrize(
    ("limit", "expected"), [(6, "abc..."), (3, "..."), (1, "..."), (10, "abcdefghij"), (None, "abcdefghij")]
)
def test_long_text_is_cut_with_dots(limit: int | None, expected: str) -> None:
    """A limit counts the characters shown."""
    assert plain("abcdefghij", limit) == expected


def test_what_ascii_does_not_hold_is_written_out() -> None:
    """For a stdout that is not UTF-8."""
    assert ascii_only("aé€😀") == "a\\xe9\\u20ac\\U0001f600"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "`plain`"),
        ("a`b", "``a`b``"),
        ("``", "``` `` ```"),
        ("", "` `"),
        ("`x", "`` `x ``"),
        (" x ", "`  x  `"),
        (" x", "` x`"),
        ("x ", "`x `"),
        ("  ", "`  `"),
        ("a|b", "`a|b`"),
    ],
)
def test_a_code_span_is_longer_than_any_backtick_run_inside(text: str, expected: str) -> None:
    """Nothing inside a code span ends it."""
    assert code(text) == expected


def test_a_pipe_in_a_table_cell_does_not_split_the_cell() -> None:
    """GFM wants the pipe escaped even inside code."""
    assert code("a|b", table=True) == "`a\\|b`"


@pytest.mark.parametrize(("line", "ticks"), [("a", "```"), ("``", "```"), ("```", "````"), ("````", "`````")])
def test_a_fence_is_longer_than_any_backtick_run_inside(line: str, ticks: str) -> None:
    """Nothing inside a fenced block ends it."""
    assert fence([line]) == [f"{ticks}text", line, ticks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 9:05 and 12.5 %", "plain words, 9:05 and 12.5 %"),
        ("keepass_plugins.version.txt", "keepass_plugins.version.txt"),
        ("[x](y) <b> *z*", "\\[x\\](y) \\<b\\> \\*z\\*"),
        ("see http://e.example", "see http\\://e.example"),
        ("www.e.example", "www\\.e.example"),
        ("a &amp; b & c", "a \\&amp; b & c"),
    ],
)
def test_prose_escapes_markup_and_leaves_words_alone(text: str, expected: str) -> None:
    """A sentence stays readable in the source, too."""
    assert prose(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("- x", "\\- x"), ("1. x", "1\\. x"), ("# x", "\\# x"), ("a", "a")])
def test_prose_at_the_start_of_a_line_starts_no_block(text: str, expected: str) -> None:
    """A reason that begins like a list is still a sentence."""
    assert prose(text, start=True) == expected
    assert prose(text) == text


@pytest.mark.parametrize("first", "=+-@\t\r\uff1d\uff0b\uff0d\uff20")
def test_a_formula_is_disarmed(first: str) -> None:
    """No spreadsheet evaluates a cell from a log."""
    assert cell(first + "1").startswith("'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("  =1", "'  =1"), ("a;=1;b", "a;'=1;b"), ("a; @x", "a;' @x"), ("a=1", "a=1"), ("a-b; c", "a-b; c")],
)
def test_a_formula_is_disarmed_where_a_cell_could_begin(text: str, expected: str) -> None:
    """Spaces hide no formula, and neither does a semicolon that another language takes for the separator."""
    assert cell(text) == expected


@pytest.mark.parametrize("text", PAYLOADS)
def test_html_of_hostile_text_is_one_element_without_markup_inside(text: str) -> None:
    """A browser sees the isolating element and text, nothing else."""
    shown = html(text)
    inside = shown.removeprefix("<bdi>").removesuffix("</bdi>")
    assert shown == f"<bdi>{inside}</bdi>"
    assert not set(inside) & set("<>\"'")


def test_an_attribute_cannot_be_left() -> None:
    """Quotes of both kinds become entities."""
    assert attribute("\" onload='x' <&") == "&quot; onload=&#x27;x&#x27; &lt;&amp;"


def test_json_is_ascii_and_reads_back() -> None:
    """Whatever is in a log, the document is ASCII and says the same."""
    text = "\x1b\x7f\u2028é😀\ud800"
    document = ascii_json({"a": text})
    assert document.isascii()
    assert "\x7f" not in document
    assert json.loads(document) == {"a": text}


def test_json_is_indented_by_two() -> None:
    """The report's JSON is read by people as well."""
    assert ascii_json({"a": [1]}) == '{\n  "a": [\n    1\n  ]\n}'
    assert ascii_json({"a": [1]}, None) == '{"a": [1]}'


def test_json_holds_finite_numbers_only() -> None:
    """NaN is no JSON."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        ascii_json(float("nan"))
