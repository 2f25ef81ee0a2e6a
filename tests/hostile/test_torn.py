"""Lines that were torn off (rows 1 to 3 of the hostile inputs): nothing is lost before, nothing invented behind."""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pytest

from logforensics.parsing.adapt import adapted
from logforensics.parsing.edges import parse_broken
from logforensics.parsing.library import load_definitions
from logforensics.parsing.lines import compile_reader
from logforensics.parsing.model import Definition
from tests.hostile.evidence import line, lines, logforensics, numbers, read, well, write
from tests.hostile.formats import FORMATS

DEFINITIONS = load_definitions(user=False, samples=True)
LINES = {"line": pl.UInt32, "text": pl.String, "length": pl.UInt32}


def test_r01_a_log_cut_at_every_byte(tmp_path: Path) -> None:
    """The whole lines before the cut are events; the torn one is there to its last byte, and named."""
    whole, last = lines(2), line(2)
    cuts = {f"{length:03}.d/app.log": whole + last[:length] for length in range(1, len(last))}
    found = read(write(tmp_path, cuts))
    assert found.code == 3
    for name, data in cuts.items():
        rest = data[len(whole) :]
        assert numbers(found.of(name)[:2]) == [0, 1]
        assert well(found.of(name)[:2])
        assert found.hurts(name) == [("torn", len(whole), len(rest))]
        torn = found.of(name)[2:]
        assert all(rest.decode().endswith(row["message"] or "") for row in torn)
        assert all(row["time"] == "2020-05-31T14:02:07.000000+00:00" for row in torn)
        # once the header is whole, so is the event
        assert torn or b"app[2]:" not in rest, rest


def test_r01_a_whole_log_is_not_torn(tmp_path: Path) -> None:
    """The line feed is what tells."""
    found = read(write(tmp_path, {"app.log": lines(3)}))
    assert (found.code, found.damage) == (0, [])
    assert well(found.events)


@pytest.mark.parametrize("name", FORMATS)
def test_r02_a_torn_stamp_is_no_time(tmp_path: Path, name: str) -> None:
    """Cut inside the stamp or right behind it, the line has its own time or none, never another.

    Of the bytes of each format eight are drawn (seed 2); every byte of every format is cut in the next test.
    """
    before, torn = FORMATS[name]
    head = f"{before}\n{before}\n".encode()
    upto = torn.index("59") + 24 if name != "epoch" else 30
    cuts = {f"{at:03}.d/app.log": head + torn[:at].encode() for at in random.Random(2).sample(range(4, upto), 8)}  # noqa: S311
    found = read(write(tmp_path, {"whole.d/app.log": head + f"{torn}\n".encode(), **cuts}))
    assert found.code == 3
    times = [row["time"] for row in found.of("whole.d/app.log")]
    assert len(times) == 3
    for file, data in cuts.items():
        assert [row["time"] for row in found.of(file)] in (times[:2], times)
        assert found.hurts(file) == [("torn", len(head), len(data) - len(head))]


@pytest.mark.parametrize("edge", ["front", "end"])
@pytest.mark.parametrize("definition", DEFINITIONS, ids=[definition.name for definition in DEFINITIONS])
def test_r02_no_cut_of_any_format_gives_another_time(definition: Definition, edge: str) -> None:
    """Each sample of each parser, cut at each byte from either side."""
    for sample in definition.samples:
        if not sample.matches or sample.continues:
            continue
        text = sample.line
        reader = compile_reader(adapted(definition, sample.above), ())
        cuts = [text[at:] if edge == "front" else text[: len(text) - at] for at in range(len(text))]
        frame = pl.DataFrame({"line": range(len(cuts)), "text": cuts, "length": [0] * len(cuts)}, schema=LINES)
        every = pl.repeat(True, len(cuts), dtype=pl.Boolean, eager=True)
        events = parse_broken(reader, frame, every).events
        stamps = set(events.filter(~pl.col("carried")).select("wall", "offset").iter_rows())
        # these lines end with their stamp: nothing tells that it is whole
        own = reader.parse(frame[:1]).events.select("wall", "offset").rows()[0]
        assert own in stamps or (definition.name in {"rkhunter", "journal_export"} and not stamps)
        # an HAProxy line inside syslog has two stamps of its own, and what is left of it is read by the second
        assert len(stamps) <= 1 or (definition.name == "haproxy_access" and edge == "front"), sample.number


def test_r02_of_a_million_pieces_most_continue_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying one with more at its edges takes time: those beyond are unparsed, and what is an event stays one."""
    monkeypatch.setattr("logforensics.parsing.edges._MOST_PIECES", 2)
    definition = next(one for one in DEFINITIONS if one.name == "log4j")
    event = next(sample.line for sample in definition.samples if sample.matches and not sample.continues)
    texts = [event, "\tx", "\ty", "\tz", event, "\tw"]
    frame = pl.DataFrame(
        {"line": range(1, 7), "text": texts, "length": [len(text) + 1 for text in texts]}, schema=LINES
    )
    parsed = parse_broken(compile_reader(definition, ()), frame, pl.Series([False, True, True, True, True, True]))
    assert parsed.events.select("line", "carried").rows() == [(1, False), (2, True), (3, True), (5, False)]
    assert parsed.rest.select("line", "kind").rows() == [(4, "unparsed"), (6, "unparsed")]


def test_r03_a_torn_line_glued_to_the_first_line_after_a_restart(tmp_path: Path) -> None:
    """Torn at each byte behind its header, a line and what came after it are two events again, and both are named."""
    before, torn, after = lines(3), line(3, "the disk is slow"), lines(2, 60)
    header = torn.index(b": ") + 2
    cases = {f"{at:03}.d/app.log": (torn[:at], before + torn[:at] + after) for at in range(header + 1, len(torn))}
    found = read(write(tmp_path, {name: data for name, (_, data) in cases.items()}))
    assert found.code == 3
    for name, (part, _) in cases.items():
        rows = found.of(name)
        assert numbers(rows) == [0, 1, 2, 3, 60, 61], part
        assert [row["line"] for row in rows] == [1, 2, 3, 4, 4, 5]
        assert well(rows[:3] + rows[4:])
        assert rows[3]["message"] == part[header:].decode()
        ends = len(before) + len(part)
        assert found.hurts(name) == [("torn", len(before), len(part)), ("resync", ends, len(line(60)))]


@pytest.mark.parametrize("name", FORMATS)
def test_r03_a_line_of_any_format_glued_to_a_torn_one(tmp_path: Path, name: str) -> None:
    """Half a line and a whole one: the whole one is an event at its own time, with the fields it has alone."""
    first, second = (text.encode() + b"\n" for text in FORMATS[name])
    files = {"whole.d/app.log": first * 2 + second * 2}
    files["glued.d/app.log"] = first * 2 + first[:-6] + second + second
    found = read(write(tmp_path, files))
    whole, glued = found.of("whole.d/app.log"), found.of("glued.d/app.log")
    assert [row["time"] for row in glued][-2:] == [row["time"] for row in whole][-2:]
    assert {**glued[-2], "line": 0, "file": "", "source": ""} == {**whole[-2], "line": 0, "file": "", "source": ""}
    assert found.kinds("glued.d/app.log") == {"torn", "resync"}


@pytest.mark.parametrize(
    "message",
    [
        b"forwarded: 2020-06-01T00:00:06+10:00 web2 kernel: panic",
        b"forwarded: 2020-06-01T00:00:07+10:00 web2 kernel: panic",
        b'mail "2020-06-01T00:00:07+10:00 web2 kernel: panic"',
        b"line=2020-06-01T00:00:08+10:00 web2 kernel: panic",
        b"x2020-06-01T00:09:00+10:00 web2 kernel: panic",
        b"backup of 2020-06-01T00:00:10 done",
    ],
)
def test_r03_a_quoted_line_is_left_alone(tmp_path: Path, message: bytes) -> None:
    """A line inside another one that is older, as old, introduced by a colon or quote, or from the future, is text."""
    data = lines(1).replace(b"all is well", message) + lines(3, 1)
    found = read(write(tmp_path, {"app.log": data}))
    assert (found.code, found.damage) == (0, [])
    assert numbers(found.events) == [0, 1, 2, 3]
    assert found.messages("app.log")[0] == f"{message.decode()} (0)"


def test_r03_a_line_inside_another_testifies_to_nothing(tmp_path: Path) -> None:
    """Whoever can write a user name into a log can write a line into it: it is shown, and believed by no analyser."""
    forged = b"Invalid user x2020-06-01T00:00:30+10:00 web1 kernel: EXT4-fs (sda1): Remounting filesystem read-only"
    data = lines(1).replace(b"all is well", forged) + lines(3, 1)
    found = read(write(tmp_path, {"app.log": data}))
    assert found.kinds("app.log") == {"torn", "resync"}
    assert found.of("app.log")[1]["program"] == "kernel"
    assert json.loads(logforensics("failures", tmp_path, "--json").out)["failures"] == []


def test_r03_a_row_of_columns_that_is_too_short(tmp_path: Path) -> None:
    """A row that lost some of its cells is unparsed, and the rows around it are events."""
    head = b"#Fields: date time cs-method cs-uri-stem sc-status\n"
    rows = [b"2020-06-23 00:00:%02d GET /a 200\n" % second for second in range(5)]
    rows[2] = rows[2][:23] + b"\n"
    found = read(write(tmp_path, {"u_ex.log": head + b"".join(rows)}))
    assert [row["line"] for row in found.of("u_ex.log") if row["path"]] == [2, 3, 5, 6]
    assert found.fate("u_ex.log", "unparsed") == (1, len(rows[2]))


@pytest.mark.parametrize(("short", "long"), [(b"1.2.3.4", b"11.2.3.4"), (b"1:db8::5", b"2001:db8::5")])
def test_r03_an_address_that_ends_with_another_one(tmp_path: Path, short: bytes, long: bytes) -> None:
    """Where 1.2.3.4 is a client, a line of 11.2.3.4 is no 1 in front of a line of 1.2.3.4."""
    request = b' - - [23/Jun/2020:09:05:%02d +1000] "GET / HTTP/1.1" 200 5 "-" "-"\n'
    found = read(write(tmp_path, {"access.log": short + request % 1 + long + request % 2 + short + request % 3}))
    assert (found.code, found.damage) == (0, [])
    assert [row["client"] for row in found.events] == [short.decode(), long.decode(), short.decode()]


def test_r03_a_line_that_tells_no_year_is_not_older_for_that(tmp_path: Path) -> None:
    """A line of syslog around haproxy's own stays one line, whatever else begins with that client in this file."""
    request = (
        b' [23/Jun/2020:09:07:%02d.326] www~ www/web1 0/0/1/48/49 200 3313 - - ---- 3/2/0/0/0 0/0 "GET / HTTP/1.1"\n'
    )
    relayed = [b"Jun 23 09:07:%02d lb haproxy[812]: 203.0.113.9:5021" % n + request % n for n in range(3)]
    for number, client in enumerate((b"203.0.113.9", b"3.0.113.9", b"9")):
        bare = client + b":5021" + request % 4
        data = b"".join(relayed) + bare + relayed[2].replace(b":02", b":05")
        found = read(write(tmp_path / str(number), {"haproxy.log": data}))
        assert (found.code, found.damage) == (0, []), client
        assert sorted(row["line"] for row in found.events) == [1, 2, 3, 4, 5], client


def test_r03_a_digit_that_damage_left_begins_no_line(tmp_path: Path) -> None:
    """Behind NULs a line may be a digit alone, and most lines hold that one somewhere."""
    stamp = b"Jun 23 09:07:55 lb haproxy[812]: "
    head = b"203.0.113.9:50210 [23/Jun/2020:09:07:55.326] www~ www/web1 0/0/1/48/49 200 3313"
    request = head + b' - - ---- 3/2/0/0/0 0/0 "GET /"\n'
    found = read(write(tmp_path, {"haproxy.log": (stamp + request) * 3 + stamp + b"x\0" + b"0\n"}))
    assert [row["line"] for row in found.events if row["client"] == "203.0.113.9"] == [1, 2, 3]
    assert found.kinds("haproxy.log") == {"torn", "nul"}


def test_r03_a_word_that_ends_with_another_one(tmp_path: Path) -> None:
    """Where process 12 writes, a line of process 812 is no 8 in front of a line of 12."""
    rows = [b"%d:M 29 Aug 2023 13:47:38.%03d * Ready to accept connections\n" % (pid, pid) for pid in (12, 812, 12)]
    found = read(write(tmp_path, {"redis.log": b"".join(rows)}))
    assert (found.code, found.damage) == (0, [])
    assert [row["pid"] for row in found.of("redis.log")] == [12, 812, 12]


def test_r03_a_day_that_ends_with_another_one(tmp_path: Path) -> None:
    """Where the clock went back from the 13th to the 3rd, a line of 13/6 is no 1 in front of a line of 3/6."""
    rows = [b"%d/6/2020 -- 09:05:37 - <Notice> - rotated\n" % day for day in (13, 13, 3, 13)]
    found = read(write(tmp_path, {"suricata.log": b"".join(rows)}))
    assert (found.code, found.damage) == (0, [])
    assert [row["time"][8:10] for row in found.of("suricata.log")] == ["13", "13", "03", "13"]
