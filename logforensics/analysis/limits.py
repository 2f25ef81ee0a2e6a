"""Tells which requests a web server turned away for their own client's haste, and takes them from those that failed."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

HASTE = timedelta(minutes=1)
"""The longest unit of a limit's rate (nginx's limit_req_zone counts in r/s or r/m): the bucket of a client that asked
for nothing so long has leaked, and its next request fits into any limit of its own."""

TICK = "1s"
"""The two lines of one request are written when it ends, in whole seconds."""


SHARED = 2
"""Different clients in no haste that a limit turned away: from so many on it is one for all clients together."""

_ZONE = r'by zone "([^"]*)"'


def spare_limited(outcomes: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The same outcomes, those no longer `failed` that exceeded a limit of their own client's.

    In: outcomes as of `web_outcomes`; events with mark, client, time and message.  nginx answers 503 to what exceeds
    limit_req or limit_conn, and tells so in its error log (ngx_http_limit_req_module.c).  That is the site defending
    itself, unless the same limit strikes clients that asked for nothing in the minute before: then it is one for all
    together, and turns visitors away.
    """
    if not {"mark", "client", "message"} <= set(events.columns) or not outcomes.height:
        return outcomes
    told = events.filter((pl.col("mark") == "limited") & pl.col("client").is_not_null())
    if not told.height:
        return outcomes
    told = told.select(
        pl.col("client").cast(pl.String), "time", limit=pl.col("message").str.extract(_ZONE).fill_null("")
    )
    rows = (
        outcomes.select(pl.col("client").cast(pl.String), "time", "failed")
        .with_row_index("at")
        .sort("time", maintain_order=True)
        .with_columns(hasty=(pl.col("time") - pl.col("time").shift(1).over("client") < HASTE).fill_null(value=False))
        .join_asof(
            told.sort("time"), on="time", by="client", strategy="nearest", tolerance=TICK, check_sortedness=False
        )
        .sort("at")
    )
    struck = rows.filter(pl.col("failed") & ~pl.col("hasty")).group_by("limit").agg(pl.col("client").n_unique())
    shared = struck.filter(pl.col("limit").is_not_null() & (pl.col("client") >= SHARED)).get_column("limit").to_list()
    own = pl.col("limit").is_not_null() & ~pl.col("limit").is_in(shared)
    spared = rows.select(own & pl.col("hasty")).to_series()
    return outcomes.with_columns(pl.col("failed") & ~spared)
