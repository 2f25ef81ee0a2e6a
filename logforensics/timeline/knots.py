"""Turns a block's events into the few of them from which the clock is settled for all: the ends of short stretches.

A clock changes its offset on a quarter of an hour, a year on a midnight; what else can change an instant shows in a
row itself, or in a step beside it.  So rows of one quarter of an hour, of like stamps and in the order of their file
share what is settled for the first and the last of them, and for the earliest and the latest.
"""

from __future__ import annotations

import polars as pl

from logforensics.schema import COUNT, ZONE_NAME

QUARTER = 900_000_000
"""Microseconds of a quarter of an hour: the offsets of all zones are whole numbers of them since 1972, as are the
instants at which they change."""

MINUTE = 60_000_000
"""Microseconds.  A step back by more, of which there are few, parts two stretches."""

PIECE, AT, ROWS = "piece", "at", "rows"
"""Columns of knots: which piece of the spool a row lies in, at which place, and how many rows there are up to the next
knot, itself included; COUNT is how many of these are events with a stamp of their own."""

CLOCK = ("line", "wall", "offset", "yearless", "carried")
"""What the clock is settled from, and ZONE_NAME, where stamps have one."""

WHO = ("host", "program", "pid")
"""What lines at the head of the next file may share with the last event of this one (parsing.lines.Reader.carry)."""


def knots(events: pl.DataFrame, piece: int) -> pl.DataFrame:
    """The knots of one piece's events, in order.

    In: the columns of a parsed block, in file order.  Out: those of CLOCK and WHO that it has, PIECE, AT, ROWS, COUNT.
    """
    kept = [name for name in (*CLOCK, ZONE_NAME, *WHO) if name in events.columns]
    rows = events.select(kept).with_row_index(AT)
    own = rows.filter(~pl.col("carried"))
    wall = pl.col("wall").cast(pl.Int64)
    alike = [wall // QUARTER, wall % MINUTE == MINUTE - 1, *map(pl.col, ("offset", "yearless"))]
    alike += [pl.col(ZONE_NAME)] if ZONE_NAME in kept else []
    breaks = pl.any_horizontal(
        (wall.diff() < -MINUTE).fill_null(value=False), *(expr.ne_missing(expr.shift(1)) for expr in alike)
    )
    ends = own.group_by(breaks.cum_sum().alias("run")).agg(
        pl.col(AT).first().alias("first"),
        pl.col(AT).last().alias("last"),
        pl.col(AT).get(pl.col("wall").arg_min()).alias("earliest"),
        pl.col(AT).get(pl.col("wall").arg_max()).alias("latest"),
    )
    # a line at the head may continue an event of the piece before
    head = pl.Series(AT, [0] if rows.height else [], pl.UInt32)
    places = pl.concat([head, *(ends.get_column(name).alias(AT) for name in ends.columns[1:])]).unique().sort()
    before = pl.concat([pl.Series([0], dtype=pl.UInt32), (~rows.get_column("carried")).cum_sum().cast(pl.UInt32)])
    following = places.shift(-1, fill_value=rows.height)
    return rows.select(pl.all().gather(places)).with_columns(
        pl.lit(piece, pl.UInt32).alias(PIECE),
        (following - places).cast(pl.UInt32).alias(ROWS),
        (before.gather(following) - before.gather(places)).cast(pl.UInt32).alias(COUNT),
    )


def whole(events: pl.DataFrame, piece: int) -> pl.DataFrame:
    """All events of a piece, each a knot: where single lines decide."""
    kept = [name for name in (*CLOCK, ZONE_NAME) if name in events.columns]
    return (
        events.select(kept)
        .with_row_index(AT)
        .with_columns(
            pl.lit(piece, pl.UInt32).alias(PIECE),
            pl.lit(1, pl.UInt32).alias(ROWS),
            (~pl.col("carried")).cast(pl.UInt32).alias(COUNT),
        )
    )


def all_counted(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with continuations in its COUNT, as in that of a timeline that was thinned out; any other as it is."""
    return frame.with_columns(pl.col(ROWS).alias(COUNT)) if ROWS in frame.columns else frame
