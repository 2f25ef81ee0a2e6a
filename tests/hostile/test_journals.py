"""systemd journals that are damaged, cut, forged, growing or incomplete (rows 42 to 51 of the hostile inputs).

Whatever is in the file, the command ends without a traceback, every byte of it has one fate (evidence.read checks it),
and what damage did not touch is there.
"""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from logforensics.evidence.pieces import Hole, Pieces
from logforensics.evidence.raw import RawReader
from tests.hostile.evidence import Row, logforensics, read, write
from tests.hostile.journal_files import (
    ARRAY,
    COMPACT,
    DATA,
    ENTRY,
    FIELD,
    KEYED,
    KINDS,
    START,
    Entry,
    Kind,
    journal,
    packed,
    said,
)  # fmt: skip

MACHINE = "journal/22222222222222222222222222222222/"
LONG = b"the same words again and again " * 4
ENTRIES = [said(number, LONG if number % 3 == 0 else b"all is well") for number in range(1, 13)]


def message(entry: Entry) -> str | None:
    """What an entry says, as the timeline shows it."""
    return next((value.decode() for name, value in entry.fields if name == b"MESSAGE"), None)


def instant(entry: Entry) -> str:
    """When, likewise."""
    seconds = 75 + entry.at // 1_000_000 - 20
    return f"2020-06-23T09:{7 + seconds // 60:02}:{seconds % 60:02}.000000+00:00"


def well(rows: list[Row], entries: list[Entry]) -> bool:
    """Whether events are these entries, to the letter and in their order."""
    return [(row["time"], row["message"]) for row in rows] == [(instant(one), message(one)) for one in entries]


def by_journalctl(path: Path) -> int:
    """How many entries journalctl gives of a file; it may hang on some."""
    command = ["journalctl", "--file", str(path), "-o", "json", "--output-fields=PRIORITY", "--no-pager", "--quiet"]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=20).stdout.count(b"\n")
    except subprocess.TimeoutExpired:
        return 0


def test_every_kind_is_read(tmp_path: Path) -> None:
    """The undamaged files that the other tests damage: every kind of them is read whole, and nothing is said of it."""
    names = {f"{name}/a.journal": journal(ENTRIES, kind, room=4096) for name, kind in KINDS.items()}
    found = read(write(tmp_path, names))
    assert (found.code, found.damage) == (0, [])
    assert all(well(found.of(name), ENTRIES) for name in names)


def test_r42_a_journal_that_was_never_closed(tmp_path: Path) -> None:
    """A file renamed to .journal~ is read, belongs to its live journal, and is told as a sign of an unclean stop."""
    kernel = said(1, b"Linux version 6.1.0-50-amd64 (builder@example)", SYSLOG_IDENTIFIER=b"kernel")
    before = [kernel, *(said(number) for number in range(2, 40))]
    after = [replace(one, at=one.at + 600_000_000, number=one.number + 39, boot=b"\x45" * 16) for one in before]
    unclean = f"{MACHINE}system@0005a8bf00000000-0123456789abcdef.journal~"
    live = f"{MACHINE}system.journal"
    folder = write(tmp_path, {unclean: journal(before, Kind(online=True)), live: journal(after)})
    found = read(folder)
    assert (found.code, len(found.of(unclean)), len(found.of(live))) == (0, 39, 39)
    assert list(found.sources) == [live]
    notes = json.loads(logforensics("sources", folder, "--json").out)["assumptions"]
    assert [note["kind"] for note in notes if unclean in note["text"]] == ["unclosed"]
    boots = json.loads(logforensics("boots", folder, "--json").out)["boots"]
    assert [boot["shutdown"] for boot in boots] == ["unknown", "unclean"]
    (outage,) = json.loads(logforensics("report", folder, "--format", "json").out)["outages"]
    cite = outage["start"]["proof"]["earliest"]["cite"]
    assert (cite["file"], cite["line"]) == (unclean, 39)


def test_r43_a_journal_cut_at_500_points(tmp_path: Path) -> None:
    """Of a file that is shorter than its header says, every entry that is still there is there."""
    for name in ("regular-jenkins-zstd", "compact-keyed-lz4"):
        kind = KINDS[name]
        data = journal(ENTRIES, kind)
        ends = [at + int.from_bytes(data[at + 8 : at + 16], "little") for at in kind.places(ENTRY)]
        cuts = [len(data) * step // 250 for step in range(1, 250)]
        found = read(write(tmp_path / name, {f"{cut:05}/a.journal": data[:cut] for cut in cuts}))
        assert found.code == 3
        for cut in cuts:
            file = f"{cut:05}/a.journal"
            whole = sum(end <= cut for end in ends)
            assert well(found.of(file), ENTRIES[:whole]), cut
            short = found.passed_over.get(file, {}).get("reason") == "a systemd journal that ends within its header"
            assert short or found.kinds(file) & {"journal-truncated", "journal-object"}, cut


@pytest.mark.parametrize("name", KINDS)
def test_r44_any_flipped_bit(tmp_path: Path, name: str) -> None:
    """Sampled flips of one bit, anywhere in the file, over every kind: what is changed is named, the rest is there.

    A bit of an entry's own time, number or links has no checksum in a journal without seals; those may change silently.
    """
    kind = KINDS[name]
    data = journal(ENTRIES, kind)
    source, begin = random.Random(name), 72 if kind.compact else 64
    payloads = [(at + begin, at + int.from_bytes(data[at + 8 : at + 16], "little")) for at in kind.places(DATA)]
    bits = {source.randrange(8 * len(data)) for _ in range(10)}
    bits |= {8 * source.randrange(*source.choice(payloads)) + source.randrange(8) for _ in range(6)}
    files = {}
    for bit in sorted(bits):
        broken = bytearray(data)
        broken[bit // 8] ^= 1 << bit % 8
        files[f"{bit}/a.journal"] = bytes(broken)
    found = read(write(tmp_path, files))
    for bit in bits:
        file = f"{bit}/a.journal"
        rows, told = found.of(file), found.hurts(file) or file in found.passed_over
        if any(begins <= bit // 8 < ends for begins, ends in payloads):
            assert told or well(rows, ENTRIES), bit
            assert [row["time"] for row in rows] == [instant(one) for one in ENTRIES], bit
        assert told or len(rows) == len(ENTRIES), bit
        if shutil.which("journalctl") and file not in found.passed_over:
            assert len(rows) >= by_journalctl(tmp_path / file), bit


def test_r44_damaged_blocks(tmp_path: Path) -> None:
    """A disk block of other bytes costs what lay in it, and no entry behind it."""
    entries = [said(number, LONG * 5) for number in range(1, 200)]
    kind = Kind()
    data = journal(entries, kind)
    places, source, files, hit = kind.places(ENTRY), random.Random(44), {}, {}
    first = places[0] // 4096 + 1
    for number in range(20):
        at = 4096 * (first + number * (places[-1] // 4096 - first) // 20)
        text = b"%d: text of another file\n" % number
        junk = source.choice([bytes(4096), source.randbytes(4096), (text * 4096)[:4096]])
        files[f"{number}/a.journal"] = data[:at] + junk + data[at + 4096 :]
        hit[f"{number}/a.journal"] = at
    found = read(write(tmp_path, files))
    assert found.code == 3
    for file, at in hit.items():
        ends = [place + int.from_bytes(data[place + 8 : place + 16], "little") for place in places]
        sound = [
            one for one, place, end in zip(entries, places, ends, strict=True) if end <= at - 4096 or place >= at + 8192
        ]
        times = {row["time"] for row in found.of(file)}
        assert {instant(one) for one in sound} <= times
        assert found.hurts(file)


def test_r45_loops_and_offsets_into_nowhere(tmp_path: Path) -> None:
    """Chains that lead in circles, to themselves, into the header or past the end cost no entry and no time."""
    files = {}
    for name in ("regular-jenkins-plain", "compact-keyed-zstd"):
        kind = KINDS[name]
        data = journal(ENTRIES, kind)
        array, (first, *_, last) = kind.places(ARRAY)[0], kind.places(DATA)
        targets = {
            "self": array,
            "header": 8,
            "odd": array + 3,
            "end": len(data),
            "beyond": (1 << 63) + 8,
            "all": (1 << 64) - 1,
        }
        for word, target in targets.items():
            for what, place in (
                ("array", array + 16), ("hash-chain", first + 24), ("field-chain", last + 32),
                ("entry-array", first + 48), ("header-array", 176), ("header-table", 104),
            ):  # fmt: skip
                broken = bytearray(data)
                broken[place : place + 8] = target.to_bytes(8, "little")
                files[f"{name}/{what}/{word}/a.journal"] = bytes(broken)
    found = read(write(tmp_path, files))
    assert all(well(found.of(file), ENTRIES) for file in files)


def test_r45_entries_that_refer_to_themselves(tmp_path: Path) -> None:
    """An entry whose field is itself, the header, or nothing is there without that field, and said to be hurt."""
    files = {}
    for name, width in (("regular-jenkins-plain", 8), ("compact-keyed-plain", 4)):
        kind = KINDS[name]
        data = journal(ENTRIES, kind)
        entry = kind.places(ENTRY)[4]
        for word, target in (
            ("self", entry),
            ("zero", 0),
            ("header", 24),
            ("odd", entry - 3),
            ("far", (1 << 8 * width) - 8),
        ):
            broken = bytearray(data)
            broken[entry + 64 : entry + 64 + width] = target.to_bytes(width, "little")
            files[f"{name}/{word}/a.journal"] = bytes(broken)
    found = read(write(tmp_path, files))
    assert found.code == 3
    for file in files:
        assert [row["time"] for row in found.of(file)] == [instant(one) for one in ENTRIES]
        assert [(row["kind"], row["line"]) for row in found.damage if row["file"] == file] == [("journal-link", 5)]


def test_r46_impossible_sizes(tmp_path: Path) -> None:
    """An object that claims to be nothing, everything or 2 to the 63 costs itself alone."""
    kind, files = Kind(), {}
    data = journal(ENTRIES, kind)
    entry = kind.places(ENTRY)[6]
    for size in (0, 1, 15, 63, 1 << 40, 1 << 62, 1 << 63, (1 << 64) - 1):
        broken = bytearray(data)
        broken[entry + 8 : entry + 16] = size.to_bytes(8, "little")
        files[f"{size}/a.journal"] = bytes(broken)
    found = read(write(tmp_path, files))
    assert found.code == 3
    for file in files:
        assert well(found.of(file), ENTRIES[:6] + ENTRIES[7:])
        assert found.kinds(file) == {"journal-object"}


def test_r46_a_field_cut_short_by_its_size(tmp_path: Path) -> None:
    """A field that ends within its name, or right behind it: its entries are there without it."""
    kind, files = Kind(), {}
    data = journal(ENTRIES, kind)
    for place in (kind.places(DATA)[0], kind.places(DATA)[4]):
        for size in (64, 65, 66, 68, 72):
            broken = bytearray(data)
            broken[place + 8 : place + 16] = size.to_bytes(8, "little")
            files[f"{place}/{size}/a.journal"] = bytes(broken)
    found = read(write(tmp_path, files))
    assert found.code == 3
    assert all([row["time"] for row in found.of(file)] == [instant(one) for one in ENTRIES] for file in files)
    assert all(found.hurts(file) for file in files)


@pytest.mark.parametrize("number", [DATA, ENTRY, ARRAY])
def test_r44_objects_swallowed_by_a_wrong_size(tmp_path: Path, number: int) -> None:
    """An object whose size reaches just to the head of a later one hides those between; they are found all the same."""
    kind, files = Kind(), {}
    data = bytearray(journal(ENTRIES, kind))
    if number == ARRAY:  # as if an entry array lay among the entries
        data[kind.places(FIELD)[1]] = ARRAY
    begins = [at for at, _ in kind.objects]
    place = kind.places(FIELD)[1] if number == ARRAY else kind.places(number)[2]
    for reach in (2, 5, 9, 20):
        broken = bytearray(data)
        broken[place + 8 : place + 16] = (begins[begins.index(place) + reach] - place).to_bytes(8, "little")
        files[f"{reach}/a.journal"] = bytes(broken)
    found = read(write(tmp_path, files))
    assert found.code == 3
    for file in files:
        assert {row["time"] for row in found.of(file)} == {instant(one) for one in ENTRIES}, file
        assert sum(row["message"] == message(one) for row in found.of(file) for one in ENTRIES) >= len(ENTRIES) - 1, (
            file
        )
        assert found.hurts(file)


@pytest.mark.parametrize("name", ["xz", "lz4", "zstd"])
def test_r46_packed_though_the_header_does_not_say_so(tmp_path: Path, name: str) -> None:
    """The object's own flag counts: the field is unpacked."""
    data = bytearray(journal(ENTRIES, Kind(packed=name)))
    data[12:16] = bytes(4)
    found = read(write(tmp_path, {"a.journal": bytes(data)}))
    assert (found.code, well(found.of("a.journal"), ENTRIES)) == (0, True)


@pytest.mark.parametrize("name", ["xz", "lz4", "zstd"])
def test_r46_field_bomb(tmp_path: Path, name: str) -> None:
    """A field that unpacks to 96 MiB is cut at 1 MiB, or left out where it would have to be unpacked whole."""
    kind = Kind(packed=name)
    data = journal([said(1), Entry(2_000_000, 2, ((b"MESSAGE", b"boom" * 40),)), said(3)], kind)
    bomb = packed(name, b"MESSAGE=" + bytes(96 << 20))
    (at,) = [place for place in kind.places(DATA) if data[place + 1]]
    # the bomb takes the place of everything from its object on, and what came behind it follows
    size = int.from_bytes(data[at + 8 : at + 16], "little")
    behind = at + (size + 7 & -8)
    made = data[: at + 8] + (64 + len(bomb)).to_bytes(8, "little") + data[at + 16 : at + 64] + bomb
    shift = len(made) + (-len(made) % 8) - behind
    rest = bytearray(data[behind:])
    for entry in kind.places(ENTRY):
        if entry > at:  # the links to what moved
            for item in range(entry + 64, entry + int.from_bytes(data[entry + 8 : entry + 16], "little"), 16):
                target = int.from_bytes(data[item : item + 8], "little")
                rest[item - behind : item - behind + 8] = (target + shift * (target > at)).to_bytes(8, "little")
    found = read(write(tmp_path, {"a.journal": made + bytes(-len(made) % 8) + bytes(rest)}))
    assert found.code == 3
    first, second, third = found.of("a.journal")
    assert (first["message"], third["message"]) == ("all is well (1)", "all is well (3)")
    if name == "lz4":
        assert (second["message"], found.kinds("a.journal")) == (None, {"journal-data"})
    else:
        assert len(second["message"]) == (1 << 20) - len("MESSAGE=")
        assert found.kinds("a.journal") == {"too-long"}


def test_r47_known_flags_are_read_and_unknown_ones_named(tmp_path: Path) -> None:
    """Bits 0 to 4 of the incompatible flags are read, a wrong one of them is noticed; any other makes a file UNREAD."""
    data = journal(ENTRIES)
    files = {}
    for bit in range(32):
        flipped = bytearray(data)
        flipped[12:16] = (1 << bit).to_bytes(4, "little")
        files[f"{bit}/a.journal"] = bytes(flipped)
    found = read(write(tmp_path, files))
    assert found.code == 3
    for bit in range(32):
        file = f"{bit}/a.journal"
        if 1 << bit in {KEYED, COMPACT}:
            assert [row["time"] for row in found.of(file)] == [instant(one) for one in ENTRIES]
            assert found.kinds(file) & {"journal-hash", "journal-link"}
        elif bit < 5:
            assert well(found.of(file), ENTRIES)
            assert not found.hurts(file)
        else:
            passed = found.passed_over[file]
            assert passed["state"] == "unread"
            assert f"incompatible flag bit {bit} (0x{1 << bit:x})" in passed["reason"]
            assert "journalctl" in passed["reason"]


def test_r48_values_of_all_shapes(tmp_path: Path) -> None:
    """One entry is one event, whatever its fields hold: bytes, several values, none, line feeds, forged lines."""
    forged = b"one\n2020-06-23T09:00:00Z web1 kernel: Linux version 9.9\nthree"
    shapes: list[tuple[tuple[bytes, bytes], ...]] = [
        ((b"MESSAGE", b"\xff\xfe\x00\x01"), (b"PRIORITY", b"9"), (b"_PID", b"-1")),
        ((b"MESSAGE", b"first"), (b"MESSAGE", b"second"), (b"SYSLOG_IDENTIFIER", b"a\nb")),
        ((b"PRIORITY", b"3"), (b"_PID", b"7" * 30)),
        ((b"MESSAGE", forged),),
        ((b"MESSAGE", b""), (b"COREDUMP", bytes(range(256)) * 40)),
        ((b"MESSAGE", "größer \u202e ✓".encode()),),
    ]
    entries = [Entry(number * 1_000_000, number, fields) for number, fields in enumerate(shapes, 1)]
    folder = write(tmp_path, {f"{name}/a.journal": journal(entries, kind) for name, kind in KINDS.items()})
    found = read(folder)
    assert (found.code, found.damage) == (0, [])
    for name in KINDS:
        rows = found.of(f"{name}/a.journal")
        assert [row["time"] for row in rows] == [instant(one) for one in entries]
        texts = [row["message"] for row in rows]
        assert texts[0] == "\\xff\\xfe\x00\x01"
        assert texts[1] in {"first", "second"}
        assert texts[2:] == [None, forged.decode(), "", "größer \u202e ✓"]
        assert [row["pid"] for row in rows] == [None] * 6
        assert [row["severity"] for row in rows] == [None, None, "err", None, None, None]
    shown = logforensics("timeline", folder / "compact-keyed-xz", "--format", "table").out
    assert "\u202e" not in shown
    assert not any(line.startswith("2020-06-23T09:00:00Z") for line in shown.split("\n"))


def caught(whole: bytes) -> tuple[bytes, int]:
    """A journal as it was when six of its entries were written and of the next field only the head; where that ends."""
    kind = Kind()
    journal(ENTRIES, kind)
    sixth = kind.places(ENTRY)[5]
    upto = sixth + int.from_bytes(whole[sixth + 8 : sixth + 16], "little") + 40
    snapshot = bytearray(whole[:upto] + bytes(len(whole) - upto))
    for place, number in ((136, sixth), (152, 6), (160, 6)):
        snapshot[place : place + 8] = number.to_bytes(8, "little")
    return bytes(snapshot), upto


def test_r49_a_journal_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there at the start is read; a half-written object behind it, and what comes later, is no damage."""
    whole = journal(ENTRIES, Kind(online=True), room=8192)
    snapshot, _ = caught(whole)
    path = write(tmp_path, {"system.journal": snapshot}) / "system.journal"
    given, done = RawReader._given, list[bool]()

    def growing(self: RawReader, pieces: Pieces) -> Iterator[bytes | Hole]:
        for part in given(self, pieces):
            path.write_bytes(whole + bytes(4096))
            done.append(True)
            yield part

    def both(command: str, *options: str) -> tuple[int, str]:
        done.clear()
        path.write_bytes(snapshot)
        with monkeypatch.context() as patch:
            patch.setattr(RawReader, "_given", growing)
            ran = logforensics(command, tmp_path, *options)
        assert done
        return ran.code, ran.out

    code, out = both("timeline", "--format", "jsonl")
    rows = [json.loads(line) for line in out.split("\n") if line]
    code_of_sources, document = both("sources", "--json")
    assert (code, code_of_sources) == (0, 0), document
    assert well(rows, ENTRIES[:6])
    assert json.loads(document)["damage"] == []
    assert read(tmp_path).code == 0


def test_r49_a_half_written_object_of_a_dead_machine(tmp_path: Path) -> None:
    """The same half-written object in a file that nobody writes to any more is damage."""
    snapshot, upto = caught(journal(ENTRIES, Kind(online=True), room=8192))
    torn = snapshot[:upto] + b"\xa5" * 20 + snapshot[upto + 20 :]
    found = read(write(tmp_path, {"system.journal": torn}))
    assert found.code == 3
    assert well(found.of("system.journal"), ENTRIES[:6])


def test_r50_a_file_missing_in_the_middle(tmp_path: Path) -> None:
    """Entries whose numbers are in no file are said to be missing; the silence they leave is no outage."""
    every = [said(number * 60) for number in range(1, 601)]
    every = [replace(one, number=at) for at, one in enumerate(every, 1)]
    parts = [every[:200], every[200:420], every[420:]]
    names = [f"{MACHINE}system@{'33' * 16}-{part[0].number:016x}-{START + part[0].at:016x}.journal" for part in parts]
    names[2] = f"{MACHINE}system.journal"
    folder = write(tmp_path, {name: journal(part) for name, part in zip(names, parts, strict=True)})
    assert read(folder).code == 0
    (folder / names[1]).unlink()
    document = json.loads(logforensics("report", folder, "--format", "json").out)
    notes = [note["text"] for note in document["assumptions"] if note["kind"] == "entries-missing"]
    assert len(notes) == 1
    assert notes[0].startswith(f"220 entries are missing between {names[0]}:200 (2020-06-23 12:27:55 UTC)")
    assert f"and {names[2]}:1 (2020-06-23 16:08:55 UTC)" in notes[0]
    assert document["outages"] == []
    assert [gap["cause"] for gap in document["gaps"]] == ["entries-missing"]


def test_r51_a_sealed_journal(tmp_path: Path) -> None:
    """Seals are said to be there and not verified; the entries are read."""
    folder = write(
        tmp_path, {"system.journal": journal(ENTRIES, Kind(sealed=True)), "other.journal": journal(ENTRIES[:3])}
    )
    found = read(folder)
    assert (found.code, well(found.of("system.journal"), ENTRIES)) == (0, True)
    notes = json.loads(logforensics("sources", folder, "--json").out)["assumptions"]
    assert [(note["source"], note["kind"]) for note in notes] == [("system.journal", "sealed")]
    assert "not verified" in notes[0]["text"]
