"""Tests the verdict on simulated servers: many kinds of outage, and traps in which nothing happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulate.check import EVERY_OUTAGE, EVERY_TRAP, faults_of
from tests.simulate.outages import Kind

SEED = 1


@pytest.mark.parametrize("kind", EVERY_OUTAGE, ids=lambda kind: kind.__name__)
def test_outage_is_found_where_it_was(kind: Kind, tmp_path: Path) -> None:
    """It is told once, both brackets hold the truth, and cause, scope and endpoints are among those the logs allow."""
    assert faults_of(kind, SEED, tmp_path / "host")[0] == []


@pytest.mark.parametrize("kind", EVERY_TRAP, ids=lambda kind: kind.__name__)
def test_nothing_happened(kind: Kind, tmp_path: Path) -> None:
    """No outage is told of a server that had none."""
    assert faults_of(kind, SEED, tmp_path / "host")[0] == []
