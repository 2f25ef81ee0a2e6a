"""Turns the first bytes of a log file into the kind of log it is: text, a systemd journal, login records."""

from __future__ import annotations

from logforensics.evidence.journal.header import SIGNATURE
from logforensics.evidence.logins import HEAD, layout_of

_ZEROS = bytes(16)


def kind_of(head: bytes) -> str:
    """What reads a file that begins with `head` (LogFile.kind): "journal", "logins", or "text" for all others."""
    if head.startswith(SIGNATURE):
        return "journal"
    # every record has zeros behind its short texts, also where the first one is damaged; text has none
    return "logins" if _ZEROS in head[:HEAD] and layout_of(head[:HEAD]) is not None else "text"
