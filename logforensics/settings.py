"""Turns the options as they were typed into one frozen Settings that the rooms to the right read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Everything a run was told; every field has the meaning of the option of the same name.

    `since`, `until` and `around` stay text here: some of their words ("end-2h") mean something only once
    the evidence is read.  `assume_tz` holds (source glob, zone name) pairs, the glob "*" meaning every source.
    Durations are seconds.
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
    quiet: bool = False
