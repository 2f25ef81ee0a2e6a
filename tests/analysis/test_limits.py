"""Requests that a limit turned away: spared where their own client was in haste, failures where visitors are struck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from logforensics.analysis.limits import spare_limited

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
BOT, ONE, OTHER = "192.0.2.66", "198.51.100.7", "198.51.100.8"


def failed(*asked: tuple[float, str], told: tuple[tuple[float, str], ...]) -> list[bool]:
    """Which of some requests (seconds, client), all answered 503, still count as failed."""
    outcomes = pl.DataFrame(
        [(NOON + timedelta(seconds=at), client, True) for at, client in asked],
        schema={"time": pl.Datetime("us", "UTC"), "client": pl.Categorical(), "failed": pl.Boolean()},
        orient="row",
    )
    words = 'limiting requests, excess: 20.6 by zone "one"'
    events = pl.DataFrame(
        [(NOON + timedelta(seconds=at), client, "limited", words) for at, client in told],
        schema={"time": pl.Datetime("us", "UTC"), "client": pl.String(), "mark": pl.String(), "message": pl.String()},
        orient="row",
    )
    return spare_limited(outcomes, events).get_column("failed").to_list()


def test_a_client_in_haste_failed_by_itself() -> None:
    """Its second request within a minute was over its limit; the first, of which the error log says nothing, failed."""
    assert failed((0, BOT), (1, BOT), told=((1, BOT),)) == [True, False]


def test_the_word_of_another_client_spares_nobody() -> None:
    """The limit is told of one client; the other's failure, in the same second, has another reason."""
    assert failed((0, ONE), (1, ONE), told=((1, BOT),)) == [True, True]


def test_a_limit_that_strikes_visitors_is_one_for_all() -> None:
    """Two clients that had asked for nothing were turned away: then not even the hasty one's failures are its own."""
    struck = failed((0, BOT), (1, BOT), (30, ONE), (31, OTHER), told=((1, BOT), (30, ONE), (31, OTHER)))
    assert struck == [True, True, True, True]


def test_without_a_word_of_limits_all_stays_as_it_was() -> None:
    """Nothing was limited."""
    assert failed((0, BOT), (1, BOT), told=()) == [True, True]
