"""Tests what is gathered before anything is concluded: sources by what they prove, timers, requests told twice."""

from __future__ import annotations

from pathlib import Path

from tests.outage.scenes import Scene, at, morning


def test_timers_are_mined(tmp_path: Path) -> None:
    """Cron and the monitor beat by the clock; visitors do not."""
    assert {(timer.kind, timer.source) for timer in morning().facts(tmp_path).timers} == {
        ("beat", "syslog"),
        ("poller", "nginx/access.log"),
    }


def test_web_sources_are_those_of_the_web_server(tmp_path: Path) -> None:
    """Access and error log are the web server's, the syslog is not."""
    scene = morning()
    scene.refuse(at("09:00:00"), "/api/cart")
    assert scene.facts(tmp_path).web_sources == ("nginx/access.log", "nginx/error.log")


def test_request_told_by_both_logs_counts_once(tmp_path: Path) -> None:
    """A 502 of the access log and its error line, a second later, are one failed request."""
    scene = morning()
    scene.ask(at("09:00:00"), "/api/pay", (502, 0.0))
    scene.refuse(at("09:00:01"), "/api/pay")
    assert scene.facts(tmp_path).outcomes["failed"].sum() == 1


def test_request_told_by_the_error_log_alone_counts(tmp_path: Path) -> None:
    """Where the access log ends too early, the error log still tells of a failed request."""
    scene = morning()
    scene.refuse(at("11:59:59"), "/api/pay")
    facts = scene.facts(tmp_path)
    failed = facts.outcomes.filter(facts.outcomes["failed"])
    assert [(str(group), status) for group, status in failed.select("group", "status").iter_rows()] == [
        ("/api/pay", 502)
    ]


def test_who_asked_is_known_from_the_error_log(tmp_path: Path) -> None:
    """The client that an error line names is the caller of its request."""
    scene = morning()
    scene.refuse(at("11:59:59"), "/api/pay")
    facts = scene.facts(tmp_path)
    assert facts.outcomes.filter(facts.outcomes["failed"])["caller"].to_list() == ["198.51.100.7"]


def test_a_request_that_another_upstream_answered_did_not_fail(tmp_path: Path) -> None:
    """An upstream refused, the next one took over: the client got its page."""
    scene = morning()
    scene.ask(at("09:00:00"), "/api/pay")
    scene.refuse(at("09:00:00"), "/api/pay")
    assert scene.facts(tmp_path).outcomes["failed"].sum() == 0


def test_facts_span_all_sources(tmp_path: Path) -> None:
    """Begin and end are those of the whole folder."""
    scene = Scene()
    scene.live(at("06:00"), at("08:00"), web=False)
    scene.ask(at("08:00:07"), "/")
    facts = scene.facts(tmp_path)
    assert (facts.begin, facts.end) == (at("06:00:01"), at("08:00:07"))
