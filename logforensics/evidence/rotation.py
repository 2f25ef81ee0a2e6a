"""Turns the name of a log file into the log stream it belongs to and its place among the stream's files."""

from __future__ import annotations

import re

SortKey = tuple[int, tuple[int, ...], int, str]
"""(kind, date, -number, name): compares oldest first within one source.  Kinds: 0 numbered copy, 1 dated copy,
2 the live file.  Numbered copies sort before dated ones: who has both has switched to `dateext`."""

_PACKED = re.compile(r"\.(?:gz|xz|zst|bz2|lz4|Z)$")
_EXTENSION = r"(?P<ext>\.[A-Za-z][A-Za-z0-9]{0,7})"
_DATE = (
    r"(?P<year>19[7-9][0-9]|20[0-9]{2})(?P<dash>[-_.]?)(?P<month>0[1-9]|1[0-2])(?P=dash)(?P<day>0[1-9]|[12][0-9]|3[01])"
)
_CLOCK = r"(?:[-_.T ]?(?P<clock>[0-2][0-9](?:[-_.]?[0-5][0-9]){0,2})|-1[0-9]{9})?"  # or the epoch, `-%Y%m%d-%s`
_SERIAL = r"(?:[-_.](?P<serial>[0-9]{1,6}))?"

# Every pattern keeps what stands before and behind the rotation mark; together they are the live file's name.
_PATTERNS: tuple[re.Pattern[str], ...] = (
    # journald: system@SEQNUMID-SEQNUM-MICROSECONDS.journal when rotated, system@MICROSECONDS-RANDOM.journal~ when
    # it was found unclean (managed_journal_file_rotate, journal_file_dispose)
    re.compile(r"(?P<base>.+)@[0-9a-f]{32}-[0-9a-f]{16}-(?P<journal>[0-9a-f]{16})(?P<ext>\.journal)~?"),
    re.compile(r"(?P<base>.+)@(?P<journal>[0-9a-f]{16})-[0-9a-f]{16}(?P<ext>\.journal)~"),
    # two dates (btmp-20161201-20161202): the second is the rotation's
    re.compile(rf"(?P<base>.+)[-_.][0-9]{{8}}[-_.]{_DATE}{_EXTENSION}?"),
    # logrotate dateext (syslog-20200623), `extension .log`, logback, NLog archives (app.2020-06-23.1.log)
    re.compile(rf"(?P<base>.*[^-_.0-9])[-_.]{_DATE}{_CLOCK}{_SERIAL}{_EXTENSION}?"),
    # logrotate `dateformat -%s`
    re.compile(rf"(?P<base>.+)[-.](?P<epoch>1[0-9]{{9}}){_EXTENSION}?"),
    # the date first, as NLog's ${{shortdate}} and IIS make it: 2020-06-23-app.log, 2020-06-23.log, u_ex200623.log
    re.compile(rf"{_DATE}{_CLOCK}(?:[-_. ](?P<base>[^0-9].*?))?{_EXTENSION}"),
    re.compile(r"(?P<base>u_(?:ex|in|nc))(?P<short>[0-9]{6})(?P<ext>\.log)"),
    # logrotate's default, savelog, RollingFileAppender: syslog.1, access.log.12, dmesg.0
    re.compile(r"(?P<base>.+)\.(?P<number>[0-9]{1,3})"),
    # Windows loggers put the number before the extension: app.1.log, archive.0.txt
    re.compile(rf"(?P<base>.+)\.(?P<number>[0-9]{{1,3}}){_EXTENSION}"),
    re.compile(r"(?P<base>.+)\.(?P<old>old|prev|last)"),
)

_LATEST = 253_402_300_799
"""Seconds since the epoch to the last second of the year 9999."""

_XORG = re.compile(r"Xorg\.[0-9]+\.log")
"""Here the number is the display's: Xorg.0.log and Xorg.1.log are two streams."""


def logical_name(name: str) -> tuple[str, SortKey]:
    """The source's name (that of its live file, folder kept) and the key that sorts its files oldest first.

    `name` uses "/" between its parts.  Packing suffixes do not count.  Where the file's own name is nothing
    but a date, the source is called "DATE.log".
    """
    start = max(name.rfind("/"), name.rfind("!")) + 1  # "!" stands between a bundle and its members
    folder, file = name[:start], name[start:]
    plain = _PACKED.sub("", file)
    if not plain or (plain.startswith(".") and _PACKED.match(file)):
        plain = file
    if not _XORG.fullmatch(plain):
        for pattern in _PATTERNS:
            if match := pattern.fullmatch(plain):
                source, key = _read(match, name)
                return folder + source, key
    kind = 2 if plain == file else 0  # a packed file without a mark is an older copy of its stream
    return folder + plain, (kind, (), 0, name)


def _read(match: re.Match[str], name: str) -> tuple[str, SortKey]:
    found = match.groupdict()
    extension = found.get("ext") or ""
    base = found.get("base")
    source = f"{base}{extension}" if base else f"DATE{extension}"
    if found.get("old"):
        return source, (0, (), -1, name)
    if found.get("number") is not None:
        return source, (0, (), -int(found["number"]), name)
    if found.get("epoch"):
        return source, (1, _day_of_epoch(int(found["epoch"])), 0, name)
    if micros := found.get("journal"):
        seconds, rest = divmod(int(micros, 16), 1_000_000)
        return source, (1, (*_day_of_epoch(min(seconds, _LATEST)), rest), 0, name)
    if short := found.get("short"):
        return source, (1, (2000 + int(short[:2]), int(short[2:4]), int(short[4:])), 0, name)
    clock = [int(part) for part in re.findall("[0-9]{2}", found.get("clock") or "")]
    date = (int(found["year"]), int(found["month"]), int(found["day"]), *clock)
    # Within one day a serial number counts up (logback %i, NLog DateAndSequence).
    return source, (1, date, int(found.get("serial") or 0), name)


def _day_of_epoch(seconds: int) -> tuple[int, ...]:
    """Year, month, day, hour, minute, second of a time since the epoch, in UTC."""
    from datetime import UTC, datetime

    return tuple(datetime.fromtimestamp(seconds, UTC).timetuple()[:6])
