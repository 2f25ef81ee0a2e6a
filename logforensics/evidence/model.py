"""What the evidence consists of: files, the sources they belong to, damage, and the files passed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from logforensics.evidence.held import Held
from logforensics.evidence.opening import State
from logforensics.evidence.packings import MEMORY


@dataclass(frozen=True)
class LogFile:
    """One regular file of the evidence (or stdin, whose path is "-").

    `name` is what every output calls it: the path relative to the root that was given, with "/" between the
    parts and bytes that are not UTF-8 written as \\xNN.  `size` is in bytes on disk, `mtime` in seconds since
    the epoch (None for stdin).  `compression` was found by magic bytes: "plain", "gzip", "xz",
    "bzip2", "zstd" or "lz4"; `packed` is when its content was last written, if its own head says so.  `kind` is what is
    inside: "text", "journal" (systemd's) or "logins" (wtmp, btmp, utmp).
    A member of a bundle is called BUNDLE!MEMBER, its `path` is the bundle's and `held` says where its bytes lie; its
    hash and size are those of the member as it was packed.  `state` is how the file stood when it was found; by it the
    same file is opened again, and told from a changed one.  `host` is the host it is of, where there are several.
    `memory` is what a decoder may take to unpack it (bytes), `layers` how many times it was packed over, besides
    `compression`.  `places` are (number, offset) of some lines in their order, once it was read: from there each line
    can be counted off; none where that does not hold.
    """

    path: Path
    name: str
    size: int
    mtime: float | None
    compression: str = "plain"
    kind: str = "text"
    held: Held | None = None
    packed: float | None = None
    state: State | None = None
    host: str = ""
    memory: int = MEMORY
    layers: int = 0
    places: tuple[tuple[int, int], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Source:
    """One log stream with all its rotated files, oldest first; `name` is the live file's name."""

    name: str
    files: tuple[LogFile, ...]


@dataclass(frozen=True)
class PassedOver:
    """A file that holds no events: `state` is "not-a-log", "unread", "unknown-format" or "empty"; `reason` says why."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True)
class Damage:
    """A stretch of a file that is not what was written: kind, decompressed offset and length in bytes.

    Kinds: torn, nul, binary, encoding, eio, shrunk, changed (rewritten meanwhile), unread; gz-crc, gz-unchecked,
    gz-truncated, gz-trailing; for xz, bz2, zst and lz4 likewise -check, -unchecked, -truncated, -trailing, -memory;
    too-long; overlong (the rest of a line of more than 16 MiB); resync (an event that stood behind a torn one on its
    line); junk (lines in no known format, where they are most of a log).  `delivered` tells whether the bytes still
    ended up in an event or among the unparsed lines (a torn last line, an undecodable byte shown as \\xNN); bytes of
    damage that is not delivered are counted in the ledger as damage.  `sha256` is that of an overlong line without its
    line feed.
    """

    kind: str
    file: str
    offset: int
    length: int
    delivered: bool = False
    line: int | None = None
    sha256: str | None = None
