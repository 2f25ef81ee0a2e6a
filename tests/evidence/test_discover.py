"""Discovery: which files there are, what they are called, and that each has exactly one state."""

from __future__ import annotations

import gzip
import os
import socket
import sys
from pathlib import Path

import pytest

from logforensics.errors import UsageError
from logforensics.evidence.discover import Discovery, discover
from logforensics.evidence.model import PassedOver

LINE = b"Jun 23 09:00:00 host app[1]: message\n"


def tree(root: Path, *names: str) -> Path:
    """Writes a one-line log under each name."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(LINE) if name.endswith(".gz") else LINE)
    return root


def sources(found: Discovery) -> dict[str, list[str]]:
    """Source names with the names of their files."""
    return {source.name: [file.name for file in source.files] for source in found.sources}


def test_folder_is_walked(tmp_path: Path) -> None:
    """Files of one stream become one source, oldest first, named from the root."""
    tree(tmp_path, "syslog", "syslog.1", "syslog.10.gz", "syslog.2.gz", "nginx/access.log", "nginx/access.log.1")
    found = discover([str(tmp_path)])
    assert sources(found) == {
        "nginx/access.log": ["nginx/access.log.1", "nginx/access.log"],
        "syslog": ["syslog.10.gz", "syslog.2.gz", "syslog.1", "syslog"],
    }
    assert (found.passed_over, found.roots) == ((), (tmp_path,))


def test_file_facts(tmp_path: Path) -> None:
    """A file carries its path, size, time and packing."""
    os.utime(tree(tmp_path, "syslog") / "syslog", (5, 7))
    file = discover([str(tmp_path)]).sources[0].files[0]
    assert (file.path, file.size, file.mtime, file.compression) == (tmp_path / "syslog", len(LINE), 7.0, "plain")


def test_single_file(tmp_path: Path) -> None:
    """A file is called by its own name."""
    tree(tmp_path, "deep/down/x.log")
    found = discover([str(tmp_path / "deep/down/x.log")])
    assert (sources(found), found.roots) == ({"x.log": ["x.log"]}, (tmp_path / "deep/down",))


def test_glob(tmp_path: Path) -> None:
    """A glob stands for what it matches, named from its fixed part."""
    tree(tmp_path, "a/nginx/access.log", "a/nginx/error.log", "a/syslog")
    found = discover([str(tmp_path / "a" / "**" / "*.log")])
    assert sources(found) == {"nginx/access.log": ["nginx/access.log"], "nginx/error.log": ["nginx/error.log"]}


@pytest.mark.parametrize("name", ["gone", "gone*.log", "file/below", "nul\0byte"])
def test_missing_path(tmp_path: Path, name: str) -> None:
    """A path that is not there is said as it was typed."""
    tree(tmp_path, "file")
    with pytest.raises(UsageError, match=r"no such file or folder$"):
        discover([f"{tmp_path}/{name}"])


def test_name_with_glob_characters(tmp_path: Path) -> None:
    """A file that is really called like a glob is that file."""
    tree(tmp_path, "x[1].log", "x1.log")
    assert sources(discover([str(tmp_path / "x[1].log")])) == {"x[1].log": ["x[1].log"]}


def test_same_answer_for_any_order(tmp_path: Path) -> None:
    """The order of the arguments and naming a file twice change nothing."""
    tree(tmp_path, "a/syslog", "b/auth.log")
    paths = [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "a" / "syslog")]
    assert discover(paths) == discover(list(reversed(paths)))
    assert sources(discover(paths)) == {"auth.log": ["auth.log"], "syslog": ["syslog"]}


def test_two_hosts_keep_their_sources_apart(tmp_path: Path) -> None:
    """Roots that share a source's name put their own name before it."""
    tree(tmp_path, "hostA/log/syslog", "hostB/log/syslog.1")
    found = discover([str(tmp_path / "hostA/log"), str(tmp_path / "hostB/log")])
    assert sources(found) == {"hostA/log/syslog": ["hostA/log/syslog"], "hostB/log/syslog": ["hostB/log/syslog.1"]}


def test_rotated_files_typed_one_by_one(tmp_path: Path) -> None:
    """Files of one folder typed one by one are still one stream."""
    tree(tmp_path, "syslog", "syslog.1")
    found = discover([str(tmp_path / "syslog"), str(tmp_path / "syslog.1")])
    assert sources(found) == {"syslog": ["syslog.1", "syslog"]}


def test_empty_file_is_present(tmp_path: Path) -> None:
    """An empty log belongs to its source."""
    (tmp_path / "syslog").touch()
    assert sources(discover([str(tmp_path)])) == {"syslog": ["syslog"]}


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without files is no mistake here."""
    assert discover([str(tmp_path)]) == Discovery((), (), (tmp_path,))


def test_what_is_no_log_is_passed_over_with_the_reason(tmp_path: Path) -> None:
    """Pipes, sockets, pictures and packed files are named with what they are; none of them blocks."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "b.png.gz").write_bytes(gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(100)))
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    (tmp_path / "d.log").write_bytes(gzip.compress(gzip.compress(gzip.compress(gzip.compress(LINE)))))
    with socket.socket(socket.AF_UNIX) as listening:
        folder = Path.cwd()
        os.chdir(tmp_path)  # a socket's path is limited to 108 bytes
        listening.bind("socket")
        os.chdir(folder)
        found = discover([str(tmp_path)])
    assert found.sources == ()
    assert found.passed_over == (
        PassedOver("a.png", "not-a-log", "a PNG image"),
        PassedOver("b.png.gz", "not-a-log", "a PNG image inside gzip"),
        PassedOver(
            "c.zip",
            "unread",
            "a bundle (zip) of 0 members, which are listed as c.zip!MEMBER; "
            "its list of members cannot be read (File is not a zip file)",
        ),
        PassedOver("d.log", "not-a-log", "packed twice; what is inside is listed as d.log!MEMBER"),
        PassedOver("d.log!d.log", "not-a-log", "packed twice; what is inside is listed as d.log!d.log!MEMBER"),
        PassedOver("d.log!d.log!d.log", "unread", "packed more than 3 times over, as no log is"),
        PassedOver("pipe", "not-a-log", "a named pipe"),
        PassedOver("socket", "not-a-log", "a socket"),
    )


def test_content_decides_not_the_extension(tmp_path: Path) -> None:
    """Text called .gz is text, and gzip called .log is gzip."""
    (tmp_path / "text.gz").write_bytes(LINE)
    (tmp_path / "packed.log").write_bytes(gzip.compress(LINE))
    packing = {file.name: file.compression for source in discover([str(tmp_path)]).sources for file in source.files}
    assert packing == {"text.gz": "plain", "packed.log": "gzip"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link inside the tree, out of it, to nowhere and in a circle: each is named, none is read."""
    inside = tree(tmp_path / "root", "syslog")
    tree(tmp_path, "outside.log")
    (inside / "in").symlink_to("syslog")
    (inside / "loop").symlink_to(inside)
    (inside / "nowhere").symlink_to("gone")
    (inside / "out").symlink_to(tmp_path / "outside.log")
    (inside / "self").symlink_to("self")
    found = discover([str(inside)])
    assert sources(found) == {"syslog": ["syslog"]}
    assert {entry.name: entry.reason for entry in found.passed_over} == {
        "in": "a symbolic link to syslog",
        "loop": "a symbolic link to .",
        "nowhere": "a symbolic link that leads nowhere",
        "out": "a symbolic link out of the folder given, not followed",
        "self": "a symbolic link that leads nowhere",
    }


def test_typed_link_is_followed(tmp_path: Path) -> None:
    """A link that was typed itself is what the user wants read."""
    tree(tmp_path, "real/syslog")
    (tmp_path / "link").symlink_to("real")
    assert sources(discover([str(tmp_path / "link")])) == {"syslog": ["syslog"]}


def test_hard_link_is_read_once(tmp_path: Path) -> None:
    """A second name of the same file is said so and not read again."""
    tree(tmp_path, "a.log")
    (tmp_path / "b.log").hardlink_to(tmp_path / "a.log")
    found = discover([str(tmp_path)])
    assert sources(found) == {"a.log": ["a.log"]}
    assert found.passed_over == (PassedOver("b.log", "not-a-log", "the same file as a.log"),)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_and_folder(tmp_path: Path) -> None:
    """What may not be read is unread, with the system's reason, and the rest goes on."""
    tree(tmp_path, "syslog", "secret.log", "closed/x.log")
    (tmp_path / "secret.log").chmod(0)
    (tmp_path / "closed").chmod(0)
    found = discover([str(tmp_path)])
    (tmp_path / "closed").chmod(0o700)
    assert sources(found) == {"syslog": ["syslog"]}
    assert [(entry.name, entry.state, entry.reason) for entry in found.passed_over] == [
        ("closed", "unread", "Permission denied (EACCES)"),
        ("secret.log", "unread", "Permission denied (EACCES)"),
    ]


def test_refused_open_is_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of open costs that file alone."""
    tree(tmp_path, "a.log", "b.log")
    real = os.open

    def refusing(path: str, flags: int) -> int:
        if str(path).endswith("a.log"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, flags)

    monkeypatch.setattr(os, "open", refusing)
    found = discover([str(tmp_path)])
    assert sources(found) == {"b.log": ["b.log"]}
    assert found.passed_over == (PassedOver("a.log", "unread", "Permission denied (EACCES)"),)


def test_strange_names(tmp_path: Path) -> None:
    """Names with control bytes or in another charset are found and shown escaped."""
    for name in (b"a\nb.log", b"h\xf6he.log", b"-rf"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(LINE)
    assert sorted(sources(discover([str(tmp_path)]))) == ["-rf", "a\\x0ab.log", "h\\xf6he.log"]


def test_deep_tree(tmp_path: Path) -> None:
    """A folder deeper than Python's recursion limit is walked."""
    folder = tmp_path.joinpath(*"d" * 300)
    folder.mkdir(parents=True)
    (folder / "x.log").write_bytes(LINE)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(250)
    try:
        found = discover([str(tmp_path)])
    finally:
        sys.setrecursionlimit(limit)
    assert sources(found) == {"d/" * 300 + "x.log": ["d/" * 300 + "x.log"]}


def test_sparse_log_is_judged_by_its_data(tmp_path: Path) -> None:
    """A log behind a large hole is a log."""
    with (tmp_path / "x.log").open("wb") as sparse:
        sparse.seek(1 << 30)
        sparse.write(LINE)
    assert sources(discover([str(tmp_path)])) == {"x.log": ["x.log"]}
