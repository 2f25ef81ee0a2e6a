"""What the tool promises whoever relies on it: evidence untouched, hashed, accounted for, and the same answer twice."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import torture
from tests.hostile.machine import COMMANDS, Done, environment, here, needs_strace, tool, traced

RUNS = (
    *((name, "HOST") for name in COMMANDS),
    ("report", "HOST", "--format", "markdown"),
    ("report", "HOST", "--format", "html"),
    ("timeline", "HOST", "--format", "parquet"),
    ("sources", "HOST", "--format", "sha256"),
    ("query", "select count(*) from timeline", "HOST"),
    ("parsers", "explain", "HOST"),
)
"""Every way to read evidence; HOST stands for it."""


def at(host: Path, words: tuple[str, ...]) -> list[str]:
    """The words with the evidence's path in them."""
    return [str(host) if word == "HOST" else word for word in words]


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host's tree with an outage, plain and packed logs, bundles, binary logs, damage, and what is no log."""
    torture.evidence(tmp_path)
    root = tmp_path / "host"
    for name in ("packed", "bundle", "binary"):
        (tmp_path / name).rename(root / name)
    (root / "hurt.log").write_bytes(b"2020-06-23T09:00:01+10:00 web1 app[1]: a\n" + bytes(5000) + b"torn")
    (root / "empty.log").touch()
    (root / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (root / "link.log").symlink_to("hurt.log")
    (root / "twin.log").hardlink_to(root / "hurt.log")
    (root / "unknown.txt").write_text("neither time nor sense\n" * 20)
    os.mkfifo(root / "pipe")
    return root


def facts(root: Path) -> dict[str, tuple[int, ...]]:
    """What stat(2) says of everything below a root; a link's own atime is moved by whoever asks where it leads."""
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted([root, *root.rglob("*")]):
        state = path.lstat()
        times = (state.st_mtime_ns, state.st_ctime_ns, 0 if path.is_symlink() else state.st_atime_ns)
        found[str(path)] = (state.st_ino, state.st_mode, state.st_nlink, state.st_size, *times)
    return found


def test_p1_nothing_of_the_evidence_moves(host: Path) -> None:
    """Every command: names, modes, sizes, content and all three times are what they were."""
    for path in (host, *host.rglob("*")):  # an old access time is moved even where a mount is `relatime`
        if not path.is_symlink():
            os.utime(path, (1, path.stat().st_mtime))
    before = facts(host)
    assert any(state[-1] == 10**9 for state in before.values())
    for words in RUNS[::3]:
        assert here(*at(host, words)).code in {0, 3}
    assert facts(host) == before


@needs_strace
@pytest.mark.parametrize("words", RUNS, ids=" ".join)
def test_p1_s19_s21_evidence_is_opened_for_reading_only(host: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    """No write-mode open, no rename, no chmod below the root; no program started, no socket opened, at all."""
    trace = tmp_path / "trace"
    calls = "openat,open,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,symlink,symlinkat"
    calls += ",chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,truncate,ftruncate,utimensat,write,pwrite64"
    calls += ",setxattr,fsetxattr,execve,socket,connect"
    done = tool(*at(host, words), under=traced(trace, calls), env=environment(TMPDIR=str(tmp_path)))
    assert done.code in {0, 3}
    lines = [
        line for line in trace.read_text(errors="replace").splitlines() if not re.search(r"(= -1 |\+\+\+|---)", line)
    ]
    assert len([line for line in lines if "execve(" in line]) == 1  # Python itself
    assert not [line for line in lines if re.search(r" (socket|connect)\(", line)]
    # the first path, or the descriptor, of a call: what is written to stdout may hold the path as well
    touched = re.compile(rf' [a-z0-9]+\((AT_FDCWD(<[^>]*>)?, |[0-9]+<[^>]*>, )?("{host}|[0-9]+<{host})')
    below = [line for line in lines if touched.search(line) and "execve(" not in line]
    assert below
    opened = [line for line in below if re.search(r" openat?\(", line)]
    assert not [line for line in opened if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE", line)]
    assert not [line for line in below if line not in opened]


def test_p2_the_manifest_is_what_sha256sum_finds(host: Path, tmp_path: Path) -> None:
    """The hashes are of the bytes that were read: `sha256sum -c` agrees, and finds one changed byte."""
    listing = tmp_path / "evidence.sha256"
    assert here("sources", host, "-o", listing).code == 3
    check = ["/usr/bin/sha256sum", "--check", "--strict", "--quiet", str(listing)]
    assert subprocess.run(check, cwd=host, check=False, capture_output=True).returncode == 0
    assert listing.read_text().count("\n") > 5
    with (host / "hurt.log").open("r+b") as changed:
        changed.write(b"3")
    done = subprocess.run(check, cwd=host, check=False, capture_output=True)
    assert (done.returncode, done.stdout.count(b"FAILED")) == (1, 1)


def test_p2_odd_names_are_in_the_manifest_too(tmp_path: Path) -> None:
    """A backslash, a line feed, bytes that are no UTF-8."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for number, name in enumerate((b"a\\b.log", b"a\nb.log", b"\xff.log", b" .log")):
        (logs / os.fsdecode(name)).write_text(f"2020-06-23T09:00:0{number}+10:00 web1 app[1]: a\n")
    listing = tmp_path / "evidence.sha256"
    assert here("sources", logs, "-o", listing).code == 0
    done = subprocess.run(["/usr/bin/sha256sum", "-c", str(listing)], cwd=logs, check=False, capture_output=True)
    assert (done.returncode, done.stdout.count(b"OK")) == (0, 4)


def test_p2_a_manifest_is_not_redacted(host: Path) -> None:
    """Its paths must be those of the files; so the two options do not go together."""
    done = here("sources", host, "--format", "sha256", "--redact")
    assert (done.code, done.out) == (2, b"")


def closed(evidence: list[dict[str, Any]]) -> bool:
    """Whether the ledger of each file adds up."""
    return all(
        sum(part["bytes"] for part in file["ledger"].values() if isinstance(part, dict)) == file["ledger"]["bytes"]
        for file in evidence
    )


@pytest.mark.parametrize("words", [("report", "--format", "json"), ("sources", "--json")], ids=" ".join)
def test_p3_the_ledger_closes_and_is_told(host: Path, words: tuple[str, ...]) -> None:
    """Every byte of each file is event, continuation, blank, duplicate, unparsed or damaged."""
    evidence = here(words[0], host, *words[1:]).json["evidence"]
    assert len(evidence) > 5
    assert closed(evidence)


def test_p4_every_file_is_in_exactly_one_state(host: Path) -> None:
    """What a walk finds is what `sources` lists, each once."""
    walked = {str(path.relative_to(host)) for path in host.rglob("*") if path.is_symlink() or not path.is_dir()}
    document = here("sources", host, "--json").json
    read = [file["path"] for file in document["evidence"] if "!" not in file["path"]]
    passed = [item["path"] for item in document["passed_over"] if "!" not in item["path"]]
    # a file that was read and found to be no log stands in both, with the same state
    both = set(read) & set(passed)
    states = {file["path"]: file["state"] for file in document["evidence"]}
    assert {item["path"]: item["state"] for item in document["passed_over"] if item["path"] in both} == {
        name: states[name] for name in both
    }
    assert len(set(read)) == len(read)
    assert len(set(passed)) == len(passed)
    assert set(read) | set(passed) == walked


SURROUNDINGS = list(
    itertools.product(
        ("UTC", "Pacific/Apia"), ("C", "tr_TR.UTF-8"), ("0", "4242"), ("/", "."), (0o022, 0o077), ("1", "16")
    )
)
"""64 of them: zone, language, hash seed, folder, umask, workers."""


def surrounded(host: Path, place: tuple[str, str, str, str, int, str], words: tuple[str, ...]) -> bytes:
    """What a command writes to a file in these surroundings."""
    zone, language, seed, folder, mask, jobs = place
    target = host.parent / "out.txt"
    env = environment(TZ=zone, LANG=language, LC_ALL=language, PYTHONHASHSEED=seed, COLUMNS=str(80 + len(zone)))
    cwd = host.parent if folder == "." else Path(folder)
    command = (words[0], host / "var", *words[1:], "--jobs", jobs, "-o", target)
    done = tool(*command, env=env, cwd=cwd, before=lambda: void(os.umask(mask)))
    assert done.code in {0, 3}, done.err
    data = target.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o666 & ~mask
    target.unlink()
    return data


def void(_: object) -> None:
    """Nothing: a function that is called before a program is started returns nothing."""


@pytest.mark.parametrize("words", [("report", "--format", "markdown"), ("timeline", "--format", "jsonl")], ids=" ".join)
def test_p5_the_surroundings_change_nothing(host: Path, words: tuple[str, ...]) -> None:
    """Four of the 64 surroundings, opposite ones among them; LOGFORENSICS_ALL_64=1 takes them all."""
    chosen = SURROUNDINGS if os.environ.get("LOGFORENSICS_ALL_64") else SURROUNDINGS[:: len(SURROUNDINGS) // 3]
    results = {surrounded(host, place, words) for place in chosen}
    assert len(results) == 1


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not there")
@pytest.mark.parametrize("now", ["1970-01-02 00:00:00", "2038-01-20 00:00:00"])
def test_p5_the_clock_changes_nothing(host: Path, now: str) -> None:
    """Run in 1970 and in 2038."""
    words = ("report", host, "--format", "markdown")
    assert tool(*words, under=["faketime", now]) == tool(*words)


def test_p5_the_order_of_the_arguments_changes_nothing(host: Path) -> None:
    """Paths in any order, and one named twice."""
    paths = [host / "var", host / "hurt.log", host / "packed"]
    results = {here("timeline", *order, "--format", "jsonl").out for order in (paths, paths[::-1], [*paths, paths[0]])}
    assert len(results) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "UTC"),
        (("--assume-tz", "Asia/Tokyo"), "Asia/Tokyo"),
        (("--year", "1999"), "1999"),
        (("--year", "2003"), "2003"),
    ],
)
def test_p9_what_was_assumed_is_told(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    """Zone and year of a log that names neither: as one sets them, so the report says it, and of which file."""
    (tmp_path / "syslog").write_text("".join(f"Jun 23 09:{n:02}:01 web1 app[1]: a line\n" for n in range(50)))
    notes = here("report", tmp_path, "--json", *options).json["assumptions"]
    assert any(told in note["text"] for note in notes)
    assert any("syslog" in str(note) for note in notes)


@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_p10_damage_stands_on_page_one(host: Path, form: str) -> None:
    """The reader of the first screen or the first chapter learns that something is missing."""
    text = here("report", host, "--format", form).out.decode()
    words = re.compile(r"damage", re.IGNORECASE)
    found = words.search(text)
    assert found is not None
    if form == "markdown":
        assert found.start() < text.index("\n## ", text.index("\n## ") + 1)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["info", "err", "warning", None])), max_size=60))
def test_p11_sums_agree(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str | None]]) -> None:
    """Events by source, by severity and in all are the same number; so are lines and fates."""
    folder = tmp_path_factory.mktemp("sums")
    files: dict[int, list[str]] = {}
    for at, (number, level) in enumerate(rows):
        prefix = "" if level is None else f"<{8 + ['err', 'warning', 'info'].index(level) + 3}>"
        text = f"{prefix}Jun 23 09:{at:02}:01 web1 app[1]: line {at}\n" if at % 7 else "no stamp at all\n"
        files.setdefault(number, []).append(text)
    for number, lines in files.items():
        (folder / f"log{number}.txt").write_text("".join(lines))
    document = here("sources", folder, "--json")
    if not rows or document.code == 3:
        return
    events = [json.loads(row) for row in here("timeline", folder, "--format", "jsonl").out.splitlines()]
    by_source = {source["path"]: source["events"] + source["continuation"] for source in document.json["sources"]}
    assert sum(by_source.values()) == len(events)
    assert {name: sum(event["source"] == name for event in events) for name in by_source} == by_source
    for source in document.json["sources"]:
        kept = source["events"] + source["continuation"] + source["blank"] + source["duplicate"]
        assert kept + source["unparsed"] == source["lines"]
    assert closed(document.json["evidence"])


def days(*kept: int) -> str:
    """An access log without a failure, on these days of June."""
    return "".join(
        f'192.0.2.1 - - [{day:02}/Jun/2020:{hour:02}:00:01 +1000] "GET /a HTTP/1.1" 200 5 "-" "x"\n'
        for day in kept
        for hour in range(24)
    )


def test_p12_absence_is_only_told_of_time_that_is_covered(tmp_path: Path) -> None:
    """ "Nothing found" names the span; without its last day, or with a day torn out, the words are others."""
    told: list[tuple[str, str, list[float]]] = []
    for kept in ((20, 21, 22, 23), (20, 21, 22), (20, 21, 23)):
        logs = tmp_path / f"logs{len(told)}"
        logs.mkdir()
        (logs / "access.log").write_text(days(*kept))
        done = here("bursts", logs).out.decode()
        report = here("report", logs, "--format", "json").json
        told.append((done, report["span"]["end"], [gap["seconds"] for gap in report["gaps"]]))
    assert "2020-06-20" in told[0][0]
    assert told[0][0] != told[1][0]
    assert told[0][1] != told[1][1]
    assert told[0][2] != told[2][2]


def test_p14_a_kill_leaves_a_whole_report_or_none(host: Path, tmp_path: Path) -> None:
    """SIGKILL at moments all over the run: what lies under the name is never a part, and nothing lies beside it."""
    folder = tmp_path / "reports"
    folder.mkdir()
    target = folder / "incident.json"
    words = [sys.executable, "-m", "logforensics", "report", str(host / "var"), "-o", str(target), "--quiet"]
    began = time.monotonic()
    subprocess.run(words, env=environment(), check=False)
    length, whole = time.monotonic() - began, target.read_bytes()
    for part in range(1, 6):
        target.unlink(missing_ok=True)
        process = subprocess.Popen(words, env=environment())
        time.sleep(length * part / 5.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert left in ({}, {"incident.json": whole})


@needs_strace
def test_p15_few_descriptors_are_open_at_once(host: Path, tmp_path: Path) -> None:
    """However many files there are: the highest descriptor that was ever opened is below 64."""
    trace = tmp_path / "trace"
    assert tool("report", host, under=traced(trace, "openat,dup,dup3")).code == 3
    numbers = [int(number) for number in re.findall(r"\) += ([0-9]+)<", trace.read_text(errors="replace"))]
    assert max(numbers) < 64


@pytest.fixture
def wiped(tmp_path: Path) -> Path:
    """A wtmp of which three records in the middle were overwritten with zeros."""
    record = (
        b"\x07\0\0\0" + (1).to_bytes(4, "little") + b"pts/0".ljust(32, b"\0") + b"ts/0" + b"alice".ljust(32, b"\0")
    ).ljust(340, b"\0")
    stamp = [1_592_870_400 + 60 * minute for minute in range(9)]
    records = [(record + second.to_bytes(4, "little")).ljust(384, b"\0") for second in stamp]
    records[3:6] = [bytes(384)] * 3
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "wtmp").write_bytes(b"".join(records))
    return logs


def test_p16_zeroed_records_are_listed_and_not_judged(wiped: Path) -> None:
    """Where, how many bytes; whether somebody wiped them is not for a log reader to say."""
    done: Done = here("sources", wiped, "--json")
    assert (done.code, [(item["kind"], item["offset"], item["length"]) for item in done.json["damage"]]) == (
        3,
        [("nul", 3 * 384, 3 * 384)],
    )
    told = done.out.decode() + here("report", wiped, "--format", "markdown").out.decode()
    assert not re.search(r"tamper|wiped|forged|attack|manipulat", told, re.IGNORECASE)
