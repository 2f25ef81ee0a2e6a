"""Turns what a person types to search for into an expression over the texts of events."""

from __future__ import annotations

import re

import polars as pl

from logforensics.errors import UsageError

_NO_LETTERS = re.compile(r"\\[pP]\{[^}]*\}|\\[pP].|\\x\{[^}]*\}|\\.|\[:\^?[a-z]+:\]|\(\?P?<[^>]*>", re.DOTALL)
"""What holds letters that match no letter: classes and escapes, names of groups."""


def pattern_of(typed: str) -> str:
    """The expression for the Rust dialect: case counts only where a capital was typed, as in ripgrep's --smart-case."""
    letters = _NO_LETTERS.sub("", typed)
    return typed if letters != letters.lower() else f"(?i){typed}"


def matching(texts: list[pl.Expr], typed: str, said: str) -> pl.Expr:
    """Whether one of the texts matches; UsageError, which begins with `said`, for what is no regular expression."""
    pattern = pattern_of(typed)
    try:
        pl.Series([""]).str.contains(typed)
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        lines = str(error).split("\n")
        reason = next((line.removeprefix("error: ") for line in lines if line.startswith("error: ")), lines[0])
        raise UsageError(f"{said}: is no regular expression of the Rust dialect: {reason}") from None
    tests = [text.str.contains(pattern).fill_null(value=False) for text in texts]
    return pl.any_horizontal(tests) if tests else pl.lit(value=False)
