"""Feeds mutations to parts, catches what must not happen, and makes what fails as small as it gets."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import FrameType

from logforensics.errors import LogForensicsError
from tests.fuzz.binaries import PACKERS, Decoder, Folder, found
from tests.fuzz.parts import BATCH, Lines, Part, definitions

PATIENCE = 10.0
"""Seconds of work after which an input is said to hang."""

IDLE = 12.0
"""So many times the patience may pass altogether: a machine may be busy with other things, or a lock is never freed."""

GROWTH = 512 << 10
"""KiB by which the most memory held may grow over a part: all of them are small."""

TRIES = 2000
"""How often a failing input is tried smaller."""

SHARES = {"decoder": 30.0, "journal": 0.3, "logins": 1.5, "packed": 0.3, "bundle": 0.2, "text": 0.2, "timeline": 0.2}
"""How many mutations a part gets for one that a definition gets: what is quick gets more."""

SLOW = frozenset({"timestamped", "json_access", "json_log", "logfmt"})
"""Definitions with very many patterns or columns, which get a quarter."""


class HangError(Exception):
    """An input took longer than the patience."""


@dataclass
class Failure:
    """What failed, and the smallest input that still does: `pieces` are its mutated parts."""

    part: str
    number: int
    kind: str
    text: str
    pieces: list[bytes]


@dataclass
class Tally:
    """How one part did."""

    mutations: int = 0
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    failures: list[Failure] = field(default_factory=list)


def parts(batch: int = BATCH) -> list[Part]:
    """Every parser and every decoder; `batch` mutated pieces in each text of lines."""
    every: list[Part] = [*(Lines(one.name) for one in definitions()), *map(Decoder, PACKERS), *found(), Folder()]
    for part in every:
        room, _, name = part.name.partition(":")
        part.batch = batch if room == "lines" else part.batch
        part.share = SHARES.get(room, 0.25 if name in SLOW else 1.0)
    return every


def shares(count: int, some: list[Part]) -> list[int]:
    """How many of `count` mutations each part gets: whole inputs, at least one."""
    total = sum(part.share for part in some)
    return [max(1, round(count * part.share / total / part.batch)) * part.batch for part in some]


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raises HangError in the main thread when that much work was done, or IDLE times that long has passed."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise HangError(f"it took more than {seconds:g} s")

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, IDLE * seconds))
    before = [signal.signal(told, over) for _, told, _ in timers]
    for timer, _, time_left in timers:
        signal.setitimer(timer, time_left)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for (_, told, _), handler in zip(timers, before, strict=True):
            signal.signal(told, handler)


def fed(part: Part, pieces: list[bytes], seconds: float = PATIENCE) -> tuple[str, str] | None:
    """(kind, text) of what went wrong with an input; None if nothing did."""
    try:
        with patience(seconds):
            part.check(pieces)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        kind = "ledger" if isinstance(error, LogForensicsError) else type(error).__name__
        return kind, str(error)
    return None


def run_part(part: Part, seed: int, count: int, seconds: float = PATIENCE, most: int = 3) -> Tally:
    """`count` mutations of one part; of at most `most` failures the smallest input is looked for."""
    tally = Tally()
    began, held = time.monotonic(), None
    for number in range(-(-count // part.batch)):
        source = Random(f"{seed}:{part.name}:{number}")  # noqa: S311 - repeatable
        pieces = part.make(source)
        start = time.process_time()
        wrong = fed(part, pieces, seconds)
        tally.slowest = max(tally.slowest, time.process_time() - start)
        tally.mutations += len(pieces)
        tally.inputs += 1
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        held = peak if held is None else held
        if wrong is None and peak - held > GROWTH:
            wrong, held = ("memory", f"it took {(peak - held) >> 10} MiB"), peak
        if wrong is not None:
            kind, text = wrong
            small = smallest(part, pieces, kind, text) if len(tally.failures) < most and kind != "memory" else pieces
            tally.failures.append(Failure(part.name, number, kind, text, small))
    tally.seconds = time.monotonic() - began
    return tally


def smallest(part: Part, pieces: list[bytes], kind: str, text: str) -> list[bytes]:
    """Fewer and shorter pieces that fail in the same way (the kind, and the first words of what is said)."""
    left = TRIES if kind != "HangError" else 10

    def fails(some: list[bytes]) -> bool:
        nonlocal left
        left -= 1
        wrong = fed(part, some) if left > 0 else None
        return wrong is not None and wrong[0] == kind and wrong[1][:16] == text[:16]

    for one in pieces:
        if len(pieces) > 1 and fails([one]):
            pieces = [one]
            break
    at = 0
    while len(pieces) > 1 and at < len(pieces):
        fewer = pieces[:at] + pieces[at + 1 :]
        if fails(fewer):
            pieces = fewer
        else:
            at += 1
    for place in range(len(pieces)):
        pieces = _shorter(pieces, place, fails)
    return pieces


def _shorter(pieces: list[bytes], place: int, fails: Callable[[list[bytes]], bool]) -> list[bytes]:
    step = len(pieces[place]) // 2
    while step:
        at = 0
        while at < len(pieces[place]):
            shorter = [*pieces[:place], pieces[place][:at] + pieces[place][at + step :], *pieces[place + 1 :]]
            if fails(shorter):
                pieces = shorter
            else:
                at += step
        step //= 2
    return pieces
