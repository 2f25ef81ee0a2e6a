"""Names of evidence files as outputs show them."""

from __future__ import annotations

import os

import pytest

from logforensics.evidence.names import shown


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"nginx/access.log", "nginx/access.log"),
        ("höhe.log".encode(), "höhe.log"),
        (b"h\xf6he.log", "h\\xf6he.log"),
        (b"a\nb", "a\\x0ab"),
        (b"\x1b[31m", "\\x1b[31m"),
        (b"back\\x0aslash", "back\\x5cx0aslash"),
        ("\u0085".encode(), "\\u0085"),
        ("gpj\u202elog".encode(), "gpj\\u202elog"),
    ],
)
def test_shown(raw: bytes, expected: str) -> None:
    """Bytes that are not UTF-8, control and direction characters are escaped; everything else stays."""
    assert shown(os.fsdecode(raw)) == expected
