"""Which columns the analysers need, and how a block's messages are boiled down to them before they are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from logforensics.analysis.boots import boot_expr
from logforensics.analysis.endpoints import endpoint_expr
from logforensics.analysis.marks import MARK, mark_expr
from logforensics.analysis.signatures import signature_expr
from logforensics.schema import CLAIMED, SCHEMA
from logforensics.settings import Settings
from logforensics.timeline.build import Progress, read_timeline
from logforensics.timeline.model import Timeline

FIELDS = (
    "host", "program", "message", "severity", "status", "method", "path", "client", "agent", "request_time",
)  # fmt: skip
"""The schema columns a verdict needs; all others stay uncaptured."""

SILENCE_FIELDS = ("host", "program", "message")
"""The schema columns that explain a silence; web lines are then read for their time alone."""

VARYING = r"[^ ]*[0-9][^ ]*"
"""A token with a digit in it varies from line to line (a number, an address, an id); the rest is the template."""


def digest(events: pl.DataFrame) -> pl.DataFrame:
    """One block's columns boiled down: message text is kept only where something in it matters.

    In: the columns of FIELDS as parsed.  Out: `message` replaced by null where it carries neither signature nor mark,
    `path` replaced by `endpoint` (Categorical), and, where there are messages, these added: `signature` (index
    into `signatures()`), `boot_mark`, `mark` (Enum), `mono` (Float64 seconds since boot, kernel lines), `template`
    (UInt64, equal for lines alike but for tokens with digits).
    """
    if "path" in events.columns:
        events = events.with_columns(endpoint_expr(pl.col("path")).cast(pl.Categorical).alias("endpoint")).drop("path")
    if "message" not in events.columns or not events.get_column("message").count():
        return events.drop("message", strict=False)
    message = pl.col("message")
    if CLAIMED in events.columns:  # it is in the timeline, but testifies to nothing
        message = pl.when(~pl.col(CLAIMED)).then(message)
    program = pl.col("program") if "program" in events.columns else None
    who = pl.lit("") if program is None else program.cast(pl.String).fill_null("")
    marked = events.with_columns(
        signature_expr(message, program).alias("signature"),
        boot_expr(message, program).alias("boot_mark"),
        mark_expr(message).alias("mark"),
        message.str.extract(r"^\[ *([0-9]+\.[0-9]{6})\]", 1).cast(pl.Float64, strict=False).alias("mono"),
        pl.when(~pl.col("carried") & message.is_not_null())
        .then(pl.concat_str(who, pl.lit(" "), message.str.replace_all(VARYING, "#")).hash())
        .otherwise(None)
        .alias("template"),
    )
    own = pl.col("endpoint").cast(pl.String) if "endpoint" in events.columns else pl.lit(None, pl.String)
    matters = pl.col("signature").is_not_null() | pl.col("boot_mark").is_not_null() | pl.col("mark").is_not_null()
    return marked.with_columns(
        pl.when(matters).then(message).otherwise(None).alias("message"),
        pl.when(own.is_null() & pl.col("signature").is_not_null())
        .then(endpoint_expr(message.str.extract(r'request: "[A-Z]+ ([^ "]+)', 1)))
        .otherwise(own)
        .cast(pl.Categorical)
        .alias("endpoint"),
    )


DERIVED: dict[str, pl.DataType] = {
    "endpoint": pl.Categorical(),
    "signature": pl.Int16(),
    "boot_mark": pl.Int16(),
    "mark": MARK,
    "mono": pl.Float64(),
    "template": pl.UInt64(),
}
"""The derived columns and their types."""

ALL_COLUMNS: dict[str, pl.DataType] = {**{name: SCHEMA[name] for name in FIELDS if name != "path"}, **DERIVED}


def read_for_analysis(
    paths: Sequence[str],
    settings: Settings | None = None,
    progress: Progress | None = None,
    fields: Collection[str] = FIELDS,
) -> Timeline:
    """The timeline an analyser can work on: the columns of `fields`, boiled down; absent ones are there as nulls."""
    timeline = read_timeline(paths, settings=settings, fields=fields, digest=digest, progress=progress)
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in ALL_COLUMNS.items() if name not in timeline.events.columns
    ]
    return timeline.with_events(timeline.events.with_columns(absent)) if absent else timeline
