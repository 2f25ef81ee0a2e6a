"""Texts lose what they tell of people and machines, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.report.redact.pseudonyms import Pseudonyms
from logforensics.report.redact.secrets import kinds, secrets_in
from logforensics.report.redact.text import Redactor, unescaped
from tests.hostile.tokens import NAMED, SHAPED

KEY = b"a key for tests, of 32 bytes....."[:32]


def redactor() -> Redactor:
    """One that has met a user and a machine."""
    names = Pseudonyms(KEY)
    names.look_for("user", "alice")
    names.look_for("host", "web7")
    return Redactor(names)


def hidden(text: str) -> str:
    """A text with its pseudonyms made equal, so that a test can be read."""
    return re.sub(r"(user|host|site|id|card|account|secret)-[a-z2-7]{8,}", r"<\1>", redactor().text(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Accepted password for carol from host a", "Accepted password for <user> from host a"),
        ("Failed password for invalid user x1 from ::1", "Failed password for invalid user <user> from ::1"),
        ("session opened for user dave(uid=7) by (uid=0)", "session opened for user <user>(uid=7) by (uid=0)"),
        ("erin : TTY=pts/0 ; PWD=/home/erin ; USER=root", "<user> : TTY=pts/0 ; PWD=/home/<user> ; USER=root"),
        ("(frank) CMD (/bin/true)", "(<user>) CMD (/bin/true)"),
        ("(root) CMD (/bin/true)", "(root) CMD (/bin/true)"),
        ('FATAL: role "kate" does not exist', 'FATAL: role "<user>" does not exist'),
        ('{"user": "ivan", "n": 3}', '{"user": "<user>", "n": 3}'),
        ("/home/gina/x and ~hank/y", "/home/<user>/x and ~<user>/y"),
        ("ALICE wrote to alice's web7", "<user> wrote to <user>'s <host>"),
        ("see https://mail.example.net/x", "see https://<host>.<site>.example/x"),
        ("jo@example.co.uk", "<user>@<site>.example"),
        ("www.example.net", "www.<site>.example"),
        ("relay=mx1.example.net[127.0.0.1]:25", "relay=<host>.<site>.example[127.0.0.1]:25"),
        ("logs/web7/alice.log.1.gz", "logs/<host>/<user>.log.1.gz"),
        ("/x?u=%61lice&m=a%40b.example.org", "/x?u=<user>&m=<user>@<host>.<site>.example"),
        (r"at \x61lice", "at <user>"),
        ("password=hunter2 next=3", "password=<secret> next=3"),
    ],
)  # fmt: skip
def test_a_text_tells_no_names(text: str, expected: str) -> None:
    """What is hidden, and what stays."""
    assert hidden(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "System.IO.IOException: Read-only file system at System.IO.File.Open()",
        "EXT4-fs (sda1): Remounting filesystem read-only",
        "Main process exited, code=exited, status=1/FAILURE",
        "mail.info daemon.log.1.gz nginx/error.log statistics.tsv keepass_plugins.version.txt libfoo.so.1 b.tar.xz",
        "org.freedesktop.systemd1 java.io.IOException: x at com.sun.Foo.bar(Foo.java:10)",
        "2020-06-23 09:05:37.379 +10:00",
        "2020-06-23-09 to 2020-06-24-10",
        "Started User Manager for UID 1000.",
        "upstream timed out (110: Connection timed out) while reading response header from upstream",
        "std::string a::b 12:34:56",
        "nothing is proven to have worked",
        "Failed password for root from 127.0.0.1 port 22 ssh2",
        "Listening on D-Bus System Message Bus Socket.",
        "the last request recorded in logs/zpool/nginx/access.log",
        "user-abcdefgh at host-abcdefgh.site-abcdefgh.example",
        "",
    ],
)
def test_a_text_without_names_stays(text: str) -> None:
    """A redacted report can still be read."""
    assert redactor().text(text) == text


@pytest.mark.parametrize("name", sorted(SHAPED))
def test_every_shape_of_a_secret_is_found(name: str) -> None:
    """Alone, in a sentence and in a URL."""
    door, secret = redactor(), SHAPED[name]
    for text in (secret, f"the {name} {secret}, see", f"/x/{secret.replace(' ', '%20')}/y"):
        assert secret not in unescaped(door.text(text))


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_name_of_a_secret_is_known(name: str) -> None:
    """The key says what the value is."""
    text, secret = NAMED[name]
    assert secret not in redactor().text(text)


def test_there_are_forty_kinds_of_secrets() -> None:
    """Those with a shape of their own; the ones with a name come on top."""
    assert len({secret.kind for secret in kinds()}) >= 40
    assert len(SHAPED) >= 40


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_no_text_breaks_the_door(text: str) -> None:
    """Whatever it holds, something comes out, and the same again."""
    door = redactor()
    once = door.text(text)
    assert door.text(text) == once


@given(st.sets(st.text(alphabet="abcdefghijkl", min_size=1, max_size=12), min_size=2, max_size=30))
def test_two_names_never_become_one(names: set[str]) -> None:
    """Distinct users stay distinct."""
    pseudonyms = Pseudonyms(KEY)
    assert len({pseudonyms.of("user", name) for name in names}) == len(names)


def test_pseudonyms_that_meet_grow_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one digit, of which there are 32, a hundred names need more."""
    monkeypatch.setattr("logforensics.report.redact.pseudonyms.DIGITS", 1)
    pseudonyms = Pseudonyms(KEY)
    assert len({pseudonyms.of("user", f"name{number}") for number in range(100)}) == 100


def test_a_table_of_an_earlier_run_is_kept_to() -> None:
    """Whatever the key gives."""
    assert Pseudonyms(KEY, {"user": {"alice": "user-aaaaaaaa"}}).user("Alice") == "user-aaaaaaaa"


@pytest.mark.parametrize("name", ["root", "www-data", "nobody", "systemd-network"])
def test_accounts_of_the_system_are_nobodys(name: str) -> None:
    """They stay, for they tell what happened and not to whom."""
    assert Pseudonyms(KEY).user(name) == name


def test_a_domain_is_one_for_all_of_its_machines() -> None:
    """And a machine is one in short and in full."""
    names = Pseudonyms(KEY)
    one, other, short = names.host("a.example.net"), names.host("b.example.net"), names.host("a")
    assert one.split(".")[1:] == other.split(".")[1:]
    assert one.split(".")[0] == short


@pytest.mark.parametrize(
    ("text", "said"),
    [("%2561", "a"), (r"a\x2eb", "a.b"), ("a&#64;b", "a@b"), (r"http:\/\/x", "http://x"), ("100% sure", "100% sure")],
)
def test_escapes_are_undone_layer_by_layer(text: str, said: str) -> None:
    """What a reader would make of it."""
    assert unescaped(text) == said


def test_secrets_are_found_at_their_place() -> None:
    """The key before it stays."""
    [hit] = secrets_in("Bearer abcdefgh12345")
    assert (hit.begin, hit.end, hit.kind) == (7, 20, "HTTP credentials")
