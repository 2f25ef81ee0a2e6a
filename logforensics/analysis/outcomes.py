"""Turns web lines into outcomes: which requests worked, which failed, and since when each failing one had waited."""

from __future__ import annotations

import polars as pl

from logforensics.analysis.endpoints import fold
from logforensics.schema import ALIKE, SAMPLED, lines_expr

PROXY_READ_TIMEOUT = 60.0
"""Seconds: nginx's default for proxy_read_timeout, fastcgi_read_timeout and uwsgi_read_timeout
(ngx_http_proxy_module).  A 504 is written when it has run out, so the request had come that much earlier."""

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
