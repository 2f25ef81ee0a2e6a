"""The timeline as a listing for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import polars as pl

from logforensics.clock.zones import Zone
from logforensics.report.layout import Paper
from logforensics.report.listing import fold, listing
from logforensics.schema import SCHEMA

BERLIN = Zone.named("Europe/Berlin")


def lines(chunks: Iterable[bytes]) -> list[str]:
    """All chunks as lines of text."""
    return b"".join(chunks).decode("utf-8").rstrip("\n").split("\n")


def spoken(*rows: tuple[int, str, str, str | None]) -> pl.DataFrame:
    """Events at so many seconds, of a source, with a text and a severity."""
    columns = ("time", "time_basis", "source", "file", "line", "severity", "program", "message")
    begin = datetime(2020, 6, 23, 9, tzinfo=UTC)
    return pl.DataFrame(
        [
            (begin + timedelta(seconds=at), "explicit", source, source, number, severity, "p", text)
            for number, (at, source, text, severity) in enumerate(rows, 1)
        ],
        schema={name: SCHEMA[name] for name in columns},
        orient="row",
    )


def test_the_table_shows_local_time_level_line_and_text(events: pl.DataFrame) -> None:
    """A row of a program and a row of a web server, where the clocks change in between."""
    assert lines(listing(events, BERLIN)) == [
        "TIME 2020            LEVEL   LINE                 TEXT",
        "03-29 01:59:59+01:00 err     syslog.1:7           kernel[12]: =cmd\\x1b[31m é😀<U+2028>\\x7f",
        '03-29 03:00:00+02:00         nginx/access.log:1   504 GET /x?"<script> from 192.0.2.1',
    ]


def test_an_offset_that_all_rows_share_stands_in_the_head(events: pl.DataFrame) -> None:
    """The columns are for what differs."""
    assert [line[:24] for line in lines(listing(events, Zone.named("UTC")))] == [
        "TIME 2020 +00:00 LEVEL  ",
        "03-29 00:59:59   err    ",
        "03-29 01:00:00          ",
    ]


def test_years_stand_in_the_rows_where_they_differ(events: pl.DataFrame) -> None:
    """New Year lies in between."""
    late = events.with_columns(time=pl.col("time") + pl.duration(days=300) * pl.int_range(pl.len()))
    found = lines(listing(late, Zone.named("UTC")))
    assert [line[:20] for line in found] == ["TIME +00:00         ", "2020-03-29 00:59:59 ", "2021-01-23 01:00:00 "]


def test_a_long_citation_keeps_its_telling_end_on_a_terminal(events: pl.DataFrame) -> None:
    """The file's own name and the line; in a pipe nothing is cut."""
    deep = events.with_columns(file=pl.lit("srv/very/deep/down/access.log"))
    assert "../down/access.log:7 " in lines(listing(deep, BERLIN, width=80))[1]
    assert "srv/very/deep/down/access.log:7 " in lines(listing(deep, BERLIN))[1]


def test_the_table_is_cut_to_the_width_of_a_terminal(events: pl.DataFrame) -> None:
    """A terminal row does not wrap."""
    wide = events.with_columns(message=pl.lit("x" * 200))
    assert max(len(line) for line in lines(listing(wide, BERLIN, width=80))) == 80


def test_the_table_in_a_c_locale_is_ascii(events: pl.DataFrame) -> None:
    """What ASCII lacks is escaped."""
    assert b"".join(listing(events, BERLIN, Paper(ascii_only=True))).isascii()


def test_a_time_in_doubt_has_a_question_mark(events: pl.DataFrame) -> None:
    """It stands behind the time of the first row, whose bounds are known."""
    doubt = events.with_columns(time_earliest=pl.when(pl.int_range(pl.len()) == 0).then("time"))
    assert [line[len("03-29 01:59:59+01:00")] for line in lines(listing(doubt, BERLIN))[1:]] == ["?", " "]


def test_repeats_are_folded_within_their_source() -> None:
    """Lines that differ in numbers alone are one row, whatever other sources say in between; others are not."""
    events = spoken(
        (0, "a", "took 5 ms at 0xff", None), (1, "b", "x", None), (2, "a", "took 17 ms at 0x1", None),
        (3, "a", "done", None), (4, "a", "took 5 ms at 0xff", None),
    )  # fmt: skip
    assert fold(events).select("line", "times").rows() == [(1, 2), (2, 1), (4, 1), (5, 1)]
    assert [line[46:] for line in lines(listing(fold(events), Zone.named("UTC")))[1:]] == [
        "p: took 5 ms at 0xff (2 times, until 09:00:02)", "p: x", "p: done", "p: took 5 ms at 0xff",
    ]  # fmt: skip


def test_a_folded_row_keeps_its_count_on_a_narrow_screen() -> None:
    """The text gives way."""
    events = spoken((0, "a", "y" * 90 + " 1", None), (2, "a", "y" * 90 + " 2", None))
    shown = lines(listing(fold(events), Zone.named("UTC"), width=80))[1]
    assert (len(shown), shown[-20:]) == (80, " times, until 09:00:02)"[-20:])


def test_levels_and_failed_requests_are_coloured(events: pl.DataFrame) -> None:
    """An error and a 504 are red, and only escape sequences of the fixed table are written."""
    shown = lines(listing(events, BERLIN, Paper(color=True)))
    assert [line[:7] for line in shown[1:]] == ["\x1b[31;1m", "\x1b[31;1m"]
    assert [line[-4:] for line in shown[1:]] == ["\x1b[0m", "\x1b[0m"]
    plain = spoken((0, "a", "w", "warning"), (1, "a", "i", "info"))
    shown = lines(listing(plain, BERLIN, Paper(color=True)))
    assert (shown[1][:5], shown[2][:2]) == ("\x1b[33m", "06")


def test_rows_around_a_hit_stand_in_groups() -> None:
    """What is no hit is dim, and two dashes part what does not follow."""
    rows = spoken((0, "a", "one", None), (1, "a", "two", None)).with_columns(
        hit=pl.Series([True, False]), apart=pl.Series([False, True])
    )
    shown = lines(listing(rows, BERLIN, Paper(color=True)))
    assert (shown[2], shown[3][:4]) == ("--", "\x1b[2m")
