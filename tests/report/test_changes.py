"""What led up to an outage, and what was done meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.columns import digest
from logforensics.outage.model import Outage
from logforensics.report.changes import MOST, changes_of, quoted
from logforensics.report.model import Change

SUDO = "ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/systemctl restart app"


def events(*rows: tuple[datetime, str, str]) -> pl.DataFrame:
    """Lines (time, program, message) of one file, boiled down as a run does it."""
    frame = pl.DataFrame(
        {
            "time": [time for time, _, _ in rows],
            "file": "syslog",
            "line": range(1, len(rows) + 1),
            "program": [program for _, program, _ in rows],
            "message": [message for _, _, message in rows],
            "carried": False,
        },
        schema_overrides={"time": pl.Datetime("us", "UTC"), "line": pl.UInt32},
    )
    return digest(frame)


def told(changes: tuple[Change, ...]) -> list[tuple[str, int, bool]]:
    """Kind, line and whether it was during."""
    return [(change.kind, change.cite.line, change.during) for change in changes]


@pytest.fixture
def start(outage: Outage) -> datetime:
    """When it provably failed first."""
    return outage.start.latest.time


@pytest.mark.parametrize(
    ("program", "message", "kind"),
    [
        ("dpkg", "upgrade libssl1.1:amd64 1.1.1d-0+deb10u2 1.1.1d-0+deb10u3", "package work"),
        ("apt", "Commandline: apt-get upgrade", "package work"),
        ("sudo", SUDO, "operator command"),
        ("nginx", "signal 1 (SIGHUP) received from 812, reconfiguring", "configuration reload"),
        ("systemd", "Stopping My App...", "service stop or restart"),
        ("CRON", "(root) CMD (/usr/local/bin/backup)", "cron job"),
    ],
)
def test_kinds_of_change(outage: Outage, start: datetime, program: str, message: str, kind: str) -> None:
    """Ten minutes before the start each of these is told of."""
    found = changes_of(events((start - timedelta(minutes=10), program, message)), (outage,))
    assert told(found) == [(kind, 1, False)]


def test_what_runs_all_day_is_no_change(outage: Outage, start: datetime) -> None:
    """A job of every five minutes started nothing."""
    rows = [(start - timedelta(minutes=5 * i + 1), "CRON", "(root) CMD (/usr/bin/poll)") for i in range(200)]
    assert changes_of(events(*reversed(rows)), (outage,)) == ()


def test_a_sudo_without_a_terminal_is_no_person(outage: Outage, start: datetime) -> None:
    """Monitoring agents use sudo as well."""
    agent = "nagios : TTY=unknown ; PWD=/ ; USER=root ; COMMAND=/usr/lib/nagios/check_raid"
    assert changes_of(events((start - timedelta(minutes=1), "sudo", agent)), (outage,)) == ()


def test_what_was_done_meanwhile_is_kept_apart(outage: Outage, start: datetime) -> None:
    """A login during it is part of the rescue; one before it is daily life."""
    login = "Accepted publickey for ann from 192.0.2.7 port 50022 ssh2"
    rows = events((start - timedelta(hours=1), "sshd", login), (start + timedelta(hours=1), "sshd", login))
    assert told(changes_of(rows, (outage,))) == [("login", 2, True)]


def test_the_deeds_of_people_are_kept_before_those_of_services(outage: Outage, start: datetime) -> None:
    """A clean shutdown stops more services than a table holds."""
    rows = [(start + timedelta(seconds=i), "systemd", f"Stopping Service {chr(65 + i)}...") for i in range(MOST + 4)]
    found = changes_of(events(*rows, (start + timedelta(minutes=9), "sudo", SUDO)), (outage,))
    assert [kind for kind, _, _ in told(found)].count("operator command") == 1
    assert len(found) == MOST


def test_the_text_is_that_of_the_line(outage: Outage, start: datetime) -> None:
    """Where the line could be read again, it stands as it was logged."""
    found = changes_of(events((start - timedelta(minutes=1), "sudo", SUDO)), (outage,))
    assert [change.text for change in quoted(found, {("syslog", 1): "Jun 23 the line"})] == ["Jun 23 the line"]
    assert [change.text for change in quoted(found, {})] == [SUDO]


def test_one_login_is_told_once(outage: Outage, start: datetime) -> None:
    """The daemon, the session manager and the service manager each write of it."""
    at = start + timedelta(hours=1)
    rows = events(
        (at, "sshd", "Accepted publickey for ann from 192.0.2.7 port 50022 ssh2"),
        (at, "systemd-logind", "New session 31 of user ann."),
        (at + timedelta(seconds=1), "systemd", "Started Session 31 of user ann."),
    )
    assert told(changes_of(rows, (outage,))) == [("login", 1, True)]
