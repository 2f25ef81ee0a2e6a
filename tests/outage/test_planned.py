"""An outage is told as planned where the logs say beforehand that it was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outage.scenes import CALLS, PAGES, at, every, failing, morning

DOWN, UP = at("09:00:20"), at("09:40:00")
ANNOUNCED = "planned maintenance window begins"


@pytest.mark.parametrize(
    ("status", "told", "message", "planned"),
    [
        (503, "08:55", ANNOUNCED, True),
        (503, "07:30", ANNOUNCED, False),  # too long before
        (503, "09:20", ANNOUNCED, False),  # somebody called it so when it had happened
        (502, "08:55", ANNOUNCED, False),  # nobody answers 502 on purpose
        (503, "08:55", "Shutdown scheduled for Tue 2021-03-02 09:00:00 UTC", False),  # and no boot follows
    ],
)
def test_maintenance_announced_just_before_is_planned(
    tmp_path: Path, status: int, told: str, message: str, planned: bool
) -> None:
    """Within the hour before, and answered as scheduled maintenance is."""
    scene = morning(failing(DOWN, UP, status, PAGES + CALLS))
    scene.say(at(told), "root", message)
    assert scene.outage(tmp_path).planned is planned


def test_a_word_said_all_the_time_announces_nothing(tmp_path: Path) -> None:
    """A job that speaks of maintenance each half hour speaks of its own."""
    scene = morning(failing(DOWN, UP, 503, PAGES + CALLS))
    for time in every(at("06:10"), at("12:00"), 1800):
        scene.say(time, "sweeper", "scheduled maintenance of the cache")
    assert not scene.outage(tmp_path).planned
