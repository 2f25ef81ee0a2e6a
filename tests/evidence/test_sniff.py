"""Telling logs from other files by their first bytes."""

# ruff: noqa: S311 - the random bytes stand for damage; their seed makes them the same in every run

from __future__ import annotations

import random

import pytest

from logforensics.evidence.sniff import not_a_log, packed_as, utf16

LINE = b"Jun 23 09:00:00 host app[1]: message\n"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n",
        b"x",
        LINE * 100,
        LINE * 10 + bytes(4096) + LINE * 10,
        bytes(65536),
        LINE * 20 + random.Random(1).randbytes(512) + LINE * 20,
        "2020-06-23|größer\n".encode("latin-1") * 50,
        "ошибка\n".encode("cp1251") * 50,
        b"\x1b[31mred\x1b[0m\n" * 50,
        "2020-06-23 09:00:00 started\r\n".encode("utf-16") * 5,
        b"A" * 65536,
    ],
)
def test_may_be_a_log(head: bytes) -> None:
    """Text in any charset is a log, also with NULs, colours or a foreign disk block in it."""
    assert not_a_log("x.log", head) is None


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        ("x.log", b"\x7fELF\x02\x01\x01" + bytes(57), "an ELF program or core dump"),
        ("x.log", b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG image"),
        ("localtime", b"TZif2" + bytes(39), "a time zone file"),
        ("x.log", random.Random(2).randbytes(65536), "binary content"),
        ("lastlog", bytes(292 * 10), "a lastlog database"),
        ("faillog", bytes(32), "a faillog database"),
    ],
)
def test_is_no_log(name: str, head: bytes, reason: str) -> None:
    """Binary files are told apart whatever they are called."""
    assert not_a_log(name, head) == reason


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (b"\xfd7zXZ\0\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PK\x03\x04", "zip"),
        (bytes(257) + b"ustar\0", "tar"),
        (LINE, None),
    ],
)
def test_packed(head: bytes, title: str | None) -> None:
    """Packings that cannot be read are recognised by their magic."""
    assert packed_as(head) == title


def test_utf16_needs_its_pattern() -> None:
    """NULs alone are no UTF-16, nor are a few bytes."""
    assert (utf16(bytes(512)), utf16(b"a\0b\0"), utf16(LINE)) == (None, None, None)
