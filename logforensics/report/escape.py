"""Turns hostile log text into text that a terminal, Markdown, HTML, a spreadsheet or JSON shows and never obeys.

One door a face: `plain` for terminals, `code`, `fence` and `prose` for Markdown, `html` and `attribute` for HTML,
`cell` for CSV, `ascii_json` for JSON.  Controls are shown, never stripped (CVE-2021-25743, CVE-2021-42574), and
`unplain` restores the input.
"""

from __future__ import annotations

import json
import re
from html import escape as _entities

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Characters that show nothing but change what a reader sees: bidi controls, zero widths, tags, line separators."""

CONTROLS = "\x00-\x1f\x7f-\x9f"
"""C0, DEL and C1: what a terminal may obey (ECMA-48)."""

_HOSTILE = re.compile(
    f"[{CONTROLS}]|[{INVISIBLE}]|[\ud800-\udfff]|\\\\(?=[\\\\xrntu])|<(?=U\\+)",
)
_SHOWN = re.compile(r"\\(?:\\|n|r|t|x[0-9a-f]{2}|u[0-9a-f]{4})|<U\+[0-9A-F]{4,6}>")
_BACK = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}
FORMULA = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
"""First characters that make a spreadsheet evaluate a cell (CWE-1236), full-width forms included."""

ARMED = rf"(^|;)([ \u00a0\u3000]*[{FORMULA.replace('-', '')}-])"
"""Where a formula could begin, for Python's regex engine and Rust's: a cell's first character, whatever spaces are in
front of it, and behind a semicolon, at which a spreadsheet set to a language with decimal commas splits the line."""


def _show(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if char == "\\":
        return "\\\\"
    if code < 0xA0:
        return f"\\x{code:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return f"\\u{code:04x}"
    return f"<U+{code:04X}>"


def plain(text: str, limit: int | None = None) -> str:
    """`text` with every control as \\xNN and every invisible character as <U+NNNN>; cut to `limit` characters.

    A backslash is doubled where it could be read as such an escape, so the uncut result is reversible.
    """
    shown = _HOSTILE.sub(_show, text)
    if limit is not None and len(shown) > limit:
        shown = shown[: max(0, limit - 3)] + "..."
    return shown


def unplain(shown: str) -> str:
    """The text that `plain` was given (the reverse of it, for uncut text)."""

    def back(match: re.Match[str]) -> str:
        token = match.group()
        if token in _BACK:
            return _BACK[token]
        return chr(int(token[3:-1] if token[0] == "<" else token[2:], 16))

    return _SHOWN.sub(back, shown)


def ascii_only(text: str) -> str:
    """`text` for a stdout that is not UTF-8: what ASCII does not hold is written as \\xNN, \\uNNNN or \\UNNNNNNNN."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _ticks(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * (longest + 1)


def code(text: str, limit: int | None = None, *, table: bool = False) -> str:
    """`text` as a Markdown code span that nothing inside can end; with `table`, safe inside a table cell too."""
    shown = plain(text, limit)
    if not shown:
        shown = " "
    ticks = _ticks(shown)
    pad = " " if shown[0] == "`" or shown[-1] == "`" or (shown[0] == " " == shown[-1] and shown.strip()) else ""
    span = f"{ticks}{pad}{shown}{pad}{ticks}"
    # GFM splits cells before it looks for code spans, so a pipe needs its backslash even inside one.
    return span.replace("|", "\\|") if table else span


_MARKUP = re.compile(
    r"[\\`*\[\]<>|~@$]|&(?=#|[A-Za-z])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|(?<=www)\.", re.IGNORECASE
)
"""What CommonMark or GFM would read as markup in running text, automatic links included."""

_LINE_START = re.compile(r"(?P<number>[0-9]{1,9})(?P<dot>[.)])|(?P<sign>[#+=-])")
"""What would start a heading, a list or a rule at the start of a line (CommonMark 0.31, sections 4 and 5)."""


def prose(text: str, *, start: bool = False) -> str:
    """`text` in a Markdown sentence: shown as it is, no character of it works as markup.

    `start` tells that it stands at the start of a line or of a list item.
    """
    shown = _MARKUP.sub(lambda match: "\\" + match.group(), plain(text))
    if start and (match := _LINE_START.match(shown)):
        at = match.start("dot") if match["dot"] else 0
        shown = shown[:at] + "\\" + shown[at:]
    return shown


def fence(lines: list[str], info: str = "text") -> list[str]:
    """`lines` (already shown by `plain`) as a fenced block whose fence is longer than any run of backticks inside."""
    ticks = _ticks("\n".join(lines))
    ticks = ticks if len(ticks) >= 3 else "```"
    return [f"{ticks}{info}", *lines, ticks]


def html(text: str, limit: int | None = None) -> str:
    """`text` as the content of an HTML element: nothing in it is markup, and it stays in its own reading direction."""
    return f"<bdi>{attribute(text, limit)}</bdi>"


def attribute(text: str, limit: int | None = None) -> str:
    """`text` as the value of an HTML attribute in double quotes; never for one that is a URL, a script or a style."""
    return _entities(plain(text, limit), quote=True)


_ARMED = re.compile(ARMED)


def cell(text: str) -> str:
    """`text` for a CSV cell: controls shown, and an apostrophe wherever a formula could begin."""
    return plain(_ARMED.sub(r"\1'\2", text))


def ascii_json(value: object, indent: int | None = 2) -> str:
    """`value` as JSON in ASCII with finite numbers only; raises ValueError on NaN and infinities."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, indent=indent).replace("\x7f", "\\u007f")
