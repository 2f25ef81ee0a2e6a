"""Finds keys with their values in a text, as settings, JSON, logfmt, headers and query strings write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

SECRET, ASKED, USER, HOST = "secret", "asked", "user", "host"
"""What a key's value is: ASKED is a secret where the key is a parameter of a URL, and nothing elsewhere."""

_KEYS: dict[str, str] = {
    **dict.fromkeys(
        (
            "pass", "passwd", "password", "passphrase", "passcode", "passwort", "pwd", "secret", "secretkey",
            "apikey", "accesskey", "privatekey", "presharedkey", "psk", "token", "accesstoken", "refreshtoken",
            "idtoken", "authtoken", "csrftoken", "csrfmiddlewaretoken", "xsrftoken", "otp", "totp", "credential",
            "credentials", "pgpassword", "jwt", "accountkey", "sharedaccesskey", "licensekey", "signingkey",
            "encryptionkey", "connectionstring", "phpsessid", "jsessionid", "sessionid", "sessid", "sessiontoken",
            "authorization", "cookie", "bearer", "mfacode",
        ),
        SECRET,
    ),
    **dict.fromkeys(
        (
            "key", "code", "auth", "sid", "session", "sig", "signature", "hmac", "hash", "nonce", "state", "ticket",
            "invite", "reset", "confirm", "verify", "activation", "pin", "samlresponse", "samlrequest", "assertion",
            "awsaccesskeyid", "magic", "unsubscribe", "sv", "se", "sp", "uuid", "guid",
        ),
        ASKED,
    ),
    **dict.fromkeys(
        (
            "user", "username", "userid", "userlogin", "useremail", "usr", "uname", "login", "loginname", "logname",
            "account", "accountname", "acct", "auid", "ouid", "euser", "ruser", "luser", "suser", "duser", "owner",
            "principal", "subject", "actor", "author", "member", "nick", "nickname", "createdby", "updatedby",
            "assignee", "remoteuser", "runas", "firstname", "lastname", "fullname", "displayname", "givenname",
            "familyname", "surname", "realname", "email", "mail", "person", "customer", "employee", "patient",
        ),
        USER,
    ),
    **dict.fromkeys(
        (
            "host", "hostname", "server", "servername", "vhost", "virtualhost", "rhost", "remotehost", "helo", "ehlo",
            "relay", "node", "nodename", "machine", "domain", "domainname", "fqdn", "peer", "peername", "computer",
            "computername", "workstation", "origin", "upstream", "backend", "instance", "site", "client",
            "clienthost", "addr", "hostaddr", "dnsname", "cn", "san", "proxy", "gateway", "master", "primary",
            "replica", "broker", "endpoint", "cluster", "laddr",
        ),
        HOST,
    ),
}  # fmt: skip
"""Keys in small letters without their joints: "access_token", "access-token" and "accessToken" are one."""

_KEY = re.compile(r"(?<![A-Za-z0-9_.%-])([A-Za-z][A-Za-z0-9_.-]{1,63}+)(?:\\?[\"'\]])?[ \t]{0,2}(=>|[:=])[ \t]{0,2}")
_VALUE = re.compile(
    r"\\?\"((?:[^\"\\]|\\[^\"]){1,4096})|'([^'\\]{1,4096})|<([^<>\s]{1,256})>|([^\s\"'&,;<>\[\](){}|\\][^\s\"'&,;<>)\]}|\\]{0,4095})"
)
_JOINT = re.compile(r"[_.-]+")
_HARMLESS = re.compile(
    r"(?i:null|none|nil|true|false|yes|no|ok|-|\*+|x{3,}|\[?redacted\]?|undefined|empty|n/a|[a-z]:?)"
)


class Pair(NamedTuple):
    """What a key's value is (SECRET, ASKED, USER or HOST), and where the value stands."""

    kind: str
    begin: int
    end: int


def pairs_in(text: str) -> Iterator[Pair]:
    """Every value in a text whose key says that it is a secret, a user or a machine."""
    for match in _KEY.finditer(text):
        kind = kind_of(match[1])
        if kind is None:
            continue
        asked = match[2] == "=" and text[match.start() - 1 : match.start()] in {"?", "&", ";", "#"}
        if kind == ASKED and not asked:
            continue
        value = _VALUE.match(text, match.end())
        if value is None:
            continue
        begin, end = value.span(value.lastindex or 0)
        word = text[begin:end]
        # "PWD=/home" is where sudo was called from
        if _HARMLESS.fullmatch(word) or (word.startswith("/") and match[1].lower() in {"pwd", "oldpwd"}):
            continue
        yield Pair(SECRET if kind == ASKED else kind, begin, end)


def kind_of(key: str) -> str | None:
    """What the value of a key is; the last words of it decide, as in "smtp.password"."""
    parts = [part for part in _JOINT.split(key.lower()) if part]
    for first in range(len(parts)):
        joined = "".join(parts[first:])
        if (kind := _KEYS.get(joined)) is not None:
            return kind
    return None
