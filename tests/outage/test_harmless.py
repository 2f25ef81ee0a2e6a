"""A program that finds its own disk full day after day says nothing of the site's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outage.scenes import at, failing, morning

DOWN, UP = at("09:00:20"), at("09:40:00")
FULL = 'rsync: [receiver] write failed on "/mnt/backup/a": No space left on device (28)'


@pytest.mark.parametrize(
    ("others", "cause"),
    [
        (("06:30", "07:45", "10:40"), "upstream-down"),
        (("07:45",), "disk-full"),  # it may have been full for a moment then, and full for good since
        ((), "disk-full"),
    ],
)
def test_a_complaint_of_other_times_when_all_was_well_is_no_cause(
    tmp_path: Path, others: tuple[str, ...], cause: str
) -> None:
    """The same program said the same two times and more while requests succeeded: its disk is another one."""
    scene = morning(failing(DOWN, UP, 502))
    for time in (*others, "09:00:30"):
        scene.say(at(time), "rsync[9120]", FULL)
    assert scene.outage(tmp_path).cause.kind == cause


def test_a_disk_that_fails_the_site_each_time_is_its_cause(tmp_path: Path) -> None:
    """Whoever says it whenever requests fail speaks of the site's own disk."""
    spans = [(at("07:00"), at("07:20")), (at("08:30"), at("08:50")), (at("10:30"), at("10:50"))]
    answers = [failing(begin, end, 500) for begin, end in spans]
    scene = morning(
        lambda time, path: next((bad for each in answers if (bad := each(time, path))[0] != 200), (200, 0.0))
    )
    for begin, _ in spans:
        scene.say(begin, "shop[812]", "write /var/lib/shop/cart.db: No space left on device")
    assert {outage.cause.kind for outage in scene.outages(tmp_path)} == {"disk-full"}
