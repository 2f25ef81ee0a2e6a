"""Turns the `time` table of a pattern into a TimeLayout, or into what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

MISSING = ("year", "zone")
_DIRECTIVE = re.compile(r"%(?:\.f|.)")
_DIRECTIVES = (
    "%Y", "%m", "%d", "%e", "%b", "%H", "%k", "%M", "%S", "%.f", "%j", "%y", "%I", "%p", "%B", "%Z", "%_",
    "%s", "%h", "%@", "%J", "%%",
)  # fmt: skip
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}|Z")
EPOCH = "%s"
HEX = "%h"
TAI = "%@"
MJD = "%J"
COUNTS = (EPOCH, HEX, TAI, MJD)
"""Layouts of counted time: each stands alone, says the year, and is UTC by its own meaning.

%s: seconds since 1970 (POSIX).  %h: the same in hexadecimal digits, perhaps with a fraction.
%@: a TAI64N label without its "@" (cr.yp.to/libtai/tai64.html).
%J: the modified Julian day and the seconds of that day, as ntpd's statistics have them.
"""

_COUNTED = "seconds since 1970"


@dataclass(frozen=True)
class TimeLayout:
    """How the `time` group is written: strftime directives, and what the text does not say ("year", "zone").

    `offset` are the seconds east of Greenwich that the format itself fixes (IIS writes UTC on every host), else None.
    """

    layout: str
    missing: tuple[str, ...] = ()
    offset: int | None = None


def read_layout(where: str, table: Mapping[str, Any], fail: Callable[[str, str, str], NoReturn]) -> TimeLayout:
    """The layout of one pattern; its values are known to be texts.  `fail` is told where, what is wrong, what to do."""
    layout, missing, zone = table["layout"], tuple(table.get("missing", [])), table.get("zone")
    for part in missing:
        if part not in MISSING:
            fail(where, f'"{part}" cannot be missing', f"write {_words(MISSING)}")
    found = _known_directives(where, layout, fail)
    counted = next((count for count in COUNTS if count in found), None)
    if counted:
        if layout != counted or missing or zone:
            fail(where, f"{_COUNTED} say all there is to say", f'write {{ layout = "{counted}" }} and nothing else')
        return TimeLayout(layout, (), 0)
    has_year = "%Y" in found or "%y" in found
    if has_year == ("year" in missing):
        if has_year:
            fail(where, "the layout has a year, yet calls it missing", 'take "year" out of missing')
        fail(where, "the layout has no year", 'add %Y, or write missing = ["year", "zone"]')
    if zone is not None and not _OFFSET.fullmatch(zone):
        fail(where, f'zone = "{zone}" is no offset', 'write zone = "Z" or zone = "+10:00"')
    return TimeLayout(layout, missing, None if zone is None else offset_seconds(zone))


def _known_directives(where: str, layout: str, fail: Callable[[str, str, str], NoReturn]) -> list[str]:
    found = _DIRECTIVE.findall(layout)
    for directive in found:
        if directive == "%z":
            fail(where, "%z is read by its own group", "take it out and capture the offset as (?P<zone>...)")
        if directive not in _DIRECTIVES:
            fail(where, f"{directive} is no directive of a layout", f"write one of {' '.join(_DIRECTIVES)}")
    return found


def zone_problem(captured: bool, time: TimeLayout) -> tuple[str, str] | None:
    """What is wrong with the ways a pattern says its zone, and what to write: exactly one way must be taken."""
    if time.layout in COUNTS:
        said = (f"{_COUNTED} are UTC, yet it captures the zone", "take the group zone out")
        return said if captured else None
    if captured and "zone" in time.missing:
        return "captures the zone, yet calls it missing", 'take "zone" out of missing'
    if time.offset is not None and (captured or "zone" in time.missing):
        return "says the zone twice", "leave zone = out, or the group zone and missing"
    if not captured and time.offset is None and "zone" not in time.missing:
        return "nothing says the zone", 'write missing = ["zone"] or capture it as (?P<zone>...)'
    return None


def offset_seconds(offset: str) -> int:
    """Seconds east of Greenwich of "+10:00", "-03:30" or "Z"."""
    if offset == "Z":
        return 0
    seconds = int(offset[1:3]) * 3600 + int(offset[4:6]) * 60
    return -seconds if offset[0] == "-" else seconds


def _words(words: Collection[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
