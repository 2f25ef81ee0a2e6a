"""Text in other encodings, marks in odd places, and bytes that are no text (rows 17 to 19)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.hostile.evidence import line, lines, numbers, read, spawned, well, when, write
from tests.hostile.packing import PACK

MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
STRANGE = "Zoë said 你好 🙂"


@pytest.mark.parametrize("marked", [True, False], ids=["with a mark", "without one"])
@pytest.mark.parametrize("encoding", MARKS)
def test_r17_utf_16_and_marks(tmp_path: Path, encoding: str, marked: bool) -> None:
    """Each line is there, the first as well, and in its own letters."""
    text = (lines(50) + line(50, STRANGE)).decode()
    data = (MARKS[encoding] if marked else b"") + text.encode(encoding)
    found = read(write(tmp_path, {"app.log": data}))
    assert found.code == 0
    assert numbers(found.events) == list(range(51))
    assert well(found.events[:50])
    assert found.events[50]["message"] == f"{STRANGE} (50)"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_r17_utf_16_with_an_odd_byte_at_the_end(tmp_path: Path, encoding: str) -> None:
    """Half a character at a cut is shown as the byte it is, and named."""
    found = read(write(tmp_path, {"app.log": MARKS[encoding] + lines(50).decode().encode(encoding) + b"J"}))
    assert (found.code, numbers(found.events), well(found.events)) == (3, list(range(50)), True)
    assert {"torn", "encoding"} <= found.kinds("app.log")


def test_r17_a_packed_utf_16_log_with_a_wrong_checksum(tmp_path: Path) -> None:
    """The doubt covers the lines of its member, counted in the text that came of them."""
    first, second = ("\ufeff" + lines(20).decode()).encode("utf-16-le"), lines(20, 20).decode().encode("utf-16-le")
    bad = bytearray(PACK["gz"](second))
    bad[-8] ^= 1
    found = read(write(tmp_path, {"app.log.gz": PACK["gz"](first) + bytes(bad)}))
    assert numbers(found.events) == list(range(40))
    assert [row["time_basis"] for row in found.of("app.log.gz")] == ["explicit"] * 20 + ["unverified"] * 20
    start = len(lines(20))
    assert found.hurts("app.log.gz") == [("gz-crc", start, len(lines(20, 20)))]


def test_r17_a_mark_in_mid_file(tmp_path: Path) -> None:
    """Programs write it at each start: the line behind it is an event, and the mark is noted."""
    mark = MARKS["utf-8"]
    found = read(write(tmp_path, {"app.log": mark + lines(5) + mark + lines(5, 5) + mark + lines(5, 10)}))
    assert (found.code, numbers(found.events), well(found.events)) == (3, list(range(15)), True)
    first = 3 + len(lines(5))
    assert found.hurts("app.log") == [("encoding", first, 3), ("encoding", first + 3 + len(lines(5, 5)), 3)]


def test_r18_a_byte_of_another_charset_at_any_offset(tmp_path: Path) -> None:
    """An umlaut in latin-1 costs nothing wherever it stands: at 60 offsets, with those between which buffers end."""
    draw = random.Random(18)  # noqa: S311
    data = lines(2000)
    edges = [40_200, 65_533, 65_534, 65_535, 65_536, 65_537, 80_101]
    spots = [at for at in range(len(data)) if data[at : at + 4] == b"well"]
    places = [min((abs(spot - at), spot) for spot in spots)[1] for at in edges] + draw.sample(spots, 53)
    files = {f"{at}.d/app.log": data[:at] + b"\xfc" + data[at + 1 :] for at in places[:3]}
    whole = b"".join(b"\xfc" if at in set(places) else data[at : at + 1] for at in range(len(data)))
    found = read(write(tmp_path, {**files, "all.d/app.log": whole}))
    assert found.code == 3
    for name, data_there in (*files.items(), ("all.d/app.log", whole)):
        rows = found.of(name)
        assert numbers(rows) == list(range(2000))
        hurt = [row for row in rows if row["message"] != f"all is well ({row['pid']})"]
        assert {row["message"] for row in hurt} == {f"all is \\xfcell ({row['pid']})" for row in hurt}
        assert len(hurt) == data_there.count(b"\xfc")
        assert well(row for row in rows if row not in hurt)


@pytest.mark.parametrize("offset", range(len(line(1))))
def test_r18_a_bad_byte_at_each_offset_of_a_line(tmp_path: Path, offset: int) -> None:
    """The lines around it are untouched; its own is an event, or a line that cannot be read, never another time."""
    middle = line(1)
    bad = middle[:offset] + b"\xfc" + middle[offset + 1 :]
    found = read(write(tmp_path, {"app.log": line(0) + bad + line(2) + line(3)}))
    assert found.code == 3
    rows = {row["pid"]: row for row in found.events}
    assert {0, 3} <= set(rows)
    assert well([rows[0], rows[3]])
    # in the place of its line feed it glues the next line to it
    assert 2 in rows
    times = [row["time"] for row in found.events]
    assert set(times) <= {when(number) for number in range(4)}
    assert len(set(times)) == len(times)
    assert "encoding" in found.kinds("app.log")


NO_TEXT = {
    "a surrogate": b"\xed\xa0\x80",
    "two surrogates": b"\xed\xa0\xbd\xed\xb9\x82",
    "an overlong slash": b"\xc0\xaf",
    "an overlong NUL": b"\xc0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "half a character": b"\xe4\xbd",
    "a lone continuation": b"\x80",
    "0xff": b"\xff",
}

OUTPUTS = {
    "LANG=C": {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "ASCII": {"PYTHONIOENCODING": "ascii:strict"},
    "UTF-8": {"LANG": "C.UTF-8", "PYTHONUTF8": "1"},
}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("command", [("timeline",), ("timeline", "--format", "jsonl"), ("timeline", "--format", "csv")])
def test_r19_what_is_no_text_is_shown_on_any_output(tmp_path: Path, output: str, command: tuple[str, ...]) -> None:
    """Surrogates and overlong forms are shown byte by byte, and no output of any encoding fails."""
    parts = [
        line(number, f"all is {number}").replace(b"is", b"is " + bad) for number, bad in enumerate(NO_TEXT.values())
    ]
    write(tmp_path, {"app.log": b"".join(parts), "other.log": line(99, STRANGE)})
    done = spawned(*command, tmp_path, env=OUTPUTS[output])
    assert done.code == 3
    escaped = [text for text in done.out.split("\n") if "all is \\" in text]
    assert len(escaped) == len(NO_TEXT)


@pytest.mark.parametrize("output", OUTPUTS)
def test_r19_nor_does_the_report(tmp_path: Path, output: str) -> None:
    """Nor in a file's name, in the terminal's report."""
    bad = tmp_path / "logs" / "\udced\udca0\udc80.log"
    bad.parent.mkdir()
    bad.write_bytes(lines(20) + b"\xed\xa0\x80\n")
    done = {command: spawned(command, bad.parent, env=OUTPUTS[output]) for command in ("report", "sources", "gaps")}
    assert {command: ended.code for command, ended in done.items()} == dict.fromkeys(done, 3)
    assert "\\x80.log" in done["sources"].out
