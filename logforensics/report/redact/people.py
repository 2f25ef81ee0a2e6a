"""Finds the names of users in a text, where the grammar of a log says that a name stands there."""

# ruff: noqa: E501 - a pattern reads best unbroken

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = r"[^\s\"'<>(){}\[\],;:=|&?]{1,64}"
"""What may stand where a user's name is expected; anybody may try to log in under any name."""

_QUOTE = r"[\"'`<\[(]{0,2}"

_PATTERNS: tuple[tuple[str, str], ...] = (
    # sshd, PAM, login, su, sudo, cron, logind, useradd: their own words
    (
        " from ",
        rf"(?:Accepted|Failed|Postponed|Partial) [a-z/-]{{1,32}} for (?:invalid user |illegal user )?({_NAME}) from ",
    ),
    (" user ", rf"(?i:\b(?:invalid|illegal|authenticating|unknown|existing) user ){_QUOTE}({_NAME})"),
    ("attempts exceeded", rf"(?i:\battempts exceeded for (?:invalid user )?)({_NAME})"),
    ("user ", rf"\bUser ({_NAME}) (?:from|not|does|is|was|has|in|logged|authenticated)\b"),
    (
        " user",
        (
            rf"(?i:\b(?:for|of|by|as|to|from|new|delete|removed?|lock(?:ed)?|unlock(?:ed)?|disconnect(?:ed|ing) from) user:? )"
            rf"{_QUOTE}({_NAME})"
        ),
    ),
    ("session ", rf"\bsession (?:opened|closed) for ({_NAME})\b"),
    ("(uid=", rf"\bby ({_NAME})\(uid="),
    ("(uid=", rf"\bfor user ({_NAME})\(uid="),
    (
        " : ",
        (
            rf"^\s*({_NAME}) : (?:TTY=|command not allowed|user NOT in|[0-9]{{1,4}} incorrect|a password is required|"
            r"\(command continued\)|problem with|unable to)"
        ),
    ),
    (" by ", rf"\b(?:for|to) ({_NAME}) by ({_NAME})\b(?=\s*$)"),
    ("(to ", rf"\(to ({_NAME})\) ({_NAME}) on "),
    (
        ") ",
        (
            rf"^\s*\(({_NAME})\) (?:CMD|CMDOUT|CMDEND|RELOAD|LIST|BEGIN EDIT|END EDIT|REPLACE|INFO|MAIL|WRONG|ORPHAN|AUTH|ERROR|"
            r"DELETE|STARTUP)\b"
        ),
    ),
    (
        "ed for ",
        rf"(?i:\b(?:password|shell|home(?: directory)?|expiration|[ug]id) (?:changed|set|updated) for ){_QUOTE}({_NAME})",
    ),
    ("name=", rf"\bnew (?:user|group): name=({_NAME})"),
    (" user ", rf"(?i:\b(?:change|delete|add|remove|modify) user ){_QUOTE}({_NAME})"),
    (
        " group",
        rf"(?i:\b(?:add|added|delete|deleted|remove|removed) )['\"`]({_NAME})['\"`] (?:to|from) (?:shadow )?group",
    ),
    ("slice of ", rf"(?i:\bslice of (?:user )?)({_NAME})"),
    (" of user ", rf"(?i:\bsession [A-Za-z0-9]{{1,12}} of user ){_QUOTE}({_NAME})"),
    (" of ", rf"(?i:\b(?:failed login|login|end of the session|accounting record) of )({_NAME})(?= on | from |$)"),
    ("login", rf"(?i:\bLOGIN(?: FAILURE)? (?:ON \S{{1,32}} BY|BY|FAILURE FROM) )({_NAME})"),
    (
        "log",
        (
            rf"(?i:\b(?:logged (?:in|out)(?: as)?|log(?:in|on|ged on) (?:as|by|for|attempt for|failed for|failure for)) )"
            rf"{_QUOTE}({_NAME})"
        ),
    ),
    ("] ", rf"\[({_NAME})\] (?:OK|FAIL) (?:LOGIN|UPLOAD|DOWNLOAD|MKDIR|DELETE|RENAME|CHMOD)\b"),
    ("user ", rf"\bUSER ({_NAME}):? "),
    ("owner of pid", rf"\bOwner of pid \S{{1,12}} is ({_NAME})\b"),
    # databases, mail, Samba
    ("", rf"(?i:\b(?:user|role|account|login|owner) )[\"'`\[]({_NAME})[\"'`\]]"),
    ("]\\[", rf"\[[^\s\[\]]{{0,32}}\]\\\[({_NAME})\]"),
    ("'@'", rf"'({_NAME})'@'"),
    ("=", r"\b[AU]=(?:[a-z_]{1,32}:)?([^\s:]{1,64})(?=\s)"),
    # where accounts have their files and pages
    (
        "/",
        (
            r"/(?:home|Users|export/home|var/mail|spool/mail|spool/cron/crontabs|spool/cron|users|user|u|members?|profiles?|people|"
            r"accounts?)/([A-Za-z0-9._%+@-]{1,64})"
        ),
    ),
    ("~", r"(?:^|[\s=:\"'(/])~([A-Za-z_][A-Za-z0-9._-]{0,63})(?=[/\s\"']|$)"),
    ("users\\", r"(?i:[A-Z]:\\{1,2}Users\\{1,2})([^\\/\s\"']{1,64})"),
    # a user at a machine without a domain
    ("@", r"(?<![A-Za-z0-9._%+@/-])([A-Za-z0-9._%+-]{1,64}+)@(?=[A-Za-z0-9-]{1,63}(?![A-Za-z0-9.-]))"),
)
"""(hint, pattern): the hint, in small letters, stands in every text in which the pattern finds a name."""

_FINDERS = tuple((hint, re.compile(pattern, re.MULTILINE)) for hint, pattern in _PATTERNS)

NO_NAMES = frozenset(
    {
        "a", "an", "and", "as", "at", "by", "can", "cannot", "did", "does", "for", "from", "has", "have", "id", "in",
        "is", "login", "may", "name", "no", "not", "of", "on", "or", "password", "session", "slice", "space", "that",
        "the", "this", "to", "unknown", "until", "was", "which", "with", "agent", "manager", "mode", "process",
        "runtime", "uid", "gid", "null", "none", "nil", "true", "false", "undefined", "getty", "serial-getty", "user",
        "autovt", "modprobe", "cmd", "request", "requests", "input", "output", "data", "database", "authentication",
        "groups", "directory", "service",
    }
)  # fmt: skip
"""Words that stand behind "user" and the like and are no names."""


def users_in(text: str, low: str) -> Iterator[tuple[int, int]]:
    """Where the names of users stand in a text (`low` is the same in small letters); the stretches may overlap."""
    for hint, finder in _FINDERS:
        if hint in low:
            for match in finder.finditer(text):
                for group in range(1, finder.groups + 1):
                    yield from named(text, *match.span(group))


def named(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without the mark of its sentence, if a name can stand there."""
    word = text[begin:end].rstrip(".!`")
    if word and "=" not in word and word.lower() not in NO_NAMES and not word.isdigit() and word[0] not in "/-*%$":
        yield begin, begin + len(word)
