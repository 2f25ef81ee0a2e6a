"""Tells whose word that it is ready says that the service is back: its own, if requests succeed soon after."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import polars as pl

from logforensics.analysis.scan import bare_program
from logforensics.analysis.streams import union
from logforensics.outage.facts import Facts, MarkLine

OTHERS = frozenset(
    {
        "sshd", "dropbear", "systemd", "systemd-resolved", "systemd-networkd", "dbus-daemon", "named", "unbound",
        "dnsmasq", "ntpd", "chronyd", "cupsd", "rpcbind", "rpc.statd", "rpc.mountd", "smbd", "nmbd", "exim4", "postfix",
        "dovecot", "fail2ban-server", "snmpd", "rsyslogd", "syslog-ng", "cron", "inetd", "xinetd", "dockerd",
        "containerd", "libvirtd", "pulseaudio", "avahi-daemon",
    }
)  # fmt: skip
"""Programs of the system that listen for other things than visits of the site."""

STORES = re.compile(r"(?i)ready (?:to accept|for) connections")
"""PostgreSQL, Redis, MySQL and MariaDB: what a service needs, and not the service."""


def ready_marks(facts: Facts, begin: datetime, end: datetime) -> list[MarkLine]:
    """Lines in [begin, end] by which a service says that it answers now."""
    return [
        mark
        for mark in facts.marks_of("ready", begin, end)
        if bare_program(mark.program) not in OTHERS and not STORES.search(mark.message)
    ]


def borne_out(facts: Facts, ready: datetime, down: datetime) -> bool:
    """Whether requests succeed so soon after a service said that it is ready that its word may stand.

    A success that is due by the rhythm of those before `down`, when it broke off, and does not come speaks against it.
    Where no requests are logged, nothing does.
    """
    successes = facts.outcomes.filter("ok")
    if not successes.height:
        return True
    after = successes.filter(pl.col("time") >= ready)
    first: datetime = after.item(0, "time") if after.height else facts.end
    stream = union("web", "successes", [successes])
    usual = None if stream is None else stream.rhythm(without=(down, first), near=ready)
    return usual is None or first - ready <= timedelta(seconds=usual.limit)
