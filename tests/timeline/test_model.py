"""The Timeline: a selection shows other events of the same account, and pandas gets times that know their zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import polars as pl

from logforensics.evidence.ledger import Ledger
from logforensics.schema import SCHEMA
from logforensics.timeline.model import Timeline

NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)


def timeline(**columns: object) -> Timeline:
    """A timeline of one event at NOON, with some more columns."""
    values = {"time": NOON, "time_basis": "explicit", "source": "syslog", "file": "syslog.1", "line": 7, **columns}
    schema = {name: SCHEMA[name] for name in values}
    events = pl.DataFrame({name: [value] for name, value in values.items()}, schema=schema)
    return Timeline(events, (), (), (), (), (), Ledger(), (), NOON, NOON, None)


def test_pandas_times_know_their_zone() -> None:
    """The time column is UTC in microseconds, to the microsecond."""
    frame = timeline().to_pandas()
    assert (str(frame["time"].dtype), frame["time"][0]) == ("datetime64[us, UTC]", pd.Timestamp(NOON))


def test_pandas_has_the_columns_in_their_order() -> None:
    """No column is lost, added or moved."""
    found = timeline(severity="err", message="x", size=1)
    assert list(found.to_pandas().columns) == found.events.columns


def test_categories_stay_categories() -> None:
    """What is Categorical or an Enum here is categorical there, with the text as its value."""
    frame = timeline(severity="err").to_pandas()
    categorical = {name: frame[name][0] for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    assert categorical == {"time_basis": "explicit", "source": "syslog", "file": "syslog.1", "severity": "err"}


def test_nulls_are_missing_in_pandas() -> None:
    """A null of any type is NA there."""
    frame = timeline(severity=None, pid=None, message=None).to_pandas()
    assert frame[["severity", "pid", "message"]].isna().all(axis=None)


def test_no_events_are_an_empty_frame_with_a_zone() -> None:
    """The type of the time column does not depend on there being rows."""
    found = timeline()
    frame = found.with_events(found.events.clear()).to_pandas()
    assert (len(frame), str(frame["time"].dtype)) == (0, "datetime64[us, UTC]")


def test_a_selection_keeps_the_account() -> None:
    """Only the events shown change: span, ledger and the rest are of all that was read."""
    found = timeline()
    shown = found.with_events(found.events.clear())
    assert (shown.events.height, shown.begin, shown.end, shown.ledger) == (0, NOON, NOON, found.ledger)


def test_a_selection_leaves_the_original_alone() -> None:
    """The timeline it was made of shows what it showed."""
    found = timeline()
    found.with_events(found.events.clear())
    assert found.events.height == 1
