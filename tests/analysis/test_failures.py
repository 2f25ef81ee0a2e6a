"""Hits become failures with device and witness, and only where they mean one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from logforensics.analysis.failures import find_failures
from logforensics.analysis.findings import Cite

START = datetime(2020, 6, 23, 9, 0, tzinfo=UTC)


def events(*lines: tuple[float, str | None, str], source: str = "syslog") -> pl.DataFrame:
    """A frame of (seconds after START, program, message)."""
    return pl.DataFrame(
        {
            "time": [START + timedelta(seconds=seconds) for seconds, _, _ in lines],
            "source": [source] * len(lines),
            "file": [source] * len(lines),
            "line": list(range(1, len(lines) + 1)),
            "host": ["obiwan"] * len(lines),
            "program": [program for _, program, _ in lines],
            "message": [message for _, _, message in lines],
        },
        schema_overrides={"program": pl.String},
    )


def test_failure_cites_its_line() -> None:
    """A failure carries time, place and text of its line."""
    frame = events((0, "cron", "x"), (5, "kernel", "[ 9.5] EXT4-fs (sdb1): Remounting filesystem read-only"))
    (failure,) = find_failures(frame)
    assert (failure.kind, failure.time, failure.cite) == ("ro-remount", START + timedelta(seconds=5), Cite("syslog", 2))


def test_every_repetition_is_kept() -> None:
    """Precursors matter: no hit is folded away."""
    line = "[ 9.5] blk_update_request: I/O error, dev sdb, sector 8"
    assert len(find_failures(events((0, "kernel", line), (1, "kernel", line), (2, "kernel", line)))) == 3


@pytest.mark.parametrize(
    ("message", "device"),
    [
        ("EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm ls: reading directory lblock 0", "sda1"),
        ("EXT4-fs (sdb): Remounting filesystem read-only", "sdb"),
        ("BTRFS info (device sda2: state EA): forced readonly", "sda2"),
        ("Aborting journal on device sdb1-8.", "sdb1"),
        ("Aborting journal on device dm-0-8.", "dm-0"),
        ("JBD2: Detected IO errors while flushing file data on nvme0n1p2-8", "nvme0n1p2"),
        ('XFS (dm-14): metadata I/O error: block 0x9f1e00 ("xlog_iodone") error 5 numblks 256', "dm-14"),
        ("xfs_force_shutdown(hdb3,0x8) called from line 1070 of file fs/xfs/xfs_trans.c.", "hdb3"),
        ("print_req_error: I/O error, dev sdb, sector 642376", "sdb"),
        ("Buffer I/O error on device sdb1, logical block 80297", "sdb1"),
        ("sd 0:0:18:0: [sdr] tag#4132 Sense Key : Medium Error [current]", "sdr"),
        ("ata1.00: exception Emask 0x0 SAct 0x0 SErr 0x0 action 0x0", "ata1.00"),
        ("nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0xffff", "nvme0"),
        ("md/raid1:md3: Disk failure on sdb3, disabling device.", "md3"),
        ("WARNING: Pool 'tank' has encountered an uncorrectable I/O failure and has been suspended.", "tank"),
        ("sd 1:0:0:0: rejecting I/O to offline device", "1:0:0:0"),
        ("xhci_hcd 0000:07:00.0: xHCI host controller not responding, assume dead", "0000:07:00.0"),
        ("Kernel panic - not syncing: Fatal exception in interrupt", None),
    ],
)
def test_device_is_named(message: str, device: str | None) -> None:
    """The disk, filesystem, pool or controller a kernel line speaks of is found."""
    assert [failure.device for failure in find_failures(events((0, "kernel", message)))] == [device]


@pytest.mark.parametrize(
    ("address", "device"),
    [
        ("http://[::1]:5001/api", "[::1]:5001"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("fastcgi://unix:/run/php/php7.4-fpm.sock:", "unix:/run/php/php7.4-fpm.sock"),
        ("http://backend/x?a=1", "backend"),
    ],
)
def test_upstream_is_the_device(address: str, device: str) -> None:
    """Of an upstream's failure the device is the upstream's address."""
    message = (
        "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.1"
        f', server: a.example, request: "GET /x HTTP/1.1", upstream: "{address}", host: "a.example"'
    )
    frame = events((0, None, message), source="nginx/error.log")
    assert [failure.device for failure in find_failures(frame)] == [device]


@pytest.mark.parametrize(
    ("program", "source", "message", "witness"),
    [
        ("kernel", "syslog", "[ 9.5] EXT4-fs (sdb): Remounting filesystem read-only", "kernel"),
        ("[kernel]", "syslog", "EXT4-fs (sdb): Remounting filesystem read-only", "kernel"),
        (None, "dmesg", "EXT4-fs (sdb): Remounting filesystem read-only", "kernel"),
        ("logger", "syslog", "EXT4-fs (sdb): Remounting filesystem read-only", "claimed"),
        ("joe", "syslog", "EXT4-fs (sdb): Remounting filesystem read-only", "claimed"),
        ("root", "syslog", "touch: cannot touch '/x': Read-only file system", "claimed"),
        ("rsyslogd", "syslog", "file '/var/log/syslog': write error: Read-only file system", "program"),
        ("nginx", "nginx/error.log", 'mkdir() "/var/lib/nginx/p" failed (30: Read-only file system)', "program"),
        (None, "app.log", "System.IO.IOException: No space left on device : '/var/lib/app/x'", "program"),
    ],
)
def test_witness_says_how_far_to_trust(program: str | None, source: str, message: str, witness: str) -> None:
    """The kernel's text counts as the kernel's only from the kernel; a program's only about its own call."""
    assert [f.witness for f in find_failures(events((0, program, message), source=source))] == [witness]


def test_usb_disconnect_alone_is_no_failure() -> None:
    """Somebody unplugged a mouse, for all one knows."""
    assert find_failures(events((0, "kernel", "usb 1-1.2: USB disconnect, device number 18"))) == ()


def test_usb_disconnect_of_a_storage_port_is_a_failure() -> None:
    """The port announced storage, however long ago."""
    frame = events(
        (0, "kernel", "[    2.1] usb-storage 3-2:1.0: USB Mass Storage device detected"),
        (90000, "kernel", "[90002.1] usb 3-2: USB disconnect, device number 2"),
        (90100, "kernel", "[90102.1] usb 1-1.2: USB disconnect, device number 18"),
    )
    assert [(f.kind, f.device) for f in find_failures(frame)] == [("usb-storage-lost", "3-2")]


def test_usb_disconnect_beside_a_dying_disk_is_a_failure() -> None:
    """A disk that comes to harm within seconds was what the port carried."""
    frame = events(
        (0, "kernel", "[90002.1] usb 3-2: USB disconnect, device number 2"),
        (2, "kernel", "[90004.1] sd 4:0:0:0: rejecting I/O to offline device"),
    )
    assert [f.kind for f in find_failures(frame)] == ["usb-storage-lost", "device-lost"]


def test_frame_without_messages_has_no_failures() -> None:
    """An access log alone cannot name a failure."""
    assert find_failures(events((0, None, "x")).drop("message")) == ()


def test_only_hits_are_needed() -> None:
    """A frame that keeps just the hit rows, with their index, gives the same failures."""
    from logforensics.analysis.signatures import signature_expr

    frame = events((0, "cron", "x"), (5, "kernel", "EXT4-fs (sdb1): Remounting filesystem read-only"))
    marked = frame.with_columns(signature=signature_expr(pl.col("message"), pl.col("program")))
    assert find_failures(marked.filter(pl.col("signature").is_not_null())) == find_failures(frame)
