"""Turns a file that was found into a log to be read, or into why it is none: by its content, not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from logforensics.evidence.bundle import bundle_of, members
from logforensics.evidence.held import opened
from logforensics.evidence.inflate import text_pieces
from logforensics.evidence.journal.header import unreadable as unreadable_journal
from logforensics.evidence.kind import kind_of
from logforensics.evidence.model import LogFile, PassedOver
from logforensics.evidence.opening import Disk, words_of
from logforensics.evidence.packings import compression_of, needs, packed_at
from logforensics.evidence.sniff import HEAD, not_a_log, packed_as

_TOOLS = {
    "xz": "xz -dk",
    "zstd": "zstd -dk",
    "bzip2": "bzip2 -dk",
    "lz4": "lz4 -dk",
    "gzip": "gzip -dk",
    "compress (.Z)": "gzip -dk",
}

MOST_LAYERS = 3
"""Packings inside each other that are undone: a rotated log in a packed bundle has two, and a file can hold itself."""


def judged(file: LogFile) -> Iterator[LogFile | PassedOver]:
    """The file, if by its content it can be a log, with its kind and compression; else why it is passed over.

    A bundle gives what is in it.  Raises OSError.
    """
    with opened(file) as disk:
        head = disk.reread(disk.first_data(), HEAD) or _first_readable(disk)
        trouble = disk.trouble
        refused = ""
        if (compression := compression_of(head)) != "plain":
            file = replace(file, compression=compression, packed=packed_at(head))
            head, refused = _inflated(disk, file, head)
    if trouble and not head:
        yield PassedOver(file.name, "unread", trouble)
        return
    if refused:
        reason = f"packed as {compression}, {refused} ({_TOOLS[compression]})"
        yield PassedOver(file.name, "unread", reason)
        return
    bundle = bundle_of(head)
    if bundle == "packed":
        if file.layers + 2 > MOST_LAYERS:
            reason = f"packed more than {MOST_LAYERS} times over, as no log is"
            yield PassedOver(file.name, "unread", reason)
            return
        file = replace(file, layers=file.layers + 1)
    if bundle is not None and (file.held is None or bundle == "packed"):
        for item in members(file, bundle, _no_log):
            if isinstance(item, PassedOver):
                yield item
            else:
                yield from _judged_member(item)
        return
    file = replace(file, kind=kind_of(head))
    if (verdict := _refusal(file, head)) is not None:
        # what looks like no log may do so for the page that is missing
        yield replace(verdict, state="unread", reason=trouble) if trouble else verdict
    else:
        yield file


def _first_readable(disk: Disk) -> bytes:
    """The first bytes behind a page that cannot be read."""
    return next((piece for piece in disk.stream(HEAD, digest=False) if isinstance(piece, bytes)), b"")


def _no_log(name: str, head: bytes) -> str | None:
    """Why a member that begins with `head` need not be unpacked any further."""
    if compression_of(head) != "plain" or kind_of(head) != "text":
        return None
    return not_a_log(name, head)


def _judged_member(member: LogFile) -> Iterator[LogFile | PassedOver]:
    try:
        yield from judged(member)
    except OSError as error:
        yield PassedOver(member.name, "unread", words_of(error))


def _refusal(file: LogFile, head: bytes) -> PassedOver | None:
    """Why a file whose (unpacked) content begins with `head` is not read; None if it is."""
    inside = "" if file.compression == "plain" else f" inside {file.compression}"
    if file.kind == "logins":
        return None
    if file.kind == "journal":
        unknown = unreadable_journal(head)
        return PassedOver(file.name, "unread", unknown + inside) if unknown else None
    if (title := packed_as(head)) is not None:
        tool = f"; unpack it first ({_TOOLS[title]})" if title in _TOOLS else "; unpack it first"
        return PassedOver(file.name, "unread", f"packed as {title}{inside}{tool}")
    own_name = file.name.rpartition("/")[2].rpartition("!")[2]
    if (reason := not_a_log(own_name, head)) is not None:
        return PassedOver(file.name, "not-a-log", reason + inside)
    return None


def _inflated(disk: Disk, file: LogFile, packed: bytes) -> tuple[bytes, str]:
    """The first HEAD bytes of a compressed file's text, and why it cannot be unpacked here ("" if it can).

    `packed` is how the file begins.
    """
    parts: list[bytes] = []
    try:
        for piece in text_pieces(disk, file.compression, HEAD, digest=False, memory=file.memory):
            if isinstance(piece, bytes):
                parts.append(piece[:HEAD])
                if sum(map(len, parts)) >= HEAD:
                    break
            elif not parts and piece.kind.endswith("-memory"):
                return b"", _too_much(needs(packed, file.compression), file.memory)
    except ImportError:
        return b"", "for which this Python has no decoder; install logforensics anew, or unpack it first"
    return b"".join(parts)[:HEAD], ""


def _too_much(needed: int | None, allowed: int) -> str:
    """Why a file is not unpacked that takes too much memory, and what to do."""
    if needed is None or needed <= allowed:
        return f"which takes more than {allowed >> 20} MiB of memory to unpack; allow more with --decoder-memory"
    mib = -(-needed >> 20)
    return f"which takes {mib} MiB of memory to unpack; allow it with --decoder-memory {mib}, or unpack it first"
