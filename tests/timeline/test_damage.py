"""Whatever becomes of some bytes of a log: every byte has one fate, and the other lines are what they were."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from logforensics.timeline.build import read_timeline
from tests.hostile.evidence import line

LINES = [line(number) for number in range(12)]
FEW = 20
"""Examples of a property that reads files."""

Edit = tuple[int, int, int, bytes]

EDITS = st.lists(
    st.tuples(
        st.integers(2, len(LINES) - 1),
        st.integers(0, len(LINES[0])),
        st.integers(0, 40),
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from(
                (b"", b"\n", b"\0", b"\0" * 4096, b"\r", b"\xff\xfe", b"\x1b[2J", b"\n\n", LINES[0], b"\x1f\x8b\x08")
            ),
        ),
    ),
    min_size=1,
    max_size=3,
)
"""In which line, from which byte on, how many bytes are lost, and what stands there instead; two stay whole."""


def edited(edits: list[Edit]) -> list[bytes]:
    """The lines, some of them with other bytes; a line feed may be lost, so that two become one."""
    lines = list(LINES)
    for number, at, lost, new in edits:
        lines[number] = lines[number][:at] + new + lines[number][at + lost :]
    return lines


def whole(lines: list[bytes]) -> list[int]:
    """The numbers of the lines that are as they were, and begin and end where a line does."""
    return [
        number
        for number, data in enumerate(lines)
        if data == LINES[number] and (number == 0 or lines[number - 1].endswith(b"\n"))
    ]


@settings(max_examples=FEW)
@given(EDITS)
def test_any_edit_leaves_the_other_lines_as_they_were(edits: list[Edit]) -> None:
    """A line that nobody touched is the same event at the same instant, and all bytes are accounted for."""
    lines = edited(edits)
    data = b"".join(lines)
    with TemporaryDirectory() as folder:
        Path(folder, "whole.log").write_bytes(b"".join(LINES))
        known = read_timeline(folder).events
        Path(folder, "whole.log").write_bytes(data)
        found = read_timeline(folder)
    (account,) = found.ledger.accounts
    assert account.accounted == account.text_bytes == len(data)
    assert all(size >= 0 for _, _, size in account.fates)
    kept = whole(lines)
    texts = pl.Series([f"all is well ({number})" for number in kept], dtype=pl.String)
    columns = [name for name in known.columns if name not in ("line", "time_basis", "source", "file")]
    expected = known.filter(pl.col("message").is_in(texts.implode())).select(columns).rows()
    assert len(expected) == len(kept)
    assert set(expected) <= set(found.events.select(columns).rows())


@settings(max_examples=FEW)
@given(st.integers(0, 10**6), st.integers(0, 60), st.binary(max_size=40))
def test_an_event_that_is_not_in_the_file_is_never_made_up(at: int, lost: int, new: bytes) -> None:
    """Of bytes that were overwritten or lost no event arises at an instant that stands nowhere in the file."""
    data = b"".join(LINES)
    at %= len(data)
    broken = LINES[0] + LINES[1] + data[:at] + new.translate(None, b"0123456789") + data[at + lost :]
    with TemporaryDirectory() as folder:
        Path(folder, "app.log").write_bytes(broken)
        times = read_timeline(folder).events.get_column("time")
    whole_day = [when(number) for number in range(len(LINES))]
    assert set(times.dt.strftime("%H:%M:%S")) <= set(whole_day)


def when(number: int) -> str:
    """The clock time (UTC) of such a line."""
    return f"14:{number:02}:07"
