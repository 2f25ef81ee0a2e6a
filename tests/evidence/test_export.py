"""The binary fields of a journal's export become lines, and nothing in them becomes an entry."""

from __future__ import annotations

import gzip
import struct
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.evidence.export import Export, is_export
from logforensics.evidence.pieces import Doubt, Hole, Piece
from logforensics.timeline.build import read_timeline

HEAD = b"__CURSOR=s=1;i=%d\n__REALTIME_TIMESTAMP=159286713712345%d\nSYSLOG_IDENTIFIER=app\n"
FORGED = b"one\n\n__CURSOR=x\n__REALTIME_TIMESTAMP=1592867140000000\n_TRANSPORT=kernel\nMESSAGE=panic\n\n"


def field(name: bytes, value: bytes) -> bytes:
    """A field as journalctl exports it when it is no line of text."""
    return name + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"


def text(*pieces: Piece) -> bytes:
    """The text of an export that comes in these pieces."""
    return b"".join(piece for piece in Export().in_lines(iter(pieces)) if isinstance(piece, bytes))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"one\ntwo", rb"one\ntwo"),
        (b"", b""),
        (b"\r\0caf\xc3\xa9\xff", rb"\r\x00" + "café".encode() + rb"\xff"),
        (FORGED, FORGED.replace(b"\n", rb"\n")),
        (b"tenletters", b"tenletters"),  # a length of 10 is a line feed
    ],
)
def test_a_binary_field_is_one_line(value: bytes, shown: bytes) -> None:
    """What ends lines or texts in it is written as letters; the fields around it stay as they are."""
    export = HEAD % (1, 1) + field(b"MESSAGE", value) + b"_PID=7\n\n"
    assert text(export) == HEAD % (1, 1) + b"MESSAGE=" + shown + b"\n_PID=7\n\n"


@pytest.mark.parametrize(
    "line",
    [
        b"MESSAGE\nand no length\n",  # the letters say some 10^18
        b"MESSAGE\n" + struct.pack("<Q", 2) + b"long\n",
        b"MESSAGE\n" + struct.pack("<Q", 900) + b"cut off\n",
        b"MESSAGE\n\x02\0",
        b"M" * 65 + b"\n" + struct.pack("<Q", 1) + b"x\n",
        b"MESSAGE",
    ],
)
def test_a_name_alone_stays_as_it_is(line: bytes) -> None:
    """Where no value of that length follows, the bytes are what the damage is told by."""
    assert text(HEAD % (1, 1) + line) == HEAD % (1, 1) + line


def test_two_names_in_a_row_are_looked_at_both() -> None:
    """The line feed behind the first one begins the second one."""
    assert text(HEAD % (1, 1) + b"TORN\n" + field(b"MESSAGE", b"a\nb")) == HEAD % (1, 1) + b"TORN\nMESSAGE=a\\nb\n"


@given(st.lists(st.integers(0, 400)), st.sampled_from([FORGED, b"x" * 9, b"\n" * 30]))
def test_any_cut_of_the_bytes_gives_the_same_text(cuts: list[int], value: bytes) -> None:
    """Pieces end anywhere: in a name, in a length, in a value."""
    export = (HEAD % (1, 1) + field(b"MESSAGE", value) + field(b"A", b"\n") + b"TORN\n\n") * 2
    edges = [0, *sorted(min(cut, len(export)) for cut in cuts), len(export)]
    assert text(*(export[begin:end] for begin, end in pairwise(edges))) == text(export)


def test_a_long_value_is_given_out_as_it_comes() -> None:
    """A core dump of many megabytes is not held in memory, and nothing in it is a line."""
    value = b"core\n" * 500_000
    export = HEAD % (1, 1) + field(b"COREDUMP", value) + b"_PID=7\n"
    assert (
        text(export[:900_000], export[900_000:]) == HEAD % (1, 1) + b"COREDUMP=" + b"core\\n" * 500_000 + b"\n_PID=7\n"
    )


def test_a_hole_ends_a_line_and_a_value() -> None:
    """What comes behind it is read as if it stood alone."""
    begun = HEAD % (1, 1) + b"MESSAGE\n" + struct.pack("<Q", 2 << 20) + b"begun"
    behind = HEAD % (1, 2) + field(b"A", b"\n")
    found = list(Export().in_lines(iter([begun, Hole("eio", 7), behind])))
    assert found == [HEAD % (1, 1) + b"MESSAGE=begun", Hole("eio", 7), HEAD % (1, 2) + b"A=\\n\n"]


def test_a_doubt_covers_what_the_bytes_became() -> None:
    """The checksum of a packed member is about its bytes, of which some are written longer now."""
    first, second = HEAD % (1, 1), field(b"A", b"\n\n\n")
    *_, doubt = Export().in_lines(iter([first, second, Doubt("gz-crc", len(second))]))
    assert doubt == Doubt("gz-crc", len(b"A=\\n\\n\\n\n"))
    assert list(Export().in_lines(iter([first, Doubt("gz-crc", 9)]))) == [first, Doubt("gz-crc", 9)]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (HEAD % (1, 1), True),
        (b"\n__REALTIME_TIMESTAMP=1\n", True),
        (b"torn\n_PID=7\n\n__CURSOR=x\n__REALTIME_TIMESTAMP=1592867140000000\n", True),
        (b"", False),
        (b"Jun 23 09:05:37 web1 app: __CURSOR=x\n", False),
        (b"_PID=7\nMESSAGE=x\n", False),
    ],
)
def test_an_export_is_known_by_the_address_of_an_entry(head: bytes, expected: bool) -> None:
    """Which stands first in it, but for an export whose beginning was cut off."""
    assert is_export(head) is expected


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_one_entry_is_one_event(tmp_path: Path, pack: type[bytes]) -> None:
    """Also if its message holds what looks like an entry of the kernel's; no byte is damaged or missing."""
    entries = [HEAD % (number, number) + field(b"MESSAGE", FORGED if number == 2 else b"a\nb") for number in range(4)]
    (tmp_path / "a.export").write_bytes(pack(b"\n".join([*entries, b""])))
    found = read_timeline([str(tmp_path)])
    own = found.events.filter(found.events.get_column("time_basis") != "carried")
    assert own.select("line", "message").rows() == [
        (1 + number * 5, FORGED.decode().replace("\n", "\\n") if number == 2 else r"a\nb") for number in range(4)
    ]
    assert (found.ledger.damage, found.sources[0].unparsed) == ((), 0)
