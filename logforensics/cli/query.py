"""Answers SQL about the timeline: the `query` command."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated

import typer

from logforensics.cli.options import Run
from logforensics.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

TABLE = "timeline"
"""The one table there is."""

FORMATS = ("table", "json", "jsonl", "csv", "parquet")

UNORDERED = re.compile(r"(?i)\b(?:group|distinct|join|union|except|intersect)\b")
ORDERED = re.compile(r"(?i)\border\s+by\b")

ASKS = re.compile(r"(?i)[\s(]*(?:select|with|from|show|explain|describe|--|/\*)")
"""How a query begins."""

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def query(
    run: Run,
    sql: Annotated[str, typer.Argument(metavar="SQL", help='As "select source, count(*) from timeline group by 1".')],
) -> None:
    """Ask the timeline in SQL.

    The one table is called timeline, its columns are those of `timeline --format jsonl`, and for web lines also agent,
    referrer, size, request_time, upstream_time. Instants are compared in UTC; the table shows them as the other
    commands do, JSON, CSV and Parquet in UTC unless --tz says otherwise.

    Example: logforensics query "select status, count(*) as n from timeline group by status order by n desc" /var/log
    """
    from logforensics.cli.findings import machine_zone
    from logforensics.cli.output import refuse_evidence, screen_of, sink
    from logforensics.cli.reading import door_of, finish, read

    chosen = run.format_of(FORMATS, "table")
    if not ASKS.match(sql) and (os.path.lexists(sql) or not sql.split()[1:]):
        raise UsageError(f'{sql}: the first argument must be SQL in quotes: logforensics query "select ..." PATH')
    if run.output is not None:
        refuse_evidence(run.output, run.settings.paths)
    result = read(run, fields=named(sql))
    answer = door_of(run, result).frame(ask(result.events, sql))
    from logforensics.report import frame
    from logforensics.report.build import zone_of

    screen = screen_of(run)
    shown = zone_of(result, run.settings.tz)
    writers = {
        "json": lambda: frame.as_json(answer, machine_zone(run)),
        "jsonl": lambda: frame.jsonl(answer, machine_zone(run)),
        "csv": lambda: frame.csv(answer, machine_zone(run)),
        "parquet": lambda: frame.parquet(answer),
        "table": lambda: frame.table(answer, shown, width=screen.width, ascii_only=screen.ascii_only),
    }
    with sink(run) as stream:
        for chunk in writers[chosen]():
            stream.write(chunk)
    finish(run, result, answer.height > 0)


def named(sql: str) -> frozenset[str]:
    """The columns a query may need: those it names, all of them where it says `*` for them."""
    from logforensics.schema import ALWAYS, SCHEMA

    every = frozenset(SCHEMA) - set(ALWAYS)
    # count(*) names none; any other * stands for all.
    if "*" in re.sub(r"(?i)\bcount\s*\(\s*\*\s*\)", "", sql):
        return every
    return every & {word.lower() for word in WORD.findall(sql)}


def ask(events: pl.DataFrame, sql: str) -> pl.DataFrame:
    """The answer; UsageError with what is wrong with the query.

    Rows are those of the timeline in its order; what groups, joins or picks distinct rows, and does not say in which
    order, is sorted by its columns from left to right, so that the same question gets the same bytes.
    """
    import polars as pl

    from logforensics.schema import SCHEMA

    words = [name for name, dtype in events.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
    plain_words = events.lazy().with_columns(pl.col(words).cast(pl.String))
    try:
        with pl.SQLContext(frames={TABLE: plain_words}) as context:
            answer = context.execute(sql, eager=True)
    except pl.exceptions.ColumnNotFoundError:
        raise UsageError(f"the query names a column that there is not; there are: {', '.join(SCHEMA)}") from None
    except pl.exceptions.SQLInterfaceError as error:
        reason = str(error).strip().split("\n")[0]
        unknown = re.fullmatch(r"relation '(.*)' was not found", reason)
        if unknown:
            raise UsageError(f"there is no table {unknown[1]}; the only one is {TABLE}") from None
        raise UsageError(f"the query cannot be answered: {reason}") from None
    except pl.exceptions.PolarsError as error:
        reason = str(error).strip().split("\n")[0]
        raise UsageError(f"the query cannot be answered: {reason}") from None
    if UNORDERED.search(sql) and not ORDERED.search(sql):
        by = [name for name, dtype in answer.schema.items() if not dtype.is_nested()]
        answer = answer.sort(by, nulls_last=True, maintain_order=True) if by else answer
    return answer
