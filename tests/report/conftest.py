"""Hand-made findings and reports: one partial outage, as an analyser would give it, and one report without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.findings import Boot, Burst, Cite, Failure, Gap
from logforensics.clock.zones import Zone
from logforensics.evidence.model import Damage, PassedOver
from logforensics.outage.model import Alibi, BlindSpot, Bracket, Cause, Edge, Impact, Outage
from logforensics.report.charts import CELLS
from logforensics.report.events import key_events
from logforensics.report.model import Axis, Change, ClockNote, FileRow, Note, Report, Sample, SourceRow, Strip
from logforensics.report.rows import COLUMNS
from logforensics.schema import SCHEMA


def at(text: str) -> datetime:
    """A UTC instant from ISO text without offset."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


STATS = Cite("stats.tsv", 6)
ACCESS = Cite("nginx/access.log", 6)
SYSLOG = Cite("syslog", 8)
BACK = Cite("stats.tsv", 7)
CRIT = Cite("nginx/error.log", 3)


@pytest.fixture
def outage() -> Outage:
    """A web application that failed for 22 hours on a read-only disk while static pages went on."""
    start = Bracket(
        Edge(at("2020-06-22T23:05:37.379"), STATS, "a password was generated"),
        Edge(at("2020-06-22T23:06:55"), ACCESS, "a request that got a 504 after the 60 s proxy timeout", shift=-60.0),
        outer=(Edge(at("2020-06-22T23:07:55"), ACCESS, "the 504 was logged"),),
    )
    end = Bracket(
        Edge(at("2020-06-23T21:12:12"), SYSLOG, "the machine was only booting"),
        Edge(at("2020-06-23T21:13:11.622"), BACK, "a password was generated again"),
    )
    spot = BlindSpot(
        agent="UptimeRobot/2.0",
        client="192.0.2.4",
        target="/",
        period=900.0,
        seen=88,
        passed=88,
        first=Cite("nginx/access.log", 15),
        last=Cite("nginx/access.log", 61),
        advice="Let it call /api/v1/passphrase/json as well; that would have failed from the start on.",
    )
    return Outage(
        scope="partial",
        start=start,
        end=end,
        cause=Cause("disk-read-only", 0.9, (CRIT,), ("nginx could not make a folder: Read-only file system (EROFS)",)),
        affected=("/api/v1/alphanumeric/json", "/api/v1/passphrase/json"),
        unaffected=("/", "/generate/alphanumeric"),
        alibis=(
            Alibi("endpoint", "/", "working", 88, 0, Cite("nginx/access.log", 8), Cite("nginx/access.log", 61)),
            Alibi("endpoint", "/api/v1/passphrase/json", "failed", 0, 4, ACCESS, Cite("nginx/access.log", 9)),
            Alibi("source", "syslog", "silent", 0, 0, None, None),
        ),
        blind_spots=(spot,),
        impact=Impact(4, 2, 140, (90, 210)),
    )


@pytest.fixture
def quotes() -> dict[tuple[str, int], str]:
    """The text of two cited lines."""
    return {
        STATS: "2020-06-23\t09:05:37.379\t+10:00\tPassphrase\t1",
        ACCESS: '192.0.2.4 - - [23/Jun/2020:09:07:55 +1000] "GET /api/v1/x?a=`b`|c HTTP/1.1" 504 585 "-" "-"',
    }


@pytest.fixture
def report(outage: Outage, quotes: dict[tuple[str, int], str]) -> Report:
    """The report of that outage, in a zone ten hours east of UTC, with one of everything."""
    begin, end = at("2020-06-22T22:33:32"), at("2020-06-23T21:25:25")
    boot = Boot(
        at("2020-06-23T21:12:12"),
        SYSLOG,
        "unclean",
        "power-loss",
        at("2020-06-22T23:04:02"),
        Cite("syslog", 7),
        (SYSLOG,),
    )
    rows = (
        SourceRow(
            "nginx/access.log", "nginx_access", 17, 17, 0, 17, 0, 0, "+10:00", "the offset is in every line", begin,
            at("2020-06-22T23:16:20"), ("nginx/access.log",),
        ),
        SourceRow(
            "syslog", "syslog", 12, 11, 1, 10, 1, 0, "+10:00", "the offset that nginx/access.log shows", begin,
            end, ("syslog.1", "syslog"), (Sample(Cite("syslog", 4), "<script>alert(1)</script>"),),
        ),
    )  # fmt: skip
    step = (end - begin) / CELLS
    marks = tuple(begin + step * i >= at("2020-06-22T23:06:55") for i in range(CELLS))
    return Report(
        version="0.1.0",
        command=("logforensics", "report", "logs"),
        begin=begin,
        end=end,
        zone=Zone.named("+10:00"),
        outages=(outage,),
        gaps=(
            Gap("syslog", at("2020-06-22T23:04:02"), boot.time, "reboot", Cite("syslog", 7), SYSLOG, 9.5),
        ),
        failures=(
            Failure(
                "ro-remount", at("2020-06-23T08:10:28"), CRIT, "nginx/error.log", "/var/lib/nginx", "nginx", "program",
                "mkdir() failed (30: Read-only file system)",
            ),
        ),
        bursts=(
            Burst(
                "/api/v1", at("2020-06-22T23:07:55"), at("2020-06-22T23:10:04"), 4, 5, 2, ((499, 3), (504, 1)), 0.001,
                ACCESS, Cite("nginx/access.log", 13),
            ),
        ),
        boots=(boot,),
        blind_spots=outage.blind_spots,
        sources=rows,
        files=(FileRow("syslog", "ab" * 32, 1234, 12, "syslog", "parsed", changed=end),),
        passed_over=(PassedOver("wtmp", "not-a-log", "login records"),),
        damage=(Damage("torn", "syslog", 1200, 34, delivered=True, line=12),),
        assumptions=(Note("syslog", "year", "the year is 2020, as in nginx/access.log", 10),),
        axis=Axis(begin, end, CELLS, marks),
        strips=(
            Strip("nginx/access.log", ("busy", "error", *("some",) * 20, *("outside",) * (CELLS - 22))),
            Strip("syslog", ("busy", *("quiet",) * (CELLS - 2), "boot")),
        ),
        events=key_events((outage,), quotes, boots=(boot,)),
        quotes=quotes,
        changes=(
            Change(begin + timedelta(minutes=5), Cite("auth.log", 3), "operator command", "ann : COMMAND=/bin/ls"),
            Change(end - timedelta(hours=1), Cite("auth.log", 9), "login", "Accepted publickey for ann", during=True),
        ),
        hosts=("obiwan",),
        clock=(ClockNote(begin, begin, "the clock was set back by 90 s", (Cite("syslog", 2),)),),
    )  # fmt: skip


@pytest.fixture
def quiet(report: Report) -> Report:
    """The same evidence with nothing found in it."""
    return replace(
        report,
        outages=(),
        gaps=(),
        failures=(),
        bursts=(),
        boots=(),
        blind_spots=(),
        events=(),
        changes=(),
        damage=(),
        clock=(),
    )


@pytest.fixture
def events() -> pl.DataFrame:
    """Two events on both sides of a change of offset: one of a program, one of a web server, both with hostile text."""
    return pl.DataFrame(
        {
            "time": [datetime(2020, 3, 29, 0, 59, 59, 500000, UTC), datetime(2020, 3, 29, 1, 0, 0, 0, UTC)],
            "time_basis": ["year-inferred", "explicit"],
            "time_earliest": [None, None],
            "time_latest": [None, None],
            "source": ["syslog", "nginx/access.log"],
            "file": ["syslog.1", "nginx/access.log"],
            "line": [7, 1],
            "severity": ["err", None],
            "host": ["h", None],
            "program": ["kernel", None],
            "pid": [12, None],
            "message": ["=cmd\x1b[31m é😀\u2028\x7f", None],
            "status": [None, 504],
            "method": [None, "GET"],
            "path": [None, '/x?"<script>'],
            "client": [None, "192.0.2.1"],
        },
        schema={name: SCHEMA[name] for name in COLUMNS},
    )
