"""Turns web lines into outcomes: which requests worked, which failed, and since when each failing one had waited."""

from __future__ import annotations

import polars as pl

from logforensics.analysis.endpoints import fold
from logforensics.schema import ALIKE, SAMPLED, lines_expr

PROXY_READ_TIMEOUT = 60.0
"""Seconds: nginx's default for proxy_read_timeout, fastcgi_read_timeout and uwsgi_read_timeout
(ngx_http_proxy_module).  A 504 is written when it has run out, so the request had come that much earlier."""

STREAK = 3
"""Failures in a row that show that a group answers no more: a lone 504 beside a success is one slow request."""

CLIENT_CLOSED = 499
"""nginx's own status (ngx_http_request.h, NGX_HTTP_CLIENT_CLOSED_REQUEST): the client gave up waiting."""

PATIENCE = 5.0
"""Seconds a visitor waits before a 499 says more of the site than of the visitor: twice the 2.5 s within which a page
should show its main content (Core Web Vitals).  Counts only where the log tells how long the request took."""

FAILING = (500, 502, 503, 504, CLIENT_CLOSED)
"""Statuses by which a site fails its visitors.  501 and 505 refuse a kind of request, 507 and 508 are WebDAV's: they
say nothing of the site's health."""


def web_outcomes(events: pl.DataFrame) -> pl.DataFrame:
    """The requests among `events`, in time order.

    In: a timeline frame with time, source, file, line, status, method, endpoint, client, agent and, where logged,
    request_time.  Out: time (UTC, when the line was written: the request's end), began (UTC, when it came, as far as
    known), group (endpoint group), client, agent, method, status, ok (2xx and 3xx), failed, source, file, line, and how
    many requests the row stands for (schema.ALIKE, schema.SAMPLED).
    Requests that are neither ok nor failed (4xx) are kept: they prove a live web server.
    """
    web = events.filter(pl.col("status").is_not_null())
    if not web.height:
        return _EMPTY
    names = web.get_column("endpoint").cast(pl.String).unique().drop_nulls().to_list()
    groups = {name: group for name, group in fold(names).items() if name != group}
    status = pl.col("status").cast(pl.Int32)
    waited = pl.lit(None, pl.Float64)
    if "request_time" in web.columns:
        waited = pl.col("request_time")
    timeout = read_timeout(web)
    impatient = (status == CLIENT_CLOSED) & (waited < PATIENCE).fill_null(False)
    waited = pl.coalesce(waited, pl.when(status == 504).then(pl.lit(timeout)).otherwise(pl.lit(0.0)))
    endpoint = pl.col("endpoint").cast(pl.String)
    return web.select(
        "time",
        (pl.col("time") - pl.duration(microseconds=(waited * 1e6).cast(pl.Int64))).alias("began"),
        (endpoint.replace(groups) if groups else endpoint).fill_null("/").cast(pl.Categorical).alias("group"),
        "client",
        "agent",
        "method",
        status.alias("status"),
        status.is_between(200, 399).alias("ok"),
        (status.is_in(FAILING) & ~impatient).alias("failed"),
        "source",
        "file",
        "line",
        lines_expr(web.columns, ALIKE).alias(ALIKE),
        (pl.col(SAMPLED) if SAMPLED in web.columns else pl.lit(False)).alias(SAMPLED),
    )


def bounded(outcomes: pl.DataFrame) -> pl.DataFrame:
    """The same outcomes with `by` (UTC): when each request had come at the latest.

    Where requests of a group succeeded less than PROXY_READ_TIMEOUT before a 504 with which it stopped to answer, that
    504 can have waited no longer than that, as nothing succeeded after it: this server's timeout is a shorter one.  How
    long is not told.  Its 504s then `began` no earlier than the shortest such time, and `by` their own lines.
    """
    wait = pl.duration(microseconds=int(PROXY_READ_TIMEOUT * 1e6))
    assumed = (pl.col("status") == 504) & (pl.col("time") - pl.col("began") == wait)
    plain = outcomes.with_columns(pl.col("began").alias("by"))
    if not outcomes.select(assumed.any()).item():
        return plain
    decided = outcomes.filter(pl.col("ok") | pl.col("failed")).with_columns(
        pl.when("ok").then("time").forward_fill().over("group").alias("last_ok"),
        pl.when("ok").then("time").backward_fill().over("group").alias("next_ok"),
        pl.when("ok").then(pl.lit(None)).otherwise(pl.col("ok").cum_sum().over("group")).alias("streak"),
    )
    stopped = decided.filter(
        assumed
        & (pl.col("time") - pl.col("last_ok") < wait)
        & (pl.col("next_ok") - pl.col("time") > wait).fill_null(value=True)
        & (pl.len().over("group", "streak") >= STREAK)
    )
    if not stopped.height:
        return plain
    shortest = stopped.select((pl.col("time") - pl.col("last_ok")).min()).item()
    return outcomes.with_columns(
        pl.when(assumed).then(pl.col("time") - shortest).otherwise("began").alias("began"),
        pl.when(assumed).then("time").otherwise("began").alias("by"),
    )


def read_timeout(web: pl.DataFrame) -> float:
    """Seconds an upstream may take here: the shortest time a 504 took if the log says so, else nginx's default."""
    if "request_time" not in web.columns:
        return PROXY_READ_TIMEOUT
    shortest = web.filter(pl.col("status") == 504).get_column("request_time").min()
    return float(shortest) if isinstance(shortest, int | float) and shortest > 0 else PROXY_READ_TIMEOUT


_EMPTY = pl.DataFrame(
    schema={
        "time": pl.Datetime("us", "UTC"),
        "began": pl.Datetime("us", "UTC"),
        "group": pl.Categorical(),
        "client": pl.Categorical(),
        "agent": pl.Categorical(),
        "method": pl.Categorical(),
        "status": pl.Int32(),
        "ok": pl.Boolean(),
        "failed": pl.Boolean(),
        "source": pl.Categorical(),
        "file": pl.Categorical(),
        "line": pl.UInt32(),
        ALIKE: pl.Int64(),
        SAMPLED: pl.Boolean(),
    }
)
