"""S22: what --redact hides is in no output of any command, in whatever way it is written; numbers stay as they are."""

from __future__ import annotations

import html
import json
import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import polars as pl
import pytest

from logforensics.report.redact.collect import Met
from logforensics.report.redact.door import redacting
from tests.hostile.evidence import logforensics
from tests.hostile.tokens import EMAILS, HOSTS, IPV4, IPV6, MACS, NAMED, SHAPED, USERS

TOKENS = {
    **{f"user {name}": name for name in USERS},
    **{f"host {name}": name for name in HOSTS},
    **{f"e-mail {name}": name for name in EMAILS},
    **{f"address {name}": name for name in (*IPV4, *IPV6, *MACS)},
    **SHAPED,
    **{name: secret for name, (_, secret) in NAMED.items()},
}
"""Everything that must not be told, by what it is."""


def percent(text: str) -> str:
    """Every character as %XX."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def messages() -> list[str]:
    """Lines that tell a user, a machine, an address or a secret, as programs word it, once each."""
    lines = [
        "sshd[812]: Accepted password for zoltan7 from 203.0.113.77 port 22 ssh2",
        "sshd[812]: Failed password for invalid user mareike.b from 2001:db8:4711::beef port 4022 ssh2",
        "sudo: vjones : TTY=pts/0 ; PWD=/home/vjones ; USER=root ; COMMAND=/usr/bin/less /home/qadir_x/mail",
        "sudo: pam_unix(sudo:session): session opened for user qadir_x(uid=1001) by zoltan7(uid=1000)",
        "CRON[99]: (vjones) CMD (/home/vjones/bin/run)",
        "systemd-logind[1]: New session 3 of user zoltan7.",
        "useradd[7]: new user: name=mareike.b, UID=1002, GID=1002, home=/home/mareike.b, shell=/bin/bash",
        "kernel: [1.0] IN=eth0 OUT= MAC=00:1e:c9:12:34:56:3c:97:0e:ab:cd:ef:08:00 SRC=81.2.69.142 DST=10.47.11.8",
        "dhcpd: DHCPACK on 172.20.9.14 to b8:27:eb:11:22:33 (vega-db2) via eth0; b827.eb11.2233 and 3C-97-0E-AB-CD-EF",
        "ntpd[5]: peer fe80::21e:c9ff:fe12:3456%eth0 and fd12:3456:789a::42 unreachable",
        "postfix/smtp[8]: to=<ines.fuchs@kestrel-mills.co.uk>, relay=shop.kestrel-mills.co.uk[151.101.1.69]:25, sent",
        "app[1]: mail for post+4711@lumen.example.org, o.brien@nimbus.corp.example.net and 2a02:908:1a2b:c3d0::17",
        "app[1]: connecting to nimbus.corp.example.net from edge9.intern.lan (192.168.178.61) via 198.51.100.23",
        "app[1]: ZOLTAN7 and Quasar3 wrote to INES.FUCHS@KESTREL-MILLS.CO.UK from SHOP.KESTREL-MILLS.CO.UK",
        f"app[1]: {percent('zoltan7')} {percent('203.0.113.77')} {quote('ines.fuchs@kestrel-mills.co.uk', safe='')}",
        r"app[1]: \x7aoltan7 said \u0071uasar3 at 10\u002e47.11.8",
        "kernel: [2.0] EXT4-fs (sda1): Remounting filesystem read-only",
        "app[1]: Linux version 5.4.0-39 (vjones@quasar3) (gcc version 9.3.0)",
        'mysqld: Access denied for user "qadir_x"@"vega-db2" (using password: YES)',
    ]
    lines += [f"app[2]: the {name} is {secret}" for name, secret in SHAPED.items()]
    lines += [f"app[3]: {text}" for text, _ in NAMED.values()]
    return lines


def requests() -> list[tuple[str, str, str]]:
    """Path, referrer and agent of requests, each with something to hide."""
    found = [
        (
            "/users/zoltan7/profile",
            "https://shop.kestrel-mills.co.uk/a?mail=ines.fuchs%40kestrel-mills.co.uk",
            "curl/7",
        ),
        ("/~vjones/", "-", "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://nimbus.corp.example.net/)"),
        (f"/x?q={percent('zoltan7')}&ip={percent('10.47.11.8')}", "-", "agent of zoltan7"),
        ("/api/quasar3/vega-db2/status", "http://edge9.intern.lan:8080/", "monitor/1.0 (post+4711@lumen.example.org)"),
    ]
    found += [(f"/s/{secret.replace(' ', '%20')}", "-", "curl/7") for secret in SHAPED.values()]
    found += [
        (text if text.startswith("/") else "/", quote(text, safe="/:?=&"), text.replace('"', "'"))
        for text, _ in NAMED.values()
    ]
    return found


def traffic() -> list[str]:
    """Three hours of requests, in the second of which a page named after a user fails; a monitor sees another one."""
    steady = (
        ("/users/zoltan7/profile", "-", "Mozilla/5.0 of qadir_x"),
        ("/~vjones/", "http://edge9.intern.lan:8080/", "Mozilla/5.0"),
        ("/api/quasar3/status", "-", "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://nimbus.corp.example.net/)"),
    )
    odd = requests()
    lines = []
    for number in range(540):
        path, referrer, agent = odd.pop() if number % 8 == 7 and odd else steady[number % 3]
        failed = path == steady[0][0] and 180 <= number < 360
        second = 20 * number
        stamp = f"23/Jun/2020:{9 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} +1000"
        who = f"{(*IPV4, *IPV6[:3])[number % 10]} - {USERS[number % 4]}"
        lines.append(f'{who} [{stamp}] "GET {path} HTTP/1.1" {504 if failed else 200} 25 "{referrer}" "{agent}"')
    assert not odd
    return lines + [f"?? {token} ??" for token in TOKENS.values()]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of a machine with an outage, every token in every place where it can stand, names of files included."""
    root = tmp_path_factory.mktemp("evidence") / "logs"
    (root / "quasar3").mkdir(parents=True)
    lines = [
        f"2020-06-23T{9 + number // 60:02}:{number % 60:02}:01+10:00 {HOSTS[number % len(HOSTS)]} {message}"
        for number, message in enumerate(messages())
    ]
    (root / "quasar3" / "syslog").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "shop.kestrel-mills.co.uk-access.log").write_text("\n".join(traffic()) + "\n", encoding="utf-8")
    rows = [
        {
            "time": f"2020-06-23T09:{number:02}:00+10:00",
            "level": "error",
            "host": host,
            "msg": message,
            "user": USERS[number % 4],
        }
        for number, (host, message) in enumerate(zip(HOSTS * 4, messages(), strict=False))
    ]
    (root / "app-zoltan7.json.log").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return root


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("report",),
    ("report", "--full"),
    ("report", "--format", "markdown"),
    ("report", "--format", "html"),
    ("report", "--json"),
    *((kind, *way) for kind in ("gaps", "bursts", "failures", "boots", "outages") for way in ((), ("--json",))),
    ("gaps", "--threshold", "1m", "--json"),
    ("outages", "--why", "start"),
    ("report", "--format", "svg"),
    ("report", "--public"),
    ("sources",),
    ("sources", "--json"),
    ("parsers", "explain"),
    ("parsers", "explain", "--json"),
    *(("timeline", "--format", form) for form in ("table", "jsonl", "csv", "ecs", "timesketch", "l2tcsv")),
    ("timeline", "--format", "csv", "--csv-raw"),
    ("query", "select * from timeline", "--json"),
    ("query", "select source, array_agg(host) as hosts, array_agg(path) as p from timeline group by 1", "--json"),
    ("query", "select host as h, client as c, path as p, count(*) as n from timeline group by 1, 2, 3"),
)


def views(text: str) -> Iterator[str]:
    """A text as it is, and as it reads once its escapes are undone; in small letters."""
    yield text.lower()
    yield unquote(text).lower()
    yield unquote(unquote(text)).lower()
    yield html.unescape(text).lower()
    yield re.sub(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1] or m[2], 16)), text).lower()


def told(text: str) -> dict[str, str]:
    """The tokens that a text tells."""
    every = list(views(text))
    return {
        name: token
        for name, token in TOKENS.items()
        if any(form.lower() in view for form in (token, quote(token, safe="")) for view in every)
    }


def test_the_evidence_tells_every_token(tree: Path) -> None:
    """Without --redact each of them is in the timeline, so that its absence means something."""
    out = logforensics("timeline", tree, "--format", "parquet", "-o", tree.parent / "open.parquet", "-q")
    assert out.code in {0, 3}
    frame = pl.read_parquet(tree.parent / "open.parquet")
    text = "\n".join(str(value) for row in frame.iter_rows() for value in row)
    assert set(TOKENS) - set(told(text)) == set()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_s22_no_output_tells_what_is_hidden(tree: Path, command: tuple[str, ...]) -> None:
    """Neither the result nor what is said on stderr, in no spelling."""
    words = 2 if command[0] in {"query", "parsers"} else 1
    done = logforensics(*command[:words], tree, *command[words:], "--redact")
    assert done.code in {0, 3}, done.err
    assert told(done.out) == {}
    assert told(done.err) == {}


@pytest.mark.parametrize("suffix", ["parquet", "sqlite"])
def test_s22_no_binary_output_tells_what_is_hidden(tree: Path, suffix: str, tmp_path: Path) -> None:
    """Nor the files that only programs read."""
    target = tmp_path / f"t.{suffix}"
    assert logforensics("timeline", tree, "--redact", "-q", "-o", target).code in {0, 3}
    if suffix == "parquet":
        rows: list[Any] = pl.read_parquet(target).rows()
    else:
        with sqlite3.connect(target) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            rows = [row for table in tables for row in database.execute(f'select * from "{table}"')]  # noqa: S608
        database.close()
    assert told("\n".join(str(value) for row in rows for value in row)) == {}
    assert told(target.read_bytes().decode("latin-1")) == {}


def test_no_output_about_a_saved_timeline_tells_what_is_hidden(tree: Path, tmp_path: Path) -> None:
    """Evidence may be a timeline that was saved as it was."""
    saved = tmp_path / "open.parquet"
    assert logforensics("timeline", tree, "-q", "-o", saved).code in {0, 3}
    for command in (("timeline", "--json"), ("report", "--full"), ("sources", "--json")):
        done = logforensics(command[0], saved, *command[1:], "--redact")
        assert done.code in {0, 3}
        assert told(done.out) == {}


def numbers(value: Any) -> Any:  # noqa: ANN401  # JSON is what it is
    """A document with its texts and hashes left out, but for times and words of ours."""
    if isinstance(value, dict):
        return {
            key.removeprefix("hmac_"): numbers(inner)
            for key, inner in value.items()
            if key not in {"seal", "redaction", "command"}
        }
    if isinstance(value, list):
        return [numbers(inner) for inner in value]
    return value if not isinstance(value, str) or re.fullmatch(r"[0-9]{4}-[0-9T:.+-]+", value) else ""


def test_every_number_counts_the_originals(tree: Path) -> None:
    """Times, lines, requests and distinct clients are the same; lines' hashes are not (one could guess by them)."""
    plain, redacted = (json.loads(logforensics("report", tree, "--json", *way).out) for way in ((), ("--redact",)))
    assert plain["outages"]
    assert plain["outages"][0]["impact"]["clients"] > 3
    assert numbers(redacted) == numbers(plain)


def test_s22_hashes_of_the_evidence_stay(tree: Path) -> None:
    """They are how a reader knows which evidence it was."""
    plain, redacted = (json.loads(logforensics("report", tree, "--json", *way).out) for way in ((), ("--redact",)))
    assert [row["sha256"] for row in redacted["evidence"]] == [row["sha256"] for row in plain["evidence"]]


def test_what_was_hidden_is_counted(tree: Path) -> None:
    """By kind, with no word of what it was."""
    redaction = json.loads(logforensics("report", tree, "--json", "--redact").out)["redaction"]
    kinds = {row["kind"]: row for row in redaction["hidden"]}
    assert {"user", "host", "ipv4", "ipv6"} <= set(kinds)
    assert all(0 < row["distinct"] <= row["places"] for row in kinds.values())
    assert "Hidden" in logforensics("report", tree, "--format", "markdown", "--redact").out


def test_redaction_is_the_same_in_every_run_and_command(tree: Path) -> None:
    """The evidence gives the key, so that two outputs about it speak of the same pseudonyms."""
    first, second = (logforensics("timeline", tree, "--json", "--redact").out for _ in range(2))
    assert first == second
    hosts = {json.loads(line)["host"] for line in first.rstrip("\n").split("\n")}
    asked = logforensics("query", "select distinct host as h from timeline", tree, "--format", "jsonl", "--redact").out
    assert {json.loads(line)["h"] for line in asked.rstrip("\n").split("\n")} == hosts


LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PLACES = (
    "{0}", "x {0} y", "({0})", "[{0}]", "a={0}", "/p/{0}/q", "'{0}'", '"{0}"', "<{0}>", "{0}:", "{0},{0}",
    "http://{0}/", "_{0}_", "-{0}-", "{0}.log", "log.{0}",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_was_met_is_found_wherever_it_stands(place: str) -> None:
    """Between whatever signs, in small letters and capitals."""
    random.seed(7)
    names = ["".join(random.choices(LETTERS, k=9)) + "z" for _ in range(20)]  # noqa: S311
    door = redacting(Met(users=set(names), hosts=set(), secrets=set(), key=b"k" * 32))
    for name in names:
        for form in (name, name.upper(), name.capitalize()):
            assert name not in door.value(place.format(form)).lower()


def test_an_address_has_one_pseudonym_however_it_is_written() -> None:
    """Hidden twice, it would be another's: the pseudonym of an address is an address."""
    from logforensics.report.redact.pseudonyms import Pseudonyms
    from logforensics.report.redact.text import Redactor

    hide = Redactor(Pseudonyms(bytes(32))).text
    for last in range(1, 255):
        plain = hide(f"203.0.113.{last}")
        assert hide(percent(f"203.0.113.{last}")) == plain
