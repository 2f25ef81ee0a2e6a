"""Turns the words and numbers by which structured logs state a severity into the severities of RFC 5424."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from logforensics.schema import SEVERITIES, SEVERITY

WORDS = {
    "emerg": "emerg", "emergency": "emerg", "panic": "crit", "dpanic": "crit",
    "alert": "alert",
    "crit": "crit", "critical": "crit", "fatal": "crit", "f": "crit",
    "err": "err", "error": "err", "severe": "err", "eror": "err", "failure": "err", "e": "err",
    "warn": "warning", "warning": "warning", "wrn": "warning", "w": "warning",
    "notice": "notice", "note": "notice", "system": "notice",
    "info": "info", "information": "info", "informational": "info", "inf": "info", "i": "info", "config": "info",
    "log": "info",
    "debug": "debug", "dbug": "debug", "dbg": "debug", "d": "debug", "trace": "debug", "trce": "debug", "trc": "debug",
    "verbose": "debug", "fine": "debug", "finer": "debug", "finest": "debug", "t": "debug", "v": "debug",
}  # fmt: skip
"""The words in lower case, as loggers of Go, Java, JavaScript, Python, Rust and .NET have them; letters as glog's."""

SCALES: dict[str, dict[str, str]] = {
    # RFC 5424, section 6.2.1; the number may have the facility in it
    "pri": {str(number): SEVERITIES[number % 8] for number in range(192)},
    # github.com/pinojs/pino, github.com/trentm/node-bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal
    "pino": {"10": "debug", "20": "debug", "30": "info", "40": "warning", "50": "err", "60": "crit"},
    # OpenTelemetry logs data model, SeverityNumber: fours of trace, debug, info, warn, error, fatal
    "otel": {
        str(number): ("debug", "debug", "info", "warning", "err", "crit")[(number - 1) // 4] for number in range(1, 25)
    },
}


def level_expr(text: pl.Expr, scale: str, own: Sequence[tuple[str, str]]) -> pl.Expr:
    """The severity of a word or number; null for one that is not known.

    `scale` names what a number means ("" for nothing), `own` are the definition's words, which come first.
    """
    known = WORDS | SCALES.get(scale, {}) | dict(own)
    return text.str.to_lowercase().replace_strict(known, default=None, return_dtype=SEVERITY)
