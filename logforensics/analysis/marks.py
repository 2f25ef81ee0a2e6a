"""Turns messages into marks: the lines about services, links, clocks and people that a verdict leans on."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Mark:
    """One kind of line worth remembering; `pattern` is in the Rust dialect, `reference` says who writes it."""

    kind: str
    pattern: str
    reference: str


MARKS: tuple[Mark, ...] = (
    Mark(
        "ready",
        r"(?i)\bnow listening on\b|\bapplication started\b|\bapplication startup complete\b"
        r"|\bready to accept connections\b|\bready for connections\b|\bserver startup in\b|\bstarted \w+ in [0-9.]+ sec"
        r"|\blistening on:? (?:http|tcp|unix)|\bserver (?:is )?(?:running|listening) (?:on|at)\b"
        r"|\bnotice: ready to handle connections\b|\bsystem is ready to accept\b|\bspawned uwsgi worker 1\b",
        "ASP.NET Core Hosting.Lifetime, uvicorn, PostgreSQL, MySQL, Tomcat, Spring Boot, gunicorn, Express, php-fpm, "
        "uWSGI: the line each writes when it begins to answer",
    ),
    Mark(
        "service-fail",
        r"^[^ ]+\.service: (?:Failed with result|Main process exited, code=(?:killed|dumped|exited, status=[1-9])"
        r"|Control process exited, code=(?:killed|dumped|exited, status=[1-9])|Killing process|State '[^']+' timed out"
        r"|A process of this unit has been killed by the OOM killer)|^Failed to start ",
        "systemd (src/core/service.c, src/core/unit.c)",
    ),
    Mark(
        "service-stop",
        r"^Stopping .+|^Stopped (?:[^t]|t[^a]|ta[^r]).+"
        r"|^[^ ]+\.service: (?:Succeeded|Deactivated successfully)"
        r"|(?i)\bapplication is shutting down\b",
        "systemd job messages (src/core/job.c), ASP.NET Core",
    ),
    Mark("service-start", r"^(?:Starting|Started) (?:[^ ]+\.service - )?.+", "systemd job messages (src/core/job.c)"),
    Mark("suspend", r"PM: suspend entry|Suspending system\.\.\.|PM: hibernation: hibernation entry"
         r"|Reached target (?:[^ ]+\.target - )?(?:Sleep|Suspend)\b|The system will suspend now",
         "kernel/power/suspend.c, systemd-sleep, systemd-logind"),
    Mark("resume", r"PM: suspend exit|System resumed\.|PM: hibernation: hibernation exit|System returned from sleep",
         "kernel/power/suspend.c, systemd-sleep"),
    Mark(
        "link-down",
        r"(?i)\bnic link is down\b|\blink is down\b|: link down\b|\blost carrier\b|\bcarrier lost\b"
        r"|\bno-carrier\b|\bstate change: activated -> (?:unavailable|failed|disconnected)",
        "drivers/net/ethernet (e1000e, igb, r8169, ixgbe), systemd-networkd, NetworkManager",
    ),
    Mark(
        "link-up",
        r"(?i)\bnic link is up\b|\blink is up\b|: link up\b|\bgained carrier\b|\bcarrier acquired\b|\blink becomes ready\b",
        "drivers/net/ethernet, systemd-networkd, net/ipv6/addrconf.c",
    ),
    Mark(
        "net-fail",
        r"(?i)\btimed out waiting for reply from\b|\bno dhcpoffers received\b|\bnetwork is unreachable\b"
        r"|\bno route to host\b|\bmaximum number of concurrent dns queries reached\b|\btemporary failure in name resolution\b"
        r"|\bno selectable sources\b|\bcan't synchronise: no\b|\bno servers reachable\b|\bunable to resolve\b",
        "systemd-timesyncd, dhclient, dnsmasq, chronyd, getaddrinfo(3)",
    ),
    Mark(
        "net-ok",
        r"(?i)\bsynchronized to time server\b|\bcontacted time server\b|\binitial synchronization to time server\b"
        r"|\bselected source [0-9a-f]",
        "systemd-timesyncd, chronyd",
    ),
    Mark(
        "clock-step",
        r"(?i)\bsystem clock was stepped by\b|\bsystem clock wrong by\b|\btime has been changed\b|\bclock step detected\b"
        r"|\btime reset [+-]?[0-9]|\bstep time server .* offset\b|\bsystem time advanced by timestamp\b"
        r"|\bsystem clock time unset or jumped\b|\bsetting system clock to\b|\bforward time jump detected\b"
        r"|\bbackward time jump detected\b|\btime jumped\b",
        "chronyd, systemd, ntpd, ntpdate, sntp, journald, rtc-core, cron, dnsmasq",
    ),
    Mark(
        "suppressed",
        r"(?i)\bmessages? lost due to rate-limiting\b|\bsuppressed [0-9]+ messages from\b"
        r"|\bmissed [0-9]+ kernel messages\b|\bbegin to drop messages due to rate-limiting\b|\bcallbacks suppressed\b",
        "rsyslog imuxsock, systemd-journald, kernel/ratelimit",
    ),
    Mark(
        "login",
        r"^Accepted (?:password|publickey|keyboard-interactive/pam) for |: TTY=[^ ]+ ; PWD=|^New session [^ ]+ of user "
        r"|^Started Session [^ ]+ of [Uu]ser |^Started session-[^ ]+ - Session [^ ]+ of [Uu]ser "
        r"|pam_unix\((?:login|sshd|su|su-l|sudo|sudo-i):session\): session opened for user ",
        "sshd, sudo, systemd-logind, pam_unix: a person at work",
    ),
    Mark(
        "planned",
        r"(?i)\bmaintenance\b.*\b(?:window|mode|planned|scheduled)|\b(?:planned|scheduled)\b.*\bmaintenance\b"
        r"|\bshutdown scheduled for\b|\bthe system (?:is going down for|will) (?:reboot|power-off|poweroff|halt)"
        r"|\bcreating /run/nologin\b",
        "systemd-logind scheduled shutdown, shutdown(8) wall messages",
    ),
)
"""In the order they are tried: the first that matches names the line."""

KINDS = tuple(mark.kind for mark in MARKS)

MARK = pl.Enum(KINDS)


def mark_expr(message: pl.Expr) -> pl.Expr:
    """The mark of each message as an Enum of KINDS, or null; `message` may still carry the kernel's "[ 12.345] "."""
    bare = message.str.replace(r"^\[ *[0-9]+\.[0-9]+\] ", "")
    chain = pl.when(bare.str.contains(MARKS[0].pattern)).then(pl.lit(MARKS[0].kind))
    for mark in MARKS[1:]:
        chain = chain.when(bare.str.contains(mark.pattern)).then(pl.lit(mark.kind))
    return chain.otherwise(None).cast(MARK)
