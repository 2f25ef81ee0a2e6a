"""How parsing/convert.py turns captured text into wall times, offsets and typed fields."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from logforensics.parsing.convert import field_expr, offsets, wall_expr
from logforensics.parsing.layout import TimeLayout
from logforensics.parsing.model import Definition


def wall(text: str, layout: str, *missing: str) -> datetime | None:
    """Parse one stamp."""
    frame = pl.DataFrame({"time": [text]})
    value = frame.select(wall_expr(pl.col("time"), TimeLayout(layout, missing))).item()
    assert value is None or isinstance(value, datetime)
    return value


def field(name: str, text: str | None, **keys: object) -> object:
    """Convert one captured text."""
    plain = {"name": "x", "origin": "x", "title": "x", "reference": "x", "reader": "lines", "files": (), "patterns": ()}
    definition = Definition(**{**plain, **keys})  # type: ignore[arg-type]
    frame = pl.DataFrame({name: [text]}, schema={name: pl.String})
    return frame.select(field_expr(name, definition)).item()


@pytest.mark.parametrize("text", ["Jun  3 09:00:01", "Jun 3 09:00:01", "Jun 03 09:00:01"])
def test_a_single_digit_day_is_read_however_it_is_padded(text: str) -> None:
    """Space, nothing and zero are the same day; the year is the placeholder."""
    assert wall(text, "%b %e %H:%M:%S", "year") == datetime(2000, 6, 3, 9, 0, 1)


def test_the_leap_day_exists_without_a_year() -> None:
    """The placeholder year has a 29 February."""
    assert wall("Feb 29 00:00:00", "%b %e %H:%M:%S", "year") == datetime(2000, 2, 29)


@pytest.mark.parametrize(
    ("fraction", "micros"),
    [("", 0), (".7", 700_000), (".001", 1_000), (".026490", 26_490), (".123456789", 123_456), (",5", 500_000)],
)
def test_a_fraction_of_any_length_is_exact_to_the_microsecond(fraction: str, micros: int) -> None:
    """One to nine digits, with point or comma or none at all; no rounding through floats."""
    assert wall(f"2021-10-04T02:05:01{fraction}", "%Y-%m-%dT%H:%M:%S%.f") == datetime(2021, 10, 4, 2, 5, 1, micros)


def test_a_fraction_behind_a_layout_of_varying_width_is_read() -> None:
    """A full month name has no fixed width."""
    assert wall("3 June 2020 01:02:03.25", "%d %B %Y %H:%M:%S%.f") == datetime(2020, 6, 3, 1, 2, 3, 250_000)


@pytest.mark.parametrize("text", ["2021-02-29 00:00:00", "2021-04-31 00:00:00", "2021-01-01 24:00:00", "9999"])
def test_what_is_no_date_is_null(text: str) -> None:
    """The calendar decides, not the shape."""
    assert wall(text, "%Y-%m-%d %H:%M:%S") is None


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("2016-12-31 23:59:60", "%Y-%m-%d %H:%M:%S"),
        ("2016-12-31 23:59:60.5", "%Y-%m-%d %H:%M:%S%.f"),
        ("31/Dec/2016:23:59:60", "%d/%b/%Y:%H:%M:%S"),
        ("161231 235960", "%y%m%d %H%M%S"),
        ("Dec 31 23:59:60:123456 2016", "%b %e %H:%M:%S%.f %Y"),
    ],
)
def test_a_leap_second_is_the_last_microsecond_of_its_minute(text: str, layout: str) -> None:
    """It stays in its day, behind 23:59:59.9."""
    assert wall(text, layout) == datetime(2016, 12, 31, 23, 59, 59, 999_999)


def test_a_fraction_that_begins_with_60_is_no_leap_second() -> None:
    """Some write the fraction behind a colon."""
    assert wall("Dec 31 23:59:09:600000 2016", "%b %e %H:%M:%S%.f %Y") == datetime(2016, 12, 31, 23, 59, 9, 600_000)


def test_every_spelling_of_an_offset_is_read() -> None:
    """Signs, colons, whole hours, odd minutes, Z; a zone's abbreviation is no offset."""
    texts = ["+1000", "+10:00", "-0330", "-00:30", "+05", "Z", "UTC", "IST", "+9999", None]
    seconds = [36000, 36000, -12600, -1800, 18000, 0, 0, None, None, None]
    assert offsets(pl.Series("zone", texts, dtype=pl.String)).to_list() == seconds


def test_offsets_of_nothing_are_nothing() -> None:
    """A column without lines and one without captures both stay empty."""
    assert offsets(pl.Series("zone", [], dtype=pl.String)).to_list() == []
    assert offsets(pl.Series("zone", [None, None], dtype=pl.String)).to_list() == [None, None]


@pytest.mark.parametrize(("pri", "level"), [("0", "emerg"), ("34", "crit"), ("191", "debug"), (None, None)])
def test_a_priority_gives_its_severity(pri: str | None, level: str | None) -> None:
    """RFC 5424: severity is the priority modulo 8."""
    assert field("severity", pri, types=(("severity", "pri"),)) == level


@pytest.mark.parametrize(("word", "level"), [("WARN", "warning"), ("warn", "warning"), ("loud", None)])
def test_a_level_word_is_looked_up_in_any_case(word: str, level: str | None) -> None:
    """A word the definition does not know gives no severity."""
    assert field("severity", word, severity=(("warn", "warning"),)) == level


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0.128", 0.128), ("0.001, 0.002", 0.003), ("0.001 : 0.002", 0.003), ("-, 0.5", 0.5), ("-", None), ("", None)],
)
def test_the_times_of_several_upstreams_are_added_up(text: str, seconds: float | None) -> None:
    """Commas stand between servers, colons between internal redirects."""
    assert field("upstream_time", text, types=(("upstream_time", "sum"),)) == pytest.approx(seconds)


@pytest.mark.parametrize(("text", "number"), [("42", 42), ("-", None), ("4x", None)])
def test_text_that_is_no_number_leaves_a_number_empty(text: str, number: int | None) -> None:
    """A cast never raises."""
    assert field("pid", text) == number


@pytest.mark.parametrize(("text", "kept"), [("-", None), ("", None), ("--", "--")])
def test_absent_texts_leave_a_field_empty(text: str, kept: str | None) -> None:
    """Only the whole text counts as absent."""
    assert field("agent", text, absent=("-",)) == kept


def test_a_message_is_never_taken_for_absent() -> None:
    """The message stays as it was written, even if it is a single dash."""
    assert field("message", "-", absent=("-",)) == "-"


@pytest.mark.parametrize(
    "text",
    ["1684329817.579123", "1684329817,579123", "1684329817579123", "1684329817579123456"],
)
def test_seconds_since_1970_come_in_all_units(text: str) -> None:
    """The first ten digits are seconds, whatever follows is their fraction."""
    assert wall(text, "%s") == datetime(2023, 5, 17, 13, 23, 37, 579123)


def test_whole_seconds_and_milliseconds_since_1970() -> None:
    """Ten and thirteen digits."""
    assert wall("1684329817", "%s") == datetime(2023, 5, 17, 13, 23, 37)
    assert wall("1684329817579", "%s") == datetime(2023, 5, 17, 13, 23, 37, 579000)


def test_too_few_digits_are_no_seconds_since_1970() -> None:
    """A number of nine digits is a year before 2001, or no time at all."""
    assert wall("168432981", "%s") is None


@pytest.mark.parametrize("fraction", [".712806", ",712806", ":712806"])
def test_a_fraction_may_stand_in_the_middle(fraction: str) -> None:
    """Apache and SSSD write the year behind it."""
    stamp = f"Apr 04 06:18:29{fraction} 2017"
    assert wall(stamp, "%b %e %H:%M:%S%.f %Y") == datetime(2017, 4, 4, 6, 18, 29, 712806)


def test_a_fraction_in_the_middle_may_be_absent() -> None:
    """The same layout reads the stamp without it."""
    assert wall("Apr 04 06:18:29 2017", "%b %e %H:%M:%S%.f %Y") == datetime(2017, 4, 4, 6, 18, 29)


@pytest.mark.parametrize("zone", ["AEST", "UTC", "+10", "+1000"])
def test_the_zone_that_date_writes_in_front_of_the_year_is_stepped_over(zone: str) -> None:
    """It has its own group; the month is no zone."""
    assert wall(f"Jun 23 09:05:37 {zone} 2020", "%b %e %H:%M:%S %Z %Y") == datetime(2020, 6, 23, 9, 5, 37)


@pytest.mark.parametrize("between", ["T", " "])
def test_any_one_character_may_stand_between_date_and_time(between: str) -> None:
    """ISO 8601 and RFC 3339 allow both."""
    text = f"2020-06-23{between}09:05:37.5"
    assert wall(text, "%Y-%m-%d%_%H:%M:%S%.f") == datetime(2020, 6, 23, 9, 5, 37, 500000)


@pytest.mark.parametrize("text", ["2021-11-09  5:13:12", "2021-11-09 05:13:12"])
def test_an_hour_may_be_padded_with_a_space(text: str) -> None:
    """MariaDB and SSSD do so."""
    assert wall(text, "%Y-%m-%d %k:%M:%S") == datetime(2021, 11, 9, 5, 13, 12)


def test_the_twelve_hour_clock() -> None:
    """Twelve at night is zero."""
    assert wall("6/23/2020 12:05:37 AM", "%m/%d/%Y %I:%M:%S %p") == datetime(2020, 6, 23, 0, 5, 37)


@pytest.mark.parametrize(
    ("text", "layout", "expected"),
    [
        ("5ef13941", "%h", datetime(2020, 6, 22, 23, 5, 37)),
        ("5ef13941.075bca00", "%h", datetime(2020, 6, 22, 23, 5, 37, 123_456)),
        ("400000005ef1394b075bca00", "%@", datetime(2020, 6, 22, 23, 5, 37, 123_456)),
        ("59022 83137.5", "%J", datetime(2020, 6, 22, 23, 5, 37, 500_000)),
        ("59022 0.000", "%J", datetime(2020, 6, 22)),
    ],
)
def test_counted_time_is_utc(text: str, layout: str, expected: datetime) -> None:
    """Seconds in hexadecimal digits, TAI64N labels, modified Julian days: all of the same instant."""
    assert wall(text, layout) == expected


@pytest.mark.parametrize(
    ("text", "layout"), [("5ef139zz", "%h"), ("c00000005ef1394b075bca00", "%@"), ("59022 86402.0", "%J")]
)
def test_counted_time_that_is_none_is_null(text: str, layout: str) -> None:
    """No hexadecimal digit, a label before 1970, a second no day has."""
    assert wall(text, layout) is None


@pytest.mark.parametrize("text", ["Jun 3, 2020 9:05:37 PM", "June 3 2020 09:05:37 PM", "Jun  3 2020 9:05:37 PM"])
def test_commas_single_digits_and_full_names_are_evened_out(text: str) -> None:
    """Programs write the same stamp with and without them."""
    assert wall(text, "%b %e %Y %I:%M:%S %p") == datetime(2020, 6, 3, 21, 5, 37)
