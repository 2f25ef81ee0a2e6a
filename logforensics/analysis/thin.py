"""Turns one block's events into the few that a verdict needs: what is like its neighbours stands for them.

A verdict needs every line that testifies of something, and of the ordinary ones when they came: the first and the
last of each kind in each short stretch, and how many there were.  So what a run takes does not grow with its logs.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from logforensics.analysis.endpoints import shape_expr
from logforensics.analysis.rhythm import MACHINE_JITTER
from logforensics.schema import ALIKE, COUNT, LULL, SAMPLED

CALLS = 6
"""Calls at equal distances within one block from which a client or a template is taken for a timer, and kept whole."""

ROOM = 64
"""Rows a block may keep of its ordinary lines in any case."""

MOST_OF_A_KIND = 32
"""The busiest kinds of requests are told apart, as many as leave each of them so many rows of the room."""

TROUBLE = timedelta(minutes=2)
"""Requests so close to failures that are themselves so close to one another are kept whole: a request that fails after
the usual minute of waiting had come before others that were answered in the meantime."""

MOST_TROUBLE = 3
"""They are kept up to so many times the rows that are wanted."""

SECOND = 1_000_000
"""Microseconds.  Stretches are no shorter: stamps of whole seconds cannot tell more."""


def thin(events: pl.DataFrame, most: int, silence: float) -> pl.DataFrame:
    """About `most` of a block's events in their order; all of them if there are no more.

    In: the columns of a block that was boiled down (columns.digest), in file order.  Kept are all lines with a
    signature or a mark, all failed requests, all calls of timers, the first and the last line of all and in time, both
    lines beside a silence longer than `silence` seconds; of the others, in stretches of the time that leaves about
    `most` rows, the first and the last of each kind.  Out: COUNT, ALIKE and SAMPLED as schema.py has them; SAMPLED
    rows bear no template.
    """
    if events.height <= most:
        return _whole(events)
    rows = events.with_row_index("at")
    own = ~rows.get_column("carried")
    rows = rows.with_columns(_kinds(rows, most))
    telling = rows.select(_telling(rows.columns).alias("telling")).to_series()
    kept = telling | _edges(rows, own) | _timers(rows, own)
    trouble = _in_trouble(rows)
    if int(trouble.sum()) <= MOST_TROUBLE * most:
        kept = kept | trouble
    # a continuation takes its time from its event
    kept = kept | _owners(telling & ~own, own)
    room = max(most - int(kept.sum()), ROOM)
    if rows.height - int(kept.sum()) <= room:
        return _whole(events)
    groups = _stretches(rows, kept, own, room, silence)
    several = pl.col("first") != pl.col("last")
    # half of them each: they lie between the two
    alike = pl.concat(
        [
            groups.select(
                pl.col("first").alias("at"),
                (pl.col("lines") - pl.when(several).then(pl.col("lines") // 2).otherwise(0)).alias(ALIKE),
            ),
            groups.filter(several).select(pl.col("last").alias("at"), (pl.col("lines") // 2).alias(ALIKE)),
        ]
    ).with_columns(pl.lit(True).alias(SAMPLED))
    found = rows.join(alike, on="at", how="left", maintain_order="left")
    found = found.filter(pl.lit(kept) | pl.col(SAMPLED).is_not_null())
    behind = (pl.col("at").shift(-1).fill_null(rows.height) - pl.col("at")).cast(pl.UInt32)
    found = found.with_columns(
        behind.alias(COUNT),
        _lulls(rows, found.get_column("at")).alias(LULL),
        pl.col(ALIKE).fill_null(1).cast(pl.UInt32),
        pl.col(SAMPLED).fill_null(value=False),
    ).drop("at", "endpoints", "answer")
    if "template" in found.columns:
        found = found.with_columns(pl.when(~pl.col(SAMPLED)).then(pl.col("template")).alias("template"))
    return found


def _whole(events: pl.DataFrame) -> pl.DataFrame:
    """All of the events: each stands for itself."""
    one = pl.lit(1, pl.UInt32)
    none = pl.lit(None, pl.Int64).alias(LULL)
    return events.with_columns(one.alias(COUNT), none, one.alias(ALIKE), pl.lit(False).alias(SAMPLED))


def _lulls(rows: pl.DataFrame, kept: pl.Series) -> pl.Series:
    """For each place that is kept the longest step of the clock from there on to the next one (Int64 microseconds)."""
    steps = rows.select((pl.col("wall").shift(-1) - pl.col("wall")).dt.total_microseconds()).to_series()
    run = pl.Series([0], dtype=pl.UInt8).new_from_index(0, rows.height).scatter(kept, 1).cast(pl.UInt32).cum_sum()
    # sorted runs are told apart without hashing them
    longest = pl.DataFrame({"run": run.set_sorted(), "step": steps}).group_by("run").agg(pl.col("step").max())
    longest = longest.sort("run")
    return longest.filter(pl.col("run") > 0).get_column("step")


def _telling(columns: list[str]) -> pl.Expr:
    """What testifies of something by itself."""
    tests = [pl.col(name).is_not_null() for name in ("signature", "boot_mark", "mark") if name in columns]
    return pl.any_horizontal([*tests, _failed(columns)])


def _failed(columns: list[str]) -> pl.Expr:
    """Requests that failed."""
    if "status" not in columns:
        return pl.repeat(False, pl.len(), dtype=pl.Boolean)
    return ((pl.col("status") >= 500) | (pl.col("status") == 499)).fill_null(value=False)


def _edges(rows: pl.DataFrame, own: pl.Series) -> pl.Series:
    """The first and the last event, and the earliest and the latest."""
    mine = rows.select("at", "wall").filter(own)
    if not mine.height:
        return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    wall, at = mine.get_column("wall"), mine.get_column("at")
    places = [0, mine.height - 1, wall.arg_min() or 0, wall.arg_max() or 0]
    return rows.get_column("at").is_in(at.gather(places).unique().implode())


def _owners(needed: pl.Series, own: pl.Series) -> pl.Series:
    """The events that the `needed` continuations belong to."""
    if not needed.any():
        return needed
    numbers = own.cast(pl.UInt32).cum_sum()
    return own & numbers.is_in(numbers.filter(needed).unique().implode())


def _timers(rows: pl.DataFrame, own: pl.Series) -> pl.Series:
    """Lines that something beats out: of one template, or of one client asking for one endpoint, at equal distances."""
    timers = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    for keys in (["template"], ["client", "endpoint"]):
        if not set(keys) <= set(rows.columns):
            continue
        mine = rows.filter(own).select("at", "wall", *keys).drop_nulls(keys)
        if len(keys) > 1:  # most clients come too rarely; one key is counted sooner than two
            often = mine.get_column(keys[0]).value_counts(name="calls").filter(pl.col("calls") >= CALLS)
            mine = mine.join(often.select(keys[0]), on=keys[0], how="semi", maintain_order="left")
        if mine.height < CALLS:
            continue
        seconds = (rows.get_column("wall").max() - rows.get_column("wall").min()).total_seconds()  # type: ignore[operator, union-attr]  # datetimes
        calls = mine.group_by(keys).agg(pl.len().alias("calls"))
        # the median of a timer's distances is a second at least
        calls = calls.filter(pl.col("calls").is_between(CALLS, 2 * seconds + CALLS))
        mine = mine.join(calls.select(keys), on=keys, how="semi", maintain_order="left")
        if not mine.height:
            continue
        apart = pl.col("wall").diff().dt.total_microseconds()
        regular = (
            mine.group_by(keys)
            .agg(apart.median().alias("usual"), apart.quantile(0.95).alias("longest"))
            .filter((pl.col("usual") >= SECOND) & (pl.col("longest") <= pl.col("usual") * (1 + MACHINE_JITTER)))
        )
        beats = mine.join(regular.select(keys), on=keys, how="semi").get_column("at")
        timers = timers | rows.get_column("at").is_in(beats.implode())
    return timers


def _in_trouble(rows: pl.DataFrame) -> pl.Series:
    """Requests near those for the same endpoints that failed, where one failure was not alone."""
    failed = rows.select("wall", "endpoints", _failed(rows.columns).alias("failed"))
    if not failed.get_column("failed").any():
        return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    apart = pl.col("wall").diff().over("endpoints").abs()
    fails = failed.with_row_index("at").filter("failed").with_columns(near=(apart <= TROUBLE).fill_null(value=False))
    together = pl.col("near") | pl.col("near").shift(-1).over("endpoints").fill_null(value=False)
    places = fails.filter(together).get_column("at")
    if not places.len():
        return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    then = pl.when(pl.int_range(pl.len(), dtype=pl.UInt32).is_in(places.implode())).then("wall")
    around = failed.with_columns(then.alias("then")).with_columns(
        pl.col("then").forward_fill().over("endpoints").alias("since"),
        pl.col("then").backward_fill().over("endpoints").alias("until"),
    )
    near = (pl.col("wall") - pl.col("since") <= TROUBLE) | (pl.col("until") - pl.col("wall") <= TROUBLE)
    return around.select(near.fill_null(value=False)).to_series()


def _stretches(rows: pl.DataFrame, kept: pl.Series, own: pl.Series, room: int, silence: float) -> pl.DataFrame:
    """The ordinary lines by stretch and kind: `first` and `last` (places of events), and how many `lines`.

    A stretch ends where the clock or its flags change, where what testifies of something begins or ends, and at a
    silence; and after the time that leaves about `room` rows.  Requests for an endpoint are counted apart between any
    two of them that failed.
    """
    wall = pl.col("wall").cast(pl.Int64)
    breaks = (
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in ("offset", "yearless"))
        | (wall.diff().abs() > int(silence * SECOND))
    ).fill_null(value=False)
    alike = rows.select("endpoints", "answer").filter(~kept)
    kinds = alike.n_unique() if "status" in rows.columns else 1
    edges = kept != kept.shift(1)
    if 2 * kinds * int(edges.sum()) <= room:
        breaks = breaks | pl.lit(edges).fill_null(value=False)
    slim = ("at", "wall", "endpoints", "answer")
    marked = rows.select(*slim, breaks.cum_sum().alias("part"), own.alias("own"), kept.alias("kept"))
    if kinds > 1:
        marked = marked.with_columns(pl.col("kept").cum_sum().over("endpoints").alias("fails"))
    marked = marked.filter(~pl.col("kept"))
    low, high = marked.select(wall.min().alias("low"), wall.max().alias("high")).row(0)
    step = max((high - low) * 2 * kinds // room, SECOND)
    at = pl.when("own").then("at")
    by = ["part", *(["endpoints", "answer", "fails"] if kinds > 1 else [])]
    return (
        marked.group_by(*by, ((wall - low) // step).alias("stretch"))
        .agg(at.min().alias("first"), at.max().alias("last"), pl.len().alias("lines"))
        .drop_nulls("first")
    )


def _kinds(rows: pl.DataFrame, room: int) -> list[pl.Expr]:
    """Which lines are alike: requests for endpoints of one shape that were answered alike; and all others."""
    none = pl.lit(0, pl.UInt32)
    if "status" not in rows.columns or "endpoint" not in rows.columns:
        return [none.alias("endpoints"), none.alias("answer")]
    asked = rows.select("endpoint", _failed(rows.columns).alias("failed")).drop_nulls("endpoint")
    counts = asked.group_by("endpoint").agg(pl.len().alias("count"), pl.col("failed").any())
    shapes = counts.with_columns(shape_expr(pl.col("endpoint").cast(pl.String)).alias("shape"))
    often = (
        shapes.group_by("shape")
        .agg(pl.col("count").sum(), pl.col("failed").any())
        .sort("count", "shape", descending=[True, False])
        # what failed beside what others answered would look as if it did nothing else
        .filter(pl.col("failed") | (pl.int_range(pl.len()) < max(1, room // MOST_OF_A_KIND)))
        .select("shape", pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("place"))
    )
    known = shapes.join(often, on="shape", how="inner").select("endpoint", "place")
    places = rows.select("endpoint").join(known, on="endpoint", how="left", maintain_order="left").get_column("place")
    answer = (pl.col("status") // 100).fill_null(0).cast(pl.UInt32)
    return [pl.lit(places.fill_null(0)).alias("endpoints"), answer.alias("answer")]
