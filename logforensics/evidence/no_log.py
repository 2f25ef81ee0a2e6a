"""Turns the first lines of a text that no parser reads into what it is instead of a log: a package list, a script."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_JUDGED = 20
"""Lines looked at: the kinds below show themselves at once."""

_FIRST = (
    (r"Request: E[DI][SP]P [0-9]", "what APT asked its solver or planner (EDSP, EIPP): package lists without times"),
    (r"Package: [a-z0-9][a-z0-9+.-]+", "a package database (dpkg's status, or an index of packages)"),
    (r"Name: [a-z0-9][a-z0-9+.-]*/", "a debconf database"),
    (r"#!", "a script"),
    (r"#cloud-config", "a cloud-config"),
    (r"<\?xml |<!DOCTYPE ", "an XML or HTML document"),
    (r"-----BEGIN ", "a key, a certificate or a signed text"),
    (r"log_file: /var/log/gpu-manager", "what gpu-manager found and set, without times"),
    (r"/usr/share/fonts: ", "what fc-cache did, without times"),
    (r"Font directories:$", "what fc-cache did, without times"),
    (r"uname -a: ", "the installer's list of the hardware"),
    (r"/bin/partman: \*{9}|parted_server: ", "what the installer's partitioner did, without times"),
    (r"[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f] [A-Z]", "a list of PCI devices (lspci)"),
    (r"(?:start: cmd-install|curtin: Installation started)", "what curtin did at the installation, without times"),
    (r"OpenVPN CLIENT LIST$|TITLE,OpenVPN ", "who is connected to OpenVPN at one instant (openvpn, --status)"),
    (r"(?:DISTRIB_ID|X_INSTALLATION_MEDIUM|PRETTY_NAME|NAME)=", "the release that was installed"),
    (r"Linux [0-9][^ ]* .*\t[0-9/-]+ *\t", "a report of sar, whose lines have a clock and no date"),
)
"""Regexes at the start of the first line that is not blank, and what the text then is."""

_ALL = (
    (
        r"(?:<[0-9]{1,3}>|[a-z0-9]+ *:[a-z]+ *: )?\[ *[0-9]+[.][0-9]{6}\] ",
        "kernel messages with seconds since boot and no wall clock: kern.log, the journal or dmesg -T have them dated",
        0.9,
    ),
    (r"\[\+[0-9]+[.][0-9]{2}s\] ", "a log in seconds since the start of its program, which it does not tell", 0.9),
    (
        (
            r"(?:\*\* )?(?:\([A-Za-z0-9:_-]+\): )?(?:[A-Za-z-]+ \*{2}|[A-Za-z-]+)"
            r": [0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}: "
        ),
        "a log with times of day whose date it does not tell",
        0.5,
    ),
    (
        r"(?:[0-9]{1,10}[ \t]+)?[\[(]?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?(?:[\])]?[ \t|:;-]|[\])])",
        "a log with times of day whose date it does not tell",
        0.9,
    ),
)
"""Regexes at the start of lines, and the share of the lines; among those of GLib stand the words of other libraries."""

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATED = re.compile(
    r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}|[0-9]{4}[.][0-9]{2}[.][0-9]{2}(?![0-9.])"
    r"|(?<![0-9.])[0-9]{1,2}[.][0-9]{1,2}[.](?:[0-9]{4}|[0-9]{2})(?![0-9.])"
    rf"|[0-9]{{1,2}}[-/. ]{_MONTH}|{_MONTH}[a-z]*[. ] ?[0-9]{{1,2}}"
    r"|[0-9]{1,2}:[0-9]{2}|(?<![0-9A-Fa-f])[0-9]{10,19}(?![0-9A-Fa-f])|[^\x00-\x7F]"
)
"""What may be part of a stamp: a date, a day and a month, a clock, seconds since 1970, a month in another language."""


def no_log(head: Sequence[str]) -> str | None:
    """What a text that begins with the lines `head` is, if it is known to be none that tells times."""
    lines = [line for line in head if line.strip()][:_JUDGED]
    if not lines:
        return None
    for regex, what in _FIRST:
        if re.match(regex, lines[0]):
            return what
    for regex, what, share in _ALL:
        if sum(re.match(regex, line) is not None for line in lines) >= share * len(lines):
            return what
    if _json(head):
        return "a JSON document"
    return None


def undated(head: Sequence[str]) -> str | None:
    """What a text is in none of whose lines `head` stands a date or a time; None if there may be one."""
    lines = [line for line in head if line.strip()]
    if lines and not any(_DATED.search(line) for line in lines):
        return "a text without dates or times in its lines"
    return None


def _json(lines: Sequence[str]) -> bool:
    """Whether the lines are one JSON document, or the head of one that is laid out over many lines."""
    first = lines[0].strip()
    if first in {"{", "["}:
        return True
    if len(lines) > 1 or first[:1] not in {"{", "["}:
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True
