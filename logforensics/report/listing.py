"""Turns timeline events into a listing for people: a line an event, repeats folded, levels coloured, hits apart."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from logforensics.analysis.repeats import repeats, text_of, times_of
from logforensics.clock.zones import Zone, offset_text
from logforensics.report.layout import Paper
from logforensics.report.rows import BLOCK, blocks, said, shown
from logforensics.timeline.stored import Stored

_SEVERITY_WIDTH, _CITE_WIDTH = 7, 20

_NUMBERS = r"0x[0-9a-fA-F]+|[0-9a-f]{8,}|[0-9]+"
"""What differs between two lines that say the same: counters, addresses, hashes, sizes."""

COLOURS = (("bad", "err"), ("warn", "warning"))
"""Colours, and the severity from which on they are given; requests that failed have the first."""


def fold(events: pl.DataFrame) -> pl.DataFrame:
    """One row for each run of lines of one source that differ in their numbers alone, in the place of the first.

    In: timeline columns, in order.  Out: the same, with `times` (UInt32, how many lines there were, those included
    that were only counted: "last message repeated N times") and `last` (the instant of the last of them).
    """
    message = pl.col("message") if "message" in events.columns else pl.lit(None, pl.String)
    alike = events.with_columns(message=text_of(message), times=times_of(message), again=repeats(message))
    template = said(events.columns).str.replace_all(_NUMBERS, "#").hash()
    told = alike.select("source", "times", "again", template=template)
    same = (pl.col("template") == pl.col("template").shift(1).over("source")) | (
        pl.col("again") & pl.col("source").eq(pl.col("source").shift(1).over("source"))
    )
    runs = told.select("times", (~same.fill_null(value=False)).cum_sum().over("source").alias("run"))
    return (
        events.with_row_index("at")
        .hstack(runs)
        .group_by("source", "run", maintain_order=True)
        .agg(
            pl.all().exclude("source", "run", "time", "times").first(),
            pl.col("time").first(),
            pl.col("times").sum().cast(pl.UInt32),
            pl.col("time").last().alias("last"),
        )
        .sort("at")
        .select(*events.columns, "times", "last")
    )


def listing(
    events: pl.DataFrame | Stored, zone: Zone, paper: Paper | None = None, *, width: int | None = None
) -> Iterator[bytes]:
    """A listing: local time, severity, the line it stands in, and the text; rows are cut to `width` if given.

    Year and offset stand in the head where they are one for all rows, else in each row.  A time that
    is in doubt has a question mark behind it.  The columns of `fold` are told behind the text.  With a column `hit`
    (Boolean), rows that are none are dim and stand in groups parted by "--".
    """
    paper = paper or Paper()
    offsets, years = _shown_clocks(events, zone)
    one = len(offsets) == 1
    year = f"{years[0]}-" if len(years) == 1 else ""
    time = " ".join(["TIME", *([year.rstrip("-")] if year else []), *([offset_text(offsets[0])] if one else [])])
    clock_width = max(len(time), len("2020-06-23 09:05:37") - len(year) + (0 if one else len("+10:00")))
    # A pipe has no width; half of what a wide screen leaves is enough for a path.
    cite_width = _CITE_WIDTH if width is None else max(_CITE_WIDTH, (width - clock_width - _SEVERITY_WIDTH) // 4)
    yield f"{time:<{clock_width}} {'LEVEL':<{_SEVERITY_WIDTH}} {'LINE':<{cite_width}} TEXT\n".encode()
    room = None if width is None else max(20, width - clock_width - _SEVERITY_WIDTH - cite_width - 3)
    for whole in events.iter_slices(BLOCK):
        if not whole.height:
            continue
        block = next(blocks(whole, zone))
        clock = pl.col("time").str.head(19).str.slice(len(year)).str.replace("T", " ")
        if not one:
            clock += pl.col("time").str.tail(6)
        cite = pl.concat_str(shown(pl.col("file")), pl.lit(":"), pl.col("line").cast(pl.String))
        long = cite.str.len_chars() > cite_width
        cite = pl.when(long & pl.lit(width is not None)).then(".." + cite.str.tail(cite_width - 2)).otherwise(cite)
        doubt = pl.when(pl.col("time_earliest").is_null()).then(pl.lit(" ")).otherwise(pl.lit("?"))
        severity = pl.col("severity").fill_null("")
        repeats = _repeats(whole, zone)
        rows = block.with_columns(repeats.alias("repeats")).select(
            pl.concat_str(
                clock.str.pad_end(clock_width) + doubt + severity.str.pad_end(_SEVERITY_WIDTH),
                cite.str.pad_end(cite_width),
                _cut(shown(said(block.columns)), room) + pl.col("repeats"),
                separator=" ",
            ).str.strip_chars_end(" ")
        )
        lines = [paper.safe(line) for line in rows.to_series().to_list()]
        if paper.color:
            lines = [
                paper.paint(line, colour) if colour else line
                for line, colour in zip(lines, _colours(whole), strict=True)
            ]
        if "hit" in whole.columns:
            lines = list(_parted(lines, whole["apart"].to_list()))
        yield ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _shown_clocks(events: pl.DataFrame | Stored, zone: Zone) -> tuple[list[int], list[int]]:
    """The offsets (seconds) and the years of all rows in a zone, sorted."""
    offsets: set[int] = set()
    years: set[int] = set()
    for times in [events.get_column("time")] if isinstance(events, pl.DataFrame) else events.times():
        local = zone.to_local(times)
        offsets.update(local["offset"].unique())
        years.update(local["wall"].dt.year().unique())
    return sorted(offsets), sorted(years)


def _repeats(events: pl.DataFrame, zone: Zone) -> pl.Series:
    """What is told behind the text of a folded row."""
    if "times" not in events.columns:
        return pl.Series([""] * events.height, dtype=pl.String)
    until = zone.to_local(events["last"])["wall"].dt.strftime("%H:%M:%S")
    told = pl.DataFrame({"times": events["times"], "until": until}).select(
        pl.when(pl.col("times") > 1)
        .then(pl.format(" ({} times, until {})", pl.col("times"), pl.col("until")))
        .otherwise(pl.lit(""))
    )
    return told.to_series()


def _cut(text: pl.Expr, room: pl.Expr | int | None) -> pl.Expr:
    """The text within the room there is, the repeats told behind it included."""
    if room is None:
        return text
    left = pl.lit(room) - pl.col("repeats").str.len_chars().cast(pl.Int64)
    return pl.when(text.str.len_chars() > left).then(text.str.head(left - 3) + "...").otherwise(text)


def _colours(events: pl.DataFrame) -> list[str | None]:
    """The colour of each row by its level or its status, or None."""
    names = events.columns
    severity = pl.col("severity") if "severity" in names else pl.lit(None)
    status = pl.col("status") if "status" in names else pl.lit(None, pl.UInt16)
    hit = pl.col("hit") if "hit" in names else pl.lit(value=True)
    (bad, worst), (warn, some) = COLOURS
    colour = (
        pl.when(~hit)
        .then(pl.lit("dim"))
        .when((severity <= worst).fill_null(value=False) | (status >= 500).fill_null(value=False))
        .then(pl.lit(bad))
        .when((severity <= some).fill_null(value=False) | (status == 499).fill_null(value=False))
        .then(pl.lit(warn))
    )
    return events.select(colour).to_series().to_list()


def _parted(lines: list[str], apart: list[bool]) -> Iterator[str]:
    """The lines with "--" before each that does not follow the one before it in the timeline."""
    for line, first in zip(lines, apart, strict=True):
        if first:
            yield "--"
        yield line
