"""Turns what a user types for a duration or a time into seconds or a UTC instant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from logforensics.clock.zones import Zone
from logforensics.errors import UsageError

_UNITS: dict[str, float] = {
    **dict.fromkeys(("us", "usec", "µs", "μs"), 1e-6),
    **dict.fromkeys(("ms", "msec"), 1e-3),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86_400.0),
    **dict.fromkeys(("M", "month", "months"), 30.44 * 86_400.0),
    **dict.fromkeys(("y", "year", "years"), 365.25 * 86_400.0),
}
"""Units and their seconds as systemd.time(7) defines them; `m` is a minute, `M` a month."""

_LONGEST = 137 * 365.25 * 86_400.0  # 1970 to 2106, all that logs can span
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+) *([A-Za-zµμ]*) *")
_MIDNIGHT, _LAST_MINUTE, _LEAP_SECOND = 24, 59, 60  # the highest hour, minute and second of ISO 8601
_LIVE = timedelta(days=1)  # evidence that ends less than a day ago is a running system's: "09:00" means today
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_TIMES = 'write "2020-06-23 09:00", "09:00", "-2h", "end-2h", "start+30m", "yesterday" or "@1592895600"'

_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
_OFFSET = r"(?: ?(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2}|[A-Za-z][A-Za-z0-9_+/-]*))?"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?"
_STAMPS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # ISO 8601 / RFC 3339, and the slashes of nginx's error log
        rf"{_WEEKDAY}(?P<year>[0-9]{{4}})([-/])(?P<month>[0-9]{{2}})\2(?P<day>[0-9]{{2}})(?:[T ] *{_CLOCK})?{_OFFSET}",
        # Common Log Format
        rf"\[?(?P<day>[0-9]{{1,2}})/(?P<name>[A-Za-z]{{3}})/(?P<year>[0-9]{{4}}):{_CLOCK}{_OFFSET}\]?",
        # RFC 3164
        rf"{_WEEKDAY}(?P<name>[A-Za-z]{{3}}) +(?P<day>[0-9]{{1,2}})(?: +{_CLOCK})?{_OFFSET}",
        rf"(?P<word>today|yesterday|tomorrow)(?: +{_CLOCK})?{_OFFSET}",
        rf"{_CLOCK}{_OFFSET}",
    )
)


def duration(text: str) -> float:
    """Seconds of a time span as systemd.time(7) writes them: "1h", "1h30m", "2h 30min", "500ms", "90" (seconds).

    Raises UsageError if it is no duration, is negative, or longer than logs can be.
    """
    rest, total, place = text.strip(), 0.0, 0
    for part in _PART.finditer(rest):
        bare = not part[2] and place == 0 and part.end() == len(rest)
        if part.start() != place or not (bare or part[2] in _UNITS):
            break
        total += float(part[1]) * (1.0 if bare else _UNITS[part[2]])
        place = part.end()
    if not rest or place != len(rest):
        raise UsageError(f'{text!r} is no duration: write "1h", "1h30m", "90s" or "500ms"')
    if total > _LONGEST:
        raise UsageError(f"the duration {text!r} is longer than any log")
    return total


def resolve(
    text: str, zone: Zone, evidence_start: datetime | None, evidence_end: datetime | None, now: datetime
) -> datetime:
    """Find the UTC instant that `text` means; walls without a zone are read in `zone` (the earlier one of a fold).

    Understood: the words of systemd.time(7) ("now", "today", "yesterday 09:00", "-2h", "2h ago", "@1592895600"),
    "start", "end", "end-2h" and "start+30m" (the evidence's own first and last event), ISO 8601 dates and times, stamps
    as logs write them, each with an optional zone.  A clock time alone means today if the evidence reaches to within a
    day of `now` (or there is none), else the one day of the evidence it can mean.  A stamp without a year takes the
    year nearest to the evidence.  All datetimes are UTC (naive = UTC).  Raises UsageError for anything else.
    """
    word = text.strip()
    start, end = (None if at is None else _utc(at) for at in (evidence_start, evidence_end))
    try:
        found = _relative(word, start, end, _utc(now)) or _absolute(word, zone, start, end, _utc(now))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no time: {error}") from error
    return found


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _relative(word: str, start: datetime | None, end: datetime | None, now: datetime) -> datetime | None:
    """Instants counted from now, the epoch or an end of the evidence; None if `word` is none of these."""
    epoch = re.fullmatch(r"@([0-9]{1,11})(?:\.([0-9]{1,9}))?", word)
    if epoch:
        micros = int((epoch[2] or "0")[:6].ljust(6, "0"))
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(epoch[1]), microseconds=micros)
    edge = re.fullmatch(r"(start|end|now)(?: *([+-]) *(.+))?", word, re.IGNORECASE)
    if edge:
        at = {"start": start, "end": end, "now": now}[edge[1].lower()]
        if at is None:
            raise UsageError(f"{word!r}: the evidence has no events to count from")
        return at + _signed(edge[2] or "+", edge[3] or "0")
    signed = re.fullmatch(r"([+-]) *([0-9.].*)", word)
    if signed:
        return now + _signed(signed[1], signed[2])
    spoken = re.fullmatch(r"([0-9.].*?) +(ago|left)", word, re.IGNORECASE)
    if spoken:
        return now + _signed("-" if spoken[2].lower() == "ago" else "+", spoken[1])
    return None


def _signed(sign: str, text: str) -> timedelta:
    return timedelta(seconds=duration(text)) * (-1 if sign == "-" else 1)


def _absolute(word: str, zone: Zone, start: datetime | None, end: datetime | None, now: datetime) -> datetime:
    for stamp in _STAMPS:
        match = stamp.fullmatch(word)
        if match and word:
            parts = match.groupdict()
            own = Zone.named(parts["zone"]) if parts["zone"] else zone
            clock = _clock(parts)
            if parts.get("year"):
                month = int(parts["month"]) if "month" in parts else _month(parts["name"])
                return own.instant(datetime(int(parts["year"]), month, int(parts["day"])) + clock)
            if parts.get("day"):
                return _nearest_year(_month(parts["name"]), int(parts["day"]), clock, own, end or now)
            if parts.get("word"):
                return own.instant(_midnight(own.local(now)) + timedelta(days=_DAYS[parts["word"].lower()]) + clock)
            if start is None or end is None or now - end < _LIVE:
                return own.instant(_midnight(own.local(now)) + clock)
            return _clock_alone(word, clock, own, (start, end))
    return _guessed(word, zone)


def _clock(parts: dict[str, str | None]) -> timedelta:
    """Time of day; 24:00 is the next midnight (ISO 8601), :60 a leap second, counted as the second's last instant."""
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    micros = int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    past_midnight = hour == _MIDNIGHT and (minute or second or micros)
    if hour > _MIDNIGHT or minute > _LAST_MINUTE or second > _LEAP_SECOND or past_midnight:
        raise ValueError("there is no such time of day")
    if second == _LEAP_SECOND:
        second, micros = 59, 999_999
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)


def _month(name: str | None) -> int:
    month = (name or "").lower()
    if month not in _MONTHS:
        raise ValueError(f"{name!r} is no month; {_TIMES}")
    return _MONTHS.index(month) + 1


def _midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def _nearest_year(month: int, day: int, clock: timedelta, zone: Zone, near: datetime) -> datetime:
    found = []
    for year in range(near.year - 8, near.year + 2):  # eight years back there is a 29 February, 1900 and 2100 aside
        try:
            found.append(zone.instant(datetime(year, month, day) + clock))
        except ValueError:
            continue  # 29 February of another year
    if not found:
        raise ValueError("there is no such day")
    return min(found, key=lambda at: abs(at - near))


def _clock_alone(word: str, clock: timedelta, zone: Zone, evidence: tuple[datetime, datetime]) -> datetime:
    start, end = evidence
    first, last = _midnight(zone.local(start)), _midnight(zone.local(end))
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    inside = [at for at in (zone.instant(day + clock) for day in days) if start <= at <= end]
    if len(inside) == 1:
        return inside[0]
    if len(days) == 1:
        return zone.instant(first + clock)
    raise UsageError(
        f"{word!r} does not say which day: the evidence runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}; "
        f'write "{last:%Y-%m-%d} {word}"'
    )


def _guessed(word: str, zone: Zone) -> datetime:
    """What dateutil makes of it, provided that nothing was invented: day, order and zone must all be in the text."""
    import warnings

    from dateutil import parser

    read: Callable[..., datetime] = parser.parse
    defaults = (datetime(2000, 1, 1), datetime(2004, 2, 2))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an abbreviation that dateutil does not know, as CST
            first, other = (read(word, default=default) for default in defaults)
            swapped = read(word, default=defaults[0], dayfirst=True)
    except (ValueError, OverflowError, TypeError, AttributeError, Warning) as error:
        raise UsageError(f"{word!r} is no time: {_TIMES}") from error
    if first != other:
        raise UsageError(f"{word!r} leaves the day open: {_TIMES}")
    if first != swapped:
        raise UsageError(f"{word!r} can be {first:%Y-%m-%d} or {swapped:%Y-%m-%d}: write it like that")
    return first.astimezone(UTC) if first.tzinfo is not None else zone.instant(first)
