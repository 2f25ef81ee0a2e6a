"""Cuts a made tree down to a fixture: of each text log the head, the tail, and one line of each shape, in their order.

    python tests/stock/excerpt.py TREE FIXTURE

Lines in which KEPT is found are kept whatever their shape: boots, stops and restarts are told by them.  Addresses that
are not of RFC 5737 or of this machine become such ones, and the mirror's name becomes deb.example.net.  Continuation
lines (indented ones, those of a trace) go with their event.  Login records are copied with the addresses changed.
"""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path

MOST = {"syslog": 90, "kern.log": 40, "audit/audit.log": 16}
"""Lines of a log; DEFAULT where none is given."""

DEFAULT = 22
HEAD, TAIL = 5, 3
KEPT = re.compile(
    rb"Linux version|Command line: |Journal st|Stopped target"
    rb"|Reached target (?:Shut|Fin|Reb|Pow|reboot|shutdown|final)"
    rb"|[Ss]hutting down|rsyslogd.*(?:start|exit)|systemd-shutdown|Startup finished in .*kernel|signal 15|EXT4-fs"
)
FOLLOWS = re.compile(rb"^(?:[ \t]|Traceback|$)")
WHOLE = re.compile(r"(?:lsb-release|timezone|media-info)$")
LEFT_OUT = re.compile(r"journal/|sysstat/|\.journal|README$|private$|\.db$|\.xz$")
_LOGINS = re.compile(r"[wb]tmp(?:\.[0-9]+)?$")
_ROTATED = re.compile(r"(?:\.[0-9]+)?$")
_ADDRESS = re.compile(rb"(?<![0-9A-Za-z.:~+-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.~+-])")
_OWN = (b"127.", b"0.", b"255.", b"192.0.2.", b"198.51.100.", b"203.0.113.", b"224.", b"239.")


def anonymous(text: bytes) -> bytes:
    """The text without addresses and names of other machines."""

    def changed(match: re.Match[bytes]) -> bytes:
        found = match[0]
        return found if found.startswith(_OWN) else b"203.0.113." + found.rpartition(b".")[2]

    text = _ADDRESS.sub(changed, text)
    text = re.sub(rb"(?:/[^ \"/]+)+/work/root(?=/)", b"/target", text)  # where the tree was made
    text = re.sub(rb"(?<=@)vm\b", b"stock.example.net", text)  # on what
    text = re.sub(rb"\bf[ed][0-9a-f]{2}(?::[0-9a-f]{0,4}){2,7}", b"2001:db8::1", text)
    return re.sub(
        rb"[a-z0-9.-]+\.debian\.(?:org|pool\.ntp\.org)|[a-z0-9]+\.debian\.pool\.ntp\.org", b"deb.example.net", text
    )


def shape(line: bytes) -> bytes:
    """What is left of a line without its numbers and names in quotes: the same for lines of one kind."""
    text = re.sub(rb"\"[^\"]*\"|'[^']*'|/[^ :,;]+", b"~", line[15:] if len(line) > 40 else line)
    return re.sub(rb"[0-9a-f]*[0-9][0-9a-f]*", b"0", text)[:48]


def excerpt(name: str, data: bytes) -> bytes:
    """Some lines of one log."""
    lines = data.split(b"\n")[:-1]
    if WHOLE.search(name):
        return data
    most, seen, kept, room = MOST.get(_ROTATED.sub("", name), DEFAULT), set[bytes](), list[bytes](), 0
    follows = False
    for number, line in enumerate(lines):
        if FOLLOWS.match(line) and number:
            if follows and room < 6:
                kept.append(line)
                room += 1
            continue
        kind = shape(line)
        edge = number < HEAD or number >= len(lines) - TAIL
        follows = edge or KEPT.search(line) is not None or (kind not in seen and len(seen) < most)
        seen.add(kind)
        room = 0
        if follows:
            kept.append(line)
    return b"".join(line + b"\n" for line in kept)


def logins(data: bytes, size: int = 384) -> bytes:
    """Login records with their hosts' addresses changed (ut_host: 256 bytes behind the first 76)."""
    records = []
    for at in range(0, len(data), size):
        record = data[at : at + size]
        host = anonymous(record[76:332].rstrip(b"\0")).ljust(256, b"\0")
        records.append(record[:76] + host + record[332:])
    return b"".join(records)


def main(tree: Path, fixture: Path) -> None:
    """Cuts all logs of a tree."""
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree).as_posix()
        own = name.removeprefix("var/log/")
        if not path.is_file() or path.is_symlink() or LEFT_OUT.search(own) or own in {"faillog", "lastlog"}:
            continue
        data = path.read_bytes()
        last = own.rpartition("/")[2]
        made = logins(data) if _LOGINS.match(last) else data
        if last.endswith(".gz"):
            plain = anonymous(excerpt(own.removesuffix(".gz"), gzip.decompress(data)))
            made = gzip.compress(plain, mtime=0) if plain else data
        elif b"\0" in data[:4096]:
            made = made if _LOGINS.match(last) else b""
        elif data:
            made = anonymous(excerpt(own, data))
        target = fixture / "logs" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if made or not data:
            target.write_bytes(made)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
