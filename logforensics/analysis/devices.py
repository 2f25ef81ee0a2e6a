"""Turns the text of a failure line into the name of the disk, filesystem, port or upstream that it speaks about."""

from __future__ import annotations

import re

_DISK = (
    r"(?:(?:sd|vd|xvd)[a-z]+[0-9]*|hd[a-z][0-9]*|nvme[0-9]+(?:c[0-9]+)?(?:n[0-9]+(?:p[0-9]+)?)?"
    r"|mmcblk[0-9]+(?:p[0-9]+)?|(?:md|dm-|nbd|loop|zram|rbd|sr|fd)[0-9]+)"
)
"""Block devices and their partitions as the kernel names them (Documentation/admin-guide/devices.txt)."""

_UPSTREAM = re.compile(
    r'upstream: "(?:[a-z]+://)?(?P<device>unix:[^":]+|\[[0-9A-Fa-f:.%]+\](?::[0-9]+)?|[^/":]+(?::[0-9]+)?)'
    r"|connect\(\) to (?P<to>unix:\S+|\S+) failed"
)

_FINDERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\(device (?P<device>[^) :]+)",  # EXT4-fs error (device sda1), BTRFS error (device sda1: state EA)
        r"(?:-fs|XFS|NILFS|BTRFS)(?: warning| error| info)? \((?P<device>[^) ]+)\)",  # XFS (dm-0), EXT4-fs (sdb)
        r"on device (?P<device>dm-[0-9]+|[A-Za-z0-9_!]+)(?:-[0-9]+)?",  # Aborting journal on device sdb-8
        r"\b(?:superblock for|file data on) (?P<device>dm-[0-9]+|[A-Za-z0-9_!]+)(?:-[0-9]+)?",
        r"[Dd]isk failure on (?P<device>[A-Za-z0-9_!-]+)",
        r"kicking non-fresh (?P<device>[A-Za-z0-9_!-]+)",
        r"\bdev(?:ice)? (?P<device>" + _DISK + r")\b",  # blk_update_request: I/O error, dev sda
        r"\[(?P<device>" + _DISK + r")\]",  # sd 0:0:0:0: [sda]
        r"\b(?P<device>ata[0-9]+(?:\.[0-9]+)?)\b",
        r"\b(?P<device>md[0-9]+)\b",
        r"/dev/(?P<device>(?:mapper/|disk/by-[a-z]+/)?[A-Za-z0-9_.!-]+)",
        r"\b(?P<device>" + _DISK + r")\b",
        r"\b[Pp]ool[ =]'?(?P<device>[A-Za-z0-9_.:-]+)'?",
        r"\busb (?P<device>[0-9]+-[0-9.]+)\b",
        r"\b(?:[sehx]hci_hcd|ahci|nvme|mpt[23]sas|megaraid_sas) (?P<device>[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9])",
        r"\b(?:sd|scsi|sr) (?P<device>[0-9]+:[0-9]+:[0-9]+:[0-9]+)",
        r"\b(?P<device>scsi[0-9]+|mmc[0-9]+|mpt[0-9a-z]+_cm[0-9]+|session[0-9]+)\b",
    )
)

UPSTREAM_KINDS = frozenset({"upstream-timeout", "upstream-refused"})


def device_of(message: str, kind: str, regex: re.Pattern[str] | None = None) -> str | None:
    """The device that `message` names, as the kernel or the proxy spells it ("sdb1", "[::1]:5001"), or None.

    `kind` is the failure class; `regex`, the signature's own pattern, is asked first if it has a group `device`.
    """
    if kind in UPSTREAM_KINDS:
        found = _UPSTREAM.search(message)
        return (found["device"] or found["to"]) if found else None
    if regex is not None and "device" in regex.groupindex:
        found = regex.search(message)
        if found and found["device"]:
            return found["device"]
    for finder in _FINDERS:
        found = finder.search(message)
        if found:
            return found["device"]
    return None
