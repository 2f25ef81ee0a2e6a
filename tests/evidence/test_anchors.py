"""Anchors say where a cited line's bytes lie, so that a seek finds them again."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import struct
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.evidence.anchors import Anchor, anchors
from logforensics.evidence.discover import discover
from logforensics.evidence.files import BlockReader
from logforensics.evidence.journal.scan import JournalScan
from logforensics.evidence.model import LogFile
from logforensics.evidence.raw import RawReader

DATA = Path(__file__).resolve().parents[1] / "data" / "journal"


def files_in(folder: Path) -> list[LogFile]:
    """Every log file below a folder."""
    return [file for source in discover([str(folder)]).sources for file in source.files]


def anchor_of(data: bytes, offset: int = 0) -> Anchor:
    """The anchor of a line with these bytes."""
    return Anchor(offset, len(data), hashlib.sha256(data).hexdigest())


@given(
    lines=st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), min_size=1, max_size=30),
    ended=st.booleans(),
)
def test_anchors_are_the_lines_between_line_feeds(lines: list[bytes], ended: bool) -> None:
    """Whatever bytes a line holds, its anchor counts them from the one line feed to the next."""
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.log")
        path.write_bytes(data)
        log = LogFile(path, "a.log", len(data), None)
        found = anchors([log], [("a.log", number) for number in range(1, len(lines) + 5)])
    expected, offset = {}, 0
    for number, line in enumerate(lines, 1):
        if offset < len(data):
            expected["a.log", number] = anchor_of(line, offset)
        offset += len(line) + 1
    assert found == expected


def test_a_line_far_behind_is_found_by_a_seek(tmp_path: Path) -> None:
    """Blocks do not show in offsets."""
    data = b"".join(b"line %d of this log\n" % number for number in range(400_000))
    (tmp_path / "a.log").write_bytes(data)
    [anchor] = anchors(files_in(tmp_path), [("a.log", 399_999)]).values()
    assert data[anchor.offset : anchor.offset + anchor.length] == b"line 399998 of this log"
    assert anchor.sha256 == hashlib.sha256(b"line 399998 of this log").hexdigest()


@given(
    st.lists(st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b"")), min_size=1, max_size=40), st.booleans()
)
def test_a_file_that_was_read_is_not_read_again(lines: list[bytes], ended: bool) -> None:
    """From the places that were noted the same anchors are found as by reading all of it."""
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    cites = [("a.log", number) for number in range(1, len(lines) + 3)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.log")
        path.write_bytes(data)
        log = LogFile(path, "a.log", len(data), None)
        reader = BlockReader(log, 50)
        blocks = list(reader)
        known = replace(log, places=reader.places)
        assert [(block.first_line, block.offset) for block in blocks] == list(reader.places) or not reader.places
        assert anchors([known], cites) == anchors([log], cites)


def test_places_are_told_of_plain_text_alone(tmp_path: Path) -> None:
    """Offsets in packed text, and behind a hole, are no offsets in the file."""
    plain, packed, holed = (tmp_path / name for name in ("plain", "packed", "holed"))
    plain.write_bytes(b"one\ntwo\n")
    packed.write_bytes(gzip.compress(b"one\ntwo\n"))
    holed.write_bytes(b"one\n" + bytes(8192) + b"two\n")
    found = {}
    for path, compression in ((plain, "plain"), (packed, "gzip"), (holed, "plain")):
        reader = BlockReader(LogFile(path, path.name, path.stat().st_size, None, compression), 4096)
        assert list(reader)
        found[path.name] = reader.places
    assert found == {"plain": ((1, 0),), "packed": (), "holed": ()}


@pytest.mark.parametrize(("name", "pack"), [("a.gz", gzip.compress), ("a.xz", lzma.compress), ("a.bz2", bz2.compress)])
def test_offsets_in_a_packed_file_count_its_text(tmp_path: Path, name: str, pack: object) -> None:
    """The anchor of `zcat FILE`, not of the packed bytes."""
    assert callable(pack)
    (tmp_path / name).write_bytes(pack(b"first\nsecond\r\n"))
    assert anchors(files_in(tmp_path), [(name, 2)]) == {(name, 2): anchor_of(b"second\r", 6)}


def test_offsets_in_a_bundle_count_the_members_text(tmp_path: Path) -> None:
    """Each member of a bundle is a file of its own."""
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as bundle:
        for name in ("one.log", "two.log"):
            data = f"head of {name}\nline of {name}\n".encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            bundle.addfile(member, io.BytesIO(data))
    found = anchors(files_in(tmp_path), [("b.tar.gz!two.log", 2)])
    assert found == {("b.tar.gz!two.log", 2): anchor_of(b"line of two.log", 16)}


def test_a_line_with_a_hole_in_it_begins_where_it_begins(tmp_path: Path) -> None:
    """The zeros that were jumped over count in the offsets, not in the line."""
    path = tmp_path / "a.log"
    with path.open("wb") as stream:
        stream.write(b"first\nbefore")
        stream.seek(64 << 20, os.SEEK_CUR)
        stream.write(b"behind\nlast\n")
    if path.stat().st_blocks * 512 >= path.stat().st_size:
        pytest.skip("this file system keeps no holes")
    found = anchors([LogFile(path, "a.log", path.stat().st_size, None)], [("a.log", 2), ("a.log", 3)])
    assert found["a.log", 2].offset == 6
    assert found["a.log", 2].length < 64 << 20
    assert found["a.log", 3] == anchor_of(b"last", path.stat().st_size - 5)


@pytest.mark.parametrize("kind", ["regular", "compact"])
def test_the_anchor_of_a_journal_entry_is_its_object(tmp_path: Path, kind: str) -> None:
    """Type 3 is an entry's object, and its size stands in it."""
    data = lzma.decompress((DATA / f"{kind}.journal.xz").read_bytes())
    path = tmp_path / "system.journal"
    path.write_bytes(data)
    log = LogFile(path, "system.journal", len(data), None, kind="journal")
    found = anchors([log], [("system.journal", line) for line in (1, 10, 11)])
    assert sorted(found) == [("system.journal", 1), ("system.journal", 10)]
    for anchor in found.values():
        entry = data[anchor.offset : anchor.offset + anchor.length]
        assert (entry[0], struct.unpack_from("<Q", entry, 8)[0]) == (3, anchor.length)
        assert anchor.sha256 == hashlib.sha256(entry).hexdigest()


def test_keeping_entries_changes_none(tmp_path: Path) -> None:
    """A scan that keeps some entries gives them all the same."""
    path = tmp_path / "system.journal"
    path.write_bytes(lzma.decompress((DATA / "regular.journal.xz").read_bytes()))
    log = LogFile(path, "system.journal", path.stat().st_size, None, kind="journal")
    plain, keeping = (list(JournalScan(RawReader(log), ("message",), keep)) for keep in ((), (2, 3)))
    assert [entries.rows for entries in plain] == [entries.rows for entries in keeping]


def test_the_anchor_of_a_login_is_its_record(tmp_path: Path) -> None:
    """384 bytes a record, on this layout."""
    record = struct.Struct("<hxxi32s4s32s256shhiIi36x").pack
    data = b"".join(
        record(7, 100 + number, b"pts/0", b"ts/0", b"ann", b"192.0.2.1", 0, 0, 0, 1_592_900_000 + number, 0)
        for number in range(3)
    )
    (tmp_path / "wtmp").write_bytes(data)
    assert anchors(files_in(tmp_path), [("wtmp", 2), ("wtmp", 4)]) == {("wtmp", 2): anchor_of(data[384:768], 384)}


def test_what_is_not_there_has_no_anchor(tmp_path: Path) -> None:
    """A line or a file that is gone is missing from the answer."""
    (tmp_path / "a.log").write_bytes(b"one\n")
    assert anchors(files_in(tmp_path), [("a.log", 2), ("b.log", 1)]) == {}
