"""Turns names, addresses and secrets into pseudonyms: the same one for the same value, and never one for two values."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from logforensics.report.redact.addresses import Addresses
from logforensics.report.redact.ordinary import ACCOUNTS, HOSTS, telling

KEY_BYTES = 32
DIGITS = 8
"""Base-32 digits of a pseudonym: 40 bits, so that a million names seldom meet; those that do get more."""

MARKS = {
    "user": "user", "host": "host", "domain": "site", "identifier": "id", "card number": "card",
    "bank account": "account",
}  # fmt: skip
"""What a pseudonym begins with, by kind; any other kind is a secret."""

_SECOND = frozenset(
    {"co", "com", "org", "net", "gov", "gob", "ac", "edu", "or", "ne", "go", "id", "asn", "gv", "govt", "mil"}
)
"""Labels in front of a country's that belong to it: example.co.uk is the domain, not co.uk."""

_OURS = re.compile(r"(?:user|host|site|id|card|account|secret)-[a-z2-7]{8,}|example")


class Pseudonyms:
    """What each value is called instead, from a key of KEY_BYTES and, if there is one, the table of an earlier run.

    `table` maps kind and value to pseudonym.
    """

    def __init__(self, key: bytes, table: dict[str, dict[str, str]] | None = None) -> None:
        self.key = key
        self.addresses = Addresses(hashlib.blake2b(key, digest_size=32, person=b"addresses").digest())
        self.table: dict[str, dict[str, str]] = {} if table is None else table
        self._taken = {pseudonym for values in self.table.values() for pseudonym in values.values()}
        self._words: dict[str, tuple[str, str]] = {}
        self._ordinary: dict[str, tuple[str, str]] = {}
        for kind in ("user", "host"):
            for value in self.table.get(kind, {}):
                self.look_for(kind, value)

    def of(self, kind: str, value: str) -> str:
        """The pseudonym of a value of one kind (MARKS, or a kind of secret)."""
        known = self.table.setdefault(kind, {})
        if value not in known:
            known[value] = self._new(kind, value)
        return known[value]

    def _new(self, kind: str, value: str) -> str:
        mark = MARKS.get(kind, "secret")
        # all secrets share a space, so that one that is met in two ways is called the same
        digest = hashlib.blake2b(value.encode("utf-8", "backslashreplace"), key=self.key, person=mark.encode()).digest()
        name = base64.b32encode(digest).decode().lower().rstrip("=")
        length = DIGITS
        while f"{mark}-{name[:length]}" in self._taken and not self._same(mark, name[:length], value):
            length += 1
        pseudonym = f"{mark}-{name[:length]}"
        self._taken.add(pseudonym)
        return pseudonym

    def _same(self, mark: str, name: str, value: str) -> bool:
        """Whether a pseudonym is taken by the same value, met as another kind of secret."""
        return any(
            values.get(value) == f"{mark}-{name}"
            for kind, values in self.table.items()
            if MARKS.get(kind, "secret") == mark
        )

    def user(self, name: str) -> str:
        """The pseudonym of an account, also of DOMAIN\\USER and of USER@DOMAIN; accounts of the system keep theirs."""
        before, slash, own = name.rpartition("\\")
        if slash:
            return f"{self.host(before.rstrip(chr(92)))}\\{self.user(own)}"
        local, at, domain = name.rpartition("@")
        if at and local and domain:
            return f"{self.user(local)}@{self.host(domain)}"
        low = name.lower()
        return name if low in ACCOUNTS else self.of("user", low)

    def host(self, name: str) -> str:
        """The pseudonym of a machine or domain, label by label, the domain under "example" (RFC 2606)."""
        low = name.lower().rstrip(".")
        if low in HOSTS:
            return name
        if (address := self.address(name)) is not None:
            return address
        labels = low.split(".")
        if len(labels) == 1:
            return self.of("host", low)
        own = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
        domain = self.of("domain", ".".join(labels[-own:]))
        return ".".join(
            [*(label if label == "www" else self.of("host", label) for label in labels[:-own]), domain, "example"]
        )

    def address(self, text: str) -> str | None:
        """The pseudonym of an IPv4 or IPv6 address, with its scope or prefix length; None for what is none.

        A network (its host bits are zero, its length stands behind it) becomes the network that its hosts are in then.
        """
        bare, slash, length = text.partition("/")
        try:
            found = ip_address(bare)
            hidden = self.addresses.ipv4(bare) if found.version == 4 else self.addresses.ipv6(bare)
            if slash:
                network = ip_network(text, strict=False)
                if network.network_address == found:
                    hidden = str(ip_network(f"{hidden}/{length}", strict=False).network_address)
        except ValueError:
            return None
        if hidden != bare:
            self.table.setdefault(f"ipv{found.version}", {})[bare] = hidden
        return hidden + slash + length

    def mac(self, text: str) -> str:
        """The pseudonym of a hardware address in any of its notations, group by group."""
        digits = re.sub(r"[^0-9A-Fa-f]", "", text)
        hidden = iter(self.addresses.mac(bytes.fromhex(digits)).hex())
        return "".join(next(hidden) if char in "0123456789abcdefABCDEF" else char for char in text)

    def look_for(self, kind: str, name: str) -> None:
        """Takes a name into those that are looked for everywhere, if it is worth it."""
        low = name.lower()
        if not _OURS.fullmatch(low) and self.address(name) is None:
            (self._words if telling(name) else self._ordinary).setdefault(low, (kind, name))

    def known(self, word: str, *, whole: bool = False) -> tuple[str, str] | None:
        """Kind and pseudonym of a word that is somebody's name; None for all others.

        With `whole` the word is all that its place says, and then it may be an ordinary word as well.
        """
        low = word.lower()
        found = self._words.get(low) or (self._ordinary.get(low) if whole else None)
        if found is None:
            return None
        kind, name = found
        hidden = self.user(name) if kind == "user" else self.host(name) if kind == "host" else self.of(kind, name)
        return (kind, hidden) if hidden != name else None

    def assign(self) -> None:
        """Gives everything that is looked for its pseudonym now, so that `originals` knows it."""
        for word in (*self._words, *self._ordinary):
            self.known(word, whole=True)

    def originals(self) -> Iterator[tuple[str, str]]:
        """(pseudonym, original) of everything met, the longest pseudonyms first."""
        pairs = [(pseudonym, value) for values in self.table.values() for value, pseudonym in values.items()]
        return iter(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))
