"""Lines that are too long, empty, or full of characters that other tools end a line at (rows 11 to 16, 21 to 24)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.binaries import PACKERS
from tests.hostile.evidence import CAP, line, lines, logforensics, numbers, read, spawned, well, write
from tests.hostile.formats import FORMATS

MIB = 1 << 20
KEPT = MIB
LONGEST = 16 * MIB


def put(path: Path, parts: Iterator[bytes]) -> str:
    """Writes parts one behind the other; the hash of all of them."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for part in parts:
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


@pytest.mark.parametrize("kind", ["text", "JSON"])
def test_r11_a_line_of_a_gibibyte(tmp_path: Path, kind: str) -> None:
    """Its first MiB is kept, its length and hash are told, the lines around it are there, and memory is bounded."""
    size = 1024 if kind == "text" else 64
    begin, end = (b"", b"") if kind == "text" else (b'{"time":"2020-06-23T09:05:37+10:00","msg":"', b'"}')

    def parts() -> Iterator[bytes]:
        yield begin
        yield from (b"A" * MIB for _ in range(size))
        yield end

    path = tmp_path / "app.log"
    digest = put(path, parts())
    whole = path.stat().st_size
    with path.open("rb+") as file:
        file.seek(0, 2)
        file.write(b"\n" + lines(10))
    done = spawned("timeline", tmp_path, "--format", "jsonl")
    assert done.peak <= CAP
    assert done.code == 3
    found = read(tmp_path)
    assert well(found.events)
    assert numbers(found.events) == list(range(10))
    (entry,) = [entry for entry in found.damage if entry["kind"] == "overlong"]
    assert (entry["offset"], entry["length"], entry["line"]) == (KEPT, whole - KEPT + 1, 1)
    assert entry["sha256"] == digest
    assert found.fate("app.log", "unparsed") == (1, KEPT)


def test_r12_a_long_line_hides_nothing_behind_it(tmp_path: Path) -> None:
    """Lines of 64 KiB to 32 MiB that a client can cause: ten known lines follow each, and all are there."""
    sizes = (1 << 16, 131_072, MIB, 4 * MIB - 1, 4 * MIB, LONGEST - 60, LONGEST + 1, 32 * MIB)
    files = {f"{size}.d/app.log": lines(5) + line(5, "x" * size) + lines(10, 6) for size in sizes}
    found = read(write(tmp_path, files))
    for size in sizes:
        name = f"{size}.d/app.log"
        rows = found.of(name)
        assert numbers(rows) == list(range(16))
        assert well(rows[:5] + rows[6:])
        long = rows[5]["message"]
        if size < LONGEST:
            assert long == f"{'x' * size} (5)"
            assert found.hurts(name) == []
        else:
            assert long == "x" * len(long)
            assert found.kinds(name) == {"torn", "overlong"}


@pytest.mark.parametrize("compression", PACKERS)
def test_r12_a_packed_file_that_begins_with_a_long_line(tmp_path: Path, compression: str) -> None:
    """Longer than what is looked at to recognise the format: it is an event like the ten behind it."""
    data = PACKERS[compression](line(0, "x" * 300_000) + lines(10, 1))
    found = read(write(tmp_path, {"app.log.packed": data}))
    assert (found.code, found.damage) == (0, [])
    assert numbers(found.events) == list(range(11))


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n", b"x", b"xy"])
def test_r13_next_to_nothing(tmp_path: Path, data: bytes) -> None:
    """An empty file is said to be there and empty; one that holds only a character tells no time."""
    found = read(write(tmp_path, {"app.log": lines(3), "small.log": data}))
    assert numbers(found.events) == [0, 1, 2]
    state = found.files["small.log"]["state"]
    assert state == ("not-a-log" if data.strip() else "empty")
    assert found.code == 0


def test_r13_an_empty_file_alone_is_no_failure(tmp_path: Path) -> None:
    """Present, with no events: that is an answer, and not an error."""
    write(tmp_path, {"app.log": b""})
    for command in ("report", "timeline", "gaps", "bursts", "failures", "boots", "outages", "sources"):
        assert logforensics(command, tmp_path).code == 0
    assert read(tmp_path).files["app.log"]["state"] == "empty"


@pytest.mark.parametrize("count", [1, 2, 200, 201, 1000, 70_000])
def test_r14_blank_lines_first(tmp_path: Path, count: int) -> None:
    """However many, the lines behind them are read."""
    found = read(write(tmp_path, {"app.log": b"\n" * count + lines(5)}))
    assert (found.code, numbers(found.events), well(found.events)) == (0, [0, 1, 2, 3, 4], True)
    assert found.fate("app.log", "blank") == (count, count)
    assert found.events[0]["line"] == count + 1


FREE = {
    **dict.fromkeys(("syslog", "syslog with ISO times", "RFC 5424", "NLog", "logback"), ("well", "wellFORGED")),
    "nginx access": ("curl", "FORGEDcurl"),
    "nginx error": ("refused)", "refused)FORGED"),
    "Apache error": ("request", "requestFORGED"),
    "TSV": ("Passphrase", "PassphraseFORGED"),
    "epoch": ("/a ", "/aFORGED "),
}
"""Where a format takes free text.  JSON escapes a CR (RFC 8259, section 7), and logfmt quotes and escapes it."""


@pytest.mark.parametrize("name", FREE)
def test_r15_a_lone_carriage_return_ends_no_line(tmp_path: Path, name: str) -> None:
    """A forged record behind a CR in a field stays in that field, in each format; lines are counted by LF alone."""
    first, second = FORMATS[name]
    quoted = second.replace('"', r"\x22")  # as nginx and Apache write what a client sent
    forged = first.replace(*FREE[name]).replace("FORGED", f"\r{quoted}")
    assert forged != first
    found = read(
        write(tmp_path, {"app.log": f"{first}\n{forged}\n{first}\n".encode()}), "--assume-tz", "UTC", "--year", "2020"
    )
    days = [row["time"][:10] for row in found.events]
    utc = "2020-06-11" if "+10" in first or name == "epoch" else "2020-06-12"
    assert days == [utc] * 3
    assert [row["line"] for row in found.events] == [1, 2, 3]


def test_r15_windows_line_ends_are_stripped_once(tmp_path: Path) -> None:
    """CRLF ends a line; a CR more than that is text."""
    data = lines(3).replace(b"\n", b"\r\n") + line(3).replace(b"\n", b"\r\r\n")
    found = read(write(tmp_path, {"app.log": data}))
    assert found.code == 0
    assert [row["message"][-1] for row in found.events] == [")", ")", ")", "\r"]
    assert logforensics("timeline", tmp_path).out.count("\\r") == 1


SEPARATORS = {
    "VT": "\v",
    "FF": "\f",
    "FS": "\x1c",
    "GS": "\x1d",
    "RS": "\x1e",
    "NEL": "\x85",
    "LINE SEPARATOR": "\u2028",
    "PARAGRAPH SEPARATOR": "\u2029",
}


@pytest.mark.parametrize("name", SEPARATORS)
def test_r16_other_line_separators_end_no_line(tmp_path: Path, name: str) -> None:
    """Python's splitlines would make two lines of one."""
    text = f"all{SEPARATORS[name]}{line(9).decode()[:-1]} is well"
    found = read(write(tmp_path, {"app.log": lines(1) + line(1, text) + lines(2, 2)}))
    assert found.code == 0
    assert numbers(found.events) == [0, 1, 2, 3]
    assert found.messages("app.log")[1] == f"{text} (1)"


@pytest.mark.parametrize("count", [1, 2, 20, 21, 199, 200, 1000, 5000])
def test_r21_a_stack_trace_belongs_to_its_event(tmp_path: Path, count: int) -> None:
    """However long, and also where it is the first thing in the file."""
    stamp = "2020-06-23 09:05:{:02},123 {} org.example.Shop: {}\n"
    trace = "java.lang.IllegalStateException: no\n" + "".join(
        f"\tat org.example.Shop.m{n}(Shop.java:{n})\n" for n in range(1, count)
    )
    text = stamp.format(1, "ERROR", "it broke") + trace + stamp.format(2, "INFO", "on") + stamp.format(3, "INFO", "off")
    found = read(write(tmp_path, {"app.log": text.encode()}), "--assume-tz", "UTC")
    assert found.code == 0
    assert found.fate("app.log", "continuation") == (count, len(trace))
    assert [row["message"] for row in found.events if row["time_basis"] != "carried"] == ["it broke", "on", "off"]
    carried = [row for row in found.events if row["time_basis"] == "carried"]
    assert {row["time"] for row in carried} == {"2020-06-23T09:05:01.123000+00:00"}
    assert "".join(f"{row['message']}\n" for row in carried) == trace


def test_r22_junk_before_the_good_lines(tmp_path: Path) -> None:
    """Two hundred thousand lines of junk: all good lines behind them are found, and the junk is one damage."""
    junk = b"".join(b"%05x junk without a time %d\n" % (n * 7919 % 65_536, n) for n in range(200_000))
    found = read(write(tmp_path, {"app.log": junk + lines(100)}))
    assert (found.code, numbers(found.events), well(found.events)) == (3, list(range(100)), True)
    assert found.hurts("app.log") == [("junk", 0, len(junk))]
    assert found.fate("app.log", "unparsed") == (200_000, len(junk))


def test_r22_junk_between_good_lines(tmp_path: Path) -> None:
    """More junk than lines in the middle of a log is one damage too; the few odd lines of a log are none."""
    junk = b"".join(b"junk %d\n" % n for n in range(300))
    found = read(
        write(tmp_path, {"app.log": lines(100) + junk + lines(100, 100), "ok.log": lines(100, 200) + b"odd\n" * 9})
    )
    assert found.code == 3
    assert numbers(found.of("app.log")) == list(range(200))
    assert found.hurts("app.log") == [("junk", len(lines(100)), len(junk))]
    assert found.hurts("ok.log") == []


STATISTICS = "2020-06-23\t09:{:02}:37.379\t+10:00\tPassphrase\t1\t32\t0.0831\t32\t0.0831\tInterNetwork\t"


def test_r23_a_quote_in_a_tab_separated_value_opens_nothing(tmp_path: Path) -> None:
    """A csv reader takes all up to the next quote for one value; here each row stays a row."""
    rows = [STATISTICS.format(minute) for minute in range(20)]
    rows[3] = rows[3].replace("InterNetwork", '"InterNetwork')
    rows[5] = rows[5].replace("Passphrase", 'Pass"phrase')
    rows[7] = rows[7].replace("InterNetwork", '"')
    found = read(write(tmp_path, {"statistics.tsv": "".join(f"{row}\n" for row in rows).encode()}))
    assert [row["line"] for row in found.events] == list(range(1, 21))
    assert [row["time"][14:16] for row in found.events] == [f"{minute:02}" for minute in range(5, 25)] or len(
        found.events
    ) == 20


def test_r24_a_field_of_ten_megabytes(tmp_path: Path) -> None:
    """Python's csv module ends at 131,072 bytes."""
    rows = [STATISTICS.format(minute) for minute in range(6)]
    rows[2] = rows[2].replace("InterNetwork", "N" * 10_000_000)
    found = read(write(tmp_path, {"statistics.tsv": "".join(f"{row}\n" for row in rows).encode()}))
    assert (found.code, [row["line"] for row in found.events]) == (0, [1, 2, 3, 4, 5, 6])
    assert len(found.messages("statistics.tsv")[2]) > 10_000_000
