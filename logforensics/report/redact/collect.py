"""Reads the evidence for the names and secrets in it, so that they are known also where nothing says what they are.

The same pass gives a key that whoever has the evidence gets again, and nobody else.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import polars as pl

from logforensics.evidence.entries import told_by_all
from logforensics.evidence.files import BlockReader
from logforensics.evidence.lines import lines_of
from logforensics.evidence.model import LogFile
from logforensics.report.redact.domains import domains_in
from logforensics.report.redact.machines import hosts_in
from logforensics.report.redact.machines import named as a_machine
from logforensics.report.redact.pairs import SECRET, USER, pairs_in
from logforensics.report.redact.people import named as a_user
from logforensics.report.redact.people import users_in
from logforensics.report.redact.pseudonyms import KEY_BYTES
from logforensics.report.redact.secrets import secrets_in
from logforensics.report.redact.text import unescaped

LONG_ENOUGH = 8
"""Characters of the shortest secret that is looked for everywhere: shorter ones are words and numbers."""

BATCH = 1 << 14
"""Entries of a binary log that are looked at together."""

_TELL = (
    "user", "for ", "session", "acct", "auid", "login", "logname", "account", "owner", "/home/", "~", "name", "pass",
    "pwd", "secret", "token", "key", "auth", "cookie", "bearer", "mail", " by ", "(to ", ") cmd", "tty=", "crontabs",
    "\\users\\", "'@'", "author", "actor", "member", "credential", "host", "server", "node", "peer", "relay",
    "begin ", "psk", "otp", "identified", "basic ", "://", "@",
)  # fmt: skip
"""One of these stands in every line that tells a name or a secret as such."""

_VARYING = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T?|[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?|\[[0-9]+\]|port [0-9]+|pid[= ][0-9]+"
)
"""What makes two lines differ that tell the same name."""

_HOST_OF_LINE = (
    r"^(?:<[0-9]{1,3}>)?(?:1 )?"
    r"(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.,]+(?:Z|[+-][0-9:]{4,6})) "
    r"([A-Za-z0-9][A-Za-z0-9_.-]{0,252}) [^ ]{1,64}[:\[ ]"
)
_DOTTED = r"[A-Za-z0-9][A-Za-z0-9-]*(?:[.][A-Za-z0-9-]+)+[.(_]?[A-Za-z0-9]{0,4}"


@dataclass
class Met:
    """What was met: accounts, machines and secrets, and the key that follows from all bytes read."""

    users: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    secrets: set[tuple[str, str]] = field(default_factory=set)
    key: bytes = b""


def collect(files: Iterable[LogFile]) -> Met:
    """Everything that is told as such anywhere in these files, and in their names.  Never raises for one of them."""
    met = Met()
    digest = hashlib.blake2b(digest_size=KEY_BYTES, person=b"redaction")
    for file in sorted(files, key=lambda file: file.name):
        digest.update(file.name.encode("utf-8", "backslashreplace") + b"\0")
        _from_text(met, file.name)
        for lines in _lines(file, digest):
            _from_lines(met, lines)
    met.key = digest.digest()
    return met


def collect_saved(data: bytes) -> Met:
    """The same for a timeline that was saved as Parquet: from every column that holds text."""
    met = Met(key=hashlib.blake2b(data, digest_size=KEY_BYTES, person=b"redaction").digest())
    frame = pl.read_parquet(io.BytesIO(data))
    for name, dtype in frame.schema.items():
        if dtype == pl.String:
            _from_lines(met, frame.get_column(name).drop_nulls().unique(maintain_order=True))
    return met


def _lines(file: LogFile, digest: hashlib.blake2b) -> Iterator[pl.Series]:
    if file.kind != "text":
        for texts in _batches(text for _, text in told_by_all(file)):
            digest.update("\n".join(texts).encode("utf-8", "backslashreplace"))
            yield pl.Series(texts)
        return
    for block in BlockReader(file, digest=False):
        digest.update(block.data)
        yield lines_of(block)[0].get_column("text")


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(texts, BATCH)):
        yield batch


def _from_lines(met: Met, lines: pl.Series) -> None:
    met.hosts.update(lines.str.extract(_HOST_OF_LINE).drop_nulls().unique())
    dotted = lines.str.extract_all(_DOTTED).explode().drop_nulls().unique()
    for text in dotted:
        met.hosts.update(text[begin:end] for begin, end in domains_in(text))
    telling = lines.filter(lines.str.contains_any(list(_TELL), ascii_case_insensitive=True))
    kinds = telling.str.replace_all(_VARYING, "0")
    for text in telling.filter(kinds.is_first_distinct()):
        _from_text(met, text)


def _from_text(met: Met, text: str) -> None:
    for said in {text, unescaped(text)}:
        low = said.lower()
        met.users.update(said[begin:end] for begin, end in users_in(said, low))
        met.hosts.update(said[begin:end] for begin, end in hosts_in(said, low))
        met.secrets.update(
            (hit.kind, said[hit.begin : hit.end]) for hit in secrets_in(said) if hit.end - hit.begin >= LONG_ENOUGH
        )
        for kind, begin, end in pairs_in(said):
            if kind == USER:
                met.users.update(said[first:last] for first, last in a_user(said, begin, end))
            elif kind == SECRET:
                if end - begin >= LONG_ENOUGH:
                    met.secrets.add(("secret by name", said[begin:end]))
            elif any(char in ".-0123456789" for char in said[begin:end]):  # "client=android" names no machine
                met.hosts.update(said[first:last] for first, last in a_machine(said, begin, end))
