"""Turns some lines of a log into an account of how every definition fared on them and why one was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logforensics.parsing.detection import Detection, judge, settled, trials
from logforensics.parsing.model import Definition

SHOWN = 3
"""How many of the lines a definition could not read are shown: enough to see what they have in common."""


@dataclass(frozen=True)
class Candidate:
    """One definition's result: what it matched, by which patterns, and the first lines it left.

    `unmatched` are (position in the lines given, from 1; text).  `continued` counts lines taken as continuations,
    `hinted` says that the file's name fits.
    """

    name: str
    title: str
    origin: str
    share: float
    matched: int
    by_pattern: tuple[tuple[str, int], ...]
    continued: int
    hinted: bool
    unmatched: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Explanation:
    """Every definition tried, best first, and the verdict; `lines` counts the lines given that are not blank."""

    file_name: str
    lines: int
    candidates: tuple[Candidate, ...]
    verdict: Detection


def explain(file_name: str, head: Sequence[str], definitions: Sequence[Definition]) -> Explanation:
    """Try the definitions on `head` exactly as `detect` does, and keep the account."""
    tried = trials(file_name, head, definitions)
    candidates = tuple(
        Candidate(
            name=trial.definition.name,
            title=trial.definition.title,
            origin=trial.definition.origin,
            share=trial.share,
            matched=sum(count for _, count in trial.by_pattern),
            by_pattern=trial.by_pattern,
            continued=trial.continued,
            hinted=trial.hinted,
            unmatched=tuple((position + 1, head[position]) for position in trial.left[:SHOWN]),
        )
        for trial in tried
    )
    return Explanation(file_name, tried[0].lines if tried else 0, candidates, settled(judge(tried), head, definitions))
