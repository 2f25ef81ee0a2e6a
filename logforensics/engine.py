"""Where units of work are done: a pure function over a stream of items, in order, on this machine or on a cluster.

Whatever obeys `concurrent.futures.Executor` can do the work.  What is given to it and what comes back can be pickled.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from logforensics.errors import LogForensicsError, UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")

PROCESSES = "processes"
"""The place that is this machine's cores, a process for each."""

SCHEMES = ("tcp://", "tls://", "ucx://", "ws://", "wss://")
"""How the address of a Dask scheduler begins (distributed.comm)."""

_AHEAD = 3
"""Units under way for each worker: one is worked on, one arrives, one result leaves."""

_TRIES = 2
"""Times a unit is tried again that failed (a file server that was away); one whose worker died, Dask itself repeats."""


class EngineError(LogForensicsError):
    """The cluster cannot be reached, cannot do the work, or was lost."""

    exit_code = 4


class Pool(NamedTuple):
    """Workers that are processes of their own: what runs them, and how many units may be under way at once."""

    executor: Executor
    ahead: int


@contextmanager
def cores(jobs: int | None = None) -> Iterator[Executor]:
    """An executor for this machine: `jobs` threads, by default one a core.

    Threads are enough: the work is done inside Polars and hashlib, which both let go of the interpreter.
    Whatever else obeys `concurrent.futures.Executor` (a process pool, a cluster's client) can stand in its place.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, jobs or os.cpu_count() or 1), thread_name_prefix="block")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def in_order(
    executor: Executor, work: Callable[[Item], Result], items: Iterable[Item], *, ahead: int = 4
) -> Iterator[Result]:
    """Yield `work(item)` for each item, in the order of the items, whatever order they are finished in.

    At most `ahead` items are under way at once, so that memory stays bounded however long the stream is.
    An exception of `work` is raised when its turn comes.
    """
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(executor.submit(work, item))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def place_of(text: str) -> str:
    """What was typed as the place of the work; UsageError if it is none."""
    if text == PROCESSES or text.startswith(SCHEMES):
        return text
    raise UsageError(f"--cluster {text}: write tcp://HOST:PORT, a Dask scheduler, or {PROCESSES}")


@contextmanager
def workers(place: str, jobs: int | None = None) -> Iterator[Pool]:
    """Processes for whole units of work: `jobs` of this machine's, or those of the Dask cluster at an address.

    The evidence lies where each of them can open it by the same path.  Raises EngineError for a cluster that cannot be
    reached or has another version of this program, and at any time when a unit cannot be done.
    """
    with _processes(jobs) if place == PROCESSES else _cluster(place) as pool:
        yield pool


@contextmanager
def _processes(jobs: int | None) -> Iterator[Pool]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    count = max(1, jobs or os.cpu_count() or 1)
    # a fork of a process with threads may wait for ever for a lock that one of them held
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield Pool(pool, _AHEAD * count)
    except BrokenProcessPool as error:
        message = "a process was killed while it worked: there may be too little memory for so many (--jobs)"
        raise EngineError(message) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[Pool]:
    try:
        from distributed import Client, KilledWorker
    except ModuleNotFoundError as error:
        message = f'--cluster {address}: install it with pip install "logforensics[cluster]"'
        raise EngineError(message) from error
    connect: Callable[..., Any] = Client
    try:
        client = connect(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise EngineError(f"--cluster {address}: no scheduler answers there") from error
    with client:
        client.wait_for_workers(1, timeout=_PATIENCE)
        _same_version(client.run(_version), address)
        count = sum(client.nthreads().values())
        try:
            yield Pool(client.get_executor(pure=False, retries=_TRIES), _AHEAD * count)
        except KilledWorker as error:
            raise EngineError(f"--cluster {address}: several workers died over one unit of work") from error


_PATIENCE = 10
"""Seconds within which a scheduler and one worker answer, or none do."""


def _version() -> str:
    from logforensics import __version__

    return __version__


def _same_version(found: dict[str, str], address: str) -> None:
    """Raises EngineError if a worker would not come to the same result."""
    others = sorted(worker for worker, version in found.items() if version != _version())
    if others:
        raise EngineError(
            f"--cluster {address}: {others[0]} has another version, {found[others[0]]}, than {_version()}"
        )
