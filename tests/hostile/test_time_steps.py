"""Clocks that are set, and clocks that are wrong after a boot (T23 to T28): findings, never silences or outages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl

from logforensics.analysis.bootclock import find_wrong_boot_clocks, retimed
from logforensics.analysis.boots import find_boots
from tests.hostile.clocks import (
    GIVEN,
    INFERRED,
    OPEN,
    Logs,
    again,
    boot,
    bounds,
    cron,
    kernel,
    rfc,
    seen,
    steps,
    syslog,
    told,
    told_of,
    verdict,
)
from tests.hostile.journal_files import START, Entry, journal, said

OTHER_BOOT = bytes([0x55]) * 16


def entries(*beats: tuple[float, float]) -> list[Entry]:
    """Journal entries at (seconds behind START, seconds since boot)."""
    return [
        replace(said(number), at=round(at * 1e6), since_boot=round(up * 1e6))
        for number, (at, up) in enumerate(beats, 1)
    ]


def shown(at: Iterable[float]) -> list[tuple[str, str]]:
    """What becomes of journal entries so many seconds behind START."""
    begin = datetime.fromtimestamp(START / 1e6, UTC)
    return [(f"{begin + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}", GIVEN) for seconds in at]


def test_t23_a_step_back_keeps_the_order_of_lines(logs: Logs) -> None:
    """T23: instants as stamped, lines in their order, the step found by the kernel's seconds; and no outage."""
    text = kernel(("Jul  1 12:00:00", 7000.0), ("Jul  1 12:01:00", 7060.0), ("Jul  1 11:59:40", 7070.0))
    found = logs({"kern.log": text}, "UTC", "2026-07-01 12:01:00")
    assert seen(found) == [
        ("2026-07-01 12:00:00", INFERRED),
        ("2026-07-01 12:01:00", INFERRED),
        ("2026-07-01 11:59:40", INFERRED),
    ]
    assert [step.seconds for step in steps(found)] == [-90.0]
    assert (verdict(found).outages, verdict(found).gaps) == ((), ())


def test_t23_a_journal_tells_a_step_back_by_its_own_clock(logs: Logs) -> None:
    """T23: the entries keep the order of their numbers, and their times since boot tell the step to the second."""
    beats = [(float(second), 7000.0 + second) for second in range(0, 120, 10)]
    beats += [(second - 90.0, 7000.0 + second) for second in range(120, 240, 10)]
    found = logs({"system.journal": journal(entries(*beats))})
    assert seen(found) == shown(at for at, _ in beats)
    assert [step.seconds for step in steps(found)] == [-90.0]
    assert verdict(found).outages == ()


def test_t24_a_step_forward_is_no_silence(logs: Logs) -> None:
    """T24: the kernel counted one minute while the wall clock gained 41: a step of 40, and no outage."""
    text = kernel(("Jul  1 12:00:00", 7000.0), ("Jul  1 12:41:00", 7060.0))
    found = logs({"kern.log": text}, "UTC", "2026-07-01 12:41:00")
    assert [step.seconds for step in steps(found)] == [2400.0]
    assert verdict(found).outages == ()


def test_t24_a_journal_that_counted_on_was_not_silent(logs: Logs) -> None:
    """T24: ten minutes of beats, then forty minutes on at once while ten seconds passed since boot."""
    beats = [(float(second), 7000.0 + second) for second in range(0, 600, 10)]
    beats += [(second + 2400.0, 7000.0 + second) for second in range(600, 1200, 10)]
    found = logs({"system.journal": journal(entries(*beats))})
    assert [step.seconds for step in steps(found)] == [2400.0]
    concluded = verdict(found)
    assert (concluded.outages, {gap.cause for gap in concluded.gaps} <= {"clock-step"}) == ((), True)


def test_t24_two_boots_in_one_journal_are_no_step(logs: Logs) -> None:
    """T24: another boot counts its own seconds, also where they go on above those of the boot before."""
    first = entries(*((second, 100.0 + second) for second in range(0, 60, 10)))
    second = entries(*((second + 900.0, 5000.0 + second) for second in range(0, 60, 10)))
    second = [replace(entry, boot=OTHER_BOOT, number=entry.number + 10) for entry in second]
    assert steps(logs({"system.journal": journal([*first, *second])})) == ()


def test_t24_without_a_second_clock_step_and_silence_look_alike(logs: Logs) -> None:
    """T24: forty minutes that are missing in text alone are told as a silence; what caused it stays unknown."""
    walls = [datetime(2026, 7, 1, 12) + timedelta(minutes=minute) for minute in range(60)]
    text = cron(*walls[:30], *(wall + timedelta(minutes=41) for wall in walls[30:]))
    found = logs({"syslog": text}, "UTC", "2026-07-01 13:41")
    assert [(gap.seconds, gap.cause in ("unknown", "stopped")) for gap in verdict(found).gaps] == [(2520.0, True)]


def behind(minutes: int = 40) -> str:
    """A Raspberry Pi that lost power at 12:29, and booted at 13:00 with the time of before until it was set."""
    before = [datetime(2026, 7, 1, 12) + timedelta(minutes=minute) for minute in range(30)]
    wrong = datetime(2026, 7, 1, 13) - timedelta(minutes=minutes)
    text = cron(*before) + boot(0, 1, 2, 30, wall=wrong)
    text += f"{rfc(datetime(2026, 7, 1, 13, 0, 40))} pi kernel: [{40.0:12.6f}] usb 1-2: device\n"
    return text + cron(*(at + timedelta(minutes=61) for at in before))


def test_t25_a_boot_before_the_clock_was_set(logs: Logs) -> None:
    """T25: its lines are shown where the kernel's seconds put them, bounded; the evidence keeps its stamps."""
    found = logs({"syslog": behind()}, "UTC", "2026-07-01 13:31")
    rows = seen(found)[30:34]
    assert rows == [
        ("2026-07-01 13:00:00", OPEN),
        ("2026-07-01 13:00:01", OPEN),
        ("2026-07-01 13:00:02", OPEN),
        ("2026-07-01 13:00:30", OPEN),
    ]
    assert [low <= time <= high for (time, _), (low, high) in zip(rows, bounds(found), strict=True)] == [True] * 4
    assert {high[:17] for _, high in bounds(found)} == {"2026-07-01 13:00:"}
    assert ("the clock was behind by 0:40:00" in told(found, "clock"), told_of(found, "clock")) == (True, 4)
    assert [basis for _, basis in seen(found)[:30]] == [INFERRED] * 30


def test_t25_the_outage_ends_when_the_machine_came_back(logs: Logs) -> None:
    """T25: from the last line before the power cut to the boot where it belongs, and not to where its clock put it."""
    found = logs({"syslog": behind()}, "UTC", "2026-07-01 13:31")
    events = again(found).events
    (clock,) = find_wrong_boot_clocks(events)
    moved = retimed(events, [clock]).filter(pl.col("message").str.contains("Linux version"))
    assert (clock.behind, moved.item(0, "time")) == (timedelta(minutes=40), datetime(2026, 7, 1, 13, tzinfo=UTC))
    (outage,) = verdict(found).outages
    assert outage.start.earliest is not None
    assert outage.end is not None
    assert outage.start.earliest.time == datetime(2026, 7, 1, 12, 29, tzinfo=UTC)
    assert outage.end.earliest is not None
    assert outage.end.earliest.time >= datetime(2026, 7, 1, 13, tzinfo=UTC)


def test_t26_a_boot_in_1970_lies_between_its_neighbours(logs: Logs) -> None:
    """T26: never in 1970, but between the last line before and the first with a good clock, as long as it shows."""
    text = syslog("Jun 20 10:00:00") + syslog("Jan  1 00:00:05", "Jan  1 00:00:09") + syslog("Jun 20 10:10:00")
    found = logs({"syslog": text}, "UTC", "2026-06-20 10:10")
    assert [basis for _, basis in seen(found)] == [INFERRED, OPEN, OPEN, INFERRED]
    assert bounds(found) == [
        ("2026-06-20 10:00:00", "2026-06-20 10:09:56"),
        ("2026-06-20 10:00:04", "2026-06-20 10:10:00"),
    ]
    assert seen(found)[1][0] == bounds(found)[0][1]
    assert ("a clock that was not set" in told(found, "clock"), told_of(found, "clock")) == (True, 2)


def test_t26_dates_with_a_year_are_no_better(logs: Logs) -> None:
    """T26: 1970, 2000 and whatever New Year a board begins with, in lines that tell year and offset."""
    good = ("2026-06-20T10:00:00+02:00", "2026-06-20T10:10:00+02:00", "2026-06-20T11:00:00+02:00")
    years = ("1970-01-01T00:00:05+00:00", "2000-01-01T01:00:05+01:00", "2015-01-01T00:00:05+02:00")
    files = {
        f"{year[:4]}.log": "".join(f"{at} kelvin app[7]: x\n" for at in (good[0], year, *good[1:])) for year in years
    }
    found = logs(files)
    assert [row for row in seen(found) if row[1] == OPEN] == [("2026-06-20 08:10:00", OPEN)] * 3
    assert bounds(found) == [("2026-06-20 08:00:00", "2026-06-20 08:10:00")] * 3


def test_t26_a_boot_in_1970_that_nothing_follows(logs: Logs) -> None:
    """T26: how much later it was nobody can tell; it is shown right behind the last line before it, not in 2106."""
    boot = "".join(f"1970-01-01T00:00:{second:02}+00:00 kelvin app[7]: x\n" for second in (5, 9))
    found = logs({"app.log": "2026-06-20T10:00:00+02:00 kelvin app[7]: x\n" * 3 + boot})
    assert seen(found)[3:] == [("2026-06-20 08:00:00", OPEN), ("2026-06-20 08:00:04", OPEN)]
    assert [high[:4] for _, high in bounds(found)] == ["2106", "2106"]


def test_t26_a_late_line_of_new_year_is_not_taken_for_it(logs: Logs) -> None:
    """T26: within two days of New Year a line that begins it can be late: it keeps its time."""
    stamps = ("2026-01-01T10:00:00Z", "2026-01-01T00:00:05Z", "2026-01-01T10:00:10Z")
    found = logs({"syslog": "".join(f"{at} kelvin app[7]: x\n" for at in stamps)})
    assert {basis for _, basis in seen(found)} == {GIVEN}


def test_t27_boots_that_overlap_stay_in_the_order_of_their_lines(logs: Logs) -> None:
    """T27: a second boot with an earlier wall time is the second one still."""
    text = boot(0, 1, 200, wall=datetime(2026, 7, 1, 12)) + boot(0, 1, 200, wall=datetime(2026, 7, 1, 11, 58))
    found = logs({"kern.log": text}, "UTC", "2026-07-01 12:05")
    assert [time[11:] for time, _ in seen(found)] == [
        "12:00:00", "12:00:01", "12:03:20", "11:58:00", "11:58:01", "12:01:20",
    ]  # fmt: skip
    assert len(find_boots(again(found).events)) == 2
    assert steps(found) == ()


def test_t27_a_journals_boots_are_told_apart_by_their_ids(logs: Logs) -> None:
    """T27: two boots with overlapping times: the entries keep their numbers' order, and no step lies between them."""
    first = entries(*((second, 100.0 + second) for second in range(0, 60, 10)))
    second = entries(*((second + 20.0, 3.0 + second) for second in range(0, 60, 10)))
    second = [replace(entry, boot=OTHER_BOOT, number=entry.number + 10) for entry in second]
    found = logs({"system.journal": journal([*first, *second])})
    assert seen(found) == shown([*range(0, 60, 10), *range(20, 80, 10)])
    assert steps(found) == ()


def test_t28_seconds_since_boot_alone_are_no_instant(logs: Logs) -> None:
    """T28: a dmesg that only counts from boot is passed over, with its reason, rather than dated by a guess."""
    files = {
        "dmesg": "[    0.000000] Linux version 6.1.0\n[14614.647123] usb 1-1: device\n" * 20,
        "syslog": syslog("Jul  1 12:00:00"),
    }
    found = logs(files, "UTC", "2026-07-01 12:00")
    assert [item.name for item in found.passed_over] == ["dmesg"]
    assert len(seen(found)) == 1
