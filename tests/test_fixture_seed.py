"""Tests the incident the project was made for: its published lines are whole, and the verdict on them is true."""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from logforensics.analysis.columns import read_for_analysis
from logforensics.cli.main import run
from logforensics.outage.findings import Investigation
from logforensics.outage.model import Edge, Outage
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings
from logforensics.timeline.model import Timeline

ROOT = Path(__file__).resolve().parents[1]
FIXTURE = ROOT / "fixtures" / "makemeapassword-2020-06"
EXPECTED = FIXTURE / "expected" / "report.md"
PICTURE = ROOT / "docs" / "incident.svg"

COLLECTED = datetime.fromisoformat("2020-06-24T12:00:00+10:00").timestamp()
"""The lunch break in which the operator read the logs, as the time of the files."""

PUBLISHED = {
    "var/log/syslog": (12, "cdaf4be228eb117456441f85776c739eeb3ecb632e502c32ef1424331c63be83"),
    "var/log/daemon.log": (11, "addfdb2922d3e03eaa1151d054c25177a93f1c7cd138f113f8dcddfe20e11a03"),
    "zpool/nginx/access.log": (17, "55de982a38bb0a682f2958082a877b3ab1544ea5c3d3a6f2e73d7b8b5870ec5b"),
    "zpool/nginx/error.log": (4, "8d03a2dbaefaecd1fd523846c74db976055a4867d4a5dbf82d1e8ee7cddee85c"),
    "zpool/makemeapassword/terninger.log": (5, "67ffef4b05b63393744665ade7ea28c7b60edf5a6dfff7d36437fe4eadd63efe"),
    "zpool/makemeapassword/statistics.tsv": (12, "f46867407328482f8c0a70630ca6d66d1aad901e8fc64fa2d7499284eb5fb37d"),
}
"""Lines and SHA-256 of each file as it was published."""


def test_fixture_holds_the_published_files() -> None:
    """The log tree holds the six published logs and nothing else."""
    logs = FIXTURE / "logs"
    assert {path.relative_to(logs).as_posix() for path in logs.rglob("*") if path.is_file()} == set(PUBLISHED)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_fixture_is_unchanged(name: str) -> None:
    """No editor, checkout or formatter has touched the published bytes."""
    data = (FIXTURE / "logs" / name).read_bytes()
    assert (data.count(b"\n"), hashlib.sha256(data).hexdigest()) == PUBLISHED[name]


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    """The whole folder as it was read, the texts beside the logs included."""
    return read_for_analysis([str(FIXTURE)])


@pytest.fixture(scope="module")
def found(timeline: Timeline) -> Investigation:
    """What was found in it."""
    return investigate(timeline, Settings())


@pytest.fixture(scope="module")
def outage(found: Investigation) -> Outage:
    """The one outage."""
    (outage,) = found.outages
    return outage


def told(edge: Edge | None) -> tuple[datetime, str]:
    """An edge as its instant and the line it cites, below logs/."""
    assert edge is not None
    assert edge.cite is not None
    return edge.time, str(edge.cite).removeprefix("logs/")


def at(text: str) -> datetime:
    """An instant of that night, +10:00."""
    return datetime.fromisoformat(f"2020-06-{text}+10:00")


def test_every_published_line_is_an_event(timeline: Timeline) -> None:
    """All 61 lines are parsed, each as one event of its own file, and the texts beside the logs add none."""
    counted = {str(name): count for name, count in timeline.events["file"].cast(str).value_counts().iter_rows()}
    assert counted == {f"logs/{name}": lines for name, (lines, _) in PUBLISHED.items()}
    assert sum(counted.values()) == 61


def test_nothing_is_unparsed_or_damaged(timeline: Timeline) -> None:
    """No line of the six logs is left over, and no byte is damaged."""
    assert sum(source.unparsed for source in timeline.sources) == 0
    assert timeline.damage == ()


def test_one_partial_outage(outage: Outage) -> None:
    """There is exactly one outage, and it is partial."""
    assert outage.scope == "partial"


def test_start(outage: Outage) -> None:
    """It began after the last recorded password and before the request came that waited 60 s for its 504."""
    assert told(outage.start.earliest) == (at("23T09:05:37.379"), "zpool/makemeapassword/statistics.tsv:6")
    assert told(outage.start.latest) == (at("23T09:06:55"), "zpool/nginx/access.log:6")


def test_start_names_the_timeout(outage: Outage) -> None:
    """The 60 s that the edge lies before its line are told."""
    assert outage.start.latest.shift == -60.0
    assert "60 s" in outage.start.latest.reason


def test_start_without_the_timeout(outage: Outage) -> None:
    """Who does not believe in the timeout is given the 504's own time."""
    assert [told(edge) for edge in outage.start.outer] == [(at("23T09:07:55"), "zpool/nginx/access.log:6")]


def test_end(outage: Outage) -> None:
    """It ended after the kernel's first line and not after the first recorded password."""
    assert outage.end is not None
    assert told(outage.end.earliest) == (at("24T07:12:12"), "var/log/syslog:8")
    assert told(outage.end.latest) == (at("24T07:13:11.622"), "zpool/makemeapassword/statistics.tsv:7")


def test_cause(outage: Outage) -> None:
    """The disk became read-only: nginx was told so twice."""
    assert outage.cause.kind == "disk-read-only"
    assert {str(cite) for cite in outage.cause.evidence} >= {
        "logs/zpool/nginx/error.log:3",
        "logs/zpool/nginx/error.log:4",
    }


def test_affected(outage: Outage) -> None:
    """The endpoints that make passwords failed, and no other."""
    assert set(outage.affected) == {
        "/api/v1/alphanumeric/json",
        "/api/v1/passphrase/json",
        "/api/v1/readablepassphrase/json",
    }


@pytest.mark.parametrize(
    "endpoint",
    ["/", "/generate/alphanumeric", "/api/v1/alphanumeric/combinations", "/keepass_plugins.version.txt"],
)
def test_unaffected(outage: Outage, endpoint: str) -> None:
    """What answered in the middle of it was provably not hit."""
    assert endpoint in outage.unaffected


def test_blind_spot(outage: Outage) -> None:
    """The monitor asked for the one page that worked, eight minutes into the outage, and got 200."""
    (spot,) = outage.blind_spots
    assert "UptimeRobot" in spot.agent
    assert (spot.target, spot.seen, spot.passed) == ("/", 1, 1)
    assert str(spot.first) == "logs/zpool/nginx/access.log:15"


def test_boot(found: Investigation) -> None:
    """The machine was started once; its own log had been silent too long to tell how it had stopped."""
    assert [(boot.time, boot.shutdown) for boot in found.boots] == [(at("24T07:12:12"), "unknown")]


def test_length(outage: Outage) -> None:
    """It lasted about 22 hours, whichever edges are taken."""
    assert outage.start.earliest is not None
    assert outage.end is not None
    assert outage.end.earliest is not None
    assert outage.end.earliest.time - outage.start.latest.time > timedelta(hours=22)
    assert outage.end.latest.time - outage.start.earliest.time < timedelta(hours=22, minutes=8)


def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> bytes:
    """The report on the fixture as `report ... -o NAME` writes it.

    The log tree alone is read: a report that lists the hash of every file cannot list its own.  It is read from a copy
    whose files are as old as the incident, because a checkout makes them as old as itself.
    """
    logs = tmp_path / "fixtures" / FIXTURE.name / "logs"
    shutil.copytree(FIXTURE / "logs", logs)
    for path in logs.rglob("*"):
        os.utime(path, (COLLECTED, COLLECTED))
    monkeypatch.chdir(tmp_path)
    assert run(["report", "fixtures/makemeapassword-2020-06/logs", "--quiet", "-o", name]) == 0
    return (tmp_path / name).read_bytes()


@pytest.mark.parametrize("expected", [EXPECTED, PICTURE], ids=["report", "picture"])
def test_p6_the_written_report_is_the_expected_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, expected: Path
) -> None:
    """The Markdown report, and the picture that the README shows, byte for byte.

    LOGFORENSICS_REFRESH=1 in the environment writes the expected file anew; read the difference before committing it.
    """
    found = written(monkeypatch, tmp_path, expected.name)
    if os.environ.get("LOGFORENSICS_REFRESH"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_bytes(found)
    assert found == expected.read_bytes()
