"""Turns stamps without a year, in file order over a whole source, into full wall times and says which stay in doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from logforensics.clock.chain import Chain, Range, YearClues, instant, micros
from logforensics.clock.laps import FEB_29, MARCH_1, is_leap, stretches
from logforensics.clock.newest import UNKNOWN_YEAR, YearBasis, newest_year


@dataclass(frozen=True)
class Years:
    """Full walls, row for row, and what the newest line's year rests on.

    `low` and `high` are the first and the last wall that a row can have, null where its year is sure; `astray` marks
    those whose whole date looks like a clock that was not set.
    """

    wall: pl.Series
    low: pl.Series
    high: pl.Series
    astray: pl.Series
    basis: YearBasis

    @property
    def doubtful(self) -> pl.Series:
        """Which rows' years are a choice, or whose dates are not to be believed."""
        return self.low.is_not_null() | self.astray


def infer_years(rows: pl.DataFrame, clues: YearClues) -> Years:
    """Give every yearless row its year.

    `rows` in file order: wall (naive Datetime us; yearless stamps carry the placeholder year 2000), yearless
    (Boolean), file_index (integer into `clues.mtimes`); no continuation lines.  Rows with a year pass unchanged and
    serve as anchors.

    New Year is a backward step of more than half a year.  The newest line's year is settled by, in this order: the
    user, lines with years in the same source, dates in file names, a chain of mtimes that fits its files, the span of
    sources with years, the newest mtime.  29 February rules out all but leap years.
    """
    bare = rows.with_row_index("row").filter(pl.col("yearless"))
    if bare.height == 0:
        none = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
        empty = pl.repeat(None, n=rows.height, dtype=pl.Datetime("us"), eager=True)
        every = YearBasis(Range(UNKNOWN_YEAR, UNKNOWN_YEAR, UNKNOWN_YEAR), "every line has its year")
        return Years(rows["wall"], empty, empty, none, every)
    bare, found = stretches(bare)
    chain = Chain(found, bare, clues)
    basis = newest_year(chain, rows, bare, clues)
    chain.settle(basis.years)
    return _apply(rows, bare, chain, basis)


def _apply(rows: pl.DataFrame, bare: pl.DataFrame, chain: Chain, basis: YearBasis) -> Years:
    """Move each row from the placeholder year into its stretch's year; 29 February never leaves a leap year."""
    order = range(len(chain.all))
    years = [chain.years[index] for index in order]
    table = pl.DataFrame(
        {
            "stretch": pl.Series(order, dtype=pl.UInt32),
            **_shifts("shown", [year.shown for year in years], _leap_before),
            **_shifts("low", [year.low for year in years], _leap_before),
            **_shifts("high", [year.high for year in years], _leap_after),
            "unsure": [year.low < year.high for year in years],
            "shifted": [not is_leap(year.shown) for year in years],
            "astray": [index in chain.astray for index in order],
        }
    )
    place = pl.col("place")
    leap_day = (place >= FEB_29) & (place < MARCH_1)

    def full(which: str) -> pl.Expr:
        shift = (
            pl.when(place < FEB_29)
            .then(f"{which}_early")
            .when(leap_day)
            .then(f"{which}_leap")
            .otherwise(f"{which}_spring")
        )
        return (pl.col("wall").cast(pl.Int64) + shift).cast(pl.Datetime("us"))

    doubtful = (pl.col("unsure") | (leap_day & pl.col("shifted"))) & ~pl.col("astray")
    settled = bare.join(table, on="stretch", how="left", maintain_order="left").select(
        "row",
        "astray",
        full=full("shown"),
        low=pl.when(doubtful).then(full("low")),
        high=pl.when(doubtful).then(full("high")),
    )
    joined = rows.with_row_index("row").join(settled, on="row", how="left", maintain_order="left")
    return Years(
        joined.select(pl.coalesce("full", "wall").alias("wall")).to_series(),
        joined["low"],
        joined["high"],
        joined["astray"].fill_null(value=False),
        basis,
    )


def _shifts(name: str, years: list[int], leap: Callable[[int], int]) -> dict[str, list[int]]:
    """By how many microseconds dates of the placeholder year move into each year: before, on and after 29 February."""
    base = micros(datetime(UNKNOWN_YEAR, 1, 1))
    return {
        f"{name}_early": [instant(0, year) - base for year in years],
        f"{name}_leap": [instant(0, leap(year)) - base for year in years],
        f"{name}_spring": [instant(MARCH_1, year) - base - MARCH_1 for year in years],
    }


def _leap_before(year: int) -> int:
    return next(past for past in range(year, year - 9, -1) if is_leap(past))


def _leap_after(year: int) -> int:
    return next(later for later in range(year, year + 9) if is_leap(later))
