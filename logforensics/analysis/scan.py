"""Turns a message column and ordered rules into one small index column: which rule, if any, a line is hit by first.

The scan is two-staged, because nearly every line of a log means nothing here: one alternation of plain literals over
all rows (what the whole cost rests on), then the rules themselves on the few rows that are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

INDEX = pl.Int16
"""Type of the index column; null where no rule hits."""

QUOTERS = frozenset(
    {"cron", "crond", "anacron", "atd", "sudo", "su", "doas", "audit", "auditd", "bash", "sh", "zsh", "snoopy"}
)
"""Programs whose lines repeat commands that a person or a table typed; what such a line quotes testifies of nothing."""

_QUOTED = r"\bCOMMAND=|\) CMD \(|^CMD \(|\bproctitle=|\bexecve\("
"""The same, seen in the text, for lines whose program is not known."""


@dataclass(frozen=True)
class Rule:
    """One rule of a scan.

    `literals`: at least one of them occurs in every line the rule can hit (they make the prefilter).  `regex`
    and `unless` are in the common subset of Rust's and Python's dialects; `unless` vetoes.  `programs`, if given, are
    the only programs whose lines count (a line without a program always does).
    """

    name: str
    literals: tuple[str, ...]
    regex: str
    unless: str | None = None
    programs: frozenset[str] | None = None


def bare_program(program: str | None) -> str | None:
    """The program's plain lower-case name: without brackets around it ("[kernel]"), path, and "(unit)" dressing."""
    if program is None:
        return None
    name = program.strip("[]() ").rsplit("/", 1)[-1].lower()
    return name or None


@lru_cache(maxsize=64)
def _alternation(literals: tuple[str, ...]) -> str:
    # A literal inside which another one occurs adds nothing to the gate, only states to its automaton.
    every = set(literals)
    needed = [literal for literal in every if every.isdisjoint(_parts(literal))]
    return "|".join(re.escape(literal) for literal in sorted(needed))


def _parts(text: str) -> Iterator[str]:
    """Everything that stands inside a text, but the text itself."""
    length = len(text)
    return (text[i:j] for i in range(length) for j in range(i + 1, length + 1) if j - i < length)


def gate(rules: Sequence[Rule]) -> str:
    """The prefilter of `rules`: an alternation that every line hit by any of them matches."""
    return _alternation(tuple(dict.fromkeys(literal for rule in rules for literal in rule.literals)))


def scan(
    message: pl.Series, program: pl.Series | None, families: Sequence[Sequence[Rule]], *, quoters: bool = True
) -> pl.Series:
    """The index (position over all families, in order) of the first rule that hits each message; null for none.

    `families` are groups of rules with a gate each, so that a flood of lines of one kind (an nginx error log in an
    outage) costs only the rules of its own family.  With `quoters`, lines that only quote a typed command are left out.
    """
    rules = [rule for family in families for rule in family]
    rows = message.str.contains(gate(rules)).fill_null(value=False).arg_true()
    index = pl.Series("index", [None], dtype=INDEX).new_from_index(0, len(message))
    if rows.is_empty():
        return index
    left = pl.DataFrame({"row": rows, "text": message.gather(rows)})
    names = None if program is None else program.gather(rows).cast(pl.String)
    left = left.with_columns(program=names if names is not None else pl.lit(None, pl.String))
    left = left.with_columns(
        pl.col("program").str.strip_chars("[]() ").str.to_lowercase().str.replace(r"^.*/", "").replace("", None)
    )
    if quoters:
        quoting = pl.col("program").is_in(sorted(QUOTERS)).fill_null(value=False) | pl.col("text").str.contains(_QUOTED)
        left = left.filter(~quoting)
    found: list[pl.DataFrame] = []
    first = 0
    for family in families:
        passed = pl.col("text").str.contains(gate(family))
        mine, others = left.filter(passed), left.filter(~passed)
        for position, rule in enumerate(family, first):
            if mine.is_empty():
                break
            hit = mine.select(_hits(rule).fill_null(value=False).alias("hit")).to_series()
            if hit.any():
                found.append(mine.filter(hit).select("row", index=pl.lit(position, INDEX)))
                mine = mine.filter(~hit)
        left = pl.concat([others, mine])
        first += len(family)
        if left.is_empty():
            break
    if found:
        hits = pl.concat(found).sort("row")
        index = index.scatter(hits.get_column("row"), hits.get_column("index"))
    return index


def _hits(rule: Rule) -> pl.Expr:
    hit = pl.col("text").str.contains(rule.regex)
    if rule.unless is not None:
        hit = hit & ~pl.col("text").str.contains(rule.unless)
    if rule.programs is not None:
        hit = hit & (pl.col("program").is_in(sorted(rule.programs)) | pl.col("program").is_null())
    return hit


def scan_expr(
    column: pl.Expr, program: pl.Expr | None, families: Sequence[Sequence[Rule]], *, quoters: bool = True
) -> pl.Expr:
    """`scan` as an expression over a message column and, where there is one, a program column."""
    given = [column] if program is None else [column, program]

    def run(columns: Sequence[pl.Series]) -> pl.Series:
        return scan(columns[0].cast(pl.String), columns[1] if len(columns) > 1 else None, families, quoters=quoters)

    return pl.map_batches(given, run, return_dtype=INDEX)
