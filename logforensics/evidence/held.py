"""Turns a member of a bundle into something that reads like a file: a stretch of the bundle, or of an unnamed copy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logforensics.evidence.opening import Disk
from logforensics.evidence.pieces import Doubt, Hole, Pieces

if TYPE_CHECKING:
    from logforensics.evidence.model import LogFile


class Spool:
    """An unnamed file that lives as long as something holds it."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        """Its descriptor, open for reading and writing."""
        return self._fd

    def __del__(self) -> None:
        os.close(self._fd)


@dataclass(frozen=True, eq=False)
class Held:
    """Where the bytes of a member lie: from `offset` on in the bundle itself (`copy` None), or in an unnamed file.

    A bundle that is not compressed is read where it lies.  The members of any other are unpacked once, into one
    temporary file that has no name and is gone with the process: nothing of a bundle is ever written under a name.
    `flaws` stand behind the member's last byte: what of it is missing or doubtful.
    """

    copy: Spool | None
    offset: int
    flaws: tuple[Hole | Doubt, ...] = ()


class Window(Disk):
    """The bytes of a member, as Disk gives those of a file; `size` is the member's."""

    def __init__(self, fd: int, held: Held, size: int, *, owned: bool) -> None:
        super().__init__(fd, owned=owned)
        self.base = held.offset
        self.size = max(0, min(size, self.size - held.offset))
        self._sparse = False
        self._flaws = held.flaws

    def size_now(self) -> int:
        """The member's size, less what the bundle has lost since."""
        return max(0, min(self.size, os.fstat(self.fileno()).st_size - self.base))

    def stream(self, chunk: int, *, digest: bool = True) -> Pieces:
        """The member from its first byte to its last, hashed in passing, then its flaws."""
        yield from super().stream(chunk, digest=digest)
        self.whole = self.whole and not self._flaws
        yield from self._flaws


def opened(file: LogFile) -> Disk:
    """The bytes of a file, or of a member of a bundle; raises OSError."""
    if file.held is None:
        return Disk.of(file.path, file.state)
    if file.held.copy is not None:
        return Window(file.held.copy.fileno(), file.held, file.size, owned=False)
    bundle = Disk.of(file.path)
    return Window(bundle.fileno(), file.held, file.size, owned=bundle.owned)
