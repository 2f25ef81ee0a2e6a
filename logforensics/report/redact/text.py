"""Turns a text into the same text with pseudonyms in it, also where the names in it are written in escapes."""

# ruff: noqa: E501 - a pattern reads best unbroken

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import quote, unquote

from logforensics.report.redact.machines import hosts_in
from logforensics.report.redact.machines import named as a_machine
from logforensics.report.redact.numbers import addresses_in
from logforensics.report.redact.pairs import SECRET, USER, pairs_in
from logforensics.report.redact.people import named as a_user
from logforensics.report.redact.people import users_in
from logforensics.report.redact.pseudonyms import Pseudonyms
from logforensics.report.redact.secrets import secrets_in

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._+'-])([A-Za-z0-9_+'][A-Za-z0-9._+'-]{0,63}+)"
    r"@([A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.[A-Za-z0-9-]{1,63}){1,8})"
)
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,254}")
_WORD = re.compile(r"[^\s\"'<>(){}\[\],;:=|&?!/\\@#]{3,255}")
_PARTS = re.compile(r"[A-Za-z0-9\u00c0-\uffff]+")
MOST_PARTS = 6
"""Parts of a word in a row that may make up a name: "web-1" in "access_web-1_2020.log"."""

MOST_PARTS_OF_A_WORD = 128
"""Parts of a word that are looked at: what has more holds no name that anybody reads."""

_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\/|&#?[A-Za-z0-9]{2,8};")
_CHUNK = re.compile(r"[^\s\"]+")
MOST_LAYERS = 3
"""How often something may be escaped over: a link in a referrer in a log of a proxy."""

MEMORY = 1 << 14
"""Texts that are remembered: paths and messages recur."""


class Span(NamedTuple):
    """A stretch to be replaced; of two that overlap the one of the lower rank, then the longer one, wins."""

    begin: int
    end: int
    rank: int
    kind: str
    text: str


FIRST = -1
"""The rank of a word that was hidden as what its escapes say."""

Found = tuple[tuple[str, str], ...]
"""(kind, pseudonym) of everything that was replaced in a text."""


class Redactor:
    """Hides what a text tells of people, machines and their secrets; `places` and `distinct` count it, by kind."""

    def __init__(self, names: Pseudonyms) -> None:
        self.names = names
        self.places: Counter[str] = Counter()
        self.distinct: dict[str, set[str]] = defaultdict(set)
        self._remembered = lru_cache(maxsize=MEMORY)(self._hidden)

    def text(self, text: str) -> str:
        """Any text: a message, a path, a name of a file, a sentence."""
        hidden, found = self._remembered(text)
        self._count(found)
        return hidden

    def cell(self, text: str) -> str:
        """A text that may be a name and nothing else, in a column that says of what."""
        known = self.names.known(text, whole=True)
        if known is None:
            return self.text(text)
        self._count((known,))
        return known[1]

    def host(self, name: str) -> str:
        """The value of a field that holds a machine's name or an address."""
        hidden = self.names.host(name)
        if hidden != name:
            self._count(((_address_kind(name) or "host", hidden),))
        return hidden

    def client(self, name: str) -> str:
        """The value of a field that holds an address, or a name where a server looks it up."""
        if name.endswith(":"):  # nginx writes "unix:" for a local socket
            return name
        return self.host(name) if re.fullmatch(r"[A-Za-z0-9_.:%-]+", name) else self.text(name)

    def _count(self, found: Found) -> None:
        for kind, pseudonym in found:
            self.places[kind] += 1
            self.distinct[kind].add(pseudonym)

    def _hidden(self, text: str) -> tuple[str, Found]:
        if not text:
            return text, ()
        spans = list(self._spans(text))
        told: dict[int, Found] = {}
        for span, found in self._escaped(text):
            # a secret that what stands before it gives away is hidden whole, whatever is in it
            if not any(other.begin <= span.begin and span.end <= other.end for other in spans):
                spans.append(span)
                told[span.begin] = found
        return self._replaced(text, spans, told)

    def _escaped(self, text: str) -> Iterator[tuple[Span, Found]]:
        """Words with escapes in them, hidden as what they say, where that holds anything to hide."""
        if not _ESCAPED.search(text):
            return
        for match in _CHUNK.finditer(text):
            written = match.group()
            said = unescaped(written)
            if said == written:
                continue
            hidden, found = self._replaced(said, self._spans(said), {})
            if found:
                # what was hidden once is not hidden once more: the pseudonym of an address is an address
                yield Span(match.start(), match.end(), FIRST, "", _escaped_again(hidden, written)), found

    def _replaced(self, text: str, found: Iterable[Span], told: Mapping[int, Found]) -> tuple[str, Found]:
        spans = _chosen(found)
        if not spans:
            return text, ()
        parts, at = [], 0
        every: list[tuple[str, str]] = []
        for span in spans:
            parts += [text[at : span.begin], span.text]
            at = span.end
            every += told[span.begin] if span.rank == FIRST else [(span.kind, span.text)]
        return "".join([*parts, text[at:]]), tuple(every)

    def _spans(self, text: str) -> Iterator[Span]:
        names = self.names
        for begin, end, kind in secrets_in(text):
            if not _is_pseudonym(text[begin:end]):
                yield Span(begin, end, 0, kind, names.of(kind, text[begin:end]))
        if "@" in text:
            yield from self._emails(text)
        for begin, end, kind, hidden in addresses_in(text, names):
            yield Span(begin, end, 2, kind, hidden)
        low = text.lower()
        for begin, end in users_in(text, low):
            yield from self._user(text, begin, end)
        for begin, end in hosts_in(text, low):
            yield from self._host(text, begin, end)
        if "=" in text or ":" in text:
            yield from self._pairs(text)
        yield from self._known(text)

    def _pairs(self, text: str) -> Iterator[Span]:
        for kind, begin, end in pairs_in(text):
            if kind == SECRET:
                if not _is_pseudonym(text[begin:end]):
                    yield Span(begin, end, 0, "secret by name", self.names.of("secret by name", text[begin:end]))
            elif kind == USER:
                for stretch in a_user(text, begin, end):
                    yield from self._user(text, *stretch)
            elif _HOST.fullmatch(text[begin:end]):
                for stretch in a_machine(text, begin, end):
                    yield from self._host(text, *stretch)

    def _user(self, text: str, begin: int, end: int) -> Iterator[Span]:
        word = text[begin:end]
        hidden = self.names.user(unescaped(word))
        if hidden != word and not _is_pseudonym(word) and self.names.address(word) is None:
            yield Span(begin, end, 3, "user", hidden)

    def _host(self, text: str, begin: int, end: int) -> Iterator[Span]:
        word = text[begin:end]
        hidden = self.names.host(word)
        if hidden != word and not _is_pseudonym(word):
            yield Span(begin, end, 4, _address_kind(word) or "host", hidden)

    def _emails(self, text: str) -> Iterator[Span]:
        for match in _EMAIL.finditer(text):
            local, domain = match[1], match[2]
            if not _is_pseudonym(local):
                yield Span(
                    *match.span(), 1, "e-mail", f"{self.names.of('user', local.lower())}@{self.names.host(domain)}"
                )

    def _known(self, text: str) -> Iterator[Span]:
        """Names and secrets that were met anywhere, where nothing says that they are any."""
        known = self.names.known
        for match in _WORD.finditer(text):
            whole = match.group().rstrip(".")
            if (found := known(whole)) is not None:
                yield Span(match.start(), match.start() + len(whole), 5, *found)
                continue
            parts = [part.span() for part in _PARTS.finditer(whole)][:MOST_PARTS_OF_A_WORD]
            for first, (begin, _) in enumerate(parts):
                for _, end in reversed(parts[first : first + MOST_PARTS]):
                    if (found := known(whole[begin:end])) is not None:
                        yield Span(match.start() + begin, match.start() + end, 5, *found)
                        break


def _chosen(spans: Iterable[Span]) -> list[Span]:
    """Spans that do not overlap, in order."""
    taken: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.rank, span.begin - span.end, span.begin)):
        if span.begin < span.end and all(span.end <= other.begin or other.end <= span.begin for other in taken):
            taken.append(span)
    return sorted(taken)


def _address_kind(word: str) -> str | None:
    for kind, parse in (("ipv4", IPv4Address), ("ipv6", IPv6Address)):
        try:
            parse(word)
        except ValueError:
            continue
        return kind
    return None


def _is_pseudonym(word: str) -> bool:
    return bool(_PSEUDONYM.fullmatch(word))


_PSEUDONYM = re.compile(r"(?:(?:user|host|site|id|card|account|secret)-[a-z2-7]{8,}[.@]?|www\.|example)+")


def unescaped(text: str) -> str:
    """What a text says once its escapes are undone: %XX, \\xNN, \\uNNNN, \\/ and entities, layer by layer."""
    for _ in range(MOST_LAYERS):
        found = unquote(text, errors="backslashreplace") if "%" in text else text
        if "\\" in found:
            found = re.sub(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\(/)", _character, found)
        if "&" in found and ";" in found:
            found = html.unescape(found)
        if found == text:
            break
        text = found
    return text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return "/"
    char = chr(int(match[1] or match[2], 16))
    # a control or half a surrogate pair stays in its escape: undone, it could split the text
    return char if char.isprintable() else match.group()


def _escaped_again(hidden: str, written: str) -> str:
    """A text whose escapes were undone, so written that it stands where it stood: without spaces, quotes and controls."""
    if "%" in written:
        return quote(hidden, safe="/?&=:;,+@~!$'()*#[]|{}-._\\")
    return "".join(char if char.isprintable() and char not in ' "' else f"\\u{ord(char):04x}" for char in hidden)
