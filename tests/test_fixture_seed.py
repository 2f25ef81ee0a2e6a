"""Tests the incident the project was made for: its published lines are whole, and all of them become events."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from logforensics import read_timeline

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "makemeapassword-2020-06"

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


def test_fixture_has_61_lines() -> None:
    """The published lines are 61 in all."""
    assert sum(lines for lines, _ in PUBLISHED.values()) == 61


def test_every_published_line_is_an_event() -> None:
    """All 61 lines are parsed, each as one event of its own file, and the texts beside the logs add none."""
    events = read_timeline([str(FIXTURE)]).events
    counted = {str(name): count for name, count in events["file"].cast(str).value_counts().iter_rows()}
    assert counted == {f"logs/{name}": lines for name, (lines, _) in PUBLISHED.items()}
