"""Turns the first lines of a text that no parser reads into what it is instead of a log: a package list, a script."""

from __future__ import annotations

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
    (r"uname -a: ", "the installer's list of the hardware"),
    (r"(?:DISTRIB_ID|X_INSTALLATION_MEDIUM|PRETTY_NAME|NAME)=", "the release that was installed"),
    (r"Linux [0-9][^ ]* .*\t[0-9/]+ *\t", "a report of sar, whose lines have a clock and no date"),
)
"""Regexes at the start of the first line that is not blank, and what the text then is."""

_ALL = (
    (
        r"(?:<[0-9]{1,3}>)?\[ *[0-9]+[.][0-9]{6}\] ",
        "kernel messages with seconds since boot and no wall clock: kern.log, the journal or dmesg -T have them dated",
    ),
)
"""Regexes at the start of nine lines in ten."""


def no_log(head: Sequence[str]) -> str | None:
    """What a text that begins with the lines `head` is, if it is known to be none that tells times."""
    lines = [line for line in head if line.strip()][:_JUDGED]
    if not lines:
        return None
    for regex, what in _FIRST:
        if re.match(regex, lines[0]):
            return what
    for regex, what in _ALL:
        if sum(re.match(regex, line) is not None for line in lines) >= 0.9 * len(lines):
            return what
    return None
