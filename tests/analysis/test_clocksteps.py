"""The wall clock is compared with the kernel's own seconds: where they part ways within a boot, it was stepped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.analysis.clocksteps import ClockStep, find_clock_steps
from logforensics.analysis.findings import Cite

BOOT = datetime(2026, 7, 1, 12, tzinfo=UTC)

Line = tuple[float, float | None]
"""Seconds of wall time after BOOT, and the kernel's stamp."""


def kernel(**sources: list[Line]) -> pl.DataFrame:
    """A timeline of lines, by source, each in file order."""
    rows = [
        (BOOT + timedelta(seconds=wall), source, source, number, mono)
        for source, lines in sources.items()
        for number, (wall, mono) in enumerate(lines, 1)
    ]
    schema: dict[str, pl.DataType] = {
        "time": pl.Datetime("us", "UTC"),
        "source": pl.String(),
        "file": pl.String(),
        "line": pl.UInt32(),
        "mono": pl.Float64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("time", "source", "line")


def steps(*lines: Line) -> list[float]:
    """Seconds by which the clock was stepped in one log."""
    return [step.seconds for step in find_clock_steps(kernel(syslog=list(lines)))]


def test_a_clock_that_keeps_time_has_no_steps() -> None:
    """Wall time minus the kernel's stamp is constant."""
    assert steps((200, 200), (300, 300), (9000, 9000)) == []


def test_a_step_forward_is_found() -> None:
    """The wall clock gained an hour while the kernel counted a minute."""
    assert find_clock_steps(kernel(syslog=[(200, 200), (3860, 260)])) == (
        ClockStep(
            BOOT + timedelta(seconds=200),
            BOOT + timedelta(seconds=3860),
            3600.0,
            Cite("syslog", 1),
            Cite("syslog", 2),
        ),
    )


def test_a_step_back_is_found() -> None:
    """Lines are compared in file order, and the bracket is in order of time."""
    assert find_clock_steps(kernel(syslog=[(5000, 5000), (1460, 5060)])) == (
        ClockStep(
            BOOT + timedelta(seconds=1460),
            BOOT + timedelta(seconds=5000),
            -3600.0,
            Cite("syslog", 1),
            Cite("syslog", 2),
        ),
    )


@pytest.mark.parametrize(("seconds", "found"), [(30.0, []), (31.0, [31.0])])
def test_a_small_difference_is_no_step(seconds: float, found: list[float]) -> None:
    """Half a minute may be a late flush."""
    assert steps((200, 200), (201 + seconds, 201)) == found


def test_drift_is_no_step() -> None:
    """In two days a clock may go wrong by 86 s (500 ppm) and more than SMALLEST."""
    assert steps((200, 200), (200 + 2 * 86400 + 80, 200 + 2 * 86400)) == []


def test_a_boot_is_no_step() -> None:
    """The kernel's stamp begins anew: the lines on both sides are not compared."""
    assert steps((500, 500), (4200, 200), (4300, 300)) == []


def test_a_boot_whose_lines_are_all_young_is_no_step() -> None:
    """A boot shows in stamps that are too young to be compared as well."""
    assert steps((500, 500), (4000, 5), (4900, 905)) == []


def test_the_first_two_minutes_are_not_compared() -> None:
    """At boot lines carry the time at which the log daemon came up."""
    assert steps((100, 3), (100, 60), (300, 260)) == []


def test_lines_of_other_programs_are_not_compared() -> None:
    """Only the kernel stamps its lines."""
    assert steps((200, 200), (7000, None), (260, 260)) == []


def test_a_log_without_stamps_has_no_steps() -> None:
    """Nor has a timeline without the column."""
    assert find_clock_steps(kernel(syslog=[(200, None)]).drop("mono")) == ()


def test_a_step_seen_in_two_logs_is_told_once() -> None:
    """By the tighter bracket."""
    found = find_clock_steps(
        kernel(syslog=[(200, 200), (3860, 260)], kern=[(200, 200), (230, 230), (3850, 250), (3860, 260)])
    )
    assert [(step.before, step.after) for step in found] == [(Cite("kern", 2), Cite("kern", 3))]


def test_two_steps_are_told_in_order() -> None:
    """There and back again."""
    assert steps((200, 200), (3860, 260), (320, 320)) == [3600.0, -3600.0]


@given(st.lists(st.floats(0.001, 1e5), min_size=1, max_size=30), st.floats(-1e6, 1e6))
def test_any_offset_of_a_steady_clock_is_no_step(gaps: list[float], offset: float) -> None:
    """A wrong clock that is not touched has no steps."""
    mono = [200 + sum(gaps[:count]) for count in range(len(gaps) + 1)]
    assert steps(*((second + offset, second) for second in mono)) == []


def test_the_other_of_two_instants_is_no_step() -> None:
    """A kernel line in an hour that clocks show twice may be shown an hour off: the clock is not."""
    lines = kernel(syslog=[(1000, 1000), (1500, 5100), (6000, 6000)])
    basis = pl.when(pl.col("line") == 2).then(pl.lit("ambiguous")).otherwise(pl.lit("zone-assumed"))
    assert find_clock_steps(lines.with_columns(time_basis=basis)) == ()


def test_a_journal_stamps_both_clocks_from_the_start() -> None:
    """Its entries are compared in the first minutes of a boot as well, and another boot's id ends the comparison."""
    lines = kernel(journal=[(10, 10), (3620, 20), (5000, 1400), (5010, 5000)])
    session = pl.when(pl.col("line") < 4).then(pl.lit(1, pl.UInt64)).otherwise(pl.lit(2, pl.UInt64))
    assert [step.seconds for step in find_clock_steps(lines.with_columns(session=session))] == [3600.0]
