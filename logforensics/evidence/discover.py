"""Turns the paths a user typed into sources (log streams with their rotated files) and the files passed over."""

# ruff: noqa: PTH100, PTH114, PTH120, PTH207 - abspath tidies ".." and keeps links as typed, Path.resolve does not;
# the names come from scandir as strings; Path.glob knows no absolute patterns.

from __future__ import annotations

import errno
import glob
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from logforensics.errors import UsageError
from logforensics.evidence.beginnings import without_beginnings
from logforensics.evidence.copies import without_copies
from logforensics.evidence.hosts import Hosts
from logforensics.evidence.judge import judged
from logforensics.evidence.model import LogFile, PassedOver, Source
from logforensics.evidence.names import shown
from logforensics.evidence.opening import STDIN, Disk, State, open_folder, renamed, twice, words_of
from logforensics.evidence.packings import MEMORY
from logforensics.evidence.remote import copies_of
from logforensics.evidence.rotation import SortKey, logical_name

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


@dataclass(frozen=True)
class Discovery:
    """What lies under the given paths: each regular file is in exactly one source or passed over.

    `roots` are the folders the names are relative to, absolute, in the order of their names.  `hosts` are the hosts
    and their folders, where there are several (see hosts.py).
    """

    sources: tuple[Source, ...]
    passed_over: tuple[PassedOver, ...]
    roots: tuple[Path, ...]
    hosts: tuple[tuple[str, Path], ...] = ()


@dataclass
class _Root:
    """One folder that names are relative to, and what was found in it."""

    path: str
    memory: int = MEMORY
    files: list[LogFile] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)

    def take(self, found: Iterable[LogFile | PassedOver]) -> None:
        """Adds files and what is passed over."""
        for item in found:
            if isinstance(item, PassedOver):
                self.passed_over.append(item)
            else:
                self.files.append(item)


def discover(paths: Sequence[str], host_from: str = "auto", memory: int = MEMORY) -> Discovery:
    """Finds the log files in `paths`: files, folders (walked), globs, or "-" for stdin.

    A URL stands for a copy of what lies there (remote.py).  `host_from` is one of hosts.HOW.  A decoder may take
    `memory` bytes; what needs more is passed over.  The same paths in another order give the same answer.  Raises
    UsageError for a path that does not exist.
    """
    roots: dict[str, _Root] = {}
    seen: dict[tuple[int, int], str] = {}
    copies = copies_of(paths)
    pairs = {(str(copy.folder), str(copy.path)) for copy in copies}
    for base, path in sorted(pairs or {pair for typed in paths for pair in _expand(typed)}):
        root = roots.setdefault(base, _Root(base, memory))
        if path == "-":
            _add_stdin(root)
        elif _is_folder(path):
            _walk(root, path, seen)
        else:
            _add(root, path, seen, typed=True)
    hosts = Hosts([base for base in roots if base != "-"], host_from)
    for root in roots.values():
        if hosts:
            root.files = [replace(file, host=hosts.of(file.path)) for file in root.files]
        _drop_copies(root)
    _make_unique(list(roots.values()), always=bool(hosts))
    files = [file for root in roots.values() for file in root.files]
    passed_over = [entry for root in roots.values() for entry in root.passed_over]
    passed_over += [entry for copy in copies for entry in copy.passed_over]
    return Discovery(
        sources=_sources(files),
        passed_over=tuple(sorted(passed_over, key=lambda entry: (entry.name, entry.state, entry.reason))),
        roots=tuple(Path(base) for base in sorted(roots) if base != "-"),
        hosts=hosts.folders,
    )


def _expand(typed: str) -> list[tuple[str, str]]:
    """(base folder, path) pairs for one argument; a folder is its own base."""
    if typed == "-":
        return [("-", "-")]
    try:
        os.lstat(typed)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        found = sorted(glob.glob(typed, recursive=True)) if glob.has_magic(typed) else []
        if not found:
            raise UsageError(f"{shown(typed) or '(empty path)'}: no such file or folder") from None
        fixed = typed[: min(typed.find(mark) for mark in "*?[" if mark in typed)]
        base = os.path.abspath(os.path.dirname(fixed) or ".")
        return [(base, os.path.abspath(path)) for path in found]
    except OSError:
        pass  # not allowed to look: the walk says so with the reason
    path = os.path.abspath(typed)
    return [(path if _is_folder(path) else os.path.dirname(path), path)]


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(twice(os.stat, path).st_mode)
    except OSError:
        return False  # what is wrong with it is said when it is opened


def _walk(root: _Root, top: str, seen: dict[tuple[int, int], str]) -> None:
    """Adds every regular file below `top`, in sorted order, without recursion and without leaving the root."""
    folders = [top]
    visited: set[tuple[int, int]] = set()
    while folders:
        folder = folders.pop()
        try:
            entries, trouble = _listing(folder, visited)
        except OSError as error:
            root.passed_over.append(PassedOver(_name(root, folder), "unread", words_of(error)))
            continue
        if trouble:
            root.passed_over.append(PassedOver(_name(root, folder), "unread", trouble))
        below = []
        for name, kind, inode in sorted(entries, key=lambda entry: os.fsencode(entry[0])):
            path = os.path.join(folder, name)  # noqa: PTH118 - Path would tidy the name
            if kind == "link":
                _note_link(root, path)
            elif kind == "folder":
                below.append(path)
            else:
                _add(root, path, seen, inode=inode)
        folders.extend(reversed(below))


def _listing(folder: str, visited: set[tuple[int, int]]) -> tuple[list[tuple[str, str, int]], str]:
    """(name, kind, inode) of what is in a folder not visited yet, and what kept the system from telling all of it."""
    found: list[tuple[str, str, int]] = []
    fd = open_folder(folder)
    try:
        state = twice(os.fstat, fd)
        if (state.st_dev, state.st_ino) in visited:  # a bind mount can show a folder inside itself
            return [], ""
        visited.add((state.st_dev, state.st_ino))
        with twice(os.scandir, fd) as entries:
            for entry in entries:
                found.append((entry.name, _kind(entry), entry.inode()))  # noqa: PERF401 - what came before an error is kept
    except OSError as error:
        return found, f"only {len(found)} of its entries could be listed: {words_of(error)}"
    finally:
        os.close(fd)
    return found, ""


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        return "link" if entry.is_symlink() else "folder" if entry.is_dir(follow_symlinks=False) else "other"
    except OSError:
        return "other"  # it will be opened as a file, and that says what is wrong with it


def _note_link(root: _Root, path: str) -> None:
    """Passes over a link in the tree, saying where it leads.

    A target inside the root is read under its own name anyway, and one outside would bring this machine's own
    logs into the evidence.
    """
    real = os.path.realpath(path)
    top = os.path.realpath(root.path)
    if not os.path.lexists(real) or os.path.islink(real):
        root.passed_over.append(PassedOver(_name(root, path), "not-a-log", "a symbolic link that leads nowhere"))
    elif os.path.commonpath([top, real]) == top:
        target = shown(os.path.relpath(real, top))
        root.passed_over.append(PassedOver(_name(root, path), "not-a-log", f"a symbolic link to {target}"))
    else:
        reason = "a symbolic link out of the folder given, not followed"
        root.passed_over.append(PassedOver(_name(root, path), "not-a-log", reason))


def _add(
    root: _Root, path: str, seen: dict[tuple[int, int], str], *, typed: bool = False, inode: int | None = None
) -> None:
    """Adds one file as a LogFile, or as passed over with the reason; `inode` is the one the folder's listing gave."""
    name = _name(root, path)
    try:
        state = Path(path).stat(follow_symlinks=typed) if inode is None else twice(_state_of_listed, Path(path), inode)
        if not stat.S_ISREG(state.st_mode):
            what = next((text for test, text in _KINDS if test(state.st_mode)), "not a regular file")
            root.passed_over.append(PassedOver(name, "not-a-log", what))
            return
        identity = (state.st_dev, state.st_ino)
        if identity in seen:
            if not typed:  # typed twice, or typed beside its folder: said once is enough
                reason = f"the same file as {seen[identity]}"
                root.passed_over.append(PassedOver(name, "not-a-log", reason))
            return
        seen[identity] = name
        file = LogFile(Path(path), name, state.st_size, state.st_mtime, state=State.of(state), memory=root.memory)
        root.take(judged(file))
    except OSError as error:
        root.passed_over.append(PassedOver(name, "unread", words_of(error)))


def _state_of_listed(path: Path, inode: int) -> os.stat_result:
    """The state of the file that was listed at `path`, also where a rotation has renamed it since."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        state = None
    if state is None or state.st_ino != inode:
        other = renamed(path, inode)
        # overlayfs may list another inode than stat(2) gives; then the name is all there is to go by
        state = other.lstat() if other is not None else state
    if state is None:
        raise FileNotFoundError(errno.ENOENT, "rotated away while the folder was read")
    return state


def _add_stdin(root: _Root) -> None:
    try:
        with Disk.of(STDIN) as disk:
            file = LogFile(STDIN, "-", disk.size, None, memory=root.memory)
        root.take(judged(file))
    except OSError as error:
        root.passed_over.append(PassedOver("-", "unread", words_of(error)))


def _drop_copies(root: _Root) -> None:
    """Passes over second copies of one host's files; what two hosts have alike, both have."""
    kept: list[LogFile] = []
    for host in sorted({file.host for file in root.files}):
        kept += _without_copies(root, [file for file in root.files if file.host == host])
    root.files = kept


def _without_copies(root: _Root, files: list[LogFile]) -> list[LogFile]:
    try:
        files, copies = without_copies(files)
        files, parts = without_beginnings(files)
    except OSError:  # a file vanished meanwhile: reading it will say so, and nothing is left out on suspicion
        return files
    for copy, original in copies:
        root.passed_over.append(PassedOver(copy.name, "not-a-log", f"the same content as {original.name}"))
    for part, whole, length in parts:
        reason = f"a copy of the first {length} bytes of the text of {whole.name}"
        root.passed_over.append(PassedOver(part.name, "not-a-log", reason))
    return files


def _sources(files: Iterable[LogFile]) -> tuple[Source, ...]:
    grouped: dict[str, list[tuple[SortKey, LogFile]]] = defaultdict(list)
    for file in files:
        source, key = logical_name(file.name)
        grouped[source].append((key, file))
    return tuple(
        Source(name, tuple(file for _, file in sorted(members, key=lambda member: member[0])))
        for name, members in sorted(grouped.items())
    )


def _make_unique(roots: list[_Root], *, always: bool = False) -> None:
    """Puts the way from the roots' common folder before every name, if two roots would share a source's name.

    Then `hostA/var/log` and `hostB/var/log` keep two syslogs instead of one mixed one.
    """
    sources = [{logical_name(file.name)[0] for file in root.files} for root in roots]
    passed_over = [{entry.name for entry in root.passed_over} for root in roots]
    if not always and all(len(set().union(*names)) == sum(map(len, names)) for names in (sources, passed_over)):
        return
    folders = [root.path for root in roots if root.path != "-"]
    common = os.path.commonpath(folders)
    for root in roots:
        if root.path in {"-", common}:
            continue
        prefix = shown(os.path.relpath(root.path, common)) + "/"
        root.files = [replace(file, name=prefix + file.name) for file in root.files]
        root.passed_over = [replace(entry, name=prefix + entry.name) for entry in root.passed_over]


def _name(root: _Root, path: str) -> str:
    return shown(os.path.relpath(path, root.path))
