"""Which columns the analysers need, and how a block's messages are boiled down to them before they are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache, partial

import polars as pl

from logforensics.analysis.boot_marks import boot_expr, boot_rules
from logforensics.analysis.endpoints import endpoint_expr, endpoints_of
from logforensics.analysis.gaps import SHORTEST
from logforensics.analysis.marks import MARK, mark_expr, mark_rules
from logforensics.analysis.scan import gate
from logforensics.analysis.signatures import signature_expr, signatures
from logforensics.analysis.thin import thin
from logforensics.schema import CLAIMED, COUNT, SCHEMA, THINNED, lines_in
from logforensics.settings import Settings
from logforensics.timeline.build import read_timeline
from logforensics.timeline.model import Progress, Timeline

FIELDS = (
    "host", "program", "message", "severity", "status", "method", "path", "client", "agent", "request_time",
)  # fmt: skip
"""The schema columns a verdict needs; all others stay uncaptured."""

SILENCE_FIELDS = ("host", "program", "message")
"""The schema columns that explain a silence; web lines are then read for their time alone."""

VARYING = r"[^ ]*[0-9][^ ]*"
"""A token with a digit in it varies from line to line (a number, an address, an id); the rest is the template."""


MOST_ROWS = 300_000
"""Rows kept of evidence that is too large to be kept whole (timeline/room.py), besides those that testify of something:
of some 900 bytes each while they are reasoned about, besides what reading takes, within the 512 MiB of a run."""

FEW_ROWS = 100_000
"""The same for what tells of silences and bursts alone: some hundred stretches a day for each of fifty kinds of lines.
Their edges are kept in any case; a report also counts what went well meanwhile."""


def digest(events: pl.DataFrame) -> pl.DataFrame:
    """One block's columns boiled down: message text is kept only where something in it matters.

    In: the columns of FIELDS as parsed.  Out: `message` replaced by null where it carries neither signature nor mark,
    `path` replaced by `endpoint` (Categorical), and, where there are messages, these added: `signature` (index
    into `signatures()`), `boot_mark`, `mark` (Enum), `mono` (Float64 seconds since boot: of kernel lines in text, of
    every entry in a journal), `template` (UInt64, equal for lines alike but for tokens with digits).
    """
    if "path" in events.columns:
        endpoint = endpoints_of(events.get_column("path")).cast(pl.Categorical).alias("endpoint")
        events = events.with_columns(endpoint).drop("path")
    if "message" not in events.columns or not events.get_column("message").count():
        return events.drop("message", strict=False)
    message = pl.col("message")
    if CLAIMED in events.columns:  # it is in the timeline, but testifies to nothing
        message = pl.when(~pl.col(CLAIMED)).then(message)
    who = pl.lit("") if "program" not in events.columns else pl.col("program").cast(pl.String).fill_null("")
    told = message.str.extract(r"^\[ *([0-9]+\.[0-9]{6})\]", 1).cast(pl.Float64, strict=False)
    boiled = events.with_columns(
        pl.col("mono") if "mono" in events.columns else told.alias("mono"),
        pl.when(~pl.col("carried") & message.is_not_null())
        .then(pl.concat_str(who, pl.lit(" "), message.str.replace_all(VARYING, "#")).hash())
        .otherwise(None)
        .alias("template"),
    )
    return boiled.with_columns(_told(events, message))


def _told(events: pl.DataFrame, message: pl.Expr) -> list[pl.Series]:
    """What the messages testify of: signature, boot_mark and mark, message where there is one, and endpoint.

    One pass over the text finds the few lines that hold any literal of any rule; only they are looked at.
    """
    rows = events.select(message.str.contains(_gate()).fill_null(value=False)).to_series().arg_true()
    program = pl.col("program") if "program" in events.columns else None
    own = pl.col("endpoint").cast(pl.String) if "endpoint" in events.columns else pl.lit(None, pl.String)
    asked = endpoint_expr(message.str.extract(r'request: "[A-Z]+ ([^ "]+)', 1))
    matters = pl.any_horizontal(pl.col("signature", "boot_mark", "mark").is_not_null())
    some = (
        events.select(pl.all().gather(pl.lit(rows)))
        .with_columns(
            signature_expr(message, program).alias("signature"),
            boot_expr(message, program).alias("boot_mark"),
            mark_expr(message).alias("mark"),
        )
        .select(
            "signature",
            "boot_mark",
            "mark",
            pl.when(matters).then(message).alias("message"),
            pl.when(own.is_null() & pl.col("signature").is_not_null()).then(asked).otherwise(own).alias("endpoint"),
        )
    )
    place = pl.Series([None], dtype=pl.UInt32).new_from_index(0, events.height)
    place = place.scatter(rows, pl.int_range(rows.len(), dtype=pl.UInt32, eager=True)) if rows.len() else place
    told = [some.get_column(name).gather(place).alias(name) for name in ("signature", "boot_mark", "mark", "message")]
    if "endpoint" in events.columns:
        quoted = pl.lit(some.get_column("endpoint")).gather(pl.lit(place))
        endpoint = events.select(pl.coalesce(pl.col("endpoint").cast(pl.String), quoted)).to_series()
    else:
        endpoint = some.get_column("endpoint").gather(place)
    return [*told, endpoint.cast(pl.Categorical).alias("endpoint")]


@cache
def _gate() -> str:
    """What any line that testifies of anything matches."""
    return gate([*boot_rules(), *mark_rules(), *(signature.rule for signature in signatures())])


DERIVED: dict[str, pl.DataType] = {
    "endpoint": pl.Categorical(),
    "signature": pl.Int16(),
    "boot_mark": pl.Int16(),
    "mark": MARK,
    "mono": pl.Float64(),
    "session": pl.UInt64(),
    "template": pl.UInt64(),
}
"""The derived columns and their types."""

ALL_COLUMNS: dict[str, pl.DataType] = {**{name: SCHEMA[name] for name in FIELDS if name != "path"}, **DERIVED}


def read_for_analysis(
    paths: Sequence[str],
    settings: Settings | None = None,
    progress: Progress | None = None,
    fields: Collection[str] = FIELDS,
    rows: int = MOST_ROWS,
) -> Timeline:
    """The timeline an analyser can work on: the columns of `fields`, boiled down; absent ones are there as nulls.

    Of large evidence about `rows` events are kept, and all that testify of something (thin.py).
    """
    threshold = None if settings is None else settings.threshold
    sparse = partial(thin, silence=SHORTEST if threshold is None else min(threshold, SHORTEST))
    timeline = read_timeline(
        paths, settings=settings, fields=fields, digest=digest, thin=(sparse, rows), progress=progress
    )
    timeline = _whole(timeline)
    return replace(timeline, hosts=tuple((name, _whole(part)) for name, part in timeline.hosts))


def _whole(timeline: Timeline) -> Timeline:
    """The timeline with all of ALL_COLUMNS, and with THINNED only where lines were left out."""
    if COUNT in timeline.events.columns and lines_in(timeline.events) == timeline.events.height:
        timeline = timeline.with_events(timeline.events.drop(THINNED))
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in ALL_COLUMNS.items() if name not in timeline.events.columns
    ]
    return timeline.with_events(timeline.events.with_columns(absent)) if absent else timeline
