"""A timeline saved as Parquet, and what is concluded from it."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import polars as pl
import pytest

from logforensics.analysis.columns import read_for_analysis
from logforensics.clock.zones import Zone
from logforensics.errors import EvidenceError
from logforensics.outage.verdict import investigate
from logforensics.settings import Settings
from logforensics.timeline.build import read_timeline
from logforensics.timeline.saved import save, saved_at

LOGS = str(Path(__file__).resolve().parents[2] / "fixtures" / "makemeapassword-2020-06" / "logs")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The fixture's timeline in a file."""
    path = tmp_path_factory.mktemp("saved") / "timeline.parquet"
    path.write_bytes(save(read_timeline([LOGS])))
    return str(path)


def test_other_programs_read_typed_columns(saved: str) -> None:
    """`time` is an instant in UTC, words are texts, numbers are numbers."""
    frame = pl.read_parquet(io.BytesIO(Path(saved).read_bytes()))
    kinds = {name: frame.schema[name] for name in ("time", "source", "severity", "status", "request_time")}
    assert kinds == {
        "time": pl.Datetime("us", "UTC"),
        "source": pl.String(),
        "severity": pl.String(),
        "status": pl.UInt16(),
        "request_time": pl.Float64(),
    }


def test_what_was_read_comes_back(saved: str) -> None:
    """Events, sources, zone and assumptions are those of the logs."""
    first, again = read_timeline([LOGS]), read_timeline([saved])
    assert again.events.select(first.events.columns).rows() == first.events.rows()
    assert again.sources == first.sources
    assert again.files == first.files
    assert again.assumptions == first.assumptions
    assert (again.zone, again.begin, again.end) == (first.zone, first.begin, first.end)


def test_the_verdict_is_that_of_the_logs(saved: str) -> None:
    """Outages, silences and failures follow from the saved columns alone."""
    first = investigate(read_for_analysis([LOGS]), Settings())
    again = investigate(read_for_analysis([saved]), Settings())
    assert again.outages == first.outages
    assert (again.gaps, again.failures, again.boots) == (first.gaps, first.failures, first.boots)


@pytest.mark.parametrize(
    "zone",
    [Zone.named("Europe/Berlin"), Zone.named("+10:00"), Zone("own", tzif=Zone.named("UTC").tzif or b"TZif2")],
    ids=["name", "offset", "file"],
)
def test_every_kind_of_zone_comes_back(zone: Zone, tmp_path: Path) -> None:
    """An IANA name, steps of offsets, and the evidence's own zone file."""
    from dataclasses import replace

    path = tmp_path / "t.parquet"
    path.write_bytes(save(replace(read_timeline([LOGS]), zone=zone)))
    assert read_timeline([str(path)]).zone == zone


def test_any_other_parquet_is_no_timeline(tmp_path: Path) -> None:
    """It is passed over as what it is."""
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(path)
    assert saved_at(str(path)) is None
    with pytest.raises(EvidenceError, match="a Parquet file"):
        read_timeline([str(path)])


def test_a_damaged_one_is_said_to_be(saved: str, tmp_path: Path) -> None:
    """Whatever byte was changed, nothing worse is raised; a cut file is no Parquet file any more."""
    data = bytearray(Path(saved).read_bytes())
    path = tmp_path / "t.parquet"
    for at in range(40, len(data) // 2, 977):
        changed = bytes(data[:at]) + bytes([data[at] ^ 0x55]) + bytes(data[at + 1 :])
        path.write_bytes(changed)
        with contextlib.suppress(EvidenceError):
            read_timeline([str(path)])
    path.write_bytes(bytes(data[: len(data) // 2]))
    with pytest.raises(EvidenceError):
        read_timeline([str(path)])
