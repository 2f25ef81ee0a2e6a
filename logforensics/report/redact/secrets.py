"""Finds secrets in a text by their shape (secrets.toml), and long numbers that belong to one person or session."""

# ruff: noqa: E501 - a pattern reads best unbroken

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Secret(NamedTuple):
    """One kind: its name, a text that each hit holds (case does not matter), and the pattern; group 1 is the secret."""

    kind: str
    hint: str
    pattern: re.Pattern[str]


@cache
def kinds() -> tuple[Secret, ...]:
    """The kinds of secrets.toml, in its order."""
    text = (files("logforensics") / "report" / "redact" / "secrets.toml").read_bytes().decode("utf-8")
    return tuple(Secret(row["kind"], row["hint"], re.compile(row["pattern"])) for row in tomllib.loads(text)["secrets"])


_OPAQUE = re.compile(
    r"(?<![A-Za-z0-9])(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9a-f]{32,128}|[0-9A-F]{32,128})(?![A-Za-z0-9])"
)
"""A UUID, or a number as long as a hash or a session's: it names one machine, disk, session or person."""

_LONG = re.compile(r"(?<![A-Za-z0-9_+-])[A-Za-z0-9_+-]{32,512}={0,2}(?![A-Za-z0-9_+-])")
_CARD = re.compile(
    r"(?<![0-9.])(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6(?:011|5[0-9]{2})|3[47][0-9]{2})(?:[ -]?[0-9]){11,12}(?![0-9])"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")


class Hit(NamedTuple):
    """A stretch of a text that is a secret."""

    begin: int
    end: int
    kind: str


def secrets_in(text: str) -> Iterator[Hit]:
    """Every secret in a text; they may overlap."""
    low = text.lower()
    for secret in kinds():
        if secret.hint in low:
            for match in secret.pattern.finditer(text):
                yield Hit(*match.span(1), secret.kind)
    yield from _numbers(text)


def _numbers(text: str) -> Iterator[Hit]:
    """Long numbers that belong to one person, session or machine."""
    if len(text) < 13:
        return
    for match in _OPAQUE.finditer(text):
        yield Hit(*match.span(), "identifier")
    for match in _LONG.finditer(text):
        if _random(match.group()):
            yield Hit(*match.span(), "identifier")
    for match in _CARD.finditer(text):
        if _luhn(match.group()):
            yield Hit(*match.span(), "card number")
    for match in _IBAN.finditer(text):
        if _mod97(match.group()):
            yield Hit(*match.span(), "bank account")


def _random(word: str) -> bool:
    """Whether a long word mixes small and capital letters and digits, as words do not that somebody chose."""
    kinds = [sum(map(test, word)) for test in (str.islower, str.isupper, str.isdigit)]
    return min(kinds) >= 3


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) if index % 2 else digit for index, digit in enumerate(reversed(digits))]
    return len(digits) in {15, 16} and sum(doubled) % 10 == 0


def _mod97(text: str) -> bool:
    """ISO 13616: an IBAN's check digits."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1
