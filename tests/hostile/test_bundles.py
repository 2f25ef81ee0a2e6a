"""Bundles made to write elsewhere, to hide something, or to fail (rows 40 and 41)."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hostile.evidence import lines, numbers, read, spawned, well, write
from tests.hostile.machine import needs_strace, tool, traced
from tests.hostile.packing import PACK


def packed_tar(members: Mapping[str, bytes | tarfile.TarInfo]) -> bytes:
    """A tar archive of files and of whatever else a header can describe."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def other(kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A member that is no file."""
    info = tarfile.TarInfo("x")
    info.type, info.linkname = kind, target
    info.devmajor, info.devminor = 1, 3
    return info


HOSTILE: dict[str, bytes | tarfile.TarInfo] = {
    "../../outside.log": lines(5),
    "/etc/cron.d/absolute.log": lines(5, 5),
    "logs/../../../up.log": lines(5, 10),
    "C:\\Windows\\back.log": lines(5, 15),
    "logs/\x1b[31mred\n.log": lines(5, 20),
    "logs/" + "d/" * 200 + "deep.log": lines(5, 25),
    "link-out.log": other(tarfile.SYMTYPE, "/etc/passwd"),
    "link-up": other(tarfile.SYMTYPE, ".."),
    "link-up/through.log": lines(5, 30),
    "hard.log": other(tarfile.LNKTYPE, "/etc/shadow"),
    "null.log": other(tarfile.CHRTYPE),
    "disk.log": other(tarfile.BLKTYPE),
    "pipe.log": other(tarfile.FIFOTYPE),
    "unknown.log": other(b"Z"),
    "plain.log": lines(5, 35),
}
MAKING = {"creat", "mkdir", "mkdirat", "symlink", "symlinkat", "link", "linkat", "mknod", "mknodat", "truncate"}
MAKING |= {"rename", "renameat", "renameat2", "unlink", "unlinkat", "chmod", "fchmodat", "utimensat"}

FILES = [name for name, content in HOSTILE.items() if isinstance(content, bytes)]


def tree(*folders: Path) -> list[tuple[str, int]]:
    """Every entry below some folders, with its size."""
    return sorted((str(path), path.lstat().st_size) for folder in folders for path in folder.rglob("*"))


@pytest.mark.parametrize("kind", ["", *PACK])
def test_r40_a_tar_made_to_write_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Members are read where they lie, whatever they are called; links and devices are listed; nothing is created."""
    stored = packed_tar(HOSTILE)
    evidence, here = tmp_path / "a" / "evidence", tmp_path / "a" / "here"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("TMPDIR", str(here))
    write(evidence, {"bundle.tar": PACK[kind](stored) if kind else stored})
    before = tree(tmp_path)
    found = read(evidence)
    assert tree(tmp_path) == before
    assert found.code == 0
    assert numbers(sorted(found.events, key=lambda row: row["pid"])) == list(range(40))
    assert well(found.events)
    assert len({row["file"] for row in found.events}) == len(FILES)
    assert all(name.startswith("bundle.tar!") for name in found.files)
    listed = {name.partition("!")[2]: row["reason"] for name, row in found.passed_over.items() if "!" in name}
    assert listed["link-out.log"] == "a symbolic link to /etc/passwd, in a bundle"
    assert listed["hard.log"] == "a hard link to /etc/shadow, in a bundle"
    assert {listed[name] for name in ("null.log", "disk.log", "pipe.log")} == {
        "a character device, in a bundle",
        "a block device, in a bundle",
        "a named pipe, in a bundle",
    }
    assert "unknown kind" in listed["unknown.log"]


@needs_strace
def test_r40_no_file_is_created_as_the_system_sees_it(tmp_path: Path) -> None:
    """No call of a run on that archive creates anything that has a name, or opens it for writing."""
    evidence = write(tmp_path / "evidence", {"bundle.tar.gz": PACK["gz"](packed_tar(HOSTILE))})
    trace = tmp_path / "trace"
    assert tool("sources", evidence, under=traced(trace, "%file")).code == 0
    calls = [call.split(maxsplit=1)[1] for call in trace.read_text(errors="replace").split("\n") if "(" in call]
    assert any("bundle.tar.gz" in call for call in calls)
    assert [call for call in calls if changes_names(call)] == []


def changes_names(call: str) -> bool:
    """Whether a system call, as strace shows it, made or changed something that has a name."""
    name = call.partition("(")[0]
    if "= -1" in call or "O_TMPFILE" in call or "/dev/" in call:
        return False
    return name in MAKING or any(flag in call for flag in ("O_CREAT", "O_WRONLY", "O_RDWR"))


def test_r40_a_tar_cut_off_or_overwritten(tmp_path: Path) -> None:
    """Cut, with a header overwritten, or with a size beyond all measure: the other members are read, and it is said."""
    members: dict[str, bytes | tarfile.TarInfo] = {f"{n}.log": lines(40, 40 * n) for n in range(5)}
    stored = packed_tar(members)
    header = stored.index(b"2.log")
    torn = stored[: stored.index(b"4.log") + 700]
    wrong = stored[:header] + b"\xa5" * 300 + stored[header + 300 :]
    info = tarfile.TarInfo("huge.log")
    info.size = 7 << 32
    huge = stored[: stored.index(b"3.log")] + info.tobuf() + lines(3, 900)
    for name, data, there in (
        ("torn", torn, range(163)),
        ("wrong", wrong, [*range(80), *range(120, 200)]),
        ("huge", huge, range(120)),
    ):
        for kind in ("", "gz"):
            folder = tmp_path / f"{name}{kind}"
            found = read(write(folder, {"bundle.tar": PACK[kind](data) if kind else data}))
            assert found.code == 3, (name, kind)
            have = {row["pid"] for row in found.events if well([row])}
            assert set(there) <= have, (name, kind)


def packed_zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def test_r41_a_zip_made_to_write_elsewhere(tmp_path: Path) -> None:
    """As for a tar; a symbolic link in it is listed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, name in enumerate(("../../up.log", "/absolute.log", "C:\\back.log", "plain.log")):
            archive.writestr(name, lines(5, 5 * number))
        link = zipfile.ZipInfo("link.log")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    before = tree(tmp_path)
    found = read(write(tmp_path / "in", {"bundle.zip": out.getvalue()}))
    assert [entry for entry in tree(tmp_path) if "bundle.zip" not in entry[0] and not entry[0].endswith("in")] == before
    assert found.code == 0
    assert sorted(numbers(found.events)) == list(range(20))
    assert found.passed_over["bundle.zip!link.log"]["reason"] == "a symbolic link, in a bundle"


def at_headers(data: bytes, name: str, offset: int, value: bytes, central: int) -> bytes:
    """The archive with `value` at `offset` of a member's local header and at `central` of its entry in the list."""
    changed = bytearray(data)
    first = data.index(name.encode()) - 30
    last = data.rindex(name.encode()) - 46
    changed[first + offset : first + offset + len(value)] = value
    changed[last + central : last + central + len(value)] = value
    return bytes(changed)


def test_r41_encrypted_members(tmp_path: Path) -> None:
    """They are listed with that reason; the others are read."""
    data = packed_zip({"a.log": lines(5), "b.log": lines(5, 5), "c.log": lines(5, 10)})
    found = read(write(tmp_path, {"bundle.zip": at_headers(data, "b.log", 6, b"\x01\x00", 8)}))
    assert found.code == 3
    assert sorted(numbers(found.events)) == [*range(5), *range(10, 15)]
    assert found.passed_over["bundle.zip!b.log"]["reason"] == "encrypted; unpack it first"


def test_r41_members_packed_by_other_methods(tmp_path: Path) -> None:
    """Those without a bound to what they may grow to are listed with the method."""
    found = read(write(tmp_path, {"bundle.zip": packed_zip({"a.log": lines(5)}, zipfile.ZIP_LZMA), "ok.log": lines(3)}))
    assert (found.code, numbers(found.events)) == (3, [0, 1, 2])
    assert found.passed_over["bundle.zip!a.log"]["reason"] == "packed by method 14 of zip; unpack it first"


@pytest.mark.parametrize("size", [0, 5, 1 << 20, 0xFFFFFFFF])
def test_r41_false_sizes(tmp_path: Path, size: int) -> None:
    """A member that claims less or more than it has: what is there is read, and that it was false is said."""
    data = packed_zip({"a.log": lines(50), "b.log": lines(5, 50)})
    found = read(write(tmp_path, {"bundle.zip": at_headers(data, "a.log", 22, struct.pack("<I", size), 24)}))
    assert found.code == 3
    assert {row["pid"] for row in found.events if well([row])} >= set(range(50, 55))
    assert found.damage or any(row["state"] == "unread" for row in found.passed_over.values())


def test_r41_overlapping_members(tmp_path: Path) -> None:
    """Members that share their bytes are a bomb's: none is read, and that is said."""
    data = packed_zip({"a.log": lines(50), "b.log": lines(50, 50)})
    second = data.index(b"b.log") - 30
    entry = data.rindex(b"b.log") - 46
    changed = bytearray(data)
    changed[entry + 42 : entry + 46] = struct.pack("<I", second - 20)
    found = read(write(tmp_path, {"bundle.zip": bytes(changed), "ok.log": lines(3)}))
    assert (found.code, numbers(found.events)) == (3, [0, 1, 2])
    assert found.passed_over["bundle.zip"]["state"] == "unread"


def test_r41_a_zip_whose_members_have_no_name(tmp_path: Path) -> None:
    """A name ends at its first NUL, which may be its first byte; the members are read, and told apart."""
    data = packed_zip({"xa.log": lines(5), "xb.log": lines(5, 5), "ok.log": lines(5, 10)})
    nameless = data.replace(b"xa.log", b"\0a.log").replace(b"xb.log", b"\0b.log")
    found = read(write(tmp_path, {"bundle.zip": nameless}))
    assert found.code == 0
    assert {row["file"]: row["pid"] // 5 for row in found.events} == {
        "bundle.zip!(no name)": 0,
        "bundle.zip!(no name)#2": 1,
        "bundle.zip!ok.log": 2,
    }


def test_r41_a_zip_of_much(tmp_path: Path) -> None:
    """256 MiB of zeros packed into a few hundred KiB are read in steps: they take no more memory than a little."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.log", "w", force_zip64=True) as member,
    ):
        member.write(lines(5))
        for _ in range(256):
            member.write(bytes(1 << 20))
    done = spawned("sources", write(tmp_path / "much", {"bundle.zip": out.getvalue()}), "--json")
    little = spawned("sources", write(tmp_path / "little", {"bundle.zip": packed_zip({"a.log": lines(5)})}))
    assert (done.code, little.code) == (3, 0)
    assert done.peak <= little.peak + 100
    assert f'"length": {256 << 20}' in done.out


def test_r41_a_zip_cut_off(tmp_path: Path) -> None:
    """Without its list of members a zip is named as unread."""
    data = packed_zip({"a.log": lines(50)})
    found = read(write(tmp_path, {"bundle.zip": data[: len(data) - 40], "ok.log": lines(3)}))
    assert (found.code, numbers(found.events)) == (3, [0, 1, 2])
    assert "list of members" in found.passed_over["bundle.zip"]["reason"]
