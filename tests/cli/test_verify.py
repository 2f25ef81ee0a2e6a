"""A report is checked against its evidence: every byte of both counts."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import lzma
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from logforensics.errors import AlteredError
from logforensics.report.escape import ascii_json
from logforensics.report.json import sealed
from logforensics.report.recorded import load, marks_of_change
from tests.cli.conftest import ACCESS, SYSLOG, Command

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "fixtures" / "makemeapassword-2020-06" / "logs"
JOURNAL = ROOT / "tests" / "data" / "journal" / "regular.journal.xz"
LATER = ACCESS.replace("09:05:37", "09:06:38").replace("192.0.2.1", "192.0.2.7")


def bundle(files: dict[str, str]) -> bytes:
    """A packed tar; its times are fixed."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(text.encode()), 1_592_900_000
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def archive(name: str, text: str) -> bytes:
    """A zip with one member that is not packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


@pytest.fixture
def tree(logs: Path) -> Path:
    """The folder of logs with a gz, a journal, and bundles of both kinds beside them."""
    (logs / "old.log.gz").write_bytes(gzip.compress(LATER.encode(), mtime=1))
    (logs / "system.journal").write_bytes(lzma.decompress(JOURNAL.read_bytes()))
    (logs / "b.tar.xz").write_bytes(bundle({"in_tar.log": LATER.replace("09:06", "09:07"), "notes": SYSLOG}))
    (logs / "c.zip").write_bytes(archive("in_zip.log", LATER.replace("09:06", "09:08")))
    return logs


@pytest.fixture
def report(command: Command, tree: Path) -> Path:
    """The JSON report of these logs."""
    path = tree.parent / "incident.json"
    assert command("report", tree, "-q", "-o", path).code == 0
    return path


def differences(command: Command, *args: object) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and differences of a verification."""
    done = command("verify", *args, "--json")
    return done.code, json.loads(done.out)["differences"]


def test_a_report_holds_against_its_evidence(command: Command, report: Path) -> None:
    """Nothing was changed, so nothing differs."""
    done = command("verify", report)
    assert (done.code, done.out.split("\n")[0]) == (0, "incident.json: holds")


def test_the_incident_holds_wherever_its_evidence_lies(command: Command, tmp_path: Path) -> None:
    """A copy is as good as the folder that the report was made from; only the names below it count."""
    path, elsewhere = tmp_path / "incident.json", tmp_path / "elsewhere"
    assert command("report", FIXTURE, "-q", "-o", path).code == 0
    shutil.copytree(FIXTURE, elsewhere, copy_function=shutil.copyfile)
    done = command("verify", path, elsewhere)
    assert done.code == 0


def places(size: int) -> list[int]:
    """Bytes of a file to try: the first and last ones, and some between."""
    return sorted({0, 4, size // 7, size // 2, size - 9, size - 1})


@pytest.mark.parametrize("name", ["syslog", "access.log", "old.log.gz", "system.journal", "b.tar.xz", "c.zip"])
def test_p7_one_changed_byte_of_evidence_is_found(command: Command, tree: Path, report: Path, name: str) -> None:
    """Whichever byte it is, the file is named and the exit code is 1."""
    data = (tree / name).read_bytes()
    for at in places(len(data)):
        (tree / name).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        code, found = differences(command, report)
        assert (code, name in {item["where"] for item in found if item["kind"] == "evidence"}) == (1, True), at


def test_a_changed_line_that_is_cited_is_named(command: Command, tree: Path, report: Path) -> None:
    """File, line, and where the report cites it."""
    text = (tree / "syslog").read_text(encoding="utf-8")
    (tree / "syslog").write_text(text.replace("Remounting", "Remounteng"), encoding="utf-8")
    _, found = differences(command, report)
    cited = [item["where"] for item in found if item["kind"] == "citation"]
    assert [where.partition(" (")[0] for where in cited] == ["syslog:3"]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  # JSON is what it is
    """The path of every value in a document."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def changed(value: object) -> object:
    """Another value of the same kind, as near as can be."""
    if value is None or isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    text = str(value)
    return (chr(ord(text[0]) ^ 1) if text else "x") + text[1:]


def resealed(document: dict[str, Any]) -> str:
    """The document as a forger would write it, who knows of seals."""
    return ascii_json(sealed({key: value for key, value in document.items() if key != "seal"})) + "\n"


def test_one_changed_value_of_the_report_is_found(report: Path) -> None:
    """Each value in turn is altered as little as can be: the seal shows every one, without the evidence."""
    written = report.read_bytes()
    assert marks_of_change(load(written), written) == []
    paths = list(leaves(json.loads(written)))
    assert len(paths) > 300
    for where in paths:
        document = json.loads(written)
        inner = document
        for key in where[:-1]:
            inner = inner[key]
        inner[where[-1]] = changed(inner[where[-1]])
        altered = (json.dumps(document, indent=2) + "\n").encode("ascii")
        try:
            kinds = [item.kind for item in marks_of_change(load(altered), altered)]
        except AlteredError:
            continue
        assert kinds == ["seal"], where


@pytest.mark.parametrize(
    ("key", "named"),
    [
        (("outages", 0, "impact", "clients"), "outages[0].impact.clients"),
        (("outages", 0, "start", "latest"), "outages[0].start.latest"),
        (("outages", 0, "cause", "confidence"), "outages[0].cause.confidence"),
        (("gaps", 0, "seconds"), "gaps[0].seconds"),
        (("failures", 0, "line"), "failures[0].line"),
        (("sources", 1, "parsed"), "sources[var/log/syslog].parsed"),
        (("evidence", 0, "sha256"), "var/log/daemon.log"),
    ],
)
def test_a_changed_value_is_named_even_if_the_seal_was_made_anew(
    command: Command, tmp_path: Path, key: tuple[Any, ...], named: str
) -> None:
    """The seal is no signature: who changes the report on purpose renews it, and the evidence still says otherwise."""
    path = tmp_path / "incident.json"
    assert command("report", FIXTURE, "-q", "-o", path).code == 0
    document = json.loads(path.read_text(encoding="ascii"))
    inner = document
    for part in key[:-1]:
        inner = inner[part]
    inner[key[-1]] = changed(inner[key[-1]])
    path.write_text(resealed(document), encoding="ascii")
    code, found = differences(command, path)
    assert code == 1
    assert named in {item["where"] for item in found}
    assert {item["kind"] for item in found} & {"seal", "layout"} == set()


def test_another_layout_of_the_same_values_is_found(command: Command, report: Path) -> None:
    """One byte is one byte, though it means nothing."""
    report.write_text(report.read_text(encoding="ascii").replace('": ', '":  ', 1), encoding="ascii")
    code, found = differences(command, report)
    assert (code, [(item["kind"], item["where"]) for item in found]) == (1, [("layout", "byte 14")])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no JSON", "is no JSON"),
        ('{"schema": 1, "schema": 1}', "stands twice"),
        ('{"schema": NaN}', "is no number"),
        ('{"schema": "other"}', "schema: is 'other'"),
        ("[" * 100_000, "is no JSON"),
        ('{"schema": ' + "9" * 5000 + "}", "is no JSON"),
        ('{"schema": "logforensics/report/1", "evidence": 3}', "evidence: is no list"),
    ],
)
def test_what_is_no_report_does_not_hold(command: Command, tmp_path: Path, text: str, words: str) -> None:
    """One line says why, with exit code 1."""
    path = tmp_path / "incident.json"
    path.write_text(text, encoding="ascii")
    done = command("verify", path)
    assert done.code == 1
    assert words in done.err


def test_a_recorded_command_line_cannot_make_us_write(command: Command, report: Path, tmp_path: Path) -> None:
    """A report is hostile, too: only options that a report records are run again."""
    document = json.loads(report.read_text(encoding="ascii"))
    document["tool"]["command"] += ["--output", str(tmp_path / "written")]
    report.write_text(resealed(document), encoding="ascii")
    done = command("verify", report)
    assert (done.code, "'--output' is no option" in done.err) == (1, True)
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize("suffix", ["json", "md"])
def test_a_report_cannot_choose_whom_we_connect_to(
    command: Command, tree: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL that only the report names is not fetched."""

    def reached(url: str) -> None:
        raise AssertionError(url)

    monkeypatch.setattr("logforensics.evidence.remote.fetched", reached)
    path, url = tree.parent / f"incident.{suffix}", "ftp://192.0.2.1/x"
    command("report", tree, "-q", "-o", path)
    text = path.read_text(encoding="utf-8").replace(str(tree), url)
    path.write_text(resealed(json.loads(text)) if suffix == "json" else text, encoding="utf-8")
    done = command("verify", path)
    assert (done.code, url in done.err, "type it as PATH" in done.err) == (2, True, True)


def test_every_option_that_a_report_records_can_be_run_again(command: Command, tree: Path) -> None:
    """All those that change what it says, at values other than their defaults."""
    path = tree.parent / "incident.json"
    options = ("--host-from", "none", "--decoder-memory", "128", "--threshold", "1h", "--year", "2020", "--tz", "UTC")
    more = ("--assume-tz", "+10:00", "--source", "*", "--since", "2020-06-23 08:00")
    assert command("report", tree, "-q", "-o", path, *options, *more).code == 0
    assert command("verify", path).code == 0


def test_missing_evidence_ends_with_3(command: Command, tree: Path, report: Path) -> None:
    """What is not there can neither hold nor differ."""
    (tree / "syslog").unlink()
    code, found = differences(command, report)
    assert (code, [item["where"] for item in found if item["kind"] == "missing"]) == (3, ["syslog"])
    assert command("verify", report, tree / "nowhere").code == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_evidence_ends_with_3(command: Command, tree: Path, report: Path) -> None:
    """Nor can what may not be read."""
    (tree / "syslog").chmod(0)
    assert command("verify", report).code == 3


def test_a_file_more_is_a_difference(command: Command, tree: Path, report: Path) -> None:
    """The report does not speak of it."""
    (tree / "another.log").write_text(ACCESS.replace("200", "404"), encoding="utf-8")
    code, found = differences(command, report)
    assert code == 1
    assert "evidence[another.log]" in {item["where"] for item in found}


def test_years_hold_in_a_copy_that_lost_its_times(command: Command, tmp_path: Path) -> None:
    """A modification time that counted as evidence stands in the report."""
    folder, copy, path = tmp_path / "logs", tmp_path / "copy", tmp_path / "incident.json"
    folder.mkdir()
    (folder / "syslog").write_text("Jun 23 09:00:01 web1 app[1]: one\nJun 23 09:00:02 web1 app[1]: two\n", "utf-8")
    then = datetime(2019, 6, 23, 12, tzinfo=UTC).timestamp()
    os.utime(folder / "syslog", (then, then))
    assert command("report", folder, "-q", "-o", path).code == 0
    shutil.copytree(folder, copy, copy_function=shutil.copyfile)
    assert json.loads(path.read_text("ascii"))["evidence"][0]["mtime"] == "2019-06-23T12:00:00+00:00"
    assert command("verify", path, copy).code == 0


def test_words_that_count_from_today_hold_tomorrow(command: Command, tree: Path) -> None:
    """The report records the instants that --since and --until came to."""
    path = tree.parent / "part.json"
    options = ("--around", "2020-06-23 12:04:02+10:00", "--window", "1h", "--tz", "Europe/Berlin")
    assert command("report", tree, "-q", "-o", path, *options).code == 0
    assert json.loads(path.read_text("ascii"))["selection"]["since"] == "2020-06-23T03:04:02+02:00"
    assert command("verify", path).code == 0


def test_a_markdown_report_holds(command: Command, tree: Path) -> None:
    """Also with its blanks filled in and lines added."""
    path = tree.parent / "incident.md"
    command("report", tree, "-q", "-o", path)
    assert command("verify", path).code == 0
    text = path.read_text(encoding="utf-8").replace("_to be filled in by a person_", "Ann | Bob")
    path.write_text(text.replace("## Evidence", "We talked about it.\n\n## Evidence"), encoding="utf-8")
    assert command("verify", path).code == 0


def test_a_changed_line_of_a_markdown_report_is_named(command: Command, tree: Path) -> None:
    """The line as it should be is what is missing."""
    path = tree.parent / "incident.md"
    command("report", tree, "-q", "-o", path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("| `syslog` | `syslog` | 4 |", "| `syslog` | `syslog` | 5 |"), encoding="utf-8")
    code, found = differences(command, path)
    assert (code, [item["found"][:26] for item in found]) == (1, ["| `syslog` | `syslog` | 4 |"[:26]])


def test_p7_every_citation_is_found_by_a_seek(command: Command, tmp_path: Path) -> None:
    """Offset and length lead to the bytes whose hash stands beside them, and which `sed -n LINEp` shows."""
    done = command("report", FIXTURE, "-q", "--json")
    cites = [row for row in rows_with_a_line(json.loads(done.out)) if "delivered" not in row]
    assert len(cites) > 40
    for cite in cites:
        data = (FIXTURE / cite["file"]).read_bytes()
        line = data[cite["offset"] : cite["offset"] + cite["length"]]
        assert line == data.split(b"\n")[cite["line"] - 1]
        assert hashlib.sha256(line).hexdigest() == cite["sha256"]
    assert tmp_path.is_dir()


def rows_with_a_line(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # JSON is what it is
    """Every object in a document that names a file and a line."""
    if isinstance(value, dict):
        if {"file", "line"} <= set(value):
            yield value
        for inner in value.values():
            yield from rows_with_a_line(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from rows_with_a_line(inner)


@pytest.mark.parametrize("kind", ["gaps", "failures", "boots", "outages"])
def test_the_findings_of_one_command_have_anchors_too(command: Command, kind: str) -> None:
    """Not only the whole report."""
    rows = list(rows_with_a_line(json.loads(command(kind, FIXTURE, "-q", "--json").out)))
    assert rows
    assert all({"offset", "length", "sha256"} <= set(row) for row in rows)
