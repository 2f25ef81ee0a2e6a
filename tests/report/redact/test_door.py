"""What goes through the door, and what it tells of itself."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from logforensics.evidence.anchors import Anchor
from logforensics.report.model import Report
from logforensics.report.redact.collect import Met
from logforensics.report.redact.door import Door, redacting

KEY = b"a key for tests, of 32 bytes....."[:32]
STORED: tuple[bytes, dict[str, dict[str, str]]] = (b"the key of the map, of 32 bytes."[:32], {})


@pytest.fixture
def door() -> Door:
    """One with the evidence's own key."""
    return redacting(Met(key=KEY))


def test_the_hash_of_a_cited_line_takes_the_key(door: Door) -> None:
    """A bare hash of a line would let its hidden parts be guessed; it says of itself that it is keyed."""
    bare = hashlib.sha256(b"a line").hexdigest()
    keyed = hmac.new(KEY, bare.encode(), hashlib.sha256).hexdigest()
    assert door.value(Anchor(7, 6, bare)) == Anchor(7, 6, keyed, keyed=True)


@pytest.mark.parametrize(("stored", "key"), [(None, "evidence"), (STORED, "map")])
def test_a_report_says_where_its_key_came_from(
    report: Report, stored: tuple[bytes, dict[str, dict[str, str]]] | None, key: str
) -> None:
    """Who has the map can turn the pseudonyms back; nobody can without it."""
    assert redacting(Met(key=KEY), stored=stored).report(report).key == key
