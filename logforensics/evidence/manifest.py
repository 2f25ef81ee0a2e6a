"""Turns what was hashed while it was read into a list that `sha256sum -c` checks against the evidence."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from logforensics.evidence.ledger import Ledger
from logforensics.evidence.model import LogFile
from logforensics.evidence.opening import STDIN


def manifest(files: Iterable[LogFile], ledger: Ledger) -> Iterator[bytes]:
    """Lines of bytes, by path: the SHA-256 of each file that was read whole, as sha256sum writes it.

    Paths are relative to the folder that the first line names.  What has no hash of the whole file on disk (members of
    bundles, stdin, files with holes, unreadable pages) is a comment; sha256sum passes over those.
    """
    read = sorted(files, key=lambda file: (os.fsencode(file.path), file.name))
    folders = [os.path.dirname(file.path) for file in read if file.path != STDIN]  # noqa: PTH120 - as commonpath takes it
    common = os.path.commonpath(folders) if folders else "/"
    yield b"# in " + _told(os.fsencode(common)) + b": sha256sum -c THIS_FILE\n"
    accounts = {account.file: account for account in ledger.accounts}
    for file in read:
        account = accounts.get(file.name)
        if account is None or not account.sha256 or not account.whole or file.held is not None or file.path == STDIN:
            yield b"# no hash of the whole file: " + file.name.encode("utf-8", "backslashreplace") + b"\n"
        else:
            yield _line(account.sha256, os.fsencode(os.path.relpath(file.path, common)))


def _line(digest: str, path: bytes) -> bytes:
    """One line; a name with a backslash, LF or CR is escaped, and a backslash in front says so (sha256sum(1))."""
    told = _told(path)
    return (b"\\" if told != path else b"") + digest.encode() + b"  " + told + b"\n"


def _told(path: bytes) -> bytes:
    return path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
