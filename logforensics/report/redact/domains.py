"""Finds domain names in a text by their form alone: what ends in a top-level domain and is no file and no class."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

_COUNTRIES = frozenset(
    {
        "ac", "ad", "ae", "af", "ag", "ai", "al", "am", "ao", "aq", "ar", "as", "at", "au", "aw", "ax", "az", "ba",
        "bb", "bd", "be", "bf", "bg", "bh", "bi", "bj", "bm", "bn", "bo", "br", "bs", "bt", "bw", "by", "bz", "ca",
        "cc", "cd", "cf", "cg", "ch", "ci", "ck", "cl", "cm", "cn", "co", "cr", "cu", "cv", "cw", "cx", "cy", "cz",
        "de", "dj", "dk", "dm", "do", "dz", "ec", "ee", "eg", "er", "es", "et", "eu", "fi", "fj", "fk", "fm", "fo",
        "fr", "ga", "gd", "ge", "gf", "gg", "gh", "gi", "gl", "gm", "gn", "gp", "gq", "gr", "gs", "gt", "gu", "gw",
        "gy", "hk", "hm", "hn", "hr", "ht", "hu", "id", "ie", "il", "im", "in", "io", "iq", "ir", "is", "it", "je",
        "jm", "jo", "jp", "ke", "kg", "kh", "ki", "km", "kn", "kp", "kr", "kw", "ky", "kz", "la", "lb", "lc", "li",
        "lk", "lr", "ls", "lt", "lu", "lv", "ly", "ma", "mc", "md", "me", "mg", "mh", "mk", "ml", "mm", "mn", "mo",
        "mp", "mq", "mr", "ms", "mt", "mu", "mv", "mw", "mx", "my", "mz", "na", "nc", "ne", "nf", "ng", "ni", "nl",
        "no", "np", "nr", "nu", "nz", "om", "pa", "pe", "pf", "pg", "ph", "pk", "pl", "pm", "pn", "pr", "ps", "pt",
        "pw", "py", "qa", "re", "ro", "rs", "ru", "rw", "sa", "sb", "sc", "sd", "se", "sg", "sh", "si", "sj", "sk",
        "sl", "sm", "sn", "so", "sr", "ss", "st", "su", "sv", "sx", "sy", "sz", "tc", "td", "tf", "tg", "th", "tj",
        "tk", "tl", "tm", "tn", "to", "tr", "tt", "tv", "tw", "tz", "ua", "ug", "uk", "us", "uy", "uz", "va", "vc",
        "ve", "vg", "vi", "vn", "vu", "wf", "ws", "ye", "yt", "za", "zm", "zw",
    }
)  # fmt: skip
"""The top-level domains of countries (ISO 3166-1, and the few others of two letters)."""

_GENERIC = frozenset(
    {
        "academy", "aero", "agency", "amazon", "app", "apple", "arpa", "asia", "bank", "bayern", "berlin", "biz",
        "blog", "cat", "center", "cloud", "club", "com", "coop", "corp", "dev", "digital", "domain", "edu", "email",
        "example", "google", "gov", "group", "hamburg", "home", "host", "hosting", "info", "int", "internal",
        "intranet", "invalid", "jobs", "koeln", "lan", "life", "live", "local", "localdomain", "localnet", "london",
        "media", "microsoft", "mil", "mobi", "museum", "name", "net", "network", "news", "nyc", "office", "onion",
        "online", "org", "page", "paris", "post", "priv", "private", "pro", "services", "shop", "site", "software",
        "solutions", "space", "store", "studio", "swiss", "sydney", "systems", "team", "tech", "tel", "test",
        "today", "tokyo", "travel", "website", "wien", "works", "world", "xxx", "xyz",
    }
)  # fmt: skip
"""Top-level domains of more than two letters that servers are found under, those for private use (RFC 6762 appendix G,
RFC 2606) included.  A name under any other is found where it stands in a URL, an e-mail address or a host's place."""

_ENDINGS = frozenset(
    {
        "ac", "ai", "am", "as", "at", "be", "by", "bz", "cc", "cf", "do", "id", "im", "in", "is", "it", "la", "md",
        "me", "mk", "ml", "mo", "ms", "my", "no", "pl", "pm", "ps", "py", "rs", "sh", "so", "st", "tf", "to", "us",
        "vi",
    }
)  # fmt: skip
"""Countries that end more file names and sentences than names of machines: they need two labels in front."""

_AFTER = frozenset(
    {
        "access", "bak", "bz2", "conf", "crt", "csv", "err", "error", "gz", "html", "json", "key", "log", "md",
        "old", "out", "pem", "service", "tar", "txt", "xz", "zip", "zst",
    }
)  # fmt: skip
"""What a file called after a machine ends in: web1.example.net.log."""

_NO_HOSTS = frozenset({"asp.net", "ado.net", "vb.net", "socket.io", "java.net", "java.io"})
_FACILITIES = frozenset(
    {
        "mail", "daemon", "auth", "authpriv", "kern", "user", "cron", "syslog", "news", "lpr", "uucp", "ftp", "debug",
        "messages",
    }
)  # fmt: skip
"""Syslog's facilities: mail.info is a log (syslog.conf(5)), not a domain."""

_RUN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def domains_in(text: str) -> Iterator[tuple[int, int]]:
    """Where domain names stand in a text, by their form alone."""
    if "." in text:
        for run in _RUN.finditer(text):
            if "." in run.group():
                yield from _domains(text, *run.span())


def _domains(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The longest domain names in a run of labels."""
    labels = text[begin:end].split(".")
    ends: list[int] = []
    at = begin
    for label in labels:
        at += len(label)
        ends.append(at)
        at += 1
    small = _leading(labels, str.lower)
    capital = _leading(labels, str.upper)
    for last in range(len(labels) - 1, 0, -1):
        one_case = last < small or last < capital
        if one_case and labels[last - 1] and _is_domain(labels, last, text[ends[last] : ends[last] + 12]):
            sound = itertools.takewhile(lambda at: _LABEL.fullmatch(labels[at]), range(last, -1, -1))
            first = min(sound, default=last)
            if first < last:
                yield ends[first] - len(labels[first]), ends[last]
            return


def _leading(labels: list[str], case: Callable[[str], str]) -> int:
    """How many labels in a row, from the first on, are written in one case."""
    return next((at for at, label in enumerate(labels) if label != case(label)), len(labels))


def _is_domain(labels: list[str], last: int, after: str) -> bool:
    """Whether labels up to the last one end like a domain name, given the text behind them."""
    # ".log" behind a name is a file's ending, ".Client" behind one makes it a class in a program
    follows = re.match(r"\.([A-Za-z0-9]+)", after)
    if follows and not follows[1].isdigit() and follows[1].lower() not in _AFTER:
        return False
    if after[:1] in {"(", "_"}:
        return False
    top = labels[last].lower()
    if last == 1 and f"{labels[0].lower()}.{top}" in _NO_HOSTS:
        return False
    if not any(char.isalpha() for char in labels[last - 1]) and top != "arpa":
        return False
    if top in _GENERIC:
        return not (
            last == 1 and top == "info" and (labels[0].lower() in _FACILITIES or labels[0].lower().startswith("local"))
        )
    return top in _COUNTRIES and (top not in _ENDINGS or last > 1)
