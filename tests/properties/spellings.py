"""Turns the definitions in parsers/ into writers: what each format's own sample line looks like at another instant.

Nothing here knows a format: the stamp's place comes from the pattern that reads the sample, its look from the
definition's layout and from how the sample spells fraction and offset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from logforensics.parsing.column_lines import names_of
from logforensics.parsing.layout import COUNTS, EPOCH, HEX, MJD, TAI
from logforensics.parsing.library import load_definitions
from logforensics.parsing.model import Definition, Pattern, Sample

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
GERMAN = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")
"""What stands for %B, a month in the language of the host."""

_DIRECTIVE = re.compile(r"%(?:\.f|.)")
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]+)\}")
_NUMBER = re.compile(r"(?P<whole>[0-9]{9,19})(?:(?P<mark>[.,])(?P<digits>[0-9]+))?(?P<rest>.*)")
_ZONE = r"Z|UTC|GMT|[A-Z]{2,5}|[+-][0-9]{2}(?::?[0-9]{2})?"
_READS = {
    "%Y": "[0-9]{4}", "%I": "[0-9]{1,2}", "%j": "[0-9]{3}", "%d": "[0-9]{1,2}", "%m": "[0-9]{1,2}",
    "%e": "[ 0-9]?[0-9]", "%k": "[ 0-9]?[0-9]",
    "%b": "[A-Z][a-z]{2}", "%B": "[^ ]+", "%p": "[AP]M", "%_": "(?P<joint>.)",
    "%.f": "(?:(?P<mark>[.,:])(?P<digits>[0-9]+))?",
    "%Z": f"(?:{_ZONE})", "%%": "%",
}  # fmt: skip
_KEYED = (
    "%Y-%m-%d%_%H:%M:%S%.f", "%d/%b/%Y:%H:%M:%S%.f", "%Y/%m/%d %H:%M:%S%.f", "%Y%m%dT%H%M%S%.f", "%d %b %Y %H:%M:%S%.f",
)  # fmt: skip
"""Layouts of a structured line's stamp, where the definition names none."""


@dataclass(frozen=True)
class Spelling:
    """One way in which a format writes an instant: `before` the stamp, the stamp by `layout`, `after` it.

    `zone` is how the line tells its offset ("" not at all; "Z", "UTC" or "GMT"; "+0000", "+00:00" or "+00") and `gap`
    the text between stamp and offset, None where the offset stands inside the layout (%Z).  `offset` are the seconds
    that the format itself fixes, `digits` those of the fraction, `unit` that of an epoch number.  `head` is the line
    that begins each file of the format, if there is one.
    """

    name: str
    before: str
    layout: str
    after: str
    mark: str = "."
    digits: int = 0
    zone: str = ""
    gap: str | None = ""
    joint: str = "T"
    offset: int | None = None
    yearless: bool = False
    unit: int = 0
    head: str = ""

    @property
    def explicit(self) -> bool:
        """Whether the line says the instant by itself."""
        return not self.yearless and (bool(self.zone) or self.offset is not None)

    @property
    def month_first(self) -> bool:
        """Whether the stamp can be taken for one that begins with its day, and back."""
        return self.name.startswith("timestamped.") and self.layout.startswith("%m/%d/%Y")

    @property
    def resolution(self) -> timedelta:
        """The step in which the stamp counts."""
        if self.layout == EPOCH:
            return timedelta(microseconds=max(1, 10 ** (6 - self.unit - self.digits)))
        if self.layout in COUNTS:
            return timedelta(microseconds={HEX: 1 if self.digits else 1_000_000, TAI: 1, MJD: 1000}[self.layout])
        if "%S" not in self.layout:
            return timedelta(minutes=1)
        return timedelta(microseconds=10 ** (6 - min(self.digits, 6)))

    def shown(self, instant: datetime) -> datetime:
        """The instant as far as the stamp tells it."""
        return instant - (instant - _EPOCH) % self.resolution

    def line(self, instant: datetime, zone: tzinfo) -> str:
        """The line that a host in `zone` writes at `instant` (aware)."""
        if self.layout in COUNTS:
            return self.before + self._count(instant) + self.after
        if self.offset is not None:
            local = (instant + timedelta(seconds=self.offset)).replace(tzinfo=UTC)
        else:
            local = instant.astimezone(UTC if self.zone in ("Z", "UTC", "GMT") else zone)
        offset = self._offset(local)
        text = "".join(self._part(part, local, offset) for part in _parts(self.layout))
        behind = "" if self.gap is None else self.gap + offset
        return self.before + text + behind + self.after

    def _count(self, instant: datetime) -> str:
        seconds, micros = divmod((instant - _EPOCH) // timedelta(microseconds=1), 1_000_000)
        if self.layout == HEX:
            return f"{seconds:x}" + (f".{micros * 1000:08x}" if self.digits else "")
        if self.layout == TAI:
            return f"{_TAI64 + seconds:016x}{micros * 1000:08x}"
        if self.layout == MJD:
            return f"{_MJD + seconds // 86400} {seconds % 86400}.{micros // 1000:03}"
        return self._number(instant)

    def _number(self, instant: datetime) -> str:
        micros = (instant - _EPOCH) // timedelta(microseconds=1)
        whole, rest = divmod(micros, 10 ** (6 - self.unit)) if self.unit < 6 else (micros * 10 ** (self.unit - 6), 0)
        if not self.digits:
            return str(whole)
        return f"{whole}{self.mark}{str(rest).rjust(6 - self.unit, '0')[: self.digits].ljust(self.digits, '0')}"

    def _offset(self, local: datetime) -> str:
        if not self.zone.startswith("+"):
            return self.zone
        shift = local.utcoffset() or timedelta(0)
        minutes = abs(shift) // timedelta(minutes=1)
        sign = "-" if shift < timedelta(0) else "+"
        if self.zone == "+00" and minutes % 60 == 0:
            return f"{sign}{minutes // 60:02}"
        return f"{sign}{minutes // 60:02}{':' if ':' in self.zone else ''}{minutes % 60:02}"

    def _part(self, part: str, at: datetime, offset: str) -> str:
        if part in _NUMBERS:
            return _NUMBERS[part](at)
        if part == "%.f":
            return self.mark + f"{at.microsecond:06}"[: self.digits].ljust(self.digits, "0") if self.digits else ""
        return {"%Z": offset, "%_": self.joint, "%%": "%"}.get(part, part)


_TAI64 = 2**62 + 10  # the label of 1970-01-01T00:00:00Z (cr.yp.to/libtai/tai64.html)
_MJD = 40587  # the modified Julian day of 1970-01-01
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS: dict[str, Callable[[datetime], str]] = {
    "%Y": lambda at: f"{at.year:04}",
    "%y": lambda at: f"{at.year % 100:02}",
    "%m": lambda at: f"{at.month:02}",
    "%d": lambda at: f"{at.day:02}",
    "%e": lambda at: f"{at.day:2}",
    "%b": lambda at: MONTHS[at.month - 1],
    "%B": lambda at: GERMAN[at.month - 1],
    "%j": lambda at: f"{at.timetuple().tm_yday:03}",
    "%H": lambda at: f"{at.hour:02}",
    "%k": lambda at: f"{at.hour:2}",
    "%I": lambda at: f"{at.hour % 12 or 12:02}",
    "%p": lambda at: "PM" if at.hour >= 12 else "AM",
    "%M": lambda at: f"{at.minute:02}",
    "%S": lambda at: f"{at.second:02}",
}


@lru_cache(maxsize=256)
def _parts(layout: str) -> tuple[str, ...]:
    """Directives and the texts between them, in order."""
    found, at = [], 0
    for directive in _DIRECTIVE.finditer(layout):
        found += [layout[at : directive.start()], directive[0]]
        at = directive.end()
    return tuple(part for part in [*found, layout[at:]] if part)


def spellings() -> tuple[Spelling, ...]:
    """One writer for each pattern of each definition that has a sample of its own."""
    found: list[Spelling] = []
    for definition in load_definitions(samples=True):
        found.extend(_of(definition))
    return tuple(found)


def _of(definition: Definition) -> Iterator[Spelling]:
    samples = [sample for sample in definition.samples if sample.matches and not sample.continues]
    seen: set[Spelling] = set()
    for sample in samples:
        for pattern in definition.patterns:
            name = f"{definition.name}.{pattern.name}"
            if definition.reader == "columns" and pattern.keys is not None:
                spelling = _columned(name, pattern, sample)
            else:
                spelling = (_keyed if pattern.keys is not None else _plain)(name, pattern, sample.line)
            if spelling is not None:
                if definition.reader == "records":
                    spelling = replace(spelling, after=spelling.after + "\n")  # an empty line ends a record
                kind = replace(spelling, before="", after="", head="")
                if kind not in seen:
                    yield spelling
                seen.add(kind)
                break


def _plain(name: str, pattern: Pattern, line: str) -> Spelling | None:
    regex = _HEX.sub(lambda found: re.escape(chr(int(found[1], 16))), pattern.regex)
    match = re.match(regex, line)
    if match is None:
        return None
    start, end = match.span("time")
    zone: str = ""
    gap: str | None = ""
    if "zone" in match.re.groupindex and match["zone"]:
        zone = _zone_form(match["zone"])
        gap = None
        if match.start("zone") >= end:
            gap = line[end : match.start("zone")]
            end = match.end("zone")
        elif match.end("zone") <= start and match["zone"] != zone:
            return None  # an offset in front of the stamp would have to be written there
    stamp = match["time"]
    return _spelled(name, pattern, (line[:start], stamp, line[end:]), zone, gap)


def _keyed(name: str, pattern: Pattern, line: str) -> Spelling | None:
    """A structured line: the first key of its time that it holds with a text that can be found again."""
    assert pattern.keys is not None
    for key in dict(pattern.keys.columns)["time"]:
        names = dict.fromkeys((key, key.rpartition(".")[2]))
        found = re.search(
            rf'"?(?:{"|".join(map(re.escape, names))})"? ?[:=] ?(?:"(?P<text>[^"]*)"|(?P<bare>[^ ,}}"]+))', line
        )
        if found is None:
            continue
        group = "text" if found["text"] is not None else "bare"
        place = line[: found.start(group)], found[group], line[found.end(group) :]
        for layout in [pattern.time.layout] if pattern.time.layout else [EPOCH, *_KEYED]:
            spelling = _any(name, pattern, place, layout)
            if spelling is not None:
                return spelling
    return None


def _columned(name: str, pattern: Pattern, sample: Sample) -> Spelling | None:
    """A row below the header that names its columns: the stamp stands in one cell, or in two side by side."""
    assert pattern.keys is not None
    names = names_of(sample.header)
    between = "\t" if "\t" in sample.line else " "
    cells = sample.line.split(between)
    for key in dict(pattern.keys.columns)["time"]:
        wanted = key.split("+")
        at = names.index(wanted[0]) if wanted[0] in names else len(names)
        if len(names) != len(cells) or names[at : at + len(wanted)] != wanted:
            continue
        stop = at + len(wanted)
        before, stamp, after = (between.join(part) for part in (cells[:at], cells[at:stop], cells[stop:]))
        place = (before + between if at else "", stamp, between + after if after else "")
        layout = pattern.time.layout.replace(" ", between)
        for one in [layout] if layout else [EPOCH, *_KEYED]:
            spelling = _any(name, pattern, place, one)
            if spelling is not None:
                return replace(spelling, head=sample.header)
    return None


def _any(name: str, pattern: Pattern, place: tuple[str, str, str], layout: str) -> Spelling | None:
    before, stamp, after = place
    if layout == EPOCH:
        number = _NUMBER.fullmatch(stamp)
        if number is None:
            return None
        return _epoch(name, (before, stamp, number["rest"] + after), number)
    match = re.match(_reading(layout) + rf"(?P<gap> ?)(?P<zone>{_ZONE})?(?P<rest>.*)$", stamp)
    if match is None:
        return None
    found = match.groupdict()
    zone = _zone_form(match["zone"]) if match["zone"] else ""
    if match["rest"] and not match["rest"].startswith(" "):
        return None
    return Spelling(
        name, before, layout, match["rest"] + after, found.get("mark") or ".", len(found.get("digits") or ""), zone,
        match["gap"] if zone else "", found.get("joint") or "T", pattern.time.offset,
    )  # fmt: skip


def _spelled(name: str, pattern: Pattern, place: tuple[str, str, str], zone: str, gap: str | None) -> Spelling | None:
    before, stamp, after = place
    if pattern.time.layout == EPOCH:
        number = _NUMBER.fullmatch(stamp)
        return None if number is None else _epoch(name, place, number)
    if pattern.time.layout in COUNTS:
        return Spelling(name, before, pattern.time.layout, after, digits=8 if "." in stamp else 0, offset=0)
    match = re.match(_reading(pattern.time.layout) + "$", stamp)
    if match is None:
        return None
    found = match.groupdict()
    return Spelling(
        name, before, pattern.time.layout, after, found.get("mark") or ".", len(found.get("digits") or ""), zone, gap,
        found.get("joint") or "T", pattern.time.offset, "year" in pattern.time.missing,
    )  # fmt: skip


def _epoch(name: str, place: tuple[str, str, str], number: re.Match[str]) -> Spelling:
    unit = (len(number["whole"]) - 9) // 3 * 3
    return Spelling(
        name, place[0], EPOCH, place[2], number["mark"] or ".", len(number["digits"] or ""), offset=0, unit=unit
    )


def _reading(layout: str) -> str:
    return "".join(_READS.get(part, "[0-9]{2}" if part.startswith("%") else re.escape(part)) for part in _parts(layout))


def _zone_form(text: str) -> str:
    """Names other than UTC's are written as UTC: what a name means is no matter of instants."""
    if text[0] not in "+-":
        return text if text in ("Z", "UTC", "GMT") else "UTC"
    return {3: "+00", 5: "+0000", 6: "+00:00"}[len(text)]
