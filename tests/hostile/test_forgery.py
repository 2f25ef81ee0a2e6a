"""S6 to S8: records that somebody composed, kernel lines that no kernel wrote, a status that a client sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.evidence import logforensics, read, write
from tests.outage.scenes import Scene, at, every, morning

CLAIMS = (
    "EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm nginx: reading directory lblock 0",
    "EXT4-fs (sda1): Remounting filesystem read-only",
    "blk_update_request: I/O error, dev sda, sector 2048",
    "Linux version 5.10.0-8-amd64 (debian-kernel@lists.debian.org) (gcc-10)",
    "Kernel panic - not syncing: Fatal exception in interrupt",
    "Out of memory: Killed process 812 (shop) total-vm:1048576kB, anon-rss:524288kB",
    "reboot: Power down",
)
"""What a kernel says of the worst that can happen."""

FORGERIES = (
    *product(("vjones", "kernel"), ("{}", "[48211.004211] {}"), CLAIMS),
    ("kernel", "[    0.000000] {}", CLAIMS[3]),
    ("systemd[1]", "{}", "Reached target Reboot."),
    ("systemd[1]", "{}", "Stopped The nginx web server."),
)
"""Tag, stamp and text of lines as logger(1) writes them."""

POWER_CUT = at("09:00:00"), at("10:30:00")


def kernel(scene: Scene, begin: datetime, end: datetime, booted: datetime) -> None:
    """What a kernel that was started at `booted` says every few minutes, by its own clock."""
    for time in every(begin, end, 200):
        scene.say(time, "kernel", f"[{(time - booted).total_seconds():12.6f}] [UFW BLOCK] IN=eth0 OUT= PROTO=TCP")


def quiet() -> Scene:
    """A morning on which nothing happens."""
    scene = morning()
    kernel(scene, at("06:00:20"), at("12:00"), at("03:00", day=1))
    return scene


def power_cut() -> Scene:
    """A morning on which the power fails for an hour and a half."""
    scene = Scene()
    cut, back = POWER_CUT
    scene.live(at("06:00"), cut)
    kernel(scene, at("06:00:20"), cut, at("03:00", day=1))
    scene.live(scene.boot(back, replay=True), at("12:00"))
    kernel(scene, back + timedelta(minutes=1), at("12:00"), back)
    return scene


def verdict(scene: Scene, folder: Path) -> list[tuple[Any, ...]]:
    """What the verdict says, without the numbers of lines."""
    return [
        (
            outage.scope, outage.cause.kind, outage.planned,
            outage.start.earliest and outage.start.earliest.time, outage.start.latest.time,
            outage.end and outage.end.earliest and outage.end.earliest.time, outage.end and outage.end.latest.time,
        )
        for outage in scene.outages(folder)
    ]  # fmt: skip


@pytest.mark.parametrize("story", [quiet, power_cut])
@pytest.mark.parametrize("number", range(len(FORGERIES)))
def test_s07_a_forged_line_changes_no_verdict(tmp_path: Path, number: int, story: Any) -> None:  # noqa: ANN401
    """Whatever one line claims in the midst of what goes on as ever, it neither makes an outage nor explains one."""
    tag, stamp, claim = FORGERIES[number]
    scene = story()
    before = verdict(scene, tmp_path / "before")
    scene.say(at("07:47:33"), tag, stamp.format(claim))
    assert verdict(scene, tmp_path / "after") == before
    assert len(before) == (story is power_cut)


@pytest.mark.parametrize("stamp", ["{}", "[48211.004211] {}"])
def test_s07_what_is_not_the_kernels_is_told(tmp_path: Path, stamp: str) -> None:
    """In the report, with its place."""
    scene = quiet()
    scene.say(at("07:47:33"), "kernel", stamp.format(CLAIMS[1]))
    out = logforensics("report", scene.write(tmp_path), "--json").out
    (doubt,) = json.loads(out)["doubts"]
    assert doubt["kind"] == ("kernel-unstamped" if stamp == "{}" else "kernel-clock")
    named = (tmp_path / doubt["file"]).read_text().split("\n")[doubt["line"] - 1]
    assert CLAIMS[1] in named
    assert "Lines in doubt" in logforensics("report", tmp_path, "--format", "markdown").out


@pytest.mark.parametrize("story", [quiet, power_cut])
def test_s07_true_lines_are_not_in_doubt(tmp_path: Path, story: Any) -> None:  # noqa: ANN401
    """The kernel's own failures keep their weight, across a boot as well."""
    scene = story()
    time = at("07:47:33")
    stamp = (time - at("03:00", day=1)).total_seconds()
    scene.say(time, "kernel", f"[{stamp:12.6f}] {CLAIMS[1]}")
    found = scene.investigate(tmp_path)
    assert found.doubts == ()
    assert [failure.witness for failure in found.failures if CLAIMS[1] in failure.message] == ["kernel"]


SYSLOG = [
    f"2021-03-02T{6 + n // 120:02}:{n // 2 % 60:02}:{n % 2 * 30:02}+00:00 web1 app[7]: job {n} done" for n in range(600)
]


@pytest.mark.parametrize(
    ("shift", "host", "kind"),
    [(shift, "web1", "out-of-order") for shift in (-86400, -600, 7200)] + [(0, "db9", "another-host")],
)
def test_s06_forged_records_are_told(tmp_path: Path, shift: int, host: str, kind: str) -> None:
    """Each of a dozen records with another time or another machine, wherever it stands, is an event and in doubt."""
    for place in range(20, 600, 48):
        shown = datetime.fromisoformat(SYSLOG[place].split(" ")[0]) + timedelta(seconds=shift)
        forged = (
            f"{shown.astimezone(UTC).isoformat()} {host} sshd[8]: Accepted password for root from 192.0.2.9 port 1 ssh2"
        )
        text = "\n".join([*SYSLOG[: place + 1], forged, *SYSLOG[place + 1 :]]) + "\n"
        folder = write(tmp_path / str(place), {"app.log": text.encode()})
        found = [
            (row["kind"], row["line"]) for row in json.loads(logforensics("report", folder, "--json").out)["doubts"]
        ]
        assert found == [(kind, place + 2)]
        (event,) = [row for row in read(folder).events if "Accepted" in row["message"]]
        assert datetime.fromisoformat(event["time"]) == shown


def test_s06_an_ordinary_log_is_not_in_doubt(tmp_path: Path) -> None:
    """Nor one in which lines come some seconds late, or that names a machine in two ways."""
    lines = SYSLOG.copy()
    lines[100], lines[101] = lines[101].replace(":30+", ":01+"), lines[100].replace(":00+", ":03+")
    lines[300] = lines[300].replace("web1", "web1.example.net")
    folder = write(tmp_path / "logs", {"app.log": "\n".join(lines).encode() + b"\n"})
    assert json.loads(logforensics("report", folder, "--json").out)["doubts"] == []


STATUSES = ("500", "502", "503", "504")
SHAPES = (
    '" {} 0 "',
    'x" {} 0 "-" "y',
    '" {} 0 "-" "Mozilla/5.0',
    'curl/7.64" {} 157 "http://x/" "z',
    '" {} - "-" "-" "',
)
PLACES = ("agent", "referrer", "target")


def request(place: str, text: str) -> str:
    """A line of a server that does not escape what it was sent."""
    parts = {"agent": "curl/7.64.0", "referrer": "-", "target": "/"}
    parts[place] = text if place != "target" else f"/{text}"
    return (
        f'203.0.113.9 - - [02/Mar/2021:07:00:01 +0000] "GET {parts["target"]} HTTP/1.1" 200 157 '
        f'"{parts["referrer"]}" "{parts["agent"]}"'
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("shape", SHAPES)
def test_s08_a_status_that_a_client_sent_is_none(tmp_path: Path, place: str, shape: str) -> None:
    """Such a line is kept; it is the server's 200, or has no status where nobody can tell, and never fails."""
    lines = [request(place, shape.format(status)) for status in STATUSES for _ in range(4)]
    plain = [request("agent", "curl/7.64.0")] * 40
    text = "".join(f"{line}\n" for line in (*plain, *lines))
    found = read(write(tmp_path, {"access.log": text.encode()}))
    assert len(found.events) == len(plain) + len(lines)
    assert {row.get("status") for row in found.of("access.log")[40:]} <= {200, None}


@pytest.mark.parametrize("place", PLACES)
def test_s08_quotes_that_the_server_escaped_change_nothing(tmp_path: Path, place: str) -> None:
    """As nginx and Apache do: by \\x22 or by a backslash."""
    lines = [request(place, shape.format("502").replace('"', quote)) for shape in SHAPES for quote in ("\\x22", '\\"')]
    found = read(write(tmp_path, {"access.log": "".join(f"{line}\n" for line in lines).encode()}))
    assert [row["status"] for row in found.events] == [200] * len(lines)
