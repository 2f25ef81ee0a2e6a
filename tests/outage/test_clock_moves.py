"""A wall clock that was moved by whole quarters of an hour, told by timers that beat on, from a silence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from logforensics.outage.clock_moves import clock_moved
from tests.outage.scenes import Scene, at, every


def beating(period: float, leap: timedelta, *others: float) -> Scene:
    """Hosts' timers that beat until 09:00 and go on in time after it, their stamps moved by `leap`."""
    scene = Scene()
    for number, seconds in enumerate((period, *others)):
        for time in every(at("06:00"), at("12:00"), seconds):
            stamp = time if time < at("09:00") else time + leap
            scene.say(stamp, f"timer{'abc'[number]}[7]", "beats")
    return scene


def moved(scene: Scene, folder: Path, until: str) -> bool:
    """Whether the clock is said to have been moved in the silence from 09:00 on."""
    facts = scene.facts(folder)
    everything = facts.everything
    assert everything is not None
    last, after = everything.before(at("09:01")), everything.after(at(until))
    assert last is not None
    assert after is not None
    return clock_moved(facts, everything.times[last], everything.times[after])


def test_a_timer_that_beats_on_after_two_hours_shows_a_new_zone(tmp_path: Path) -> None:
    """A beat every 61 s goes on to the second, two hours later."""
    assert moved(beating(61, timedelta(hours=2)), tmp_path, "10:30")


def test_a_silence_of_another_length_is_a_silence(tmp_path: Path) -> None:
    """Two hours and seven minutes are no zone's change."""
    assert not moved(beating(61, timedelta(hours=2, minutes=7)), tmp_path, "10:30")


def test_cron_alone_proves_nothing(tmp_path: Path) -> None:
    """What beats by the wall clock's minutes keeps them also where the machine stood still."""
    assert not moved(beating(60, timedelta(hours=2)), tmp_path, "10:30")


def test_a_timer_that_disagrees_is_believed(tmp_path: Path) -> None:
    """One beats on and one does not: the machine was not running."""
    scene = beating(61, timedelta(hours=2))
    for time in every(at("06:00"), at("09:00"), 97):
        scene.say(time, "other[7]", "beats")
    for time in every(at("11:03:20"), at("13:00"), 97):
        scene.say(time, "other[7]", "beats")
    assert not moved(scene, tmp_path, "10:30")


def test_a_timer_that_beat_meanwhile_shows_that_time_passed(tmp_path: Path) -> None:
    """The silence of one log is no move of the clock while another goes on."""
    scene = beating(61, timedelta(hours=2))
    for time in every(at("06:00"), at("13:00"), 73):
        scene.say(time, "other[7]", "beats", "other.log")
    facts = scene.facts(tmp_path)
    assert not clock_moved(facts, at("08:59:51"), at("11:00:52"))
