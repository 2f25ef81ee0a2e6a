"""What lines of key=value pairs become."""

from __future__ import annotations

import polars as pl
import pytest

from logforensics.parsing.logfmt import LogfmtLines


def value(line: str, key: str) -> str | None:
    """The value of one key in one line."""
    return LogfmtLines(pl.Series([line])).get(key).to_list()[0]  # type: ignore[no-any-return]


def test_a_value_is_bare_or_in_quotes() -> None:
    """Quotes and backslashes inside of quotes are escaped."""
    line = r'level=info msg="it \"said\" a\\b" size=94 empty= none=""'
    found = {key: value(line, key) for key in ("level", "msg", "size", "empty", "none", "nothing")}
    expected = {"level": "info", "msg": r'it "said" a\b', "size": "94", "empty": "", "none": '""', "nothing": None}
    assert found == expected | {"none": ""}


def test_what_is_quoted_is_no_key() -> None:
    """Neither in front of the key itself nor without it."""
    assert value('msg="now level=error" level=info', "level") == "info"
    assert value('msg="now level=error"', "level") is None
    assert value('a="b msg=" msg="real"', "msg") == "real"


def test_the_first_of_equal_keys_counts() -> None:
    """There is no rule; later ones may come from what is logged."""
    assert value("level=info level=error", "level") == "info"


def test_a_key_is_taken_whole_and_as_it_is() -> None:
    """Neither as a part of another nor as a regex."""
    assert value("uplevel=1 level=2 level2=3", "level") == "2"
    assert value("axt=1 a.t=2", "a.t") == "2"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "prose with level=info in it",
        'level=info msg="cut off',
        'level=info msg="a"b',
        "=x level=info",
        '"level=info"',
    ],
)
def test_a_line_of_another_shape_is_not_read(line: str) -> None:
    """The first word must be a pair, and every quote closed."""
    assert value(line, "level") is None


def test_words_without_a_value_are_allowed() -> None:
    """And so are spaces, as in "level=info  debug ok=1"."""
    assert value("level=info  debug ok=1 \r", "ok") == "1"
