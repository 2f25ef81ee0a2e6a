"""However the bytes are cut into blocks, the paths ordered and the work shared out, the timeline is the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logforensics.evidence.files import read_blocks
from logforensics.settings import Settings
from logforensics.timeline import reading
from logforensics.timeline.build import read_timeline
from logforensics.timeline.model import Timeline

SYSLOG = b"2026-07-01T12:00:00Z obi app[7]: one\n"
NGINX = b"2026/07/01 12:00:01 [error] 9#9: two\n"
TRACE = b"PHP Fatal error: three\n"
STRANGE = b"no parser knows\nwhat this is\n"


def at(clock: str, text: str = "x") -> bytes:
    """A line of syslog with its offset."""
    return f"2026-07-01T{clock}Z obi app[7]: {text}\n".encode()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Timeline]:
    """Reads the timeline of files given as name and content."""

    def reads(files: dict[str, bytes], **options: object) -> Timeline:
        return read_timeline(str(write(tmp_path, files)), **options)  # type: ignore[arg-type]

    return reads


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Lay the files down."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def whole(found: Timeline) -> tuple[object, ...]:
    """All that two timelines of the same evidence must agree in."""
    accounts = [
        (account.file, account.lines, account.events, account.continuation, account.blank, account.unparsed)
        for account in found.ledger.accounts
    ]
    return found.events.rows(), found.sources, found.files, found.assumptions, found.damage, accounts


def cut_at(size: int) -> pytest.MonkeyPatch:
    """Blocks of `size` bytes (and the rest of their last line) until undone."""
    patch = pytest.MonkeyPatch()
    patch.setattr(reading, "read_blocks", partial(read_blocks, block_bytes=size))
    return patch


def test_a_continuation_in_the_next_block_follows_its_event(read: Callable[..., Timeline]) -> None:
    """A block that begins within an event hands its first lines to that event."""
    patch = cut_at(1)
    try:
        found = read({"error.log": NGINX + TRACE + b"#0 four\n"}, fields=("pid", "message"))
    finally:
        patch.undo()
    assert found.events.select("line", "time_basis", "pid", "message").rows() == [
        (1, "zone-assumed", 9, "two"),
        (2, "carried", 9, "PHP Fatal error: three"),
        (3, "carried", 9, "#0 four"),
    ]


def test_a_continuation_in_the_next_file_follows_its_event(read: Callable[..., Timeline]) -> None:
    """A rotation in the middle of a trace does not tear it."""
    found = read({"error.log.1": NGINX, "error.log": TRACE + NGINX.replace(b":01 ", b":05 ")})
    seconds = pl.col("time").dt.second()
    assert found.events.select("file", "line", "time_basis", seconds).rows() == [
        ("error.log.1", 1, "zone-assumed", 1),
        ("error.log", 1, "carried", 1),
        ("error.log", 2, "zone-assumed", 5),
    ]


def test_a_last_block_without_events_does_not_tear_a_trace(read: Callable[..., Timeline]) -> None:
    """A continuation at the head of a file finds its event above a block of lines that are none."""
    patch = cut_at(1)
    try:
        found = read({"error.log.1": NGINX + b"garbage\n", "error.log": TRACE + NGINX})
    finally:
        patch.undo()
    assert (found.sources[0].continuation, found.sources[0].unparsed) == (1, 1)


def test_a_continuation_without_an_event_is_unparsed(read: Callable[..., Timeline]) -> None:
    """Nothing is made up for a file that begins in the middle of a trace."""
    (source,) = read({"error.log": TRACE + NGINX}).sources
    assert (source.events, source.continuation, source.unparsed) == (1, 0, 1)


FEW = 20
"""Examples of a property that reads files: each takes some hundredths of a second, most of it to recognise them."""

PIECES = st.sampled_from(
    (
        NGINX,
        NGINX.replace(b":01 ", b":00 "),
        TRACE,
        b"#1 deeper\n",
        b"garbage\n",
        b"\n",
        b"\xff\xfe\n",
        b"\0\0\0\n",
        b"\r\n",
    )
)
"""What a log may hold between its lines."""


def log_text(parts: list[bytes]) -> bytes:
    """A log that is recognised whatever else it holds."""
    return NGINX * 3 + b"".join(parts)


@settings(max_examples=FEW)
@given(st.lists(PIECES, max_size=12), st.lists(PIECES, max_size=6), st.integers(1, 400))
def test_any_cut_into_blocks_gives_the_same_timeline(old: list[bytes], new: list[bytes], size: int) -> None:
    """Where a block ends is no matter of the evidence."""
    with TemporaryDirectory() as folder:
        write(Path(folder), {"error.log.1": log_text(old), "error.log": log_text(new)[len(NGINX) :] + b"torn"})
        expected = whole(read_timeline(folder))
        patch = cut_at(size)
        try:
            assert whole(read_timeline(folder)) == expected
        finally:
            patch.undo()


@settings(max_examples=FEW)
@given(st.lists(PIECES, max_size=20), st.booleans())
def test_the_ledger_closes(parts: list[bytes], torn: bool) -> None:
    """Every byte of every file is in an event, a continuation, blank, unparsed or damage."""
    content = log_text(parts) + NGINX[:-1] * torn
    with TemporaryDirectory() as folder:
        found = read_timeline(str(write(Path(folder), {"error.log": content, "notes": STRANGE})))
    assert [account.accounted for account in found.ledger.accounts] == [len(content), len(STRANGE)]


@settings(max_examples=FEW // 2)
@given(st.permutations(["kern.log", "syslog", "syslog.1", "error.log", "notes"]))
def test_any_order_of_the_paths_gives_the_same_timeline(names: list[str]) -> None:
    """What was typed first does not come first."""
    with TemporaryDirectory() as folder:
        write(
            Path(folder),
            {"kern.log": SYSLOG, "syslog": SYSLOG * 2, "syslog.1": SYSLOG, "error.log": NGINX, "notes": STRANGE},
        )
        paths = [str(Path(folder, name)) for name in names]
        assert whole(read_timeline(paths)) == whole(read_timeline(sorted(paths)))


@settings(max_examples=FEW)
@given(st.lists(st.tuples(st.sampled_from(("kern.log", "syslog.1", "syslog")), st.integers(0, 5)), min_size=1))
def test_the_total_order_is_a_fixed_point(events: list[tuple[str, int]]) -> None:
    """Sorting by time, source, file (oldest first) and line changes nothing."""
    files: dict[str, bytes] = {}
    for name, second in events:
        files[name] = files.get(name, b"") + at(f"12:00:0{second}")
    with TemporaryDirectory() as folder:
        rows = read_timeline(str(write(Path(folder), files)), fields=()).events.rows()
    age = ["kern.log", "syslog.1", "syslog"]
    assert sorted(rows, key=lambda row: (row[0], row[2], age.index(row[3]), row[4])) == rows


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_any_number_of_threads_gives_the_same_timeline(read: Callable[..., Timeline], jobs: int) -> None:
    """Who finishes first does not come first."""
    files = {"syslog": SYSLOG * 50, "error.log": (NGINX + TRACE) * 50}
    patch = cut_at(64)
    try:
        assert whole(read(files, settings=Settings(jobs=jobs))) == whole(read(files))
    finally:
        patch.undo()
