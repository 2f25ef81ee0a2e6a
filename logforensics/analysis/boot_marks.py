"""Turns messages into marks of a machine's life: first kernel lines, steps of a stop, panics, journal replays."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from logforensics.analysis.scan import Rule, scan_expr

_STAMP = r"^(?:<[0-9]+>)?(?:\[ *[0-9]+\.[0-9]+\](?:\[ *[TC][0-9]+\])? )?"
"""The kernel's own stamp, seconds since boot (printk.time), and the caller's id behind it where that is compiled in."""

_REACHED = r"^(?:Reached target|Starting|Finished|Started) (?:[A-Za-z0-9_.@-]+ - )?"
"""How systemd begins its job messages; since version 250 the unit's name stands before its description."""

KERNEL = frozenset({"kernel"})
_WTMP = frozenset({"wtmp"})
_SYSTEMD = frozenset({"systemd", "init"})
_JOURNALD = frozenset({"systemd-journald", "systemd-journal", "journal"})
_LOGIND = frozenset({"systemd-logind", "elogind", "elogind-daemon", "systemd"})
_SSHD = frozenset({"sshd"})
_LOGGERS = frozenset({"rsyslogd", "syslogd", "sysklogd", "syslog-ng", "rsyslogd-2177", "klogd", "kernel"})


@dataclass(frozen=True)
class BootMark:
    """One kind of line.

    `role`: "boot" (only a starting kernel writes it), "early" (kernel line within the first minute), "late" (written
    once per boot, somewhat after it), "ordered" (somebody asked the machine to stop), "final" (the machine is
    stopping), "weak" (a service that runs as long as the machine does stops), "stop" (any service stops), "restart"
    (takes a "weak" of the same program back), "panic", "replay" (the disk was not left clean).  `manner` refines a
    stop: "reboot" or "poweroff".
    """

    role: str
    rule: Rule
    manner: str | None = None


def _mark(
    role: str, name: str, programs: frozenset[str], literals: tuple[str, ...], regex: str, manner: str | None = None
) -> BootMark:
    return BootMark(role, Rule(name, literals, regex, programs=programs), manner)


BOOT_MARKS: tuple[BootMark, ...] = (
    # init/main.c start_kernel, init/version.c linux_banner
    _mark("boot", "banner", KERNEL, ("Linux version ",), _STAMP + r"Linux version [0-9]+\.[0-9]"),
    _mark("boot", "command-line", KERNEL, ("ommand line: ",), _STAMP + r"(?:Kernel c|C)ommand line: "),
    _mark(
        "boot",
        "first-line",
        KERNEL,
        ("Booting Linux on physical CPU", "Initializing cgroup subsys cpuset", "microcode updated early to"),
        _STAMP + r"(?:Booting Linux on physical CPU|Initializing cgroup subsys cpuset|.*microcode updated early to)",
    ),
    # BOOT_TIME and RUN_LVL records (utmp(5)) as evidence/logins.py words them, by systemd-update-utmp or init
    _mark("boot", "wtmp-boot", _WTMP, ("system boot",), r"^system boot(?:, kernel |$)"),
    _mark("final", "wtmp-reboot", _WTMP, ("system shutdown for a reboot",), r"^system shutdown for a reboot", "reboot"),
    _mark("final", "wtmp-halt", _WTMP, ("system shutdown, runlevel 0",), r"^system shutdown, runlevel 0$", "poweroff"),
    _mark("final", "wtmp-shutdown", _WTMP, ("system shutdown",), r"^system shutdown$"),
    # kernel/panic.c, arch/x86/mm/fault.c, arch/x86/kernel/dumpstack.c
    _mark(
        "panic",
        "panic",
        KERNEL,
        ("ernel panic - not syncing", "nable to handle ", "Oops: ", "ernel BUG at ", "BUG: kernel NULL"),
        r"[Kk]ernel panic - not syncing|BUG: unable to handle |Unable to handle kernel |Oops: |[Kk]ernel BUG at "
        r"|BUG: kernel NULL",
    ),
    # ext4 and jbd2, fs/xfs/xfs_log_recover.c, fs/btrfs/tree-log.c, fs/fat, e2fsck, systemd journal-file.c
    _mark(
        "replay",
        "kernel-replay",
        KERNEL,
        (
            "recovery required on readonly",
            "recovery complete",
            "orphan inode",
            "Starting recovery",
            "replaying log",
            "start tree-log replay",
            "not properly unmounted",
            "orphan cleanup on readonly",
            "replayed journal",
        ),
        r"INFO: recovery required on readonly filesystem|-fs \([^)]+\): recovery complete|orphan inodes? deleted"
        r"|orphan cleanup on readonly fs|XFS .*Starting recovery|start tree-log replay|not properly unmounted"
        r"|replay(?:ing|ed) (?:log|journal)",
    ),
    _mark(
        "replay",
        "fsck-replay",
        _JOURNALD | frozenset({"systemd-fsck", "fsck", "mysqld", "mariadbd", "postgres"}),
        ("recovering journal", "uncleanly shut down", "not cleanly unmounted", "was not properly shut down"),
        r"recovering journal|corrupted or uncleanly shut down|not cleanly unmounted|was not properly shut down",
    ),
    # the kernel's last words: kernel/reboot.c, kernel/kexec_core.c
    _mark(
        "final",
        "kernel-reboot",
        KERNEL,
        ("Restarting system", "Starting new kernel"),
        _STAMP + r"(?:reboot: )?(?:Restarting system|(?:kexec(?:_core)?: )?Starting new kernel)",
        "reboot",
    ),
    _mark(
        "final",
        "kernel-poweroff",
        KERNEL,
        ("Power down", "System halted", "sleep state S5"),
        _STAMP + r"(?:reboot: (?:Power down|System halted)|Power down\.|System halted\."
        r"|ACPI: Preparing to enter system sleep state S5)",
        "poweroff",
    ),
    # systemd units/reboot.target, poweroff.target, final.target, umount.target; names before and after version 250.
    # "Reached target Shutdown" is not among them: every user's own manager writes it at each logout.
    _mark(
        "final",
        "target-reboot",
        _SYSTEMD,
        ("Reboot", "Kexec"),
        _REACHED + r"(?:Show Plymouth |System )?(?:Reboot|Kexec)\b",
        "reboot",
    ),
    _mark(
        "final",
        "target-poweroff",
        _SYSTEMD,
        ("Power-Off", "Power Off", "Halt"),
        _REACHED + r"(?:Show Plymouth |System )?(?:Power[- ]Off|Halt)\b",
        "poweroff",
    ),
    _mark(
        "final",
        "target-final",
        _SYSTEMD,
        ("Final Step", "Late Shutdown Services", "Unmount All Filesystems", "System Shutdown", "Shutting down."),
        _REACHED + r"(?:Final Step|Late Shutdown Services|Unmount All Filesystems|System Shutdown)"
        r"|^(?:\[ *[0-9.]+\] systemd\[1\]: )?Shutting down\.",
    ),
    _mark(
        "final",
        "systemd-shutdown",
        frozenset({"systemd-shutdown", "kernel"}),
        ("Syncing filesystems and block devices", "remaining processes...", "All filesystems unmounted"),
        r"Syncing filesystems and block devices|Sending SIG(?:TERM|KILL) to remaining proc|All filesystems unmounted",
    ),
    _mark(
        "final",
        "journald-shutdown",
        _JOURNALD | KERNEL,
        ("Received SIGTERM from PID 1 (systemd-shutdow",),
        r"Received SIGTERM from PID 1 \(systemd-shutdow",
    ),
    _mark(
        "ordered",
        "target-stopped",
        _SYSTEMD,
        ("Stopped target ",),
        r"^Stopped target (?:[A-Za-z0-9_.-]+ - )?(?:Multi-User System|Graphical Interface|Login Prompts"
        r"|(?:Local|Remote) File Systems|System Initialization|Host and Network Name Lookups)",
    ),
    # systemd src/login/logind-dbus.c, logind-action.c
    _mark(
        "ordered",
        "logind-reboot",
        _LOGIND,
        ("System is rebooting", "will reboot now", "Rebooting...", "going down for reboot", "rebooting with kexec"),
        r"System is rebooting|system will reboot now|^Rebooting\.\.\.|going down for reboot NOW",
        "reboot",
    ),
    _mark(
        "ordered",
        "logind-poweroff",
        _LOGIND,
        ("System is powering", "System is halting", "will power", "system will halt", "Powering ", "going down for "),
        r"System is (?:powering down|halting)|system will (?:power off|power-off|halt) now|^Powering [Oo]ff\.\.\."
        r"|going down for (?:power-off|poweroff|halt|system halt) NOW",
        "poweroff",
    ),
    # sysvinit shutdown(8), init(8); upstart
    _mark(
        "ordered",
        "shutdown-reboot",
        frozenset({"shutdown", "init", "reboot"}),
        ("shutting down for system reboot", "runlevel: 6", "runlevel 6"),
        r"shutting down for system reboot|(?:[Ss]witching to|[Ee]ntering) runlevel:? 6",
        "reboot",
    ),
    _mark(
        "ordered",
        "shutdown-halt",
        frozenset({"shutdown", "init", "halt", "poweroff"}),
        ("shutting down for system halt", "shutting down for power", "runlevel: 0", "runlevel 0"),
        r"shutting down for (?:system halt|power ?off)|(?:[Ss]witching to|[Ee]ntering) runlevel:? 0",
        "poweroff",
    ),
    _mark(
        "weak",
        "logger-exit",
        _LOGGERS,
        ("exiting on signal 15", "shutting down; version", "Kernel logging (proc) stopped", "log daemon terminating"),
        r"exiting on signal 15|shutting down; version|Kernel logging \(proc\) stopped|[Kk]ernel log daemon terminating",
    ),
    _mark("weak", "sshd-exit", _SSHD, ("eceived signal 15; terminating",), r"Received signal 15; terminating"),
    _mark("weak", "journal-stop", _JOURNALD, ("Journal stopped",), r"^Journal stopped"),
    _mark(
        "restart",
        "logger-start",
        _LOGGERS,
        ("] start", "syslog-ng starting up", ": restart", "log source = /proc/kmsg started"),
        r"\] (?:\(re\))?start\s*$|syslog-ng starting up|syslogd .*: restart|log source = /proc/kmsg started",
    ),
    _mark("restart", "sshd-start", _SSHD, ("Server listening on ",), r"^Server listening on "),
    _mark("restart", "journal-start", _JOURNALD, ("Journal started",), r"^Journal started"),
    # src/core/manager.c manager_notify_finished: only the system's own manager names "(kernel)"; cron.c: once per boot
    _mark("late", "startup-finished", _SYSTEMD, ("Startup finished in ",), r"^Startup finished in .*\(kernel\)"),
    _mark("late", "cron-at-reboot", frozenset({"cron", "crond"}), ("@reboot jobs",), r"Running @reboot jobs"),
    _mark("stop", "unit-stop", _SYSTEMD, ("Stopping ", "Stopped "), r"^Stopp(?:ing|ed) "),
    # "%5lu.%06lu" in kernel/printk: under a minute there are three or four spaces
    _mark("early", "early", KERNEL, ("[   ",), r"^(?:<[0-9]+>)?\[ {3,4}[0-5]?[0-9]\.[0-9]{6}\]"),
)
"""In the order they are tried; the position is the value of the `boot_mark` column."""


def boot_rules() -> list[Rule]:
    """The rules of all marks, in their order."""
    return [mark.rule for mark in BOOT_MARKS]


def boot_expr(column: pl.Expr, program: pl.Expr | None = None) -> pl.Expr:
    """Int16: the position in BOOT_MARKS of the mark that each message of `column` carries; null for most lines.

    Without `program` a mark says only what the text looks like; `boots.find_boots` asks who wrote it.
    """
    return scan_expr(column, program, [boot_rules()], quoters=False)
