"""Turns a result into bytes on stdout, or into a file that is there whole or not at all, never inside the evidence."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from logforensics.cli.options import Run
from logforensics.errors import OutputError, UsageError

NARROWEST = 40
"""Columns of the narrowest screen that is written for: a label and a few words beside it."""


@dataclass(frozen=True)
class Screen:
    """What stdout can show: columns, rows (None where nothing scrolls away), colour, ASCII alone or not."""

    width: int = 80
    height: int | None = None
    terminal: bool = False
    color: bool = False
    ascii_only: bool = False


def screen_of(run: Run, environ: Mapping[str, str] = os.environ) -> Screen:
    """The screen stdout is.  Width is the terminal's within bounds, else 80; a file gets colour only by --color always.

    NO_COLOR and TERM=dumb switch colour off (no-color.org).  Python coerces the C locale to C.UTF-8 on its own
    (PEP 538), so the locale the user set is read from the environment as well as from stdout.
    """
    if run.output is not None:
        return Screen(color=run.color == "always")
    terminal = sys.stdout.isatty()
    size = shutil.get_terminal_size((80, 24)) if terminal else None
    width = max(NARROWEST, min(size.columns, 160)) if size else 80
    wanted = terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    return Screen(
        width=width,
        height=size.lines if size else None,
        terminal=terminal,
        color=run.color == "always" or (run.color == "auto" and wanted),
        ascii_only=not encoding.startswith("utf") or _c_locale(environ),
    )


def _c_locale(environ: Mapping[str, str]) -> bool:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(name, "")
        if value and not (name == "LC_CTYPE" and value == "C.UTF-8" and not environ.get("LANG")):
            return value in ("C", "POSIX")
    # Nothing set at all is the C locale by POSIX (XBD section 8.2).
    return True


def write_text(run: Run, text: str) -> None:
    """The result as UTF-8 bytes to where it was asked for."""
    write_bytes(run, [text.encode("utf-8", "backslashreplace")])


def write_bytes(run: Run, chunks: Iterable[bytes]) -> None:
    """The chunks, in order, to stdout or atomically to -o FILE; OutputError when they cannot be written."""
    with sink(run) as stream:
        for chunk in chunks:
            stream.write(chunk)


@contextmanager
def sink(run: Run) -> Iterator[IO[bytes]]:
    """The stream a result is written to.  A file appears under its name only when everything was written and synced."""
    if run.output is None:
        with _stdout() as stream:
            yield stream
        return
    target = run.output
    refuse_evidence(target, run.settings.paths)
    with _atomic(target) as stream:
        yield stream


@contextmanager
def _stdout() -> Iterator[IO[bytes]]:
    try:
        stream = sys.stdout.buffer
        yield stream
        stream.flush()
    except OSError as error:
        abandon_stdout()
        raise OutputError(f"stdout: {error.strerror or error}") from error


def abandon_stdout() -> None:
    """Lets go of what could not be written: Python would try once more at its end, and complain."""
    try:
        null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except OSError:
        return  # no descriptor left, or stdout is no file: then there is nothing to let go of


def write_private(target: Path, data: bytes) -> None:
    """A file that only its owner can read, there whole or not at all; OutputError when it cannot be written."""
    with _atomic(target, 0o600) as stream:
        stream.write(data)


@contextmanager
def _atomic(target: Path, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """A file without a name, which gets the target's when everything is in it and synced.

    Whatever ends the process before, even SIGKILL, leaves nothing behind (open(2), O_TMPFILE).
    """
    name: Path | None = None
    folder = -1
    try:
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        descriptor, name = _new_file(target.parent, mode)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            if name is None:
                name = _unused_name(target.parent)
                # src_dir_fd makes Python call linkat(2), which alone follows the link in /proc
                os.link(f"/proc/self/fd/{stream.fileno()}", name, src_dir_fd=folder, follow_symlinks=True)
        name.replace(target)
        name = None
        _sync_folder(folder)
    except OSError as error:
        raise OutputError(f"{target}: {error.strerror or error}") from error
    finally:
        if name is not None:
            with suppress(OSError):  # the first error is the one that is told
                name.unlink(missing_ok=True)
        if folder >= 0:
            os.close(folder)


def _new_file(folder: Path, mode: int) -> tuple[int, Path | None]:
    """A descriptor on a new file in `folder`, and its name, None where the filesystem can do without one."""
    nameless = getattr(os, "O_TMPFILE", 0)
    if nameless and Path("/proc/self/fd").is_dir():
        try:
            return os.open(folder, nameless | os.O_WRONLY | os.O_CLOEXEC, mode), None
        except OSError as error:
            # what filesystems and kernels that have no such files say (open(2))
            if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL):
                raise
    name = _unused_name(folder)
    return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), name


def _unused_name(folder: Path) -> Path:
    return folder / f".logforensics-{os.urandom(8).hex()}.part"


def _sync_folder(folder: int) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):  # a filesystem that cannot sync folders
            raise


def refuse_evidence(target: Path, paths: Iterable[str], option: str = "-o") -> None:
    """Raises UsageError when `target` would change the evidence: an input itself, or a place inside a folder read."""
    if target.is_dir():
        raise UsageError(f"{option} {target}: is a folder; name a file in it")
    if not target.parent.is_dir():
        raise UsageError(f"{option} {target}: there is no folder {target.parent}")
    if target.exists() and not target.is_file():
        raise UsageError(f"{option} {target}: is no regular file")
    for path in _expanded(paths):
        if path.is_dir():
            if _same_or_inside(target.parent, path):
                raise UsageError(f"{option} {target}: lies inside the evidence ({path}); write it elsewhere")
        elif target.exists() and _same(target, path):
            raise UsageError(f"{option} {target}: is itself evidence; write it elsewhere")


def _expanded(paths: Iterable[str]) -> Iterator[Path]:
    import glob

    for text in paths:
        if text == "-":
            continue
        if os.path.lexists(text):
            yield Path(text)
        else:
            yield from (Path(name) for name in sorted(glob.glob(text, recursive=True)))  # noqa: PTH207  # as the shell: absolute patterns too


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(one.stat(), other.stat())
    except OSError:
        return False


def _same_or_inside(folder: Path, root: Path) -> bool:
    real = Path(os.path.realpath(folder))
    return any(_same(parent, root) for parent in (real, *real.parents))


def warn(run: Run, message: str) -> None:
    """One line on stderr, unless --quiet."""
    if not run.settings.quiet:
        say(message)


def say(message: str) -> None:
    """One escaped line on stderr, in whatever encoding stderr has."""
    from logforensics.report.escape import ascii_only, plain

    text = f"logforensics: {plain(message)}\n"
    encoding = (getattr(sys.stderr, "encoding", None) or "ascii").lower()
    # Where even stderr fails there is nobody left to tell; the exit code still does.
    with suppress(OSError):
        sys.stderr.write(text if encoding.startswith("utf") else ascii_only(text))
        sys.stderr.flush()
