"""Which zone a stamp is read in (T20 to T22): one that changed, one for each source, letters that are several."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.hostile.clocks import (
    ASSUMED,
    GIVEN,
    INFERRED,
    OPEN,
    Logs,
    beat,
    bounds,
    nginx,
    nothing_happened,
    plain,
    rfc,
    seen,
    syslog,
    told,
    told_of,
    verdict,
)


def zone_change(old: int, new: int) -> tuple[dict[str, str], list[str], list[str]]:
    """A host that changes its offset (hours) on 19 September 2023, 09:00 UTC: its files, and each log's instants."""
    begin, change, end = "2023-09-19 05:00:00", datetime(2023, 9, 19, 9), "2023-09-19 15:00:00"

    def hours(at: datetime) -> int:
        return old if at < change else new

    web, app = beat(begin, end, 47), beat(begin, end, 61)
    access = nginx(*(f"{at + timedelta(hours=hours(at)):%d/%b/%Y:%H:%M:%S} {hours(at):+03}00" for at in web))
    walls = [at + timedelta(hours=hours(at)) for at in app]
    files = {
        "access.log": access,
        "app.log": plain(*(f"{wall}" for wall in walls)),
        "syslog": syslog(*(rfc(wall) for wall in walls)),
    }
    return files, [f"{at}" for at in web], [f"{at}" for at in app]


CHANGES = [("Europe/Berlin", 0, 2), ("UTC", 2, 0), ("Asia/Tokyo", 2, 9), ("America/New_York", 9, -4), ("UTC", -4, 0)]


@pytest.mark.parametrize(("zone", "old", "new"), CHANGES)
def test_t20_a_new_zone_in_mid_file(logs: Logs, zone: str, old: int, new: int) -> None:
    """T20: etc names the new zone only; the log with offsets tells when the old one ended, and both are told."""
    files, web, app = zone_change(old, new)
    found = logs(files, zone)
    assert [time for time, _ in seen(found, "access.log")] == web
    assert [time for time, _ in seen(found, "app.log")] == app
    assert [time for time, _ in seen(found, "syslog")] == app
    assert {basis for _, basis in seen(found)} <= {GIVEN, ASSUMED, INFERRED, "derived"}
    words = told(found, "zone")
    assert ("the host's zone changed" in words, f"wrote {old:+03}:00" in words, f"then {zone}" in words) == (True,) * 3
    assert nothing_happened(found)


@pytest.mark.parametrize(("zone", "old", "new"), CHANGES)
def test_t20_a_new_zone_that_no_etc_names(logs: Logs, zone: str, old: int, new: int) -> None:
    """T20: the offsets of the one log are enough; the naive ones follow, or say what is open."""
    del zone
    files, _, app = zone_change(old, new)
    found = logs({name: text for name, text in files.items() if name != "syslog"})
    rows = seen(found, "app.log")
    wrong = [time for (time, basis), truth in zip(rows, app, strict=True) if basis != OPEN and time != truth]
    assert wrong == []
    assert sum(basis == OPEN for _, basis in rows) <= 1
    assert nothing_happened(found)


def test_t20_a_witness_that_changed_its_own_mind(logs: Logs) -> None:
    """T20: if the naive logs run on through the change, it was one program's, and they keep the host's zone."""
    files, _, app = zone_change(0, 2)
    walls = [datetime.fromisoformat(time) + timedelta(hours=2) for time in app]
    files |= {"app.log": plain(*(f"{wall}" for wall in walls)), "syslog": ""}
    found = logs(files, "Europe/Berlin")
    assert seen(found, "app.log") == [(time, ASSUMED) for time in app]


def test_t20_without_an_explicit_source_nothing_is_moved(logs: Logs) -> None:
    """T20: naive logs alone cannot tell a new zone from a step of the clock: the stamps stay, and it is no outage."""
    files, _, app = zone_change(0, 2)
    found = logs({"app.log": files["app.log"]}, "Europe/Berlin")
    rows = seen(found, "app.log")
    assert (rows[-1], rows[0]) == ((app[-1], ASSUMED), ("2023-09-19 03:00:00", ASSUMED))
    assert verdict(found).outages == ()


def test_t20_two_witnesses_of_other_offsets_do_not_flap(logs: Logs) -> None:
    """T20: a container at -05:00 beside two logs at +02:00: naive stamps are all read as the two say."""
    at = beat("2023-09-19 05:00:00", "2023-09-19 06:00:00", 60)
    files = {
        "a/access.log": nginx(*(f"{time + timedelta(hours=2):%d/%b/%Y:%H:%M:%S} +0200" for time in at)),
        "b/access.log": nginx(*(f"{time + timedelta(hours=2, seconds=3):%d/%b/%Y:%H:%M:%S} +0200" for time in at)),
        "c/access.log": nginx(*(f"{time - timedelta(hours=5):%d/%b/%Y:%H:%M:%S} -0500" for time in at)),
        "app.log": plain(*(f"{time + timedelta(hours=2)}" for time in at)),
    }
    assert seen(logs(files), "app.log") == [(f"{time}", ASSUMED) for time in at]


def test_t20_a_witness_is_heard_only_while_it_writes(logs: Logs) -> None:
    """T20: a log that ended in summer does not vote against the one that shows the autumn's offset."""
    summer = nginx("01/Sep/2023:12:00:00 +0200", "01/Sep/2023:12:30:00 +0200")
    autumn = nginx(*(f"{day}/Oct/2023:12:00:00 +0200" for day in range(20, 29)))
    autumn += nginx("29/Oct/2023:12:00:00 +0100", "30/Oct/2023:12:00:00 +0100")
    found = logs({"old/access.log": summer, "new/access.log": autumn, "app.log": plain("2023-10-29 12:00:00")})
    assert seen(found, "app.log") == [("2023-10-29 11:00:00", ASSUMED)]


def test_t21_each_source_has_its_own_zone(logs: Logs) -> None:
    """T21: a container in UTC, the host local, a program whose zone the user states; each with its reason."""
    files = {
        "syslog": syslog("Jul  1 12:00:00"),
        "nlog/shop.log": "2026-07-01 22:00:00.1234|INFO|Contoso.Shop|ready\n",
        "docker.log": '{"log":"up\\n","stream":"stdout","time":"2026-07-01T10:00:00.5Z"}\n',
    }
    found = logs(files, "Europe/Berlin", "2026-07-01 12:00", assume_tz=(("nlog/*", "+10:00"),))
    assert seen(found) == [
        ("2026-07-01 10:00:00", GIVEN),
        ("2026-07-01 12:00:00", ASSUMED),
        ("2026-07-01 10:00:00", INFERRED),
    ]
    assert {source.name: (source.timezone, source.timezone_reason) for source in found.sources} == {
        "docker.log": ("+00:00", "written in every line"),
        "nlog/shop.log": ("UTC+10:00", "--assume-tz"),
        "syslog": ("Europe/Berlin", "the evidence's etc/timezone says Europe/Berlin"),
    }


def test_t21_an_unknown_zone_is_a_warning(logs: Logs) -> None:
    """T21: without any word on the zone the times are read as UTC, and every command says that it assumed so."""
    found = logs({"app.log": plain("2026-07-01 12:00:00")})
    assert (seen(found), told_of(found, "zone")) == ([("2026-07-01 12:00:00", ASSUMED)], 1)
    assert "warning: no zone is known" in told(found, "zone")


def test_t21_without_a_zone_a_missing_year_is_not_the_weakest_link(logs: Logs) -> None:
    """T21: a stamp whose zone is a guess is not called known but for its year."""
    found = logs({"syslog": syslog("Jul  1 12:00:00")}, mtimes="2026-07-01 12:00:01")
    assert seen(found) == [("2026-07-01 12:00:00", ASSUMED)]


def test_t21_a_log_in_utc_is_no_word_on_the_hosts_zone(logs: Logs) -> None:
    """T21: many programs write UTC whatever the host's zone is: the warning stays."""
    files = {
        "app.log": plain("2026-07-01 12:00:00"),
        "docker.log": '{"log":"up\\n","stream":"stdout","time":"2026-07-01T10:00:00.5Z"}\n',
    }
    assert "warning: no zone is known" in told(logs(files), "zone")


def letters(name: str, month: str = "01") -> str:
    """Lines of PostgreSQL with the zone's letters."""
    return f"2026-{month}-05 12:00:00.123 {name} [42] LOG:  checkpoint starting: time\n" * 3


@pytest.mark.parametrize(
    ("name", "month", "low", "high"),
    [
        ("IST", "01", "2026-01-05 06:30:00", "2026-01-05 10:00:00"),  # India, Israel
        ("CST", "01", "2026-01-05 04:00:00", "2026-01-05 18:00:00"),  # China, Chicago and Havana
        ("BST", "07", "2026-07-05 11:00:00", "2026-07-05 11:00:00"),  # London alone in the tz database
    ],
)
def test_t22_letters_of_several_zones_are_a_choice(logs: Logs, name: str, month: str, low: str, high: str) -> None:
    """T22: they are bounded by all that they mean on that day, unless they mean one thing only."""
    found = logs({"postgresql.log": letters(name, month)}, "Asia/Tokyo")
    if low == high:
        assert seen(found) == [(low, GIVEN)] * 3
    else:
        assert ({basis for _, basis in seen(found)}, bounds(found)) == ({OPEN}, [(low, high)] * 3)
        assert all(low <= time <= high for time, _ in seen(found))


def test_t22_the_hosts_own_letters_are_its_own(logs: Logs) -> None:
    """T22: on a host in India IST is India's."""
    found = logs({"postgresql.log": letters("IST")}, "Asia/Kolkata")
    assert seen(found) == [("2026-01-05 06:30:00", ASSUMED)] * 3


def test_t22_declared_letters_are_what_was_declared(logs: Logs) -> None:
    """T22: what the user declares reads the stamp."""
    found = logs({"postgresql.log": letters("IST")}, "Asia/Tokyo", assume_tz=(("*", "Asia/Jerusalem"),))
    assert seen(found) == [("2026-01-05 10:00:00", ASSUMED)] * 3


def test_t22_letters_that_are_one_offset_are_that(logs: Logs) -> None:
    """T22: AEST is one offset wherever it is used."""
    found = logs({"postgresql.log": letters("AEST")}, "Asia/Tokyo")
    assert seen(found) == [("2026-01-05 02:00:00", GIVEN)] * 3
