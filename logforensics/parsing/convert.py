"""Turns captured text columns into the timeline's types: wall times, offsets, severities, numbers, categories."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import polars as pl

from logforensics.parsing.layout import EPOCH, HEX, MJD, TAI, TimeLayout
from logforensics.parsing.model import Definition
from logforensics.parsing.months import spellings
from logforensics.schema import SCHEMA, SEVERITIES, SEVERITY

PLACEHOLDER_YEAR = 2000
"""Stands in where a stamp has no year: a leap year, so that 29 February is a date; clock/ puts the real one in."""


_WIDTHS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%I": 2, "%M": 2, "%S": 2, "%b": 3, "%j": 3, "%p": 2}
_NAMED_ZONE = " (?:[A-Z]{2,5}|[+-][0-9]{2}(?::?[0-9]{2})?) "
_DIRECTIVE = re.compile(r"%(?:\.f|.)")
_UNEVEN = re.compile("%[bBeI]|%[md]/")
"""Layouts of stamps that programs write with single digits or commas, or in the language of the host."""
_SINGLE = "(^|[^0-9.,])([0-9])([^0-9]|$)"


def wall_expr(text: pl.Expr, time: TimeLayout) -> pl.Expr:
    """The wall time as `_wall_expr` reads it; what that leaves unread is evened out and tried again.

    Evened out: single digits are filled up, a comma behind the day is taken out, and a month may be spelled in full or
    in another language (months.py).
    """
    wall = _wall_expr(text, time)
    if "%y" in time.layout:
        # strptime(3): 69 to 99 are of the last century, which a clock that was not set shows
        wall = pl.when(wall.dt.year() > 2068).then(wall.dt.offset_by("-100y")).otherwise(wall)
    if not _UNEVEN.search(time.layout):
        return wall
    other = replace(time, layout=time.layout.replace("%b", "%B"))

    def again(both: pl.Series) -> pl.Series:
        frame = both.struct.unnest()
        left = frame.get_column("wall").is_null() & frame.get_column("text").is_not_null()
        if not left.any():
            return frame.get_column("wall")
        found = frame.filter(left).select(_wall_expr(_even(pl.col("text")), other)).to_series()
        return frame.get_column("wall").scatter(left.arg_true(), found)

    return pl.struct(wall.alias("wall"), text.alias("text")).map_batches(again, return_dtype=pl.Datetime("us"))


def _even(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(", ", " ", literal=True).str.replace_all("  ", " ", literal=True)
    # twice: what stands between two single digits is part of one match only
    return text.str.replace_all(_SINGLE, "${1}0${2}${3}").str.replace_all(_SINGLE, "${1}0${2}${3}")


def _wall_expr(text: pl.Expr, time: TimeLayout) -> pl.Expr:
    """The wall time as it is written (naive, microseconds); null where the text is no date of the calendar.

    `%.f` stands for a fraction of a second with its point, comma or colon, one digit or more, or none at all; digits
    beyond microseconds are cut.  A leap second, 23:59:60, is kept as the last microsecond of its minute: it stays in
    its day and in its order.  `%B` stands for a month's name in any language of months.py.
    """
    layout = time.layout
    if layout in _COUNTED:
        return _COUNTED[layout](text)
    if "%e" in layout or "%k" in layout:
        # Polars reads fixed widths four times as fast, so "Jun  3" becomes "Jun 03"
        text = text.str.replace("  ", " 0", literal=True)
        layout = layout.replace("%e", "%d").replace("%k", "%H")
    if "%B" in layout:
        names, english = list(spellings()), list(spellings().values())
        text = text.str.to_lowercase().str.replace_many(names, english, leftmost=True)
        text, layout = text.str.replace("[.] ", " "), layout.replace("%B", "%b")
    if "%_" in layout:
        front, _, back = layout.partition("%_")
        text, layout = text.str.head(_width(front) or 0) + text.str.slice((_width(front) or 0) + 1), front + back
    if "%Z" in layout:
        # date(1) writes the zone in front of the year; it is its own group, inside of `time`
        front = " ([AP]M)" if "%p %Z" in layout else ""
        text = text.str.replace(front + _NAMED_ZONE, f"{' $1' if front else ''} ")
        layout = layout.replace(" %Z ", " ")
    if "year" in time.missing:
        text, layout = pl.lit(f"{PLACEHOLDER_YEAR} ") + text, f"%Y {layout}"
    before, fraction, behind = layout.partition("%.f")
    width, tail = _width(before), _width(behind)
    if not fraction or width is None or tail is None:
        return leap_kept(_second(text, layout), _naive(text, layout))
    length = text.str.len_bytes().cast(pl.Int64)
    digits = text.str.slice(width + 1, length - (width + 1 + tail)) if tail else text.str.slice(width + 1, 6)
    micros = digits.str.head(6).str.pad_end(6, "0").cast(pl.Int64, strict=False)
    micros = pl.when(length > width + tail).then(micros).otherwise(0)
    whole = text.str.head(width) + text.str.tail(tail) if tail else text.str.head(width)
    wall = _naive(whole, before + behind)
    return leap_kept(_second(text, layout), wall, wall + pl.duration(microseconds=micros, time_unit="us"))


def _second(text: pl.Expr, layout: str) -> pl.Expr:
    """The two digits of the second; null where their place varies from line to line, as with an hour of one digit."""
    before, second, _ = layout.partition("%S")
    width = _width(before) if second else None
    return pl.lit(None, pl.String) if width is None else text.str.slice(width, 2)


def leap_kept(second: pl.Expr, whole: pl.Expr, wall: pl.Expr | None = None) -> pl.Expr:
    """`wall` (default: `whole`, the same without its fraction), but for second 60 the microsecond before it is over."""
    return (
        pl.when(second == "60")
        .then(whole - pl.duration(microseconds=1, time_unit="us"))
        .otherwise(whole if wall is None else wall)
    )


def _epoch(text: pl.Expr) -> pl.Expr:
    """Seconds since 1970 with a fraction or without; 13, 16 and 19 digits are milli-, micro- and nanoseconds.

    All of them begin with the ten digits that seconds have had since 2001-09-09 and will have until 2286.
    """
    digits = text.str.replace("[.,]", "")
    number = digits.str.head(16).str.pad_end(16, "0").cast(pl.Int64, strict=False)
    return pl.when(digits.str.len_bytes() >= 10).then(number).cast(pl.Datetime("us"))


def _hex(text: pl.Expr) -> pl.Expr:
    """Eight hexadecimal digits of seconds since 1970, and behind a point those of nanoseconds (OpenLDAP)."""
    seconds = text.str.head(8).str.to_integer(base=16, strict=False, dtype=pl.Int64)
    nanos = text.str.slice(9).str.to_integer(base=16, strict=False, dtype=pl.Int64).fill_null(0)
    return (seconds * 1_000_000 + nanos // 1000).cast(pl.Datetime("us"))


TAI_AHEAD = 10
"""Seconds by which daemontools and runit count TAI ahead of UTC: what it was in 1970, and no leap second since."""


def _tai(text: pl.Expr) -> pl.Expr:
    """A TAI64N label: 2^62 and the seconds in sixteen hexadecimal digits, then nanoseconds in eight."""
    seconds = text.str.slice(8, 8).str.to_integer(base=16, strict=False, dtype=pl.Int64) - TAI_AHEAD
    nanos = text.str.slice(16, 8).str.to_integer(base=16, strict=False, dtype=pl.Int64).fill_null(0)
    wall = (seconds * 1_000_000 + nanos // 1000).cast(pl.Datetime("us"))
    return pl.when(text.str.starts_with("40000000")).then(wall)


MJD_1970 = 40_587
"""The modified Julian day of 1970-01-01."""


def _mjd(text: pl.Expr) -> pl.Expr:
    """ "59023 32737.123": a modified Julian day, and the seconds since its midnight, UTC."""
    day = text.str.head(5).cast(pl.Int64, strict=False) - MJD_1970
    second, fraction = text.str.extract("^[0-9]{5} ([0-9]+)", 1), text.str.extract("[.]([0-9]{1,6})", 1)
    micros = second.cast(pl.Int64) * 1_000_000 + fraction.fill_null("0").str.pad_end(6, "0").cast(pl.Int64)
    return pl.when(micros < 86_401_000_000).then((day * 86_400_000_000 + micros).cast(pl.Datetime("us")))


_COUNTED = {EPOCH: _epoch, HEX: _hex, TAI: _tai, MJD: _mjd}


def _naive(text: pl.Expr, layout: str) -> pl.Expr:
    # cache=False: stamps that differ from line to line make the cache cost more than the parsing
    return text.str.to_datetime(layout, time_unit="us", strict=False, cache=False)


def _width(layout: str) -> int | None:
    """How many characters a layout always takes, None if that varies."""
    total = len(_DIRECTIVE.sub("", layout))
    for directive in _DIRECTIVE.findall(layout):
        if directive not in _WIDTHS:
            return None
        total += _WIDTHS[directive]
    return total


NAMED: dict[str, float] = {
    "Z": 0, "z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "SAST": 2,
    "HKT": 8, "AWST": 8, "JST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EDT": -4, "MDT": -6, "PDT": -7, "AKDT": -8, "AKST": -9,
}  # fmt: skip
"""Hours east of Greenwich of the names that are one offset wherever the tz database has used them since 1995.

EST, CST, MST, PST and BST are left out: Australia, China, Malaysia, the Philippines and Bangladesh have used them too.
"""


def offsets(zone: pl.Series) -> pl.Series:
    """Seconds east of Greenwich of captured zone texts (Int32); each distinct text is worked out once."""
    if zone.len() and zone[0] is not None and (zone == zone[0]).all(ignore_nulls=False):
        return pl.repeat(_offset_of(zone[0]), zone.len(), dtype=pl.Int32, eager=True).alias("offset")
    distinct = zone.drop_nulls().unique()
    seconds = distinct.to_frame("zone").select(_offset_expr(pl.col("zone"))).to_series()
    return zone.replace_strict(distinct, seconds, default=None, return_dtype=pl.Int32).alias("offset")


def impossible(zone: pl.Series, offset: pl.Series) -> pl.Series:
    """Which captured zone texts are numbers that `offsets` found to be none of a clock's, as +99:99 (Boolean).

    RFC 3339, section 5.6: 23 hours and 59 minutes at most.  Nothing tells which of its digits is wrong.
    """
    return zone.str.contains("^[+-][0-9]").fill_null(value=False) & offset.is_null()


@lru_cache(maxsize=256)
def _offset_of(text: str) -> int | None:
    offset: int | None = pl.select(_offset_expr(pl.lit(text))).item()
    return offset


def _offset_expr(text: pl.Expr) -> pl.Expr:
    """Seconds of "+1000", "+10:00", "+10", "Z", "UTC", "GMT" or a name in NAMED; null for any other name of a zone.

    Other abbreviations stay null on purpose: "IST" is three zones.
    """
    digits = text.str.replace(":", "", literal=True)
    number = digits.cast(pl.Int32, strict=False)
    size = number.abs()
    hours = pl.when(digits.str.len_bytes() == 3).then(size).otherwise(size // 100)
    minutes = pl.when(digits.str.len_bytes() == 3).then(0).otherwise(size % 100)
    seconds = number.sign() * (hours * 3600 + minutes * 60)
    seconds = pl.when((hours < 24) & (minutes < 60)).then(seconds)
    sizes = [float(size) for size in NAMED.values()]
    named = text.replace_strict(list(NAMED), sizes, default=None, return_dtype=pl.Float64) * 3600
    return pl.coalesce(named.cast(pl.Int32), seconds.cast(pl.Int32))


PER_SECOND = {"ms": 1e3, "us": 1e6, "ns": 1e9}
"""The units in which durations are logged besides seconds."""


def field_expr(field: str, definition: Definition) -> pl.Expr:
    """The column `field` of captured text, cast to its type in the schema; text that does not fit is null."""
    text, dtype = pl.col(field), SCHEMA[field]
    conversion = dict(definition.types).get(field)
    if field == "message":
        return text
    if field == "severity":
        return _level_expr(text, definition, conversion).alias(field)
    if conversion in PER_SECOND:
        return (text.cast(pl.Float64, strict=False) / PER_SECOND[conversion]).alias(field)
    if conversion == "sum":
        return _sum_expr(text).alias(field)
    if dtype.is_numeric():
        return text.cast(dtype, strict=False)
    empty = ["", *definition.absent]
    return pl.when(text.is_in(empty)).then(None).otherwise(text).cast(dtype).alias(field)


def _level_expr(text: pl.Expr, definition: Definition, conversion: str | None) -> pl.Expr:
    """The severity of a word, or of a number of syslog's."""
    if conversion != "pri":
        return _word_expr(text, definition)
    levels = pl.lit(pl.Series(SEVERITIES, dtype=SEVERITY))
    level = levels.gather(text.cast(pl.UInt16, strict=False) % len(SEVERITIES))
    return pl.coalesce(level, _word_expr(text, definition))


def _word_expr(text: pl.Expr, definition: Definition) -> pl.Expr:
    """The severity that the definition gives to a captured word, in any case; null for a word it does not know."""
    if not definition.severity:
        return pl.lit(None, SEVERITY)
    return text.str.to_lowercase().replace_strict(dict(definition.severity), default=None, return_dtype=SEVERITY)


def _sum_expr(text: pl.Expr) -> pl.Expr:
    """All numbers in the text added up, null if there is none; nearly every text is one number, cast at once."""
    several = text.str.extract_all("[0-9]+(?:[.][0-9]+)?").list.eval(pl.element().cast(pl.Float64))
    total = pl.when(several.list.len() > 0).then(several.list.sum())
    return pl.coalesce(text.cast(pl.Float64, strict=False), total)
