"""Of many lines that are alike few are kept; all that testifies of something, and every count, stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logforensics.analysis import columns
from logforensics.analysis.bursts import find_bursts
from logforensics.analysis.columns import digest, read_for_analysis
from logforensics.analysis.findings import Cite
from logforensics.analysis.gaps import find_gaps
from logforensics.analysis.thin import thin
from logforensics.outage.facts import gather
from logforensics.schema import ALIKE, COUNT, LULL, SAMPLED, SCHEMA
from logforensics.timeline import room
from logforensics.timeline.model import Timeline

BEGIN = datetime(2026, 7, 1)
SILENCE = 60.0
ERROR = "[   12.345678] blk_update_request: I/O error, dev sdb, sector 8"


def block(seconds: list[float], **more: Sequence[object]) -> pl.DataFrame:
    """A block of events at so many seconds after BEGIN, boiled down."""
    height = len(seconds)
    rows = {
        "line": list(range(1, height + 1)),
        "wall": [BEGIN + timedelta(seconds=second) for second in seconds],
        "offset": [0] * height,
        "yearless": [False] * height,
        "carried": [False] * height,
        **more,
    }
    types = {"line": pl.UInt32(), "wall": pl.Datetime("us"), "offset": pl.Int32(), "status": pl.Int16()}
    schema = {name: types.get(name, SCHEMA.get(name, pl.Boolean())) for name in rows}
    return digest(pl.DataFrame(rows, schema=schema))


def requests(seconds: list[float], status: list[int]) -> pl.DataFrame:
    """A block of requests for one page by many clients."""
    height = len(seconds)
    return block(seconds, status=status, path=["/a"] * height, client=[f"192.0.2.{n % 97}" for n in range(height)])


MANY = [0.5 * n for n in range(1000)]


def test_few_events_are_all_kept() -> None:
    """Nothing is left out of a block that is small enough, and each row stands for itself."""
    found = thin(block(MANY), 1000, SILENCE)
    assert found.height == 1000
    assert found.select(COUNT, ALIKE, SAMPLED).unique().rows() == [(1, 1, False)]


def test_of_many_events_about_as_many_are_kept_as_are_wanted() -> None:
    """What is like its neighbours stands for them."""
    assert thin(block(MANY), 100, SILENCE).height <= 110


def test_the_first_and_the_last_event_are_kept() -> None:
    """A source's span stays what it was."""
    found = thin(block(MANY), 100, SILENCE)
    assert (found["line"].min(), found["line"].max()) == (1, 1000)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(200, 400))
def test_rows_stand_for_all_lines(random: Random, height: int) -> None:
    """The counts add up to the lines there were, whatever these are."""
    times = list(accumulate(random.uniform(0, 30) for _ in range(height)))
    found = thin(requests(times, [random.choice([200, 404, 503]) for _ in times]), 60, SILENCE)
    assert (found[COUNT].sum(), found[ALIKE].sum()) == (len(times), len(times))
    assert found["line"].to_list() == sorted(set(found["line"].to_list()))


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(1, 298))
def test_both_lines_beside_a_silence_are_kept(random: Random, place: int) -> None:
    """Where nothing was written for long, the rows on both sides follow one another in the file."""
    times = list(accumulate(100.0 if n == place else random.uniform(0, 30) for n in range(300)))
    found = thin(block(times), 60, SILENCE)
    before = found.filter(pl.col("line") == place)
    assert before[COUNT].to_list() == [1]
    assert place + 1 in found["line"].to_list()


def test_a_failed_request_is_kept() -> None:
    """A 503 among a thousand 200s testifies of something."""
    found = thin(requests(MANY, [200] * 500 + [503] + [200] * 499), 100, SILENCE)
    assert found.filter(pl.col("status") == 503).select("line", ALIKE, SAMPLED).rows() == [(501, 1, False)]


def test_a_line_with_a_signature_is_kept() -> None:
    """So does an I/O error."""
    found = thin(block(MANY, program=["kernel"] * 1000, message=["x"] * 700 + [ERROR] + ["x"] * 299), 100, SILENCE)
    assert found.filter(pl.col("signature").is_not_null())["line"].to_list() == [701]


def test_the_calls_of_a_timer_are_kept_whole() -> None:
    """A monitor that asks each half minute among many people keeps its beat."""
    clients = ["198.51.100.1" if n % 60 == 0 else f"192.0.2.{n % 7}" for n in range(1000)]
    events = block(MANY, status=[200] * 1000, path=["/"] * 1000, client=clients)
    found = thin(events, 100, SILENCE).filter(pl.col("client").cast(pl.String) == "198.51.100.1")
    assert found["wall"].diff().drop_nulls().unique().to_list() == [timedelta(seconds=30)]
    assert not found[SAMPLED].any()


def test_the_longest_silence_among_the_lines_left_out_is_told() -> None:
    """Without it an even flow and one with pauses would look the same."""
    times = [0.5 * n + (20 if n > 500 else 0) for n in range(1000)]
    found = thin(block(times), 20, SILENCE)
    assert found[LULL].max() == 20_500_000


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of some hundred kB counts as too large to be kept whole."""
    monkeypatch.setattr(room, "WHOLE", 0)
    monkeypatch.setattr(columns, "MOST_ROWS", 1000)


def access_log(folder: Path) -> str:
    """A request every two seconds or so for four hours; half an hour of 502s, and half an hour of nothing."""
    second, lines = 0, []
    for number in range(7000):
        second += 1 + number * number % 3
        if number == 5000:
            second += 1800
        status = 502 if 2000 <= number < 3000 else 200
        moment = BEGIN + timedelta(seconds=second)
        client = f"192.0.2.{number * number % 250}"
        lines.append(
            f'{client} - - [{moment:%d/%b/%Y:%H:%M:%S} +0000] "GET /a HTTP/1.1" {status} 5 "-" "Mozilla/5.0"\n'
        )
    path = folder / "access.log"
    path.write_text("".join(lines))
    return str(path)


def read(path: str) -> Timeline:
    """As the analysers read it."""
    return read_for_analysis([path], rows=columns.MOST_ROWS)


@pytest.mark.usefixtures("large")
def test_gaps_of_a_thinned_log_are_those_of_the_whole(tmp_path: Path) -> None:
    """The silence is found with the same two lines around it."""
    thinned = read(access_log(tmp_path)).events
    assert thinned.height < 5000
    found = [(gap.before, gap.after) for gap in find_gaps(thinned)]
    assert found == [(Cite("access.log", 5000), Cite("access.log", 5001))]


@pytest.mark.usefixtures("large")
def test_bursts_of_a_thinned_log_are_those_of_the_whole(tmp_path: Path) -> None:
    """The failing half hour has its first and last line, and its counts."""
    facts = gather(read(access_log(tmp_path)))
    [burst] = find_bursts(facts.runs, facts.outcomes)
    assert (burst.first.line, burst.last.line, burst.errors) == (2001, 3000, 1000)


@pytest.mark.usefixtures("large")
def test_thinning_is_said(tmp_path: Path) -> None:
    """Whoever reads a verdict learns what it was drawn from."""
    [note] = [note for note in read(access_log(tmp_path)).assumptions if note.kind == "sample"]
    assert note.events == 7000


def test_a_small_log_is_not_thinned(tmp_path: Path) -> None:
    """Nor does its timeline have the columns that tell of it."""
    events = read_for_analysis([access_log(tmp_path)], rows=10).events
    assert (events.height, COUNT in events.columns) == (7000, False)


def test_what_a_seldom_asked_page_answers_beside_a_failure_is_its_own() -> None:
    """One failure of a page among many pages: the requests for it that succeed are counted as requests for it."""
    often = ("/", "/about", "/cart", "/news", "/search", "/items")
    asked = [often[n % 6] if n % 50 else "/seldom" for n in range(2000)]
    status = [500 if n == 1000 else 200 for n in range(2000)]
    rows = block(
        [0.5 * n for n in range(2000)], status=status, path=asked, client=[f"192.0.2.{n % 97}" for n in range(2000)]
    )
    found = thin(rows, 40, SILENCE).filter(pl.col("endpoint").cast(pl.String) == "/seldom")
    good = found.filter(pl.col("status") == 200)
    assert (good.filter(pl.col("line") < 1001)[ALIKE].sum(), good.filter(pl.col("line") > 1001)[ALIKE].sum()) == (
        20,
        19,
    )
