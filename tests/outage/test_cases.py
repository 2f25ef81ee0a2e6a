"""Tests how suspects are joined into cases: one outage holds what fails together, and its relapses."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from logforensics.outage.cases import HOLD, Case, join
from logforensics.outage.facts import Facts
from logforensics.outage.model import Edge
from logforensics.outage.suspects import Suspect
from tests.outage.scenes import at, morning


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """The facts of a morning that lasts from 06:00 to 12:00."""
    return morning().facts(tmp_path)


def suspect(first: datetime, last: datetime, over: datetime | None, kind: str = "service") -> Suspect:
    """A suspect that failed from `first` to `last` and is known to work again at `over`."""
    fails = (Edge(first, None, "failed"), Edge(last, None, "failed"))
    return Suspect(kind, (), fails, () if over is None else (Edge(over, None, "works"),))


def test_overlapping_suspects_are_one_case(facts: Facts) -> None:
    """What begins to fail before the other is over is the same case."""
    one = suspect(at("08:00"), at("09:00"), at("09:01"))
    other = suspect(at("08:30"), at("09:30"), at("09:31"), "web")
    assert join([other, one], facts) == [Case((one, other))]


@pytest.mark.parametrize(("later", "cases"), [(timedelta(0), 1), (timedelta(seconds=1), 2)])
def test_relapse_within_the_hold(facts: Facts, later: timedelta, cases: int) -> None:
    """A relapse counts to the outage until 30 minutes after it was known to be over, and no longer."""
    over = at("08:10")
    relapse = over + HOLD + later
    found = join([suspect(at("08:00"), at("08:05"), over), suspect(relapse, relapse, relapse)], facts)
    assert len(found) == cases


def test_unended_suspect_swallows_what_follows(facts: Facts) -> None:
    """What is not known to work again still fails whenever something else does."""
    found = join([suspect(at("08:00"), at("08:05"), None), suspect(at("11:00"), at("11:05"), at("11:06"))], facts)
    assert len(found) == 1


def test_windows_leave_out_the_time_between_relapses() -> None:
    """Between relapses all may have been well: what answered there is no alibi."""
    case = Case((suspect(at("08:00"), at("08:05"), at("08:06")), suspect(at("08:20"), at("08:25"), at("08:26"))))
    assert case.windows(at("12:00")) == [(at("08:00"), at("08:05")), (at("08:20"), at("08:25"))]


def test_case_spans_its_suspects() -> None:
    """A case fails from its first suspect's first failure to its last one's last."""
    case = Case((suspect(at("08:00"), at("09:00"), None), suspect(at("08:20"), at("08:25"), None)))
    assert (case.first_fail, case.last_fail) == (at("08:00"), at("09:00"))
