"""Rotation names: which stream a file belongs to, and which file of it is older."""

from __future__ import annotations

import pytest

from logforensics.evidence.rotation import logical_name


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("syslog", "syslog"),
        ("syslog.1", "syslog"),
        ("syslog.2.gz", "syslog"),
        ("nginx/access.log.10.gz", "nginx/access.log"),
        ("auth.log-20200623", "auth.log"),
        ("auth.log-20200623.gz", "auth.log"),
        ("auth.log-20200623-1592870400.gz", "auth.log"),
        ("auth.log-2020062317", "auth.log"),
        ("auth.log-1592870400", "auth.log"),
        ("access-20200623.log", "access.log"),
        ("app.2020-06-23.log", "app.log"),
        ("app.2020-06-23.1.log.gz", "app.log"),
        ("app.1.log", "app.log"),
        ("archive.00012.log", "archive.00012.log"),
        ("app.log.2020-06-23", "app.log"),
        ("app_2020_06_23.txt", "app.txt"),
        ("btmp-20161201-20161202", "btmp"),
        ("dmesg.0", "dmesg"),
        ("dmesg.old", "dmesg"),
        ("syslog.gz", "syslog"),
        ("2020-06-23-app.log", "app.log"),
        ("2020-06-23.log", "DATE.log"),
        ("web/u_ex200623.log", "web/u_ex.log"),
        ("Xorg.0.log", "Xorg.0.log"),
        ("Xorg.1.log.old", "Xorg.1.log"),
        ("postgresql-12-main.log", "postgresql-12-main.log"),
        ("app-20201399.log", "app-20201399.log"),
        (".gz", ".gz"),
    ],
)
def test_source_of(name: str, source: str) -> None:
    """A rotated file belongs to the stream whose live file carries the name without the rotation's mark."""
    assert logical_name(name)[0] == source


@pytest.mark.parametrize(
    "oldest_first",
    [
        ["syslog.10.gz", "syslog.9.gz", "syslog.2.gz", "syslog.1", "syslog"],
        ["x-20191231.gz", "x-20200101.gz", "x-20200102", "x"],
        ["x-20200101", "x-2020010112", "x-20200101-130500", "x-20200102", "x"],
        ["a.2020-06-23.1.log", "a.2020-06-23.2.log", "a.2020-06-23.10.log", "a.2020-06-24.log", "a.log"],
        ["b-20161130-20161201", "b-20161201-20161202", "b"],
        ["x-1592784000.gz", "x-1592870400", "x"],
        ["x.2.gz", "x.1", "x-20200623", "x"],
        ["x.old", "x"],
    ],
)
def test_order(oldest_first: list[str]) -> None:
    """The sort key puts the files of one stream oldest first, numbers by value and dates by day."""
    ordered = sorted(sorted(oldest_first), key=lambda name: logical_name(name)[1])
    assert ordered == oldest_first
