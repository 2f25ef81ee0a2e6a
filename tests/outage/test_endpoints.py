"""Tests which endpoints count as hit, which as provably spared, and which as neither."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from logforensics.outage.model import Outage
from tests.outage.scenes import CALLS, PAGES, Scene, at, every, failing, morning

DOWN, UP = at("09:00:20"), at("09:40:00")


def verdicts(outage: Outage, kind: str = "endpoint") -> dict[str, str]:
    """The verdict of each alibi."""
    return {alibi.name: alibi.verdict for alibi in outage.alibis if alibi.kind == kind}


def test_partial_outage_parts_hit_from_spared(tmp_path: Path) -> None:
    """What failed is affected; what answered in the meantime is unaffected."""
    outage = morning(failing(DOWN, UP, 502)).outage(tmp_path)
    assert (outage.scope, outage.affected, outage.unaffected) == ("partial", CALLS, PAGES)


def test_failing_everywhere_is_total(tmp_path: Path) -> None:
    """Where no request at all is answered well, the outage is total."""
    outage = morning(failing(DOWN, UP, 502, PAGES + CALLS)).outage(tmp_path)
    assert outage.scope == "total"
    assert outage.unaffected == ()


def test_two_that_fail_while_nothing_else_is_asked_for_are_partial(tmp_path: Path) -> None:
    """Of pages that make up most of what is asked for otherwise, nobody knows how they were."""
    scene = morning(begin="06:00", end="09:00")
    scene.live(UP, at("12:00"))
    for time in every(DOWN, UP, 20):
        for path in CALLS:
            scene.ask(time, path, (502, 0.0), f"198.51.100.{time.minute + time.second}")
    outage = scene.outage(tmp_path)
    assert (outage.scope, outage.affected) == ("partial", CALLS)


def test_what_comes_and_goes_is_hit_if_it_fails_more_than_it_ever_does(tmp_path: Path) -> None:
    """An endpoint that is refused half a minute of each five fails for one in ten, and never did at other times."""
    scene = morning(begin="06:00", end="12:00")
    for time in every(at("06:00"), at("12:00"), 3):
        down = at("09:00") <= time < at("10:00") and time.minute % 5 == 0 and time.second < 30
        scene.ask(time, CALLS[0], (502 if down else 200, 0.0), f"198.51.100.{time.minute + time.second}")
    assert CALLS[0] in scene.outage(tmp_path).affected


def test_mixed_endpoint_is_neither(tmp_path: Path) -> None:
    """One bad answer among many good ones neither convicts nor acquits."""
    scene = morning(failing(DOWN, UP, 502, (CALLS[0],)))
    for count, time in enumerate(every(DOWN, UP, 60)):
        scene.ask(time, "/images/logo.svg", (502 if count == 17 else 200, 0.0), f"198.51.100.{count + 100}")
    outage = scene.outage(tmp_path)
    assert "/images/logo.svg" not in (*outage.affected, *outage.unaffected)
    assert verdicts(outage)["/images/logo.svg"] == "mixed"


def test_endpoint_nobody_asked_for_is_not_acquitted(tmp_path: Path) -> None:
    """An endpoint without a request inside the outage has no alibi."""
    scene = morning(failing(DOWN, UP, 502))
    for hour in (7, 8, 10, 11):
        scene.ask(at(f"{hour:02d}:30"), "/report.pdf")
    outage = scene.outage(tmp_path)
    assert "/report.pdf" not in (*outage.affected, *outage.unaffected)
    assert "/report.pdf" not in verdicts(outage)


def test_a_good_answer_of_the_very_second_is_no_alibi(tmp_path: Path) -> None:
    """Twelve requests come within one second and fail later: what was answered in that second may have come before."""
    scene = Scene()
    for time in every(at("06:00"), at("12:00"), 10):
        if not at("09:00") <= time < at("09:01"):
            scene.ask(time, "/api/cart", client=f"198.51.100.{time.minute + time.second}")
    for number in range(12):
        scene.ask(at("09:00"), "/api/cart", (504, 60.0), f"198.51.100.{number}")
    for time in every(at("06:00"), at("12:00"), 300):
        scene.ask(time, "/")
    outage = scene.outage(tmp_path)
    assert (outage.affected, outage.unaffected) == (("/api/cart",), ())


def test_what_is_told_of_requests_ends_with_their_log(tmp_path: Path) -> None:
    """The access log stops in the middle of it: the last request and the last good answer bound what is known."""
    scene = morning(failing(DOWN, at("11:00"), 502))
    scene.forget(at("09:20"), at("12:00"), "nginx/access.log")
    outage = scene.outages(tmp_path)[-1]
    assert outage.logged_until is not None
    assert outage.answered_until is not None
    assert at("09:15") < outage.answered_until <= outage.logged_until <= at("09:20")


def test_where_requests_are_logged_to_the_end_no_bound_is_told(tmp_path: Path) -> None:
    """They go on, and after it was over as well."""
    assert morning(failing(DOWN, UP, 502)).outage(tmp_path).logged_until is None


def test_404_is_no_failure(tmp_path: Path) -> None:
    """A page that is missing as ever is neither hit nor spared."""
    scene = morning(failing(DOWN, UP, 502))
    for count, time in enumerate(every(at("06:00"), at("12:00"), 120)):
        scene.ask(time, "/apple-touch-icon.png", (404, 0.0), f"198.51.100.{count % 90}")
    outage = scene.outage(tmp_path)
    assert "/apple-touch-icon.png" not in (*outage.affected, *outage.unaffected)


def test_query_strings_and_ids_are_folded(tmp_path: Path) -> None:
    """Ten carts with ten query strings are one endpoint."""

    def answer(time: datetime, path: str) -> tuple[int, float]:
        return failing(DOWN, UP, 502)(time, path)

    scene = morning(answer)
    for count, time in enumerate(every(at("06:00"), at("12:00"), 90)):
        given = (502, 0.0) if DOWN <= time < UP else (200, 0.0)
        scene.ask(time, f"/carts/{1000 + count % 10}?s={count}", given, f"198.51.100.{count % 90}")
    assert "/carts/*" in scene.outage(tmp_path).affected


def test_alibis_cite_their_lines(tmp_path: Path) -> None:
    """Each endpoint's alibi cites the first and last line it rests on, inside the outage."""
    outage = morning(failing(DOWN, UP, 502)).outage(tmp_path)
    for alibi in outage.alibis:
        if alibi.kind == "endpoint":
            assert alibi.first is not None
            assert alibi.last is not None
            assert alibi.first.line <= alibi.last.line


def test_source_that_goes_on_is_working(tmp_path: Path) -> None:
    """Logs that are written in the meantime are alive."""
    outage = morning(failing(DOWN, UP, 502)).outage(tmp_path)
    assert verdicts(outage, "source") == {"nginx/access.log": "working", "syslog": "working"}


def test_source_that_ended_long_before_is_not_working(tmp_path: Path) -> None:
    """A log whose last line is hours older is nobody's alibi."""
    scene = morning(failing(DOWN, UP, 502))
    for time in every(at("06:00"), at("06:30"), 60):
        scene.say(
            time + timedelta(seconds=3), "sshd[44]", "Connection closed by 203.0.113.5 port 4711 [preauth]", "auth.log"
        )
    assert verdicts(scene.outage(tmp_path), "source")["auth.log"] != "working"
