"""URLs: what lies there is fetched whole, under its own names, and read like any folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

fsspec = pytest.importorskip("fsspec")

from logforensics.cli.main import run  # noqa: E402 - behind the line that may skip
from logforensics.errors import UsageError  # noqa: E402
from logforensics.evidence.remote import _own_folder, copies_of, fetched, is_url  # noqa: E402

LINE = b"2026-03-01T10:00:00+00:00 web1 sshd[1]: Server listening\n"


@pytest.fixture
def store() -> Iterator[Any]:
    """An object store in this process's memory, empty."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    fetched.cache_clear()
    _own_folder.cache_clear()
    yield store
    store.store.clear()


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("s3://bucket/logs", True),
        ("ssh://host/var/log", True),
        ("/var/log", False),
        ("a:b//c", False),
        ("x/://y", False),
    ],
)
def test_a_url_is_told_from_a_path(typed: str, url: bool) -> None:
    """By its scheme."""
    assert is_url(typed) is url


def test_a_tree_is_read_like_a_folder(store: Any, capsysbinary: pytest.CaptureFixture[bytes]) -> None:  # noqa: ANN401
    """Names are those below the URL."""
    store.pipe("/bucket/web1/syslog", LINE * 3)
    store.pipe("/bucket/web1/nginx/notes", b"nothing\n")
    assert run(["timeline", "memory://bucket/web1", "--format", "jsonl"]) == 0
    out = capsysbinary.readouterr().out
    assert out.count(b'"file":"syslog"') == 3
    assert b"logforensics-" not in out


def test_a_single_file(store: Any, capsysbinary: pytest.CaptureFixture[bytes]) -> None:  # noqa: ANN401
    """A URL may lead to one log."""
    store.pipe("/bucket/web1/syslog", LINE)
    assert run(["timeline", "memory://bucket/web1/syslog", "--format", "jsonl"]) == 0
    assert b'"file":"syslog","line":1' in capsysbinary.readouterr().out


def test_hosts_are_called_by_their_folders(store: Any, capsysbinary: pytest.CaptureFixture[bytes]) -> None:  # noqa: ANN401
    """Two trees are two hosts, as on a disk."""
    for host in (b"web1", b"web2"):
        store.pipe(f"/bucket/{host.decode()}/var/log/syslog", LINE.replace(b"web1", host))
    assert run(["sources", "memory://bucket/web1", "memory://bucket/web2", "--json"]) == 0
    out = capsysbinary.readouterr().out
    assert b'"web1/var/log/syslog"' in out
    assert b"logforensics-" not in out


def test_keys_that_are_no_paths_are_named(store: Any) -> None:  # noqa: ANN401
    """Any text can be a key: none of them leads out of the folder."""
    store.pipe("/bucket/x", LINE)
    store.store["/bucket/../../evil"] = store.store.pop("/bucket/x")
    store.pipe("/bucket/syslog", LINE)
    (copy,) = copies_of(["memory://bucket"])
    assert sorted(path.name for path in copy.folder.rglob("*") if path.is_file()) == ["syslog"]
    assert "its name is no path" in [entry.reason.partition(": ")[2] for entry in copy.passed_over]


def test_nothing_there(store: Any) -> None:  # noqa: ANN401, ARG001
    """A URL that leads nowhere is named."""
    with pytest.raises(UsageError, match="no such file or folder"):
        fetched("memory://nowhere")


class StoreError(Exception):
    """What a store's own library raises: no OSError (ftplib.error_perm, botocore's ClientError)."""


def test_what_a_library_raises_is_told(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """In one line, as any wrong argument."""

    def find(*_: object, **__: object) -> None:
        raise StoreError("530 Login\nincorrect")

    monkeypatch.setattr(type(store), "find", find)
    with pytest.raises(UsageError, match=r"memory://bucket: 530 Login incorrect$"):
        fetched("memory://bucket")


def test_a_file_that_a_library_cannot_open_is_passed_over(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """The others are read."""
    store.pipe("/bucket/auth.log", LINE)
    store.pipe("/bucket/syslog", LINE)
    usual = type(store).open

    def opened(self: object, path: str, *args: object, **options: object) -> Any:  # noqa: ANN401
        if path.endswith("auth.log"):
            raise StoreError
        return usual(self, path, *args, **options)

    monkeypatch.setattr(type(store), "open", opened)
    copy = fetched("memory://bucket")
    assert [(item.name, item.state, item.reason) for item in copy.passed_over] == [
        ("auth.log", "unread", "it could not be fetched: StoreError")
    ]
    assert (copy.folder / "syslog").read_bytes() == LINE


def test_a_url_and_a_path(store: Any, tmp_path: Path) -> None:  # noqa: ANN401, ARG001
    """They are not mixed."""
    with pytest.raises(UsageError, match="cannot be read as one"):
        copies_of(["memory://bucket", str(tmp_path)])


def test_a_password_is_refused_and_not_repeated() -> None:
    """It would stand in the report."""
    with pytest.raises(UsageError) as caught:
        fetched("ssh://root:hunter2@host/var/log")
    assert "hunter2" not in str(caught.value)


def test_no_copy_is_left_behind(tmp_path: Path) -> None:
    """The folder for temporary files is as empty as before."""
    logs, scratch = tmp_path / "logs", tmp_path / "scratch"
    logs.mkdir()
    scratch.mkdir()
    (logs / "syslog").write_bytes(LINE)
    done = subprocess.run(
        [sys.executable, "-m", "logforensics", "timeline", f"file://{logs}", "--format", "jsonl"],
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        check=True,
    )
    assert b'"file":"syslog"' in done.stdout
    assert list(scratch.iterdir()) == []
