"""Reads what log daemons write in place of equal lines: "last message repeated N times"."""

from __future__ import annotations

import polars as pl

LITERALS = ("message repeated ",)

REPEATED = r"^(?:-+ )?(?:last message|message) repeated ([0-9]{1,9}) times?\b"
"""sysklogd and BSD's syslogd ("last message repeated 3 times", macOS with dashes around it); rsyslog's
$RepeatedMsgReduction ("message repeated 3 times: [ text]"): N lines more like the one before, since that one."""

_TEXT = REPEATED + r": \[ ?(.*)\]$"


def times_of(message: pl.Expr) -> pl.Expr:
    """How many lines a message stands for: N where it says that another one came N times more, else 1 (UInt32)."""
    told = message.str.extract(REPEATED, 1).cast(pl.UInt32, strict=False)
    return told.fill_null(1)


def repeats(message: pl.Expr) -> pl.Expr:
    """Whether a message only says that the one before it came again, without its text (Boolean)."""
    return (message.str.contains(REPEATED) & ~message.str.contains(_TEXT)).fill_null(value=False)


def text_of(message: pl.Expr) -> pl.Expr:
    """The message that a line repeats where it tells it, else the line's own."""
    return message.str.extract(_TEXT, 2).fill_null(message)
