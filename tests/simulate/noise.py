"""Kinds of trap that are noise: errors that hit nobody, warnings that nothing follows from, a web server that defends itself."""

# ruff: noqa: E501 - log lines are as long as programs write them; what chance decides here is no secret

from __future__ import annotations

from tests.simulate.machines import in_a_container
from tests.simulate.outages import REFUSED, Kind, Truth, failing, length, moment, server
from tests.simulate.server import DAY, Fault, Server
from tests.simulate.services import told_by

Made = tuple[Server, tuple[Truth, ...]]


def flood(made: Server, begin: float, end: float, clients: int, own: bool) -> None:
    """Some clients ask more than twice a second each; nginx lets one a second through, of each or of `all` together."""
    crowd = [f"100.64.{made.random.randint(10, 60)}.{made.random.randint(1, 254)}" for _ in range(clients)]
    path = made.random.choice(["/", made.site.calls[0]])
    name = f"{made.site.name}.example.org"
    buckets: dict[str, tuple[float, float]] = {}
    at = begin
    while (at := at + made.random.expovariate(2.5 * clients)) < end:
        client = made.random.choice(crowd)
        last, fill = buckets.get(client, (at, 0.0))
        fill = max(0.0, fill - (at - last)) + 1
        limited = fill > 21 if own else made.random.random() < 1 - 1 / (2.5 * clients)
        buckets[client] = (at, fill - limited)
        if limited:
            turned_away(made, at, client, path, name, fill)
        else:
            made.request(at, client, path, "Mozilla/5.0")


def turned_away(made: Server, at: float, client: str, path: str, name: str, excess: float) -> None:
    """One request that is over the limit."""
    made.say(at, made.access, f'{client} - - [@] "GET {path} HTTP/1.1" 503 614 "-" "Mozilla/5.0"')
    made.say(
        at,
        "nginx/error.log",
        f'[error] 1201#1201: *{int(at) % 90000} limiting requests, excess: {excess:.3f} by zone "one", client: {client}, server: {name}, request: "GET {path} HTTP/1.1", host: "{name}"',
    )


def flood_limited(seed: int) -> Made:
    """A dozen clients flood the site; nginx's limit for each client turns most of theirs away with 503, visitors are served."""
    made = server(seed, web="nginx", rate=2500.0)
    begin = moment(made)
    made.live()
    flood(made, begin, begin + length(made, 300, 900), 12, own=True)
    return made, ()


def exporter_dies(seed: int) -> Made:
    """A metrics exporter is broken: systemd starts it in vain every two minutes, for days."""
    made = server(seed)
    made.live()
    begin = moment(made, 0.2, 0.4)
    for turn in range(int((made.stop - begin) / 120)):
        at = begin + 120 * turn
        told_by(made, at, "systemd[1]", "Started Prometheus exporter for machine metrics.")
        told_by(
            made,
            at + 0.2,
            "systemd[1]",
            "prometheus-node-exporter.service: Main process exited, code=exited, status=1/FAILURE",
        )
        told_by(made, at + 0.2, "systemd[1]", "prometheus-node-exporter.service: Failed with result 'exit-code'.")
    return made, ()


def warnings_of_a_disk(seed: int) -> Made:
    """Smartd tells of bad sectors every half hour, and a backup stick has read errors; the site's disk is another."""
    made = server(seed)
    made.live()
    at = made.start + 100
    while at < made.stop:
        told_by(made, at, "smartd[588]", "Device: /dev/sdb [SAT], 8 Currently unreadable (pending) sectors")
        at += 1800
    for turn in range(20):
        when = made.start + DAY + 3600 * turn
        made.kernel(
            when,
            f"blk_update_request: I/O error, dev sdc, sector {120586240 + 8 * turn} op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 0",
        )
        made.kernel(when, f"Buffer I/O error on dev sdc1, logical block {15073280 + turn}, async page read")
    return made, ()


def backup_without_room(seed: int) -> Made:
    """The nightly backup finds its own disk full each night, and says so; nobody asks the backup anything."""
    made = server(seed, days=5.0)
    made.live()
    for night in range(5):
        at = made.start + night * DAY + 7200
        for turn in range(30):
            made.system(
                at + turn,
                "rsync[9120]",
                f'rsync: [receiver] write failed on "/mnt/backup/srv/file{turn}": No space left on device (28)',
            )
    return made, ()


def flood_of_syns(seed: int) -> Made:
    """The kernel fears a flood of SYNs, and its table of connections is full for a moment."""
    made = server(seed, rate=2500.0)
    made.live()
    at = moment(made)
    made.kernel(at, "TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.  Check SNMP counters.")
    for turn in range(40):
        made.kernel(at + turn * 5, "nf_conntrack: nf_conntrack: table full, dropping packet")
    return made, ()


def many_scanners(seed: int) -> Made:
    """A botnet asks for a script that always dies with 500, which no visitor asks for."""
    made = server(seed, rate=1200.0)
    begin = moment(made)
    made.live()
    at = begin
    for _ in range(3000):
        at += made.random.expovariate(1.0)
        client = f"100.64.{made.random.randint(10, 60)}.{made.random.randint(1, 254)}"
        made.say(at, made.access, f'{client} - - [@] "POST /xmlrpc.php HTTP/1.1" 500 1208 "-" "Mozilla/5.0"')
    return made, ()


def not_ready_at_night(seed: int) -> Made:
    """A load balancer's check of readiness is answered 503 at each nightly import, as it should; visitors are served."""
    made = server(seed, days=5.0, rate=1200.0)
    made.live()
    at = made.start + 3.3
    while at < made.stop:
        status = 503 if 3600 <= (at - made.start) % DAY < 4500 else 200
        made.say(at, made.access, f'10.0.0.5 - - [@] "GET /readyz HTTP/1.1" {status} 17 "-" "ELB-HealthChecker/2.0"')
        at += 10
    return made, ()


def lockups_told(seed: int) -> Made:
    """Snapshots of the virtual machine hold it for seconds each night; the kernel complains, and nothing follows."""
    made = server(seed, days=4.0)
    made.live()
    for night in range(4):
        at = made.start + night * DAY + 9000
        made.kernel(at, "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [swapper/1:0]")
        made.kernel(at + 0.1, "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:")
    return made, ()


def app_errors_logged(seed: int) -> Made:
    """The application's log is full of errors and stack traces for an hour; every call is answered 200 all the same."""
    made = server(seed)
    made.live()
    at = moment(made)
    for turn in range(600):
        made.say(at + turn * 6, made.app_log, "ERROR|Mailer|could not send: connect ECONNREFUSED 192.0.2.25:25")
    return made, ()


def own_container_zone(seed: int) -> Made:
    """Nothing happens, with nginx in a container that writes UTC."""
    zone = ("Europe/Berlin", "Asia/Kolkata", "America/New_York", "Asia/Tokyo")[seed % 4]
    made = server(seed, web="nginx", zone=zone, logger="rfc3164")
    failing(made, made.start, made.stop, made.site.calls, lambda _: REFUSED, share=0.01)
    made.live()
    return in_a_container(made), ()


def closed_at_night(seed: int) -> Made:
    """A site for one town: from ten to six hardly anybody comes, and no timer asks."""
    made = server(seed, days=6.0, rate=1500.0, rotate="numbers")
    for night in made.rotations:
        made.faults.append(Fault(night - 2 * 3600, night + 6 * 3600, arrives=lambda _: 0.0))
    made.live()
    made.lines = [line for line in made.lines if not line[3].startswith(("203.0.113.9 ", "198.51.100.77 "))]
    return made, ()


def test_of_load(seed: int) -> Made:
    """The owner tests the site's load from one machine at night until it answers 503."""
    made = server(seed, rate=1200.0)
    begin = moment(made)
    made.live()
    for turn in range(4000):
        at = begin + turn * 0.15
        status = 503 if turn % 10 > 3 else 200
        made.say(
            at,
            made.access,
            f'198.51.100.20 - - [@] "GET {made.site.calls[0]}?q={turn} HTTP/1.1" {status} 614 "-" "k6/0.43.1 (https://k6.io/)"',
        )
    return made, ()


TRAPS: tuple[Kind, ...] = (
    flood_limited, exporter_dies, warnings_of_a_disk, backup_without_room, flood_of_syns, many_scanners, not_ready_at_night,
    lockups_told, app_errors_logged, own_container_zone, closed_at_night, test_of_load,
)  # fmt: skip
