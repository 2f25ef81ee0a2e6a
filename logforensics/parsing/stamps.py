"""Turns the time stamps of structured lines, in whichever of the usual spellings, into wall times and offsets.

A structured line seldom says how its stamp is written, and one file may hold several spellings.  Each spelling is
tried on what those above it left; together they leave no stamp to two of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from logforensics.parsing.convert import impossible, leap_kept, offsets

_CLOCK = "(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
_FRACTION = "(?:[.,](?P<fraction>[0-9]{1,12}))?"
_ZONE = "(?P<zone>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?|[A-Z]{3,4})"


@dataclass(frozen=True)
class _Spelling:
    """A regex with the groups day, clock and perhaps fraction and zone, and the layout of "DAY CLOCK"."""

    regex: str
    layout: str


_SPELLINGS = (
    # RFC 3339 and ISO 8601; Python's "2020-06-23 09:07:55,123"; Go's "2020-06-23 09:07:55.1 +1000 AEST"; the
    # same with the name of a zone in brackets behind it, as java.time has it
    _Spelling(
        rf"^(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[T _]{_CLOCK}{_FRACTION} ?{_ZONE}?"
        r"(?: [A-Z]{2,5}|\[[A-Za-z_/+-]+\])?$",
        "%Y-%m-%d",
    ),
    # Go's log package
    _Spelling(rf"^(?P<day>[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}})[T ]{_CLOCK}{_FRACTION} ?{_ZONE}?$", "%Y/%m/%d"),
    # the common log format: "23/Jun/2020:09:07:55 +1000"
    _Spelling(rf"^\[?(?P<day>[0-9]{{2}}/[A-Z][a-z]{{2}}/[0-9]{{4}}):{_CLOCK}{_FRACTION} {_ZONE}\]?$", "%d/%b/%Y"),
    # RFC 5322 and RFC 9110: "Tue, 23 Jun 2020 09:07:55 GMT"
    _Spelling(
        rf"^(?:[A-Z][a-z]{{2}}, )?(?P<day>[0-9]{{2}} [A-Z][a-z]{{2}} [0-9]{{4}}) {_CLOCK}{_FRACTION}(?: {_ZONE})?$",
        "%d %b %Y",
    ),
    # ISO 8601 without its separators: "20200623T090755.123Z"
    _Spelling(r"^(?P<day>[0-9]{8})T(?P<clock>[0-9]{6})" + _FRACTION + _ZONE + "?$", "%Y%m%d"),
)

_NUMBER = r"^(?P<whole>[0-9]{9,19})(?:[.,](?P<fraction>[0-9]+))?(?::[0-9]+)?$"
"""Time since 1970 with at least nine digits, since 1973-03-03 in seconds: less is rather an uptime or a duration.

What follows a colon is the serial number that the Linux audit system puts behind its seconds.
"""


def instants(stamps: pl.Series) -> pl.DataFrame:
    """Columns wall (Datetime us) and offset (Int32 seconds east); wall is null where no stamp is, or no time.

    The offset is null where the text has none, or an abbreviation such as "AEST", which is not one zone for all.
    A number is seconds, milli-, micro- or nanoseconds since 1970, in UTC, whichever makes it a year from 1973 to
    5138; digits beyond microseconds are cut.
    """
    left = pl.DataFrame({"stamp": stamps}).with_row_index("row").drop_nulls("stamp")
    done: list[pl.DataFrame] = []
    for spelling in _SPELLINGS:
        if left.height == 0:
            break
        found = left.select("row", pl.col("stamp").str.extract_groups(spelling.regex).struct.unnest())
        hit = found.get_column("day").is_not_null()
        if hit.any():
            done.append(_dated(found.filter(hit), spelling))
            left = left.filter(~hit)
    if left.height:
        done.append(_numbered(left))
    rows = pl.DataFrame({"row": pl.int_range(len(stamps), dtype=pl.UInt32, eager=True)})
    if len(done) == 1 and done[0].height == rows.height:
        return done[0].drop("row")
    none = pl.DataFrame(schema={"row": pl.UInt32, "wall": pl.Datetime("us"), "offset": pl.Int32})
    return rows.join(pl.concat([none, *done]), on="row", how="left", maintain_order="left").drop("row")


def _dated(found: pl.DataFrame, spelling: _Spelling) -> pl.DataFrame:
    layout = spelling.layout + (" %H%M%S" if spelling.layout == "%Y%m%d" else " %H:%M:%S")
    wall = (pl.col("day") + " " + pl.col("clock")).str.to_datetime(layout, time_unit="us", strict=False, cache=False)
    if "fraction" in found.columns:
        micros = pl.col("fraction").str.head(6).str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
        wall = leap_kept(pl.col("clock").str.tail(2), wall, wall + pl.duration(microseconds=micros, time_unit="us"))
    offset: pl.Series | pl.Expr = pl.lit(None, pl.Int32).alias("offset")
    if "zone" in found.columns:
        offset = offsets(found.get_column("zone"))
        wall = pl.when(~pl.lit(impossible(found.get_column("zone"), offset))).then(wall)
    return found.select("row", wall.alias("wall"), offset)


def _numbered(left: pl.DataFrame) -> pl.DataFrame:
    """Numbers: their digits with those of the fraction behind them are microseconds once they are cut or filled up."""
    parts = left.select("row", pl.col("stamp").str.extract_groups(_NUMBER).struct.unnest())
    digits = pl.col("whole").str.len_bytes()
    # 9 to 11 digits are seconds, 12 to 14 milli-, 15 to 17 micro-, 18 and 19 nanoseconds
    behind = pl.when(digits <= 11).then(6).when(digits <= 14).then(3).otherwise(0)
    fraction = pl.col("fraction").fill_null("").str.head(6).str.pad_end(6, "0").str.head(behind)
    micros = (pl.col("whole") + fraction).cast(pl.Int64, strict=False)
    micros = pl.when(digits >= 18).then(micros // 1000).otherwise(micros)
    offset = pl.when(micros.is_not_null()).then(0).cast(pl.Int32)
    return parts.select("row", micros.cast(pl.Datetime("us")).alias("wall"), offset.alias("offset"))
