"""Boots are found once each, and how the session before ended is told from its last words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.boots import boot_expr, find_boots
from logforensics.analysis.findings import Boot, Cite

START = datetime(2020, 6, 24, 7, 12, 12, tzinfo=UTC)

BANNER = "[    0.000000] Linux version 4.19.0-9-amd64 (debian-kernel@lists.debian.org) (gcc version 8.3.0) #1 SMP"
COMMAND = "[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-4.19.0-9-amd64 root=/dev/sda1 ro quiet"

Line = tuple[float, str, str | None, str | None]
"""Seconds from START, source, program, message."""

BOOT: tuple[Line, ...] = (
    (0, "syslog", "kernel", BANNER),
    (0, "syslog", "kernel", COMMAND),
    (0, "syslog", "kernel", "[    2.650197] EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: (null)"),
)
RUNNING: tuple[Line, ...] = ((-40, "syslog", "CRON", "(root) CMD (true)"), (-30, "syslog", "dhclient", "bound"))
REPLAY: Line = (0, "syslog", "kernel", "[    1.745788] EXT4-fs (sda1): INFO: recovery required on readonly filesystem")


def boots(*lines: Line, host: str | None = "obiwan", offline: tuple[str, ...] = ()) -> tuple[Boot, ...]:
    """The boots found in `lines`, in order of time as a timeline holds them."""
    numbers: dict[str, int] = {}
    rows = []
    for seconds, source, program, message in lines:
        numbers[source] = numbers.get(source, 0) + 1
        named = None if source.startswith("nginx") else host
        rows.append((START + timedelta(seconds=seconds), source, source, numbers[source], named, program, message))
    names = ("time", "source", "file", "line", "host", "program", "message")
    schema: dict[str, pl.DataType] = {name: pl.String() for name in names}
    schema |= {"time": pl.Datetime("us", "UTC"), "line": pl.UInt32()}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort("time", "source", maintain_order=True)
    typed = frame.with_columns(pl.col("source", "file", "host", "program").cast(pl.Categorical))
    stamp = pl.col("message").str.extract(r"^\[ *([0-9.]+)\]").cast(pl.Float64)
    return find_boots(typed.with_columns(boot_mark=boot_expr(pl.col("message")), mono=stamp), offline)


def ending(*last_words: tuple[float, str, str], after: tuple[Line, ...] = BOOT) -> list[tuple[str, str | None]]:
    """How the session that ended with `last_words` (seconds before the boot, program, message) ended."""
    lines: list[Line] = [(-seconds, "syslog", program, message) for seconds, program, message in last_words]
    return [(boot.shutdown, boot.manner) for boot in boots((-3600, "syslog", "cron", "x"), *lines, *after)]


def test_no_boot_in_a_running_machine() -> None:
    """Lines of a running machine hold no boot."""
    assert boots(*RUNNING) == ()


def test_boot_is_dated_by_its_first_line() -> None:
    """Time and place are those of the first line of the boot."""
    (boot,) = boots(*RUNNING, *BOOT)
    assert (boot.time, boot.cite) == (START, Cite("syslog", 3))


def test_one_boot_however_many_files_carry_it() -> None:
    """syslog, kern.log and messages tell of one start."""
    twin = [
        (seconds + 1, source, "kernel", text) for source in ("kern.log", "messages") for seconds, _, _, text in BOOT
    ]
    assert len(boots(*RUNNING, *BOOT, *twin)) == 1


def test_two_boots_in_a_crash_loop() -> None:
    """A second banner in the same file is a second start, however soon."""
    again = [(seconds + 50, source, program, text) for source, program, seconds, text in _flat(BOOT)]
    assert len(boots(*RUNNING, *BOOT, *again)) == 2


def _flat(lines: tuple[Line, ...]) -> list[tuple[str, str | None, float, str | None]]:
    return [(source, program, seconds, text) for seconds, source, program, text in lines]


def test_two_hosts_boot_on_their_own() -> None:
    """A log server's file holds the boots of each host."""
    rows = [("a", START), ("b", START + timedelta(seconds=20))]
    frame = pl.DataFrame(
        {
            "time": [time for _, time in rows],
            "source": ["all.log", "all.log"],
            "file": ["all.log", "all.log"],
            "line": [1, 2],
            "host": [host for host, _ in rows],
            "program": ["kernel", "kernel"],
            "message": [BANNER, BANNER],
        }
    )
    assert [boot.time for boot in find_boots(frame)] == [time for _, time in rows]


def test_banner_lost_in_nuls() -> None:
    """The command line at the kernel's second zero is enough."""
    assert [boot.time for boot in boots(*RUNNING, *BOOT[1:])] == [START]


def test_banner_and_command_line_lost() -> None:
    """A kernel line from the machine's first minute is enough."""
    assert [boot.time for boot in boots(*RUNNING, BOOT[2])] == [START]


def test_only_a_late_mark_left() -> None:
    """Without kernel lines, the service manager's "Startup finished" tells of the boot."""
    line = (12.0, "daemon.log", "systemd", "Startup finished in 2.966s (kernel) + 9.279s (userspace) = 12.246s.")
    assert [boot.cite for boot in boots((-9000, "daemon.log", "x", "y"), line)] == [Cite("daemon.log", 2)]


def test_late_marks_belong_to_the_boot_before_them() -> None:
    """They add no boot of their own."""
    late: tuple[Line, ...] = (
        (12, "daemon.log", "systemd", "Startup finished in 2.966s (kernel) + 9.279s (userspace) = 12.246s."),
        (3, "cron.log", "cron", "(CRON) INFO (Running @reboot jobs)"),
    )
    assert len(boots(*RUNNING, *BOOT, *late)) == 1


def test_session_manager_startup_is_no_boot() -> None:
    """A user's own service manager starts at each login."""
    assert boots(*RUNNING, (0, "syslog", "systemd", "Startup finished in 80ms.")) == ()


def test_reexecuted_service_manager_is_no_boot() -> None:
    """The service manager names its version again when a package upgrade re-executes it."""
    line = (0.0, "syslog", "systemd", "systemd 252.22-1~deb12u1 running in system mode (+PAM +AUDIT +SELINUX)")
    assert boots(*RUNNING, line) == ()


def test_forged_banner_is_no_boot() -> None:
    """Anybody can write a banner with logger(1)."""
    assert boots(*RUNNING, (0, "syslog", "logger", BANNER), (0, "syslog", "joe", COMMAND)) == ()


def test_log_daemon_restart_is_no_boot() -> None:
    """A package upgrade or logrotate restarts the log daemon, not the machine."""
    lines: tuple[Line, ...] = (
        (
            0,
            "syslog",
            "rsyslogd",
            '[origin software="rsyslogd" swVersion="8.1901.0" x-pid="810"] exiting on signal 15.',
        ),
        (1, "syslog", "rsyslogd", '[origin software="rsyslogd" swVersion="8.1901.0" x-pid="911"] start'),
        (2, "syslog", "rsyslogd", '[origin software="rsyslogd" swVersion="8.1901.0" x-pid="911"] rsyslogd was HUPed'),
    )
    assert boots(*RUNNING, *lines) == ()


def test_late_kernel_line_is_no_boot() -> None:
    """The kernel's clock goes on: a line of the second day starts nothing."""
    assert boots(*RUNNING, (0, "syslog", "kernel", "[90004.123456] usb 3-2: new high-speed USB device number 7")) == ()


def test_clock_set_while_booting_is_one_boot() -> None:
    """Without a battery the clock leaps by years when NTP answers; the kernel's own clock shows one start."""
    late = (86400.0 * 40, "syslog", "kernel", "[   25.104561] IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready")
    assert len(boots(*RUNNING, *BOOT, late)) == 1


def test_nothing_known_before_the_first_boot() -> None:
    """Where the logs begin with a boot, how the session before ended is unknown."""
    (boot,) = boots(*BOOT)
    assert (boot.shutdown, boot.ended) == ("unknown", None)


def test_first_programs_write_before_the_kernel_is_written_down() -> None:
    """Lines a few seconds before a boot, long after all others, are of its own first programs."""
    udev = (-3, "syslog", "systemd-udevd", "Using default interface naming scheme 'v252'.")
    before = [(time - 2400, source, program, text) for time, source, program, text in RUNNING]
    (boot,) = boots(*before, udev, *BOOT)
    assert boot.ended is not None
    assert boot.ended < START - timedelta(minutes=40)


def test_only_other_logs_before_the_boot() -> None:
    """An access log alone cannot tell a reboot from a power cut."""
    (boot,) = boots((-5, "nginx/access.log", None, None), *BOOT)
    assert (boot.shutdown, boot.ended_cite) == ("unknown", Cite("nginx/access.log", 1))


def test_last_sign_of_life_is_of_any_source() -> None:
    """The web server may outlive the system log."""
    (boot,) = boots(*RUNNING, (-5, "nginx/access.log", None, None), *BOOT)
    assert (boot.ended, boot.ended_cite) == (START - timedelta(seconds=5), Cite("nginx/access.log", 1))


RSYSLOG_EXIT = '[origin software="rsyslogd" swVersion="8.1901.0" x-pid="810"] exiting on signal 15.'
RSYSLOG_START = '[origin software="rsyslogd" swVersion="8.1901.0" x-pid="911"] start'


@pytest.mark.parametrize(
    ("last_words", "manner"),
    [
        pytest.param(
            [
                (25, "systemd-logind", "System is rebooting."),
                (25, "systemd", "Stopped target Multi-User System."),
                (24, "systemd", "Stopping System Logging Service..."),
                (24, "rsyslogd", RSYSLOG_EXIT),
            ],
            "reboot",
            id="debian-10-reboot",
        ),
        pytest.param(
            [
                (3600, "systemd-logind", "Power key pressed."),
                (3600, "systemd-logind", "Powering Off..."),
                (3599, "systemd-logind", "System is powering down."),
                (3599, "rsyslogd", RSYSLOG_EXIT),
            ],
            "poweroff",
            id="power-button",
        ),
        pytest.param(
            [
                (30, "systemd-logind", "The system will reboot now!"),
                (29, "systemd", "Stopped target multi-user.target - Multi-User System."),
                (28, "systemd", "Reached target umount.target - Unmount All Filesystems."),
                (27, "systemd", "Reached target final.target - Late Shutdown Services."),
                (27, "systemd", "Finished systemd-reboot.service - System Reboot."),
                (27, "systemd", "Reached target reboot.target - System Reboot."),
                (27, "systemd", "Shutting down."),
            ],
            "reboot",
            id="debian-12-journal",
        ),
        pytest.param(
            [
                (90, "systemd", "Starting Power-Off..."),
                (90, "systemd", "Reached target Power-Off."),
                (89, "systemd-shutdown", "Syncing filesystems and block devices."),
                (89, "systemd-journald", "Received SIGTERM from PID 1 (systemd-shutdow)."),
            ],
            "poweroff",
            id="ubuntu-20-poweroff",
        ),
        pytest.param(
            [
                (30, "shutdown", "shutting down for system reboot"),
                (29, "init", "Switching to runlevel: 6"),
                (28, "kernel", "Kernel logging (proc) stopped."),
                (28, "rsyslogd", RSYSLOG_EXIT),
            ],
            "reboot",
            id="sysvinit",
        ),
        pytest.param([(12, "kernel", "[90210.4] kexec_core: Starting new kernel")], "reboot", id="kexec"),
        pytest.param([(40, "kernel", "[90210.4] reboot: Power down")], "poweroff", id="kernel-last-word"),
        pytest.param([(40, "rsyslogd", RSYSLOG_EXIT)], "reboot", id="rsyslog-exit-only"),
        pytest.param([(40, "syslog-ng", "syslog-ng shutting down; version='3.28.1'")], "reboot", id="syslog-ng"),
        pytest.param([(40, "sshd", "Received signal 15; terminating.")], "reboot", id="sshd-only"),
        pytest.param(
            [
                (42, "systemd", "Stopping OpenBSD Secure Shell server..."),
                (42, "systemd", "Stopping Regular background program processing daemon..."),
                (41, "systemd", "Stopping Login Service..."),
                (41, "systemd", "Stopped A high performance web server and a reverse proxy server."),
            ],
            "reboot",
            id="services-stop",
        ),
    ],
)
def test_orderly_stop_is_clean(last_words: list[tuple[float, str, str]], manner: str) -> None:
    """An orderly stop leaves its steps in the last lines of the session."""
    assert ending(*last_words) == [("clean", manner)]


@pytest.mark.parametrize(
    ("last_words", "manner"),
    [
        pytest.param([(4 * 3600, "CRON", "(root) CMD (true)")], "power-loss", id="power-cut"),
        pytest.param([(60, "CRON", "(root) CMD (true)")], "reset", id="watchdog-or-button"),
        pytest.param(
            [
                (170, "kernel", "[1754907.836347] BUG: unable to handle kernel NULL pointer dereference at 0018"),
                (170, "kernel", "[1754907.836353] Oops: 0000 [#1] SMP PTI"),
            ],
            "panic",
            id="panic",
        ),
        pytest.param(
            [(90, "rsyslogd", RSYSLOG_EXIT), (89, "rsyslogd", RSYSLOG_START), (60, "CRON", "x")],
            "reset",
            id="log-daemon-restarted-before",
        ),
        pytest.param(
            [(90, "sshd", "Received signal 15; terminating."), (90, "sshd", "Server listening on 0.0.0.0 port 22.")],
            "reset",
            id="sshd-restarted-before",
        ),
        pytest.param(
            [(70, "systemd", "Reached target Shutdown."), (70, "systemd", "Starting Exit the Session...")],
            "reset",
            id="user-logged-out-before",
        ),
        pytest.param(
            [
                (62, "systemd", "Stopping Network Time Synchronization..."),
                (62, "systemd", "Stopped Network Time Synchronization."),
            ],
            "reset",
            id="service-restarted-before",
        ),
        pytest.param(
            [(1800, "systemd-logind", "System is rebooting."), (30, "CRON", "(root) CMD (true)")],
            "reset",
            id="order-long-ago",
        ),
    ],
)
def test_sudden_end_is_unclean(last_words: list[tuple[float, str, str]], manner: str) -> None:
    """A session that just breaks off was not stopped by anybody."""
    assert ending(*last_words) == [("unclean", manner)]


def test_stop_that_never_finished_is_unclean() -> None:
    """Ordered to reboot, but the disk had to be recovered: the stop hung and was cut short."""
    assert ending((200, "systemd-logind", "System is rebooting."), after=(*BOOT, REPLAY)) == [("unclean", "reset")]


def test_orphans_do_not_belie_an_orderly_stop() -> None:
    """Files deleted while open, and a journal not closed, are left behind by an orderly stop as well."""
    left: tuple[Line, ...] = (
        (0, "syslog", "kernel", "[    2.162434] EXT4-fs (sda1): 3 orphan inodes deleted"),
        (
            1,
            "syslog",
            "systemd-journald",
            "File /var/log/journal/6f3c/user-1000.journal corrupted or uncleanly shut down",
        ),
    )
    assert ending((30, "rsyslogd", RSYSLOG_EXIT), after=(*BOOT, *left)) == [("clean", "reboot")]


def test_replay_is_cited() -> None:
    """What the disk says about the end is part of the proof."""
    (boot,) = boots(*RUNNING, *BOOT, REPLAY)
    assert boot.evidence == (Cite("syslog", 3), Cite("syslog", 6))


def test_log_silent_long_before_the_end() -> None:
    """A system log that fell silent hours before the machine's last sign of life cannot tell how it ended."""
    lines: tuple[Line, ...] = ((-9000, "syslog", "CRON", "x"), (-60, "nginx/access.log", None, None), *BOOT)
    assert [boot.shutdown for boot in boots(*lines)] == ["unknown"]


def test_silent_log_and_recovered_disk_is_unclean() -> None:
    """The recovered disk tells what the silent log could not."""
    lines: tuple[Line, ...] = ((-9000, "syslog", "CRON", "x"), (-60, "nginx/access.log", None, None), *BOOT, REPLAY)
    assert [boot.shutdown for boot in boots(*lines)] == ["unclean"]


def test_suspend_and_resume_is_no_boot() -> None:
    """The kernel goes on where it slept."""
    lines: tuple[Line, ...] = (
        (-600, "syslog", "kernel", "[90210.100000] PM: suspend entry (deep)"),
        (0, "syslog", "kernel", "[90211.200000] PM: suspend exit"),
        (0, "syslog", "systemd-sleep", "System resumed."),
    )
    assert boots(*RUNNING, *lines) == ()


def test_frame_without_messages_has_no_boots() -> None:
    """An access log alone names no boot."""
    frame = pl.DataFrame({"time": [START], "source": ["a"], "file": ["a"], "line": [1]})
    assert find_boots(frame) == ()


def test_a_log_daemon_that_starts_minutes_after_the_kernel() -> None:
    """The journal dates the boot itself; what the daemon finds in the kernel's buffer is the same boot, not a reset."""
    late: tuple[Line, ...] = (
        (180, "kern.log", "kernel", BANNER),
        (180, "kern.log", "kernel", COMMAND),
        (181, "kern.log", "kernel", "[  179.100000] audit: type=1400 audit(1592975712.1:2): apparmor"),
    )
    found = boots((-9, "journal", "cron", "x"), (0, "journal", "kernel", "Linux version 4.19.0-9-amd64"), *late)
    assert [boot.time for boot in found] == [START]


def test_two_boots_within_minutes_stay_two() -> None:
    """A kernel whose clock began anew is another start, however soon it comes."""
    again: tuple[Line, ...] = ((200, "syslog", "kernel", BANNER), (200, "syslog", "kernel", COMMAND))
    assert len(boots(*RUNNING, *BOOT, *again, (0, "journal", "kernel", "Linux version 4.19.0-9-amd64"))) == 2


PACKAGES: tuple[Line, ...] = (
    (-90000, "dpkg.log", None, "status installed libc6:amd64 2.36-9"),
    (-89990, "plugins.log", None, "Starting to look for plugins"),
    (-89980, "dpkg.log", None, "status installed nginx:amd64 1.22.1-9"),
)


def test_the_first_boot_of_a_machine_ends_nothing() -> None:
    """What an installer or an image builder logged about packages is no life of the machine, and nothing was down."""
    (boot,) = boots(*PACKAGES, *BOOT, offline=("dpkg.log",))
    assert (boot.ended, boot.shutdown) == (None, "unknown")


@pytest.mark.parametrize("alone", [-50000, -60])
def test_a_machine_that_had_logged_by_itself_was_alive(alone: float) -> None:
    """One line that has nothing to do with packages shows that the machine ran before its first known boot."""
    (boot,) = boots(*PACKAGES, (alone, "app.log", None, "a request"), *BOOT, offline=("dpkg.log",))
    assert boot.ended == START + timedelta(seconds=alone)


def test_packages_between_two_boots_are_life() -> None:
    """Whoever works on packages between two boots does so on the running machine."""
    later: tuple[Line, ...] = tuple((seconds + 9000, source, who, text) for seconds, source, who, text in BOOT)
    found = boots(*PACKAGES, *BOOT, (5000, "dpkg.log", None, "status installed sl"), *later, offline=("dpkg.log",))
    assert [boot.ended for boot in found] == [None, START + timedelta(seconds=5000)]


def test_an_installers_kernel_is_no_boot() -> None:
    """The installer's own log begins with its own kernel."""
    own: tuple[Line, ...] = ((-600, "installer/syslog", "kernel", BANNER), (-300, "installer/syslog", "anna", "x"))
    (boot,) = boots(*own, *BOOT, offline=("installer/syslog",))
    assert (boot.time, boot.ended) == (START, None)
