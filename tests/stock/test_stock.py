"""Tests that the /var/log of a stock Debian 12 and of an Ubuntu 24.04 is read whole (see README.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from logforensics.settings import Settings
from logforensics.timeline.build import read_timeline
from logforensics.timeline.model import Timeline

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TREES = ("stock-debian-12/logs", "stock-ubuntu-24.04/logs", "stock-ubuntu-24.04/by-hand")

UNDATED = "a text without dates or times in its lines"
KERNEL = "kernel messages with seconds since boot and no wall clock: kern.log, the journal or dmesg -T have them dated"
NO_LOGS = {
    "etc/timezone": UNDATED,
    "var/log/fontconfig.log": "what fc-cache did, without times",
    "var/log/lightdm/lightdm.log": "a log in seconds since the start of its program, which it does not tell",
    "var/log/lightdm/lightdm.log.old": "a log in seconds since the start of its program, which it does not tell",
    "var/log/lightdm/seat0-greeter.log": "a log with times of day whose date it does not tell",
    "var/log/lightdm/seat0-greeter.log.old": "a log with times of day whose date it does not tell",
    "var/log/dmesg": KERNEL,
    "var/log/dmesg.0": KERNEL,
    "var/log/sysstat/sar28": "a report of sar, whose lines have a clock and no date",
    "var/log/dist-upgrade/lspci.txt": "a list of PCI devices (lspci)",
    "var/log/gdm3/greeter.log": UNDATED,
    "var/log/gpu-manager.log": "what gpu-manager found and set, without times",
    "var/log/installer/autoinstall-user-data": "a cloud-config",
    "var/log/installer/block/probe-data.json": "a JSON document",
    "var/log/installer/casper-md5check.json": "a JSON document",
    "var/log/installer/curtin-install-cfg.yaml": UNDATED,
    "var/log/installer/device-map.json": "a JSON document",
    "var/log/installer/lsb-release": "the release that was installed",
    "var/log/installer/media-info": UNDATED,
    "var/log/installer/partman": "what the installer's partitioner did, without times",
    "var/log/installer/questions.dat": "a debconf database",
    "var/log/installer/status": "a package database (dpkg's status, or an index of packages)",
    "var/log/installer/subiquity-curtin-install.log": "what curtin did at the installation, without times",
    "var/log/openvpn/status.log": "who is connected to OpenVPN at one instant (openvpn, --status)",
    "var/log/prime-supported.log": UNDATED,
}
"""Every text that is passed over, and why: the exceptions by name."""

FORMATS = {
    "stock-debian-12": {
        "apache2/error.log": "apache_error",
        "apt/history.log": "apt_history",
        "apt/term.log": "apt_term",
        "audit/audit.log": "auditd",
        "auth.log": "syslog",
        "boot.log": "boot_log",
        "dpkg.log": "dpkg",
        "exim4/mainlog": "exim_main",
        "fail2ban.log": "fail2ban",
        "haproxy.log": "haproxy_access",
        "nginx/access.log": "nginx_access",
        "nginx/error.log": "nginx_error",
        "php8.2-fpm.log": "php_fpm",
        "postgresql/postgresql-15-main.log": "postgresql",
        "redis/redis-server.log": "redis",
        "samba/log.nmbd": "samba",
        "squid/cache.log": "squid_cache",
        "unattended-upgrades/unattended-upgrades.log": "python_logging",
        "vsftpd.log": "vsftpd",
        "wtmp": "logins",
        "Xorg.0.log": "xorg",
    },
    "stock-ubuntu-24.04": {
        "apache2/error.log": "apache_error",
        "cloud-init.log": "cloud_init",
        "cloud-init-output.log": "cloud_init_output",
        "nginx/access.log": "nginx_access",
        "postgresql/postgresql-17-main.log": "postgresql",
        "proftpd/proftpd.log": "proftpd",
        "redis/redis-server.log": "redis",
        "syslog": "syslog",
        "tomcat10/catalina.log": "log4j",
        "ufw.log": "syslog",
    },
}
"""What some logs are, so that nothing is read as a format it is not."""


@pytest.fixture(scope="module", params=TREES)
def tree(request: pytest.FixtureRequest) -> Timeline:
    """One tree as it was read."""
    return read_timeline([str(FIXTURES / request.param)], settings=Settings())


def test_no_text_log_is_unrecognised(tree: Timeline) -> None:
    """Every file is read, or is named as what it is instead of a log; empty files say nothing."""
    passed = {entry.name: entry.reason for entry in tree.passed_over if entry.state != "empty"}
    assert passed == {name: NO_LOGS.get(name) for name in passed}
    assert {entry.state for entry in tree.passed_over} <= {"not-a-log", "empty"}


def test_no_line_is_unparsed(tree: Timeline) -> None:
    """Every line of every log is an event, goes on with one, or is blank."""
    assert {source.name: source.samples for source in tree.sources if source.unparsed} == {}
    assert not tree.damage


@pytest.mark.parametrize("name", FORMATS)
def test_logs_are_read_in_their_own_format(name: str) -> None:
    """Each of those listed is in the format that its program writes."""
    tree = read_timeline([str(FIXTURES / name / "logs")], settings=Settings())
    formats = {source.name.removeprefix("var/log/"): source.format for source in tree.sources}
    assert {log: formats.get(log) for log in FORMATS[name]} == FORMATS[name]


def test_the_zone_is_that_of_the_only_host_in_a_folder() -> None:
    """The etc/timezone beside its var/log tells the zone, also where the folder above is given."""
    tree = read_timeline([str(FIXTURES / "stock-debian-12")], settings=Settings(source=("*/dpkg.log",)))
    assert [source.timezone for source in tree.sources if source.format == "dpkg"] == ["Europe/Vienna"]
