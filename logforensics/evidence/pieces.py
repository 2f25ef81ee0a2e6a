"""What a stream of evidence bytes is made of: bytes, stretches that are missing, and doubts about bytes before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Hole:
    """`length` bytes at this place that are not delivered, and why (a Damage kind); a line ends at a hole.

    For a compressed file whose stretch could not be inflated, `length` counts the stored bytes, since nobody
    can know how many they would have become.  `feeds` is the number of line feeds known to lie in it, the last
    of them at its end.  `sha256` is that of the whole line where the rest of one is missing ("overlong").
    """

    kind: str
    length: int
    feeds: int = 0
    sha256: str | None = None


@dataclass(frozen=True)
class Doubt:
    """The last `length` delivered bytes may not be what was written (a Damage kind, delivered)."""

    kind: str
    length: int


Piece = bytes | Hole | Doubt
Pieces = Iterator[Piece]
