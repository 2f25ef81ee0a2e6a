"""The parts that are no lines: journals, login records, packed files, bundles, UTF-16, and all of it in one folder."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random

import lz4.frame  # type: ignore[import-untyped]
import polars as pl

from logforensics.errors import EvidenceError
from logforensics.evidence.gunzip import gunzip
from logforensics.evidence.packings import packing
from logforensics.evidence.pieces import Piece, Pieces
from logforensics.evidence.unpack import unpack
from logforensics.timeline.build import read_timeline
from tests.fuzz.mutate import mutated, overwritten
from tests.fuzz.parts import Part, definition, every_sample, folder
from tests.fuzz.reading import close, read_found
from tests.hostile.journal_files import KINDS, export, journal, said
from tests.hostile.login_records import LAYOUTS, records

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST_TEXT = 1 << 28
"""Bytes that some hundred packed ones may become: a bomb of bzip2 has 900 kB a block of 50 bytes."""

LINE = b"2020-06-23T09:05:%02d+10:00 web1 app[%d]: all is well\n"
TEXTS = (
    b"".join(LINE % (number, number) for number in range(40)),
    Random(1).randbytes(700) + b"\n",  # noqa: S311 - bytes that do not shrink
    b"".join(LINE % (number % 60, 7) for number in range(300)),
    b"one line\n",
    b"",
)
"""What the members of packed files hold."""


def _zstd(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


def _lz4(data: bytes) -> bytes:
    packed: bytes = lz4.frame.compress(data, content_checksum=True, block_size=lz4.frame.BLOCKSIZE_MAX64KB)
    return packed


def _gzip(data: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile("app.log", "wb", fileobj=packed, mtime=1_592_903_275) as file:
        file.write(data)
    return packed.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": _zstd,
    "lz4": _lz4,
}
"""By LogFile.compression; each with a checksum of the text."""


@cache
def members(compression: str) -> tuple[bytes, ...]:
    """The texts, packed."""
    return tuple(PACKERS[compression](text) for text in TEXTS)


class Decoder(Part):
    """One decoder by itself, over pieces of any size: text that is not what was packed must be named."""

    def __init__(self, compression: str) -> None:
        self.name = f"decoder:{compression}"
        self._compression = compression

    def make(self, source: Random) -> list[bytes]:
        """As Part.make."""
        own = members(self._compression)
        data = b"".join(source.choices(own, k=source.choice((1, 1, 2, 3))))
        return [mutated(source, data, [*own, *members("gzip"), TEXTS[0]])]

    def check(self, pieces: list[bytes]) -> None:
        """As Part.check."""
        (data,) = pieces
        text, flaws = bytearray(), []
        for piece in self._decoded(data):
            if isinstance(piece, bytes):
                text += piece
                assert len(text) <= MOST_TEXT, "more text than these bytes can hold"
            else:
                assert piece.length >= 0, piece
                flaws.append(piece)
        told = flaws or _is_of(bytes(text), TEXTS) or _unchecked(data, self._compression)
        assert told, f"{len(text)} bytes of text that nobody packed, and nothing is said"

    def _decoded(self, data: bytes) -> Pieces:
        def reread(offset: int, length: int) -> bytes:
            return data[offset : offset + length]

        if self._compression == "gzip":
            return gunzip(_in_parts(data), reread)
        return unpack(_in_parts(data), reread, packing(self._compression, 64 << 20))


def _in_parts(data: bytes) -> Iterator[Piece]:
    size = (1, 7, 100, 4096, 1 << 20)[zlib.crc32(data) % 5]
    return (data[at : at + size] for at in range(0, len(data), size))


_CHECKED = 4
"""In the fifth byte of a frame of zstd (RFC 8878 section 3.1.1.1.1) and of lz4: a checksum of the text follows."""


def _unchecked(data: bytes, compression: str) -> bool:
    """Whether a frame says that it has no checksum: nothing tells then what a mutation made of its text."""
    magic = {"zstd": b"\x28\xb5\x2f\xfd", "lz4": b"\x04\x22\x4d\x18"}.get(compression)
    return magic is not None and any(not part[0] & _CHECKED for part in data.split(magic)[1:] if part)


def _is_of(text: bytes, parts: Sequence[bytes]) -> bool:
    """Whether a text is made of whole parts, each any number of times."""
    ends = {0}
    while ends:
        at = ends.pop()
        if at == len(text):
            return True
        ends |= {at + len(part) for part in parts if part and text.startswith(part, at)}
    return False


class Found(Part):
    """A file that is looked at, recognised and read as the program does it."""

    def __init__(self, name: str, file: str, data: bytes, others: Sequence[bytes] = ()) -> None:
        self.name, self._file, self._data = name, file, data
        self._others = others or every_sample()

    def make(self, source: Random) -> list[bytes]:
        """As Part.make."""
        if source.random() < 0.5:
            return [overwritten(source, self._data)[0]]
        return [mutated(source, self._data, self._others)]

    def check(self, pieces: list[bytes]) -> None:
        """As Part.check."""
        path = folder() / self._file
        path.write_bytes(pieces[0])
        try:
            discovery, readings, ledger = read_found(path, definition("syslog"))
        finally:
            path.unlink()
        frames = [reading.frame for reading in readings]
        # a member is named BUNDLE!MEMBER
        plain = [file for source in discovery.sources for file in source.files if file.compression == "plain"]
        for file in plain:
            account = ledger.account(file.name)
            assert file.kind == "text" or account.text_bytes >= file.size, file
        silent = not (ledger.damage or discovery.passed_over)
        self.agrees(pieces[0], frames, silent=silent)

    def agrees(self, data: bytes, frames: list[pl.DataFrame], *, silent: bool) -> None:
        """What must hold of the events; `silent` says that nothing was said of damage."""


class Journal(Found):
    """A journal: every field has a hash."""

    def agrees(self, data: bytes, frames: list[pl.DataFrame], *, silent: bool) -> None:
        """A message that nobody logged must be named."""
        if silent and len(data) == len(self._data):
            told = {message for frame in frames for message in frame.get_column("message")}
            assert told <= {None, *(dict(entry.fields)[b"MESSAGE"].decode() for entry in ENTRIES)}, told


class Logins(Found):
    """Login records, which have no checksum."""

    def __init__(self, layout: tuple[int, str]) -> None:
        whole = records(layout)
        super().__init__(f"logins:{layout[0]}{layout[1]}", "wtmp", b"".join(whole), whole)
        self._size = layout[0]

    def agrees(self, data: bytes, frames: list[pl.DataFrame], *, silent: bool) -> None:  # noqa: ARG002 - as in Found
        """What was overwritten in one record leaves all others."""
        count = len(self._data) // self._size
        size = self._size
        hit = {n for n in range(count) if data[n * size : n * size + size] != self._data[n * size : n * size + size]}
        if len(data) == len(self._data) and len(hit) <= 1:
            times = {time.minute for frame in frames for time in frame.get_column("wall")}
            assert times >= {(7 + n) % 60 for n in range(count) if n not in hit}, f"{hit} were hit, {times} are left"


class Folder(Part):
    """Files of every kind in one folder, read as `logforensics` reads them, from the first look to the clock."""

    name = "timeline"
    batch = 8

    def make(self, source: Random) -> list[bytes]:
        """As Part.make."""
        pieces = []
        for _ in range(self.batch):
            begin = source.randrange(len(every_sample()) - 6)
            some = b"\n".join(every_sample()[begin : begin + 6] * source.choice((1, 3))) + b"\n"
            data = source.choice((some, some, some, *_BINARIES))
            pieces.append(mutated(source, data, (some, *_BINARIES)))
        return pieces

    def check(self, pieces: list[bytes]) -> None:
        """As Part.check."""
        paths = [folder() / f"all/{name}" for name in _NAMES[: len(pieces)]]
        paths[0].parent.mkdir(exist_ok=True)
        for path, data in zip(paths, pieces, strict=True):
            path.write_bytes(data)
        try:
            timeline = read_timeline(str(paths[0].parent))
        except EvidenceError:
            return  # nothing of it is a log: documented, and said so
        finally:
            for path in paths:
                path.unlink()
        close(timeline.ledger)
        assert {path.name for path in paths} <= {file.name for file in timeline.files}, "a file has no state"
        events = timeline.events
        assert events.get_column("time").is_sorted(), "events are out of order"
        assert not events.get_column("time").null_count(), "an event has no time"
        lines = sum(account.events.lines + account.continuation.lines for account in timeline.ledger.accounts)
        assert lines == events.height, f"{events.height} events, {lines} accounted for"


_NAMES = ("syslog", "syslog.1", "access.log", "wtmp", "a.journal", "b.tar", "app.log.gz", "app.log")
ENTRIES = [said(number, b"the same again and again" * (number % 3)) for number in range(1, 6)]


def _tar(form: int = tarfile.PAX_FORMAT, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for name, data in _LAID.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_592_903_275
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _LAID.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 6, 23, 9, 5, 36)), data, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


_LAID = {"log/syslog": TEXTS[0], "log/a-name-of-some-length" * 5: TEXTS[3], "log/syslog.1.gz": members("gzip")[2]}
_BINARIES = (
    journal(ENTRIES),
    b"".join(records()),
    _tar(),
    _zip(),
    *(members(name)[0] for name in PACKERS),
    TEXTS[0].decode().encode("utf-16"),
)


def packed_file(compression: str) -> bytes:
    """Two members in one file."""
    return b"".join(members(compression)[number] for number in (0, 2))


def found() -> list[Part]:
    """The parts of this module that read whole files."""
    wide = TEXTS[0].decode()
    parts: list[Part] = [
        Journal(f"journal:{name}", "a.journal", journal(ENTRIES, kind)) for name, kind in KINDS.items()
    ]
    parts += [Logins(layout) for layout in LAYOUTS]
    parts += [
        Found(f"packed:{name}", "syslog.packed", packed_file(name), [packed_file(other) for other in PACKERS])
        for name in PACKERS
    ]
    parts += [
        Found("text:export", "a.export", export(ENTRIES)),
        Found("bundle:tar", "b.tar", _tar()),
        Found("bundle:gnu-tar", "b.tar", _tar(tarfile.GNU_FORMAT)),
        Found("bundle:tar.gz", "b.tar.gz", _gzip(_tar())),
        Found("bundle:zip", "b.zip", _zip()),
        Found("bundle:twice", "b.gz", _gzip(_gzip(TEXTS[0]))),
    ]
    return [
        *parts,
        *(Found(f"text:{code}", "app.log", wide.encode(code)) for code in ("utf-16", "utf-16-le", "utf-16-be")),
    ]
