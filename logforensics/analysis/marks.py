"""Turns messages into marks: the lines about services, links, clocks, changes and people that a verdict leans on."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from logforensics.analysis.repeats import LITERALS, REPEATED
from logforensics.analysis.scan import Rule, scan_expr


@dataclass(frozen=True)
class Mark:
    """One kind of line worth remembering; `reference` says who writes it.

    `pattern` is in the Rust dialect; one of `literals` stands in every line it can match.
    """

    kind: str
    literals: tuple[str, ...]
    pattern: str
    reference: str


KERNEL_STAMP = r"^(?:\[ *[0-9]+\.[0-9]+\] )?"
"""The stamp that syslog leaves before a kernel message ("[ 1234.567890] "); where a pattern begins, it may stand."""


def _begins(*patterns: str) -> str:
    return KERNEL_STAMP + "(?:" + "|".join(patterns) + ")"


MARKS: tuple[Mark, ...] = (
    Mark(
        "ready",
        ("istening on", "tarted", "startup complete", "eady", "startup in", "unning on", "unning at", "worker 1"),
        r"(?i)\bnow listening on\b|\bapplication started\b|\bapplication startup complete\b"
        r"|\bready to accept connections\b|\bready for connections\b|\bserver startup in\b"
        r"|\bstarted \w+ in [0-9.]+ sec|\blistening on:? (?:http|tcp|unix)"
        r"|\bserver (?:is )?(?:running|listening) (?:on|at)\b|\bready to handle connections\b"
        r"|\bspawned uwsgi worker 1\b",
        "ASP.NET Core Hosting.Lifetime, uvicorn, PostgreSQL, MySQL, Tomcat, Spring Boot, gunicorn, Express, php-fpm, "
        "uWSGI: the line each writes when it begins to answer",
    ),
    Mark(
        "service-fail",
        (".service", "Failed to start"),
        _begins(
            r"[^ ]+\.service: (?:Failed with result"
            r"|Main process exited, code=(?:killed|dumped|exited, status=[1-9])"
            r"|Control process exited, code=(?:killed|dumped|exited, status=[1-9])|Killing process"
            r"|State '[^']+' timed out|A process of this unit has been killed by the OOM killer)",
            r"Failed to start ",
        ),
        "systemd (src/core/service.c, src/core/unit.c)",
    ),
    Mark(
        "service-stop",
        ("Stopping ", "Stopped ", ".service: ", "shutting down"),
        _begins(
            r"Stopping .+",
            r"Stopped (?:[^t]|t[^a]|ta[^r]).+",  # a target is no service
            r"[^ ]+\.service: (?:Succeeded|Deactivated successfully)",
        )
        + r"|(?i)\bapplication is shutting down\b",
        "systemd job messages (src/core/job.c), ASP.NET Core",
    ),
    Mark(
        "service-start",
        ("Starting ", "Started "),
        _begins(r"(?:Starting|Started) .+"),
        "systemd job messages (src/core/job.c)",
    ),
    Mark(
        "suspend",
        ("suspend", "Suspend", "hibernation", "Sleep"),
        r"PM: suspend entry|Suspending system\.\.\.|PM: hibernation: hibernation entry"
        r"|Reached target (?:[^ ]+\.target - )?(?:Sleep|Suspend)\b|The system will suspend now",
        "kernel/power/suspend.c, systemd-sleep, systemd-logind",
    ),
    Mark(
        "resume",
        ("suspend exit", "System re", "hibernation exit"),
        r"PM: suspend exit|System resumed\.|PM: hibernation: hibernation exit|System returned from sleep",
        "kernel/power/suspend.c, systemd-sleep",
    ),
    Mark(
        "link-down",
        ("ink is Down", "ink is down", "ink is not ready", "link down", "arrier", "CARRIER", "state change"),
        r"(?i)\bnic link is down\b|\blink is down\b|: link down\b|\blost carrier\b|\bcarrier lost\b|\bno-carrier\b"
        r"|\bstate change: activated -> (?:unavailable|failed|disconnected)",
        "drivers/net/ethernet (e1000e, igb, r8169, ixgbe), systemd-networkd, NetworkManager",
    ),
    Mark(
        "link-up",
        ("ink is Up", "ink is up", "link up", "arrier", "link becomes ready"),
        r"(?i)\bnic link is up\b|\blink is up\b|: link up\b|\bgained carrier\b|\bcarrier acquired\b"
        r"|\blink becomes ready\b",
        "drivers/net/ethernet, systemd-networkd, net/ipv6/addrconf.c",
    ),
    Mark(
        "net-fail",
        (
            "imed out waiting for reply",
            "DHCPOFFER",
            "nreachable",
            "unreachable",
            "o route to host",
            "aximum number of concurrent",
            "emporary failure in name",
            "electable sources",
            "an't synchronise",
            "o servers reachable",
            "nable to resolve",
        ),
        r"(?i)\btimed out waiting for reply from\b|\bno dhcpoffers received\b|\bnetwork is unreachable\b"
        r"|\bno route to host\b|\bmaximum number of concurrent dns queries reached\b"
        r"|\btemporary failure in name resolution\b|\bno selectable sources\b|\bcan't synchronise: no\b"
        r"|\bno servers reachable\b|\bunable to resolve\b",
        "systemd-timesyncd, dhclient, dnsmasq, chronyd, getaddrinfo(3)",
    ),
    Mark(
        "net-ok",
        ("to time server", "ontacted time server", "elected source"),
        r"(?i)\bsynchronized to time server\b|\bcontacted time server\b|\binitial synchronization to time server\b"
        r"|\bselected source [0-9a-f]",
        "systemd-timesyncd, chronyd",
    ),
    Mark(
        "clock-step",
        ("clock", "ime has been changed", "ime reset", "ime server", "ime advanced", "ime jump"),
        r"(?i)\bsystem clock was stepped by\b|\bsystem clock wrong by\b|\btime has been changed\b"
        r"|\bclock step detected\b"
        r"|\btime reset [+-]?[0-9]|\bstep time server .* offset\b|\bsystem time advanced by timestamp\b"
        r"|\bsystem clock time unset or jumped\b|\bsetting system clock to\b|\bforward time jump detected\b"
        r"|\bbackward time jump detected\b|\btime jumped\b|\bclock change detected\b",
        "chronyd, systemd, systemd-resolved, ntpd, ntpdate, sntp, journald, rtc-core, cron, dnsmasq",
    ),
    Mark(
        "suppressed",
        ("rate-limiting", "uppressed", "issed ", "audit_lost=", "backlog limit exceeded"),
        r"(?i)\bmessages? lost due to rate-limiting\b|\blost [0-9]+ messages from .* due to rate-limiting\b"
        r"|\bsuppressed [0-9]+ messages from\b|\bmissed [0-9]+ (?:kernel )?messages\b"
        r"|\bbegin to drop messages due to rate-limiting\b|\bcallbacks suppressed\b"
        r"|\baudit_lost=[1-9]|\baudit: backlog limit exceeded\b",
        "rsyslog imuxsock and imjournal, systemd-journald, kernel/ratelimit, kernel/audit.c",
    ),
    Mark(
        "store-fail",
        (
            "too many clients already",
            "connection slots are reserved",
            "atabase system is ",
            "onnection to server ",
            "ould not connect to server",
            "oo many connections",
            "'t connect to ",
            "ost connection to MySQL",
            "erver has gone away",
            "ould not connect to Redis",
            "rror connecting to Redis",
            "onnection is not available",
            "onnection pool ",
        ),
        r"(?i)\bsorry, too many clients already\b|\bremaining connection slots are reserved\b"
        r"|\bthe database system is (?:starting up|shutting down|in recovery mode|not accepting connections)\b"
        r"|\bconnection to server (?:at|on) .{1,80} failed\b|\bcould not connect to server: "
        r"|\btoo many connections(?: ?\(|[\"'.,)]|$)|\bcan't connect to (?:local |remote )?(?:mysql |mariadb )?server\b"
        r"|\blost connection to mysql server\b|\bserver has gone away\b|\bcould not connect to redis\b"
        r"|\berror connecting to redis\b|\bhikaripool\S* - connection is not available\b"
        r"|\bconnection pool (?:is )?(?:exhausted|timed out)\b",
        "PostgreSQL (postmaster.c, proc.c) and libpq, MySQL (ER_CON_COUNT_ERROR, CR_SERVER_GONE_ERROR), redis-py, "
        "HikariCP, SQLAlchemy: what a database and its clients say when there is no connection",
    ),
    Mark(
        "worker-crash",
        ("exited on signal", "exit signal"),
        r"(?i)\b(?:worker process|child) [0-9]+ exited on signal [0-9]+|\bchild pid [0-9]+ exit signal ",
        "nginx (src/os/unix/ngx_process.c), php-fpm (fpm_children.c), Apache (AH00051, AH00052)",
    ),
    Mark(
        "limited",
        ("limiting ",),
        r"^(?:\*[0-9]+ )?limiting (?:requests, excess: |connections by zone )",
        "nginx (ngx_http_limit_req_module.c, ngx_http_limit_conn_module.c): a request that was turned away",
    ),
    Mark(
        "login",
        ("Accepted ", "TTY=", "ession"),
        r"^Accepted (?:password|publickey|keyboard-interactive/pam) for |TTY=[^ ]+ ; PWD=|^New session [^ ]+ of user "
        r"|^Started Session [^ ]+ of [Uu]ser |^Started session-[^ ]+ - Session [^ ]+ of [Uu]ser "
        r"|pam_unix\((?:login|sshd|su|su-l|sudo|sudo-i):session\): session opened for user ",
        "sshd, sudo, systemd-logind, pam_unix: a person at work",
    ),
    Mark(
        "planned",
        ("aintenance", "hutdown scheduled", "going down for", "he system will", "nologin"),
        r"(?i)\bmaintenance\b.*\b(?:window|mode|planned|scheduled)|\b(?:planned|scheduled)\b.*\bmaintenance\b"
        r"|\bshutdown scheduled for\b|\bthe system (?:is going down for|will) (?:reboot|power-off|poweroff|halt)"
        r"|\bcreating /run/nologin\b",
        "systemd-logind scheduled shutdown, shutdown(8) wall messages",
    ),
    Mark(
        "change",
        ("install ", "upgrade ", "remove ", "purge ", "Commandline:", "Reloading", "reconfiguring"),
        r"^(?:install|upgrade|remove|purge) [^ ]+:[a-z0-9]+ |^Commandline: |^Reloading \S|\breconfiguring$",
        "dpkg, apt, systemd, nginx: packages and configuration changed",
    ),
    Mark("repeated", LITERALS, REPEATED, "sysklogd, BSD syslogd, rsyslog: lines that were counted, not written"),
)
"""In the order they are tried: the first that matches names the line.  A login is told before a session's start."""

_ORDER = tuple(sorted(MARKS, key=lambda mark: mark.kind != "login"))
"""systemd's "Started Session 5 of user x" is a login, not a service."""

KINDS = tuple(mark.kind for mark in _ORDER)

MARK = pl.Enum(KINDS)

_RULES = tuple(Rule(mark.kind, mark.literals, mark.pattern) for mark in _ORDER)


def mark_rules() -> tuple[Rule, ...]:
    """The rules of all marks, in the order they are tried."""
    return _RULES


def mark_expr(message: pl.Expr) -> pl.Expr:
    """The mark of each message as an Enum of KINDS, or null; `message` may still carry the kernel's "[ 12.345] "."""
    index = scan_expr(message, None, [_RULES], quoters=False)
    return index.replace_strict(list(range(len(KINDS))), list(KINDS), default=None, return_dtype=MARK)
