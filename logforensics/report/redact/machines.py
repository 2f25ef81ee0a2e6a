"""Finds the names of machines in a text, where a log says that one stands there."""

# ruff: noqa: E501 - a pattern reads best unbroken

from __future__ import annotations

import re
from collections.abc import Iterator

from logforensics.report.redact.domains import domains_in

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9])?"

_PLACES: tuple[tuple[str, str], ...] = (
    ("://", rf"(?i:\b[a-z][a-z0-9+.-]{{1,20}}+://)(?:[^\s/?#@\"'<>]{{0,320}}@)?({_HOST})"),
    ("@", rf"(?<![A-Za-z0-9.])[A-Za-z0-9._%+-]{{1,64}}+@({_HOST})"),
    ("//", rf"(?<![:/\w])//({_HOST})(?=[/:?\s\"'])"),
    ("hostname", rf"(?i:\bhostname (?:set )?to )[\"'<]?({_HOST})"),
    (
        "[",
        rf"(?i:\b(?:from|to|at|with|by|via|host|connect(?:ed|ing|ion)?(?: from| to)?) )({_HOST})(?=\[[0-9A-Fa-f.:]{{3,45}}\])",
    ),
    ("h=", rf"\bH=\(?({_HOST})"),
    ("helo", rf"(?i:\bhelo )[\"(]?({_HOST})"),
    ("resolve", rf"(?i:\b(?:could not|unable to|cannot) resolve(?: host)?:? )[\"'`]?({_HOST})"),
    (
        "connect",
        rf"(?i:\b(?:connect to host|connecting to|connected to|failed to connect to) )[\"'`]?({_HOST})(?=[\s\"'`:,;)]|$)",
    ),
    ("host", rf"(?i:\b(?:unknown host|route to host|getaddrinfo for):? )[\"'`]?({_HOST})"),
    ("ssh: ", rf"\bssh: ({_HOST})"),
    ("'@'", rf"'@'({_HOST})'"),
)
"""(hint, pattern): the hint, in small letters, stands in every text in which the pattern finds a machine."""

_FINDERS = tuple((hint, re.compile(pattern, re.MULTILINE)) for hint, pattern in _PLACES)
_SYSLOG = re.compile(
    r"(?:<[0-9]{1,3}>)?(?:1 )?(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.,]{8,20}(?:Z|[+-][0-9:]{4,6})) "
    rf"({_HOST}) (?=\S{{1,64}}[:\[ ])"
)

_NO_NAMES = frozenset(
    {
        "",
        "Where the names of machines stand in a text (`low` is the same in small letters); the stretches may overlap.",
        "Words that stand where a machine's name could and are none.", "a", "all", "an", "and", "any", "at",
        "available", "bus", "by", "client", "closed", "default", "denied", "did", "down", "error", "failed", "false",
        "for", "found", "from", "has", "host", "http", "https", "in", "is", "it", "its", "key", "keys", "local",
        "localhost", "loop", "lost", "name", "nil", "no", "none", "not", "null", "on", "or", "port", "refused",
        "remote", "request", "response", "sent", "server", "socket", "started", "stopped", "tcp", "that", "the",
        "this", "timed", "to", "true", "udp", "unavailable", "unix", "unknown", "unreachable", "up", "was", "with",
    }
)  # fmt: skip
"""Words that stand where a machine's name could and are none."""


def hosts_in(text: str, low: str) -> Iterator[tuple[int, int]]:
    """Where the names of machines stand in a text (`low` is the same in small letters); the stretches may overlap."""
    yield from domains_in(text)
    if (line := _SYSLOG.match(text)) is not None:
        yield from named(text, *line.span(1))
    for hint, finder in _FINDERS:
        if hint in low:
            for match in finder.finditer(text):
                yield from named(text, *match.span(1))


def named(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch, if a machine's name can stand there."""
    word = text[begin:end].rstrip(".")
    if word and word.lower() not in _NO_NAMES and not word.replace(".", "").isdigit():
        yield begin, begin + len(word)
