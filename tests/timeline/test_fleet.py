"""Several hosts in one run: each read and reasoned about for itself, all in one timeline."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from logforensics.analysis.columns import read_for_analysis
from logforensics.evidence.discover import discover
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings
from logforensics.timeline.build import read_timeline
from logforensics.timeline.saved import save

RELAYED = "app[7]: request {number} of customer {number} was refused by the payment gateway"


def host(root: Path, name: str, zone: str, lines: list[str]) -> None:
    """A host's tree with one syslog and its zone."""
    log = root / name / "var" / "log"
    log.mkdir(parents=True)
    (root / name / "etc").mkdir()
    (root / name / "etc" / "timezone").write_text(zone + "\n", encoding="utf-8")
    (log / "syslog").write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def said(name: str, seconds: float, text: str, *, iso: bool = True) -> str:
    """A syslog line so many seconds after 09:00 (UTC, or the host's own clock without year and offset)."""
    time = datetime(2020, 6, 23, 9) + timedelta(seconds=seconds)
    stamp = f"{time.isoformat(timespec='milliseconds')}+00:00" if iso else f"{time:%b %d %H:%M:%S}"
    return f"{stamp} {name} {text}"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Two hosts in two zones, whose clocks differ by 40 seconds, as lines show that both have; a note beside them."""
    root = tmp_path / "fleet"
    texts = [RELAYED.format(number=number) for number in range(1000, 1008)]
    for name, zone, ahead in (("a", "Asia/Tokyo", 0), ("b", "Europe/Berlin", 40)):
        relayed = [said(name, 60 * i + ahead, text) for i, text in enumerate(texts)]
        host(root, name, zone, [*relayed, said(name, 600, "x[1]: only here", iso=False)])
    (root / "notes.txt").write_text("nothing\n", encoding="utf-8")
    return root


def test_folders_with_a_var_log_each_are_hosts(fleet: Path) -> None:
    """Names begin with the host's; with none they are one host's."""
    assert [name for name, _ in discover([str(fleet)]).hosts] == ["a", "b"]
    assert discover([str(fleet)], "none").hosts == ()
    assert [name for name, _ in discover([str(fleet / "a"), str(fleet / "b")]).hosts] == ["a", "b"]
    assert [
        name for name, _ in discover([str(fleet / "a" / "var" / "log"), str(fleet / "b" / "var" / "log")]).hosts
    ] == ["a", "b"]


def test_one_tree_is_one_host(fleet: Path) -> None:
    """As /var/log is."""
    assert discover([str(fleet / "a")]).hosts == ()


def test_any_folders_are_hosts_if_so_told(tmp_path: Path) -> None:
    """--host-from path."""
    for name in ("web", "db"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "messages").write_text(said(name, 0, "x[1]: y") + "\n", encoding="utf-8")
    assert discover([str(tmp_path)]).hosts == ()
    assert [name for name, _ in discover([str(tmp_path)], "path").hosts] == ["db", "web"]


def test_each_host_is_read_in_its_own_zone_and_all_in_one_order(fleet: Path) -> None:
    """The same wall time is seven hours apart."""
    timeline = read_timeline([str(fleet)])
    rows = timeline.events.filter(timeline.events["message"] == "only here").select("time", "file").rows()
    assert [(time.isoformat(), str(file)) for time, file in rows] == [
        ("2020-06-23T00:10:00+00:00", "a/var/log/syslog"),
        ("2020-06-23T07:10:00+00:00", "b/var/log/syslog"),
    ]
    assert timeline.events["time"].is_sorted()
    assert [name for name, _ in timeline.hosts] == ["a", "b", ""]


def test_clocks_that_disagree_are_told_and_no_time_is_changed(fleet: Path) -> None:
    """By the median of what both have."""
    timeline = read_for_analysis([str(fleet)])
    (told,) = [note for note in timeline.assumptions if note.kind == "clock"]
    assert (told.source, told.events) == ("b", 8)
    assert told.text.startswith("its clock is 40.0 s ahead of that of a; no time was changed for that")
    assert "twin" not in timeline.events.columns


def test_what_two_hosts_have_alike_both_have(tmp_path: Path) -> None:
    """A file of the same content on two hosts is no copy."""
    lines = [said("h", i, f"app[1]: the same line number {i} on both of the hosts here") for i in range(200)]
    host(tmp_path, "a", "UTC", lines)
    host(tmp_path, "b", "UTC", lines)
    assert read_timeline([str(tmp_path)]).events.height == 400


def test_a_host_without_a_readable_log_costs_nothing(fleet: Path) -> None:
    """The others are read, and it is named."""
    (fleet / "c" / "var" / "log").mkdir(parents=True)
    (fleet / "c" / "var" / "log" / "core").write_bytes(b"\x7fELF" + bytes(100))
    timeline = read_timeline([str(fleet)])
    assert timeline.events.height == 18
    assert "c/var/log/core" in {item.name for item in timeline.passed_over}


def test_every_file_has_one_state(fleet: Path) -> None:
    """Also what lies beside the hosts' folders."""
    names = [file.name for file in read_timeline([str(fleet)]).files]
    assert sorted(names) == sorted(set(names))
    assert {"a/var/log/syslog", "b/var/log/syslog", "notes.txt", "a/etc/timezone"} <= set(names)


def test_an_outage_has_its_host_and_knows_of_others(tmp_path: Path) -> None:
    """Each host's own logs say what is usual there."""
    from tests.simulate.outages import power_loss, refused

    for name, kind in (("db", power_loss), ("web", refused)):
        kind(5)[0].write(tmp_path / name)
    found = investigate(read_for_analysis([str(tmp_path)]), Settings())
    assert [(outage.host, outage.cause.kind) for outage in found.outages] == [
        ("web", "upstream-down"),
        ("db", "power-loss"),
    ]
    assert found.outages[0].notes[-1] == "At the same time there was an outage on db."


def test_a_saved_fleet_is_still_one(fleet: Path, tmp_path: Path) -> None:
    """Hosts, their zones and their sources come back."""
    path = tmp_path / "fleet.parquet"
    first = read_timeline([str(fleet)])
    path.write_bytes(save(first))
    again = read_timeline([str(path)])
    assert [(name, part.zone, part.sources) for name, part in again.hosts] == [
        (name, part.zone, part.sources) for name, part in first.hosts
    ]
