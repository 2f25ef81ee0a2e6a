"""Kinds of outage of what stands around and behind a web server: its backends, their database, their containers, their deploys."""

# ruff: noqa: E501 - log lines are as long as programs write them; what chance decides here is no secret

from __future__ import annotations

import re
from datetime import datetime
from random import Random

from tests.simulate.outages import REFUSED, TIMED_OUT, Kind, Truth, clean_reboot, failing, length, moment, server
from tests.simulate.server import Answer, Fault, Server
from tests.simulate.styles import STYLES

Made = tuple[Server, tuple[Truth, ...]]


def told_by(made: Server, time: float, program: str, text: str) -> None:
    """A line of a program in the system's log."""
    made.system(time, program, text, "daemon.log")


# --- the database and the name server


def too_many_connections(seed: int) -> Made:
    """A leak takes all of the database's connections: most calls that need one are answered 500."""
    made = server(seed, rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 900, 3 * 3600)
    failing(made, begin, end, made.site.writes, lambda random: Answer(500, random.uniform(0.01, 0.1)), share=0.9)
    made.live()
    for at in range(int(begin) + 3, int(end), 7):
        made.say(at, "postgresql/postgresql-13-main.log", "FATAL:  sorry, too many clients already")
    made.styles["postgresql/postgresql-13-main.log"] = lambda time, _, text: (
        f"{time:%Y-%m-%d %H:%M:%S.%f}"[:-3] + f" {time:%Z} [4711] app@app {text}"
    )
    return made, (Truth(begin, end, "partial", ("upstream-down",), made.site.writes),)


def failover(seed: int) -> Made:
    """The database dies and another takes its place: a minute or three of 500 for all that writes."""
    made = server(seed, rate=9000.0, days=1.5)
    begin = moment(made)
    end = begin + made.random.uniform(60, 180)
    failing(made, begin, end, made.site.writes, lambda random: Answer(500, random.uniform(0.01, 0.1)))
    made.live()
    log = "postgresql/postgresql-13-main.log"
    made.styles[log] = lambda time, _, text: f"{time:%Y-%m-%d %H:%M:%S.%f}"[:-3] + f" {time:%Z} [811] {text}"
    for at, text in (
        (begin, "FATAL:  could not receive data from WAL stream: server closed the connection unexpectedly"),
        (end - 2.0, "LOG:  received promote request"),
        (end - 1.9, "LOG:  redo done at 0/5A2B7C8"),
        (end - 1.2, "LOG:  selected new timeline ID: 4"),
        (end - 0.2, "LOG:  database system is ready to accept connections"),
    ):
        made.say(at, log, text)
    return made, (Truth(begin, end, "partial", ("upstream-down", "unknown"), made.site.writes),)


def resolver_down(seed: int) -> Made:
    """The name server is gone: calls that ask another host are answered 500, and other programs find no names either."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 900, 3 * 3600)
    failing(made, begin, end, made.site.calls, lambda random: Answer(500, random.uniform(5.0, 10.1)))
    made.live()
    for at in range(int(begin) + 20, int(end), 240):
        made.system(
            at,
            "postfix/smtp[2211]",
            "warning: host not found: mail.example.net: Temporary failure in name resolution",
            "mail.log",
        )
        made.say(at + 9, made.app_log, "ERROR|Http|Temporary failure in name resolution (api.example.net:443)")
    return made, (Truth(begin, end, "partial", ("network-loss",), made.site.calls),)


# --- deploys and containers


def bad_deploy(seed: int) -> Made:
    """A new version dies as it starts, five times over; the old one is put back."""
    made = server(seed, rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 300, 3600)
    failing(made, begin, end, made.site.calls, lambda _: REFUSED)
    made.live()
    name, unit = f"{made.site.name} application", f"{made.site.name}.service"
    told_by(made, begin - 0.4, "systemd[1]", f"Stopping {name}...")
    told_by(made, begin, "systemd[1]", f"Stopped {name}.")
    for turn in range(5):
        at = begin + 1 + 2.5 * turn
        told_by(made, at, "systemd[1]", f"Started {name}.")
        told_by(
            made,
            at + 0.9,
            f"{made.site.name}[{5000 + turn}]",
            'panic: config: unknown field "databse_url" in /etc/app/config.yml',
        )
        told_by(made, at + 1.0, "systemd[1]", f"{unit}: Main process exited, code=exited, status=2/INVALIDARGUMENT")
        told_by(made, at + 1.0, "systemd[1]", f"{unit}: Failed with result 'exit-code'.")
        told_by(made, at + 2.0, "systemd[1]", f"{unit}: Scheduled restart job, restart counter is at {turn + 1}.")
    told_by(made, begin + 14, "systemd[1]", f"{unit}: Start request repeated too quickly.")
    told_by(made, begin + 14, "systemd[1]", f"Failed to start {name}.")
    told_by(made, end - 1.5, "systemd[1]", f"Started {name}.")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("upstream-down",), made.site.calls),)


def memory_loop(seed: int) -> Made:
    """In the busiest hours the application is killed for its memory every few minutes and is back within one, for an hour or two."""
    made = server(seed, rate=12000.0, days=1.9, rotate="numbers")
    begin = at = made.rotations[0] + made.random.uniform(12, 15) * 3600
    deaths = [begin]
    until = begin + made.random.uniform(1, 2) * 3600
    while (at := at + made.random.uniform(120, 400)) < until:
        deaths.append(at)
    for at in deaths:
        failing(made, at, at + 40, made.site.calls, lambda _: REFUSED)
    made.live()
    unit = f"{made.site.name}.service"
    for turn, at in enumerate(deaths):
        made.kernel(
            at - 0.1, f"{made.site.name} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0"
        )
        made.kernel(
            at,
            f"Out of memory: Killed process {9000 + turn} ({made.site.name}) total-vm:4012340kB, anon-rss:1822340kB, file-rss:0kB, shmem-rss:0kB, UID:998 pgtables:4120kB oom_score_adj:0",
        )
        told_by(made, at + 0.1, "systemd[1]", f"{unit}: A process of this unit has been killed by the OOM killer.")
        told_by(made, at + 0.2, "systemd[1]", f"{unit}: Failed with result 'oom-kill'.")
        told_by(made, at + 5.2, "systemd[1]", f"{unit}: Scheduled restart job, restart counter is at {turn + 1}.")
        told_by(made, at + 5.3, "systemd[1]", f"Started {made.site.name} application.")
        made.say(at + 40, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, deaths[-1] + 40, "partial", ("out-of-memory",), made.site.calls),)


def docker_restarted(seed: int) -> Made:
    """An upgrade restarts the Docker daemon, and with it the application's container."""
    made = server(seed, rate=9000.0, days=1.5)
    begin = moment(made)
    end = begin + made.random.uniform(25, 90)
    failing(made, begin, end, made.site.calls, lambda _: REFUSED)
    made.live()
    name = "Docker Application Container Engine"
    stamp = datetime.fromtimestamp(begin, made.tz).isoformat()
    told_by(made, begin - 0.6, "systemd[1]", f"Stopping {name}...")
    told_by(made, begin - 0.5, "dockerd[811]", f'time="{stamp}" level=info msg="Processing signal \'terminated\'"')
    made.kernel(begin, "docker0: port 1(veth2b1c7f0) entered disabled state")
    made.kernel(begin, "device veth2b1c7f0 left promiscuous mode")
    made.system(begin + 0.1, "systemd-networkd[402]", "veth2b1c7f0: Lost carrier", "daemon.log")
    told_by(made, begin + 1, "systemd[1]", "docker.service: Succeeded.")
    told_by(made, begin + 1, "systemd[1]", f"Stopped {name}.")
    told_by(made, begin + 3, "systemd[1]", f"Starting {name}...")
    told_by(made, end - 6, "systemd[1]", f"Started {name}.")
    made.kernel(end - 5.5, "docker0: port 1(veth7711fa2) entered forwarding state")
    made.system(end - 5.5, "systemd-networkd[402]", "veth7711fa2: Gained carrier", "daemon.log")
    made.say(end, made.app_log, "INFO|Host|Application started")
    return made, (Truth(begin, end, "partial", ("upstream-down", "clean-reboot"), made.site.calls),)


def node_not_ready(seed: int) -> Made:
    """A node's container runtime hangs; its pods are taken out, and the ingress says 503 until it is mended."""
    made = server(seed, web="nginx")
    begin = moment(made)
    end = begin + length(made, 600, 3 * 3600)
    failing(made, begin, end, made.site.calls, lambda _: Answer(503, 0.0))
    made.live()
    for at in range(int(begin) - 170, int(end) - 20, 15):
        stamp = datetime.fromtimestamp(made.clock(at), made.tz)
        made.system(
            at, "kubelet[1082]",
            f"E{stamp:%m%d %H:%M:%S}.551588    1082 kubelet.go:1852] skipping pod synchronization - PLEG is not healthy: pleg was last seen active {at - begin + 180:.0f}s ago; threshold is 3m0s",
        )  # fmt: skip
    stamp = datetime.fromtimestamp(begin - 1, made.tz)
    made.system(
        begin - 1, "kubelet[1082]",
        f"I{stamp:%m%d %H:%M:%S}.879728    1082 setters.go:577] Node became not ready: {{Type:Ready Status:False Reason:KubeletNotReady Message:PLEG is not healthy}}",
    )  # fmt: skip
    return made, (Truth(begin, end, "partial", ("upstream-down", "unknown"), made.site.calls),)


# --- what stands before the backends

HAPROXY = "haproxy.log"

_REQUEST = re.compile(r'^(?P<client>[^ ]+) - - \[@\] (?P<request>"[^"]*") (?P<status>[0-9]+) (?P<size>[0-9]+) ')


def through_haproxy(made: Server, backend: str = "app") -> None:
    """The requests are logged by HAProxy instead, which writes to the system log's socket: one file, and no error log."""
    lines = []
    for time, number, source, text in made.lines:
        found = _REQUEST.match(text) if source == made.access else None
        if found is None:
            lines.append((time, number, source, text))
            continue
        none = found["status"] in ("502", "503")
        where, state, timers = (
            (f"{backend}/<NOSRV>", "SC--", "0/-1/-1/-1/0") if none else (f"{backend}/web1", "----", "0/0/1/12/13")
        )
        lines.append(
            (time, number, HAPROXY, f"haproxy[702]: {found['client']}:40112 [@] http-in {where} {timers} {found['status']} {found['size']} - - {state} 12/12/3/2/0 0/0 {found['request']}")
        )  # fmt: skip
    made.lines = lines
    plain = STYLES[made.logger]
    made.styles[HAPROXY] = lambda time, host, text: plain(
        time, host, text.replace("[@]", f"[{time:%d/%b/%Y:%H:%M:%S.%f}"[:-3] + "]", 1)
    )


def backends_down(seed: int) -> Made:
    """Both backends of a HAProxy fail their checks after one another: everything is answered 503."""
    made = server(seed, stats=False)
    begin = moment(made)
    end = begin + length(made, 300, 3 * 3600)
    failing(made, begin, end, made.site.endpoints, lambda _: Answer(503, 0.0))
    made.live()
    through_haproxy(made)
    why = 'reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms.'
    for at, text in (
        (begin - made.random.uniform(10, 900), f"Server app/web2 is DOWN, {why} 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."),
        (begin, f"Server app/web1 is DOWN, {why} 0 active and 0 backup servers left. 3 sessions active, 0 requeued, 0 remaining in queue."),
        (begin, "backend app has no server available!"),
        (end, "Server app/web1 is UP, reason: Layer7 check passed, code: 200, check duration: 3ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue."),
    ):  # fmt: skip
        made.say(at, HAPROXY, f"haproxy[702]: {text}")
    return made, (Truth(begin, end, "total", ("upstream-down",), made.site.endpoints),)


def upstream_certificate_expired(seed: int) -> Made:
    """The certificate of the backend has expired, and nginx trusts it no more."""
    made = server(seed, web="nginx")
    begin = moment(made)
    end = begin + length(made, 900, 5 * 3600)
    words = "upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream"
    failing(made, begin, end, made.site.calls, lambda _: Answer(502, 0.01, words))
    made.live()
    return made, (Truth(begin, end, "partial", ("upstream-down", "unknown"), made.site.calls),)


def maintenance(seed: int) -> Made:
    """An announced maintenance: everything is answered 503 while the database is upgraded, as the log says."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 900, 2 * 3600)
    failing(made, begin, end, made.site.endpoints, lambda _: Answer(503, 0.0))
    made.live()
    said = (
        ("root[4120]", "planned maintenance window begins: database upgrade"),
        ("root[4120]", "Enabling maintenance mode (scheduled 60 minutes)"),
    )[seed % 2]
    made.system(begin - 3, *said)
    made.system(begin + 30, "systemd[1]", "Stopping PostgreSQL Cluster 13-main...", "daemon.log")
    made.system(begin + 33, "systemd[1]", "Stopped PostgreSQL Cluster 13-main.", "daemon.log")
    made.system(end - 40, "systemd[1]", "Started PostgreSQL Cluster 14-main.", "daemon.log")
    made.system(end, "root[4177]", "maintenance finished")
    return made, (
        Truth(begin, end, "total", ("upstream-down", "unknown", "web-server-down"), made.site.endpoints, planned=True),
    )


def planned_reboot(seed: int) -> Made:
    """A reboot for a new kernel, announced half an hour ahead."""
    made, (truth,) = clean_reboot(seed)
    assert truth.start is not None
    when = datetime.fromtimestamp(truth.start, made.tz)
    made.system(
        truth.start - 1800,
        "systemd-logind[612]",
        f"Shutdown scheduled for {when:%a %Y-%m-%d %H:%M:%S %Z}",
        "daemon.log",
        "auth.log",
    )
    return made, (Truth(truth.start, truth.end, "total", ("clean-reboot",), planned=True),)


def flood_limited_for_all(seed: int) -> Made:
    """A flood, and a limit for all clients together: nearly everything that visitors ask for is answered 503."""
    made = server(seed, web="nginx", rate=9000.0, days=1.5)
    begin = moment(made)
    end = begin + length(made, 600, 3600)
    words = 'limiting requests, excess: 20.600 by zone "all"'
    failing(made, begin, end, made.site.endpoints, lambda _: Answer(503, 0.0, words), share=0.9)
    made.live()
    return made, (Truth(begin, end, "partial", ("upstream-down", "unknown"), made.site.endpoints),)


# --- what they stand on


def body_disk_full(seed: int) -> Made:
    """The disk on which nginx keeps the bodies of requests is full; the logs lie on another."""
    made = server(seed, web="nginx")
    begin = moment(made)
    end = begin + length(made, 900, 4 * 3600)
    words = 'pwrite() "/var/lib/nginx/body/0000012345" failed (28: No space left on device)'
    failing(made, begin, end, made.site.writes, lambda _: Answer(500, 0.0, words, "crit"))
    made.live()
    return made, (Truth(begin, end, "partial", ("disk-full",), made.site.writes),)


def nfs_hung(seed: int) -> Made:
    """The file server answers no more; what lies on it hangs, and nginx gives up after a minute."""
    made = server(seed)
    begin = moment(made)
    end = begin + length(made, 1200, 4 * 3600)
    paths = made.site.calls[:2]

    def answer(random: Random) -> Answer:
        return Answer(499, random.uniform(6, 50)) if random.random() < 0.3 else Answer(504, 60.0, TIMED_OUT)

    failing(made, begin, end, paths, answer)
    made.live()
    made.kernel(begin + 180, "nfs: server 192.0.2.10 not responding, still trying")
    for at in range(int(begin) + 240, min(int(end), int(begin) + 1300), 120):
        made.kernel(at, "INFO: task node:1871 blocked for more than 120 seconds.")
    made.kernel(end, "nfs: server 192.0.2.10 OK")
    return made, (Truth(begin, end, "partial", ("upstream-slow", "network-loss", "upstream-down", "unknown"), paths),)


def cpu_taken(seed: int) -> Made:
    """A job of cron takes all of the processor for an hour: half of the calls run into the timeout, others are slow."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    end = begin + made.random.uniform(50, 70) * 60

    def answer(random: Random) -> Answer:
        choice = random.random()
        if choice < 0.5:
            return Answer(504, 60.0, TIMED_OUT)
        return Answer(499, random.uniform(5, 50)) if choice < 0.75 else Answer(200, random.uniform(5, 50))

    failing(made, begin, end, made.site.calls, answer)
    made.live()
    made._cron(begin - 2, "backup", "/usr/local/bin/reindex --all")
    return made, (Truth(begin, end, "partial", ("upstream-slow", "upstream-down", "unknown"), made.site.calls),)


def workers_crash(seed: int) -> Made:
    """A bug in a module kills nginx's workers at every request: the access log falls silent, the error log tells of it."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    end = begin + length(made, 1800, 5 * 3600)
    made.faults.append(Fault(begin, end, loses=lambda t, s: begin <= t < end and s == made.access))
    made.live()
    came = [request for request in made.requests if begin <= request[1] < end]
    made.requests = [request for request in made.requests if not begin <= request[1] < end]
    for turn, request in enumerate(came):
        at = request[0]
        if begin <= at < end:
            made.kernel(
                at,
                f"nginx[{7000 + turn}]: segfault at 10 ip 00007f2c5d1a0f2e sp 00007ffd7e0a41b0 error 4 in ngx_http_geoip2_module.so[7f2c5d19f000+3000]",
            )
            made.say(
                at + 0.01,
                "nginx/error.log",
                f"[alert] 1200#1200: worker process {7000 + turn} exited on signal 11 (core dumped)",
            )
    told_by(made, end - 0.2, "systemd[1]", "Stopped A high performance web server and a reverse proxy server.")
    told_by(made, end - 0.1, "systemd[1]", "Starting A high performance web server and a reverse proxy server...")
    told_by(made, end, "systemd[1]", "Started A high performance web server and a reverse proxy server.")
    return made, (Truth(begin, end, "total", ("web-server-down",)),)


def children_used_up(seed: int) -> Made:
    """PHP-FPM has no child left: half of what needs it is answered 502 or 504 for some hours."""
    made = server(seed, web="nginx", rate=3000.0)
    begin = moment(made)
    end = begin + made.random.uniform(1, 4) * 3600
    words = "connect() to unix:/run/php/php7.4-fpm.sock failed (11: Resource temporarily unavailable) while connecting to upstream"

    def answer(random: Random) -> Answer:
        return Answer(502, 0.0, words) if random.random() < 0.7 else Answer(504, 60.0, TIMED_OUT)

    failing(made, begin, end, made.site.calls, answer, share=0.6)
    made.live()
    made.styles["php7.4-fpm.log"] = lambda time, _, text: f"[{time:%d-%b-%Y %H:%M:%S}] {text}"
    for at in range(int(begin) + 1, int(end), 600):
        made.say(
            at, "php7.4-fpm.log", "WARNING: [pool www] server reached pm.max_children setting (5), consider raising it"
        )
    return made, (Truth(begin, end, "partial", ("upstream-down", "upstream-slow", "unknown"), made.site.calls),)


OUTAGES: tuple[Kind, ...] = (
    too_many_connections, failover, resolver_down, bad_deploy, memory_loop, docker_restarted, node_not_ready, backends_down,
    upstream_certificate_expired, maintenance, flood_limited_for_all, planned_reboot, body_disk_full, nfs_hung, cpu_taken, workers_crash, children_used_up,
)  # fmt: skip
