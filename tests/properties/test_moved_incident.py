"""Tests that nothing knows the first incident: moved by days, under other names, it gets the same answer moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from logforensics.analysis.columns import read_for_analysis
from logforensics.analysis.findings import Cite
from logforensics.outage.findings import Investigation
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings

LOGS = Path(__file__).resolve().parents[2] / "fixtures" / "makemeapassword-2020-06" / "logs"
FIRST = date(2020, 6, 23)

RENAMED = (
    (b"makemeapassword.ligos.net", b"letmein.example.org"),
    (b"makemeapassword", b"letmein"),
    (b"obiwan", b"host-7"),
)
"""Names in the order they are replaced; the new ones sort among the other files as the old ones did."""

STAMPS: dict[str, tuple[str, str, Callable[[re.Match[bytes]], str]]] = {
    "syslog": (r"^[A-Z][a-z]{2} [ 0-9]{2}(?= )", "%b %e", lambda found: "2020 " + found[0].decode()),
    "access.log": (r"(?<=\[)[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}", "%d/%b/%Y", lambda found: found[0].decode()),
    "error.log": (r"^[0-9]{4}/[0-9]{2}/[0-9]{2}", "%Y/%m/%d", lambda found: found[0].decode()),
    "terninger.log": (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}", "%Y-%m-%d", lambda found: found[0].decode()),
}
"""For each format: where its date stands, how it is written, and the date with its year."""
STAMPS["daemon.log"] = STAMPS["syslog"]
STAMPS["statistics.tsv"] = STAMPS["terninger.log"]


def test_helper_moves_dates_as_each_format_writes_them() -> None:
    """A syslog line keeps no year and pads its day; an access line's date stands inside."""
    assert moved_line("syslog", b"Jun 24 07:12:12 obiwan kernel: x (2020-06-07)", 8) == (
        b"Jul  2 07:12:12 obiwan kernel: x (2020-06-07)"
    )
    assert (
        moved_line("access.log", b"::1 - - [23/Jun/2020:09:07:55 +1000]", 192)
        == b"::1 - - [01/Jan/2021:09:07:55 +1000]"
    )


def moved_line(name: str, line: bytes, days: int) -> bytes:
    """A line of the file `name` with its date moved."""
    pattern, layout, dated = STAMPS[name]
    full = "%Y " + layout if name in ("syslog", "daemon.log") else layout

    def later(found: re.Match[bytes]) -> bytes:
        day = datetime.strptime(dated(found), full.replace("%e", "%d")) + timedelta(days=days)  # noqa: DTZ007 (a date)
        return day.strftime(layout).encode()

    line, count = re.subn(pattern.encode(), later, line, count=1)
    assert count == 1
    return line


def moved_tree(folder: Path, days: int) -> Path:
    """The incident's log tree with every date moved and every name changed."""
    for path in sorted(LOGS.rglob("*")):
        if path.is_dir():
            continue
        lines = path.read_bytes().split(b"\n")
        data = b"\n".join(moved_line(path.name, line, days) if line else line for line in lines)
        name = path.relative_to(LOGS).as_posix().encode()
        for old, new in RENAMED:
            data, name = data.replace(old, new), name.replace(old, new)
        target = folder / name.decode()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def back(value: Any, days: int) -> Any:  # noqa: ANN401 (whatever a finding holds)
    """A finding with its instants moved back and its names changed back."""
    if isinstance(value, datetime):
        return value - timedelta(days=days)
    if isinstance(value, str):
        for old, new in RENAMED:
            value = value.replace(new.decode(), old.decode())
        return value
    if isinstance(value, Cite):
        return Cite(back(value.file, days), value.line)
    if isinstance(value, tuple):
        return tuple(back(item, days) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: back(getattr(value, field.name), days) for field in fields(value)})
    return value


def found_in(folder: Path) -> Investigation:
    """What is found in a log tree."""
    return investigate(read_for_analysis([str(folder)]), Settings())


@pytest.fixture(scope="module")
def original() -> Investigation:
    """What is found in the lines as published."""
    return found_in(LOGS)


@pytest.mark.parametrize(
    "first",
    [
        "1999-12-31",  # over a New Year, a century and a leap year's beginning
        "2000-02-28",  # into a 29 February
        "2004-02-29",  # out of a 29 February
        "2011-12-31",
        "2015-06-30",  # a leap second was inserted that night
        "2019-02-28",  # February without a 29th
        "2020-06-22",
        "2020-06-24",
        "2020-12-30",
        "2020-12-31",
        "2021-01-01",
        "2021-10-02",  # Australia's daylight saving begins the next night; these lines say +10:00
        "2023-12-31",
        "2024-02-28",
        "2024-02-29",
        "2035-12-31",  # a year that has yet to come
    ],
)
def test_moved_lines_give_the_same_answer_moved(original: Investigation, tmp_path: Path, first: str) -> None:
    """All dates moved, host and site renamed: outages, gaps, failures, bursts, boots and blind spots move along."""
    days = (date.fromisoformat(first) - FIRST).days
    assert back(found_in(moved_tree(tmp_path, days)), days) == original
