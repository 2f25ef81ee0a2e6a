"""Turns a path inside the evidence into the name that every output shows."""

from __future__ import annotations

import os

_BIDI = {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0xFEFF}
"""Characters that have no width or turn the direction of text: a name holding one could forge a row."""


def shown(path: str) -> str:
    """The path with bytes that are not UTF-8 and control characters as \\xNN (\\uNNNN above 0x7f).

    A backslash becomes \\x5c, so that the name can be turned back and two files never share one.
    """
    text = os.fsencode(path).decode("utf-8", "surrogateescape")
    return "".join(_shown_character(character) for character in text)


def _shown_character(character: str) -> str:
    code = ord(character)
    if "\udc80" <= character <= "\udcff":  # surrogateescape: a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if character < " " or character in "\x7f\\":
        return f"\\x{code:02x}"
    if "\x80" <= character < "\xa0" or code in _BIDI:  # \x9b would be the byte, which is another name
        return f"\\u{code:04x}"
    return character
