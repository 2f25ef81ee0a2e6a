"""Second copies of one content."""

from __future__ import annotations

import gzip
from pathlib import Path

from logforensics.evidence.discover import discover
from logforensics.evidence.model import PassedOver

TEXT = b"".join(b"Jun 23 09:00:00 host app[1]: message %d\n" % number for number in range(500))


def names(folder: Path) -> tuple[list[str], tuple[PassedOver, ...]]:
    """The names of the files that will be read, and what was passed over."""
    found = discover([str(folder)])
    return [file.name for source in found.sources for file in source.files], found.passed_over


def test_packed_copy_beside_the_plain_file(tmp_path: Path) -> None:
    """Of a rotation that stopped half-way the plain file is read, and the packed copy is named."""
    (tmp_path / "syslog.1").write_bytes(TEXT)
    (tmp_path / "syslog.1.gz").write_bytes(gzip.compress(TEXT))
    expected = PassedOver("syslog.1.gz", "not-a-log", "the same content as syslog.1")
    assert names(tmp_path) == (["syslog.1"], (expected,))


def test_copy_in_a_backup_folder(tmp_path: Path) -> None:
    """The file that lies highest is read."""
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "syslog").write_bytes(TEXT)
    (tmp_path / "syslog").write_bytes(TEXT)
    expected = PassedOver("backup/syslog", "not-a-log", "the same content as syslog")
    assert names(tmp_path) == (["syslog"], (expected,))


def test_same_length_is_not_enough(tmp_path: Path) -> None:
    """Files of one length with different content are both read."""
    (tmp_path / "a.log").write_bytes(TEXT)
    (tmp_path / "b.log").write_bytes(TEXT.replace(b"app", b"ppa"))
    assert names(tmp_path) == (["a.log", "b.log"], ())


def test_packed_file_that_only_ends_alike(tmp_path: Path) -> None:
    """A packed file whose last member equals another file holds more and is read."""
    (tmp_path / "a.log").write_bytes(TEXT)
    (tmp_path / "b.log").write_bytes(gzip.compress(b"more\n") + gzip.compress(TEXT))
    assert names(tmp_path) == (["a.log", "b.log"], ())


def test_small_files_may_be_equal(tmp_path: Path) -> None:
    """A few equal lines prove nothing."""
    (tmp_path / "a.log").write_bytes(b"started\n")
    (tmp_path / "b.log").write_bytes(b"started\n")
    assert names(tmp_path) == (["a.log", "b.log"], ())
