"""Paths become one timeline: every line accounted for, all events in one order, and every file told of."""

from __future__ import annotations

import gzip
import hashlib
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from logforensics.errors import EvidenceError, UsageError
from logforensics.schema import ALWAYS, SCHEMA
from logforensics.settings import Settings
from logforensics.timeline.build import DEFAULT_FIELDS, read_timeline
from logforensics.timeline.model import FileSummary, SourceSummary, Timeline

DAY = datetime(2026, 7, 1, tzinfo=UTC)

SYSLOG = b"2026-07-01T12:00:00Z obi app[7]: one\n"
NGINX = b"2026/07/01 12:00:01 [error] 9#9: two\n"
TRACE = b"PHP Fatal error: three\n"
ACCESS = b'192.0.2.1 - - [01/Jul/2026:12:00:00 +0000] "GET /a?b=1 HTTP/1.1" 502 166 "-" "curl/7.64.0"\n'
STRANGE = b"no parser knows\nwhat 9:05 is here\n"


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


def lines(found: Timeline) -> list[tuple[object, ...]]:
    """File, line and message of each event, in order."""
    return found.events.select("file", "line", "message").rows()


def test_an_event_is_what_its_line_says(read: Callable[..., Timeline]) -> None:
    """One line, one row: time, its basis, where it stands, and what it holds."""
    found = read({"syslog": SYSLOG}, fields=("host", "program", "pid", "message"))
    assert found.events.rows() == [
        (DAY + timedelta(hours=12), "explicit", "syslog", "syslog", 1, "obi", "app", 7, "one")
    ]


def test_events_of_all_sources_are_in_order_of_time(read: Callable[..., Timeline]) -> None:
    """Sources are woven into each other."""
    found = read({"kern.log": at("12:00:02", "b"), "syslog": at("12:00:01", "a") + at("12:00:03", "c")})
    assert found.events["message"].to_list() == ["a", "b", "c"]


def test_events_of_one_instant_are_in_order_of_source_file_and_line(read: Callable[..., Timeline]) -> None:
    """Ties are broken by the source's name, then oldest file first, then the line."""
    one, two = at("12:00:00", "1") + at("12:00:00", "2"), at("12:00:00", "3")
    found = read({"syslog": two, "syslog.1": one, "kern.log": two})
    assert lines(found) == [("kern.log", 1, "3"), ("syslog.1", 1, "1"), ("syslog.1", 2, "2"), ("syslog", 1, "3")]


def test_a_line_out_of_order_is_put_in_its_place(read: Callable[..., Timeline]) -> None:
    """Within a file too, time comes before the line number."""
    assert lines(read({"syslog": at("12:00:01", "b") + at("12:00:00", "a")})) == [
        ("syslog", 2, "a"),
        ("syslog", 1, "b"),
    ]


def test_default_columns_are_those_of_the_schema(read: Callable[..., Timeline]) -> None:
    """Whoever asks for nothing gets all, in the schema's order and types."""
    assert dict(read({"syslog": SYSLOG}).events.schema) == SCHEMA


def test_columns_nobody_asked_for_are_absent(read: Callable[..., Timeline]) -> None:
    """Only the five that make a timeline, and the fields wanted."""
    assert read({"syslog": SYSLOG}, fields=("program",)).events.columns == [*ALWAYS, "program"]


def test_no_fields_are_a_choice_too(read: Callable[..., Timeline]) -> None:
    """An empty choice is not taken for the default."""
    assert read({"access.log": ACCESS}, fields=()).events.columns == list(ALWAYS)


def test_a_field_that_is_no_column_is_refused(read: Callable[..., Timeline]) -> None:
    """A typing error in `fields` is told, not ignored."""
    with pytest.raises(UsageError, match=r"^colour: no column"):
        read({"syslog": SYSLOG}, fields=("colour",))


def test_a_digest_may_drop_and_add_columns(read: Callable[..., Timeline]) -> None:
    """What it returns for a block is what is kept of it."""
    found = read(
        {"syslog": SYSLOG},
        fields=("message",),
        digest=lambda block: block.with_columns(size=pl.col("message").str.len_chars()).drop("message"),
    )
    assert (found.events.columns, found.events["size"].to_list()) == ([*ALWAYS, "size"], [3])


def test_a_digest_does_not_touch_the_account(read: Callable[..., Timeline]) -> None:
    """Lines are counted before a digest sees them."""
    found = read({"error.log": NGINX + TRACE}, digest=lambda block: block.drop("message"))
    assert (found.sources[0].events, found.sources[0].continuation) == (1, 1)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A path that was typed must exist."""
    with pytest.raises(UsageError, match="no such file or folder"):
        read_timeline(str(tmp_path / "nowhere"))


def test_a_file_nobody_can_parse_is_passed_over(read: Callable[..., Timeline]) -> None:
    """It stands in passed_over with the reason."""
    (entry,) = read({"syslog": SYSLOG, "notes": STRANGE}).passed_over
    assert (entry.name, entry.state, entry.reason) == (
        "notes",
        "unknown-format",
        "no definition reads any of these lines",
    )


def test_a_file_nobody_can_parse_is_hashed_all_the_same(read: Callable[..., Timeline]) -> None:
    """Its bytes are part of the evidence."""
    reason = "no definition reads any of these lines"
    assert read({"syslog": SYSLOG, "notes": STRANGE}).files[0] == FileSummary(
        "notes", "unknown-format", reason, "notes", len(STRANGE), hashlib.sha256(STRANGE).hexdigest(), 2
    )


def test_a_file_nobody_can_parse_stands_in_the_ledger(read: Callable[..., Timeline]) -> None:
    """All its lines are unparsed, and the first are shown."""
    account = read({"syslog": SYSLOG, "notes": STRANGE}).ledger.accounts[0]
    assert (account.file, account.unparsed.bytes, account.samples) == (
        "notes",
        len(STRANGE),
        [(1, "no parser knows"), (2, "what 9:05 is here")],
    )


def test_a_file_that_is_no_log_is_in_the_list_of_files(read: Callable[..., Timeline]) -> None:
    """What discovery left out is told beside what was read."""
    found = read({"syslog": SYSLOG, "logo.png": b"\x89PNG\r\n\x1a\n"})
    assert [(file.name, file.state, file.reason) for file in found.files] == [
        ("logo.png", "not-a-log", "a PNG image"),
        ("syslog", "parsed", ""),
    ]


def test_a_parsed_file_is_hashed_as_it_lies_on_disk(read: Callable[..., Timeline]) -> None:
    """The digest of a packed file is that of its packed bytes; its lines are those of the text."""
    packed = gzip.compress(SYSLOG, mtime=0)
    assert read({"syslog.2.gz": packed}).files == (
        FileSummary("syslog.2.gz", "parsed", "", "syslog", len(packed), hashlib.sha256(packed).hexdigest(), 1),
    )


def test_nothing_parsed_is_an_error_that_names_the_first_file(read: Callable[..., Timeline]) -> None:
    """Exit code 3, with the reason of one file and the number of the others."""
    with pytest.raises(EvidenceError, match=r"^nothing here could be read as a log: a: .* \(and 1 more\)$") as error:
        read({"a": STRANGE, "b": STRANGE + b"either\n"})
    assert error.value.exit_code == 3


def test_an_empty_folder_is_an_error(read: Callable[..., Timeline]) -> None:
    """There is nothing to say of no files."""
    with pytest.raises(EvidenceError, match=r"^nothing to read: the paths hold no files$"):
        read({})


def test_an_empty_file_alone_is_no_error(read: Callable[..., Timeline]) -> None:
    """A log in which nothing happened is a log."""
    found = read({"syslog": b""})
    assert (found.events.height, found.begin, found.end, found.sources) == (0, None, None, ())


def test_an_empty_file_is_listed_as_empty(read: Callable[..., Timeline]) -> None:
    """It is a file of the evidence, and not one that was passed over."""
    found = read({"syslog": b""})
    assert ([(file.name, file.state) for file in found.files], found.passed_over) == ([("syslog", "empty")], ())


def test_rotated_files_are_one_source_in_order_of_time(read: Callable[..., Timeline]) -> None:
    """Packed, numbered and live files of a log follow each other."""
    packed = gzip.compress(at("10:00:00", "a"))
    found = read({"syslog": at("12:00:00", "c"), "syslog.1": at("11:00:00", "b"), "syslog.2.gz": packed})
    assert ([source.name for source in found.sources], lines(found)) == (
        ["syslog"],
        [("syslog.2.gz", 1, "a"), ("syslog.1", 1, "b"), ("syslog", 1, "c")],
    )


def test_a_log_that_was_just_rotated_is_still_a_source(read: Callable[..., Timeline]) -> None:
    """An empty live file does not hide what came before it."""
    (source,) = read({"syslog": b"", "syslog.1": SYSLOG}).sources
    assert (source.files, source.events) == (("syslog.1", "syslog"), 1)


def test_a_rotated_file_of_another_format_is_recognised_anew(read: Callable[..., Timeline]) -> None:
    """A program that changed its format in between keeps one source."""
    found = read({"app.log": NGINX, "app.log.1": SYSLOG})
    assert ([source.format for source in found.sources], found.events["message"].to_list()) == (
        ["nginx_error"],
        ["one", "two"],
    )


def test_a_source_is_summed_up(read: Callable[..., Timeline]) -> None:
    """Every line has one fate, and the first unparsed ones are shown."""
    (source,) = read({"error.log": NGINX + TRACE + b"\n" + b"garbage\n" + NGINX}).sources
    assert source == SourceSummary(
        name="error.log",
        format="nginx_error",
        files=("error.log",),
        lines=5,
        events=2,
        continuation=1,
        blank=1,
        unparsed=1,
        first=DAY + timedelta(hours=12, seconds=1),
        last=DAY + timedelta(hours=12, seconds=1),
        timezone="UTC",
        timezone_reason="warning: no zone is known, UTC is assumed; --assume-tz sets it",
        samples=(("error.log", 4, "garbage"),),
    )


def test_begin_and_end_span_all_sources(read: Callable[..., Timeline]) -> None:
    """The first and the last instant read, whichever log they are in."""
    found = read({"kern.log": at("09:00:00"), "syslog": at("08:00:00") + at("08:30:00")})
    assert (found.begin, found.end) == (DAY + timedelta(hours=8), DAY + timedelta(hours=9))


def test_a_torn_last_line_is_named(read: Callable[..., Timeline]) -> None:
    """It is an event like any other, and the damage is told."""
    found = read({"syslog": SYSLOG[:-1]})
    assert (found.events.height, [(entry.kind, entry.delivered) for entry in found.damage]) == (1, [("torn", True)])


def test_a_login_record_is_an_event(read: Callable[..., Timeline]) -> None:
    """Binary logs stand in the same order as the others."""
    record = struct.pack(
        "<hxxi32s4s32s256shhiii4i20x",
        7,
        99,
        b"pts/0",
        b"ts/0",
        b"alice",
        b"192.0.2.9",
        0,
        0,
        0,
        1782907200,
        0,
        *[0] * 4,
    )
    found = read({"wtmp": record, "syslog": at("12:00:01")})
    assert found.events.select("time", "source", "program", "pid").row(0) == (
        DAY + timedelta(hours=12),
        "wtmp",
        "wtmp",
        99,
    )


def test_progress_ends_at_the_whole(read: Callable[..., Timeline]) -> None:
    """The last word of the progress is that all bytes are done."""
    told: list[tuple[int, int]] = []
    read({"kern.log": SYSLOG * 3, "syslog": SYSLOG}, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (4 * len(SYSLOG), 4 * len(SYSLOG))


def test_settings_reach_the_clock(read: Callable[..., Timeline]) -> None:
    """The zone that was typed reads the naive stamps."""
    found = read({"error.log": NGINX}, settings=Settings(assume_tz=(("*", "+10:00"),)))
    assert found.begin == DAY + timedelta(hours=2, seconds=1)


def test_years_are_found_over_new_year(read: Callable[..., Timeline]) -> None:
    """A syslog without years takes them from its neighbour, each side of midnight its own."""
    old = b"Dec 31 23:59:59 obi app[7]: old\nJan  1 00:00:01 obi app[7]: new\n"
    beside = ACCESS.replace(b"01/Jul/2026", b"31/Dec/2019") + ACCESS.replace(b"01/Jul/2026", b"01/Jan/2020")
    found = read({"access.log": beside, "syslog": old})
    assert found.events.filter(pl.col("program") == "app")["time"].to_list() == [
        datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2020, 1, 1, 0, 0, 1, tzinfo=UTC),
    ]


def test_default_fields_and_the_five_are_the_schema() -> None:
    """No column is in both lists or in neither."""
    assert sorted([*ALWAYS, *DEFAULT_FIELDS]) == sorted(SCHEMA)


def test_lines_above_the_first_stamp(read: Callable[..., Timeline]) -> None:
    """Where a format begins to talk before it tells the time, those lines are of its first event's time."""
    head = b"X.Org X Server 1.21.1.7\nX Protocol Version 11, Revision 0\n"
    stamp = b'[    22.770] (==) Log file: "/var/log/Xorg.0.log", Time: Wed Jul  1 12:00:00 2026\n'
    found = read({"Xorg.0.log": head + stamp + b"[    22.771] (II) Loader magic\n"})
    (source,) = found.sources
    assert (source.unparsed, source.events, source.continuation) == (0, 1, 3)
    bases = found.events.get_column("time_basis").to_list()
    assert bases == ["carried", "carried", "zone-assumed", "carried"]
    assert found.events.get_column("time").n_unique() == 1


def test_lines_above_the_first_stamp_of_another_format(read: Callable[..., Timeline]) -> None:
    """Elsewhere they may be the end of an event that was rotated away, and stay unread."""
    found = read({"apt/term.log": b"Unpacking sl ...\nLog started: 2026-07-01  12:00:00\nSetting up sl ...\n"})
    assert [(source.format, source.unparsed) for source in found.sources] == [("apt_term", 1)]


def test_a_text_without_times_is_no_log(read: Callable[..., Timeline]) -> None:
    """A text in which nothing stands that could be a stamp is named so."""
    found = read(
        {"a.log": at("12:00:00"), "b.log": b"Requires offloading\n/dev/dri/card0\n", "c.log": STRANGE + b"9:05 x\n"}
    )
    assert [(item.name, item.state) for item in found.passed_over] == [
        ("b.log", "not-a-log"),
        ("c.log", "unknown-format"),
    ]
    assert found.passed_over[0].reason == "a text without dates or times in its lines"


def test_sources_that_prove_no_life(read: Callable[..., Timeline]) -> None:
    """What installers and image builders write as well, by format or by folder."""
    found = read({
        "dpkg.log": b"2026-07-01 12:00:00 startup archives unpack\n", "installer/syslog": at("12:00:00"),
        "syslog": at("12:00:01"), "bootstrap.log": b"2026-07-01 12:00:00 URL:http://deb.example.net/x [1/1] -> x [1]\n",
    })  # fmt: skip
    assert found.offline == {"dpkg.log", "installer/syslog", "bootstrap.log"}
