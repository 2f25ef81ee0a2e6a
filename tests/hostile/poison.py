"""A folder of logs with every payload in every field that a log has, and an outage, so that the report speaks of it.

The fields: message, host, program, path, client, referrer, agent, device, command, keys and values of JSON, file names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.hostile.payloads import PAYLOADS

START = datetime(2020, 6, 23, 8, tzinfo=UTC)
FAILED = (timedelta(hours=1), timedelta(hours=2))
"""Behind START: when every page that is named after a payload failed."""


def word(payload: str, without: str = "") -> str:
    """A payload as a field without spaces can hold it."""
    return "".join(char for char in payload if not char.isspace() and char not in without)


def line(payload: str) -> str:
    """A payload as a line can hold it."""
    return payload.replace("\n", " ")


def syslog() -> Iterator[str]:
    """Each payload as message, host, program, device, and as a command before the outage."""
    for number, payload in enumerate(PAYLOADS):
        stamp = (START + timedelta(seconds=10 * number)).isoformat()
        yield f"{stamp} web1 app[1]: {line(payload)}"
        yield f"{stamp} web1 {word(payload, ':[]=')}: message {number}"
        if number % 5 == 0:
            device = word(payload, "()")
            yield f"{stamp} web1 kernel: [1.0] EXT4-fs error (device {device}): ext4_find_entry:1455: inode #2"
            yield f"{stamp} web1 sudo: ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND={line(payload)}"


def hosts() -> Iterator[str]:
    """Each payload as the name of a machine, in lines that anything but a space may name."""
    for number, payload in enumerate(PAYLOADS):
        stamp = (START + timedelta(seconds=10 * number)).strftime("%b %d %H:%M:%S")
        yield f"{stamp} {word(payload)} app[1]: message {number}"


def requests() -> Iterator[str]:
    """Each payload as path, client, referrer and agent: pages that fail for an hour, and monitors that see others."""
    for minute in range(180):
        at = START + timedelta(minutes=minute)
        failing = FAILED[0] <= timedelta(minutes=minute) < FAILED[1]
        for step in range(5):
            payload = PAYLOADS[(minute * 5 + step) % len(PAYLOADS)]
            stamp = (at + timedelta(seconds=10 * step)).strftime("%d/%b/%Y:%H:%M:%S +0000")
            text = line(payload).replace('"', "'").replace("\\", "/")
            status = 502 if failing else 200
            yield f'{word(payload)} - - [{stamp}] "GET /{text} HTTP/1.1" {status} 5 "{text}" "{text}"'
        monitor = PAYLOADS[minute % 4].replace("\n", " ").replace('"', "'")
        stamp = (at + timedelta(seconds=55)).strftime("%d/%b/%Y:%H:%M:%S +0000")
        yield f'192.0.2.1 - - [{stamp}] "GET / HTTP/1.1" 200 5 "-" "{monitor}"'
    for payload in PAYLOADS[:8]:
        yield f"unparsed {line(payload)}"


def rows() -> Iterator[str]:
    """Each payload as values, and as a key, of JSON."""
    for number, payload in enumerate(PAYLOADS):
        stamp = (START + timedelta(seconds=10 * number)).isoformat()
        row = {"time": stamp, "level": "error", "msg": payload, "host": payload, "logger": payload, payload: 1}
        yield json.dumps(row)


def write_tree(root: Path) -> list[str]:
    """Writes the folder; the names of its files hold payloads, too, and are given back."""
    root.mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc" / "timezone").write_text(PAYLOADS[0] + "\n", encoding="utf-8")
    for name, lines in (("syslog", syslog()), ("messages", hosts()), ("access.log", requests()), ("app.json", rows())):
        (root / name).write_bytes("\n".join(lines).encode("utf-8", "surrogatepass") + b"\n")
    names = []
    for payload in PAYLOADS[::6]:
        name = (
            payload.replace("/", "_")
            .replace("\0", "_")
            .encode("utf-8", "surrogatepass")[:200]
            .decode("utf-8", "ignore")
        )
        (root / name).write_text(
            f"{START.isoformat()} web1 app[1]: a line\n{START.isoformat()} web1 app[1]: b\n", "utf-8"
        )
        names.append(name)
    return names
