"""Turns a bundle of files (tar, packed tar, zip) into log files named BUNDLE!MEMBER, and into what is passed over.

Nothing is extracted: no name in a bundle is ever used as a path, and links and devices are only listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from logforensics.evidence import tar
from logforensics.evidence.held import Held, opened
from logforensics.evidence.inflate import text_pieces
from logforensics.evidence.model import LogFile, PassedOver
from logforensics.evidence.names import shown
from logforensics.evidence.packings import compression_of
from logforensics.evidence.pieces import Doubt, Hole
from logforensics.evidence.sniff import HEAD
from logforensics.evidence.unpacked import CHUNK, Copy, Refuses, member_name
from logforensics.evidence.unzip import unzip

Items = Iterator[LogFile | PassedOver | str]


def bundle_of(head: bytes) -> str | None:
    """ "tar" or "zip" if an unpacked file that begins with `head` is one, "packed" if it is packed once more."""
    if compression_of(head) != "plain":
        return "packed"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "tar" if head[257:262] == b"ustar" and tar.header(head) is not None else None


def members(bundle: LogFile, kind: str, refuses: Refuses) -> Iterator[LogFile | PassedOver]:
    """Every member once, files as log files that can be read, then the bundle itself.  Raises OSError."""
    names: dict[str, int] = {}
    count, trouble = 0, ""
    copy = Copy(bundle, refuses)
    read = {"tar": _tar, "zip": _zip, "packed": _packed}[kind](bundle, copy)
    for item in read:
        if isinstance(item, str):
            trouble = item
            continue
        count += 1
        again = names[item.name] = names.get(item.name, 0) + 1
        if again > 1:  # a tar that was appended to holds older and newer states of one file
            item = _renamed(item, f"{item.name}#{again}")  # noqa: PLW2901
        yield item
    if kind == "packed":
        yield PassedOver(bundle.name, "not-a-log", f"packed twice; what is inside is listed as {bundle.name}!MEMBER")
        return
    what = f"a bundle ({kind}) of {count} members, which are listed as {bundle.name}!MEMBER"
    yield PassedOver(bundle.name, "unread" if trouble else "not-a-log", f"{what}; {trouble}" if trouble else what)


def _renamed(item: LogFile | PassedOver, name: str) -> LogFile | PassedOver:
    return replace(item, name=name)


def _packed(bundle: LogFile, copy: Copy) -> Items:
    """What is inside of a file that is packed twice, as its one member: it is unpacked once."""
    flaws: list[Hole | Doubt] = []

    def parts() -> Iterator[bytes]:
        for piece in text_pieces(disk, bundle.compression, CHUNK, digest=False, memory=bundle.memory):
            if isinstance(piece, bytes):
                yield piece
            else:
                flaws.append(piece)

    own = bundle.name.rpartition("/")[2].rpartition("!")[2]
    stem, _, suffix = own.rpartition(".")
    with opened(bundle) as disk:
        yield copy.add(stem if suffix in _SUFFIXES and stem else own, bundle.mtime, parts(), lambda _: tuple(flaws))


_SUFFIXES = ("gz", "xz", "bz2", "zst", "lz4")


def _zip(bundle: LogFile, copy: Copy) -> Items:
    if bundle.compression != "plain":
        yield f"it is packed once more as {bundle.compression}; unpack it first"
        return
    with opened(bundle) as disk:
        yield from unzip(bundle, disk, copy)


def _tar(bundle: LogFile, copy: Copy) -> Items:
    with opened(bundle) as disk:
        if bundle.compression == "plain":
            placed = tar.Placed(disk.reread, disk.size)
            for member in tar.members(placed):
                if member is None or member.other:
                    yield from _listed(bundle, member)
                else:
                    yield _placed(bundle, member, placed.at, disk.size)
            return
        stream = tar.Streamed(text_pieces(disk, bundle.compression, CHUNK, digest=False, memory=bundle.memory))
        for member in tar.members(stream):
            if member is None or member.other:
                yield from _listed(bundle, member)
            else:
                yield _copied(member, stream, copy)
        if (flaw := stream.first_flaw) is not None:
            yield f"it is damaged ({flaw.kind}), and members may be missing"


def _listed(bundle: LogFile, member: tar.Member | None) -> Iterator[PassedOver | str]:
    if member is None:
        yield "some of it is no tar, and members may be missing"
    else:
        yield PassedOver(member_name(bundle, member.name), "not-a-log", f"{shown(member.other)}, in a bundle")


def _placed(bundle: LogFile, member: tar.Member, offset: int, end: int) -> LogFile:
    size = max(0, min(member.size, end - offset))
    flaws = (Hole("bundle-truncated", member.size - size),) if size < member.size else ()
    held = Held(None, offset, flaws)
    return LogFile(bundle.path, member_name(bundle, member.name), size, member.mtime, held=held, memory=bundle.memory)


def _copied(member: tar.Member, stream: tar.Streamed, copy: Copy) -> LogFile | PassedOver:
    stream.take_flaw()

    def parts() -> Iterator[bytes]:
        left, step = member.size, HEAD
        while left > 0 and (part := stream.read(min(step, left))):
            left -= len(part)
            step = CHUNK
            yield part

    def flaws(size: int) -> tuple[Hole | Doubt, ...]:
        flaw = stream.take_flaw()
        doubt = () if flaw is None else (Doubt(flaw.kind, size),)
        return (*doubt, Hole("bundle-truncated", member.size - size)) if size < member.size else doubt

    return copy.add(member.name, member.mtime, parts(), flaws)
