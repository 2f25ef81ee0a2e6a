"""Turns lines of key=value pairs (logfmt) into the texts of single keys.

logfmt has no standard; the rules are those of github.com/kr/logfmt and of Go's slog.TextHandler: pairs between
spaces, a value is bare or in double quotes with backslash escapes, a key may stand without a value.
"""

from __future__ import annotations

import re

import polars as pl

_INNER = r'(?:[^"\\]|\\.)*'
_QUOTED = f'"{_INNER}"'
_PAIR = rf'[^ ="]+(?:=(?:{_QUOTED}|[^ "]*))?'
_EMPTIED = r'[^ ="]+(?:=(?:""|[^ "]*))?'
_PRI = "^<[0-9]{1,3}>"
"""What a firewall that sends its lines by syslog puts in front."""
_LINE = rf"^[^ =\"]+=(?:\"\"|[^ \"]*)(?: +{_EMPTIED})*[ \r]*$"
"""A line whose quoted values were emptied; the first word must be a pair, or any prose that names a time would do."""


class LogfmtLines:
    """Some lines as keys and values; `get` looks into the lines for one key at a time."""

    def __init__(self, text: pl.Series) -> None:
        # without their quoted values no key of a pair can be mistaken for one: msg="it says level=info"
        text = text.str.replace(_PRI, "")
        emptied = text.str.replace_all(_QUOTED, '""').to_frame("text")
        self.text = text
        self.emptied = emptied.select(pl.when(pl.col("text").str.contains(_LINE)).then("text")).to_series()

    def get(self, key: str) -> pl.Series:
        """The value of a key in each line, null where it is not there or the line is no logfmt; the first counts."""
        name = re.escape(key)
        bare = self.emptied.str.extract(rf'(?:^| ){name}=(""|[^ "\r]*)', 1)
        quoted = (bare == '""').fill_null(False)
        if not quoted.any():
            return bare
        value = self._quoted(self.text.filter(quoted), name)
        return bare.scatter(quoted.arg_true(), value.str.replace_all(r'\\(["\\])', "$1"))

    def _quoted(self, text: pl.Series, name: str) -> pl.Series:
        """The text between the quotes of a key that is known to have some in each line."""
        value = text.str.extract(rf'(?:^| ){name}="({_INNER})"', 1)
        # a="b name=" has what looks like the key inside of a value; only then every pair up to the key is stepped over
        several = text.str.count_matches(rf'{name}="') > 1
        if not several.any():
            return value
        exact = text.filter(several).str.extract(rf'^(?:{_PAIR} +)*?{name}="({_INNER})"', 1)
        return value.scatter(several.arg_true(), exact)
