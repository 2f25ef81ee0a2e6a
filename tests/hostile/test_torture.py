"""A sample of torture mode (tests/hostile/torture.py), all of which is run by hand; docs/limits.md has its figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.torture import READS, SCENARIOS, Torture, evidence


@pytest.mark.parametrize("name", ["report-md", "sources", "bundle"])
def test_a_call_that_fails_costs_nothing_or_is_told(tmp_path: Path, name: str) -> None:
    """The middle and the last one of each kind of call on the evidence, each error in turn."""
    evidence(tmp_path)
    (scenario,) = [scenario for scenario in SCENARIOS if scenario.name == name]
    torture = Torture(tmp_path, scenario)
    assert torture.calls
    trials = [
        torture.reading(call, number, error)
        for call, count in torture.calls.items()
        for number in sorted({count // 2 + 1, count})
        for error in READS[call]
    ]
    assert [(trial.fault, trial.wrong) for trial in trials if trial.wrong] == []


def test_a_fault_that_goes_untold_would_be_seen(tmp_path: Path) -> None:
    """The judge itself: another result without a word is wrong."""
    evidence(tmp_path)
    torture = Torture(tmp_path, SCENARIOS[0])
    assert torture._judged("none", torture.plain).wrong == ""
    assert torture._judged("other", torture.plain._replace(out=b"")).wrong == "exit 0, and the fault is not named"
    assert torture._judged("trace", torture.plain._replace(err="Traceback (most recent")).wrong == "a traceback"
