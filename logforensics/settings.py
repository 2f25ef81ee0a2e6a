"""Turns the options as they were typed into one frozen Settings that the rooms to the right read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recorded:
    """What an earlier run knew besides the bytes of the evidence, for a run that must come to the same: `verify`.

    `mtimes` holds (file name, seconds since the epoch): a copy of the evidence may have lost them.  `zone` is (zone
    name, reason) where the machine that the evidence came from told its zone.
    """

    mtimes: tuple[tuple[str, float], ...] = ()
    zone: tuple[str, str] | None = None


@dataclass(frozen=True)
class Settings:
    """Everything a run was told; every field has the meaning of the option of the same name.

    `since`, `until` and `around` stay text here: some of their words ("end-2h") mean something only once
    the evidence is read.  `assume_tz` holds (source glob, zone name) pairs, the glob "*" meaning every source.
    Durations are seconds, `decoder_memory` is in bytes.  `cluster` is a place as engine.place_of gives it, None for
    threads of this process.  `recorded` is no option: it stands in for what this machine or these copies cannot tell.
    """

    paths: tuple[str, ...] = ("/var/log",)
    since: str | None = None
    until: str | None = None
    around: str | None = None
    window: float = 1800.0
    tz: str | None = None
    assume_tz: tuple[tuple[str, str], ...] = ()
    year: int | None = None
    source: tuple[str, ...] = ()
    level: str | None = None
    grep: str | None = None
    threshold: float | None = None
    jobs: int | None = None
    decoder_memory: int = 256 << 20
    quiet: bool = False
    recorded: Recorded | None = None
    host_from: str = "auto"
    cluster: str | None = None
