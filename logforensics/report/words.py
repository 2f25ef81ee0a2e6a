"""Turns instants, durations, counts and classes into the words every face uses; no clock or locale of the machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from logforensics.clock.zones import Zone

if TYPE_CHECKING:
    from logforensics.report.model import Hidden

UTC = Zone.named("UTC")

CAUSES = {
    "power-loss": "power loss",
    "kernel-panic": "kernel panic",
    "clean-reboot": "clean reboot",
    "disk-read-only": "the disk went read-only",
    "disk-full": "the disk was full",
    "out-of-memory": "out of memory",
    "upstream-down": "the application behind the web server was down",
    "upstream-slow": "the application behind the web server did not answer in time",
    "web-server-down": "the web server was down",
    "network-loss": "the network was lost",
    "clock-step": "a step of the clock",
    "suspended": "the machine was suspended",
    "unknown": "not known from these logs",
}
"""The cause classes of DESIGN.md section 7 in words."""

FORMS = {
    "restarted": "the application behind the web server was stopped and started again",
    "database": "no connection to the database",
    "names": "no names could be resolved",
    "maintenance": "announced maintenance",
}
"""What a cause was more closely (outage.model.Cause.form), instead of the words of its class."""

FAILURES = {
    "ro-remount": "a filesystem turned read-only",
    "fs-error": "a filesystem found an error in itself",
    "journal-abort": "a filesystem gave up its journal",
    "fs-shutdown": "a filesystem shut itself down",
    "io-error": "a disk could not be read or written",
    "medium-error": "a disk has bad sectors",
    "ata-error": "a disk or its cable made errors",
    "device-lost": "a disk vanished",
    "ctrl-reset": "a disk controller was reset",
    "pool-suspended": "a ZFS pool was suspended",
    "raid-degraded": "a RAID lost a disk",
    "usb-storage-lost": "a USB disk vanished",
    "disk-full": "no space was left",
    "oom-kill": "the kernel killed a process to get memory",
    "hung-task": "a process hung in the kernel",
    "soft-lockup": "a CPU hung",
    "panic": "the kernel panicked",
    "mce": "the CPU reported a hardware error",
    "thermal-shutdown": "the machine was too hot",
    "upstream-timeout": "the application did not answer in time",
    "upstream-refused": "the application took no connections",
}
"""The failure classes of DESIGN.md section 8 in words."""

SILENCES = {
    "reboot": "the machine was down",
    "filesystem-read-only": "the disk was read-only",
    "disk-full": "the disk was full",
    "rate-limit": "lines were dropped: too many at once",
    "lines-counted": "the same line came again and again, and was only counted",
    "entries-missing": "entries were written that are not here",
    "rotation-seam": "lost at a log rotation",
    "clock-step": "the clock was set; no time passed",
    "suspended": "the machine was asleep",
    "end-of-collection": "the logs end here",
    "quiet-hours": "a quiet hour",
    "stopped": "stopped by the outage",
    "unknown": "not known",
}
"""The causes of a silence (analysis.findings.Gap) in words."""


DAMAGES = {
    "torn": "a line without its end: it was being written, or the rest was never written",
    "nul": "zeros where text should be: after a power cut a journaled filesystem knows a file's length, but not the "
    "text that was written last, and what they stand for is lost",
    "binary": "bytes that are no text",
    "encoding": "bytes that are no UTF-8; they are shown as \\xNN",
    "eio": "the disk could not be read there",
    "shrunk": "the file became shorter while it was read",
    "changed": "the file was rewritten while it was read",
    "unread": "what could not be read",
    "overlong": "the rest of a line of more than 16 MiB",
    "resync": "an event that stood on the same line behind a torn one",
    "junk": "lines in no known format, where they are most of a log",
}
"""The kinds of damage (evidence.model.Damage) in words; those of packed files say themselves what failed."""


def _local(time: datetime, zone: Zone) -> datetime:
    """The instant (naive = UTC) with the offset that `zone` has then."""
    return zone.local(time).replace(tzinfo=timezone(timedelta(seconds=zone.offset_at(time))))


def iso(time: datetime, zone: Zone = UTC) -> str:
    """ISO 8601 with offset; fractions only where the log had them ("...:37.379+10:00")."""
    text = _local(time, zone).isoformat()
    return re.sub(r"(\.[0-9]*?)0+(?=[+-][0-9]{2}:)", r"\1", text)


def offset(time: datetime, zone: Zone) -> str:
    """The offset of `zone` at that instant: "+10:00", or "UTC" for none."""
    text = iso(time, zone)[-6:]
    return "UTC" if text == "+00:00" else text


def clock(time: datetime, zone: Zone) -> str:
    """Date and time in `zone`, without the offset: "2020-06-23 09:05:37.379"."""
    return iso(time, zone).replace("T", " ")[:-6]


def short_clock(time: datetime, zone: Zone) -> str:
    """The time of day in `zone` to the second, for places where the date is known."""
    return _local(time, zone).strftime("%H:%M:%S")


def local(time: datetime, zone: Zone) -> str:
    """Date, time and offset in `zone`: "2020-06-23 09:05:37.379 +10:00"."""
    return f"{clock(time, zone)} {offset(time, zone)}"


def between(first: datetime, last: datetime, zone: Zone) -> str:
    """Two instants to the second, the offset named once where it is the same."""
    one, two = offset(first, zone), offset(last, zone)
    return f"{clock(first, zone)[:19]}{'' if one == two else f' {one}'} to {clock(last, zone)[:19]} {two}"


def window_words(begin: datetime | None, end: datetime | None, zone: Zone) -> str:
    """The selection of --since and --until in words, as "from 2020-06-23 09:00:00 +10:00 on"."""
    if begin is not None and end is not None:
        return f"from {between(begin, end, zone)}"
    if begin is not None:
        return f"from {clock(begin, zone)[:19]} {offset(begin, zone)} on"
    return f"before {clock(end, zone)[:19]} {offset(end, zone)}" if end is not None else "at any time"


def both(time: datetime, zone: Zone) -> str:
    """The instant as the site's clock showed it, with UTC behind it unless that is the same."""
    if offset(time, zone) == "UTC":
        return local(time, zone)
    return f"{local(time, zone)} ({clock(time, UTC)} UTC)"


def zone_label(label: str) -> str:
    """The zone as reports name it: "UTC+10:00" is the offset "+10:00"."""
    return label[3:] if label[:4] in ("UTC+", "UTC-") else label


def agent_name(agent: str) -> str:
    """The short name of a client: "UptimeRobot/2.0" of "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://...)"."""
    match = re.search(r"\(compatible;[ +]*([^;)]+)", agent)
    name = match.group(1) if match else agent.partition(" ")[0]
    return name if name not in ("", "-") else "A client without a name"


def duration(seconds: float) -> str:
    """A length of time in its two largest units: "22 h 6 min", "4 min 10 s", "12 s", "0.4 s"."""
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    for index, (name, size) in enumerate(units):
        if whole >= size or size == 1:
            if index + 1 < len(units):
                below_name, below = units[index + 1]
                rest = whole % size // below
                return f"{whole // size} {name} {rest} {below_name}" if rest else f"{whole // size} {name}"
            return f"{whole} {name}"
    return "0 s"


def span_words(low: float, high: float | None) -> str:
    """A length known between two bounds: "22 h 6 min", "22 h 5 min to 22 h 7 min", "at least 3 h"."""
    if high is None:
        return f"at least {duration(low)}"
    low = max(low, 0.0)
    first, last = duration(low), duration(high)
    return first if first == last else f"{first} to {last}"


def about(low: float, high: float | None) -> str:
    """A length in round words for a headline: "about 22 hours", "at least 3 hours", "at most 3 min 3 s"."""
    if high is not None and high > 1.5 * max(low, 0.0):
        # One number would claim more than the bounds know.
        return f"at most {duration(high)}"
    middle = low if high is None else (max(low, 0.0) + high) / 2
    lead = "at least" if high is None else "about"
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        # Two of a unit are needed before its rounding error drops under a quarter.
        if middle >= 2 * size:
            return f"{lead} {round(middle / size)} {name}s"
    return f"{lead} {plural(round(middle), 'second')}"


def plural(number: int, noun: str) -> str:
    """As "1 line", "2 lines", "12,345 lines", "2 boundaries"."""
    if number != 1:
        noun = noun[:-1] + "ies" if noun.endswith("ry") else noun + ("es" if noun.endswith(("ss", "sh", "ch")) else "s")
    return f"{number:,} {noun}"


def listing(items: Iterable[str], limit: int | None = None) -> str:
    """As "a, b and c"; beyond `limit` items "a, b and 7 more"."""
    names = list(items)
    if limit is not None and len(names) > limit:
        names = [*names[:limit], f"{len(names) - limit} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def sureness(confidence: float) -> str:
    """A confidence of 0..1 as the words a report uses; the number always stands beside them."""
    for floor, word in ((0.9, "very likely"), (0.7, "likely"), (0.45, "plausible")):
        if confidence >= floor:
            return word
    return "weakly supported"


def hidden_words(hidden: Iterable[Hidden]) -> str:
    """What was hidden: "ipv4: 40 in 318 places; user: 3 in 12 places"."""
    return "; ".join(f"{item.kind}: {item.distinct:,} in {item.places:,} places" for item in hidden) or "nothing"
