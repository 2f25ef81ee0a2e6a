"""Tests the verdict on simulated servers whose truth is known, where they lie beside the repository."""

from __future__ import annotations

import json
import tarfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from logforensics.analysis.columns import read_for_analysis
from logforensics.outage.findings import Investigation
from logforensics.outage.model import Bracket
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings

INCIDENTS = Path(__file__).resolve().parents[3] / "shared" / "incidents"
NAMES = sorted(path.name.removesuffix(".tar.gz") for path in INCIDENTS.glob("*.tar.gz"))

TOLERANCE = timedelta(seconds=2)
"""Grace on every instant, as the incidents' own README grants it."""

WIDE = timedelta(days=3650)

pytestmark = pytest.mark.skipif(not NAMES, reason="../shared/incidents is not there")


class Solved(NamedTuple):
    """An incident's truth and the verdict on it."""

    truth: dict[str, Any]
    found: Investigation


@pytest.fixture(scope="session")
def solve(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 (a cached function)
    """Unpacks an incident and investigates it, once a session."""

    @cache
    def solve(name: str) -> Solved:
        folder = tmp_path_factory.mktemp(name)
        with tarfile.open(INCIDENTS / f"{name}.tar.gz") as packed:
            packed.extractall(folder, filter="data")
        truth_file = next(folder.rglob("truth.json"))
        timeline = read_for_analysis([str(next(folder.rglob("var/log")))])
        return Solved(json.loads(truth_file.read_bytes()), investigate(timeline, Settings()))

    return solve


@pytest.mark.parametrize("name", NAMES)
def test_number_of_outages(solve: Any, name: str) -> None:  # noqa: ANN401
    """As many outages are found as there were; where there was none, none."""
    truth, found = solve(name)
    assert len(found.outages) == len(truth["outages"])


@pytest.mark.parametrize("name", NAMES)
def test_cause_class(solve: Any, name: str) -> None:  # noqa: ANN401
    """Each outage's cause is among those that its evidence supports."""
    truth, found = solve(name)
    for true, outage in zip(truth["outages"], found.outages, strict=True):
        assert outage.cause.kind in true["accept"]


@pytest.mark.parametrize("name", NAMES)
def test_brackets_hold_the_truth(solve: Any, name: str) -> None:  # noqa: ANN401
    """Each outage's true start and end lie in their brackets; what was not over has no end."""
    truth, found = solve(name)
    for true, outage in zip(truth["outages"], found.outages, strict=True):
        assert holds(outage.start, true["true_start"])
        assert (outage.start.earliest is None) == true["ongoing_at_start"]
        assert (outage.end is None) == (true["true_end"] is None)
        if outage.end is not None:
            assert holds(outage.end, true["true_end"])


def holds(bracket: Bracket, text: str) -> bool:
    """Whether a bracket holds an instant, give or take TOLERANCE."""
    instant = datetime.fromisoformat(text).astimezone(UTC)
    since = bracket.earliest.time if bracket.earliest else instant - WIDE
    return since - TOLERANCE <= instant <= bracket.latest.time + TOLERANCE
