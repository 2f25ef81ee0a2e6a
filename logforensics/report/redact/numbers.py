"""Finds the addresses in a text, of machines and of their network cards, in the notations that logs use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from logforensics.report.redact.pseudonyms import Pseudonyms

Place = tuple[int, int, str, str]
"""Begin, end, kind ("ipv4", "ipv6" or "mac") and pseudonym of an address."""

_V4 = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2}(?![0-9.]))?(?![0-9]|\.[0-9])")
_DASHED = re.compile(r"(?<![0-9-])(?:[0-9]{1,3}-){3}[0-9]{1,3}(?![0-9]|-[0-9])")
_V6 = re.compile(
    r"(?<![0-9A-Za-z:.])[0-9A-Fa-f:]{2,39}(?:(?<=:)(?:[0-9]{1,3}\.){3}[0-9]{1,3})?(?:%[A-Za-z0-9_.-]{1,16})?(?:/[0-9]{1,3})?(?![0-9A-Za-z:])"
)
_MAC = re.compile(
    r"(?<![0-9A-Fa-f:.-])(?:(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})(?![0-9A-Fa-f]|[:.-][0-9A-Fa-f])"
)
_MAC_HEADER = re.compile(r"\bMAC=((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}):((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}):")
"""Netfilter's log writes both addresses and the protocol in one string (net/netfilter/nf_log_syslog.c)."""


def addresses_in(text: str, names: Pseudonyms) -> Iterator[Place]:
    """Every address in a text that has a pseudonym; the stretches may overlap."""
    yield from _dotted(text, names)
    if text.count(":") >= 2:
        for match in _V6.finditer(text):
            hidden = names.address(match.group()) if match.group().count(":") >= 2 else None
            if hidden is not None and hidden.lower() != match.group().lower():
                yield *match.span(), "ipv6", hidden
    yield from _cards(text, names)


def _dotted(text: str, names: Pseudonyms) -> Iterator[Place]:
    for match in _V4.finditer(text):
        hidden = names.address(match.group())
        if hidden is not None and hidden != match.group():
            yield *match.span(), "ipv4", hidden
    for match in _DASHED.finditer(text) if "-" in text else ():
        hidden = names.address(match.group().replace("-", ".")) if _named_by_address(text, match) else None
        if hidden is not None:
            yield *match.span(), "ipv4", hidden.replace(".", "-")


def _cards(text: str, names: Pseudonyms) -> Iterator[Place]:
    for match in _MAC_HEADER.finditer(text):
        yield *match.span(1), "mac", names.mac(match[1])
        yield *match.span(2), "mac", names.mac(match[2])
    for match in _MAC.finditer(text):
        hidden = names.mac(match.group())
        if hidden != match.group():
            yield *match.span(), "mac", hidden


def _named_by_address(text: str, match: re.Match[str]) -> bool:
    """Whether numbers with hyphens are an address in a machine's name, as in ip-10-0-0-1, and not a date."""
    before, after = text[max(0, match.start() - 8) : match.start()], text[match.end() : match.end() + 2]
    return bool(re.search(r"[A-Za-z][.-]?$", before) or re.match(r"\.[A-Za-z]|-[A-Za-z]", after))
