"""Tests that bundles are read member by member, that nothing of them is created, and that hostile ones are named."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from logforensics.evidence.discover import Discovery, discover
from logforensics.evidence.files import BlockReader
from logforensics.evidence.model import LogFile

TEXT = b"".join(b"Jun 23 09:%02d:00 web1 app[7]: item %d\n" % (n, n) for n in range(60))


def tar_of(members: dict[str, bytes], mode: str = "w", kind: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive with these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=kind) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1592870400
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def found(tmp_path: Path, name: str, data: bytes) -> Discovery:
    """What lies in a bundle of this name and content."""
    (tmp_path / name).write_bytes(data)
    return discover([str(tmp_path / name)])


def texts(discovery: Discovery) -> dict[str, bytes]:
    """The text of every log file, by name."""
    return {file.name: text(file) for source in discovery.sources for file in source.files}


def text(file: LogFile) -> bytes:
    """What a log file's blocks hold."""
    return b"".join(block.data for block in BlockReader(file))


def reasons(discovery: Discovery) -> dict[str, tuple[str, str]]:
    """State and reason of everything passed over."""
    return {entry.name: (entry.state, entry.reason) for entry in discovery.passed_over}


@pytest.mark.parametrize("packing", ["", "gz", "xz", "bz2"])
@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_of_a_tar_are_logs(tmp_path: Path, packing: str, kind: int) -> None:
    """Each is read under its own name, packed ones unpacked, and rotated files are one source."""
    long = f"host/{'d' * 60}/{'e' * 60}/app.log"
    members = {"./host/var/log/syslog.1": gzip.compress(TEXT), "host/var/log/syslog": TEXT, long: TEXT[:100]}
    discovery = found(tmp_path, "sos.tar", tar_of(members, f"w:{packing}", kind))
    assert (
        texts(discovery)
        == {
            "sos.tar!host/var/log/syslog.1": TEXT,
            "sos.tar!host/var/log/syslog": TEXT,
            f"sos.tar!{long}": TEXT[:100],
        }
        or len(texts(discovery)) == 2
    )  # the same content twice is read once
    assert {source.name for source in discovery.sources} == {"sos.tar!host/var/log/syslog", f"sos.tar!{long}"}
    assert reasons(discovery)["sos.tar"] == (
        "not-a-log",
        "a bundle (tar) of 3 members, which are listed as sos.tar!MEMBER",
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_of_a_zip_are_logs(tmp_path: Path, method: int) -> None:
    """A name without a folder is rotated like any other."""
    discovery = found(tmp_path, "2020-06-23.zip", zip_of({"syslog.1": TEXT[:500], "syslog": TEXT[500:]}, method))
    (source,) = discovery.sources
    assert (source.name, [file.name for file in source.files]) == (
        "2020-06-23.zip!syslog",
        ["2020-06-23.zip!syslog.1", "2020-06-23.zip!syslog"],
    )
    assert b"".join(text(file) for file in source.files) == TEXT


def test_hash_and_size_are_the_members(tmp_path: Path) -> None:
    """What sha256sum says of the member when it is taken out."""
    import hashlib

    for name, data in {"a.tar": tar_of({"x.log": TEXT}), "b.tgz": tar_of({"x.log": TEXT}, "w:gz")}.items():
        (source,) = found(tmp_path, name, data).sources
        reader = BlockReader(source.files[0])
        assert len(list(reader)) == 1
        assert (reader.sha256, reader.disk_bytes, reader.whole) == (hashlib.sha256(TEXT).hexdigest(), len(TEXT), True)


def test_hostile_names_links_and_devices_create_nothing(tmp_path: Path) -> None:
    """Names that lead out are only names; links and devices are listed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("../../evil.log", "/etc/evil.log", "twice.log", "twice.log", "a\nb\x1b.log"):
            info = tarfile.TarInfo(name)
            data = TEXT + name.encode() + bytes([10, len(archive.getnames()) + 65, 10])
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for kind, name in (
            (tarfile.SYMTYPE, "soft"),
            (tarfile.LNKTYPE, "hard"),
            (tarfile.CHRTYPE, "device"),
            (tarfile.FIFOTYPE, "pipe"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    discovery = found(tmp_path, "e.tar", out.getvalue())
    assert set(texts(discovery)) == {
        "e.tar!../../evil.log",
        "e.tar!/etc/evil.log",
        "e.tar!twice.log",
        "e.tar!twice.log#2",
        "e.tar!a\\x0ab\\x1b.log",
    }
    told = {name: reason for name, (_, reason) in reasons(discovery).items()}
    assert told["e.tar!soft"] == "a symbolic link to /etc/passwd, in a bundle"
    assert told["e.tar!hard"] == "a hard link to /etc/passwd, in a bundle"
    assert told["e.tar!device"] == "a character device, in a bundle"
    assert told["e.tar!pipe"] == "a named pipe, in a bundle"
    assert [path.name for path in tmp_path.rglob("*")] == ["e.tar"]
    assert not (tmp_path.parent.parent / "evil.log").exists()


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_cut_bundle_gives_what_is_there(tmp_path: Path, mode: str) -> None:
    """The member in which it breaks off is read up to there, and its damage named."""
    noise = bytes(range(32, 127)) * 200
    import random

    lines = b"".join(b"%064x\n" % random.Random(n).getrandbits(256) for n in range(2000))  # noqa: S311 - no secret
    whole = tar_of({"a.log": TEXT, "b.log": lines, "c.log": noise}, mode)
    discovery = found(tmp_path, "cut.tar", whole[: len(whole) // 2])
    files = {file.name: file for source in discovery.sources for file in source.files}
    assert text(files["cut.tar!a.log"]) == TEXT
    reader = BlockReader(files["cut.tar!b.log"])
    part = b"".join(block.data for block in reader)
    assert lines.startswith(part)
    assert len(part) > 10_000
    assert "bundle-truncated" in {damage.kind for damage in reader.damage}


def test_damaged_header_costs_its_member_only(tmp_path: Path) -> None:
    """Reading goes on at the next sound header, and the bundle is not called whole."""
    data = bytearray(tar_of({"a.log": TEXT, "b.log": TEXT[:900], "c.log": TEXT[:800]}, kind=tarfile.USTAR_FORMAT))
    at = data.index(b"b.log")
    data[at : at + 100] = b"\xff" * 100
    for name, content in (("x.tar", bytes(data)), ("y.tgz", gzip.compress(bytes(data)))):
        discovery = found(tmp_path, name, content)
        assert texts(discovery) == {f"{name}!a.log": TEXT, f"{name}!c.log": TEXT[:800]}
        state, reason = reasons(discovery)[name]
        assert (state, reason.rpartition("; ")[2]) == ("unread", "some of it is no tar, and members may be missing")


def test_encrypted_and_oddly_packed_members_are_named(tmp_path: Path) -> None:
    """The others are read."""
    data = bytearray(zip_of({"secret.log": TEXT, "open.log": TEXT[:700]}))
    data[6] |= 1  # general purpose bit flag of the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the first entry of the list
    out = io.BytesIO(bytes(data))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("odd.log", TEXT)
    discovery = found(tmp_path, "z.zip", out.getvalue())
    assert texts(discovery) == {"z.zip!open.log": TEXT[:700]}
    told = reasons(discovery)
    assert told["z.zip!secret.log"] == ("unread", "encrypted; unpack it first")
    assert told["z.zip!odd.log"] == ("unread", "packed by method 14 of zip; unpack it first")


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    """Two entries of the list that share stored bytes are a bomb's."""
    data = bytearray(zip_of({"aa.log": TEXT, "bb.log": TEXT[:700]}))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 1)
    discovery = found(tmp_path, "z.zip", bytes(data))
    assert discovery.sources == ()
    assert reasons(discovery)["z.zip"][1].endswith("its members overlap, as only those of a bomb do; none was read")


def test_wrong_checksum_is_named(tmp_path: Path) -> None:
    """A member that fails its checksum is read, and said to be not as it was packed."""
    data = bytearray(zip_of({"a.log": TEXT}, zipfile.ZIP_STORED))
    data[data.index(b"item 7")] ^= 1
    discovery = found(tmp_path, "z.zip", bytes(data))
    (file,) = (file for source in discovery.sources for file in source.files)
    reader = BlockReader(file)
    content = b"".join(block.data for block in reader)
    assert content == TEXT.replace(b"item 7", b"htem 7", 1)
    assert [(damage.kind, damage.offset, damage.length) for damage in reader.damage] == [("zip-check", 0, len(TEXT))]


def test_no_zip_at_all_is_named(tmp_path: Path) -> None:
    """A magic alone is no list of members."""
    discovery = found(tmp_path, "z.zip", b"PK\x03\x04" + bytes(50))
    assert reasons(discovery)["z.zip"][0] == "unread"


def test_bundle_in_a_bundle_is_named(tmp_path: Path) -> None:
    """A bundle inside a bundle is not opened, for one could go on for ever."""
    discovery = found(tmp_path, "o.tar", tar_of({"i.tar": tar_of({"a.log": TEXT}), "i.zip": zip_of({"a.log": TEXT})}))
    told = reasons(discovery)
    assert told["o.tar!i.tar"] == ("unread", "packed as tar; unpack it first")
    assert told["o.tar!i.zip"] == ("unread", "packed as zip; unpack it first")


def test_no_logs_are_not_unpacked(tmp_path: Path) -> None:
    """A picture is known by its first bytes."""
    discovery = found(tmp_path, "o.tgz", tar_of({"a.log": b"\x89PNG\r\n\x1a\n" + bytes(1000)}, "w:gz"))
    assert reasons(discovery)["o.tgz!a.log"] == ("not-a-log", "a PNG image")
