"""The failure signatures hit what they are meant to hit, and nothing else."""

from __future__ import annotations

import re

import polars as pl
import pytest

from logforensics.analysis.signatures import CLASSES, CONTEXT, read_signatures, signature_expr, signatures
from logforensics.errors import DefinitionError

MINIMAL = """order = 1
[[signatures]]
name = "a"
class = "panic"
title = "t"
reference = "r"
speaker = "kernel"
literals = ["x"]
regex = "x"
hits = ["x"]
misses = ["y"]
"""

BENIGN = (
    "[    0.817600] sd 0:0:0:0: [sda] Write Protect is off",
    "[    1.111394] Write protecting the kernel read-only data: 2188k",
    "[    0.868611] ata1: soft resetting link",
    "[    1.201000] ata2: SATA link down (SStatus 0 SControl 300)",
    "[    1.302631] Floppy drive(s): fd0 is 1.44M",
    "[    1.894871] EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: (null)",
    "[   19.434166] EXT4-fs (sda1): re-mounted. Opts: errors=remount-ro",
    "[    2.244421] EXT4-fs (sda5): INFO: recovery required on readonly filesystem",
    "[    2.319123] EXT4-fs (sda2): write access will be enabled during recovery",
    "[    2.162434] EXT4-fs (sdc1): orphan cleanup on readonly fs",
    "[    0.000000] Kernel command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro panic=10 rootflags=errors=remount-ro",
    "XFS (vda4): Starting recovery (logdev: internal)",
    "XFS (vda4): Ending recovery (logdev: internal)",
    "md: data-check of RAID array md0",
    "md/raid1:md0: active with 2 out of 2 mirrors",
    "blk_update_request: I/O error, dev fd0, sector 0 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0",
    "sr 1:0:0:0: [sr0] Sense Key : Not Ready [current]",
    "sd 6:0:0:0: [sdb] No Caching mode page found",
    "sd 6:0:0:0: [sdb] Assuming drive cache: write through",
    "CPU0: Package temperature above threshold, cpu clock throttled (total events = 12)",
    "watchdog: watchdog0: watchdog did not stop!",
    "reboot: Restarting system",
    "perf: interrupt took too long (2504 > 2500), lowering kernel.perf_event_max_sample_rate to 79750",
    "Started Daily apt upgrade and clean activities.",
    "Failed password for invalid user admin from 192.0.2.7 port 40022 ssh2",
    "Received disconnect from 192.0.2.7 port 40022:11: Bye Bye [preauth]",
    'open() "/srv/www/a/wp-login.php" failed (2: No such file or directory), client: 192.0.2.7, server: a.example',
    "client intended to send too large body: 10485761 bytes, client: 192.0.2.7, server: a.example",
    "System Journal (/var/log/journal/6f3c) is 8.0M, max 4.0G, 3.9G free.",
    "Application started. Press Ctrl+C to shut down.",
    "ACPI Error: Needed type [Reference], found [Integer] (20180810/exresop-69)",
    "status installed linux-image-4.19.0-9-amd64:amd64 4.19.118-2",
)


def kinds(messages: list[str], programs: list[str | None] | None = None) -> list[str | None]:
    """The class of each message, or None."""
    given = programs if programs is not None else [None] * len(messages)
    frame = pl.DataFrame({"m": messages, "p": given}, schema={"m": pl.String, "p": pl.String})
    found = frame.select(signature_expr(pl.col("m"), pl.col("p"))).to_series().to_list()
    return [None if index is None else signatures()[index].kind for index in found]


def test_every_class_has_a_signature() -> None:
    """No class of the report is without a signature."""
    assert {s.kind for s in signatures()} == {*CLASSES, CONTEXT}


def test_names_are_unique() -> None:
    """A name says which signature it was."""
    names = [s.name for s in signatures()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("signature", signatures(), ids=lambda s: s.name)
def test_positive_samples_are_hit_by_their_own_signature(signature: object) -> None:
    """Each positive sample is hit first by the signature it belongs to, bare and with a kernel stamp in front."""
    chosen = next(s for s in signatures() if s is signature)
    messages = [*chosen.hits, *(f"[12345.678901] {hit}" for hit in chosen.hits)]
    found = pl.DataFrame({"m": messages}).select(signature_expr(pl.col("m"))).to_series().to_list()
    assert [signatures()[index].name for index in found if index is not None] == [chosen.name] * len(messages)


@pytest.mark.parametrize("signature", signatures(), ids=lambda s: s.name)
def test_negative_samples_are_not_hit_by_it(signature: object) -> None:
    """No negative sample is hit by the signature it belongs to."""
    chosen = next(s for s in signatures() if s is signature)
    found = pl.DataFrame({"m": chosen.misses}).select(signature_expr(pl.col("m"))).to_series().to_list()
    assert [index for index in found if index is not None and signatures()[index].name == chosen.name] == []


@pytest.mark.parametrize("line", BENIGN)
def test_benign_lines_are_hit_by_nothing(line: str) -> None:
    """A line that only looks like a failure has no class."""
    assert kinds([line]) == [None]


def test_patterns_hold_for_python_too() -> None:
    """A pattern means the same in both dialects: every positive sample matches under Python's re as well."""
    assert [(s.name, hit) for s in signatures() for hit in s.hits if not re.search(s.rule.regex, hit)] == []


def test_literals_are_in_every_positive_sample() -> None:
    """The prefilter can hide no line that the signature would hit."""
    hidden = [(s.name, hit) for s in signatures() for hit in s.hits if not any(part in hit for part in s.rule.literals)]
    assert hidden == []


def test_quoted_commands_are_hit_by_nothing() -> None:
    """A command line that mentions a failure is no failure."""
    lines = [
        "joe : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/bin/grep 'Read-only file system' /var/log/syslog",
        "(root) CMD (grep -c 'No space left on device' /var/log/syslog)",
        "grep 'Kernel panic - not syncing' /var/log/kern.log",
    ]
    assert kinds(lines, ["sudo", "CRON", "bash"]) == [None, None, None]


def test_null_messages_stay_null() -> None:
    """Web lines, which carry no message, have no class."""
    frame = pl.DataFrame({"m": [None, "Kernel panic - not syncing: x"]}, schema={"m": pl.String})
    found = frame.select(signature_expr(pl.col("m"))).to_series()
    assert found.is_null().to_list() == [True, False]


def test_categorical_program_is_understood() -> None:
    """The program may be Categorical, as in a timeline."""
    frame = pl.DataFrame({"m": ["Kernel panic - not syncing: x"], "p": ["kernel"]})
    typed = frame.with_columns(pl.col("p").cast(pl.Categorical))
    found = typed.select(signature_expr(pl.col("m"), pl.col("p"))).to_series()
    assert signatures()[found[0]].kind == "panic"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("order = 1\n[[signatures", "signatures/x.toml: no valid TOML"),
        (MINIMAL.replace("order = 1", ""), "signatures/x.toml: order: missing"),
        (MINIMAL.replace('title = "t"\n', ""), "signatures/x.toml: [a] title: missing"),
        (MINIMAL + 'color = "red"\n', "signatures/x.toml: [a] color: no such key"),
        (MINIMAL.replace('"panic"', '"oops"'), "signatures/x.toml: [a] class: 'oops' is none of"),
        (MINIMAL.replace('"kernel"', '"bird"'), "signatures/x.toml: [a] speaker: 'bird'; write 'kernel' or 'program'"),
        (MINIMAL.replace('regex = "x"', 'regex = "("'), "signatures/x.toml: [a] regex: "),
    ],
)
def test_broken_definition_is_refused(text: str, message: str) -> None:
    """What is wrong in a signature file is told with file, name and key."""
    with pytest.raises(DefinitionError, match="^" + re.escape(message)):
        read_signatures("x.toml", text)
