"""A web server's error log without a zone is read in the one that its access log wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from logforensics.timeline.build import read_timeline

REFUSED = "[error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.4"


def errors(root: Path, offset: str, folder: str = "nginx") -> list[datetime]:
    """The instants of an error log that says 12:00, on a host in Berlin whose access log writes `offset`."""
    (root / "etc").mkdir()
    (root / "etc" / "timezone").write_text("Europe/Berlin\n", encoding="utf-8")
    log = root / "var" / "log"
    (log / "nginx").mkdir(parents=True)
    (log / folder).mkdir(exist_ok=True)
    stamps = [datetime(2026, 7, 1, 11) + timedelta(minutes=number) for number in range(60)]
    asked = [f'192.0.2.4 - - [{at:%d/%b/%Y:%H:%M:%S} {offset}] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n' for at in stamps]
    (log / "nginx" / "access.log").write_text("".join(asked), encoding="utf-8")
    (log / folder / "error.log").write_text(f"2026/07/01 12:00:00 {REFUSED}\n", encoding="utf-8")
    events = read_timeline([str(log)]).events
    return [time for time, source in events.select("time", "source").iter_rows() if str(source).endswith("error.log")]


def test_a_server_in_a_container_has_its_own_zone(tmp_path: Path) -> None:
    """Both logs are of one process: what the access log writes as +0000 is noon of UTC in the error log."""
    assert errors(tmp_path, "+0000") == [datetime(2026, 7, 1, 12, tzinfo=UTC)]


def test_a_server_of_the_host_has_the_zone_of_the_host(tmp_path: Path) -> None:
    """Berlin's noon is ten o'clock UTC in summer."""
    assert errors(tmp_path, "+0200") == [datetime(2026, 7, 1, 10, tzinfo=UTC)]


def test_another_servers_access_log_says_nothing(tmp_path: Path) -> None:
    """The error log of another folder is another server's, and has the host's zone."""
    assert errors(tmp_path, "+0000", "other") == [datetime(2026, 7, 1, 10, tzinfo=UTC)]
