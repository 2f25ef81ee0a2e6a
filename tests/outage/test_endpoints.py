"""Tests which endpoints count as hit, which as provably spared, and which as neither."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from logforensics.outage.model import Outage
from tests.outage.scenes import CALLS, PAGES, at, every, failing, morning

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
