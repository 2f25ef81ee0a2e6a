"""Turns the program that a line claims to be from into a word that may stand in one of our sentences."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9_.@/+-]{1,32}")
"""What programs are called; the tag of a syslog line holds 32 characters at most (RFC 3164 section 4.1.3)."""


def speaker(program: str | None, otherwise: str = "a program") -> str:
    """The program's name, or `otherwise` where it has none or where what stands in its place could be a sentence."""
    return program if program is not None and _NAME.fullmatch(program) else otherwise
