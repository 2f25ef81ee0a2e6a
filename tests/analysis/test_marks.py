"""Lines about services, links, clocks, changes and people are marked; lines that only look like them are not."""

from __future__ import annotations

import polars as pl
import pytest

from logforensics.analysis.marks import KINDS, MARKS, mark_expr

POSITIVE = (
    ("ready", "Now listening on: http://127.0.0.1:5000"),
    ("ready", "Application started. Press Ctrl+C to shut down."),
    ("ready", "database system is ready to accept connections"),
    ("ready", "Started ShopApplication in 4.2 seconds (process running for 5.1)"),
    ("ready", "Server startup in [3512] milliseconds"),
    ("ready", "NOTICE: ready to handle connections"),
    ("ready", "spawned uWSGI worker 1 (pid: 41, cores: 1)"),
    ("service-fail", "shop.service: Main process exited, code=exited, status=1/FAILURE"),
    ("service-fail", "shop.service: Main process exited, code=killed, status=9/KILL"),
    ("service-fail", "shop.service: Failed with result 'exit-code'."),
    ("service-fail", "shop.service: State 'stop-sigterm' timed out. Killing."),
    ("service-fail", "Failed to start Shop backend."),
    ("service-stop", "Stopping Shop backend..."),
    ("service-stop", "Stopped Shop backend."),
    ("service-stop", "Stopped task runner."),
    ("service-stop", "shop.service: Deactivated successfully."),
    ("service-stop", "Application is shutting down..."),
    ("service-start", "Started Shop backend."),
    ("service-start", "Starting shop.service - Shop backend..."),
    ("suspend", "[ 5120.331209] PM: suspend entry (deep)"),
    ("suspend", "Reached target sleep.target - Sleep."),
    ("resume", "[ 5121.704430] PM: suspend exit"),
    ("resume", "System resumed."),
    ("link-down", "[ 812.004411] e1000e 0000:00:1f.6 eth0: NIC Link is Down"),
    ("link-down", "eth0: Lost carrier"),
    ("link-down", "device (eth0): state change: activated -> unavailable (reason 'carrier-changed')"),
    ("link-up", "[ 815.119027] e1000e 0000:00:1f.6 eth0: NIC Link is Up 1000 Mbps Full Duplex"),
    ("link-up", "eth0: Gained carrier"),
    ("net-fail", "Timed out waiting for reply from 192.0.2.1:123 (ntp.example.net)."),
    ("net-fail", "connect() failed (101: Network is unreachable)"),
    ("net-fail", "lookup db.example.net: Temporary failure in name resolution"),
    ("net-ok", "Synchronized to time server 192.0.2.1:123 (ntp.example.net)."),
    ("net-ok", "Selected source 192.0.2.1 (ntp.example.net)"),
    ("clock-step", "System clock was stepped by 3599.871 seconds"),
    ("clock-step", "Time has been changed"),
    ("clock-step", "time reset +3600.214 s"),
    ("store-fail", "FATAL:  sorry, too many clients already"),
    ("store-fail", "FATAL:  remaining connection slots are reserved for non-replication superuser connections"),
    ("store-fail", "connection to server at 127.0.0.1, port 5432 failed: Connection refused"),
    ("store-fail", "ERROR 1040 (HY000): Too many connections"),
    ("store-fail", "(2002, \"Can't connect to local MySQL server through socket '/run/mysqld/mysqld.sock' (2)\")"),
    ("store-fail", "Error: MySQL server has gone away"),
    ("store-fail", "HikariPool-1 - Connection is not available, request timed out after 30000ms."),
    ("worker-crash", "worker process 4455 exited on signal 11 (core dumped)"),
    ("worker-crash", "AH00052: child pid 4711 exit signal Segmentation fault (11)"),
    ("worker-crash", "[pool www] child 812 exited on signal 11 (SIGSEGV) after 3.2 seconds from start"),
    ("limited", '*9 limiting requests, excess: 20.6 by zone "one", client: 192.0.2.66, server: example.net'),
    ("limited", '*9 limiting connections by zone "addr", client: 192.0.2.66, server: example.net'),
    ("suppressed", "imuxsock[pid: 41]: 212 messages lost due to rate-limiting"),
    ("suppressed", "Suppressed 1213 messages from shop.service"),
    ("suppressed", "Missed 18 kernel messages"),
    ("login", "Accepted publickey for alice from 192.0.2.9 port 50022 ssh2: ED25519 SHA256:x"),
    ("login", "    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/systemctl restart shop"),
    ("login", "New session 5 of user alice."),
    ("login", "Started Session 5 of user alice."),
    ("login", "Started session-5.scope - Session 5 of User alice."),
    ("planned", "Entering maintenance mode"),
    ("planned", "Shutdown scheduled for Wed 2026-07-01 13:00:00 UTC, use 'shutdown -c' to cancel."),
    ("planned", "The system is going down for reboot NOW!"),
    ("change", "upgrade openssl:amd64 3.0.11-1 3.0.13-1"),
    ("change", "Commandline: apt-get install nginx"),
    ("change", "Reloading nginx.service - A high performance web server..."),
    ("change", "signal process started, reconfiguring"),
    ("suppressed", "imuxsock lost 543 messages from pid 812 due to rate-limiting"),
    ("suppressed", "Forwarding to syslog missed 12 messages."),
    ("suppressed", "audit: audit_lost=41 audit_rate_limit=0 audit_backlog_limit=64"),
    ("repeated", "last message repeated 3 times"),
    ("repeated", "message repeated 1 time: [ Connection closed]"),
)

NEGATIVE = (
    ("ready", "readiness probe failed: not yet listening on port 5000"),
    ("ready", "nobody is ready to accept blame"),
    ("service-fail", "shop.service: Main process exited, code=exited, status=0/SUCCESS"),
    ("service-fail", "the unit shop.service: Failed with result 'exit-code'."),
    ("service-stop", "Stopped target Timers."),
    ("service-stop", "worker said: Stopping now"),
    ("service-start", "worker said: Started now"),
    ("service-start", "Startled by a request"),
    ("suspend", "user asked to suspend the subscription"),
    ("suspend", "Reached target Sleepers."),
    ("resume", "download of PM: suspension resumed"),
    ("link-down", "the blink is downstairs"),
    ("link-down", "state change: disconnected -> activated"),
    ("link-up", "follow the link update"),
    ("net-fail", "the network was reachable"),
    ("net-ok", "asked the time server"),
    ("net-ok", "Can't select source"),
    ("clock-step", "the clock struck twelve"),
    ("store-fail", "421 4.7.0 Too many connections from 192.0.2.4"),
    ("store-fail", "the database system is ready"),
    ("worker-crash", "worker process 4455 exited with code 0"),
    ("limited", '*9 delaying request, excess: 0.4, by zone "one", client: 192.0.2.66, server: example.net'),
    ("suppressed", "messages delivered despite rate-limiting"),
    ("login", "Failed password for alice from 192.0.2.9 port 50022 ssh2"),
    ("login", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"),
    ("planned", "maintenance of the lawn"),
    ("change", "please install the update"),
    ("change", "client asks for status=installed"),
    ("suppressed", "audit: audit_lost=0 audit_rate_limit=0"),
    ("repeated", "he said: last message repeated 3 times"),
)


def marks(*messages: str | None) -> list[str | None]:
    """The mark of each message."""
    frame = pl.DataFrame({"message": messages}, schema={"message": pl.String})
    return frame.select(mark_expr(pl.col("message"))).to_series().to_list()


@pytest.mark.parametrize(("kind", "message"), POSITIVE)
def test_a_line_that_matters_is_marked(kind: str, message: str) -> None:
    """Each kind has lines that it was made for."""
    assert marks(message) == [kind]


@pytest.mark.parametrize(("kind", "message"), NEGATIVE)
def test_a_line_that_looks_like_one_is_not(kind: str, message: str) -> None:
    """A line with the same words and another meaning has no mark of that kind, nor any other."""
    assert marks(message) == [None], kind


@pytest.mark.parametrize("samples", [POSITIVE, NEGATIVE], ids=["positive", "negative"])
def test_every_kind_has_its_samples(samples: tuple[tuple[str, str], ...]) -> None:
    """A kind without a line it matches and a line it must not is not tested."""
    assert {kind for kind, _ in samples} == set(KINDS)


@pytest.mark.parametrize(("kind", "message"), POSITIVE)
def test_literals_let_through_what_a_pattern_matches(kind: str, message: str) -> None:
    """The quick look for literals never hides a line from its pattern."""
    (mark,) = [mark for mark in MARKS if mark.kind == kind]
    assert [literal for literal in mark.literals if literal in message] != []


def test_a_missing_message_has_no_mark() -> None:
    """Null stays null."""
    assert marks(None, "Time has been changed") == [None, "clock-step"]


def test_a_kernel_stamp_may_stand_before_a_line() -> None:
    """A container's systemd writes its jobs behind the kernel's stamp."""
    assert marks("[   12.345678] systemd[1]: x", "[   12.345678] Started Shop backend.") == [None, "service-start"]


def test_no_pattern_leans_on_unicode_digits() -> None:
    """Digits are written [0-9]: a log in another script holds no numbers for us."""
    assert [mark.kind for mark in MARKS if r"\d" in mark.pattern] == []


def test_every_mark_says_who_writes_it() -> None:
    """A pattern without a reference cannot be checked."""
    assert [mark.kind for mark in MARKS if not mark.reference] == []
