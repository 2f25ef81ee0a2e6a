"""Trees that mislead (rows 65 to 68, 74 and 75): copies, rotations, names, sizes, times and surroundings."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hostile.machine import COMMANDS, environment, here, tool


def lines(first: int, last: int, *, year: str = "2020") -> str:
    """One line a minute, numbered."""
    return "".join(
        f"{year}-06-{23 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00+10:00 web1 app[1]: n{number}\n"
        for number in range(first, last)
    )


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def texts(logs: Path) -> list[str]:
    """The messages of all events in order."""
    done = here("timeline", logs, "--format", "jsonl")
    assert done.code == 0, done.err
    return [json.loads(row)["message"] for row in done.out.splitlines()]


def numbered(first: int, last: int) -> list[str]:
    """What `texts` gives for the lines from `first` to before `last`."""
    return [f"n{number}" for number in range(first, last)]


COPIES: dict[str, dict[str, str | bytes]] = {
    "copy": {"backup/syslog": lines(0, 300)},
    "gz": {"syslog.1.gz": gzip.compress(lines(0, 300).encode())},
    "beginning": {"backup/syslog": lines(0, 200)},
    "gz of the beginning": {"old/syslog.gz": gzip.compress(lines(0, 250).encode())},
    "two beginnings": {"a/syslog": lines(0, 150), "b/syslog": lines(0, 200)},
    "beginning beside it": {"syslog.1": lines(0, 280)},
}


@pytest.mark.parametrize("copies", COPIES.values(), ids=COPIES)
def test_r65_the_same_content_is_counted_once(tmp_path: Path, copies: dict[str, str | bytes]) -> None:
    """A copy, a packed copy, a backup that the log outgrew: each event once, and both files are named."""
    logs = write(tmp_path / "logs", {"syslog": lines(0, 300), **copies})
    assert texts(logs) == numbered(0, 300)
    passed = {item["path"]: item["reason"] for item in here("sources", logs, "--json").json["passed_over"]}
    assert set(passed) == set(copies)
    assert all("syslog" in reason for reason in passed.values())


def test_r65_what_copytruncate_leaves_twice_is_counted_once(tmp_path: Path) -> None:
    """The end of the copy is the beginning of what followed."""
    logs = write(tmp_path / "logs", {"syslog.1": lines(0, 200), "syslog": lines(150, 300)})
    assert texts(logs) == numbered(0, 300)
    (source,) = here("sources", logs, "--json").json["sources"]
    assert source["duplicate"] == 50


def test_r65_lines_that_come_twice_in_one_file_stay_twice(tmp_path: Path) -> None:
    """A program that says the same thing twice has said it twice."""
    twice = "".join(line + line for line in lines(0, 100).splitlines(keepends=True))
    assert len(texts(write(tmp_path / "logs", {"syslog": twice}))) == 200


def test_r65_two_hosts_that_begin_alike_stay_two(tmp_path: Path) -> None:
    """Only a whole text that another begins with is a copy: these go on differently."""
    head, rest = lines(0, 100), lines(100, 200)
    logs = write(tmp_path / "logs", {"a/syslog": head + rest, "b/syslog": head + rest.replace("web1", "web2")})
    assert len(texts(logs)) == 400


SCHEMES = [
    ("syslog.2.gz", "syslog.1", "syslog"),
    ("syslog.10", "syslog.9", "syslog"),
    ("syslog.1", "syslog.0", "syslog"),
    ("x.log.12.gz", "x.log.2", "x.log"),
    ("btmp.txt-20161130-20161201", "btmp.txt-20161201-20161202", "btmp.txt"),
    ("a-20200621", "a-20200622", "a"),
    ("a-20200621.gz", "a-20200622", "a"),
    ("a-2020062105", "a-2020062106", "a"),
    ("a-20200621-1592697600", "a-20200621-1592701200", "a"),
    ("a-1592697600.gz", "a-1592784000", "a"),
    ("a.1592697600", "a.1592784000", "a"),
    ("a-20200621.log", "a-20200622.log", "a.log"),
    ("a_20200621.log", "a_20200622.log", "a.log"),
    ("a.20200621.log", "a.20200622.log", "a.log"),
    ("a.log.20200621", "a.log.20200622", "a.log"),
    ("a.log-2020-06-21", "a.log-2020-06-22", "a.log"),
    ("a.log.2020-06-21", "a.log.2020-06-22", "a.log"),
    ("a-2020-06-21.log", "a-2020-06-22.log", "a.log"),
    ("a.2020-06-21.log", "a.2020-06-22.log", "a.log"),
    ("a_2020_06_21.txt", "a_2020_06_22.txt", "a.txt"),
    ("a.2020-06-21.1.log", "a.2020-06-21.2.log", "a.log"),
    ("a.2020-06-21.9.log.gz", "a.2020-06-21.10.log", "a.log"),
    ("a.2020.06.21.log", "a.2020.06.22.log", "a.log"),
    ("a-20200621_0900.log", "a-20200621_1000.log", "a.log"),
    ("a-20200621T0900.log", "a-20200621T1000.log", "a.log"),
    ("a-2020-06-21-09.log", "a-2020-06-21-10.log", "a.log"),
    ("a-20200621-090000.log", "a-20200621-100000.log", "a.log"),
    ("2020-06-21-a.log", "2020-06-22-a.log", "a.log"),
    ("20200621-a.log", "20200622-a.log", "a.log"),
    ("2020-06-21_a.log", "2020-06-22_a.log", "a.log"),
    ("2020-06-21.log", "2020-06-22.log", "2020-06-23.log"),
    ("20200621.log", "20200622.log", "20200623.log"),
    ("u_ex200621.log", "u_ex200622.log", "u_ex200623.log"),
    ("u_in200621.log", "u_in200622.log", "u_in200623.log"),
    ("a.2.log", "a.1.log", "a.log"),
    ("a.12.log", "a.2.log", "a.log"),
    ("a.1.txt", "a.0.txt", "a.txt"),
    ("a.old", "a"),
    ("a.log.old", "a.log"),
    ("a.prev", "a"),
]


@pytest.mark.parametrize("names", SCHEMES, ids=lambda names: names[0])
def test_r66_a_rotation_is_one_source_in_the_order_of_its_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Forty ways to name rotated files: one source, oldest first, events in order, nothing to remark."""
    parts = [lines(number * 10, number * 10 + 10) for number in range(len(names))]
    packed = {
        name: gzip.compress(text.encode()) if name.endswith(".gz") else text
        for name, text in zip(names, parts, strict=True)
    }
    logs = write(tmp_path / "logs", packed)
    done = here("sources", logs, "--json")
    assert [source["files"] for source in done.json["sources"]] == [list(names)]
    assert texts(logs) == numbered(0, 10 * len(names))
    assert "order" not in {item["kind"] for item in done.json["assumptions"]}


def test_r66_names_that_disagree_with_the_times_are_said(tmp_path: Path) -> None:
    """NLog's {#} may count up or down: the times decide, and the report says that they did."""
    logs = write(tmp_path / "logs", {"a.1.log": lines(0, 10), "a.2.log": lines(10, 20)})
    assert texts(logs) == numbered(0, 20)
    told = [item for item in here("sources", logs, "--json").json["assumptions"] if item["kind"] == "order"]
    assert [(item["source"], item["events"]) for item in told] == [("a.log", 20)]
    assert "a.2.log is older than a.1.log, by their lines it is newer" in told[0]["text"]
    assert "the times decide" in here("report", logs, "--format", "markdown").out.decode()


NAMES = [
    b"a\nb.log",
    b"a\rb.log",
    b"a\tb.log",
    b"\x1b[31mred.log",
    b"\x1b]0;title\x07.log",
    b"\x9b31m.log",
    b"\xc2\x9b31m.log",
    b"\xff\xfe.log",
    b"caf\xe9.log",
    b"a\xe2\x80\xaegol.txt",
    b"a\xe2\x81\xa6b.log",
    b"a\xe2\x80\x8bb.log",
    b"a\xe2\x80\xa8b.log",
    b"\xef\xbb\xbfa.log",
    b"a\x7fb.log",
    b"a\x08b.log",
    b"-rf",
    b"--output=x",
    b"-",
    b" ",
    b" a.log ",
    b"a\\nb.log",
    b"$(touch x).log",
    b"`id`.log",
    b"a;b|c&d.log",
    b"<img src=x onerror=alert(1)>.log",
    b"[x](javascript:alert(1)).log",
    b"=cmd|'calc'!A0.log",
    b"'\".log",
    b"%s%n.log",
    b"*.log",
    "日本語.log".encode(),
]


@pytest.fixture(scope="module")
def odd_names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log of each of these names."""
    logs = tmp_path_factory.mktemp("names")
    for number, name in enumerate(NAMES):
        (logs / os.fsdecode(name)).write_text(lines(number, number + 1))
    return logs


def test_r67_every_name_is_read(odd_names: Path) -> None:
    """A name is bytes; each of the files has its one event, under a name of its own."""
    done = here("sources", odd_names, "--json")
    assert (done.code, sum(source["events"] for source in done.json["sources"])) == (0, len(NAMES))
    assert len({file["path"] for file in done.json["evidence"]}) == len(NAMES)


@pytest.mark.parametrize("words", [(name,) for name in COMMANDS] + [("report", "--format", "markdown")])
def test_r67_no_name_reaches_the_reader_raw(odd_names: Path, words: tuple[str, ...]) -> None:
    """Nothing that a terminal obeys, that turns the direction of text, or that breaks a line."""
    done = here(*words, odd_names)
    shown = done.out.decode() + done.err
    assert not [sign for sign in shown if (sign < " " and sign != "\n") or "\x7f" <= sign < "\xa0"]
    assert not set(shown) & set("\u202e\u2066\u200b\u2028\ufeff")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", [b"-rf", b"--output=x", b"a\nb.log", b"\xff\xfe.log", b"*.log"])
def test_r67_a_name_behind_two_dashes_is_a_path(odd_names: Path, name: bytes) -> None:
    """No name on the command line becomes an option or a pattern when it is there as it is."""
    done = tool("sources", "--json", "--", os.fsdecode(name), cwd=odd_names)
    assert done.code == 0, done.err
    assert sum(source["events"] for source in done.json["sources"]) == 1
    assert not (odd_names / "x").exists()


def test_r68_many_files_and_deep_folders_need_few_descriptors(tmp_path: Path) -> None:
    """A thousand folders one in the other, and three thousand files beside, with 64 descriptors."""
    logs = write(tmp_path / "logs", {f"many/{number:04}.bin": bytes(range(256)) for number in range(3000)})
    write(logs, {f"few/{number:04}.txt": lines(number, number + 1) for number in range(90)})
    place = os.open(logs, os.O_RDONLY)
    for _ in range(1000):  # step by step, as the whole path may be longer than a system call takes
        os.mkdir("d", dir_fd=place)
        below = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    with os.fdopen(os.open("deep.log", os.O_WRONLY | os.O_CREAT, 0o666, dir_fd=place), "w") as deep:
        deep.write(lines(0, 5))
    os.close(place)
    limit = (64, 64)
    done = tool("sources", logs, "--json", before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit))
    subprocess.run(["/bin/rm", "-rf", str(logs)], check=True)  # Python's rmtree descends by recursion
    assert (done.code, len(done.json["sources"]), len(done.json["passed_over"])) == (0, 91, 3000)
    assert sum(source["events"] for source in done.json["sources"]) == 95


@pytest.mark.parametrize("seconds", [0, 1_700_000_000, 4_102_444_800])
def test_r74_the_mtime_of_a_copy_makes_no_year_certain(tmp_path: Path, seconds: int) -> None:
    """All mtimes equal, 1970, in the future: lines without a year stay in doubt unless content tells it."""
    yearless = "Jun 23 09:00:01 web1 app[1]: a\nJun 23 09:01:01 web1 app[1]: b\n"
    logs = write(tmp_path / "logs", {"syslog": yearless, "daemon.log": yearless.replace("app", "sshd")})
    for path in logs.iterdir():
        os.utime(path, (seconds, seconds))
    done = here("timeline", logs, "--format", "jsonl")
    assert {json.loads(row)["time_basis"] for row in done.out.splitlines()} == {"ambiguous"}
    write(logs, {"app.log": "2020-06-23 09:05:00 INFO started\n"})
    os.utime(logs / "app.log", (seconds, seconds))
    told = here("timeline", logs, "--format", "jsonl", "--source", "syslog")
    assert {json.loads(row)["time"][:4] for row in told.out.splitlines()} == {"2020"}


def test_r75_zones_come_with_the_program(tmp_path: Path) -> None:
    """A machine without tzdata, or with another, reads the same instants."""
    local = "2020-06-23 02:30:00 web1 app[1]: a\n".replace(" web1", "  INFO web1")
    logs = write(tmp_path / "logs", {"app.log": local})
    words = ("timeline", logs, "--format", "jsonl", "--assume-tz", "Europe/Berlin", "--tz", "Australia/Sydney")
    plain = tool(*words)
    assert b'"time":"2020-06-23T10:30:00.000000+10:00"' in plain.out
    empty = tmp_path / "empty"
    empty.mkdir()
    for zones in ({"PYTHONTZPATH": str(empty), "TZDIR": str(empty)}, {"TZ": "Nowhere/Nothing"}, {"TZ": ":/dev/null"}):
        assert tool(*words, env=environment(**zones)) == plain
