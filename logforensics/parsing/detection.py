"""Turns a file's name and some of its lines into the definition that reads it, with the reasons."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from logforensics.parsing.definition import Definition
from logforensics.parsing.lines import Reader, compile_reader

ENOUGH = 0.2
"""Share of the lines a definition must read to be taken: a log most of whose lines are damage is still a log."""

ENOUGH_MULTILINE = 0.02
"""The same where continuation lines are allowed: one event with a stack trace of fifty lines below it."""


@dataclass(frozen=True)
class Trial:
    """How one definition did: lines matched by its patterns (by name), continuation lines, and what it left.

    `lines` counts the lines that are not blank, `share` is how much of them its patterns matched, `strong` the
    same without fallback patterns; `left` holds the positions (from 0) of the lines it could not read.
    """

    definition: Definition
    lines: int
    share: float
    strong: float
    by_pattern: tuple[tuple[str, int], ...]
    continued: int
    hinted: bool
    left: tuple[int, ...]


@dataclass(frozen=True)
class Detection:
    """The definition that reads a file, or None; `share` of the lines it matched; `reasons` in plain words."""

    definition: Definition | None
    share: float
    reasons: tuple[str, ...]


def detect(file_name: str, head: Sequence[str], definitions: Sequence[Definition]) -> Detection:
    """Choose by content: the definition that reads most lines; ties go to precedence, then to the file's name.

    `head` is some lines from the head and the middle of the file.  Nothing is chosen if no definition reads enough.
    """
    return judge(trials(file_name, head, definitions))


def trials(file_name: str, head: Sequence[str], definitions: Sequence[Definition]) -> tuple[Trial, ...]:
    """Try every definition on the lines, best first."""
    lines = pl.DataFrame(
        {"line": range(len(head)), "text": list(head), "length": [0] * len(head)},
        schema={"line": pl.UInt32, "text": pl.String, "length": pl.UInt32},
    ).filter(pl.col("text").str.strip_chars() != "")
    done = [_try(file_name, lines, definition) for definition in definitions]
    return tuple(sorted(done, key=lambda trial: _rank(trial, done)))


def judge(tried: Sequence[Trial]) -> Detection:
    """The verdict over trials in the order `trials` gives them."""
    if not tried or tried[0].lines == 0:
        return Detection(None, 0.0, ("no lines to judge by",))
    if tried[0].share == 0:
        return Detection(None, 0.0, ("no definition reads any of these lines",))
    best = tried[0]
    name = best.definition.name
    enough = ENOUGH if best.definition.multiline is None else ENOUGH_MULTILINE
    if best.share < enough:
        reason = f"{name} reads {best.share:.0%} of the lines at best, and {enough:.0%} are needed"
        return Detection(None, best.share, (reason,))
    reasons = [f"{name} reads {best.share:.0%} of the lines"]
    rivals = [trial for trial in tried[1:] if trial.share > 0]
    for rival in rivals:
        other = rival.definition.name
        if (rival.share, rival.strong) != (best.share, best.strong):
            reasons.append(f"{other} reads {rival.share:.0%}")
        elif other in best.definition.precedence:
            reasons.append(f"{other} reads as many, but {name} declares precedence over it")
        elif best.hinted and not rival.hinted:
            reasons.append(f"{other} reads as many, but the file's name hints at {name}")
        else:
            reasons.append(f"{other} reads as many; {name} comes first by name")
    if not rivals:
        reasons.append("no other definition reads any")
    return Detection(best.definition, best.share, tuple(reasons))


def hinted(file_name: str, definition: Definition) -> bool:
    """Whether the file's name, or its last part, is like one of the definition's globs."""
    last = file_name.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(name, glob) for glob in definition.files for name in (file_name, last))


def _try(file_name: str, lines: pl.DataFrame, definition: Definition) -> Trial:
    total = lines.height
    left, counts, strong = lines, [], 0
    reader = bare_reader(definition)
    for compiled in reader.compiled:
        count = 0
        if left.height:
            hit = left.get_column("text").str.contains(compiled.regex)
            count = int(hit.sum())
            left = left.filter(~hit) if count else left
        counts.append((compiled.pattern.name, count))
        strong += 0 if compiled.pattern.fallback else count
    matched = sum(count for _, count in counts)
    continued = 0
    if matched and definition.multiline is not None:
        follows = definition.multiline
        hit = left.get_column("text").str.contains("" if follows == "any" else follows)
        continued, left = int(hit.sum()), left.filter(~hit)
    return Trial(
        definition=definition,
        lines=total,
        share=matched / max(total, 1),
        strong=strong / max(total, 1),
        by_pattern=tuple(counts),
        continued=continued,
        hinted=hinted(file_name, definition),
        left=tuple(left.get_column("line")),
    )


def _rank(trial: Trial, done: Sequence[Trial]) -> tuple[float, float, int, int, str]:
    """Sort key, best first: share, share without fallbacks, rivals with precedence, the file's name, the name."""
    overruled = sum(
        trial.definition.name in other.definition.precedence and other.share >= trial.share > 0 for other in done
    )
    return (-trial.share, -trial.strong, overruled, 0 if trial.hinted else 1, trial.definition.name)


@lru_cache(maxsize=256)
def bare_reader(definition: Definition) -> Reader:
    """The reader that captures nothing but the time."""
    return compile_reader(definition, ())
