"""Turns a zip archive into the members that are logs, and into the reasons why others are not read."""

from __future__ import annotations

import io
import os
import stat
import zlib
from collections.abc import Iterator, Sequence
from copy import copy as copied
from itertools import pairwise
from typing import TYPE_CHECKING

from logforensics.evidence.model import LogFile, PassedOver
from logforensics.evidence.names import shown
from logforensics.evidence.opening import Disk
from logforensics.evidence.pieces import Doubt, Hole
from logforensics.evidence.unpacked import CHUNK, Copy, member_name

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

    from typing_extensions import Buffer


def unzip(bundle: LogFile, disk: Disk, copy: Copy) -> Iterator[LogFile | PassedOver | str]:
    """Every member of the archive in the open file `disk`; a text is what is wrong with the archive itself."""
    import zipfile

    try:
        archive = zipfile.ZipFile(io.BufferedReader(_Seekable(disk)))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        yield f"its list of members cannot be read ({shown(str(error))})"
        return
    infos = archive.infolist()
    if _overlap(infos):
        yield "its members overlap, as only those of a bomb do; none was read"
        return
    for info in infos:
        if info.filename.endswith("/"):  # ZipInfo.is_dir of Python 3.11 fails on a name that is empty
            continue
        if (barred := _barred(info)) is not None:
            yield PassedOver(member_name(bundle, info.filename), *barred)
        else:
            yield _unzipped(archive, info, copy)


def _barred(info: ZipInfo) -> tuple[str, str] | None:
    """State and reason of a member that cannot be read as a file."""
    import zipfile

    if stat.S_ISLNK(info.external_attr >> 16):
        return "not-a-log", "a symbolic link, in a bundle"
    if info.flag_bits & 1:
        return "unread", "encrypted; unpack it first"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile gives no bound to what one step of bzip2 or LZMA may grow to
        return "unread", f"packed by method {info.compress_type} of zip; unpack it first"
    return None


def _unzipped(archive: ZipFile, info: ZipInfo, copy: Copy) -> LogFile | PassedOver:
    import zipfile

    broken: list[str] = []
    unchecked = copied(info)
    del unchecked.CRC  # zipfile would withhold the bytes with which it finds that the checksum is wrong
    unchecked.file_size = 1 << 62  # and those beyond the size that is claimed

    def parts() -> Iterator[bytes]:
        checksum = size = 0
        try:
            with archive.open(unchecked) as stream:
                while part := stream.read(CHUNK):
                    checksum = zlib.crc32(part, checksum)
                    size += len(part)
                    yield part
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
            broken.append("zip-check")  # the packed bytes or the sizes are wrong
            return
        if (checksum, size) != (info.CRC, info.file_size):
            broken.append("zip-check")

    def flaws(size: int) -> tuple[Hole | Doubt, ...]:
        missing = (Hole("bundle-truncated", info.file_size - size),) if size < info.file_size else ()
        return (*(Doubt(kind, size) for kind in broken), *missing)

    return copy.add(info.filename, _mtime(info), parts(), flaws)


_LOCAL_HEADER = 30  # bytes at least (APPNOTE.TXT, section 4.3.7)


def _overlap(infos: Sequence[ZipInfo]) -> bool:
    """Whether two members share stored bytes (D. Fifield, A better zip bomb, 2019)."""
    spans = sorted((info.header_offset, _LOCAL_HEADER + info.compress_size) for info in infos)
    return any(at + size > following for (at, size), (following, _) in pairwise(spans))


def _mtime(info: ZipInfo) -> float | None:
    """Seconds since the epoch from the extended timestamp (Info-ZIP, extra field 0x5455), which alone has a zone."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == 0x5455 and size >= 5 and extra[4] & 1:
            return float(int.from_bytes(extra[5:9], "little"))
        extra = extra[4 + size :]
    return None


class _Seekable(io.RawIOBase):
    """An open file as zipfile wants it."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to a place."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._disk.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        """Reads into a buffer; 0 at the end."""
        view = memoryview(buffer).cast("B")
        data = self._disk.reread(self._at, len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
