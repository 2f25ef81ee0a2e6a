"""Turns a timeline into gaps: silences of one source that are long by a plain rule or improbable by its rhythm."""

from __future__ import annotations

import math
from collections.abc import Collection

import polars as pl

from logforensics.analysis.findings import Cite, Gap
from logforensics.analysis.rhythm import Rhythm, law, rhythm_of
from logforensics.schema import COUNT, LULL, lines_expr

FALSE_ALARMS = 0.01
"""Expected number of chance gaps in a whole run without a threshold, over all sources together."""

SHORTEST = 60.0
"""Seconds: a silence shorter than a minute is below what stamps of whole seconds, buffers (nginx flush, journald's
sync) and cron's own minute can tell apart."""


FEWEST_LINES = 5
"""Lines from which a source that has no rhythm yet (fewer than 12 intervals) can be said to have fallen silent: then
a silence longer than all the rest of its span is named."""


def find_gaps(
    events: pl.DataFrame, threshold: float | None = None, sources: Collection[str] | None = None
) -> tuple[Gap, ...]:
    """The silences between lines of one source, longest rule first met.

    In: a timeline frame with time, source, file, line.  With `threshold` (seconds) every silence longer than
    that is a gap.  Without it a silence is a gap when, at that source's own rhythm, the expected number of such
    silences over every interval of every source is below FALSE_ALARMS; in a source with too few lines for a
    rhythm, when it outlasts all the rest of what the source logged.  Silences before the first and after the last
    line of a source are not gaps: there is nothing on the other side.  Out: gaps by (start, source), cause "unknown".
    """
    lull = pl.col(LULL) if COUNT in events.columns else pl.lit(None, pl.Int64)
    frame = events.select(
        "time", "source", "file", "line", lines_expr(events.columns).alias("lines"), lull.alias("lull")
    )
    if sources is not None:
        frame = frame.filter(pl.col("source").cast(pl.String).is_in(list(sources)))
    steps = frame.with_columns(
        (pl.col("time") - pl.col("time").shift(1).over("source")).dt.total_microseconds().alias("silence"),
        pl.col("time").shift(1).over("source").alias("from_time"),
        pl.col("file").shift(1).over("source").alias("from_file"),
        pl.col("line").shift(1).over("source").alias("from_line"),
        (pl.col("time").max() - pl.col("time").min()).dt.total_microseconds().over("source").alias("span"),
        pl.col("lines").sum().over("source").alias("all"),
        pl.col("lines").shift(1).over("source").alias("within"),
        pl.col("lull").shift(1).over("source"),
    ).filter(pl.col("silence").is_not_null())
    if not steps.height:
        return ()
    rhythms = source_rhythms(steps)
    shortest = SHORTEST if threshold is None else threshold
    long = steps.filter((pl.col("silence") > int(shortest * 1e6)) & (pl.col("within") == 1))
    needed = math.log10(max(1, int(steps.get_column("within").sum())) / FALSE_ALARMS)
    gaps = []
    for row in long.iter_rows(named=True):
        rhythm = rhythms.get(str(row["source"]))
        strength = rhythm.improbability(row["silence"] / 1e6) if rhythm else None
        if threshold is None and strength is None and not _outlasts(row):
            continue
        if threshold is None and strength is not None and strength < needed:
            continue
        gaps.append(
            Gap(
                str(row["source"]),
                row["from_time"],
                row["time"],
                "unknown",
                Cite(str(row["from_file"]), int(row["from_line"])),
                Cite(str(row["file"]), int(row["line"])),
                None if strength is None else round(strength, 1),
            )
        )
    return tuple(sorted(gaps, key=lambda gap: (gap.start, gap.source)))


def _outlasts(row: dict[str, int]) -> bool:
    """Whether a silence is longer than all the rest of its source's span."""
    return row["all"] >= FEWEST_LINES and 2 * row["silence"] > row["span"]


def source_rhythms(steps: pl.DataFrame) -> dict[str, Rhythm]:
    """The rhythm of each source from its intervals, the longest left out.

    In: source, silence (microseconds) for `within` lines, of which the longest was `lull` (microseconds or null).

    The longest is left out because it may be the very silence in question: a source that fell silent once must not
    count that once as usual.
    """
    rhythms = {}
    thinned = ["lines", "lull"] if bool((steps.get_column("within") > 1).any()) else []
    spans = steps.select("source", pl.col("silence") / 1e6, lines="within", lull=pl.col("lull") / 1e6)
    spans = spans.select("source", pl.col("silence").alias("seconds"), *thinned)
    for (source,), part in spans.partition_by("source", as_dict=True).items():
        intervals = law(part)
        longest = intervals.get_column("seconds").max()
        one = pl.min_horizontal("lines", pl.lit(1.0))
        rest = pl.when(pl.col("seconds") == longest).then(pl.col("lines") - one).otherwise("lines")
        rhythm = rhythm_of(intervals.with_columns(rest.alias("lines")).filter(pl.col("lines") > 0))
        if rhythm is not None:
            rhythms[str(source)] = rhythm
    return rhythms
