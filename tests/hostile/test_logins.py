"""Login records that are damaged, shifted, emptied, of another machine's layout, or absent (rows 52 to 54)."""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.hostile.evidence import Row, logforensics, read, write
from tests.hostile.login_records import COUNT, LAYOUTS, START, records


def times(rows: list[Row]) -> list[int]:
    """Which records these events are, by their minute."""
    return [round((datetime.fromisoformat(row["time"]).timestamp() - START) / 60) for row in rows]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_r52_every_layout(tmp_path: Path, layout: tuple[int, str]) -> None:
    """Records of 384 and of 400 bytes, of either byte order, each at its instant."""
    found = read(write(tmp_path, {"wtmp": b"".join(records(layout))}))
    assert (found.code, times(found.events)) == (0, list(range(COUNT)))
    assert found.messages("wtmp")[:2] == [
        "system boot, kernel client.example.net", "login of user1 on pts/1 from client.example.net",
    ]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_r52_a_size_that_is_no_number_of_records(tmp_path: Path, layout: tuple[int, str]) -> None:
    """Cut anywhere: the whole records before are events, the piece at the end is damage."""
    size, whole = layout[0], b"".join(records(layout))
    cuts = [at for at in range(size, len(whole), 331) if at % size]
    found = read(write(tmp_path, {f"{cut:05}/wtmp": whole[:cut] for cut in cuts}))
    assert found.code == 3
    for cut in cuts:
        file = f"{cut:05}/wtmp"
        assert times(found.of(file)) == list(range(cut // size))
        assert found.hurts(file) == [("login-record", cut - cut % size, cut % size)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_r52_each_record_damaged_in_turn(tmp_path: Path, layout: tuple[int, str]) -> None:
    """Random bytes in the place of one record cost that one; the others are there, each at its instant."""
    size, source, files = layout[0], random.Random(52), {}
    for number in range(COUNT):
        parts = records(layout)
        parts[number] = source.randbytes(size)
        files[f"{number:02}/wtmp"] = b"".join(parts)
    found = read(write(tmp_path, files))
    assert found.code == 3
    for number in range(COUNT):
        file = f"{number:02}/wtmp"
        assert times(found.of(file)) == [one for one in range(COUNT) if one != number]
        assert found.hurts(file) == [("login-record", number * size, size)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_r52_records_shifted_by_bytes_lost_or_found(tmp_path: Path, layout: tuple[int, str]) -> None:
    """Behind bytes that were inserted or lost the records are found again where they lie now."""
    size, files, lost = layout[0], {}, {}
    whole = b"".join(records(layout))
    for at, change in ((5, 1), (3, 40), (8, 383), (2, -7), (6, -200)):
        place = at * size
        shifted = (
            whole[:place] + b"\x7f" * change + whole[place:] if change > 0 else whole[:place] + whole[place - change :]
        )
        name = f"{at}{change:+}/wtmp"
        files[name] = shifted
        lost[name] = set() if change > 0 else {at}
    found = read(write(tmp_path, files))
    assert found.code == 3
    for name, gone in lost.items():
        assert set(times(found.of(name))) == set(range(COUNT)) - gone, name
        assert found.kinds(name) == {"login-record"}


def test_r52_any_flipped_bit(tmp_path: Path) -> None:
    """A flipped bit costs at most its own record, and every other one stays as it is."""
    whole, source = b"".join(records()), random.Random(53)
    bits = {source.randrange(8 * len(whole)) for _ in range(300)}
    files = {}
    for bit in bits:
        broken = bytearray(whole)
        broken[bit // 8] ^= 1 << bit % 8
        files[f"{bit}/wtmp"] = bytes(broken)
    found = read(write(tmp_path, files))
    for bit in bits:
        others = [number for number in range(COUNT) if number != bit // 8 // 384]
        rows = found.of(f"{bit}/wtmp")
        seen = set(zip([row["pid"] - 800 for row in rows], times(rows), strict=True))
        assert seen >= {(number, number) for number in others}, bit


@pytest.mark.parametrize(("begin", "count", "words"), [
    (4, 3, "3 zeroed records between record 4 (2020-06-23 09:10:55 UTC) and record 5 (2020-06-23 09:14:55 UTC)"),
    (0, 2, "2 zeroed records in front of record 1 (2020-06-23 09:09:55 UTC)"),
    (11, 1, "1 zeroed record behind record 11 (2020-06-23 09:17:55 UTC)"),
])  # fmt: skip
def test_r53_zeroed_records(tmp_path: Path, begin: int, count: int, words: str) -> None:
    """Emptied records are counted and placed between those around them; who did it is not judged."""
    parts = records()
    parts[begin : begin + count] = [bytes(384)] * count
    folder = write(tmp_path, {"wtmp": b"".join(parts)})
    found = read(folder)
    assert (found.code, found.hurts("wtmp")) == (3, [("nul", begin * 384, count * 384)])
    assert times(found.events) == [number for number in range(COUNT) if not begin <= number < begin + count]
    notes = json.loads(logforensics("sources", folder, "--json").out)["assumptions"]
    (text,) = [note["text"] for note in notes if note["kind"] == "zeroed"]
    assert text == f"wtmp: {words}: emptied by somebody, or never written"


def test_r53_nothing_but_zeros(tmp_path: Path) -> None:
    """A wtmp that was emptied altogether is a file that is no log, and not taken for a quiet one."""
    found = read(write(tmp_path, {"wtmp": bytes(384 * 5), "syslog": kernel(0)}))
    assert "wtmp" in found.passed_over or found.hurts("wtmp")


def kernel(number: int) -> bytes:
    """What a kernel writes first into the syslog, some hours after START."""
    time = datetime.fromtimestamp(START + 7200 * number, UTC).isoformat()
    return f"{time} web1 kernel: [    0.000000] Linux version 6.1.0-50-amd64 (builder@example)\n".encode()


def test_r54_no_wtmp(tmp_path: Path) -> None:
    """Where nobody keeps a wtmp, that is said, and boots are those of the kernel's lines."""
    folder = write(tmp_path, {"syslog": kernel(1) + kernel(2)})
    shown = logforensics("boots", folder)
    assert "No wtmp is among the files" in shown.out
    document = json.loads(logforensics("boots", folder, "--json").out)
    assert (document["absent"], len(document["boots"])) == (["wtmp"], 2)


def test_r54_an_empty_wtmp_is_not_absent(tmp_path: Path) -> None:
    """A wtmp without records, or with some, is there."""
    for name, stored in (("empty", b""), ("full", b"".join(records()))):
        folder = write(tmp_path / name, {"syslog": kernel(1), "wtmp": stored})
        assert json.loads(logforensics("boots", folder, "--json").out)["absent"] == []
        assert "No wtmp" not in logforensics("boots", folder).out


def test_r54_nothing_at_all(tmp_path: Path) -> None:
    """No boots found in logs without a wtmp: both are said."""
    shown = logforensics("boots", write(tmp_path, {"app.log": b"2020-06-23T09:00:00Z web1 app[1]: hello\n"})).out
    assert "No boot found" in shown
    assert "No wtmp" in shown
