"""Things that a redacted output must not tell: people, machines, addresses, and secrets of every kind that is known.

Secrets are put together here, so that nobody who searches this repository for leaked ones finds any.
"""

from __future__ import annotations

import random
import string

SEED = random.Random(20200623)  # noqa: S311 - the same tokens in every run

HEX, SMALL = "0123456789abcdef", string.ascii_lowercase + string.digits
MIXED, CAPITAL = string.ascii_letters + string.digits, string.ascii_uppercase + string.digits

USERS = ("zoltan7", "mareike.b", "qadir_x", "vjones")
HOSTS = ("quasar3", "vega-db2", "nimbus.corp.example.net", "shop.kestrel-mills.co.uk", "edge9.intern.lan")
EMAILS = ("ines.fuchs@kestrel-mills.co.uk", "post+4711@lumen.example.org", "o.brien@nimbus.corp.example.net")
IPV4 = ("203.0.113.77", "198.51.100.23", "10.47.11.8", "172.20.9.14", "192.168.178.61", "81.2.69.142", "151.101.1.69")
IPV6 = ("2001:db8:4711::beef", "2a02:908:1a2b:c3d0::17", "fd12:3456:789a::42", "fe80::21e:c9ff:fe12:3456")
MACS = ("00:1e:c9:12:34:56", "3C-97-0E-AB-CD-EF", "b827.eb11.2233")


def some(alphabet: str, count: int) -> str:
    """Characters that nobody chose; each kind of them is among them."""
    text = "".join(SEED.choice(alphabet) for _ in range(count))
    return (
        text
        if len(alphabet) < 40 or all(any(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))
        else some(alphabet, count)
    )


def shaped() -> dict[str, str]:
    """A secret of each shape, by what it is."""
    return {
        "AWS key id": "AKIA" + some(CAPITAL, 16),
        "AWS session key id": "ASIA" + some(CAPITAL, 16),
        "GitHub token": "ghp" + "_" + some(MIXED, 36),
        "GitHub fine-grained token": "github" + "_pat_" + some(MIXED, 22) + "_" + some(MIXED, 59),
        "GitLab token": "glpat" + "-" + some(MIXED, 20),
        "Slack bot token": "xoxb" + "-" + some(string.digits, 12) + "-" + some(MIXED, 24),
        "Slack app token": "xapp" + "-1-" + some(CAPITAL, 11) + "-" + some(HEX, 40),
        "Google API key": "AIza" + some(MIXED, 35),
        "Google OAuth token": "ya29" + ".a0" + some(MIXED, 40),
        "Google client secret": "GOCSPX" + "-" + some(MIXED, 28),
        "Stripe secret key": "sk" + "_live_" + some(MIXED, 24),
        "Stripe restricted key": "rk" + "_live_" + some(MIXED, 24),
        "Stripe webhook secret": "whsec" + "_" + some(MIXED, 32),
        "Twilio key": "SK" + some(HEX, 32),
        "SendGrid key": "SG" + "." + some(MIXED, 22) + "." + some(MIXED, 43),
        "Mailgun key": "key" + "-" + some(HEX, 32),
        "Mailchimp key": some(HEX, 32) + "-us" + "12",
        "npm token": "npm" + "_" + some(MIXED, 36),
        "PyPI token": "pypi" + "-AgEIcHlwaS5vcmc" + some(MIXED, 60),
        "Docker token": "dckr" + "_pat_" + some(MIXED, 27),
        "DigitalOcean token": "dop" + "_v1_" + some(HEX, 64),
        "OpenAI key": "sk" + "-" + some(MIXED, 48),
        "Anthropic key": "sk" + "-ant-api03-" + some(MIXED, 60),
        "Hugging Face token": "hf" + "_" + some(MIXED, 34),
        "Telegram bot token": some(string.digits[1:], 9) + ":AA" + some(MIXED, 33),
        "Discord token": "MT" + some(MIXED, 22) + "." + some(MIXED, 6) + "." + some(MIXED, 38),
        "Vault token": "hvs" + "." + some(MIXED, 24),
        "age key": "AGE-SECRET" + "-KEY-1" + some(CAPITAL, 58),
        "Shopify token": "shpat" + "_" + some(HEX, 32),
        "Square token": "sq0" + "atp-" + some(MIXED, 22),
        "Facebook token": "EAA" + some(MIXED, 60),
        "Linear key": "lin" + "_api_" + some(MIXED, 40),
        "New Relic key": "NRAK" + "-" + some(CAPITAL, 27),
        "Databricks token": "dapi" + some(HEX, 32),
        "Atlassian token": "ATATT3" + some(MIXED, 60),
        "Grafana token": "glsa" + "_" + some(MIXED, 32) + "_" + some(HEX, 8),
        "JSON Web Token": "eyJ" + some(MIXED, 20) + "." + some(MIXED, 40) + "." + some(MIXED, 43),
        "password hash": "$6$" + some(MIXED, 12) + "$" + some(MIXED, 86),
        "bcrypt hash": "$2b$12$" + some(MIXED, 53),
        "UUID": "-".join((some(HEX, 8), some(HEX, 4), some(HEX, 4), some(HEX, 4), some(HEX, 12))),
        "session number": some(HEX, 40),
        "opaque token": some(MIXED, 43),
        "card number": "4539 1488 0343 6467",
        "bank account": "DE89 3704 0044 0532 0130 00",
    }  # fmt: skip


SHAPED = shaped()


def named() -> dict[str, tuple[str, str]]:
    """A secret of each name, by what it is: the text that stands in a log, and the secret in it."""
    words = {
        name: some(MIXED, 14)
        for name in ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p")
    }
    return {
        "password in a query": (f"/login?user=x&password={words['a']}&next=/", words["a"]),
        "token in a query": (f"/api/v1?access_token={words['b']}", words["b"]),
        "code in a query": (f"/oauth/callback?code={words['c']}&state=1", words["c"]),
        "signature in a query": (f"/f?X-Amz-Signature={words['d']}&x=1", words["d"]),
        "password in a URL": (f"postgres://app:{words['e']}@db/x", words["e"]),
        "bearer": (f"Authorization: Bearer {words['f']}", words["f"]),
        "basic": (f"authorization=Basic {words['g']}==", words["g"]),
        "cookie": (f"Cookie: theme=dark; PHPSESSID={words['h']}", words["h"]),
        "JSON": (f'{{"user":"x","password":"{words["i"]}","n":1}}', words["i"]),
        "setting": (f"smtp.password = {words['j']}", words["j"]),
        "environment": (f"env DB_PASSWORD={words['k']} PGPASSWORD=x", words["k"]),
        "option": (f"COMMAND=/usr/bin/tool --password {words['l']} -v", words["l"]),
        "mysql option": (f"COMMAND=/usr/bin/mysql -u root -p{words['m']} shop", words["m"]),
        "SQL": (f"CREATE USER x IDENTIFIED BY '{words['n']}'", words["n"]),
        "curl": (f"curl -s -u admin:{words['o']} http://localhost/", words["o"]),
        "api key": (f"x-api-key: {words['p']}", words["p"]),
    }


NAMED = named()
